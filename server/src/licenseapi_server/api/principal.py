"""Who is calling: every credential becomes one of these."""

import msgspec

CLIENT_TYPES = frozenset({"publishable", "token", "portal"})


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated caller. `identity` scopes idempotency keys (4-http-api)."""

    credential_type: str
    account_id: str
    mode: str
    plan: str
    key_id: str
    secret_id: str
    scopes: frozenset[str]
    product_ids: tuple[str, ...]
    allowed_ips: tuple[str, ...]
    gen: int
    key_expires_at: int | None
    max_token_ttl_seconds: int
    expiring_window_days: int
    license_id: str = ""
    # The one machine that a token speaks for.
    activation_id: str = ""
    subject: str = ""
    token_id: str = ""
    user: str | None = None

    @property
    def is_client(self) -> bool:
        """Whether the credential lives on a customer's machine: it gets the client view."""
        return self.credential_type in CLIENT_TYPES

    @property
    def identity(self) -> str:
        """What an Idempotency-Key belongs to: the key id, or a token's subject."""
        return self.subject or self.key_id

    def may_use_product(self, product_id: str) -> bool:
        """Whether the credential's product bindings allow this product."""
        return not self.product_ids or product_id in self.product_ids
