"""Channels are brought up to date: what is new, changed or taken back is told to partners in one order.

    declare -> pending -> fetch media ahead -> admit -> record -> collect what is missing -> bundle

Calling it again changes nothing. Each step can be cut off anywhere: what was not recorded is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from publisher.jobs.outlets import enclosures
from publisher.jobs.outlets.channels import bundle_of, channel_of, newest, selection_of, sources_of
from publisher.jobs.outlets.shelf import Shelf
from publisher.media.keep import Fetcher
from publisher.model import Post, Status
from publisher.settings import Settings
from publisher.store import admissions, bundles, channels, counters, outlets
from publisher.store.admissions import Decision, Pending
from publisher.store.bundles import StoredBundle
from publisher.store.channelmedia import Enclosed
from publisher.store.database import unit
from publisher.syndication import archive
from publisher.syndication.admission import Known, Place, admit
from publisher.syndication.release import folder_of, uri_of
from publisher.syndication.spool import open_spool

KEEP_CHANGES: Final = timedelta(days=90)
KEEP_BUNDLES: Final = 20

Ready = Mapping[int, Enclosed]  # media that are here already, by the row of the version
_NOTHING: Final[Ready] = MappingProxyType({})


def declare(settings: Settings) -> None:
    """Make the channels and outlets of the settings known to the store."""
    channels.declare(settings.channels)
    outlets.declare(
        {name: outlet.channels for name, outlet in settings.outlets.items()},
        {name: outlet.site for name, outlet in settings.outlets.items() if outlet.site},
    )


def release(
    settings: Settings, now: datetime, names: Iterable[str] | None = None, ready: Ready = _NOTHING
) -> dict[str, int]:
    """Tell partners what changed in channels (None: all); gives how many changes there were, by channel.

    What is not `ready` is told with the addresses of its media alone.
    """
    wanted = tuple(settings.channels if names is None else names)
    channels.declare(wanted)
    return {name: _release(settings, name, now, ready) for name in wanted}


def _release(settings: Settings, name: str, now: datetime, ready: Ready) -> int:
    """Bring one channel up to date, so many posts at a time."""
    sources, selection, told = sources_of(settings, name), selection_of(settings, name), 0
    admissions.select(name, selection.digest, now)
    if admissions.is_settled(name, sources, now):
        return 0
    newest_version = admissions.newest_version()
    while True:
        with unit():
            counters.raise_by(counters.CHANGES, 0)  # holds the order: nobody else numbers changes meanwhile
            waiting = admissions.pending(name, sources, now)
            decided = [_decide(one, selection.takes(one.post, settings.site.language), now, ready) for one in waiting]
            told += admissions.record(name, decided, now)
        if not waiting:
            admissions.settle(name, sources, newest_version)
            return told


def news(settings: Settings, now: datetime, names: Iterable[str] | None = None) -> Iterator[tuple[int, Post]]:
    """Give what partners of channels (None: all) are about to be told of as usable, with the row of its version."""
    for name in tuple(settings.channels if names is None else names):
        sources, selection = sources_of(settings, name), selection_of(settings, name)
        admissions.select(name, selection.digest, now)
        if admissions.is_settled(name, sources, now):
            continue
        for one in admissions.pending(name, sources, now):
            decided = _decide(one, selection.takes(one.post, settings.site.language), now, _NOTHING)
            if decided.signal and decided.status == Status.USABLE:
                yield one.version_key, one.post


def _decide(one: Pending, taken: bool, now: datetime, ready: Ready) -> Decision:  # noqa: FBT001 - what the selection said
    """Decide about one post."""
    before = Known(revision=one.before.revision, status=one.before.status, note=one.before.note)
    place = Place(gone=one.gone, taken=taken, unchanged=one.unchanged)
    found = admit(one.post, before, one.notices, now=now, place=place)
    return Decision(
        pending=one,
        folder=folder_of(one.post),
        uri=uri_of(one.post),
        signal=found.signal or "",
        status=found.status.value,
        note=found.note,
        due=found.due,
        enclosed=ready.get(one.version_key) if found.signal and found.status is Status.USABLE else None,
    )


# --- bundles --------------------------------------------------------------------------------------------------------


def pack(
    settings: Settings, shelf: Shelf, now: datetime, names: Iterable[str] | None = None
) -> tuple[StoredBundle, ...]:
    """Write the bundle of each channel (None: all) that has changed since its last one; gives the new ones.

    Bundles that hold what was taken back since are removed, also where nothing can be written in their place.
    """
    made: list[StoredBundle] = []
    for name in tuple(settings.channels if names is None else names):
        channel = channel_of(settings, name)
        for file in bundles.retire(name, below=bundles.last_unusable(name)):
            (shelf.bundles / file).unlink(missing_ok=True)
        if "zip" in channel.formats:
            made += _pack(settings, name, shelf, now)
    return tuple(made)


def _pack(settings: Settings, name: str, shelf: Shelf, now: datetime) -> list[StoredBundle]:
    """Write the bundle of one channel, unless the newest is up to date, and remove those that are too many."""
    head = channels.head([name])
    before = bundles.listed([name])
    if not head or (before and before[0].sequence >= head and (shelf.bundles / before[0].file).is_file()):
        return []
    items = newest(name)
    file = f"{name}/{head}.zip"
    with open_spool() as spool:
        bundle = bundle_of(items, channel_of(settings, name), shelf.media, shelf.templates, spool)
        digest = archive.write(bundle, shelf.bundles / file, key=shelf.key)
    stored = StoredBundle(
        channel=name,
        sequence=head,
        file=file,
        sha256=digest,
        size=(shelf.bundles / file).stat().st_size,
        posts=len(items),
        at=now,
    )
    bundles.add(stored)
    if len(before) >= KEEP_BUNDLES:
        for old in bundles.retire(name, below=before[KEEP_BUNDLES - 2].sequence):
            (shelf.bundles / old).unlink(missing_ok=True)
    return [stored]


def forget(now: datetime) -> int:
    """Forget what partners had time enough to hear; gives how many changes that were."""
    return channels.forget(now - KEEP_CHANGES)


# --- all of it ------------------------------------------------------------------------------------------------------


def run(
    settings: Settings, shelf: Shelf, client: Fetcher, now: datetime, tell: Callable[[str], None]
) -> dict[str, int]:
    """Bring every channel up to date; gives how many changes partners were told, by channel."""
    declare(settings)
    ready = enclosures.ahead(news(settings, now), client, shelf, tell)
    told = release(settings, now, ready=ready)
    enclosures.collect(client, shelf, tell, besides=frozenset(ready))
    pack(settings, shelf, now)
    return told
