"""The product of an event's license on the event itself; filled in where the license still is."""

import licenseapi_server.columns
from django.db import migrations

FILL = """UPDATE webhooks_event SET product_id = (
SELECT l.product_id FROM licensing_license l WHERE l.id = webhooks_event.license_id)
WHERE EXISTS (SELECT 1 FROM licensing_license l WHERE l.id = webhooks_event.license_id)"""


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0002_activations'),
        ('webhooks', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='product_id',
            field=licenseapi_server.columns.IdField(db_default='', default=''),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
