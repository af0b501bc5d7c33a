"""Rules about VML, the drawings that only Outlook for Windows sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from publisher.accessibility.page import Page
from publisher.accessibility.rule import Problem, Rule, in_mail, shorten
from publisher.accessibility.tree import HEADINGS, tag_of, visible_text
from publisher.model import Gate, Severity

_SHAPES: Final = frozenset({"v:rect", "v:roundrect", "v:shape", "v:image", "v:oval"})
_BOX: Final = "v:textbox"


def _drawings(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    """Go through the elements of VML, with their tags, in the page as Outlook reads it."""
    if page.tree.outlook is not None:
        for element in page.tree.outlook.iter():
            if isinstance(element.tag, str) and element.tag.lower().startswith("v:"):
                yield element, tag_of(element)


def _where(element: HtmlElement) -> str:
    """Say where in the comments a drawing stands."""
    sized = element.get("style") or ""
    return f'<{tag_of(element)} style="{sized[:60]}">' if sized else f"<{tag_of(element)}>"


def _nameless(page: Page) -> Iterator[Problem]:
    """Find drawings without an alternative text."""
    for element, tag in _drawings(page):
        if tag in _SHAPES and element.get("alt") is None:
            yield Problem(detail=tag, where=_where(element))


def _linked(page: Page) -> Iterator[Problem]:
    """Find drawings that are links or hold links."""
    for element, tag in _drawings(page):
        if element.get("href") is not None:
            yield Problem(detail=f"{tag} leads to {shorten(element.get('href') or '')}", where=_where(element))
        elif tag in _SHAPES:
            for link in element.iterdescendants("a"):
                if link.get("href") is not None:
                    yield Problem(detail=f"{shorten(visible_text(link))} in {tag}", where=_where(element))


def _titled(page: Page) -> Iterator[Problem]:
    """Find headings in the text boxes of drawings."""
    for element, tag in _drawings(page):
        if tag == _BOX:
            for heading in element.iterdescendants(*HEADINGS):
                yield Problem(detail=f"{tag_of(heading)} {shorten(visible_text(heading))}", where=_where(element))


RULES: Final = (
    Rule(
        id="vml-alt",
        test=13,
        wcag="1.1.1",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="A drawing for Outlook has no alternative text",
        decide="Outlook announces the shape. A background that says nothing gets an empty alt.",
        fix='Write alt="" or a description on the shape, or use no VML at all.',
        check=_nameless,
        applies=in_mail,
        emc="VML has alt",
    ),
    Rule(
        id="vml-link",
        test=14,
        wcag="2.1.1",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="A link stands in a drawing for Outlook",
        decide="It cannot be reached with the keyboard.",
        fix="Use a plain link with padding as button, the same for every client.",
        check=_linked,
        applies=in_mail,
        emc="No links inside VML",
    ),
    Rule(
        id="vml-heading",
        test=15,
        wcag="1.3.1",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="A heading stands in a drawing for Outlook",
        decide="Outlook does not offer it among the headings.",
        fix="Move the heading out of the drawing.",
        check=_titled,
        applies=in_mail,
        emc="No headings inside VML",
    ),
)
