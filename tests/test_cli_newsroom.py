"""A newsroom on the command line: pull, build, approve, send, settle; exit codes and JSON are a contract."""

from __future__ import annotations

import csv
import getpass
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.cli.main import main
from publisher.engine import lock
from publisher.sandbox import Faults, Sandbox
from publisher.store import database, editions, jobs

SETTINGS = """
[site]
name = "Harbour News"
url = "https://news.example.org"
postal_address = "4 Quay Street, Haven"
[ses]
transport = "outbox"
read_timeout = "1s"
[sources.notes]
path = "notes"
[sources.gone]
path = "nowhere"
[newsletters.daily]
title = "Harbour Daily"
from = "Harbour News <news@example.org>"
sources = ["notes"]
start = 2026-01-01
[newsletters.pairs]
title = "Harbour Pairs"
from = "Harbour News <news@example.org>"
sources = ["notes"]
start = 2026-01-01
approval = "two"
[newsletters.machine]
title = "Harbour Machine"
from = "Harbour News <news@example.org>"
sources = ["notes"]
start = 2026-01-01
approval = "automatic"
"""

NOTE = """---
title: {title}
date: 2026-11-20
lang: en
---
The boats left the harbour at dawn, and nobody was hurt. They will be back on Friday.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """A folder with settings, notes and a home."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def call(self, *arguments: str, status: int = 0) -> str:
        """Call a command; gives what it printed."""
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--settings", str(self.folder / "settings.toml"), "--home", str(self.folder / "var")])
        said = self.capture.readouterr()
        assert ended.value.code == status, said.err
        return said.out if status == 0 or said.out else said.err

    def read(self, *arguments: str, status: int = 0) -> Any:  # noqa: ANN401 - any JSON document
        """Call a command with --json; gives the document."""
        return json.loads(self.call(*arguments, "--json", status=status))

    def subscribe(self, number: int, newsletter: str = "daily") -> None:
        """Subscribe so many people."""
        file = self.folder / "people.csv"
        rows = "".join(f"reader{n}@example.org,Reader {n}\n" for n in range(number))
        file.write_text(f"email,name\n{rows}", encoding="utf-8")
        self.call("subscribers", "import", str(file), "--newsletter", newsletter, "--confirmed")

    def approved(self, newsletter: str = "daily") -> str:
        """Make an edition that may be sent."""
        self.call("pull")
        edition: str = self.read("build", newsletter)["edition"]
        self.call("approve", edition)
        return edition


@pytest.fixture
def newsroom(tmp_path: Path, sqlite: str, capsys: pytest.CaptureFixture[str]) -> Iterator[Newsroom]:
    """Make a newsroom with two notes and an empty database."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "var").mkdir()
    for number, title in enumerate(("Boats leave the harbour", "Bridge opens to walkers")):
        (tmp_path / "notes" / f"{number}.md").write_text(NOTE.format(title=title), encoding="utf-8")
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copy(sqlite.removeprefix("sqlite:///"), tmp_path / "var" / "publisher.sqlite3")
    yield Newsroom(folder=tmp_path, capture=capsys)
    database.close_database()


def outbox(newsroom: Newsroom) -> list[str]:
    """Read the messages in the outbox."""
    return [file.read_text(encoding="ascii") for file in sorted((newsroom.folder / "var" / "outbox").glob("*.eml"))]


def test_from_notes_to_readers(newsroom: Newsroom) -> None:
    """Pull, build, subscribe, approve, send: everybody once, and each step says what is next."""
    assert newsroom.read("pull", "--source", "notes") == {
        "sources": [{"name": "notes", "status": "new", "posts_new": 2, "posts_changed": 0, "reason": None}],
    }
    assert newsroom.read("pull", "--source", "notes")["sources"][0]["status"] == "unchanged"
    newsroom.subscribe(3)
    built = newsroom.read("build", "daily")
    assert (built["state"], built["posts"], built["report"]["passed"]) == ("ready", 2, True)
    edition = built["edition"]
    assert "Approve it: publisher approve" in newsroom.call("send", edition, "--yes", status=2)
    assert f"publisher send {edition}" in newsroom.call("approve", edition)
    assert "add --yes" in newsroom.call("send", edition, status=2)
    assert "--max-recipients 2" in newsroom.call("send", edition, "--max-recipients", "2", status=2)
    sent = newsroom.read("send", edition, "--wait", "--yes")
    assert (
        list(sent)[:15]
        == (
            "id newsletter state recipients pending sending accepted in_doubt failed skipped "
            "delivered bounced complained "
            "started finished"
        ).split()
    )
    assert (sent["state"], sent["recipients"], sent["accepted"]) == ("sent", 3, 3)
    assert newsroom.read("edition", edition) == sent
    newsroom.call("send", edition, "--wait", "--yes")
    messages = outbox(newsroom)
    assert len(messages) == 3
    assert all("https://news.example.org/u/" in message for message in messages)
    assert all("\nList-Archive: <https://news.example.org/archive/daily/>\n" in message for message in messages)
    assert "is sent" in newsroom.call("pause", edition, status=2)
    assert edition in newsroom.call("edition")
    assert newsroom.call("edition", edition).startswith("id ")


def test_nothing_new(newsroom: Newsroom) -> None:
    """A newsletter with nothing new makes no edition, and says why; what was mailed is not mailed again."""
    assert "publisher pull" in newsroom.call("build", "daily", status=3)
    edition = newsroom.approved()
    assert "nothing new" in newsroom.call("build", "daily", status=3)
    newsroom.call("cancel", edition)
    assert newsroom.read("build", "daily")["posts"] == 2


def test_names_that_are_wrong(newsroom: Newsroom) -> None:
    """A wrong name is a mistake of use, with the nearest right one."""
    assert "daily" in newsroom.call("build", "dayly", status=2)
    assert "notes" in newsroom.call("pull", "--source", "note", status=2)
    assert "nowhere" in newsroom.read("pull", "--source", "gone", status=4)["sources"][0]["reason"]
    assert "none of this id" in newsroom.call("edition", "01ARZ3NDEKTSV4RRFFQ69G5FAV", status=2)
    assert "come together" in newsroom.call("send", "X", "--test", status=2)


def test_approvals(newsroom: Newsroom) -> None:
    """One, two, or the gate alone, as the newsletter says."""
    newsroom.call("pull")
    pairs = newsroom.read("build", "pairs")["edition"]
    assert "1 more must approve" in newsroom.call("approve", pairs, "--by", "anna")
    assert "1 more must approve" in newsroom.call("approve", pairs, "--by", "anna")
    assert "approved for 0 recipients" in newsroom.call("approve", pairs, "--by", "bert")
    assert newsroom.read("build", "machine")["state"] == "approved"


def test_who_changed_an_edition_is_one_of_the_two_who_approve_it(newsroom: Newsroom) -> None:
    """Whoever made it anew on the command line cannot be the other one; somebody else is enough."""
    newsroom.call("pull")
    newsroom.subscribe(2, "pairs")
    edition = newsroom.read("build", "pairs")["edition"]
    for name in ("anna", "bert"):
        newsroom.call("approve", edition, "--by", name)
    newsroom.call("pause", edition)
    again = newsroom.read("rebuild", edition)["edition"]
    assert "wants the eyes of two people" in newsroom.call("approve", again, status=2)
    assert "wants the eyes of two people" in newsroom.call("approve", again, "--by", getpass.getuser(), status=2)
    assert newsroom.read("edition", again)["state"] == "ready"
    assert "approved for 2 recipients" in newsroom.call("approve", again, "--by", "anna")
    newsroom.call("approve", again)


def test_approval_by_role(newsroom: Newsroom) -> None:
    """Once there are accounts, only one that may approve in this newsletter can be named as who approves."""
    newsroom.call("pull")
    edition = newsroom.read("build", "daily")["edition"]
    newsroom.call("user", "add", "eva", "--role", "editor")
    newsroom.call("user", "add", "ada", "--role", "approver")
    assert "do not let it approve editions of daily" in newsroom.call("approve", edition, "--by", "eva", status=2)
    assert "none of this name at the desk" in newsroom.call("approve", edition, "--by", "nobody", status=2)
    assert "approved for" in newsroom.call("approve", edition, "--by", "ada")


def test_an_import_says_who_still_waits(newsroom: Newsroom) -> None:
    """Nobody vouches for them and no row says when they agreed, so that they get nothing; --confirmed lets them in."""
    file = newsroom.folder / "list.csv"
    file.write_text("email\nann@example.org\nbob@example.org\n", encoding="utf-8")
    said = newsroom.call("subscribers", "import", str(file), "--newsletter", "daily")
    assert "Waiting for their confirmation, and getting nothing yet: 2. " in said
    assert "Waiting" not in newsroom.call("subscribers", "import", str(file), "--newsletter", "daily", "--confirmed")


def test_importing_posts(newsroom: Newsroom) -> None:
    """A file becomes a post of its source, known by its name; a file that is none is reported."""
    file = newsroom.folder / "elsewhere.md"
    file.write_text(NOTE.format(title="A new ferry"), encoding="utf-8")
    assert newsroom.read("import", str(file), "--source", "notes")["sources"][0]["posts_new"] == 1
    assert newsroom.read("import", str(file), "--source", "notes")["sources"][0]["status"] == "unchanged"
    assert newsroom.read("build", "daily")["posts"] == 1
    newsroom.call("import", str(newsroom.folder / "none.md"), "--source", "notes", status=3)


def test_a_test_send(newsroom: Newsroom) -> None:
    """A test goes to the addresses that were named and leaves no trace in the ledger."""
    newsroom.subscribe(2)
    edition = newsroom.approved()
    assert "sent" in newsroom.call("send", edition, "--test", "me@example.net", "you@example.net")
    assert len(outbox(newsroom)) == 2
    assert newsroom.read("edition", edition)["pending"] == 2
    assert "is not an address" in newsroom.call("send", edition, "--test", "me@example.net", "nobody", status=2)
    assert len(outbox(newsroom)) == 2


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (Faults(refuse=1, code="BadRequestException", message="No."), "not sent, BadRequestException: No."),
        (Faults(drop=1), "in doubt, ConnectionClosedError: "),
    ],
)
def test_a_test_send_that_fails(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, faults: Faults, said: str) -> None:
    """What became of a test is said in words, and the command ends with 4."""
    newsroom.subscribe(1)
    edition = newsroom.approved()
    with Sandbox(faults=faults) as ses:
        monkeypatch.setenv("PUBLISHER_SES__TRANSPORT", "ses")
        monkeypatch.setenv("PUBLISHER_SES__ENDPOINT_URL", ses.url)
        told = newsroom.call("send", edition, "--test", "me@example.net", status=4)
    assert f"me@example.net: {said}" in told


def test_doubt_and_rest(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may have gone out is listed and settled by events or people; who failed can be sent to again."""
    with Sandbox(faults=Faults(drop=1)) as ses:
        monkeypatch.setenv("PUBLISHER_SES__TRANSPORT", "ses")
        monkeypatch.setenv("PUBLISHER_SES__ENDPOINT_URL", ses.url)
        newsroom.subscribe(4)
        edition = newsroom.approved()
        assert "publisher doubt list" in newsroom.call("send", edition, "--wait", "--yes")
        listed = newsroom.read("doubt", "list", edition)
        assert [line["address"] for line in listed] == [f"reader{n}@example.org" for n in range(4)]
        only = ["--only", listed[0]["delivery"]]
        assert "1 settled" in newsroom.call("doubt", "resolve", edition, "--as", "abandon", *only)
        only = ["--only", listed[1]["delivery"]]
        assert "1 settled" in newsroom.call("doubt", "resolve", edition, "--as", "sent", *only)
        ses.reset()
        only = ["--only", listed[2]["delivery"]]
        assert "1 settled" in newsroom.call("doubt", "resolve", edition, "--as", "resend", *only)
        rest = newsroom.call("send", edition, "--rest", "--yes", "--wait")
        assert "abandoned" in rest
        assert "in_doubt" in rest
        assert {address for one in ses.messages for address in one.recipients} == {
            "reader0@example.org",
            "reader2@example.org",
        }
        assert "events.queue_url" in newsroom.call("doubt", "settle", status=2)
        monkeypatch.setenv("PUBLISHER_EVENTS__QUEUE_URL", ses.queue_url)
        assert "4 new events" in newsroom.call("doubt", "settle")
    counts = newsroom.read("edition", edition)
    assert (counts["accepted"], counts["in_doubt"], counts["delivered"]) == (3, 1, 2)


def test_events_come_while_an_edition_is_sent(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a queue, what SES tells is taken while the edition is on its way; a queue that is away stops nothing."""
    with Sandbox() as ses:
        monkeypatch.setenv("PUBLISHER_SES__TRANSPORT", "ses")
        monkeypatch.setenv("PUBLISHER_SES__ENDPOINT_URL", ses.url)
        monkeypatch.setenv("PUBLISHER_EVENTS__QUEUE_URL", ses.queue_url)
        newsroom.subscribe(3)
        ses.account.change(replace(ses.account.rules, max_send_rate=2))
        edition = newsroom.approved()
        assert newsroom.read("send", edition, "--wait", "--yes")["accepted"] == 3
        assert newsroom.read("edition", edition)["delivered"] >= 1
        monkeypatch.setenv("PUBLISHER_EVENTS__QUEUE_URL", "http://127.0.0.1:9/1/events")
        assert "127.0.0.1:9" in newsroom.call("doubt", "settle", status=4)


def test_ses_that_refuses(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition that SES stops is held with the reason, and the command ends with 4; resuming goes on."""
    refusal = Faults(refuse=1, code="AccessDeniedException", status=403, message="ses:SendRawEmail is not allowed")
    with Sandbox(faults=refusal) as ses:
        monkeypatch.setenv("PUBLISHER_SES__TRANSPORT", "ses")
        monkeypatch.setenv("PUBLISHER_SES__ENDPOINT_URL", ses.url)
        newsroom.subscribe(2)
        edition = newsroom.approved()
        assert newsroom.read("send", edition, "--wait", "--yes", status=4)["state"] == "held"
        assert "SendRawEmail" in newsroom.call("send", edition, "--wait", status=2)
        ses.faults = Faults()
        assert "publisher send" in newsroom.call("resume", edition)
        assert newsroom.read("send", edition, "--wait")["accepted"] == 2


def test_no_way_out(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SES that cannot be reached is a failure of the world outside: exit 4, and nobody was written to."""
    monkeypatch.setenv("PUBLISHER_SES__TRANSPORT", "ses")
    monkeypatch.setenv("PUBLISHER_SES__ENDPOINT_URL", "http://127.0.0.1:9")
    newsroom.subscribe(1)
    edition = newsroom.approved()
    assert "Amazon SES" in newsroom.call("send", edition, "--wait", "--yes", status=4)
    assert newsroom.read("edition", edition)["pending"] == 1


def test_another_process_works_here(newsroom: Newsroom) -> None:
    """While another process holds the home's lock, a send waits in the table; --wait takes over once it has ended."""
    newsroom.subscribe(2)
    edition = newsroom.approved()
    with lock.holding(newsroom.folder / "var" / "lock"):
        newsroom.call("send", edition, "--yes")
        assert jobs.waiting("deliver") == 1
        assert editions.count(edition).pending == 2
    held = threading.Event()
    free = threading.Event()

    def hold() -> None:
        with lock.holding(newsroom.folder / "var" / "lock"):
            held.set()
            free.wait(0.7)

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    newsroom.call("send", edition, "--wait")
    other.join()
    assert editions.count(edition).accepted == 2
    assert jobs.waiting("deliver") == 0


def test_people_in_and_out(newsroom: Newsroom) -> None:
    """People come in with the rest in a file beside it; they go out as CSV; an erased one is gone."""
    file = newsroom.folder / "readers.csv"
    file.write_bytes(b"\xef\xbb\xbfemail,name\nann@example.org,=1+1\nnobody,\nANN@example.org,Ann\n")
    found = newsroom.read("subscribers", "import", str(file), "--newsletter", "daily", "--confirmed")
    assert (found["added"], found["rejected"]) == (1, 1)
    with (newsroom.folder / "readers.rejected.csv").open(encoding="utf-8", newline="") as rejected:
        rows = list(csv.reader(rejected))
    assert rows[0] == ["email", "name", "reason"]
    assert rows[1][0] == "nobody"
    exported = newsroom.call("subscribers", "export", "--newsletter", "daily")
    assert "ann@example.org,'=1+1,,html,active" in exported
    out = newsroom.folder / "out.csv"
    newsroom.call("subscribers", "export", "--newsletter", "daily", "--out", str(out))
    assert out.read_text(encoding="utf-8").splitlines() == exported.splitlines()
    assert "is erased" in newsroom.call("subscribers", "erase", "Ann@example.org")
    assert "not known" in newsroom.call("subscribers", "erase", "ben@example.org")
    assert "ann@" not in newsroom.call("subscribers", "export", "--newsletter", "daily")
    newsroom.call("subscribers", "import", str(newsroom.folder / "no.csv"), "--newsletter", "daily", status=3)


def test_a_restored_backup(newsroom: Newsroom) -> None:
    """A database older than what was sent from this home sends nothing until it was reconciled."""
    newsroom.subscribe(2)
    edition = newsroom.approved()
    file = newsroom.folder / "var" / "publisher.sqlite3"
    database.close_database()
    backup = file.read_bytes()
    newsroom.call("send", edition, "--wait", "--yes")
    database.close_database()
    for more in ("-wal", "-shm"):
        file.with_name(file.name + more).unlink(missing_ok=True)
    file.write_bytes(backup)
    assert "publisher doubt reconcile" in newsroom.call("send", edition, "--yes", status=4)
    assert "copied later than that" in newsroom.call("doubt", "reconcile", "--since", "2020-01-01", status=2)
    assert "2 people are in doubt" in newsroom.call("doubt", "reconcile", "--since", datetime.now(UTC).isoformat())
    newsroom.call("send", edition, "--yes")
    assert len(outbox(newsroom)) == 2


@pytest.mark.usefixtures("sqlite")
def test_migrate_makes_a_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first command in a home that is new makes its database."""
    with pytest.raises(SystemExit) as ended:
        main(["migrate", "--home", str(tmp_path / "new" / "home")])
    database.close_database()
    assert ended.value.code == 0
    assert "is up to date" in capsys.readouterr().out
    assert (tmp_path / "new" / "home" / "publisher.sqlite3").exists()


def test_sending_starts_lean() -> None:
    """A process that sends loads neither feeds nor templates nor pages."""
    heavy = (
        "publisher.sources",
        "publisher.digest",
        "publisher.web",
        "publisher.accessibility",
        "publisher.syndication",
    )
    program = f"import sys, publisher.cli.send; print([n for n in sys.modules if n.startswith({heavy!r})])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert done.stdout.strip() == "[]"
