"""An HTTP server that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

REQUEST_ID = "req_01k0v9x5c3e8t4f0g6h2j7k1m5"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        """Its JSON."""
        return json.loads(self.content)


@dataclass(frozen=True)
class Reaction:
    """What to do with a request: answer, perhaps wrongly, or not at all."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b"{}"
    # "answer"; "drop": close at once; "half": half of the body, then close;
    # "stall": nothing until the test is over; "trickle": a byte now and then, without end.
    manner: str = "answer"


def answers(body: Any, status: int = 200, **headers: str) -> Reaction:
    """An answer with a JSON body; `retry_after` becomes Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"content-type": "application/json", "request-id": REQUEST_ID, **named}
    return Reaction(status, named, json.dumps(body).encode())


def refuses(status: int, code: str, **headers: str) -> Reaction:
    """A problem document."""
    body = {"status": status, "code": code, "detail": f"It is {code}.", "request_id": REQUEST_ID}
    named = {"content_type": "application/problem+json", **headers}
    return answers(body, status, **named)


DROPS = Reaction(manner="drop")
HALF = Reaction(manner="half", content=b'{"id": "lic_1"}')
STALLS = Reaction(manner="stall")
TRICKLES = Reaction(manner="trickle")


class Edge:
    """The server. Reactions are used up in order; without one left, `otherwise` decides."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.reactions: list[Reaction] = []
        self.otherwise: Callable[[Asked], Reaction] = lambda _asked: refuses(404, "not_found")
        self.is_over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def will(self, *reactions: Reaction) -> None:
        """Say what to do with the next requests."""
        self.reactions.extend(reactions)

    def close(self) -> None:
        """Let go of every connection, and stop."""
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(edge: Edge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            self.timeout = 30
            super().setup()

        def react(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", "0")))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qsl(parts.query, keep_blank_values=True)
            asked = Asked(self.command, parts.path, query, headers, content)
            edge.asked.append(asked)
            reaction = edge.reactions.pop(0) if edge.reactions else edge.otherwise(asked)
            self.close_connection = reaction.manner != "answer"
            if reaction.manner == "stall":
                edge.is_over.wait()
            elif reaction.manner != "drop":
                self.answer(reaction)

        def answer(self, reaction: Reaction) -> None:
            is_endless = reaction.manner == "trickle"
            self.send_response(reaction.status)
            for name, value in reaction.headers.items():
                self.send_header(name, value)
            self.send_header(
                "content-length", str(1 << 20 if is_endless else len(reaction.content))
            )
            self.end_headers()
            if reaction.manner == "answer":
                self.wfile.write(reaction.content)
            elif reaction.manner == "half":
                self.wfile.write(reaction.content[: len(reaction.content) // 2])
            while is_endless and not edge.is_over.wait(0.05):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

        do_GET = do_POST = do_PATCH = do_DELETE = react  # noqa: N815 - the library's names

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    return Handler
