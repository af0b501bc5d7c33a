"""How editions went, and who subscribes: what the desk draws and lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from publisher.model import Counts, Edition, EditionState
from publisher.store import editions
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import (
    EditionRow,
    NewsletterRow,
    SubscriberRow,
    SubscriptionRow,
    SuppressionRow,
    TagRow,
    TallyRow,
)
from publisher.store.moments import to_micros
from publisher.store.people import tags_of

WEEK: Final = timedelta(days=7)
_DEPARTURES: Final = """
SELECT (since - %s) / %s, COUNT(*) FROM subscription
WHERE newsletter_id IN ({}) AND state = 'unsubscribed' AND since >= %s AND since < %s
GROUP BY 1
"""
_FRESH: Final = timedelta(minutes=5)
_SETTLED: Final = timedelta(days=7)  # hardly an event comes later
_LOOKED_AT: Final = 1_000  # editions, the newest first
_OVER: Final = frozenset({EditionState.SENT.value, EditionState.CANCELLED.value})
_BEGUN: Final = (EditionState.SENDING, EditionState.PAUSED, EditionState.HELD, EditionState.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An edition that went out, and what became of it."""

    edition: Edition
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A subscriber of a list: `states` by the name of each newsletter; `suppressed`: never written to, and why."""

    key: int
    address: str
    name: str
    language: str
    states: tuple[tuple[str, str], ...]
    suppressed: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A hash that is never written to; `address` None: the person was erased or was never known."""

    address: str | None
    reason: str
    at: datetime


def sent(newsletters: Sequence[str], now: datetime, *, limit: int) -> tuple[Result, ...]:
    """Give the editions of some newsletters that people got, the newest first."""
    with speaking_clearly():
        rows = EditionRow.objects.filter(newsletter__name__in=list(newsletters), started_at__isnull=False)
        rows = rows.filter(state__in=[state.value for state in _BEGUN] + [EditionState.CANCELLED.value])
        found = list(rows.select_related("newsletter").order_by("-started_at")[:limit])
        known = {row.edition_id: row for row in TallyRow.objects.filter(edition__in=found)}
    return tuple(Result(edition=editions.get(row.ulid), counts=_counts(row, known.get(row.pk), now)) for row in found)


def _counts(row: EditionRow, known: TallyRow | None, now: datetime) -> Counts:
    """Count an edition that is on its way; of one that is over, give what was counted last."""
    if row.state not in _OVER:
        return editions.count(row.ulid)
    return Counts(**known.counts) if known is not None else _tally(row, now)


def _tally(row: EditionRow, now: datetime) -> Counts:
    """Count an edition, and remember it."""
    counts = editions.count(row.ulid)
    _remember(row, counts, now)
    return counts


def remember(edition: str, counts: Counts, now: datetime) -> None:
    """Keep what an edition came to as it ends, so that nobody waits for the counting. Raises `UsageError`."""
    _remember(editions.find(edition), counts, now)


def _remember(row: EditionRow, counts: Counts, now: datetime) -> None:
    """Keep what an edition came to."""
    with unit():
        TallyRow.objects.update_or_create(edition=row, defaults={"counts": asdict(counts), "at": now})


def tally(now: datetime, *, most: int) -> int:
    """Count editions that are over once more, until hardly an event can come; gives how many were due."""
    with speaking_clearly():
        rows = EditionRow.objects.filter(state__in=list(_OVER), started_at__isnull=False).order_by("-started_at")
        due = [
            key
            for key, ended, at in rows.values_list("pk", "finished_at", "tallyrow__at")[:_LOOKED_AT]
            if at is None or (at - (ended or at) < _SETTLED and now - at >= _FRESH)
        ][:most]
        found = list(EditionRow.objects.filter(pk__in=due))
    for row in found:
        _tally(row, now)
    return len(found)


def left(newsletters: Sequence[str], since: datetime) -> dict[str, int]:
    """Count who unsubscribed from some newsletters since a time, by newsletter."""
    rows = SubscriptionRow.objects.filter(newsletter__name__in=list(newsletters), state="unsubscribed")
    with speaking_clearly():
        found = rows.filter(since__gte=since).values("newsletter__name").annotate(n=Count("pk"))
        return {one["newsletter__name"]: one["n"] for one in found}


def departures(newsletters: Sequence[str], start: datetime, weeks: int) -> tuple[int, ...]:
    """Count who unsubscribed from some newsletters in each of the weeks after a time."""
    named = list(NewsletterRow.objects.filter(name__in=list(newsletters)).values_list("pk", flat=True))
    found = [0] * weeks
    if not named:
        return tuple(found)
    begin, week = to_micros(start), WEEK // timedelta(microseconds=1)
    marks = ", ".join(["%s"] * len(named))
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_DEPARTURES.format(marks), [begin, week, *named, begin, begin + week * weeks])
        for at, people in cursor.fetchall():
            found[at] = people
    return tuple(found)


def readers(newsletters: Sequence[str]) -> dict[str, dict[str, int]]:
    """Count subscriptions by newsletter and state."""
    found: dict[str, dict[str, int]] = {name: {} for name in newsletters}
    with speaking_clearly():
        rows = SubscriptionRow.objects.filter(newsletter__name__in=list(newsletters))
        for one in rows.values("newsletter__name", "state").annotate(n=Count("pk")):
            found[one["newsletter__name"]][one["state"]] = one["n"]
    return found


# --- people -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Whom somebody looks for: how address or name begins, how they stand, their language, a tag; "" is everybody.

    Never the format: that somebody reads large print is nobody's business.
    """

    words: str = ""
    state: str = ""
    language: str = ""
    tag: str = ""


def people(newsletters: Sequence[str], sought: Sought, *, after: int, limit: int) -> tuple[Person, ...]:
    """Give the people of some newsletters, in the order in which they came; `after` is the last one seen."""
    with speaking_clearly():
        rows = list(_people(newsletters, sought).filter(pk__gt=after).order_by("pk")[:limit])
        links: dict[int, list[tuple[str, str]]] = {}
        found = SubscriptionRow.objects.filter(subscriber__in=rows, newsletter__name__in=list(newsletters))
        for key, name, status in found.values_list("subscriber_id", "newsletter__name", "state"):
            links.setdefault(key, []).append((name, status))
        tagged = tags_of([row.pk for row in rows], newsletters)
        shut = dict(SuppressionRow.objects.filter(pk__in=[row.fingerprint for row in rows]).values_list("pk", "reason"))
    return tuple(
        Person(
            key=row.pk,
            address=row.address,
            name=row.name,
            language=row.language,
            states=tuple(sorted(links.get(row.pk, []))),
            suppressed=shut.get(row.fingerprint, ""),
            tags=tagged.get(row.pk, ()),
        )
        for row in rows
    )


def _people(newsletters: Sequence[str], sought: Sought) -> QuerySet[SubscriberRow]:
    """Find people."""
    links = SubscriptionRow.objects.filter(newsletter__name__in=list(newsletters), subscriber=OuterRef("pk"))
    if sought.state:
        links = links.filter(state=sought.state)
    rows = SubscriberRow.objects.filter(Exists(links))
    if sought.words:
        rows = rows.filter(Q(address__istartswith=sought.words) | Q(name__istartswith=sought.words))
    if sought.tag:
        tagged = TagRow.objects.filter(newsletter__name__in=list(newsletters), tag=sought.tag)
        rows = rows.filter(pk__in=tagged.values("subscriber"))
    return rows.filter(language=sought.language) if sought.language else rows


def suppressions(*, limit: int) -> tuple[Suppressed, ...]:
    """Give whom nobody writes to any more, the newest first."""
    with speaking_clearly():
        rows = list(SuppressionRow.objects.order_by("-at")[:limit])
        known = dict(
            SubscriberRow.objects.filter(fingerprint__in=[row.pk for row in rows]).values_list("fingerprint", "address")
        )
    return tuple(Suppressed(address=known.get(row.pk), reason=row.reason, at=row.at) for row in rows)


def count_suppressions() -> int:
    """Count whom nobody writes to any more."""
    with speaking_clearly():
        return SuppressionRow.objects.count()
