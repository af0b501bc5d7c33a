"""The mailbox on a mail server: what is read, what is marked, and what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from publisher.delivery.imap import ImapMailbox, ImapOptions
from publisher.delivery.incoming import LONGEST, Mail
from publisher.errors import OutsideError, StoreError, TransportError
from tests.certificates import make_certificate, make_context
from tests.imap_server import PASSWORD, TOKEN, USER, Post, serve

NEVER = threading.Event()


def open_mailbox(home: Path, port: int, **changes: object) -> ImapMailbox:
    """Open a mailbox whose bookmark lies in a folder."""
    options: dict[str, object] = {
        "host": "localhost",
        "port": port,
        "user": USER,
        "password": PASSWORD,
        "security": "none",
        "seconds": 10,
        "bookmark": home / "mailbox.json",
    }
    return ImapMailbox(ImapOptions(**{**options, **changes}))  # type: ignore[arg-type]  # a table of keywords


def take(seen: list[bytes], wanted: bytes = b"") -> Callable[[Sequence[Mail]], list[bool]]:
    """Make a handler that keeps what it saw, and acts on mails that hold some words."""

    def handle(mails: Sequence[Mail]) -> list[bool]:
        seen.extend(mail.raw for mail in mails)
        return [wanted in mail.raw for mail in mails]

    return handle


def test_mails_are_read_once_and_only_those_acted_on_are_marked(tmp_path: Path) -> None:
    """What was acted on is answered and seen; what was not keeps its flags and is not fetched again."""
    post = Post()
    for word in (b"bounce", b"letter", b"bounce too"):
        post.put(b"Subject: " + word + b"\r\n\r\n")
    seen: list[bytes] = []
    with serve(post) as port:
        mailbox = open_mailbox(tmp_path, port)
        assert mailbox.look(take(seen, b"bounce"), NEVER) == 3
        done = {"\\Seen", "\\Answered"}
        assert [one.flags for one in post.folders["INBOX"]] == [done, set(), done]
        assert mailbox.look(take(seen), NEVER) == 0
        post.put(b"Subject: new\r\n\r\n")
        assert mailbox.look(take(seen, b"no"), NEVER) == 1
    assert [raw.split()[1] for raw in seen] == [b"bounce", b"letter", b"bounce", b"new"]


def test_more_mails_than_are_taken_at_once(tmp_path: Path) -> None:
    """A full mailbox is read to its end, in its order, by a server that does not say what its next number is too."""
    post = Post(tells_next=False)
    for number in range(45):
        post.put(f"Subject: {number}\r\n\r\n".encode())
    seen: list[bytes] = []
    with serve(post) as port:
        assert open_mailbox(tmp_path, port).look(take(seen), NEVER) == 45
    assert [int(raw.split()[1]) for raw in seen] == list(range(45))


def test_looking_ends_when_it_is_told_to(tmp_path: Path) -> None:
    """A worker that stops leaves the rest for the next look."""
    post = Post()
    for number in range(25):
        post.put(f"Subject: {number}\r\n\r\n".encode())
    stop = threading.Event()
    seen: list[bytes] = []

    def handle(mails: Sequence[Mail]) -> list[bool]:
        stop.set()
        return take(seen)(mails)

    with serve(post) as port:
        mailbox = open_mailbox(tmp_path, port)
        assert mailbox.look(handle, stop) == 20
        assert mailbox.look(take(seen), NEVER) == 5
    assert len(set(seen)) == 25


def test_what_was_not_committed_comes_again(tmp_path: Path) -> None:
    """A failure of the handler comes through; nothing is marked and the bookmark stays."""
    post = Post()
    post.put(b"Subject: bounce\r\n\r\n")

    def fail(_mails: Sequence[Mail]) -> list[bool]:
        raise StoreError("the database", "is away")

    seen: list[bytes] = []
    with serve(post) as port:
        mailbox = open_mailbox(tmp_path, port)
        with pytest.raises(StoreError):
            mailbox.look(fail, NEVER)
        assert post.folders["INBOX"][0].flags == set()
        assert mailbox.look(take(seen, b"bounce"), NEVER) == 1


@pytest.mark.parametrize("able", ["IMAP4rev1 MOVE UIDPLUS", "IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_moved_mails_leave_the_folder(tmp_path: Path, able: str) -> None:
    """With a folder for them, mails acted on go there, which is made the first time, whatever the server can."""
    post = Post(able=f"AUTH=PLAIN {able}")
    post.put(b"Subject: bounce\r\n\r\n")
    post.put(b"Subject: letter\r\n\r\n")
    with serve(post) as port:
        mailbox = open_mailbox(tmp_path, port, done="Publisher")
        assert mailbox.look(take([], b"bounce"), NEVER) == 2
        assert mailbox.look(take([]), NEVER) == 0
    assert [one.raw for one in post.folders["Publisher"]] == [b"Subject: bounce\r\n\r\n"]
    left = [one for one in post.folders["INBOX"] if "\\Deleted" not in one.flags]
    assert [one.raw for one in left] == [b"Subject: letter\r\n\r\n"]
    assert (len(post.folders["INBOX"]) == 1) is ("UIDPLUS" in able)


def test_a_huge_mail_is_cut(tmp_path: Path) -> None:
    """Of a mail of any size only the beginning is fetched."""
    post = Post()
    post.put(b"Subject: long\r\n\r\n" + b"x" * (2 * LONGEST))
    seen: list[bytes] = []
    with serve(post) as port:
        open_mailbox(tmp_path, port).look(take(seen), NEVER)
    assert [len(raw) for raw in seen] == [LONGEST]


def test_a_mailbox_numbered_anew_is_read_anew(tmp_path: Path) -> None:
    """Another UIDVALIDITY means that the bookmark says nothing any more; so does a damaged one."""
    post = Post()
    post.put(b"Subject: letter\r\n\r\n")
    with serve(post) as port:
        mailbox = open_mailbox(tmp_path, port)
        assert mailbox.look(take([], b"no"), NEVER) == 1
        assert mailbox.look(take([], b"no"), NEVER) == 0
        post.validity = 8
        assert mailbox.look(take([], b"no"), NEVER) == 1
        (tmp_path / "mailbox.json").write_text("[]")
        assert mailbox.look(take([], b"no"), NEVER) == 1


def test_count_changes_nothing(tmp_path: Path) -> None:
    """Looking whether the mailbox can be opened opens it for reading only."""
    post = Post()
    post.put(b"Subject: letter\r\n\r\n")
    with serve(post) as port:
        mailbox = open_mailbox(tmp_path, port)
        assert mailbox.count() == 1
        mailbox.close()
    assert mailbox.name == "leave@example.org at localhost"
    assert any(line.startswith("EXAMINE") for line in post.said)
    assert not any(line.startswith("SELECT") for line in post.said)
    assert not (tmp_path / "mailbox.json").exists()


def test_tls_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is believed by its certificate alone; without trust, not even the login is said."""
    certificate = make_certificate(tmp_path)
    post = Post()
    for at_once, security in ((True, "tls"), (False, "starttls")):
        post.able = "IMAP4rev1 AUTH=PLAIN STARTTLS"
        with serve(post, make_context(certificate), at_once=at_once) as port:
            with pytest.raises(TransportError, match="SSL_CERT_FILE") as refused:
                open_mailbox(tmp_path, port, security=security).count()
            assert "CERTIFICATE_VERIFY_FAILED" in refused.value.reason
            assert not any(line.startswith(("LOGIN", "AUTHENTICATE")) for line in post.said)
            with monkeypatch.context() as trusting:
                trusting.setenv("SSL_CERT_FILE", str(certificate))
                assert open_mailbox(tmp_path, port, security=security).count() == 0
        post.said.clear()


def test_no_falling_back_to_plain_text(tmp_path: Path) -> None:
    """A server that does not know STARTTLS is told nothing."""
    post = Post()
    with serve(post) as port, pytest.raises(TransportError, match="cannot be reached"):
        open_mailbox(tmp_path, port, security="starttls").count()
    assert not any(line.startswith(("LOGIN", "AUTHENTICATE")) for line in post.said)


def test_login_without_sasl(tmp_path: Path) -> None:
    """A server that only knows LOGIN is logged in to as well, with ASCII alone."""
    post = Post(able="IMAP4rev1")
    with serve(post) as port, pytest.raises(TransportError, match="PUBLISHER_MAILBOX__PASSWORD"):
        open_mailbox(tmp_path, port).count()
    with serve(post) as port, pytest.raises(TransportError, match="who are you"):
        open_mailbox(tmp_path, port, password="wrong").count()


def test_a_token_in_the_place_of_a_password(tmp_path: Path) -> None:
    """A server that takes tokens is logged in to by XOAUTH2, with a new one for each look."""
    tokens = iter([TOKEN, "ya29.old"])
    post = Post(able="IMAP4rev1 AUTH=XOAUTH2")
    post.put(b"Subject: bounce\r\n\r\n")
    with serve(post) as port:
        box = open_mailbox(tmp_path, port, password="", token=lambda: next(tokens))
        assert box.count() == 1
        with pytest.raises(TransportError, match="the token is too old") as failed:
            box.count()
    assert "what gives the token" in failed.value.fix
    assert TOKEN not in repr(box.options)


@pytest.mark.parametrize(
    ("trouble", "changes", "said"),
    [
        ({}, {"password": "wrong"}, "AUTHENTICATIONFAILED"),
        ({}, {"folder": "Nowhere"}, "no such folder"),
        ({"refuse": "UID SEARCH"}, {}, "not today"),
        ({"refuse": "UID FETCH"}, {}, "not today"),
        ({"refuse": "UID STORE"}, {}, "not today"),
        ({"refuse": "UID MOVE"}, {"done": "Publisher"}, "not today"),
        ({"refuse": "CREATE"}, {"done": "Publisher"}, "no such folder"),
        ({"break_at": "SELECT"}, {}, "cannot be opened"),
        ({"break_at": "UID FETCH"}, {}, "refused FETCH"),
        ({"break_at": "UID MOVE"}, {"done": "Publisher"}, "cannot be tidied"),
    ],
)
def test_what_a_server_refuses_is_told(
    tmp_path: Path, trouble: dict[str, str], changes: dict[str, str], said: str
) -> None:
    """Every no and every dead line is one error of ours that names the mailbox and the way out."""
    post = Post(**trouble)  # type: ignore[arg-type]  # a table of keywords
    post.put(b"Subject: bounce\r\n\r\n")
    with serve(post) as port, pytest.raises(TransportError) as failed:
        open_mailbox(tmp_path, port, **changes).look(take([], b"bounce"), NEVER)
    assert said in str(failed.value)
    assert "leave@example.org" in failed.value.subject
    assert failed.value.fix
    assert not (tmp_path / "mailbox.json").exists()


def test_a_server_that_is_away(tmp_path: Path) -> None:
    """Nobody listens: a TransportError; a home that cannot be written to: our error that names the file."""
    with pytest.raises(TransportError, match="cannot be reached"):
        open_mailbox(tmp_path, 9).count()
    (tmp_path / "file").write_text("")
    post = Post()
    post.put(b"Subject: letter\r\n\r\n")
    with serve(post) as port, pytest.raises(OutsideError, match="cannot be written"):
        open_mailbox(tmp_path / "file" / "home", port).look(take([]), NEVER)


def test_the_password_is_shown_nowhere(tmp_path: Path) -> None:
    """Options that are logged do not tell the secret."""
    assert PASSWORD not in repr(open_mailbox(tmp_path, 9).options)
