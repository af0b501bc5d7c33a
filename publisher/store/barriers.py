"""Barriers that readers report, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.store import log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import BarrierRow

KINDS = ("picture", "captions", "structure", "contrast", "language", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """What a reader could not use, and where; `edition` and `post` are ids, "" where it is about the pages."""

    kind: str
    text: str = ""
    newsletter: str = ""
    edition: str = ""
    post: str = ""
    language: str = ""
    key: int = 0
    at: datetime | None = None
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


def waiting(limit: int = 200) -> tuple[Barrier, ...]:
    """Give the reports that nobody has dealt with, the newest first."""
    with speaking_clearly():
        return tuple(_read(row) for row in BarrierRow.objects.filter(done_at=None).order_by("-at", "-pk")[:limit])


def of_newsletter(newsletter: str, limit: int = 200) -> tuple[Barrier, ...]:
    """Give the reports about a newsletter, the newest first."""
    with speaking_clearly():
        rows = BarrierRow.objects.filter(newsletter=newsletter).order_by("-at", "-pk")[:limit]
        return tuple(_read(row) for row in rows)


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
        done=row.done_at,
        done_by=row.done_by,
        answer=row.answer,
    )
