"""What the schedule decided: each occurrence once, and the moments that the tick goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q

from publisher.model import Edition, EditionState, Post
from publisher.store import codec, editions, log, newsletters
from publisher.store.database import is_sqlite, speaking_clearly, unit
from publisher.store.models import (
    AuditRow,
    DeliveryRow,
    EditionPostRow,
    EditionRow,
    MilestoneRow,
    NewsletterRow,
    OccurrenceRow,
    SeenRow,
    SubscriberRow,
    VersionRow,
)
from publisher.store.moments import from_micros, to_micros

_SPREAD: Final = """
UPDATE delivery SET due_at = %s
WHERE edition_id = %s AND state = 'pending' AND subscriber_id IN (SELECT id FROM subscriber WHERE zone = %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An occurrence that was decided: its local time as it is kept, the moment, what became of it, and why."""

    newsletter: str
    local: str
    at: datetime
    verdict: str
    reason: str


# --- moments ------------------------------------------------------------------------------------------------------


def milestone(name: str) -> datetime | None:
    """Say when something was noted last; None: never."""
    with speaking_clearly():
        row = MilestoneRow.objects.filter(pk=name).first()
    return row.at if row else None


def reach(name: str, at: datetime) -> None:
    """Note the moment of something."""
    with unit():
        MilestoneRow.objects.update_or_create(name=name, defaults={"at": at})


def reach_once(name: str, at: datetime) -> datetime:
    """Note the moment of something the first time; gives the moment that stands."""
    with unit():
        row, _ = MilestoneRow.objects.get_or_create(name=name, defaults={"at": at})
    return row.at


# --- newsletters and their occurrences ----------------------------------------------------------------------------


def forget_plans(names: Iterable[str]) -> None:
    """Let the next tick look at the schedules of newsletters anew: they may have been changed."""
    with unit():
        NewsletterRow.objects.filter(name__in=list(names)).update(next_at=None)


def due(now: datetime) -> frozenset[str]:
    """Name the newsletters whose schedules have to be looked at."""
    with speaking_clearly():
        rows = NewsletterRow.objects.filter(Q(next_at=None) | Q(next_at__lte=now))
        return frozenset(rows.values_list("name", flat=True))


def lock(newsletter: str) -> bool:
    """Keep a newsletter for this transaction; False when another worker has it."""
    rows = NewsletterRow.objects.filter(name=newsletter)
    rows = rows if is_sqlite() else rows.select_for_update(skip_locked=True)
    return rows.first() is not None


def is_paused(newsletter: str) -> bool:
    """Say whether editors paused a newsletter."""
    with speaking_clearly():
        return NewsletterRow.objects.filter(name=newsletter, paused=True).exists()


def pause(newsletter: str, *, paused: bool) -> None:
    """Pause a newsletter, or let it go on. Raises `UsageError`."""
    row = newsletters.find(newsletter)
    with unit():
        row.paused = paused
        row.save()


def plan_next(newsletter: str, at: datetime | None) -> None:
    """Note when the schedule of a newsletter has to be looked at next; None: at every tick."""
    with unit():
        NewsletterRow.objects.filter(name=newsletter).update(next_at=at)


def decided(newsletter: str, since: datetime) -> frozenset[str]:
    """Give the local times of the occurrences that were decided or have an edition."""
    with speaking_clearly():
        rows = OccurrenceRow.objects.filter(newsletter__name=newsletter, at__gte=since)
        made = EditionRow.objects.filter(newsletter__name=newsletter, occurrence__isnull=False, created_at__gte=since)
        return frozenset((*rows.values_list("local", flat=True), *(row.occurrence or "" for row in made)))


def decide(one: Decided, now: datetime) -> bool:
    """Keep what was decided about an occurrence; False when somebody decided before. Call it in a transaction."""
    _, made = OccurrenceRow.objects.get_or_create(
        newsletter=newsletters.find(one.newsletter),
        local=one.local,
        defaults={"at": one.at, "verdict": one.verdict, "reason": one.reason, "decided_at": now},
    )
    return made


def change_verdict(newsletter: str, local: str, verdict: str, reason: str) -> None:
    """Keep what came of an occurrence after all."""
    with unit():
        rows = OccurrenceRow.objects.filter(newsletter__name=newsletter, local=local)
        rows.update(verdict=verdict, reason=reason)


def open_occurrences(since: datetime) -> tuple[Decided, ...]:
    """Give the occurrences that were to start and have no edition yet."""
    made = EditionRow.objects.filter(newsletter=OuterRef("newsletter"), occurrence=OuterRef("local"))
    with speaking_clearly():
        rows = OccurrenceRow.objects.filter(~Exists(made), verdict="due", at__gte=since)
        return tuple(
            Decided(newsletter=row.newsletter.name, local=row.local, at=row.at, verdict=row.verdict, reason=row.reason)
            for row in rows.select_related("newsletter").order_by("at")
        )


def history(newsletter: str, limit: int = 20) -> tuple[Decided, ...]:
    """Give what was decided lately, the newest first."""
    with speaking_clearly():
        rows = OccurrenceRow.objects.filter(newsletter__name=newsletter).order_by("-at", "-pk")[:limit]
        return tuple(
            Decided(newsletter=newsletter, local=row.local, at=row.at, verdict=row.verdict, reason=row.reason)
            for row in rows
        )


def before(newsletter: str, occurrence: str) -> Decided | None:
    """Give the occurrence before one of the schedule for everybody, as it was decided; None: there is none."""
    with speaking_clearly():
        rows = OccurrenceRow.objects.filter(newsletter__name=newsletter).exclude(local__contains=" ")
        own = rows.filter(local=occurrence).first()
        row = rows.filter(at__lt=own.at).order_by("-at", "-pk").first() if own else None
    if row is None:
        return None
    return Decided(newsletter=newsletter, local=row.local, at=row.at, verdict=row.verdict, reason=row.reason)


# --- editions and their time --------------------------------------------------------------------------------------


def set_time(edition: str, at: datetime, local: str = "") -> None:
    """Say when an edition is to be sent; `local`: at this time on the wall of each reader. Raises `UsageError`."""
    row = editions.find(edition)
    with unit():
        EditionRow.objects.filter(pk=row.pk).update(send_at=at, local_at=local)


def make_urgent(edition: str, title: str = "") -> None:
    """Let an edition go before every other, by a title of its own ("": as it is). Call it in a transaction."""
    values = {"urgent": True, "title": title} if title else {"urgent": True}
    EditionRow.objects.filter(ulid=edition).update(**values)


def due_to_start(now: datetime) -> tuple[Edition, ...]:
    """Give the approved editions whose time has come."""
    return _editions(EditionState.APPROVED, now)


def due_for_approval(now: datetime) -> tuple[Edition, ...]:
    """Give the editions whose time has come and that nobody has approved."""
    return _editions(EditionState.READY, now)


def _editions(state: EditionState, now: datetime) -> tuple[Edition, ...]:
    """Give the editions of a state whose time has come, the earliest first."""
    with speaking_clearly():
        rows = EditionRow.objects.filter(state=state.value, send_at__lte=now).order_by("send_at", "pk")
        return tuple(editions.get(row.ulid) for row in rows)


def is_urgent(edition: str) -> bool:
    """Say whether an edition goes before every other."""
    with speaking_clearly():
        return EditionRow.objects.filter(ulid=edition, urgent=True).exists()


def urgent_among(editions: Iterable[str]) -> frozenset[str]:
    """Give those of some editions that go before every other."""
    with speaking_clearly():
        rows = EditionRow.objects.filter(ulid__in=list(editions), urgent=True)
        return frozenset(rows.values_list("ulid", flat=True))


def must_yield(edition: int, now: datetime) -> bool:
    """Say whether an edition (its row's key) has to wait: an urgent one has people who could be written to now."""
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_YIELDS, [edition, to_micros(now), edition])
        return bool(cursor.fetchone()[0])


_YIELDS: Final = """
SELECT EXISTS (
    SELECT 1 FROM edition u WHERE u.state = 'sending' AND u.urgent AND u.id <> %s AND EXISTS (
        SELECT 1 FROM delivery d WHERE d.edition_id = u.id AND d.state = 'pending' AND d.due_at <= %s
    )
) AND NOT (SELECT urgent FROM edition WHERE id = %s)
"""


def zones_of(newsletter: str) -> tuple[str, ...]:
    """Name the zones in which a newsletter's readers live, as far as it is known."""
    with speaking_clearly():
        rows = SubscriberRow.objects.filter(subscriptionrow__newsletter__name=newsletter).exclude(zone="")
        return tuple(rows.order_by("zone").values_list("zone", flat=True).distinct())


def local_time_of(edition: str) -> str:
    """Give the time on the wall at which each reader is to have an edition; "" for everybody at once."""
    return editions.find(edition).local_at


def spread(edition: str, moments: Mapping[str, datetime]) -> None:
    """Let readers wait for their own time: the moment of each zone, "" for those whose zone nobody knows.

    Call it in a transaction.
    """
    row = editions.find(edition)
    with connection.cursor() as cursor:
        for zone, at in moments.items():
            cursor.execute(_SPREAD, [to_micros(at), row.pk, zone])


def next_waiting(edition: str) -> datetime | None:
    """Say when the next reader of an edition is due; None: nobody waits."""
    with speaking_clearly():
        row = DeliveryRow.objects.filter(edition__ulid=edition, state="pending").order_by("due_at", "pk").first()
    return None if row is None else from_micros(row.due_at)


def cover(alert: str, covered: Iterable[str], now: datetime) -> int:
    """Let newsletters not repeat the posts of an edition; gives how many. Call it in a transaction."""
    posts = EditionPostRow.objects.filter(edition__ulid=alert, position__isnull=False)
    keys = list(posts.values_list("version__post", flat=True))
    made: list[list[int]] = []
    for row in NewsletterRow.objects.filter(name__in=list(covered)):
        known = set(SeenRow.objects.filter(newsletter=row, post__in=keys).values_list("post", flat=True))
        made += [[row.pk, key] for key in keys if key not in known]
    SeenRow.objects.bulk_create(
        [SeenRow(newsletter_id=newsletter, post_id=key) for newsletter, key in made], ignore_conflicts=True
    )
    log.note(now, "publisher", "cover", alert, seen=made)
    return len(made)


def uncover(now: datetime, since: datetime) -> int:
    """Let newsletters tell after all what an alert was to tell that was cancelled before anybody got it.

    Looks at the alerts made since a moment; gives how many posts that were.
    """
    dropped = EditionRow.objects.filter(
        urgent=True, state=EditionState.CANCELLED.value, started_at=None, created_at__gte=since
    )
    freed = 0
    with unit():
        for alert in dropped.values_list("ulid", flat=True):
            last = AuditRow.objects.filter(subject=alert, action__in=("cover", "uncover")).order_by("-pk").first()
            if last is None or last.action == "uncover":
                continue
            for newsletter, key in last.detail["seen"]:
                freed += SeenRow.objects.filter(newsletter_id=newsletter, post_id=key).delete()[0]
            log.note(now, "publisher", "uncover", alert)
    return freed


def shown(newsletter: str, since: datetime) -> frozenset[int]:
    """Give the posts that stood in editions for everybody which began to go out since a moment.

    Each as the key of its newest version, as `Kept` has it.
    """
    with speaking_clearly():
        places = EditionPostRow.objects.filter(
            edition__newsletter__name=newsletter,
            edition__audience="each",
            edition__started_at__gte=since,
            position__isnull=False,
        )
        posts = places.values("version__post")
        rows = VersionRow.objects.filter(post__in=posts, n=newsletters.CURRENT)
        return frozenset(rows.values_list("pk", flat=True))


def has_editions(newsletter: str) -> bool:
    """Say whether a newsletter ever had an edition for everybody, apart from its roll-ups."""
    with speaking_clearly():
        return EditionRow.objects.filter(newsletter__name=newsletter, audience="each").exists()


def posts_of(edition: str) -> tuple[Post, ...]:
    """Give the posts that stand in an edition as their sources have them now."""
    with speaking_clearly():
        places = EditionPostRow.objects.filter(edition__ulid=edition, position__isnull=False)
        rows = VersionRow.objects.filter(post__in=places.values("version__post"), n=newsletters.CURRENT)
        return tuple(codec.read(Post, row.body) for row in rows.order_by("pk"))


def newest_version() -> int:
    """Give the number of the version of a post that came last; 0: there is none."""
    with speaking_clearly():
        return VersionRow.objects.aggregate(last=Max("pk"))["last"] or 0


def started_since(newsletter: str, since: datetime) -> int:
    """Count the editions of a newsletter that were made since a moment and not cancelled."""
    with speaking_clearly():
        rows = EditionRow.objects.filter(newsletter__name=newsletter, created_at__gte=since)
        return rows.exclude(state=EditionState.CANCELLED.value).count()
