"""A newsroom with a clock that a test turns: settings, a worker, people and posts."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from publisher.delivery.outbox import OutboxTransport
from publisher.delivery.quota import Allowance
from publisher.engine.embedded import EmbeddedEngine
from publisher.engine.procrastinate import ProcrastinateEngine
from publisher.engine.seam import Engine
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.sending.deliver import Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.jobs.worker import tick, timetable
from publisher.jobs.worker.duty import Duty, Means
from publisher.jobs.worker.table import QUEUES, jobs_of
from publisher.model import Edition, Post, Subscriber
from publisher.net import Client, Guard
from publisher.settings import Newsletter, Settings, Site, Source
from publisher.sources import alts
from publisher.store import editions, people, posts, quota
from publisher.store.database import is_sqlite

MORNING = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # a Monday, 07:30 in Prague
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

TITLES = (
    "Harbour opens",
    "Bridge is closed",
    "Mayor resigns",
    "Rain until Friday",
    "Ferry is late",
    "Choir sings",
    "Fish is dear",
)

_numbers = itertools.count(1)


@dataclass
class Room:
    """A newsroom with a clock that a test turns."""

    duty: Duty
    home: Path
    moment: datetime
    lines: list[str] = field(default_factory=list)
    sent_today: Callable[[], Allowance | None] = lambda: None

    def at(self, moment: datetime) -> None:
        """Turn the clock, tick, and do all that is due."""
        self.moment = moment
        for _ in range(10):
            tick.tick(self.duty)
            if not self.duty.engine.run_due():
                return

    def mails(self) -> list[str]:
        """Give the receivers of what went out, in order."""
        folder = self.home / "outbox"
        return [file.name.split("-", 2)[2].removesuffix(".eml") for file in sorted(folder.glob("*.eml"))]


def make_settings(**newsletter: Any) -> Settings:  # noqa: ANN401 - any key of the section
    """Make the settings of a newsroom with one newsletter."""
    known: dict[str, Any] = {
        "title": "Daily",
        "from": "News <news@example.org>",
        "sources": ["s"],
        "schedule": "weekdays at 07:30",
        "approval": "automatic",
        "zone": "Europe/Prague",
    }
    return Settings(
        site=Site(name="Test News", time_zone="Europe/Prague", postal_address="Street 1"),
        sources={"s": Source(path=Path("nowhere"))},
        newsletters={"daily": Newsletter(**(known | newsletter))},
    )


def open_room(home: Path, settings: Settings, *, now: datetime) -> Room:
    """Open a newsroom in a home; the database is open."""
    box: dict[str, Room] = {}

    def clock() -> datetime:
        return box["room"].moment

    def ask() -> Allowance | None:
        return box["room"].sent_today()

    def open_route(stack: ExitStack) -> Route:
        marker = Marker(home)
        stack.callback(marker.close)
        quota.open_account("outbox", 0, clock())
        links = Links(site="https://news.example.org", keys=load_keys(home / "keys.json"))
        return Route(
            transport=OutboxTransport(home / "outbox"), account="outbox", links=links, marker=marker, now=clock
        )

    lines: list[str] = []
    means = Means(
        settings=settings,
        home=home,
        entries=timetable.read(settings, Path("settings.toml")),
        open_route=open_route,
        open_client=lambda stack: stack.enter_context(Client(guard=Guard.allowing(("127.0.0.1",)))),
        open_queue=lambda _stack: None,
        allowance=ask,
        noise=lambda: next(_numbers),
        alts=lambda: alts.NOTHING,
        tell=lines.append,
        now=clock,
        stop=threading.Event(),
    )
    duty = Duty(means)
    duty.take_on(_engine(duty, lines, clock))
    box["room"] = Room(duty=duty, home=home, moment=now, lines=lines)
    declare(settings, now)
    tick.prepare(duty)
    return box["room"]


def _engine(duty: Duty, lines: list[str], clock: Callable[[], datetime]) -> Engine:
    """Take the engine that belongs to the database."""
    if is_sqlite():
        return EmbeddedEngine(jobs_of(duty), tell=lines.append, now=clock)
    engine = ProcrastinateEngine(jobs_of(duty), QUEUES, tell=lines.append, now=clock)
    engine.install()
    return engine


def bring(title: str, now: datetime, *, source: str = "s", **facts: Any) -> None:  # noqa: ANN401 - any field of a post
    """Let a source bring a post."""
    text = f"{title}. It happened yesterday in the harbour, and everybody who was there saw it from the pier."
    post = Post(
        id=f"urn:{title}",
        source=source,
        url=f"https://example.org/{next(_numbers)}",
        title=title,
        language="en",
        html=f"<p>{text}</p>",
        text=text,
        **facts,
    )
    posts.add_posts(source, [post], now)


def subscribe(*names: str, newsletter: str = "daily", now: datetime = MORNING - DAY) -> None:
    """Let people subscribe."""
    people.add(newsletter, (Subscriber(address=f"{name}@example.org") for name in names), now)


def only_edition() -> Edition:
    """Give the one edition there is."""
    (found,) = editions.recent()
    return found
