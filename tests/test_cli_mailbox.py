"""Mail that comes back to a newsroom: `publisher mailbox`, `tick`, and the way from a send to an unsubscription."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publisher.cli.main import main
from tests.imap_server import PASSWORD, USER, Post, serve
from tests.smtp_server import Letterbox, serve_smtp

SETTINGS = """
[site]
name = "Harbour News"
url = "https://news.example.org"
postal_address = "4 Quay Street, Haven"
[ses]
transport = "smtp"
[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
return_path = "Bounces <bounces@example.org>"
[mailbox]
address = "leave@example.org"
host = "localhost"
port = {imap}
security = "none"
done = "Publisher"
every = "1d"
[sources.notes]
path = "notes"
[newsletters.daily]
title = "Harbour Daily"
from = "Harbour News <news@example.org>"
sources = ["notes"]
start = 2020-01-01
"""
READERS = "email\n" + "".join(f"reader{n}@example.net\n" for n in range(4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """A newsroom that sends through one mail server and reads a mailbox on another."""

    folder: Path
    sent: Letterbox
    mailbox: Post
    capture: pytest.CaptureFixture[str]

    def call(self, *arguments: str, status: int = 0) -> str:
        """Call a command; gives what it printed."""
        place = ("--settings", str(self.folder / "settings.toml"), "--home", str(self.folder / "var"))
        with pytest.raises(SystemExit) as ended:
            main([*arguments, *place])
        said = self.capture.readouterr()
        assert ended.value.code == status, said
        return said.out or said.err

    def ask(self, *arguments: str) -> Any:  # noqa: ANN401 - any JSON document
        """Call a command that prints JSON."""
        return json.loads(self.call(*arguments, "--json"))


@pytest.fixture
def newsroom(
    tmp_path: Path, sqlite: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Newsroom]:
    """Make the newsroom, with four readers and a post."""
    (tmp_path / "var").mkdir()
    shutil.copy(sqlite.removeprefix("sqlite:///"), tmp_path / "var" / "publisher.sqlite3")
    monkeypatch.setenv("PUBLISHER_MAILBOX__PASSWORD", PASSWORD)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text(
        "---\nid: urn:a\ntitle: The harbour opens\ndate: 2026-11-20\n---\nThe harbour of the town opens today.\n",
        encoding="utf-8",
    )
    (tmp_path / "readers.csv").write_text(READERS, encoding="utf-8")
    post, box = Post(), Letterbox()
    with serve(post) as imap, serve_smtp(box) as smtp:
        (tmp_path / "settings.toml").write_text(SETTINGS.format(imap=imap, smtp=smtp), encoding="utf-8")
        made = Newsroom(folder=tmp_path, sent=box, mailbox=post, capture=capsys)
        made.call("pull")
        made.call("subscribers", "import", str(tmp_path / "readers.csv"), "--newsletter", "daily", "--confirmed")
        yield made


def send(newsroom: Newsroom) -> str:
    """Build, approve and send an edition; gives its id."""
    edition: str = newsroom.ask("build", "daily")["edition"]
    newsroom.call("approve", edition)
    newsroom.call("send", edition, "--wait", "--yes")
    return edition


def make_bounce(sent: bytes) -> bytes:
    """Write what a mail server answers to a message that it cannot deliver."""
    return (
        b"From: MAILER-DAEMON@mx.example.net\r\nTo: bounces@example.org\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        b"Final-Recipient: rfc822; x@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + sent + b"\r\n--b--\r\n"
    )


def recipient(sent: bytes) -> str:
    """Say for whom a message was."""
    found = re.search(rb"^To: (\S+)\r$", sent, re.MULTILINE)
    assert found
    return found[1].decode()


def test_from_the_send_to_the_mailbox_and_back(newsroom: Newsroom) -> None:
    """One reader's address bounces, one writes to leave: both come by mail, and the next edition reaches the rest."""
    edition = send(newsroom)
    gone, leaving, *others = newsroom.sent.contents()
    assert {one.mail_from for one in newsroom.sent.taken} == {"bounces@example.org"}
    mailto = re.search(
        rb"List-Unsubscribe:\r\n <https://[^>]+>,\r\n <mailto:(leave\+[\w-]{39}@example\.org)>\r\n", leaving
    )
    assert mailto
    newsroom.mailbox.put(make_bounce(gone))
    newsroom.mailbox.put(b"From: somebody@example.net\r\nTo: leave@example.org\r\n\r\nHow do I leave?\r\n")
    newsroom.mailbox.put(b"From: r@example.net\r\nTo: " + mailto[1] + b"\r\nSubject: unsubscribe\r\n\r\n")
    assert newsroom.ask("mailbox") == {"bounces": 1, "farewells": 1, "left": 1}
    assert newsroom.call("mailbox") == "0 bounces, 0 unsubscriptions, 0 left as they are\n"
    assert len(newsroom.mailbox.folders["Publisher"]) == 2
    assert [one.flags for one in newsroom.mailbox.folders["INBOX"]] == [set()]
    counts = newsroom.ask("edition", edition)
    assert (counts["accepted"], counts["bounced"]) == (4, 1)
    newsroom.sent.taken.clear()
    (newsroom.folder / "notes" / "b.md").write_text("---\nid: urn:b\ntitle: Second\ndate: 2026-11-21\n---\nMore.\n")
    newsroom.call("pull")
    send(newsroom)
    assert sorted(map(recipient, newsroom.sent.contents())) == sorted(map(recipient, others))


def test_a_tick_reads_the_mailbox(newsroom: Newsroom) -> None:
    """The worker does it by itself, as often as the settings say."""
    edition = send(newsroom)
    newsroom.mailbox.put(make_bounce(newsroom.sent.contents()[0]))
    newsroom.call("tick")
    assert newsroom.ask("edition", edition)["bounced"] == 1
    newsroom.mailbox.put(make_bounce(newsroom.sent.contents()[1]))
    newsroom.call("tick")
    assert newsroom.ask("edition", edition)["bounced"] == 1  # it was looked at today


def test_a_mailbox_that_cannot_be_opened(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password is told without a traceback, and stops neither the tick nor what else it does."""
    monkeypatch.setenv("PUBLISHER_MAILBOX__PASSWORD", "wrong")
    assert "PUBLISHER_MAILBOX__PASSWORD" in newsroom.call("mailbox", status=4)
    newsroom.call("tick")


def test_settings_that_name_no_mailbox(newsroom: Newsroom) -> None:
    """Without a mailbox there is nothing to read, and no mailto in the mails."""
    file = newsroom.folder / "settings.toml"
    file.write_text(re.sub(r"\[mailbox\].*?(?=\[sources)", "", file.read_text(), flags=re.DOTALL))
    assert "[mailbox]" in newsroom.call("mailbox", status=2)
    send(newsroom)
    assert all(b"mailto:" not in raw for raw in newsroom.sent.contents())
    assert USER not in file.read_text()
