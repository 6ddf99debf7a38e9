"""Deliveries are believed for their signature alone, and what cannot be is answered alike."""

import json
import time

import pytest
from harness.billing import (
    SECRETS,
    deliver,
    sign,
)
from harness.cast import Vendor, make_vendor
from harness.server import Server
from harness.subscriptions import (
    NOW,
    active,
    address,
    license_of,
    set_up,
)


@pytest.fixture
def acme(server: Server) -> Vendor:
    """A vendor with a license that ends with its subscription, after a week of grace."""
    return make_vendor(server, grace_period="P7D")


def test_forged_deliveries_are_refused_alike_and_leave_nothing(
    acme: Vendor, server: Server
) -> None:
    """Wrong secret, old or future time, unknown account, changed body: one answer, nothing kept."""
    set_up(acme)
    path, stranger = address(acme), server.client()
    content = json.dumps(active()).encode()
    unknown = path[:-4] + "0000"
    held = sign("stripe", content)["Stripe-Signature"]
    calls = {
        "no signature": (path, content, {}),
        "wrong secret": (path, content, sign("stripe", content, "whsec_wrong")),
        "another body": (path, content + b" ", sign("stripe", content)),
        "too old": (path, content, sign("stripe", content, at=time.time() - 1_000)),
        "too early": (path, content, sign("stripe", content, at=time.time() + 1_000)),
        "two times": (path, content, {"Stripe-Signature": f"t=1,{held}"}),
        "another header": (path, content, sign("generic", content, SECRETS["stripe"])),
        "no digest": (path, content, {"Stripe-Signature": held.replace("v1=", "v0=")}),
        "a huge header": (path, content, {"Stripe-Signature": held + ",v1=0" * 400}),
        "unknown account": (unknown, content, sign("stripe", content)),
        "malformed account": ("/v1/billing/stripe/x", content, sign("stripe", content)),
        "another provider": (address(acme, "paddle"), content, sign("paddle", content)),
        "another mode": (f"{path}/test", content, sign("stripe", content)),
    }
    answers = {}
    for name, (where, body, headers) in calls.items():
        kind = {"Content-Type": "application/json"}
        response = stranger.post(where, content=body, headers={**kind, **headers})
        hidden = {"request_id", "instance"}
        shown = {key: value for key, value in response.json().items() if key not in hidden}
        answers[name] = (response.status_code, shown, response.headers.get("WWW-Authenticate"))

    assert {status for status, _, _ in answers.values()} == {401}
    first = answers["wrong secret"]
    assert {name: answer for name, answer in answers.items() if answer != first} == {}
    assert first[1]["code"] == "signature_refused"
    assert acme.api.get("/v1/billing_deliveries").json()["data"] == []
    assert license_of(acme)["version"] == 1


def test_what_is_signed_must_be_json_of_bounded_size(acme: Vendor, server: Server) -> None:
    """And an address must be one of a provider."""
    set_up(acme, "generic")
    path, stranger = address(acme, "generic"), server.client()

    def status(content: bytes, kind: str = "application/json") -> int:
        headers = {"Content-Type": kind, **sign("generic", content)}
        return stranger.post(path, content=content, headers=headers).status_code

    assert status(b"{") == 400
    assert status(b"[" * 100_000) == 400
    assert status(b"\xff\xfe") == 400
    assert status(b'{"id": 1e999999}') == 400
    assert status(b"id=1", "application/x-www-form-urlencoded") == 415
    assert status(b" " * (1 << 20) + b"{}") == 413
    other = stranger.post(path.replace("generic", "acme"), json={})
    assert (other.status_code, other.json()["code"]) == (404, "not_found")
    assert stranger.get(path).status_code == 405


def test_a_rolled_secret_works_beside_the_old_one_for_its_overlap(
    acme: Vendor, server: Server
) -> None:
    """Stripe signs with both while it rolls; whoever holds the old one alone is refused after it."""
    set_up(acme)
    (provider,) = acme.api.get("/v1/billing_providers").json()["data"]
    stranger, path = server.client(), address(acme)

    def accepts(secret: str, at: int) -> bool:
        return deliver(stranger, path, active(at=at), secret).status_code == 200

    roll = f"/v1/billing_providers/{provider['id']}/roll_secret"
    rolled = acme.api.make(roll, secret="whsec_second", overlap_seconds=600)
    assert rolled["previous_secret_until"] is not None
    assert accepts("whsec_second", NOW - 90)
    assert accepts(SECRETS["stripe"], NOW - 80)
    acme.api.make(roll, secret="whsec_third", overlap_seconds=600)
    assert not accepts(SECRETS["stripe"], NOW - 70)
    assert accepts("whsec_second", NOW - 60)
    ended = acme.api.make(roll, secret="whsec_fourth", overlap_seconds=0)
    assert ended["previous_secret_until"] is None
    assert not accepts("whsec_third", NOW - 50)
    assert accepts("whsec_fourth", NOW - 40)

    content = json.dumps(active(at=NOW - 30)).encode()
    moment = str(int(time.time()))
    both = [
        sign("stripe", content, secret, at=float(moment)) for secret in ("x" * 9, "whsec_fourth")
    ]
    digests = ",".join(one["Stripe-Signature"].partition(",")[2] for one in both)
    headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={moment},{digests}"}
    assert stranger.post(path, content=content, headers=headers).status_code == 200
