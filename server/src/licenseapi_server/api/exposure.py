"""API keys that travelled where others can read them: in a URL, in a cookie, over plain HTTP."""

import re
from urllib.parse import unquote_to_bytes

from licenseapi_server.api.registry import Router
from licenseapi_server.api.request import Request
from licenseapi_server.api.runtime.buffers import Buffers
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.api_keys import IN_TEXT, parse_api_key
from licenseapi_server.domain.problems import Problem

KEY_IN_BYTES = re.compile(IN_TEXT.encode())


class Exposure:
    """Refuses such requests, and marks the key as exposed."""

    def __init__(self, deployment: Deployment, buffers: Buffers, router: Router) -> None:
        self._deployment = deployment
        self._buffers = buffers
        self._router = router

    def check(self, request: Request) -> None:
        """Raise Problem https_required or credential_in_url. Never redirects: a redirect would
        have the client send its key in clear each time.
        """
        in_url = self._find_in_url(request)
        if not request.is_safe:
            self._flag(in_url or _find(request.headers.get(b"authorization", b"")), request.now)
            raise Problem("https_required")
        if in_url is not None and not self._is_allowed(request):
            raise Problem("credential_in_url", reason="key in URL")
        if b"cookie" in request.headers and _find(request.headers[b"cookie"]) is not None:
            raise Problem("credential_in_url", reason="key in a cookie")

    def flag(self, request: Request) -> None:
        """Mark the key that the request showed to others, so that its owner sees it."""
        in_cookie = _find(request.headers.get(b"cookie", b""))
        self._flag(in_cookie or self._find_in_url(request), request.now)

    @staticmethod
    def _find_in_url(request: Request) -> bytes | None:
        query = unquote_to_bytes(request.query) if b"%" in request.query else request.query
        if b"lapi_" not in query and "lapi_" not in request.path:
            return None
        return _find(query + b" " + request.path.encode("utf-8", "replace"))

    def _is_allowed(self, request: Request) -> bool:
        method = "GET" if request.method == "HEAD" else request.method
        route = self._router.find(request.path)[0].get(method)
        if route is None or not route.allows_key_in_url:
            return False
        return b"lapi_sk_" not in unquote_to_bytes(request.query)

    def _flag(self, key: bytes | None, now: int) -> None:
        # Anyone can write what has a key's shape; of its checksum they would have to think.
        if key is None or parse_api_key(key.decode()) is None:
            return
        self._buffers.flag_exposed(self._deployment.api_keys.digest(key.decode()), now)


def _find(text: bytes) -> bytes | None:
    found = KEY_IN_BYTES.search(text)
    return found.group() if found else None
