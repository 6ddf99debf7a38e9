"""The keys that sign documents for apps, and the roots that say so; made when first needed.

A statement follows from root, key and time alone (Ed25519 signs the same text alike), so it
is kept nowhere: every process writes the same one.
"""

import os

import msgspec
from joserfc.jwk import OKPKey

from licenseapi_server.api.runtime import sql
from licenseapi_server.api.runtime.rows import SigningKeyRow
from licenseapi_server.api.runtime.signing_rows import find_active, open_private, sealed_about
from licenseapi_server.api.runtime.store import Store
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.key_pairs import KEY_BYTES, ROOT, DocumentUse, make_key_pair
from licenseapi_server.domain.key_statements import Statement, plan_statement, sign_statement
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.signing_keys import CLOCK_SLACK

MAX_KNOWN = 10_000
Owner = tuple[str, str]


class DocumentSigner(msgspec.Struct, frozen=True):
    """Who signs a document now, and what a root says of it."""

    kid: str
    key: OKPKey
    statement: str
    statement_expires_at: int


class DocumentKeys:
    """Finds the keys of an account and mode. Holds private halves, never a decision."""

    def __init__(self, deployment: Deployment, store: Store) -> None:
        self._deployment = deployment
        self._store = store
        self._private: dict[str, OKPKey] = {}
        self._statements: dict[tuple[str, str, int], str] = {}

    async def list_roots(self, owner: Owner, now: int) -> list[SigningKeyRow]:
        """The roots, newest first; the first one is made here. Empty without such an account."""
        return await self._list(owner, ROOT, now)

    async def find_signer(self, owner: Owner, use: DocumentUse, now: int) -> DocumentSigner:
        """The key that signs documents of this kind now."""
        row = self._signing(await self._list(owner, use, now), now)
        return await self._with_statement(owner, row, now)

    async def _list(self, owner: Owner, use: str, now: int) -> list[SigningKeyRow]:
        rows = await self._store.list_signing_keys(owner, use)
        if find_active(rows, now) is not None:
            return rows
        pair = make_key_pair(os.urandom(KEY_BYTES))
        private = msgspec.json.encode(pair.private_jwk)
        sealed = self._deployment.seal(private, sealed_about(pair.kid))
        public = msgspec.json.encode(pair.public_jwk).decode()
        names = {
            "kid": pair.kid,
            "account_id": owner[0],
            "mode": owner[1],
            "use": use,
            "public_jwk": public,
            "private_key_encrypted": sealed,
            "signs_from": now - CLOCK_SLACK,
            "now": now,
        }
        statement = sql.INSERT_SIGNING_KEY
        row = tuple(names[name] for name in statement.names)
        await self._store.write_batch([(statement, [row])])
        # Another process may have been first: what stands in the database counts.
        return await self._store.list_signing_keys(owner, use)

    def _signing(self, rows: list[SigningKeyRow], now: int) -> SigningKeyRow:
        row = find_active(rows, now)
        if row is None:
            raise Problem("unavailable", "This account has no key for such documents.")
        return row

    async def _with_statement(self, owner: Owner, row: SigningKeyRow, now: int) -> DocumentSigner:
        root = self._signing(await self._list(owner, ROOT, now), now)
        not_before, expires_at = plan_statement(row.created_at, now)
        name = (row.kid, root.kid, not_before)
        text = self._statements.get(name)
        if text is None:
            public_key = msgspec.json.decode(row.public_jwk)["x"]
            says = Statement(row.kid, public_key, row.use, row.mode, not_before, expires_at)
            text = sign_statement(says, self._open(root), root.kid)
            if len(self._statements) >= MAX_KNOWN:
                self._statements.clear()
            self._statements[name] = text
        return DocumentSigner(row.kid, self._open(row), text, expires_at)

    def _open(self, row: SigningKeyRow) -> OKPKey:
        key = self._private.get(row.kid)
        if key is None:
            if len(self._private) >= MAX_KNOWN:
                self._private.clear()
            key = OKPKey.import_key(open_private(self._deployment, row))
            self._private[row.kid] = key
        return key
