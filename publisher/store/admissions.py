"""What a channel has to look at, and what was decided about it: told to partners in one order.

pending -> (the caller decides) -> record -> a change, and the post as partners know it now
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from publisher.model import Post, Status
from publisher.store import channelmedia, codec, counters
from publisher.store.channelmedia import Enclosed
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import ChangeRow, ChannelRow, ItemRow, PostRow, VersionRow, WithdrawalRow
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
    `unchanged`: partners know this version, and it is looked at for another reason.
    """

    post_key: int
    version_key: int
    post: Post
    before: Standing
    notices: tuple[tuple[str, str], ...] = ()
    gone: bool = False
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a pending post. `signal` "": partners are told nothing, and it is looked at again at `due`.

    `enclosed` are its media, where they are here already.
    """

    pending: Pending
    folder: str
    uri: str
    signal: str = ""
    status: str = ""
    note: str = ""
    due: datetime | None = None
    enclosed: Enclosed | None = None


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


def select(channel: str, selection: str, now: datetime) -> None:
    """Keep what a channel takes, by its hash; where that is another than before, every post is looked at again."""
    with speaking_clearly():
        if ChannelRow.objects.filter(name=channel, selection=selection).exists():
            return
    with unit():
        ItemRow.objects.filter(channel__name=channel).update(due=now)
        ChannelRow.objects.filter(name=channel).update(selection=selection)


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
    told = _told(known.values())
    for said in WithdrawalRow.objects.filter(post__in=keys).order_by("pk"):
        if said.kind == "kill" or said.version_id > told.get(said.post_id, 0):
            notices.setdefault(said.post_id, []).append((said.kind, said.note))
    return tuple(
        Pending(
            post_key=key,
            version_key=versions[key].pk,
            post=codec.read(Post, versions[key].body),
            before=_standing(known.get(key)),
            notices=tuple(notices.get(key, ())),
            gone=gone,
            unchanged=key in known and known[key].version_id == versions[key].pk,
        )
        for key in keys
    )


def _told(items: Iterable[ItemRow]) -> dict[int, int]:
    """Give the version that partners were last told of, by post: what they were not told of yet is left out.

    It may be older than the one that was last looked at: while a post is withheld nothing is told of it.
    """
    posts = {item.sequence: item.post_id for item in items if item.revision}
    rows = ChangeRow.objects.filter(sequence__in=list(posts)).values_list("sequence", "version_id")
    return {posts[sequence]: version for sequence, version in rows}


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
    if decision.signal and decision.enclosed is not None:
        channelmedia.keep(item.pk, decision.enclosed.media, complete=decision.enclosed.complete)
