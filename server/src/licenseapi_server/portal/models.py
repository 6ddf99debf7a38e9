"""The customer portal: links that open it once, and the mails that brought them."""

from typing import ClassVar

from django.db import models

from licenseapi_server.accounts.models import Account
from licenseapi_server.columns import InstantField, ParentField
from licenseapi_server.licensing.models import Customer


class PortalMail(models.Model):
    """A mail with links to the portal: an address gets only so many an hour."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    address_digest = models.BinaryField(max_length=32, default=b"")
    sent_at = InstantField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["account", "mode", "address_digest", "sent_at"],
                name="portal_mail_by_address",
            ),
            models.Index(fields=["sent_at"], name="portal_mail_by_age"),
        ]


class PortalLink(models.Model):
    """A link that opens the portal of one customer, once. Only a keyed digest is kept."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    customer = ParentField(Customer, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32, unique=True)
    # The customer's when it was made: another address since then makes the link void.
    portal_gen = models.IntegerField(default=1, db_default=1)
    expires_at = InstantField(default=0, db_default=0)
    used_at = InstantField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer"], name="portal_link_by_customer"),
            models.Index(fields=["expires_at"], name="portal_link_by_end"),
        ]
