"""What a screen reader would come across in a page of ours, without a browser: an approximation that costs nothing.

`browser.Browser.listen` reads the accessibility tree of a real browser; this walks the elements, for previews.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from publisher.accessibility.heard import Heard
from publisher.accessibility.page import Page
from publisher.accessibility.tree import HEADINGS, is_blank, name_of, role_of, squeeze, tag_of

_SPOKEN: Final = {
    "header": "banner",
    "main": "main",
    "footer": "content information",
    "nav": "navigation",
    "table": "table",
    "article": "article",
    "video": "video",
    "figure": "figure",
}
_LISTS: Final = frozenset({"ul", "ol", "dl"})
_UNHEARD: Final = frozenset({"script", "style", "head", "title", "template", "noscript"})


def listen(page: Page) -> Heard:
    """Put down outline, links and, line by line, what is heard of a page."""
    return Heard(
        outline=tuple((level, name_of(page.tree, element)) for level, element in page.outline),
        links=tuple(link.name for link in page.links),
        lines=tuple(_lines(page)),
    )


def _lines(page: Page) -> Iterator[str]:
    """Go through what is heard, in document order; headings and links are said as a whole."""
    waiting: list[HtmlElement | str] = [page.tree.root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if not is_blank(one):
                yield squeeze(one)
            continue
        if not isinstance(one.tag, str) or tag_of(one) in _UNHEARD or not page.is_heard(one):
            continue
        said, is_whole = _say(one, page)
        if said:
            yield said
        if not is_whole:
            inner: list[HtmlElement | str] = [one.text or ""]
            for child in one:
                inner += [child, child.tail or ""]
            waiting += reversed(inner)


def _say(element: HtmlElement, page: Page) -> tuple[str, bool]:
    """Say one element; True: that is all of it."""
    tag = tag_of(element)
    if tag in HEADINGS:
        holds_link = element.find(".//a[@href]") is not None
        level = f"heading level {tag[1]}"
        return (level, False) if holds_link else (f"{level}, {name_of(page.tree, element)}", True)
    if tag == "a" and element.get("href") is not None:
        return f"link, {name_of(page.tree, element)}", True
    if tag == "img":
        return _say_picture(element.get("alt")), True
    return _say_place(element, tag), False


def _say_picture(alt: str | None) -> str:
    """Say a picture; one with an empty alt is passed over."""
    if alt is None:
        return "graphic"
    return f"graphic, {squeeze(alt)}" if alt.strip() else ""


def _say_place(element: HtmlElement, tag: str) -> str:
    """Say that something begins which has content of its own; a table that only lays out is nothing."""
    if tag in _LISTS:
        return f"list with {sum(1 for child in element if tag_of(child) == 'li')} items"
    if tag == "li":
        return "•"
    return "" if role_of(element) in {"presentation", "none"} else _SPOKEN.get(tag, "")
