"""Starting uvicorn: one process, or a parent that keeps several alive."""

import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from licenseapi_server.settings import Settings

FACTORY = "licenseapi_server.asgi:create_app"
GRACE_SECONDS = 15
BACKLOG = 2048
# How long a worker may take to import everything on a machine that is busy.
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
        message = f"Cannot listen on {host} port {port}: {error.strerror or error}."
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
        timeout_worker_healthcheck=START_SECONDS,
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


class _AnnouncingParent(Multiprocess):
    """Says once that every worker answers.

    On the thread that also watches them: two threads that read one worker's replies take
    each other's bytes, and a worker that is well gets replaced.
    """

    announce: Callable[[], None]
    _is_announced = False

    def keep_subprocess_alive(self) -> None:
        super().keep_subprocess_alive()
        if not self._is_announced and all(worker.is_ready() for worker in self.processes):
            self._is_announced = True
            self.announce()


def _run_many(config: uvicorn.Config, listener: socket.socket, announce: Callable[[], None]) -> int:
    parent = _AnnouncingParent(config, sockets=[listener])
    parent.announce = announce
    parent.run()
    return 1 if any(worker.exitcode == STARTUP_FAILURE for worker in parent.processes) else 0
