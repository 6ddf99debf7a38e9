"""The endpoints of what holds without the server: roots, license files, revocations."""

from licenseapi_server.api.call import Page
from licenseapi_server.api.management import license_files as file_lists
from licenseapi_server.api.management.license_fields import ReasonBody
from licenseapi_server.api.registry import ALL_CREDENTIALS, CHANGE, Route
from licenseapi_server.api.runtime import license_files, revocations, root_keys

_ROOTS = (
    Route(
        name="root_keys.live",
        method="GET",
        path="/v1/accounts/{account_id}/root_keys",
        summary="The roots to embed in your apps",
        description=(
            "Everything that holds offline leads back to one of these. Copy `public_key` into "
            "your app when you build it; an app never trusts a root that it has fetched."
        ),
        handler=root_keys.live,
        scope=None,
        answer=root_keys.RootKeys,
        is_runtime=True,
        is_counted=False,
        errors=("not_found",),
    ),
    Route(
        name="root_keys.test",
        method="GET",
        path="/v1/accounts/{account_id}/test/root_keys",
        summary="The roots of test documents",
        handler=root_keys.test,
        scope=None,
        answer=root_keys.RootKeys,
        is_runtime=True,
        is_counted=False,
        errors=("not_found",),
    ),
)

_FILES = (
    Route(
        name="licenses.check_out",
        method="POST",
        path="/v1/licenses/{id}/check_out",
        summary="Take a license offline",
        description=(
            "Answers a signed license file, which an app checks with an embedded root and nothing "
            "else. It ends when the policy's `offline.max_ttl` or the license does, or earlier if "
            "`ttl_seconds` says so. A machine's new file supersedes its old one; its seat stays "
            "taken until the file ends."
        ),
        handler=license_files.check_out,
        scope="license_files:write",
        body=license_files.CheckOut,
        answer=license_files.LicenseFile,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        find_subject=license_files.find_license,
        errors=(
            "not_found",
            "license_refused",
            "offline_not_allowed",
            "license_file_limit_reached",
        ),
        example={"fingerprint": "6f9619ff-8b86", "ttl_seconds": 604_800},
    ),
    Route(
        name="license_files.list",
        method="GET",
        path="/v1/license_files",
        summary="List license files",
        handler=file_lists.list_,
        scope="license_files:read",
        query=file_lists.LicenseFileQuery,
        answer=Page[license_files.LicenseFile],
    ),
    Route(
        name="license_files.get",
        method="GET",
        path="/v1/license_files/{id}",
        summary="Show a license file",
        handler=file_lists.get,
        scope="license_files:read",
        answer=license_files.LicenseFile,
        errors=("not_found",),
    ),
)

_REVOCATIONS = (
    Route(
        name="license_files.revoke",
        method="POST",
        path="/v1/license_files/{id}/revoke",
        summary="Revoke a license file for good",
        description=(
            "Puts it on the revocation list: an app that gets that list refuses the file. Where "
            "no list arrives it holds until its end, and so long its machine keeps its seat."
        ),
        handler=file_lists.revoke,
        scope="license_files:write",
        body=ReasonBody,
        answer=license_files.LicenseFile,
        ignores_quota=True,
        errors=("not_found",),
        example={"reason": "Laptop stolen"},
        **CHANGE,
    ),
    Route(
        name="revocations.live",
        method="GET",
        path="/v1/accounts/{account_id}/revocations",
        summary="What is revoked, as a signed list",
        description=(
            "Revoked licenses, license files and signing keys, for apps that check documents "
            "offline. `document` is signed, so that anyone may carry it. Its number never falls."
        ),
        handler=revocations.live,
        scope=None,
        answer=revocations.RevocationList,
        is_runtime=True,
        is_counted=False,
        errors=("not_found",),
    ),
    Route(
        name="revocations.test",
        method="GET",
        path="/v1/accounts/{account_id}/test/revocations",
        summary="What is revoked in test mode, as a signed list",
        handler=revocations.test,
        scope=None,
        answer=revocations.RevocationList,
        is_runtime=True,
        is_counted=False,
        errors=("not_found",),
    ),
)

OFFLINE = (*_FILES, *_ROOTS, *_REVOCATIONS)
