"""Writes edge values through the models, reads them with the runtime's statements, compares.

Run by test_columns.py in a process of its own: a process has one Django database.
"""

import asyncio
import json
import os
import sys
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "licenseapi_server.django_settings"

import django

django.setup()

from django.db import transaction
from licenseapi_server.accounts.models import Account, ApiKey, ApiKeySecret
from licenseapi_server.api.runtime.rows import LicenseLookup, QuotaAsk, SecretLookup
from licenseapi_server.api.runtime.store_postgres import PostgresStore
from licenseapi_server.api.runtime.store_sqlite import SqliteStore
from licenseapi_server.catalog.models import Policy, Product
from licenseapi_server.domain.instants import MAX_INSTANT
from licenseapi_server.licensing.models import Customer, License
from licenseapi_server.settings import load_settings

BIG = (1 << 63) - 1
TEXT = "Ω \u202e'\"\\ \U0001d518"
RUNTIME_NAMES = {
    ("KeyRow", "key_id"): (ApiKey, "id"),
    ("KeyRow", "plan"): (Account, "plan"),
    ("KeyRow", "is_account_enabled"): (Account, "is_enabled"),
    ("KeyRow", "max_token_ttl_seconds"): (Account, "max_token_ttl_seconds"),
    ("KeyRow", "allowed_origins"): (Account, "allowed_origins"),
    ("KeyRow", "api_version"): (Account, "api_version"),
    ("KeyRow", "expiring_window_days"): (Account, "expiring_window_days"),
    ("KeyRow", "secret_id"): (ApiKeySecret, "id"),
    ("KeyRow", "secret_expires_at"): (ApiKeySecret, "expires_at"),
    ("LicenseRow", "customer_banned_at"): (Customer, "banned_at"),
    ("PolicyRow", "product_code"): (Product, "code"),
    ("PolicyRow", "is_floating"): (Policy, "floating"),
}
OWNERS = {"KeyRow": ApiKey, "LicenseRow": License, "PolicyRow": Policy}
# Computed in the statement, or a value made of several columns.
NOT_COLUMNS = {"is_token_denied", "is_signing_key_live", "policy"}


@transaction.atomic
def write_edges(order: dict[str, str]) -> bytes:
    """Set the edges; the digest of the account's live secret."""
    license_ = License.objects.get(id=order["license_id"])
    customer = Customer.objects.get(id=order["customer_id"])
    Customer.objects.filter(id=customer.id).update(banned_at=MAX_INSTANT)
    License.objects.filter(id=license_.id).update(
        customer=customer,
        name=TEXT,
        starts_at=0,
        expires_at=MAX_INSTANT,
        suspended_at=BIG,
        revoked_at=None,
        last_validated_at=BIG,
        activation_count=BIG,
        user_count=BIG,
        metadata=json.dumps({TEXT: TEXT}, ensure_ascii=False),
        overrides='{"max_cores": 9223372036854775807}',
        entitlements="[]",
    )
    Policy.objects.filter(id=license_.policy_id).update(
        requires='["product"]', grace_period="P99Y", max_activations=0, max_memory_bytes=BIG
    )
    Account.objects.filter(id=license_.account_id).update(
        allowed_origins=json.dumps(["https://paint.example"]),
        max_token_ttl_seconds=86_400,
        # Else the server, which pins it a moment after the first call, does so between the reads.
        api_version="2026-11-01",
    )
    key = ApiKey.objects.get(account_id=license_.account_id, mode="live", type="secret")
    ApiKey.objects.filter(id=key.id).update(
        allowed_ips="", expires_at=MAX_INSTANT, gen=(1 << 31) - 1
    )
    secret = ApiKeySecret.objects.get(api_key=key)
    ApiKeySecret.objects.filter(id=secret.id).update(expires_at=MAX_INSTANT)
    return bytes(secret.digest)


async def read_raw(digest: bytes, license_id: str) -> dict[str, Any]:
    """The three rows, as a validation reads them."""
    settings = load_settings()
    store: Any = PostgresStore(settings, {}) if settings.is_postgres else SqliteStore(settings)
    await store.open()
    asked = QuotaAsk(0, "licenses:validate", 0, 0)
    loaded = await store.load(SecretLookup(digest), LicenseLookup(license_id=license_id), asked)
    await store.close()
    rows = {"KeyRow": loaded.key, "LicenseRow": loaded.license, "PolicyRow": loaded.license.policy}
    return {
        f"{name}.{field}": getattr(row, field)
        for name, row in rows.items()
        for field in row.__struct_fields__
        if field not in NOT_COLUMNS
    }


def read_models(license_id: str) -> dict[tuple[type, str], Any]:
    """Every column of the same rows through the models."""
    license_ = License.objects.select_related("policy", "product", "customer").get(id=license_id)
    key = ApiKey.objects.get(account_id=license_.account_id, mode="live", type="secret")
    rows = [
        *(license_, license_.policy, license_.product, license_.customer, key),
        *(Account.objects.get(id=license_.account_id), ApiKeySecret.objects.get(api_key=key)),
    ]
    return {
        (type(row), field.attname): getattr(row, field.attname)
        for row in rows
        for field in type(row)._meta.concrete_fields
    }


def main() -> None:
    """Print what differs, by the runtime's name of the column."""
    order = json.load(sys.stdin)
    digest = write_edges(order)
    raw = asyncio.run(read_raw(digest, order["license_id"]))
    models = read_models(order["license_id"])
    differing = {}
    for name, value in raw.items():
        owner, field = name.split(".")
        expected = models[RUNTIME_NAMES.get((owner, field), (OWNERS[owner], field))]
        if isinstance(expected, memoryview):
            expected = bytes(expected)
        if value != expected:
            differing[name] = [repr(expected), repr(value)]
    print(json.dumps({"compared": len(raw), "differing": differing}))


if __name__ == "__main__":
    main()
