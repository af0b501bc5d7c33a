"""The plain twin of a clean XHTML tree: paragraphs parted by a blank line, list items and table rows on lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

_BLOCKS: Final = frozenset("blockquote div dl figure hr ol p pre table ul h1 h2 h3 h4 h5 h6".split())
_LINES: Final = frozenset({"li", "tr", "dt", "dd", "caption"})
_PARTS: Final = frozenset({"thead", "tbody", "tfoot"})
_CELLS: Final = frozenset({"td", "th"})
_MANY_BREAKS: Final = re.compile(r"\n{3,}")


def plain_of(root: etree._Element) -> str:
    """Give the words of a tree; a picture is its caption and credit, a list item begins with its mark."""
    return _MANY_BREAKS.sub("\n\n", "".join(_children(root)).strip())


def _children(element: etree._Element) -> Iterator[str]:
    """Go through the text of an element's content."""
    yield element.text or ""
    for place, child in enumerate(element, start=1):
        yield from _element(child, place)
        yield child.tail or ""


def _element(element: etree._Element, place: int) -> Iterator[str]:
    """Go through the text of an element and the breaks around it."""
    tag = str(element.tag)
    if tag == "br":
        yield "\n"
    elif tag in _LINES:
        yield "\n" if place > 1 or tag != "caption" else ""
        yield from _line(element, tag, place)
    elif tag in _CELLS:
        yield "; " if place > 1 else ""
        yield " ".join("".join(_children(element)).split())
    elif tag in _PARTS:
        yield from _children(element)
    elif tag in _BLOCKS:
        yield "\n\n"
        yield from _children(element)
        yield "\n\n"
    else:
        yield from _children(element)


def _line(element: etree._Element, tag: str, place: int) -> Iterator[str]:
    """Go through the text of a list item, a term or a table row."""
    words = _MANY_BREAKS.sub("\n\n", "".join(_children(element)).strip())
    if tag == "li":
        parent = element.getparent()
        mark = f"{place}. " if parent is not None and parent.tag == "ol" else "- "
        words = mark + re.sub(r"\n+", "\n  ", words)
    yield words
    if tag == "caption":
        yield "\n"
