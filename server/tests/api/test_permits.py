"""Permits: a valid answer that survives an outage, for as long as its policy says."""

import time
from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server
from licenseapi_server.domain.instants import DAY, SECOND, parse_instant
from licenseapi_server.domain.permits import Permit, verify_permit
from licenseapi_server.domain.signed_documents import GrantedUntil, Trust
from licenseapi_server.domain.signed_texts import DocumentRefusedError

INCLUDE = ["permit"]


def roots_of(server: Server, vendor: Vendor) -> tuple[str, ...]:
    """What the vendor's app has embedded."""
    mode = "/test" if vendor.mode == "test" else ""
    path = f"/v1/accounts/{vendor.account.account_id}{mode}/root_keys"
    return tuple(root["public_key"] for root in server.client().get(path).json()["data"])


def trust_of(server: Server, vendor: Vendor, **more: Any) -> Trust:
    """What the vendor's app knows."""
    given = {"product": "paint", "now": time.time_ns() // 1000, **more}
    return Trust(roots=roots_of(server, vendor), **given)


def _validate(vendor: Vendor, **body: Any) -> dict[str, Any]:
    asked = {"key": vendor.key, "include": INCLUDE, **body}
    return vendor.api.make("/v1/licenses/validate", **asked)


def _permit(server: Server, vendor: Vendor, **body: Any) -> Permit:
    answer = _validate(vendor, **body)
    assert answer["valid"], answer
    return verify_permit(
        answer["permit"],
        trust_of(server, vendor, allow_test=vendor.mode == "test"),
        fingerprint=body.get("fingerprint"),
        nonce=body.get("nonce"),
    )


def _near(instant: int, expected: int) -> bool:
    return abs(instant - expected) < 120 * SECOND


def test_a_permit_says_what_the_answer_says(acme: Vendor, server: Server) -> None:
    """Believed with nothing but the root, and for the nonce that was sent."""
    permit = _permit(server, acme, nonce="n-1")

    now = time.time_ns() // 1000
    assert (permit.license_id, permit.product_id) == (acme.license["id"], acme.product["id"])
    assert (permit.code, permit.nonce, permit.activation_id) == ("VALID", "n-1", None)
    assert not permit.is_in_grace
    assert _near(permit.issued_at, now)
    assert _near(permit.expires_at, now + 3 * DAY)
    assert _near(permit.grace_until, now + 10 * DAY)


def test_there_is_none_unless_asked_for_valid_and_meant(acme: Vendor) -> None:
    plain = acme.api.make("/v1/licenses/validate", key=acme.key)
    wrong = _validate(acme, product="other")
    dry = _validate(acme, dry_run=True)

    assert plain["permit"] is wrong["permit"] is dry["permit"] is None
    assert dry["valid"]


def test_an_old_answer_cannot_pass_for_a_new_one(acme: Vendor, server: Server) -> None:
    text = _validate(acme, nonce="yesterday")["permit"]
    with pytest.raises(DocumentRefusedError) as refused:
        verify_permit(text, trust_of(server, acme), nonce="today")
    assert refused.value.reason == "wrong_nonce"


def test_it_is_for_the_machine_that_asked(server: Server) -> None:
    acme = make_vendor(server, max_activations=1)
    acme.api.make("/v1/activations", license_key=acme.key, fingerprint="alice-laptop")
    permit = _permit(server, acme, fingerprint="alice-laptop")
    text = _validate(acme, fingerprint="alice-laptop")["permit"]

    (activation,) = acme.api.get("/v1/activations").json()["data"]
    assert permit.activation_id == activation["id"]
    assert "alice-laptop" not in text
    for other in ("bobs-laptop", None):
        with pytest.raises(DocumentRefusedError) as refused:
            verify_permit(text, trust_of(server, acme), fingerprint=other)
        assert refused.value.reason == "wrong_fingerprint"


def test_it_ends_with_the_license_and_so_does_its_grace(server: Server) -> None:
    """Pulling the cable adds no day to a license."""
    acme = make_vendor(server, duration="P2D", permit_ttl="P5D", outage_grace="P30D")
    permit = _permit(server, acme)

    ends_at = parse_instant(acme.license["ends_at"]) // SECOND * SECOND
    assert (permit.expires_at, permit.grace_until) == (ends_at, ends_at)


def test_a_license_in_grace_ends_with_it(server: Server) -> None:
    acme = make_vendor(server, duration="P30D", grace_period="P1D", permit_ttl="P5D")
    past = time.time_ns() // 1000 - 3600 * SECOND
    server.execute(
        "UPDATE licensing_license SET expires_at = ? WHERE id = ?", past, acme.license["id"]
    )
    permit = _permit(server, acme)

    assert permit.code == "GRACE_PERIOD"
    assert permit.expires_at == (past + DAY) // SECOND * SECOND


def test_it_ends_when_a_check_in_is_due(server: Server) -> None:
    """But an outage may keep the app from checking in: its grace goes on."""
    acme = make_vendor(server, check_in_interval="P1D")
    permit = _permit(server, acme)
    created = parse_instant(acme.license["created_at"])

    assert permit.expires_at == (created + DAY) // SECOND * SECOND
    assert permit.grace_until == permit.expires_at + 7 * DAY


@pytest.mark.parametrize("basis", ["first_activation", "first_validation", "first_use"])
def test_a_permit_starts_every_clock(server: Server, basis: str) -> None:
    """Else a trial that is only ever run offline would last for ever."""
    acme = make_vendor(server, duration="P2D", expiration_basis=basis)
    assert acme.license["expires_at"] is None
    permit = _permit(server, acme)

    shown = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()
    assert permit.expires_at == parse_instant(shown["expires_at"]) // SECOND * SECOND


def test_it_carries_the_features_and_their_ends(server: Server) -> None:
    acme = make_vendor(server)
    for code in ("pdf", "svg"):
        acme.api.make("/v1/entitlements", name=code, code=code)
    acme.api.make_patch(
        f"/v1/licenses/{acme.license['id']}",
        entitlements=[{"code": "pdf"}, {"code": "svg", "expires_at": "2100-01-01T00:00:00Z"}],
    )
    permit = _permit(server, acme)

    end = parse_instant("2100-01-01T00:00:00Z")
    assert permit.entitlements == (GrantedUntil("pdf", None), GrantedUntil("svg", end))


def test_a_test_permit_never_passes_for_a_live_one(server: Server) -> None:
    acme = make_vendor(server, mode="test")
    text = _validate(acme)["permit"]
    live_roots = roots_of(server, Vendor(acme.account, "live", {}, {}, {}))
    own = trust_of(server, acme)

    for roots, reason in ((live_roots, "unknown_root"), (own.roots, "wrong_mode")):
        trust = Trust(roots=roots, product="paint", now=own.now)
        with pytest.raises(DocumentRefusedError) as refused:
            verify_permit(text, trust)
        assert refused.value.reason == reason
    assert _permit(server, acme).license_id == acme.license["id"]


def test_apps_get_one_too(acme: Vendor, server: Server) -> None:
    """With a publishable key, and with a token, by body, id and query."""
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    app = server.client(token)
    public = acme.account.client(key="publishable_key")
    answers = [
        public.make(
            "/v1/licenses/validate", key=acme.key, product="paint", include=INCLUDE, nonce="a"
        ),
        app.make("/v1/licenses/validate", include=INCLUDE, nonce="a"),
        app.make(f"/v1/licenses/{acme.license['id']}/validate", include=INCLUDE, nonce="a"),
        app.get("/v1/licenses/validate?include[]=permit&nonce=a").json(),
    ]
    for answer in answers:
        permit = verify_permit(answer["permit"], trust_of(server, acme), nonce="a")
        assert permit.license_id == acme.license["id"]


def test_an_old_app_believes_a_new_key(acme: Vendor, server: Server) -> None:
    """The key of permits is rotated; the root that shipped years ago still suffices."""
    shipped = trust_of(server, acme)
    before = _validate(acme)["permit"]
    operator = server.create_key(acme.account, "live", "secret", "signing_keys:rotate")
    server.client(operator).make("/v1/signing_keys/rotate", use="permit")
    server.client(operator).make("/v1/signing_keys/rotate", use="root")
    after = _validate(acme)["permit"]

    assert before.partition(".")[0] != after.partition(".")[0]
    assert verify_permit(before, shipped).license_id == acme.license["id"]
    assert verify_permit(after, shipped).license_id == acme.license["id"]


@pytest.mark.parametrize("include", [[], ["permit", "permit"], ["customer"], "permit"])
def test_what_cannot_be_included_is_refused(acme: Vendor, include: object) -> None:
    body = {"key": acme.key, "include": include}
    response = acme.api.post("/v1/licenses/validate", json=body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_request")
