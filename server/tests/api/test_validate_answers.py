"""licenses.validate: the whole answer, what an app may see of it, and when to ask again."""

from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server

PATH = "/v1/licenses/validate"
PAST, SOON, FUTURE = "2020-01-01T00:00:00Z", "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


def _ask(vendor: Vendor, **fields: Any) -> dict[str, Any]:
    return vendor.api.make(PATH, key=vendor.key, **fields)


def _change(vendor: Vendor, **fields: Any) -> None:
    response = vendor.api.patch(f"/v1/licenses/{vendor.license['id']}", json=fields)
    assert response.status_code == 200, response.text


def test_the_whole_answer(server: Server) -> None:
    acme = make_vendor(server, grace_period="P7D", max_activations=3, max_users=5, requires=[])
    acme.api.make("/v1/entitlements", name="Export", code="export")
    customer = acme.api.make("/v1/customers", name="Dora", email="dora@example.com")
    _change(
        acme,
        customer_id=customer["id"],
        starts_at=PAST,
        expires_at=FUTURE,
        metadata={"seat": "7"},
        private_metadata={"margin": "secret"},
        entitlements=[{"code": "export", "expires_at": SOON}],
        max_users="unlimited",
    )

    answer = _ask(acme, product="paint", entitlements=["export"], nonce="n-1")

    shown = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()
    assert answer.pop("validated_at").endswith("Z")
    assert answer == {
        "object": "validation",
        "valid": True,
        "code": "VALID",
        "detail": "The license is valid.",
        "warnings": [],
        "license": {
            "id": acme.license["id"],
            "object": "license",
            "name": "First",
            "status": "active",
            "key_hint": f"…{acme.key[-5:]}",
            "product_id": acme.product["id"],
            "policy_id": acme.policy["id"],
            "customer_id": customer["id"],
            "starts_at": PAST,
            "expires_at": FUTURE,
            "ends_at": "2099-01-08T00:00:00Z",
            "limits": {
                "max_activations": 3,
                "max_leases": None,
                "max_users": None,
                "max_cores": None,
                "max_memory_bytes": None,
                "max_disk_bytes": None,
            },
            "activation_count": 0,
            "user_count": 0,
            "last_check_in_at": None,
            "check_in_due_at": None,
            "maintenance_ends_at": None,
            "metadata": {"seat": "7"},
            "created_at": acme.license["created_at"],
        },
        "activation": None,
        "entitlements": [{"code": "export", "expires_at": SOON}],
        "nonce": "n-1",
        "next_check_at": SOON,
        "permit": None,
    }
    assert answer["license"].items() <= shown.items()


@pytest.mark.parametrize("credential", ["publishable", "token"])
def test_an_app_never_sees_the_customer_the_private_metadata_or_the_key(
    acme: Vendor, server: Server, credential: str
) -> None:
    customer = acme.api.make("/v1/customers", name="Dora Doe", email="dora@example.com")
    _change(acme, customer_id=customer["id"], private_metadata={"margin": "hush"})
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    keys = {"publishable": acme.account.live["publishable_key"], "token": token}
    app = server.client(keys[credential])

    response = app.post(PATH, json={"key": acme.key, "product": "paint"})

    to_server = _ask(acme, product="paint")
    assert to_server["license"].pop("customer_id") == customer["id"]
    seen = response.json()
    assert seen["license"] == to_server["license"]
    assert seen.keys() == to_server.keys()
    for hidden in (customer["id"], "Dora", "dora@", "hush", acme.key):
        assert hidden not in response.text


def test_an_answer_is_never_stored_on_its_way(acme: Vendor) -> None:
    response = acme.api.get(PATH, params={"key": acme.key})

    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    ("policy", "fields", "expected"),
    [
        ({}, {}, None),
        ({}, {"expires_at": FUTURE}, FUTURE),
        ({}, {"starts_at": SOON, "expires_at": FUTURE}, SOON),
        ({"grace_period": "P7D"}, {"expires_at": FUTURE}, FUTURE),
        ({"grace_period": "P79Y"}, {"expires_at": PAST}, FUTURE),
        ({"expiration_strategy": "allow"}, {"expires_at": PAST}, None),
        ({}, {"expires_at": PAST}, None),
    ],
    ids=["perpetual", "expiry", "start", "before grace", "in grace", "lenient", "over"],
)
def test_next_check_is_when_the_clock_alone_may_change_the_answer(
    server: Server, policy: dict[str, Any], fields: dict[str, Any], expected: str | None
) -> None:
    acme = make_vendor(server, **policy)
    _change(acme, **fields)

    assert _ask(acme)["next_check_at"] == expected


def test_an_entitlement_that_ended_is_not_shown_and_sets_no_next_check(acme: Vendor) -> None:
    for code in ("past", "soon", "always"):
        acme.api.make("/v1/entitlements", name=code, code=code)
    attached = [
        {"code": "past", "expires_at": PAST},
        {"code": "soon", "expires_at": SOON},
        {"code": "always"},
    ]
    _change(acme, expires_at=FUTURE, entitlements=attached)

    answer = _ask(acme)

    assert {item["code"]: item["expires_at"] for item in answer["entitlements"]} == {
        "soon": SOON,
        "always": None,
    }
    assert answer["next_check_at"] == SOON
    missing = _ask(acme, entitlements=["past", "soon", "nope"])
    assert missing["detail"] == "The license lacks: nope, past."
    assert missing["entitlements"] == answer["entitlements"]


def test_a_refusal_shows_the_status_that_explains_it(acme: Vendor) -> None:
    _change(acme, expires_at=PAST)
    expired = _ask(acme)
    acme.api.make(f"/v1/licenses/{acme.license['id']}/suspend")
    suspended = _ask(acme)

    assert (expired["code"], expired["license"]["status"]) == ("EXPIRED", "expired")
    assert (suspended["code"], suspended["license"]["status"]) == ("SUSPENDED", "suspended")
    assert suspended["license"]["ends_at"] == PAST
    assert suspended["nonce"] is None


def test_a_dry_run_answers_alike_and_leaves_no_trace(acme: Vendor) -> None:
    """The last-used time is buffered: a later real validation shows that it was flushed."""
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])

    def used_at(license_id: str) -> str | None:
        seen: str | None = acme.api.get(f"/v1/licenses/{license_id}").json()["last_validated_at"]
        return seen

    dry = _ask(acme, dry_run=True)
    by_query = acme.api.get(PATH, params={"key": acme.key, "dry_run": "true"}).json()
    by_id = acme.api.make(f"/v1/licenses/{acme.license['id']}/validate", dry_run=True)
    acme.api.make(PATH, key=other["key"])

    assert [dry["code"], by_query["code"], by_id["code"]] == ["VALID"] * 3
    assert eventually(lambda: used_at(other["id"]), bool)
    assert used_at(acme.license["id"]) is None
    _ask(acme)
    assert eventually(lambda: used_at(acme.license["id"]), bool)


def test_the_answer_is_logged_with_its_license_and_code(acme: Vendor) -> None:
    acme.api.make(f"/v1/licenses/{acme.license['id']}/suspend")
    request_id = acme.api.post(PATH, json={"key": acme.key}).headers["Request-Id"]

    entry = eventually(
        lambda: acme.api.get(f"/v1/request_logs/{request_id}"), lambda r: r.status_code == 200
    ).json()

    assert (entry["license_id"], entry["code"]) == (acme.license["id"], "SUSPENDED")
    assert (entry["status"], entry["operation"]) == (200, "licenses.validate")
    assert acme.key not in str(entry)
