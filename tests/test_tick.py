"""The clock: what is due is decided once, started in time, held when it is too late, and told to the right people."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.delivery.quota import Allowance
from publisher.errors import OutsideError, SettingsError
from publisher.jobs.worker import tick, timetable
from publisher.model import EditionState, Image
from publisher.settings import Notify
from publisher.store import editions, jobs, log, posts, schedules
from publisher.store.database import close_database
from publisher.store.models import DeliveryRow, EditionRow, OccurrenceRow, SubscriberRow, SubscriptionRow
from tests.clock_builders import (
    DAY,
    HOUR,
    MORNING,
    TITLES,
    Room,
    bring,
    make_settings,
    only_edition,
    open_room,
    subscribe,
)

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


def test_what_several_editions_held_is_never_lost(room: Callable[..., Room]) -> None:
    """Posts of a missed occurrence for which the mail has no room stand on its web page, and the report says so."""
    desk = room(schedule="every day at 06:30 and 07:30", max_posts=2)
    subscribe("ann")
    for number in range(5):
        bring(TITLES[number], MORNING - 2 * HOUR)
    desk.at(MORNING + timedelta(minutes=5))
    edition = only_edition()
    assert edition.posts == 5
    assert str(edition.report["repairs"]).count("'max-posts'") == 3
    (content,) = [one for one in editions.contents(edition.id) if one.format == "html"]
    assert "3 more stories are on the web." in content.rendered.html
    assert content.rendered.web.count("<article") == 5


def test_an_edition_says_for_how_many_posts_it_had_no_room(room: Callable[..., Room]) -> None:
    """Where nothing was missed `max_posts` chooses, openly: the rest is left out, and the report counts it."""
    desk = room(max_posts=2)
    subscribe("ann")
    for number in range(5):
        bring(TITLES[number], MORNING - HOUR)
    desk.at(MORNING)
    edition = only_edition()
    assert edition.posts == 2
    assert "no room for 3 more of its posts: an edition holds 2 at most (max_posts)" in str(edition.report["skipped"])


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


def test_a_database_of_last_week_sends_nothing_by_itself(room: Callable[..., Room], sqlite: str) -> None:
    """A week of editions went out, then the backup of the week before is put back: no person gets one of them again.

    What is new after that goes out as ever.
    """
    desk = room(notify={"mail": ["desk@example.org"]}, cut_off=HOUR, approval="editor")
    subscribe("ann")
    bring(TITLES[0], MORNING - 3 * HOUR)
    desk.at(MORNING - HOUR)
    editions.approve(only_edition().id, "editor", MORNING - HOUR)
    file = Path(sqlite.removeprefix("sqlite:///"))
    backup = _copy(file)
    for day in range(5):
        bring(TITLES[day + 1], MORNING + day * DAY + HOUR)
        desk.at(MORNING + day * DAY)
        for edition in editions.in_state(EditionState.READY):
            editions.approve(edition.id, "editor", desk.moment)
        desk.at(MORNING + day * DAY)
    before = desk.mails().count("ann@example.org")
    assert before == 5
    _put_back(file, backup)
    back = MORNING + 5 * DAY  # a Saturday
    desk.at(back)
    assert desk.mails().count("ann@example.org") == before
    assert any("was a backup restored" in line for line in desk.lines)
    assert [edition.state for edition in editions.recent()] == [EditionState.HELD]
    assert "restored" in only_edition().reason
    assert {one.verdict for one in schedules.history("daily")} <= {"due", "overtaken", "restored"}
    assert "restored" in schedules.history("daily")[0].reason
    bring("News after it", back + HOUR)
    desk.at(back + 2 * DAY - HOUR)
    assert desk.mails().count("ann@example.org") == before
    assert editions.recent()[0].state is EditionState.READY


def _copy(file: Path) -> Path:
    """Make a backup of the database."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(file.with_suffix(".backup"))) as copy:
        source.backup(copy)
    return file.with_suffix(".backup")


def _put_back(file: Path, backup: Path) -> None:
    """Put a backup in the place of the database."""
    close_database()
    with closing(sqlite3.connect(backup)) as copy, closing(sqlite3.connect(file)) as target:
        copy.backup(target)


def test_what_was_missed_is_told_once(room: Callable[..., Room]) -> None:
    """After three days without power editors hear which editions never came about; the last goes out by itself."""
    desk = room(notify={"mail": ["desk@example.org"]}, lateness=DAY)
    subscribe("ann")
    bring("Harbour opens", MORNING - HOUR)
    for minutes in (5, 10):
        desk.at(MORNING + 2 * DAY + timedelta(minutes=minutes))
    (line,) = (one for one in log.lines("newsletter daily") if one.action == "missed")
    assert line.detail == {"occurrences": "2026-11-23T07:30, 2026-11-24T07:30"}
    assert sorted(desk.mails()) == ["ann@example.org", "desk@example.org", "desk@example.org"]


def test_what_was_missed_longer_ago_than_anybody_looks_back_is_told_too(room: Callable[..., Room]) -> None:
    """After three weeks the old occurrences are decided no more, but nobody is left to wonder."""
    desk = room(notify={"mail": ["desk@example.org"]})
    desk.at(MORNING + 21 * DAY - HOUR)
    (line,) = (one for one in log.lines("newsletter daily") if one.action == "missed")
    assert str(line.detail["occurrences"]).endswith("and 9 before")
    assert [one.verdict for one in schedules.history("daily")].count("overtaken") == 4


def test_what_may_not_be_published_any_more_stops_its_edition(room: Callable[..., Room]) -> None:
    """A source that adds an embargo, or takes a post back, after the edition was made: a person decides."""
    desk = room(approval="editor", cut_off=HOUR)
    subscribe("ann")
    bring("Secret", MORNING - 2 * HOUR)
    desk.at(MORNING - HOUR)
    editions.approve(only_edition().id, "editor", MORNING - HOUR)
    bring("Secret", MORNING - HOUR, embargo=MORNING + 3 * HOUR)
    desk.at(MORNING)
    assert only_edition().state is EditionState.HELD
    reason = "the post 'Secret' may not be published before 2026-11-23 09:30 UTC: build the edition again"
    assert only_edition().reason == reason
    assert desk.mails() == []


def test_an_edition_that_is_ready_in_time_to_be_sent_is_not_overdue_at_once(room: Callable[..., Room]) -> None:
    """Built at the moment at which it is due, it leaves its editor some minutes before it is called overdue."""
    desk = room(approval="editor", notify={"mail": ["desk@example.org"]})
    bring("Harbour opens", MORNING - HOUR)
    for minutes in (0, 1, 4):
        desk.at(MORNING + timedelta(minutes=minutes))
    assert [line.action for line in log.lines(only_edition().id) if line.alert] == ["ready"]
    desk.at(MORNING + timedelta(minutes=6))
    assert [line.action for line in log.lines(only_edition().id) if line.alert] == ["ready", "overdue"]


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


def roll_up(name: str, how: str) -> None:
    """Let a reader choose a roll-up."""
    SubscriptionRow.objects.filter(subscriber__address=f"{name}@example.org").update(frequency=how)


def titles_of(number: int = 0) -> set[str | None]:
    """Give the titles of the posts in an edition, 0 for the newest."""
    return {post.title for post in schedules.posts_of(editions.recent()[number].id)}


def test_a_roll_up_holds_what_went_out_since_the_last_one(room: Callable[..., Room]) -> None:
    """Neither what an editor left out of an edition nor what stands in one that nobody approved, and nothing twice."""
    desk = room(weekly="sundays at 09:00", schedule="every day at 07:30", max_posts=1, approval="editor")
    subscribe("ann", "bob")
    roll_up("bob", "weekly")
    sunday = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)

    def let_out(at: datetime) -> None:
        desk.at(at)
        editions.approve(editions.recent()[0].id, "editor", at)
        desk.at(at)

    bring("Harbour opens", MORNING - HOUR, published=MORNING - HOUR)
    bring("Rain until Friday", MORNING - HOUR, published=MORNING - 3 * HOUR)
    let_out(MORNING)
    assert titles_of() == {"Harbour opens"}
    bring("Mayor resigns", MORNING + HOUR)
    desk.at(MORNING + DAY)  # nobody approves this one
    let_out(sunday)
    assert titles_of() == {"Harbour opens"}
    assert desk.mails() == ["ann@example.org", "bob@example.org"]
    bring("Choir sings", sunday + HOUR)
    let_out(datetime(2026, 11, 30, 6, 30, tzinfo=UTC))
    let_out(sunday + 7 * DAY)
    assert titles_of() == {"Choir sings"}
    assert desk.mails() == ["ann@example.org", "bob@example.org"] * 2


def test_a_roll_up_keeps_on_the_web_what_its_mail_cannot_hold(room: Callable[..., Room]) -> None:
    """All that went out since the last one is in it; the mail holds `max_posts` of it."""
    desk = room(weekly="sundays at 09:00", schedule="every day at 07:30", max_posts=1)
    subscribe("bob")
    roll_up("bob", "weekly")
    for number in range(3):
        bring(TITLES[number], MORNING + number * DAY - HOUR)
        desk.at(MORNING + number * DAY)
    desk.at(datetime(2026, 11, 29, 8, 0, tzinfo=UTC))
    edition = editions.recent()[0]
    assert edition.posts == 3
    (content,) = [one for one in editions.contents(edition.id) if one.format == "html"]
    assert "2 more stories are on the web." in content.rendered.html


def test_a_newsletter_may_be_nothing_but_a_roll_up(room: Callable[..., Room]) -> None:
    """Without a schedule of its own there is nothing to roll up: the weekly edition is what came in the week."""
    desk = room(weekly="sundays at 09:00", schedule="")
    subscribe("bob")
    roll_up("bob", "weekly")
    for number in range(3):
        bring(TITLES[number], MORNING + number * DAY)
    desk.at(datetime(2026, 11, 29, 8, 0, tzinfo=UTC))
    assert only_edition().posts == 3
    assert desk.mails() == ["bob@example.org"]


def test_a_daily_roll_up_of_two_editions(room: Callable[..., Room]) -> None:
    """Who wants one mail a day gets both editions of it in the evening; who wants each gets both."""
    desk = room(schedule="every day at 07:30 and 12:00", daily="every day at 18:00")
    subscribe("ann", "bob")
    roll_up("bob", "daily")
    for number, at in enumerate((MORNING, MORNING + 4.5 * HOUR)):
        bring(TITLES[number], at - HOUR)
        desk.at(at)
    desk.at(MORNING + 10.5 * HOUR)
    assert desk.mails() == ["ann@example.org", "ann@example.org", "bob@example.org"]
    assert titles_of() == {TITLES[0], TITLES[1]}


def test_an_edition_is_made_once_for_each_language_and_form(room: Callable[..., Room]) -> None:
    """Readers of four languages and three forms: six contents, and each reader has the nearest."""
    desk = room(languages=["en", "cs"])
    wishes = [(language, form) for language in ("en", "cs", "cs-CZ", "fa") for form in ("html", "large", "text")]
    names = [f"{language}-{form}".lower() for language, form in wishes]
    subscribe(*names)
    for name, (language, form) in zip(names, wishes, strict=True):
        SubscriberRow.objects.filter(address=f"{name}@example.org").update(language=language, format=form)
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING)
    made = [(one.language, one.format) for one in editions.contents(only_edition().id)]
    assert sorted(made) == sorted((language, form) for language in ("en", "cs") for form in ("html", "large", "text"))
    people_of = dict(SubscriberRow.objects.values_list("pk", "address"))
    got = {
        people_of[row.subscriber_id or 0].partition("@")[0]: (row.content.language, row.content.format)
        for row in DeliveryRow.objects.select_related("content")
    }
    assert got["cs-cz-large"] == ("cs", "large")
    assert got["en-text"] == ("en", "text")
    assert got["fa-large"] == ("en", "large")
    assert len(desk.mails()) == len(wishes)


def test_a_roll_up_that_does_not_exist_is_no_reason_to_get_nothing(room: Callable[..., Room]) -> None:
    """Who wants a weekly mail of a newsletter that has none gets each edition."""
    desk = room()
    subscribe("ann")
    SubscriptionRow.objects.update(frequency="weekly")
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING)
    assert desk.mails() == ["ann@example.org"]


def allow(sent: float) -> Allowance:
    """Give what an account allows that sent so many in the last day."""
    return Allowance(max_24_hour=1000, max_send_rate=14, sent_24_hour=sent)


def make_short_room(home: Path, sent: float, people: int) -> Room:
    """Open a newsroom whose account may send 1,000 a day, a tenth of it for alerts only, and sent so many already."""
    settings = make_settings()
    settings = settings.model_copy(update={"ses": settings.ses.model_copy(update={"urgent_share": 0.1})})
    desk = open_room(home, settings, now=MORNING - DAY)
    desk.sent_today = lambda: allow(sent + len(desk.mails()))
    posts.add_posts("s", [], MORNING - 2 * DAY)
    desk.at(MORNING - DAY)
    subscribe(*(f"reader{n}" for n in range(people)))
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING - HOUR / 2)
    return desk


def test_a_share_of_the_quota_is_kept_for_alerts(tmp_path: Path) -> None:
    """A digest leaves the last part of the daily quota alone, and goes on when there is more again."""
    desk = make_short_room(tmp_path, 950, 1)
    desk.at(MORNING)
    assert (only_edition().state, desk.mails()) == (EditionState.SENDING, [])
    assert jobs.next_due() == MORNING + timedelta(minutes=10)
    desk.sent_today = lambda: allow(100)
    desk.at(MORNING + timedelta(minutes=11))
    assert desk.mails() == ["reader0@example.org"]


def test_a_digest_stops_before_it_takes_what_is_kept_for_alerts(tmp_path: Path) -> None:
    """With 15 left above the share, 15 of 20 people are written to, not the whole of a chunk."""
    desk = make_short_room(tmp_path, 885, 20)
    desk.at(MORNING)
    assert len(desk.mails()) == 15
    assert only_edition().state is EditionState.SENDING


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


def test_a_draft_that_the_gate_blocks_is_told_once(tmp_path: Path) -> None:
    """A picture without a description blocks an edition: its editors hear of it, and it waits for them."""
    settings = make_settings()
    strict = {
        "accessibility": settings.accessibility.model_copy(update={"missing_alt": "block"}),
        "notify": Notify(mail=("desk@example.org",)),
    }
    desk = open_room(tmp_path, settings.model_copy(update=strict), now=MORNING - DAY)
    posts.add_posts("s", [], MORNING - 2 * DAY)
    desk.at(MORNING - DAY)
    picture = Image(url="https://example.org/harbour.jpg")
    bring("Harbour opens", MORNING - HOUR, images=(picture,))
    for minutes in (0, 1, 60):
        desk.at(MORNING + timedelta(minutes=minutes))
    assert only_edition().state is EditionState.DRAFT
    assert [line.action for line in log.lines(only_edition().id) if line.alert] == ["blocked"]
    assert desk.mails() == ["desk@example.org"]


def test_a_finished_edition_is_told_once(room: Callable[..., Room]) -> None:
    """Editors hear that it is finished, with its numbers; nothing else needed them."""
    desk = room(notify={"mail": ["desk@example.org"]})
    subscribe("ann", "bob")
    bring("Harbour opens", MORNING - HOUR)
    for minutes in (0, 1, 60):
        desk.at(MORNING + timedelta(minutes=minutes))
    (line,) = (one for one in log.lines(only_edition().id) if one.alert)
    assert (line.action, line.detail) == ("finished", {"accepted": 2, "in_doubt": 0, "failed": 0})
    assert desk.mails().count("desk@example.org") == 1


def test_the_heart_beats_with_each_tick(tmp_path: Path) -> None:
    """The address is called after every tick that came to its end, and after none that did not."""
    with listening() as (address, heard):
        settings = make_settings().model_copy(update={"notify": Notify(heartbeat=f"{address}/ping")})
        desk = open_room(tmp_path, settings, now=MORNING)
        for _ in range(2):
            tick.tick(desk.duty)
        assert heard == ["/ping", "/ping"]
        close_database()
        (tmp_path / "last-tick").unlink()
        (tmp_path / "last-tick").mkdir()
        with pytest.raises(OutsideError):
            tick.tick(desk.duty)
        assert heard == ["/ping", "/ping"]


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """Listen on loopback; gives the address, and the paths that are asked for."""
    heard: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        """Notes what it is asked."""

        def do_GET(self) -> None:
            """Take a heartbeat."""
            heard.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
        server.shutdown()


def test_a_job_that_failed_for_good_is_told(room: Callable[..., Room]) -> None:
    """A theme that cannot be used stops the build: somebody is told, and nothing is tried again and again."""
    desk = room(notify={"mail": ["desk@example.org"]}, template="nowhere")
    bring("Harbour opens", MORNING - HOUR)
    desk.at(MORNING)
    assert [line.action for line in log.lines("job build")] == ["job"]
    assert desk.mails() == ["desk@example.org"]
