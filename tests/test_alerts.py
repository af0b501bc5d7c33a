"""Breaking posts: marked, alone, at once, not too many, not at night, and before every digest."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.delivery.outbox import OutboxTransport
from publisher.engine.embedded import EmbeddedEngine
from publisher.jobs.editions import build
from publisher.jobs.editions.breaking import is_breaking
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.sending import deliver
from publisher.jobs.sending.deliver import Limits, Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.jobs.worker import tick, timetable
from publisher.jobs.worker.duty import Duty, Means
from publisher.jobs.worker.notify import describe
from publisher.jobs.worker.table import jobs_of
from publisher.model import EditionState, Post, Subscriber
from publisher.net import Client
from publisher.schedule.night import is_night, morning
from publisher.settings import Newsletter, Settings, Site, Source
from publisher.sources import alts
from publisher.store import editions, jobs, log, newsletters, people, posts, quota, schedules
from publisher.store.database import unit
from publisher.store.models import SubscriberRow
from tests.store_builders import make_sending

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # 12:00 in Prague
MINUTE = timedelta(minutes=1)


def make_post(title: str, **facts: Any) -> Post:  # noqa: ANN401 - any field of a post
    """Make a post."""
    text = f"{title}. It happened yesterday in the harbour, and everybody who was there saw it from the pier."
    known: dict[str, Any] = {"source": "s", "title": title, "language": "en", "html": f"<p>{text}</p>", "text": text}
    return Post(id=f"urn:{title}", **(known | facts))


def make_duty(home: Path, now: list[datetime], **alert: Any) -> Duty:  # noqa: ANN401 - any key
    """Make a newsroom with a digest and alerts; the clock is the first of `now`."""
    known: dict[str, Any] = {"from": "News <news@example.org>", "sources": ["s"], "approval": "automatic"}
    marked = {"title": "Alerts", "breaking": ["breaking"], "covers": ["daily"], **alert}
    settings = Settings(
        site=Site(name="Test News", time_zone="Europe/Prague", postal_address="Street 1"),
        sources={"s": Source(path=home / "feed")},
        newsletters={
            "daily": Newsletter(**known, title="Daily", schedule="every day at 18:00"),
            "alerts": Newsletter(**(known | marked)),
        },
    )

    def open_route(_stack: object) -> Route:
        quota.open_account("outbox", 0, now[0])
        return Route(
            transport=OutboxTransport(home / "outbox"),
            account="outbox",
            links=Links(site="https://news.example.org", keys=load_keys(home / "keys.json")),
            marker=Marker(home),
            now=lambda: now[0],
        )

    means = Means(
        settings=settings,
        home=home,
        entries=timetable.read(settings, Path("settings.toml")),
        open_route=open_route,
        open_client=lambda stack: stack.enter_context(Client()),
        open_queue=lambda _stack: None,
        allowance=lambda: None,
        noise=lambda: int(now[0].timestamp()),
        alts=lambda: alts.NOTHING,
        now=lambda: now[0],
        stop=threading.Event(),
    )
    duty = Duty(means)
    duty.take_on(EmbeddedEngine(jobs_of(duty), now=lambda: now[0]))
    declare(settings, now[0] - timedelta(days=1))
    tick.prepare(duty)
    posts.add_posts("s", [], now[0] - timedelta(days=1))
    for newsletter in settings.newsletters:
        people.add(newsletter, [Subscriber(address="ann@example.org")], now[0])
    tick.tick(duty)
    return duty


def work(duty: Duty) -> None:
    """Tick and work until nothing is due."""
    for _ in range(10):
        tick.tick(duty)
        if not duty.engine.run_due():
            return


def sent(home: Path) -> int:
    """Count what went out."""
    return len(list((home / "outbox").glob("*.eml"))) if (home / "outbox").exists() else 0


@pytest.mark.parametrize(
    ("marks", "facts", "expected"),
    [
        (("breaking",), {"tags": ("Breaking",)}, True),
        (("breaking",), {"kicker": "BREAKING:"}, True),
        (("eilmeldung",), {"kicker": "Eilmeldung"}, True),
        (("*",), {}, True),
        (("breaking",), {"tags": ("sport",), "kicker": "Football"}, False),
        (("breaking",), {}, False),
    ],
)
def test_a_post_is_marked_by_tag_kicker_or_source(
    marks: tuple[str, ...], facts: dict[str, Any], *, expected: bool
) -> None:
    """Upper and lower case do not count; "*" marks everything of the sources."""
    assert is_breaking(make_post("Storm", **facts), marks) is expected


@pytest.mark.usefixtures("sqlite")
def test_a_breaking_post_goes_out_with_its_pull_and_the_digest_does_not_repeat_it(tmp_path: Path) -> None:
    """The pull brings two posts: the marked one goes out alone at once, the digest has the other."""
    feed = tmp_path / "feed"
    feed.mkdir()
    body = "It happened yesterday in the harbour, and everybody saw it from the pier."
    (feed / "a.md").write_text(f"---\nid: urn:a\ntitle: Storm\ntags: [breaking]\ndate: 2026-11-23\n---\n{body}\n")
    (feed / "b.md").write_text(f"---\nid: urn:b\ntitle: Choir sings\ndate: 2026-11-23\n---\n{body}\n")
    now = [NOON]
    duty = make_duty(tmp_path, now)
    work(duty)
    (alert,) = editions.recent()
    assert (alert.newsletter, alert.state, alert.posts) == ("alerts", EditionState.SENT, 1)
    assert [kept.post.title for kept in newsletters.unseen("daily")] == ["Choir sings"]


@pytest.mark.usefixtures("sqlite")
def test_more_than_agreed_wait_for_people(tmp_path: Path) -> None:
    """The second alert of a day that allows one is not sent, and somebody is told."""
    now = [NOON]
    duty = make_duty(tmp_path, now, most_a_day=1)
    posts.add_posts("s", [make_post("Storm", tags=("breaking",)), make_post("Flood", tags=("breaking",))], NOON)
    duty.engine.submit("alert", {"newsletter": "alerts"})
    work(duty)
    assert (len(editions.recent()), sent(tmp_path)) == (1, 1)
    now[0] += timedelta(hours=5)
    duty.engine.submit("alert", {"newsletter": "alerts"})
    work(duty)
    assert len(editions.recent(newsletter="alerts")) == 1


@pytest.mark.usefixtures("sqlite")
def test_one_that_is_too_many_is_told_with_a_way_out(tmp_path: Path) -> None:
    """People hear once which post it is and how to send it after all; built by hand, the alert holds breaking posts."""
    now = [NOON]
    duty = make_duty(tmp_path, now, most_a_day=1)
    plain = make_post("Choir sings")
    posts.add_posts("s", [make_post("Storm", tags=("breaking",)), make_post("Flood", tags=("breaking",)), plain], NOON)
    for _ in range(3):
        duty.engine.submit("alert", {"newsletter": "alerts"})
        work(duty)
    (line,) = (one for one in log.untold() if one.action == "limit")
    notice = describe(line, "Test News")
    assert notice.subject.endswith("is breaking, but there were as many alerts as a day may have")
    assert "post: Flood" in notice.body
    assert "Next: send it after all: publisher build alerts" in notice.body
    built = build.build(duty.means.settings, "alerts", now=NOON, noise=7)
    assert [post.title for post in schedules.posts_of(built.edition)] == ["Flood"]


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("dropped", [False, True])
def test_an_alert_may_need_an_approver(tmp_path: Path, *, dropped: bool) -> None:
    """It waits, urgent, for somebody who may approve it, and goes out at once then; cancelled, the digest tells it."""
    now = [NOON]
    duty = make_duty(tmp_path, now, approval="editor")
    posts.add_posts("s", [make_post("Storm", tags=("breaking",))], NOON)
    work(duty)
    (alert,) = editions.recent()
    assert (alert.state, sent(tmp_path)) == (EditionState.READY, 0)
    assert [line.action for line in log.lines(alert.id) if line.alert] == ["ready"]
    assert newsletters.unseen("daily") == ()
    now[0] += MINUTE
    if dropped:
        editions.act(alert.id, "cancel", "ada", now[0])
    else:
        editions.approve(alert.id, "ada", now[0])
    work(duty)
    work(duty)
    assert sent(tmp_path) == (not dropped)
    assert [kept.post.title for kept in newsletters.unseen("daily")] == (["Storm"] if dropped else [])


@pytest.mark.usefixtures("sqlite")
def test_an_alert_overtakes_a_digest_on_its_way(tmp_path: Path) -> None:
    """The digest is being sent, chunk by chunk; the alert that comes now is out before its next batch."""
    now = [NOON]
    duty = make_duty(tmp_path, now)
    digest = make_sending(30, newsletter="daily", now=NOON)
    route = duty.route()
    route.limits = replace(route.limits, batch=5, batches=1)
    duty.deliver(digest)
    assert editions.count(digest).accepted == 5
    posts.add_posts("s", [make_post("Storm", tags=("breaking",))], NOON)
    tick.tick(duty)
    duty.engine.submit("alert", {"newsletter": "alerts"})
    while not [one for one in editions.recent(newsletter="alerts") if one.state is EditionState.SENT]:
        job = jobs.take(now[0])
        assert job is not None
        jobs_of(duty)[job.name](**job.args)
        jobs.finish(job.key)
    assert editions.count(digest).accepted <= 5 + 2 * 5


@pytest.mark.usefixtures("sqlite")
def test_at_night_an_alert_waits_for_the_morning_of_each_reader(tmp_path: Path) -> None:
    """At 23:30 in Prague it is afternoon in New York: one reader gets it now, the other at seven."""
    now = [NOON.replace(hour=22, minute=30)]
    duty = make_duty(tmp_path, now, quiet="22:00-07:00")
    people.add("alerts", [Subscriber(address="sam@example.org")], now[0])
    SubscriberRow.objects.filter(address="sam@example.org").update(zone="America/New_York")
    posts.add_posts("s", [make_post("Storm", tags=("breaking",))], now[0])
    before = sent(tmp_path)
    duty.engine.submit("alert", {"newsletter": "alerts"})
    work(duty)
    assert sent(tmp_path) == before + 1
    now[0] = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    work(duty)
    assert sent(tmp_path) == before + 2


def test_the_night_ends_on_the_right_day() -> None:
    """Before and after midnight, in a night that begins in the evening and in one that begins after midnight."""
    evening, night = NOON.replace(hour=22), NOON.replace(hour=2)
    assert is_night(evening, "Europe/Prague", "22:00-07:00")
    assert not is_night(NOON, "Europe/Prague", "22:00-07:00")
    assert not is_night(evening, "Europe/Prague", "00:00-06:00")
    assert morning(NOON, "Europe/Prague", "22:00-07:00") == NOON
    assert morning(evening, "Europe/Prague", "22:00-07:00") == datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert morning(night, "Europe/Prague", "22:00-07:00") == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert morning(night, "Europe/Prague", "00:00-06:00").time() == time(5)


@pytest.mark.usefixtures("store")
def test_a_digest_yields_at_its_next_batch(tmp_path: Path) -> None:
    """While an alert has people to be written to, a chunk of a digest sends nothing more; after it, it goes on."""
    digest = make_sending(5, now=NOON)
    alert = make_sending(2, newsletter="alerts", now=NOON)
    with unit():
        schedules.make_urgent(alert)
    quota.open_account("outbox", 0, NOON)
    route = Route(
        transport=OutboxTransport(tmp_path / "outbox"),
        account="outbox",
        links=Links(site="https://news.example.org", keys=load_keys(tmp_path / "keys.json")),
        marker=Marker(tmp_path),
        limits=Limits(batch=2),
    )
    stop = threading.Event()
    verdict = deliver.deliver_chunk(digest, route, stop)
    assert (verdict.reason, editions.count(digest).pending) == ("an alert goes first", 5)
    assert deliver.deliver_chunk(alert, route, stop).reason == "sent"
    assert deliver.deliver_chunk(digest, route, stop).reason == "sent"
