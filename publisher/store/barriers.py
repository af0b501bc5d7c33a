"""Barriers that readers report, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from publisher.store import log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import BarrierRow
from publisher.store.moments import to_micros

KINDS = ("picture", "captions", "structure", "contrast", "language", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """What a reader could not use, and where; `edition` and `post` are ids, "" where it is about the pages.

    `taken_by` looks into it; `done` None: nobody has mended it.
    """

    kind: str
    text: str = ""
    newsletter: str = ""
    edition: str = ""
    post: str = ""
    language: str = ""
    key: int = 0
    at: datetime | None = None
    taken_by: str = ""
    done: datetime | None = None
    done_by: str = ""
    answer: str = ""


def report(barrier: Barrier, now: datetime) -> int:
    """Keep a report, and tell the desk; gives its number."""
    with unit():
        row = BarrierRow.objects.create(
            newsletter=barrier.newsletter,
            edition=barrier.edition,
            post=barrier.post,
            kind=barrier.kind,
            text=barrier.text,
            language=barrier.language,
            at=now,
        )
        log.alert(now, "barrier", barrier.edition or barrier.newsletter or "pages", number=row.pk, kind=barrier.kind)
    number: int = row.pk
    return number


def find(key: int) -> Barrier | None:
    """Give a report by its number."""
    with speaking_clearly():
        row = BarrierRow.objects.filter(pk=key).first()
    return _read(row) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """How many barriers were reported of a newsletter, how many are settled, and the kinds of those that are not."""

    reported: int
    settled: int
    open: Mapping[str, int]

    @property
    def open_total(self) -> int:
        """Count those that nobody has settled."""
        return sum(self.open.values())


def listed(newsletters: Sequence[str], *, settled: bool, offset: int = 0, limit: int = 50) -> tuple[Barrier, ...]:
    """Give the reports about some newsletters ("" is the pages) that are settled, or that are not, the newest first."""
    with speaking_clearly():
        rows = BarrierRow.objects.filter(newsletter__in=list(newsletters), done_at__isnull=not settled)
        return tuple(_read(row) for row in rows.order_by("-at", "-pk")[offset : offset + limit])


def about(*, edition: str = "", post: str = "") -> tuple[Barrier, ...]:
    """Give the open reports about an edition, or about a post by its id, the newest first."""
    wanted = {"edition": edition} if edition else {"post": post}
    with speaking_clearly():
        return tuple(_read(row) for row in BarrierRow.objects.filter(done_at=None, **wanted).order_by("-at", "-pk"))


def count_open(newsletters: Sequence[str]) -> int:
    """Count the reports about some newsletters that nobody has settled."""
    with speaking_clearly():
        return BarrierRow.objects.filter(newsletter__in=list(newsletters), done_at=None).count()


def sum_up(newsletter: str, since: datetime) -> Sum:
    """Count the reports about a newsletter since a moment, and all that are open."""
    with speaking_clearly():
        rows = BarrierRow.objects.filter(newsletter=newsletter)
        late = rows.filter(at__gte=to_micros(since))
        kinds = rows.filter(done_at=None).order_by("kind").values_list("kind").annotate(n=Count("pk"))
        return Sum(reported=late.count(), settled=late.filter(done_at__isnull=False).count(), open=dict(kinds))


def take(key: int, who: str, actor: str, now: datetime) -> bool:
    """Say who looks into a barrier, "" nobody; False where it is settled, or that is so already."""
    with unit():
        changed = BarrierRow.objects.filter(pk=key, done_at=None).exclude(taken_by=who).update(taken_by=who)
        if changed:
            log.note(now, actor, "take barrier", f"barrier {key}", who=who)
    return bool(changed)


def settle(key: int, actor: str, answer: str, now: datetime) -> bool:
    """Say that a barrier is gone, and what was done; False when that was said before."""
    with unit():
        changed = BarrierRow.objects.filter(pk=key, done_at=None).update(done_at=now, done_by=actor, answer=answer)
        if changed:
            log.note(now, actor, "settle barrier", f"barrier {key}", answer=answer)
    return bool(changed)


def _read(row: BarrierRow) -> Barrier:
    """Give a row as a value."""
    return Barrier(
        key=row.pk,
        newsletter=row.newsletter,
        edition=row.edition,
        post=row.post,
        kind=row.kind,
        text=row.text,
        language=row.language,
        at=row.at,
        taken_by=row.taken_by,
        done=row.done_at,
        done_by=row.done_by,
        answer=row.answer,
    )
