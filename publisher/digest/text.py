"""The plain twin of XHTML: the same words in the same order, one block a paragraph.

A picture is told as "Image: ..." where it has words of its own, a link's address stands on a line of its own behind
the block it is in, and nothing is drawn with signs. A heading stands as all headings of the text part do: two blank
lines above it, none below.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from lxml import etree, html

from publisher.digest.strings import Wording

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = frozenset("p div blockquote ul ol dl figure hr table caption thead tbody tfoot".split()) | _HEADINGS
_LEAVES: Final = frozenset("p li dt dd figcaption tr pre caption".split()) | _HEADINGS

_BREAK: Final = "\N{LINE SEPARATOR}"


def linearise(markup: str, words: Wording) -> str:
    """Write an XHTML fragment as plain text, blocks parted by a blank line, headings by two from what is above them."""
    root = html.fragment_fromstring(markup, create_parent="div") if markup else html.Element("div")
    blocks: list[str] = []
    _walk(root, words, blocks)
    kept = [block for block in blocks if block]
    return "".join(kept[:1]) + "".join(f"{_gap(above, block)}{block}" for above, block in pairwise(kept))


def _gap(above: str, below: str) -> str:
    """Part two blocks."""
    if isinstance(below, _Heading):
        return "\n\n\n"
    return "\n" if isinstance(above, _Heading) else "\n\n"


class _Heading(str):
    """A block that heads the next one."""

    __slots__ = ()


def _walk(element: html.HtmlElement, words: Wording, blocks: list[str]) -> None:
    """Go through the blocks below an element in reading order."""
    _add(blocks, element.text)
    for child in element:
        if child.tag == "img":
            _add(blocks, describe(child.get("alt"), words))
        elif child.tag in {"ul", "ol"}:
            blocks.append("\n".join(_items(child)))
        elif child.tag in _LEAVES:
            blocks.append(_Heading(_leaf(child)) if child.tag in _HEADINGS else _leaf(child))
        elif child.tag in _BLOCKS:
            _walk(child, words, blocks)
        else:
            blocks.append(_leaf(child))
        _add(blocks, child.tail)


def _add(blocks: list[str], text: str | None) -> None:
    """Add words as a block of their own; white space is none."""
    if text and text.strip():
        blocks.append(" ".join(text.split()))


def describe(alt: str | None, words: Wording) -> str:
    """Tell a picture by its alternative text; "" where it has none of its own."""
    return f"{words.say('Image:')} {alt}" if alt else ""


def _leaf(element: html.HtmlElement) -> str:
    """Write a block without blocks in it, and the addresses it links to."""
    if element.tag == "pre":
        body = str(element.text_content()).strip("\n")
    elif element.tag == "tr":
        body = "; ".join(filter(None, (_flow(cell) for cell in element)))
    else:
        body = _flow(element)
    addresses = [str(link.get("href")) for link in element.iter("a") if link.get("href")]
    return "\n".join([body, *(address for address in addresses if address not in body)]).strip()


def _flow(element: html.HtmlElement) -> str:
    """Give the running words of an element; a line break stays one."""
    for broken in element.iter("br"):
        broken.tail = f"{_BREAK}{broken.tail or ''}"
    lines = str(etree.tostring(element, method="text", encoding="unicode", with_tail=False)).split(_BREAK)
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _items(items: html.HtmlElement, depth: int = 0) -> list[str]:
    """Write a list, one line for each item; lists inside it are indented."""
    written: list[str] = []
    start = int(items.get("start") or 1)
    for number, item in enumerate(items, start):
        inner = [child for child in item if child.tag in {"ul", "ol"}]
        for child in inner:
            item.remove(child)
        mark = f"{number}." if items.tag == "ol" else "-"
        written.append(f"{'  ' * depth}{mark} {_leaf(item)}")
        for child in inner:
            written += _items(child, depth + 1)
    return written
