"""The job table of the embedded engine.

Where another engine works, it is the tray in which pages and commands put what they ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from publisher.store.database import is_sqlite, speaking_clearly, unit
from publisher.store.models import JobRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that is due; `attempt` counts from 1."""

    key: int
    name: str
    args: Mapping[str, Any]
    attempt: int


def submit(name: str, args: Mapping[str, Any], run_at: datetime) -> None:
    """Add work, inside the caller's transaction where there is one; the same work that already waits is not added."""
    with speaking_clearly():
        if not JobRow.objects.filter(job=name, args=dict(args), running=False, given_up=False).exists():
            JobRow.objects.create(job=name, args=dict(args), run_at=run_at)


def is_known(name: str, args: Mapping[str, Any]) -> bool:
    """Say whether such work waits, runs or was given up."""
    with speaking_clearly():
        return JobRow.objects.filter(job=name, args=dict(args)).exists()


def reset() -> int:
    """Let what was running when its process ended run again; call it with the home's lock held."""
    with unit():
        return JobRow.objects.filter(running=True).update(running=False)


def retry_given_up() -> int:
    """Let what was given up be tried again: people have looked at it."""
    with unit():
        return JobRow.objects.filter(given_up=True).update(given_up=False, attempt=0)


def take(now: datetime) -> Job | None:
    """Take the job that has been due longest; None: nothing is due."""
    return _take(JobRow.objects.filter(run_at__lte=now))


def take_named(name: str, now: datetime) -> Job | None:
    """Take the job of some name that has been due longest; None: none is due."""
    return _take(JobRow.objects.filter(run_at__lte=now, job=name))


def _take(rows: QuerySet[JobRow]) -> Job | None:
    """Take the first of some jobs that nobody has taken."""
    with unit():
        row = rows.filter(running=False, given_up=False).order_by("run_at", "pk").first()
        if row is None:
            return None
        row.running = True
        row.attempt += 1
        row.save()
    return Job(key=row.pk, name=row.job, args=row.args, attempt=row.attempt)


def hand_over() -> tuple[tuple[str, Mapping[str, Any], datetime], ...]:
    """Take out everything that waits, for another engine to do: name, arguments, moment.

    Pages and commands ask for work in this table, whichever engine there is. Call it in the transaction that submits
    the work.
    """
    rows = JobRow.objects.filter(running=False, given_up=False).order_by("pk")
    found = list(rows if is_sqlite() else rows.select_for_update(skip_locked=True))
    JobRow.objects.filter(pk__in=[row.pk for row in found]).delete()
    return tuple((row.job, row.args, row.run_at) for row in found)


def finish(key: int) -> None:
    """Forget work that is done."""
    with unit():
        JobRow.objects.filter(pk=key).delete()


def postpone(key: int, run_at: datetime | None, reason: str) -> None:
    """Try failed work again later; None: never, people have to look at it."""
    with unit():
        rows = JobRow.objects.filter(pk=key)
        if run_at is None:
            rows.update(running=False, given_up=True, reason=reason)
        else:
            rows.update(running=False, run_at=run_at, reason=reason)


def next_due() -> datetime | None:
    """Say when the next waiting job is due; None: none waits."""
    with speaking_clearly():
        row = JobRow.objects.filter(running=False, given_up=False).order_by("run_at", "pk").first()
    return row.run_at if row else None


def waiting(name: str | None = None) -> int:
    """Count the jobs that wait or run."""
    with speaking_clearly():
        rows = JobRow.objects.filter(given_up=False)
        return (rows.filter(job=name) if name else rows).count()


def given_up() -> tuple[tuple[str, Mapping[str, Any], str], ...]:
    """Give name, arguments and reason of the work that will not be tried again."""
    with speaking_clearly():
        return tuple((row.job, row.args, row.reason) for row in JobRow.objects.filter(given_up=True).order_by("pk"))
