"""The signing keys that this process knows: public halves to verify, private ones to sign.

A token's `kid` is looked up here. A key that another process has just made is fetched from
our own database, at a bounded rate, so that a flood of invented ids costs next to nothing.
"""

import msgspec
from joserfc.jwk import ECKey

from licenseapi_server.api.runtime.document_keys import DocumentKeys
from licenseapi_server.api.runtime.signing_rows import find_active, open_private
from licenseapi_server.api.runtime.store import Store
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.quotas import TokenBucket
from licenseapi_server.domain.tokens import (
    PublicKey,
    SignatureCache,
    Token,
    TokenRefusedError,
    check_claims,
)

UNKNOWN_PER_SECOND = 500


class KeyRing:
    """Verifies tokens and finds the key to sign with."""

    def __init__(self, deployment: Deployment, store: Store) -> None:
        self._deployment = deployment
        self._store = store
        self.documents = DocumentKeys(deployment, store)
        self._public: dict[str, PublicKey] = {}
        self._private: dict[str, ECKey] = {}
        self._signatures = SignatureCache()
        self._unknown = TokenBucket(UNKNOWN_PER_SECOND, UNKNOWN_PER_SECOND, 0)

    async def verify(self, text: str, base_url: str, now: int) -> Token:
        """The claims of a token that holds. Raises TokenRefusedError, or Problem unavailable."""
        try:
            key, claims = self._signatures.verify(text, self._public.get)
        except KeyError as error:
            await self._learn(str(error.args[0]), now)
            key, claims = self._signatures.verify(text, self._public.__getitem__)
        return check_claims(claims, key, base_url, now)

    async def _learn(self, kid: str, now: int) -> None:
        if self._unknown.take(now):
            # Not known to be wrong: a good token must not be called bad because of a flood.
            raise Problem(
                "unavailable", headers={"Retry-After": "1"}, reason="too many unknown kids"
            )
        row = await self._store.find_signing_key(kid)
        if row is None:
            message = "kid is unknown"
            raise TokenRefusedError(message)
        jwk = msgspec.json.decode(row.public_jwk)
        self._public[kid] = PublicKey(kid, row.account_id, row.mode, ECKey.import_key(jwk))

    async def find_signer(self, account_id: str, mode: str, now: int) -> tuple[str, ECKey]:
        """The key that signs now. Raises Problem unavailable when the account has none."""
        rows = await self._store.list_signing_keys((account_id, mode))
        row = find_active(rows, now)
        if row is None:
            raise Problem("unavailable", "This account has no active signing key.")
        key = self._private.get(row.kid)
        if key is None:
            key = self._private[row.kid] = ECKey.import_key(open_private(self._deployment, row))
        return row.kid, key
