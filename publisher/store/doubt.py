"""Rows that nobody knows the truth about, and rows that provably did not get it: listed, and settled by people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Literal

from django.db import connection
from django.db.models import Exists, Max, OuterRef, QuerySet

from publisher.errors import UsageError
from publisher.model import DeliveryLine, DeliveryState, EditionState
from publisher.store import editions, log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import DeliveryRow, EditionRow, EventRow
from publisher.store.moments import from_micros, to_micros
from publisher.store.ulid import delivery_ulid, split_delivery

Answer = Literal["sent", "resend", "abandon"]

_AT_ONCE: Final = 2000

_LINES: Final = """
SELECT d.id, s.address, d.state, d.code, COALESCE(a.reason, ''), d.attempt, d.at
FROM delivery d
LEFT JOIN subscriber s ON s.id = d.subscriber_id
LEFT JOIN attempt a ON a.delivery_id = d.id AND a.n = d.attempt
WHERE d.edition_id = %s AND d.state = %s AND d.id > %s ORDER BY d.id LIMIT %s
"""

# Requests whose fate nobody knows; those that were refused mailed nobody.
_RESEND: Final = """
UPDATE delivery SET state = 'pending', code = '', at = %s WHERE edition_id = %s AND state = 'in_doubt'
AND (SELECT COUNT(*) FROM attempt a WHERE a.delivery_id = delivery.id AND a.outcome = 'in_doubt') < %s
"""

_ANSWERS: Final[dict[Answer, tuple[DeliveryState, str]]] = {
    "sent": (DeliveryState.ACCEPTED, "said-sent"),
    "resend": (DeliveryState.PENDING, ""),
    "abandon": (DeliveryState.FAILED, "abandoned"),
}


def lines(edition: str, *states: DeliveryState) -> Iterator[DeliveryLine]:
    """Give the rows of an edition in some states, with the reason of the last attempt; flat in memory."""
    row = editions.find(edition)
    for state in states:
        last = 0
        while True:
            with speaking_clearly(), connection.cursor() as cursor:
                cursor.execute(_LINES, [row.pk, state.value, last, _AT_ONCE])
                found = cursor.fetchall()
            for key, address, _, code, reason, attempt, at in found:
                yield DeliveryLine(
                    id=delivery_ulid(edition, key),
                    address=address,
                    state=state,
                    code=code,
                    reason=reason,
                    attempt=attempt,
                    at=from_micros(at) if at is not None else None,
                )
            if len(found) < _AT_ONCE:
                break
            last = found[-1][0]


def resolve(
    edition: str,
    answer: Answer,
    actor: str,
    now: datetime,
    *,
    only: Sequence[str] | None = None,
) -> int:
    """Settle rows in doubt as a person says: they were sent, send them again, or give them up; gives their number.

    `only` are ids of deliveries; None: every one in doubt. Raises `UsageError` for an id of another edition.
    """
    return _move(edition, DeliveryState.IN_DOUBT, _ANSWERS[answer], (actor, f"doubt-{answer}", now), only)


def retry_failed(edition: str, actor: str, now: datetime, *, only: Sequence[str] | None = None) -> int:
    """Return failed rows to pending; never accepted ones, never those in doubt. Gives their number.

    Raises `UsageError` for an id of another edition.
    """
    return _move(edition, DeliveryState.FAILED, (DeliveryState.PENDING, ""), (actor, "rest", now), only)


def _move(
    edition: str,
    origin: DeliveryState,
    target: tuple[DeliveryState, str],
    stamp: tuple[str, str, datetime],
    only: Sequence[str] | None,
) -> int:
    """Move rows from one state to another; an edition that was sent opens again when somebody became pending."""
    actor, action, now = stamp
    with unit():
        row = editions.find(edition)
        if row.state == EditionState.CANCELLED and target[0] is DeliveryState.PENDING:
            raise UsageError(f"edition {edition}", "it is cancelled: nobody gets it any more")
        rows = DeliveryRow.objects.filter(edition=row, state=origin.value)
        if only is not None:
            rows = rows.filter(pk__in=[_key(edition, delivery) for delivery in only])
        moved = rows.update(state=target[0].value, code=target[1], at=now)
        if moved:
            log.note(now, actor, action, edition, rows=moved)
        if moved and target[0] is DeliveryState.PENDING and row.state == EditionState.SENT:
            editions.act(edition, "reopen", actor, now)
    return moved


def _key(edition: str, delivery: str) -> int:
    """Give the row of a delivery's id. Raises `UsageError`."""
    try:
        home, key = split_delivery(delivery)
    except ValueError as failure:
        raise UsageError(
            f"delivery {delivery}", "this is no id of a delivery", f"list them: publisher doubt list {edition}"
        ) from failure
    if home != edition:
        raise UsageError(f"delivery {delivery}", f"it belongs to edition {home}, not to {edition}")
    return key


def resend_lost(edition: str, now: datetime, *, most: int) -> int:
    """Return everybody in doubt to pending who had fewer than `most` requests without an answer; gives their number.

    This mails some people twice: only for editions whose operator chose that over not mailing them.
    """
    row = editions.find(edition)
    with unit(), connection.cursor() as cursor:
        cursor.execute(_RESEND, [to_micros(now), row.pk, most])
        moved = int(cursor.rowcount)
        if moved:
            log.note(now, "publisher", "doubt-resend", edition, rows=moved)
    return moved


def distrust(edition: str, now: datetime) -> int:
    """Put everybody who is pending in doubt: a backup was restored, and they may have been mailed since."""
    with unit():
        row = editions.find(edition)
        rows = DeliveryRow.objects.filter(edition=row, state=DeliveryState.PENDING.value)
        return rows.update(state=DeliveryState.IN_DOUBT.value, code="restored", at=now)


def silent(edition: str, before: datetime) -> int:
    """Count the rows that have been in doubt since before a time, with no event since; see `resend_silent`."""
    with speaking_clearly():
        return _silent(editions.find(edition), before).count()


def resend_silent(edition: str, before: datetime, now: datetime) -> int:
    """Return to pending what has been in doubt since before a time while events came for others.

    Counts as silence only where events of this edition came at all and the last one came before that time too: a queue
    that is stalled or still full says nothing. Gives the number of rows.
    """
    with unit():
        row = editions.find(edition)
        keys = list(_silent(row, before).values_list("pk", flat=True))
    if not keys:
        return 0
    return resolve(edition, "resend", "publisher", now, only=[delivery_ulid(edition, key) for key in keys])


def _silent(row: EditionRow, before: datetime) -> QuerySet[DeliveryRow]:
    """Find the rows in doubt that events had time to settle and did not."""
    heard = EventRow.objects.filter(delivery_id__in=DeliveryRow.objects.filter(edition=row).values("pk"))
    last = heard.aggregate(last=Max("received_at"))["last"]
    rows = DeliveryRow.objects.filter(edition=row, state=DeliveryState.IN_DOUBT.value, at__lt=before)
    if last is None or last >= before:
        return rows.none()
    return rows.exclude(Exists(EventRow.objects.filter(delivery_id=OuterRef("pk"))))
