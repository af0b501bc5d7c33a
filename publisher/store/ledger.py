"""The ledger: who may be written to now, and what became of it.

    claim     pending -> sending, committed before the request is made
    commit    sending -> accepted, failed, in doubt, or back to pending when it was provably not accepted
    release   sending -> pending, when no request was made at all: that was no attempt, and its number is used again
    recover   sending -> in doubt, when the process that claimed it is gone: never back to pending

A lease is the right to send; its number rises and stands in every row that it claimed, so that a process that was
thought dead commits to nothing that somebody else has claimed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

from django.db import connection

from publisher.model import Accepted, Claim, InDoubt, NotAccepted, Outcome, Reaction, Result
from publisher.store import editions
from publisher.store.database import is_sqlite, marks, speaking_clearly, unit
from publisher.store.models import LeaseRow
from publisher.store.moments import to_micros
from publisher.store.ulid import delivery_ulid

# The state of the edition is read in the statement that claims: pause and cancel act at the next batch. A person who
# left, was suppressed or was erased since the freeze is skipped. The inner part takes rows as the index of those that
# are pending gives them: any order of our own would sort everybody who is left, batch after batch.
_CANDIDATES: Final = """
SELECT d.id, d.content_id, s.id, s.address, e.newsletter_id, e.ulid,
    CASE WHEN s.id IS NULL THEN 'erased'
         WHEN x.fingerprint IS NOT NULL THEN 'suppressed'
         WHEN u.state IS NULL OR u.state <> 'active' THEN 'unsubscribed'
         WHEN z.until > COALESCE(e.started_at, e.approved_at) THEN 'paused'
         ELSE '' END
FROM (
    SELECT id, edition_id, subscriber_id, fingerprint, content_id FROM delivery
    WHERE edition_id = %s AND state = 'pending' AND due_at <= %s LIMIT %s {lock}
) d
JOIN edition e ON e.id = d.edition_id
LEFT JOIN subscriber s ON s.id = d.subscriber_id
LEFT JOIN subscription u ON u.subscriber_id = s.id AND u.newsletter_id = e.newsletter_id
LEFT JOIN suppression x ON x.fingerprint = d.fingerprint
LEFT JOIN pause z ON z.subscriber_id = s.id
WHERE e.state = 'sending'
"""
_LOCK: Final = "FOR UPDATE SKIP LOCKED"

_SKIP: Final = "UPDATE delivery SET state = 'skipped', code = %s, at = %s WHERE id = %s AND state = 'pending'"

_CLAIM: Final = """
UPDATE delivery SET state = 'sending', attempt = attempt + 1, lease = %s, code = '', at = %s
WHERE state = 'pending' AND id IN ({ids}) RETURNING id, attempt
"""

_INTEND: Final = """
INSERT INTO attempt (delivery_id, n, intent_at, outcome, message_id, code, reason)
SELECT id, attempt, %s, '', '', '', '' FROM delivery WHERE id IN ({ids})
"""

# A row in doubt takes the outcome of its own attempt: what the claimer saw is the truth, however late it comes.
# One statement for a whole batch: Postgres takes longer to read a hundred than to obey them.
_SETTLE: Final = """
WITH told (id, n, state, code) AS (VALUES {rows})
UPDATE delivery SET state = told.state, code = told.code, at = %s FROM told
WHERE delivery.id = told.id AND attempt = told.n AND lease = %s AND delivery.state IN ('sending', 'in_doubt')
"""

_RESULT: Final = """
WITH told (id, n, said, message, code, reason) AS (VALUES {rows})
UPDATE attempt SET outcome = told.said, message_id = told.message, code = told.code, reason = told.reason,
    result_at = %s FROM told
WHERE attempt.delivery_id = told.id AND attempt.n = told.n AND outcome NOT IN ('accepted', 'rejected')
"""

# A claim that led to no request was no attempt. Only its own lease may say so: the same number may be another's by now.
_UNASKED: Final = "SELECT id FROM delivery WHERE lease = %s AND state IN ('sending', 'in_doubt') AND (id, attempt) IN"
_UNSEEN: Final = "SELECT id FROM delivery WHERE lease = %s AND state = 'sending' AND id NOT IN"
_UNINTEND: Final = """
DELETE FROM attempt WHERE outcome NOT IN ('accepted', 'rejected')
AND (delivery_id, n) IN (SELECT id, attempt FROM delivery WHERE id IN ({rows}))
"""
_RELEASE: Final = """
UPDATE delivery SET state = 'pending', code = '', attempt = attempt - 1, at = %s WHERE id IN ({rows})
"""

_EXTEND: Final = "UPDATE lease SET until = %s WHERE id = %s AND NOT ended AND until > %s"

_END_STALE: Final = """
UPDATE lease SET ended = %s WHERE NOT ended AND (until <= %s OR owner = %s) RETURNING id
"""

_DOUBT_DEAD: Final = """
UPDATE delivery SET state = 'in_doubt', code = 'crash', at = %s
WHERE state = 'sending' AND lease IN (SELECT id FROM lease WHERE ended)
"""

_ATTEMPT_DEAD: Final = """
UPDATE attempt SET outcome = 'in_doubt', code = 'crash', reason = 'the sender ended before it knew', result_at = %s
WHERE outcome = '' AND (delivery_id, n) IN (
    SELECT d.id, d.attempt FROM delivery d JOIN lease l ON l.id = d.lease WHERE d.state = 'sending' AND l.ended
)
"""


def open_lease(owner: str, until: datetime) -> int:
    """Take the right to send; gives the epoch of the claims made with it."""
    with speaking_clearly():
        return LeaseRow.objects.create(owner=owner, until=until).id


def extend_lease(lease: int, until: datetime, now: datetime) -> bool:
    """Keep the right to send; False when it has run out: others may have put the claims in doubt."""
    with unit(), connection.cursor() as cursor:
        cursor.execute(_EXTEND, [to_micros(until), lease, to_micros(now)])
        return bool(cursor.rowcount)


def end_lease(lease: int) -> None:
    """Give back the right to send; what is still `sending` under it is in doubt at the next `recover`."""
    with unit():
        LeaseRow.objects.filter(pk=lease).update(ended=True)


def recover(now: datetime, *, owner: str) -> int:
    """Put in doubt what dead senders left behind; gives the number of rows.

    Dead are leases that ran out, and those of `owner`: call it before taking a lease, with the lock of that home held.
    On SQLite every other lease is dead, whoever owned it.
    """
    moment = to_micros(now)
    horizon = to_micros(datetime.max.replace(tzinfo=now.tzinfo)) if is_sqlite() else moment
    with unit(), connection.cursor() as cursor:
        cursor.execute(_END_STALE, [True, horizon, owner])
        cursor.execute(_ATTEMPT_DEAD, [moment])
        cursor.execute(_DOUBT_DEAD, [moment])
        return int(cursor.rowcount)


def claim(edition: int, lease: int, limit: int, now: datetime) -> tuple[Claim, ...]:
    """Take up to `limit` recipients of an edition (its row's key); call it in a transaction, and commit before sending.

    People who may not be written to any more are skipped on the way, so an empty answer means: nobody is left, others
    hold the rest, the rest is not due yet where it lives, or the edition is not being sent.
    """
    moment = to_micros(now)
    statement = _CANDIDATES.replace("{lock}", "" if is_sqlite() else _LOCK)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(statement, [edition, moment, limit])
            rows = cursor.fetchall()
            refused = [(why, moment, key) for key, *_, why in rows if why]
            if refused:
                cursor.executemany(_SKIP, refused)
            kept = {row[0]: row for row in rows if not row[-1]}
            if kept:
                return _take(cursor, kept, lease, moment)
            if not rows:
                return ()


def _take(cursor: Any, rows: dict[int, tuple[Any, ...]], lease: int, moment: int) -> tuple[Claim, ...]:  # noqa: ANN401 - Django's cursor
    """Write the intent for these rows."""
    places = marks(len(rows))
    cursor.execute(_CLAIM.replace("{ids}", places), [lease, moment, *rows])
    attempts: dict[int, int] = dict(cursor.fetchall())
    cursor.execute(_INTEND.replace("{ids}", places), [moment, *rows])
    return tuple(
        Claim(
            key=key,
            delivery=delivery_ulid(row[5], key),
            attempt=attempts[key],
            content=row[1],
            subscriber=row[2],
            newsletter=row[4],
            address=row[3],
        )
        for key, row in rows.items()
        if key in attempts
    )


def commit(lease: int, results: Sequence[Result], now: datetime) -> None:
    """Write what became of claims; call it in a transaction. Writing it twice changes nothing."""
    moment = to_micros(now)
    states: list[tuple[Any, ...]] = []
    sayings: list[tuple[Any, ...]] = []
    unasked: list[tuple[Any, ...]] = []
    for result in results:
        row = (result.claim.key, result.claim.attempt)
        if result.outcome is None:
            unasked.append(row)
        else:
            state, said, message, code, reason = _columns(result.outcome)
            states.append((*row, state, code))
            sayings.append((*row, said, message, code, reason))
    with connection.cursor() as cursor:
        if states:
            cursor.execute(_SETTLE.replace("{rows}", _places(states)), [*chain(*states), moment, lease])
            cursor.execute(_RESULT.replace("{rows}", _places(sayings)), [*chain(*sayings), moment])
        if unasked:
            _return(cursor, f"{_UNASKED} (VALUES {_places(unasked)})", [lease, *chain(*unasked)], moment)


def _places(rows: Sequence[Sequence[object]]) -> str:
    """Give the placeholders of rows of VALUES."""
    return ", ".join([f"({marks(len(rows[0]))})"] * len(rows))


def _columns(outcome: Outcome) -> tuple[str, str, str, str, str]:
    """Give state, the attempt's outcome, message id, code and reason of an outcome."""
    match outcome:
        case Accepted(message_id=message):
            return "accepted", "accepted", message[:200], "", ""
        case InDoubt(code=code, reason=reason):
            return "in_doubt", "in_doubt", "", code[:60], reason
        case NotAccepted(reaction=Reaction.FAIL, code=code, reason=reason):
            return "failed", "failed", "", code[:60], reason
        case NotAccepted(code=code, reason=reason):
            return "pending", "refused", "", code[:60], reason


def release(lease: int, keep: Sequence[int], now: datetime) -> int:
    """Return to pending what this lease claimed and never requested: after a commit whose answer was lost.

    `keep` are the rows that were requested. Only for the process that holds the lease. Call it in a transaction.
    """
    with connection.cursor() as cursor:
        rows = f"{_UNSEEN} ({marks(len(keep)) or '-1'})"
        return _return(cursor, rows, [lease, *keep], to_micros(now))


def _return(cursor: Any, rows: str, values: Sequence[Any], moment: int) -> int:  # noqa: ANN401 - Django's cursor
    """Return rows that nobody was asked to take, with the number of the attempt that was none."""
    cursor.execute(_UNINTEND.replace("{rows}", rows), values)
    cursor.execute(_RELEASE.replace("{rows}", rows), [moment, *values])
    return int(cursor.rowcount)


def key_of(edition: str) -> int:
    """Give the key by which `claim` knows an edition. Raises `UsageError`."""
    return editions.find(edition).id
