"""Documents from a real server on loopback and from real files."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FetchError, FormatError
from publisher.model import Document, NotModified, Validators
from publisher.net import Client, Guard
from publisher.sources.fetch import Manners, Place, backoff, content_type, expand, get, moment, read

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ETAG = 'W/"v 1"'
MODIFIED = "Sun, 22 Nov 2026 08:00:00 GMT"
FEED = b"<rss/>"


class Server(ThreadingHTTPServer):
    """Serves one feed with validators at /feed, and failures elsewhere; counts how many are served at once."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[dict[str, str]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.lock = threading.Lock()
        self.ill = True

    def url(self, path: str) -> str:
        """Give the address of a path."""
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    """Answers as a feed's server does."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Answer a GET."""
        with self.server.lock:
            self.server.seen.append(dict(self.headers))
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        status, headers, body = self._reply()
        with self.server.lock:
            self.server.at_once -= 1
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reply(self) -> tuple[int, dict[str, str], bytes]:
        validators = {"ETag": ETAG, "Last-Modified": MODIFIED}
        if self.path == "/feed":
            known = self.headers.get("If-None-Match") == ETAG or self.headers.get("If-Modified-Since") == MODIFIED
            kind = {"Content-Type": "Application/RSS+xml; charset=UTF-8"}
            return (304, validators, b"") if known else (200, {**validators, **kind}, FEED)
        if self.path == "/moved":
            return 301, {"Location": "/feed"}, b""
        if self.path == "/ill" and self.server.ill:
            return 503, {}, b""
        return {
            "/ill": (200, {}, FEED),
            "/busy": (429, {"Retry-After": "600"}, b""),
            "/broken": (500, {}, b""),
        }.get(self.path, (404, {}, b""))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's own name
        """Write no log."""


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a running server."""
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def client() -> Iterator[Client]:
    """Give a client that may reach loopback."""
    with Client(guard=Guard.allowing(["127.0.0.1"]), clock=lambda: NOW) as made:
        yield made


def fetch(url: str, client: Client, manners: Manners | None = None, *, now: datetime = NOW) -> Document | NotModified:
    """Fetch without validators."""
    return get(url, Validators(), client, manners=manners or Manners(), now=now)


# --- from the network


def test_document_keeps_what_the_server_says(server: Server, client: Client) -> None:
    """The claims about a document come with it, the name asked for and the address it came from."""
    assert fetch(server.url("/moved"), client) == Document(
        source=server.url("/moved"),
        url=server.url("/feed"),
        content=FEED,
        media_type="application/rss+xml",
        charset="utf-8",
        modified=datetime(2026, 11, 22, 8, tzinfo=UTC),
        etag=ETAG,
        last_modified=MODIFIED,
    )
    assert "rss" in server.seen[0]["Accept"]
    assert "If-None-Match" not in server.seen[0]


@pytest.mark.parametrize("validators", [Validators(etag=ETAG), Validators(last_modified=MODIFIED)])
def test_unchanged_document_is_not_fetched_again(server: Server, client: Client, validators: Validators) -> None:
    """Validators go back letter by letter, and 304 is an answer of its own."""
    url = server.url("/feed")
    assert get(url, validators, client, manners=Manners(), now=NOW) == NotModified(source=url)


def test_busy_host_is_left_alone_as_long_as_it_asks(server: Server, client: Client) -> None:
    """After Retry-After nothing more is sent to the host until then, whatever the path."""
    manners = Manners()
    with pytest.raises(FetchError, match="429") as caught:
        fetch(server.url("/busy"), client, manners)
    again = NOW + timedelta(minutes=10)
    assert (caught.value.retry, caught.value.again) == (True, again)
    assert manners.again(f"127.0.0.1:{server.server_port}") == again
    with pytest.raises(FetchError, match="pause until 2026-11-22 09:40 UTC") as caught:
        fetch(server.url("/feed"), client, manners)
    assert caught.value.again == again
    assert len(server.seen) == 1
    assert isinstance(fetch(server.url("/feed"), client, manners, now=again), Document)


def test_wait_grows_with_each_failure_and_ends_with_success(server: Server, client: Client) -> None:
    """A host in trouble is asked less and less often, and normally again once it is well."""
    manners, url, now = Manners(), server.url("/ill"), NOW
    for minutes in (1, 2, 4):
        with pytest.raises(FetchError, match="503") as caught:
            fetch(url, client, manners, now=now)
        assert caught.value.again == now + timedelta(minutes=minutes)
        now = caught.value.again
    server.ill = False
    assert isinstance(fetch(url, client, manners, now=now), Document)
    assert manners.again(f"127.0.0.1:{server.server_port}") is None


@pytest.mark.parametrize("path", ["/missing", "/broken"])
def test_one_bad_page_does_not_shut_its_host(server: Server, client: Client, path: str) -> None:
    """A page that is missing or broken says nothing about the others of its host."""
    manners = Manners()
    with pytest.raises(FetchError):
        fetch(server.url(path), client, manners)
    assert isinstance(fetch(server.url("/feed"), client, manners), Document)


def test_host_out_of_reach_is_left_alone() -> None:
    """When no connection comes about, the other pages of the host are not tried at once."""
    manners = Manners()
    with socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with Client(guard=Guard.allowing(["127.0.0.1"])) as client:
        with pytest.raises(FetchError, match="cannot be reached"):
            fetch(f"{address}/feed", client, manners)
        with pytest.raises(FetchError, match="pause until"):
            fetch(f"{address}/other", client, manners)


def test_one_request_per_host_at_a_time(server: Server, client: Client) -> None:
    """Many threads that want the same host stand in line."""
    manners = Manners()
    threads = [threading.Thread(target=fetch, args=(server.url("/feed"), client, manners)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.seen) == 8
    assert server.most_at_once == 1


@pytest.mark.parametrize(
    ("failures", "jitter", "minutes"),
    [(0, 0, 1), (1, 0, 1), (2, 0, 2), (5, 0, 16), (9, 0, 256), (10, 0, 360), (10_000, 0, 360), (1, 1, 1.25)],
)
def test_backoff_doubles_up_to_six_hours(failures: int, jitter: float, minutes: float) -> None:
    """The wait after failures in a row is bounded, and spread by jitter."""
    assert backoff(failures, jitter=jitter) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, (None, None)),
        ("", (None, None)),
        ("text/html", ("text/html", None)),
        ("Text/HTML; Charset=UTF-8", ("text/html", "utf-8")),
        ('application/xml; charset="windows-1251"; x=y', ("application/xml", "windows-1251")),
        ("text/html; charset=", ("text/html", None)),
        ("charset=utf-8", (None, "utf-8")),
        ("text/html;\r\n charset=utf-8", ("text/html", "utf-8")),
        ("text/html; charset*=utf-8'en'koi8-r", ("text/html", None)),
    ],
)
def test_content_type_gives_type_and_charset(value: str | None, expected: tuple[str | None, str | None]) -> None:
    """Both are read whatever the case, order and quotes; nonsense is nothing."""
    assert content_type(value) == expected


@given(value=st.text(max_size=60))
def test_any_header_is_read(value: str) -> None:
    """No header makes a document unreadable."""
    media_type, charset = content_type(value)
    assert media_type is None or "/" in media_type
    assert charset is None or charset == charset.strip()
    found = moment(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (MODIFIED, datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 08:00:00 -0000", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:00:00 +0200", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -0200", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_date_header_becomes_utc(value: str | None, expected: datetime | None) -> None:
    """An HTTP date is a moment in UTC, or nothing."""
    assert moment(value) == expected


# --- from files


def test_address_stands_for_itself() -> None:
    """An http address is fetched, not looked up."""
    assert expand("HTTPS://example.org/feed") == (Place(source="HTTPS://example.org/feed"),)


def test_file_stands_for_itself_whatever_its_ending(tmp_path: Path) -> None:
    """A file that was named is read, since its kind is found by its content."""
    (tmp_path / "feed").write_bytes(FEED)
    place = Place(source="feed", path=tmp_path / "feed")
    assert expand("feed", home=tmp_path) == (place,)
    assert read(place).content == FEED


def test_folder_stands_for_its_files_in_order(tmp_path: Path) -> None:
    """Files of the known kinds are found in all folders, sorted, hidden ones left out, named as they were found."""
    for name in ("b.XML", "a/z.md", "a/c.ninjs.json", ".git/x.xml", "a/.hidden.xml", "a/photo.jpg", "Z.txt", "d.opml"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("x")
    found = expand("in", home=tmp_path)
    assert [place.source for place in found] == ["in/Z.txt", "in/a/c.ninjs.json", "in/a/z.md", "in/b.XML", "in/d.opml"]
    assert [read(place).content for place in found] == [b"x"] * 5


def test_links_are_followed_but_not_in_a_circle(tmp_path: Path) -> None:
    """A link to a folder or file counts under its own name; one that leads back up ends there."""
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "sub" / "a.xml").write_text("a")
    (tmp_path / "in" / "sub" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to("self")
    (tmp_path / "in" / "other").symlink_to("sub")
    (tmp_path / "in" / "b.xml").symlink_to("sub/a.xml")
    (tmp_path / "in" / "gone.xml").symlink_to("nowhere")
    found = {place.source: place for place in expand(str(tmp_path / "in"))}
    names = [name.removeprefix(f"{tmp_path}/") for name in found]
    assert names == ["in/b.xml", "in/gone.xml", "in/other/a.xml", "in/sub/a.xml"]
    with pytest.raises(FormatError, match=r"gone.xml: there is no such file"):
        read(found[str(tmp_path / "in" / "gone.xml")])


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("nowhere", "there is no such file or folder"),
        ("", "no feed and no post"),
        ("ftp://example.org/feed", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("a\0b", "no path"),
        ("x" * 5000, "too long"),
    ],
)
def test_source_that_is_not_there_is_named(tmp_path: Path, source: str, reason: str) -> None:
    """Whatever was typed, the message names it and says why it cannot be read."""
    with pytest.raises(FormatError, match=reason) as caught:
        expand(source, home=tmp_path)
    assert caught.value.subject == source


@contextmanager
def as_somebody() -> Iterator[None]:
    """Do as a user who is not the administrator, whom no folder is closed to."""
    administrator = os.geteuid() == 0
    if administrator:
        os.seteuid(65534)
    try:
        yield
    finally:
        if administrator:
            os.seteuid(0)


def test_folder_that_may_not_be_read_is_named() -> None:
    """A closed folder among others does not hide them; reading it says what is wrong."""
    with TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o755)
        (home / "in" / "closed").mkdir(parents=True)
        (home / "in" / "open.xml").write_text("x")
        (home / "in" / "closed").chmod(0)
        with as_somebody():
            closed, opened = expand("in", home=home)
            assert opened.source == "in/open.xml"
            with pytest.raises(FormatError, match="in/closed: "):
                read(closed)


def test_file_keeps_its_time(tmp_path: Path) -> None:
    """The file's own time is when it was modified."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert read(Place(source="a.txt", path=path)) == Document(source="a.txt", content=b"", modified=NOW)


def test_large_file_is_refused(tmp_path: Path) -> None:
    """A file over the cap is not taken into memory; one at the cap is read."""
    path = tmp_path / "big.xml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(FormatError, match="larger than 10,485,760 bytes"):
        read(Place(source="big.xml", path=path))
    path.write_bytes(b"x" * 100)
    assert len(read(Place(source="big.xml", path=path), max_bytes=100).content) == 100


def test_folder_and_pipe_are_no_documents(tmp_path: Path) -> None:
    """What is no ordinary file is refused without waiting for it."""
    os.mkfifo(tmp_path / "pipe.xml")
    with pytest.raises(FormatError, match="no ordinary file"):
        read(Place(source="pipe.xml", path=tmp_path / "pipe.xml"))
    with pytest.raises(FormatError, match="directory"):
        read(Place(source=str(tmp_path)))
