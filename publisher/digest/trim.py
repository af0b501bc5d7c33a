"""A mail that is too long for mail clients is shortened from its end, openly; nothing is lost on the web.

Gmail cuts a mail off at 102 KB, and with it the footer that lets people unsubscribe. So from the last post to the
first, whole posts become summaries, then whole texts lose their last blocks, then the last posts stay on the web.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from lxml import html as lxml_html

from publisher.digest import body, sentences
from publisher.digest.strings import wording
from publisher.digest.text import linearise
from publisher.digest.view import Cut
from publisher.model import Digest, DigestPost, Repair

MOST_BYTES: Final = 95_000
_MARGIN: Final = 1.1  # styles written inline make a post larger than its own markup
_ROUNDS: Final = 12
_SUMMARY_WORDS: Final = 60
_OVERHEAD: Final = 600  # bytes of a post besides its body

Write = Callable[[Digest, Cut], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A mail that is short enough: its HTML, the digest that it shows, what was cut, and the repairs that say so."""

    html: str
    digest: Digest
    cut: Cut
    repairs: tuple[Repair, ...] = ()


def fit(digest: Digest, write: Write, most: int = MOST_BYTES) -> Fitted:
    """Write a digest, and shorten it until its HTML has at most `most` bytes, or nothing can be shortened."""
    fitted = Fitted(html=write(digest, Cut()), digest=digest, cut=Cut())
    for _ in range(_ROUNDS):
        excess = size(fitted.html) - most
        if excess <= 0:
            break
        shorter = _shorten(fitted.digest, fitted.cut, round(excess * _MARGIN))
        if shorter is None:
            break
        part, cut = shorter
        fitted = Fitted(html=write(part, cut), digest=part, cut=cut)
    return replace(fitted, repairs=_tell(digest, fitted))


def size(document: str) -> int:
    """Count the bytes of a document as it is sent."""
    return len(document.encode("utf-8"))


def _shorten(digest: Digest, cut: Cut, excess: int) -> tuple[Digest, Cut] | None:
    """Take about `excess` bytes away from the end; None when one shortened post is all that is left."""
    posts = list(digest.posts())
    changed: dict[str, DigestPost] = {}
    for post in reversed(posts):
        if excess <= 0:
            break
        shorter = _shorten_post(post, size(post.html) - excess if len(posts) == 1 else 0)
        saved = size(post.html) - size(shorter.html)
        if saved > 0:
            changed[post.post.id] = shorter
            excess -= saved
    if changed:
        shown = replace(cut, shortened=cut.shortened | frozenset(changed))
        return _with_posts(digest, {post.anchor: changed.get(post.post.id, post) for post in posts}), shown
    if len(posts) <= 1:
        return None
    kept = len(posts)
    while excess > 0 and kept > 1:
        kept -= 1
        excess -= size(posts[kept].html) + _OVERHEAD
    missing = cut.missing + len(posts) - kept
    return _with_posts(digest, {post.anchor: post for post in posts[:kept]}), replace(cut, missing=missing)


def _shorten_post(post: DigestPost, room: int) -> DigestPost:
    """Keep the first blocks of a body that fit into `room` bytes; with no room, only its first sentences."""
    if room > 0:
        kept = _first_blocks(post.html, room)
    else:
        summary = sentences.summarise(_first_words(post.html), _SUMMARY_WORDS)
        kept = body.paragraph(summary)
    if size(kept) >= size(post.html):
        return post
    return replace(post, html=kept, text=linearise(kept, wording(post.language)))


def _first_blocks(markup: str, room: int) -> str:
    """Give the first top-level blocks of a body that fit, at least the first."""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    used = 0
    for number, child in enumerate(list(root)):
        used += size(lxml_html.tostring(child, encoding="unicode"))
        if used > room and number > 0:
            child.drop_tree()
    while len(root) > 1 and root[-1].tag in {"h1", "h2", "h3", "h4", "h5", "h6", "hr"}:
        root[-1].drop_tree()
    return body.serialise(root)


def _first_words(markup: str) -> str:
    """Give the running text of a body."""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    paragraphs = [paragraph for paragraph in root.iter("p") if next(paragraph.iterancestors("figure"), None) is None]
    return " ".join(str(part.text_content()) for part in paragraphs) or str(root.text_content())


def _with_posts(digest: Digest, posts: dict[str, DigestPost]) -> Digest:
    """Give the digest with other posts at the same places; a section that lost all of its posts goes."""
    sections = tuple(
        replace(section, posts=tuple(posts[post.anchor] for post in section.posts if post.anchor in posts))
        for section in digest.sections
    )
    return replace(digest, sections=tuple(section for section in sections if section.posts))


def _tell(digest: Digest, fitted: Fitted) -> tuple[Repair, ...]:
    """Say which posts were shortened, and which are on the web only."""
    kept = {post.anchor for post in fitted.digest.posts()}
    shortened = [post for post in fitted.digest.posts() if post.post.id in fitted.cut.shortened]
    gone = [post for post in digest.posts() if post.anchor not in kept]
    return (
        *(
            Repair(rule="size", before="whole", after="shortened: the mail was too long", post=post.post.id)
            for post in shortened
        ),
        *(
            Repair(rule="size", before="in the mail", after="on the web only: the mail was too long", post=post.post.id)
            for post in gone
        ),
    )
