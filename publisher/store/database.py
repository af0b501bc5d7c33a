"""Open the database, bring its tables up to date, and say clearly when it cannot be used.

SQLite runs with a write-ahead log, `synchronous=FULL` (what is committed survives a power cut) and transactions that
take the write lock at once, so that two writers queue instead of failing. Postgres runs with its own defaults.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.utils import Error

from publisher.errors import SettingsError, StoreError

_PATIENCE: Final = 30  # seconds that a writer waits for another one
_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; "
    "PRAGMA secure_delete=ON"  # what is deleted is overwritten: an erased address is in no byte of the file
)
_SCRUBBING: Final = 2  # seconds that cleaning the log waits for whoever reads
_LITTLE: Final = 4000  # kB of pages
_SECRET: Final = re.compile(r"(://[^:/@]+):[^@]*@")


def databases(url: str) -> dict[str, dict[str, Any]]:
    """Give Django's DATABASES for a URL: `sqlite:////absolute/path` or `postgresql://...`. Raises `SettingsError`."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/"):
        options: dict[str, Any] = {
            "timeout": _PATIENCE,
            "transaction_mode": "IMMEDIATE",
            "init_command": _PRAGMAS,
        }
        return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": rest[1:], "OPTIONS": options}}
    if scheme in {"postgres", "postgresql"}:
        return {"default": _postgres(url)}
    raise SettingsError("database.url", f"{redact(url)!r} is no database address", "write sqlite:/// or postgresql://")


def _postgres(url: str) -> dict[str, Any]:
    """Give Django's settings of a Postgres address; parameters after the question mark go to libpq as they are."""
    parts = urlsplit(url)
    found: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "publisher",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
    options = dict(parse_qsl(parts.query))
    found["HOST"] = options.pop("host", found["HOST"])
    found["OPTIONS"] = options
    return found


def redact(url: str) -> str:
    """Give an address that may be shown: without its password."""
    return _SECRET.sub(r"\1:...@", url)


def open_database(url: str) -> None:
    """Use a database from now on in this process. Raises `SettingsError`."""
    close_database()
    connections.settings["default"] = connections.configure_settings(databases(url))["default"]
    if any(True for _ in connections.all(initialized_only=True)):
        del connections["default"]


def close_database() -> None:
    """Give back this thread's connection; the next query opens a new one."""
    connections.close_all()


def migrate() -> None:
    """Bring the tables of every installed app up to date; cheap when they are. Raises `StoreError`."""
    with speaking_clearly():
        if not _is_current():
            call_command("migrate", verbosity=0, interactive=False)


def is_migrated() -> bool:
    """Say whether the tables of the store are up to date, and change nothing. Raises `StoreError`."""
    with speaking_clearly():
        return _has_newest()


def _is_current() -> bool:
    """Say whether the newest migration of the store has run, and whether the store is all there is to migrate."""
    return settings.INSTALLED_APPS == ["publisher.store"] and _has_newest()


def _has_newest() -> bool:
    """Say whether the newest migration of the store has run."""
    newest = max(
        entry.name.removesuffix(".py")
        for entry in resources.files("publisher.store.migrations").iterdir()
        if entry.name[:4].isdigit()
    )
    if "django_migrations" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM django_migrations WHERE app = 'store' AND name = %s", [newest])
        row = cursor.fetchone()
    return bool(row and row[0])


def scrub() -> None:
    """Empty SQLite's write-ahead log, where bytes of deleted rows stay; whoever reads meanwhile delays it to next time.

    Inside a transaction nothing happens. On Postgres its own vacuum does such work.
    """
    if not is_sqlite() or connection.in_atomic_block:
        return
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout={_SCRUBBING * 1000}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000}")


def is_sqlite() -> bool:
    """Say whether this is the embedded database, where one process writes at a time."""
    return connection.vendor == "sqlite"


def keep_little() -> None:
    """Let this thread's connection keep few pages of an SQLite file in memory: who walks along a list needs no more."""
    if is_sqlite():
        with speaking_clearly(), connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {-_LITTLE}")


def place() -> str:
    """Name the database for people, without its password."""
    if is_sqlite():
        return str(Path(str(connection.settings_dict["NAME"])))
    return f"{connection.settings_dict['HOST'] or 'localhost'}/{connection.settings_dict['NAME']}"


@contextmanager
def speaking_clearly() -> Iterator[None]:
    """Turn every failure of the database into a `StoreError` that says what is wrong and what helps."""
    try:
        yield
    except (Error, sqlite3.Error, UnicodeEncodeError) as failure:
        raise explain(failure) from failure


@contextmanager
def unit() -> Iterator[None]:
    """Do everything inside in one transaction, or nothing of it; inside another, it is part of that one.

    Raises `StoreError`.
    """
    with speaking_clearly(), transaction.atomic(savepoint=False):
        yield


def explain(failure: Exception) -> StoreError:
    """Say in plain words what a failure of the database means."""
    text = " ".join(str(failure).split())
    where = f"database {place()}"
    for mark, reason, fix in _REASONS:
        if mark in text:
            return StoreError(where, reason, fix, retry=mark not in _FOR_GOOD)
    return StoreError(where, text or type(failure).__name__)


_REASONS: Final = (
    ("database is locked", "another process holds its lock", "end that process, or wait for it"),
    ("disk is full", "the disk is full", "make room; nothing committed is lost"),
    ("No space left", "the disk is full", "make room; nothing committed is lost"),
    ("disk I/O error", "the disk cannot be written or read", "check the disk; nothing committed is lost"),
    ("readonly database", "the file may not be written", "give this user the right to write it"),
    (
        "unable to open database file",
        "the file cannot be opened",
        "check that its folder exists and is writable",
    ),
    ("file is not a database", "the file is no SQLite database", "name another file"),
    ("malformed", "the file is damaged", "restore a backup"),
    ("Connection refused", "nobody answers there", "start Postgres, or mend database.url"),
    ("Is the server running", "nobody answers there", "start Postgres, or mend database.url"),
    ("not yet accepting connections", "it is being started", "wait for it"),
    ("starting up", "it is being started", "wait for it"),
    ("shutting down", "it is being shut down", "start Postgres again"),
    ("administrator command", "it ended the connection", "start Postgres again if it was stopped"),
    ("closed the connection unexpectedly", "it ended the connection", "start Postgres again if it was stopped"),
    ("does not exist", "a table or the database is missing", "run: publisher migrate"),
    ("no such table", "a table is missing", "run: publisher migrate"),
    ("password authentication failed", "the password is wrong", "mend database.url"),
)

# What stays as it is until a person mends it.
_FOR_GOOD: Final = frozenset(
    {"readonly database", "file is not a database", "malformed", "does not exist", "no such table"},
)


def marks(count: int) -> str:
    """Give the placeholders of an IN list."""
    return ", ".join(["%s"] * count)
