"""The endpoints of what holds without the server: roots, license files, revocations."""

from licenseapi_server.api.registry import Route
from licenseapi_server.api.runtime import root_keys

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

OFFLINE = (*_ROOTS,)
