"""Presenting a user: in validations, activations and tokens."""

from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server


@pytest.fixture
def team(server: Server) -> Vendor:
    """A license that names Bob, by an id, an address and `usr_…`, and asks who is using it."""
    vendor = make_vendor(server, requires=["user"])
    bob = vendor.api.make(
        f"/v1/licenses/{vendor.license['id']}/users",
        external_id="u-1",
        email="Bob@example.com",
        name="Bob",
    )
    vendor.license["user"] = bob["id"]
    return vendor


def _users(vendor: Vendor, *rest: str) -> str:
    return "/".join((f"/v1/licenses/{vendor.license['id']}/users", *rest))


def _validate(vendor: Vendor, **body: Any) -> dict[str, Any]:
    return vendor.api.make("/v1/licenses/validate", **{"key": vendor.key, **body})


def test_a_user_is_known_by_id_address_and_usr(team: Vendor) -> None:
    """By key, by id and by query alike; whoever is not named is told so."""
    for user in ("u-1", "Bob@example.com", "bob@EXAMPLE.com", team.license["user"]):
        body = {"user": user}
        answers = [
            _validate(team, **body)["code"],
            team.api.make(f"/v1/licenses/{team.license['id']}/validate", **body)["code"],
            team.api.get("/v1/licenses/validate", params={"key": team.key, **body}).json()["code"],
        ]
        assert answers == ["VALID"] * 3, user
    assert _validate(team)["code"] == "USER_REQUIRED"
    for user in ("U-1", "u-2", "Bob", "usr_01m86j5z9vesav92gpqb53nadv"):
        assert _validate(team, user=user)["code"] == "USER_MISMATCH", user
    assert (
        team.api.post("/v1/licenses/validate", json={"key": team.key, "user": ""}).status_code
        == 400
    )


def test_an_answer_names_no_user(team: Vendor, server: Server) -> None:
    """An app learns how many there are, not who; the vendor's server neither."""
    app = server.client(team.account.live["publishable_key"])
    body = {"key": team.key, "product": "paint", "user": "u-1"}
    answer = app.post("/v1/licenses/validate", json=body)
    assert answer.json()["license"]["user_count"] == 1
    for secret in ("Bob", "bob", "u-1", team.license["user"]):
        assert secret not in answer.text


def test_a_user_of_another_license_is_nobody(team: Vendor) -> None:
    """Neither by id nor by address, also within one account."""
    other = team.api.make("/v1/licenses", policy_id=team.policy["id"])
    for user in ("u-1", "bob@example.com", team.license["user"]):
        assert _validate(team, key=other["key"], user=user)["code"] == "USER_MISMATCH"


def test_a_banned_user_is_refused_before_anything_that_is_presented(team: Vendor) -> None:
    """By rule 3: no mismatch of the app, and no suspension, hides the ban; others go on."""
    team.api.make(_users(team), external_id="u-2")
    team.api.make(_users(team, team.license["user"], "ban"))
    assert _validate(team, user="u-1")["code"] == "BANNED"
    assert _validate(team, user="u-1", product="another")["code"] == "BANNED"
    assert _validate(team, user="u-2")["code"] == "VALID"
    team.api.make(f"/v1/licenses/{team.license['id']}/suspend")
    assert _validate(team, user="u-1")["code"] == "BANNED"
    team.api.make(f"/v1/licenses/{team.license['id']}/reinstate")
    team.api.make(_users(team, team.license["user"], "unban"))
    assert _validate(team, user="u-1")["code"] == "VALID"


def test_a_user_who_was_removed_is_refused_at_once(team: Vendor) -> None:
    """Whoever is taken off the license is nobody at the next call, the last one too."""
    assert team.api.delete(_users(team, team.license["user"])).status_code == 200
    assert _validate(team, user="u-1")["code"] == "USER_MISMATCH"


def test_an_activation_remembers_its_user(team: Vendor) -> None:
    """By `usr_…`, whoever was presented; another one, or nobody, is the machine's next."""
    body = {"license_key": team.key, "fingerprint": "desk"}
    first = team.api.make("/v1/activations", **body, user="bob@example.com")
    assert first["user_id"] == team.license["user"]
    assert team.api.get(f"/v1/activations/{first['id']}").json()["user_id"] == first["user_id"]
    assert team.api.make("/v1/activations", **body)["user_id"] == first["user_id"]
    other = team.api.make(_users(team), external_id="u-2")["id"]
    assert team.api.make("/v1/activations", **body, user="u-2")["user_id"] == other
    for user, code in (("u-3", "USER_MISMATCH"), ("u-1", "BANNED")):
        if code == "BANNED":
            team.api.make(_users(team, team.license["user"], "ban"))
        refused = team.api.post("/v1/activations", json={**body, "user": user})
        assert (refused.status_code, refused.json()["license_code"]) == (403, code)
    assert team.api.get(f"/v1/activations/{first['id']}").json()["user_id"] == other


def test_a_token_presents_its_user(team: Vendor, server: Server) -> None:
    """The claim speaks where the body is silent, and no other user may be named beside it."""
    team.api.make(_users(team), external_id="u-2")
    body = {"license_id": team.license["id"], "user": "u-1"}
    app = server.client(team.api.make("/v1/tokens", **body)["access_token"])
    assert app.get("/v1/licenses/validate").json()["code"] == "VALID"
    assert app.make("/v1/licenses/validate")["code"] == "VALID"
    assert app.make("/v1/licenses/validate", user="u-1")["code"] == "VALID"
    assert app.make("/v1/licenses/validate", user="u-2")["code"] == "USER_MISMATCH"
    by_id = f"/v1/licenses/{team.license['id']}/validate"
    assert app.make(by_id)["code"] == "VALID"
    assert app.make(by_id, user="u-2")["code"] == "USER_MISMATCH"
    machine = {"fingerprint": "desk"}
    assert app.make("/v1/activations", **machine)["user_id"] == team.license["user"]
    other = app.post("/v1/activations", json={**machine, "user": "u-2"})
    assert (other.status_code, other.json()["license_code"]) == (403, "USER_MISMATCH")

    team.api.make(_users(team, team.license["user"], "ban"))

    assert app.get("/v1/licenses/validate").json()["code"] == "BANNED"
    # Naming somebody else does not lift the ban.
    assert not app.make("/v1/licenses/validate", user="u-2")["valid"]
    refused = team.api.post("/v1/tokens", json=body)
    assert (refused.status_code, refused.json()["license_code"]) == (403, "BANNED")
