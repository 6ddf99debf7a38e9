"""`key_format: signed`: keys that prove themselves to an app with the root, without the server."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from api.test_permits import trust_of
from harness.cast import Vendor, make_vendor
from harness.server import Server
from licenseapi_server.domain.instants import SECOND, parse_instant
from licenseapi_server.domain.signed_keys import LENGTH, KeyContent, verify_signed_key
from licenseapi_server.domain.signed_texts import DocumentRefusedError


@pytest.fixture
def vendor(server: Server) -> Vendor:
    return make_vendor(server, key_format="signed", duration="P1Y")


def _verify(server: Server, vendor: Vendor, text: str, **more: Any) -> KeyContent:
    return verify_signed_key(text, trust_of(server, vendor, **more))


def _refusal(server: Server, vendor: Vendor, text: str, **more: Any) -> str:
    with pytest.raises(DocumentRefusedError) as refused:
        _verify(server, vendor, text, **more)
    return refused.value.reason


def test_a_new_key_says_what_it_is_for(vendor: Vendor, server: Server) -> None:
    """To whoever has the root; for its product alone, and until its end."""
    found = _verify(server, vendor, vendor.key)

    assert (found.license_id, found.product_id) == (vendor.license["id"], vendor.product["id"])
    ends_at = parse_instant(vendor.license["ends_at"]) // SECOND * SECOND
    assert (found.mode, found.expires_at) == ("live", ends_at)
    assert _verify(server, vendor, vendor.key, product=vendor.product["id"]) == found
    assert len(vendor.key) == LENGTH
    assert vendor.license["key_hint"] == f"…{vendor.key[-5:]}"
    assert _refusal(server, vendor, vendor.key, product="draw") == "wrong_product"
    assert _refusal(server, vendor, vendor.key, now=ends_at) == "expired"
    globex = make_vendor(server, "Globex")
    assert _refusal(server, globex, vendor.key) == "unknown_root"


def test_the_server_finds_it_as_any_other(vendor: Vendor) -> None:
    """As it stands, or as a mail program has broken it; stored as a digest, and sealed."""
    broken = "\r\n".join(vendor.key[place : place + 60] for place in range(0, LENGTH, 60)).lower()
    for text in (vendor.key, broken):
        answer = vendor.api.make("/v1/licenses/validate", key=text)
        assert (answer["code"], answer["license"]["id"]) == ("VALID", vendor.license["id"])
    found = vendor.api.get("/v1/licenses", params={"q": vendor.key}).json()["data"]
    assert [row["id"] for row in found] == [vendor.license["id"]]
    other = vendor.key[:-1] + ("0" if vendor.key[-1] != "0" else "2")
    assert vendor.api.make("/v1/licenses/validate", key=other)["code"] == "NOT_FOUND"


def test_a_roll_signs_a_new_one_with_the_new_end(vendor: Vendor, server: Server) -> None:
    """The old one opens nothing on the server."""
    path = f"/v1/licenses/{vendor.license['id']}"
    body = {"headers": {"Idempotency-Key": "renew-1"}, "json": {}}
    renewed = vendor.api.post(f"{path}/renew", **body).json()
    rolled = vendor.api.make(f"{path}/roll_key")

    assert rolled["key"] != vendor.key
    found = _verify(server, vendor, rolled["key"])
    assert found.expires_at == parse_instant(renewed["ends_at"]) // SECOND * SECOND
    codes = [
        vendor.api.make("/v1/licenses/validate", key=key)["code"]
        for key in (vendor.key, rolled["key"])
    ]
    assert codes == ["KEY_REPLACED", "VALID"]


def test_a_batch_signs_each(vendor: Vendor, server: Server) -> None:
    body = {"count": 50, "template": {"policy_id": vendor.policy["id"]}}
    made = vendor.api.make("/v1/licenses/batch", **body)["data"]
    keys = {item["license"]["key"]: item["license"]["id"] for item in made}

    assert len(keys) == 50
    assert {_verify(server, vendor, key).license_id for key in keys} == set(keys.values())


def test_a_text_of_ones_own_is_refused(vendor: Vendor) -> None:
    """At creation, in a batch and in a roll; nothing changes."""
    own = {"key": "My-Own-Key-0123456789"}
    path = f"/v1/licenses/{vendor.license['id']}/roll_key"
    bodies = {
        "/v1/licenses": {"policy_id": vendor.policy["id"], **own},
        path: own,
    }
    for where, body in bodies.items():
        refused = vendor.api.post(where, json=body)
        assert (refused.status_code, refused.json()["param"]) == (400, "key"), where
        assert "key_format: signed" in refused.text
    batch = vendor.api.make("/v1/licenses/batch", items=[bodies["/v1/licenses"]])
    assert (batch["created"], batch["data"][0]["error"]["code"]) == (0, "invalid_request")
    assert vendor.api.make("/v1/licenses/validate", key=vendor.key)["code"] == "VALID"


def test_another_format_is_for_new_keys_alone(vendor: Vendor, server: Server) -> None:
    vendor.api.patch(f"/v1/policies/{vendor.policy['id']}", json={"key_format": "random"})
    plain = vendor.api.make("/v1/licenses", policy_id=vendor.policy["id"])

    assert len(plain["key"]) == 29
    assert _refusal(server, vendor, plain["key"]) == "malformed"
    assert _verify(server, vendor, vendor.key).license_id == vendor.license["id"]
    assert vendor.api.make("/v1/licenses/validate", key=vendor.key)["code"] == "VALID"


def test_a_key_of_test_mode_opens_nothing_live(server: Server) -> None:
    acme = make_vendor(server, mode="test", key_format="signed")
    assert _refusal(server, acme, acme.key) == "wrong_mode"
    assert _verify(server, acme, acme.key, allow_test=True).mode == "test"


def test_what_has_no_end_carries_none(server: Server) -> None:
    """Perpetual, valid when expired, or with a clock that waits; a start to come is carried."""
    acme = make_vendor(server, key_format="signed")
    assert _verify(server, acme, acme.key).expires_at is None
    for rules in (
        {"expiration_strategy": "allow"},
        {"expiration_basis": "first_activation"},
    ):
        body = {"name": "Other", "product_id": acme.product["id"], "duration": "P1Y", **rules}
        policy = acme.api.make("/v1/policies", key_format="signed", **body)
        key = acme.api.make("/v1/licenses", policy_id=policy["id"])["key"]
        assert _verify(server, acme, key).expires_at is None
    later = acme.api.make(
        "/v1/licenses", policy_id=acme.policy["id"], starts_at="2090-01-01T00:00:00Z"
    )
    assert _refusal(server, acme, later["key"]) == "not_yet"


def test_times_of_any_year_fit(server: Server) -> None:
    """A start and an end long ago are a key that has expired, never one without an end."""
    acme = make_vendor(server, key_format="signed")
    spans = (("0001-01-01T00:00:00Z", "1960-01-01T00:00:00Z"), (None, "9999-12-31T23:59:59Z"))
    keys = []
    for starts_at, expires_at in spans:
        body = {"policy_id": acme.policy["id"], "starts_at": starts_at, "expires_at": expires_at}
        made = acme.api.post("/v1/licenses", json=body)
        assert made.status_code in {201, 400}, made.text
        keys += [made.json()["key"]] if made.status_code == 201 else []
    assert _verify(server, acme, keys[-1]).expires_at == parse_instant("9999-12-31T23:59:59Z")
    assert len(keys) == 1 or _refusal(server, acme, keys[0]) == "expired"


def test_first_keys_that_are_made_at_once_share_one_signer(server: Server) -> None:
    """Two calls that find no signing key make one, and one root."""
    acme = make_vendor(server)
    body = {"name": "Signed", "product_id": acme.product["id"], "key_format": "signed"}
    policy = acme.api.make("/v1/policies", **body)

    def create(_: int) -> dict[str, Any]:
        made: dict[str, Any] = acme.account.client().make("/v1/licenses", policy_id=policy["id"])
        return made

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(create, range(8)))
    for use in ("root", "key"):
        rows = acme.api.get("/v1/signing_keys", params={"use": use}).json()["data"]
        assert [row["state"] for row in rows] == ["active"]
    assert {_verify(server, acme, row["key"]).license_id for row in made} == {
        row["id"] for row in made
    }


def test_rotating_the_signing_key_leaves_old_keys_alone(vendor: Vendor, server: Server) -> None:
    secret = server.create_key(vendor.account, "live", "secret", "signing_keys:rotate")
    server.client(secret).make("/v1/signing_keys/rotate", use="key")
    new = vendor.api.make("/v1/licenses", policy_id=vendor.policy["id"])
    now = time.time_ns() // 1000
    for key in (vendor.key, new["key"]):
        assert _verify(server, vendor, key, now=now)
