"""Channels are brought up to date: what is new, changed or taken back is told to partners in one order.

    declare -> pending -> admit -> record -> collect media -> bundle

Calling it again changes nothing. Each step can be cut off anywhere: what was not recorded is looked at again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from publisher.errors import FetchError, FormatError, OutsideError
from publisher.jobs.channels import bundle_of, channel_of, newest, selection_of, sources_of
from publisher.jobs.shelf import Shelf
from publisher.media import embedded
from publisher.media.keep import Fetcher, fetch_file
from publisher.media.store import write_whole
from publisher.model import MediaFile, Post, Skipped
from publisher.settings import Settings
from publisher.store import admissions, bundles, channelmedia, channels, counters, outlets
from publisher.store.admissions import Decision, Pending
from publisher.store.bundles import StoredBundle
from publisher.store.channelmedia import StoredMedium
from publisher.store.database import unit
from publisher.syndication import archive
from publisher.syndication.admission import Known, Place, admit
from publisher.syndication.release import folder_of, uri_of

KEEP_CHANGES: Final = timedelta(days=90)
KEEP_BUNDLES: Final = 20
_MOST_BYTES: Final = 25 * 1024 * 1024
_POSTS_AT_ONCE: Final = 50
_WITH_WORDS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})


def declare(settings: Settings) -> None:
    """Make the channels and outlets of the settings known to the store."""
    channels.declare(settings.channels)
    outlets.declare(
        {name: outlet.channels for name, outlet in settings.outlets.items()},
        {name: outlet.site for name, outlet in settings.outlets.items() if outlet.site},
    )


def release(settings: Settings, now: datetime, names: Iterable[str] | None = None) -> dict[str, int]:
    """Tell partners what changed in channels (None: all); gives how many changes there were, by channel."""
    wanted = tuple(settings.channels if names is None else names)
    channels.declare(wanted)
    return {name: _release(settings, name, now) for name in wanted}


def _release(settings: Settings, name: str, now: datetime) -> int:
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
            decided = [_decide(one, selection.takes(one.post, settings.site.language), now) for one in waiting]
            told += admissions.record(name, decided, now)
        if not waiting:
            admissions.settle(name, sources, newest_version)
            return told


def _decide(one: Pending, taken: bool, now: datetime) -> Decision:  # noqa: FBT001 - what the selection said
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
    )


# --- media ----------------------------------------------------------------------------------------------------------


def collect(client: Fetcher, shelf: Shelf, tell: Callable[[str], None]) -> int:
    """Fetch pictures, captions and transcripts of posts in channels, each once; gives for how many posts.

    Films and sounds stay links. What cannot be fetched stays a link, and is tried again twice.
    """
    waiting = channelmedia.waiting(_POSTS_AT_ONCE)
    for item in waiting:
        stored: list[StoredMedium] = []
        complete = True
        for wanted in _wanted(item.post):
            try:
                stored.append(_store(wanted, client, shelf.media))
            except FormatError as failure:
                tell(f"{item.change.uri}: {failure}")
            except FetchError as failure:
                complete = complete and not failure.retry
                tell(f"{item.change.uri}: {failure}")
        channelmedia.keep(item.key, stored, complete=complete)
    return len(waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A file to fetch, and the words that go into it."""

    url: str
    language: str | None = None
    alt: str = ""
    description: str = ""


def _wanted(post: Post) -> tuple[_Wanted, ...]:
    """List the pictures and text tracks of a post, each address once."""
    spoken = post.language
    found = [
        _Wanted(url=image.url, language=spoken, alt=image.alt or "", description=image.long_description or "")
        for image in post.images
        if image.url
    ]
    for medium in post.media:
        found += [_Wanted(url=track.url, language=track.language) for track in medium.captions]
        found += [_Wanted(url=url, language=spoken) for url in (medium.poster, medium.transcript) if url]
    usable = (one for one in found if one.url.startswith(("http://", "https://")))
    return tuple({one.url: one for one in reversed(list(usable))}.values())


def _store(wanted: _Wanted, client: Fetcher, folder: Path) -> StoredMedium:
    """Fetch a file, or take it from where it lies already, and put the words into it."""
    source = _fetched(wanted, client, folder)
    final = _with_words(source, wanted, folder)
    return StoredMedium(
        url=wanted.url,
        sha256=final.sha256,
        source_sha256=source.sha256,
        media_type=final.media_type,
        file=str(final.path.relative_to(folder)),
        size=final.size,
        language=wanted.language,
    )


Fetched = tuple[tuple[MediaFile, ...], tuple[Skipped, ...]]


def fetch_media(posts: Iterable[Post], client: Fetcher, folder: Path) -> Fetched:
    """Fetch the pictures and text tracks of posts into a folder, words put in; what cannot be had stays a link.

    Needs no database: for bundles that are made from files.
    """
    wanted = {one.url: one for post in posts for one in _wanted(post)}
    files: list[MediaFile] = []
    skipped: list[Skipped] = []
    for one in wanted.values():
        try:
            found = fetch_file(one.url, client, folder, language=one.language, max_bytes=_MOST_BYTES)
            files.append(_with_words(found, one, folder))
        except (FetchError, FormatError) as failure:
            skipped.append(Skipped(source=one.url, reason=failure.explanation))
    return tuple(files), tuple(skipped)


def _fetched(wanted: _Wanted, client: Fetcher, folder: Path) -> MediaFile:
    """Give a file as it was fetched; only the first post that shows it makes it travel."""
    known = channelmedia.fetched(wanted.url)
    if known is not None:
        ending = known.file.rpartition(".")[2]
        path = folder / "sources" / f"{known.source_sha256}.{ending}"
        if path.is_file():
            size = path.stat().st_size
            return MediaFile(
                url=wanted.url, sha256=known.source_sha256, media_type=known.media_type, path=path, size=size
            )
    return fetch_file(wanted.url, client, folder / "sources", language=wanted.language, max_bytes=_MOST_BYTES)


def _with_words(source: MediaFile, wanted: _Wanted, folder: Path) -> MediaFile:
    """Write the description of a picture into it; a file that takes none stays as it is."""
    if source.media_type not in _WITH_WORDS or not (wanted.alt or wanted.description):
        return source
    tag = wanted.language or embedded.DEFAULT
    words = embedded.Embedded(
        alt=((tag, wanted.alt),) if wanted.alt else (),
        description=((tag, wanted.description),) if wanted.description else (),
    )
    with contextlib.suppress(FormatError):  # a picture whose own XMP is broken travels as it came
        return _keep_bytes(embedded.write(source.path.read_bytes(), words), source, folder)
    return source


def _keep_bytes(content: bytes, source: MediaFile, folder: Path) -> MediaFile:
    """Keep a changed copy of a file under the hash of its bytes."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}{source.path.suffix}"
    try:
        write_whole(path, content)
    except OSError as failure:
        fix = "check the folder and the space on the disk"
        raise OutsideError(str(path), f"cannot be written: {failure.strerror or failure}", fix) from failure
    return MediaFile(url=source.url, sha256=digest, media_type=source.media_type, path=path, size=len(content))


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
    bundle = bundle_of(items, channel_of(settings, name), shelf.media, shelf.templates)
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
    told = release(settings, now)
    collect(client, shelf, tell)
    pack(settings, shelf, now)
    return told
