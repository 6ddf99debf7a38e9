"""licenses.check_in: an app that has to be heard of, and what happens when it is not."""

import time
from typing import Any, LiteralString

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

DAY = 86_400_000_000


def _check_in(vendor: Vendor, client: httpx.Client | None = None, **body: Any) -> httpx.Response:
    path = f"/v1/licenses/{vendor.license['id']}/check_in"
    return (client or vendor.api).post(path, json=body)


def _validate(vendor: Vendor, **body: Any) -> dict[str, Any]:
    return vendor.api.make("/v1/licenses/validate", key=vendor.key, **body)


def _shown(vendor: Vendor) -> dict[str, Any]:
    found: dict[str, Any] = vendor.api.get(f"/v1/licenses/{vendor.license['id']}").json()
    return found


def _shift(server: Server, vendor: Vendor, column: LiteralString, days: float) -> None:
    """Let an instant of the license lie so many days in the past."""
    at = time.time_ns() // 1000 - int(days * DAY)
    statement: LiteralString = f"UPDATE licensing_license SET {column} = ? WHERE id = ?"
    server.execute(statement, at, vendor.license["id"])


def _events(vendor: Vendor) -> list[str]:
    path = f"/v1/licenses/{vendor.license['id']}/timeline"
    return [event["type"] for event in vendor.api.get(path).json()["data"]]


def test_an_overdue_license_stops_until_it_is_checked_in(server: Server) -> None:
    """The instant is announced; the code says why; one check-in heals it."""
    acme = make_vendor(server, check_in_interval="P7D")
    before = _validate(acme)
    assert (before["code"], before["license"]["last_check_in_at"]) == ("VALID", None)
    assert before["next_check_at"] == before["license"]["check_in_due_at"]
    _shift(server, acme, "created_at", 7.1)

    overdue = _validate(acme)
    answer = _check_in(acme)
    after = _validate(acme)

    assert (overdue["valid"], overdue["code"]) == (False, "CHECK_IN_OVERDUE")
    assert overdue["license"]["status"] == "active"
    assert answer.status_code == 200
    assert answer.json()["last_check_in_at"] is not None
    assert after["code"] == "VALID"
    assert after["license"]["check_in_due_at"] == answer.json()["check_in_due_at"]
    shown = _shown(acme)
    assert shown["check_in_due_at"] == answer.json()["check_in_due_at"]
    assert shown["version"] == acme.license["version"]
    assert _events(acme)[0] == "license.checked_in"


def test_a_check_in_holds_for_one_interval(server: Server) -> None:
    """Counted from the last one, whatever came before."""
    acme = make_vendor(server, check_in_interval="P7D")
    _check_in(acme)
    _shift(server, acme, "last_check_in_at", 6.9)
    assert _validate(acme)["code"] == "VALID"
    _shift(server, acme, "created_at", 90)
    _shift(server, acme, "last_check_in_at", 7.1)
    assert _validate(acme)["code"] == "CHECK_IN_OVERDUE"


def test_before_the_first_check_in_the_first_machine_counts(server: Server) -> None:
    """A license that lay in a drawer is not overdue on the day it is installed."""
    acme = make_vendor(server, check_in_interval="P7D")
    _shift(server, acme, "created_at", 100)
    assert _validate(acme)["code"] == "CHECK_IN_OVERDUE"

    seat = acme.api.make("/v1/activations", license_key=acme.key, fingerprint="m-1")

    assert _validate(acme)["code"] == "VALID"
    acme.api.make(f"/v1/activations/{seat['id']}/deactivate")
    acme.api.make("/v1/activations", license_key=acme.key, fingerprint="m-1")
    _shift(server, acme, "first_activated_at", 8)
    acme.api.make("/v1/activations", license_key=acme.key, fingerprint="m-2")
    assert _validate(acme)["code"] == "CHECK_IN_OVERDUE"


def test_without_an_interval_nothing_is_due(acme: Vendor) -> None:
    """A check-in is noted all the same: the app need not know its policy."""
    answer = _check_in(acme).json()
    assert (answer["check_in_due_at"], answer["last_check_in_at"] is None) == (None, False)


@pytest.mark.parametrize("action", ["suspend", "revoke"])
def test_what_may_not_run_may_not_check_in(server: Server, action: str) -> None:
    """Nor does the attempt leave a trace."""
    acme = make_vendor(server, check_in_interval="P7D")
    acme.api.make(f"/v1/licenses/{acme.license['id']}/{action}")
    refused = _check_in(acme)
    assert (refused.status_code, refused.json()["code"]) == (403, "license_refused")
    assert refused.json()["license_code"] == {"suspend": "SUSPENDED", "revoke": "REVOKED"}[action]
    assert _shown(acme)["last_check_in_at"] is None
    assert "license.checked_in" not in _events(acme)


def test_an_overdue_license_may_send_heartbeats_and_activate_but_mint_nothing(
    server: Server,
) -> None:
    """What heals it, and what only tells, stays open."""
    acme = make_vendor(server, check_in_interval="P7D", heartbeat_interval=60)
    seat = acme.api.make("/v1/activations", license_key=acme.key, fingerprint="m-1")
    _shift(server, acme, "created_at", 90)
    _shift(server, acme, "first_activated_at", 90)

    beat = acme.api.post(f"/v1/activations/{seat['id']}/heartbeat", json={})
    other = acme.api.post("/v1/activations", json={"license_key": acme.key, "fingerprint": "m-2"})
    token = acme.api.post("/v1/tokens", json={"license_key": acme.key})

    assert (beat.status_code, other.status_code) == (200, 201)
    assert (token.status_code, token.json()["license_code"]) == (403, "CHECK_IN_OVERDUE")


def test_an_app_checks_its_own_license_in(acme: Vendor, server: Server) -> None:
    """By a token of the license, or by a publishable key with the license key beside it."""
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    app = acme.account.client(key="publishable_key")

    by_token = _check_in(acme, server.client(token))
    by_key = _check_in(acme, app, license_key=acme.key)
    silent = _check_in(acme, app)

    assert (by_token.status_code, by_key.status_code) == (200, 200)
    assert "customer_id" not in by_token.json()
    assert (silent.status_code, silent.json()["param"]) == (400, "license_key")


def test_others_licenses_do_not_exist(acme: Vendor, globex: Vendor, server: Server) -> None:
    """Another license's key or token, another tenant, a product beyond the key: 404 alike."""
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])
    token = acme.api.make("/v1/tokens", license_id=other["id"])["access_token"]
    product = acme.api.make("/v1/products", name="Sound", code="sound")
    bound = acme.api.make(
        "/v1/api_keys", name="b", scopes=["licenses:check_in"], product_ids=[product["id"]]
    )["secret"]
    app = acme.account.client(key="publishable_key")

    refused = [
        _check_in(acme, app, license_key=other["key"]),
        _check_in(acme, server.client(token)),
        _check_in(acme, server.client(bound)),
        _check_in(acme, globex.api),
        _check_in(acme, acme.account.client("test")),
        _check_in(acme, license_key="x" * 20),
    ]

    assert [answer.status_code for answer in refused] == [404] * len(refused)
    assert _shown(acme)["last_check_in_at"] is None


def test_a_replaced_key_checks_nothing_in(acme: Vendor) -> None:
    """The key before a roll works for its overlap, here as anywhere."""
    acme.api.make(f"/v1/licenses/{acme.license['id']}/roll_key")
    app = acme.account.client(key="publishable_key")
    assert _check_in(acme, app, license_key=acme.key).status_code == 404
