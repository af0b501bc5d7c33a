"""Subscribers: imported, exported, unsubscribed, suppressed, erased."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from django.db import connection
from django.db.models import Count

from publisher.model import Audience, Imported, Subscriber
from publisher.store import log, newsletters
from publisher.store.database import marks, scrub, speaking_clearly, unit
from publisher.store.models import (
    AttemptRow,
    DeliveryRow,
    EditionRow,
    EventRow,
    PassRow,
    SubscriberRow,
    SubscriptionRow,
    SuppressionRow,
    TagRow,
)
from publisher.store.moments import from_micros, to_micros

Status = Literal["active", "pending", "unsubscribed", "bounced", "complained"]

_AT_ONCE: Final = 2000
# A third soft bounce suppresses when the first is at least this old.
_SOFT_BOUNCES: Final = 3
_SOFT_PERIOD: Final = timedelta(days=15)

# Nobody who left comes back by an import: only "pending" rises to "active"; anything may become blocked.
_SUBSCRIBE: Final = """
INSERT INTO subscription (subscriber_id, newsletter_id, state, since, consent_at, consent_source, frequency)
VALUES {rows}
ON CONFLICT (subscriber_id, newsletter_id) DO UPDATE SET
    state = excluded.state, since = excluded.since,
    consent_at = COALESCE(subscription.consent_at, excluded.consent_at),
    consent_source = CASE WHEN subscription.consent_source = '' THEN excluded.consent_source
                          ELSE subscription.consent_source END
WHERE (subscription.state = 'pending' AND excluded.state <> 'pending')
   OR (subscription.state = 'active' AND excluded.state IN ('unsubscribed', 'bounced', 'complained'))
"""

# What a person chose stays; only what nobody ever said is filled in by another import.
_PEOPLE: Final = """
INSERT INTO subscriber (address, fingerprint, name, language, format, zone, created_at, soft_bounces)
VALUES {rows}
ON CONFLICT (fingerprint) DO UPDATE SET
    name = CASE WHEN subscriber.name = '' THEN excluded.name ELSE subscriber.name END,
    language = CASE WHEN subscriber.language = '' THEN excluded.language ELSE subscriber.language END,
    zone = CASE WHEN subscriber.zone = '' THEN excluded.zone ELSE subscriber.zone END
WHERE (subscriber.name = '' AND excluded.name <> '') OR (subscriber.language = '' AND excluded.language <> '')
   OR (subscriber.zone = '' AND excluded.zone <> '')
"""

# An import adds tags and takes none away.
_TAG: Final = """
INSERT INTO subscription_tag (newsletter_id, tag, subscriber_id) VALUES {rows} ON CONFLICT DO NOTHING
"""

# An erased person is not written down again, not even as somebody who is never written to.
_ERASED: Final = "SELECT fingerprint FROM suppression WHERE reason = 'erased' AND fingerprint IN ({keys})"

_EXPORT: Final = """
SELECT s.id, s.address, s.name, s.language, s.format, u.state, u.consent_at, u.consent_source, s.zone, u.frequency
FROM subscription u JOIN subscriber s ON s.id = u.subscriber_id
WHERE u.newsletter_id = %s AND s.id > %s ORDER BY s.id LIMIT %s
"""


def fingerprint(address: str) -> str:
    """Hash an address so that all its spellings are one: it comes with its domain in punycode, case does not count."""
    return hashlib.sha256(b"publisher-address\0" + address.lower().encode("utf-8", "replace")).hexdigest()[:32]


def add(newsletter: str, people: Iterable[Subscriber], now: datetime) -> Imported:
    """Subscribe people, some thousand to a transaction; whoever left or bounced stays away.

    Raises `UsageError`: no such newsletter.
    """
    number = newsletters.find(newsletter).pk
    total = Imported()
    seen = _Seen()
    for piece, repeated in _pieces(people):
        with unit():
            done = _add(number, piece, now, seen)
        total = Imported(
            added=total.added + done.added,
            kept=total.kept + done.kept,
            blocked=total.blocked + done.blocked,
            duplicates=total.duplicates + done.duplicates + repeated,
        )
    return total


class _Seen:
    """The numbers of the people of an import so far: a bit each, so that a file of any size can be counted."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def note(self, number: int) -> bool:
        """Note a person; True when they were noted before."""
        page, place = divmod(number, _PAGE * 8)
        bits = self._pages.setdefault(page, bytearray(_PAGE))
        byte, bit = place >> 3, 1 << (place & 7)
        known = bool(bits[byte] & bit)
        bits[byte] |= bit
        return known


_PAGE: Final = 4096  # bytes


def _pieces(people: Iterable[Subscriber]) -> Iterator[tuple[dict[str, Subscriber], int]]:
    """Cut a stream into pieces, each person once, with the number of rows left out for that.

    A row that blocks wins over one that does not.
    """
    piece: dict[str, Subscriber] = {}
    rows = 0
    for person in people:
        rows += 1
        key = fingerprint(person.address)
        known = piece.setdefault(key, person)
        if known is not person and _BLOCKING.get(person.status, 0) > _BLOCKING.get(known.status, 0):
            piece[key] = person
        if len(piece) >= _AT_ONCE:
            yield piece, rows - len(piece)
            piece, rows = {}, 0
    if piece:
        yield piece, rows - len(piece)


_BLOCKING: Final[Mapping[str, int]] = {"unsubscribed": 1, "bounced": 2, "complained": 3}


def _add(newsletter: int, piece: Mapping[str, Subscriber], now: datetime, seen: _Seen) -> Imported:
    """Write one piece of an import; who was erased is not written down again."""
    moment = to_micros(now)
    with connection.cursor() as cursor:
        cursor.execute(_ERASED.replace("{keys}", marks(len(piece))), list(piece))
        erased = {key for (key,) in cursor.fetchall()}
        left = {key: person for key, person in piece.items() if key not in erased}
        people = [(p.address, key, p.name, p.language, p.format, p.zone, moment, 0) for key, p in left.items()]
        _insert(cursor, _PEOPLE, people)
        ids = _ids(cursor, list(left)) if left else {}
        states = _states(cursor, newsletter, list(ids.values())) if left else {}
        rows = [_link(ids[key], newsletter, person, moment) for key, person in left.items()]
        _insert(cursor, _SUBSCRIBE, rows)
        _insert(cursor, _TAG, list(_tags(newsletter, left, ids, states)))
        blocked = [(k, p.status, "", moment) for k, p in left.items() if p.status in {"bounced", "complained"}]
        _insert(cursor, _SUPPRESS, blocked)
    once = [(ids[key], person) for key, person in left.items() if not seen.note(ids[key])]
    stopped = sum(1 for _, person in once if person.status in _BLOCKING)
    added = sum(1 for number, person in once if number not in states and person.status not in _BLOCKING)
    return Imported(
        added=added,
        blocked=stopped + len(erased),
        kept=len(once) - added - stopped,
        duplicates=len(left) - len(once),
    )


_SUPPRESS: Final = """
INSERT INTO suppression (fingerprint, reason, event, at) VALUES {rows} ON CONFLICT (fingerprint) DO NOTHING
"""


def _link(subscriber: int, newsletter: int, person: Subscriber, moment: int) -> tuple[Any, ...]:
    """Give the columns of a subscription."""
    consent = to_micros(person.consent_at) if person.consent_at else None
    return (subscriber, newsletter, person.status, moment, consent, person.consent_source, person.frequency)


def _tags(
    newsletter: int, people: Mapping[str, Subscriber], ids: Mapping[str, int], states: Mapping[int, str]
) -> Iterator[tuple[Any, ...]]:
    """Give the columns of tags; of whoever left nothing more is written down."""
    for key, person in people.items():
        if person.status not in _BLOCKING and states.get(ids[key]) not in _BLOCKING:
            for tag in person.tags:
                yield (newsletter, tag, ids[key])


def _insert(cursor: Any, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401 - Django's cursor
    """Insert rows, many to a statement."""
    for at in range(0, len(rows), 500):
        piece = rows[at : at + 500]
        place = f"({marks(len(piece[0]))})"
        cursor.execute(
            statement.replace("{rows}", ", ".join([place] * len(piece))),
            [value for row in piece for value in row],
        )


def _ids(cursor: Any, keys: Sequence[str]) -> dict[str, int]:  # noqa: ANN401 - Django's cursor
    """Find the numbers of people by their fingerprints."""
    cursor.execute(_IDS.replace("{keys}", marks(len(keys))), keys)
    return dict(cursor.fetchall())


_IDS: Final = "SELECT fingerprint, id FROM subscriber WHERE fingerprint IN ({keys})"
_STATES: Final = "SELECT subscriber_id, state FROM subscription WHERE newsletter_id = %s AND subscriber_id IN ({ids})"


def _states(cursor: Any, newsletter: int, ids: Sequence[int]) -> dict[int, str]:  # noqa: ANN401 - Django's cursor
    """Find how people stand to a newsletter."""
    cursor.execute(_STATES.replace("{ids}", marks(len(ids))), [newsletter, *ids])
    return dict(cursor.fetchall())


def export(newsletter: str) -> Iterator[Subscriber]:
    """Give everybody who ever subscribed to a newsletter, with the state of it; flat in memory."""
    number = newsletters.find(newsletter).pk
    last = 0
    while True:
        with speaking_clearly(), connection.cursor() as cursor:
            cursor.execute(_EXPORT, [number, last, _AT_ONCE])
            rows = cursor.fetchall()
            tags = tags_of([row[0] for row in rows], [newsletter])
        for row in rows:
            yield Subscriber(
                address=row[1],
                name=row[2],
                language=row[3],
                format=row[4],
                status=cast("Status", row[5]),
                consent_at=from_micros(row[6]) if row[6] is not None else None,
                consent_source=row[7],
                zone=row[8],
                frequency=cast("Audience", row[9]),
                tags=tags.get(row[0], ()),
            )
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1][0]


def tags_of(subscribers: Sequence[int], newsletters_: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """Give the tags that some newsletters know people by, in the order of the alphabet."""
    rows = TagRow.objects.filter(subscriber__in=list(subscribers), newsletter__name__in=list(newsletters_))
    found: dict[int, list[str]] = {}
    with speaking_clearly():
        for subscriber, tag in rows.values_list("subscriber_id", "tag").order_by("tag").distinct():
            found.setdefault(subscriber, []).append(tag)
    return {subscriber: tuple(tags) for subscriber, tags in found.items()}


def tags(newsletters_: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Give the tags that readers of some newsletters have, in the order of the alphabet, each with their number."""
    rows = TagRow.objects.filter(newsletter__name__in=list(newsletters_))
    with speaking_clearly():
        return tuple(rows.values_list("tag").annotate(n=Count("pk")).order_by("tag"))


def set_status(subscriber: int, newsletter: int | None, status: Status, actor: str, now: datetime) -> int:
    """Change how a person stands to a newsletter, or to all of them; gives how many subscriptions changed.

    Takes effect in the next claim of editions on their way.
    """
    with unit():
        rows = SubscriptionRow.objects.filter(subscriber=subscriber).exclude(state=status)
        if newsletter is not None:
            rows = rows.filter(newsletter=newsletter)
        changed = rows.update(state=status, since=now)
        if changed:
            log.note(now, actor, status, f"subscriber {subscriber}", newsletter=newsletter)
    return changed


def suppress(address: str, reason: str, now: datetime) -> bool:
    """Never write to an address again; False when that was so already."""
    with unit():
        return suppress_key(fingerprint(address), reason, now)


def suppress_key(key: str, reason: str, now: datetime, event: str = "") -> bool:
    """Never write to the address of a fingerprint again; call it in a transaction."""
    _, made = SuppressionRow.objects.get_or_create(
        fingerprint=key,
        defaults={"reason": reason, "event": event, "at": now},
    )
    return made


def is_suppressed(address: str) -> bool:
    """Say whether an address is never written to."""
    with speaking_clearly():
        return SuppressionRow.objects.filter(fingerprint=fingerprint(address)).exists()


def count_soft_bounce(key: str, now: datetime) -> bool:
    """Count a soft bounce; True when it was one too many. Call it in a transaction."""
    row = SubscriberRow.objects.select_for_update().filter(fingerprint=key).first()
    if row is None:
        return False
    row.soft_bounces += 1
    row.soft_since = row.soft_since or now
    row.save()
    return row.soft_bounces >= _SOFT_BOUNCES and now - row.soft_since >= _SOFT_PERIOD


def forget_soft_bounces(keys: Collection[str]) -> None:
    """Begin to count anew for those whom a message has reached. Call it in a transaction."""
    if keys:
        rows = SubscriberRow.objects.filter(fingerprint__in=keys).exclude(soft_bounces=0)
        rows.update(soft_bounces=0, soft_since=None)


def erase(address: str, now: datetime) -> bool:
    """Forget a person; only the hash stays, so that nobody writes to them again. False when they were not known."""
    key = fingerprint(address)
    with unit():
        SuppressionRow.objects.update_or_create(fingerprint=key, defaults={"reason": "erased", "event": "", "at": now})
        PassRow.objects.filter(fingerprint=key).delete()
        row = SubscriberRow.objects.filter(fingerprint=key).first()
        if row is not None:
            _forget(row, now)
    scrub()
    return row is not None


def _forget(row: SubscriberRow, now: datetime) -> None:
    """Forget what is held about a person, and what servers said of them; call it in a transaction."""
    rows = DeliveryRow.objects.filter(edition__in=EditionRow.objects.all(), subscriber_id=row.pk)
    deliveries = list(rows.values_list("pk", flat=True))
    for at in range(0, len(deliveries), _AT_ONCE):
        keys = deliveries[at : at + _AT_ONCE]
        AttemptRow.objects.filter(delivery_id__in=keys).update(reason="")
        EventRow.objects.filter(delivery_id__in=keys).update(detail={})
    with connection.cursor() as cursor:
        cursor.execute(_DETACH, [row.pk])
    SubscriptionRow.objects.filter(subscriber=row).delete()
    log.forget(f"subscriber {row.pk}", "reason")  # free words may say who wrote them
    log.note(now, "publisher", "erase", f"subscriber {row.pk}")
    row.delete()


_DETACH: Final = """
UPDATE delivery SET subscriber_id = NULL, fingerprint = 'erased ' || CAST(id AS TEXT)
WHERE edition_id IN (SELECT id FROM edition) AND subscriber_id = %s
"""
