"""Sources in, posts out: expand -> fetch or read -> parse, and nothing stops the rest.

"feeds/", "https://...", "list.opml", "bundle.zip"  ->  Gathered(posts, skipped)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from publisher import sources
from publisher.errors import FormatError, IntegrityError, OutsideError, PublisherError
from publisher.jobs.posts import bundled
from publisher.model import Document, NotModified, Post, Posts, Skipped, Validators
from publisher.net import Client
from publisher.sources import fetch, opml

NOTHING_KNOWN: Final[Mapping[str, Validators]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How documents are got and read: the way out, the languages, and the folder of relative paths (None: here)."""

    client: Client
    manners: fetch.Manners
    now: datetime
    language: str | None = None
    default_language: str = "en"
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Every post that could be read, in the order of its sources, and what could not, with the reason."""

    posts: tuple[Post, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What lies at a place: `address` is the one that was asked for, the same for all posts of a bundle."""

    address: str
    found: Document | NotModified | Skipped


def gather(names: Iterable[str], reading: Reading) -> Gathered:
    """Read every source: addresses, files, bundles, folders and lists of these."""
    posts: list[Post] = []
    skipped: list[Skipped] = []
    for reached in (reached for name in names for reached in walk(name, reading)):
        found = reached.found
        if isinstance(found, NotModified):
            reason = "answered that nothing changed, although nothing was known of it"
            skipped.append(Skipped(source=found.source, reason=reason))
            continue
        if isinstance(found, Skipped):
            skipped.append(found)
            continue
        try:
            read = sources.parse(found, language=reading.language, default_language=reading.default_language)
        except FormatError as failure:
            skipped.append(_skip(failure))
            continue
        posts.extend(read.posts)
        skipped.extend(read.skipped or _tell_empty(read))
    return Gathered(posts=tuple(posts), skipped=tuple(skipped))


def _tell_empty(read: Posts) -> Iterator[Skipped]:
    """Tell about a document without posts, and about posts without anything to publish."""
    if not read.posts:
        yield Skipped(source=read.source, reason="holds no post")
    for post in read.posts:
        if post.is_empty():
            reason = f"post {post.position + 1} ({post.id}) holds nothing to publish: no title, no text, no picture"
            yield Skipped(source=read.source, reason=reason)


def walk(name: str, reading: Reading, known: Mapping[str, Validators] = NOTHING_KNOWN) -> Iterator[Reached]:
    """Go through the documents of one source: of a folder its files, of a list those it names, of a bundle its posts.

    `known` are the validators of earlier answers by address; what has none is fetched whole.
    """
    try:
        places = fetch.expand(name, home=reading.folder)
    except FormatError as failure:
        yield Reached(address=name, found=_skip(failure))
        return
    for place in places:
        for reached in _open(place, reading, known):
            if isinstance(reached.found, Document) and opml.is_opml(reached.found):
                yield from _listed(reached.found, reading, known)
            else:
                yield reached


def _listed(document: Document, reading: Reading, known: Mapping[str, Validators]) -> Iterator[Reached]:
    """Go through the documents that a list of sources names; a list in a list is not followed."""
    try:
        listed = opml.parse(document.content, document.source)
    except FormatError as failure:
        yield Reached(address=document.source, found=_skip(failure))
        return
    for _title, url in listed:
        for reached in _open(fetch.Place(source=url), reading, known):
            if isinstance(reached.found, Document) and opml.is_opml(reached.found):
                reason = f"is a list of sources inside the list {document.source}"
                yield Reached(address=url, found=Skipped(source=url, reason=reason))
            else:
                yield reached


def _open(place: fetch.Place, reading: Reading, known: Mapping[str, Validators]) -> Iterator[Reached]:
    """Fetch or read what is at one place, if it is not as it was; a bundle is many documents."""
    try:
        for found in _got(place, reading, known.get(place.source, Validators())):
            yield Reached(address=place.source, found=found)
    except (FormatError, IntegrityError, OutsideError) as failure:
        yield Reached(address=place.source, found=_skip(failure))


def _got(place: fetch.Place, reading: Reading, validators: Validators) -> tuple[Document | NotModified, ...]:
    """Fetch or read one place."""
    if place.path is not None:
        return bundled.open_file(place) if bundled.is_file(place) else (fetch.read(place),)
    found = fetch.get(place.source, validators, reading.client, manners=reading.manners, now=reading.now)
    if isinstance(found, Document) and bundled.is_download(found):
        return bundled.open_download(found)
    return (found,)


def _skip(failure: PublisherError) -> Skipped:
    """Turn a failure of one source into a value."""
    return Skipped(source=failure.subject, reason=failure.explanation)
