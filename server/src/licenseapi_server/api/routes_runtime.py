"""The endpoints that software in customers' hands calls, and those for its tokens."""

from licenseapi_server.api.registry import ALL_CREDENTIALS, Route
from licenseapi_server.api.routes_offline import OFFLINE
from licenseapi_server.api.runtime import (
    activations,
    check_ins,
    jwks,
    leases,
    presenting,
    tokens,
    validate,
    validation_fields,
)
from licenseapi_server.api.runtime.license_view import ValidatedLicense

EXAMPLE_LICENSE_KEY = "ZBAVY-GX25M-7TX44-2S71H-VA8WR"
SEAT_DENIALS = (
    "activation_limit_reached",
    "machine_limit_reached",
    "fingerprint_taken",
    "cooldown_running",
    "deactivation_limit_reached",
)

RUNTIME = (
    Route(
        name="licenses.validate",
        method="POST",
        path="/v1/licenses/validate",
        summary="Validate a license by its key",
        description=(
            "Answers 200 with `valid` and one `code` whenever the caller may ask: an unknown "
            "key is `NOT_FOUND`, not a 404. A token bound to a license needs no `key`."
        ),
        handler=validate.validate,
        scope="licenses:validate",
        body=validation_fields.Validate,
        answer=validation_fields.Validation,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        find_subject=validate.find_by_key,
        errors=("not_found",),
        example={"key": EXAMPLE_LICENSE_KEY, "product": "paint"},
    ),
    Route(
        name="licenses.validate_by_query",
        method="GET",
        path="/v1/licenses/validate",
        summary="Validate a license by query parameters or token",
        description=(
            "With a token no parameter is needed. `?api_key=` is allowed here for keys that "
            "can do nothing but validate; anywhere else a key in a URL is refused."
        ),
        handler=validate.validate_by_query,
        scope="licenses:validate",
        query=validation_fields.ValidateQuery,
        answer=validation_fields.Validation,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        allows_key_in_url=True,
        takes_license_key_header=True,
        find_subject=validate.find_by_key,
        errors=("not_found",),
        example={"key": EXAMPLE_LICENSE_KEY, "product": "paint"},
    ),
    Route(
        name="licenses.validate_by_id",
        method="POST",
        path="/v1/licenses/{id}/validate",
        summary="Validate a license by its id",
        handler=validate.validate_by_id,
        scope="licenses:validate",
        body=validation_fields.ValidateById,
        answer=validation_fields.Validation,
        credentials=frozenset({"secret", "restricted", "token"}),
        is_runtime=True,
        find_subject=validate.find_by_id,
        errors=("not_found",),
        example={"dry_run": True},
    ),
    Route(
        name="licenses.check_in",
        method="POST",
        path="/v1/licenses/{id}/check_in",
        summary="Check a license in",
        description=(
            "For policies with a `check_in_interval`: the license answers `CHECK_IN_OVERDUE` from "
            "`check_in_due_at` until it is checked in again. Durable before the answer."
        ),
        handler=check_ins.check_in,
        scope="licenses:check_in",
        body=check_ins.CheckIn,
        answer=ValidatedLicense,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        find_subject=check_ins.find_license,
        errors=("not_found", "license_refused"),
        example={"license_key": EXAMPLE_LICENSE_KEY},
    ),
    Route(
        name="activations.create",
        method="POST",
        path="/v1/activations",
        summary="Activate a license on a machine",
        description=(
            "The same machine again gets the same activation (200, not 201), and so does one "
            "whose fingerprint changed and whose `components` still match. Durable, and "
            "counted exactly, before the answer."
        ),
        handler=activations.create,
        scope="activations:write",
        body=activations.NewActivation,
        answer=activations.Activation,
        status=201,
        other_status=200,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        find_subject=presenting.find_license,
        errors=("not_found", "license_refused", "trial_already_used", *SEAT_DENIALS),
        example={"license_key": EXAMPLE_LICENSE_KEY, "fingerprint": "6f9619ff-8b86"},
    ),
    Route(
        name="activations.heartbeat",
        method="POST",
        path="/v1/activations/{id}/heartbeat",
        summary="Say that a machine lives",
        description=(
            "Brings an activation that was dead or dormant back, if there is a free seat. One "
            "that was deactivated or replaced stays so until the machine is activated anew. Sent "
            "half a `heartbeat_interval` after the last or later, it costs no request of the plan."
        ),
        handler=activations.heartbeat,
        scope="activations:write",
        body=activations.SignOfLife,
        answer=activations.Activation,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        is_counted=False,
        find_subject=presenting.find_presented,
        errors=("not_found", "license_refused", "invalid_state", *SEAT_DENIALS),
        example={"license_key": EXAMPLE_LICENSE_KEY, "fingerprint": "6f9619ff-8b86"},
    ),
    Route(
        name="activations.deactivate",
        method="POST",
        path="/v1/activations/{id}/deactivate",
        summary="Give a machine's seat up",
        description=(
            "Apps within the policy's `deactivation_cooldown` and `max_deactivations`; a "
            "server's key whenever it wants. A repeat changes nothing. While a license file of the "
            "machine lives, its seat is taken until `seat_free_at`; a server's key can free it "
            "before with `force`."
        ),
        handler=activations.deactivate,
        scope="activations:write",
        body=activations.Deactivation,
        answer=activations.Activation,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        ignores_quota=True,
        find_subject=presenting.find_presented,
        errors=("not_found", "cooldown_running", "deactivation_limit_reached"),
        example={"license_key": EXAMPLE_LICENSE_KEY, "fingerprint": "6f9619ff-8b86"},
    ),
    Route(
        name="activations.delete",
        method="DELETE",
        path="/v1/activations/{id}",
        summary="End a machine's activation",
        description=(
            "Deactivates it as `activations.deactivate` does for a server: the machine stays in the "
            "list, ended. A repeat changes nothing. `?force=true` frees the seat also while a "
            "license file of the machine lives, else it is taken until `seat_free_at`."
        ),
        handler=activations.delete,
        scope="activations:write",
        query=activations.EndQuery,
        answer=activations.Activation,
        is_runtime=True,
        ignores_quota=True,
        errors=("not_found",),
        example={"force": True},
    ),
    Route(
        name="leases.acquire",
        method="POST",
        path="/v1/leases",
        summary="Lease a seat of a floating license",
        description=(
            "The same process again keeps its seat, also when all are taken (200, not 201), and the "
            "lease begins anew. Durable, and counted exactly, before the answer."
        ),
        handler=leases.acquire,
        scope="leases:write",
        body=leases.NewLease,
        answer=leases.Lease,
        status=201,
        other_status=200,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        find_subject=presenting.find_license,
        errors=("not_found", "license_refused", "invalid_state", "no_seat_available"),
        example={
            "license_key": EXAMPLE_LICENSE_KEY,
            "fingerprint": "6f9619ff-8b86",
            "process_id": "paint-1",
        },
    ),
    Route(
        name="leases.renew",
        method="POST",
        path="/v1/leases/{id}/renew",
        summary="Go on with a lease",
        description=(
            "Sent after half of its time or later, it costs no request of the plan. A lease that has "
            "run out begins again if there is a free seat; one that the vendor has ended does not."
        ),
        handler=leases.renew,
        scope="leases:write",
        body=leases.LeaseRenewal,
        answer=leases.Lease,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        is_counted=False,
        find_subject=presenting.find_presented,
        errors=("not_found", "license_refused", "invalid_state", "no_seat_available"),
        example={"license_key": EXAMPLE_LICENSE_KEY, "fingerprint": "6f9619ff-8b86"},
    ),
    Route(
        name="leases.release",
        method="POST",
        path="/v1/leases/{id}/release",
        summary="Give a leased seat back",
        description=(
            "A repeat changes nothing. A borrowed seat comes back at the end of the borrow; a "
            "server's key can end that early with `force`."
        ),
        handler=leases.release,
        scope="leases:write",
        body=leases.LeaseRelease,
        answer=leases.Lease,
        credentials=ALL_CREDENTIALS,
        is_runtime=True,
        ignores_quota=True,
        find_subject=presenting.find_presented,
        errors=("not_found", "invalid_state"),
        example={"license_key": EXAMPLE_LICENSE_KEY, "fingerprint": "6f9619ff-8b86"},
    ),
    Route(
        name="tokens.create",
        method="POST",
        path="/v1/tokens",
        summary="Mint a token for a license",
        description=(
            "A short-lived JWT (RFC 9068) for an app. Its scopes are those of the key that "
            "mints it, or fewer; it never outlives the key or the license. With `activation_id` it "
            "speaks for that machine alone, and supplies its fingerprint."
        ),
        handler=tokens.create,
        scope="tokens:mint",
        body=tokens.NewToken,
        answer=tokens.AccessToken,
        status=201,
        is_runtime=True,
        find_subject=tokens.find_subject,
        errors=("not_found", "license_refused", "invalid_state"),
        example={"license_key": EXAMPLE_LICENSE_KEY, "ttl_seconds": 900},
    ),
    Route(
        name="tokens.introspect",
        method="POST",
        path="/v1/tokens/introspect",
        summary="Ask whether a token holds",
        description="RFC 7662: a token that does not hold answers `active: false` alone.",
        handler=tokens.introspect,
        scope="tokens:mint",
        body=tokens.TokenText,
        answer=tokens.Introspection,
        is_runtime=True,
        example={"token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.e30.c2ln"},
    ),
    Route(
        name="tokens.revoke",
        method="POST",
        path="/v1/tokens/revoke",
        summary="Revoke a token",
        description="RFC 7009: a token that does not hold (any more) is answered alike.",
        handler=tokens.revoke,
        scope="tokens:revoke",
        body=tokens.RevokeToken,
        answer=tokens.RevokedToken,
        is_runtime=True,
        ignores_quota=True,
        example={"token_id": "tok_01m86j5z9vesav92gpqb53nadv"},
    ),
    Route(
        name="jwks.live",
        method="GET",
        path="/v1/accounts/{account_id}/.well-known/jwks.json",
        summary="The keys that verify live tokens",
        handler=jwks.live,
        scope=None,
        answer=jwks.KeySet,
        is_runtime=True,
        is_counted=False,
        errors=("not_found",),
    ),
    Route(
        name="jwks.test",
        method="GET",
        path="/v1/accounts/{account_id}/test/.well-known/jwks.json",
        summary="The keys that verify test tokens",
        handler=jwks.test,
        scope=None,
        answer=jwks.KeySet,
        is_runtime=True,
        is_counted=False,
        errors=("not_found",),
    ),
    *OFFLINE,
)
