"""What a session of the portal may do: see its own licenses, free its own seats, and leave."""

import base64
import json
import os
import tempfile
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
os.environ.setdefault("LICENSEAPI_DATA_DIR", tempfile.mkdtemp(prefix="licenseapi-portal-"))

import django
import httpx
import pytest

django.setup()

from harness.cast import Vendor, make_vendor
from harness.mailbox import Mailbox
from harness.portal import Holder, make_holder
from harness.server import Client, Server
from licenseapi_server.api.routes import ROUTES
from licenseapi_server.domain.instants import HOUR


def _release(session: Client, activation_id: str) -> httpx.Response:
    return session.post(f"/v1/portal/activations/{activation_id}/release")


def _claims(session: Client) -> dict[str, Any]:
    _, payload, _ = session.headers["Authorization"].split(".")
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


def test_the_session_is_a_token_of_the_customer(dora: Holder) -> None:
    session = dora.open()

    claims = _claims(session)

    assert set(claims) == {
        *("iss", "aud", "sub", "customer", "client_id", "mode", "scope"),
        *("iat", "nbf", "exp", "jti", "gen"),
    }
    assert claims["sub"] == claims["customer"] == dora.customer["id"]
    assert claims["exp"] - claims["iat"] == 1800


def test_a_customer_sees_their_licenses_without_keys(dora: Holder) -> None:
    vendor = dora.vendor
    vendor.api.make_patch(
        f"/v1/licenses/{vendor.license['id']}",
        private_metadata={"margin": "90"},
        metadata={"a": "b"},
    )
    other = vendor.api.make("/v1/licenses", policy_id=vendor.policy["id"])
    session = dora.open()

    page = session.get("/v1/portal/licenses").json()

    assert (page["object"], page["url"], page["has_more"]) == ("list", "/v1/portal/licenses", False)
    (row,) = page["data"]
    assert set(row) == {
        *("id", "object", "name", "status", "key_hint", "product_id", "product_name"),
        *("starts_at", "expires_at", "ends_at", "limits", "activation_count", "metadata"),
        "created_at",
    }
    assert (row["id"], row["status"], row["product_name"]) == (
        vendor.license["id"],
        "active",
        "Paint",
    )
    assert row["metadata"] == {"a": "b"}
    assert vendor.key not in json.dumps(page)
    path = f"/v1/portal/licenses/{other['id']}/activations"
    assert session.get(path).json()["code"] == "not_found"


def test_lists_have_pages(dora: Holder) -> None:
    vendor = dora.vendor
    more = [
        vendor.api.make(
            "/v1/licenses", policy_id=vendor.policy["id"], customer_id=dora.customer["id"]
        )
        for _ in range(4)
    ]
    session, seen, cursor = dora.open(), [], None
    for _ in range(3):
        query = {"limit": 2, **({"starting_after": cursor} if cursor else {})}
        page = session.get("/v1/portal/licenses", params=query).json()
        seen += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]

    assert seen == [*(row["id"] for row in reversed(more)), vendor.license["id"]]
    assert cursor is None


def test_a_customer_frees_a_seat(dora: Holder) -> None:
    vendor = dora.vendor
    vendor.api.make_patch(f"/v1/policies/{vendor.policy['id']}", max_activations=1)
    old = dora.activate(name="Laptop", hostname="dora-1")
    session = dora.open()
    path = f"/v1/portal/licenses/{vendor.license['id']}/activations"
    (shown,) = session.get(path).json()["data"]
    assert set(shown) == {
        *("id", "object", "license_id", "fingerprint", "name", "hostname", "platform"),
        *("activated_at", "last_seen_at", "ended_at", "ended_reason"),
    }
    assert (shown["name"], shown["hostname"], shown["ended_at"]) == ("Laptop", "dora-1", None)

    released = _release(session, old["id"])
    repeated = _release(session, old["id"])

    assert (released.status_code, released.json()["ended_reason"]) == (200, "released")
    assert repeated.json() == released.json()
    dora.activate()
    assert [row["id"] for row in session.get(path, params={"ended": "true"}).json()["data"]] == [
        old["id"]
    ]
    timeline = vendor.api.get(f"/v1/licenses/{vendor.license['id']}/timeline").json()["data"]
    ended = [row for row in timeline if row["type"] == "activation.ended"]
    assert [(row["object_id"], row["data"], row["actor"]) for row in ended] == [
        (old["id"], {"reason": "released"}, _claims(session)["jti"])
    ]


def test_cool_down_and_budget_hold_as_for_apps(dora: Holder) -> None:
    vendor = dora.vendor
    policy = f"/v1/policies/{vendor.policy['id']}"
    vendor.api.make_patch(policy, deactivation_cooldown="P1D")
    first, second, third = (dora.activate() for _ in range(3))
    session = dora.open()

    assert _release(session, first["id"]).status_code == 200
    cooling = _release(session, second["id"])
    assert (cooling.status_code, cooling.json()["code"]) == (409, "cooldown_running")
    assert int(cooling.headers["Retry-After"]) > HOUR // 1_000_000
    vendor.api.make_patch(
        policy, deactivation_cooldown=None, max_deactivations=2, deactivation_period="P1M"
    )
    assert _release(session, second["id"]).status_code == 200
    spent = _release(session, third["id"])

    assert (spent.status_code, spent.json()["code"]) == (409, "deactivation_limit_reached")
    assert vendor.api.get(f"/v1/activations/{third['id']}").json()["ended_at"] is None


def test_whatever_the_license_is_its_machines_can_be_released(dora: Holder) -> None:
    """A banned customer looks, and gives back; nothing else."""
    vendor = dora.vendor
    seat = dora.activate()
    session = dora.open()
    vendor.api.make(f"/v1/customers/{dora.customer['id']}/ban")

    (row,) = session.get("/v1/portal/licenses").json()["data"]

    assert row["status"] == "banned"
    assert _release(session, seat["id"]).status_code == 200
    assert dora.open().get("/v1/portal/licenses").status_code == 200


def test_anothers_objects_are_like_absent_ones(
    server: Server, dora: Holder, globex: Vendor, mailbox: Mailbox
) -> None:
    """Another customer's of the same vendor, another vendor's, and what has been transferred."""
    vendor, session = dora.vendor, dora.open()
    eve = vendor.api.make("/v1/customers", name="Eve")
    theirs = vendor.api.make("/v1/licenses", policy_id=vendor.policy["id"], customer_id=eve["id"])
    foreign = make_holder(globex, mailbox)
    machines = [
        vendor.api.make("/v1/activations", license_id=theirs["id"], fingerprint="e")["id"],
        foreign.activate()["id"],
        "act_01m86j5z9vesav92gpqb53nadv",
        "nonsense",
    ]
    own = dora.activate()
    vendor.api.make(f"/v1/licenses/{vendor.license['id']}/transfer", customer_id=eve["id"])

    answers = [_release(session, machine) for machine in [*machines, own["id"]]]
    answers += [
        session.get(f"/v1/portal/licenses/{name}/activations")
        for name in (theirs["id"], globex.license["id"], vendor.license["id"], "nonsense")
    ]

    hidden = {"request_id", "instance"}
    shown = [{k: v for k, v in answer.json().items() if k not in hidden} for answer in answers]
    assert {answer.status_code for answer in answers} == {404}
    assert all(body == shown[0] for body in shown)
    assert session.get("/v1/portal/licenses").json()["data"] == []
    assert vendor.api.get(f"/v1/activations/{own['id']}").json()["ended_at"] is None


def test_a_session_opens_nothing_but_the_portal(server: Server, dora: Holder) -> None:
    session = dora.open()
    others = [
        route for route in ROUTES if not route.is_public and "portal" not in route.credentials
    ]
    assert len(others) > 50
    for route in others:
        path = route.path.replace("{id}", dora.vendor.license["id"]).replace("{user_id}", "x")
        body = None if route.method in {"GET", "DELETE"} else route.example or {}
        answer = session.request(route.method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "credential_not_allowed"), (
            route.name
        )


@pytest.mark.parametrize("kind", ["secret_key", "publishable_key", "token"])
def test_no_other_credential_opens_the_portal(server: Server, dora: Holder, kind: str) -> None:
    vendor = dora.vendor
    seat = dora.activate()
    client = vendor.account.client(key=kind) if kind != "token" else None
    if client is None:
        made = vendor.api.make("/v1/tokens", license_id=vendor.license["id"])
        client = server.client(made["access_token"])
    for answer in (
        client.get("/v1/portal/licenses"),
        client.get(f"/v1/portal/licenses/{vendor.license['id']}/activations"),
        client.post("/v1/portal/sessions/end"),
        _release(client, seat["id"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "credential_not_allowed")


def test_portal_scopes_are_granted_to_no_key(dora: Holder) -> None:
    refused = dora.vendor.api.post("/v1/api_keys", json={"name": "x", "scopes": ["portal:read"]})

    assert refused.status_code == 400


def test_a_session_ends_when_its_customer_leaves(dora: Holder) -> None:
    session, other = dora.open(), dora.open()

    ended = session.post("/v1/portal/sessions/end")

    assert ended.json() == {
        "object": "portal_session", "token_id": _claims(session)["jti"], "ended": True,
    }  # fmt: skip
    assert session.get("/v1/portal/licenses").status_code == 401
    assert other.get("/v1/portal/licenses").status_code == 200


def test_the_vendor_ends_a_session(server: Server, dora: Holder) -> None:
    """By its token or its id; what introspection says follows."""
    vendor, session = dora.vendor, dora.open()
    text = session.headers["Authorization"].removeprefix("Bearer ")
    told = vendor.api.make("/v1/tokens/introspect", token=text)
    assert (told["active"], told["sub"], told["scope"]) == (
        *(True, dora.customer["id"]),
        "portal:files portal:read portal:release",
    )
    assert "license_id" not in told

    vendor.api.make("/v1/tokens/revoke", token=text)

    assert session.get("/v1/portal/licenses").status_code == 401
    assert vendor.api.make("/v1/tokens/introspect", token=text) == {"active": False}
    by_id = dora.open()
    vendor.api.make("/v1/tokens/revoke", token_id=_claims(by_id)["jti"])
    assert by_id.get("/v1/portal/licenses").status_code == 401


@pytest.mark.parametrize("way", ["address", "deletion"])
def test_a_session_ends_with_what_it_was_opened_for(dora: Holder, way: str) -> None:
    vendor, session = dora.vendor, dora.open()
    path = f"/v1/customers/{dora.customer['id']}"
    if way == "address":
        vendor.api.make_patch(path, email="other@example.com")
    else:
        vendor.api.make_patch(f"/v1/licenses/{vendor.license['id']}", customer_id=None)
        assert vendor.api.delete(path).status_code == 200

    assert session.get("/v1/portal/licenses").status_code == 401


def test_the_portal_takes_nothing_of_the_plan(server: Server, mailbox: Mailbox) -> None:
    vendor = make_vendor(server, plan="developer")
    dora = make_holder(vendor, mailbox)
    seat = dora.activate()
    session = dora.open()
    before = vendor.api.get("/v1/account/usage").json()["requests"]["used"]

    session.get("/v1/portal/licenses")
    session.get(f"/v1/portal/licenses/{vendor.license['id']}/activations")
    _release(session, seat["id"])

    assert vendor.api.get("/v1/account/usage").json()["requests"]["used"] == before


def test_a_page_of_an_allowed_origin_may_call(server: Server, dora: Holder) -> None:
    account = dora.vendor.account
    session = dora.open()
    origin = {"Origin": "https://acme.example"}
    asked = session.get("/v1/portal/licenses", headers=origin)
    assert (asked.status_code, asked.json()["code"]) == (403, "origin_not_allowed")
    admin = server.client(server.create_key(account, "live", "secret", "account:write"))
    admin.make_patch("/v1/account", allowed_origins=["https://acme.example"])

    allowed = session.get("/v1/portal/licenses", headers=origin)
    preflight = server.client().options(
        "/v1/portal/licenses", headers={**origin, "Access-Control-Request-Method": "GET"}
    )

    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://acme.example"
    assert preflight.status_code == 204
