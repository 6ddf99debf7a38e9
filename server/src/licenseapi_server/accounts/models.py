"""Who uses the server: accounts, the people in them, and the credentials that they hold."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from licenseapi_server.columns import IdField, InstantField, JsonTextField, ParentField

if TYPE_CHECKING:
    _UserManager = BaseUserManager["User"]
else:  # Django's managers take type arguments in their stubs only.
    _UserManager = BaseUserManager


class UserManager(_UserManager):
    """Finds people by email address, whatever its letter case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this address."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who can log in. What they may do is told by their memberships."""

    id = IdField(primary_key=True)
    email = models.EmailField(max_length=254, unique=True)
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = InstantField(default=0, db_default=0)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"


class Account(models.Model):
    """A vendor: the tenant boundary that nothing crosses."""

    id = IdField(primary_key=True)
    name = models.CharField(max_length=200, default="", db_default="")
    plan = models.CharField(max_length=40, default="developer", db_default="developer")
    is_enabled = models.BooleanField(default=True, db_default=True)
    # Once an account holds a key of its own making, the check character of
    # a presented key proves nothing any more (3-domain, License).
    has_custom_license_keys = models.BooleanField(default=False, db_default=False)
    api_version = models.CharField(max_length=10, null=True)  # noqa: DJ001 - null: not yet pinned
    max_token_ttl_seconds = models.IntegerField(default=86_400, db_default=86_400)
    expiring_window_days = models.IntegerField(default=14, db_default=14)
    allowed_origins = JsonTextField(default="[]", db_default="[]")
    # Where mailed links lead; null: this server's own page.
    portal_url = models.CharField(max_length=500, null=True)  # noqa: DJ001 - null: our own
    created_at = InstantField(default=0, db_default=0)
    updated_at = InstantField(default=0, db_default=0)
    version = models.BigIntegerField(default=1, db_default=1)


class Member(models.Model):
    """A person in an account, with one role."""

    id = IdField(primary_key=True)
    account = ParentField(Account)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, default="viewer", db_default="viewer")
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["account", "user"], name="member_once_per_account")
        ]


class ApiKey(models.Model):
    """One stable identity with one or two live secrets."""

    id = IdField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    type = models.CharField(max_length=12, default="restricted", db_default="restricted")
    name = models.CharField(max_length=200, default="", db_default="")
    scopes = models.TextField(default="", db_default="")
    product_ids = models.TextField(default="", db_default="")
    allowed_ips = models.TextField(default="", db_default="")
    expires_at = InstantField(null=True)
    revoked_at = InstantField(null=True)
    exposed_at = InstantField(null=True)
    # Part of every token minted with this key: raising it ends them all.
    gen = models.IntegerField(default=1, db_default=1)
    created_by_key = IdField(null=True)
    last_used_at = InstantField(null=True)
    last_ip = models.CharField(max_length=45, null=True)  # noqa: DJ001 - null: never used
    created_at = InstantField(default=0, db_default=0)
    updated_at = InstantField(default=0, db_default=0)
    version = models.BigIntegerField(default=1, db_default=1)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="api_key_by_tenant"),
            models.Index(fields=["account", "created_by_key"], name="api_key_by_maker"),
        ]


class ApiKeySecret(models.Model):
    """One secret of an API key: only its keyed digest is stored."""

    id = IdField(primary_key=True)
    account = ParentField(Account)
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="secrets")
    digest = models.BinaryField(max_length=32, unique=True)
    digest_version = models.IntegerField(default=1, db_default=1)
    hint = models.CharField(max_length=40, default="", db_default="")
    expires_at = InstantField(null=True)
    last_used_at = InstantField(null=True)
    created_at = InstantField(default=0, db_default=0)


class SigningKey(models.Model):
    """A key pair of an account and mode. Its state follows from the three instants and now."""

    kid = models.CharField(max_length=64, primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    use = models.CharField(max_length=12, default="token", db_default="token")
    public_jwk = JsonTextField(default="{}", db_default="{}")
    private_key_encrypted = models.BinaryField(default=b"")
    signs_from = InstantField(default=0, db_default=0)
    signs_until = InstantField(null=True)
    published_until = InstantField(null=True)
    revoked_at = InstantField(null=True)
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            # Two processes that make the first key of a kind at once make one.
            models.UniqueConstraint(
                fields=["account", "mode", "use"],
                condition=models.Q(signs_until__isnull=True, revoked_at__isnull=True),
                name="signing_key_once_without_end",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "use", "signs_from"], name="signing_key_in_use")
        ]


class DeniedToken(models.Model):
    """A revoked token, by its `jti`: the text of a token is not canonical."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    jti = models.CharField(max_length=64, default="", db_default="")
    expires_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["account", "mode", "jti"], name="token_denied_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], name="denied_token_by_end")
        ]


class IdempotencyRecord(models.Model):
    """The committed answer to a call that carried an Idempotency-Key."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    scope_digest = models.BinaryField(max_length=32, unique=True)
    request_digest = models.BinaryField(max_length=32, default=b"")
    status = models.IntegerField(default=0, db_default=0)
    answer = models.BinaryField(default=b"")
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at"], name="idempotency_by_age")
        ]
