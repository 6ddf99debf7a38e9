"""over_limit: what a validation says when more is in use than a lowered limit allows."""

from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

HOUR = 3_600_000_000


@pytest.fixture(params=["refuse", "warn"])
def crowded(server: Server, request: pytest.FixtureRequest) -> Vendor:
    """Three machines and two users."""
    vendor = make_vendor(server, max_activations=3, over_limit=request.param)
    for number in range(3):
        _activate(vendor, number)
    for number in range(2):
        path = f"/v1/licenses/{vendor.license['id']}/users"
        vendor.api.make(path, external_id=f"u{number}")
    return vendor


def _activate(vendor: Vendor, number: int) -> dict[str, Any]:
    return vendor.api.make(
        "/v1/activations",
        license_key=vendor.key,
        fingerprint=f"machine-{number}",
        cores=4,
        memory_bytes=1 << 30,
        disk_bytes=1 << 40,
    )


def _limit(vendor: Vendor, **limits: Any) -> None:
    vendor.api.make_patch(f"/v1/licenses/{vendor.license['id']}", **limits)


def _validate(vendor: Vendor, **body: Any) -> tuple[str, bool, list[str]]:
    asked = {"key": vendor.key, "fingerprint": "machine-0", **body}
    answer = vendor.api.make("/v1/licenses/validate", **asked)
    return answer["code"], answer["valid"], [warning["code"] for warning in answer["warnings"]]


def test_each_limit_is_told_in_its_order(crowded: Vendor) -> None:
    """Refused or warned of, by the policy; within the limit again, neither."""
    is_refused = crowded.policy["over_limit"] == "refuse"
    assert _validate(crowded) == ("VALID", True, [])
    _limit(crowded, max_disk_bytes=1, max_memory_bytes=1, max_cores=11, max_users=1)
    _limit(crowded, max_activations=2)
    for name, code in (
        ("max_activations", "TOO_MANY_ACTIVATIONS"),
        ("max_users", "TOO_MANY_USERS"),
        ("max_cores", "TOO_MANY_CORES"),
        ("max_memory_bytes", "TOO_MANY_MEMORY"),
        ("max_disk_bytes", "TOO_MANY_DISK"),
    ):
        expected = (code, False) if is_refused else ("VALID", True)
        assert _validate(crowded) == (*expected, ["OVER_LIMIT"]), name
        _limit(crowded, **{name: "unlimited"})
    assert _validate(crowded) == ("VALID", True, [])


def test_excess_hides_nothing_and_overage_only_warns(crowded: Vendor) -> None:
    """A missing scope, a suspension and an expiry are told first."""
    _limit(crowded, max_activations=2)
    assert _validate(crowded, product="another")[0] == "PRODUCT_MISMATCH"
    path = f"/v1/licenses/{crowded.license['id']}"
    crowded.api.make(f"{path}/suspend")
    assert _validate(crowded)[0] == "SUSPENDED"
    crowded.api.make(f"{path}/reinstate")
    crowded.api.make_patch(f"/v1/policies/{crowded.policy['id']}", overage_percent=50)
    assert _validate(crowded) == ("VALID", True, ["OVER_LIMIT"])
    _limit(crowded, expires_at="2026-01-01T00:00:00Z")
    assert _validate(crowded)[0] == "EXPIRED"


def test_a_removal_frees_the_others(crowded: Vendor) -> None:
    """A seat given up, and the rest may go on."""
    _limit(crowded, max_activations=2)
    rows = crowded.api.get("/v1/activations").json()["data"]
    gone = next(row for row in rows if row["fingerprint"] == "machine-2")
    crowded.api.make(f"/v1/activations/{gone['id']}/deactivate")
    assert _validate(crowded) == ("VALID", True, [])


@pytest.mark.parametrize(
    "rules", [{"heartbeat_interval": 60}, {"dormant_after": "P1M"}, {"dormant_after": "PT1H"}]
)
def test_silent_machines_do_not_count(server: Server, rules: dict[str, Any]) -> None:
    """By comparison with now: no write has to come first."""
    acme = make_vendor(server, max_activations=3, over_limit="refuse", **rules)
    ids = [_activate(acme, number)["id"] for number in range(3)]
    _limit(acme, max_activations=2)
    assert _validate(acme) == ("TOO_MANY_ACTIVATIONS", False, ["OVER_LIMIT"])
    column = "activated_at" if "heartbeat_interval" in rules else "last_seen_at"
    server.execute(
        f"UPDATE licensing_activation SET {column} = {column} - ? WHERE id = ?",  # type: ignore[arg-type]
        40 * 24 * HOUR,
        ids[2],
    )
    assert _validate(acme) == ("VALID", True, [])


def test_seats_held_by_offline_copies_count(server: Server) -> None:
    """An ended machine takes its seat until its offline copy ends."""
    acme = make_vendor(server, max_activations=3, over_limit="refuse")
    ids = [_activate(acme, number)["id"] for number in range(3)]
    acme.api.make(f"/v1/activations/{ids[2]}/deactivate")
    far = 4_000_000_000_000_000
    server.execute("UPDATE licensing_activation SET seat_free_at = ? WHERE id = ?", far, ids[2])
    _limit(acme, max_activations=2)
    assert _validate(acme)[0] == "TOO_MANY_ACTIVATIONS"


def test_the_first_validation_of_too_many_starts_no_clock(server: Server) -> None:
    """A refused answer is not the valid one that the license's time waits for."""
    acme = make_vendor(
        server,
        max_activations=3,
        over_limit="refuse",
        duration="P1Y",
        expiration_basis="first_validation",
    )
    for number in range(3):
        _activate(acme, number)
    _limit(acme, max_activations=2)
    assert _validate(acme)[0] == "TOO_MANY_ACTIVATIONS"
    assert acme.api.get(f"/v1/licenses/{acme.license['id']}").json()["expires_at"] is None
    _limit(acme, max_activations=3)
    assert _validate(acme)[0] == "VALID"
    assert acme.api.get(f"/v1/licenses/{acme.license['id']}").json()["expires_at"]


def test_a_machine_activated_before_the_start_is_alive_at_it(server: Server) -> None:
    """It can send no heartbeat before: its silence counts from the start of the license."""
    acme = make_vendor(server, max_activations=1, heartbeat_interval=60)
    _limit(acme, starts_at="2099-01-01T00:00:00Z")
    row = _activate(acme, 0)
    beat = acme.api.post(f"/v1/activations/{row['id']}/heartbeat", json={})
    assert (beat.status_code, beat.json()["license_code"]) == (403, "NOT_STARTED")
    # The license begins a moment ago; the machine was activated long before.
    server.execute(
        "UPDATE licensing_activation SET activated_at = activated_at - ? WHERE id = ?",
        24 * HOUR,
        row["id"],
    )
    now = acme.api.get("/v1/licenses/validate", params={"key": acme.key}).json()["validated_at"]
    _limit(acme, starts_at=now)
    assert _validate(acme)[0] == "VALID"
    assert acme.api.make(f"/v1/activations/{row['id']}/heartbeat")["ended_at"] is None


def test_staff_find_a_license_by_its_key_before_the_last_roll(acme: Vendor) -> None:
    """Whoever asks for help may hold the old key."""
    rolled = acme.api.make(f"/v1/licenses/{acme.license['id']}/roll_key")
    for key in (acme.key, acme.key.lower(), rolled["key"]):
        found = acme.api.get("/v1/licenses", params={"q": key}).json()["data"]
        assert [row["id"] for row in found] == [acme.license["id"]]


def _lease(vendor: Vendor, number: int, **fields: Any) -> str:
    asked = {"license_key": vendor.key, "fingerprint": f"machine-{number}", **fields}
    lease_id: str = vendor.api.make("/v1/leases", **asked)["id"]
    return lease_id


def test_seats_leased_beyond_a_lowered_limit_refuse(server: Server) -> None:
    """Until so many have come back; a lease takes part with its seat, not by itself."""
    rules = {"floating": True, "leasing": "per_machine", "over_limit": "refuse"}
    acme = make_vendor(server, max_leases=3, **rules)
    mine = _lease(acme, 0)
    others = [_lease(acme, 1), _lease(acme, 2)]
    _lease(acme, 0, process_id="second")
    shown = {"lease_id": mine, "fingerprint": None}
    assert _validate(acme, **shown) == ("VALID", True, [])
    _limit(acme, max_leases=2)
    assert _validate(acme, **shown) == ("TOO_MANY_LEASES", False, ["OVER_LIMIT"])
    assert _validate(acme, fingerprint=None)[0] == "LEASE_REQUIRED"
    acme.api.make(f"/v1/leases/{others[0]}/release")
    assert _validate(acme, **shown) == ("VALID", True, [])


def test_seats_leased_within_the_overage_are_warned_of(server: Server) -> None:
    """Valid all the same."""
    acme = make_vendor(server, floating=True, max_leases=2, overage_percent=50)
    shown = {"lease_id": _lease(acme, 0), "fingerprint": None}
    _lease(acme, 1)
    assert _validate(acme, **shown) == ("VALID", True, [])
    _lease(acme, 2)
    assert _validate(acme, **shown) == ("VALID", True, ["OVER_LIMIT"])


def test_seats_leased_beyond_a_lowered_limit_are_warned_of(server: Server) -> None:
    """A policy that does not refuse tells it, without an overage too; seats given back end it."""
    acme = make_vendor(server, floating=True, max_leases=2)
    shown = {"lease_id": _lease(acme, 0), "fingerprint": None}
    other = _lease(acme, 1)
    assert _validate(acme, **shown) == ("VALID", True, [])
    _limit(acme, max_leases=1)
    assert _validate(acme, **shown) == ("VALID", True, ["OVER_LIMIT"])
    acme.api.make(f"/v1/leases/{other}/release")
    assert _validate(acme, **shown) == ("VALID", True, [])
