"""What each element of a page holds: letters, links, pictures, and words of the article as a library found them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from publisher.sources.surroundings import HEADINGS, IMAGES, PICTURES

BLOCKS: Final = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav noscript ol p pre section summary table tbody
    td tfoot th thead tr ul
    """.split(),
)
PROSE: Final = 80  # letters that make an unknown block a paragraph of its own
_OPENING: Final = 40  # letters of the first block that is surely the article's; dates and by-lines are shorter
_RUN: Final = 12  # letters of a run that two texts have to share
_STEP: Final = 4  # letters from one remembered run of the article to the next; a fourth of them costs a fourth
_SHARED: Final = 0.6  # of a block's runs, for the block to be the article's
_LETTERS: Final = re.compile(r"[\W_]+")
_WIDE: Final = re.compile(r"[\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")
_SENTENCE_END: Final = re.compile(r"[.!?…。！？؟।۔]['\"”’»)]*\s*$")


@dataclass(slots=True, kw_only=True)
class Facts:
    """What an element holds, itself and all inside: letters, those in links, those of the article; pictures, images.

    `own`: words of the article stand in the element itself. `place` and `end` are places in the order of the page.
    """

    chars: int = 0
    linked: int = 0
    marked: int = 0
    pictures: int = 0
    images: int = 0
    place: int = 0
    end: int = 0
    own: bool = False


@dataclass(slots=True, kw_only=True)
class Page:
    """A page with the facts of each element; `marked` counts the article's letters on all of it.

    `openings` are the places of blocks that the article may begin with, `first` and `last` those of its first and last
    words.
    """

    facts: dict[HtmlElement, Facts]
    marked: int = 0
    openings: tuple[int, ...] = ()
    first: int = 0
    last: int = 0

    def of(self, element: HtmlElement) -> Facts:
        """Give the facts of an element."""
        return self.facts[element]

    def running(self) -> set[HtmlElement]:
        """Give the elements with words of the article in themselves."""
        return {element for element, facts in self.facts.items() if facts.own}


def key(text: str) -> str:
    """Give the letters and digits of a text, by which two copies of it are compared."""
    return _LETTERS.sub("", text).casefold()


def weigh(letters: str) -> int:
    """Count letters; one of a script without an alphabet says as much as two."""
    return len(letters) + len(_WIDE.findall(letters))


def measure(root: HtmlElement, hints: str) -> Page:
    """Count what each element holds; `hints` are the words of the article."""
    words = _words(root)
    article = key(hints)
    runs = frozenset(article[start : start + _RUN] for start in range(0, len(article), _STEP))
    lines = frozenset(map(key, hints.splitlines()))
    seen: set[str] = set()
    page = Page(facts={})
    marks: list[int] = []
    openings: list[int] = []
    elements = list(root.iter())
    for place, element in enumerate(elements):
        own = words.get(element, _NONE)
        letters = key(own.text())
        facts = _begin(element, letters, own.linked, place)
        page.facts[element] = facts
        if letters and letters not in seen and (letters in lines or _is_shared(letters, article, runs)):
            facts.marked, facts.own = facts.chars, True
            marks.append(own.end)
            if len(letters) >= _RUN:
                seen.add(letters)
            if facts.linked <= facts.chars / 2 and _is_opening(element, own.text(), facts.chars):
                openings.append(place)
    for element in reversed(elements):
        _add(page, element)
    page.marked = page.of(root).marked
    page.openings = tuple(openings or [place for place, element in enumerate(elements) if page.of(element).own])
    page.last = max(marks, default=0)
    return page


def _begin(element: HtmlElement, letters: str, linked: int, place: int) -> Facts:
    """Give the facts of an element without those inside it."""
    chars = weigh(letters)
    facts = Facts(chars=chars, linked=min(linked, chars), place=place, end=place)
    facts.pictures = int(element.tag in PICTURES)
    facts.images = int(element.tag in IMAGES)
    return facts


def _is_opening(element: HtmlElement, text: str, letters: int) -> bool:
    """Say whether a block of the article's words can be its first; dates and by-lines are short and no sentences."""
    if element.tag in HEADINGS:
        return letters >= PROSE
    return letters >= _OPENING or (element.tag == "p" and letters >= _RUN and bool(_SENTENCE_END.search(text)))


def _add(page: Page, element: HtmlElement) -> None:
    """Add what an element holds to its parent."""
    above = element.getparent()
    parent = page.facts.get(above) if above is not None else None
    if parent is None:
        return
    facts = page.of(element)
    parent.chars += facts.chars
    parent.linked += facts.linked
    parent.marked += facts.marked
    parent.pictures += facts.pictures
    parent.images += facts.images
    parent.end = max(parent.end, facts.end)


@dataclass(slots=True, kw_only=True)
class _Words:
    """The words that stand in a block, not in the blocks inside it; how many letters are links; where they end."""

    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    end: int = 0

    def text(self) -> str:
        """Give them in one piece."""
        return "".join(self.pieces)


def _words(root: HtmlElement) -> dict[HtmlElement, _Words]:
    """Give the words of each block that has any."""
    found: defaultdict[HtmlElement, _Words] = defaultdict(_Words)
    blocks: list[HtmlElement] = []
    links = place = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            place += 1
            inline = blocks and element.tag not in BLOCKS and "-" not in str(element.tag)
            blocks.append(blocks[-1] if inline else element)
            links += element.tag == "a"
            words = element.text
        else:
            blocks.pop()
            links -= element.tag == "a"
            words = element.tail if blocks else None
        if words and not words.isspace():
            own = found[blocks[-1]]
            own.pieces.append(words)
            own.linked += weigh(key(words)) if links else 0
            own.end = place - 1
    return found


_NONE: Final = _Words()


def _is_shared(letters: str, article: str, runs: frozenset[str]) -> bool:
    """Say whether a block's letters are the article's."""
    if len(letters) < _RUN:
        return False
    if len(letters) < 2 * _RUN:
        return letters in article
    starts = range(len(letters) - _RUN + 1)
    return _STEP * sum(letters[start : start + _RUN] in runs for start in starts) >= _SHARED * len(starts)
