"""Foreign HTML made clean: a well-formed XHTML fragment, its plain text, its pictures and its media.

    str or element -> nh3 (only known elements and attributes) -> tree -> pictures, captions, players -> Writer -> XHTML

What leaves here parses as XML, holds no script, style, class, id or event, no control character that XML forbids, no
relative address, no `{{` that a mail service would take for a placeholder, and no empty paragraph. Videos, sounds and
embedded players are taken out of the text (`Cleaned.media`): mail cannot play them and each renderer names them in the
reader's language; the caption of one becomes its title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import islice

from lxml import etree
from lxml.etree import _Element as Element

from publisher.language import normalise
from publisher.model import Image, Media
from publisher.sources import captions, pictures, players
from publisher.sources.addresses import resolve_link
from publisher.sources.bidi import settle
from publisher.sources.flow import Writer
from publisher.sources.plain import plain_of
from publisher.sources.trees import part, printable, tree_of
from publisher.sources.vocabulary import (
    ALONE,
    BOXES,
    DIRECTIONS,
    INLINE,
    LIST_PARTS,
    ONLY_WITH,
    OWN,
    PARAGRAPHS,
    SCOPES,
    SEE_THROUGH,
    TABLE,
)


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
    tree = tree_of(written)
    for element in list(tree.iter(*players.BOXED)):
        _show_picture(element)
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
    written = printable(source)
    if "<" in written or "&" in written:
        written = clean(written, base=None).text
    return " ".join(written.split()) or None


def paragraphs(text: str) -> str:
    """Write plain text as HTML paragraphs, parted at blank lines."""
    return part(escape(text, quote=False))


def _show_picture(element: Element) -> None:
    """Make an `img` of an `object` or `embed` that holds a picture; the words inside are what stands in for it."""
    if not players.is_picture(element):
        return
    words = element.get("aria-label") or element.get("title") or " ".join("".join(element.itertext()).split())
    attributes = {"src": element.get("data") or element.get("src") or "", **({"alt": words} if words else {})}
    size = {name: element.get(name, "") for name in ("width", "height") if element.get(name)}
    tail = element.tail
    element.clear()
    element.tag, element.tail = "img", tail
    element.attrib.update({**attributes, **size})


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
        {element: pictures.read(element, base) for element in elements if element not in emoji and _is_shown(element)},
    )
    found_players = [element for element in tree.iter(*players.TAGS) if _is_shown(element)]
    pairing = captions.pair(tree, [*images, *found_players])
    told: dict[Element, Image] = {}
    for element, image in images.items():
        spoken = pictures.add_words(image, pairing.words.get(element))
        if not pictures.is_noise(element, spoken):
            _keep(told, element, spoken)
    media: dict[str, Media] = {}
    for element in found_players:
        read = players.read(element, base, pairing.words.get(element))
        if read is not None:
            media[read.url] = players.merge(media[read.url], read) if read.url in media else read
    return _Scene(images=told, emoji=emoji, media=tuple(media.values()), consumed=frozenset(pairing.consumed))


def _is_shown(element: Element) -> bool:
    """Say whether an element is meant to be seen: neither hidden nor the fallback of a player."""
    if pictures.is_hidden(element):
        return False
    return not any(above.tag in players.TAGS or pictures.is_hidden(above) for above in element.iterancestors())


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


# --- from tree to tree ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Goes through a tree once and tells the writer what comes."""

    writer: Writer
    scene: _Scene
    base: str | None
    layouts: dict[Element, bool] = field(default_factory=dict)

    def children(self, element: Element) -> None:
        """Tell the words and elements inside an element."""
        if element.text:
            self.writer.text(settle(element.text))
        for child in element:
            self.element(child)
            tail = child.tail
            if tail:
                self.writer.text(settle(tail))

    def element(self, element: Element) -> None:
        """Tell one element."""
        tag = str(element.tag)
        if tag in ALONE:
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
        if tag in INLINE:
            self._inline(tag, element, attributes)
        elif tag in PARAGRAPHS:
            self.writer.begin_paragraph(PARAGRAPHS[tag], attributes)
            self.children(element)
            self.writer.end_paragraph()
        elif self._is_box(tag, element) or (attributes and tag not in LIST_PARTS):
            self.writer.begin_box(tag if tag in BOXES or tag in LIST_PARTS else "div", attributes)
            self.children(element)
            self.writer.end_box()
        elif tag in SEE_THROUGH:
            self.children(element)
        else:
            self.writer.begin_paragraph("p")
            self.children(element)
            self.writer.end_paragraph()

    def _is_box(self, tag: str, element: Element) -> bool:
        """Say whether an element keeps what it holds together."""
        if tag in LIST_PARTS:
            return self.writer.box_tag() in LIST_PARTS[tag]
        if tag == "dl" and any(picture in self.scene.images for picture in element.iterfind("dt//img")):
            return False  # a gallery of old
        return tag in BOXES and not (tag in TABLE and self._is_laid_out(element))

    def _is_laid_out(self, element: Element) -> bool:
        """Say whether an element is part of a table that only lays things out."""
        table = element if element.tag == "table" else next(element.iterancestors("table"), element)
        if table not in self.layouts:
            self.layouts[table] = _is_layout(table)
        return self.layouts[table]

    def _inline(self, tag: str, element: Element, attributes: dict[str, str]) -> None:
        """Tell an inline element; a link that leads nowhere is only its words, so is a span without a language."""
        pointless = tag in ONLY_WITH and not attributes.keys() & ONLY_WITH[tag]
        if pointless or (tag == "a" and self.writer.is_in_link()):
            self.children(element)
            return
        self.writer.begin_span(INLINE[tag], attributes)
        self.children(element)
        self.writer.end_span()

    def _attributes(self, tag: str, items: list[tuple[str, str]]) -> dict[str, str] | None:
        """Give the attributes that an element keeps; None for one that nobody is meant to see."""
        kept: dict[str, str] = {}
        own = OWN.get(tag, ())
        for name, value in items:
            if name == "hidden" or (name == "style" and pictures.HIDDEN.search(value)):
                return None
            if name == "lang":
                kept[name] = normalise(value) or ""
            elif name == "dir":
                kept[name] = value.lower() if value.lower() in DIRECTIONS else ""
            elif name == "href" and tag == "a":
                kept[name] = resolve_link(value, self.base) or ""
            elif name in own:
                kept[name] = value.strip() if name != "scope" or value in SCOPES else ""
        return {name: value for name, value in kept.items() if value}


def _is_layout(table: Element) -> bool:
    """Say whether a table only lays things out: it has one column, or other tables in it, and no headings."""
    if pictures.is_unspoken(table):
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
    return written.removeprefix("<div>").removesuffix("</div>") if len(root) else ""
