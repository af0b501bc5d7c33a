"""Writes a clean XHTML tree from the pieces of a messy one.

The writer is told what comes ("text", "a picture", "here begins a quotation") and keeps the order sane: words stand in
paragraphs, paragraphs never in each other, pictures between paragraphs, nothing empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from publisher.model import Image

Attributes = Mapping[str, str]

_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
# Boxes in which words may stand without a paragraph.
_PHRASING: Final = frozenset({"li", "td", "th", "dt", "dd", "caption"})
# Boxes that mean something even when nothing is in them.
_KEPT_EMPTY: Final = frozenset({"td", "th"})
_BLOCKS: Final = frozenset("blockquote div dl figure h1 h2 h3 h4 h5 h6 hr ol p pre table ul".split())
# What may stand directly in a box that takes no words of its own, and what everything else is put into.
_CHILDREN: Final[Mapping[object, tuple[frozenset[str], str]]] = {
    "ul": (frozenset({"li"}), "li"),
    "ol": (frozenset({"li"}), "li"),
    "dl": (frozenset({"dt", "dd"}), "dd"),
    "table": (frozenset({"caption", "thead", "tbody", "tfoot", "tr"}), "tr"),
    "thead": (frozenset({"tr"}), "tr"),
    "tbody": (frozenset({"tr"}), "tr"),
    "tfoot": (frozenset({"tr"}), "tr"),
    "tr": (frozenset({"td", "th"}), "td"),
}
_NONE: Final[Attributes] = {}


@dataclass(slots=True, kw_only=True)
class Writer:
    """Builds the tree below `root`; every `begin_` needs its `end_`, and `close` the end of all."""

    root: etree._Element = field(default_factory=lambda: etree.Element("div"))
    _boxes: list[etree._Element] = field(default_factory=list)
    _kinds: list[tuple[str, Attributes]] = field(default_factory=list)
    _spans: list[tuple[str, Attributes]] = field(default_factory=list)
    _run: etree._Element | None = None  # the paragraph, heading or box that takes words now
    _cursor: etree._Element | None = None  # the innermost element in it; None: the spans are still to be opened
    _blank: bool = False  # a blank is due before the next word
    _fresh: bool = True  # nothing, or a blank, stands before the next word
    _seen: bool = False  # the run holds a character that can be seen
    _breaks: int = 0  # line breaks are due before the next word

    def __post_init__(self) -> None:
        self._boxes.append(self.root)
        self._kinds.append(("p", _NONE))

    # --- words ---

    def text(self, words: str) -> None:
        """Add words; white space collapses, except in `pre`."""
        if self._kinds[-1][0] == "pre":
            self._append(self._open(due=False), words)
            self._seen = self._seen or not words.isspace()
            return
        flat = _BLANKS.sub(" ", words) if "\n" in words or "  " in words or "\t" in words or "\r" in words else words
        body = flat.strip(" ")
        if not body:
            self._blank = True
            return
        if self._breaks:
            self._break()
        self._append(self._open(due=self._blank or flat[0] == " "), body)
        self._seen = self._seen or body.isascii() or bool(body.translate(_INVISIBLE).strip())
        self._fresh = False
        self._blank = flat[-1] == " "

    def line_break(self) -> None:
        """End a line; two in a row end the paragraph."""
        if self._kinds[-1][0] == "pre":
            self._append(self._open(due=False), "\n")
        elif self._run is not None:
            self._breaks += 1

    def begin_span(self, tag: str, attributes: Attributes) -> None:
        """Put what comes into an inline element; it is written only where words come, once in each paragraph."""
        self._spans.append((tag, attributes))
        self._cursor = None

    def end_span(self) -> None:
        """End the innermost inline element."""
        self._spans.pop()
        self._cursor = None

    def is_in_link(self) -> bool:
        """Say whether what comes stands in a link already."""
        return any(tag == "a" for tag, _ in self._spans)

    # --- boxes ---

    def begin_paragraph(self, tag: str, attributes: Attributes = _NONE) -> None:
        """Let the words that come stand in paragraphs or headings of this kind."""
        self.close()
        self._kinds.append((tag, attributes))

    def end_paragraph(self) -> None:
        """Go back to the kind of paragraph before."""
        self.close()
        self._kinds.pop()

    def begin_box(self, tag: str, attributes: Attributes = _NONE) -> None:
        """Put what comes into a box: a list, a quotation, a table, a cell."""
        self.close()
        self._boxes.append(etree.SubElement(self._place(tag), tag, dict(attributes)))
        self._kinds.append(("p", _NONE))

    def end_box(self) -> None:
        """End the innermost box; one in which nothing came is taken back."""
        self.close()
        self._kinds.pop()
        box = self._boxes.pop()
        if not len(box) and not box.text and box.tag not in _KEPT_EMPTY:
            self._remove(box)

    def box_tag(self) -> str:
        """Name the box that takes what comes."""
        return str(self._boxes[-1].tag)

    def picture(self, image: Image) -> None:
        """Put a picture here, with its words; without an address only the words stand here."""
        self.close()
        figure = etree.SubElement(self._place("figure"), "figure")
        if image.url is not None:
            attributes = {"src": image.url} | ({} if image.alt is None else {"alt": image.alt})
            sizes = {"width": image.width, "height": image.height}
            attributes |= {name: str(size) for name, size in sizes.items() if size}
            etree.SubElement(figure, "img", attributes)
        words = image.caption or ""
        beside = image.credit if image.credit and image.credit not in words else None
        if words or beside:
            caption = etree.SubElement(figure, "figcaption")
            caption.text = f"{words} " if words and beside else words or None
            if beside:
                etree.SubElement(caption, "cite").text = beside
        if not len(figure):
            self._remove(figure)

    def rule(self) -> None:
        """Put a thematic break here, unless one stands here or nothing is above it."""
        self.close()
        box = self._boxes[-1]
        if len(box) and box[-1].tag != "hr":
            etree.SubElement(self._place("hr"), "hr")

    def close(self) -> None:
        """End the current paragraph; one without a visible character is taken back."""
        run, seen = self._run, self._seen
        self._run = self._cursor = None
        self._blank, self._fresh, self._seen, self._breaks = False, True, False, 0
        if run is None or seen:
            return
        if run is self._boxes[-1]:
            run.text = None
            del run[:]
        else:
            self._remove(run)

    # --- inside ---

    def _open(self, *, due: bool) -> etree._Element:
        """Give the element that takes the next words, after the blank that is due."""
        if self._run is None:
            self._run, self._cursor, self._fresh = self._begin(), None, True
        if due and not self._fresh:
            self._append(self._run if self._cursor is None else self._cursor, " ")
            self._fresh = True
        if self._cursor is None:
            self._cursor = self._run
            for tag, attributes in self._spans:
                self._cursor = etree.SubElement(self._cursor, tag, dict(attributes))
        return self._cursor

    def _begin(self) -> etree._Element:
        """Begin a paragraph; the first one in a list item or cell needs no element of its own."""
        tag, attributes = self._kinds[-1]
        box = self._place(tag)
        if tag == "p" and not attributes and box.tag in _PHRASING:
            if not len(box) and not box.text:
                return box
            self._wrap(box)
        return etree.SubElement(box, tag, dict(attributes))

    def _place(self, tag: str) -> etree._Element:
        """Give the element that a new block stands in: a list takes items only, a row cells only."""
        box = self._boxes[-1]
        while box.tag in _CHILDREN and tag not in _CHILDREN[box.tag][0]:
            box = etree.SubElement(box, _CHILDREN[box.tag][1])
        return box

    def _break(self) -> None:
        """Write the line breaks that are due; two part paragraphs."""
        if self._kinds[-1][0] == "p" and self._breaks > 1:
            self.close()
            return
        self._breaks, self._blank, self._fresh = 0, False, True
        target = self._run if self._cursor is None else self._cursor
        if target is not None:
            etree.SubElement(target, "br")

    @staticmethod
    def _wrap(box: etree._Element) -> None:
        """Put the bare words at the head of a box into a paragraph, because a second one follows."""
        if not box.text and box[0].tag in _BLOCKS:
            return
        paragraph = etree.Element("p")
        paragraph.text, box.text = box.text, None
        while len(box) and box[0].tag not in _BLOCKS:
            paragraph.append(box[0])
        box.insert(0, paragraph)

    @staticmethod
    def _remove(element: etree._Element) -> None:
        """Take an element back."""
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    @staticmethod
    def _append(element: etree._Element, words: str) -> None:
        """Add words at the end of an element."""
        if len(element):
            last = element[-1]
            tail = last.tail
            last.tail = tail + words if tail else words
        else:
            text = element.text
            element.text = text + words if text else words
