"""Examples of what holds without the server."""

import msgspec

from licenseapi_server.api.example_ids import ACCOUNT_ID
from licenseapi_server.api.runtime import root_keys

ROOT = root_keys.RootKey(
    id="-pTBkpnFnKfxvqGlgyRTu2WYNZ0UL5d7BTxKWPa7qKA",
    mode="live",
    public_key="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    state="active",
    signs_from="2026-03-02T09:30:00Z",
    signs_until=None,
)
EXAMPLES: tuple[msgspec.Struct, ...] = (
    ROOT,
    root_keys.RootKeys(url=f"/v1/accounts/{ACCOUNT_ID}/root_keys", data=[ROOT]),
)
