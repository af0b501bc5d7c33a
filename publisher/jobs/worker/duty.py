"""What a worker does: the table of jobs, and what they share.

    pull(sources)                   what is new                                   queue pull
    build(newsletter, occurrence)   an edition, and its way to readers            queue build
    alert(newsletter)               breaking posts, each as an edition            queue build
    deliver(edition, n)             the next chunk of an edition, then the next   queue send
    syndicate()                     channels, their media and bundles             queue syndicate
    push()                          what changed, to those who asked for it       queue syndicate
    survival(outlet)                what survived on a partner's pages            queue syndicate
    settle()                        events, and what stayed silent                queue mail
    letters()                       letters to one person each                    queue mail
    mailbag()                       mail that came back                           queue mail
    housekeeping()                  what is over is forgotten                     queue mail

Each may be called again at any time: what is done already is not done twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from publisher.delivery.quota import Allowance
from publisher.engine.seam import Engine
from publisher.errors import PublisherError
from publisher.jobs.posts import rounds
from publisher.jobs.posts.gather import Reading
from publisher.jobs.posts.rounds import Round
from publisher.jobs.posts.spread import Width
from publisher.jobs.sending import settle
from publisher.jobs.sending.allotment import Allotment
from publisher.jobs.sending.deliver import Route, Verdict, deliver_chunk, start_sending
from publisher.jobs.sending.settle import Queue, Reconciling
from publisher.jobs.worker.timetable import Entry
from publisher.model import EditionState
from publisher.net import Client
from publisher.settings import Settings
from publisher.sources import fetch
from publisher.sources.alts import Alts
from publisher.store import editions, notices, results, schedules
from publisher.store.database import is_sqlite, unit

_FULL: Final = timedelta(minutes=10)
_OTHERS: Final = 8  # chunks of an edition that run at a time
_KEPT: Final = "the rest of the daily quota is kept for alerts"


@dataclass(slots=True, kw_only=True)
class Means:
    """What jobs work with. `route` and `client` open at first need and close with the worker.

    `allowance` asks the account what it allows; None: there is nothing to ask. `noise` gives 80 random bits.
    """

    settings: Settings
    home: Path
    entries: tuple[Entry, ...]
    open_route: Callable[[ExitStack], Route]
    open_client: Callable[[ExitStack], Client]
    open_queue: Callable[[ExitStack], Queue | None]
    allowance: Callable[[], Allowance | None]
    noise: Callable[[], int]
    alts: Callable[[], Alts]
    width: Width = field(default_factory=Width)
    tell: Callable[[str], None] = lambda _line: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    stop: threading.Event = field(default_factory=threading.Event)


class Duty:
    """The means of one worker, opened once and shared by its threads."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self._stack = ExitStack()
        self._lock = threading.RLock()
        self._route: Route | None = None
        self._begun = False
        self._manners = fetch.Manners()
        self._client: Client | None = None
        self._queue: Queue | None = None
        self._allotment = Allotment(means.allowance, means.now)
        self._engine: Engine | None = None
        self._newest = 0

    def take_on(self, engine: Engine) -> None:
        """Learn to whom further work is submitted."""
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """Give the engine that runs the jobs."""
        if self._engine is None:
            message = "no engine was taken on"
            raise RuntimeError(message)
        return self._engine

    def route(self) -> Route:
        """Give the way out for editions, open. Raises `TransportError`; `StoreError` for a restored database."""
        with self._lock:
            found = self.way_out()
            if not self._begun:
                lost = start_sending(found)
                self._begun = True
                if lost:
                    self.means.tell(f"{lost} people are in doubt since a process ended in the middle")
            return found

    def way_out(self) -> Route:
        """Give the same way out for single messages: those go out whatever state the database is in."""
        with self._lock:
            if self._route is None:
                self._route = self.means.open_route(self._stack)
            return self._route

    def client(self) -> Client:
        """Give the way out for requests, open."""
        with self._lock:
            if self._client is None:
                self._client = self.means.open_client(self._stack)
            return self._client

    def allowance(self) -> Allowance | None:
        """Say what the account allows, as it was within the last minute; None: everything."""
        with self._lock:
            return self._allotment.look(self._route.account if self._route is not None else None)

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            self._stack.close()
            self._route = self._client = self._queue = None
            self._begun = False

    # --- sending --------------------------------------------------------------------------------------------------

    def deliver(self, edition: str, n: int = 0) -> None:
        """Send the next chunk of an edition, and ask for the next one; `n` tells apart those that run side by side."""
        room = self._room(edition)
        if room is not None and room < 1:
            verdict = Verdict(again_at=self.means.now() + _FULL, reason=_KEPT)
        else:
            verdict = deliver_chunk(edition, self._within(room), self.means.stop)
        if verdict.again_at is not None:
            self.engine.submit("deliver", chunk(edition, n), run_at=verdict.again_at)
        elif verdict.reason == "sent":
            self._tell_end(edition)
        with suppress(PublisherError):  # the pace stays as it was
            self.allowance()

    def _room(self, edition: str) -> int | None:
        """Say how many people a digest may write to now: what is kept of the daily quota for alerts stays untouched.

        None: as many as it likes.
        """
        share = self.means.settings.ses.urgent_share
        if not share or schedules.is_urgent(edition) or editions.get(edition).state is not EditionState.SENDING:
            return None
        allowed = self.allowance()
        if allowed is None or allowed.max_24_hour < 0:
            return None
        # Where many work, others see the same number at the same time.
        return int(allowed.left - allowed.max_24_hour * share) // (1 if is_sqlite() else _OTHERS)

    def _within(self, room: int | None) -> Route:
        """Give the way out for a chunk that writes to so many people at most."""
        route = self.route()
        limits = route.limits
        if room is None or room >= limits.batch * limits.batches:
            return route
        self._allotment.forget()  # the next chunk asks the account again
        batch = min(limits.batch, room)
        return replace(route, limits=replace(limits, batch=batch, batches=min(limits.batches, room // batch)))

    def _tell_end(self, edition: str) -> None:
        """Let people know that an edition is finished."""
        counts = editions.count(edition)
        results.remember(edition, counts, self.means.now())
        with unit():
            numbers = {"accepted": counts.accepted, "in_doubt": counts.in_doubt, "failed": counts.failed}
            notices.alert_once(self.means.now(), "finished", edition, **numbers)

    # --- pulling --------------------------------------------------------------------------------------------------

    def pull(self, sources: list[str]) -> None:
        """Ask sources what is new; what is breaking goes out at once."""
        means = self.means
        wanted = {name: means.settings.sources[name] for name in sources if name in means.settings.sources}
        reading = Reading(
            client=self.client(),
            manners=self._manners,
            now=means.now(),
            default_language=means.settings.site.language,
            folder=means.settings.folder,
        )
        for report in rounds.pull(wanted, Round(reading=reading, known=means.alts(), width=means.width)):
            if report.posts_new or report.posts_changed:
                self._look_for_alerts(report.name)

    def has_news(self, newest: int) -> bool:
        """Say whether a version of a post came since this was asked last; `newest` is its number."""
        before, self._newest = self._newest, newest
        return newest > before

    def _look_for_alerts(self, source: str) -> None:
        """Let every alert newsletter that reads a source look at what it brought."""
        for name, newsletter in self.means.settings.newsletters.items():
            if newsletter.breaking and source in self.means.settings.read_by(name):
                with unit():
                    self.engine.submit("alert", {"newsletter": name})

    # --- events ---------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Take the events that wait."""
        with self._lock:
            if self._queue is None:
                self._queue = self.means.open_queue(self._stack)
        if self._queue is None:
            return
        ses = self.means.settings.ses
        reconciling = Reconciling(policy=ses.in_doubt, then=ses.after_silence, window=ses.silence)
        for one in settle.settle(self._queue, reconciling, self.means.stop).skipped:
            self.means.tell(f"events: {one.source}: {one.reason}")


def chunk(edition: str, n: int = 0) -> dict[str, str | int]:
    """Give the arguments of a chunk; the first one's are those that every command submits."""
    return {"edition": edition, "n": n} if n else {"edition": edition}
