"""Tokens for one machine: they say which it is, and speak for no other."""

from typing import Any

import httpx
import jwt
import pytest
from api.test_tokens import _verified
from harness.cast import Vendor, make_vendor
from harness.server import Client, Server

PATH = "/v1/activations"
VALIDATE = "/v1/licenses/validate"


@pytest.fixture
def seated(server: Server) -> Vendor:
    """A vendor whose validations ask for a machine."""
    return make_vendor(server, max_activations=5)


def _activate(vendor: Vendor, name: str, **fields: Any) -> str:
    body = {"license_key": vendor.key, "fingerprint": name, **fields}
    activation_id: str = vendor.api.make(PATH, **body)["id"]
    return activation_id


def _bound(vendor: Vendor, server: Server, activation_id: str) -> Client:
    return server.client(vendor.api.make("/v1/tokens", activation_id=activation_id)["access_token"])


def _code(client: Client, **presented: Any) -> str:
    answer = client.post(VALIDATE, json=presented)
    assert answer.status_code == 200, answer.text
    code: str = answer.json()["code"]
    return code


def _told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("license_code") or answer.json().get("code")


def test_the_subject_is_the_activation(seated: Vendor, server: Server) -> None:
    """As another library reads it; the license stays in its own claim."""
    activation_id = _activate(seated, "laptop")
    for named in (
        {},
        {"license_id": seated.license["id"]},
        {"license_key": seated.key},
    ):
        made = seated.api.make("/v1/tokens", activation_id=activation_id, **named)
        claims = _verified(seated, server, made["access_token"])
        assert (claims["sub"], claims["license"]) == (activation_id, seated.license["id"])
        assert claims["product"] == seated.product["id"]
        assert jwt.get_unverified_header(made["access_token"])["typ"] == "at+jwt"
    held = seated.api.make("/v1/tokens/introspect", token=made["access_token"])
    assert (held["sub"], held["license_id"]) == (activation_id, seated.license["id"])


def test_a_token_supplies_its_machine(seated: Vendor, server: Server) -> None:
    """Presenting none is its machine's; another one is a mismatch, whoever has it."""
    activation_id = _activate(seated, "laptop")
    _activate(seated, "pc")
    app = _bound(seated, server, activation_id)

    for answer in (
        app.get(VALIDATE),
        app.post(VALIDATE, json={"fingerprint": "laptop"}),
        app.post(f"/v1/licenses/{seated.license['id']}/validate", json={}),
    ):
        shown = answer.json()
        assert (shown["code"], shown["activation"]["id"]) == ("VALID", activation_id)
    for other in ("pc", "nobody's"):
        refused = app.post(VALIDATE, json={"fingerprint": other}).json()
        assert (refused["valid"], refused["code"]) == (False, "FINGERPRINT_MISMATCH")
        assert refused["activation"] is None
    assert _code(app, fingerprint="pc", product="another") == "PRODUCT_MISMATCH"
    assert _code(app, fingerprint="pc", version="1") == "FINGERPRINT_MISMATCH"
    seated.api.make(f"/v1/licenses/{seated.license['id']}/suspend")
    assert _code(app, fingerprint="pc") == "SUSPENDED"


def test_it_knows_its_machine_under_another_fingerprint(seated: Vendor, server: Server) -> None:
    """The machine is the activation, whatever it calls itself by now."""
    parts = {"board": "b", "cpu": "c", "disk": "d"}
    activation_id = _activate(seated, "old", components=parts)
    app = _bound(seated, server, activation_id)
    assert _activate(seated, "new", components=parts) == activation_id
    assert _code(app) == "VALID"
    assert _code(app, components=parts) == "VALID"
    assert _code(app, components={"board": "x", "cpu": "y"}) == "COMPONENTS_MISMATCH"
    assert _code(app, fingerprint="new") == "VALID"
    assert _code(app, fingerprint="old") == "FINGERPRINT_MISMATCH"


def test_an_ended_machine_is_not_activated(seated: Vendor, server: Server) -> None:
    """The token itself still holds: the answer is a verdict, with the reason."""
    activation_id = _activate(seated, "laptop")
    app = _bound(seated, server, activation_id)
    seated.api.make(f"{PATH}/{activation_id}/deactivate")
    for presented in ({}, {"fingerprint": "laptop"}, {"fingerprint": "pc"}):
        answer = app.post(VALIDATE, json=presented).json()
        assert (answer["valid"], answer["code"]) == (False, "NOT_ACTIVATED")
        assert "deactivated" in answer["detail"]
    out = f"/v1/licenses/{seated.license['id']}/check_out"
    assert _told(app.post(out, json={})) == (403, "NOT_ACTIVATED")
    refused = seated.api.post("/v1/tokens", json={"activation_id": activation_id})
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")
    assert refused.json()["ended_reason"] == "deactivated"


def test_only_machines_of_ones_own_license_are_bound(
    seated: Vendor, globex: Vendor, server: Server
) -> None:
    """Another license's, tenant's, mode's or product's do not exist."""
    activation_id = _activate(seated, "laptop")
    other = seated.api.make("/v1/licenses", policy_id=seated.policy["id"])
    draw = seated.api.make("/v1/products", name="Draw", code="draw")
    fields = {"name": "Draw", "scopes": ["tokens:mint"], "product_ids": [draw["id"]]}
    bound = server.client(seated.api.make("/v1/api_keys", **fields)["secret"])
    asked = {"activation_id": activation_id}
    for client, body in (
        (seated.api, {**asked, "license_id": other["id"]}),
        (seated.api, {**asked, "license_key": other["key"]}),
        (seated.api, {"activation_id": "act_" + "0" * 26}),
        (seated.api, {"activation_id": "nonsense", "user": "bob"}),
        (globex.api, asked),
        (seated.account.client("test"), asked),
        (bound, asked),
    ):
        refused = client.post("/v1/tokens", json=body)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    both = {**asked, "license_id": seated.license["id"], "license_key": seated.key}
    assert seated.api.post("/v1/tokens", json=both).status_code == 400
    assert seated.api.post("/v1/tokens", json={"activation_id": ""}).status_code == 400


def test_it_touches_its_own_activation_alone(seated: Vendor, server: Server) -> None:
    """Without a fingerprint too; others' are not found, and stay as they are."""
    activation_id, other = _activate(seated, "laptop"), _activate(seated, "pc")
    app = _bound(seated, server, activation_id)
    assert app.make(f"{PATH}/{activation_id}/heartbeat")["heartbeat_at"] is not None
    for act in ("heartbeat", "deactivate"):
        for body in ({}, {"fingerprint": "pc"}, {"fingerprint": "laptop"}):
            assert _told(app.post(f"{PATH}/{other}/{act}", json=body)) == (404, "not_found")
        wrong = app.post(f"{PATH}/{activation_id}/{act}", json={"fingerprint": "pc"})
        assert _told(wrong) == (404, "not_found")
    for name in ("pc", "third"):
        refused = app.post(PATH, json={"fingerprint": name})
        assert _told(refused) == (403, "FINGERPRINT_MISMATCH")
    assert app.make(PATH, fingerprint="laptop")["id"] == activation_id
    assert app.make(f"{PATH}/{activation_id}/deactivate")["ended_reason"] == "deactivated"
    assert seated.api.get(f"{PATH}/{other}").json()["ended_at"] is None


def test_its_files_are_its_machines(seated: Vendor, server: Server) -> None:
    app = _bound(seated, server, _activate(seated, "laptop"))
    _activate(seated, "pc")
    path = f"/v1/licenses/{seated.license['id']}/check_out"
    assert _told(app.post(path, json={"fingerprint": "pc"})) == (403, "FINGERPRINT_MISMATCH")
    assert app.make(path)["activation_id"] is not None


def test_its_leases_are_its_machines(server: Server) -> None:
    """It acquires, renews and releases for its machine; others' leases are not found."""
    acme = make_vendor(server, floating=True, max_leases=5)
    activation_id = _activate(acme, "laptop")
    app = _bound(acme, server, activation_id)
    own = app.make("/v1/leases", fingerprint="laptop")
    other = acme.api.make("/v1/leases", license_key=acme.key, fingerprint="pc")
    assert _told(app.post("/v1/leases", json={"fingerprint": "pc"})) == (
        403, "FINGERPRINT_MISMATCH",
    )  # fmt: skip
    assert _code(app, lease_id=own["id"]) == "VALID"
    assert _code(app, lease_id=other["id"]) == "LEASE_ENDED"
    for act in ("renew", "release"):
        for body in ({}, {"fingerprint": "pc"}):
            answer = app.post(f"/v1/leases/{other['id']}/{act}", json=body)
            assert _told(answer) == (404, "not_found")
    assert app.make(f"/v1/leases/{own['id']}/renew")["id"] == own["id"]
    acme.api.make(f"{PATH}/{activation_id}/deactivate")
    assert _told(app.post(f"/v1/leases/{own['id']}/renew", json={})) == (403, "NOT_ACTIVATED")
    assert _told(app.post("/v1/leases", json={"fingerprint": "laptop"})) == (403, "NOT_ACTIVATED")
    assert app.make(f"/v1/leases/{own['id']}/release")["ended_reason"] is not None


def test_it_ends_when_it_is_revoked(seated: Vendor, server: Server) -> None:
    made = seated.api.make("/v1/tokens", activation_id=_activate(seated, "laptop"))
    app = server.client(made["access_token"])
    assert _code(app) == "VALID"
    seated.api.make("/v1/tokens/revoke", token_id=made["token_id"])
    assert app.get(VALIDATE).status_code == 401


def test_it_is_bound_also_where_nothing_is_required(server: Server) -> None:
    """`requires: []` asks apps for nothing, but a token does not change its machine."""
    acme = make_vendor(server, requires=[])
    activation_id = _activate(acme, "laptop")
    app = _bound(acme, server, activation_id)
    assert _code(app, fingerprint="pc") == "FINGERPRINT_MISMATCH"
    acme.api.make(f"{PATH}/{activation_id}/deactivate")
    assert _code(app) == "NOT_ACTIVATED"


def test_a_user_and_a_machine(seated: Vendor, server: Server) -> None:
    """A token may be both one user's and one machine's."""
    path = f"/v1/licenses/{seated.license['id']}/users"
    bob = seated.api.make(path, external_id="bob")
    body = {"activation_id": _activate(seated, "laptop"), "user": "bob"}
    app = server.client(seated.api.make("/v1/tokens", **body)["access_token"])
    assert _code(app) == "VALID"
    assert _code(app, user="carol") == "USER_MISMATCH"
    assert _code(app, fingerprint="pc") == "FINGERPRINT_MISMATCH"
    seated.api.make(f"{path}/{bob['id']}/ban")
    assert _code(app) == "BANNED"
    assert _told(seated.api.post("/v1/tokens", json=body)) == (403, "BANNED")
