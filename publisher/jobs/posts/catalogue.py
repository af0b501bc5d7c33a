"""The facts that the inbox lists: read out of each new version of a post, once."""

from __future__ import annotations

from publisher.accessibility import alt as alts
from publisher.accessibility.alt import Relation
from publisher.model import Image, Post, Status
from publisher.store import catalogue
from publisher.store.catalogue import Facts

_WORDS = 4_000  # characters of a text that a search looks through


def catch_up() -> int:
    """Note the facts of every version that came since the last time; gives their number."""
    return catalogue.catch_up(read)


def read(post: Post) -> Facts:
    """Give what lists say of a post."""
    bare = sum(1 for image in post.images if is_undescribed(image))
    texts = (post.title, post.kicker, post.summary, (post.text or "")[:_WORDS], *post.tags)
    authors = (author.name for author in post.authors)
    return Facts(
        title=post.title or "",
        language=post.language or "",
        status=(post.status or Status.USABLE).value,
        pictures=len(post.images),
        described=len(post.images) - bare,
        undescribed=bare,
        repeated=sum(1 for image in post.images if repeats(image)),
        words=" ".join(part for part in (*texts, *authors) if part).casefold().replace("\0", ""),
    )


def is_undescribed(image: Image) -> bool:
    """Say whether nobody has said what a picture shows: no alt, or one that describes nothing."""
    if image.decorative or image.alt == "":
        return False
    return image.alt is None or alts.is_file_name(image.alt) or alts.is_placeholder(image.alt)


def repeats(image: Image) -> bool:
    """Say whether a picture's alt says what its caption says."""
    return bool(image.alt) and alts.relation(image.alt, image.caption) is Relation.SAME
