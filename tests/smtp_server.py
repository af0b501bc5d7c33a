"""A real mail server on loopback, in a loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ssl import SSLContext

from aiosmtpd.smtp import SMTP, Envelope, Session


class Letterbox:
    """Keeps what a real server took."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.sessions: set[int] = set()

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take a message."""
        self.taken.append(envelope)
        self.sessions.add(id(session))
        return "250 taken"

    def contents(self) -> list[bytes]:
        """Give the messages as they came."""
        return [one.content for one in self.taken if isinstance(one.content, bytes)]


@contextmanager
def serve(make: Callable[[], SMTP], context: SSLContext | None = None) -> Iterator[int]:
    """Run a server in a loop of its own; gives its port."""
    loop = asyncio.new_event_loop()

    async def begin() -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=context)

    async def end() -> None:
        server.close()
        current = asyncio.current_task()
        left = [task for task in asyncio.all_tasks() if task is not current]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(5)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def serve_smtp(box: Letterbox) -> Iterator[int]:
    """Run a server that puts everything into a box; gives its port."""
    with serve(lambda: SMTP(box)) as port:
        yield port
