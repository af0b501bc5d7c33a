"""The plain twin of a clean XHTML tree: paragraphs parted by a blank line, list items and table rows on lines."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_BLOCKS: Final = frozenset("blockquote div dl figure hr ol p pre table ul h1 h2 h3 h4 h5 h6".split())
_LINES: Final = frozenset({"li", "tr", "dt", "dd", "caption"})
_PARTS: Final = frozenset({"thead", "tbody", "tfoot"})
_CELLS: Final = frozenset({"td", "th"})
_SPECIAL: Final = _BLOCKS | _LINES | _PARTS | _CELLS | {"br"}
_MANY_BREAKS: Final = re.compile(r"\n{3,}")


def plain_of(root: etree._Element) -> str:
    """Give the words of a tree; a picture is its caption and credit, a list item begins with its mark."""
    pieces: list[str] = []
    _children(root, pieces)
    return _MANY_BREAKS.sub("\n\n", "".join(pieces).strip())


def _children(element: etree._Element, pieces: list[str]) -> None:
    """Collect the text of an element's content."""
    if element.text:
        pieces.append(element.text)
    for place, child in enumerate(element, start=1):
        tag = str(child.tag)
        if tag in _SPECIAL:
            _special(child, tag, place, pieces)
        else:
            _children(child, pieces)
        if child.tail:
            pieces.append(child.tail)


def _special(element: etree._Element, tag: str, place: int, pieces: list[str]) -> None:
    """Collect the text of an element that stands apart, with the breaks around it."""
    if tag in _BLOCKS:
        pieces.append("\n\n")
        _children(element, pieces)
        pieces.append("\n\n")
    elif tag == "br":
        pieces.append("\n")
    elif tag in _PARTS:
        _children(element, pieces)
    elif tag in _CELLS:
        pieces.append("; " if place > 1 else "")
        pieces.append(" ".join(_content(element).split()))
    else:
        pieces.append(f"\n{_line(element, tag, place)}\n" if tag == "caption" else f"\n{_line(element, tag, place)}")


def _line(element: etree._Element, tag: str, place: int) -> str:
    """Give the text of a list item, a term or a table row."""
    words = _MANY_BREAKS.sub("\n\n", _content(element).strip())
    if tag != "li":
        return words
    parent = element.getparent()
    mark = f"{place}. " if parent is not None and parent.tag == "ol" else "- "
    return mark + re.sub(r"\n+", "\n  ", words)


def _content(element: etree._Element) -> str:
    """Give the text of an element's content."""
    pieces: list[str] = []
    _children(element, pieces)
    return "".join(pieces)
