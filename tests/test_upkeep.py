"""What a tick keeps going: every job reaches every engine, nothing is asked for twice, what is over is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.engine.procrastinate import lock_of
from publisher.jobs.lists import intake
from publisher.jobs.outlets import syndicate
from publisher.jobs.worker import tick
from publisher.jobs.worker.table import QUEUES, jobs_of
from publisher.jobs.worker.upkeep import slots_for
from publisher.model import EditionState, InDoubt, Result
from publisher.settings import Accessibility, Channel, Events, SignUp
from publisher.store import (
    channels,
    editions,
    jobs,
    ledger,
    log,
    newsletters,
    outlets,
    passes,
    posts,
    procrastinate,
    pulls,
    rations,
    republished,
    schedules,
)
from publisher.store.database import is_sqlite, unit
from publisher.store.models import JobRow, OutletRow, PassRow, RationRow
from publisher.store.passes import Request
from tests.clock_builders import DAY, HOUR, MORNING, Room, bring, make_settings, open_room, subscribe
from tests.store_builders import make_sending

MINUTE = timedelta(minutes=1)

# job -> arguments with which it has nothing to do
IDLE: dict[str, dict[str, Any]] = {
    "pull": {"sources": []},
    "build": {"newsletter": "daily", "occurrence": "2020-01-01T07:30"},
    "alert": {"newsletter": "daily"},
    "deliver": {},
    "survival": {"outlet": "radio"},  # it has not agreed that anybody looks at its pages
}


def open_busy_room(home: Path, now: Any = MORNING) -> Room:  # noqa: ANN401 - a moment
    """Open a newsroom that has partners and hears of events."""
    settings = make_settings()
    more = {
        "channels": {"world": Channel(title="World", sources=("s",))},
        "events": Events(queue_url="https://sqs.eu-west-1.amazonaws.com/123456789012/events"),
    }
    return open_room(home, settings.model_copy(update=more), now=now)


def waits(name: str, **args: object) -> bool:
    """Say whether a job waits in the engine of this database."""
    if is_sqlite():
        return any(row == (name, args) for row in _rows())
    return procrastinate.is_waiting(lock_of(name, args))  # type: ignore[arg-type]  # JSON


def _rows() -> list[tuple[str, dict[str, Any]]]:
    """Give the jobs of the embedded engine."""
    return [(row.job, row.args) for row in JobRow.objects.filter(running=False)]


def test_every_job_has_a_queue(tmp_path: Path, sqlite: str) -> None:
    """What a worker can do and what waits in queues are the same names; a big send shares its queue with nobody."""
    del sqlite
    room = open_room(tmp_path, make_settings(), now=MORNING)
    assert set(jobs_of(room.duty)) == set(QUEUES)
    assert [name for name, queue in QUEUES.items() if queue == "send"] == ["deliver"]
    assert QUEUES["alert"] not in {QUEUES["push"], QUEUES["syndicate"]}


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("name", sorted(QUEUES))
def test_every_job_runs_on_both_engines(tmp_path: Path, name: str) -> None:
    """Each is taken from its queue, does its work with what JSON made of its arguments, and its row goes."""
    room = open_room(tmp_path, make_settings(), now=MORNING)
    args = IDLE.get(name, {})
    if name == "deliver":
        args = {"edition": make_sending(2, newsletter="other")}
    if name == "survival":
        outlets.declare({"radio": []}, {})
    if name == "enrol":
        args = {"key": intake.receive(intake.place(tmp_path), [b"email\n"], "daily", "list.csv", "editor", MORNING)}
    room.duty.engine.submit(name, args)
    assert room.duty.engine.run_due() == 1
    assert not room.duty.engine.is_known(name, args)
    assert room.lines == []
    if name == "deliver":
        assert editions.get(args["edition"]).state is EditionState.SENT


@pytest.mark.usefixtures("store")
def test_what_pages_ask_for_reaches_the_engine(tmp_path: Path) -> None:
    """A page writes its wish into our table in its own transaction; whichever engine there is, the worker has it."""
    room = open_room(tmp_path, make_settings(), now=MORNING)
    jobs.submit("letters", {}, MORNING)
    jobs.submit("deliver", {"edition": "x"}, MORNING + HOUR)
    tick.tick(room.duty)
    assert waits("letters")
    assert waits("deliver", edition="x")
    assert jobs.waiting("letters") == is_sqlite()
    tick.tick(room.duty)
    assert waits("letters")


@pytest.mark.usefixtures("sqlite")
def test_what_never_ends_runs_once_at_a_time(tmp_path: Path) -> None:
    """However often the clock ticks while a partner's server hangs, its round waits or runs once."""
    room = open_busy_room(tmp_path)
    for _ in range(3):
        tick.tick(room.duty)
    assert [name for name, _ in _rows() if name in {"settle", "syndicate", "push"}] == ["settle", "syndicate", "push"]
    while (job := jobs.take(MORNING)) is not None:
        assert job.name  # it runs, and does not end
    tick.tick(room.duty)
    assert [name for name, _ in _rows()] == []


@pytest.mark.usefixtures("sqlite")
def test_without_partners_and_events_nobody_works_for_them(tmp_path: Path) -> None:
    """Only what the settings ask for is kept going."""
    room = open_room(tmp_path, make_settings(), now=MORNING)
    tick.tick(room.duty)
    assert sorted(name for name, _ in _rows()) == ["housekeeping", "pull"]


@pytest.mark.usefixtures("store")
def test_a_sign_up_that_nobody_confirms_is_forgotten(tmp_path: Path) -> None:
    """After seven days its address is gone, although nobody else signed up meanwhile and no letter was sent."""
    room = open_room(tmp_path, make_settings(), now=MORNING)
    number = newsletters.find("daily").pk
    asked = Request(address="ann@example.org", newsletter=number, language="en", format="html", consent="sign-up page")
    with unit():
        passes.ask([asked], MORNING, MORNING + SignUp().keep)
        rations.count({f"k{rations.day_of(MORNING)}": 1}, MORNING)
    room.at(MORNING + 7 * DAY - MINUTE)
    assert PassRow.objects.count() == 1
    room.at(MORNING + 7 * DAY + HOUR)
    assert PassRow.objects.count() == 0
    assert RationRow.objects.count() == 0


@pytest.mark.usefixtures("store")
def test_housekeeping_is_done_once_an_hour(tmp_path: Path) -> None:
    """Two ticks of one hour are one round of it."""
    room = open_room(tmp_path, make_settings(), now=MORNING)
    room.at(MORNING)
    assert not waits("housekeeping")
    room.moment = MORNING + HOUR / 2
    tick.tick(room.duty)
    assert not waits("housekeeping")
    room.moment = MORNING + HOUR
    tick.tick(room.duty)
    assert waits("housekeeping")


@pytest.mark.usefixtures("store")
def test_doubt_that_nothing_settles_is_told_once(tmp_path: Path) -> None:
    """Not at once, as an event may come; then once, and again when more people come to be in doubt."""
    room = open_room(tmp_path, make_settings(), now=MORNING)
    edition = make_sending(3, newsletter="other", now=MORNING)

    def doubt(at: Any) -> None:  # noqa: ANN401 - a moment
        lease = ledger.open_lease("me", at + HOUR)
        with unit():
            (claim,) = ledger.claim(ledger.key_of(edition), lease, 1, at)
            ledger.commit(lease, [Result(claim=claim, outcome=InDoubt(code="ReadTimeout", reason="no answer"))], at)

    def told() -> list[object]:
        return [line.detail["people"] for line in log.lines(edition) if line.action == "doubt"]

    doubt(MORNING)
    room.moment = MORNING + MINUTE
    tick.tick(room.duty)
    assert told() == []
    for minutes in (20, 40, 60):
        room.moment = MORNING + minutes * MINUTE
        tick.tick(room.duty)
    assert told() == [1]
    doubt(MORNING + HOUR)
    room.moment = MORNING + 2 * HOUR
    tick.tick(room.duty)
    assert told() == [1, 2]


@pytest.mark.usefixtures("sqlite")
def test_where_events_settle_doubt_they_tell_of_it(tmp_path: Path) -> None:
    """With `reconcile` the round of events knows better what stayed silent: nothing is told twice."""
    settings = make_settings()
    more = {
        "ses": settings.ses.model_copy(update={"in_doubt": "reconcile"}),
        "events": Events(queue_url="https://sqs.eu-west-1.amazonaws.com/123456789012/events"),
    }
    room = open_room(tmp_path, settings.model_copy(update=more), now=MORNING)
    edition = make_sending(1, newsletter="other", now=MORNING - DAY)
    lease = ledger.open_lease("me", MORNING)
    with unit():
        claims = ledger.claim(ledger.key_of(edition), lease, 1, MORNING - DAY)
        outcome = InDoubt(code="ReadTimeout", reason="no answer")
        ledger.commit(lease, [Result(claim=one, outcome=outcome) for one in claims], MORNING - DAY)
    tick.tick(room.duty)
    assert [line.action for line in log.lines(edition) if line.alert] == []


@pytest.mark.usefixtures("sqlite")
def test_a_source_that_falls_silent_or_fails_is_told_once(tmp_path: Path) -> None:
    """A source that answers and brings nothing for a week, one that cannot be read, and that it can be read again."""
    settings = make_settings(schedule="")
    room = open_room(tmp_path, settings, now=MORNING)
    bring("Old news", MORNING - 9 * DAY)
    posts.add_posts("s", [], MORNING)

    def told() -> list[str]:
        return [line.action for line in log.lines("source s") if line.alert]

    def look(after: timedelta) -> None:
        pulls.plan({"s": MORNING + 99 * DAY})
        room.moment = MORNING + after
        tick.tick(room.duty)

    look(MINUTE)
    look(HOUR)
    assert told() == ["silent"]
    for _ in range(5):
        posts.note_failure("s", "it answers 500", MORNING + HOUR)
    look(2 * HOUR)
    look(3 * HOUR)
    assert told() == ["silent", "failing"]
    posts.add_posts("s", [], MORNING + 3 * HOUR)
    bring("Fresh news", MORNING + 3 * HOUR)
    look(4 * HOUR)
    look(5 * HOUR)
    assert told() == ["silent", "failing", "recovered"]


@pytest.mark.usefixtures("sqlite")
def test_breaking_posts_are_seen_however_they_came(tmp_path: Path) -> None:
    """One that somebody imported by hand goes out at the next tick: nobody has to pull anything."""
    room = open_room(tmp_path, make_settings(schedule="", breaking=["breaking"]), now=MORNING)
    posts.add_posts("s", [], MORNING - DAY)
    room.at(MORNING)
    subscribe("ann", now=MORNING)
    bring("Storm", MORNING + MINUTE, tags=("breaking",))
    bring("Choir sings", MORNING + MINUTE)
    room.at(MORNING + MINUTE)
    assert room.mails() == ["ann@example.org"]
    assert schedules.started_since("daily", MORNING) == 1


@pytest.mark.parametrize(("rate", "chunks"), [(0, 8), (12.6, 2), (900, 5), (9_000, 37), (45_000, 64)])
def test_as_many_chunks_as_the_pace_needs(rate: float, chunks: int) -> None:
    """A slow account fills no worker with sleepers; a fast one gives twenty workers something to do."""
    assert slots_for(rate) == chunks


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("every", [DAY, timedelta(0)])
def test_partners_that_agreed_are_looked_at_now_and_then(tmp_path: Path, every: timedelta) -> None:
    """Once in the time that the settings name, if they name one; never whoever is closed or took it back."""
    more = {
        "channels": {"world": Channel(title="World", sources=("s",), formats=("rss",))},
        "accessibility": Accessibility(partner_pages=every),
    }
    room = open_room(tmp_path, make_settings().model_copy(update=more), now=MORNING)
    bring("Boats leave", MORNING)
    syndicate.release(room.duty.means.settings, MORNING)
    (change,) = channels.changes(["world"], 0, 1)
    site = "http://127.0.0.1:1"  # where nobody listens: that is found, too
    for name in ("radio", "closed", "sorry"):
        outlets.add(name, ["world"], actor="ann", now=MORNING)
        republished.agree(name, site, actor="ann", now=MORNING)
        republished.tell(outlets.find(name), {change.item: f"{site}/{name}"}, MORNING)
    OutletRow.objects.filter(name="closed").update(active=False)
    republished.agree("sorry", "", actor="ann", now=MORNING)

    def looked(name: str, at: datetime) -> datetime | None:
        room.at(at)
        (page,) = republished.pages(outlets.find(name))
        return page.checked

    first, again = (MORNING, MORNING + DAY) if every else (None, None)
    assert [looked("radio", at) for at in (MORNING, MORNING + HOUR, MORNING + DAY)] == [first, first, again]
    assert [looked(name, MORNING + DAY) for name in ("closed", "sorry")] == [None, None]
