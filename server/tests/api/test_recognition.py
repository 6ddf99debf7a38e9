"""A validation tells when a machine is known by its components, and changes nothing by that."""

from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

PARTS = {"board": "b1", "cpu": "c1", "disk": "d1"}
NEW_DISK = {**PARTS, "disk": "d2"}


def _validate(vendor: Vendor, fingerprint: str, **body: Any) -> tuple[str, list[str]]:
    answer = vendor.api.make(
        "/v1/licenses/validate", key=vendor.key, fingerprint=fingerprint, **body
    )
    return answer["code"], [warning["code"] for warning in answer["warnings"]]


def _activate(vendor: Vendor, fingerprint: str, **body: Any) -> dict[str, Any]:
    asked = {"license_key": vendor.key, "fingerprint": fingerprint, **body}
    return vendor.api.make("/v1/activations", **asked)


def test_a_changed_fingerprint_is_told_and_nothing_is_written(server: Server) -> None:
    """The app activates again, and the seat moves; then there is nothing to warn of."""
    acme = make_vendor(server, max_activations=1)
    seat = _activate(acme, "old", components=PARTS)
    path = f"/v1/activations/{seat['id']}"

    assert _validate(acme, "new", components=NEW_DISK) == (
        "NOT_ACTIVATED",
        ["FINGERPRINT_CHANGED"],
    )
    assert acme.api.get(path).json() == seat

    assert _activate(acme, "new", components=NEW_DISK)["id"] == seat["id"]
    assert _validate(acme, "new", components=NEW_DISK) == ("VALID", [])


@pytest.mark.parametrize(
    "components", [None, {"board": "b1"}, {"board": "x", "cpu": "y"}, {"cpu": "b1", "board": "c1"}]
)
def test_a_stranger_is_not_taken_for_another(
    server: Server, components: dict[str, str] | None
) -> None:
    """Too few of the same, or the same under other names, say nothing."""
    acme = make_vendor(server, max_activations=1)
    _activate(acme, "old", components=PARTS)
    body = {} if components is None else {"components": components}
    assert _validate(acme, "new", **body) == ("NOT_ACTIVATED", [])


def test_a_machine_that_gave_its_seat_up_is_not_recognized(server: Server) -> None:
    """Nor is one of another license."""
    acme = make_vendor(server, max_activations=1)
    seat = _activate(acme, "old", components=PARTS)
    acme.api.make(f"/v1/activations/{seat['id']}/deactivate")
    assert _validate(acme, "new", components=PARTS) == ("NOT_ACTIVATED", [])

    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])
    asked = {"license_id": other["id"], "fingerprint": "old", "components": PARTS}
    acme.api.make("/v1/activations", **asked)
    assert _validate(acme, "new", components=PARTS) == ("NOT_ACTIVATED", [])


def test_a_machine_that_takes_no_seat_is_told_as_such(server: Server) -> None:
    """So that the vendor knows a test machine from a customer's."""
    acme = make_vendor(server, max_activations=1, non_production=["ci-*"])
    _activate(acme, "ci-7")
    assert _validate(acme, "ci-7") == ("VALID", ["NON_PRODUCTION"])
