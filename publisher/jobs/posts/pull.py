"""Sources are asked what is new: fetch or read, parse, describe pictures, keep.

    declared source -> Document | NotModified -> Posts -> add_posts

Asking happens in as many threads as `map` has; keeping in the caller's. One source that fails stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from publisher import sources
from publisher.errors import FormatError
from publisher.jobs.posts import describe
from publisher.jobs.posts.gather import Reading, walk
from publisher.model import Document, NotModified, Post, Posts, Skipped, Validators
from publisher.settings import Source
from publisher.sources import alts, interval
from publisher.sources.alts import Alts
from publisher.store import posts

Outcome = Literal["new", "unchanged", "failed"]
Parser = Callable[..., Posts]
Mapper = Callable[[Callable[["Asked"], "Answered"], Iterable["Asked"]], Iterable["Answered"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A source to ask, and what its last answers let us ask."""

    name: str
    source: Source
    validators: Mapping[str, Validators]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a source brought; `readable` counts the documents that could be read or had not changed.

    `max_age`: for so long its server or its feed wants to be left alone.
    """

    name: str
    posts: tuple[Post, ...]
    skipped: tuple[Skipped, ...]
    validators: Mapping[str, Validators] = field(default_factory=dict)
    readable: int = 0
    max_age: timedelta | None = None

    @property
    def is_unchanged(self) -> bool:
        """Say whether every document is as it was."""
        return bool(self.readable) and not (self.posts or self.skipped or self.validators)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """How a pull of one source went; `reason` None: nothing went wrong."""

    name: str
    status: Outcome
    posts_new: int = 0
    posts_changed: int = 0
    reason: str | None = None


def pull(
    wanted: Mapping[str, Source],
    reading: Reading,
    known: Alts,
    *,
    spread: Mapper = map,
) -> Iterator[SourceReport]:
    """Pull sources, and report on each as soon as its posts are kept. Raises `StoreError`."""
    asked = [Asked(name=name, source=source, validators=posts.validators_of(name)) for name, source in wanted.items()]
    for answered in spread(lambda one: ask(one, reading), asked):
        yield keep(replace(answered, posts=alts.describe(answered.posts, known)), reading.now)


def ask(asked: Asked, reading: Reading, parse: Parser = sources.parse) -> Answered:
    """Fetch and read a source; no database here, so that threads may do it, and `parse` perhaps in processes."""
    found: list[Post] = []
    skipped: list[Skipped] = []
    validators: dict[str, Validators] = {}
    readable = 0
    fresh: list[timedelta] = []
    for reached in walk(_place(asked.source, reading.folder), reading, asked.validators):
        document = reached.found
        if isinstance(document, Skipped):
            skipped.append(document)
            continue
        readable += 1
        fresh += [age for age in (document.max_age, _stated(document)) if age]
        if isinstance(document, NotModified):
            continue
        try:
            read = parse(
                document,
                language=asked.source.language or reading.language,
                default_language=reading.default_language,
            )
        except FormatError as failure:
            skipped.append(Skipped(source=failure.subject, reason=failure.explanation))
            readable -= 1
            continue
        found.extend(read.posts)
        skipped.extend(read.skipped)
        if document.etag or document.last_modified:
            validators[reached.address] = Validators(etag=document.etag, last_modified=document.last_modified)
    return Answered(
        name=asked.name,
        posts=tuple(found),
        skipped=tuple(skipped),
        validators=validators,
        readable=readable,
        max_age=max(fresh, default=None),
    )


def _stated(document: Document | NotModified) -> timedelta | None:
    """Give how often a feed itself wants to be asked."""
    return interval.stated(document.content) if isinstance(document, Document) else None


def _place(source: Source, folder: Path | None) -> str:
    """Name the place of a source; a folder of the newsroom is named from there, wherever the command is called from.

    The names of files become ids of posts: they must not change with the current folder.
    """
    if source.path is None:
        return source.url or ""
    try:
        return str(source.path.resolve().relative_to((folder or Path()).resolve()))
    except ValueError:
        return str(source.path.resolve())


def keep(answered: Answered, now: datetime) -> SourceReport:
    """Keep what a source brought, and say how it went."""
    reasons = [f"{one.source}: {one.reason}" for one in answered.skipped]
    reason = "; ".join(reasons[:3]) + (f"; and {len(reasons) - 3} more" if len(reasons) > 3 else "")  # noqa: PLR2004 - three say enough
    if not answered.readable:
        posts.note_failure(answered.name, reason or "nothing there", now)
        return SourceReport(name=answered.name, status="failed", reason=reason or "nothing there")
    counts = posts.add_posts(answered.name, answered.posts, now, answered.validators)
    if counts.changed:
        describe.renew(answered.name, now)
    return SourceReport(
        name=answered.name,
        status="new" if counts.new or counts.changed else "unchanged",
        posts_new=counts.new,
        posts_changed=counts.changed,
        reason=reason or None,
    )
