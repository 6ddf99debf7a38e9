"""What one process needs everywhere: settings, plans, and the keys made from the secrets."""

import os
from pathlib import Path

import msgspec

from licenseapi_server.domain.api_keys import ApiKeyDigester
from licenseapi_server.domain.quotas import PLANS, TEST_PLAN, Plan
from licenseapi_server.domain.sealing import NONCE_BYTES, Sealer
from licenseapi_server.settings import SettingError, Settings


class Deployment(msgspec.Struct, frozen=True):
    """Made once at start by `make_deployment` and handed to whatever needs it."""

    settings: Settings
    plans: dict[str, Plan]
    api_keys: ApiKeyDigester
    license_keys: ApiKeyDigester
    portal_links: ApiKeyDigester
    sealer: Sealer

    def plan_for(self, plan: str, mode: str) -> Plan:
        """The limits of an account: test mode has its own, whatever the plan."""
        if mode == "test":
            return TEST_PLAN
        return self.plans.get(plan) or self.plans["developer"]

    def seal(self, text: bytes, about: str) -> bytes:
        """Encrypt `text` for the row that `about` names."""
        return self.seal_with(self.sealer, text, about)

    @staticmethod
    def seal_with(sealer: Sealer, text: bytes, about: str) -> bytes:
        """Encrypt under a derived key, with a fresh nonce."""
        return sealer.seal(text, about, os.urandom(NONCE_BYTES))


def load_plans(path: str) -> dict[str, Plan]:
    """The built-in plans, or those of the operator's file. Raises SettingError."""
    if not path:
        return dict(PLANS)
    try:
        rows = msgspec.json.decode(Path(path).read_bytes(), type=list[Plan])
    except (OSError, msgspec.DecodeError) as error:
        message = f"LICENSEAPI_PLANS_FILE: cannot use {path}: {error}."
        raise SettingError(message) from error
    plans = {row.name: row for row in rows}
    if "developer" not in plans:
        message = "LICENSEAPI_PLANS_FILE must have a plan named developer: it is the fallback."
        raise SettingError(message)
    return plans


def make_deployment(settings: Settings) -> Deployment:
    """Derive the keys. Raises SettingError when a secret is missing."""
    for name in ("secret_key", "pepper", "encryption_key"):
        if not getattr(settings, name):
            message = (
                f"LICENSEAPI_{name.upper()} is not set and {settings.secrets_dir}/{name} does not "
                "exist. Give back the secrets that this database was made with: without them "
                "its keys cannot be read."
            )
            raise SettingError(message)
    return Deployment(
        settings=settings,
        plans=load_plans(settings.plans_file),
        api_keys=ApiKeyDigester(settings.pepper),
        license_keys=ApiKeyDigester(b"license keys\0" + settings.pepper),
        portal_links=ApiKeyDigester(b"portal links\0" + settings.pepper),
        sealer=Sealer(settings.encryption_key),
    )
