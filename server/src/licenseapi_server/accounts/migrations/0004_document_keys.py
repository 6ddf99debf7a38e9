"""One key of a kind whose end is not planned: roots and document keys are made when needed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_drop_is_encrypted")]

    operations = [
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at__isnull", True), ("signs_until__isnull", True)),
                fields=("account", "mode", "use"),
                name="signing_key_once_without_end",
            ),
        ),
    ]
