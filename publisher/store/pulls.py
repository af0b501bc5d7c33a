"""When each source is asked next, and what is known of how often it changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from publisher.store.database import is_sqlite, speaking_clearly, unit
from publisher.store.models import PostRow, SourceRow

_KNOWN = 8  # arrivals that say how often a source brings something


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a source fares: failures in a row, why, and the moments at which it last brought posts, the newest first."""

    failures: int
    reason: str
    arrivals: tuple[datetime, ...]


def know(names: Iterable[str]) -> None:
    """Make sources known, so that they can be due."""
    wanted = set(names)
    with unit():
        known = set(SourceRow.objects.filter(name__in=wanted).values_list("name", flat=True))
        missing = [SourceRow(name=name) for name in sorted(wanted - known)]
        SourceRow.objects.bulk_create(missing, ignore_conflicts=True, batch_size=400)


def claim_due(names: frozenset[str], now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
    """Take sources that are due, those that fare well first; nobody else takes them before `until`.

    Call it in the transaction that submits their pull.
    """
    rows = SourceRow.objects.filter(next_at=None) | SourceRow.objects.filter(next_at__lte=now)
    rows = rows if is_sqlite() else rows.select_for_update(skip_locked=True)
    found = [row for row in rows.order_by("failures", "next_at", "pk") if row.name in names][:limit]
    for at in range(0, len(found), _AT_ONCE):
        SourceRow.objects.filter(pk__in=[row.pk for row in found[at : at + _AT_ONCE]]).update(next_at=until)
    return tuple(row.name for row in found)


_AT_ONCE = 400


def standing(source: str) -> Standing:
    """Say how a source fares."""
    with speaking_clearly():
        row = SourceRow.objects.filter(name=source).first()
        if row is None:
            return Standing(failures=0, reason="", arrivals=())
        seen = PostRow.objects.filter(source=row).order_by("-first_seen_at").values_list("first_seen_at", flat=True)
        return Standing(failures=row.failures, reason=row.reason, arrivals=tuple(seen.distinct()[:_KNOWN]))


def plan(source: str, at: datetime) -> None:
    """Say when a source is asked next."""
    with unit():
        SourceRow.objects.filter(name=source).update(next_at=at)


def note_unchanged(source: str, now: datetime) -> bool:
    """Keep that a source answered and had nothing new; False when it never brought anything before."""
    with unit():
        rows = SourceRow.objects.filter(name=source, first_pull_at__isnull=False)
        return bool(rows.update(failures=0, reason="", pulled_at=now))


def silent(names: Iterable[str], before: datetime) -> tuple[tuple[str, datetime], ...]:
    """Name sources that answer but brought nothing new since `before`, with the moment of their newest post."""
    with speaking_clearly():
        rows = (
            SourceRow.objects.filter(name__in=list(names), failures=0, pulled_at__gt=before)
            .annotate(newest=Max("postrow__first_seen_at"))
            .filter(newest__lt=before)
            .order_by("name")
        )
        return tuple(rows.values_list("name", "newest"))


def failing(names: Iterable[str], failures: int) -> tuple[tuple[str, str], ...]:
    """Name sources that could not be read so many times in a row, with the reason."""
    with speaking_clearly():
        rows = SourceRow.objects.filter(name__in=list(names), failures__gte=failures).order_by("name")
        return tuple((row.name, row.reason) for row in rows)
