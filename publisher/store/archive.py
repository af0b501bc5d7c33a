"""Editions that have gone out, as everybody may read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window

from publisher.model import Content, Image, Post, Rendered
from publisher.store import codec, spoken
from publisher.store.database import speaking_clearly
from publisher.store.models import ContentRow, EditionPostRow, EditionRow, SpokenRow, VersionRow, WithdrawalRow
from publisher.store.newsletters import CURRENT

_MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An edition in the archive: its id, newsletter, title, and when it began to go out."""

    id: str
    newsletter: str
    title: str
    at: datetime
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A post of an edition as it went out, and what editors said about it since.

    `position` counts from 0. `kind` is "kill" or "correction", "" where nothing was said; `note` tells readers why.
    `corrected` is a corrected post as it stands now, None where it may not be shown any more. `repaired` holds the
    pictures that were described anew since, by their addresses.
    """

    position: int
    post: Post
    version: int
    kind: str = ""
    note: str = ""
    at: datetime | None = None
    corrected: Post | None = None
    repaired: Mapping[str, Image] = field(default_factory=dict)


def _rows(newsletter: str | None = None) -> QuerySet[EditionRow]:
    """Give what went out, to somebody at least, the newest first."""
    rows = (
        EditionRow.objects.filter(started_at__isnull=False).select_related("newsletter").order_by("-started_at", "-pk")
    )
    return rows.filter(newsletter__name=newsletter) if newsletter else rows


def _read(row: EditionRow) -> Published:
    """Give a row as a value."""
    return Published(
        id=row.ulid,
        newsletter=row.newsletter.name,
        title=row.title,
        at=row.started_at or row.created_at,
        key=row.pk,
    )


def latest(newsletter: str) -> Published | None:
    """Give the newest edition of a newsletter."""
    with speaking_clearly():
        row = _rows(newsletter).first()
    return _read(row) if row else None


def newest_for_all(newsletter: str) -> Published | None:
    """Give the newest edition that was for every reader: no roll-up, and no correction of another one."""
    with speaking_clearly():
        row = _rows(newsletter).filter(audience="each", withdrawal=None).first()
    return _read(row) if row else None


def changes() -> int:
    """Count what was ever withdrawn or corrected; the same number: editions stand as they stood."""
    with speaking_clearly():
        return WithdrawalRow.objects.count()


def find(newsletter: str, edition: str) -> Published | None:
    """Give an edition that went out; None for every other."""
    with speaking_clearly():
        row = _rows(newsletter).filter(ulid=edition).first()
    return _read(row) if row else None


def listed(newsletter: str | None, *, offset: int = 0, limit: int = 50) -> tuple[Published, ...]:
    """Give editions, the newest first."""
    with speaking_clearly():
        return tuple(_read(row) for row in _rows(newsletter)[offset : offset + limit])


def count(newsletter: str) -> int:
    """Count the editions of a newsletter."""
    with speaking_clearly():
        return _rows(newsletter).count()


def search(newsletter: str, words: str, *, offset: int = 0, limit: int = 50) -> tuple[tuple[Published, ...], int]:
    """Give editions with all these words in their title or in a post as it stands now, the newest first.

    The second value counts all that were found; 0 behind the last of them, too.
    """
    rows = _rows(newsletter).annotate(total=Window(Count("pk")))
    for word in words.split()[:_MOST_WORDS]:
        rows = rows.filter(_says(word))
    with speaking_clearly():
        spoken.catch_up()
        found = list(rows[offset : offset + limit])
    return tuple(_read(row) for row in found), found[0].total if found else 0  # type: ignore[attr-defined]  # annotated


def _says(word: str) -> Q:
    """Write a test that editions pass which say a word now; what was withdrawn says nothing."""
    folded = word.casefold()
    test = Q()
    # SQLite knows upper and lower case of ASCII alone.
    for form in dict.fromkeys((word, word.lower(), word.upper(), word.capitalize())):
        test |= Q(title__icontains=form)
    said = WithdrawalRow.objects.filter(post=OuterRef("version__post"))
    killed, later = said.filter(kind="kill"), said.filter(version__gt=OuterRef("version"))
    now = SpokenRow.objects.filter(version__post=OuterRef("version__post"), version__n=F("version__post__current"))
    placed = EditionPostRow.objects.filter(edition=OuterRef("pk"), position__isnull=False).exclude(Exists(killed))
    as_sent = placed.filter(version__spokenrow__words__contains=folded).exclude(Exists(later))
    corrected = placed.filter(Exists(later), Exists(now.filter(words__contains=folded)))
    return test | Q(Exists(as_sent)) | Q(Exists(corrected))


def around(edition: Published) -> tuple[Published | None, Published | None]:
    """Give the edition before and the edition after."""
    with speaking_clearly():
        rows = _rows(edition.newsletter)
        before = rows.filter(started_at__lt=edition.at).first()
        after = rows.filter(started_at__gt=edition.at).order_by("started_at", "pk").first()
    return (_read(before) if before else None, _read(after) if after else None)


def reports(newsletter: str, limit: int) -> tuple[tuple[datetime, Mapping[str, Any]], ...]:
    """Give when the newest editions of a newsletter went out, and what their audits came to."""
    with speaking_clearly():
        return tuple((_read(row).at, row.report) for row in _rows(newsletter)[:limit])


def pages(edition: Published) -> dict[str, Rendered]:
    """Give what an edition looks like on the web, by language, the newsletter's own first."""
    with speaking_clearly():
        rows = ContentRow.objects.filter(edition=edition.key, format="html").order_by("pk")
        return {row.language: codec.read(Content, row.body).rendered for row in rows}


def posts(edition: Published) -> tuple[Standing, ...]:
    """Give the posts of an edition in its order, with what editors withdrew or corrected since."""
    with speaking_clearly():
        rows = list(
            EditionPostRow.objects.filter(edition=edition.key, position__isnull=False)
            .select_related("version")
            .order_by("position")
        )
        said = WithdrawalRow.objects.filter(post__in=[row.version.post_id for row in rows]).order_by("pk")
        last = {one.post_id: one for one in said}
        known = [row.version.pk for row in rows]
        newest = VersionRow.objects.filter(post__in=[row.version.post_id for row in rows], n=CURRENT)
        now = {one.post_id: codec.read(Post, one.body) for one in newest.exclude(pk__in=known)}
    return tuple(_stand(row, last.get(row.version.post_id), now.get(row.version.post_id)) for row in rows)


def _stand(row: EditionPostRow, said: WithdrawalRow | None, now: Post | None) -> Standing:
    """Give one post; what was said before the version that went out is in it already."""
    version = row.version
    shown = codec.read(Post, version.body)
    if said is not None and said.kind != "kill" and said.version_id <= version.pk:
        said = None
    return Standing(
        position=row.position or 0,
        post=shown,
        version=version.n,
        kind=said.kind if said else "",
        note=said.note if said else "",
        at=said.at if said else None,
        corrected=now if said and now and now.status not in spoken.HIDDEN else None,
        repaired=_repaired(shown, now) if now else {},
    )


def _repaired(shown: Post, now: Post) -> dict[str, Image]:
    """Give the pictures of a post that say something else now than when it went out, and have something to say."""
    before = {image.url: image for image in shown.images if image.url}
    return {
        image.url: image
        for image in now.images
        if image.url in before and image.alt is not None and image.alt != before[image.url].alt
    }
