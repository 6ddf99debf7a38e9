"""Whoever loses the right to a seat does not go on: machines given up, users banned or gone."""

from harness.cast import make_vendor
from harness.server import Server

PATH = "/v1/leases"


def test_a_machine_that_was_given_up_does_not_go_on(server: Server) -> None:
    """Its lease runs out, where a machine needs an activation; activated anew, it goes on."""
    acme = make_vendor(server, floating=True, max_leases=1, max_activations=2)
    machine = {"license_key": acme.key, "fingerprint": "m1"}
    activation_id = acme.api.make("/v1/activations", **machine)["id"]
    renew = f"{PATH}/{acme.api.make(PATH, **machine)['id']}/renew"
    assert acme.api.post(renew, json=machine).status_code == 200

    acme.api.make(f"/v1/activations/{activation_id}/deactivate", **machine)
    for path in (renew, PATH):
        refused = acme.api.post(path, json=machine)
        assert refused.status_code == 403, path
        assert refused.json()["license_code"] == "NOT_ACTIVATED"
    acme.api.make("/v1/activations", **machine)
    assert acme.api.post(renew, json=machine).status_code == 200


def test_a_user_named_later_keeps_the_seat_until_banned(server: Server) -> None:
    """Leased while the license named nobody: the name is hers all the same, full or not."""
    acme = make_vendor(server, floating=True, leasing="per_user", max_leases=1)
    ask = {"license_key": acme.key, "fingerprint": "m1", "user": "alice"}
    users = f"/v1/licenses/{acme.license['id']}/users"
    lease_id = acme.api.make(PATH, **ask)["id"]
    user_id = acme.api.make(users, external_id="alice")["id"]

    again = acme.api.post(PATH, json=ask)
    assert (again.status_code, again.json()["id"]) == (200, lease_id)
    assert again.json()["user_id"] == user_id
    acme.api.make(f"{users}/{user_id}/ban")
    refused = acme.api.post(f"{PATH}/{lease_id}/renew", json={})
    assert (refused.status_code, refused.json()["license_code"]) == (403, "BANNED")


def test_a_ban_holds_for_a_lease_that_was_not_taken_again(server: Server) -> None:
    """Only renewed since the license names its users; one who is not named does not go on."""
    acme = make_vendor(server, floating=True)
    users = f"/v1/licenses/{acme.license['id']}/users"
    renewals = {}
    for name in ("alice", "bob", "carol"):
        ask = {"license_key": acme.key, "fingerprint": name, "user": name}
        renewals[name] = f"{PATH}/{acme.api.make(PATH, **ask)['id']}/renew"
    user_id = acme.api.make(users, external_id="alice")["id"]
    assert acme.api.make(renewals["alice"])["user_id"] == user_id
    bob = acme.api.make(users, external_id="bob")["id"]
    acme.api.make(f"{users}/{bob}/ban")

    for name, code in (("bob", "BANNED"), ("carol", "USER_MISMATCH")):
        refused = acme.api.post(renewals[name], json={})
        assert (refused.status_code, refused.json().get("license_code")) == (403, code), name
