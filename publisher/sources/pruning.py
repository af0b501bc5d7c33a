"""What is not the article's, inside the element that holds it, is dropped: top down, by what each element holds."""

from __future__ import annotations

from typing import Final

from lxml.html import HtmlElement

from publisher.sources.facts import BLOCKS, PROSE, Facts, Page, key
from publisher.sources.figures import is_caption_of, is_named
from publisher.sources.surroundings import (
    HEADINGS,
    IMAGES,
    PICTURES,
    SEPARATE,
    has_caption,
    is_aside,
    is_icon,
    is_side,
    is_side_of_words,
    links_away,
    targets,
)

CAPTION: Final = 700  # letters beside a picture that can be about it
PARAGRAPHS: Final = frozenset({"p", "pre", *HEADINGS})
_STRUCTURES: Final = frozenset({"blockquote", "dl", "ol", "pre", "table", "ul"})
_BOXES: Final = frozenset({"aside", "div", "footer", "form", "nav", "ol", "section", "ul"})
_PARTS: Final = frozenset({"td", "th", "tr", "li", "dt", "dd", "caption"})
_FOLLOWERS: Final = frozenset({"a", "center", "div", "figure", "p", "span", *IMAGES, "picture"})


def prune(container: HtmlElement, page: Page) -> None:
    """Drop from an element what is not the article's."""
    for child in list(container):
        facts = page.of(child)
        if facts.marked and facts.end >= page.first:
            if _is_beside(child, facts, page) or _is_orphan(child, facts, page):
                child.drop_tree()
            elif not _is_whole(child, facts):
                prune(child, page)
        elif not _is_wanted(child, facts, page, container):
            child.drop_tree()


def is_teaser(element: HtmlElement, page: Page) -> bool:
    """Say whether a picture advertises another page: its link is also that of words beside it, or it has a headline."""
    away = targets(element)
    if not away:
        return False
    facts = page.of(element)
    if any(True for _ in element.iter(*HEADINGS)):
        return True
    if element.tag == "figure":
        return facts.linked > facts.chars / 2 and not has_caption(element) and element.find(".//figcaption") is None
    worded = [link for link in element.iter("a") if link.get("href") in away and key(str(link.text_content()))]
    if any(not any(map(is_named, (link, *link.iterancestors()))) for link in worded):
        return True
    return facts.images > 1 and facts.linked > facts.chars / 2


def _is_beside(element: HtmlElement, facts: Facts, page: Page) -> bool:
    """Say whether an element with words that the library took for the article's is a box beside it all the same.

    By its names, if it is a list of links or holds only a small part of the words.
    """
    if not is_side(element):
        return False
    return facts.linked > facts.chars / 2 or (element.tag in _BOXES and facts.marked < page.marked / 3)


def _is_whole(element: HtmlElement, facts: Facts) -> bool:
    """Say whether an element with words of the article is kept as it is: a paragraph, a list, a table of data."""
    if element.tag in PARAGRAPHS or element.tag == "figure":
        return True
    plain = not any(True for _ in element.iter("p", "div"))
    return element.tag in _STRUCTURES and facts.marked >= facts.chars / 2 and plain


def _is_orphan(element: HtmlElement, facts: Facts, page: Page) -> bool:
    """Say whether an element is the caption of a picture or video that only a script brings."""
    if element.tag not in {"figure", "figcaption"} or facts.pictures or facts.marked > page.marked / 2:
        return False
    return not _has_structure(element)


def _has_structure(element: HtmlElement) -> bool:
    """Say whether a list, a table, a quotation or preformatted text stands in an element."""
    return any(True for _ in element.iter(*_STRUCTURES))


def _is_wanted(element: HtmlElement, facts: Facts, page: Page, container: HtmlElement) -> bool:
    """Say whether an element without any word of the article, or above its first, belongs to it all the same."""
    if facts.marked and not facts.pictures:
        return False
    if facts.pictures:
        return _is_picture_wanted(element, facts, page, container)
    if element.tag not in BLOCKS and "-" not in str(element.tag):
        return True  # its words were counted with the block around it
    if not facts.chars:
        return element.tag in {"hr", *_PARTS}
    return _is_text_wanted(element, facts, page)


def _is_text_wanted(element: HtmlElement, facts: Facts, page: Page) -> bool:
    """Say whether words that the library passed over are the article's."""
    before = element.getprevious()
    pictures = list(before.iter(*IMAGES)) if before is not None else []
    if pictures and is_caption_of(element, pictures[-1]):
        return True
    if is_side_of_words(element) or element.tag in SEPARATE or _is_orphan(element, facts, page):
        return False
    if facts.linked > facts.chars / 2 or facts.end > page.last:
        return False
    if element.tag in _PARTS:
        return True
    if facts.place < page.first:
        return facts.chars >= PROSE and element.tag not in HEADINGS and not facts.linked
    return facts.chars >= PROSE or any(True for _ in element.iter(*HEADINGS, *_STRUCTURES))


def _is_picture_wanted(element: HtmlElement, facts: Facts, page: Page, container: HtmlElement) -> bool:
    """Say whether an element with pictures and no word of the article belongs to it; several are judged one by one."""
    if facts.place > page.last and not _is_illustration(element, facts, container):
        return False
    if facts.place < page.first and (links_away(element) or all(map(is_icon, element.iter(*PICTURES)))):
        return False
    if (is_side(element) and not has_caption(element)) or is_teaser(element, page):
        return False
    if element.tag == "figure" or element.tag in PICTURES:
        return True
    if facts.images > 1 or facts.chars > CAPTION:
        return _keep_pictures(element, facts, page)
    return any(not is_aside(one, element) for one in element.iter(*PICTURES))


def _keep_pictures(element: HtmlElement, facts: Facts, page: Page) -> bool:
    """Drop from a box of several pictures, or of many words, what is neither; False when nothing is left."""
    wordy = facts.chars > CAPTION * max(facts.images, 1)
    for child in list(element):
        own = page.of(child)
        if not (_is_picture_wanted(child, own, page, element) if own.pictures else not wordy):
            child.drop_tree()
    return any(True for _ in element.iter(*PICTURES))


def _is_illustration(element: HtmlElement, facts: Facts, container: HtmlElement) -> bool:
    """Say whether a picture below the last word is still the article's: beside its paragraphs, and no listing."""
    beside = element.getparent() is container and element.tag in _FOLLOWERS
    return beside and facts.linked <= facts.chars / 2 and not links_away(element)
