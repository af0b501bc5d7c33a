"""Sources in, posts out: expand -> fetch or read -> parse, and nothing stops the rest.

"feeds/", "https://...", "list.opml"  ->  Gathered(posts, skipped)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publisher import sources
from publisher.errors import FetchError, FormatError
from publisher.model import Document, NotModified, Post, Skipped, Validators
from publisher.net import Client
from publisher.sources import fetch, opml


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


def gather(names: Iterable[str], reading: Reading) -> Gathered:
    """Read every source: addresses, files, folders and lists of these."""
    posts: list[Post] = []
    skipped: list[Skipped] = []
    for name in names:
        for found in _documents(name, reading):
            if isinstance(found, Skipped):
                skipped.append(found)
                continue
            try:
                read = sources.parse(found, language=reading.language, default_language=reading.default_language)
            except FormatError as failure:
                skipped.append(_skip(failure))
                continue
            posts.extend(read.posts)
            skipped.extend(read.skipped)
    return Gathered(posts=tuple(posts), skipped=tuple(skipped))


def _documents(name: str, reading: Reading) -> Iterator[Document | Skipped]:
    """Give the documents of one source; a list of sources gives those of each."""
    try:
        places = fetch.expand(name, home=reading.folder)
    except FormatError as failure:
        yield _skip(failure)
        return
    for place in places:
        found = _get(place, reading)
        if isinstance(found, Document) and opml.is_opml(found):
            yield from _listed(found, reading)
        else:
            yield found


def _listed(document: Document, reading: Reading) -> Iterator[Document | Skipped]:
    """Give the documents that a list of sources names; a list in a list is not followed."""
    try:
        listed = opml.parse(document.content, document.source)
    except FormatError as failure:
        yield _skip(failure)
        return
    for _title, url in listed:
        found = _get(fetch.Place(source=url), reading)
        if isinstance(found, Document) and opml.is_opml(found):
            yield Skipped(source=url, reason=f"is a list of sources inside the list {document.source}")
        else:
            yield found


def _get(place: fetch.Place, reading: Reading) -> Document | Skipped:
    """Fetch or read one document."""
    try:
        if place.path is not None:
            return fetch.read(place)
        found = fetch.get(place.source, Validators(), reading.client, manners=reading.manners, now=reading.now)
    except (FetchError, FormatError) as failure:
        return _skip(failure)
    if isinstance(found, NotModified):
        return Skipped(source=place.source, reason="answered that nothing changed, although nothing was known of it")
    return found


def _skip(failure: FetchError | FormatError) -> Skipped:
    """Turn a failure of one source into a value."""
    return Skipped(source=failure.subject, reason=failure.explanation)
