"""How an edition looks, and what it says about itself: everything about a page that is not its posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from publisher import resources
from publisher.digest.theme import Theme

Contents = Literal["auto", "none", "anchors", "web"]
TEMPLATES: Final = ("digest", "full", "headlines", "large-print", "plain")


def packaged() -> Path:
    """Give the folder of the templates that come with the program."""
    return resources.find("templates/email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """The publisher's sign above the title; sizes in CSS px, as it is shown."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The look of an edition.

    `newsletter` is what people subscribed to, `publisher` who publishes it. `folders` are searched for templates
    before the packaged ones. `contents` "auto": from four sections on, where they can be linked to the web edition.
    """

    newsletter: str
    publisher: str
    postal_address: str = ""
    home: str | None = None
    logo: Logo | None = None
    template: str = "digest"
    theme: Theme = field(default_factory=Theme)
    folders: tuple[Path, ...] = ()
    contents: Contents = "auto"
