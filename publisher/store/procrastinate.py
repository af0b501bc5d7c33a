"""The tables of Procrastinate, beside ours in the same Postgres.

Its schema is put in when it is not there, and brought up to date when another version of the library is installed: the
version stands in a comment on its main table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from publisher.store.database import speaking_clearly, unit

_LOCK: Final = 7_291_004  # of the installation, for all workers of a database
_MARK: Final = re.compile(r"procrastinate (\d+)\.(\d+)\.(\d+)")

Version = tuple[int, int, int]


def address() -> dict[str, Any]:
    """Give what libpq needs to reach the database that is open."""
    wanted = connection.get_connection_params()
    ours = {"cursor_factory", "context", "prepare_threshold", "client_encoding"}
    return {name: value for name, value in wanted.items() if name not in ours and value is not None}


def raw_connection() -> Any:  # noqa: ANN401 - psycopg's, which Postgres alone needs
    """Give the driver's own connection of this thread, in the transaction that it is in."""
    connection.ensure_connection()
    return connection.connection


def install(schema: str, migrations: Sequence[tuple[Version, str]], version: Version) -> None:
    """Bring the tables up to `version`; `migrations` are statements in order, each with the version that needs it."""
    with unit(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        there = _installed(cursor)
        if there is None:
            cursor.execute(schema)
        else:
            for needed, statement in migrations:
                if needed > there:
                    cursor.execute(statement)
        if there != version:
            mark = "procrastinate {}.{}.{}".format(*version)
            cursor.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{mark}'")


def _installed(cursor: Any) -> Version | None:  # noqa: ANN401 - Django's cursor
    """Say which version is there; None: none."""
    cursor.execute("SELECT to_regclass('procrastinate_jobs')")
    if cursor.fetchone()[0] is None:
        return None
    cursor.execute("SELECT obj_description('procrastinate_jobs'::regclass)")
    found = _MARK.search(cursor.fetchone()[0] or "")
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def is_known(lock: str) -> bool:
    """Say whether work waits, runs or was given up."""
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_KNOWN, [lock])
        return bool(cursor.fetchone()[0])


_KNOWN: Final = """
SELECT EXISTS (
    SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status IN ('todo', 'doing', 'failed')
)
"""


def is_waiting(lock: str) -> bool:
    """Say whether work waits."""
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_WAITING, [lock])
        return bool(cursor.fetchone()[0])


_WAITING: Final = "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo')"


def count_due() -> int:
    """Count the work that is due now."""
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM procrastinate_jobs "
            "WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
        )
        return int(cursor.fetchone()[0])


def forget_given_up() -> None:
    """Let what was given up be tried again: people have looked at it."""
    with unit(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status IN ('failed', 'cancelled', 'aborted')")
