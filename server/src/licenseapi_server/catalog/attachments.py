"""Entitlements attached to policies and licenses: the rows, and the copy the runtime reads."""

from collections.abc import Sequence
from typing import Any

import msgspec

from licenseapi_server.catalog.models import Entitlement, PolicyEntitlement
from licenseapi_server.domain.facts import GrantedEntitlement


class Attachment(msgspec.Struct, frozen=True):
    """One entitlement to attach."""

    entitlement: Entitlement
    expires_at: int | None
    max_leases: int | None


def granted_text(attachments: Sequence[Attachment]) -> str:
    """The copy kept on the policy or license itself, so that a validate joins nothing."""
    granted = [
        GrantedEntitlement(
            id=item.entitlement.id,
            code=item.entitlement.code,
            expires_at=item.expires_at,
            max_leases=item.max_leases,
        )
        for item in sorted(attachments, key=lambda item: item.entitlement.code)
    ]
    return msgspec.json.encode(granted).decode()


def replace_policy_attachments(policy: Any, attachments: Sequence[Attachment]) -> None:
    """Attach exactly these to the policy. The caller saves the copy with the policy."""
    PolicyEntitlement.objects.filter(account_id=policy.account_id, policy=policy).delete()
    PolicyEntitlement.objects.bulk_create(
        PolicyEntitlement(
            account_id=policy.account_id,
            policy=policy,
            entitlement=item.entitlement,
            expires_at=item.expires_at,
            max_leases=item.max_leases,
        )
        for item in attachments
    )
