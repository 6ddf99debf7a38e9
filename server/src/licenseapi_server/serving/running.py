"""Starting uvicorn: one process, or a parent that keeps several alive."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from types import FrameType

import uvicorn
from uvicorn.supervisors import Multiprocess

from licenseapi_server.settings import Settings

FACTORY = "licenseapi_server.asgi:create_app"
GRACE_SECONDS = 15
BACKLOG = 2048
START_SECONDS = 60


class StartError(RuntimeError):
    """The server cannot start; the message says why in one sentence."""


class _AnnouncingServer(uvicorn.Server):
    """Says once that it answers."""

    announce: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.announce()


def bind(host: str, port: int) -> socket.socket:
    """The listening socket. Raises StartError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = f"Cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}."
        raise StartError(message) from error
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener


def run(
    settings: Settings,
    listener: socket.socket,
    announce: Callable[[], None],
    *,
    tls: tuple[str, str] | None = None,
) -> int:
    """Serve until told to stop; the exit code."""
    config = uvicorn.Config(
        FACTORY,
        factory=True,
        http="licenseapi_server.serving.protocol:BoundedProtocol",
        loop="uvloop",
        ws="none",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        workers=settings.workers,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    # uvicorn raises the signal that ended it once more when it is done: a stop that was
    # asked for is not a failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ignore)
    if settings.workers > 1:
        return _run_many(config, listener, announce)
    server = _AnnouncingServer(config)
    server.announce = announce
    server.run([listener])
    return 0 if server.started else 1


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Take note of nothing."""


def _run_many(config: uvicorn.Config, listener: socket.socket, announce: Callable[[], None]) -> int:
    parent = Multiprocess(config, sockets=[listener])
    thread = threading.Thread(target=_announce_when_ready, args=(parent, announce), daemon=True)
    thread.start()
    parent.run()
    return 0


def _announce_when_ready(parent: Multiprocess, announce: Callable[[], None]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        workers = list(parent.processes)
        if len(workers) == parent.processes_num and all(worker.is_ready(5) for worker in workers):
            announce()
            return
        time.sleep(0.05)
