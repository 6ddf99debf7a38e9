"""License users: what the methods ask, and the users of a license on a real server."""

from __future__ import annotations

import os

import pytest
from conftest import Server
from edge import Edge, answers

from licenseapi import LicenseAPI, LicenseUser
from licenseapi.error import ConflictError

USER = {"object": "license_user", "id": "usr_1", "external_id": "u1"}


def test_methods_ask_for_what_is_named(edge: Edge, client: LicenseAPI) -> None:
    gone = {"object": "license_user", "id": "usr_1", "deleted": True}
    page = {"object": "list", "has_more": False, "data": [USER]}
    edge.will(*[answers(body) for body in (USER, USER, USER, page, USER, USER, gone)])

    users = client.license_users
    assert users.create("lic_1", external_id="u1").external_id == "u1"
    users.retrieve("lic_1", "usr_1")
    users.update("lic_1", "usr_1", name=None, if_match=3)
    assert len(users.list("lic_1", external_id="u1").data) == 1
    users.ban("lic_1", "usr_1", reason="Shared")
    users.unban("lic_1", "usr_1")
    assert users.delete("lic_1", "usr_1").deleted

    one = "/v1/licenses/lic_1/users/usr_1"
    assert [(asked.method, asked.path) for asked in edge.asked] == [
        ("POST", "/v1/licenses/lic_1/users"),
        ("GET", one),
        ("PATCH", one),
        ("GET", "/v1/licenses/lic_1/users"),
        ("POST", f"{one}/ban"),
        ("POST", f"{one}/unban"),
        ("DELETE", one),
    ]


def test_a_license_has_named_users(server: Server) -> None:
    with LicenseAPI(server.secret_key, server.address) as vendor:
        product = vendor.products.create(name="Paint", code=os.urandom(8).hex())
        policy = vendor.policies.create(product_id=product.id, name="Team", max_users=1)
        license_ = vendor.licenses.create(policy_id=policy.id, users=[{"external_id": "u1"}])
        assert license_.user_count == 1
        with pytest.raises(ConflictError) as full:
            vendor.license_users.create(license_.id, external_id="u2")
        assert full.value.code == "user_limit_reached"
        (user,) = vendor.license_users.list(license_.id)
        assert isinstance(user, LicenseUser)
        assert vendor.license_users.ban(license_.id, user.id).banned_at
