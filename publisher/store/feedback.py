"""What a transport told afterwards: kept once, in whatever order it comes, and what it does to the ledger.

An event says what was true of one attempt. So it settles doubt under every policy, and a late event of an earlier
attempt shows that a person got the edition twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal

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
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO NOTHING
"""

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
    what the address did: nothing, a hard bounce, a soft bounce, a complaint.
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
    reason: str = ""
    detail: dict[str, object] = field(default_factory=dict)


def record(events: Iterable[Heard], now: datetime) -> int:
    """Keep events and let each act once; gives how many were new. Delete them from their queue only afterwards."""
    stream = iter(events)
    new = 0
    while piece := list(islice(stream, _AT_ONCE)):
        with unit():
            new += sum(_record(event, now) for event in piece)
    return new


def _record(event: Heard, now: datetime) -> bool:
    """Keep one event; False when it was known."""
    row, attempt = _find(event)
    moment = to_micros(now)
    columns = [event.id, row.pk if row else None, attempt, event.kind[:20], event.blame, to_micros(event.at), moment]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*columns, json.dumps(event.detail)])
        if not cursor.rowcount:
            return False
        if row is not None and attempt is not None:
            _settle(cursor, event, row, attempt, moment)
    if row is not None:
        _judge(event, row, now)
    return True


def _find(event: Heard) -> tuple[DeliveryRow | None, int | None]:
    """Find the row and the attempt that an event is about."""
    if event.delivery:
        try:
            edition, key = split_delivery(event.delivery)
        except ValueError:
            return None, None
        row = DeliveryRow.objects.filter(pk=key, edition__ulid=edition).first()
        return row, (event.attempt or row.attempt) if row else None
    if event.message_id:
        attempt = AttemptRow.objects.filter(message_id=event.message_id[:200]).first()
        if attempt is not None:
            return DeliveryRow.objects.filter(pk=attempt.delivery_id).first(), attempt.n
    return None, None


def _settle(cursor: Any, event: Heard, row: DeliveryRow, attempt: int, moment: int) -> None:  # noqa: ANN401 - Django's cursor
    """Write what the event proves about its attempt, and what the row is now."""
    outcome = "accepted" if event.taken else "rejected"
    message = event.message_id[:200]
    cursor.execute(_ATTEMPT, [outcome, message, not event.taken, event.reason, moment, row.pk, attempt])
    if event.taken:
        cursor.execute(_ACCEPTED, [moment, row.pk])
    else:
        cursor.execute(_REJECTED, [moment, row.pk, attempt])
    if event.mark and _RANK[event.mark.value] > _RANK[row.mark]:
        DeliveryRow.objects.filter(pk=row.pk).update(mark=event.mark.value)


def _judge(event: Heard, row: DeliveryRow, now: datetime) -> None:
    """Stop writing to an address that bounced for good or complained."""
    if event.mark is Mark.DELIVERED:
        people.forget_soft_bounces(row.fingerprint)
    blame = event.blame
    if blame == "soft" and people.count_soft_bounce(row.fingerprint, now):
        blame = "hard"
    if blame in {"hard", "complaint"}:
        status = "complained" if blame == "complaint" else "bounced"
        people.suppress_key(row.fingerprint, event.reason[:40] or status, now, event.id)
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


def edition_of(delivery: str) -> str | None:
    """Name the edition of a delivery; None for what is no delivery of ours."""
    try:
        edition, _ = split_delivery(delivery)
    except ValueError:
        return None
    with speaking_clearly():
        return edition if EditionRow.objects.filter(ulid=edition).exists() else None


def editions_in_doubt() -> tuple[str, ...]:
    """Name the editions in which somebody is in doubt."""
    with speaking_clearly():
        open_rows = DeliveryRow.objects.filter(state="in_doubt").values("edition")
        return tuple(EditionRow.objects.filter(pk__in=open_rows).order_by("pk").values_list("ulid", flat=True))
