"""The body of a post inside a whole web page.

A library reads the page and says which words are the article's (`hints`); here the place of those words in the page's
own tree is found, and what stands between and before them is kept or dropped, so that pictures, tables and lists stay
where the page has them.

    measure every element -> the smallest element around the words -> prune it -> lead pictures -> figures with captions
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from lxml.html import HtmlElement

from publisher.sources.facts import Page, key, measure
from publisher.sources.figures import arrange, frame
from publisher.sources.pruning import CAPTION, PARAGRAPHS, is_teaser, prune
from publisher.sources.surroundings import HEADINGS, IMAGES, PICTURES, is_aside, is_icon, is_in

_WHOLE: Final = 0.98  # of the article's words, that the element around them has to hold
_LEADS: Final = 6
_SURE: Final = 12  # letters that two titles share for one to be the beginning of the other


def find(root: HtmlElement, hints: str, *, title: str | None = None) -> HtmlElement | None:
    """Take the article out of a page: the element around the words of `hints`, without what is not the article's.

    The page is one without scripts and other silent elements (`surroundings.drop_silent`).

    `title` marks the heading above it, which is left out. Changes the tree. None where the page holds none of the
    words.
    """
    page = measure(root, hints)
    if not page.of(root).marked:
        return None
    container = _container(root, page)
    heading = _heading(root, title)
    page.first = _first(page, heading)
    leads = [_framed(lead, page) for lead in list(_leads(container, page, heading))]
    prune(container, page)
    if heading is not None and heading is not container and is_in(heading, container):
        heading.drop_tree()
    _drop_dangling(container)
    for lead in reversed(leads):
        _move(lead, container)
    arrange(container, running=page.running())
    return container


def _container(root: HtmlElement, page: Page) -> HtmlElement:
    """Go down to the smallest element that holds the words."""
    here = root
    while True:
        needed = _WHOLE * page.of(here).marked
        inner = next((child for child in here if page.of(child).marked >= needed), None)
        if inner is None or inner.tag in PARAGRAPHS:
            return here
        here = inner


def _heading(root: HtmlElement, title: str | None) -> HtmlElement | None:
    """Give the heading that shows the title, the highest of them."""
    said = key(title or "")
    shown = [element for element in root.iter(*HEADINGS) if said and _is_same(key(str(element.text_content())), said)]
    return min(shown, key=lambda element: str(element.tag), default=None)


def _is_same(shown: str, title: str) -> bool:
    """Say whether a heading shows a title, which may carry the site's name at its end."""
    return shown == title or (len(shown) >= _SURE and (title.startswith(shown) or shown.startswith(title)))


def _first(page: Page, heading: HtmlElement | None) -> int:
    """Give the place of the article's first words: below the heading, if most of them are."""
    above = page.of(heading).place if heading is not None else 0
    below = [place for place in page.openings if place > above]
    return below[0] if len(below) > len(page.openings) / 2 else page.openings[0]


# --- lead pictures --------------------------------------------------------------------------------------------------


def _leads(container: HtmlElement, page: Page, heading: HtmlElement | None) -> Iterator[HtmlElement]:
    """Give the boxes of the pictures that stand above the words but outside their element, in order."""
    scope, start = _scope(container, page, heading)
    if scope is None:
        return
    taken: list[HtmlElement] = []
    for image in scope.iter(*IMAGES):
        inside = is_in(image, container) or any(is_in(image, box) for box in taken)
        if inside or not start <= page.of(image).place < page.first:
            continue
        box = _box(image, page)
        if not (is_icon(image) or is_aside(box, scope) or is_aside(image, box) or is_teaser(box, page)):
            taken.append(box)
    yield from taken[:_LEADS]


def _scope(container: HtmlElement, page: Page, heading: HtmlElement | None) -> tuple[HtmlElement | None, int]:
    """Give the element in which a lead picture may stand, and the place from which on."""
    own = next(container.iterancestors("article"), None)
    if own is not None and (heading is None or is_in(heading, own)):
        return own, page.of(own).place
    if heading is None or page.of(heading).place > page.first:
        return None, 0
    around = next((up for up in heading.iterancestors() if is_in(container, up)), None)
    return around, page.of(heading).place


def _box(image: HtmlElement, page: Page) -> HtmlElement:
    """Give the largest element around a picture that is about it alone."""
    figure = next(image.iterancestors("figure"), None)
    if figure is not None:
        return figure
    around = takewhile(lambda up: _is_about_one(up, page), image.iterancestors())
    return [image, *around][-1]


def _is_about_one(element: HtmlElement, page: Page) -> bool:
    """Say whether an element holds one picture, few words, none of the article's, and no headline."""
    facts = page.of(element)
    return not facts.marked and facts.images == 1 and facts.chars <= CAPTION and element.find(".//h1") is None


def _framed(box: HtmlElement, page: Page) -> HtmlElement:
    """Give the box of a lead picture together with the words about it, which may stand beside the box."""
    image = next(box.iter(*IMAGES))
    frame(image, box.getroottree().getroot(), page.running())
    figure = next(image.iterancestors("figure"), None)
    return figure if figure is not None and not is_in(figure, box) else box


def _move(box: HtmlElement, container: HtmlElement) -> None:
    """Put a box at the top of the container, without the words that follow it."""
    box.drop_tree()
    box.tail, container.text = container.text, None
    container.insert(0, box)


# --- tidying --------------------------------------------------------------------------------------------------------


def _drop_dangling(container: HtmlElement) -> None:
    """Drop headings at the end, which announce nothing any more."""
    for heading in reversed(list(container.iter(*HEADINGS))):
        if not _is_last(heading, container):
            return
        heading.drop_tree()


def _is_last(element: HtmlElement, container: HtmlElement) -> bool:
    """Say whether no word and no picture follows inside the container."""
    around = takewhile(lambda up: up is not container, element.iterancestors())
    return not any(_is_followed(here) for here in (element, *around))


def _is_followed(element: HtmlElement) -> bool:
    """Say whether words or pictures follow an element in its parent."""
    if key(element.tail or ""):
        return True
    siblings = list(element.itersiblings())
    return any(
        key(str(one.text_content())) or any(True for _ in one.iter(*PICTURES)) or key(one.tail or "")
        for one in siblings
    )
