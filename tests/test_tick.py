"""The clock: what is due is decided once, started in time, held when it is too late, and told to the right people."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.delivery.outbox import OutboxTransport
from publisher.delivery.quota import Allowance
from publisher.engine.embedded import EmbeddedEngine
from publisher.errors import SettingsError
from publisher.jobs import tick, timetable
from publisher.jobs.declaration import declare
from publisher.jobs.deliver import Route
from publisher.jobs.duty import Duty, Means
from publisher.jobs.links import Links, load_keys
from publisher.jobs.marker import Marker
from publisher.jobs.table import jobs_of
from publisher.model import Edition, EditionState, Post, Subscriber
from publisher.net import Client, Guard
from publisher.settings import Newsletter, Notify, Settings, Site, Source
from publisher.sources import alts
from publisher.store import editions, jobs, log, people, posts, quota, schedules
from publisher.store.models import EditionRow, OccurrenceRow, SubscriberRow, SubscriptionRow

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


def open_room(home: Path, settings: Settings, *, now: datetime, allowance: Allowance | None = None) -> Room:
    """Open a newsroom in a home; the database is open."""
    box: dict[str, Room] = {}

    def clock() -> datetime:
        return box["room"].moment

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
        allowance=lambda: allowance,
        noise=lambda: next(_numbers),
        alts=lambda: alts.NOTHING,
        tell=lines.append,
        now=clock,
        stop=threading.Event(),
    )
    duty = Duty(means)
    duty.take_on(EmbeddedEngine(jobs_of(duty), tell=lines.append, now=clock))
    box["room"] = Room(duty=duty, home=home, moment=now, lines=lines)
    declare(settings, now)
    tick.prepare(duty)
    return box["room"]


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


pytestmark = pytest.mark.usefixtures("sqlite")


@pytest.fixture
def room(tmp_path: Path) -> Callable[..., Room]:
    """Open newsrooms whose schedule was written a day before the morning."""

    def make(now: datetime = MORNING - DAY, notify: dict[str, Any] | None = None, **newsletter: Any) -> Room:  # noqa: ANN401 - any key
        settings = make_settings(**newsletter)
        if notify:
            settings = settings.model_copy(update={"notify": Notify(**notify)})
        opened = open_room(tmp_path, settings, now=now)
        posts.add_posts("s", [], now - DAY)  # the first pull was before
        opened.at(now)
        return opened

    return make


def test_a_scheduled_edition_goes_out_at_its_time_and_once(room: Callable[..., Room]) -> None:
    """Nothing before 07:30, the edition at 07:30, and no second one however often the clock ticks."""
    desk = room()
    subscribe("ann", "bob")
    bring("Harbour opens", MORNING - 3 * HOUR)
    desk.at(MORNING - timedelta(seconds=1))
    assert editions.recent() == ()
    desk.at(MORNING)
    assert only_edition().state is EditionState.SENT
    assert sorted(desk.mails()) == ["ann@example.org", "bob@example.org"]
    desk.at(MORNING + timedelta(minutes=1))
    assert len(desk.mails()) == 2


@pytest.mark.postgres
def test_the_same_on_postgres(postgres: str, tmp_path: Path) -> None:
    """The statements of the clock mean the same on the other database."""
    del postgres
    desk = open_room(tmp_path, make_settings(reader_time=True), now=MORNING - DAY)
    posts.add_posts("s", [], MORNING - 2 * DAY)
    desk.at(MORNING - DAY)
    subscribe("ann")
    bring("Harbour opens", MORNING - 3 * HOUR)
    desk.at(MORNING)
    desk.at(MORNING + timedelta(minutes=1))
    assert desk.mails() == ["ann@example.org"]


def test_nothing_new_is_no_edition(room: Callable[..., Room]) -> None:
    """An occurrence without a new post is left out, noted, and not tried again when a post comes later."""
    desk = room()
    subscribe("ann")
    desk.at(MORNING)
    bring("Too late for today", MORNING + HOUR)
    desk.at(MORNING + HOUR)
    assert editions.recent() == ()
    assert [one.verdict for one in schedules.history("daily")] == ["empty"]
    desk.at(MORNING + DAY)
    assert only_edition().state is EditionState.SENT


def test_an_occurrence_that_is_too_late_is_held_and_told(room: Callable[..., Room]) -> None:
    """A machine that was away longer than the lateness allows does not mail yesterday's news by itself."""
    desk = room(notify={"mail": ["desk@example.org"]}, lateness=2 * HOUR)
    subscribe("ann")
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING + 3 * HOUR)
    assert editions.recent() == ()
    assert schedules.history("daily")[0].verdict == "late"
    assert desk.mails() == ["desk@example.org"]
    desk.at(MORNING + 4 * HOUR)
    assert desk.mails() == ["desk@example.org"]


def test_of_several_that_were_missed_only_the_last_goes_out(room: Callable[..., Room]) -> None:
    """After a weekend without power the newest occurrence takes all posts with it."""
    desk = room(schedule="every day at 06:30 and 07:30")
    subscribe("ann")
    bring("Harbour opens", MORNING - 2 * HOUR)
    desk.at(MORNING + timedelta(minutes=5))
    assert [one.verdict for one in schedules.history("daily")] == ["due", "overtaken"]
    assert desk.mails() == ["ann@example.org"]


def test_a_restored_database_sends_nothing_by_itself_and_says_why(room: Callable[..., Room]) -> None:
    """The file beside the database knows more than the backup: what was due in between is held."""
    desk = room()
    subscribe("ann")
    bring("Harbour opens", MORNING - HOUR)
    (desk.home / "last-tick").write_text((MORNING + 2 * HOUR).isoformat(), encoding="ascii")
    desk.at(MORNING + 2 * HOUR + timedelta(minutes=1))
    assert editions.recent() == ()
    assert schedules.history("daily")[0].verdict == "restored"
    assert "restored" in schedules.history("daily")[0].reason
    assert any("was a backup restored" in line for line in desk.lines)
    desk.at(MORNING + DAY)
    assert only_edition().state is EditionState.SENT


def test_a_schedule_that_was_just_written_owes_nothing_for_the_past(tmp_path: Path) -> None:
    """Who writes "every day at 07:30" at nine gets the first edition tomorrow."""
    desk = open_room(tmp_path, make_settings(), now=MORNING + 2 * HOUR)
    bring("Harbour opens", MORNING + HOUR)
    desk.at(MORNING + 2 * HOUR)
    assert schedules.history("daily") == ()


def test_an_editor_approves_and_it_waits_for_its_time(room: Callable[..., Room]) -> None:
    """With a cut-off the edition is built before; approved early it goes out at its time, not before."""
    desk = room(approval="editor", cut_off=HOUR)
    subscribe("ann")
    bring("Harbour opens", MORNING - 2 * HOUR)
    desk.at(MORNING - HOUR)
    bring("After the cut-off", MORNING - HOUR / 2)
    edition = only_edition()
    assert (edition.state, edition.posts, edition.send_at) == (EditionState.READY, 1, MORNING)
    editions.approve(edition.id, "editor", MORNING - HOUR / 2)
    desk.at(MORNING - timedelta(seconds=1))
    assert desk.mails() == []
    desk.at(MORNING)
    assert desk.mails() == ["ann@example.org"]


def test_who_approves_late_wants_it_to_go_now(room: Callable[..., Room]) -> None:
    """An edition that waited for its editor longer than the lateness goes out when it is approved."""
    desk = room(approval="editor", lateness=HOUR)
    subscribe("ann")
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING)
    editions.approve(only_edition().id, "editor", MORNING + 5 * HOUR)
    desk.at(MORNING + 5 * HOUR)
    assert desk.mails() == ["ann@example.org"]


def test_an_approved_edition_whose_time_has_long_passed_is_held(room: Callable[..., Room]) -> None:
    """The machine was off when an approved edition was due: a person decides."""
    desk = room(approval="editor", cut_off=HOUR, lateness=HOUR)
    subscribe("ann")
    bring("Harbour opens", MORNING - 2 * HOUR)
    desk.at(MORNING - HOUR)
    editions.approve(only_edition().id, "editor", MORNING - HOUR)
    desk.at(MORNING + 2 * HOUR)
    assert only_edition().state is EditionState.HELD
    assert desk.mails() == []


def test_an_overdue_approval_is_told_once_and_then_to_the_deputy(room: Callable[..., Room]) -> None:
    """Editors hear that it is ready and that it is overdue; after a while the deputy does."""
    notify = {"mail": ["desk@example.org"], "deputy": ["deputy@example.org"], "overdue": timedelta(minutes=30)}
    desk = room(approval="editor", cut_off=HOUR, notify=notify)
    bring("Harbour opens", MORNING - 2 * HOUR)
    desk.at(MORNING - HOUR)
    assert desk.mails() == ["desk@example.org"]
    desk.at(MORNING)
    desk.at(MORNING + timedelta(minutes=5))
    assert desk.mails() == ["desk@example.org"] * 2
    desk.at(MORNING + timedelta(minutes=31))
    desk.at(MORNING + timedelta(minutes=40))
    assert desk.mails() == ["desk@example.org"] * 2 + ["deputy@example.org"]


def test_a_paused_newsletter_leaves_its_editions_out(room: Callable[..., Room]) -> None:
    """Paused by an editor: noted and left out; resumed: the next one comes."""
    desk = room()
    subscribe("ann")
    bring("Harbour opens", MORNING - HOUR)
    schedules.pause("daily", paused=True)
    desk.at(MORNING)
    assert schedules.history("daily")[0].verdict == "paused"
    schedules.pause("daily", paused=False)
    desk.at(MORNING + DAY)
    assert desk.mails() == ["ann@example.org"]


def test_a_holiday_has_no_occurrence(room: Callable[..., Room]) -> None:
    """On a day that is named as holiday nothing is due, not even a note."""
    desk = room(holidays=[MORNING.date()])
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING + HOUR)
    assert schedules.history("daily") == ()


def test_an_embargoed_post_waits(room: Callable[..., Room]) -> None:
    """A post stands in no edition before its embargo ends, and in the first one after."""
    desk = room()
    subscribe("ann")
    bring("Secret", MORNING - HOUR, embargo=MORNING + HOUR)
    desk.at(MORNING)
    assert editions.recent() == ()
    desk.at(MORNING + DAY)
    assert only_edition().posts == 1


def test_a_post_that_comes_late_with_an_old_date_is_not_lost(room: Callable[..., Room]) -> None:
    """What counts is when we first saw a post: one that is dated before the last edition comes in the next."""
    desk = room()
    subscribe("ann")
    bring("First", MORNING - HOUR, published=MORNING - HOUR)
    desk.at(MORNING)
    bring("Dated before it", MORNING + HOUR, published=MORNING - 5 * HOUR)
    desk.at(MORNING + DAY)
    assert [edition.posts for edition in editions.recent()] == [1, 1]


def test_work_that_was_lost_is_found_again(room: Callable[..., Room]) -> None:
    """A decided occurrence without its job, and an edition on its way without one, are submitted again."""
    desk = room()
    subscribe("ann")
    bring("Harbour opens", MORNING - HOUR)
    desk.moment = MORNING
    tick.tick(desk.duty)
    while (job := jobs.take(MORNING)) is not None:
        jobs.finish(job.key)  # as if it had never been
    desk.at(MORNING + timedelta(seconds=5))
    assert desk.mails() == ["ann@example.org"]


@pytest.mark.parametrize("change", [datetime(2026, 10, 25, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)])
def test_the_change_of_clocks_sends_once(room: Callable[..., Room], change: datetime) -> None:
    """02:30 occurs twice in autumn and never in spring: one edition on that day, and one on each day beside it."""
    desk = room(now=change - DAY, schedule="every day at 02:30")
    moment = change - DAY
    while moment < change + DAY + 4 * HOUR:
        moment += timedelta(minutes=30)
        desk.moment = moment
        tick.tick(desk.duty)
    days = [one.local[:10] for one in schedules.history("daily")]
    assert len(days) == len(set(days)) == 3


def test_each_reader_gets_it_at_their_own_time(room: Callable[..., Room]) -> None:
    """07:30 where the reader is: Tokyo first, Prague then, New York last; who has no zone counts as Prague."""
    desk = room(schedule="every day at 07:30", reader_time=True)
    zones = {"aki": "Asia/Tokyo", "jan": "Europe/Prague", "sam": "America/New_York", "who": ""}
    subscribe(*zones)
    for name, zone in zones.items():
        SubscriberRow.objects.filter(address=f"{name}@example.org").update(zone=zone)
    bring("Harbour opens", MORNING - 20 * HOUR)
    tokyo, york = (
        datetime(2026, 11, 23, 7, 30, tzinfo=ZoneInfo(zones[name])).astimezone(UTC) for name in ("aki", "sam")
    )
    desk.at(tokyo)
    assert desk.mails() == ["aki@example.org"]
    desk.at(MORNING)
    assert sorted(desk.mails()) == ["aki@example.org", "jan@example.org", "who@example.org"]
    desk.at(york)
    assert sorted(desk.mails()) == ["aki@example.org", "jan@example.org", "sam@example.org", "who@example.org"]
    assert len(EditionRow.objects.filter(state="sent")) == 1


def test_a_weekly_reader_gets_one_roll_up(room: Callable[..., Room]) -> None:
    """Who asked for one mail a week gets no daily edition, and the week's posts on Sunday."""
    desk = room(weekly="sundays at 09:00", schedule="every day at 07:30")
    subscribe("ann", "bob")
    row = SubscriberRow.objects.get(address="bob@example.org")
    SubscriptionRow.objects.filter(subscriber=row).update(frequency="weekly")
    for day in range(7):
        bring(TITLES[day], MORNING + day * DAY - HOUR)
        desk.at(MORNING + day * DAY)
    assert desk.mails() == ["ann@example.org"] * 7
    desk.at(datetime(2026, 11, 29, 8, 0, tzinfo=UTC))
    assert desk.mails() == ["ann@example.org"] * 7 + ["bob@example.org"]
    assert editions.recent(1)[0].posts == 7


def test_a_roll_up_that_does_not_exist_is_no_reason_to_get_nothing(room: Callable[..., Room]) -> None:
    """Who wants a weekly mail of a newsletter that has none gets each edition."""
    desk = room()
    subscribe("ann")
    SubscriptionRow.objects.update(frequency="weekly")
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING)
    assert desk.mails() == ["ann@example.org"]


def test_a_share_of_the_quota_is_kept_for_alerts(tmp_path: Path) -> None:
    """A digest leaves the last part of the daily quota alone, and goes on when there is more again."""
    settings = make_settings()
    settings = settings.model_copy(update={"ses": settings.ses.model_copy(update={"urgent_share": 0.1})})
    short = Allowance(max_24_hour=1000, max_send_rate=14, sent_24_hour=950)
    desk = open_room(tmp_path, settings, now=MORNING - DAY, allowance=short)
    posts.add_posts("s", [], MORNING - 2 * DAY)
    desk.at(MORNING - DAY)
    subscribe("ann")
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING)
    assert (only_edition().state, desk.mails()) == (EditionState.SENDING, [])
    assert jobs.next_due() == MORNING + timedelta(minutes=10)


def test_a_schedule_that_cannot_be_read_names_file_and_key() -> None:
    """A mistake in a schedule is a mistake in the settings."""
    with pytest.raises(SettingsError) as failure:
        timetable.read(make_settings(schedule="every blue moon"), Path("news/settings.toml"))
    assert failure.value.subject == "news/settings.toml: newsletters.daily.schedule"


def test_a_schedule_that_was_changed_forgets_what_it_had_promised(room: Callable[..., Room], tmp_path: Path) -> None:
    """An occurrence that was decided and is in no schedule any more is built no more."""
    desk = room()
    bring("Harbour opens", MORNING - HOUR)
    desk.moment = MORNING
    tick.tick(desk.duty)
    other = open_room(tmp_path, make_settings(schedule="every day at 20:00"), now=MORNING)
    other.at(MORNING)
    assert editions.recent() == ()
    assert OccurrenceRow.objects.get().verdict == "forgotten"


def test_a_job_that_failed_for_good_is_told(room: Callable[..., Room]) -> None:
    """A theme that cannot be used stops the build: somebody is told, and nothing is tried again and again."""
    desk = room(notify={"mail": ["desk@example.org"]}, template="nowhere")
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING)
    assert [line.action for line in log.lines("job build")] == ["job"]
    assert desk.mails() == ["desk@example.org"]
