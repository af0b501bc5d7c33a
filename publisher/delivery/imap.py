"""A mailbox on a mail server, read over IMAP (RFC 3501): what was acted on is marked or moved, after the commit.

Mail is looked at without marking it as read (BODY.PEEK). What was acted on is marked as answered, or moved to a folder;
what was not is left as it was found, and a bookmark in the home keeps it from being fetched again at every look. Where
the bookmark is lost, it is fetched once more: whatever acts on mail may be asked twice.
"""

from __future__ import annotations

import imaplib
import json
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final, Literal, Self

from publisher.delivery.incoming import LONGEST, Mail
from publisher.delivery.token import write_xoauth2
from publisher.errors import OutsideError, TransportError

Part = bytes | tuple[bytes, bytes]  # a line of an answer, or one with a literal

_AT_ONCE: Final = 20
_STRETCH: Final = 50_000  # numbers of mails in one search
_FAILURES: Final = (OSError, imaplib.IMAP4.error, ValueError)  # a server may answer what imaplib cannot read
_LONGEST_REASON: Final = 200
_TRUST: Final = "if the server's certificate is your own, name its authority in SSL_CERT_FILE"
_LOGIN: Final = "look at [mailbox] user and folder, and at PUBLISHER_MAILBOX__PASSWORD"
_TOKEN: Final = "look at [mailbox] user and folder, and at what gives the token: is it for this user, and for IMAP?"  # noqa: S105 - no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapOptions:
    """Which mailbox, and how to talk to its server.

    "tls" and "starttls" verify the server's certificate and never fall back to plain text. `done` is the folder for
    what was acted on; "": it stays. `bookmark` is the file that says how far the mailbox was looked through. `token`
    gives a token for each login, where the server takes no password; what it raises comes through.
    """

    host: str
    user: str
    bookmark: Path
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    password: str = field(default="", repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)
    folder: str = "INBOX"
    done: str = ""
    seconds: float = 60


class ImapMailbox:
    """Reads one folder of a mailbox, with a connection for each look.

    Every call raises TransportError, with the way out, when the server cannot or will not do it.
    """

    def __init__(self, options: ImapOptions) -> None:
        self.options = options

    @property
    def name(self) -> str:
        """Name the mailbox for people."""
        return f"{self.options.user} at {self.options.host}"

    def look(self, handle: Callable[[Sequence[Mail]], Sequence[bool]], stop: Event) -> int:
        """Hand over what came since the last look, some mails at a time; gives how many there were.

        `handle` says of each mail whether it acted on it, once that is committed; what it raises comes through, and
        the mails come again.
        """
        total = 0
        with _Session(self.options) as session:
            while not stop.is_set() and (uids := session.find()):
                mails = [(uid, mail) for uid in uids if (mail := session.fetch(uid)) is not None]
                acted = handle([mail for _, mail in mails])
                session.put_away([uid for (uid, _), done in zip(mails, acted, strict=True) if done])
                session.keep_place(uids[-1])
                total += len(mails)
        return total

    def count(self) -> int:
        """Say how many mails lie in the folder, and change nothing."""
        with _Session(self.options, read_only=True) as session:
            return session.total

    def close(self) -> None:
        """Do nothing: no connection outlives a look."""


class _Session:
    """One connection, logged in, with the folder open."""

    def __init__(self, options: ImapOptions, *, read_only: bool = False) -> None:
        self._options = options
        self._read_only = read_only
        self.total = 0
        self._validity = self._newest = self._last = 0
        self._known: list[int] = []

    def __enter__(self) -> Self:
        try:
            self._server = _connect(self._options)
        except _FAILURES as error:
            raise self._fail("cannot be reached", error) from error
        try:
            self._open()
        except _FAILURES as error:
            self._leave()
            raise self._fail("cannot be opened", error) from error
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _open(self) -> None:
        """Log in and open the folder."""
        options, server = self._options, self._server
        if options.token is not None:
            words = iter([write_xoauth2(options.user, options.token())])
            # A server that refuses says why, and wants to hear nothing before it says no.
            server.authenticate("XOAUTH2", lambda _: next(words, b""))
        elif "AUTH=PLAIN" in server.capabilities:  # knows letters beyond ASCII, which LOGIN does not
            server.authenticate("PLAIN", lambda _: f"\0{options.user}\0{options.password}".encode())
        else:
            server.login(options.user, options.password)
        # What a server can is told anew after the login (RFC 3501, 6.2.3).
        self._able = _join(_ok(server.capability())).upper().split()
        self.total = int(_join(_ok(server.select(_quote(options.folder), readonly=self._read_only))))
        self._validity = self._told("UIDVALIDITY")
        self._newest = self._told("UIDNEXT") - 1
        if self._newest < 0:  # a server need not say it
            self._newest = max(map(int, _join(_ok(server.uid("SEARCH", "UID", "*"))).split()), default=0)
        self._last = self._place()

    def _told(self, name: str) -> int:
        """Give a number that the server told when the folder was opened; 0: it told none."""
        value = self._server.untagged_responses.get(name, [b""])[-1]
        return int(value) if isinstance(value, bytes) and value.isdigit() else 0

    def find(self) -> list[int]:
        """Find the next few mails after the last ones that nobody acted on, the oldest first; none: that was all."""
        while not self._known and self._last < self._newest:
            # The whole answer must fit into a line: a big mailbox is asked about piece by piece.
            end = min(self._last + _STRETCH, self._newest)
            lines = self._do("SEARCH", "UNANSWERED", "UNDELETED", "UID", f"{self._last + 1}:{end}")
            self._known = sorted(uid for uid in map(int, _join(lines).split()) if self._last < uid <= end)
            self._last = end
        uids, self._known = self._known[:_AT_ONCE], self._known[_AT_ONCE:]
        return uids

    def fetch(self, uid: int) -> Mail | None:
        """Fetch the beginning of a mail, unmarked; None: it is gone."""
        for part in self._do("FETCH", str(uid), f"(BODY.PEEK[]<0.{LONGEST}>)"):
            if isinstance(part, tuple):  # the only part with a literal: nothing else was asked for
                return Mail(raw=part[1][:LONGEST])
        return None

    def put_away(self, uids: Sequence[int]) -> None:
        """Mark or move what was acted on."""
        if not uids:
            return
        named = ",".join(map(str, uids))
        self._do("STORE", named, "+FLAGS.SILENT", r"(\Seen \Answered)")
        if self._options.done:
            self._move(named)

    def _move(self, named: str) -> None:
        """Move mails into the folder for them, which is made the first time."""
        folder = _quote(self._options.done)
        can_move = b"MOVE" in self._able
        command = "MOVE" if can_move else "COPY"
        try:
            done = self._server.uid(command, named, folder)[0]
            if done != "OK":
                self._server.create(folder)
                self._do(command, named, folder)
        except _FAILURES as error:
            raise self._fail("cannot be tidied", error) from error
        if not can_move:
            self._do("STORE", named, "+FLAGS.SILENT", r"(\Deleted)")
            if b"UIDPLUS" in self._able:  # a plain EXPUNGE would delete what others marked
                self._do("EXPUNGE", named)

    def _do(self, command: str, *words: str) -> list[Part]:
        """Give a command about mails by their lasting numbers."""
        try:
            return _ok(self._server.uid(command, *words))
        except _FAILURES as error:
            raise self._fail(f"refused {command}", error) from error

    def _place(self) -> int:
        """Read the bookmark; 0 where there is none, or the server has numbered its mails anew."""
        try:
            found = json.loads(self._options.bookmark.read_text(encoding="ascii"))
            return int(found["last"]) if found["validity"] == self._validity and found["box"] == self._box else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def keep_place(self, last: int) -> None:
        """Write the bookmark, whole or not at all: mails up to it are not looked at again."""
        file = self._options.bookmark
        made = file.with_suffix(".new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(json.dumps({"box": self._box, "validity": self._validity, "last": last}), encoding="ascii")
            made.replace(file)
        except OSError as error:
            reason = f"cannot be written: {error.strerror}"
            raise OutsideError(str(file), reason, "make room or mend its rights") from error

    @property
    def _box(self) -> str:
        """Name what the bookmark is about."""
        return f"{self._options.user} {self._options.host} {self._options.folder}"

    def _leave(self) -> None:
        """Take leave, as far as the server still listens."""
        try:
            self._server.logout()
        except (OSError, imaplib.IMAP4.error):
            with suppress(OSError):
                self._server.shutdown()

    def _fail(self, what: str, error: Exception) -> TransportError:
        """Say what is wrong with the mailbox."""
        said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error).encode()
        reason = " ".join(said.decode("utf-8", "replace").split())[:_LONGEST_REASON] or type(error).__name__
        login = _LOGIN if self._options.token is None else _TOKEN
        fix = _TRUST if isinstance(error, ssl.SSLCertVerificationError) else login if "opened" in what else ""
        subject = f"mailbox {self._options.user} at {self._options.host}:{self._options.port}"
        return TransportError(subject, f"{what}: {reason}", fix or "look at [mailbox] in settings.toml")


def _connect(options: ImapOptions) -> imaplib.IMAP4:
    """Connect and secure; leaves nothing open when it fails."""
    context = ssl.create_default_context()
    if options.security == "tls":
        return imaplib.IMAP4_SSL(options.host, options.port, ssl_context=context, timeout=options.seconds)
    server = imaplib.IMAP4(options.host, options.port, timeout=options.seconds)
    try:
        if options.security == "starttls":
            server.starttls(context)
    except BaseException:
        with suppress(OSError):  # a handshake that failed has closed it already
            server.shutdown()
        raise
    return server


def _ok(answer: tuple[str, Sequence[Part | None]]) -> list[Part]:
    """Give what a server answered; a no is an `IMAP4.error`."""
    status, data = answer
    parts = [one for one in data if one is not None]
    if status != "OK":
        raise imaplib.IMAP4.error(_join(parts))
    return parts


def _join(parts: Sequence[Part]) -> bytes:
    """Give the plain lines of an answer as one."""
    return b" ".join(one for one in parts if isinstance(one, bytes))


def _quote(folder: str) -> str:
    """Write the name of a folder as IMAP takes it; the settings let no other letters in."""
    return f'"{folder}"'
