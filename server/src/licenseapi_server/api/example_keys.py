"""Examples of keys: roots, those that sign, and those that verify."""

import msgspec

from licenseapi_server.api.example_ids import (
    ACCOUNT_ID,
    ACTIVATION_ID,
    KEY_THUMBPRINT,
    LICENSE_FILE_ID,
    LICENSE_ID,
    PRODUCT_ID,
)
from licenseapi_server.api.management import signing_keys
from licenseapi_server.api.runtime import jwks, license_files, revocations, root_keys

CREATED = "2026-03-02T09:30:00Z"

ROOT = root_keys.RootKey(
    id="-pTBkpnFnKfxvqGlgyRTu2WYNZ0UL5d7BTxKWPa7qKA",
    mode="live",
    public_key="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    state="active",
    signs_from=CREATED,
    signs_until=None,
)
PUBLIC_KEY = jwks.JsonWebKey(
    kty="EC",
    crv="P-256",
    x="f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y="x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    kid=KEY_THUMBPRINT,
)
SIGNING_KEY = signing_keys.SigningKey(
    id=KEY_THUMBPRINT,
    mode="live",
    use="token",
    state="active",
    public_jwk=msgspec.to_builtins(PUBLIC_KEY),
    signs_from=CREATED,
    signs_until=None,
    published_until=None,
    created_at=CREATED,
)
LICENSE_FILE = license_files.LicenseFile(
    id=LICENSE_FILE_ID,
    mode="live",
    license_id=LICENSE_ID,
    product_id=PRODUCT_ID,
    activation_id=ACTIVATION_ID,
    kid=KEY_THUMBPRINT,
    expires_at="2026-03-16T08:12:31Z",
    superseded_at=None,
    revoked_at=None,
    created_at="2026-03-09T08:12:31.402617Z",
)
REVOCATION_LIST = revocations.RevocationList(
    mode="live",
    number=17,
    issued_at="2026-03-09T08:00:00Z",
    next_update_at="2026-03-10T08:00:00Z",
    document="eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoi…",
)
EXAMPLES: tuple[msgspec.Struct, ...] = (
    ROOT,
    LICENSE_FILE,
    REVOCATION_LIST,
    root_keys.RootKeys(url=f"/v1/accounts/{ACCOUNT_ID}/root_keys", data=[ROOT]),
    SIGNING_KEY,
    signing_keys.SigningKeys(url="/v1/signing_keys", data=[SIGNING_KEY]),
    jwks.KeySet([PUBLIC_KEY]),
)
