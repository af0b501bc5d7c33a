"""Channels: what enters them, in which order it was told to partners, and what partners may see now.

pending -> (the caller decides) -> record -> changes, item, items
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from publisher.model import Post, Status
from publisher.store import codec, counters
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import BundleRow, ChangeRow, ChannelRow, ItemRow, PostRow, VersionRow, WithdrawalRow
from publisher.store.moments import to_micros

MEDIA_TRIES: Final = 3
_IN_FLIGHT: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How partners know a post: the number of its revision (0: not at all), its status and its note."""

    revision: int = 0
    status: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A post that a channel has to look at: its newest version, and how partners know it.

    `notices` are the kinds and notes of corrections and kills since, oldest first. `gone`: its source left the channel.
    """

    post_key: int
    version_key: int
    post: Post
    before: Standing
    notices: tuple[tuple[str, str], ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a pending post. `signal` "": partners are told nothing, and it is looked at again at `due`."""

    pending: Pending
    folder: str
    uri: str
    signal: str = ""
    status: str = ""
    note: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that partners were told, in the order of `sequence`."""

    sequence: int
    channel: str
    item: str
    uri: str
    revision: int
    status: Status
    signal: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A version of a post as partners of a channel get it; `key` is the row of the post in the channel."""

    key: int
    change: Change
    post: Post


def declare(names: Iterable[str]) -> None:
    """Make channels known."""
    with speaking_clearly():
        known = set(ChannelRow.objects.values_list("name", flat=True))
        for name in names:
            if name not in known:
                ChannelRow.objects.get_or_create(name=name)


def is_settled(channel: str, sources: Sequence[str], now: datetime) -> bool:
    """Say whether a channel can have nothing pending, at the price of two looks into an index.

    A version that came within the last minutes says no: an older one may still be on its way into the database.
    """
    with speaking_clearly():
        newest = VersionRow.objects.order_by("-pk").values_list("pk", "seen_at").first()
        if newest is None or newest[1] > now - _IN_FLIGHT or counters.get(_seen(channel, sources)) != newest[0]:
            return False
        due = ItemRow.objects.filter(channel__name=channel, due__lte=to_micros(now))
        return not due.filter(post__source__name__in=list(sources)).exists()


def settle(channel: str, sources: Sequence[str], newest: int) -> None:
    """Remember that a channel has looked at everything up to a version."""
    counters.lift(_seen(channel, sources), newest)


def newest_version() -> int:
    """Give the number of the newest version of any post; 0 for none."""
    with speaking_clearly():
        return VersionRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _seen(channel: str, sources: Sequence[str]) -> str:
    """Name the counter of a channel as it is declared now."""
    return "seen " + codec.digest(channel, *sources)[:32]


def pending(channel: str, sources: Sequence[str], now: datetime, limit: int = 500) -> tuple[Pending, ...]:
    """Give posts of a channel that changed since it last looked, or whose time has come, oldest first."""
    with speaking_clearly():
        row = ChannelRow.objects.get(name=channel)
        own = ItemRow.objects.filter(channel=row, post=OuterRef("pk"))
        looked = own.filter(version_id=OuterRef("newest"))
        newest = VersionRow.objects.filter(post=OuterRef("pk"), n=OuterRef("current")).values("pk")[:1]
        due = ItemRow.objects.filter(channel=row, due__lte=to_micros(now)).values("post_id")
        posts = (
            PostRow.objects.filter(source__name__in=list(sources))
            .annotate(newest=newest)
            .filter(~Exists(looked) | Q(pk__in=due))
            .order_by(Coalesce("published", "first_seen_at"), "pk")[:limit]
        )
        found = _pend(row, list(posts), gone=False)
        return found or _pend(row, _gone(row, sources, limit), gone=True)


def _gone(row: ChannelRow, sources: Sequence[str], limit: int) -> list[PostRow]:
    """Find posts that partners still see although their source is none of the channel's any more."""
    shown = ItemRow.objects.filter(channel=row, status=Status.USABLE.value).exclude(post__source__name__in=sources)
    return [item.post for item in shown.select_related("post").order_by("pk")[:limit]]


def _pend(row: ChannelRow, posts: Sequence[PostRow], *, gone: bool) -> tuple[Pending, ...]:
    """Put together what has to be known to decide."""
    keys = [post.pk for post in posts]
    known = {item.post_id: item for item in ItemRow.objects.filter(channel=row, post__in=keys)}
    versions = {v.post_id: v for v in VersionRow.objects.filter(post__in=keys, n=F("post__current"))}
    notices: dict[int, list[tuple[str, str]]] = {}
    for said in WithdrawalRow.objects.filter(post__in=keys).order_by("pk"):
        item = known.get(said.post_id)
        if item is None or not item.revision or said.version_id > item.version_id or said.kind == "kill":
            notices.setdefault(said.post_id, []).append((said.kind, said.note))
    return tuple(
        Pending(
            post_key=key,
            version_key=versions[key].pk,
            post=codec.read(Post, versions[key].body),
            before=_standing(known.get(key)),
            notices=tuple(notices.get(key, ())),
            gone=gone,
        )
        for key in keys
    )


def _standing(item: ItemRow | None) -> Standing:
    """Give how partners know a post."""
    return Standing(revision=item.revision, status=item.status, note=item.note) if item else Standing()


def record(channel: str, decisions: Sequence[Decision], now: datetime) -> int:
    """Write what was decided, in this order; gives how many changes partners are told.

    Call it in the transaction in which `pending` was read.
    """
    row = ChannelRow.objects.get(name=channel)
    told = sum(1 for decision in decisions if decision.signal)
    sequence = counters.raise_by(counters.CHANGES, told) - told if told else 0
    for decision in decisions:
        sequence += 1 if decision.signal else 0
        _write(row, decision, sequence, now)
    return told


def _write(row: ChannelRow, decision: Decision, sequence: int, now: datetime) -> None:
    """Write one decision."""
    wanted = decision.pending
    item = ItemRow.objects.filter(channel=row, post_id=wanted.post_key).first()
    item = item or ItemRow(channel=row, post_id=wanted.post_key)
    item.version_id, item.folder, item.uri, item.due = (
        wanted.version_key,
        decision.folder,
        decision.uri,
        decision.due,
    )
    if decision.signal:
        item.revision += 1
        item.status, item.note, item.sequence = decision.status, decision.note, sequence
        item.media_tries = MEDIA_TRIES if decision.status == Status.USABLE else 0
    item.save()
    if decision.signal:
        ChangeRow.objects.create(
            sequence=sequence,
            channel=row,
            item=item,
            version_id=wanted.version_key,
            revision=item.revision,
            status=decision.status,
            signal=decision.signal,
            note=decision.note,
            at=now,
        )


# --- reading --------------------------------------------------------------------------------------------------------


def changes(names: Iterable[str], after: int, limit: int) -> tuple[Change, ...]:
    """Give the changes of some channels behind a sequence, in order."""
    with speaking_clearly():
        rows = ChannelRow.objects.filter(name__in=list(names))
        streams = [_changes_of(row, after, limit) for row in rows]
        return tuple(islice(heapq.merge(*streams, key=lambda change: change.sequence), limit))


def _changes_of(row: ChannelRow, after: int, limit: int) -> list[Change]:
    """Give the changes of one channel: one walk along its index."""
    rows = ChangeRow.objects.filter(channel=row, sequence__gt=after).select_related("item").order_by("sequence")
    return [_read(change, row.name) for change in rows[:limit]]


def _read(row: ChangeRow, channel: str) -> Change:
    """Give a row as a value."""
    return Change(
        sequence=row.sequence,
        channel=channel,
        item=row.item.folder,
        uri=row.item.uri,
        revision=row.revision,
        status=Status(row.status),
        signal=row.signal,
        note=row.note,
        at=row.at,
    )


def head(names: Iterable[str]) -> int:
    """Give the sequence of the newest change of some channels; 0 for none."""
    with speaking_clearly():
        found = [
            ChangeRow.objects.filter(channel=row).order_by("-sequence").values_list("sequence", flat=True).first()
            for row in ChannelRow.objects.filter(name__in=list(names))
        ]
    return max((number for number in found if number), default=0)


def floor(names: Iterable[str]) -> int:
    """Give the sequence below which withdrawals may have been forgotten."""
    with speaking_clearly():
        return max(ChannelRow.objects.filter(name__in=list(names)).values_list("floor", flat=True), default=0)


def find(names: Iterable[str], folder: str, revision: int | None = None) -> Item | None:
    """Give a revision of a post in one of some channels (None: the newest); None where there is none.

    A revision of a post that is not usable any more is the newest one: what was taken back stays so.
    """
    with speaking_clearly():
        rows = ItemRow.objects.filter(channel__name__in=list(names), folder=folder, revision__gt=0)
        item = rows.select_related("channel").order_by("-sequence").first()
        if item is None:
            return None
        wanted = ChangeRow.objects.filter(item=item).select_related("item", "version")
        newest = wanted.get(sequence=item.sequence)
        if revision is None or revision == item.revision:
            return _item(newest, item.channel.name)
        older = wanted.filter(revision=revision).first()
        if older is None:
            return None
        return _item(older if item.status == Status.USABLE else newest, item.channel.name)


def _item(row: ChangeRow, channel: str) -> Item:
    """Give a change with the version that it is about."""
    return Item(key=row.item_id, change=_read(row, channel), post=codec.read(Post, row.version.body))


def items(channel: str, limit: int) -> tuple[Item, ...]:
    """Give what partners of a channel see, as they were last told, newest change first; withdrawn ones included."""
    with speaking_clearly():
        row = ChannelRow.objects.filter(name=channel).first()
        if row is None:
            return ()
        wanted = ItemRow.objects.filter(channel=row, revision__gt=0).order_by("-sequence").values("sequence")[:limit]
        rows = ChangeRow.objects.filter(sequence__in=list(wanted.values_list("sequence", flat=True)))
        rows = rows.select_related("item", "version").order_by("-sequence")
        return tuple(_item(change, channel) for change in rows)


def of_post(source: str, uid: str) -> tuple[str, ...]:
    """Name the channels that have told partners of a post."""
    with speaking_clearly():
        rows = ItemRow.objects.filter(post__source__name=source, post__uid=uid, revision__gt=0)
        return tuple(rows.order_by("channel__name").values_list("channel__name", flat=True))


# --- forgetting -----------------------------------------------------------------------------------------------------


def forget(before: datetime) -> int:
    """Forget changes older than a moment that a newer one replaced, and withdrawals as old; gives their number.

    The newest change of every post that partners may use stays, so that whoever begins anew still gets everything.
    """
    old = ChangeRow.objects.filter(at__lt=to_micros(before))
    with unit():
        replaced, _ = old.filter(sequence__lt=F("item__sequence")).delete()
        withdrawn = old.exclude(status=Status.USABLE.value)
        for channel, number in withdrawn.values_list("channel", "sequence").order_by("sequence"):
            ChannelRow.objects.filter(pk=channel, floor__lt=number).update(floor=number)
        keys = list(withdrawn.values_list("item", flat=True))
        number, _ = withdrawn.delete()
        ItemRow.objects.filter(pk__in=keys).update(revision=0, status="")
    return replaced + number


# --- bundles --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBundle:
    """A bundle on disk, `file` relative to the home's folder of bundles. `gone`: it held what was withdrawn since."""

    channel: str
    sequence: int
    file: str
    sha256: str
    size: int
    posts: int
    at: datetime
    gone: bool = False


def add_bundle(bundle: StoredBundle) -> None:
    """Remember a bundle."""
    with unit():
        BundleRow.objects.update_or_create(
            channel=ChannelRow.objects.get(name=bundle.channel),
            sequence=bundle.sequence,
            defaults={
                "file": bundle.file,
                "sha256": bundle.sha256,
                "size": bundle.size,
                "posts": bundle.posts,
                "at": bundle.at,
                "gone": False,
            },
        )


def bundles(names: Iterable[str], limit: int = 50) -> tuple[StoredBundle, ...]:
    """Give the bundles of some channels that may be pulled, newest first."""
    with speaking_clearly():
        rows = BundleRow.objects.filter(channel__name__in=list(names), gone=False).select_related("channel")
        return tuple(_bundle(row) for row in rows.order_by("-sequence")[:limit])


def find_bundle(names: Iterable[str], sequence: int) -> StoredBundle | None:
    """Give the bundle of a sequence in one of some channels; None where there is none."""
    with speaking_clearly():
        row = BundleRow.objects.filter(channel__name__in=list(names), sequence=sequence).select_related("channel")
        found = row.first()
        return _bundle(found) if found else None


def _bundle(row: BundleRow) -> StoredBundle:
    """Give a row as a value."""
    return StoredBundle(
        channel=row.channel.name,
        sequence=row.sequence,
        file=row.file,
        sha256=row.sha256,
        size=row.size,
        posts=row.posts,
        at=row.at,
        gone=row.gone,
    )


def retire_bundles(channel: str, *, below: int) -> tuple[str, ...]:
    """Let bundles below a sequence be gone; gives their files."""
    with unit():
        rows = BundleRow.objects.filter(channel__name=channel, sequence__lt=below, gone=False)
        files = tuple(rows.values_list("file", flat=True))
        rows.update(gone=True)
    return files


def last_unusable(channel: str) -> int:
    """Give the sequence of the newest change that took something back; 0 for none."""
    with speaking_clearly():
        rows = ChangeRow.objects.filter(channel__name=channel).exclude(status=Status.USABLE.value)
        return rows.order_by("-sequence").values_list("sequence", flat=True).first() or 0
