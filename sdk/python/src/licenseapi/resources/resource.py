"""What the methods of every noun stand on, and how the module style finds them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from licenseapi.messages import Call
from licenseapi.paging import AsyncList, AsyncRunner, Page, Runner, page_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R", bound="Resource")
Read = Callable[["Mapping[str, Any]"], T]


class Resource:
    """The methods of one noun."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def _run(self, call: Call[T]) -> T:
        return self._runner.run(call)

    def _list(
        self, name: str, read: Read[T], query: Mapping[str, Any], ids: tuple[str, ...] = ()
    ) -> Page[T]:
        return Page(self._runner, Call(name, page_reader(read), ids, query))


class AsyncResource:
    """The methods of one noun, as coroutines."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    async def _run(self, call: Call[T]) -> T:
        return await self._runner.run(call)

    def _list(
        self, name: str, read: Read[T], query: Mapping[str, Any], ids: tuple[str, ...] = ()
    ) -> AsyncList[T]:
        return AsyncList(self._runner, Call(name, page_reader(read), ids, query))


def on_default_client(
    resource: type[R], method: Callable[Concatenate[R, P], T]
) -> staticmethod[P, T]:
    """The method for the module style: `License.list()` on the client of the module's settings."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        # Imported on the first call: it needs every resource, this one included.
        from licenseapi.default_client import default_runner

        return method(resource(default_runner()), *args, **kwargs)

    return staticmethod(call)
