"""Leases: a seat of a floating license for a while, taken, kept, given back and taken again."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server
from licenseapi_server.domain.instants import SECOND, parse_instant, render_instant

PATH = "/v1/leases"
HOUR = 3_600


@pytest.fixture
def floating(server: Server) -> Vendor:
    """Acme with a floating license of two seats."""
    return make_vendor(server, floating=True, max_leases=2)


def _ask(vendor: Vendor, fingerprint: str, **fields: Any) -> httpx.Response:
    body = {"license_key": vendor.key, "fingerprint": fingerprint, **fields}
    return vendor.api.post(PATH, json=body)


def _held(vendor: Vendor, fingerprint: str, **fields: Any) -> dict[str, Any]:
    answer = _ask(vendor, fingerprint, **fields)
    assert answer.status_code == 201, answer.text
    lease: dict[str, Any] = answer.json()
    return lease


def _act(vendor: Vendor, lease: dict[str, Any], action: str, **body: Any) -> httpx.Response:
    return vendor.api.post(f"{PATH}/{lease['id']}/{action}", json=body)


def _run_out(server: Server, lease: dict[str, Any]) -> None:
    """Let a lease have ended an hour ago: over the API an end lies in the future."""
    server.execute(
        "UPDATE licensing_lease SET expires_at = acquired_at - 3600000000 WHERE id = ?",
        lease["id"],
    )


def _seconds(lease: dict[str, Any]) -> float:
    """From its last renewal to its end."""
    return (parse_instant(lease["expires_at"]) - parse_instant(lease["renewed_at"])) / SECOND


def _validate(vendor: Vendor, **presented: Any) -> dict[str, Any]:
    answer: dict[str, Any] = vendor.api.make("/v1/licenses/validate", key=vendor.key, **presented)
    return answer


def _events(vendor: Vendor) -> list[tuple[str, dict[str, Any]]]:
    rows = vendor.api.get("/v1/events", params={"license_id": vendor.license["id"]}).json()["data"]
    return [(row["type"], row["data"]) for row in rows if row["type"].startswith("lease.")]


def test_a_lease_takes_a_seat_for_an_hour(floating: Vendor) -> None:
    """The smallest call: its whole answer, and the event."""
    lease = _held(floating, "machine-1")

    assert lease == {
        "id": lease["id"],
        "object": "lease",
        "license_id": floating.license["id"],
        "product_id": floating.product["id"],
        "fingerprint": "machine-1",
        "process_id": None,
        "user": None,
        "user_id": None,
        "entitlement": None,
        "ttl_seconds": HOUR,
        "is_borrowed": False,
        "acquired_at": lease["acquired_at"],
        "renewed_at": lease["acquired_at"],
        "expires_at": lease["expires_at"],
        "ended_at": None,
        "ended_reason": None,
        "version": 1,
    }
    assert lease["id"].startswith("lse_")
    assert _seconds(lease) == HOUR
    assert floating.api.get(f"{PATH}/{lease['id']}").json() == lease
    told = {"entitlement": None, "expires_at": lease["expires_at"]}
    assert _events(floating) == [("lease.acquired", told)]


def test_the_policy_bounds_how_long_a_lease_lasts(server: Server) -> None:
    """What is asked for beyond it is shortened to it; less is given as asked."""
    acme = make_vendor(server, floating=True, lease_ttl=600)

    assert _seconds(_held(acme, "one")) == 600
    assert _seconds(_held(acme, "two", ttl_seconds=86_400)) == 600
    assert _seconds(_held(acme, "three", ttl_seconds=90)) == 90


def test_without_a_seat_it_is_refused_until_one_may_be_back(floating: Vendor) -> None:
    """The answer counts, and says how long to wait: until the first of the two ends."""
    _held(floating, "machine-1", ttl_seconds=900)
    _held(floating, "machine-2")

    refused = _ask(floating, "machine-3")

    problem = refused.json()
    assert refused.status_code == 409
    assert (problem["code"], problem["limit"], problem["count"]) == ("no_seat_available", 2, 2)
    assert problem["detail"] == "The license allows 2 uses at once, and 2 are leased."
    assert 0 < int(refused.headers["Retry-After"]) <= 900


def test_a_crashed_process_gets_its_seat_back_when_all_are_taken(floating: Vendor) -> None:
    """The same slot of the same machine: 200, the same lease, renewed, and no second event."""
    mine = _held(floating, "machine-1", process_id="slot-1")
    _held(floating, "machine-1", process_id="slot-2")

    again = _ask(floating, "machine-1", process_id="slot-1", ttl_seconds=60)

    assert again.status_code == 200
    assert again.json()["id"] == mine["id"]
    assert again.json()["acquired_at"] == mine["acquired_at"]
    assert _seconds(again.json()) == 60
    assert len(_events(floating)) == 2
    assert _ask(floating, "machine-1", process_id="slot-3").status_code == 409


def test_a_lease_ends_at_its_second_without_any_job(server: Server, floating: Vendor) -> None:
    """It does not count any more, and is shown as ended when it did."""
    lease = _held(floating, "machine-1")
    _held(floating, "machine-2")
    _run_out(server, lease)

    assert _ask(floating, "machine-3").status_code == 201
    shown = floating.api.get(f"{PATH}/{lease['id']}").json()
    assert (shown["ended_reason"], shown["ended_at"]) == ("expired", shown["expires_at"])


def test_a_released_seat_is_free_at_once(floating: Vendor) -> None:
    """A repeat answers the same and writes nothing; the next lease is a new one."""
    lease = _held(floating, "machine-1")
    _held(floating, "machine-2")

    released = _act(floating, lease, "release", fingerprint="machine-1")
    repeated = _act(floating, lease, "release", fingerprint="machine-1")

    assert released.status_code == repeated.status_code == 200
    assert released.json() == repeated.json()
    shown = released.json()
    assert (shown["ended_reason"], shown["ended_at"]) == ("released", shown["expires_at"])
    assert ("lease.ended", {"reason": "released"}) in _events(floating)
    assert len(_events(floating)) == 3
    assert _held(floating, "machine-1")["id"] != lease["id"]


def test_renewing_goes_on_from_now(floating: Vendor) -> None:
    """With the time it was taken for, unless another is asked for."""
    lease = _held(floating, "machine-1", ttl_seconds=120)

    renewed = _act(floating, lease, "renew").json()
    longer = _act(floating, lease, "renew", ttl_seconds=600).json()

    assert renewed["renewed_at"] > lease["renewed_at"]
    assert (_seconds(renewed), _seconds(longer)) == (120, 600)
    assert longer["acquired_at"] == lease["acquired_at"]
    assert longer["version"] == 3
    assert len(_events(floating)) == 1


def test_renewing_brings_back_what_ran_out_if_there_is_a_seat(
    server: Server, floating: Vendor
) -> None:
    """The same id; and 409 once others have the seats."""
    lease = _held(floating, "machine-1")
    _run_out(server, lease)

    back = _act(floating, lease, "renew")
    assert (back.status_code, back.json()["id"]) == (200, lease["id"])
    assert (back.json()["ended_at"], back.json()["acquired_at"] > lease["acquired_at"]) == (
        None,
        True,
    )
    told = {"after": "expired", "expires_at": back.json()["expires_at"]}
    assert ("lease.acquired", told) in _events(floating)

    _run_out(server, lease)
    _held(floating, "machine-2")
    _held(floating, "machine-3")
    refused = _act(floating, lease, "renew")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_seat_available")


def test_a_holder_with_a_newer_lease_does_not_get_the_old_one_back(floating: Vendor) -> None:
    """One process has one seat."""
    old = _held(floating, "machine-1")
    _act(floating, old, "release", fingerprint="machine-1")
    new = _held(floating, "machine-1")

    refused = _act(floating, old, "renew")

    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")
    assert new["id"] in refused.json()["detail"]


def test_what_the_vendor_ended_stays_so(floating: Vendor) -> None:
    """A renewal, which apps send by themselves, does not undo it."""
    lease = _held(floating, "machine-1")

    ended = _act(floating, lease, "release").json()
    refused = _act(floating, lease, "renew")

    assert ended["ended_reason"] == "forced"
    assert (refused.status_code, refused.json()["ended_reason"]) == (409, "forced")
    assert _ask(floating, "machine-1").status_code == 201


def test_processes_of_a_machine_share_its_seat(server: Server) -> None:
    """per_machine: as many leases as there are processes, and one seat."""
    acme = make_vendor(server, floating=True, max_leases=1, leasing="per_machine")

    first = _held(acme, "machine-1", process_id="a")
    second = _held(acme, "machine-1", process_id="b")

    assert _ask(acme, "machine-2").status_code == 409
    _act(acme, first, "release")
    assert _ask(acme, "machine-2").status_code == 409
    _act(acme, second, "release")
    assert _ask(acme, "machine-2").status_code == 201


def test_machines_of_a_user_share_their_seat(server: Server) -> None:
    """per_user: a user has one, on however many machines; nobody has none."""
    acme = make_vendor(server, floating=True, max_leases=1, leasing="per_user")

    nobody = _ask(acme, "machine-1")
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (400, "/user")
    _held(acme, "machine-1", user="alice")
    lease = _held(acme, "machine-2", user="alice")
    assert _ask(acme, "machine-3", user="bob").status_code == 409
    # Who sits down at Alice's machine does not inherit her seat while she works elsewhere.
    assert _ask(acme, "machine-1", user="bob").status_code == 409
    _act(acme, lease, "release")
    bobs = _ask(acme, "machine-1", user="bob")
    assert (bobs.status_code, bobs.json()["user"]) == (200, "bob")


def test_a_license_that_names_its_users_leases_to_them_alone(server: Server) -> None:
    """By whatever name, a person is one; banned, not even a renewal goes on."""
    acme = make_vendor(server, floating=True, max_leases=1, leasing="per_user")
    path = f"/v1/licenses/{acme.license['id']}/users"
    alice = acme.api.make(path, external_id="alice", email="alice@acme.example")

    stranger = _ask(acme, "machine-1", user="bob").json()
    assert (stranger["code"], stranger["license_code"]) == ("license_refused", "USER_MISMATCH")
    lease = _held(acme, "machine-1", user="alice")
    assert (lease["user"], lease["user_id"]) == ("alice", alice["id"])
    assert _held(acme, "machine-2", user="Alice@Acme.example")["user_id"] == alice["id"]
    acme.api.make(f"{path}/{alice['id']}/ban")
    for answer in (_ask(acme, "machine-1", user="alice"), _act(acme, lease, "renew")):
        assert (answer.status_code, answer.json()["license_code"]) == (403, "BANNED")
    assert _act(acme, lease, "release").status_code == 200


def test_overage_allows_a_few_more(server: Server) -> None:
    """Rounded down, as for every limit; an override of the license counts."""
    acme = make_vendor(server, floating=True, max_leases=2, overage_percent=50)
    assert [_ask(acme, f"m{number}").status_code for number in range(4)] == [201, 201, 201, 409]
    acme.api.make_patch(f"/v1/licenses/{acme.license['id']}", max_leases=4)
    assert [_ask(acme, f"n{number}").status_code for number in range(4)] == [201, 201, 201, 409]


def test_a_lowered_limit_refuses_new_seats_only(floating: Vendor) -> None:
    """Who has a seat keeps it, and one has to wait until enough have come back."""
    mine = _held(floating, "machine-1", ttl_seconds=60)
    _held(floating, "machine-2", ttl_seconds=900)
    floating.api.make_patch(f"/v1/licenses/{floating.license['id']}", max_leases=1)

    assert _act(floating, mine, "renew").status_code == 200
    assert _ask(floating, "machine-1", ttl_seconds=60).status_code == 200
    refused = _ask(floating, "machine-3")
    assert (refused.status_code, refused.json()["limit"], refused.json()["count"]) == (409, 1, 2)
    assert 60 < int(refused.headers["Retry-After"]) <= 900


def test_a_lease_ends_with_its_license(server: Server) -> None:
    """Never later than `ends_at`, its grace included, however long it was asked for."""
    acme = make_vendor(server, floating=True, lease_ttl=86_400, duration="P1Y", grace_period="P1D")
    lease = _held(acme, "machine-1", ttl_seconds=60)
    assert _seconds(lease) == 60
    in_90_seconds = parse_instant(lease["renewed_at"]) + 90 * SECOND
    statement = "UPDATE licensing_license SET expires_at = ? WHERE id = ?"
    server.execute(statement, in_90_seconds - 86_400 * SECOND, acme.license["id"])

    renewed = _act(acme, lease, "renew", ttl_seconds=86_400).json()

    assert renewed["expires_at"] == render_instant(in_90_seconds)
    assert renewed["ttl_seconds"] == 86_400
    ends_at = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()["ends_at"]
    assert renewed["expires_at"] == ends_at


def test_acquiring_starts_a_clock_that_waited(server: Server) -> None:
    """Whatever the first use was to be: a lease is one."""
    acme = make_vendor(
        server, floating=True, duration="PT2H", expiration_basis="first_use", lease_ttl=86_400
    )
    lease = _held(acme, "machine-1")
    shown = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()
    assert shown["expires_at"] == lease["expires_at"]
    assert _seconds(lease) == 2 * HOUR


@pytest.mark.parametrize(
    ("action", "code"), [("suspend", "SUSPENDED"), ("revoke", "REVOKED")], ids=str
)
def test_a_license_taken_away_gives_no_seats(floating: Vendor, action: str, code: str) -> None:
    """Neither new nor renewed ones; giving back is always possible."""
    lease = _held(floating, "machine-1")
    floating.api.make(f"/v1/licenses/{floating.license['id']}/{action}")

    for answer in (_ask(floating, "machine-1"), _act(floating, lease, "renew")):
        assert (answer.status_code, answer.json()["license_code"]) == (403, code)
    assert _act(floating, lease, "release").status_code == 200


def test_a_license_that_does_not_float_is_not_leased(acme: Vendor) -> None:
    """It says what to do instead."""
    refused = _ask(acme, "machine-1")
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")
    assert "activate" in refused.json()["detail"]


def test_where_machines_are_activated_only_those_lease(server: Server) -> None:
    """`max_activations` and `floating`: installed on three machines, used on one at a time."""
    acme = make_vendor(server, floating=True, max_leases=1, max_activations=3)
    refused = _ask(acme, "machine-1").json()
    assert (refused["code"], refused["license_code"]) == ("license_refused", "NOT_ACTIVATED")
    acme.api.make("/v1/activations", license_key=acme.key, fingerprint="machine-1")
    lease = _held(acme, "machine-1")
    assert _validate(acme, fingerprint="machine-1")["code"] == "LEASE_REQUIRED"
    assert _validate(acme, lease_id=lease["id"])["code"] == "FINGERPRINT_REQUIRED"
    assert _validate(acme, fingerprint="machine-1", lease_id=lease["id"])["code"] == "VALID"


def test_a_floating_license_is_validated_with_its_lease(server: Server, floating: Vendor) -> None:
    """By body and by query; the next check is due at the lease's end at the latest."""
    lease = _held(floating, "machine-1")

    assert _validate(floating)["code"] == "LEASE_REQUIRED"
    valid = _validate(floating, lease_id=lease["id"])
    assert (valid["code"], valid["next_check_at"]) == ("VALID", lease["expires_at"])
    query = {"key": floating.key, "lease_id": lease["id"], "fingerprint": "machine-1"}
    assert floating.api.get("/v1/licenses/validate", params=query).json()["code"] == "NOT_ACTIVATED"
    _run_out(server, lease)
    ended = _validate(floating, lease_id=lease["id"])
    assert (ended["code"], ended["detail"]) == ("LEASE_ENDED", "The lease has ended: expired.")
    assert ended["next_check_at"] is None
    unknown = _validate(floating, lease_id="lse_nothing")
    assert (unknown["code"], unknown["detail"]) == ("LEASE_ENDED", "The license has no such lease.")


def test_a_policy_may_ask_for_no_lease(server: Server) -> None:
    """`requires: []` turns it off, and a lease that is presented all the same has to live."""
    acme = make_vendor(server, floating=True, requires=[])
    lease = _held(acme, "machine-1")
    assert _validate(acme)["code"] == "VALID"
    assert _validate(acme, lease_id=lease["id"])["code"] == "VALID"
    _act(acme, lease, "release")
    assert _validate(acme, lease_id=lease["id"])["code"] == "LEASE_ENDED"


def test_a_lease_is_of_its_license_and_machine_alone(server: Server) -> None:
    """Another license's lease is none; nor is another machine's."""
    acme = make_vendor(server, floating=True, max_activations=9)
    for name in ("machine-1", "machine-2"):
        acme.api.make("/v1/activations", license_key=acme.key, fingerprint=name)
    lease = _held(acme, "machine-1")
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])

    stolen = _validate(acme, fingerprint="machine-2", lease_id=lease["id"])
    assert (stolen["code"], stolen["detail"]) == ("LEASE_ENDED", "The lease is another machine's.")
    elsewhere = acme.api.make(
        f"/v1/licenses/{other['id']}/validate", fingerprint="machine-1", lease_id=lease["id"]
    )
    assert elsewhere["code"] == "NOT_ACTIVATED"


def test_leases_are_listed_and_filtered(server: Server, floating: Vendor) -> None:
    """Newest first; by license, machine, user, feature, and whether they live."""
    first = _held(floating, "machine-1", user="alice")
    second = _held(floating, "machine-2", process_id="x", user="bob")
    _run_out(server, first)

    def ids(**query: str) -> list[str]:
        return [row["id"] for row in floating.api.get(PATH, params=query).json()["data"]]

    assert ids(license_id=floating.license["id"]) == [second["id"], first["id"]]
    assert ids(fingerprint="machine-1") == ids(user="alice") == ids(ended="true") == [first["id"]]
    assert ids(ended="false") == [second["id"]]
    assert ids(entitlement="export") == ids(user="nobody") == []
    assert floating.api.get(PATH, params={"ended": "perhaps"}).status_code == 400
