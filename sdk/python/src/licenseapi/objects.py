"""What the API answers, as objects: attributes, never a dict, open to newer servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from typing_extensions import Self

# What repr() shows: nothing else, or a traceback could give a credential away.
IDENTIFYING = ("id", "code", "name", "status", "valid")
# Maps of the vendor's own making: a member `object` in them means nothing to us.
FREE_MAPS = frozenset(
    {"metadata", "private_metadata", "components", "claims", "ext", "policies", "public_jwk"}
)
# What every answer that shows one resource has.
RESOURCE: Mapping[str, type] = {"id": str, "object": str}
_KINDS: dict[str, type[ApiObject]] = {}


class MissingMemberError(ValueError):
    """An answer lacks a member that its operation promises, or has it with another type."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def require_members(values: Mapping[str, Any], promised: Mapping[str, type]) -> None:
    """Check the members by name and type. Raises MissingMemberError.

    The vectors in sdk/vectors/answers.json are the specification of what is promised.
    """
    for name, kind in promised.items():
        # Not isinstance: True is no number here.
        if type(values.get(name)) is not kind:
            raise MissingMemberError(name)


class ApiObject:
    """A JSON object of an answer: its members are attributes.

    Members that this version of the package does not know are kept and readable, too.
    JSON objects inside become ApiObjects when they name their kind in `object` or when the
    class declares them; maps of your own making (`metadata`) stay dicts. Read-only: change
    things through the client. Declared members with a default may be missing in an answer.
    """

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {}
    _promised: ClassVar[Mapping[str, type]] = {}

    object: str = ""

    def __init_subclass__(
        cls, kind: str | None = None, promised: Mapping[str, type] | None = None
    ) -> None:
        """Register the class for `object: kind`; `promised` is what its answers must have."""
        super().__init_subclass__()
        if promised is not None:
            cls._promised = promised
        if kind is not None:
            _KINDS[kind] = cls

    def __init__(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            is_free = name in FREE_MAPS
            self.__dict__[name] = value if is_free else _wrap(value, self._members.get(name))

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """The object of an answer. Raises MissingMemberError when it is none of this kind."""
        require_members(values, cls._promised)
        return cls(values)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object as it came, as a new dict."""
        return {name: _unwrap(value) for name, value in self.__dict__.items()}

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse: it would change nothing on the server."""
        message = f"{type(self).__name__} is read-only: change it through the client"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> None:
        """Refuse, like any change."""
        self.__setattr__(name, None)

    def __eq__(self, other: Any) -> bool:  # noqa: PYI032 - `object` is a member here
        """Whether every member is equal."""
        return type(other) is type(self) and other.__dict__ == self.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Which object it is. No other members: some of them are secrets."""
        shown = [f"{name}={self.__dict__[name]!r}" for name in IDENTIFYING if name in self.__dict__]
        return f"<{' '.join([type(self).__name__, *shown])}>"


class Deleted(ApiObject, promised={**RESOURCE, "deleted": bool}):
    """The object with this id is gone."""

    id: str
    deleted: bool


def _wrap(value: Any, declared: type[ApiObject] | None) -> Any:
    if isinstance(value, list):
        return [_wrap(item, declared) for item in value]
    if not isinstance(value, dict):
        return value
    kind = declared or _KINDS.get(str(value.get("object")))
    return value if kind is None else kind(value)


def _unwrap(value: Any) -> Any:
    if isinstance(value, ApiObject):
        return value.to_dict()
    if isinstance(value, list):
        return [_unwrap(item) for item in value]
    if isinstance(value, dict):
        return {name: _unwrap(item) for name, item in value.items()}
    return value
