"""How often the runtime path asks PostgreSQL: a validation is one round trip."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server
from licenseapi_server.api.runtime.rows import (
    LicenseLookup,
    Loaded,
    QuotaAsk,
    SecretLookup,
    TokenLookup,
)
from licenseapi_server.api.runtime.store_postgres import PostgresStore
from licenseapi_server.deployment import Deployment, make_deployment
from licenseapi_server.domain.quotas import month_bounds
from licenseapi_server.settings import load_settings

NOW = 1_790_000_000_000_000
ASK = QuotaAsk(1, "licenses:validate", month_bounds(NOW)[0], NOW)
Load = Callable[[PostgresStore, Deployment, Vendor], Awaitable[Loaded]]


def _by_key(store: PostgresStore, deployment: Deployment, acme: Vendor) -> Awaitable[Loaded]:
    subject = LicenseLookup(key=acme.key, digest=deployment.license_keys.digest)
    return store.load(_secret(deployment, acme), subject, ASK)


def _by_id(store: PostgresStore, deployment: Deployment, acme: Vendor) -> Awaitable[Loaded]:
    subject = LicenseLookup(license_id=acme.license["id"])
    return store.load(_secret(deployment, acme), subject, ASK)


def _by_token(store: PostgresStore, _deployment: Deployment, acme: Vendor) -> Awaitable[Loaded]:
    me = acme.api.get("/v1/me").json()
    lookup = TokenLookup(me["key_id"], acme.account.account_id, "tok_x", "none")
    return store.load(lookup, LicenseLookup(license_id=acme.license["id"]), ASK)


def _by_bound_token(
    store: PostgresStore, _deployment: Deployment, acme: Vendor
) -> Awaitable[Loaded]:
    machine = acme.api.make("/v1/activations", license_key=acme.key, fingerprint="laptop")
    lookup = TokenLookup(
        acme.api.get("/v1/me").json()["key_id"], acme.account.account_id, "tok_x", "none"
    )
    subject = LicenseLookup(license_id=acme.license["id"], activation_id=machine["id"])
    return store.load(lookup, subject, ASK)


def _for_user(store: PostgresStore, deployment: Deployment, acme: Vendor) -> Awaitable[Loaded]:
    subject = LicenseLookup(key=acme.key, user="bob", digest=deployment.license_keys.digest)
    return store.load(_secret(deployment, acme), subject, ASK)


def _secret(deployment: Deployment, acme: Vendor) -> SecretLookup:
    return SecretLookup(deployment.api_keys.digest(acme.account.live["secret_key"]))


@pytest.mark.parametrize("load", [_by_key, _by_id, _by_token, _by_bound_token, _for_user])
def test_a_validation_is_one_statement(load: Load, make_server: Callable[..., Server]) -> None:
    server = make_server("postgres")
    acme = make_vendor(server)
    settings = load_settings(server.environ())
    deployment = make_deployment(settings)

    async def count() -> tuple[Loaded, list[str]]:
        asked: list[str] = []
        store = PostgresStore(msgspec.structs.replace(settings, postgres_connections=1), {})
        await store.open()
        async with store._pool.acquire() as connection:
            connection.add_query_logger(lambda record: asked.append(record.query))
            loaded: Any = await _with(store, connection, load(store, deployment, acme))
        await store.close()
        return loaded, asked

    async def _with(store: PostgresStore, connection: Any, loading: Awaitable[Loaded]) -> Loaded:
        pool, store._pool = store._pool, _Held(connection)
        try:
            return await loading
        finally:
            store._pool = pool

    loaded, asked = asyncio.run(count())
    assert loaded.license is not None
    assert loaded.license.id == acme.license["id"]
    assert len(asked) == 1


class _Held:
    """A pool of the one connection that is being watched."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def acquire(self, **_options: Any) -> "_Held":
        return self

    async def __aenter__(self) -> Any:
        return self._connection

    async def __aexit__(self, *_error: object) -> None:
        """It stays open."""
