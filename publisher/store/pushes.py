"""Where changes are pushed to, how far each place is, and what it never took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from publisher.errors import UsageError
from publisher.store import channels, log, outlets
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import DeadLetterRow, TargetRow
from publisher.store.moments import to_micros

Kind = Literal["webhook", "s3", "sftp", "wordpress", "websub"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place that changes are pushed to: the last sequence it got, and how often the next one failed.

    `ahead` are the sequences of kills that it got before what comes before them.
    """

    key: int
    outlet: str
    channels: tuple[str, ...]
    kind: Kind
    url: str
    options: Mapping[str, str]
    position: int
    ahead: tuple[int, ...]
    attempt: int
    next_at: datetime | None
    reason: str
    active: bool

    @property
    def practice(self) -> str:
        """Name the practice channel of the outlet."""
        return f"{outlets.PRACTICE}{self.outlet}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A change that a target never took."""

    target: int
    outlet: str
    kind: str
    sequence: int
    at: datetime
    reason: str


def add(  # noqa: PLR0913 - each says another thing of the place
    name: str, kind: Kind, url: str, options: Mapping[str, str], *, actor: str, now: datetime
) -> Target:
    """Push the changes of an outlet's channels to a place, from now on. Raises `UsageError`.

    The option "channel" names the only one that counts, which may be that of the outlet's practice.
    """
    outlet = outlets.find(name)
    wanted = (*outlet.channels, outlet.practice)
    if options.get("channel", outlet.practice) not in wanted:
        raise UsageError(f"outlet {name}", f"it may not pull the channel {options['channel']}")
    with unit():
        row = TargetRow.objects.create(
            outlet_id=outlet.key,
            kind=kind,
            url=url,
            options=dict(options),
            position=channels.head(wanted),
        )
        log.note(now, actor, "push", f"outlet {name}", kind=kind, number=row.pk)
    return get(row.pk)


def get(key: int) -> Target:
    """Give a target. Raises `UsageError`."""
    with speaking_clearly():
        row = TargetRow.objects.filter(pk=key).select_related("outlet").first()
    if row is None:
        raise UsageError(f"push {key}", "there is none of this number", "list them with: publisher outlet list")
    return _read(row)


def due(now: datetime) -> tuple[Target, ...]:
    """Give the targets that may be tried now."""
    with speaking_clearly():
        rows = TargetRow.objects.filter(active=True, outlet__active=True).exclude(next_at__gt=to_micros(now))
        return tuple(_read(row) for row in rows.select_related("outlet").order_by("pk"))


def waiting(now: datetime) -> tuple[Target, ...]:
    """Give the targets that wait because something failed."""
    with speaking_clearly():
        rows = TargetRow.objects.filter(active=True, outlet__active=True, next_at__gt=to_micros(now))
        return tuple(_read(row) for row in rows.select_related("outlet").order_by("pk"))


def of_outlet(name: str) -> tuple[Target, ...]:
    """Give the targets of an outlet. Raises `UsageError`."""
    outlet = outlets.find(name)
    with speaking_clearly():
        rows = TargetRow.objects.filter(outlet_id=outlet.key).select_related("outlet").order_by("pk")
        return tuple(_read(row) for row in rows)


def _read(row: TargetRow) -> Target:
    """Give a row as a value."""
    return Target(
        key=row.pk,
        outlet=row.outlet.name,
        channels=outlets.find(row.outlet.name).channels,
        kind=cast("Kind", row.kind),
        url=row.url,
        options=dict(row.options),
        position=row.position,
        ahead=tuple(row.ahead),
        attempt=row.attempt,
        next_at=row.next_at,
        reason=row.reason,
        active=row.active,
    )


def advance(key: int, sequence: int) -> None:
    """Remember that a target took everything up to a change."""
    with unit():
        row = TargetRow.objects.select_for_update().get(pk=key)
        row.position, row.attempt, row.next_at, row.reason = sequence, 0, None, ""
        row.ahead = [one for one in row.ahead if one > sequence]
        row.save()


def overtake(key: int, sequence: int) -> None:
    """Remember that a target took a kill before what comes before it."""
    with unit():
        row = TargetRow.objects.select_for_update().get(pk=key)
        row.ahead = [*row.ahead, sequence]
        row.save()


def postpone(key: int, until: datetime, reason: str) -> None:
    """Try the next change of a target again later."""
    with unit():
        row = TargetRow.objects.select_for_update().get(pk=key)
        row.attempt += 1
        row.next_at = until
        row.reason = reason
        row.save()


def give_up(key: int, sequence: int, reason: str, now: datetime) -> None:
    """Put a change aside for people to look at, and go on with the next one."""
    with unit():
        DeadLetterRow.objects.update_or_create(target_id=key, sequence=sequence, defaults={"at": now, "reason": reason})
        TargetRow.objects.filter(pk=key).update(position=sequence, attempt=0, next_at=None, reason=reason)
        log.alert(now, "push failed", f"push {key}", reason=reason)


def stop(key: int, *, actor: str, now: datetime) -> None:
    """Push nothing there any more. Raises `UsageError`."""
    target = get(key)
    with unit():
        TargetRow.objects.filter(pk=key).update(active=False)
        log.note(now, actor, "push stopped", f"outlet {target.outlet}", number=key)


def dead_letters() -> tuple[DeadLetter, ...]:
    """Give what was never taken, oldest first."""
    with speaking_clearly():
        rows = DeadLetterRow.objects.select_related("target__outlet").order_by("pk")
        return tuple(
            DeadLetter(
                target=row.target_id,
                outlet=row.target.outlet.name,
                kind=row.target.kind,
                sequence=row.sequence,
                at=row.at,
                reason=row.reason,
            )
            for row in rows
        )


def retry(key: int) -> int:
    """Go back to the oldest change that a target never took, and begin again there; gives how many there were."""
    with unit():
        rows = DeadLetterRow.objects.filter(target_id=key)
        first = rows.order_by("sequence").first()
        if first is None:
            return 0
        target = TargetRow.objects.select_for_update().get(pk=key)
        target.position = min(target.position, first.sequence - 1)
        target.attempt, target.next_at = 0, None
        target.save()
        count = rows.count()
        rows.delete()
    return count
