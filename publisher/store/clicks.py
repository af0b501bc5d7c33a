"""How often the links of editions were followed: a number per link, and nothing about who."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Sum

from publisher.model import Content
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import EditionRow, LinkRow

_COUNT: Final = "UPDATE edition_link SET clicks = clicks + %s WHERE id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a link leads."""

    key: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked:
    """A link of an edition, and how often it was followed."""

    url: str
    clicks: int


def keep(row: EditionRow, contents: Iterable[Content]) -> None:
    """Keep the links of an edition that are counted; those that are known stay. Call it in a transaction."""
    links = {link.token: link.url for content in contents for link in content.links}
    LinkRow.objects.bulk_create(
        (LinkRow(edition=row, token=token, url=url) for token, url in links.items()), ignore_conflicts=True
    )


def find(edition: str, token: str) -> Target | None:
    """Give where a link of an edition leads; None: there is no such link."""
    with speaking_clearly():
        row = LinkRow.objects.filter(edition__ulid=edition, token=token).values_list("pk", "url").first()
    return Target(key=row[0], url=row[1]) if row else None


def add(counts: Mapping[int, int]) -> None:
    """Count clicks: so many on each link, by its key, in one transaction; those of a link that is gone are dropped."""
    with unit(), connection.cursor() as cursor:
        # Always in the same order, so that two processes never wait for each other.
        cursor.executemany(_COUNT, [(number, key) for key, number in sorted(counts.items())])


def of_edition(edition: str) -> tuple[Clicked, ...]:
    """Give the links of an edition that are counted, the most followed first; none: they are not counted."""
    rows = LinkRow.objects.filter(edition__ulid=edition).values("url").annotate(n=Sum("clicks"))
    with speaking_clearly():
        return tuple(Clicked(url=row["url"], clicks=row["n"]) for row in rows.order_by("-n", "url"))


def totals(editions: Sequence[str]) -> dict[str, int]:
    """Count the clicks of some editions; those whose links are not counted are left out."""
    rows = LinkRow.objects.filter(edition__ulid__in=list(editions)).values("edition__ulid")
    with speaking_clearly():
        return {row["edition__ulid"]: row["n"] for row in rows.annotate(n=Sum("clicks"))}
