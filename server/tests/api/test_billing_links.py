"""Billing providers and subscription links: setting them up, and who may."""

from typing import Any

import pytest
from harness.billing import SECRETS
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Client, Server
from harness.subscriptions import (
    END,
    NOW,
    active,
    add_link,
    address,
    license_of,
    plain,
    send,
    set_up,
    timeline,
)

LINKS = "/v1/subscription_links"
PROVIDERS = "/v1/billing_providers"


@pytest.fixture
def acme(server: Server) -> Vendor:
    """A vendor with a license."""
    return make_vendor(server)


def test_a_provider_never_shows_its_secret(acme: Vendor, server: Server) -> None:
    """Neither in an answer nor at rest."""
    secret = "whsec_canary_8c1f"
    made = acme.api.make(PROVIDERS, provider="stripe", secret=secret)
    path = f"{PROVIDERS}/{made['id']}"
    rolled = acme.api.make(f"{path}/roll_secret", secret=f"{secret}_next", overlap_seconds=60)

    assert made == {
        "id": made["id"],
        "object": "billing_provider",
        "mode": "live",
        "provider": "stripe",
        "delivery_url": f"{server.base_url}{address(acme)}",
        "policies": {},
        "previous_secret_until": None,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
        "version": 1,
    }
    shown = [acme.api.get(path).text, acme.api.get(PROVIDERS).text, str(rolled)]
    assert [text for text in shown if "canary" in text] == []
    sealed = server.execute(
        "SELECT secret_encrypted, previous_secret_encrypted FROM billing_billingprovider WHERE id = ?",
        made["id"],
    )
    assert [len(bytes(text)) > 30 for text in sealed[0]] == [True, True]
    assert b"canary" not in b"".join(bytes(text) for text in sealed[0])
    again = acme.api.make(f"{path}/roll_secret", secret=f"{secret}_next", overlap_seconds=0)
    assert again == acme.api.get(path).json()
    assert again["version"] == 2


def test_a_provider_is_set_up_once_in_each_mode(acme: Vendor) -> None:
    """The test address has a secret of its own."""
    acme.api.make(PROVIDERS, provider="stripe", secret=SECRETS["stripe"])
    twice = acme.api.post(PROVIDERS, json={"provider": "stripe", "secret": "whsec_x"})
    test = acme.account.client("test")
    tested = test.make(PROVIDERS, provider="stripe", secret="whsec_x")

    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert tested["delivery_url"].endswith(f"{acme.account.account_id}/test")
    assert acme.api.get(f"{PROVIDERS}/{tested['id']}").status_code == 404


def test_a_deleted_provider_is_believed_no_more(acme: Vendor) -> None:
    """Its links stay; set up anew, it goes on, and repeats have no second effect."""
    link = set_up(acme)
    event = active()
    send(acme, event)
    (provider,) = acme.api.get(PROVIDERS).json()["data"]
    assert acme.api.delete(f"{PROVIDERS}/{provider['id']}").json() == {
        "id": provider["id"],
        "object": "billing_provider",
        "deleted": True,
    }
    assert acme.api.get(f"{LINKS}/{link['id']}").status_code == 200

    acme.api.make(PROVIDERS, provider="stripe", secret=SECRETS["stripe"])
    assert send(acme, event)["is_repeat"] is True


def test_what_cannot_be_is_refused_at_its_field(acme: Vendor) -> None:
    """Short or spaced secrets, unknown providers, and plans that lead nowhere."""
    draw = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    foreign = acme.api.make("/v1/policies", product_id=draw, name="Foreign")["id"]
    license_id = acme.license["id"]
    link = {"license_id": license_id, "provider": "stripe", "external_id": "sub_A"}
    bodies: list[tuple[str, dict[str, Any], str]] = [
        (PROVIDERS, {"provider": "generic", "secret": "short-one"}, "/secret"),
        (PROVIDERS, {"provider": "stripe", "secret": "with a space"}, "/secret"),
        (PROVIDERS, {"provider": "acme", "secret": "whsec_x"}, "/provider"),
        (PROVIDERS, {"provider": "stripe", "secret": "whsec_x", "policies": {"a": "pol_x"}}, "/policies/a"),
        (LINKS, {**link, "license_id": "lic_x"}, "/license_id"),
        (LINKS, {**link, "external_id": "a b"}, "/external_id"),
        (LINKS, {**link, "policies": {"price": foreign}}, "/policies/price"),
        (LINKS, {**link, "when_refunded": "delete"}, "/when_refunded"),
    ]  # fmt: skip
    for path, body, pointer in bodies:
        refused = acme.api.post(path, json=body)
        assert refused.status_code == 400, body
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer], body
    assert acme.api.get(LINKS).json()["data"] == acme.api.get(PROVIDERS).json()["data"] == []


def test_a_license_and_a_subscription_are_in_one_link_each(acme: Vendor) -> None:
    """Until it is deleted; and a revoked license is in none."""
    link = add_link(acme)
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])["id"]
    body = {"license_id": acme.license["id"], "provider": "stripe", "external_id": "sub_B"}
    second = acme.api.post(LINKS, json=body)
    taken = acme.api.post(LINKS, json={**body, "license_id": other, "external_id": "sub_A"})
    acme.api.make(f"/v1/licenses/{other}/revoke")
    revoked = acme.api.post(LINKS, json={**body, "license_id": other})

    assert (second.status_code, second.json()["param"]) == (409, "license_id")
    assert (taken.status_code, taken.json()["param"]) == (409, "external_id")
    assert (revoked.status_code, revoked.json()["code"]) == (409, "invalid_state")
    assert acme.api.delete(f"{LINKS}/{link['id']}").json()["deleted"] is True
    assert acme.api.make(LINKS, **body)["external_id"] == "sub_B"
    kinds = [event["type"] for event in timeline(acme)]
    assert kinds == [f"license.subscription_{what}" for what in ("linked", "unlinked", "linked")]


def test_a_link_is_changed_and_found(acme: Vendor) -> None:
    """Nothing that was said before is applied anew; an older version is refused."""
    pro = acme.api.make("/v1/policies", product_id=acme.product["id"], name="Pro")["id"]
    link = set_up(acme, external_customer_id="cus_A", metadata={"order": "1"})
    send(acme, active(price="price_pro"))
    path = f"{LINKS}/{link['id']}"
    stale = acme.api.patch(path, json={"metadata": {}}, headers={"If-Match": '"1"'})
    changed = acme.api.make_patch(
        path, policies={"price_pro": pro}, when_refunded="ignore", external_customer_id=None
    )

    assert stale.status_code == 412
    assert (changed["policies"], changed["version"]) == ({"price_pro": pro}, 3)
    assert (changed["when_refunded"], changed["external_customer_id"]) == ("ignore", None)
    assert license_of(acme)["policy_id"] == acme.policy["id"]
    for query in ({"license_id": acme.license["id"]}, {"external_id": "sub_A"}):
        assert acme.api.get(LINKS, params=query).json()["data"] == [changed]
    assert acme.api.get(LINKS, params={"provider": "paddle"}).json()["data"] == []
    told = [event["data"] for event in timeline(acme) if "changed" in event["data"]]
    assert [data["changed"] for data in told] == [
        ["external_customer_id", "policies", "when_refunded"]
    ]
    send(acme, active(price="price_pro", at=NOW - 1))
    assert license_of(acme)["policy_id"] == pro


def test_who_may_see_and_change_billing(acme: Vendor, server: Server) -> None:
    """Another account, another mode, another product, and keys without the scope."""
    link = set_up(acme)
    receipt = send(acme, active())
    (provider,) = acme.api.get(PROVIDERS).json()["data"]
    other = acme.api.make("/v1/products", name="Draw", code="draw")["id"]

    def key(scopes: list[str], products: list[str]) -> Client:
        body = {"name": "k", "scopes": scopes, "product_ids": products}
        return server.client(acme.api.make("/v1/api_keys", **body)["secret"])

    globex = make_vendor(server, "Globex").api
    strangers = [globex, acme.account.client("test"), key(["billing:read"], [other])]
    paths = [f"{LINKS}/{link['id']}", f"/v1/billing_deliveries/{receipt['id']}"]
    for stranger in strangers:
        assert [stranger.get(path).status_code for path in paths] == [404, 404]
        assert stranger.get(LINKS).json()["data"] == []
        assert stranger.get("/v1/billing_deliveries").json()["data"] == []
    bound = key(["billing:read", "billing:write"], [acme.product["id"]])
    assert [bound.get(path).status_code for path in paths] == [200, 200]
    assert bound.get(f"{PROVIDERS}/{provider['id']}").json()["code"] == "credential_not_allowed"
    assert (
        bound.post(PROVIDERS, json={"provider": "paddle", "secret": "whsec_x"}).status_code == 403
    )
    foreign = key(["billing:write"], [other])
    body = {"license_id": acme.license["id"], "provider": "paddle", "external_id": "x"}
    for caller in (foreign, globex, acme.account.client("test")):
        assert caller.post(LINKS, json=body).status_code == 400
    reader = key(["billing:read", "licenses:write"], [])
    assert reader.post(LINKS, json=body).json()["missing_scopes"] == ["billing:write"]
    assert reader.patch(paths[0], json={"when_refunded": "ignore"}).status_code == 403


def test_a_repeated_request_makes_one_link(acme: Vendor) -> None:
    """By its Idempotency-Key; the delivery that waited is applied once."""
    acme.api.make(PROVIDERS, provider="stripe", secret=SECRETS["stripe"])
    send(acme, active())
    body = {"license_id": acme.license["id"], "provider": "stripe", "external_id": "sub_A"}
    headers = {"Idempotency-Key": "link-1"}
    first, again = (acme.api.post(LINKS, json=body, headers=headers) for _ in range(2))

    assert (first.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert first.json() == again.json()
    assert first.json()["paid_until"] == plain(END) == license_of(acme)["expires_at"]
    assert len([event for event in timeline(acme) if event["type"] == "license.renewed"]) == 1


def test_deliveries_stand_in_the_vendors_request_log(acme: Vendor) -> None:
    """Those that were believed; what was refused is nobody's."""
    set_up(acme)
    send(acme, active())
    query = {"operation": "billing.receive_live"}

    def lines() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = acme.api.get("/v1/request_logs", params=query).json()["data"]
        return found

    (line,) = eventually(lines, bool)
    assert (line["credential_type"], line["key_id"], line["status"]) == ("billing", "stripe", 200)
