"""What SES's lean client leaves to boto3: credentials, proxies, certificates, and what it cannot do itself."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from publisher.delivery.lean import LeanTransport
from publisher.delivery.ses import SesOptions
from publisher.model import Accepted, InDoubt, NotAccepted, Outcome, Reaction
from publisher.sandbox import Faults, Sandbox
from tests.builders import make_envelope, make_message

ANSWER = json.dumps({"MessageId": "0102-example"}).encode()


@dataclass(slots=True, kw_only=True)
class Server:
    """A server that answers every request alike and keeps what came."""

    url: str
    answer: bytes = ANSWER
    status: int = 200
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    callers: set[int] = field(default_factory=set)
    hangs_up: bool = False
    hung_up: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serve(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server on loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # the name that the library calls
            self.rfile.read(int(self.headers["Content-Length"]))
            made.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            made.callers.add(self.client_address[1])
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(made.answer)))
            self.end_headers()
            self.wfile.write(made.answer)
            self.close_connection = made.hangs_up

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Listener(ThreadingHTTPServer):
        def shutdown_request(self, request: object) -> None:
            super().shutdown_request(request)  # type: ignore[arg-type]  # a socket
            made.hung_up.set()

    with Listener(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https" if context else "http"
        made = Server(url=f"{scheme}://localhost:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Let nothing of this machine's own AWS set-up count."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy") or name == "REQUESTS_CA_BUNDLE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return monkeypatch


def send(url: str, times: int = 1) -> list[Outcome]:
    """Send the same message some times."""
    with closing(LeanTransport(SesOptions(region="eu-west-1", endpoint_url=url, read_seconds=30))) as transport:
        return [transport.send(make_message(), make_envelope()) for _ in range(times)]


def test_a_session_token_goes_along(amazon: pytest.MonkeyPatch) -> None:
    """Credentials that end come with a token, which is sent and signed; nothing but what SES needs is sent."""
    amazon.setenv("AWS_SESSION_TOKEN", "token-of-this-hour")
    with serve() as ses:
        assert send(ses.url) == [Accepted(message_id="0102-example")]
    ((path, headers),) = ses.seen
    assert path == "/v2/email/outbound-emails"
    assert headers["x-amz-security-token"] == "token-of-this-hour"
    assert "Credential=AKIDENV/" in headers["authorization"]
    assert "/eu-west-1/ses/aws4_request" in headers["authorization"]
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token," in headers["authorization"]
    assert headers["host"] == ses.url.removeprefix("http://")
    assert "Boto3/" in headers["user-agent"]


def test_credentials_that_end_are_fetched_anew(amazon: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials about to end are refreshed by boto3 in the middle of an edition; the next message has new ones."""
    amazon.delenv("AWS_ACCESS_KEY_ID")
    amazon.delenv("AWS_SECRET_ACCESS_KEY")
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)).isoformat()
    script = tmp_path / "fetch.py"
    script.write_text(
        "import json, pathlib\n"
        f"count = pathlib.Path({str(tmp_path / 'count')!r})\n"
        "number = int(count.read_text()) + 1 if count.exists() else 1\n"
        "count.write_text(str(number))\n"
        f"print(json.dumps(dict(Version=1, AccessKeyId=f'AKID{{number}}', SecretAccessKey='s', Expiration={soon!r})))\n"
    )
    (tmp_path / "config").write_text(f"[default]\ncredential_process = {sys.executable} {script}\n")
    with serve() as ses:
        assert send(ses.url, 2) == [Accepted(message_id="0102-example")] * 2
    keys = [headers["authorization"].split("Credential=")[1].split("/")[0] for _, headers in ses.seen]
    assert keys[0] != keys[1]


def test_a_proxy_is_gone_through(amazon: pytest.MonkeyPatch) -> None:
    """Where the environment names a proxy, boto3's own client goes through it; hosts of NO_PROXY are asked directly."""
    with serve() as proxy, serve() as ses:
        amazon.setenv("HTTP_PROXY", proxy.url)
        assert send("http://email.example.invalid") == [Accepted(message_id="0102-example")]
        amazon.setenv("NO_PROXY", "localhost")
        assert send(ses.url) == [Accepted(message_id="0102-example")]
    assert [path for path, _ in proxy.seen] == ["http://email.example.invalid/v2/email/outbound-emails"]
    assert len(ses.seen) == 1


def make_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a server's certificate that only those trust who are told to."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_servers_are_verified(amazon: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    """A server that nobody vouches for gets no message; one of boto3's variables may name who vouches."""
    context, public = make_certificate(tmp_path)
    with serve(context) as ses:
        (refused,) = send(ses.url)
        amazon.setenv(variable, str(public))
        assert send(ses.url, 2) == [Accepted(message_id="0102-example")] * 2
    assert isinstance(refused, NotAccepted)
    assert (refused.reaction, refused.code) == (Reaction.RETRY, "SSLError")
    assert len(ses.seen) == 2
    assert len(ses.callers) == 1


@pytest.mark.usefixtures("amazon")
def test_a_connection_that_was_closed_meanwhile_is_no_doubt() -> None:
    """One connection serves many messages; a server that hung up in between is connected to anew."""
    with serve() as ses, closing(LeanTransport(SesOptions(region="eu-west-1", endpoint_url=ses.url))) as transport:
        for _ in range(3):
            assert isinstance(transport.send(make_message(), make_envelope()), Accepted)
        assert len(ses.callers) == 1
        ses.hangs_up = True
        for number in (1, 2, 3):
            assert isinstance(transport.send(make_message(), make_envelope()), Accepted)
            assert ses.hung_up.wait(60)
            ses.hung_up.clear()
            assert len(ses.callers) == number


@pytest.mark.usefixtures("amazon")
@pytest.mark.parametrize("answer", [b"", b"<html>Welcome</html>", b"[]", b'{"MessageId": 7}', b'{"MessageId": ""}'])
def test_a_yes_without_an_id_is_in_doubt(answer: bytes) -> None:
    """Whatever stands in an answer that is no id: nobody knows whether SES has the message."""
    with serve() as ses:
        ses.answer = answer
        (outcome,) = send(ses.url)
    assert isinstance(outcome, InDoubt)
    assert outcome.code == "NoMessageId"


@pytest.mark.usefixtures("amazon")
def test_an_endless_answer_is_cut() -> None:
    """An answer of many megabytes is not read to its end, and its connection is not used again."""
    with serve() as ses:
        ses.answer = b" " * (3 << 20)
        first, second = send(ses.url, 2)
    assert isinstance(first, InDoubt)
    assert isinstance(second, InDoubt)
    assert len(ses.callers) == 2


def test_a_refused_signature_falls_back_for_good() -> None:
    """SES that cannot follow our signature took nothing: boto3's client asks again, and makes all requests after."""
    with Sandbox() as ses:
        ses.faults = Faults(refuse=1, code="SignatureDoesNotMatch", status=403, message="does not match")
        options = SesOptions(region="eu-west-1", endpoint_url=ses.url, access_key="AKID", secret_key="x")
        with closing(LeanTransport(options)) as transport:
            outcome = transport.send(make_message(), make_envelope())
            assert isinstance(outcome, NotAccepted)
            assert (outcome.reaction, ses.received) == (Reaction.STOP, 2)
            ses.faults = Faults()
            assert isinstance(transport.send(make_message(), make_envelope()), Accepted)
            assert ses.received == 3


@pytest.mark.usefixtures("amazon")
def test_a_path_that_needs_quoting_is_left_to_boto3() -> None:
    """An endpoint behind a path with odd characters is signed as boto3 signs it, by boto3."""
    with serve() as ses:
        assert send(f"{ses.url}/a%20b") == [Accepted(message_id="0102-example")]
    assert [path for path, _ in ses.seen] == ["/a%20b/v2/email/outbound-emails"]


def test_keys_that_no_header_can_hold(amazon: pytest.MonkeyPatch) -> None:
    """A key with a line break in it never becomes a header of ours: boto3 refuses it, and nobody is asked."""
    amazon.setenv("AWS_ACCESS_KEY_ID", "AKID\r\nX-Evil: 1")
    with serve() as ses:
        (outcome,) = send(ses.url)
    assert not isinstance(outcome, Accepted)
    assert ses.seen == []
