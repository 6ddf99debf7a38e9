"""licenses.roll_key: the same license under a new key; the old one ends with its overlap."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server

OWN = "My-Own-Key-0123456789"


def _roll(vendor: Vendor, **body: Any) -> httpx.Response:
    return vendor.api.post(f"/v1/licenses/{vendor.license['id']}/roll_key", json=body)


def _code(vendor: Vendor, key: str) -> str:
    code: str = vendor.api.make("/v1/licenses/validate", key=key)["code"]
    return code


def test_without_overlap_the_old_key_is_replaced_at_once(acme: Vendor) -> None:
    """Same record, new key, shown once; typed forgivingly, both are recognized."""
    rolled = _roll(acme)

    shown = rolled.json()
    assert (rolled.status_code, shown["id"]) == (200, acme.license["id"])
    assert shown["key"] != acme.key
    assert shown["key_hint"] == f"…{shown['key'][-5:]}"
    assert shown["version"] == acme.license["version"] + 1
    assert _code(acme, shown["key"]) == "VALID"
    for old in (acme.key, acme.key.lower().replace("-", " ")):
        answer = acme.api.make("/v1/licenses/validate", key=old)
        assert (answer["valid"], answer["code"]) == (False, "KEY_REPLACED")
        assert (answer["license"], answer["entitlements"]) == (None, [])
    found = acme.api.get("/v1/licenses", params={"q": shown["key"]}).json()["data"]
    assert [row["id"] for row in found] == [acme.license["id"]]


def test_the_old_key_works_until_the_overlap_ends(acme: Vendor) -> None:
    """Beside the new one, and with the same answer; then it is replaced."""
    shown = _roll(acme, overlap_seconds=3).json()

    assert [_code(acme, key) for key in (acme.key, shown["key"])] == ["VALID", "VALID"]
    eventually(lambda: _code(acme, acme.key), lambda code: code == "KEY_REPLACED")
    assert _code(acme, shown["key"]) == "VALID"


def test_only_the_last_key_is_remembered(acme: Vendor) -> None:
    """A second roll ends what the first had left to the oldest key."""
    second = _roll(acme, overlap_seconds=3600).json()["key"]
    third = _roll(acme, overlap_seconds=3600).json()["key"]

    codes = [_code(acme, key) for key in (acme.key, second, third)]
    assert codes == ["NOT_FOUND", "VALID", "VALID"]


def test_a_replaced_key_opens_nothing_else(acme: Vendor, server: Server) -> None:
    """No token, no seat, and no word about the license; during the overlap all of them."""
    publishable = acme.account.live["publishable_key"]
    app = server.client(publishable)
    machine = {"license_key": acme.key, "fingerprint": "m-1", "product": "paint"}
    _roll(acme, overlap_seconds=3600)
    token = acme.api.post("/v1/tokens", json={"license_key": acme.key})
    seat = app.post("/v1/activations", json=machine)
    bearer = server.client(token.json()["access_token"])
    both = bearer.post("/v1/licenses/validate", json={"key": acme.key})
    assert (token.status_code, seat.status_code, both.json()["code"]) == (201, 201, "VALID")
    server.execute(
        "UPDATE licensing_license SET previous_key_until = 1 WHERE id = ?", acme.license["id"]
    )

    refused = [
        acme.api.post("/v1/tokens", json={"license_key": acme.key}),
        app.post("/v1/activations", json={**machine, "fingerprint": "m-2"}),
        app.post(
            f"/v1/activations/{seat.json()['id']}/heartbeat",
            json={"license_key": acme.key, "fingerprint": "m-1"},
        ),
        bearer.post("/v1/licenses/validate", json={"key": acme.key}),
    ]

    assert [answer.status_code for answer in refused] == [404] * len(refused)
    asked = app.post("/v1/licenses/validate", json={"key": acme.key, "product": "paint"})
    assert (asked.json()["code"], asked.json()["license"]) == ("KEY_REPLACED", None)
    assert bearer.post("/v1/licenses/validate", json={}).json()["code"] == "VALID"


def test_a_key_of_ones_own(acme: Vendor) -> None:
    """It is found exactly as given; back to the key before is a roll as well."""
    assert _roll(acme, key=OWN).json()["key"] == OWN
    assert [_code(acme, key) for key in (OWN, OWN.lower())] == ["VALID", "NOT_FOUND"]

    back = _roll(acme, key=acme.key)

    assert back.status_code == 200
    assert [_code(acme, key) for key in (acme.key, OWN)] == ["VALID", "KEY_REPLACED"]


def test_a_key_belongs_to_one_license(acme: Vendor) -> None:
    """Neither its own key, nor another's, nor one that another had before, is given out."""
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], key=OWN)

    same, taken = _roll(acme, key=acme.key), _roll(acme, key=OWN)
    acme.api.make(f"/v1/licenses/{other['id']}/roll_key")
    before = _roll(acme, key=OWN)
    created = acme.api.post("/v1/licenses", json={"policy_id": acme.policy["id"], "key": OWN})

    assert (same.status_code, same.json()["param"]) == (400, "key")
    for refused in (taken, before, created):
        assert (refused.status_code, refused.json()["code"]) == (409, "already_exists")
    assert _code(acme, acme.key) == "VALID"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"key": "short"}, "key"),
        ({"overlap_seconds": -1}, "overlap_seconds"),
        ({"overlap_seconds": 2_592_001}, "overlap_seconds"),
        ({"until": "2090-01-01T00:00:00Z"}, "until"),
    ],
)
def test_bad_input_is_refused_at_the_field(acme: Vendor, body: dict[str, Any], field: str) -> None:
    """And the key stays."""
    refused = _roll(acme, **body)

    assert (refused.status_code, refused.json()["param"]) == (400, field)
    assert _code(acme, acme.key) == "VALID"


def test_a_policy_of_custom_keys_and_a_revoked_license(server: Server) -> None:
    """The one needs a key, the other gets none."""
    acme = make_vendor(server)
    custom = acme.api.make(
        "/v1/policies", product_id=acme.product["id"], name="C", key_format="custom"
    )
    acme.api.make(f"/v1/licenses/{acme.license['id']}/transfer", policy_id=custom["id"])
    assert (_roll(acme).status_code, _roll(acme, key=OWN).status_code) == (400, 200)

    acme.api.make(f"/v1/licenses/{acme.license['id']}/revoke")

    assert (_roll(acme, key=acme.key).status_code, _code(acme, OWN)) == (409, "REVOKED")


def test_a_retry_gets_the_same_key(acme: Vendor) -> None:
    """An Idempotency-Key makes late twins harmless; another version is refused."""
    path = f"/v1/licenses/{acme.license['id']}/roll_key"
    stale = acme.api.post(path, json={}, headers={"If-Match": '"7"'})
    first, late = (
        acme.api.post(path, json={}, headers={"Idempotency-Key": "roll-1"}) for _ in range(2)
    )

    assert stale.status_code == 412
    assert late.headers["Idempotent-Replayed"] == "true"
    assert late.json()["key"] == first.json()["key"]
    assert _code(acme, first.json()["key"]) == "VALID"


def test_only_who_may_rolls_a_key(acme: Vendor, server: Server) -> None:
    """Not without credential or scope, not from another account or mode, nor past a product."""
    other = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    blind = acme.api.make("/v1/api_keys", name="B", scopes=["licenses:read"])["secret"]
    bound = acme.api.make(
        "/v1/api_keys",
        name="C",
        scopes=["licenses:write", "licenses:validate"],
        product_ids=[other],
    )["secret"]
    callers = {
        "nobody": (server.client(""), 401),
        "without scope": (server.client(blind), 403),
        "other product": (server.client(bound), 404),
        "other mode": (acme.account.client("test"), 404),
        "other account": (make_vendor(server, "Globex").api, 404),
    }

    for name, (client, status) in callers.items():
        path = f"/v1/licenses/{acme.license['id']}/roll_key"
        assert client.post(path, json={}).status_code == status, name
    assert _code(acme, acme.key) == "VALID"
    _roll(acme)
    hidden = server.client(bound).post("/v1/licenses/validate", json={"key": acme.key})
    assert hidden.json()["code"] == "NOT_FOUND"
