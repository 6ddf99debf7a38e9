"""Lists: one page at hand, and the walk over all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from licenseapi.error import APIError
from licenseapi.objects import MissingMemberError, require_members

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping

    from licenseapi.messages import Call

T = TypeVar("T")


class Runner(Protocol):
    """Whatever carries out calls."""

    def run(self, call: Call[T]) -> T:
        """The result of the call. Raises APIError."""

    def stream(self, call: Call[Any]) -> Iterator[bytes]:
        """The body of an answer of any length. Raises APIError."""


class AsyncRunner(Protocol):
    """Whatever carries out calls in an event loop."""

    async def run(self, call: Call[T]) -> T:
        """The result of the call. Raises APIError."""

    def stream(self, call: Call[Any]) -> AsyncIterator[bytes]:
        """The body of an answer of any length. Raises APIError."""


@dataclass(frozen=True)
class PageContent(Generic[T]):
    """What one answer of a list holds.

    `next_cursor` is where the server stopped looking: on a filtered list it may lie beyond
    the last item. `total_count` is there when `include="total_count"` asked for it.
    """

    data: list[T]
    has_more: bool
    url: str = ""
    next_cursor: str | None = None
    total_count: int | None = None
    total_count_is_exact: bool | None = None


def page_reader(read: Callable[[Mapping[str, Any]], T]) -> Callable[[Any], PageContent[T]]:
    """How to read a list whose items `read` reads. What it makes raises MissingMemberError."""

    def read_page(body: Mapping[str, Any]) -> PageContent[T]:
        # A list without `has_more` would end here, and nobody would miss the rest.
        require_members(body, {"data": list, "has_more": bool})
        data = body["data"]
        if not all(isinstance(item, dict) for item in data):
            raise MissingMemberError("data")
        return PageContent(
            data=[read(item) for item in data],
            has_more=body["has_more"],
            url=body.get("url", ""),
            next_cursor=body.get("next_cursor"),
            total_count=body.get("total_count"),
            total_count_is_exact=body.get("total_count_is_exact"),
        )

    return read_page


def next_query(query: Mapping[str, Any], content: PageContent[Any]) -> dict[str, Any] | None:
    """The query of the next page in the direction of this one; None after the last.

    Raises APIError when the server gives the cursor that it was given: the walk would
    never end.
    """
    name = "ending_before" if is_backward(query) else "starting_after"
    cursor = content.next_cursor or _edge_id(content, is_first=name == "ending_before")
    if not content.has_more or cursor is None:
        return None
    if cursor == query.get(name):
        message = f"The list does not go on: the server gave the cursor {cursor} twice."
        raise APIError(message)
    return {**query, name: cursor}


def is_backward(query: Mapping[str, Any]) -> bool:
    """Whether the walk goes towards newer items."""
    return query.get("ending_before") is not None


def _edge_id(content: PageContent[Any], *, is_first: bool) -> str | None:
    if not content.data:
        return None
    edge = getattr(content.data[0 if is_first else -1], "id", None)
    return edge if isinstance(edge, str) else None


class _Loaded(Generic[T]):
    """What Page and AsyncPage have in common: everything but getting the next one."""

    def __init__(self, call: Call[PageContent[T]], content: PageContent[T]) -> None:
        self._call = call
        self._content = content
        self.data = content.data
        self.has_more = content.has_more
        self.url = content.url
        self.next_cursor = content.next_cursor
        self.total_count = content.total_count
        self.total_count_is_exact = content.total_count_is_exact

    def _next_call(self) -> Call[PageContent[T]] | None:
        query = next_query(self._call.fields, self._content)
        return None if query is None else replace(self._call, fields=query)

    def in_order(self) -> Iterator[T]:
        """The items of this page as the walk yields them: oldest first when it goes backward."""
        return reversed(self.data) if is_backward(self._call.fields) else iter(self.data)

    def __repr__(self) -> str:
        """How much there is, not what."""
        return f"<{type(self).__name__} of {len(self.data)}, has_more={self.has_more}>"


class Page(_Loaded[T]):
    """A page of a list. Iterating walks over *all* pages; `data` is this one alone."""

    def __init__(self, runner: Runner, call: Call[PageContent[T]]) -> None:
        super().__init__(call, runner.run(call))
        self._runner = runner

    def next_page(self) -> Page[T] | None:
        """The page after this one; None after the last. Raises APIError."""
        call = self._next_call()
        return None if call is None else Page(self._runner, call)

    def __iter__(self) -> Iterator[T]:
        """Every item from this page on, fetching page after page."""
        page: Page[T] | None = self
        while page is not None:
            yield from page.in_order()
            page = page.next_page()


class AsyncPage(_Loaded[T]):
    """A page of a list. `async for` walks over *all* pages; `data` is this one alone."""

    def __init__(
        self, runner: AsyncRunner, call: Call[PageContent[T]], content: PageContent[T]
    ) -> None:
        super().__init__(call, content)
        self._runner = runner

    async def next_page(self) -> AsyncPage[T] | None:
        """The page after this one; None after the last. Raises APIError."""
        call = self._next_call()
        return None if call is None else await AsyncList(self._runner, call)

    async def __aiter__(self) -> AsyncIterator[T]:
        """Every item from this page on, fetching page after page."""
        page: AsyncPage[T] | None = self
        while page is not None:
            for item in page.in_order():
                yield item
            page = await page.next_page()


class AsyncList(Generic[T]):
    """A list that is not fetched yet: `await` it for its first page, or `async for` over all."""

    def __init__(self, runner: AsyncRunner, call: Call[PageContent[T]]) -> None:
        self._runner = runner
        self._call = call

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        """The first page."""
        return self._fetch().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        """Every item of every page."""
        async for item in await self._fetch():
            yield item

    async def _fetch(self) -> AsyncPage[T]:
        return AsyncPage(self._runner, self._call, await self._runner.run(self._call))
