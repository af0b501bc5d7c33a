"""The guarded way out, against a real server on loopback."""

from __future__ import annotations

import gzip
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import gaierror, socket

import brotli
import httpcore
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import FetchError, SettingsError
from publisher.net import Client, Guard, Limits, is_public, retry_after
from publisher.net.failures import REASONS, explain, shown
from publisher.net.transport import Resolver, resolve
from publisher.net.unpack import UnpackError, unpack

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
OUT = {"X-Test": "1"}
Pack = Callable[[bytes], bytes]
LOOPBACK = Guard.allowing(["127.0.0.1"])


@dataclass
class Reply:
    """What the server says at one path; `wait` holds it back until the event is set."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    length: int | None = None
    wait: threading.Event | None = None
    drip: bool = False


class Server(ThreadingHTTPServer):
    """A real web server with a table of replies and a list of the requests it saw."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: dict[str, Reply] = {}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def port(self) -> int:
        """Give the port that the system chose."""
        return self.server_port

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Give the address of a path."""
        return f"http://{host}:{self.port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client hangs up: many tests do."""


class Handler(BaseHTTPRequestHandler):
    """Answers from the server's table."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        reply = self.server.replies.get(self.path, Reply(status=404))
        if reply.wait is not None and not reply.drip:
            reply.wait.wait(10)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
        self.end_headers()
        self.wfile.write(reply.body)
        while reply.drip and reply.wait is not None and not reply.wait.wait(0.01):
            self.wfile.write(b".")
            self.wfile.flush()
        if reply.length is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's own name
        """Write no log."""


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Run a server in a thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a running server."""
    with serving(Server()) as running:
        yield running


@pytest.fixture
def client() -> Iterator[Client]:
    """Give a client that may reach loopback and knows what time it is."""
    with Client(guard=LOOPBACK, contact="https://news.example.org/", clock=lambda: NOW) as made:
        yield made


def brotli_quickly(data: bytes) -> bytes:
    """Pack with Brotli without trying hard."""
    packed: bytes = brotli.compress(data, quality=1)
    return packed


def names(table: dict[str, Sequence[str]], asked: list[str] | None = None) -> Resolver:
    """Make a resolver that knows the names of a table only."""

    def look_up(host: str, port: int) -> Sequence[str]:
        assert port > 0
        if asked is not None:
            asked.append(host)
        if host not in table:
            raise gaierror(-2, "Name or service not known")
        return table[host]

    return look_up


def check_refused(client: Client, url: str, word: str) -> FetchError:
    """Fetch what must be refused with a word in the reason."""
    with pytest.raises(FetchError, match=word) as caught:
        client.get(url)
    return caught.value


# --- addresses


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("8.8.8.8", True),
        ("172.32.0.1", True),
        ("100.128.0.1", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing is bound to it
        ("0.1.2.3", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("172.31.255.255", False),
        ("192.0.0.8", False),
        ("192.0.2.1", False),
        ("192.88.99.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("198.51.100.7", False),
        ("203.0.113.7", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("2606:2800:220:1::1", True),
        ("2a00:1450::1", True),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fd12::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("100::1", False),
        ("2001::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::808:808", True),
        ("64:ff9b:1::808:808", False),
        ("2002:7f00:1::", False),
        ("2002:c0a8:101::1", False),
        ("2002:808:808::1", True),
        ("", False),
        ("localhost", False),
        ("127.1", False),
    ],
)
def test_only_global_addresses_are_public(address: str, public: bool) -> None:  # noqa: FBT001 - a table's column
    """An address is public by IANA's registries; a wrapped one by what it wraps; what is no address never is."""
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("allowed", "host", "address", "permitted"),
    [
        ([], "example.org", "93.184.216.34", True),
        ([], "example.org", "10.0.0.1", False),
        (["10.0.0.0/8"], "example.org", "10.0.0.1", True),
        (["10.0.0.0/8"], "example.org", "192.168.0.1", False),
        (["10.0.0.1"], "example.org", "::ffff:10.0.0.1", True),
        (["10.0.0.1"], "example.org", "nonsense", False),
        (["[::1]"], "localhost", "::1", True),
        (["Intranet.Example.org."], "intranet.example.org", "192.168.0.1", True),
        (["intranet.example.org"], "other.example.org", "192.168.0.1", False),
    ],
)
def test_guard_permits_what_settings_allow(allowed: list[str], host: str, address: str, permitted: bool) -> None:  # noqa: FBT001 - a table's column
    """Public addresses always pass, others only by a host or a network that was named."""
    assert Guard.allowing(allowed).permits(host, address) is permitted


@pytest.mark.parametrize("place", ["10.0.0.0/99", "intranet/8", "", "  "])
def test_guard_refuses_a_network_that_is_none(place: str) -> None:
    """A mistyped network in the settings is named, not silently taken as a host."""
    with pytest.raises(SettingsError, match="is no host name, address or network"):
        Guard.allowing([place])


# --- the door


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:9/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0/",
    ],
)
def test_private_address_is_refused_however_it_is_written(url: str) -> None:
    """Loopback is found behind every way of writing it, and the message tells the way out."""
    with Client() as client:
        error = check_refused(client, url, "not on the public internet|cannot be reached|not known")
    if "public" in error.reason:
        assert "[network] allow_private" in error.fix
        assert not error.retry


def test_name_that_leads_to_private_addresses_is_refused() -> None:
    """The check comes after the name is resolved."""
    look_up = names({"feeds.example.org": ["10.0.0.5", "192.168.0.9"]})
    with Client(resolver=look_up) as client:
        error = check_refused(client, "https://feeds.example.org/rss", "leads to 10.0.0.5")
    assert error.subject == "https://feeds.example.org/rss"


def test_name_is_resolved_once_so_that_it_cannot_be_rebound(server: Server) -> None:
    """The connection goes to the address that was checked; the name server is not asked again in between."""
    server.replies["/"] = Reply(body=b"ok")
    asked: list[str] = []
    look_up = names({"feeds.example.org": ["127.0.0.1"]}, asked)
    with Client(guard=LOOPBACK, resolver=look_up) as client:
        answer = client.get(server.url("/", "feeds.example.org"))
    assert answer.content == b"ok"
    assert asked == ["feeds.example.org"]
    assert server.seen[0][2]["Host"] == f"feeds.example.org:{server.port}"


def test_permitted_address_is_used_where_others_are_not(server: Server) -> None:
    """Of several addresses only the permitted ones are tried, and the next one when one does not answer."""
    server.replies["/"] = Reply(body=b"ok")
    look_up = names({"feeds.example.org": ["10.0.0.5", "127.0.0.2", "127.0.0.1"]})
    guard = Guard.allowing(["127.0.0.0/8"])
    with Client(guard=guard, resolver=look_up) as client:
        assert client.get(server.url("/", "feeds.example.org")).content == b"ok"


def test_name_without_an_address_is_a_failure() -> None:
    """A resolver that knows the name but no address of it gives a reason."""
    with Client(resolver=names({"feeds.example.org": []})) as client:
        assert check_refused(client, "http://feeds.example.org/", "cannot be reached").retry


def test_unknown_name_is_a_failure_with_its_reason() -> None:
    """A name that nobody knows is said to be unknown."""
    with Client(resolver=names({})) as client:
        error = check_refused(client, "http://nowhere.example.org/", "the host name is not known")
    assert error.retry
    assert "spelling" in error.fix


def test_system_resolver_gives_each_address_once() -> None:
    """The addresses of this machine's own name are loopback."""
    found = resolve("localhost", 80)
    assert set(found) <= {"127.0.0.1", "::1"}
    assert len(found) == len(set(found)) > 0


def test_redirect_to_a_private_address_is_refused(server: Server) -> None:
    """Each hop goes through the same door."""
    server.replies["/"] = Reply(status=302, headers={"Location": "http://10.0.0.7/latest/meta-data"})
    with Client(guard=LOOPBACK) as client:
        error = check_refused(client, server.url("/"), "10.0.0.7 is an address that is not on the public internet")
    assert error.subject == server.url("/")


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1/", "javascript:1"]
)
def test_redirect_to_another_scheme_is_refused(server: Server, client: Client, location: str) -> None:
    """A redirect cannot leave http and https."""
    server.replies["/"] = Reply(status=301, headers={"Location": location})
    assert not check_refused(client, server.url("/"), "only http and https|no address").retry


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "http://", "http://a:b/", "x", ""])
def test_address_that_is_none_is_refused(client: Client, url: str) -> None:
    """What is no http or https address gives a reason, whatever it is."""
    assert not check_refused(client, url, "only http and https|no address|cannot be written").retry


NOWHERE = Client(resolver=names({}))


@given(url=st.text(max_size=40) | st.text(max_size=30).map("http://{}".format))
@settings(max_examples=200, deadline=None)
def test_any_address_gives_an_answer_or_our_error(url: str) -> None:
    """Whatever stands in a feed as an address never becomes a foreign exception."""
    with pytest.raises(FetchError):
        NOWHERE.get(url)


# --- redirects and statuses


def test_redirects_are_followed_to_the_last_address(server: Server, client: Client) -> None:
    """Relative and absolute hops are followed, and the answer tells where it came from."""
    server.replies["/a"] = Reply(status=301, headers={"Location": "b?x=1"})
    server.replies["/b?x=1"] = Reply(status=308, headers={"Location": server.url("/c")})
    server.replies["/c"] = Reply(body=b"here")
    answer = client.get(server.url("/a"))
    assert (answer.url, answer.content) == (server.url("/c"), b"here")


def test_circle_of_redirects_ends(server: Server, client: Client) -> None:
    """After five hops it is enough."""
    server.replies["/"] = Reply(status=302, headers={"Location": "/"})
    error = check_refused(client, server.url("/"), "from one redirect to the next")
    assert "the one that it ends at" in error.fix
    assert len(server.seen) == 6


def test_redirect_without_a_place_is_a_status(server: Server, client: Client) -> None:
    """A redirect that names no place cannot be followed."""
    server.replies["/"] = Reply(status=302)
    error = check_refused(client, server.url("/"), "answered 302")
    assert "change the address" in error.fix


def test_secrets_stay_with_their_origin(server: Server) -> None:
    """A password for one host is not sent to the host it redirects to; the other headers are."""
    with serving(Server()) as other, Client(guard=LOOPBACK) as client:
        server.replies["/"] = Reply(status=302, headers={"Location": "/same"})
        server.replies["/same"] = Reply(status=302, headers={"Location": other.url("/")})
        other.replies["/"] = Reply(body=b"ok")
        client.get(server.url("/"), headers={"Authorization": "Bearer secret", "X-Test": "1"})
        assert server.seen[1][2]["Authorization"] == "Bearer secret"
        assert "Authorization" not in other.seen[0][2]
        assert other.seen[0][2]["X-Test"] == "1"


@pytest.mark.parametrize(
    ("status", "retry", "said"),
    [
        (401, False, ("Unauthorized", "name and password")),
        (403, False, ("Forbidden", "ask its owner")),
        (404, False, ("Not Found", "Check the address")),
        (410, False, ("Gone", "remove the source")),
        (418, False, ("Teapot", "in a browser")),
        (500, True, ("Internal", "Try again later")),
        (429, True, ("Too Many", "less often")),
        (599, False, ("no known", "in a browser")),
    ],
)
def test_status_that_is_not_expected_is_a_failure(
    server: Server, client: Client, status: int, *, retry: bool, said: tuple[str, str]
) -> None:
    """The failure says the status in numbers and words, whether to come back, and what to do."""
    server.replies["/"] = Reply(status=status)
    error = check_refused(client, server.url("/"), said[0])
    assert (error.status, error.retry, error.again) == (status, retry, None)
    assert said[1] in error.fix


def test_retry_after_is_kept(server: Server, client: Client) -> None:
    """A busy server's wish is part of the failure."""
    server.replies["/"] = Reply(status=503, headers={"Retry-After": "120"})
    assert check_refused(client, server.url("/"), "503").again == NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 90 ", 90),
        ("Sun, 22 Nov 2026 09:31:00 GMT", 60),
        ("Sun, 22 Nov 2026 09:31:00 -0000", 60),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 0),
        ("99999999999999999999", 172800),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 172800),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int) -> None:
    """Both forms are read; the past means now; nobody makes us wait longer than two days."""
    assert retry_after(value, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("value", [None, "", "soon", "-1", "1.5", "²", "Sun, 99 Nov 2026 09:31:00 GMT"])
def test_retry_after_that_says_nothing(value: str | None) -> None:
    """What is neither is ignored."""
    assert retry_after(value, NOW) is None


@given(value=st.text(max_size=40))
def test_retry_after_never_fails(value: str) -> None:
    """Any header gives a time or none."""
    found = retry_after(value, NOW)
    assert found is None or NOW <= found <= NOW + timedelta(days=2)


# --- what is sent


def test_request_says_who_asks_and_keeps_no_cookie(server: Server, client: Client) -> None:
    """The User-Agent names the program and its people; a cookie is not sent back."""
    server.replies["/"] = Reply(headers={"Set-Cookie": "track=1; Path=/"})
    client.get(server.url("/"))
    client.get(server.url("/"), headers=OUT)
    headers = server.seen[1][2]
    assert headers["User-Agent"].startswith("Publisher/")
    assert "(+https://news.example.org/)" in headers["User-Agent"]
    assert headers["Accept-Encoding"] == "gzip, br"
    assert headers["X-Test"] == "1"
    assert "Cookie" not in headers


def test_contact_may_be_missing(server: Server) -> None:
    """Without an address of people the User-Agent is the program alone."""
    server.replies["/"] = Reply()
    with Client(guard=LOOPBACK) as client:
        client.get(server.url("/"))
    assert "+" not in server.seen[0][2]["User-Agent"]


def test_environment_proxy_is_not_used(server: Server, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect where the guard cannot look, so the environment's is ignored."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.replies["/"] = Reply(body=b"direct")
    assert client.get(server.url("/")).content == b"direct"


def test_post_sends_its_bytes_as_they_are(server: Server, client: Client) -> None:
    """A signature over the body stays right."""
    server.replies["/push"] = Reply(status=202, body=b"taken")
    body = b'{"a": 1,  "b": "\xc3\xa9"}'
    answer = client.post(server.url("/push"), body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.content) == (202, b"taken")
    method, _, headers, received = server.seen[0]
    assert (method, received, headers["Content-Type"]) == ("POST", body, "application/json")


def test_post_follows_no_redirect(server: Server, client: Client) -> None:
    """A moved receiver is a failure that tells the new address."""
    server.replies["/push"] = Reply(status=307, headers={"Location": "https://new.example.org/"})
    with pytest.raises(FetchError, match="answered 307") as caught:
        client.post(server.url("/push"), b"{}")
    assert "https://new.example.org/" in caught.value.fix
    assert len(server.seen) == 1


# --- sizes and times


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("", bytes),
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("br", brotli.compress),
        ("deflate", zlib.compress),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
    ],
)
def test_packed_answer_is_unpacked(server: Server, client: Client, encoding: str, pack: Pack) -> None:
    """Every encoding that servers use is undone."""
    body = b"<rss/>" * 50_000
    server.replies["/"] = Reply(body=pack(body), headers={"Content-Encoding": encoding})
    assert client.get(server.url("/")).content == body


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli_quickly)])
def test_bomb_is_stopped_at_the_cap(server: Server, client: Client, encoding: str, pack: Pack) -> None:
    """A small answer that unpacks to hundreds of megabytes is stopped soon after the cap."""
    bomb = pack(bytes(100_000_000))
    server.replies["/"] = Reply(body=bomb, headers={"Content-Encoding": encoding})
    with pytest.raises(FetchError, match="larger than 1,000,000 bytes") as caught:
        client.get(server.url("/"), max_bytes=1_000_000)
    assert not caught.value.retry


def test_stream_gives_the_bytes_as_they_come(server: Server, client: Client) -> None:
    """A large answer can go to a file without being kept."""
    server.replies["/"] = Reply(body=bytes(300_000), headers={"Content-Type": "image/png"})
    with client.stream(server.url("/")) as incoming:
        sizes = [len(chunk) for chunk in incoming.chunks]
        assert incoming.headers["content-type"] == "image/png"
    assert sum(sizes) == 300_000
    assert len(sizes) > 1


def test_answer_exactly_at_the_cap_is_taken(server: Server, client: Client) -> None:
    """The cap itself is allowed."""
    server.replies["/"] = Reply(body=bytes(1000))
    assert len(client.get(server.url("/"), max_bytes=1000).content) == 1000


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "compress", "gzip, gzip, gzip"])
def test_answer_that_is_not_packed_as_it_claims_is_a_failure(server: Server, client: Client, encoding: str) -> None:
    """A false claim about the encoding gives a reason."""
    server.replies["/"] = Reply(body=b"\xff plain", headers={"Content-Encoding": encoding})
    check_refused(client, server.url("/"), "compressed")


def test_answer_cut_short_is_a_failure(server: Server, client: Client) -> None:
    """A connection that closes early is not mistaken for a short document."""
    server.replies["/"] = Reply(body=b"half", length=1000)
    assert check_refused(client, server.url("/"), "HTTP protocol").retry


def test_server_that_never_answers_is_given_up(server: Server) -> None:
    """The read time-out ends the wait."""
    never = threading.Event()
    server.replies["/"] = Reply(wait=never)
    with Client(guard=LOOPBACK, limits=Limits(read=0.05)) as client:
        assert check_refused(client, server.url("/"), "did not answer in time").retry
    never.set()


def test_answer_that_drips_is_given_up_in_total(server: Server) -> None:
    """A server that sends a byte now and then never runs into the read time-out, but into the total."""
    stop = threading.Event()
    server.replies["/"] = Reply(wait=stop, drip=True, length=1_000_000)
    with Client(guard=LOOPBACK, limits=Limits(read=5, total=0.2)) as client:
        assert check_refused(client, server.url("/"), "did not answer in time").retry
    stop.set()


def test_request_whose_time_is_over_is_given_up_before_it_is_sent(server: Server) -> None:
    """The total counts for connecting too, and for the redirects on the way."""
    server.replies["/"] = Reply(status=302, headers={"Location": "/"})
    with Client(guard=LOOPBACK, limits=Limits(total=0)) as client:
        assert check_refused(client, server.url("/"), "in time").retry
    assert server.seen == []


def test_clock_of_a_client_is_the_real_one_unless_it_is_given(server: Server) -> None:
    """Retry-After counts from now."""
    server.replies["/"] = Reply(status=503, headers={"Retry-After": "0"})
    with Client(guard=LOOPBACK) as client:
        again = check_refused(client, server.url("/"), "503").again
    assert again is not None
    assert abs(datetime.now(UTC) - again) < timedelta(minutes=1)


def test_closed_port_is_a_failure() -> None:
    """A server that is not there gives the system's reason."""
    with socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with Client(guard=LOOPBACK) as client:
        assert check_refused(client, f"http://127.0.0.1:{port}/", "Connection refused").retry


# --- safe connections


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a key and a certificate for feeds.example.org that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "feeds.example.org")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("feeds.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain, pkcs8 = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pkcs8, plain) + made.public_bytes(serialization.Encoding.PEM),
    )
    return file


@pytest.fixture
def safe_server(certificate: Path) -> Iterator[Server]:
    """Give a running https server."""
    made = Server()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    made.socket = tls.wrap_socket(made.socket, server_side=True)
    with serving(made) as running:
        yield running


@pytest.mark.parametrize(("host", "good"), [("feeds.example.org", True), ("other.example.org", False)])
def test_certificate_is_checked_against_the_name(
    safe_server: Server,
    certificate: Path,
    host: str,
    good: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Although we connect to an address, TLS asks for the name and checks the certificate against it."""
    safe_server.replies["/"] = Reply(body=b"safe")
    look_up = names({"feeds.example.org": ["127.0.0.1"], "other.example.org": ["127.0.0.1"]})
    tls = ssl.create_default_context(cafile=str(certificate))
    url = f"https://{host}:{safe_server.port}/"
    with Client(guard=LOOPBACK, resolver=look_up, tls=tls) as client:
        if good:
            assert client.get(url).content == b"safe"
        else:
            error = check_refused(client, url, "certificate is not valid")
            assert "ask who runs the server" in error.fix
            assert not error.retry


def test_server_that_speaks_no_tls_is_a_failure(server: Server) -> None:
    """An https request to a plain server gives a reason."""
    with Client(guard=LOOPBACK) as client:
        error = check_refused(client, f"https://127.0.0.1:{server.port}/", "no safe connection")
    assert "may begin with https://" in error.fix
    assert not error.retry


# --- the tables


def test_every_failure_of_the_libraries_has_a_reason() -> None:
    """A new exception class in httpx or httpcore has to be given a reason before it can reach anyone."""
    theirs = {
        found
        for library in (httpx, httpcore)
        for found in vars(library).values()
        if isinstance(found, type) and issubclass(found, Exception)
    }
    assert theirs <= set(REASONS)
    for kind, (reason, _) in REASONS.items():
        assert reason or not kind.__module__.startswith("http")


@pytest.mark.parametrize(
    "kind", [kind for kind in REASONS if kind not in {httpx.ResponseNotRead, httpx.RequestNotRead}]
)
def test_every_failure_becomes_ours(kind: type[Exception]) -> None:
    """Each class of the table gives a failure with a subject and a reason."""
    error = kind.__new__(kind, "why")
    error.args = ("why",)
    made = explain("https://me:secret@example.org/a@b", error)
    assert made.subject == "https://example.org/a@b"
    assert made.reason
    assert made.fix


def test_password_is_not_shown() -> None:
    """An address in a message has no password in it."""
    assert shown("https://me:pa@ss@example.org/x") == "https://example.org/x"
    assert shown("nonsense") == "nonsense"


# --- unpacking


@given(data=st.binary(max_size=300), cut=st.integers(1, 50))
def test_pieces_of_any_size_unpack_to_the_same(data: bytes, cut: int) -> None:
    """How the network cuts an answer does not matter."""
    for encoding, pack in (("gzip", gzip.compress), ("br", brotli.compress), ("deflate", zlib.compress)):
        packed = pack(data)
        pieces = [packed[start : start + cut] for start in range(0, len(packed), cut)]
        assert b"".join(unpack(pieces, encoding)) == data


@given(data=st.binary(max_size=200))
def test_any_bytes_unpack_or_fail_as_ours(data: bytes) -> None:
    """Bytes that were never packed give a value or our error."""
    for encoding in ("gzip", "br", "deflate"):
        try:
            assert isinstance(b"".join(unpack([data], encoding)), bytes)
        except UnpackError:
            continue


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 131_072, 1_000_000])
@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_no_piece_is_lost_at_a_border(size: int, encoding: str, pack: Pack) -> None:
    """Whatever is left in the unpacker when a piece is full comes out, and no piece is large."""
    pieces = list(unpack([pack(bytes(size))], encoding))
    assert sum(map(len, pieces)) == size
    assert max(map(len, pieces)) <= 1 << 20


def test_gzip_of_several_members_is_one_answer() -> None:
    """Members one after the other belong together, and padding after them is no member."""
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0"
    assert b"".join(unpack([packed], "gzip")) == b"one two"


def test_bare_deflate_is_understood() -> None:
    """Many servers send deflate without its envelope."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(b"text" * 100) + packer.flush()
    assert b"".join(unpack([b"", packed], "deflate")) == b"text" * 100


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("deflate", zlib.compress)]
)
def test_packed_answer_cut_short_is_a_failure(encoding: str, pack: Pack) -> None:
    """Half of a packed answer is not mistaken for a whole one; an empty body is."""
    packed = pack(bytes(range(256)) * 40)
    with pytest.raises(UnpackError, match="ended early"):
        list(unpack([packed[:-5]], encoding))
    assert list(unpack([], encoding)) == []
