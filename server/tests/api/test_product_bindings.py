"""A key that is bound to products, addresses or a time gives and sees nothing beyond them."""

from typing import Any

import pytest
from harness.cast import Vendor
from harness.server import Client, Server

SCOPES = [
    "api_keys:read",
    "api_keys:write",
    "licenses:read",
    "licenses:validate",
    "licenses:write",
    "policies:read",
    "policies:write",
    "products:read",
    "products:write",
    "tokens:mint",
    "tokens:revoke",
]


class Shop:
    """Two products with a license each, and a key that is bound to the first."""

    def __init__(self, acme: Vendor, server: Server) -> None:
        self.vendor = acme
        self.product = acme.api.make("/v1/products", name="Draw", code="draw")
        self.policy = acme.api.make("/v1/policies", product_id=self.product["id"], name="Other")
        self.license = acme.api.make("/v1/licenses", policy_id=self.policy["id"])
        key = acme.api.make(
            "/v1/api_keys", name="CI", scopes=SCOPES, product_ids=[acme.product["id"]]
        )
        self.bound: Client = server.client(key["secret"])


@pytest.fixture
def shop(acme: Vendor, server: Server) -> Shop:
    """Acme's shop, fresh for this test."""
    return Shop(acme, server)


def _ids(client: Client, path: str) -> set[str]:
    return {row["id"] for row in client.get(path).json()["data"]}


def test_lists_show_what_belongs_to_the_products(shop: Shop) -> None:
    """The other product, its policy and its license do not exist for the key."""
    acme = shop.vendor
    assert _ids(shop.bound, "/v1/products") == {acme.product["id"]}
    assert _ids(shop.bound, "/v1/policies") == {acme.policy["id"]}
    assert _ids(shop.bound, "/v1/licenses") == {acme.license["id"]}


def test_other_products_can_be_neither_read_nor_changed(shop: Shop) -> None:
    """Each way to name one is answered as if it did not exist."""
    product, policy = shop.product["id"], shop.policy["id"]
    answers = [
        shop.bound.get(f"/v1/products/{product}"),
        shop.bound.patch(f"/v1/products/{product}", json={"name": "Mine"}),
        shop.bound.delete(f"/v1/products/{product}"),
        shop.bound.get(f"/v1/policies/{policy}"),
        shop.bound.patch(f"/v1/policies/{policy}", json={"duration": "P50Y"}),
        shop.bound.delete(f"/v1/policies/{policy}"),
        shop.bound.get(f"/v1/licenses/{shop.license['id']}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    new_policy = shop.bound.post("/v1/policies", json={"product_id": product, "name": "New"})
    new_license = shop.bound.post("/v1/licenses", json={"policy_id": policy})
    assert (new_policy.status_code, new_policy.json()["param"]) == (400, "product_id")
    assert (new_license.status_code, new_license.json()["param"]) == (400, "policy_id")
    created = shop.bound.post("/v1/products", json={"name": "Third", "code": "third"})
    assert (created.status_code, created.json()["code"]) == (403, "credential_not_allowed")


def test_tokens_of_other_products_do_not_exist(shop: Shop, server: Server) -> None:
    """They are inactive to the key, and it cannot end them."""
    minted = shop.vendor.api.make("/v1/tokens", license_id=shop.license["id"])
    text = minted["access_token"]

    assert shop.bound.make("/v1/tokens/introspect", token=text) == {"active": False}
    shop.bound.make("/v1/tokens/revoke", token=text)
    by_id = shop.bound.post("/v1/tokens/revoke", json={"token_id": minted["token_id"]})

    assert (by_id.status_code, by_id.json()["param"]) == (400, "token_id")
    assert server.client(text).get("/v1/licenses/validate").status_code == 200


WIDER: dict[str, dict[str, Any]] = {
    "bound to no product": {"allowed_ips": ["127.0.0.1"], "expires_at": "2090-01-01T00:00:00Z"},
    "without an end": {"product_ids": True, "allowed_ips": ["127.0.0.1"]},
    "with a later end": {
        "product_ids": True, "allowed_ips": ["127.0.0.1"], "expires_at": "2099-01-01T00:00:00Z",
    },
    "from anywhere": {"product_ids": True, "expires_at": "2090-01-01T00:00:00Z"},
    "from a wider network": {
        "product_ids": True, "allowed_ips": ["127.0.0.0/8"], "expires_at": "2090-01-01T00:00:00Z",
    },
}  # fmt: skip


def _narrow(acme: Vendor, **given: Any) -> dict[str, Any]:
    if given.get("product_ids"):
        given["product_ids"] = [acme.product["id"]]
    made: dict[str, Any] = acme.api.make("/v1/api_keys", name="Key", scopes=SCOPES, **given)
    return made


@pytest.mark.parametrize("other", WIDER.values(), ids=WIDER.keys())
def test_no_key_manages_one_that_reaches_further(
    acme: Vendor, server: Server, other: dict[str, Any]
) -> None:
    """Rolling it would hand over its secret; changing or revoking it is not for it either."""
    bounds = {"allowed_ips": ["127.0.0.1"], "expires_at": "2095-01-01T00:00:00Z"}
    own = _narrow(acme, product_ids=True, **bounds)
    wide = _narrow(acme, **other)
    caller = server.client(own["secret"])

    answers = [
        caller.post(f"/v1/api_keys/{wide['id']}/roll", json={}),
        caller.patch(f"/v1/api_keys/{wide['id']}", json={"name": "Mine"}),
        caller.post(f"/v1/api_keys/{wide['id']}/revoke", json={}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert {answer.json()["code"] for answer in answers} == {"insufficient_scope"}
    assert "secret" not in answers[0].json()


def test_a_key_manages_its_equals_and_itself(acme: Vendor, server: Server) -> None:
    """What reaches no further can be rolled, changed and revoked."""
    bounds = {"allowed_ips": ["127.0.0.0/8"], "expires_at": "2095-01-01T00:00:00Z"}
    own = _narrow(acme, product_ids=True, **bounds)
    equal = _narrow(acme, product_ids=True, **{**bounds, "allowed_ips": ["127.0.0.1"]})
    caller = server.client(own["secret"])

    for key in (equal, own):
        rolled = caller.post(f"/v1/api_keys/{key['id']}/roll", json={})
        assert rolled.status_code == 200, rolled.text


def test_children_inherit_the_addresses(acme: Vendor, server: Server) -> None:
    """None named means the maker's; wider ones are refused, on oneself too."""
    own = _narrow(acme, allowed_ips=["127.0.0.0/8"])
    caller = server.client(own["secret"])

    child = caller.make("/v1/api_keys", name="Child", scopes=["licenses:read"])
    narrower = caller.make(
        "/v1/api_keys", name="Child", scopes=["licenses:read"], allowed_ips=["127.0.0.1"]
    )
    wider = caller.post(
        "/v1/api_keys",
        json={"name": "Child", "scopes": ["licenses:read"], "allowed_ips": ["0.0.0.0/0"]},
    )
    lifted = caller.make_patch(f"/v1/api_keys/{own['id']}", allowed_ips=[])

    assert child["allowed_ips"] == ["127.0.0.0/8"]
    assert narrower["allowed_ips"] == ["127.0.0.1/32"]
    assert (wider.status_code, wider.json()["param"]) == (400, "allowed_ips/0")
    assert lifted["allowed_ips"] == ["127.0.0.0/8"]


def test_a_restricted_key_never_rolls_a_secret_one(acme: Vendor, server: Server) -> None:
    """Even with all its scopes: secret keys are given out where a person confirms it."""
    me = acme.api.get("/v1/me").json()
    scopes = sorted(set(me["scopes"]))
    restricted = server.client(acme.api.make("/v1/api_keys", name="All", scopes=scopes)["secret"])

    rolled = restricted.post(f"/v1/api_keys/{me['key_id']}/roll", json={})

    assert rolled.status_code == 403
    assert "secret key" in rolled.json()["detail"]


def test_an_expired_key_stays_expired(acme: Vendor, server: Server) -> None:
    """Its end cannot be taken back: whoever kept the old secret would be in again."""
    key = _narrow(acme)
    server.expire_key(key["id"])

    revived = acme.api.patch(f"/v1/api_keys/{key['id']}", json={"expires_at": None})

    assert (revived.status_code, revived.json()["code"]) == (409, "invalid_state")
    assert server.client(key["secret"]).get("/v1/me").status_code == 401


def test_a_test_key_ends_no_live_token(acme: Vendor, server: Server) -> None:
    """By its id as little as by its text: the other mode does not exist."""
    minted = acme.api.make("/v1/tokens", license_id=acme.license["id"])
    tester = acme.account.client("test")

    tester.make("/v1/tokens/revoke", token_id=minted["token_id"])
    tester.make("/v1/tokens/revoke", token=minted["access_token"])

    bearer = server.client(minted["access_token"])
    assert bearer.get("/v1/licenses/validate").status_code == 200
    acme.api.make("/v1/tokens/revoke", token_id=minted["token_id"])
    assert bearer.get("/v1/licenses/validate").status_code == 401
