"""Any mail server through SMTP: the way in for people whom AWS has not let out of its own sandbox yet.

The same outcomes as SES. What a server answered is known; a connection lost after the message was on its way is in
doubt, and nothing is sent twice to find out (RFC 5321, 6.1: duplicates come from exactly that).
"""

from __future__ import annotations

import secrets
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, LifoQueue
from typing import Final, Literal

from publisher.delivery.address import write_ascii
from publisher.delivery.dsn import envelope_id, message_id
from publisher.delivery.message import stamp
from publisher.delivery.outcome import from_reply, from_smtp
from publisher.delivery.transport import prepare
from publisher.delivery.unsubscribe import Keys
from publisher.errors import TransportError
from publisher.model import Accepted, Envelope, Message, NotAccepted, Outcome

_GO_AHEAD: Final = 354
_CLOSING: Final = 421
_YES: Final = 2  # the first digit


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOptions:
    """Which server, and how to talk to it.

    "starttls" and "tls" verify the server's certificate and never fall back to plain text. An empty `user` means no
    login. `return_path` takes the bounces; None: the sender's own address. `keys` seal the Message-ID, so that a bounce
    is believed; None: nobody reads them. `seconds` is long because a time-out after the message went out is a message
    in doubt.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    return_path: str | None = None
    keys: Keys | None = None
    seconds: float = 60


class _ReplyError(Exception):
    """The server said no to a command, before the message was on its way."""

    def __init__(self, code: int, text: bytes, command: str) -> None:
        super().__init__(code, text, command)
        self.code = code
        self.text = text.decode("utf-8", "replace")
        self.command = command


class SmtpTransport:
    """Sends through a mail server. Safe to share between threads: each message has a connection to itself."""

    def __init__(self, options: SmtpOptions) -> None:
        self.options = options
        self._idle: LifoQueue[smtplib.SMTP] = LifoQueue()

    def send(self, message: Message, envelope: Envelope) -> Outcome:
        """Send to one recipient, once."""
        raw = prepare(message, envelope)
        if isinstance(raw, NotAccepted):
            return raw
        delivery = envelope.tags.get("delivery") or secrets.token_hex(12)
        domain = message.sender.rpartition("@")[2]
        identifier = message_id(delivery, envelope.tags.get("attempt", "0"), domain, self.options.keys)
        stamped = stamp(raw, moment=datetime.now(UTC), message_id=identifier)
        try:
            server = self._begin(message.sender, write_ascii(envelope.address), identifier)
        except _ReplyError as reply:
            return from_reply(reply.code, reply.text, command=reply.command, sender=message.sender)
        except (smtplib.SMTPException, OSError) as error:
            return from_smtp(error, sent=False)
        return self._finish(server, stamped, identifier, message.sender)

    def _begin(self, sender: str, recipient: str, identifier: str) -> smtplib.SMTP:
        """Get a server to the point where it waits for the message; an idle connection may have died meanwhile."""
        server = self._take_idle()
        if server is not None:
            try:
                self._introduce(server, sender, recipient, identifier)
            except (smtplib.SMTPServerDisconnected, OSError):
                server.close()  # nothing was sent on it yet: a fresh connection repeats nothing
            except _ReplyError as reply:
                self._give_back(server)
                if reply.code != _CLOSING:
                    raise
            else:
                return server
        server = self._connect()
        try:
            self._introduce(server, sender, recipient, identifier)
        except _ReplyError:
            self._give_back(server)
            raise
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
        return server

    def _take_idle(self) -> smtplib.SMTP | None:
        """Take a connection that is open already."""
        try:
            return self._idle.get_nowait()
        except Empty:
            return None

    def _connect(self) -> smtplib.SMTP:
        """Connect, secure, log in; leaves nothing open when it fails."""
        options = self.options
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if options.security == "tls":
            server = smtplib.SMTP_SSL(options.host, options.port, timeout=options.seconds, context=context)
        else:
            server = smtplib.SMTP(options.host, options.port, timeout=options.seconds)
        try:
            if options.security == "starttls":
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if options.user:
                server.login(options.user, options.password)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, sender: str, recipient: str, identifier: str) -> None:
        """Say who writes to whom, and ask to send.

        Where the server can, it is asked to name the delivery in its notifications (RFC 3461).
        """
        notify = server.has_extn("dsn")
        for_sender = ("RET=HDRS", f"ENVID={envelope_id(identifier)}") if notify else ()
        for_recipient = ("NOTIFY=FAILURE,DELAY",) if notify else ()
        code, text = server.mail(self.options.return_path or sender, for_sender)
        _expect(code // 100 == _YES, code, text, "mail")
        code, text = server.rcpt(recipient, for_recipient)
        _expect(code // 100 == _YES, code, text, "rcpt")
        code, text = server.docmd("DATA")
        _expect(code == _GO_AHEAD, code, text, "data")

    def greet(self) -> None:
        """Connect, secure, log in and take leave: nothing is sent. Raises TransportError, with the way out."""
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            subject = f"mail server {self.options.host}:{self.options.port}"
            said = getattr(error, "smtp_error", b"")
            reason = said.decode("utf-8", "replace") if isinstance(said, bytes) and said else str(error)
            raise TransportError(subject, f"cannot be used: {' '.join(reason.split())}", _find_fix(error)) from error
        self._idle.put(server)
        self.close()

    def _finish(self, server: smtplib.SMTP, raw: bytes, identifier: str, sender: str) -> Outcome:
        """Send the message and hear what the server says."""
        stuffed = raw.replace(b"\r\n.", b"\r\n..")  # RFC 5321, 4.5.2; no message begins with a dot
        try:
            server.send(stuffed + b".\r\n" if stuffed.endswith(b"\r\n") else stuffed + b"\r\n.\r\n")
            code, text = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            server.close()
            return from_smtp(error, sent=True)
        if code // 100 != _YES:
            self._give_back(server)
            return from_reply(code, text.decode("utf-8", "replace"), command="message", sender=sender)
        self._idle.put(server)
        return Accepted(message_id=identifier)

    def _give_back(self, server: smtplib.SMTP) -> None:
        """Make a connection fresh for the next message after a no; drop it where that fails."""
        try:
            code, _ = server.rset()
        except (smtplib.SMTPException, OSError):
            code = _CLOSING
        if code // 100 == _YES:
            self._idle.put(server)
        else:
            server.close()

    def close(self) -> None:
        """Take leave on every idle connection."""
        while (server := self._take_idle()) is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def _find_fix(error: Exception) -> str:
    """Say what to look at when a server cannot be used."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "look at [smtp] user, and at PUBLISHER_SMTP__PASSWORD"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "look at [smtp] host; if the server's certificate is your own, name its authority in SSL_CERT_FILE"
    return "look at [smtp] host, port and security"


def _expect(fine: bool, code: int, text: bytes, command: str) -> None:  # noqa: FBT001 - reads like a sentence
    """Raise the server's answer unless it is fine."""
    if not fine:
        raise _ReplyError(code, text, command)
