"""Which posts of its sources a channel takes. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from publisher.model import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a channel takes; nothing given takes all.

    `languages` are tags: "pt" takes "pt-BR" too. Of `tags` and `kickers` one is enough, whatever its capitals.
    `missing_alt` "block" leaves out posts with a picture that nobody has described, until somebody does.
    """

    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kickers: tuple[str, ...] = ()
    missing_alt: Literal["flag", "block"] = "flag"

    @property
    def digest(self) -> str:
        """Give the hash by which a change of the selection is noticed; "" for one that takes all."""
        if self == Selection():
            return ""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def takes(self, post: Post, language: str) -> bool:
        """Say whether a post belongs to the channel; `language` is that of posts that name none.

        A withdrawn post keeps its place, so that its withdrawal is told.
        """
        if self.languages and not any(_covers(tag, post.language or language) for tag in self.languages):
            return False
        if self.tags and not _same(self.tags, post.tags):
            return False
        if self.kickers and not _same(self.kickers, [post.kicker or ""]):
            return False
        return self.missing_alt == "flag" or all(image.alt is not None or image.decorative for image in post.images)


def _covers(tag: str, language: str) -> bool:
    """Say whether a language is the one of a tag, or a regional form of it."""
    return f"{language.casefold()}-".startswith(f"{tag.casefold()}-")


def _same(wanted: Iterable[str], given: Iterable[str]) -> bool:
    """Say whether two lists share a name."""
    return not {_name(one) for one in wanted}.isdisjoint({_name(one) for one in given})


def _name(text: str) -> str:
    """Give a name as names are compared."""
    return " ".join(text.split()).casefold()
