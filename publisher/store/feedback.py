"""What a transport told afterwards: kept once, in whatever order it comes, and what it does to the ledger.

An event says what was true of one attempt. So it settles doubt under every policy, and a late event of an earlier
attempt shows that a person got the edition twice.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, Literal

from django.db import connection
from django.db.models import Max

from publisher.model import Mark
from publisher.store import people
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import AttemptRow, DeliveryRow, EditionRow, EventRow, SubscriptionRow
from publisher.store.moments import to_micros
from publisher.store.ulid import delivery_ulid, split_delivery

Blame = Literal["none", "hard", "soft", "complaint"]

_AT_ONCE: Final = 100
_RANK: Final = {"": 0, Mark.DELIVERED.value: 1, Mark.BOUNCED.value: 2, Mark.COMPLAINED.value: 3}

_KEEP: Final = """
INSERT INTO event (id, delivery_id, attempt, kind, blame, at, received_at, detail)
VALUES {rows}
ON CONFLICT (id) DO NOTHING RETURNING id
"""
_KEEP_ROW: Final = "(%s, %s, %s, %s, %s, %s, %s, %s)"

# Whatever the ledger thought, the message was taken: this holds after a restored backup too.
_ACCEPTED: Final = """
UPDATE delivery SET state = 'accepted', code = '', at = %s
WHERE id = %s AND state <> 'accepted' AND code <> 'rejected'
"""

_REJECTED: Final = "UPDATE delivery SET state = 'failed', code = 'rejected', at = %s WHERE id = %s AND attempt = %s"

_ATTEMPT: Final = """
UPDATE attempt SET outcome = %s, message_id = CASE WHEN message_id = '' THEN %s ELSE message_id END,
    reason = CASE WHEN %s THEN %s ELSE reason END, result_at = %s
WHERE delivery_id = %s AND n = %s AND outcome <> 'rejected'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event and what it means; deciding that is not the store's business.

    `id` is the hash of what makes it this event. `delivery` and `attempt` come from its tags, None where it has none:
    then `message_id` finds the row. `taken` False: the transport took the message and then threw it away. `blame` says
    what the address did: nothing, a hard bounce, a soft bounce, a complaint; `listed`: the transport has it on a list
    of its own. Only a message that was thrown away says why in `reason`: other servers' words may name the reader.
    """

    id: str
    kind: str
    at: datetime
    delivery: str | None = None
    attempt: int | None = None
    message_id: str = ""
    taken: bool = True
    mark: Mark | None = None
    blame: Blame = "none"
    listed: bool = False
    reason: str = ""
    detail: dict[str, object] = field(default_factory=dict)


def record(events: Iterable[Heard], now: datetime) -> int:
    """Keep events and let each act once; gives how many were new. Delete them from their queue only afterwards."""
    stream = iter(events)
    new = 0
    while piece := list(islice(stream, _AT_ONCE)):
        with unit():
            new += _record(piece, now)
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """An event, and the row and the attempt that it is about, as far as they are known."""

    event: Heard
    row: DeliveryRow | None
    attempt: int | None


def _record(events: Sequence[Heard], now: datetime) -> int:
    """Keep some events in a few statements; what they do commutes, so that their order means nothing."""
    # Everybody writes in one order, so that two who take events at once never wait for each other in a circle.
    placed = sorted(_place({event.id: event for event in events}.values()), key=lambda one: one.event.id)
    moment = to_micros(now)
    fresh = _keep(placed, moment)
    placed.sort(key=lambda one: one.row.pk if one.row else 0)
    known = [(one.event, one.row, one.attempt) for one in placed if one.event.id in fresh]
    _settle([(event, row, n) for event, row, n in known if row is not None and n is not None], moment)
    _judge([(event, row) for event, row, _ in known if row is not None], now)
    return len(fresh)


def _place(events: Collection[Heard]) -> list[_Placed]:
    """Find the rows and attempts that events are about."""
    keys = {event.id: name for event in events if event.delivery and (name := _split(event.delivery))}
    named = {edition for edition, _ in keys.values()}
    editions = dict(EditionRow.objects.filter(ulid__in=named).values_list("ulid", "pk"))
    rows = DeliveryRow.objects.in_bulk([key for _, key in keys.values()])
    ids = {event.message_id[:200] for event in events if event.message_id and not event.delivery}
    attempts = {one.message_id: one for one in AttemptRow.objects.filter(message_id__in=ids).order_by("-pk")}
    rows |= DeliveryRow.objects.in_bulk([one.delivery_id for one in attempts.values()])
    placed = []
    for event in events:
        row, attempt = None, None
        if event.id in keys:
            edition, key = keys[event.id]
            row = rows[key] if key in rows and rows[key].edition_id == editions.get(edition) else None
            attempt = (event.attempt or row.attempt) if row else None
        elif not event.delivery and (found := attempts.get(event.message_id[:200])) is not None:
            row, attempt = rows.get(found.delivery_id), found.n
        placed.append(_Placed(event=event, row=row, attempt=attempt))
    return placed


def _split(delivery: str) -> tuple[str, int] | None:
    """Read the edition and the key out of a delivery's name; None where it is no name of ours."""
    try:
        return split_delivery(delivery)
    except ValueError:
        return None


def _keep(placed: Sequence[_Placed], moment: int) -> set[str]:
    """Insert what is not known yet; gives its ids."""
    values = [
        value
        for one in placed
        for value in (
            one.event.id,
            one.row.pk if one.row else None,
            one.attempt,
            one.event.kind[:20],
            one.event.blame,
            to_micros(one.event.at),
            moment,
            json.dumps(one.event.detail),
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(rows=", ".join([_KEEP_ROW] * len(placed))), values)
        return {key for (key,) in cursor.fetchall()}


def _settle(known: Sequence[tuple[Heard, DeliveryRow, int]], moment: int) -> None:
    """Write what events prove about their attempts, and what the rows are now."""
    attempts = [
        (
            "accepted" if event.taken else "rejected",
            event.message_id[:200],
            not event.taken,
            event.reason,
            moment,
            row.pk,
            n,
        )
        for event, row, n in known
    ]
    accepted = [(moment, row.pk) for event, row, _ in known if event.taken]
    rejected = [(moment, row.pk, n) for event, row, n in known if not event.taken]
    with connection.cursor() as cursor:
        for statement, rows in ((_ATTEMPT, attempts), (_ACCEPTED, accepted), (_REJECTED, rejected)):
            if rows:
                cursor.executemany(statement, rows)
    for mark in _RANK:
        marked = [row.pk for event, row, _ in known if event.mark and event.mark.value == mark]
        lower = [one for one in _RANK if _RANK[one] < _RANK[mark]]
        if marked:
            DeliveryRow.objects.filter(pk__in=marked, mark__in=lower).update(mark=mark)


def _judge(known: Sequence[tuple[Heard, DeliveryRow]], now: datetime) -> None:
    """Stop writing to addresses that bounced for good or complained."""
    people.forget_soft_bounces({row.fingerprint for event, row in known if event.mark is Mark.DELIVERED})
    for event, row in known:
        blame = event.blame
        if blame == "soft" and people.count_soft_bounce(row.fingerprint, now):
            blame = "hard"
        if blame in {"hard", "complaint"}:
            status = "complained" if blame == "complaint" else "bounced"
            people.suppress_key(row.fingerprint, "ses-list" if event.listed else status, now, event.id)
            rows = SubscriptionRow.objects.filter(subscriber=row.subscriber_id, state__in=("active", "pending"))
            rows.update(state=status, since=now)


def last_received() -> datetime | None:
    """Say when the last event came."""
    with speaking_clearly():
        last: datetime | None = EventRow.objects.aggregate(last=Max("received_at"))["last"]
    return last


def duplicates(edition: str, limit: int = 100) -> Sequence[str]:
    """Name deliveries of which more than one attempt was accepted."""
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_TWICE, [edition, limit])
        return [delivery_ulid(edition, key) for (key,) in cursor.fetchall()]


_TWICE: Final = """
SELECT a.delivery_id FROM attempt a JOIN delivery d ON d.id = a.delivery_id JOIN edition e ON e.id = d.edition_id
WHERE e.ulid = %s AND a.outcome = 'accepted' GROUP BY a.delivery_id HAVING COUNT(*) > 1 ORDER BY 1 LIMIT %s
"""


def forget_before(moment: datetime) -> int:
    """Delete events that came before a time; what they did to the ledger stays. Gives their number."""
    with unit():
        deleted, _ = EventRow.objects.filter(received_at__lt=moment).delete()
    return deleted


def hard_bounces(edition: str) -> int:
    """Count the recipients of an edition whose address turned out to be gone."""
    with speaking_clearly():
        rows = DeliveryRow.objects.filter(edition__ulid=edition, mark=Mark.BOUNCED.value)
        return (
            EventRow.objects.filter(blame="hard", delivery_id__in=rows.values("pk"))
            .values("delivery_id")
            .distinct()
            .count()
        )


def editions_of(deliveries: Iterable[str]) -> set[str]:
    """Name the editions that deliveries belong to; what is no delivery of ours has none."""
    named = {key[0] for key in map(_split, deliveries) if key is not None}
    with speaking_clearly():
        return set(EditionRow.objects.filter(ulid__in=named).values_list("ulid", flat=True)) if named else set()


def editions_in_doubt() -> tuple[str, ...]:
    """Name the editions in which somebody is in doubt."""
    with speaking_clearly():
        open_rows = DeliveryRow.objects.filter(state="in_doubt").values("edition")
        return tuple(EditionRow.objects.filter(pk__in=open_rows).order_by("pk").values_list("ulid", flat=True))
