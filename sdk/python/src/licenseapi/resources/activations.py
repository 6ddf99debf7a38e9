"""Activations: the machines that a license runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import ListParams, RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Required, Unpack

    from licenseapi.paging import AsyncList, Page


class NewActivation(RequestOptions, total=False):
    """A machine that asks for a seat. A token knows its license; a key names it, by id or key.

    `fingerprint` tells the machine apart; by `components` it is known again when the
    fingerprint has changed.
    """

    license_key: str
    license_id: str
    product: str
    fingerprint: Required[str]
    components: Mapping[str, str]
    name: str
    hostname: str
    platform: str
    cores: int
    memory_bytes: int
    disk_bytes: int
    metadata: Mapping[str, str]
    user: str


class SignOfLife(RequestOptions, total=False):
    """Which machine speaks. With a secret or restricted key neither is needed."""

    license_key: str
    fingerprint: str


class Deactivation(SignOfLife, total=False):
    """Which machine is done. `force`, of a server's key alone, frees a seat that a file holds."""

    force: bool


class ForcedEnd(RequestOptions, total=False):
    """`force` frees the seat at once, although a license file of the machine still works."""

    force: bool


class ActivationList(ListParams, total=False):
    """Filters of the list. `ended` leaves out those that have not ended, or else the others."""

    license_id: str
    fingerprint: str
    ended: bool


class Activations(Resource):
    """The methods of activations."""

    def create(self, **fields: Unpack[NewActivation]) -> Activation:
        """Give the machine a seat; the same machine again gets the same one.

        ConflictError when there is none: `code` is `activation_limit_reached`,
        `machine_limit_reached`, `cooldown_running` or `deactivation_limit_reached`.
        """
        return self._run(Call("activations.create", Activation.read, fields=fields))

    def retrieve(self, activation_id: str, /, **options: Unpack[RequestOptions]) -> Activation:
        """Show an activation."""
        return self._run(Call("activations.get", Activation.read, (activation_id,), options))

    def heartbeat(self, activation_id: str, /, **fields: Unpack[SignOfLife]) -> Activation:
        """Say that the machine lives. One that was taken for dead gets a seat if there is one."""
        return self._run(Call("activations.heartbeat", Activation.read, (activation_id,), fields))

    def deactivate(self, activation_id: str, /, **fields: Unpack[Deactivation]) -> Activation:
        """Give the seat up. A repeat changes nothing."""
        return self._run(Call("activations.deactivate", Activation.read, (activation_id,), fields))

    def delete(self, activation_id: str, /, **query: Unpack[ForcedEnd]) -> Activation:
        """End it, as a server: what `deactivate` does, by the id alone."""
        return self._run(Call("activations.delete", Activation.read, (activation_id,), query))

    def list(self, **query: Unpack[ActivationList]) -> Page[Activation]:
        """List activations, newest first."""
        return self._list("activations.list", Activation.read, query)


class AsyncActivations(AsyncResource):
    """The methods of activations."""

    async def create(self, **fields: Unpack[NewActivation]) -> Activation:
        """Give the machine a seat; the same machine again gets the same one.

        ConflictError when there is none: `code` is `activation_limit_reached`,
        `machine_limit_reached`, `cooldown_running` or `deactivation_limit_reached`.
        """
        return await self._run(Call("activations.create", Activation.read, fields=fields))

    async def retrieve(
        self, activation_id: str, /, **options: Unpack[RequestOptions]
    ) -> Activation:
        """Show an activation."""
        return await self._run(Call("activations.get", Activation.read, (activation_id,), options))

    async def heartbeat(self, activation_id: str, /, **fields: Unpack[SignOfLife]) -> Activation:
        """Say that the machine lives. One that was taken for dead gets a seat if there is one."""
        call = Call("activations.heartbeat", Activation.read, (activation_id,), fields)
        return await self._run(call)

    async def deactivate(self, activation_id: str, /, **fields: Unpack[Deactivation]) -> Activation:
        """Give the seat up. A repeat changes nothing."""
        call = Call("activations.deactivate", Activation.read, (activation_id,), fields)
        return await self._run(call)

    async def delete(self, activation_id: str, /, **query: Unpack[ForcedEnd]) -> Activation:
        """End it, as a server: what `deactivate` does, by the id alone."""
        call = Call("activations.delete", Activation.read, (activation_id,), query)
        return await self._run(call)

    def list(self, **query: Unpack[ActivationList]) -> AsyncList[Activation]:
        """List activations, newest first."""
        return self._list("activations.list", Activation.read, query)


class Activation(ApiObject, kind="activation", promised=RESOURCE):
    """A license bound to one machine. `ended_at` is None while it has its seat."""

    id: str
    license_id: str
    product_id: str
    fingerprint: str
    components: Mapping[str, str]
    name: str | None
    hostname: str | None
    platform: str | None
    ip: str
    user_id: str | None
    cores: int
    memory_bytes: int
    disk_bytes: int
    is_non_production: bool
    activated_at: str
    last_seen_at: str
    heartbeat_at: str | None
    ended_at: str | None
    ended_reason: str | None
    seat_free_at: str | None
    metadata: Mapping[str, str]
    created_at: str
    version: int

    create = on_default_client(Activations, Activations.create)
    retrieve = on_default_client(Activations, Activations.retrieve)
    heartbeat = on_default_client(Activations, Activations.heartbeat)
    deactivate = on_default_client(Activations, Activations.deactivate)
    delete = on_default_client(Activations, Activations.delete)
    list = on_default_client(Activations, Activations.list)
