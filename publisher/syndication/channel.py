"""What a partner may pull: a named selection of posts with formats and rights."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final, Literal

FORMATS: Final = ("rss", "atom", "jsonfeed", "ninjs", "newsmlg2", "nitf", "html", "text", "epub", "zip")

# One space of names for everything that has no address of its own (RFC 9562, version 5).
NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "publisher.syndication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A named selection of posts, and how it is published.

    `formats` are words of `FORMATS`; "zip" (the container itself) may stand among them. `site` is the home page and
    `feeds` the folder of the feeds, absolute addresses ending in "/" where they are known. `language` is that of the
    channel's own words, and of posts that name none. `missing_alt` says what a picture without a description does:
    it ships flagged, or the bundle is refused.
    """

    name: str = "all"
    title: str = "All stories"
    formats: tuple[str, ...] = FORMATS
    rights: str | None = None
    language: str = "en"
    organisation: str | None = None
    site: str | None = None
    feeds: str | None = None
    hubs: tuple[str, ...] = ()
    missing_alt: Literal["flag", "block"] = "flag"

    def __post_init__(self) -> None:
        for name in ("name", "title", "language"):
            if not getattr(self, name).strip():
                message = f"a channel's {name} must not be empty"
                raise ValueError(message)
        unknown = sorted(set(self.formats) - set(FORMATS))
        if unknown:
            message = f"unknown formats {', '.join(unknown)}; there are {', '.join(FORMATS)}"
            raise ValueError(message)

    @property
    def uri(self) -> str:
        """Name the channel for ever, wherever its feeds are published."""
        return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'channel {self.name}')}"

    @property
    def publisher(self) -> str:
        """Give the name to credit: the organisation, else the channel's title."""
        return self.organisation or self.title

    def feed(self, name: str) -> str | None:
        """Give the address of one of the channel's feeds; None where feeds have no address."""
        return f"{self.feeds}{name}" if self.feeds else None
