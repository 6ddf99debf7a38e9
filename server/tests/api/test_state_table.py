"""Every action in every state of a license, over HTTP, against the table of the design."""

import itertools
import time
from typing import Any, LiteralString

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

DAY = 86_400_000_000
_numbers = itertools.count()
GIVING_BACK = {"deactivate", "release"}
RUNTIME = (*sorted(GIVING_BACK), "activate", "check_in", "heartbeat", "lease", "mint")
# State → what its policy is, its code where something is refused, what software may still do.
STATES: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "in force": ({}, "", set(RUNTIME)),
    "in grace": ({"grace_period": "P7D"}, "", set(RUNTIME)),
    "expired but valid": ({"expiration_strategy": "allow"}, "", set(RUNTIME)),
    "revoked": ({}, "REVOKED", GIVING_BACK),
    "banned": ({}, "BANNED", GIVING_BACK),
    "suspended": ({}, "SUSPENDED", GIVING_BACK),
    "expired": ({}, "EXPIRED", GIVING_BACK),
    "not started": ({}, "NOT_STARTED", GIVING_BACK | {"activate"}),
    "overdue": (
        {"check_in_interval": "P7D"},
        "CHECK_IN_OVERDUE",
        GIVING_BACK | {"activate", "check_in", "heartbeat"},
    ),
}
# What somebody has set → the management actions that it makes illegal.
ILLEGAL = {
    "suspended": {"delete"},
    "revoked": {"suspend", "reinstate", "renew", "extend", "transfer", "roll_key"},
}
ILLEGAL_ELSEWHERE = {"reinstate", "delete"}
MANAGEMENT = (
    *("suspend", "reinstate", "revoke", "renew", "extend", "transfer", "roll_key"),
    *("update", "delete"),
)


SETTING = {"revoked": "revoke", "suspended": "suspend"}


class Subject:
    """A license with a machine and a lease, brought into a state."""

    def __init__(self, vendor: Vendor, server: Server, state: str) -> None:
        self.vendor, self.server = vendor, server
        self.customer = vendor.api.make("/v1/customers", name=f"Ada {next(_numbers)}")
        self.heir = vendor.api.make("/v1/customers", name="Bob")
        body = {"policy_id": vendor.policy["id"], "customer_id": self.customer["id"]}
        self.license = vendor.api.make("/v1/licenses", **body)
        self.path = f"/v1/licenses/{self.license['id']}"
        machine = {"license_id": self.license["id"], "fingerprint": "m-1"}
        self.seat = vendor.api.make("/v1/activations", **machine)
        self.lease = vendor.api.make("/v1/leases", **machine)
        self._bring_into(state)

    def _bring_into(self, state: str) -> None:
        past, future = ago(1), ago(-5)
        if state in {"revoked", "suspended"}:
            self.vendor.api.make(f"{self.path}/{SETTING[state]}")
        elif state == "banned":
            self.vendor.api.make(f"/v1/customers/{self.customer['id']}/ban")
        elif state in {"expired", "in grace", "expired but valid"}:
            self._set("UPDATE licensing_license SET expires_at = ? WHERE id = ?", past)
        elif state == "not started":
            self._set("UPDATE licensing_license SET starts_at = ? WHERE id = ?", future)
        elif state == "overdue":
            self._set("UPDATE licensing_license SET created_at = ? WHERE id = ?", ago(20))
            self._set("UPDATE licensing_license SET first_activated_at = ? WHERE id = ?", ago(20))

    def _set(self, statement: LiteralString, at: int) -> None:
        self.server.execute(statement, at, self.license["id"])

    def run(self, action: str) -> httpx.Response:
        """What software in a customer's hands does, with a server's key."""
        api, license_id = self.vendor.api, self.license["id"]
        other = {"license_id": license_id, "fingerprint": "m-2"}
        calls: dict[str, tuple[str, dict[str, Any]]] = {
            "activate": ("/v1/activations", other),
            "deactivate": (f"/v1/activations/{self.seat['id']}/deactivate", {}),
            "heartbeat": (f"/v1/activations/{self.seat['id']}/heartbeat", {}),
            "lease": ("/v1/leases", other),
            "release": (f"/v1/leases/{self.lease['id']}/release", {}),
            "check_in": (f"{self.path}/check_in", {}),
            "mint": ("/v1/tokens", {"license_id": license_id}),
        }
        path, body = calls[action]
        return api.post(path, json=body)

    def manage(self, action: str) -> httpx.Response:
        """What the vendor's staff does."""
        api = self.vendor.api
        if action == "update":
            return api.patch(self.path, json={"name": "Other"})
        if action == "delete":
            return api.delete(self.path)
        bodies = {"extend": {"by": "P90D"}, "transfer": {"customer_id": self.heir["id"]}}
        return api.post(
            f"{self.path}/{action}",
            json=bodies.get(action, {}),
            headers={"Idempotency-Key": f"{action}-{self.license['id']}"},
        )


def ago(days: int) -> int:
    """The instant so many days before now."""
    return time.time_ns() // 1000 - days * DAY


def _vendor(server: Server, state: str) -> Vendor:
    return make_vendor(server, duration="P30D", floating=True, requires=[], **STATES[state][0])


@pytest.mark.parametrize("state", STATES)
def test_what_software_may_do_in_each_state(server: Server, state: str) -> None:
    """Everything else is 403 with the code of the state, and changes nothing."""
    acme = _vendor(server, state)
    _policy, code, allowed = STATES[state]
    for action in RUNTIME:
        subject = Subject(acme, server, state)
        before = acme.api.get(subject.path).json()
        answer = subject.run(action)
        if action in allowed:
            assert answer.status_code in {200, 201}, (action, answer.text)
            continue
        shown = answer.json()
        assert (answer.status_code, shown.get("license_code")) == (403, code), action
        assert acme.api.get(subject.path).json() == before


@pytest.mark.parametrize("state", STATES)
def test_what_staff_may_do_in_each_state(server: Server, state: str) -> None:
    """Illegal is 409 `invalid_state`; a repeat of what holds is 200 without a second event."""
    acme = _vendor(server, state)
    for action in MANAGEMENT:
        subject = Subject(acme, server, state)
        timeline = f"{subject.path}/timeline"
        events = len(acme.api.get(timeline).json()["data"])
        answer = subject.manage(action)
        told = len(acme.api.get(timeline).json()["data"]) - events
        if action in ILLEGAL.get(state, ILLEGAL_ELSEWHERE):
            assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state"), action
            assert told == 0
            continue
        assert answer.status_code == 200, (action, answer.text)
        is_repeat = (state, action) in {("suspended", "suspend"), ("revoked", "revoke")}
        assert told == (0 if is_repeat else 1), action


@pytest.mark.parametrize("grace", [None, "P7D"])
def test_a_token_ends_with_its_license(server: Server, grace: str | None) -> None:
    """At `ends_at`: the expiry and the grace after it; valid though expired, at its maximum."""
    acme = make_vendor(server, duration="P30D", grace_period=grace)
    soon = ago(0) + 600_000_000 - (7 * DAY if grace else 0)
    server.execute(
        "UPDATE licensing_license SET expires_at = ? WHERE id = ?", soon, acme.license["id"]
    )
    asked = {"license_id": acme.license["id"], "ttl_seconds": 3600}
    assert 590 <= acme.api.make("/v1/tokens", **asked)["expires_in"] <= 600
    path = f"/v1/policies/{acme.policy['id']}"
    acme.api.make_patch(path, expiration_strategy="allow")
    assert acme.api.make("/v1/tokens", **asked)["expires_in"] == 3600
