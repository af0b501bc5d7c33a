"""Which posts are breaking: marked so by a tag, by their kicker, or because everything of their sources is."""

from __future__ import annotations

from typing import Final

from publisher.model import Post

EVERY: Final = "*"


def is_breaking(post: Post, marks: tuple[str, ...]) -> bool:
    """Say whether a post is marked by one of some words; "*" marks everything. Upper and lower case do not count."""
    words = {mark.casefold() for mark in marks}
    said = {tag.strip().casefold() for tag in post.tags}
    kicker = (post.kicker or "").strip().strip(":").casefold()
    return EVERY in words or bool(words & said) or kicker in words
