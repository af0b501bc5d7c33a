"""Measure the partners' API under the shipped server: 304 answers, feeds of 80 KB, and a page out of a million changes.

Run: python -m bench.bench_api [seconds]. The load comes from this machine too, so that what it costs is taken from the
server; the processor time of each answer does not depend on that, nor on what else goes on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.db import connection

from publisher.jobs.outlets import partners, syndicate
from publisher.model import Post
from publisher.settings import load
from publisher.store import channels, database, outlets, posts
from publisher.web.outlets import cursor

_SETTINGS = """
[site]
name = "Bench"
url = "http://127.0.0.1:8000"
[ses]
transport = "outbox"
[sources.sea]
path = "sea"
[channels.world]
title = "World"
sources = ["sea"]
[outlets.radio]
channels = ["world"]
"""
_CONNECTIONS = 8
_WORDS = "The boats left the harbour at dawn and nobody was hurt. "


def prepare(folder: Path) -> str:
    """Make a newsroom whose feed has 80 KB; gives a token."""
    (folder / "settings.toml").write_text(_SETTINGS, encoding="utf-8")
    (folder / "home").mkdir()
    (folder / "sea").mkdir()
    database.open_database(f"sqlite:///{folder}/home/publisher.sqlite3")
    database.migrate()
    settings, now = load(folder / "settings.toml", {}), datetime.now(UTC)
    syndicate.declare(settings)
    given = [
        Post(
            id=f"https://example.org/{number}",
            source="sea",
            title=f"Boats {number}",
            html=f"<p>{_WORDS * 42}</p>",
            text=_WORDS * 42,
            published=now,
        )
        for number in range(30)
    ]
    posts.add_posts("sea", given, now)
    syndicate.release(settings, now)
    outlets.set_quota("radio", 0, 0)
    return partners.issue_token("radio", actor="bench", now=now)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Serve the newsroom with the shipped command; gives its port."""
    environment = {
        **os.environ,
        "PUBLISHER_SETTINGS": str(folder / "settings.toml"),
        "PUBLISHER_HOME": str(folder / "home"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "publisher", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    try:
        line = ""
        while process.stdout and not line.startswith("Serving at") and process.poll() is None:
            line = process.stdout.readline()
        yield int(line.rsplit(":", 1)[1].strip().strip("/"))
    finally:
        process.terminate()
        process.wait()


@dataclasses.dataclass(slots=True)
class _Wire:
    """A connection, and how much of the answer came; `wanted` -1: its head is still to come."""

    socket: socket.socket
    came: int = 0
    wanted: int = -1


def ask(port: int, request: bytes, seconds: float) -> int:
    """Ask the same over several connections, one request on each at a time; gives the number of answers."""
    poller = select.poll()
    wires: dict[int, _Wire] = {}
    for _ in range(_CONNECTIONS):
        made = socket.create_connection(("127.0.0.1", port))
        made.sendall(request)
        poller.register(made, select.POLLIN)
        wires[made.fileno()] = _Wire(made)
    ends, done = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        for number, _ in poller.poll(1000):
            wire = wires[number]
            piece = wire.socket.recv(1 << 20)
            if wire.wanted < 0:
                head, _, rest = piece.partition(b"\r\n\r\n")
                wire.wanted, wire.came = length_of(head), len(rest)
            else:
                wire.came += len(piece)
            if wire.came >= wire.wanted:
                done += 1
                wire.came, wire.wanted = 0, -1
                wire.socket.sendall(request)
    for wire in wires.values():
        wire.socket.close()
    return done


def length_of(head: bytes) -> int:
    """Read how long the body of an answer is."""
    if b" 304 " in head[:20]:
        return 0
    lines = (line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:])
    return next(int(value) for name, value in lines if name == b"content-length")


def measure(name: str, port: int, token: str, headers: dict[str, str], seconds: float) -> None:
    """Measure one kind of request."""
    path = "/api/v1/feeds/world/feed.rss"
    sent = {"Host": "127.0.0.1", "Authorization": f"Bearer {token}", **headers}
    lines = "".join(f"{key}: {value}\r\n" for key, value in sent.items())
    request = f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()
    ask(port, request, 1)  # the first answers write the feed
    used, begun = _server_time(), time.monotonic()
    done = ask(port, request, seconds)
    busy = _server_time() - used
    rate = done / (time.monotonic() - begun)
    print(f"{name}: {rate:,.0f} a second; {busy / done * 1e6:,.0f} us of processor time each", flush=True)


def _server_time() -> float:
    """Give the seconds of processor time of every process that serves: those that descend from this one."""
    parents, used = {}, {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = place.read_text().rpartition(")")[2].split()
            parents[int(place.parent.name)] = int(fields[1])
            used[int(place.parent.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descends(number: int) -> bool:
        parent = parents.get(number, 0)
        return parent == os.getpid() or (parent > 1 and descends(parent))

    return sum(seconds for number, seconds in used.items() if descends(number))


def fill() -> None:
    """Let a million changes have happened."""
    with connection.cursor() as writing:
        writing.execute("SELECT id, version_id FROM channel_item LIMIT 1")
        item, version = writing.fetchone()
        writing.execute("SELECT id FROM channel WHERE name = 'world'")
        (channel,) = writing.fetchone()
        writing.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1000999) "
            "INSERT INTO channel_change "
            "(sequence, channel_id, item_id, version_id, revision, status, signal, note, at) "
            "SELECT i, %s, %s, %s, i, 'usable', 'update', '', 0 FROM n",
            [channel, item, version],
        )
        writing.execute("UPDATE counter SET value = 1000999 WHERE name = 'changes'")


def measure_changes(port: int, token: str) -> None:
    """Measure a page of 100 out of a million changes: read from the database, and as an answer of the API."""
    fill()
    places = [1000 + number * 19_000 for number in range(50)]

    def read(place: int) -> int:
        return len(channels.changes(["world"], place, 100))

    _tell("read from the database", [_time(partial(read, place)) for place in places])
    client = http.client.HTTPConnection("127.0.0.1", port)

    def ask(place: int) -> int:
        path = f"/api/v1/changes?limit=100&cursor={cursor.write(place)}"
        client.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        return len(json.loads(client.getresponse().read())["changes"])

    ask(places[0])
    used = _server_time()
    times = [_time(partial(ask, place)) for place in places]
    busy = (_server_time() - used) / len(places) * 1000
    _tell(f"as an answer ({busy:.1f} ms of processor time)", times)
    client.close()


def _time(work: Callable[[], int]) -> float:
    """Give the milliseconds that a page of 100 takes."""
    begun = time.perf_counter()
    assert work() == 100  # noqa: S101 - a benchmark's check
    return (time.perf_counter() - begun) * 1000


def _tell(name: str, times: list[float]) -> None:
    """Print median and worst."""
    print(f"/changes, 100 of a million, {name}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms")


def main() -> None:
    """Measure all of it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        token = prepare(folder)
        with serving(folder) as port:
            made = http.client.HTTPConnection("127.0.0.1", port)
            made.request("GET", "/api/v1/feeds/world/feed.rss", headers={"Authorization": f"Bearer {token}"})
            answer = made.getresponse()
            size, etag = len(answer.read()), answer.headers["ETag"]
            made.close()
            measure("304", port, token, {"If-None-Match": etag}, seconds)
            measure(f"feed of {size / 1000:.0f} KB", port, token, {}, seconds)
            measure("the same in gzip", port, token, {"Accept-Encoding": "gzip"}, seconds)
            measure_changes(port, token)
        database.close_database()


if __name__ == "__main__":
    main()
