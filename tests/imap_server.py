"""A little IMAP server for one user, on loopback: as much of RFC 3501 as a client needs that reads and tidies."""

from __future__ import annotations

import base64
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD, TOKEN = "leave@example.org", "pässword", "ya29.token"


@dataclass(slots=True)
class Stored:
    """A mail in a folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Post:
    """What a server holds, what it can, and what goes wrong: `refuse` names a command that is answered with NO.

    `break_at` names one at which the line goes dead. `said` is what clients asked.
    """

    folders: dict[str, list[Stored]] = field(default_factory=lambda: {"INBOX": []})
    able: str = "IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS"
    validity: int = 7
    tells_next: bool = True
    refuse: str = ""
    break_at: str = ""
    said: list[str] = field(default_factory=list)

    def put(self, raw: bytes, folder: str = "INBOX") -> Stored:
        """Deliver a mail."""
        made = Stored(uid=self.next_uid(folder), raw=raw)
        self.folders[folder].append(made)
        return made

    def next_uid(self, folder: str) -> int:
        """Give the number of the next mail."""
        return max((one.uid for one in self.folders[folder]), default=40) + 1


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: _Server
    folder: str = ""
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer until the client leaves or the line goes dead."""
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            name = " ".join(rest.upper().split(" ")[: 2 if rest.upper().startswith("UID ") else 1])
            post = self.server.post
            post.said.append(rest)
            if name == post.break_at:
                return
            if name == post.refuse:
                self._say(f"{tag} NO not today")
                continue
            answer = getattr(self, "do_" + name.lower().replace(" ", "_"))(rest)
            self._say(f"{tag} {answer}")
            if name == "LOGOUT":
                return
            if name == "STARTTLS":
                self._secure()

    def finish(self) -> None:
        """Close what STARTTLS opened as well."""
        super().finish()
        self.connection.close()

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _secure(self) -> None:
        assert self.server.tls is not None
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def do_capability(self, _: str) -> str:
        """List what the server can."""
        self._say(f"* CAPABILITY {self.server.post.able}")
        return "OK done"

    def do_starttls(self, _: str) -> str:
        """Begin TLS."""
        return "OK begin"

    def do_login(self, rest: str) -> str:
        """Let the one user in."""
        return "OK in" if rest.split(" ", 1)[1].replace('"', "") == f"{USER} {PASSWORD}" else "NO who are you"

    def do_authenticate(self, rest: str) -> str:
        """Let the one user in, with any letters in the password, or with a token."""
        self._say("+ ")
        if rest.upper().endswith("XOAUTH2"):
            if base64.b64decode(self.rfile.readline()).decode() == f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01":
                return "OK in"
            self._say("+ " + base64.b64encode(b'{"status":"400"}').decode())
            assert self.rfile.readline() == b"\r\n"
            return "NO [AUTHENTICATIONFAILED] the token is too old"
        given = base64.b64decode(self.rfile.readline()).decode().split("\0")
        return "OK in" if given == ["", USER, PASSWORD] else "NO [AUTHENTICATIONFAILED] who are you"

    def do_select(self, rest: str) -> str:
        """Open a folder."""
        name = rest.split(" ", 1)[1].strip('"')
        post = self.server.post
        if name not in post.folders:
            return "NO there is no such folder"
        self.folder = name
        self._say(f"* {len(post.folders[name])} EXISTS")
        self._say(f"* OK [UIDVALIDITY {post.validity}] fine")
        if post.tells_next:
            self._say(f"* OK [UIDNEXT {post.next_uid(name)}] next")
        return "OK [READ-WRITE] open"

    def do_examine(self, rest: str) -> str:
        """Open a folder to look at."""
        return self.do_select(rest).replace("READ-WRITE", "READ-ONLY")

    def _mails(self) -> list[Stored]:
        return self.server.post.folders[self.folder]

    def do_uid_search(self, rest: str) -> str:
        """Find mails by number that nobody answered."""
        words = rest.split()
        first, _, last = words[-1].partition(":")
        newest = max((one.uid for one in self._mails()), default=0)
        start, end = (newest if text == "*" else int(text) for text in (first, last or first))
        unanswered = "UNANSWERED" in words
        found = [
            one.uid
            for one in self._mails()
            if start <= one.uid <= end and not (unanswered and one.flags & {"\\Answered", "\\Deleted"})
        ]
        self._say("* SEARCH " + " ".join(map(str, found)))
        return "OK done"

    def do_uid_fetch(self, rest: str) -> str:
        """Give the beginning of a mail."""
        asked = re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)
        assert asked, rest
        for place, one in enumerate(self._mails(), 1):
            if one.uid == int(asked[1]):
                raw = one.raw[: int(asked[2])]
                head = f"* {place} FETCH (UID {one.uid} BODY[]<0> {{{len(raw)}}}\r\n"
                self.wfile.write(head.encode() + raw + b")\r\n")
        return "OK done"

    def _named(self, rest: str) -> list[Stored]:
        uids = set(map(int, rest.split()[2].split(",")))
        return [one for one in self._mails() if one.uid in uids]

    def do_uid_store(self, rest: str) -> str:
        """Mark mails."""
        for one in self._named(rest):
            one.flags |= set(re.findall(r"\\\w+", rest))
        return "OK done"

    def do_uid_copy(self, rest: str) -> str:
        """Copy mails into a folder."""
        folder = rest.split(" ", 3)[3].strip('"')
        if folder not in self.server.post.folders:
            return "NO [TRYCREATE] there is no such folder"
        for one in self._named(rest):
            self.server.post.put(one.raw, folder).flags = set(one.flags)
        return "OK done"

    def do_uid_move(self, rest: str) -> str:
        """Copy mails into a folder and delete them here."""
        answer = self.do_uid_copy(rest)
        if answer.startswith("OK"):
            for one in self._named(rest):
                self._mails().remove(one)
        return answer

    def do_uid_expunge(self, rest: str) -> str:
        """Delete mails that are marked so."""
        for one in self._named(rest):
            if "\\Deleted" in one.flags:
                self._mails().remove(one)
        return "OK done"

    def do_create(self, rest: str) -> str:
        """Make a folder."""
        self.server.post.folders[rest.split(" ", 1)[1].strip('"')] = []
        return "OK done"

    def do_logout(self, _: str) -> str:
        """Take leave."""
        self._say("* BYE bye")
        return "OK done"


class _Server(socketserver.ThreadingTCPServer):
    """The server; with `at_once` TLS comes before the first word, else by STARTTLS."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, post: Post, tls: ssl.SSLContext | None, *, at_once: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.post = post
        self.tls = tls
        if tls and at_once:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that breaks off is a client that does not trust us."""


@contextmanager
def serve(post: Post, tls: ssl.SSLContext | None = None, *, at_once: bool = True) -> Iterator[int]:
    """Run a server; gives its port."""
    with _Server(post, tls, at_once=at_once) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
