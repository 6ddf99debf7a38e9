"""The endpoints of licenses, of their machines, and of what happened to them."""

from licenseapi_server.api.call import Page
from licenseapi_server.api.management import (
    activations,
    denials,
    events,
    leases,
    license_fields,
    licenses,
    products,
    timeline,
)
from licenseapi_server.api.registry import CHANGE, CREATE, MAX_BATCH_BODY, Route
from licenseapi_server.api.routes_license_actions import LICENSE_ACTIONS
from licenseapi_server.api.routes_license_users import LICENSE_USERS
from licenseapi_server.api.runtime.activations import Activation
from licenseapi_server.api.runtime.leases import Lease

ACTIVATIONS = (
    Route(
        name="activations.list",
        method="GET",
        path="/v1/activations",
        summary="List activations",
        handler=activations.list_,
        scope="activations:read",
        query=activations.ActivationQuery,
        answer=Page[Activation],
    ),
    Route(
        name="activations.get",
        method="GET",
        path="/v1/activations/{id}",
        summary="Show an activation",
        handler=activations.get,
        scope="activations:read",
        answer=Activation,
        errors=("not_found",),
    ),
)

LICENSES = (
    Route(
        name="licenses.create",
        method="POST",
        path="/v1/licenses",
        summary="Create a license",
        description="The full `key` is in this answer; later only with `licenses:reveal`.",
        handler=licenses.create,
        check_replay=licenses.check_replay,
        scope="licenses:write",
        body=license_fields.NewLicense,
        answer=license_fields.License,
        secret_members=("key",),
        errors=("license_limit_reached", "already_exists"),
        example={"policy_id": "pol_01m86j5z9vesav92gpqb53nadv", "name": "Ada's laptop"},
        **CREATE,
    ),
    Route(
        name="licenses.list",
        method="GET",
        path="/v1/licenses",
        summary="List licenses",
        handler=licenses.list_,
        scope="licenses:read",
        query=license_fields.LicenseQuery,
        answer=Page[license_fields.License],
        example={
            "status": "active",
            "expires_at": {"lt": "2027-04-01T00:00:00Z"},
            "expand": ["customer"],
        },
    ),
    Route(
        name="licenses.batch",
        method="POST",
        path="/v1/licenses/batch",
        summary="Create up to 1,000 licenses",
        prepare=licenses.prepare_batch,
        handler=licenses.create_batch,
        scope="licenses:write",
        body=license_fields.Batch,
        answer=license_fields.BatchResult,
        secret_members=("key",),
        max_body=MAX_BATCH_BODY,
        errors=("already_exists",),
        example={"count": 2, "template": {"policy_id": "pol_01m86j5z9vesav92gpqb53nadv"}},
        **CHANGE,
    ),
    Route(
        name="licenses.get",
        method="GET",
        path="/v1/licenses/{id}",
        summary="Show a license",
        handler=licenses.get,
        scope="licenses:read",
        query=license_fields.ExpandQuery,
        answer=license_fields.License,
        errors=("not_found",),
    ),
    Route(
        name="licenses.update",
        method="PATCH",
        path="/v1/licenses/{id}",
        summary="Change a license",
        handler=licenses.update,
        check_replay=licenses.check_replay,
        secret_members=("key",),
        scope="licenses:write",
        body=license_fields.LicenseChange,
        answer=license_fields.License,
        errors=("not_found", "version_mismatch"),
        example={"metadata": {"order": "1017"}},
        **CHANGE,
    ),
    Route(
        name="licenses.delete",
        method="DELETE",
        path="/v1/licenses/{id}",
        summary="Delete a revoked license",
        handler=licenses.delete,
        scope="licenses:write",
        answer=products.Deleted,
        errors=("not_found", "invalid_state", "version_mismatch"),
        **CHANGE,
    ),
)

EVENTS = (
    Route(
        name="licenses.timeline",
        method="GET",
        path="/v1/licenses/{id}/timeline",
        summary="List what happened to a license",
        description=(
            "Its events and its denials, so that it tells why a customer is locked out. It can "
            "be read after the license is deleted, too."
        ),
        handler=timeline.timeline,
        scope="events:read",
        query=timeline.TimelineQuery,
        answer=Page[events.Event],
        errors=("not_found",),
    ),
    Route(
        name="events.list",
        method="GET",
        path="/v1/events",
        summary="List events",
        handler=events.list_,
        scope="events:read",
        query=events.EventQuery,
        answer=Page[events.Event],
        example={"type": "license.renewed", "created_at": {"gte": "2026-03-01T00:00:00Z"}},
    ),
    Route(
        name="events.get",
        method="GET",
        path="/v1/events/{id}",
        summary="Show an event",
        handler=events.get,
        scope="events:read",
        answer=events.Event,
        errors=("not_found",),
    ),
)

DENIALS = (
    Route(
        name="denials.list",
        method="GET",
        path="/v1/denials",
        summary="List denials",
        description="Kept as long as the request log; the newest may be a second late.",
        handler=denials.list_,
        scope="events:read",
        query=denials.DenialQuery,
        answer=Page[denials.Denial],
        example={"code": "NOT_ACTIVATED", "created_at": {"gte": "2026-03-01T00:00:00Z"}},
    ),
    Route(
        name="denials.get",
        method="GET",
        path="/v1/denials/{id}",
        summary="Show a denial",
        handler=denials.get,
        scope="events:read",
        answer=denials.Denial,
        errors=("not_found",),
    ),
)

LEASES = (
    Route(
        name="leases.list",
        method="GET",
        path="/v1/leases",
        summary="List leases",
        description="`ended=false` lists the seats that are taken now.",
        handler=leases.list_,
        scope="leases:read",
        query=leases.LeaseQuery,
        answer=Page[Lease],
    ),
    Route(
        name="leases.get",
        method="GET",
        path="/v1/leases/{id}",
        summary="Show a lease",
        handler=leases.get,
        scope="leases:read",
        answer=Lease,
        errors=("not_found",),
    ),
)

LICENSING = (
    *ACTIVATIONS,
    *LEASES,
    *LICENSES,
    *LICENSE_ACTIONS,
    *LICENSE_USERS,
    *EVENTS,
    *DENIALS,
)
