"""`publisher demo`: the whole of it, and the messages that it leaves, read back byte by byte."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from publisher.cli.main import main


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the demo once."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.raises(SystemExit) as end:
        main(["demo", "--home", str(folder)])
    assert end.value.code == 0
    return folder / "demo"


def received(home: Path) -> list[bytes]:
    """Read every message as the local SES kept it."""
    return [file.read_bytes() for file in sorted((home / "received").glob("*.eml"))]


def test_everybody_gets_one_message(home: Path) -> None:
    """Ten subscribers, ten messages, ten addresses."""
    recipients = [message_from_bytes(raw)["To"] for raw in received(home)]
    assert len(recipients) == len(set(recipients)) == 10


def test_each_message_can_be_left_with_one_click(home: Path) -> None:
    """RFC 2369 and RFC 8058: plain ASCII, the address first, the header that makes it one click."""
    links = set()
    for raw in received(home):
        head = raw.partition(b"\r\n\r\n")[0]
        assert b"=?" not in re.search(rb"\r\nList-Unsubscribe:(?:.|\r\n[ \t])*", head)[0]  # type: ignore[index]  # it is there
        mail = message_from_bytes(raw, policy=policy.compat32)
        link = re.fullmatch(r"\s*<(https://[\x21-\x7e]{1,66})>.*", str(mail["List-Unsubscribe"]), re.DOTALL)
        assert link
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        links.add(link[1])
    assert len(links) == 10


def test_bodies_are_quoted_printable_within_76_columns(home: Path) -> None:
    """Text first, then HTML; no line of a body is longer than RFC 2045 allows, and nothing is 8 bit."""
    for raw in received(home):
        mail = message_from_bytes(raw)
        parts = [part for part in mail.walk() if not part.is_multipart()]
        assert [part.get_content_type() for part in parts] in (["text/plain", "text/html"], ["text/plain"])
        assert all(part["Content-Transfer-Encoding"] == "quoted-printable" for part in parts)
        body = raw.partition(b"\r\n\r\n")[2]
        assert max(map(len, body.split(b"\r\n"))) <= 76
        assert raw.isascii()
        assert b"slot.invalid" not in raw


def test_no_reader_finds_anothers_link(home: Path) -> None:
    """What differs per recipient is that recipient's own."""
    for raw in received(home):
        mail = message_from_bytes(raw)
        own = re.search(r"/u/([\w-]+)", str(mail["List-Unsubscribe"]))
        assert own
        texts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
        found = {token for text in texts for token in re.findall(rb"/u/([\w-]+)", bytes(text))}
        assert found == {own[1].encode()}


def test_the_files_lie_where_the_demo_says(home: Path) -> None:
    """Mail, text, page, report, bundle."""
    names = ("edition/edition.html", "edition/edition.txt", "edition/edition.web.html", "edition/report.json")
    for name in (*names, "bundles/world.zip", "settings.toml"):
        assert (home / name).stat().st_size > 0
