"""The inbox: posts found by source, language, state and words, and how each source fares.

Lists are read from facts that stand beside each version, so that ten thousand posts are searched in milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from publisher.model import Post
from publisher.store import codec
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import FactRow, SourceRow, VersionRow

CURRENT: Final = F("post__current")
_AT_ONCE: Final = 500
_SIDE_BY_SIDE: Final = 2_000  # versions that transactions may have written beside each other

# what the list may be narrowed to, in the order in which it is offered
STATES: Final = ("undescribed", "repeated", "no-language", "no-title", "usable", "withheld", "canceled")
_STATE: Final = {
    "undescribed": Q(undescribed__gt=0),
    "repeated": Q(repeated__gt=0),
    "no-language": Q(language=""),
    "no-title": Q(title=""),
    "usable": Q(status="usable"),
    "withheld": Q(status="withheld"),
    "canceled": Q(status="canceled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What lists say of a post; `described` counts the pictures with an alt or marked as decorative."""

    title: str
    language: str
    status: str
    pictures: int
    described: int
    undescribed: int
    repeated: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for; "" is everything. `sources` are those that they may see."""

    sources: tuple[str, ...]
    source: str = ""
    language: str = ""
    state: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One post of a list; `key` is its row."""

    key: int
    title: str
    source: str
    language: str
    status: str
    published: datetime | None
    seen: datetime
    pictures: int
    undescribed: int
    repeated: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source fares: its pulls, and what its posts are like. `reason`: why the last pull failed."""

    name: str
    pulled: datetime | None
    next: datetime | None
    failures: int
    reason: str
    posts: int
    pictures: int
    described: int
    repeated: int
    no_language: int
    no_title: int


def catch_up(read: Callable[[Post], Facts], *, most: int = 20_000) -> int:
    """Write the facts of current versions that have none yet, in the place of those of older versions."""
    done = 0
    while done < most:
        with unit():
            rows = list(_missing()[: min(_AT_ONCE, most - done)])
            FactRow.objects.filter(post__in=[row.post_id for row in rows]).delete()
            FactRow.objects.bulk_create(_fact(row, read(codec.read(Post, row.body))) for row in rows)
        done += len(rows)
        if len(rows) < _AT_ONCE:
            break
    return done


def _missing() -> QuerySet[VersionRow]:
    """Find current versions without facts: they are new, or were written beside the newest that has some."""
    newest = FactRow.objects.aggregate(key=Max("version"))["key"] or 0
    return VersionRow.objects.filter(pk__gt=newest - _SIDE_BY_SIDE, n=CURRENT, factrow=None).order_by("pk")


def _fact(row: VersionRow, facts: Facts) -> FactRow:
    """Make the row of a version's facts."""
    return FactRow(
        version_id=row.pk,
        post_id=row.post_id,
        title=facts.title,
        language=facts.language[:40],
        status=facts.status,
        pictures=facts.pictures,
        described=facts.described,
        undescribed=facts.undescribed,
        repeated=facts.repeated,
        words=facts.words,
    )


def _rows(wanted: Wanted) -> QuerySet[FactRow]:
    """Find the posts that somebody looks for."""
    rows = _of([name for name in wanted.sources if wanted.source in {"", name}])
    if wanted.language:
        rows = rows.filter(language=wanted.language)
    if wanted.state in _STATE:
        rows = rows.filter(_STATE[wanted.state])
    for word in wanted.words.casefold().split()[:8]:
        rows = rows.filter(words__contains=word)
    return rows


def _of(sources: Iterable[str]) -> QuerySet[FactRow]:
    """Find the posts of some sources; the names are looked up first, which is much quicker than joining them."""
    return FactRow.objects.filter(post__source__in=list(SourceRow.objects.filter(name__in=list(sources))))


def count(wanted: Wanted) -> int:
    """Count the posts that somebody looks for."""
    with speaking_clearly():
        return _rows(wanted).count()


def listing(wanted: Wanted, *, offset: int, limit: int) -> tuple[Listed, ...]:
    """Give a part of the posts that somebody looks for, the newest first."""
    with speaking_clearly():
        rows = _rows(wanted).select_related("post__source").defer("words")
        return tuple(_listed(row) for row in rows.order_by("-post__first_seen_at", "-post_id")[offset : offset + limit])


def _listed(row: FactRow) -> Listed:
    """Give a row as a value."""
    return Listed(
        key=row.post_id,
        title=row.title,
        source=row.post.source.name,
        language=row.language,
        status=row.status,
        published=row.post.published,
        seen=row.post.first_seen_at,
        pictures=row.pictures,
        undescribed=row.undescribed,
        repeated=row.repeated,
        version=row.post.current,
    )


def languages(sources: Iterable[str]) -> tuple[str, ...]:
    """Name the languages that posts of some sources are in."""
    with speaking_clearly():
        rows = _of(sources).exclude(language="")
        return tuple(rows.order_by("language").values_list("language", flat=True).distinct())


def health(sources: Sequence[str]) -> tuple[Health, ...]:
    """Say of some sources how they fare, in their order; one that was never pulled has nothing but its name."""
    with speaking_clearly():
        known = {row.name: row for row in SourceRow.objects.filter(name__in=list(sources))}
        rows = _of(sources)
        sums = {
            found["post__source__name"]: found
            for found in rows.values("post__source__name").annotate(
                posts=Count("pk"),
                all=Sum("pictures"),
                good=Sum("described"),
                same=Sum("repeated"),
                mute=Count("pk", filter=_STATE["no-language"]),
                bare=Count("pk", filter=_STATE["no-title"]),
            )
        }
    return tuple(_health(name, known.get(name), sums.get(name, {})) for name in sources)


def _health(name: str, row: SourceRow | None, sums: dict[str, int]) -> Health:
    """Put together how one source fares."""
    return Health(
        name=name,
        pulled=row.pulled_at if row else None,
        next=row.next_at if row else None,
        failures=row.failures if row else 0,
        reason=row.reason if row else "",
        posts=sums.get("posts", 0),
        pictures=sums.get("all", 0),
        described=sums.get("good", 0),
        repeated=sums.get("same", 0),
        no_language=sums.get("mute", 0),
        no_title=sums.get("bare", 0),
    )
