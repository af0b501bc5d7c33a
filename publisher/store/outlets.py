"""Partner outlets: what they may pull, their tokens, their secret feed addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.errors import UsageError
from publisher.store import counters, log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import (
    ChannelRow,
    FeedAddressRow,
    OutletRow,
    TokenRow,
)

PRACTICE = "practice-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A partner. `channels` are those it may pull; `practice` is the one that is its own to rehearse in.

    `site`: it lets its pages below this address be looked at; "" : it does not.
    """

    key: int
    name: str
    channels: tuple[str, ...]
    declared: bool
    active: bool
    requests_per_minute: int
    bytes_per_hour: int
    site: str = ""

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


def declare(wanted: Mapping[str, Sequence[str]], sites: Mapping[str, str]) -> None:
    """Make the outlets of the settings known, with exactly these channels; one that left the settings is closed.

    `sites` are the addresses below which they let their pages be looked at.
    """
    with speaking_clearly():
        known = {row.name: row for row in OutletRow.objects.prefetch_related("channels")}
        same = all(
            name in known
            and known[name].declared
            and known[name].active
            and known[name].site == sites.get(name, "")
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
            row.site = sites.get(name, "")
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
    return read(row)


def all_outlets() -> tuple[Outlet, ...]:
    """Give every outlet, by name."""
    with speaking_clearly():
        return tuple(read(row) for row in OutletRow.objects.prefetch_related("channels").order_by("name"))


def read(row: OutletRow) -> Outlet:
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
        site=row.site,
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
        outlet=read(row.outlet),
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
    return FeedAddress(key=row.pk, outlet=read(row.outlet), channel=row.channel.name, revoked=row.revoked_at)


def revoke_address(name: str, key: int, *, actor: str, now: datetime) -> None:
    """Let a secret address open nothing any more. Raises `UsageError`."""
    outlet = find(name)
    with unit():
        found = FeedAddressRow.objects.filter(outlet_id=outlet.key, pk=key, revoked_at=None).update(revoked_at=now)
        counters.raise_by(counters.ACCESS)
        log.note(now, actor, "revoke", f"outlet {name}", number=key)
    if not found:
        raise UsageError(f"feed address {key}", f"outlet {name} has none of this number")
