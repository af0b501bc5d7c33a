"""Rules about links: what they are called, where they lead, and that they can be told from text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

from lxml.html import HtmlElement

from publisher.accessibility import wording
from publisher.accessibility.page import Kind, Link, Page
from publisher.accessibility.rule import Problem, Rule, shorten
from publisher.accessibility.tree import BLOCKS, ancestors, is_blank, visible_text
from publisher.model import Gate, Severity

_TEXT_LETTERS: Final = 10
_HOMES: Final = BLOCKS | {"a"}
_NOTHING_ADDED: Final = re.compile(r"(?:[?&](?:utm_\w+|mc_[ce]id|fbclid|gclid)=[^&#]*)|/$|#$")


def _text_links(page: Page) -> Iterator[Link]:
    """Go through the links that have a name."""
    return (link for link in page.links if link.name)


def _nameless(page: Page) -> Iterator[Problem]:
    """Find links that a screen reader can only call by their address."""
    for link in page.links:
        if not link.name:
            yield Problem(element=link.element, detail=shorten(link.href) if link.href else "no address either")


def _generic(page: Page) -> Iterator[Problem]:
    """Find links whose name would fit every other one."""
    for link in _text_links(page):
        if wording.is_generic(link.name, page.tree.langs[link.element]) or wording.is_short(link.name, link.href):
            yield Problem(element=link.element, detail=shorten(link.name))


def _raw(page: Page) -> Iterator[Problem]:
    """Find links that are called by their address."""
    for link in _text_links(page):
        if wording.is_url(link.name):
            yield Problem(element=link.element, detail=shorten(link.name))


def _same_place(href: str) -> str:
    """Reduce an address to what makes it another place."""
    return _NOTHING_ADDED.sub("", href).rstrip("/")


def _ambiguous(page: Page) -> Iterator[Problem]:
    """Find links with one name that lead to different places."""
    groups: defaultdict[str, list[Link]] = defaultdict(list)
    for link in _text_links(page):
        groups[link.name.casefold()].append(link)
    for group in groups.values():
        first = _same_place(group[0].href)
        other = next((link for link in group if _same_place(link.href) != first), None)
        if other is not None:
            detail = f"{shorten(other.name)} leads to {shorten(group[0].href)} and to {shorten(other.href)}"
            yield Problem(element=other.element, detail=detail)


def _text_between(page: Page, one: HtmlElement, other: HtmlElement) -> bool:
    """Say whether something is heard after the end of one element and before the beginning of another."""
    inside = set(page.tree.within(one))
    last = max(page.tree.order[inner] for inner in inside)
    if _has_tail(one):
        return True
    between = page.tree.elements[last + 1 : page.tree.order[other]]
    above = set(ancestors(other))
    return any(
        (node in page.tree.texts and node not in above)
        or (node in above and not is_blank(node.text))
        or (node.tag == "img" and not is_blank(node.get("alt")))
        for node in between
        if page.is_heard(node)
    )


def _has_tail(element: HtmlElement) -> bool:
    """Say whether text follows an element in what it stands in, up to the next block."""
    for one in (element, *ancestors(element)):
        if not is_blank(one.tail):
            return True
        if one.tag in BLOCKS:
            break
    return False


def _is_picture(link: Link) -> bool:
    """Say whether a link is nothing but a picture."""
    return is_blank(visible_text(link.element))


def _neighbours(page: Page) -> Iterator[Problem]:
    """Find two links beside each other that lead to one place: one stop too many on the keyboard."""
    for one, other in pairwise(page.links):
        if not one.href or one.href == "#" or one.href != other.href:
            continue
        if _is_picture(one) or _is_picture(other) or not _text_between(page, one.element, other.element):
            yield Problem(element=other.element, detail=f"{shorten(other.name)} leads to {shorten(other.href)} again")


# --- told apart without colour -------------------------------------------------------------------------------------


def _words_of(page: Page) -> dict[HtmlElement, int]:
    """Count the letters that stand in each block itself, outside of links and of blocks in it."""
    letters: dict[HtmlElement, int] = {}
    for node, own in page.tree.texts.items():
        if not page.is_seen(node):
            continue
        home = next((one for one in (node, *ancestors(node)) if one.tag in _HOMES), None)
        if home is not None and home.tag != "a":
            letters[home] = letters.get(home, 0) + sum(letter.isalpha() for letter in own)
    return letters


def _is_marked(page: Page, link: HtmlElement, block: HtmlElement) -> bool:
    """Say whether something besides colour shows a link: a line under it, a border, a ground, or its weight."""
    around = page.styles.light[block]
    own = page.styles.light[link]
    if own.bordered or own.painted or (own.bold and not around.bold) or own.display in {"block", "inline-block"}:
        return True
    return any(
        style.underlined or style.bordered or style.painted or (style.bold and not around.bold)
        for style in (page.styles.light[node] for node in page.tree.within(link) if node in page.tree.texts)
    )


def _unmarked(page: Page) -> Iterator[Problem]:
    """Find links in text, as part of a sentence, that only their colour shows."""
    words: dict[HtmlElement, int] | None = None
    for link in page.links:
        element = link.element
        style = page.styles.light[element]
        if style.underlined or is_blank(visible_text(element)) or not page.is_seen(element):
            continue
        block = next((one for one in ancestors(element) if one.tag in BLOCKS), None)
        if block is None or _is_marked(page, element, block):
            continue
        words = _words_of(page) if words is None else words
        if words.get(block, 0) >= _TEXT_LETTERS:
            yield Problem(element=element, detail=shorten(link.name))


# --- links within the page -----------------------------------------------------------------------------------------


def _targets(page: Page) -> tuple[set[str], set[str]]:
    """Collect the names of empty anchors, which every client finds, and all other targets."""
    empty: set[str] = set()
    others: set[str] = set()
    for element in page.tree.elements:
        name = element.get("name") if element.tag == "a" else None
        if name:
            (empty if is_blank(visible_text(element)) else others).add(name)
        if element.get("id"):
            others.add(element.get("id", ""))
    return empty, others


def _lost(page: Page) -> Iterator[Problem]:
    """Find links within the page that lead nowhere, or that some clients cannot follow."""
    inner = [link for link in page.links if link.href.startswith("#")]
    empty, others = _targets(page) if inner else (set(), set())
    for link in inner:
        name = unquote(link.href[1:])
        if name in empty or (page.kind is Kind.WEB and name in {*others, "top", ""}):
            continue
        if name in others:
            detail = f"{shorten(link.href)}: the target is no empty <a name>, the only one that all clients find"
            yield Problem(element=link.element, detail=detail)
        else:
            yield Problem(element=link.element, detail=f"{shorten(link.href)}: there is no such place")


RULES: Final = (
    Rule(
        id="link-name",
        test=5,
        wcag="2.4.4",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="A link has no text",
        decide="A screen reader spells out the address. A picture in a link names the link by its alt.",
        fix="Give the link words, or its picture an alt that says where it leads; remove the link if it is empty.",
        check=_nameless,
        emc="Links have discernible text",
        axe=("link-name",),
    ),
    Rule(
        id="link-text-generic",
        test=10,
        wcag="2.4.4",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="The link's text fits every link",
        decide="Read the link alone, as in a list of links: does it say where it leads?",
        fix="Link the headline instead, or write «Read: » and the headline.",
        check=_generic,
        emc="Link text is descriptive",
    ),
    Rule(
        id="link-text-url",
        test=10,
        wcag="2.4.4",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="The link is called by its address",
        decide="Addresses are spelled out letter by letter. A short one that people should remember may stay.",
        fix="Write what is found there, and make those words the link.",
        check=_raw,
    ),
    Rule(
        id="link-distinguishable",
        test=11,
        wcag="1.4.1",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="Only its colour shows that this is a link",
        decide="Would you find it on a black-and-white print? A contrast of 3:1 helps only with a cue on focus.",
        fix="Underline it.",
        check=_unmarked,
        emc="Links are distinguishable without colour",
        axe=("link-in-text-block",),
    ),
    Rule(
        id="same-text-different-target",
        test=19,
        wcag="2.4.4",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="Links with the same text lead to different places",
        decide="In a list of links they cannot be told apart.",
        fix="Say in each link what is special about its target.",
        check=_ambiguous,
        axe=("identical-links-same-purpose",),
    ),
    Rule(
        id="adjacent-links",
        test=20,
        wcag="2.4.4",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="Two links beside each other lead to the same place",
        decide="Keyboard and screen reader users stop at both.",
        fix='Put picture (alt="") and headline into one link, or link the headline alone.',
        check=_neighbours,
    ),
    Rule(
        id="anchor-target",
        test=35,
        wcag="2.4.1",
        severity=Severity.MODERATE,
        gate=Gate.BLOCK,
        message="A link within the page does not arrive",
        decide="Gmail, Outlook for Windows and Yahoo go to an empty <a name> only.",
        fix='Put <a name="stories" id="stories"></a> before the place that the link leads to.',
        check=_lost,
        axe=("skip-link",),
    ),
)
