"""Rules about colour: that text stands out from its ground in light, in dark, and where `<style>` is dropped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml.html import HtmlElement

from publisher.accessibility.cascade import Style, Styled, is_seen
from publisher.accessibility.colour import Colour, contrast, needed
from publisher.accessibility.page import Page, Places
from publisher.accessibility.rule import Problem, Rule, shorten
from publisher.accessibility.tree import is_blank
from publisher.model import Gate, Severity

# Clients draw these themselves; what is chosen for them in a mail is mostly not what is shown.
_DRAWN: Final = frozenset({"option", "select", "textarea", "button", "input"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A text colour on its ground, how well they can be told apart, and how well they should be."""

    text: Colour
    ground: Colour
    ratio: float
    needed: float

    def __str__(self) -> str:
        """Write it for people; rounded down, because 4.499 is not enough."""
        return f"{self.text} on {self.ground} is {math.floor(self.ratio * 100) / 100}:1, {self.needed:g}:1 is needed"


def pair_of(style: Style) -> Pair | None:
    """Give the colours of text in a style; None where only a client knows them."""
    if style.colour is None or style.background is None:
        return None
    text = style.colour.over(style.background)
    if style.opacity < 1 and style.backdrop is not None:
        text = text.over(style.backdrop, style.opacity)
    ratio = contrast(text, style.background)
    return Pair(text=text, ground=style.background, ratio=ratio, needed=needed(style.size, bold=style.bold))


def _faint(style: Style, known: dict[int, Pair | None]) -> Pair | None:
    """Give the colours of a style if they cannot be told apart well enough; None where they can."""
    if id(style) not in known:
        pair = pair_of(style) if is_seen(style) else None
        known[id(style)] = pair if pair is not None and pair.ratio < pair.needed else None
    return known[id(style)]


def _speaking(page: Page) -> Iterator[HtmlElement]:
    """Go through what shows letters: text, and pictures, whose alternative text shows while they are blocked."""
    yield from (element for element in page.tree.texts if element.tag not in _DRAWN)
    yield from (picture for picture in page.tree.all("img") if not is_blank(picture.get("alt")))


def _said(page: Page, element: HtmlElement) -> str:
    """Quote the letters that an element shows."""
    if element.tag == "img":
        return f"the alternative text {shorten(element.get('alt') or '')} of a blocked picture"
    return shorten(page.tree.texts[element])


_Group = tuple[str | None, Colour, Colour]


def _failures(page: Page, styled: Styled, skip: Mapping[HtmlElement, Style]) -> Iterator[Problem]:
    """Find text that is too faint, one problem for each pair of colours in a post."""
    known: dict[int, Pair | None] = {}
    found: dict[_Group, list[tuple[HtmlElement, Pair]]] = {}
    places: Places | None = None
    for element in _speaking(page):
        style = styled[element]
        pair = None if skip.get(element) is style else _faint(style, known)
        if pair is not None:
            places = places or Places(page)
            found.setdefault((places.post_at(element), pair.text, pair.ground), []).append((element, pair))
    for group in found.values():
        element, pair = group[0]
        more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
        yield Problem(element=element, detail=f"{pair}, at {_said(page, element)}{more}")


def _contrast(page: Page) -> Iterator[Problem]:
    """Find faint text in light and in dark."""
    yield from _failures(page, page.styles.light, {})
    if page.styles.dark is not None:
        for problem in _failures(page, page.styles.dark, {}):
            yield Problem(element=problem.element, detail=f"in dark mode, {problem.detail}")


def bare_failures(page: Page) -> Iterator[Problem]:
    """Find text that is faint only where `<style>` is dropped."""
    if page.styles.bare is page.styles.light:
        return
    faint = {problem.element for problem in _failures(page, page.styles.light, {})}
    for problem in _failures(page, page.styles.bare, page.styles.light):
        if problem.element not in faint:
            yield problem


RULES: Final = (
    Rule(
        id="contrast",
        test=7,
        wcag="1.4.3",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="Text is too faint on its ground",
        decide="4.5:1 for text, 3:1 from 24 px or 18.66 px bold. Only logos and what is switched off are exempt.",
        fix="Choose a darker text or a lighter ground (in dark mode the other way round), on the element itself.",
        check=_contrast,
        emc="Text has contrast",
        axe=("color-contrast",),
    ),
    Rule(
        id="contrast-forced-dark",
        test=7,
        wcag="1.4.3",
        severity=Severity.SERIOUS,
        gate=Gate.ACK,
        message="Text is too faint where the client makes the mail dark by force",
        decide="Gmail and others recolour what is light. What was drawn is measured, because no style tells it.",
        fix="Avoid middling greys and coloured grounds; put light text on grounds that are dark already.",
        check=None,
    ),
)
