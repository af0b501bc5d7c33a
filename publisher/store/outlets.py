"""Partner outlets: what they may pull, their tokens, their secret feed addresses, what they got and confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from publisher.errors import UsageError
from publisher.store import counters, log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import (
    ChangeRow,
    ChannelRow,
    FeedAddressRow,
    OutletRow,
    ReceiptRow,
    ResponseRow,
    TokenRow,
)
from publisher.store.moments import to_micros

PRACTICE = "practice-"

_ADD_RESPONSES = """
INSERT INTO outlet_response
(at, outlet_id, credential, endpoint, status, size, etag, sequence, request_id, delivered)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A partner. `channels` are those it may pull; `practice` is the one that is its own to rehearse in."""

    key: int
    name: str
    channels: tuple[str, ...]
    declared: bool
    active: bool
    requests_per_minute: int
    bytes_per_hour: int

    @property
    def practice(self) -> str:
        """Name the practice channel."""
        return f"{PRACTICE}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a token; `prefix` is how people tell tokens apart."""

    key: int
    outlet: Outlet
    prefix: str
    scopes: frozenset[str]
    networks: tuple[str, ...]
    expires: datetime | None
    revoked: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    """A secret address of the feeds of one channel, for one outlet."""

    key: int
    outlet: Outlet
    channel: str
    revoked: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer to a partner, for the record. `delivered`: pairs of item and revision that were in it, as JSON."""

    at: datetime
    outlet: int
    credential: str
    endpoint: str
    status: int
    size: int
    etag: str = ""
    sequence: int = 0
    request_id: str = ""
    delivered: str = "[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A kill that an outlet has not confirmed yet."""

    outlet: str
    channel: str
    item: str
    uri: str
    sequence: int
    note: str
    at: datetime


def declare(wanted: Mapping[str, Sequence[str]]) -> None:
    """Make the outlets of the settings known, with exactly these channels; one that left the settings is closed."""
    with speaking_clearly():
        known = {row.name: row for row in OutletRow.objects.prefetch_related("channels")}
        same = all(
            name in known
            and known[name].declared
            and known[name].active
            and {channel.name for channel in known[name].channels.all()} == {*channels, PRACTICE + name}
            for name, channels in wanted.items()
        )
        left = [row for name, row in known.items() if row.declared and row.active and name not in wanted]
    if same and not left:
        return
    with unit():
        for name, channels in wanted.items():
            row, _ = OutletRow.objects.get_or_create(name=name)
            row.declared = row.active = True
            row.save()
            _link(row, channels)
        OutletRow.objects.filter(pk__in=[row.pk for row in left]).update(active=False)
        counters.raise_by(counters.ACCESS)


def add(name: str, channels: Sequence[str], *, actor: str, now: datetime) -> None:
    """Make an outlet, or give one that is there exactly these channels.

    Raises `UsageError` for one that the settings declare.
    """
    with unit():
        row, _ = OutletRow.objects.get_or_create(name=name)
        if row.declared:
            raise UsageError(f"outlet {name}", "settings.toml declares it", f"change [outlets.{name}] there")
        row.active = True
        row.save()
        _link(row, channels)
        counters.raise_by(counters.ACCESS)
        log.note(now, actor, "outlet", f"outlet {name}", channels=list(channels))


def _link(row: OutletRow, channels: Sequence[str]) -> None:
    """Let an outlet pull exactly these channels, and its practice channel."""
    wanted = [ChannelRow.objects.get_or_create(name=name)[0] for name in (*channels, PRACTICE + row.name)]
    row.channels.set(wanted)


def find(name: str) -> Outlet:
    """Give an outlet. Raises `UsageError`."""
    with speaking_clearly():
        row = OutletRow.objects.filter(name=name).prefetch_related("channels").first()
        names = ", ".join(OutletRow.objects.order_by("name").values_list("name", flat=True))
    if row is None:
        raise UsageError(f"outlet {name}", "there is none of this name", f"known: {names or 'none'}")
    return _read(row)


def all_outlets() -> tuple[Outlet, ...]:
    """Give every outlet, by name."""
    with speaking_clearly():
        return tuple(_read(row) for row in OutletRow.objects.prefetch_related("channels").order_by("name"))


def _read(row: OutletRow) -> Outlet:
    """Give a row as a value."""
    names = sorted(channel.name for channel in row.channels.all())
    return Outlet(
        key=row.pk,
        name=row.name,
        channels=tuple(name for name in names if name != PRACTICE + row.name),
        declared=row.declared,
        active=row.active,
        requests_per_minute=row.requests_per_minute,
        bytes_per_hour=row.bytes_per_hour,
    )


def set_quota(name: str, requests_per_minute: int, bytes_per_hour: int) -> None:
    """Say how much an outlet may ask for with one token; 0 is no bound. Raises `UsageError`."""
    outlet = find(name)
    with unit():
        OutletRow.objects.filter(pk=outlet.key).update(
            requests_per_minute=requests_per_minute, bytes_per_hour=bytes_per_hour
        )
        counters.raise_by(counters.ACCESS)


# --- tokens ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token as it is kept: its first letters, its hash, and what it may do from where and until when."""

    prefix: str
    sha256: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...] = ()
    expires: datetime | None = None


def add_token(name: str, token: NewToken, *, actor: str, now: datetime) -> None:
    """Give an outlet one more token. Raises `UsageError`."""
    outlet = find(name)
    with unit():
        TokenRow.objects.create(
            outlet_id=outlet.key,
            prefix=token.prefix,
            sha256=token.sha256,
            scopes=list(token.scopes),
            networks=list(token.networks),
            created_at=now,
            expires_at=token.expires,
        )
        counters.raise_by(counters.ACCESS)
        log.note(now, actor, "token", f"outlet {name}", prefix=token.prefix, scopes=list(token.scopes))


def token_by_hash(sha256: str) -> Token | None:
    """Give what is known of a token; None: nothing."""
    with speaking_clearly():
        row = TokenRow.objects.filter(sha256=sha256).select_related("outlet").first()
        return _read_token(row) if row else None


def tokens(name: str) -> tuple[Token, ...]:
    """Give the tokens of an outlet, oldest first. Raises `UsageError`."""
    outlet = find(name)
    with speaking_clearly():
        rows = TokenRow.objects.filter(outlet_id=outlet.key).select_related("outlet").order_by("pk")
        return tuple(_read_token(row) for row in rows)


def _read_token(row: TokenRow) -> Token:
    """Give a row as a value."""
    return Token(
        key=row.pk,
        outlet=_read(row.outlet),
        prefix=row.prefix,
        scopes=frozenset(row.scopes),
        networks=tuple(row.networks),
        expires=row.expires_at,
        revoked=row.revoked_at,
    )


def revoke_token(name: str, prefix: str, *, actor: str, now: datetime) -> None:
    """Let a token open nothing any more, from now on. Raises `UsageError`."""
    outlet = find(name)
    with unit():
        found = TokenRow.objects.filter(outlet_id=outlet.key, prefix=prefix, revoked_at=None).update(revoked_at=now)
        counters.raise_by(counters.ACCESS)
        log.note(now, actor, "revoke", f"outlet {name}", prefix=prefix)
    if not found:
        known = ", ".join(token.prefix for token in tokens(name) if token.revoked is None)
        raise UsageError(f"token {prefix}", f"outlet {name} has none that begins so", f"it has: {known or 'none'}")


# --- secret feed addresses ------------------------------------------------------------------------------------------


def add_address(name: str, channel: str, sha256: str, *, actor: str, now: datetime) -> int:
    """Keep the hash of a secret address of a channel's feeds; gives its number. Raises `UsageError`."""
    outlet = find(name)
    if channel not in outlet.channels:
        raise UsageError(f"outlet {name}", f"it may not pull the channel {channel}")
    with unit():
        row = FeedAddressRow.objects.create(
            outlet_id=outlet.key, channel=ChannelRow.objects.get(name=channel), sha256=sha256, created_at=now
        )
        counters.raise_by(counters.ACCESS)
        log.note(now, actor, "feed address", f"outlet {name}", number=row.pk, channel=channel)
    return int(row.pk)


def address_by_hash(sha256: str) -> FeedAddress | None:
    """Give what is known of a secret address; None: nothing."""
    with speaking_clearly():
        row = FeedAddressRow.objects.filter(sha256=sha256).select_related("outlet", "channel").first()
        return _read_address(row) if row else None


def addresses(name: str) -> tuple[FeedAddress, ...]:
    """Give the secret addresses of an outlet, oldest first. Raises `UsageError`."""
    outlet = find(name)
    with speaking_clearly():
        rows = FeedAddressRow.objects.filter(outlet_id=outlet.key).select_related("outlet", "channel").order_by("pk")
        return tuple(_read_address(row) for row in rows)


def _read_address(row: FeedAddressRow) -> FeedAddress:
    """Give a row as a value."""
    return FeedAddress(key=row.pk, outlet=_read(row.outlet), channel=row.channel.name, revoked=row.revoked_at)


def revoke_address(name: str, key: int, *, actor: str, now: datetime) -> None:
    """Let a secret address open nothing any more. Raises `UsageError`."""
    outlet = find(name)
    with unit():
        found = FeedAddressRow.objects.filter(outlet_id=outlet.key, pk=key, revoked_at=None).update(revoked_at=now)
        counters.raise_by(counters.ACCESS)
        log.note(now, actor, "revoke", f"outlet {name}", number=key)
    if not found:
        raise UsageError(f"feed address {key}", f"outlet {name} has none of this number")


# --- what they got and confirmed ------------------------------------------------------------------------------------


def add_responses(answered: Sequence[Response]) -> None:
    """Keep answers, all in one transaction."""
    with unit(), connection.cursor() as cursor:
        cursor.executemany(
            _ADD_RESPONSES,
            [
                (
                    to_micros(one.at),
                    one.outlet,
                    one.credential,
                    one.endpoint[:200],
                    one.status,
                    one.size,
                    one.etag[:80],
                    one.sequence,
                    one.request_id[:40],
                    one.delivered,
                )
                for one in answered
            ],
        )


def responses(name: str, limit: int = 100, endpoint: str = "") -> tuple[Response, ...]:
    """Give the newest answers to an outlet, newest first; `endpoint` is how their path begins. Raises `UsageError`."""
    outlet = find(name)
    with speaking_clearly():
        rows = ResponseRow.objects.filter(outlet_id=outlet.key, endpoint__startswith=endpoint).order_by("-pk")[:limit]
        return tuple(
            Response(
                at=row.at,
                outlet=row.outlet_id,
                credential=row.credential,
                endpoint=row.endpoint,
                status=row.status,
                size=row.size,
                etag=row.etag,
                sequence=row.sequence,
                request_id=row.request_id,
                delivered=json.dumps(row.delivered),
            )
            for row in rows
        )


def confirm(outlet: int, channels: Iterable[str], sequences: Sequence[int], now: datetime) -> tuple[int, ...]:
    """Keep that an outlet acted on changes; gives those that there are in its channels. Twice is once."""
    with unit():
        rows = ChangeRow.objects.filter(sequence__in=list(sequences), channel__name__in=list(channels))
        known = tuple(sorted(rows.values_list("sequence", flat=True)))
        ReceiptRow.objects.bulk_create(
            (ReceiptRow(outlet_id=outlet, sequence=number, at=now) for number in known), ignore_conflicts=True
        )
    return known


def confirmed(outlet: int, sequences: Sequence[int]) -> Mapping[int, datetime]:
    """Give when an outlet confirmed some changes; those that it did not are left out."""
    with speaking_clearly():
        rows = ReceiptRow.objects.filter(outlet_id=outlet, sequence__in=list(sequences))
        return {row.sequence: row.at for row in rows}


def unconfirmed_kills() -> tuple[Unconfirmed, ...]:
    """Give the kills that an outlet which may pull them has not confirmed, oldest first; practice left out."""
    found: list[Unconfirmed] = []
    with speaking_clearly():
        for row in OutletRow.objects.filter(active=True).prefetch_related("channels"):
            outlet = _read(row)
            done = ReceiptRow.objects.filter(outlet=row).values("sequence")
            kills = ChangeRow.objects.filter(signal="kill", channel__name__in=outlet.channels).exclude(
                sequence__in=done
            )
            found.extend(
                Unconfirmed(
                    outlet=outlet.name,
                    channel=change.channel.name,
                    item=change.item.folder,
                    uri=change.item.uri,
                    sequence=change.sequence,
                    note=change.note,
                    at=change.at,
                )
                for change in kills.select_related("channel", "item").order_by("sequence")
            )
    return tuple(sorted(found, key=lambda one: (one.sequence, one.outlet)))
