"""A round of 5,000 local sources: how long, how much memory, and whether those that hang keep others waiting.

    python -m bench.pulls                     90 % have not changed
    python -m bench.pulls --hanging 2000      and 2,000 more never answer

The sources stand at addresses of their own (127.x.y.z), as in the world; the server is a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import resource
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from publisher.jobs.posts import rounds
from publisher.jobs.posts.gather import Reading
from publisher.jobs.posts.rounds import Round
from publisher.jobs.posts.spread import Width
from publisher.net import Client, Guard, Limits
from publisher.settings import Source
from publisher.sources import alts, fetch
from publisher.store import database, pulls

ITEM = (
    "<item><guid>{0}-{1}</guid><title>Story {1} of {0}</title>"
    "<description>&lt;p&gt;Something happened at the pier, and somebody wrote about it at some length.&lt;/p&gt;"
    "</description></item>"
)
CHANGED = 10  # one source in so many has changed at the second round


def serve(pipe: Connection) -> None:
    """Serve feeds until the process ends; tell the port."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    """Listen on all of 127.0.0.0/8."""
    server = await asyncio.start_server(_answer, "0.0.0.0", 0, backlog=4096)  # noqa: S104 - loopback addresses only
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request after the other on a connection."""
    try:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ", 2)[1].decode()
            if path.startswith("/hang"):
                await asyncio.sleep(600)
            number = int(path.rpartition("/")[2])
            known = b'"1"' in request
            if known and number % CHANGED:
                writer.write(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n")
            else:
                items = "".join(ITEM.format(number, n) for n in range(20 + known))
                body = f'<rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'.encode()
                head = f'HTTP/1.1 200 OK\r\nETag: "{1 + known}"\r\nContent-Type: application/rss+xml\r\n'
                writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a round took: until the last healthy source was kept, until the end, of processors, and the most memory.

    Processors and memory are those of the worker and of the processes that parse for it; `load` is that of the machine.
    """

    healthy_seconds: float
    seconds: float
    cpu_seconds: float
    reports: int
    megabytes: float
    load: float


def measure(sources: int, hanging: int, *, first: int | None = None) -> Found:
    """Pull everything once, then measure the second round; `hanging` of the sources hang in it."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder, closing(_database(Path(folder))):
            return _measure(sources, hanging, here.recv(), first=first)
    finally:
        server.terminate()
        server.join()


class _database:  # noqa: N801 - a block, not a value
    """A database that is open for a while."""

    def __init__(self, folder: Path) -> None:
        database.open_database(f"sqlite:///{folder / 'db.sqlite3'}")
        database.migrate()

    def close(self) -> None:
        """Close it."""
        database.close_database()


def _address(number: int) -> str:
    """Give each source a host of its own."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def _measure(sources: int, hanging: int, port: int, *, first: int | None) -> Found:
    """Do the two rounds."""
    wanted = {f"s{n}": Source(url=f"http://{_address(n)}:{port}/{n}") for n in range(sources)}
    pulls.know(wanted)
    limits = Limits(connections=1200, read=20, total=20)
    with Client(guard=Guard.allowing(("127.0.0.0/8",)), limits=limits) as client:
        now = datetime.now(UTC)
        ready = dict(list(wanted.items())[: first or sources])
        for _ in rounds.pull(ready, _round(client, now)):
            pass
        for n in range(hanging):
            wanted[f"s{n * sources // hanging}"] = Source(url=f"http://{_address(n)}:{port}/hang/{n}")
        began, used = time.monotonic(), _cpu_seconds()
        healthy = reports = 0.0
        for report in rounds.pull(wanted, _round(client, now + timedelta(hours=1))):
            reports += 1
            if "hang" not in (wanted[report.name].url or ""):
                healthy = time.monotonic() - began
    return Found(
        healthy_seconds=healthy,
        seconds=time.monotonic() - began,
        cpu_seconds=_cpu_seconds() - used,
        reports=int(reports),
        megabytes=_megabytes(),
        load=os.getloadavg()[0],
    )


def _cpu_seconds() -> float:
    """Give the seconds of processors that this process and those that ended in it have used."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _megabytes() -> float:
    """Give the most memory: of this process, and of as many as parse at a time, each as large as the largest."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + rounds.processes() * children) / 1024


def _round(client: Client, now: datetime) -> Round:
    """Make a round as a worker does."""
    return Round(reading=Reading(client=client, manners=fetch.Manners(), now=now), known=alts.NOTHING, width=Width())


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=5000)
    parser.add_argument("--hanging", type=int, default=0)
    wanted = parser.parse_args()
    print(measure(wanted.sources, wanted.hanging))


if __name__ == "__main__":
    main()
