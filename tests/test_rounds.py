"""Many sources in a round: each is asked and planned, few ask the database, and those that hang keep nobody waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.pulls import measure
from publisher.jobs.posts import rounds
from publisher.jobs.posts.gather import Reading
from publisher.jobs.posts.rounds import Round
from publisher.jobs.posts.spread import Width
from publisher.net import Client, Guard, Limits
from publisher.settings import Source
from publisher.sources import alts, fetch
from publisher.store import pulls
from publisher.store.database import unit
from publisher.store.models import PostRow, SourceRow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = """<rss version="2.0"><channel><title>Feed</title><ttl>120</ttl><link>http://example.org/</link>
<item><guid>{0}-1</guid><title>News of {0}</title><description>Something happened at the pier of {0}.</description>
</item></channel></rss>"""


class _Feeds(BaseHTTPRequestHandler):
    """Feeds that have not changed when asked again; /hang never answers; /broken is not there."""

    protocol_version = "HTTP/1.1"
    gate = threading.Event()

    def do_GET(self) -> None:
        """Answer."""
        if self.path.startswith("/hang"):
            self.gate.wait(300)
            self.close_connection = True
            return
        if self.headers.get("If-None-Match") == '"1"':
            self.send_response(304)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = FEED.format(self.path).encode()
        self.send_response(404 if self.path == "/broken" else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[int]:
    """Serve feeds on loopback; gives the port."""
    with ThreadingHTTPServer(("0.0.0.0", 0), _Feeds) as made:  # noqa: S104 - the whole of 127.0.0.0/8
        _Feeds.gate.clear()
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made.server_address[1]
        _Feeds.gate.set()
        made.shutdown()


def make_round(client: Client, now: datetime = NOW) -> Round:
    """Make a round of a few threads."""
    reading = Reading(client=client, manners=fetch.Manners(), now=now)
    return Round(reading=reading, known=alts.NOTHING, width=Width(young=4, patience=0.05))


def next_at(source: str) -> datetime | None:
    """Say when a source is asked next."""
    return SourceRow.objects.get(name=source).next_at


@pytest.mark.usefixtures("store")
def test_a_round_keeps_posts_and_plans_the_next(server: int) -> None:
    """New posts the first time, nothing the second; each source is planned by what its feed says."""
    wanted = {f"s{n}": Source(url=f"http://127.0.0.{n + 1}:{server}/{n}") for n in range(6)}
    wanted["broken"] = Source(url=f"http://127.0.1.1:{server}/broken")
    pulls.know(wanted)
    with Client(guard=Guard.allowing(("127.0.0.0/8",))) as client:
        first = {report.name: report.status for report in rounds.pull(wanted, make_round(client))}
        second = {
            report.name: report.status for report in rounds.pull(wanted, make_round(client, NOW + timedelta(hours=3)))
        }
    assert first == {**{f"s{n}": "new" for n in range(6)}, "broken": "failed"}
    assert second == {**{f"s{n}": "unchanged" for n in range(6)}, "broken": "failed"}
    assert PostRow.objects.count() == 6
    assert (next_at("s0") or NOW) >= NOW + timedelta(hours=3, minutes=30)
    assert pulls.standing("broken").failures == 2


@pytest.mark.usefixtures("sqlite")
def test_sources_that_hang_keep_nobody_waiting(server: int) -> None:
    """Thirty hosts hang: the other thirty are kept long before the first of them gives up."""
    wanted = {f"h{n}": Source(url=f"http://127.0.2.{n + 1}:{server}/hang") for n in range(30)}
    wanted |= {f"s{n}": Source(url=f"http://127.0.3.{n + 1}:{server}/{n}") for n in range(30)}
    pulls.know(wanted)
    limits = Limits(read=200, total=200, connections=100)
    began = time.monotonic()
    seen: dict[str, float] = {}
    with Client(guard=Guard.allowing(("127.0.0.0/8",)), limits=limits) as client:
        for report in rounds.pull(wanted, make_round(client)):
            seen[report.name] = time.monotonic() - began
            if sum(1 for name in seen if name[0] == "s") == 30:
                _Feeds.gate.set()
    healthy = [at for name, at in seen.items() if name[0] == "s"]
    assert len(seen) == 60
    assert max(healthy) < min(at for name, at in seen.items() if name[0] == "h")


@pytest.mark.usefixtures("store")
def test_who_is_due_is_taken_once() -> None:
    """Sources that are due are taken by one worker; those that fare well come first; undeclared ones never."""
    pulls.know(["a", "b", "c", "gone"])
    SourceRow.objects.filter(name="a").update(failures=3)
    SourceRow.objects.filter(name="c").update(next_at=NOW + timedelta(hours=1))
    later = NOW + timedelta(minutes=15)
    with unit():
        assert pulls.claim_due(frozenset("abc"), NOW, later, 10) == ("b", "a")
        assert pulls.claim_due(frozenset("abc"), NOW, later, 10) == ()
        assert pulls.claim_due(frozenset("abc"), later, later, 1) == ("b",)


@pytest.mark.proof
@pytest.mark.parametrize("hanging", [0, 2000])
def test_five_thousand_sources(hanging: int) -> None:
    """One round of 5,000 in a minute and below 400 MB; where 2,000 of them hang the others are not late."""
    found = measure(5000, hanging)
    assert found.healthy_seconds < 60
    assert hanging or found.megabytes < 400
