"""Where a document stands in a feed of many pages (RFC 5005, 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

HISTORY = "http://purl.org/syndication/history/1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The place of a document in a paged feed: addresses, None where there is no such page.

    `archived` says that nothing will be added to this page any more.
    """

    address: str | None = None
    current: str | None = None
    previous: str | None = None
    following: str | None = None
    archived: bool = False

    def links(self) -> Iterator[tuple[str, str | None]]:
        """Give the relations and addresses of its neighbours."""
        yield "current", self.current
        yield "prev-archive", self.previous
        yield "next-archive", self.following


ONLY = Page()
