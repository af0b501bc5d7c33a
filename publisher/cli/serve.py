"""`publisher serve`: the pages, and the worker, in one command.

The main process holds the lock of the home and runs the jobs; the server's processes answer requests, and end with it.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click
import httpx
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from publisher.cli.newsroom import open_store, tell
from publisher.cli.options import Run, common
from publisher.cli.site import call, name_site
from publisher.cli.work import working
from publisher.errors import OutsideError

_THREADS: Final = 32  # requests that one process answers at a time; a page that stays open holds one
_LOOK: Final = 0.1  # seconds between two looks whether the pages answer


@click.command(epilog="Example: publisher serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port; 0: any.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes for the pages.")
@common
def serve(run: Run, host: str, port: int, workers: int) -> None:
    """Serve readers' pages and the archive at /, the desk at /desk/, the partners' API at /api/v1/, and do the work.

    Put a web server with TLS in front, and say so in settings.toml: [web] proxies = 1.
    """
    open_store(run, required=True)
    if call(run, ("migrate", "--verbosity", "0")):
        raise OutsideError("the database", "its tables could not be brought up to date")
    port = _free_port(host, port)
    os.environ.update(name_site(run), PUBLISHER_SERVED="1")
    # A forked process would inherit the locks of our threads as they happen to be.
    multiprocessing.set_start_method("spawn", force=True)
    with working(run), _announcing(host, port):
        Server(
            "publisher.web.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            http=HTTPModes.auto,
            workers=workers,
            blocking_threads=_THREADS,
            respawn_failed_workers=True,
            workers_kill_timeout=5,
            log_level=LogLevels.warning,
        ).serve()


def _free_port(host: str, port: int) -> int:
    """Find a port if any will do; refuse one that somebody else listens at. Raises `OutsideError`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            number: int = probe.getsockname()[1]
            return number
    except OSError as failure:
        reason = f"cannot be listened at: {failure.strerror or failure}"
        raise OutsideError(f"{host}:{port}", reason, "choose another --port") from failure


@contextmanager
def _announcing(host: str, port: int) -> Iterator[None]:
    """Print the address as soon as the pages answer."""
    stop = threading.Event()
    name = f"[{host}]" if ":" in host else host
    address = f"http://{'localhost' if host in {'0.0.0.0', '::'} else name}:{port}"  # noqa: S104 - compared, not bound

    def announce() -> None:
        while not stop.wait(_LOOK):
            try:
                if httpx.get(f"{address}/healthz", timeout=5, trust_env=False).is_success:
                    click.echo(f"Serving at {address}/")
                    return
            except httpx.HTTPError:
                continue

    threading.Thread(target=announce, name="announce", daemon=True).start()
    try:
        yield
    finally:
        stop.set()
        tell("stopped")
