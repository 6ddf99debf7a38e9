"""Exports: a walk over everything, in one answer that is read as it arrives."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from licenseapi.error import APIConnectionError, UnusableAnswerError
from licenseapi.objects import ApiObject

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from licenseapi.messages import Call
    from licenseapi.paging import AsyncRunner, Runner

T = TypeVar("T", bound=ApiObject)
# How often an answer may break off without a single line in between.
MAX_FRUITLESS_TRIES: Final = 3


class _Asked(Generic[T]):
    """What both kinds of export have in common: everything but reading."""

    def __init__(self, call: Call[Any], read: Callable[[Mapping[str, Any]], T]) -> None:
        self._call = call
        self._read = read

    def _lines_after(self, last_id: str | None) -> Call[Any]:
        """The call for lines; from the last one that has arrived on, if any has."""
        fields = {**self._call.fields, "format": "jsonl"}
        return replace(
            self._call, fields=fields if last_id is None else {**fields, "starting_after": last_id}
        )

    def _parse(self, line: bytes) -> T:
        try:
            return self._read(json.loads(line))
        except (AttributeError, TypeError, ValueError) as error:
            message = f"A line of {self._call.name} is not what it exports."
            raise UnusableAnswerError(message, status=200) from error


class _Walk:
    """How far a walk has come. As a context it is one connection, which may break."""

    def __init__(self) -> None:
        self.last_id: str | None = None
        self.is_over = False
        self._fruitless = 0

    def note(self, item: T) -> T:
        """An object has arrived."""
        self.last_id = getattr(item, "id", self.last_id)
        self._fruitless = 0
        return item

    def __enter__(self) -> None:
        self._fruitless += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self.is_over = error is None
        return isinstance(error, APIConnectionError) and self._fruitless < MAX_FRUITLESS_TRIES


class Export(_Asked[T]):
    """Everything that the filters find, oldest first. Iterate over it, or save it as a file.

    Nothing is asked before. Only a part of it is in memory at a time. When the connection
    breaks, iterating goes on where it was.
    """

    def __init__(
        self, runner: Runner, call: Call[Any], read: Callable[[Mapping[str, Any]], T]
    ) -> None:
        super().__init__(call, read)
        self._runner = runner

    def __iter__(self) -> Iterator[T]:
        """Each object. Raises APIError."""
        walk = _Walk()
        while not walk.is_over:
            with walk:
                for line in _split(self._runner.stream(self._lines_after(walk.last_id))):
                    yield walk.note(self._parse(line))

    def save(self, path: str | Path) -> None:
        """Write it to a file in the `format` asked for; there is no file unless it is whole."""
        part = f"{os.fspath(path)}.part"
        try:
            with open(part, "wb") as file:  # noqa: PTH123 - a text or a path
                file.writelines(self._runner.stream(self._call))
            os.replace(part, path)  # noqa: PTH105 - a text or a path
        finally:
            _remove(part)


class AsyncExport(_Asked[T]):
    """The same in an event loop: `async for` over it, or `await` its `save`."""

    def __init__(
        self, runner: AsyncRunner, call: Call[Any], read: Callable[[Mapping[str, Any]], T]
    ) -> None:
        super().__init__(call, read)
        self._runner = runner

    async def __aiter__(self) -> AsyncIterator[T]:
        """Each object. Raises APIError."""
        walk = _Walk()
        while not walk.is_over:
            with walk:
                lines = _split_async(self._runner.stream(self._lines_after(walk.last_id)))
                async for line in lines:
                    yield walk.note(self._parse(line))

    async def save(self, path: str | Path) -> None:
        """Write it to a file in the `format` asked for; there is no file unless it is whole."""
        import anyio

        part = f"{os.fspath(path)}.part"
        try:
            async with await anyio.open_file(part, "wb") as file:
                async for chunk in self._runner.stream(self._call):
                    await file.write(chunk)
            os.replace(part, path)  # noqa: PTH105 - a text or a path
        finally:
            _remove(part)


def _remove(path: str) -> None:
    if os.path.exists(path):  # noqa: PTH110 - a text or a path
        os.remove(path)  # noqa: PTH107 - a text or a path


def _split(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines: the beginning of one is nothing yet."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines


async def _split_async(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
