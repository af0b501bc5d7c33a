"""Messages as files."""

from __future__ import annotations

import email
import os
import threading
from pathlib import Path

import pytest

from publisher.delivery.message import splice
from publisher.delivery.outbox import OutboxTransport
from publisher.errors import TransportError
from publisher.model import Accepted, NotAccepted, Reaction
from tests.builders import make_envelope, make_message


def test_message_becomes_a_file(tmp_path: Path) -> None:
    """The file holds the whole message, with Date and Message-ID before it, under a name that tells the recipient."""
    transport = OutboxTransport(tmp_path / "deep" / "outbox")
    outcome = transport.send(make_message(), make_envelope())
    transport.close()
    (file,) = (tmp_path / "deep" / "outbox").iterdir()
    assert outcome == Accepted(message_id=file.stem)
    assert file.suffix == ".eml"
    assert "reader@example.net" in file.name
    raw = file.read_bytes()
    assert raw.endswith(splice(make_message(), make_envelope()))
    parsed = email.message_from_bytes(raw)
    assert parsed["Date"]
    assert parsed["Message-ID"]


def test_same_recipient_twice_gives_two_files(tmp_path: Path) -> None:
    """Names are unique, also between threads."""
    transport = OutboxTransport(tmp_path)
    threads = [
        threading.Thread(target=lambda: [transport.send(make_message(), make_envelope()) for _ in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(tmp_path.glob("*.eml"))) == 40


def test_address_cannot_leave_the_folder(tmp_path: Path) -> None:
    """Slashes of a strange but legal address do not make a path."""
    transport = OutboxTransport(tmp_path / "outbox")
    assert isinstance(transport.send(make_message(), make_envelope("/etc/reader/x@example.net")), Accepted)
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_bad_address_fails(tmp_path: Path) -> None:
    """An address that cannot be mailed fails here as it does everywhere, and leaves no file."""
    outcome = OutboxTransport(tmp_path).send(make_message(), make_envelope("nobody"))
    assert isinstance(outcome, NotAccepted)
    assert outcome.reaction is Reaction.FAIL
    assert list(tmp_path.iterdir()) == []


def test_folder_that_went_away_stops(tmp_path: Path) -> None:
    """Without its folder the outbox accepts nothing, and says so."""
    transport = OutboxTransport(tmp_path / "outbox")
    (tmp_path / "outbox").rmdir()
    outcome = transport.send(make_message(), make_envelope())
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code) == (Reaction.STOP, "NoFolder")


def test_failed_write_pauses_and_leaves_nothing(tmp_path: Path) -> None:
    """When the file cannot take its name (here: a folder became a file) nothing half-written stays."""
    transport = OutboxTransport(tmp_path / "outbox")
    (tmp_path / "outbox").rmdir()
    (tmp_path / "outbox").write_bytes(b"")
    outcome = transport.send(make_message(), make_envelope())
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code) == (Reaction.PAUSE, "CannotWrite")
    assert os.listdir(tmp_path) == ["outbox"]  # noqa: PTH208 - names are all that is asked


def test_folder_that_cannot_be_made_is_a_transport_error(tmp_path: Path) -> None:
    """A file where the folder should be is said before anything is sent."""
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(TransportError, match="outbox"):
        OutboxTransport(tmp_path / "taken")
