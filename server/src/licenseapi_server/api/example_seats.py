"""Examples of what takes a seat of a license: an activation, and a lease."""

import msgspec

from licenseapi_server.api.example_ids import ACTIVATION_ID, LEASE_ID, LICENSE_ID, PRODUCT_ID
from licenseapi_server.api.runtime import activations, leases

CREATED = "2026-03-02T09:30:00Z"
LEASE = leases.Lease(
    id=LEASE_ID,
    license_id=LICENSE_ID,
    product_id=PRODUCT_ID,
    fingerprint="6f9619ff-8b86",
    process_id="paint-1",
    user=None,
    user_id=None,
    entitlement=None,
    ttl_seconds=3600,
    is_borrowed=False,
    acquired_at="2026-03-09T08:12:31.402617Z",
    renewed_at="2026-03-09T08:12:31.402617Z",
    expires_at="2026-03-09T09:12:31.402617Z",
    ended_at=None,
    ended_reason=None,
    version=1,
)
ACTIVATION = activations.Activation(
    id=ACTIVATION_ID,
    license_id=LICENSE_ID,
    product_id=PRODUCT_ID,
    fingerprint="6f9619ff-8b86",
    components={"board": "PF2K81", "cpu": "BFEBFBFF000906EA"},
    name="Ada's laptop",
    hostname="ada.local",
    platform="macos",
    ip="203.0.113.7",
    user_id=None,
    cores=8,
    memory_bytes=17_179_869_184,
    disk_bytes=0,
    is_non_production=False,
    activated_at=CREATED,
    last_seen_at="2026-03-09T08:12:31Z",
    heartbeat_at=None,
    ended_at=None,
    ended_reason=None,
    seat_free_at=None,
    metadata={},
    created_at=CREATED,
    version=1,
)
EXAMPLES: tuple[msgspec.Struct, ...] = (ACTIVATION, LEASE)
