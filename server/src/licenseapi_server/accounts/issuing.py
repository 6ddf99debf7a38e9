"""Making accounts, API keys and signing keys: used by the API and the command line alike."""

import os

import msgspec
from joserfc.jwk import ECKey

from licenseapi_server.accounts.models import (
    Account,
    ApiKey,
    ApiKeySecret,
    Member,
    SigningKey,
    User,
)
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.api_keys import api_key_hint, make_api_key
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.key_pairs import KEY_BYTES, make_key_pair

MODES = ("live", "test")


class IssuedKey(msgspec.Struct):
    """A key with the secret that is shown this once."""

    row: ApiKey
    secret: ApiKeySecret
    text: str


def new_id(prefix: str, now: int) -> str:
    """A fresh id."""
    return make_id(prefix, now, os.urandom(10))


def make_secret(deployment: Deployment, row: ApiKey, now: int) -> IssuedKey:
    """A new secret for a key; only its digest is kept."""
    text = make_api_key(row.type, row.mode, os.urandom(32))
    secret = ApiKeySecret(
        id=new_id("sec", now),
        account_id=row.account_id,
        api_key=row,
        digest=deployment.api_keys.digest(text),
        hint=api_key_hint(text),
        created_at=now,
    )
    return IssuedKey(row, secret, text)


def issue_key(deployment: Deployment, row: ApiKey, now: int) -> IssuedKey:
    """Write a key and its first secret."""
    issued = make_secret(deployment, row, now)
    row.save(force_insert=True)
    issued.secret.save(force_insert=True)
    return issued


def make_signing_key(
    deployment: Deployment, account_id: str, mode: str, *, now: int, signs_from: int
) -> SigningKey:
    """A new ES256 key pair; the private half is sealed for this row alone."""
    key = ECKey.generate_key("P-256", auto_kid=False)
    kid = key.thumbprint()
    public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "ES256"}
    private = msgspec.json.encode(key.as_dict(private=True))
    return SigningKey(
        kid=kid,
        account_id=account_id,
        mode=mode,
        use="token",
        public_jwk=msgspec.json.encode(public).decode(),
        private_key_encrypted=deployment.seal(private, f"signing_key:{kid}"),
        signs_from=signs_from,
        created_at=now,
    )


def make_document_key(
    deployment: Deployment, account_id: str, mode: str, *, use: str, now: int, signs_from: int
) -> SigningKey:
    """A new Ed25519 pair: a root, or a key that signs documents."""
    pair = make_key_pair(os.urandom(KEY_BYTES))
    private = msgspec.json.encode(pair.private_jwk)
    return SigningKey(
        kid=pair.kid,
        account_id=account_id,
        mode=mode,
        use=use,
        public_jwk=msgspec.json.encode(pair.public_jwk).decode(),
        private_key_encrypted=deployment.seal(private, f"signing_key:{pair.kid}"),
        signs_from=signs_from,
        created_at=now,
    )


class NewAccount(msgspec.Struct):
    """What `create-account` shows once."""

    account: Account
    owner_email: str
    secrets: dict[str, dict[str, str]]


def create_account(
    deployment: Deployment, *, name: str, email: str, plan: str, now: int
) -> NewAccount:
    """An account with its owner, a secret and a publishable key for each mode, and signing keys.

    Runs in the caller's transaction.
    """
    account = Account(id=new_id("acct", now), name=name, plan=plan, created_at=now, updated_at=now)
    account.save(force_insert=True)
    _add_owner(account, email.lower(), now)
    secrets: dict[str, dict[str, str]] = {}
    for mode in MODES:
        signing_key = make_signing_key(deployment, account.id, mode, now=now, signs_from=now)
        signing_key.save(force_insert=True)
        secrets[mode] = {
            f"{key_type}_key": _first_key(deployment, account, mode, key_type, now=now)
            for key_type in ("secret", "publishable")
        }
    return NewAccount(account, email, secrets)


def _add_owner(account: Account, email: str, now: int) -> None:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User(id=new_id("user", now), email=email, created_at=now)
        user.set_unusable_password()
        user.save(force_insert=True)
    Member(id=new_id("mem", now), account=account, user=user, role="owner", created_at=now).save(
        force_insert=True
    )


def _first_key(
    deployment: Deployment, account: Account, mode: str, key_type: str, *, now: int
) -> str:
    row = ApiKey(
        id=new_id("key", now),
        account=account,
        mode=mode,
        type=key_type,
        name=f"First {key_type} key",
        created_at=now,
        updated_at=now,
    )
    return issue_key(deployment, row, now).text
