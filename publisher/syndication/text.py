"""A post as plain text, in reading order, with every word that belongs to a picture or a film."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from publisher.syndication import dates
from publisher.syndication.markup import flat, fragment, tag_of
from publisher.syndication.release import Release
from publisher.syndication.words import Words

MEDIA_TYPE: Final = "text/plain"

_BLOCKS: Final = frozenset(
    "address article aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main"
    " nav ol p pre section summary table tbody td tfoot th thead tr ul video audio".split(),
)
_BREAKS: Final = re.compile(r"[^\S\n]*\n[^\S\n]*")


def write(release: Release) -> bytes:
    """Write a post as UTF-8 text, paragraphs parted by a blank line."""
    words, post = release.words, release.post
    parts = [
        post.kicker,
        release.title,
        _note(release),
        f"{words.by}: {', '.join(author.name for author in post.authors)}" if post.authors else None,
        f"{words.published}: {dates.to_rfc3339(post.published)}" if post.published else None,
        f"{words.updated}: {dates.to_rfc3339(release.moment)}"
        if release.moment and release.moment != post.published
        else None,
        post.summary if post.summary and flat(post.summary) not in flat(post.text) else None,
        render(fragment(release.body), words),
        f"{words.rights}: {release.rights}" if release.rights else None,
        f"{words.original}: {post.url}" if post.url else None,
    ]
    return ("\n\n".join(part.strip() for part in parts if part and part.strip()) + "\n").encode()


def _note(release: Release) -> str | None:
    """Give the correction or the withdrawal as one paragraph."""
    words = release.words
    if release.killed:
        return f"{words.withdrawn}: {release.note}" if release.note else None
    return f"{words.correction}: {release.note}" if release.note else None


def render(tree: etree._Element, words: Words) -> str:
    """Write a tree as paragraphs parted by blank lines."""
    paragraphs: list[str] = [""]
    _walk(tree, paragraphs, words)
    lines = (_BREAKS.sub("\n", re.sub(r"[^\S\n]+", " ", part)).strip() for part in paragraphs)
    return "\n\n".join(line for line in lines if line)


def _walk(element: etree._Element, paragraphs: list[str], words: Words) -> None:
    """Collect the text of an element and what is inside it."""
    name = tag_of(element)
    block = name in _BLOCKS
    if block:
        paragraphs.append("- " if name == "li" else "")
    paragraphs[-1] += _own_text(element, name, words)
    for child in element:
        _walk(child, paragraphs, words)
        paragraphs[-1] += _spaced(child.tail)
    if name == "a":
        paragraphs[-1] += _address(element)
    if block:
        paragraphs.append("")


def _own_text(element: etree._Element, name: str, words: Words) -> str:
    """Give what stands for an element itself, before its children."""
    if name == "br":
        return "\n"
    if name == "img":
        return f"[{words.picture}: {flat(element.get('alt'))}]\n" if flat(element.get("alt")) else ""
    if name in {"video", "audio"}:
        kind = words.video if name == "video" else words.audio
        address = element.get("src") or next((str(part.get("src")) for part in element.iter("source")), "")
        return f"[{kind}: {flat(element.get('aria-label')) or kind} {address}]"
    return _spaced(element.text)


def _spaced(text: str | None) -> str:
    """Give a text with its white space as spaces."""
    return re.sub(r"\s+", " ", text or "")


def _address(link: etree._Element) -> str:
    """Give the address of a link in brackets, unless the text of the link is the address."""
    address = link.get("href", "")
    shown = flat("".join(str(part) for part in link.itertext()))
    return f" <{address}>" if address.startswith(("http://", "https://")) and address != shown else ""
