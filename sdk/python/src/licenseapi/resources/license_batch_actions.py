"""What became of each license that an action for many was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from licenseapi.objects import ApiObject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ItemError(ApiObject):
    """Why one item of a batch failed."""

    code: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()


class LicenseActionItem(ApiObject):
    """What became of one license: `status` is `done`, `unchanged` or `failed`."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"error": ItemError}

    id: str
    status: str
    error: ItemError | None = None


class LicenseBatchActionResult(ApiObject, kind="batch_action", promised={"data": list}):
    """What became of each license, in the order of the ids, and how many were which."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"data": LicenseActionItem}

    action: str
    data: Sequence[LicenseActionItem]
    done: int
    unchanged: int
    failed: int
