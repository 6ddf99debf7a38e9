"""Results: attributes, open to newer servers, never a dict, never showing a secret."""

from __future__ import annotations

import copy
import pickle

import pytest

from licenseapi import APIKey, License, Token, Validation
from licenseapi.error import ConflictError, LicenseInvalid
from licenseapi.objects import ApiObject

LICENSE = {
    "id": "lic_1",
    "object": "license",
    "status": "active",
    "limits": {"max_activations": 3},
    "entitlements": [{"id": "ent_1", "code": "export", "expires_at": None}],
    "metadata": {"object": "license", "team": "a"},
    "customer": {"object": "customer", "id": "cus_1", "name": "Globex"},
    "moon_phase": {"object": "moon", "name": "full"},
}


def test_members_are_attributes_all_the_way_down() -> None:
    license = License(LICENSE)

    assert (license.id, license.status) == ("lic_1", "active")
    assert license.limits.max_activations == 3
    assert license.entitlements[0].code == "export"
    assert license.customer is not None
    assert license.customer.name == "Globex"
    assert license.metadata == {"object": "license", "team": "a"}
    assert not isinstance(license, dict)


def test_what_a_newer_server_adds_is_kept_and_readable() -> None:
    license = License(LICENSE)

    assert getattr(license, "moon_phase")["name"] == "full"  # noqa: B009 - unknown to the types
    assert license.to_dict() == LICENSE


def test_a_declared_member_that_is_missing_is_none_and_an_unknown_one_an_error() -> None:
    license = License(LICENSE)

    assert license.key is None
    with pytest.raises(AttributeError, match="stauts"):
        getattr(license, "stauts")  # noqa: B009 - a typo at run time


def test_objects_are_read_only() -> None:
    license = License(LICENSE)

    with pytest.raises(AttributeError, match="through the client"):
        license.status = "revoked"
    with pytest.raises(AttributeError, match="through the client"):
        del license.status
    license.to_dict()["metadata"]["team"] = "b"
    assert license.metadata["team"] == "a"


def test_objects_compare_copy_and_pickle() -> None:
    license = License(LICENSE)

    assert copy.deepcopy(license) == pickle.loads(pickle.dumps(license)) == license
    assert license != License({**LICENSE, "status": "revoked"})
    assert ApiObject(LICENSE) != license


def test_repr_says_which_but_never_a_secret() -> None:
    secret = "lapi_sk_live_secret"

    assert repr(License({**LICENSE, "key": secret})) == "<License id='lic_1' status='active'>"
    for kind, name in ((APIKey, "secret"), (Token, "access_token")):
        assert secret not in repr(kind({name: secret}))


@pytest.mark.parametrize("said", [False, None, "true", 1])
def test_only_a_plain_true_is_valid(said: object) -> None:
    assert not Validation({"valid": said, "code": "VALID"})
    assert not Validation({"code": "VALID"})
    assert Validation({"valid": True, "code": "VALID"})


def test_errors_can_be_pickled() -> None:
    conflict = ConflictError("In use.", status=409, code="in_use", request_id="req_1")
    invalid = LicenseInvalid("EXPIRED", Validation({"valid": False, "detail": "It is over."}))

    for error in (conflict, invalid):
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), vars(again)) == (str(error), vars(error))
    assert str(invalid) == "EXPIRED: It is over."
