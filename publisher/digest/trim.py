"""A mail that is too long for mail clients is shortened, openly; nothing is lost on the web.

Gmail cuts a mail off at 102 KB, and with it the footer that lets people unsubscribe. So the longest posts lose their
last blocks first, until all are equally long or become summaries; only then the last posts stay on the web.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lxml import html as lxml_html

from publisher.digest import body, sentences
from publisher.digest.strings import wording
from publisher.digest.text import linearise
from publisher.digest.view import Cut
from publisher.model import Digest, DigestPost, Repair

MOST_BYTES: Final = 95_000
_MARGIN: Final = 1.05  # what is taken away was larger in the mail, and smaller in its own markup, than it seems
_LEAST: Final = 1_200  # bytes: a shorter beginning is a summary
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
    mailed = {post.anchor: post for post in digest.posts() if post.anchor not in digest.web_only}
    part, cut = _with_posts(digest, mailed) if digest.web_only else digest, Cut(missing=len(digest.web_only))
    excess = sum(size(post.html) for post in part.posts()) - most  # no need to write what cannot fit
    written = "" if excess > 0 else write(part, cut)
    while (excess := size(written) - most if written else excess) > 0:
        shorter = _shorten(part, cut, round(excess * _MARGIN) + 1)
        if shorter is None:
            break
        part, cut = shorter
        written = write(part, cut)
    written = written or write(part, cut)
    return Fitted(html=written, digest=part, cut=cut, repairs=_tell(digest, part, cut))


def size(document: str) -> int:
    """Count the bytes of a document as it is sent."""
    return len(document.encode("utf-8"))


def _shorten(digest: Digest, cut: Cut, excess: int) -> tuple[Digest, Cut] | None:
    """Take about `excess` bytes away; None when one shortened post is all that is left."""
    posts = list(digest.posts())
    sizes = [size(post.html) for post in posts]
    cap = max(_LEAST, _cap(sizes, sum(sizes) - excess))
    changed = {}
    for post, own in zip(posts, sizes, strict=True):
        shorter = _shorten_post(post, cap) if own > cap else post
        if size(shorter.html) < own:
            changed[post.anchor] = shorter
    if changed:
        shown = replace(cut, shortened=cut.shortened | frozenset(post.post.id for post in changed.values()))
        return _with_posts(digest, {post.anchor: changed.get(post.anchor, post) for post in posts}), shown
    if len(posts) <= 1:
        return None
    kept = len(posts)
    while excess > 0 and kept > 1:
        kept -= 1
        excess -= sizes[kept] + _OVERHEAD
    missing = cut.missing + len(posts) - kept
    return _with_posts(digest, {post.anchor: post for post in posts[:kept]}), replace(cut, missing=missing)


def _cap(sizes: Sequence[int], total: int) -> int:
    """Give the size that no post may pass, so that together they have at most `total` bytes."""
    left, number = total, len(sizes)
    for own in sorted(sizes):
        if own * number >= left:
            return max(0, left // number)
        left, number = left - own, number - 1
    return max(sizes, default=0)


def _shorten_post(post: DigestPost, room: int) -> DigestPost:
    """Keep the first blocks of a body that fit into `room` bytes; where none does, only its first sentences."""
    kept = _first_blocks(post.html, room)
    if size(kept) > room:
        kept = body.paragraph(sentences.summarise(_first_words(post.html), _SUMMARY_WORDS))
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


def _tell(digest: Digest, part: Digest, cut: Cut) -> tuple[Repair, ...]:
    """Say which posts were shortened, and which are on the web only."""
    kept = {post.anchor for post in part.posts()}
    shortened = [post for post in part.posts() if post.post.id in cut.shortened]
    gone = [post for post in digest.posts() if post.anchor not in kept and post.anchor not in digest.web_only]
    beyond = [post for post in digest.posts() if post.anchor in digest.web_only]
    return (
        *(
            Repair(rule="size", before="whole", after="shortened: the mail was too long", post=post.post.id)
            for post in shortened
        ),
        *(
            Repair(rule="size", before="in the mail", after="on the web only: the mail was too long", post=post.post.id)
            for post in gone
        ),
        *(
            Repair(rule="max-posts", before="in the mail", after="on the web only: the mail is full", post=post.post.id)
            for post in beyond
        ),
    )
