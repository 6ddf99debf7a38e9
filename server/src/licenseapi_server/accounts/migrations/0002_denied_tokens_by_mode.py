from django.db import migrations, models


def deny_in_both_modes(apps, _editor):
    """A token that was denied before stays denied, whichever mode it was of."""
    denied = apps.get_model("accounts", "DeniedToken")
    for row in denied.objects.filter(mode="live").iterator():
        denied.objects.create(
            account_id=row.account_id, mode="test", jti=row.jti, expires_at=row.expires_at
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="deniedtoken", name="token_denied_once"),
        migrations.AddField(
            model_name="deniedtoken",
            name="mode",
            field=models.CharField(db_default="live", default="live", max_length=4),
        ),
        migrations.RunPython(deny_in_both_modes, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="deniedtoken",
            constraint=models.UniqueConstraint(
                fields=("account", "mode", "jti"), name="token_denied_once"
            ),
        ),
    ]
