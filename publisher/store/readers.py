"""One reader as the pages show them: wishes and subscriptions, read and changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from publisher.store import log
from publisher.store.database import speaking_clearly
from publisher.store.models import (
    DeliveryRow,
    EditionRow,
    PassRow,
    PauseRow,
    SubscriberRow,
    SubscriptionRow,
    SuppressionRow,
)
from publisher.store.people import fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """How a reader stands to one newsletter."""

    newsletter: int
    name: str
    state: str
    frequency: str
    since: datetime
    consent: datetime | None
    consent_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A reader; "" is what was never chosen."""

    key: int
    address: str
    name: str
    language: str
    format: str
    zone: str
    created: datetime
    paused_until: datetime | None
    subscriptions: tuple[Subscribed, ...]

    def to(self, newsletter: str) -> Subscribed | None:
        """Give how the reader stands to a newsletter; None: they never subscribed."""
        return next((one for one in self.subscriptions if one.name == newsletter), None)


def find(key: int) -> Reader | None:
    """Give a reader by the number that links carry; None: there is none, or they were erased."""
    with speaking_clearly():
        row = SubscriberRow.objects.filter(pk=key).first()
        return _read(row) if row else None


def find_address(address: str) -> Reader | None:
    """Give a reader by their address."""
    with speaking_clearly():
        row = SubscriberRow.objects.filter(fingerprint=fingerprint(address)).first()
        return _read(row) if row else None


def suppression_of(address: str) -> str | None:
    """Say why an address is never written to; None: it may be."""
    with speaking_clearly():
        row = SuppressionRow.objects.filter(fingerprint=fingerprint(address)).first()
    return row.reason if row else None


def suppressions_of(addresses: Iterable[str]) -> dict[str, str]:
    """Say of some addresses why they are never written to; those that may be are left out."""
    keys = {address: fingerprint(address) for address in addresses}
    with speaking_clearly():
        found = dict(SuppressionRow.objects.filter(pk__in=set(keys.values())).values_list("pk", "reason"))
    return {address: found[key] for address, key in keys.items() if key in found}


def _read(row: SubscriberRow) -> Reader:
    """Give a row as a value."""
    pause = PauseRow.objects.filter(subscriber=row).first()
    links = SubscriptionRow.objects.filter(subscriber=row).select_related("newsletter").order_by("newsletter__title")
    return Reader(
        key=row.pk,
        address=row.address,
        name=row.name,
        language=row.language,
        format=row.format,
        zone=row.zone,
        created=row.created_at,
        paused_until=pause.until if pause else None,
        subscriptions=tuple(
            Subscribed(
                newsletter=link.newsletter_id,
                name=link.newsletter.name,
                state=link.state,
                frequency=link.frequency,
                since=link.since,
                consent=link.consent_at,
                consent_source=link.consent_source,
            )
            for link in links
        ),
    )


# --- changes: call them in a transaction --------------------------------------------------------------------------

_OPEN: Final = ("pending", "unsubscribed", "bounced", "complained")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a reader agreed to by confirming: a newsletter for an address, and in which words."""

    address: str
    newsletter: int
    language: str
    format: str
    source: str


def subscribe(consent: Consent, now: datetime) -> int:
    """Subscribe who has just proved that the mailbox is theirs; gives the reader's number.

    Whoever left, bounced or complained comes back by this: they asked for it themselves.
    """
    key = fingerprint(consent.address)
    wishes = {"language": consent.language, "format": consent.format}
    row, made = SubscriberRow.objects.get_or_create(
        fingerprint=key, defaults={"address": consent.address, "created_at": now, **wishes}
    )
    if not made:
        SubscriberRow.objects.filter(pk=row.pk).update(soft_bounces=0, soft_since=None, **wishes)
    SuppressionRow.objects.filter(fingerprint=key).delete()
    link, new = SubscriptionRow.objects.get_or_create(
        subscriber=row,
        newsletter_id=consent.newsletter,
        defaults={"state": "active", "since": now, "consent_at": now, "consent_source": consent.source},
    )
    if not new and link.state in _OPEN:
        SubscriptionRow.objects.filter(pk=link.pk).update(
            state="active", since=now, consent_at=now, consent_source=consent.source
        )
    log.note(now, "reader", "confirm", f"subscriber {row.pk}", newsletter=consent.newsletter)
    number: int = row.pk
    return number


def choose(key: int, wishes: Mapping[str, str], now: datetime) -> None:
    """Keep a reader's language, format, zone or name."""
    if SubscriberRow.objects.filter(pk=key).update(**wishes):
        log.note(now, "reader", "choose", f"subscriber {key}", chosen=sorted(wishes))


def choose_frequency(key: int, newsletter: int, frequency: str) -> None:
    """Keep how often a reader wants a newsletter."""
    SubscriptionRow.objects.filter(subscriber=key, newsletter=newsletter).update(frequency=frequency)


def pause(key: int, until: datetime | None, now: datetime) -> None:
    """Send a reader nothing until a moment; None: go on."""
    if until is None:
        PauseRow.objects.filter(subscriber=key).delete()
    else:
        PauseRow.objects.update_or_create(subscriber_id=key, defaults={"until": until})
    log.note(now, "reader", "pause", f"subscriber {key}", until=until.isoformat() if until else None)


def move(key: int, address: str, now: datetime) -> bool:
    """Change a reader's address; False when somebody else has it: then nothing is changed."""
    new = fingerprint(address)
    if SubscriberRow.objects.filter(fingerprint=new).exclude(pk=key).exists():
        return False
    old = SubscriberRow.objects.get(pk=key).fingerprint
    SubscriberRow.objects.filter(pk=key).update(address=address, fingerprint=new, soft_bounces=0, soft_since=None)
    PassRow.objects.filter(Q(subscriber=key) | Q(fingerprint=old)).delete()
    log.note(now, "reader", "move", f"subscriber {key}")
    return True


# --- everything held about one person -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One edition that was or was not sent to a reader."""

    newsletter: str
    edition: str
    title: str
    state: str
    mark: str
    at: datetime | None


def history(key: int) -> tuple[Received, ...]:
    """Give every edition in a reader's ledger, the oldest first."""
    with speaking_clearly():
        rows = list(DeliveryRow.objects.filter(subscriber_id=key).order_by("edition_id"))
        editions = EditionRow.objects.select_related("newsletter").in_bulk([row.edition_id for row in rows])
    return tuple(
        Received(
            newsletter=editions[row.edition_id].newsletter.name,
            edition=editions[row.edition_id].ulid,
            title=editions[row.edition_id].title,
            state=row.state,
            mark=row.mark,
            at=row.at,
        )
        for row in rows
        if row.edition_id in editions
    )
