"""Rules about headings: the way most screen reader users go through a mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from publisher.accessibility.page import Page
from publisher.accessibility.rule import Problem, Rule, shorten
from publisher.accessibility.tree import is_blank, name_of, visible_text
from publisher.model import Gate, Severity

_HEADING_LENGTH: Final = 80
_SENTENCE_ENDS: Final = (".", ",", ";", ":", "。", "؟", "।", "…", "!", "?")


def _one_h1(page: Page) -> Iterator[Problem]:
    """Find a page without a title, or with several."""
    tops = [element for level, element in page.outline if level == 1]
    if not tops:
        yield Problem(element=page.tree.body, detail="there is none")
    for extra in tops[1:]:
        yield Problem(element=extra, detail=f"{shorten(visible_text(extra))} is one more")


def _order(page: Page) -> Iterator[Problem]:
    """Find headings that leave out a level on the way down."""
    before = None
    for level, element in page.outline:
        if before is not None and level > before + 1:
            yield Problem(element=element, detail=f"h{level} {shorten(visible_text(element))} follows h{before}")
        before = level


def _empty(page: Page) -> Iterator[Problem]:
    """Find headings that say nothing."""
    for level, element in page.outline:
        if is_blank(name_of(page.tree, element)):
            yield Problem(element=element, detail=f"h{level}")


def _is_all_bold(page: Page, paragraph: HtmlElement) -> bool:
    """Say whether every word of a paragraph is bold, and none is, or stands in, a link."""
    spoken = [inner for inner in page.tree.within(paragraph) if inner in page.tree.texts]
    linked = {inner for link in paragraph.iter("a") for inner in page.tree.within(link)}
    return bool(spoken) and all(page.styles.light[inner].bold and inner not in linked for inner in spoken)


def _paragraph(page: Page) -> Iterator[Problem]:
    """Find paragraphs that play the heading."""
    for element in page.tree.all("p"):
        if not page.is_heard(element) or not _is_all_bold(page, element):
            continue
        text = visible_text(element)
        if len(text) <= _HEADING_LENGTH and not text.endswith(_SENTENCE_ENDS) and _is_alone(element):
            yield Problem(element=element, detail=shorten(text))


def _is_alone(element: HtmlElement) -> bool:
    """Say whether a paragraph is no cell of a table and no item, where bold words are no heading."""
    parent = element.getparent()
    return parent is not None and parent.tag not in {"th", "li", "figcaption", "caption", "button"}


RULES: Final = (
    Rule(
        id="one-h1",
        test=4,
        wcag="1.3.1",
        severity=Severity.MINOR,
        gate=Gate.BLOCK,
        message="There must be exactly one heading of level 1",
        decide="The h1 is the title of this mail, so that people know where they are; stories begin at h2.",
        fix="Make the title of the mail its only h1.",
        check=_one_h1,
        emc="Contains an h1",
        axe=("page-has-heading-one",),
    ),
    Rule(
        id="heading-order",
        test=18,
        wcag="1.3.1",
        severity=Severity.MODERATE,
        gate=Gate.BLOCK,
        message="A heading leaves out a level",
        decide="Levels show what belongs to what. Going up may leave levels out, going down may not.",
        fix="Use the next level below the heading it belongs to; choose its size by style.",
        check=_order,
        axe=("heading-order",),
    ),
    Rule(
        id="heading-empty",
        test=18,
        wcag="1.3.1",
        severity=Severity.MINOR,
        gate=Gate.BLOCK,
        message="A heading is empty",
        decide="A screen reader says «heading level two» and nothing else.",
        fix="Remove the heading, or give it its words.",
        check=_empty,
        axe=("empty-heading",),
    ),
    Rule(
        id="paragraph-as-heading",
        test=18,
        wcag="1.3.1",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="A bold paragraph may be meant as a heading",
        decide="Does it title what follows? Then it is a heading. A bold sentence in running text is not.",
        fix="If it is a heading, mark it up as one (h2, h3 …) of the level it has.",
        check=_paragraph,
        axe=("p-as-heading",),
    ),
)
