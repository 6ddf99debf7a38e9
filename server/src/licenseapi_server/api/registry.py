"""What a Route is, and how a path finds its route. The list itself is routes.py."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from licenseapi_server.api.call import NoBody, NoQuery

SERVER_CREDENTIALS = frozenset({"secret", "restricted"})
ALL_CREDENTIALS = frozenset({"secret", "restricted", "publishable", "token"})
# The scope of a route that any credential of a server may call.
ANY_SCOPE = ""
# What routes that write have in common.
CREATE: dict[str, Any] = {"status": 201, "writes": True, "takes_idempotency_key": True}
CHANGE: dict[str, Any] = {"writes": True, "takes_idempotency_key": True}
MAX_BODY = 1 << 20
MAX_BATCH_BODY = 8 << 20


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint: what it takes, who may call it, what it answers. `other_status` is that of
    an answer which found what it was to make.

    `scope` is None only on public routes. `find_subject` names the license that a runtime
    call is about, so that it is loaded together with the credential. `prepare` does what takes
    long before the transaction begins: on SQLite everyone else's writes wait for that.
    `check_replay` raises when what was answered once may not be answered any more.
    `stands_for` names the route whose rules about quota and Idempotency-Key hold for a body:
    what is done to many is refused when it would be refused for one.
    `accepts` are further media types of a body, which `read_body` reads. `streams` are the
    media types of an answer that comes page by page: `answer` is then one line. `is_signed` marks a public route whose body is read as bytes, with the claim of
    its sender's signature. `example` is a body, or the query of a route without one.
    """

    name: str
    method: str
    path: str
    summary: str
    handler: Callable[..., Any]
    answer: Any
    scope: str | None
    description: str = ""
    body: Any = NoBody
    query: Any = NoQuery
    status: int = 200
    other_status: int | None = None
    credentials: frozenset[str] = SERVER_CREDENTIALS
    is_runtime: bool = False
    writes: bool = False
    takes_idempotency_key: bool = False
    needs_idempotency_key: bool = False
    is_counted: bool = True
    ignores_quota: bool = False
    allows_key_in_url: bool = False
    is_signed: bool = False
    takes_license_key_header: bool = False
    secret_members: tuple[str, ...] = ()
    find_subject: Callable[..., Any] | None = None
    prepare: Callable[..., Any] | None = None
    check_replay: Callable[..., None] | None = None
    errors: tuple[str, ...] = ()
    example: Any = None
    max_body: int = MAX_BODY
    streams: tuple[str, ...] = ()
    # Runtime routes are; of the others, those that a vendor's own page calls.
    is_for_browsers: bool = False
    accepts: tuple[str, ...] = ()
    read_body: Callable[[bytes, bytes], Any] | None = None
    stands_for: "Callable[[Any], Route | None] | None" = None

    def rules(self, body: Any) -> "Route":
        """The route whose rules about quota and Idempotency-Key hold for this body."""
        return (self.stands_for(body) if self.stands_for else None) or self

    @property
    def takes_body(self) -> bool:
        """Whether it reads a body at all."""
        return self.method in {"POST", "PATCH", "PUT"}

    @property
    def answers_pages(self) -> bool:
        """Whether a page of an allowed origin may call it (CORS)."""
        return self.is_runtime or self.is_for_browsers

    @property
    def is_public(self) -> bool:
        """Whether it is answered without a credential."""
        return self.scope is None


class Match(msgspec.Struct, frozen=True):
    """A route and the ids in the path."""

    route: Route
    ids: tuple[str, ...]


class Router:
    """Finds the route of a path in two dictionary look-ups."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._static: dict[str, dict[str, Route]] = {}
        self._patterns: dict[tuple[str, ...], dict[str, Route]] = {}
        for route in routes:
            if "{" in route.path:
                shape = tuple(
                    "" if segment.startswith("{") else segment for segment in route.path.split("/")
                )
                self._patterns.setdefault(shape, {})[route.method] = route
            else:
                self._static.setdefault(route.path, {})[route.method] = route

    @property
    def words(self) -> frozenset[str]:
        """What stands in paths beside ids."""
        paths = [*self._static, *("/".join(shape) for shape in self._patterns)]
        return frozenset(segment for path in paths for segment in path.split("/"))

    def find(self, path: str) -> tuple[Mapping[str, Route], tuple[str, ...]]:
        """The routes of a path by method, and its ids; no routes when there is no such path."""
        static = self._static.get(path)
        if static:
            return static, ()
        segments = path.split("/")
        for shape, routes in self._patterns.items():
            if len(shape) != len(segments):
                continue
            ids = []
            for expected, segment in zip(shape, segments, strict=True):
                if not expected:
                    ids.append(segment)
                elif expected != segment:
                    break
            else:
                # The first segment before the leading slash is empty in both.
                return routes, tuple(ids[1:])
        return {}, ()
