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
from dataclasses import dataclass, replace
from html import escape
from itertools import islice
from typing import Final

import nh3
from lxml import etree
from lxml.etree import _Element as Element

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
    "font": "span",
    "span": "span",
    **{name: name for name in "a abbr b bdi bdo cite code del dfn em i ins kbd mark q s samp small".split()},
    **{name: name for name in "strong sub sup time u var ruby rb rt rp".split()},
}
_PARAGRAPHS: Final = (
    {"p": "p"} | {name: name for name in "h1 h2 h3 h4 h5 h6 pre".split()} | {"summary": "p", "legend": "p"}
)
_BOXES: Final = frozenset("blockquote ul ol dl table thead tbody tfoot tr td th caption".split())
_LIST_PARTS: Final = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
_UNWRAPPED: Final = frozenset(
    """
    address article aside body center details div fieldset figcaption figure footer form header hgroup main menu nav
    section
    """.split(),
)
_SEE_THROUGH: Final = frozenset({"picture"})
# Elements whose content is not read.
_ALONE: Final = frozenset({*pictures.TAGS, *players.TAGS, "br", "hr", "wbr", "source", "track"})
# Elements that say something only with one of these attributes.
_ONLY_WITH: Final = {"a": {"href"}, "span": {"lang", "dir"}, "font": {"lang", "dir"}}
_KNOWN: Final = frozenset(
    {*_INLINE, *_PARAGRAPHS, *_BOXES, *_LIST_PARTS, *_UNWRAPPED, *players.TAGS, *pictures.TAGS}
    | set("br hr wbr picture source track".split()),
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
_VOID: Final = re.compile(r'<(source|track|wbr)((?: [\w-]+="[^"]*")*)>')
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")
_ANY_TAG: Final = re.compile(r"<[^<>]{0,5000}>")
_PARTING: Final = re.compile(r"</?(?:p|div|br|li|h[1-6]|tr|blockquote|td)\b[^<>]{0,5000}>", re.IGNORECASE)
_NEVER_DEEP: Final = frozenset(
    "area br col embed hr img input li link meta option p param source td th tr track wbr".split()
)
_DEEPEST: Final = 150  # levels; the tree parser drops what lies below 255, the sanitiser's time grows with the square
_MANY: Final = 250  # elements; fewer cannot nest too deeply
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


def clean(source: str | Element, *, base: str | None) -> Cleaned:
    """Clean an HTML fragment whose relative addresses stand on the page `base`; never fails.

    Text without any tag is taken as paragraphs parted by blank lines.
    """
    written = (
        source
        if isinstance(source, str)
        else etree.tostring(source, encoding="unicode", method="html", with_tail=False)
    )
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


def printable(text: str) -> str:
    """Drop the characters that XML forbids and those that cannot be written as UTF-8."""
    return _FORBIDDEN.sub("", text)


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
    elif len(written) > _LONGEST or (_opened(written) > _MANY and _depth(written) > _DEEPEST):
        written = _part(_ANY_TAG.sub(" ", _PARTING.sub("\n\n", written[:_LONGEST])).replace("<", "&lt;"))
    if "noscript" in written or "NOSCRIPT" in written:
        written = _NOSCRIPT.sub(lambda tag: "</span>" if tag[1] else f'<span {pictures.TWIN}="">', written)
    if "[caption" in written:
        written = _SHORTCODE.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", written)
    if written.count("<") > written.count(">"):
        written = _LOOSE.sub(_escape_loose, written)
    return _VOID.sub(r"<\1\2></\1>", _FORBIDDEN.sub("", _SANITISER.clean(written)))


def _escape_loose(mark: re.Match[str]) -> str:
    """Write a `<` that opens no element that anybody knows, and is never closed, as the sign it is."""
    return "<" if (mark[1] or "").lower() in _KNOWN else "&lt;"


def _part(written: str) -> str:
    """Make paragraphs of text without tags, parted at blank lines."""
    lines = written.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(f"<p>{part}</p>" for part in _BLANK_LINE.split(lines) if part.strip())


def _opened(written: str) -> int:
    """Give an upper bound of how many elements begin."""
    return written.count("<") - written.count("</")


def _depth(written: str) -> int:
    """Give an upper bound of how deeply elements nest."""
    depth = deepest = 0
    for closing, name in _TAG.findall(written):
        if name.lower() in _NEVER_DEEP:
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _tree(sane: str) -> Element | None:
    """Parse what the sanitiser wrote."""
    try:
        root = etree.fromstring(f"<body>{sane}</body>".encode(), _PARSER)
    except etree.LxmlError:
        return None
    return root.find("body") if root is not None else None


# --- what the tree holds --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """Pictures, emoji and media of a tree by element, and the elements whose words are said with them."""

    images: Mapping[Element, Image]
    emoji: Mapping[Element, str]
    media: tuple[Media, ...]
    consumed: frozenset[Element]


def _look(tree: Element, base: str | None) -> _Scene:
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
    told: dict[Element, Image] = {}
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


def _merge_twins(images: dict[Element, Image]) -> dict[Element, Image]:
    """Put what a noscript element says of a lazy picture to that picture."""
    merged: dict[Element, Image] = {}
    before: Element | None = None
    for element, image in images.items():
        in_twin = any(ancestor.get(pictures.TWIN) is not None for ancestor in islice(element.iterancestors(), 4))
        if in_twin and before is not None and pictures.is_twin(merged[before], image):
            merged[before] = pictures.merge(merged[before], image)
            continue
        merged[element] = image
        before = None if in_twin else element
    return merged


def _keep(told: dict[Element, Image], element: Element, image: Image) -> None:
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

    def children(self, element: Element) -> None:
        """Tell the words and elements inside an element."""
        if element.text:
            self.writer.text(element.text)
        for child in element:
            self.element(child)
            tail = child.tail
            if tail:
                self.writer.text(tail)

    def element(self, element: Element) -> None:
        """Tell one element."""
        tag = str(element.tag)
        if tag in _ALONE:
            self._alone(tag, element)
            return
        if element in self.scene.consumed:
            return
        items = element.items()
        attributes = self._attributes(tag, items) if items else {}
        if attributes is not None:
            self._holder(tag, element, attributes)

    def _alone(self, tag: str, element: Element) -> None:
        """Tell an element whose content is not read."""
        if tag == "br":
            self.writer.line_break()
        elif tag == "hr":
            self.writer.rule()
        elif element in self.scene.images:
            self.writer.picture(self.scene.images[element])
        elif element in self.scene.emoji:
            self.writer.text(self.scene.emoji[element])

    def _holder(self, tag: str, element: Element, attributes: dict[str, str]) -> None:
        """Tell an element that holds others."""
        if tag in _INLINE:
            self._inline(tag, element, attributes)
        elif tag in _PARAGRAPHS:
            self.writer.begin_paragraph(_PARAGRAPHS[tag], attributes)
            self.children(element)
            self.writer.end_paragraph()
        elif self._is_box(tag, element) or (attributes and tag not in _LIST_PARTS):
            self.writer.begin_box(tag if tag in _BOXES or tag in _LIST_PARTS else "div", attributes)
            self.children(element)
            self.writer.end_box()
        elif tag in _SEE_THROUGH:
            self.children(element)
        else:
            self.writer.begin_paragraph("p")
            self.children(element)
            self.writer.end_paragraph()

    def _is_box(self, tag: str, element: Element) -> bool:
        """Say whether an element keeps what it holds together."""
        if tag in _LIST_PARTS:
            return self.writer.box_tag() in _LIST_PARTS[tag]
        return tag in _BOXES and not (tag in _TABLE and _is_layout(element))

    def _inline(self, tag: str, element: Element, attributes: dict[str, str]) -> None:
        """Tell an inline element; a link that leads nowhere is only its words, so is a span without a language."""
        pointless = tag in _ONLY_WITH and not attributes.keys() & _ONLY_WITH[tag]
        if pointless or (tag == "a" and self.writer.is_in_link()):
            self.children(element)
            return
        self.writer.begin_span(_INLINE[tag], attributes)
        self.children(element)
        self.writer.end_span()

    def _attributes(self, tag: str, items: list[tuple[str, str]]) -> dict[str, str] | None:
        """Give the attributes that an element keeps; None for one that nobody is meant to see."""
        kept: dict[str, str] = {}
        own = _OWN.get(tag, ())
        for name, value in items:
            if name == "hidden" or (name == "style" and pictures.HIDDEN.search(value)):
                return None
            if name == "lang":
                kept[name] = normalise(value) or ""
            elif name == "dir":
                kept[name] = value.lower() if value.lower() in _DIRECTIONS else ""
            elif name == "href" and tag == "a":
                kept[name] = resolve_link(value, self.base) or ""
            elif name in own:
                kept[name] = value.strip() if name != "scope" or value in _SCOPES else ""
        return {name: value for name, value in kept.items() if value}


def _is_layout(element: Element) -> bool:
    """Say whether a table, or the table around one of its parts, only lays things out."""
    table = element if element.tag == "table" else next(element.iterancestors("table"), None)
    if table is None or pictures.is_unspoken(table):
        return True
    if table.find(".//th") is not None or table.find("caption") is not None:
        return False
    return table.find(".//table") is not None or all(len(row) <= 1 for row in table.iter("tr"))


def _serialise(root: etree._Element) -> str:
    """Write the content of a tree as XHTML."""
    for cell in root.iter("td", "th"):
        if not len(cell) and not cell.text:
            cell.text = ""  # written as an open and an end tag, which HTML parsers need
    written = etree.tostring(root, encoding="unicode")
    return disarm(written.removeprefix("<div>").removesuffix("</div>")) if len(root) else ""
