"""Lists that were sent to the desk: kept for their owner, taken in by the worker, forgotten after a day."""

from __future__ import annotations

import csv
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import FormatError, OutsideError, UsageError
from publisher.jobs.lists import enrol, intake
from publisher.jobs.lists.enrol import Manner
from publisher.jobs.lists.intake import Intake
from publisher.jobs.newsroom.declaration import declare
from publisher.model import Subscriber
from publisher.store import log, people
from tests.clock_builders import make_settings

NOW = datetime.now(UTC)
LINES = b"email,name,tags\r\nann@example.org,Ann,Sea\r\n=2+3,Nobody,\r\nbo@example.org,Bo,\r\n"
MANNER = Manner(shape="own", confirmed=True, actor="editor")


def send(home: Path, content: bytes = LINES, *, newsletter: str = "daily") -> Intake:
    """Send a list; gives what is known of it."""
    folder = intake.place(home)
    key = intake.receive(folder, [content[:7], content[7:]], newsletter, "a\nlist.csv", "editor", NOW)
    found = intake.find(folder, key)
    assert found is not None
    return found


def take_in(home: Path, found: Intake, manner: Manner = MANNER) -> Intake:
    """Let the worker read a list; gives what is known of it then."""
    folder = intake.place(home)
    intake.ask(folder, found, manner, NOW)
    intake.work(make_settings(), home, found.key, lambda: NOW)
    done = intake.find(folder, found.key)
    assert done is not None
    return done


def statuses() -> dict[str, str]:
    """Say how everybody stands to the newsletter."""
    return {person.address: person.status for person in people.export("daily")}


@pytest.mark.usefixtures("store")
def test_a_list_is_taken_in(tmp_path: Path) -> None:
    """On both databases: numbers, a file of what was left out that no spreadsheet runs, and a line in the log each."""
    found = send(tmp_path)
    assert (found.state, found.name, found.size) == ("new", "a list.csv", len(LINES))
    done = take_in(tmp_path, found)
    assert done.state == "done"
    assert done.numbers == {"added": 2, "kept": 0, "blocked": 0, "duplicates": 0, "rejected": 1, "ignored": 0}
    assert done.has_rejected
    file = intake.rejected_file(intake.place(tmp_path), done.key)
    with file.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream))[1][0] == "'=2+3"
    assert [person.tags for person in people.export("daily")] == [("sea",), ()]
    noted = [line.action for line in log.lines("newsletters.daily")]
    assert noted == ["ask-import", "import"]
    assert not intake.list_file(intake.place(tmp_path), done.key).exists()


@pytest.mark.usefixtures("sqlite")
def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Folder, list, note and what was left out: nobody else on the machine reads them, and no name can be guessed."""
    done = take_in(tmp_path, send(tmp_path))
    folder = intake.place(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert len(bytes.fromhex(done.key)) == 16
    for guess in ("", "x", "../intake", done.key[:-1], f"{done.key}/..", "0" * 32):
        assert intake.find(folder, guess) is None


@pytest.mark.usefixtures("store")
def test_no_list_brings_anybody_back(tmp_path: Path) -> None:
    """Whoever left, bounced, complained or was erased stays away, whatever a list says and somebody vouches for."""
    settings, folder = make_settings(), intake.place(tmp_path)
    take_in(tmp_path, send(tmp_path, b"email\r\n" + b"".join(b"%d@example.org\r\n" % n for n in range(4))))
    status = {"0@example.org": "unsubscribed", "1@example.org": "bounced", "2@example.org": "complained"}
    people.add("daily", [Subscriber(address=name, status=one) for name, one in status.items()], NOW)  # type: ignore[arg-type]  # statuses
    people.erase("3@example.org", NOW)
    again = b"Mail,Standing\r\n" + b"".join(b"%d@example.org,active\r\n" % n for n in range(4))
    manner = Manner(shape="own", confirmed=True, actor="editor", columns={"#1": "email", "#2": "status"})
    found = send(tmp_path, again)
    done = take_in(tmp_path, found, manner)
    assert done.numbers["added"] == 0
    assert statuses() == status
    intake.work(settings, tmp_path, found.key, lambda: NOW)  # asked for once more
    assert intake.find(folder, found.key) == done


@pytest.mark.usefixtures("sqlite")
def test_a_list_that_was_read_in_part_is_read_again(tmp_path: Path) -> None:
    """The worker ended in the middle: the next one begins again, and nobody is added twice."""
    found = send(tmp_path)
    folder = intake.place(tmp_path)
    intake.ask(folder, found, MANNER, NOW)
    declare(make_settings(), NOW)
    people.add("daily", [Subscriber(address="ann@example.org")], NOW)
    intake.rejected_file(folder, found.key).write_text("half a file")
    intake.work(make_settings(), tmp_path, found.key, lambda: NOW)
    done = intake.find(folder, found.key)
    assert done is not None
    assert (done.numbers["added"], done.numbers["kept"], done.numbers["rejected"]) == (1, 1, 1)
    assert statuses() == {"ann@example.org": "active", "bo@example.org": "active"}


@pytest.mark.usefixtures("sqlite")
def test_rows_are_told_while_a_list_is_read(tmp_path: Path) -> None:
    """A long list says how far it is."""
    content = b"email\r\n" + b"".join(b"u%d@example.org\r\n" % n for n in range(10_001))
    found = send(tmp_path, content)
    told: list[int] = []
    folder = intake.place(tmp_path)
    manner = Manner(shape="own", confirmed=True, actor="editor", tell=told.append)
    with intake.list_file(folder, found.key).open("rb") as source:
        done = enrol.enrol(make_settings(), source, "daily", tmp_path / "rest.csv", manner, NOW)
    assert (done.total.added, done.file) == (10_001, "")
    assert told == [10_000]


@pytest.mark.usefixtures("sqlite")
def test_what_cannot_be_taken_in(tmp_path: Path) -> None:
    """An empty list, a folder that is none, columns that cannot be, one that waits, a newsletter that is gone."""
    folder = intake.place(tmp_path)
    with pytest.raises(UsageError, match="nothing in it"):
        send(tmp_path, b"")
    with pytest.raises(OutsideError, match="cannot be used"):
        intake.receive(tmp_path / "publisher.sqlite3" / "x", [b"x"], "daily", "x", "editor", NOW)
    assert list(folder.iterdir()) == []
    found = send(tmp_path)
    with pytest.raises(FormatError, match="which column"):
        intake.ask(folder, found, Manner(shape="own", confirmed=True, actor="x", columns={"#1": ""}), NOW)
    with pytest.raises(FormatError, match="does not look like an export of ghost"):
        intake.ask(folder, found, Manner(shape="ghost", confirmed=True, actor="x"), NOW)
    intake.ask(folder, found, MANNER, NOW)
    waiting = intake.find(folder, found.key)
    assert waiting is not None
    with pytest.raises(UsageError, match="taken in before"):
        intake.ask(folder, waiting, MANNER, NOW)
    with pytest.raises(UsageError, match="being taken in"):
        intake.discard(folder, waiting)
    gone = take_in(tmp_path, send(tmp_path, newsletter="gone"))
    assert (gone.state, "none of this name" in gone.reason) == ("failed", True)
    with pytest.raises(UsageError, match="share one home"):
        intake.work(make_settings(), tmp_path, "0" * 32, lambda: NOW)


@pytest.mark.usefixtures("sqlite")
def test_what_is_a_day_old_is_forgotten(tmp_path: Path) -> None:
    """Lists that nobody took in and rows that nobody fetched; a younger list stays, and another may be deleted."""
    folder = intake.place(tmp_path)
    intake.forget(folder, NOW)
    done, young = take_in(tmp_path, send(tmp_path)), send(tmp_path)
    old = (NOW - timedelta(days=1, hours=1)).timestamp()
    for file in folder.glob(f"{done.key}*"):
        os.utime(file, (old, old))
    intake.forget(folder, NOW)
    assert intake.find(folder, done.key) is None
    assert not list(folder.glob(f"{done.key}*"))
    assert intake.find(folder, young.key) == young
    intake.discard(folder, young)
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("sqlite")
def test_a_note_that_is_damaged_is_told(tmp_path: Path) -> None:
    """It names the file."""
    found = send(tmp_path)
    file = intake.place(tmp_path) / f"{found.key}.json"
    assert json.loads(file.read_text())["newsletter"] == "daily"
    file.write_text("{")
    with pytest.raises(OutsideError, match=file.name):
        intake.find(intake.place(tmp_path), found.key)
