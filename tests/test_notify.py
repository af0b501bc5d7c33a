"""People are told what needs them: in words, the right ones, by mail and webhook, and a silent way is tried again."""

from __future__ import annotations

import email
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher.delivery.address import Mailbox
from publisher.delivery.message import splice
from publisher.delivery.outbox import OutboxTransport
from publisher.jobs.sending.deliver import Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.jobs.worker.duty import Duty, Means
from publisher.jobs.worker.notify import NOTICES, Notice, beat, describe, notify, receivers, write_mail
from publisher.model import Envelope
from publisher.net import Client, Guard
from publisher.settings import Notify, Settings, Site
from publisher.sources import alts
from publisher.store import log, notices
from publisher.store.database import close_database, unit
from publisher.store.log import Line

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class _Ear(BaseHTTPRequestHandler):
    """Notes what it is told, or answers that it is busy."""

    heard: list[tuple[str, bytes]] = []  # noqa: RUF012 - shared by the requests of a test
    busy = False

    def do_GET(self) -> None:
        """Take a heartbeat."""
        self.heard.append((self.path, b""))
        self._answer()

    def do_POST(self) -> None:
        """Take a notice."""
        self.heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer()

    def _answer(self) -> None:
        """Say whether it was understood."""
        self.send_response(503 if self.busy else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        """Say nothing."""


@pytest.fixture
def ear() -> Iterator[str]:
    """Listen on loopback; gives the address."""
    _Ear.heard.clear()
    _Ear.busy = False
    with ThreadingHTTPServer(("127.0.0.1", 0), _Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def make_duty(home: Path, wanted: Notify, lines: list[str] | None = None) -> Duty:
    """Make a worker whose mails become files."""

    def open_route(_stack: ExitStack) -> Route:
        links = Links(site="https://news.example.org", keys=load_keys(home / "keys.json"))
        return Route(transport=OutboxTransport(home / "outbox"), account="o", links=links, marker=Marker(home))

    return Duty(
        Means(
            settings=Settings(site=Site(name="Test News"), notify=wanted),
            home=home,
            entries=(),
            open_route=open_route,
            open_client=lambda stack: stack.enter_context(Client(guard=Guard.allowing(("127.0.0.1",)))),
            open_queue=lambda _stack: None,
            allowance=lambda: None,
            noise=lambda: 1,
            alts=lambda: alts.NOTHING,
            tell=(lines if lines is not None else []).append,
            now=lambda: NOW,
        ),
    )


def alert(action: str, subject: str, **detail: object) -> None:
    """Write a line that somebody has to be told."""
    with unit():
        log.alert(NOW, action, subject, **detail)


@pytest.mark.parametrize("action", sorted(NOTICES))
def test_every_notice_is_a_sentence(action: str) -> None:
    """Each kind names what it is about, what happened and when."""
    line = Line(key=1, at=NOW, actor="publisher", action=action, subject="01ABC", detail={"reason": "so"}, alert=True)
    notice = describe(line, "Test News")
    assert "01ABC" in notice.subject
    assert "reason: so" in notice.body
    assert "2026-11-22 12:00 UTC" in notice.body


def test_what_has_no_words_yet_is_told_all_the_same() -> None:
    """A kind that nobody described reaches the operators."""
    line = Line(key=1, at=NOW, actor="publisher", action="new", subject="x", detail={"title": "News"}, alert=True)
    assert describe(line, "T") == Notice(
        audience="operators",
        subject="Edition 'News' needs somebody: new",
        body="Edition 'News' needs somebody: new.\n\n\n2026-11-22 12:00 UTC, T",
    )


def test_a_mail_has_one_receiver_and_no_trap() -> None:
    """Foreign words in a subject stay on its line, whatever they hold."""
    notice = Notice(audience="editors", subject="Edition 'Ž\r\nBcc: all@example.org' is ready", body="Žluťoučký")
    raw = splice(
        write_mail(Mailbox(name="Desk", address="d@example.org"), notice), Envelope(address="e@x.org", values={})
    )
    mail = email.message_from_bytes(raw)
    assert (mail["To"], mail["Bcc"], mail["Auto-Submitted"]) == ("e@x.org", None, "auto-generated")
    assert mail.get_payload(decode=True).decode().strip() == "Žluťoučký"  # type: ignore[union-attr]  # one part


def test_who_hears_of_what() -> None:
    """Operators and deputies where they are named, else the editors."""
    named = Settings(site=Site(name="T"), notify=Notify(mail=("e",), operators=("o",), deputy=("d",)))
    assert [receivers(named, one) for one in ("editors", "operators", "deputy")] == [("e",), ("o",), ("d",)]
    alone = Settings(site=Site(name="T"), notify=Notify(mail=("e",)))
    assert receivers(alone, "operators") == ("e",)


@pytest.mark.usefixtures("store")
def test_each_line_is_told_once(tmp_path: Path, ear: str) -> None:
    """By mail to the right people and by webhook as JSON; then never again."""
    duty = make_duty(tmp_path, Notify(mail=("e@example.org",), operators=("o@example.org",), webhook=f"{ear}/hook"))
    alert("breaker", "01ABC", reason="7 % bounced")
    assert notify(duty) == 1
    assert notify(duty) == 0
    assert [file.name.split("-", 2)[2] for file in (tmp_path / "outbox").glob("*.eml")] == ["o@example.org.eml"]
    ((path, body),) = _Ear.heard
    assert path == "/hook"
    assert json.loads(body)["detail"] == {"reason": "7 % bounced"}


@pytest.mark.usefixtures("sqlite")
def test_nobody_reached_is_tried_again(tmp_path: Path, ear: str) -> None:
    """A webhook that is busy is told the same at the next tick."""
    lines: list[str] = []
    duty = make_duty(tmp_path, Notify(webhook=f"{ear}/hook"), lines)
    alert("silent", "source a")
    _Ear.busy = True
    assert notify(duty) == 0
    assert lines[0].startswith("notify: ")
    _Ear.busy = False
    assert notify(duty) == 1


@pytest.mark.usefixtures("sqlite")
def test_without_a_way_lines_wait(tmp_path: Path) -> None:
    """Where nobody is named, nothing is marked as told."""
    alert("silent", "source a")
    assert notify(make_duty(tmp_path, Notify())) == 0
    assert len(log.untold()) == 1


def test_the_heartbeat_is_called(tmp_path: Path, ear: str) -> None:
    """Who listens there notices when it stops."""
    beat(make_duty(tmp_path, Notify(heartbeat=f"{ear}/ping")))
    assert _Ear.heard == [("/ping", b"")]


@pytest.mark.postgres
def test_two_workers_that_notice_the_same_write_it_once(postgres: str) -> None:
    """The second waits until the first has committed, and then has nothing to say."""
    del postgres
    said: list[bool] = []
    began = threading.Event()

    def notice_too() -> None:
        began.set()
        try:
            with unit():
                said.append(notices.alert_once(NOW, "overdue", "01ABC"))
        finally:
            close_database()

    second = threading.Thread(target=notice_too)
    with unit():
        said.append(notices.alert_once(NOW, "overdue", "01ABC"))
        second.start()
        began.wait(30)
        second.join(0.2)  # however long it takes to come so far: it cannot pass
        assert said == [True]
    second.join(30)
    assert said == [True, False]
