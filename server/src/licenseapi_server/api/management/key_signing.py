"""Signing license keys, under policies whose `key_format` is `signed`."""

import os
from functools import cached_property
from typing import Any

import msgspec
from joserfc.jwk import OKPKey

from licenseapi_server.accounts import issuing
from licenseapi_server.accounts.models import SigningKey
from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management.rows import of_tenant
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.key_pairs import ROOT, decode_bytes
from licenseapi_server.domain.key_statements import Statement, plan_statement, sign_statement
from licenseapi_server.domain.license_state import compute_ends_at
from licenseapi_server.domain.may import ends_for_good
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.signed_keys import (
    NONCE_LENGTH,
    KeyContent,
    KeySigner,
    sign_license_key,
)
from licenseapi_server.domain.signing_keys import CLOCK_SLACK, SigningTimes, compute_state
from licenseapi_server.licensing.models import License


class KeySigning:
    """Signs the keys of one call: signing key and statement are looked up once."""

    def __init__(self, call: AnyCall) -> None:
        self._call = call

    def sign(self, row: License) -> str:
        """A new key for the license, with the end that is known now."""
        policy = row.policy
        ends_at = None
        if ends_for_good(policy.expiration_strategy):
            ends_at = compute_ends_at(row.expires_at, policy.grace_period)
        begins_at = self._call.now if row.starts_at is None else row.starts_at
        content = KeyContent(
            mode=row.mode,
            license_id=row.pk,
            product_id=row.product_id,
            begins_at=begins_at // SECOND * SECOND,
            expires_at=ends_at,
        )
        return sign_license_key(content, row.product.code, self._signer, os.urandom(NONCE_LENGTH))

    @cached_property
    def _signer(self) -> KeySigner:
        # The root first, always: two calls that make both wait for each other in one order.
        root, key = self._find(ROOT), self._find("key")
        public_key = msgspec.json.decode(key.public_jwk)["x"]
        not_before, expires_at = plan_statement(key.created_at, self._call.now)
        says = Statement(key.pk, public_key, "key", key.mode, not_before, expires_at)
        text = sign_statement(says, OKPKey.import_key(self._open(root)), root.pk)
        return KeySigner(
            public_key=public_key,
            seed=decode_bytes(self._open(key)["d"]) or b"",
            statement_from=not_before,
            statement_signature=decode_bytes(text.rpartition(".")[2]) or b"",
        )

    def _open(self, row: SigningKey) -> dict[str, Any]:
        sealed = bytes(row.private_key_encrypted)
        opened = self._call.deployment.sealer.open(sealed, f"signing_key:{row.pk}")
        jwk: dict[str, Any] = msgspec.json.decode(opened)
        return jwk

    def _find(self, use: str) -> SigningKey:
        """The key that signs now; the first of its kind is made here."""
        found = self._active(use)
        if found is not None:
            return found
        call, principal = self._call, self._call.principal
        owner = (call.deployment, principal.account_id, principal.mode)
        row = issuing.make_document_key(
            *owner, use=use, now=call.now, signs_from=call.now - CLOCK_SLACK
        )
        # Another process may have been first: what stands in the database counts.
        SigningKey.objects.bulk_create([row], ignore_conflicts=True)
        found = self._active(use)
        if found is None:
            raise Problem("unavailable", "This account has no key that signs license keys.")
        return found

    def _active(self, use: str) -> SigningKey | None:
        for row in of_tenant(SigningKey, self._call).filter(use=use):
            times = SigningTimes(
                row.signs_from, row.signs_until, row.published_until, row.revoked_at
            )
            if compute_state(times, self._call.now) == "active":
                return row
        return None
