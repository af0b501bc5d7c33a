"""Links that prove a mailbox: made, mailed, used once, forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from publisher.store.database import marks, speaking_clearly, unit
from publisher.store.models import PassRow
from publisher.store.moments import to_micros
from publisher.store.people import fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A link to a mailbox; `purpose` says what it opens, `subscriber` None: a sign-up that is not confirmed.

    `newsletter` is the number that tokens carry, 0 where the pass is about none; `name` the newsletter's.
    """

    key: int
    purpose: str
    address: str
    newsletter: int
    name: str
    language: str
    format: str
    consent: str
    created: datetime
    expires: datetime
    subscriber: int | None = None
    partner: int | None = None
    used: datetime | None = None


# A second request for the same newsletter renews the first one: nobody is asked twice for one sign-up.
_ASK: Final = """
INSERT INTO mailbox_pass (purpose, address, fingerprint, newsletter_id, language, format, consent,
                          created_at, expires_at, mailed_at, used_at)
VALUES {rows}
ON CONFLICT (fingerprint, newsletter_id) WHERE purpose = 'confirm' DO UPDATE SET
    address = excluded.address, language = excluded.language, format = excluded.format,
    consent = excluded.consent, created_at = excluded.created_at, expires_at = excluded.expires_at,
    mailed_at = NULL, used_at = NULL
"""

_TAKE: Final = """
UPDATE mailbox_pass SET mailed_at = %s
WHERE id IN (SELECT id FROM mailbox_pass WHERE mailed_at IS NULL AND expires_at > %s ORDER BY id LIMIT %s)
AND mailed_at IS NULL RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks for by a form: a newsletter for an address, in a language and a format."""

    address: str
    newsletter: int
    language: str
    format: str
    consent: str


def ask(requests: Iterable[Request], now: datetime, expires: datetime) -> None:
    """Keep sign-ups until they are confirmed, and have each mailed; call it in a transaction."""
    # One row a statement may change once, and in one order: two transactions wait for each other, and neither for ever.
    once = {(fingerprint(one.address), one.newsletter): one for one in requests}
    moments = (to_micros(now), to_micros(expires))
    values = [
        (one.address, key, number, one.language, one.format, one.consent, *moments)
        for (key, number), one in sorted(once.items(), key=itemgetter(0))
    ]
    row = f"('confirm', {marks(len(values[0]))}, NULL, NULL)" if values else ""
    with connection.cursor() as cursor:
        if values:
            statement = _ASK.replace("{rows}", ", ".join([row] * len(values)))
            cursor.execute(statement, [value for one in values for value in one])


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A letter to a subscriber: for what, to which address, about which newsletter (None: all), in which language."""

    subscriber: int
    purpose: str
    address: str
    language: str
    newsletter: int | None = None


def issue(errand: Errand, now: datetime, expires: datetime) -> int:
    """Make a link for a subscriber, to be mailed; gives its number. Call it in a transaction."""
    row = PassRow.objects.create(
        purpose=errand.purpose,
        address=errand.address,
        fingerprint=fingerprint(errand.address),
        subscriber_id=errand.subscriber,
        newsletter_id=errand.newsletter,
        language=errand.language,
        created_at=now,
        expires_at=expires,
    )
    number: int = row.pk
    return number


def pair(one: int, other: int) -> None:
    """Let two links be the halves of one thing; call it in a transaction."""
    PassRow.objects.filter(pk=one).update(partner=other)
    PassRow.objects.filter(pk=other).update(partner=one)


def find(key: int, purpose: str, now: datetime) -> Pass | None:
    """Give a link that still opens what it is for; one that was used says so."""
    with speaking_clearly():
        row = _rows().filter(pk=key, purpose=purpose, expires_at__gt=now).first()
    return _read(row) if row else None


def use(key: int, now: datetime) -> bool:
    """Use a link; False when it was used before. Call it in a transaction."""
    return bool(PassRow.objects.filter(pk=key, used_at=None).update(used_at=now))


def take_unmailed(now: datetime, limit: int = 50) -> tuple[Pass, ...]:
    """Take links whose mail is to be sent, and note that it was: a mail that is lost can be asked for again."""
    with unit(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [to_micros(now), to_micros(now), limit])
        keys = [key for (key,) in cursor.fetchall()]
    with speaking_clearly():
        return tuple(_read(row) for row in _rows().filter(pk__in=keys).order_by("pk"))


def give_back(keys: tuple[int, ...]) -> None:
    """Let mails that were provably not sent be taken again."""
    with unit():
        PassRow.objects.filter(pk__in=keys).update(mailed_at=None)


def forget(now: datetime) -> int:
    """Forget what is over, addresses and all; gives how many. Call it in a transaction."""
    return PassRow.objects.filter(expires_at__lte=now).delete()[0]


def _rows() -> QuerySet[PassRow]:
    """Give all links with their newsletters."""
    return PassRow.objects.select_related("newsletter")


def _read(row: PassRow) -> Pass:
    """Give a row as a value."""
    return Pass(
        key=row.pk,
        purpose=row.purpose,
        address=row.address,
        newsletter=row.newsletter_id or 0,
        name=row.newsletter.name if row.newsletter else "",
        language=row.language,
        format=row.format,
        consent=row.consent,
        created=row.created_at,
        expires=row.expires_at,
        subscriber=row.subscriber_id,
        partner=row.partner,
        used=row.used_at,
    )
