"""Policies: the rules templates that licenses are issued under."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject, Deleted
from licenseapi.params import (
    RequestOptions,
    WriteOptions,
)
from licenseapi.resources.entitlements import AttachedEntitlement
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page
    from licenseapi.resources.policy_params import NewPolicy, PolicyChange, PolicyList


class Policies(Resource):
    """The methods of policies."""

    def create(self, **fields: Unpack[NewPolicy]) -> Policy:
        """Create a policy for a product."""
        return self._run(Call("policies.create", Policy.read, fields=fields))

    def retrieve(self, policy_id: str, /, **options: Unpack[RequestOptions]) -> Policy:
        """Show a policy."""
        return self._run(Call("policies.get", Policy.read, (policy_id,), options))

    def update(self, policy_id: str, /, **fields: Unpack[PolicyChange]) -> Policy:
        """Change what is named; its licenses follow, but for expiries already set."""
        return self._run(Call("policies.update", Policy.read, (policy_id,), fields))

    def delete(self, policy_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Delete a policy that no license is under."""
        return self._run(Call("policies.delete", Deleted.read, (policy_id,), options))

    def list(self, **query: Unpack[PolicyList]) -> Page[Policy]:
        """List policies, newest first."""
        return self._list("policies.list", Policy.read, query)


class AsyncPolicies(AsyncResource):
    """The methods of policies."""

    async def create(self, **fields: Unpack[NewPolicy]) -> Policy:
        """Create a policy for a product."""
        return await self._run(Call("policies.create", Policy.read, fields=fields))

    async def retrieve(self, policy_id: str, /, **options: Unpack[RequestOptions]) -> Policy:
        """Show a policy."""
        return await self._run(Call("policies.get", Policy.read, (policy_id,), options))

    async def update(self, policy_id: str, /, **fields: Unpack[PolicyChange]) -> Policy:
        """Change what is named; its licenses follow, but for expiries already set."""
        return await self._run(Call("policies.update", Policy.read, (policy_id,), fields))

    async def delete(self, policy_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Delete a policy that no license is under."""
        return await self._run(Call("policies.delete", Deleted.read, (policy_id,), options))

    def list(self, **query: Unpack[PolicyList]) -> AsyncList[Policy]:
        """List policies, newest first."""
        return self._list("policies.list", Policy.read, query)


class Offline(ApiObject):
    """What of a license may be taken offline, at most."""

    allowed: bool
    max_ttl: str
    max_live_files: int | None


class Policy(ApiObject, kind="policy", promised=RESOURCE):
    """The rules template that licenses are issued under."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {
        "entitlements": AttachedEntitlement,
        "offline": Offline,
    }

    id: str
    mode: str
    product_id: str
    name: str
    duration: str | None
    expiration_basis: str
    expiration_strategy: str
    grace_period: str | None
    renewal_basis: str
    transfer_strategy: str
    max_activations: int | None
    max_leases: int | None
    max_users: int | None
    max_cores: int | None
    max_memory_bytes: int | None
    max_disk_bytes: int | None
    overage_percent: int
    over_limit: str
    when_full: str
    floating: bool
    leasing: str
    lease_ttl: int | None
    max_borrow: str | None
    fingerprint_uniqueness: str
    component_matching: str
    heartbeat_interval: int | None
    dead_after: int | None
    when_dead: str
    heartbeat_basis: str
    dormant_after: str | None
    deactivation_cooldown: str | None
    max_deactivations: int | None
    deactivation_period: str | None
    check_in_interval: str | None
    requires: Sequence[str] | None
    permit_ttl: str
    outage_grace: str
    key_format: str
    trial: bool
    one_trial_per_fingerprint: bool
    maintenance: str | None
    non_production: Sequence[str]
    max_non_production: int
    offline: Offline
    entitlements: Sequence[AttachedEntitlement]
    metadata: Mapping[str, str]
    archived_at: str | None
    created_at: str
    updated_at: str
    version: int

    create = on_default_client(Policies, Policies.create)
    retrieve = on_default_client(Policies, Policies.retrieve)
    update = on_default_client(Policies, Policies.update)
    delete = on_default_client(Policies, Policies.delete)
    list = on_default_client(Policies, Policies.list)
