"""When a license was first activated and last checked in, and when its clock started.

Licenses that are there have their first machine's time; those that wait for it go on waiting.
"""

import licenseapi_server.columns
from django.db import migrations

ACTIVATED = """UPDATE licensing_license SET first_activated_at = (
SELECT MIN(a.created_at) FROM licensing_activation a WHERE a.license_id = licensing_license.id)"""
STARTED = """UPDATE licensing_license SET clock_started_at = created_at
WHERE expires_at IS NOT NULL OR NOT EXISTS (
SELECT 1 FROM catalog_policy p WHERE p.id = licensing_license.policy_id
AND p.expiration_basis <> 'creation' AND p.duration IS NOT NULL)"""


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0004_license_users'),
    ]

    operations = [
        migrations.AddField(
            model_name='license',
            name='clock_started_at',
            field=licenseapi_server.columns.InstantField(null=True),
        ),
        migrations.AddField(
            model_name='license',
            name='first_activated_at',
            field=licenseapi_server.columns.InstantField(null=True),
        ),
        migrations.AddField(
            model_name='license',
            name='last_check_in_at',
            field=licenseapi_server.columns.InstantField(null=True),
        ),
        migrations.RunSQL(ACTIVATED, migrations.RunSQL.noop),
        migrations.RunSQL(STARTED, migrations.RunSQL.noop),
    ]
