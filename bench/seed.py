"""Puts licenses into a database without going through the API: only for measuring."""

import json
import os
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "licenseapi_server.django_settings"

import django

django.setup()

from django.db import connection, transaction
from licenseapi_server.accounts.issuing import new_id
from licenseapi_server.catalog.models import Policy, Product
from licenseapi_server.deployment import make_deployment
from licenseapi_server.domain.license_keys import (
    fold_license_key,
    license_key_hint,
    make_license_key,
)
from licenseapi_server.licensing.models import License
from licenseapi_server.settings import load_settings

CHUNK = 10_000
SAMPLE = 20_000

account_id, count = sys.argv[1], int(sys.argv[2])
deployment = make_deployment(load_settings())
now = time.time_ns() // 1000
granted = json.dumps([{"id": "ent_x", "code": "export", "expires_at": None, "max_leases": None}])
with transaction.atomic():
    product = Product.objects.create(
        id=new_id("prod", now), account_id=account_id, name="Paint", code="paint", created_at=now
    )
    policy = Policy.objects.create(
        id=new_id("pol", now),
        account_id=account_id,
        product=product,
        name="Yearly",
        entitlements=granted,
        created_at=now,
    )
keys = []
for start in range(0, count, CHUNK):
    rows = []
    for place in range(start, min(start + CHUNK, count)):
        key = make_license_key(os.urandom(15))
        if len(keys) < SAMPLE and place % max(1, count // SAMPLE) == 0:
            keys.append(key)
        license_id = new_id("lic", now + place)
        rows.append(
            License(
                id=license_id,
                account_id=account_id,
                policy=policy,
                product=product,
                key_digest=deployment.license_keys.digest(fold_license_key(key)),
                key_encrypted=deployment.seal(key.encode(), license_id),
                key_hint=license_key_hint(key),
                expires_at=now + 365 * 86_400 * 1_000_000,
                created_at=now + place,
                updated_at=now,
            )
        )
    with transaction.atomic():
        License.objects.bulk_create(rows, batch_size=900)
with connection.cursor() as cursor:
    # As autovacuum does within a minute of such an import.
    cursor.execute("ANALYZE")
print(json.dumps(keys))
