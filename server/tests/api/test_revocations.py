"""The revocation list: what apps refuse although it is signed, by a number that never falls."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from api.test_permits import trust_of
from harness.cast import Vendor
from harness.server import Server
from licenseapi_server.domain.license_files import verify_license_file
from licenseapi_server.domain.revocation_lists import Revocations, verify_revocations
from licenseapi_server.domain.signed_texts import DocumentRefusedError
from msgspec.structs import replace


def _path(vendor: Vendor, mode: str = "") -> str:
    return f"/v1/accounts/{vendor.account.account_id}{mode}/revocations"


def _fetch(server: Server, vendor: Vendor) -> Revocations:
    response = server.client().get(_path(vendor))
    assert response.status_code == 200, response.text
    shown = response.json()
    roots = trust_of(server, vendor).roots
    found = verify_revocations(shown["document"], roots, time.time_ns() // 1000)
    assert (found.number, found.mode) == (shown["number"], "live")
    return found


def _issue(acme: Vendor) -> str:
    made: dict[str, Any] = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])
    return str(made["id"])


def test_what_is_revoked_is_on_the_list_for_good(acme: Vendor, server: Server) -> None:
    """Each revocation raises the number; nothing lowers it, deletion and restart included."""
    assert _fetch(server, acme).number == 0
    other = _issue(acme)
    acme.api.make(f"/v1/licenses/{other}/suspend")
    assert _fetch(server, acme).number == 0
    acme.api.make(f"/v1/licenses/{other}/revoke")
    file = acme.api.make(f"/v1/licenses/{acme.license['id']}/check_out")
    acme.api.make(f"/v1/license_files/{file['id']}/revoke", reason="Laptop stolen")

    found = _fetch(server, acme)
    assert (found.number, found.licenses, found.files) == (2, {other}, {file["id"]})
    assert acme.api.delete(f"/v1/licenses/{other}").status_code == 200
    assert (_fetch(server, acme).number, _fetch(server, acme).licenses) == (2, {other})
    acme.api.make(f"/v1/licenses/{acme.license['id']}/revoke")
    assert acme.api.delete(f"/v1/licenses/{acme.license['id']}").status_code == 200
    server.stop()
    server.start()
    found = _fetch(server, acme)
    assert (found.number, found.files) == (3, {file["id"]})
    assert found.licenses == {other, acme.license["id"]}


def test_an_app_with_the_list_refuses_the_file(acme: Vendor, server: Server) -> None:
    kept = acme.api.make(f"/v1/licenses/{acme.license['id']}/check_out")
    file = acme.api.make(f"/v1/licenses/{acme.license['id']}/check_out")
    revoked = acme.api.make(f"/v1/license_files/{file['id']}/revoke")
    again = acme.api.make(f"/v1/license_files/{file['id']}/revoke")
    trust = replace(trust_of(server, acme), revocations=_fetch(server, acme))

    assert revoked == again
    assert revoked["revoked_at"] is not None
    assert verify_license_file(kept["document"], trust).id == kept["id"]
    with pytest.raises(DocumentRefusedError) as refused:
        verify_license_file(file["document"], trust)
    assert refused.value.reason == "revoked"
    timeline = acme.api.get(f"/v1/licenses/{acme.license['id']}/timeline").json()["data"]
    assert [row["object_id"] for row in timeline if row["type"] == "license_file.revoked"] == [
        file["id"]
    ]


def test_a_revoked_file_is_none_of_the_live_ones(server: Server, acme: Vendor) -> None:
    policy = {"allowed": True, "max_ttl": "P2D", "max_live_files": 1}
    acme.api.make_patch(f"/v1/policies/{acme.policy['id']}", offline=policy)
    path = f"/v1/licenses/{acme.license['id']}/check_out"
    file = acme.api.make(path)
    assert acme.api.post(path, json={}).json()["code"] == "license_file_limit_reached"
    acme.api.make(f"/v1/license_files/{file['id']}/revoke")
    assert acme.api.make(path)["id"] != file["id"]


def test_tenants_and_modes_have_lists_of_their_own(
    acme: Vendor, globex: Vendor, server: Server
) -> None:
    file = acme.api.make(f"/v1/licenses/{acme.license['id']}/check_out")
    path = f"/v1/license_files/{file['id']}/revoke"
    assert globex.api.post(path, json={}).status_code == 404
    assert acme.account.client("test").post(path, json={}).status_code == 404
    public = acme.account.client(key="publishable_key")
    assert public.post(path, json={}).status_code == 403
    acme.api.make(path)

    assert _fetch(server, globex).number == 0
    test = server.client().get(_path(acme, "/test")).json()
    assert (test["mode"], test["number"]) == ("test", 0)
    with pytest.raises(DocumentRefusedError):
        verify_revocations(
            test["document"], trust_of(server, acme).roots, time.time_ns() // 1000, allow_test=True
        )
    for name in ("acct_01m86j5z9vesav92gpqb53nadv", "nonsense", "%00"):
        assert server.client().get(f"/v1/accounts/{name}/revocations").status_code == 404


def test_a_known_list_is_304_until_something_is_revoked(acme: Vendor, server: Server) -> None:
    first = server.client().get(_path(acme))
    known = {"If-None-Match": first.headers["ETag"]}
    again = server.client().get(_path(acme), headers=known)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert (again.status_code, again.content) == (304, b"")
    acme.api.make(f"/v1/licenses/{acme.license['id']}/revoke")
    assert server.client().get(_path(acme), headers=known).json()["number"] == 1


def test_the_number_rises_while_many_revoke(acme: Vendor, server: Server) -> None:
    """Readers meanwhile: never lower than before, and one number always names the same."""
    names = [_issue(acme) for _ in range(12)]
    seen: list[Revocations] = []

    def revoke(name: str) -> None:
        acme.account.client().make(f"/v1/licenses/{name}/revoke")

    def read(_: int) -> None:
        before = _fetch(server, acme).number
        found = _fetch(server, acme)
        assert found.number >= before
        seen.append(found)

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(revoke, name) for name in names]
        done += [pool.submit(read, number) for number in range(12)]
        for future in done:
            future.result()
    assert _fetch(server, acme).licenses == set(names)
    by_number = {found.number: found.licenses for found in seen}
    assert all(by_number[found.number] == found.licenses for found in seen)
    assert all(found.number == len(found.licenses) for found in seen)
