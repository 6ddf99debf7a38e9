"""How our own pages call the API: in this process, through the whole of it, as anyone would.

So what a page does is authenticated, limited and logged, and no rule is written twice.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from licenseapi_server.api.app import Api
from licenseapi_server.api.response import RESPOND

# Where the visitor comes from, and how safely, is asked of the page's own request.
_ORIGIN = (b"host", b"via", b"forwarded", b"user-agent")
_ORIGIN_PREFIX = b"x-forwarded-"


class Reply(msgspec.Struct, frozen=True):
    """What the API answered: JSON, or the problem."""

    status: int
    body: dict[str, Any]

    @property
    def is_done(self) -> bool:
        """Whether it was not refused."""
        return self.status < 400  # noqa: PLR2004 - errors begin here


class Visit:
    """The API as one visitor of a page reaches it."""

    def __init__(self, api: Api, scope: Mapping[str, Any], credential: str = "") -> None:
        self._api = api
        self._scope = scope
        self._headers = [
            (name, value)
            for name, value in scope["headers"]
            if name in _ORIGIN or name.startswith(_ORIGIN_PREFIX)
        ]
        if credential:
            # Whatever a form brings along must not become a header of its own.
            line = "".join(credential.split()).encode("ascii", "replace")
            self._headers.append((b"authorization", b"Bearer " + line))

    def with_credential(self, credential: str) -> "Visit":
        """The same visitor, who has a session."""
        return Visit(self._api, self._scope, credential)

    async def get(self, path: str, **query: str) -> Reply:
        """Read."""
        return await self._call("GET", path, query, b"")

    async def post(self, path: str, **body: str) -> Reply:
        """Act."""
        return await self._call("POST", path, {}, msgspec.json.encode(body))

    async def _call(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Reply:
        replies: list[Reply] = []

        async def respond(status: int, _head: bytes, content: bytes) -> None:
            replies.append(Reply(status, msgspec.json.decode(content)))

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        headers = [*self._headers]
        if body:
            headers += [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
            ]
        inner = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": urlencode(query).encode(),
            "headers": headers,
            "scheme": self._scope["scheme"],
            "client": self._scope["client"],
            "extensions": {RESPOND: respond},
        }
        await self._api(inner, receive)
        return replies[0]
