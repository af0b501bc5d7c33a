"""Foreign HTML as a sane tree: nh3 keeps known elements and attributes, lxml parses what it wrote.

Built for input that means harm: what nests too deeply or is too long is taken as words.
"""

from __future__ import annotations

import re
from typing import Final

import nh3
from lxml import etree
from lxml.etree import _Element as Element

from publisher.sources import bidi, pictures, players
from publisher.sources.vocabulary import KNOWN

_SANITISER: Final = nh3.Cleaner(
    tags=set(KNOWN),
    attributes={
        "*": {"lang", "dir", "class", "id", "style", "hidden", "title", pictures.TWIN, "role", "aria-hidden"},
        **{
            tag: {"src", "srcset", "alt", "width", "height", "aria-describedby", *pictures.LAZY, *pictures.LAZY_SETS}
            for tag in pictures.TAGS
        },
        **{tag: {"src", "data-src", "data", "type", "poster", "width", "height", "aria-label"} for tag in players.TAGS},
        "a": {"href", "hreflang"},
        "source": {"src", "data-src", "srcset", "data-srcset", "type"},
        "track": {"src", "kind", "srclang"},
        "ol": {"start", "type", "reversed"},
        "li": {"value"},
        "td": {"colspan", "rowspan", "scope"},
        "th": {"colspan", "rowspan", "scope", "abbr"},
        "time": {"datetime"},
    },
    clean_content_tags={"script", "style", "template", "textarea", "select", "title", "button", "canvas"},
    url_schemes={"http", "https", "mailto", "tel", "data"},
    link_rel=None,
)
_PARSER: Final = etree.HTMLParser(
    huge_tree=False, remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8"
)

# What XML 1.0 (2.2) forbids, and what cannot be written as UTF-8.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOSCRIPT: Final = re.compile(r"<(/?)noscript\b[^>]{0,200}>", re.IGNORECASE)
_SHORTCODE: Final = re.compile(
    r"\[caption\b[^\]]{0,500}\]\s*((?:<a\b[^>]{0,2000}>\s*)?<img\b[^>]{0,4000}>(?:\s*</a>)?)(.{0,2000}?)\[/caption\]",
    re.IGNORECASE | re.DOTALL,
)
_LOOSE: Final = re.compile(r"<(?=/?([a-zA-Z][\w:-]{0,40})?[^<>]*(?:<|\Z))(?!!)")
# Elements without an end tag that the tree parser does not know as such; the sanitiser quotes every attribute.
_VOID: Final = re.compile(r'<(embed|source|track|wbr)((?: [\w-]+="[^"]*")*)>')
_VOID_TAGS: Final = ("<embed", "<source", "<track", "<wbr")
# Tags of elements that can hold one another; p, li and cells close each other.
_NESTING: Final = re.compile(
    r"<(/?)(?!(?:br|img|p|li|hr|input|col|embed|link|meta|param|source|td|th|tr|track|wbr|area)[\s/>])[a-z]",
    re.IGNORECASE,
)
_ANY_TAG: Final = re.compile(r"<[^<>]{0,5000}>")
_PARTING: Final = re.compile(r"</?(?:p|div|br|li|h[1-6]|tr|blockquote|td)\b[^<>]{0,5000}>", re.IGNORECASE)
# Levels: the sanitiser's time grows with the square, the tree parser drops what lies below 255, and each level takes up
# to four calls in each other of the thousand that Python allows.
_DEEPEST: Final = 120
_LONGEST: Final = 1_000_000  # characters; what is longer is no post
_INLINED: Final = re.compile(r"data:image/[^\"'\s<>]{50000,}")  # pictures that no mail can carry
_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n\s*")


def tree_of(written: str) -> Element:
    """Give the tree of a fragment below its `body`.

    Text without any tag is taken as paragraphs parted by blank lines.
    """
    return _parse(_sanitise(written))


def printable(text: str) -> str:
    """Drop the characters that XML forbids, those that cannot be written as UTF-8, and what turns words around."""
    return bidi.settle(_FORBIDDEN.sub("", text))


def part(written: str) -> str:
    """Make paragraphs of text without tags, parted at blank lines."""
    lines = written.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(f"<p>{piece}</p>" for piece in _BLANK_LINE.split(lines) if piece.strip())


def _sanitise(written: str) -> str:
    """Let nh3 make sane HTML5 of it; what is built to take for ever is taken as words."""
    written = _INLINED.sub("data:,", _FORBIDDEN.sub("", written))
    if "<" not in written:
        written = part(written)
    elif len(written) > _LONGEST or (_opened(written) > _DEEPEST and _depth(written) > _DEEPEST):
        written = part(_ANY_TAG.sub(" ", _PARTING.sub("\n\n", written[:_LONGEST])).replace("<", "&lt;"))
    if "noscript" in written or "NOSCRIPT" in written:
        written = _NOSCRIPT.sub(lambda tag: "</span>" if tag[1] else f'<span {pictures.TWIN}="">', written)
    if "[caption" in written:
        written = _SHORTCODE.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", written)
    if written.count("<") > written.count(">"):
        written = _LOOSE.sub(_escape_loose, written)
    sane = _SANITISER.clean(written)
    if "&#" in written:  # references to characters that may not be written
        sane = _FORBIDDEN.sub("", sane)
    return _VOID.sub(r"<\1\2></\1>", sane) if any(tag in sane for tag in _VOID_TAGS) else sane


def _escape_loose(mark: re.Match[str]) -> str:
    """Write a `<` that opens no element that anybody knows, and is never closed, as the sign it is."""
    return "<" if (mark[1] or "").lower() in KNOWN else "&lt;"


def _opened(written: str) -> int:
    """Give an upper bound of how many elements begin."""
    return written.count("<") - written.count("</")


def _depth(written: str) -> int:
    """Give an upper bound of how deeply elements nest."""
    depth = deepest = 0
    for closing in _NESTING.findall(written):
        if closing:
            depth -= depth > 0
        else:
            depth += 1
            if depth > deepest:  # noqa: PLR1730 - a call of max() for every tag takes three times as long
                deepest = depth
    return deepest


def _parse(sane: str) -> Element:
    """Parse what the sanitiser wrote."""
    return etree.fromstring(f"<body>{sane}</body>".encode(), _PARSER)[-1]
