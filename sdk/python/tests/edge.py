"""An HTTP server that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
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
    port: int

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


class Server(ThreadingHTTPServer):
    """Accepts many connections at once: a full queue would cost the client a second."""

    request_queue_size = 128


class Edge:
    """The server. Reactions are used up in order; without one left, `otherwise` decides."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.reactions: list[Reaction] = []
        self.otherwise: Callable[[Asked], Reaction] = lambda _asked: refuses(404, "not_found")
        self.is_over = threading.Event()
        handler = type("EdgeHandler", (Handler,), {"edge": self})
        self._server = Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def will(self, *reactions: Reaction) -> None:
        """Say what to do with the next requests."""
        self.reactions.extend(reactions)

    def take(self, asked: Asked) -> Reaction:
        """Remember a request; what to do with it."""
        self.asked.append(asked)
        return self.reactions.pop(0) if self.reactions else self.otherwise(asked)

    def close(self) -> None:
        """Let go of every connection, and stop."""
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    """One connection to the edge."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    edge: Edge

    def react(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", "0")))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qsl(parts.query, keep_blank_values=True)
        port = self.client_address[1]
        reaction = self.edge.take(Asked(self.command, parts.path, query, headers, content, port))
        self.close_connection = reaction.manner != "answer"
        if reaction.manner == "stall":
            self.edge.is_over.wait()
        elif reaction.manner != "drop":
            self.answer(reaction)

    def answer(self, reaction: Reaction) -> None:
        content = reaction.content
        promised = 1 << 20 if reaction.manner == "trickle" else len(content)
        self.send_response(reaction.status)
        for name, value in reaction.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(promised))
        self.end_headers()
        if reaction.manner == "trickle":
            self.trickle()
        else:
            self.wfile.write(content[: len(content) // 2] if reaction.manner == "half" else content)

    def trickle(self) -> None:
        with suppress(OSError):
            while not self.edge.is_over.wait(0.05):
                self.wfile.write(b" ")

    do_GET = do_POST = do_PATCH = do_DELETE = react  # noqa: N815 - the library's names

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet."""
