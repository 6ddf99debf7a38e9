"""What a clever customer would try: growing, moving and coming back past the limits."""

from typing import Any

import httpx
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server

PATH = "/v1/activations"
PARTS = {"board": "b1", "cpu": "c1", "disk": "d1"}
HOUR = 3_600_000_000


def _activate(vendor: Vendor, fingerprint: str, **fields: Any) -> httpx.Response:
    body = {"license_key": vendor.key, "fingerprint": fingerprint, **fields}
    return vendor.api.post(PATH, json=body)


def _validate(vendor: Vendor, **presented: Any) -> dict[str, Any]:
    answer: dict[str, Any] = vendor.api.make("/v1/licenses/validate", key=vendor.key, **presented)
    return answer


def test_a_machine_does_not_grow_past_the_limit(server: Server) -> None:
    """Neither in its seat, nor when it moves, nor when it comes back without telling its size."""
    acme = make_vendor(server, max_cores=16)
    seat = _activate(acme, "one", cores=8, components=PARTS).json()
    grown = _activate(acme, "one", cores=17)
    moved = _activate(acme, "two", cores=17, components=PARTS)
    acme.api.make(f"{PATH}/{seat['id']}/deactivate")
    assert _activate(acme, "three", cores=16).status_code == 201
    back = _activate(acme, "one")

    for refused in (grown, moved, back):
        assert (refused.status_code, refused.json()["code"]) == (409, "machine_limit_reached")
    assert _activate(acme, "three", cores=16).status_code == 200


def test_a_lowered_limit_leaves_who_has_a_seat_alone(server: Server) -> None:
    """Only what is new or larger is refused."""
    acme = make_vendor(server, max_cores=16)
    _activate(acme, "one", cores=16)
    acme.api.make_patch(f"/v1/policies/{acme.policy['id']}", max_cores=8)
    assert _activate(acme, "one", cores=16).status_code == 200
    assert _activate(acme, "one", cores=8).status_code == 200
    assert _activate(acme, "one", cores=9).status_code == 409


def test_one_machine_has_one_seat_whatever_it_calls_itself(server: Server) -> None:
    """Back under a fingerprint that it had before, its seat moves along."""
    acme = make_vendor(server, max_activations=1)
    first = _activate(acme, "one", components=PARTS).json()
    acme.api.make(f"{PATH}/{first['id']}/deactivate")
    second = _activate(acme, "two", components=PARTS)
    back = _activate(acme, "one", components=PARTS)

    assert (second.status_code, back.status_code) == (201, 200)
    assert back.json()["id"] == first["id"]
    ended = acme.api.get(f"{PATH}/{second.json()['id']}").json()
    assert ended["ended_reason"] == "moved"
    license_ = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()
    assert license_["activation_count"] == 1


def test_other_components_under_the_same_fingerprint_are_a_move(server: Server) -> None:
    """A copied fingerprint does not pass for the machine as often as one likes."""
    acme = make_vendor(server, max_deactivations=1, deactivation_period="P30D")
    _activate(acme, "one", components=PARTS)
    other = {"board": "x", "cpu": "y", "disk": "z"}
    assert _activate(acme, "one", components=other).status_code == 200
    refused = _activate(acme, "one", components=PARTS)
    assert (refused.status_code, refused.json()["code"]) == (409, "deactivation_limit_reached")


def test_required_components_are_required_at_the_activation(server: Server) -> None:
    """Else there would be nothing to compare a validation with."""
    acme = make_vendor(server)
    _activate(acme, "old")
    acme.api.make_patch(f"/v1/policies/{acme.policy['id']}", requires=["fingerprint", "components"])
    refused = _activate(acme, "new")
    assert (refused.status_code, refused.json()["param"]) == (400, "components")
    bare = _validate(acme, fingerprint="old", components={"x": "garbage"})
    assert bare["code"] == "COMPONENTS_MISMATCH"
    body = {"key": acme.key, "components": PARTS}
    alone = acme.api.post("/v1/licenses/validate", json=body)
    assert (alone.status_code, alone.json()["param"]) == (400, "fingerprint")


def test_the_replaced_do_not_fight_back(server: Server) -> None:
    """Nor does what somebody has ended come back with a heartbeat."""
    acme = make_vendor(server, max_activations=1, when_full="replace_oldest", heartbeat_interval=60)
    first = _activate(acme, "one").json()
    second = _activate(acme, "two").json()
    beaten = acme.api.post(f"{PATH}/{first['id']}/heartbeat", json={})
    acme.api.make(f"{PATH}/{second['id']}/deactivate")
    after = acme.api.post(f"{PATH}/{second['id']}/heartbeat", json={})

    assert (beaten.status_code, beaten.json()["ended_reason"]) == (409, "replaced")
    assert (after.status_code, after.json()["ended_reason"]) == (409, "deactivated")


def test_a_silent_machine_takes_nobodys_seat_when_it_wakes(server: Server) -> None:
    """Where newcomers replace the oldest, a heartbeat still asks for a free seat."""
    acme = make_vendor(server, max_activations=1, when_full="replace_oldest", heartbeat_interval=60)
    first = _activate(acme, "one").json()
    server.execute(
        "UPDATE licensing_activation SET activated_at = activated_at - ? WHERE id = ?",
        *(HOUR, first["id"]),
    )
    second = _activate(acme, "two").json()
    woken = acme.api.post(f"{PATH}/{first['id']}/heartbeat", json={})
    assert (woken.status_code, woken.json()["code"]) == (409, "activation_limit_reached")
    assert acme.api.get(f"{PATH}/{second['id']}").json()["ended_at"] is None


def test_a_machine_that_validates_is_seen(server: Server) -> None:
    """It does not fall asleep while it is in use."""
    acme = make_vendor(server, dormant_after="P1D")
    seat = _activate(acme, "one").json()
    server.execute(
        "UPDATE licensing_activation SET last_seen_at = last_seen_at - ? WHERE id = ?",
        *(20 * HOUR, seat["id"]),
    )
    before = acme.api.get(f"{PATH}/{seat['id']}").json()["last_seen_at"]
    assert _validate(acme, fingerprint="one", dry_run=True)["code"] == "VALID"
    assert acme.api.get(f"{PATH}/{seat['id']}").json()["last_seen_at"] == before
    assert _validate(acme, fingerprint="one")["code"] == "VALID"
    eventually(
        lambda: acme.api.get(f"{PATH}/{seat['id']}").json()["last_seen_at"], lambda at: at > before
    )


def test_an_override_asks_for_the_machine_too(server: Server) -> None:
    """What limits the license, not what its policy says."""
    acme = make_vendor(server)
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make_patch(path, max_activations=1)
    assert _validate(acme)["code"] == "FINGERPRINT_REQUIRED"
    limited = make_vendor(server, "Globex", max_activations=1)
    limited.api.make_patch(f"/v1/licenses/{limited.license['id']}", max_activations="unlimited")
    assert _validate(limited)["code"] == "VALID"


def test_the_next_check_is_when_something_may_change(server: Server) -> None:
    """Not for what has ended, and each end of a seat on its own."""
    acme = make_vendor(server, heartbeat_interval=60, when_dead="keep", dormant_after="P1D")
    seat = _activate(acme, "one").json()
    server.execute(
        "UPDATE licensing_activation SET activated_at = activated_at - ? WHERE id = ?",
        *(HOUR, seat["id"]),
    )
    dead = _validate(acme, fingerprint="one")
    acme.api.make(f"{PATH}/{seat['id']}/deactivate")
    ended = _validate(acme, fingerprint="one")
    assert (dead["code"], dead["next_check_at"] is not None) == ("HEARTBEAT_DEAD", True)
    assert (ended["code"], ended["next_check_at"]) == ("NOT_ACTIVATED", None)


def test_sums_of_the_largest_sizes_are_no_error(server: Server) -> None:
    """Any app may tell any size: the next machine is answered all the same."""
    acme = make_vendor(server)
    largest = (1 << 53) - 1
    for number in range(3):
        sizes = {"memory_bytes": largest, "disk_bytes": largest, "cores": largest}
        assert _activate(acme, f"m-{number}", **sizes).status_code == 201
    server.execute("UPDATE licensing_activation SET disk_bytes = ?", (1 << 63) - 1)
    assert _activate(acme, "innocent").status_code == 201


def test_an_unbound_app_says_which_product_it_is(server: Server) -> None:
    """A publishable key copied out of one app takes no seats for all products."""
    acme = make_vendor(server)
    app = acme.account.client(key="publishable_key")
    body = {"license_key": acme.key, "fingerprint": "one"}

    silent = app.post(PATH, json=body)
    other = app.post(PATH, json={**body, "product": "other"})
    own = app.post(PATH, json={**body, "product": "paint"})

    assert (silent.status_code, silent.json()["param"]) == (400, "product")
    assert (other.status_code, other.json()["license_code"]) == (403, "PRODUCT_MISMATCH")
    assert own.status_code == 201


def test_another_licenses_key_speaks_for_nobody(server: Server) -> None:
    """Not beside a server's key, nor beside a token, nor with another fingerprint."""
    acme = make_vendor(server)
    seat = _activate(acme, "one").json()
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])["key"]
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    path = f"{PATH}/{seat['id']}/heartbeat"
    for client in (acme.api, server.client(token)):
        wrong = client.post(path, json={"fingerprint": "one", "license_key": other})
        machine = client.post(path, json={"fingerprint": "two"})
        right = client.post(path, json={"fingerprint": "one", "license_key": acme.key})
        assert [wrong.status_code, machine.status_code, right.status_code] == [404, 404, 200]


def test_a_lowered_limit_is_told_with_the_true_count(server: Server) -> None:
    """Even where the oldest would make room: one place is not enough."""
    acme = make_vendor(server, max_activations=3, when_full="replace_oldest")
    for number in range(3):
        _activate(acme, f"m-{number}")
    acme.api.make_patch(f"/v1/policies/{acme.policy['id']}", max_activations=1)
    refused = _activate(acme, "new").json()
    assert (refused["limit"], refused["count"]) == (1, 3)


def test_a_test_machine_is_known_by_the_host_name_it_had(server: Server) -> None:
    """It takes no seat when it comes back without telling it again."""
    acme = make_vendor(server, max_activations=1, non_production=["ci-*"])
    spare = _activate(acme, "m-0", hostname="ci-1").json()
    _activate(acme, "m-1")
    acme.api.make(f"{PATH}/{spare['id']}/deactivate")
    back = _activate(acme, "m-0")
    assert (back.status_code, back.json()["is_non_production"]) == (200, True)


def test_more_than_a_thousand_silent_machines_all_free_their_seats(server: Server) -> None:
    """However many lie between them."""
    acme = make_vendor(server, max_activations=1_105, dormant_after="P1D")
    first = _activate(acme, "m-0").json()
    server.execute(
        """INSERT INTO licensing_activation (id, account_id, mode, license_id, product_id,
        fingerprint, fingerprint_digest, activated_at, last_seen_at, created_at, updated_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1104)
        SELECT substr(a.id, 1, 24) || CAST(10000 + n.i AS varchar(8)), a.account_id, a.mode,
        a.license_id, a.product_id, CAST(n.i AS varchar(8)),
        CAST(CAST(n.i AS varchar(8)) AS {kind}), a.activated_at,
        a.last_seen_at - CASE WHEN n.i > 40 THEN 0 ELSE ? END, a.created_at, a.updated_at
        FROM n CROSS JOIN licensing_activation a WHERE a.id = ?""".replace(
            "{kind}", "bytea" if server.database_url else "blob"
        ),  # type: ignore[arg-type]
        *(48 * HOUR, first["id"]),
    )
    assert _activate(acme, "newcomer").status_code == 201
    page = acme.api.get(PATH, params={"ended": "true", "limit": "100"}).json()
    assert len(page["data"]) == 40
