"""Mail servers: real ones, and ones that say no or hang up at each step."""

from __future__ import annotations

import base64
import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from ssl import SSLContext

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from publisher.delivery.message import splice
from publisher.delivery.smtp import SmtpOptions, SmtpTransport
from publisher.errors import TransportError
from publisher.model import Accepted, InDoubt, NotAccepted, Reaction, Slot
from tests.builders import make_envelope, make_message
from tests.certificates import make_certificate, make_context
from tests.smtp_server import Letterbox, serve

# --- a real server ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for localhost that signs itself."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: Path) -> SSLContext:
    """Give a server its certificate."""
    return make_context(certificate)


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust that certificate, as an operator with an authority of their own does."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def check_password(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
    """Let one user in."""
    fine = isinstance(data, LoginPassword) and (data.login, data.password) == (b"news", b"pass")
    return AuthResult(success=fine, handled=False)


def test_message_reaches_a_server_byte_for_byte() -> None:
    """The server gets what was spliced, with Date and a Message-ID that names delivery and attempt."""
    box = Letterbox()
    message = make_message(text=f"a\n.\n.hidden\n..two\n{Slot.UNSUBSCRIBE.marker}")
    with serve(lambda: SMTP(box)) as port:
        transport = SmtpTransport(SmtpOptions(host="127.0.0.1", port=port, security="none"))
        envelope = make_envelope(delivery="01J0", attempt="2")
        outcome = transport.send(message, envelope)
        transport.close()
    (taken,) = box.taken
    assert outcome == Accepted(message_id="01J0.2@example.org")
    assert taken.mail_from == "news@example.org"
    assert taken.rcpt_tos == ["reader@example.net"]
    assert isinstance(taken.content, bytes)
    assert taken.content.endswith(splice(message, envelope))
    parsed: Message = email.message_from_bytes(taken.content)
    assert parsed["Message-ID"] == "<01J0.2@example.org>"
    assert parsed["Date"]


def test_one_connection_serves_many() -> None:
    """The second message goes over the first one's connection; so does one after a refused address."""
    box = Letterbox()
    with serve(lambda: SMTP(box)) as port:
        transport = SmtpTransport(SmtpOptions(host="127.0.0.1", port=port, security="none"))
        for number in range(3):
            transport.send(make_message(), make_envelope(f"reader{number}@example.net"))
        transport.close()
    assert len(box.taken) == 3
    assert len(box.sessions) == 1


def test_starttls_and_login(tls: SSLContext, trusted: None) -> None:
    """Over STARTTLS the certificate is verified, and the login goes through it."""
    del trusted
    box = Letterbox()
    with serve(
        lambda: SMTP(box, tls_context=tls, require_starttls=True, auth_required=True, authenticator=check_password)
    ) as port:
        transport = SmtpTransport(SmtpOptions(host="localhost", port=port, user="news", password="pass"))
        outcome = transport.send(make_message(), make_envelope())
        transport.close()
        wrong = SmtpTransport(SmtpOptions(host="localhost", port=port, user="news", password="no"))
        refused = wrong.send(make_message(), make_envelope())
        wrong.close()
    assert isinstance(outcome, Accepted)
    assert isinstance(refused, NotAccepted)
    assert (refused.reaction, refused.code) == (Reaction.STOP, "SMTP535")
    assert len(box.taken) == 1


def test_tls_from_the_start(tls: SSLContext, trusted: None) -> None:
    """Port 465 style: TLS before the first word."""
    del trusted
    box = Letterbox()
    with serve(lambda: SMTP(box), tls) as port:
        transport = SmtpTransport(SmtpOptions(host="localhost", port=port, security="tls"))
        assert isinstance(transport.send(make_message(), make_envelope()), Accepted)
        transport.close()


def test_unknown_certificate_stops_before_anything_is_said(tls: SSLContext) -> None:
    """Without trust nothing is sent, not even the login."""
    box = Letterbox()
    with serve(lambda: SMTP(box, tls_context=tls)) as port:
        outcome = SmtpTransport(SmtpOptions(host="localhost", port=port)).send(make_message(), make_envelope())
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code) == (Reaction.STOP, "SSLCertVerificationError")
    assert box.taken == []


def test_server_without_starttls_is_never_used_in_plain_text() -> None:
    """There is no falling back: the operator must choose plain text."""
    box = Letterbox()
    with serve(lambda: SMTP(box)) as port:
        outcome = SmtpTransport(SmtpOptions(host="127.0.0.1", port=port)).send(make_message(), make_envelope())
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code) == (Reaction.STOP, "SMTPNotSupportedError")
    assert box.taken == []


def test_greeting_sends_nothing(tls: SSLContext, trusted: None) -> None:
    """A server is tried out up to the login; what it refuses is told with what to look at."""
    del trusted
    box = Letterbox()
    with serve(
        lambda: SMTP(box, tls_context=tls, require_starttls=True, auth_required=True, authenticator=check_password)
    ) as port:
        SmtpTransport(SmtpOptions(host="localhost", port=port, user="news", password="pass")).greet()
        with pytest.raises(TransportError, match="cannot be used") as failed:
            SmtpTransport(SmtpOptions(host="localhost", port=port, user="news", password="no")).greet()
        assert "PUBLISHER_SMTP__PASSWORD" in failed.value.fix
    with pytest.raises(TransportError, match="refused") as failed:
        SmtpTransport(SmtpOptions(host="127.0.0.1", port=9, security="none")).greet()
    assert "host, port and security" in failed.value.fix
    assert box.taken == []


def test_greeting_verifies_the_server(tls: SSLContext) -> None:
    """A certificate that nobody vouches for is told as what it is."""
    box = Letterbox()
    with serve(lambda: SMTP(box, tls_context=tls)) as port, pytest.raises(TransportError) as failed:
        SmtpTransport(SmtpOptions(host="localhost", port=port)).greet()
    assert "SSL_CERT_FILE" in failed.value.fix


def test_options_keep_the_password_to_themselves() -> None:
    """A password never stands in a log."""
    assert "pass" not in repr(SmtpOptions(host="x", user="news", password="pass")).replace("password", "")


# --- servers that fail --------------------------------------------------------------------------------------------

HANG_UP = "hang up"


class Scripted(socketserver.ThreadingTCPServer):
    """A server that answers each command from a script; what the script does not name gets the usual yes.

    A reply may be a list: one for each time the command comes, the last for all later times.
    """

    allow_reuse_address = True

    def __init__(self, **script: str | list[str]) -> None:
        self.script = {name: reply if isinstance(reply, list) else [reply] for name, reply in script.items()}
        self.heard: list[str] = []
        self.connections = 0
        super().__init__(("127.0.0.1", 0), ScriptedHandler)

    def reply_to(self, name: str, usual: str) -> str:
        """Give the next reply to a command."""
        self.heard.append(name)
        replies = self.script.get(name, [usual])
        return replies.pop(0) if len(replies) > 1 else replies[0]


class ScriptedHandler(socketserver.StreamRequestHandler):
    """One session with a scripted server."""

    server: Scripted

    def handle(self) -> None:
        """Answer until the script hangs up or the client leaves."""
        self.server.connections += 1
        if not self.say("connect", "220 hello"):
            return
        for line in iter(self.rfile.readline, b""):
            name = line[:4].decode().strip().lower()
            usual = {"ehlo": "250-hello\r\n250 DSN", "data": "354 go on", "quit": "221 bye"}.get(name, "250 fine")
            if not self.say(name, usual) or name == "quit":
                return
            if name == "data" and self.server.script.get("data", ["354"])[0].startswith("354"):
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
                if not self.say("end", "250 taken"):
                    return

    def say(self, name: str, usual: str) -> bool:
        """Answer a command; False: hang up."""
        reply = self.server.reply_to(name, usual)
        if reply == HANG_UP:
            return False
        self.wfile.write(f"{reply}\r\n".encode())
        return True


@contextmanager
def scripted(**script: str | list[str]) -> Iterator[tuple[Scripted, SmtpTransport]]:
    """Run a scripted server, and a transport to it."""
    with Scripted(**script) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        options = SmtpOptions(host="127.0.0.1", port=server.server_address[1], security="none", seconds=5)
        transport = SmtpTransport(options)
        try:
            yield server, transport
        finally:
            transport.close()
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("step", "reply", "expected", "code"),
    [
        ("connect", "421 busy", Reaction.RETRY, "SMTP421"),
        ("connect", "554 go away", Reaction.RETRY, "SMTP554"),
        ("connect", HANG_UP, Reaction.RETRY, "SMTPServerDisconnected"),
        ("ehlo", HANG_UP, Reaction.RETRY, "SMTPServerDisconnected"),
        ("mail", "550 sender unknown", Reaction.STOP, "SMTP550"),
        ("mail", "451 later", Reaction.RETRY, "SMTP451"),
        ("mail", HANG_UP, Reaction.RETRY, "SMTPServerDisconnected"),
        ("rcpt", "550 no such user", Reaction.FAIL, "SMTP550"),
        ("rcpt", "450 greylisted", Reaction.RETRY, "SMTP450"),
        ("rcpt", HANG_UP, Reaction.RETRY, "SMTPServerDisconnected"),
        ("data", "554 no valid recipients", Reaction.FAIL, "SMTP554"),
        ("data", HANG_UP, Reaction.RETRY, "SMTPServerDisconnected"),
        ("end", "552 too big", Reaction.FAIL, "SMTP552"),
        ("end", "451 try again", Reaction.RETRY, "SMTP451"),
    ],
)
def test_a_no_at_each_step(step: str, reply: str, expected: Reaction, code: str) -> None:
    """What the server said, or a hang-up before the message, is provably not accepted."""
    with scripted(**{step: reply}) as (_, transport):
        outcome = transport.send(make_message(), make_envelope())
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code) == (expected, code)


def test_lost_250_is_in_doubt_and_nothing_is_sent_again() -> None:
    """The one answer that may have been a yes leaves the row in doubt, and no second connection is made."""
    with scripted(end=HANG_UP) as (server, transport):
        outcome = transport.send(make_message(), make_envelope())
    assert isinstance(outcome, InDoubt)
    assert (server.connections, server.heard.count("data")) == (1, 1)


@pytest.mark.parametrize("answer", ["25", "2", "-", "yes"])
def test_an_answer_that_is_no_whole_no_is_in_doubt(answer: str) -> None:
    """A 250 of which only a part arrived, or words that mean nothing, may have been a yes: nobody is asked again."""
    with scripted(end=answer) as (server, transport):
        outcome = transport.send(make_message(), make_envelope())
    assert isinstance(outcome, InDoubt)
    assert server.heard.count("data") == 1


def test_idle_connection_that_died_is_replaced() -> None:
    """A server that hung up between two messages is called again, and each message goes out once."""
    with scripted(mail=["250 fine", HANG_UP, "250 fine"]) as (server, transport):
        outcomes = [transport.send(make_message(), make_envelope()) for _ in range(2)]
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert (server.connections, server.heard.count("end")) == (2, 2)


def test_server_that_says_it_is_closing_is_called_again() -> None:
    """421 on an idle connection means: another one, please."""
    with scripted(mail=["250 fine", "421 idle too long", "250 fine"], rset=HANG_UP) as (server, transport):
        outcomes = [transport.send(make_message(), make_envelope()) for _ in range(2)]
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert server.connections == 2


def test_no_on_an_idle_connection_is_an_answer() -> None:
    """A refusal on a kept connection is not asked again on a new one."""
    with scripted(rcpt=["250 fine", "550 no such user"]) as (server, transport):
        transport.send(make_message(), make_envelope())
        outcome = transport.send(make_message(), make_envelope("gone@example.net"))
    assert isinstance(outcome, NotAccepted)
    assert outcome.reaction is Reaction.FAIL
    assert (server.connections, server.heard.count("rcpt")) == (1, 2)


def test_refused_reset_closes_the_connection() -> None:
    """A connection that cannot be made fresh is not used again."""
    with scripted(rcpt=["550 no", "250 fine"], rset="500 what") as (server, transport):
        transport.send(make_message(), make_envelope())
        outcome = transport.send(make_message(), make_envelope())
    assert isinstance(outcome, Accepted)
    assert server.connections == 2


def test_notifications_are_asked_for_by_delivery() -> None:
    """A server that knows DSN is given the delivery and attempt as envelope id (RFC 3461)."""
    lines: list[str] = []

    class Listening(ScriptedHandler):
        """Keeps whole commands."""

        def handle(self) -> None:
            """Answer, and remember what was asked."""
            self.wfile.write(b"220 hello\r\n")
            for line in iter(self.rfile.readline, b""):
                lines.append(line.decode().strip())
                self.wfile.write(b"250-hello\r\n250 DSN\r\n" if line.startswith(b"ehlo") else b"550 no\r\n")

    with Scripted() as server:
        server.RequestHandlerClass = Listening
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        transport = SmtpTransport(
            SmtpOptions(
                host="127.0.0.1",
                port=server.server_address[1],
                security="none",
                return_path="bounces@example.org",
            )
        )
        transport.send(make_message(), make_envelope(delivery="01J0", attempt="3"))
        transport.close()
        server.shutdown()
        thread.join()
    assert "mail FROM:<bounces@example.org> RET=HDRS ENVID=01J0.3" in lines


def test_nobody_there_and_bad_address() -> None:
    """A refused connection is safe to repeat; an address that cannot be mailed makes none."""
    with scripted() as (server, transport):
        bad = transport.send(make_message(), make_envelope("nobody"))
    assert server.connections == 0
    gone = transport.send(make_message(), make_envelope())
    assert isinstance(bad, NotAccepted)
    assert bad.reaction is Reaction.FAIL
    assert isinstance(gone, NotAccepted)
    assert gone.reaction is Reaction.RETRY


def test_login_words_are_not_sent_in_clear_by_accident() -> None:
    """A server that offers no AUTH is told nothing."""
    with scripted() as (server, _):
        options = SmtpOptions(host="127.0.0.1", port=server.server_address[1], security="none", user="u", password="p")
        outcome = SmtpTransport(options).send(make_message(), make_envelope())
    assert isinstance(outcome, NotAccepted)
    assert outcome.code == "SMTPNotSupportedError"
    assert base64.b64encode(b"p").decode() not in " ".join(server.heard)
