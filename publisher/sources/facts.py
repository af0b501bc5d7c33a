"""What each element of a page holds: letters, links, pictures, and words of the article as a library found them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

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
_SENTENCE_END: Final = re.compile(r"[.!?…。！？؟।۔]['\"”’»)]*\s*$")  # noqa: RUF001 - marks of many scripts


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
    texts, linked = _texts(root)
    article = key(hints)
    runs = frozenset(article[start : start + _RUN] for start in range(0, len(article), _STEP))
    lines = frozenset(map(key, hints.splitlines()))
    seen: set[str] = set()
    page = Page(facts={})
    marks: list[int] = []
    openings: list[int] = []
    elements = list(root.iter())
    for place, element in enumerate(elements):
        letters = key(texts.get(element, ""))
        facts = _begin(element, letters, linked.get(element, 0), place)
        page.facts[element] = facts
        if letters and letters not in seen and (letters in lines or _is_shared(letters, article, runs)):
            facts.marked, facts.own = facts.chars, True
            marks.append(place)
            if len(letters) >= _RUN:
                seen.add(letters)
            if facts.linked <= facts.chars / 2 and _is_opening(element, texts[element], facts.chars):
                openings.append(place)
    for element in reversed(elements):
        _add(page, element)
    page.marked = page.of(root).marked
    page.openings = tuple(openings or marks)
    page.last = marks[-1] if marks else 0
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


def _texts(root: HtmlElement) -> tuple[dict[HtmlElement, str], dict[HtmlElement, int]]:
    """Give the words that stand in each block, not in the blocks inside it, and how many letters of them are links."""
    pieces: defaultdict[HtmlElement, list[str]] = defaultdict(list)
    linked: defaultdict[HtmlElement, int] = defaultdict(int)
    block: dict[HtmlElement, HtmlElement] = {}
    in_link: dict[HtmlElement, bool] = {}
    for element in root.iter():
        parent = element.getparent() if element is not root else None
        is_block = parent is None or element.tag in BLOCKS or "-" in str(element.tag)
        block[element] = element if is_block or parent is None else block[parent]
        in_link[element] = element.tag == "a" or (parent is not None and in_link[parent])
        outside = [(element.text, element)] + ([(element.tail, parent)] if parent is not None else [])
        for words, holder in outside:
            if words and not words.isspace():
                pieces[block[holder]].append(words)
                linked[block[holder]] += weigh(key(words)) if in_link[holder] else 0
    return {element: "".join(parts) for element, parts in pieces.items()}, linked


def _is_shared(letters: str, article: str, runs: frozenset[str]) -> bool:
    """Say whether a block's letters are the article's."""
    if len(letters) < _RUN:
        return False
    if len(letters) < 2 * _RUN:
        return letters in article
    starts = range(len(letters) - _RUN + 1)
    return _STEP * sum(letters[start : start + _RUN] in runs for start in starts) >= _SHARED * len(starts)
