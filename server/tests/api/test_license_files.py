"""License files: a license goes offline, for no longer than it may, and keeps its seat."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from api.test_permits import trust_of
from harness.cast import Vendor, make_vendor
from harness.server import Client, Server
from licenseapi_server.domain.instants import DAY, SECOND, parse_instant
from licenseapi_server.domain.license_files import VerifiedFile, remove_armor, verify_license_file
from licenseapi_server.domain.signed_texts import DocumentRefusedError


def _path(vendor: Vendor) -> str:
    return f"/v1/licenses/{vendor.license['id']}/check_out"


def _check_out(vendor: Vendor, **body: Any) -> dict[str, Any]:
    return vendor.api.make(_path(vendor), **body)


def _activate(vendor: Vendor, name: str) -> str:
    made = vendor.api.make("/v1/activations", license_key=vendor.key, fingerprint=name)
    activation_id: str = made["id"]
    return activation_id


def _reason(verify: Callable[[], VerifiedFile]) -> str:
    with pytest.raises(DocumentRefusedError) as refused:
        verify()
    return refused.value.reason


def test_a_file_says_what_the_license_is(server: Server) -> None:
    """To whoever has the root, without the server; for its product and its machine alone."""
    acme = make_vendor(server, max_activations=2, duration="P1Y")
    activation_id = _activate(acme, "laptop")
    made = _check_out(acme, fingerprint="laptop", ttl_seconds=86_400)
    trust = trust_of(server, acme)
    found = verify_license_file(made["document"], trust, fingerprint="laptop")

    now = time.time_ns() // 1000
    assert (found.id, found.license_id) == (made["id"], acme.license["id"])
    assert (found.activation_id, found.limits["max_activations"]) == (activation_id, 2)
    assert found.license["key_hint"] == acme.license["key_hint"]
    assert found.expires_at == parse_instant(made["expires_at"])
    assert abs(found.expires_at - now - DAY) < 120 * SECOND
    assert "laptop" not in made["document"]
    text, compact = made["document"], remove_armor(made["document"])
    assert verify_license_file(compact, trust, fingerprint="laptop") == found
    assert verify_license_file(text.replace("\n", "\r\n"), trust, fingerprint="laptop") == found
    other = trust_of(server, acme, product="draw")
    late = trust_of(server, acme, now=found.expires_at)
    early = trust_of(server, acme, now=found.issued_at - 600 * SECOND)
    assert _reason(lambda: verify_license_file(text, trust, fingerprint="pc")) == (
        "wrong_fingerprint"
    )
    assert _reason(lambda: verify_license_file(text, other, fingerprint="laptop")) == (
        "wrong_product"
    )
    assert _reason(lambda: verify_license_file(text, late, fingerprint="laptop")) == "expired"
    assert _reason(lambda: verify_license_file(text, early, fingerprint="laptop")) == "not_yet"


def test_every_flipped_bit_is_seen(acme: Vendor, server: Server) -> None:
    text, trust = _check_out(acme)["document"].strip(), trust_of(server, acme)
    assert verify_license_file(text, trust)
    for place in range(len(text)):
        bit = 1 << (place % 7)
        changed = f"{text[:place]}{chr(ord(text[place]) ^ bit)}{text[place + 1 :]}"
        with pytest.raises(DocumentRefusedError):
            verify_license_file(changed, trust)


def test_the_policy_caps_what_the_caller_asks(server: Server) -> None:
    acme = make_vendor(server, offline={"allowed": True, "max_ttl": "P2D", "max_live_files": None})
    now = time.time_ns() // 1000
    for body in ({}, {"ttl_seconds": 90 * 86_400}):
        made = _check_out(acme, **body)
        assert abs(parse_instant(made["expires_at"]) - now - 2 * DAY) < 120 * SECOND
    small = acme.api.post(_path(acme), json={"ttl_seconds": 59})
    assert (small.status_code, small.json()["param"]) == (400, "ttl_seconds")


def test_no_file_outlives_its_license(server: Server) -> None:
    acme = make_vendor(server, duration="P3D")
    made = _check_out(acme)
    assert parse_instant(made["expires_at"]) == (
        parse_instant(acme.license["ends_at"]) // SECOND * SECOND
    )


@pytest.mark.parametrize("basis", ["first_activation", "first_validation", "first_use"])
def test_a_file_starts_every_clock(server: Server, basis: str) -> None:
    acme = make_vendor(server, duration="P3D", expiration_basis=basis)
    made = _check_out(acme)
    shown = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()
    assert (
        parse_instant(made["expires_at"]) == parse_instant(shown["expires_at"]) // SECOND * SECOND
    )


def test_where_it_is_not_allowed_there_is_none(server: Server) -> None:
    acme = make_vendor(server, offline={"allowed": False, "max_ttl": "P2D", "max_live_files": None})
    response = acme.api.post(_path(acme), json={})
    assert (response.status_code, response.json()["code"]) == (403, "offline_not_allowed")


@pytest.mark.parametrize(("action", "code"), [("suspend", "SUSPENDED"), ("revoke", "REVOKED")])
def test_a_license_that_may_not_run_gets_none(acme: Vendor, action: str, code: str) -> None:
    acme.api.make(f"/v1/licenses/{acme.license['id']}/{action}")
    response = acme.api.post(_path(acme), json={})
    assert (response.status_code, response.json()["license_code"]) == (403, code)
    assert acme.api.get("/v1/license_files").json()["data"] == []


def test_a_policy_that_revokes_gives_none_in_grace(server: Server) -> None:
    acme = make_vendor(server, duration="P3D", grace_period="P9D", expiration_strategy="revoke")
    past = time.time_ns() // 1000 - 3600 * SECOND
    server.execute(
        "UPDATE licensing_license SET expires_at = ? WHERE id = ?", past, acme.license["id"]
    )
    response = acme.api.post(_path(acme), json={})
    assert (response.status_code, response.json()["license_code"]) == (403, "EXPIRED")


def test_a_counted_machine_has_to_be_activated(server: Server) -> None:
    acme = make_vendor(server, max_activations=1)
    for body, code in (({}, "FINGERPRINT_REQUIRED"), ({"fingerprint": "pc"}, "NOT_ACTIVATED")):
        response = acme.api.post(_path(acme), json=body)
        assert (response.status_code, response.json()["license_code"]) == (403, code)


def test_the_seat_stays_taken_until_the_file_ends(server: Server) -> None:
    """Else one license would run on as many machines as can be unplugged."""
    acme = make_vendor(server, max_activations=1)
    activation_id = _activate(acme, "laptop")
    made = _check_out(acme, fingerprint="laptop")
    acme.api.make(f"/v1/activations/{activation_id}/deactivate")
    body = {"license_key": acme.key, "fingerprint": "pc"}
    refused = acme.api.post("/v1/activations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "activation_limit_reached")
    # The same machine comes back, and its file goes on holding the seat.
    assert _activate(acme, "laptop") == activation_id
    acme.api.make(f"/v1/activations/{activation_id}/deactivate")
    assert acme.api.post("/v1/activations", json=body).status_code == 409
    past = parse_instant(made["expires_at"]) - 400 * DAY
    server.execute(
        "UPDATE licensing_activation SET seat_free_at = ? WHERE id = ?", past, activation_id
    )
    assert acme.api.post("/v1/activations", json=body).status_code == 201


def test_live_files_are_counted_exactly(server: Server) -> None:
    """Twenty machines at once, and a limit of three; a machine's new file takes no other place."""
    offline = {"allowed": True, "max_ttl": "P2D", "max_live_files": 3}
    acme = make_vendor(server, offline=offline)
    names = [f"m{number}" for number in range(12)]
    for name in names:
        _activate(acme, name)
    barrier = threading.Barrier(len(names))
    clients = {name: acme.account.client() for name in names}

    def ask(name: str) -> tuple[str, int]:
        barrier.wait(30)
        return name, clients[name].post(_path(acme), json={"fingerprint": name}).status_code

    with ThreadPoolExecutor(len(names)) as pool:
        given = [name for name, status in pool.map(ask, names) if status == 200]
    assert len(given) == 3
    assert _check_out(acme, fingerprint=given[0])["superseded_at"] is None
    (other, *_) = set(names) - set(given)
    refused = acme.api.post(_path(acme), json={"fingerprint": other}).json()
    assert (refused["code"], refused["limit"], refused["count"]) == (
        "license_file_limit_reached", 3, 3,
    )  # fmt: skip


def test_files_are_listed_without_their_text(acme: Vendor, globex: Vendor) -> None:
    _activate(acme, "laptop")
    first = _check_out(acme, fingerprint="laptop")
    second = _check_out(acme, fingerprint="laptop")
    path = f"/v1/license_files?license_id={acme.license['id']}"
    listed = acme.api.get(path).json()["data"]

    assert [row["id"] for row in listed] == [second["id"], first["id"]]
    assert [row["superseded_at"] is None for row in listed] == [True, False]
    shown = acme.api.get(f"/v1/license_files/{second['id']}").json()
    assert shown == {name: value for name, value in second.items() if name != "document"}
    assert globex.api.get(f"/v1/license_files/{second['id']}").status_code == 404
    assert globex.api.get("/v1/license_files").json()["data"] == []
    timeline = acme.api.get(f"/v1/licenses/{acme.license['id']}/timeline").json()["data"]
    assert [row["object_id"] for row in timeline if row["type"] == "license_file.created"] == [
        second["id"], first["id"],
    ]  # fmt: skip


def test_apps_check_out_what_is_theirs(acme: Vendor, globex: Vendor, server: Server) -> None:
    """A publishable key proves the license by its key, and says its product."""
    public = acme.account.client(key="publishable_key")
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]

    def status(client: Client, **body: Any) -> int:
        return client.post(_path(acme), json=body).status_code

    assert status(public, license_key=acme.key, product="paint") == 200
    assert status(public, product="paint") == 400
    assert status(public, license_key=acme.key) == 400
    assert status(public, license_key=globex.key, product="paint") == 404
    assert status(public, license_key=acme.key, product="draw") == 403
    assert status(server.client(token)) == 200
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])["id"]
    assert server.client(token).post(f"/v1/licenses/{other}/check_out").status_code == 404
    assert status(globex.api) == 404


def test_an_old_app_believes_a_new_key(acme: Vendor, server: Server) -> None:
    """Files of before and after a rotation hold with the root that shipped."""
    shipped = trust_of(server, acme)
    before = _check_out(acme)
    operator = server.create_key(acme.account, "live", "secret", "signing_keys:rotate")
    server.client(operator).make("/v1/signing_keys/rotate", use="file")
    after = _check_out(acme)

    assert before["kid"] != after["kid"]
    assert verify_license_file(before["document"], shipped).id == before["id"]
    assert verify_license_file(after["document"], shipped).id == after["id"]
