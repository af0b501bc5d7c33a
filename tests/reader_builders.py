"""A newsroom whose readers' pages are served, on either database, and what a reader's mailbox and the database hold."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest

from publisher.delivery.unsubscribe import Purpose, issue
from publisher.jobs.sending.links import load_keys
from tests.web_builders import free_port, publish, serving, write_note, write_settings

PATIENCE: Final = 60
# A busy machine may take its time over an answer.
get = partial(httpx.get, timeout=PATIENCE)
post = partial(httpx.post, timeout=PATIENCE)
request = partial(httpx.request, timeout=PATIENCE)
HEADING: Final = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
FORGED: Final = ("x", "A" * 39, "EAAAAAAAAAABAAAAAY5WnmgF9So79iENCTezivk", "..%2f", "%00", "ü", "a" * 180)

_PASSES: Final = {
    "c": (Purpose.CONFIRM, "confirm"),
    "m": (Purpose.MAILBOX, "mailbox"),
    "o": (Purpose.OLD_ADDRESS, "old"),
    "n": (Purpose.NEW_ADDRESS, "new"),
}
_LINKS: Final = {"u": Purpose.UNSUBSCRIBE, "p": Purpose.PREFERENCES}
_TABLES: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}
# What changes by itself while a newsroom is open.
_RESTLESS: Final = {"job", "account", "milestone", "lease", "sqlite_sequence", "occurrence"}


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A newsroom that is served and writes its mail into files; `edition` went out with two stories."""

    folder: Path
    site: str
    edition: str
    database: str

    # --- its mail -----------------------------------------------------------------------------------------------------

    @property
    def outbox(self) -> Path:
        """Give the folder of what was sent."""
        return self.folder / "home" / "outbox"

    def letters(self, address: str) -> list[str]:
        """Give the plain text of everything that an address got."""
        found = [file.read_text(encoding="ascii") for file in sorted(self.outbox.glob("*.eml"))]
        return [one.replace("=\n", "") for one in found if f"\nTo: {address}\n" in one]

    def wait_for_link(self, address: str, path: str) -> str:
        """Wait for a letter with a link that begins with a path, and give the path of the newest one."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            for letter in reversed(self.letters(address)):
                if found := re.search(rf"/{path}/[A-Za-z0-9_-]{{39}}", letter):
                    return found[0]
            time.sleep(0.1)
        raise AssertionError((self.folder / "serve.log").read_text())

    def link(self, address: str, path: str, newsletter: str = "daily") -> str:
        """Give the path of a link as it stands in a letter to an address, without waiting for the letter."""
        keys = load_keys(self.folder / "home" / "keys" / "links.json")
        if path in _PASSES:
            purpose, kind = _PASSES[path]
            query = "SELECT id, COALESCE(newsletter_id, 0) FROM mailbox_pass WHERE address = ? AND purpose = ?"
            who = self.ask(f"{query} ORDER BY id DESC", address, kind)[0]
        else:
            purpose = _LINKS[path]
            query = "SELECT s.id, n.id FROM subscriber s, newsletter n WHERE s.address = ? AND n.name = ?"
            who = self.ask(query, address, newsletter)[0]
        return f"/{path}/{issue(keys, purpose, *who)}"

    def wait_for_quiet(self) -> None:
        """Wait until every letter has left."""
        ends = time.monotonic() + PATIENCE
        while self.ask("SELECT id FROM mailbox_pass WHERE mailed_at IS NULL AND expires_at > 1"):
            assert time.monotonic() < ends, (self.folder / "serve.log").read_text()
            time.sleep(0.1)

    # --- its database -------------------------------------------------------------------------------------------------

    def ask(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Ask the database, as somebody who opens it beside us; `?` stands for a value."""
        if self.database.startswith("sqlite"):
            with closing(sqlite3.connect(self.database.removeprefix("sqlite:///"))) as base:
                return base.execute(query, values).fetchall()
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(query.replace("?", "%s").encode(), values).fetchall()

    def tables(self) -> list[str]:
        """Name every table, ours and the libraries'."""
        return sorted(name for (name,) in self.ask(_TABLES[self.database.partition(":")[0]]))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Read every row of every table that readers could change; jobs come and go by themselves."""
        steady = [name for name in self.tables() if name not in _RESTLESS and not name.startswith("procrastinate")]
        return {name: sorted(self.ask(f'SELECT * FROM "{name}"'), key=repr) for name in steady}  # noqa: S608 - names of our tables

    def contains(self, *words: str) -> list[str]:
        """Name the tables in which one of some words stands, in any column of any row, in whatever case."""
        found = []
        for name in self.tables():
            dump = repr(self.ask(f'SELECT * FROM "{name}"')).lower()  # noqa: S608 - names of our tables
            if any(word.lower() in dump for word in words):
                found.append(name)
        return found

    def files_with(self, word: str) -> list[str]:
        """Name the files of the home, the server's log among them, in whose name or bytes a word stands."""
        found = []
        for file in sorted(self.folder.rglob("*")):
            if file.is_file() and file.suffix != ".csv":  # a list that an operator handed in is theirs
                content = file.read_bytes().replace(b"=\r\n", b"").replace(b"=\n", b"").lower()
                if word.lower().encode() in content or word.lower() in file.name.lower():
                    found.append(str(file.relative_to(self.folder)))
        return found

    def change(self, statement: str, *values: str) -> None:
        """Change the database behind our back, as time does."""
        if self.database.startswith("sqlite"):
            with closing(sqlite3.connect(self.database.removeprefix("sqlite:///"), timeout=PATIENCE)) as base, base:
                base.execute(statement, values)
            return
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement.replace("?", "%s").encode(), values)

    # --- what readers do ----------------------------------------------------------------------------------------------

    def sign_up(self, address: str, newsletter: str = "daily", **more: str) -> httpx.Response:
        """Send the form, and press the second button."""
        return sign_up(self.site, address, newsletter, **more)

    def subscribe(self, address: str, newsletter: str = "daily", **more: str) -> None:
        """Sign up and confirm."""
        self.sign_up(address, newsletter, **more)
        assert post(self.site + self.link(address, "c")).status_code == httpx.codes.OK

    def open_mailbox(self, address: str) -> str:
        """Ask for the link that proves a mailbox; gives the address of its page."""
        post(self.site + self.link(address, "p"), data={"action": "link"})
        return self.site + self.link(address, "m")


def heading(answer: httpx.Response) -> str:
    """Give the heading of a page."""
    found = HEADING.search(answer.text)
    assert found, answer.text
    return found[1]


def sign_up(site: str, address: str, newsletter: str = "daily", **more: str) -> httpx.Response:
    """Send the form, and press the second button."""
    url = f"{site}/sign-up/{newsletter}"
    answer = post(url, data={"email": address, **more})
    stamp = re.search(r'name="opened" value="([^"]+)"', answer.text)
    return post(url, data={"email": address, "opened": stamp[1], **more}) if stamp else answer


@contextmanager
def open_newsroom(folder: Path, database: str = "", more: str = "") -> Iterator[Newsroom]:
    """Serve a newsroom from which one edition went out to one reader; on the embedded database if none is named."""
    port = free_port()
    chosen = f'[database]\nurl = "{database}"\n' if database else ""
    own = f'{chosen}[sign_up]\ndisposable = "refuse"\nper_network = 100000\n{more}'
    write_settings(folder, own, url=f"http://127.0.0.1:{port}")
    write_note(folder, "ferries", "Ferries leave earlier")
    write_note(folder, "bridge", "Bridge opens to walkers", "It was closed for a year.")
    list_ = "email,name,language,format\nfirst@example.org,First,en,html\n"
    (folder / "readers.csv").write_text(list_, encoding="utf-8")
    edition = publish(folder, "subscribers import readers.csv --newsletter daily --confirmed")
    with serving(folder, port) as site:
        url = database or f"sqlite:///{folder / 'home' / 'publisher.sqlite3'}"
        yield Newsroom(folder=folder, site=site, edition=edition, database=url)


def make_database(request: pytest.FixtureRequest, name: str) -> str:
    """Make the database that a fixture's parameter asks for: "postgres" gets a new one of a name, "sqlite" a file."""
    if request.param != "postgres":
        return ""
    server: str = request.getfixturevalue("postgres_server")
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server.format(name)


BOTH: Final = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def every_path(newsroom: Newsroom, who: str) -> list[str]:
    """Give an address for every page that readers have, all of them with something on it; `who` has signed up there."""
    newsroom.subscribe(f"{who}@example.org")
    newsroom.sign_up(f"{who}-waits@example.org")
    mailbox = newsroom.open_mailbox(f"{who}@example.org")
    post(mailbox, data={"action": "move", "email": f"{who}-moves@example.org"})
    token = newsroom.link(f"{who}@example.org", "m")
    edition = f"/archive/daily/{newsroom.edition}"
    return [
        *("/", "/robots.txt", "/sitemap.xml", "/settings", "/healthz", "/nothing-of-ours"),
        *("/sign-up/daily", "/sign-up/daily/form", "/accessibility/daily", "/archive/", "/archive/daily/?q=a&page=2"),
        *(f"/archive/daily/feed.{kind}" for kind in ("rss", "atom", "json")),
        *(edition, f"{edition}?lang=fa", f"{edition}/picture/0", f"/pictures/{'0' * 32}", f"/media/{'0' * 64}.jpg"),
        *("/barrier", f"/barrier?newsletter=daily&edition={newsroom.edition}&post=1"),
        *(newsroom.link(f"{who}@example.org", path) for path in ("u", "p", "o")),
        *(newsroom.link(f"{who}-waits@example.org", "c"), newsroom.link(f"{who}-moves@example.org", "n")),
        *(token, f"{token}/data.json", f"/l/{newsroom.edition}/{'A' * 16}"),
    ]


# What is answered with "not here" in a newsroom without pictures.
EMPTY: Final = ("/nothing-of-ours", "/picture/0", "/pictures/", "/media/")
