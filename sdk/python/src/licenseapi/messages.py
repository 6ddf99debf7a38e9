"""What the protocol and its two drivers say to each other. No input or output here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from licenseapi.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
FailureKind = Literal["connection", "timeout", "certificate"]
SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True)
class Call(Generic[T]):
    """One call of an operation: what the caller gave, and how to read the answer."""

    name: str
    read: Callable[[Mapping[str, Any]], T]
    ids: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def operation(self) -> Operation:
        """Its line in the list of operations."""
        return OPERATIONS[self.name]


@dataclass(frozen=True)
class Request:
    """One HTTP request, complete but for its connection. `timeout` is in seconds, for each try."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes | None = field(repr=False)
    timeout: float

    @property
    def idempotency_key(self) -> str | None:
        """The key that makes its tries one effect."""
        return self.headers.get("idempotency-key")


@dataclass(frozen=True)
class Wait:
    """Do nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. The names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the operation was done."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, section 15.3

    @property
    def retry_after(self) -> int | None:
        """Seconds to wait, if the server said so. A date there counts as absent."""
        text = self.headers.get("retry-after", "").strip()
        return int(text) if SECONDS.fullmatch(text) else None


@dataclass(frozen=True)
class Done(Generic[T]):
    """The exchange is over, and this is its result."""

    value: T


@dataclass(frozen=True)
class Failure:
    """There is no whole answer, and this is why."""

    kind: FailureKind
    cause: Exception
