"""Foreign HTML made clean: a well-formed XHTML fragment, its plain text, its pictures and its media.

    str or element -> nh3 (only known elements and attributes) -> tree -> pictures, captions, players -> Writer -> XHTML

What leaves here parses as XML, holds no script, style, class, id or event, no control character that XML forbids, no
relative address, no `{{` that a mail service would take for a placeholder, and no empty paragraph. Videos, sounds and
embedded players are taken out of the text (`Cleaned.media`): mail cannot play them and each renderer names them in the
reader's language; the caption of one becomes its title.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from html import escape
from itertools import islice
from typing import Final

import nh3
from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from publisher.language import normalise
from publisher.model import Image, Media
from publisher.sources import captions, pictures, players
from publisher.sources.addresses import resolve_link
from publisher.sources.flow import Writer
from publisher.sources.plain import plain_of

_INLINE: Final = {
    "acronym": "abbr",
    "strike": "s",
    "tt": "code",
    **{name: name for name in "a abbr b bdi bdo cite code del dfn em i ins kbd mark q s samp small".split()},
    **{name: name for name in "strong sub sup time u var ruby rb rt rp".split()},
}
_PARAGRAPHS: Final = {name: name for name in "h1 h2 h3 h4 h5 h6 p pre".split()} | {"summary": "p", "legend": "p"}
_BOXES: Final = frozenset("blockquote ul ol dl table thead tbody tfoot tr td th caption".split())
_LIST_PARTS: Final = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
_UNWRAPPED: Final = frozenset(
    """
    address article aside body center details div fieldset figcaption figure footer form header hgroup main menu nav
    section
    """.split(),
)
_SILENT: Final = frozenset({*players.TAGS, "source", "track", "svg", "colgroup", "col"})
_KNOWN: Final = frozenset(
    {*_INLINE, *_PARAGRAPHS, *_BOXES, *_LIST_PARTS, *_UNWRAPPED, *players.TAGS, *pictures.TAGS}
    | set("br hr wbr picture source track span font".split()),
)
_SANITISER: Final = nh3.Cleaner(
    tags=set(_KNOWN),
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
_PARSER: Final = lxml_html.HTMLParser(huge_tree=False, remove_comments=True, remove_pis=True, no_network=True)

# What XML 1.0 (2.2) forbids, and what cannot be written as UTF-8.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOSCRIPT: Final = re.compile(r"<(/?)noscript\b[^>]{0,200}>", re.IGNORECASE)
_SHORTCODE: Final = re.compile(
    r"\[caption\b[^\]]{0,500}\]\s*((?:<a\b[^>]{0,2000}>\s*)?<img\b[^>]{0,4000}>(?:\s*</a>)?)(.{0,2000}?)\[/caption\]",
    re.IGNORECASE | re.DOTALL,
)
_LOOSE: Final = re.compile(r"<(?=/?([a-zA-Z][\w:-]{0,40})?[^<>]*(?:<|\Z))(?!!)")
# Elements without an end tag that the tree parser does not know as such; the sanitiser quotes every attribute.
_VOID: Final = re.compile(r'<(source|track|wbr)((?: [\w-]+="[^"]*")*)>')
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")
_ANY_TAG: Final = re.compile(r"<[^<>]{0,5000}>")
_PARTING: Final = re.compile(r"</?(?:p|div|br|li|h[1-6]|tr|blockquote|td)\b[^<>]{0,5000}>", re.IGNORECASE)
_NEVER_DEEP: Final = frozenset(
    "area br col embed hr img input li link meta option p param source td th tr track wbr".split()
)
_DEEPEST: Final = 150  # the tree parser stops at 255, the sanitiser's time grows with the square
_LONGEST: Final = 2_000_000  # characters; what is longer is no post
_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n\s*")
_TABLE: Final = frozenset("table thead tbody tfoot tr td th".split())
_DIRECTIONS: Final = frozenset({"ltr", "rtl", "auto"})
_SCOPES: Final = frozenset({"row", "col", "rowgroup", "colgroup"})
# The attributes that an element keeps beside `lang`, `dir` and a link's address.
_OWN: Final = {
    "abbr": ("title",),
    "acronym": ("title",),
    "dfn": ("title",),
    "li": ("value",),
    "ol": ("start", "type", "reversed"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope", "abbr"),
    "time": ("datetime",),
}
_WORD_JOINER: Final = "\u2060"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A fragment made clean; `images` and `media` in reading order, each with its words."""

    html: str = ""
    text: str = ""
    images: tuple[Image, ...] = ()
    media: tuple[Media, ...] = ()


def clean(source: str | HtmlElement, *, base: str | None) -> Cleaned:
    """Clean an HTML fragment whose relative addresses stand on the page `base`; never fails.

    Text without any tag is taken as paragraphs parted by blank lines.
    """
    written = source if isinstance(source, str) else lxml_html.tostring(source, encoding="unicode", with_tail=False)
    if not written or written.isspace():
        return Cleaned()
    tree = _tree(_sanitise(written))
    if tree is None:
        return Cleaned()
    scene = _look(tree, base)
    writer = Writer()
    _Walk(writer=writer, scene=scene, base=base).children(tree)
    writer.close()
    return Cleaned(
        html=_serialise(writer.root),
        text=plain_of(writer.root),
        images=tuple(scene.images.values()),
        media=tuple(scene.media),
    )


def plain(source: str | None) -> str | None:
    """Give the words of a small piece of HTML or text on one line; None where there are none."""
    if not source:
        return None
    written = _FORBIDDEN.sub("", source)
    if "<" in written or "&" in written:
        written = clean(written, base=None).text
    return disarm(" ".join(written.split())) or None


def disarm(text: str) -> str:
    """Keep `{{` and `}}` from being taken for a placeholder of the mail service; looks the same to readers."""
    if "{{" not in text and "}}" not in text:
        return text
    return re.sub(r"\{(?=\{)|\}(?=\})", lambda mark: mark[0] + _WORD_JOINER, text)


def paragraphs(text: str) -> str:
    """Write plain text as HTML paragraphs, parted at blank lines."""
    return _part(escape(text, quote=False))


# --- from text to tree ----------------------------------------------------------------------------------------------


def _sanitise(written: str) -> str:
    """Let nh3 make sane HTML5 of it; what is built to take for ever is taken as words."""
    written = _FORBIDDEN.sub("", written)
    if "<" not in written:
        written = _part(written)
    elif len(written) > _LONGEST or (written.count("<") > _DEEPEST and _depth(written) > _DEEPEST):
        written = _part(_ANY_TAG.sub(" ", _PARTING.sub("\n\n", written[:_LONGEST])).replace("<", "&lt;"))
    if "noscript" in written or "NOSCRIPT" in written:
        written = _NOSCRIPT.sub(lambda tag: "</span>" if tag[1] else f'<span {pictures.TWIN}="">', written)
    if "[caption" in written:
        written = _SHORTCODE.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", written)
    written = _LOOSE.sub(_escape_loose, written)
    return _VOID.sub(r"<\1\2></\1>", _FORBIDDEN.sub("", _SANITISER.clean(written)))


def _escape_loose(mark: re.Match[str]) -> str:
    """Write a `<` that opens no element that anybody knows, and is never closed, as the sign it is."""
    return "<" if (mark[1] or "").lower() in _KNOWN else "&lt;"


def _part(written: str) -> str:
    """Make paragraphs of text without tags, parted at blank lines."""
    lines = written.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(f"<p>{part}</p>" for part in _BLANK_LINE.split(lines) if part.strip())


def _depth(written: str) -> int:
    """Give an upper bound of how deeply elements nest."""
    depth = deepest = 0
    for closing, name in _TAG.findall(written):
        if name.lower() in _NEVER_DEEP:
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _tree(sane: str) -> HtmlElement | None:
    """Parse what the sanitiser wrote."""
    try:
        return lxml_html.fragment_fromstring(sane, create_parent="div", parser=_PARSER)
    except (etree.LxmlError, ValueError):
        return None


# --- what the tree holds --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """Pictures, emoji and media of a tree by element, and the elements whose words are said with them."""

    images: Mapping[HtmlElement, Image]
    emoji: Mapping[HtmlElement, str]
    media: tuple[Media, ...]
    consumed: frozenset[HtmlElement]


def _look(tree: HtmlElement, base: str | None) -> _Scene:
    """Find the pictures and media of a tree and the words that belong to each."""
    elements = list(tree.iter(*pictures.TAGS))
    emoji = {element: sign for element in elements if (sign := pictures.emoji(element))}
    images = _merge_twins(
        {
            element: pictures.read(element, base)
            for element in elements
            if element not in emoji and not pictures.is_hidden(element)
        },
    )
    found_players = list(tree.iter(*players.TAGS))
    pairing = captions.pair(tree, [*images, *found_players])
    told: dict[HtmlElement, Image] = {}
    for element, image in images.items():
        spoken = pictures.add_words(image, pairing.words.get(element))
        if not pictures.is_noise(element, spoken):
            _keep(told, element, _disarm_image(spoken))
    media: dict[str, Media] = {}
    for element in found_players:
        read = players.read(element, base, pairing.words.get(element))
        if read is not None:
            read = replace(read, title=disarm(read.title) if read.title else None)
            media[read.url] = players.merge(media[read.url], read) if read.url in media else read
    return _Scene(images=told, emoji=emoji, media=tuple(media.values()), consumed=frozenset(pairing.consumed))


def _merge_twins(images: dict[HtmlElement, Image]) -> dict[HtmlElement, Image]:
    """Put what a noscript element says of a lazy picture to that picture."""
    merged: dict[HtmlElement, Image] = {}
    before: HtmlElement | None = None
    for element, image in images.items():
        in_twin = any(ancestor.get(pictures.TWIN) is not None for ancestor in islice(element.iterancestors(), 4))
        if in_twin and before is not None and pictures.is_twin(merged[before], image):
            merged[before] = pictures.merge(merged[before], image)
            continue
        merged[element] = image
        before = None if in_twin else element
    return merged


def _keep(told: dict[HtmlElement, Image], element: HtmlElement, image: Image) -> None:
    """Keep a picture; one that stands in the post twice is one picture."""
    for known, first in told.items():
        if image.url is not None and first.url == image.url:
            told[known] = pictures.merge(first, image)
            return
    told[element] = image


def _disarm_image(image: Image) -> Image:
    """Keep the words about a picture from being taken for placeholders."""
    words = {name: getattr(image, name) for name in ("alt", "caption", "credit", "long_description")}
    armed = {name: disarm(value) for name, value in words.items() if value and ("{{" in value or "}}" in value)}
    return replace(image, **armed) if armed else image


# --- from tree to tree ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Goes through a tree once and tells the writer what comes."""

    writer: Writer
    scene: _Scene
    base: str | None

    def children(self, element: HtmlElement) -> None:
        """Tell the words and elements inside an element."""
        self.writer.text(element.text)
        for child in element:
            self.element(child)
            self.writer.text(child.tail)

    def element(self, element: HtmlElement) -> None:
        """Tell one element."""
        tag = str(element.tag)
        if element in self.scene.images:
            self.writer.picture(self.scene.images[element])
        elif element in self.scene.emoji:
            self.writer.text(self.scene.emoji[element])
        elif element in self.scene.consumed or tag in _SILENT or tag in pictures.TAGS or pictures.is_hidden(element):
            return
        elif tag == "br":
            self.writer.line_break()
        elif tag == "hr":
            self.writer.rule()
        else:
            self._holder(tag, element)

    def _holder(self, tag: str, element: HtmlElement) -> None:
        """Tell an element that holds others."""
        attributes = self._attributes(tag, element)
        if tag in _INLINE:
            self._inline(tag, element, attributes)
        elif tag in {"span", "font"}:
            with self.writer.span("span", attributes) if attributes else nullcontext():
                self.children(element)
        elif tag in _PARAGRAPHS:
            with self.writer.paragraph(_PARAGRAPHS[tag], attributes):
                self.children(element)
        elif tag in _BOXES and not (tag in _TABLE and self._is_layout(element)):
            with self.writer.box(tag, attributes):
                self.children(element)
        elif tag in _LIST_PARTS and self.writer.box_tag() in _LIST_PARTS[tag]:
            with self.writer.box(tag, attributes):
                self.children(element)
        elif attributes and tag not in _LIST_PARTS:
            with self.writer.box("div", attributes):
                self.children(element)
        else:
            with self.writer.paragraph("p", {}):
                self.children(element)

    def _inline(self, tag: str, element: HtmlElement, attributes: dict[str, str]) -> None:
        """Tell an inline element; a link that leads nowhere is only its words."""
        if tag == "a" and "href" not in attributes:
            self.children(element)
            return
        with self.writer.span(_INLINE[tag], attributes):
            self.children(element)

    def _is_layout(self, element: HtmlElement) -> bool:
        """Say whether a table, or the table around one of its parts, only lays things out."""
        table = element if element.tag == "table" else next(element.iterancestors("table"), None)
        if table is None:
            return True
        if pictures.is_unspoken(table):
            return True
        if table.find(".//th") is not None or table.find("caption") is not None:
            return False
        return all(len(row) <= 1 for row in table.iter("tr")) or table.find(".//table") is not None

    def _attributes(self, tag: str, element: HtmlElement) -> dict[str, str]:
        """Give the attributes that an element keeps."""
        if not element.attrib:
            return {}
        kept = {name: value for name in _OWN.get(tag, ()) if (value := (element.get(name) or "").strip())}
        language = normalise(element.get("lang"))
        if language:
            kept["lang"] = language
        direction = (element.get("dir") or "").lower()
        if direction in _DIRECTIONS:
            kept["dir"] = direction
        if tag == "a":
            href = resolve_link(element.get("href"), self.base)
            if href:
                kept["href"] = href
        if kept.get("scope", "row") not in _SCOPES:
            del kept["scope"]
        return kept


def _serialise(root: etree._Element) -> str:
    """Write the content of a tree as XHTML."""
    for cell in root.iter("td", "th"):
        if not len(cell) and not cell.text:
            cell.text = ""  # written as an open and an end tag, which HTML parsers need
    written = etree.tostring(root, encoding="unicode")
    return disarm(written.removeprefix("<div>").removesuffix("</div>")) if len(root) else ""
