"""The XML of a feed before feedparser reads it: decoded, harmless, well formed where that can be had, and as a tree.

feedparser reads every format but hides what stands inside a media object, and takes milliseconds for each long body.
So the same tree serves twice: `mediarss` reads the pictures from it, and bodies travel round feedparser: each is
replaced by a short token, and put back afterwards. Media RSS is kept from feedparser altogether: it would take the
description of a picture for that of the post.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.entities import html5 as html_entities
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from publisher.model import Document
from publisher.sources import characters
from publisher.sources.addresses import join_base, resolve

XML: Final = "{http://www.w3.org/XML/1998/namespace}"
ITEMS: Final = frozenset({"item", "entry", "product"})

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PROLOGUE: Final = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE(?:[^\[<>\"']|\"[^\"]*\"|'[^']*')*(?:\[.*?\]\s*)?>\s*)*",
    re.DOTALL | re.IGNORECASE,
)
_ENTITY: Final = re.compile(
    r"<!ENTITY\s+([\w.-]+)\s+(?:\"((?:[^\"&%<]|&#\w{1,8};){0,300})\"|'((?:[^'&%<]|&#\w{1,8};){0,300})')\s*>"
)
_DECLARED: Final = re.compile(r"<!ENTITY\s+([\w.-]{1,40})\s")
_REFERENCE: Final = re.compile(r"&([A-Za-z][\w.-]{0,40});")
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_ITEM: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry|product)[\s/>]", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"&#([0-9]{1,8}|[xX][0-9a-fA-F]{1,8});")
_BARE: Final = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)")
# A "<" that can begin no tag: "5 < 6", "a <3".
_BARE_LESS: Final = re.compile(r"<(?![A-Za-z_/!?\u0080-\U0010ffff])")
_CDATA: Final = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_PREFIX: Final = re.compile(r"[<\s](?:xmlns:)?([A-Za-z][\w.-]{0,40}):[A-Za-z]")
_ROOT: Final = re.compile(r"<[A-Za-z_][^\s/>]*")
_MOST_EXPANDED: Final = 1_000_000  # characters that all references to a feed's own entities may grow to
_LONG: Final = 120  # characters; shorter bodies may as well pass through feedparser
_STATEFUL: Final = re.compile(rb"encoding=['\"](?:iso-2022|hz|utf-?7)", re.IGNORECASE)
_LONGEST_LEAF: Final = 100_000  # characters of a text that is no body
_BODIES: Final = frozenset({"description", "encoded", "summary", "content", "body", "fullitem", "abstract"})
_TEXTUAL: Final = frozenset({None, "", "text", "html", "xhtml", "text/html", "text/plain", "application/xhtml+xml"})

# The names that feeds use without declaring them.
NAMESPACES: Final = {
    "app": "http://www.w3.org/2007/app",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTree:
    """A feed ready for feedparser: `xml` is what it reads, `bodies` what each token in it stands for.

    `items` are the elements of the posts in document order; empty where the XML could not be read as a tree, then
    nothing is replaced. `is_broken`: the XML is not well formed, even mended.
    """

    xml: bytes
    items: tuple[Element, ...] = ()
    bodies: dict[str, str] = field(default_factory=dict)
    is_broken: bool = False


def read_text(document: Document) -> str:
    """Give the text of a feed: UTF-8 wherever it fits, else the declared characters, else a guess.

    Bytes that are valid UTF-8 beyond ASCII are never anything else, and senders' claims are often wrong.
    """
    content = document.content
    for head, name in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if content.startswith(head):
            return content.decode(name, "replace")
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")) and not _STATEFUL.search(content[:200]):
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    return characters.decode(document)


def readings(text: str) -> Iterator[FeedTree]:
    """Make a feed's text ready: no document type, no entity that grows, as well formed as it can be made.

    The second one, for XML that is broken beyond mending, is the text as it came; feedparser has a way with that.
    """
    harmless = _undeclare(_FORBIDDEN.sub("", text))
    root = _parse_mended(harmless)
    if root is not None:
        del text, harmless  # megabytes that would wait here until the feed is read
        yield _shape(root, is_broken=False)
        return
    root = _parse(_mend(harmless), recover=True)
    if root is not None and len(_items(root)) == len(_ITEM.findall(harmless)):
        yield _shape(root, is_broken=True)
    yield FeedTree(xml=harmless.encode(), is_broken=True)


def _shape(root: Element, *, is_broken: bool) -> FeedTree:
    """Write a tree as feedparser shall see it."""
    items = _items(root)
    bodies = _take_bodies(items)
    _shorten(root)
    whole = [(item, list(item)) for item in items]
    for item, children in whole:
        item[:] = [child for child in children if not is_media(child)]
    xml = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    for item, children in whole:
        item[:] = children
    return FeedTree(xml=xml, items=items, bodies=bodies, is_broken=is_broken)


def parse_xml(text: str) -> Element | None:
    """Parse a text as XML, mended where that helps; None where it is no XML all the same.

    No entity but a short one of its own is expanded, nothing is fetched.
    """
    return _parse_mended(_undeclare(_FORBIDDEN.sub("", text)))


def skip_prologue(text: str) -> int:
    """Give the place of the root element: behind declarations, comments and the document type."""
    found = _PROLOGUE.match(text)
    return found.end() if found else 0


def root_name(text: str) -> str:
    """Give the name of the root element without its prefix, in lower case; "" where the text is no XML."""
    found = _ROOT.match(text, skip_prologue(text))
    return found[0].lstrip("<").rsplit(":", 1)[-1].lower() if found else ""


def local_name(element: Element) -> str:
    """Give the name of an element without its namespace, in lower case; "" for comments."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    """Give the local part of a name, in lower case."""
    return tag.rsplit("}", 1)[-1].lower()


def namespace(element: Element) -> str:
    """Give the namespace of an element; "" for none."""
    tag = element.tag
    return tag[1:].split("}", 1)[0] if isinstance(tag, str) and tag.startswith("{") else ""


def is_media(element: Element) -> bool:
    """Say whether an element belongs to Media RSS, whichever of its addresses it is declared by."""
    space = namespace(element)
    return "/mrss" in space or "media-rss" in space


def base_of(element: Element, base: str | None) -> str | None:
    """Give the address that relative ones in an element start from (XML Base)."""
    chain = [element, *element.iterancestors()]
    for ancestor in reversed(chain):
        base = join_base(ancestor.get(f"{XML}base"), base)
    return base


def _items(root: Element) -> tuple[Element, ...]:
    """Give the elements of the posts, in document order."""
    return tuple(element for element in root.iter() if local_name(element) in ITEMS)


def _parse_mended(harmless: str) -> Element | None:
    """Parse a text as it is, else mended."""
    root = _parse(harmless)
    return _parse(_mend(harmless)) if root is None else root


def _undeclare(text: str) -> str:
    """Take the prologue away and write what its harmless entities stand for; the others stand for nothing."""
    start = skip_prologue(text)
    prologue, body = text[:start], text[start:]
    room = _MOST_EXPANDED
    for name, double, single in _ENTITY.findall(prologue):
        room -= body.count(f"&{name};") * len(double or single)
        if room >= 0:
            body = body.replace(f"&{name};", html.escape(html.unescape(double or single)))
    for name in _DECLARED.findall(prologue):
        body = body.replace(f"&{name};", "")
    return body


def _mend(text: str) -> str:
    """Mend what most often keeps a feed from being XML: HTML's entities, bare "&" and "<", undeclared prefixes."""
    pieces = _CDATA.split(text)
    pieces[::2] = [_mend_words(piece) for piece in pieces[::2]]
    known = {prefix for prefix in set(_PREFIX.findall(text)) if prefix in NAMESPACES and f"xmlns:{prefix}=" not in text}
    declared = "".join(f' xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in sorted(known))
    return _ROOT.sub(lambda root: root[0] + declared, "".join(pieces), count=1)


def _mend_words(piece: str) -> str:
    """Write what is no markup as XML writes it; a swallowed "&" breaks links, a swallowed "<" sentences."""
    characters = _REFERENCE.sub(_as_character, _NUMBERED.sub(_if_allowed, piece))
    return _BARE_LESS.sub("&lt;", _BARE.sub("&amp;", characters))


def _if_allowed(reference: re.Match[str]) -> str:
    """Keep a reference to a character by its number, unless XML forbids the character."""
    digits = reference[1].lower()
    number = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    return reference[0] if number < sys.maxunicode and not _FORBIDDEN.match(chr(number)) else ""


def _as_character(reference: re.Match[str]) -> str:
    """Write an entity of HTML as its character; those of XML stay."""
    name = reference[1]
    if name in {"amp", "lt", "gt", "quot", "apos"}:
        return reference[0]
    return html.escape(html_entities.get(f"{name};", reference[0]), quote=False)


def _parse(text: str, *, recover: bool = False) -> Element | None:
    """Parse a text as XML without entities and network; None where it is not well formed, nor to be recovered."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root: Element | None = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _take_bodies(items: tuple[Element, ...]) -> dict[str, str]:
    """Replace the long bodies of posts by tokens."""
    bodies: dict[str, str] = {}
    for item in items:
        for child in item:
            if local_name(child) not in _BODIES or child.get("type") not in _TEXTUAL or child.get("mode"):
                continue
            if is_media(child):
                continue
            body = inner(child) if len(child) else child.text
            if body and (len(child) or len(body) > _LONG):
                token = f"body-{len(bodies)}-of-this-feed"
                bodies[token] = body
                del child[:]
                child.text = token
    return bodies


def _shorten(root: Element) -> None:
    """Cut what is far too long for a title, a name or an address: feedparser would take it apart sign by sign."""
    for element in root.iter():
        if element.text and len(element.text) > _LONGEST_LEAF:
            element.text = element.text[:_LONGEST_LEAF]


def inner(element: Element) -> str:
    """Write the elements inside a body as HTML: plain names, `lang` and resolved addresses instead of XML's own."""
    for part in element.iterdescendants():
        if not isinstance(part.tag, str):
            continue
        if not _NAME.fullmatch(part.tag):
            name = part.tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1]
            part.tag = name if _NAME.fullmatch(name) else "span"
        language = part.attrib.pop(f"{XML}lang", None)
        if language and not part.get("lang"):
            part.set("lang", language)
        own_base = part.attrib.pop(f"{XML}base", None)
        if own_base:
            _resolve_in(part, own_base)
    written = [html.escape(element.text or "", quote=False)]
    written += [etree.tostring(part, encoding="unicode", method="html") for part in element]
    return "".join(written)


def _resolve_in(element: Element, base: str) -> None:
    """Make the addresses inside an element with its own `xml:base` absolute, where that base is."""
    for part in element.iter():
        for name in ("href", "src", "poster"):
            address = part.get(name)
            found = resolve(address, base) if address else None
            if found:
                part.set(name, found)
