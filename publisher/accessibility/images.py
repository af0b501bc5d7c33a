"""Rules about pictures: that each has a text, and that the text is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from publisher.accessibility import alt as alts
from publisher.accessibility.alt import Relation
from publisher.accessibility.page import Page
from publisher.accessibility.rule import Problem, Rule, shorten
from publisher.accessibility.tree import BLOCKS, ancestors, is_blank, is_foreign, nearest, squeeze, visible_text
from publisher.model import Gate, Severity

_LINK: Final = frozenset({"a"})
_NEIGHBOURS: Final = 60  # elements looked through for the text beside a picture


def _pictures(page: Page) -> Iterator[HtmlElement]:
    """Go through all that must have an alternative text: pictures, pictures to click on, areas of a map."""
    yield from page.tree.all("img", "area")
    yield from (element for element in page.tree.all("input") if (element.get("type") or "").lower() == "image")


def _described(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    """Go through the pictures that have an alternative text which is heard."""
    for element in _pictures(page):
        text = element.get("alt")
        if text and page.is_heard(element):
            yield element, text


def _missing(page: Page) -> Iterator[Problem]:
    """Find pictures without an alt attribute, also those of one pixel."""
    for element in _pictures(page):
        if element.get("alt") is None:
            yield Problem(element=element, detail=shorten(element.get("src") or "no address"))


def _file_name(page: Page) -> Iterator[Problem]:
    """Find alternative texts that are names of files."""
    for element, text in _described(page):
        if alts.is_file_name(text) and not alts.is_placeholder(text):
            yield Problem(element=element, detail=shorten(text))


def _placeholder(page: Page) -> Iterator[Problem]:
    """Find alternative texts that only hold the place of one."""
    for element, text in _described(page):
        if alts.is_placeholder(text):
            yield Problem(element=element, detail=shorten(text))


def _block_text(page: Page, element: HtmlElement, known: dict[HtmlElement, str]) -> str:
    """Give the text of the paragraph, or of whatever else sets text apart, that an element stands in."""
    block = next((one for one in (element, *ancestors(element)) if one.tag in BLOCKS), page.tree.body)
    if block not in known:
        known[block] = visible_text(block) if block is not page.tree.body else ""
    return known[block]


def _beside(page: Page, picture: HtmlElement, known: dict[HtmlElement, str]) -> Iterator[str]:
    """Give the texts that are heard right before and after a picture, and the text of the link it stands in."""
    link = nearest(picture, _LINK)
    if link is not None:
        yield visible_text(link)
    place = page.tree.order[picture]
    elements = page.tree.elements
    for stretch in (elements[place + 1 : place + _NEIGHBOURS], elements[max(0, place - _NEIGHBOURS) : place][::-1]):
        spoken = (one for one in stretch if one in page.tree.texts and page.is_heard(one))
        found = next(spoken, None)
        if found is not None:
            yield _block_text(page, found, known)


def _repeats(page: Page) -> Iterator[Problem]:
    """Find alternative texts that the neighbouring text, a caption or a headline, says as well."""
    known: dict[HtmlElement, str] = {}
    for element, text in _described(page):
        for beside in _beside(page, element, known):
            if alts.relation(text, beside) is Relation.SAME:
                yield Problem(element=element, detail=shorten(text))
                break


def _lead(page: Page) -> Iterator[Problem]:
    """Find alternative texts that begin with "image of"."""
    for element, text in _described(page):
        lead = alts.redundant_lead(text)
        if lead:
            yield Problem(element=element, detail=f"{shorten(text)} begins with {shorten(lead)}")


def _long(page: Page) -> Iterator[Problem]:
    """Find alternative texts that are too long to listen to."""
    for element, text in _described(page):
        if alts.is_too_long(text):
            yield Problem(element=element, detail=f"{shorten(text)} has {len(squeeze(text))} characters")


def _credit(page: Page) -> Iterator[Problem]:
    """Find alternative texts that name the photographer."""
    for element, text in _described(page):
        credit = alts.credit_in(text)
        if credit:
            yield Problem(element=element, detail=shorten(credit))


def _script(page: Page) -> Iterator[Problem]:
    """Find alternative texts in another script than the text around them."""
    for element, text in _described(page):
        if is_foreign(text, page.tree.langs[element]):
            yield Problem(element=element, detail=f"{shorten(text)} stands in lang={page.tree.langs[element]!r}")


def _twice(page: Page) -> Iterator[Problem]:
    """Find different pictures with one alternative text."""
    groups: defaultdict[str, list[HtmlElement]] = defaultdict(list)
    for element, text in _described(page):
        if element.get("src") and not is_blank(text):
            groups[alts.normalise(text)].append(element)
    for group in groups.values():
        addresses = {element.get("src") for element in group}
        if len(addresses) > 1:
            detail = f"{shorten(group[0].get('alt') or '')} stands at {len(addresses)} pictures"
            yield Problem(element=group[1], detail=detail)


RULES: Final = (
    Rule(
        id="image-alt",
        test=8,
        wcag="1.1.1",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="A picture has no alt attribute",
        decide='What would be missed if the picture were gone? Say that. Nothing? Then alt="" lets it be passed over.',
        fix='Describe what the picture shows here in alt, or write alt="" if it is decoration.',
        check=_missing,
        emc="Images have alt",
        axe=("image-alt", "area-alt", "input-image-alt", "role-img-alt"),
    ),
    Rule(
        id="alt-file-name",
        test=30,
        wcag="1.1.1",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="The alternative text is the name of a file",
        decide="Would you read this aloud to somebody on the telephone?",
        fix='Say what the picture shows, or write alt="" if it is decoration.',
        check=_file_name,
    ),
    Rule(
        id="alt-placeholder",
        test=30,
        wcag="1.1.1",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="The alternative text only holds the place of one",
        decide="«Image», «photo» and the like say what everybody knows; a blank is heard as the file's name.",
        fix='Say what the picture shows, or write alt="" if it is decoration.',
        check=_placeholder,
    ),
    Rule(
        id="alt-repeats-text",
        test=29,
        wcag="1.1.1",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="The text beside the picture says the same as its alternative text",
        decide="A screen reader says both. Does the alternative text tell anything that the text beside it does not?",
        fix='Say in alt what only the picture shows, or write alt="" and let the text beside it speak.',
        check=_repeats,
        axe=("image-redundant-alt",),
    ),
    Rule(
        id="alt-lead",
        test=30,
        wcag="1.1.1",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="The alternative text says that it is about a picture",
        decide="Screen readers say «graphic» by themselves. That it is a painting or a map may matter, and may stay.",
        fix="Leave out the words in front and begin with what is shown.",
        check=_lead,
    ),
    Rule(
        id="alt-long",
        test=30,
        wcag="1.1.1",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="The alternative text is longer than 150 characters",
        decide="It is read in one go: nobody can go back a word. Charts and maps may need more, in the text.",
        fix="Keep what matters here, and move the rest to the caption or the text.",
        check=_long,
    ),
    Rule(
        id="alt-credit",
        test=30,
        wcag="1.1.1",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="The alternative text names who took the picture",
        decide="The credit belongs to everybody, so it belongs into the caption.",
        fix="Move the credit to the caption.",
        check=_credit,
    ),
    Rule(
        id="alt-script",
        test=30,
        wcag="3.1.2",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="The alternative text is in another script than the text around it",
        decide="A screen reader reads it with the voice of the language around it.",
        fix="Translate it, or set lang on the picture.",
        check=_script,
    ),
    Rule(
        id="alt-twice",
        test=30,
        wcag="1.1.1",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="Different pictures have the same alternative text",
        decide="Do they show the same thing? A row of stars may; two photographs seldom do.",
        fix="Say of each picture what it alone shows.",
        check=_twice,
    ),
)
