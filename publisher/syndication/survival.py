"""What of a post is still there on a page that republishes it: alts, captions, credits, the correction, the kill. Pure.

post + page -> what was looked for, and whether it was found
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from publisher.model import Image, Post
from publisher.syndication.markup import flat, fragment, tag_of

What = Literal["alt", "caption", "credit", "correction", "kill"]

# Nobody reads the words in these.
_SILENT: Final = frozenset({"script", "style", "template", "noscript"})
# What stands behind these belongs to the page for a browser, and is lost for libxml2.
_ENDS: Final = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)
_SIGNS: Final = re.compile(r"[^\w]+")
_TELLING: Final = 25  # letters of a paragraph that stands nowhere else by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing that was looked for: its words, and whether they are there.

    Of a kill it is the story's words that must not be there any more: `words` is what was found of them, or the note.
    """

    what: What
    words: str
    survived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What partners were told of a post: the post as they were last given it, and the newest word on it.

    A killed post is given here as it was before.
    """

    post: Post
    killed: bool = False
    corrected: bool = False
    note: str = ""


def look(told: Told, page: bytes | None) -> tuple[Trace, ...]:
    """Look for a post on a page, in any markup; None: there is no page any more."""
    tree = _read(page or b"")
    words = _plain(" ".join(_text(tree)))
    if told.killed:
        return (_look_for_story(told, words),)
    alts = [one for one in tree.iter() if tag_of(one) in {"img", "amp-img"}]
    return (
        *(trace for image in told.post.images for trace in _look_for_image(image, alts, words)),
        *([_find("correction", told.note, words)] if told.corrected and told.note else []),
    )


def _read(page: bytes) -> etree._Element:
    """Read a page as a browser would: UTF-8, else as it says of itself."""
    try:
        page.decode()
        encoding: str | None = "utf-8"
    except UnicodeDecodeError:
        encoding = None
    try:
        return html.document_fromstring(_ENDS.sub(b"", page), parser=html.HTMLParser(encoding=encoding, huge_tree=True))
    except (etree.LxmlError, ValueError, AssertionError):
        return etree.Element("html")  # nothing that could be read, so nothing is there


def _look_for_image(image: Image, shown: list[etree._Element], words: str) -> Iterator[Trace]:
    """Look for what belongs to a picture. A decorative one has to stay so, where it is shown under its own name."""
    if image.alt:
        wanted = _plain(image.alt)
        yield Trace(what="alt", words=image.alt, survived=any(wanted in _plain(one.get("alt", "")) for one in shown))
    elif image.decorative and (found := [one for one in shown if _is_same(one.get("src", ""), image.url)]):
        yield Trace(what="alt", words="", survived=all(one.get("alt") == "" for one in found))
    for what, text in (("caption", image.caption), ("credit", image.credit)):
        if flat(text):
            yield _find("caption" if what == "caption" else "credit", flat(text), words)


def _is_same(shown: str, url: str | None) -> bool:
    """Say whether two addresses end with the same file name."""
    names = [unquote(urlsplit(one).path).rpartition("/")[2] for one in (shown, url or "")]
    return bool(names[0]) and names[0] == names[1]


def _look_for_story(told: Told, words: str) -> Trace:
    """Look for paragraphs of a withdrawn story, which must be gone."""
    left = next((part for part in _paragraphs(told.post) if _plain(part) in words), None)
    return Trace(what="kill", words=left or told.note, survived=left is None)


def _paragraphs(post: Post) -> Iterator[str]:
    """Give the parts of a story that are long enough to stand nowhere else by chance."""
    tree = fragment(post.html or "")
    parts = [flat("".join(str(text) for text in one.itertext())) for one in tree.iter("p", "li", "blockquote")]
    plain = [flat(part) for part in (post.text or "").split("\n\n")]
    for part in dict.fromkeys(chain(parts, plain, [flat(post.summary)])):
        if len(_plain(part)) >= _TELLING:
            yield part


def _find(what: What, text: str, words: str) -> Trace:
    """Look for a text on the page."""
    return Trace(what=what, words=text, survived=_plain(text) in words)


def _text(element: etree._Element) -> Iterator[str]:
    """Give the text of a page in its order, without what nobody reads."""
    stack: list[etree._Element | str] = [element]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
            continue
        name = tag_of(one)
        if not name or name in _SILENT:
            continue
        for child in reversed(one):
            stack.append(child.tail or "")
            stack.append(child)
        yield one.text or ""


def _plain(text: str) -> str:
    """Give the letters and digits of a text alone: typographers change the rest."""
    return _SIGNS.sub("", text).casefold()
