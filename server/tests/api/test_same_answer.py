"""The same license gives the same answer, however it is named: by key, by id, by token, by query."""

import time
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DAY = 86_400_000_000
DAYS = st.none() | st.integers(-40, 40).filter(bool)
LICENSES = st.fixed_dictionaries(
    {
        "suspended_at": DAYS,
        "revoked_at": DAYS,
        "starts_at": DAYS,
        "expires_at": DAYS,
        "last_check_in_at": DAYS,
    }
)
POLICIES = st.fixed_dictionaries(
    {
        "expiration_strategy": st.sampled_from(["restrict", "revoke", "maintain", "allow"]),
        "grace_period": st.sampled_from([None, "P7D"]),
        "check_in_interval": st.sampled_from([None, "P7D"]),
        "maintenance": st.sampled_from([None, "P1M"]),
        "requires": st.lists(
            st.sampled_from(["product", "version", "fingerprint", "entitlements"]), unique=True
        ),
    }
)
PRESENTED = st.fixed_dictionaries(
    {},
    optional={
        "product": st.sampled_from(["paint", "sound"]),
        "version": st.sampled_from(["1.0", "9.0"]),
        "fingerprint": st.sampled_from(["m-1", "m-2"]),
    },
)
COLUMNS = ("suspended_at", "revoked_at", "starts_at", "expires_at", "last_check_in_at")
LICENSE_CODES = {"REVOKED", "SUSPENDED", "NOT_STARTED", "EXPIRED", "CHECK_IN_OVERDUE"}


def _told(answer: httpx.Response) -> dict[str, Any]:
    """The answer without what tells callers apart, and without its own time."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    body["license"].pop("customer_id", None)
    return {name: value for name, value in body.items() if name != "validated_at"}


def _set(server: Server, vendor: Vendor, instants: dict[str, int | None]) -> None:
    now = time.time_ns() // 1000
    for column in COLUMNS:
        days = instants[column]
        value = "NULL" if days is None else str(now + days * DAY)
        statement: Any = f"UPDATE licensing_license SET {column} = {value} WHERE id = ?"
        server.execute(statement, vendor.license["id"])


@pytest.fixture(scope="module")
def acme(server: Server) -> Vendor:
    """One vendor for all the generated licenses; one machine is activated."""
    vendor = make_vendor(server)
    vendor.api.make("/v1/activations", license_key=vendor.key, fingerprint="m-1")
    path = f"/v1/products/{vendor.product['id']}/versions"
    for version, at in (("1.0", "2020-01-01T00:00:00Z"), ("9.0", "2090-01-01T00:00:00Z")):
        vendor.api.put(f"{path}/{version}", json={"released_at": at})
    return vendor


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(LICENSES, POLICIES, PRESENTED)
def test_by_key_by_id_by_token_and_by_query(
    acme: Vendor,
    server: Server,
    instants: dict[str, int | None],
    rules: dict[str, Any],
    presented: dict[str, str],
) -> None:
    """Four ways, one answer; and what is presented hides nothing about the license itself."""
    _set(server, acme, dict.fromkeys(COLUMNS))
    acme.api.make_patch(f"/v1/policies/{acme.policy['id']}", check_in_interval=None)
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    acme.api.make_patch(f"/v1/policies/{acme.policy['id']}", **rules)
    _set(server, acme, instants)
    app = server.client(token)
    path = "/v1/licenses/validate"

    answers = [
        acme.api.post(path, json={"key": acme.key, **presented}),
        acme.api.post(f"/v1/licenses/{acme.license['id']}/validate", json=presented),
        app.post(path, json=presented),
        app.get(path, params=presented),
        acme.api.get(path, params={"key": acme.key, **presented}),
    ]
    app.close()

    told = [_told(answer) for answer in answers]
    assert told == [told[0]] * len(told)
    bare = _told(acme.api.post(path, json={"key": acme.key}))
    if bare["code"] in LICENSE_CODES and not bare["valid"]:
        assert told[0]["code"] == bare["code"]
