"""The database goes away in the middle of an edition: a clear line, nothing lost, and it goes on by itself."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from bench.troubles import stop_postgres
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.errors import SettingsError, StoreError
from publisher.jobs.sending import deliver, recover
from publisher.jobs.sending.deliver import Limits, Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.model import Claim, Counts, Envelope
from publisher.sandbox import Rules, Sandbox
from publisher.store import database, editions, quota
from publisher.store.models import AccountRow
from tests.store_builders import make_sending


class Interrupting:
    """Readers' links that let something happen when the so-many-th is asked for."""

    def __init__(self, links: Links, at: int, happen: Callable[[], object]) -> None:
        self._links = links
        self._left = at
        self._happen = happen

    def address(self, claim: Claim, edition: str) -> Envelope:
        """Address somebody, and let it happen."""
        self._left -= 1
        if self._left == 0:
            self._happen()
        return self._links.address(claim, edition)


@pytest.fixture
def ses() -> Iterator[Sandbox]:
    """Run an SES that allows everything."""
    with Sandbox(rules=Rules(max_send_rate=100_000)) as sandbox:
        yield sandbox


def make_route(ses: Sandbox, home: Path, lines: list[str]) -> Route:
    """Make a way to an SES; the database is open."""
    keys = ("AKIDEXAMPLE", "a local SES takes any")
    options = SesOptions(region="eu-west-1", endpoint_url=ses.url, access_key=keys[0], secret_key=keys[1])
    quota.open_account("test", 0, datetime.now(UTC))
    return Route(
        transport=SesTransport(options),
        account="test",
        links=Links(site="https://news.example.org", keys=load_keys(home / "keys.json")),
        marker=Marker(home),
        threads=1,
        limits=Limits(batch=10, lease=timedelta(seconds=30)),
        tell=lines.append,
    )


def send(edition: str, route: Route) -> None:
    """Send an edition, and close what was opened."""
    with closing(route.transport), closing(route.marker):
        deliver.deliver_chunk(edition, route, threading.Event())


def everybody_once(ses: Sandbox, edition: str, readers: int) -> None:
    """Hold ledger and SES to everybody once."""
    assert editions.count(edition) == Counts(accepted=readers)
    assert sorted(message.recipients for message in ses.messages) == sorted(
        (f"reader{n}@example.org",) for n in range(readers)
    )


@pytest.mark.postgres
@pytest.mark.parametrize("at", [1, 13, 25])
def test_postgres_ends_the_connection(postgres: str, ses: Sandbox, tmp_path: Path, at: int) -> None:
    """A server that restarts takes every connection with it: the sender waits, connects again and goes on."""
    edition = make_sending(30)
    lines: list[str] = []
    route = make_route(ses, tmp_path, lines)

    def restart() -> None:
        with psycopg.connect(postgres, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    route.links = Interrupting(route.links, at, restart)  # type: ignore[assignment]  # only its one method is asked for
    send(edition, route)
    everybody_once(ses, edition, 30)
    assert any("waiting: database" in line for line in lines)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("at", "how"), [(1, signal.SIGINT), (15, signal.SIGQUIT)], ids=["shut down", "crashed in the middle"]
)
def test_postgres_is_started_again(postgres: str, ses: Sandbox, tmp_path: Path, at: int, how: signal.Signals) -> None:
    """A server that is stopped and started in the middle of a send: it is said, nothing is lost, and it goes on."""
    edition = make_sending(30)
    lines: list[str] = []
    stopped: list[Callable[[], None]] = []
    route = make_route(ses, tmp_path, lines)

    def tell(line: str) -> None:
        lines.append(line)
        if stopped:
            stopped.pop()()

    route.tell = tell
    route.links = Interrupting(route.links, at, lambda: stopped.append(stop_postgres(postgres, how)))  # type: ignore[assignment]  # only its one method is asked for
    try:
        send(edition, route)
    finally:
        for begin in stopped:
            begin()
    everybody_once(ses, edition, 30)
    assert lines[0].startswith("waiting: database ")


def test_a_disk_that_takes_no_more(sqlite: str, ses: Sandbox, tmp_path: Path) -> None:
    """When the system refuses to write, that is said; what was accepted is not lost, and it goes on by itself."""
    edition = make_sending(400)
    lines: list[str] = []
    route = make_route(ses, tmp_path, lines)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def refuse() -> None:
        written = Path(f"{sqlite.removeprefix('sqlite:///')}-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (written, before[1]))

    def tell(line: str) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        lines.append(line)

    route.tell = tell
    route.links = Interrupting(route.links, 5, refuse)  # type: ignore[assignment]  # only its one method is asked for
    try:
        send(edition, route)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    everybody_once(ses, edition, 400)
    assert "the disk cannot be written or read" in lines[0]
    assert "nothing committed is lost" in lines[0]


def test_a_home_that_cannot_be_written(sqlite: str, ses: Sandbox, tmp_path: Path) -> None:
    """Where the step cannot be noted outside of the database, nobody is asked for, and nobody is in doubt."""
    del sqlite
    edition = make_sending(30)
    lines: list[str] = []
    route = make_route(ses, tmp_path, lines)
    blocked = tmp_path / "epoch-test"
    blocked.mkdir()
    route.limits = Limits(batch=10, away=timedelta(seconds=0))
    with pytest.raises(StoreError, match="epoch-test"):
        send(edition, route)
    assert (editions.count(edition), ses.received) == (Counts(pending=30), 0)
    blocked.rmdir()
    send(edition, make_route(ses, tmp_path, lines))
    everybody_once(ses, edition, 30)


_HOLDER = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
other.execute("ROLLBACK")
"""


def test_a_lock_that_outlasts_all_patience(sqlite: str, ses: Sandbox, tmp_path: Path) -> None:
    """A lock that another process keeps too long is named with the way out; once it is free, the sender goes on."""
    edition = make_sending(30)
    lines: list[str] = []
    route = make_route(ses, tmp_path, lines)
    command = [sys.executable, "-c", _HOLDER, sqlite.removeprefix("sqlite:///")]
    holders: list[subprocess.Popen[str]] = []

    def lock() -> None:
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        holders.append(holder)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 50")  # the patience of this connection alone

    def tell(line: str) -> None:
        lines.append(line)
        for holder in holders:
            holder.communicate()

    route.tell = tell
    route.links = Interrupting(route.links, 5, lock)  # type: ignore[assignment]  # only its one method is asked for
    send(edition, route)
    everybody_once(ses, edition, 30)
    assert len(holders) == 1
    assert holders[0].wait(30) == 0
    assert "another process holds its lock" in lines[0]
    assert "end that process, or wait for it" in lines[0].lower()


def test_a_full_disk(sqlite: str, ses: Sandbox, tmp_path: Path) -> None:
    """A disk that is full is said in plain words; when there is room again, it goes on where it was."""
    del sqlite
    edition = make_sending(400)
    lines: list[str] = []
    route = make_route(ses, tmp_path, lines)

    def fill() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1")  # SQLite raises it to what the file has; no page more

    route.links = Interrupting(route.links, 5, fill)  # type: ignore[assignment]  # only its one method is asked for
    send(edition, route)
    everybody_once(ses, edition, 400)
    assert "the disk is full" in lines[0]


def test_another_process_holds_the_lock(sqlite: str, ses: Sandbox, tmp_path: Path) -> None:
    """While another process writes, the sender waits, and goes on by itself."""
    edition = make_sending(30)
    route = make_route(ses, tmp_path, [])
    free = threading.Event()

    def hold() -> None:
        other = sqlite3.connect(sqlite.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        held.set()
        free.wait(0.5)
        other.execute("ROLLBACK")
        other.close()

    held = threading.Event()
    holder = threading.Thread(target=hold)

    def lock() -> None:
        holder.start()
        held.wait()

    route.links = Interrupting(route.links, 5, lock)  # type: ignore[assignment]  # only its one method is asked for
    began = time.monotonic()
    send(edition, route)
    holder.join()
    everybody_once(ses, edition, 30)
    assert time.monotonic() - began >= 0.4


def test_a_database_that_stays_away(sqlite: str, ses: Sandbox, tmp_path: Path) -> None:
    """When it does not come back, the sender ends with the reason; what it knew is in doubt, not lost."""
    edition = make_sending(30)
    lines: list[str] = []
    route = make_route(ses, tmp_path, lines)
    route.limits = Limits(batch=10, away=timedelta(seconds=0))
    gone = f"sqlite:///{tmp_path}/no/such/folder/publisher.sqlite3"
    route.links = Interrupting(route.links, 5, lambda: database.open_database(gone))  # type: ignore[assignment]  # as above
    with pytest.raises(StoreError, match="the file cannot be opened"):
        send(edition, route)
    database.open_database(sqlite)
    with closing(Marker(tmp_path)) as marker:
        route.marker = marker
        assert deliver.start_sending(route) == 10
    assert editions.count(edition) == Counts(in_doubt=10, pending=20)
    assert ses.received == 10


def test_after_a_restored_backup(sqlite: str, ses: Sandbox, tmp_path: Path) -> None:
    """Whoever may have been mailed since the backup is in doubt, and sending may begin again."""
    del sqlite
    edition = make_sending(30)
    route = make_route(ses, tmp_path, [])
    backup = AccountRow.objects.get(name="test")
    send(edition, route)
    backup.save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery SET state = 'pending', attempt = 0")
        cursor.execute("UPDATE edition SET state = 'sending'")
    now = datetime.now(UTC)
    with pytest.raises(StoreError, match="publisher doubt reconcile"):
        deliver.start_sending(route)
    with pytest.raises(Exception, match="copied later than that"):
        recover.reconcile_backup(tmp_path, now - timedelta(days=400), now, "editor")
    assert recover.reconcile_backup(tmp_path, now, now, "editor") == 30
    assert deliver.start_sending(route) == 0
    assert editions.count(edition) == Counts(in_doubt=30)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("database is locked", "another process holds its lock"),
        ("database or disk is full", "the disk is full"),
        ("disk I/O error", "cannot be written or read"),
        ("attempt to write a readonly database", "may not be written"),
        ("unable to open database file", "cannot be opened"),
        ("no such table: delivery", "publisher migrate"),
        ("something\nnew", "something new"),
        ("", "OperationalError"),
    ],
)
@pytest.mark.usefixtures("sqlite")
def test_failures_in_plain_words(text: str, said: str) -> None:
    """Each failure of the database says what is wrong and what helps."""
    assert said in str(database.explain(sqlite3.OperationalError(text)))


def test_addresses_of_databases() -> None:
    """A Postgres address is taken apart, parameters go to libpq, passwords are never shown."""
    found = database.databases("postgresql://anna:s%40fe@db.example.org:5433/news?sslmode=require")["default"]
    assert [found[name] for name in ("USER", "PASSWORD", "HOST", "PORT")] == ["anna", "s@fe", "db.example.org", "5433"]
    assert (found["NAME"], found["OPTIONS"]) == ("news", {"sslmode": "require"})
    assert database.redact("postgresql://anna:secret@host/x") == "postgresql://anna:...@host/x"
    with pytest.raises(SettingsError, match=r"mysql://anna:\.\.\.@host"):
        database.databases("mysql://anna:secret@host/x")


def test_a_file_that_is_no_database(tmp_path: Path, sqlite: str) -> None:
    """Another file in its place is named, not overwritten."""
    file = tmp_path / "notes.txt"
    file.write_text("Not a database at all. " * 100, encoding="utf-8")
    database.open_database(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="is no SQLite database"):
        database.migrate()
    database.open_database(sqlite)
    assert file.read_text(encoding="utf-8").startswith("Not a database")
