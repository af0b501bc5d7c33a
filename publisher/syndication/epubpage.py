"""The pages inside a book: XHTML that stands on its own, with nothing that must be fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from publisher.language import direction
from publisher.syndication.channel import Channel
from publisher.syndication.html import page_body, times_of
from publisher.syndication.markup import LANG, XHTML, add, flat, in_xhtml, replace, tag_of, text_of
from publisher.syndication.release import Release
from publisher.syndication.words import Words, words_of

_OPS: Final = "http://www.idpf.org/2007/ops"
_STYLE: Final = """body { line-height: 1.5; }
h1 { line-height: 1.2; }
img { max-width: 100%; height: auto; }
figure { margin: 1em 0; }
.quiet, figcaption { font-size: 0.9em; }
.correction { border: 2px solid; padding: 0.5em; }
"""
# What may stand on an element of a book: no ids, which posts could share, and nothing that only browsers need.
_ATTRIBUTES: Final = frozenset(
    "alt cite class colspan datetime dir headers href hreflang lang reversed rowspan scope src start title".split(),
)
# Elements of older HTML, and what says the same today.
_RENAMED: Final = {
    "acronym": "abbr",
    "big": "span",
    "center": "div",
    "dir": "ul",
    "font": "span",
    "nobr": "span",
    "strike": "del",
    "tt": "code",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The pictures of a book: address on the web -> path inside."""

    pictures: Mapping[str, str]


def stylesheet() -> bytes:
    """Give the style of a book: little, because readers choose fonts and colours themselves."""
    return _STYLE.encode()


def _document(language: str, way: str, title: str) -> tuple[etree._Element, etree._Element]:
    """Begin a page; give its root and its body."""
    root = etree.Element(f"{{{XHTML}}}html", nsmap={None: XHTML, "epub": _OPS})
    for name, value in {"lang": language, LANG: language, "dir": way}.items():
        root.set(name, value)
    head = add(root, f"{{{XHTML}}}head")
    add(head, f"{{{XHTML}}}title", title)
    add(head, f"{{{XHTML}}}link", attributes={"rel": "stylesheet", "type": "text/css", "href": "style.css"})
    return root, add(root, f"{{{XHTML}}}body")


def _written(root: etree._Element) -> bytes:
    """Write a page."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, doctype="<!DOCTYPE html>")


def write_page(release: Release, shelf: Shelf) -> bytes:
    """Write the page of a post."""
    root, body = _document(release.language, release.direction, release.title)
    article = etree.Element("article")
    post, words = release.post, release.words
    own = {"lang": words.language, "dir": words.direction}
    if post.kicker:
        add(article, "p", post.kicker, {"class": "quiet"})
    add(article, "h1", release.title)
    if post.authors:
        line = add(article, "p", attributes={"class": "quiet"})
        label = add(line, "span", f"{words.by}:", own)
        label.tail = " " + ", ".join(author.name for author in post.authors)
    for label_text, moment in times_of(release):
        line = add(article, "p", f"{label_text}: ", {"class": "quiet", **own})
        add(line, "time", moment.shown, {"datetime": moment.iso})
    inside = page_body(release, {})
    _settle(inside, shelf, words)
    article.extend(list(_wrapped(inside)))
    if release.rights:
        add(article, "p", release.rights, {"class": "quiet"})
    if post.url:
        add(add(article, "p"), "a", words.original, {"href": post.url, **own})
    body.append(in_xhtml(article))
    return _written(root)


def _wrapped(inside: etree._Element) -> etree._Element:
    """Put loose text at the beginning of a body into a paragraph."""
    if flat(inside.text):
        first = etree.Element("p")
        first.text = inside.text
        inside.insert(0, first)
    inside.text = None
    return inside


def write_contents(channel: Channel, pages: Sequence[tuple[str, Release]]) -> bytes:
    """Write the table of contents, each title in its own language and direction."""
    words = words_of(channel.language)
    root, body = _document(channel.language, direction(channel.language), channel.title)
    add(body, f"{{{XHTML}}}h1", channel.title)
    nav = add(
        body, f"{{{XHTML}}}nav", attributes={f"{{{_OPS}}}type": "toc", "role": "doc-toc", "aria-labelledby": "toc"}
    )
    own = {"id": "toc", "lang": words.language, "dir": words.direction}
    add(nav, f"{{{XHTML}}}h2", words.contents, own)
    listed = add(nav, f"{{{XHTML}}}ol")
    for path, release in pages:
        line = add(listed, f"{{{XHTML}}}li", attributes={"lang": release.language, "dir": release.direction})
        add(line, f"{{{XHTML}}}a", release.title, {"href": path})
    if not pages:
        add(listed, f"{{{XHTML}}}li").append(_here(words))
    return _written(root)


def _here(words: Words) -> etree._Element:
    """Lead an empty table of contents to itself: a list without a link would not be valid."""
    link = etree.Element(f"{{{XHTML}}}a")
    link.set("href", "contents.xhtml")
    link.text = words.contents
    return link


# --- what a book cannot hold --------------------------------------------------------------------------------------


def _settle(root: etree._Element, shelf: Shelf, words: Words) -> None:
    """Let a body stand on its own: pictures inside or as words, players as links, no attribute of browsers only."""
    for image in list(root.iter("img")):
        _settle_picture(image, shelf, words)
    for player in list(root.iter("video", "audio")):
        _settle_player(player, words)
    for element in root.iter(etree.Element):
        element.tag = _RENAMED.get(tag_of(element), str(element.tag))
        for name in set(map(str, element.attrib)) - _ATTRIBUTES:
            del element.attrib[name]
        if element.get("href", "").startswith("#"):
            del element.attrib["href"]


def _settle_picture(image: etree._Element, shelf: Shelf, words: Words) -> None:
    """Show a picture that is inside the book; else its words, with a link to it."""
    address = image.get("src", "")
    path = shelf.pictures.get(address)
    if path:
        image.set("src", path)
        return
    link = _link(image, address)
    alt = flat(image.get("alt"))
    link.text = f"{words.picture}: {alt}" if alt else words.picture
    replace(image, link)


def _settle_player(player: etree._Element, words: Words) -> None:
    """Replace a player by a link to what it plays."""
    sources = [player.get("src"), *(source.get("src") for source in player.iter("source"))]
    name = words.video if tag_of(player) == "video" else words.audio
    link = _link(player, next((address for address in sources if address), ""))
    link.text = flat(player.get("aria-label")) or text_of(player) or name
    replace(player, link)


def _link(element: etree._Element, address: str) -> etree._Element:
    """Make a link for the place of an element; plain words inside another link or without an address."""
    inside = any(tag_of(around) == "a" for around in element.iterancestors())
    link = etree.Element("span" if inside or not address else "a")
    if tag_of(link) == "a":
        link.set("href", address)
    return link
