"""When each source is asked next, and what is known of how often it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Max

from publisher.store.database import is_sqlite, marks, speaking_clearly, unit
from publisher.store.models import SourceRow
from publisher.store.moments import from_micros, to_micros

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
    return standings((source,))[source]


def standings(sources: Sequence[str]) -> Mapping[str, Standing]:
    """Say how sources fare."""
    found = dict.fromkeys(sources, Standing(failures=0, reason="", arrivals=()))
    with speaking_clearly():
        for at in range(0, len(sources), _AT_ONCE):
            rows = {row.pk: row for row in SourceRow.objects.filter(name__in=sources[at : at + _AT_ONCE])}
            arrivals = _arrivals(list(rows))
            for key, row in rows.items():
                seen = tuple(arrivals.get(key, ()))
                found[row.name] = Standing(failures=row.failures, reason=row.reason, arrivals=seen)
    return found


def _arrivals(keys: Sequence[int]) -> Mapping[int, list[datetime]]:
    """Give the moments at which sources last brought posts, the newest first."""
    found: dict[int, list[datetime]] = {}
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_ARRIVALS.replace("{keys}", marks(len(keys))), [*keys, _KNOWN])
            for key, moment in cursor.fetchall():
                found.setdefault(key, []).append(from_micros(moment))
    return found


# Posts that came together are one arrival.
_ARRIVALS: Final = """
SELECT source_id, first_seen_at FROM (
    SELECT source_id, first_seen_at, ROW_NUMBER() OVER (PARTITION BY source_id ORDER BY first_seen_at DESC) AS place
    FROM (SELECT DISTINCT source_id, first_seen_at FROM post WHERE source_id IN ({keys})) AS seen
) AS ranked WHERE place <= %s ORDER BY source_id, place
"""


def plan(moments: Mapping[str, datetime]) -> None:
    """Say when sources are asked next."""
    with unit(), connection.cursor() as cursor:
        cursor.executemany(_PLAN, [(to_micros(at), name) for name, at in moments.items()])


_PLAN: Final = "UPDATE source SET next_at = %s WHERE name = %s"


def note_unchanged(sources: Sequence[str], now: datetime) -> frozenset[str]:
    """Keep that sources answered and had nothing new; gives those that ever brought anything."""
    with unit():
        rows = SourceRow.objects.filter(name__in=list(sources), first_pull_at__isnull=False)
        known = frozenset(rows.values_list("name", flat=True))
        rows.update(failures=0, reason="", pulled_at=now)
    return known


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
