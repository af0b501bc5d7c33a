"""The media of posts in channels: fetched once, words put in, kept by their hash, before partners hear of the post.

    ahead    what is about to be told -> its media are fetched -> told with them
    collect  what was told without: fetched after, and tried again

Films and sounds stay links.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.errors import FetchError, FormatError, OutsideError
from publisher.jobs.outlets.shelf import Shelf
from publisher.media import embedded
from publisher.media.keep import Fetcher, fetch_file
from publisher.media.store import write_whole
from publisher.model import Document, MediaFile, Post, Skipped
from publisher.sources import article
from publisher.store import channelmedia
from publisher.store.channelmedia import Enclosed, StoredMedium
from publisher.syndication.html import write_transcript

_MOST_BYTES: Final = 25 * 1024 * 1024
_POSTS_AT_ONCE: Final = 50
_WITH_WORDS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})

# Seconds that news waits for its pictures in one round: a host that hangs keeps nothing back for longer.
_AHEAD: Final = 60.0


def ahead(
    news: Iterable[tuple[int, Post]],
    client: Fetcher,
    shelf: Shelf,
    tell: Callable[[str], None],
    seconds: float = _AHEAD,
) -> dict[int, Enclosed]:
    """Fetch the media of what partners are about to be told of, by the row of the version; as long as there is time."""
    ends = time.monotonic() + seconds
    found: dict[int, Enclosed] = {}
    for version, post in news:
        if time.monotonic() > ends:
            break
        if version not in found:
            found[version] = _enclose(post, client, shelf, tell, ends)
    return found


def collect(client: Fetcher, shelf: Shelf, tell: Callable[[str], None], besides: Collection[int] = frozenset()) -> int:
    """Fetch what posts in channels were told without; gives for how many posts.

    What cannot be fetched stays a link, and is tried again twice. `besides` are versions that were just tried.
    """
    waiting = channelmedia.waiting(_POSTS_AT_ONCE, besides)
    for item in waiting:
        enclosed = _enclose(item.post, client, shelf, tell)
        channelmedia.keep(item.key, enclosed.media, complete=enclosed.complete)
    return len(waiting)


def _enclose(
    post: Post, client: Fetcher, shelf: Shelf, tell: Callable[[str], None], ends: float = math.inf
) -> Enclosed:
    """Fetch pictures, captions and transcripts of a post, and say why one of them could not be had.

    What would be begun after `ends`, on the stop-watch, is left for another try.
    """
    stored: list[StoredMedium] = []
    complete = True
    for wanted in _wanted(post):
        if time.monotonic() > ends:
            complete = False
            break
        try:
            stored.append(_store(wanted, client, shelf.media))
        except FormatError as failure:
            tell(f"{post.id}: {failure}")
        except FetchError as failure:
            complete = complete and not failure.retry
            tell(f"{post.id}: {failure}")
    return Enclosed(media=tuple(stored), complete=complete)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A file to fetch, and the words that go into it; `page`: it may be a web page, of which the words are taken."""

    url: str
    language: str | None = None
    alt: str = ""
    description: str = ""
    page: bool = False


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
        found += [_Wanted(url=medium.poster, language=spoken)] if medium.poster else []
        found += [_Wanted(url=medium.transcript, language=spoken, page=True)] if medium.transcript else []
    usable = (one for one in found if one.url.startswith(("http://", "https://")))
    return tuple({one.url: one for one in reversed(list(usable))}.values())


def _store(wanted: _Wanted, client: Fetcher, folder: Path) -> StoredMedium:
    """Fetch a file, or take it from where it lies already, and put the words into it."""
    source = _fetched(wanted, client, folder)
    final = _finish(source, wanted, folder)
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
            files.append(_finish(_fetch(one, client, folder), one, folder))
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
    return _fetch(wanted, client, folder / "sources")


def _fetch(wanted: _Wanted, client: Fetcher, folder: Path) -> MediaFile:
    """Fetch a file. Raises: FetchError, FormatError."""
    return fetch_file(wanted.url, client, folder, language=wanted.language, max_bytes=_MOST_BYTES, pages=wanted.page)


def _finish(source: MediaFile, wanted: _Wanted, folder: Path) -> MediaFile:
    """Make of a file what partners get. Raises: FormatError for a page that says nothing."""
    if source.media_type == "text/html":
        return _as_transcript(source, wanted, folder)
    return _with_words(source, wanted, folder)


def _as_transcript(source: MediaFile, wanted: _Wanted, folder: Path) -> MediaFile:
    """Take what a web page says, without scripts, frames and everything around it."""
    page = Document(source=wanted.url, url=wanted.url, content=source.path.read_bytes(), media_type=source.media_type)
    (post,) = article.parse(page, default_language=wanted.language or "en").posts
    return _keep_bytes(write_transcript(post, wanted.url), source, folder)


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
