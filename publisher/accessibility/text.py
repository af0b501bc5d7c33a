"""Rules about what goes with the HTML: title and subject, the text part, the ways out; and about words themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from publisher.accessibility import wording, words
from publisher.accessibility.page import Page
from publisher.accessibility.rule import Problem, Rule, in_mail, shorten
from publisher.accessibility.tree import has_class, is_blank, nearest, squeeze, visible_text
from publisher.model import Expected, Gate, Severity

_SVG: Final = frozenset({"svg"})
_STUB_SHARE: Final = 0.1
_STUB_LETTERS: Final = 400

# Keeps words together and is never seen or heard: no difference between two texts.
_WORD_JOINER: Final = "\u2060"


def _plain(text: str | None) -> str:
    """Write a text so that line breaks and composed letters make no difference."""
    return squeeze(unicodedata.normalize("NFC", (text or "").replace(_WORD_JOINER, "")))


def _title(page: Page) -> Iterator[Problem]:
    """Find a page without a title, or with one that is not its subject."""
    titles = [element for element in page.tree.all("title") if nearest(element, _SVG) is None]
    said = _plain(titles[0].text) if titles else ""
    if is_blank(said):
        yield Problem(element=page.tree.root, detail="empty" if titles else "none")
    elif page.subject is not None and not _same_title(said, _plain(page.subject), own=page.own and in_mail(page)):
        yield Problem(element=titles[0], detail=f"{shorten(said)} is not the subject {shorten(page.subject)}")


def _same_title(title: str, subject: str, *, own: bool) -> bool:
    """Compare a title with a subject; in other people's mail the one may be a part of the other."""
    if own or not subject:
        return title == subject or not subject
    one, other = title.casefold(), subject.casefold()
    return one in other or other in one


# --- the text part -------------------------------------------------------------------------------------------------


def _has_message(page: Page) -> bool:
    """Hold for what has, or should have, a text part."""
    return in_mail(page) and (page.text is not None or page.headers is not None)


def _text_part(page: Page) -> Iterator[Problem]:
    """Find a text part that is missing, a stub, incomplete or in another order."""
    if is_blank(page.text):
        yield Problem(element=page.tree.body, detail="there is none")
        return
    text = _plain(page.text)
    if not page.expected:
        yield from _stub(page, text)
    cursor = 0
    for one in page.expected:
        title = _plain(one.title)
        found = text.find(title, cursor)
        if found < 0:
            order = "in another place" if title in text else "missing"
            yield Problem(post=one.post, detail=f"{shorten(one.title)} is {order}", where="text/plain")
            continue
        cursor = found + len(title)
        yield from _rest(one, text, found)


def _rest(one: Expected, text: str, start: int) -> Iterator[Problem]:
    """Find what a post left in the HTML but not in the text part, after its title."""
    for wanted in (one.url, *one.alts):
        if wanted and text.find(_plain(wanted), start) < 0:
            yield Problem(post=one.post, detail=f"{shorten(wanted)} is missing", where="text/plain")


def _letters(text: str) -> int:
    """Count the letters of a text."""
    return sum(letter.isalpha() for letter in text)


def _stub(page: Page, text: str) -> Iterator[Problem]:
    """Find a text part that only sends people to the HTML."""
    shown = _letters(visible_text(page.tree.body))
    if shown >= _STUB_LETTERS and _letters(text) < _STUB_SHARE * shown:
        yield Problem(element=page.tree.body, detail=f"{_letters(text)} letters, where the HTML has {shown}")


# --- ways out ------------------------------------------------------------------------------------------------------


def _has_headers(page: Page) -> bool:
    """Hold for a message."""
    return in_mail(page) and page.headers is not None


def _unsubscribe(page: Page) -> Iterator[Problem]:
    """Find a message that its client cannot unsubscribe from."""
    values = (page.headers or {}).get("list-unsubscribe", ())
    if not any("<" in value and ":" in value for value in values):
        yield Problem(detail="none" if not values else shorten(values[0]), where="List-Unsubscribe")


def _is_own(page: Page) -> bool:
    """Hold for the mail of an edition of ours."""
    return in_mail(page) and page.own


def _web_version(page: Page) -> Iterator[Problem]:
    """Find an edition that cannot be read on the web."""
    for link in page.links:
        name = link.name.casefold()
        if has_class(link.element, "web-version") or any(phrase in name for phrase in words.WEB_VERSION):
            return
    if page.has_web:
        yield Problem(element=page.tree.body)
    else:
        yield Problem(element=page.tree.body, detail="the edition has no address on the web", gate=Gate.ACK)


# --- words that are heard otherwise than they look -----------------------------------------------------------------


def _emoji(page: Page) -> Iterator[Problem]:
    """Find subjects and headings with more emoji than anybody likes to hear."""
    if page.subject and wording.has_many_emoji(page.subject):
        yield Problem(detail=shorten(page.subject), where="Subject")
    for _level, element in page.outline:
        text = visible_text(element)
        if wording.has_many_emoji(text):
            yield Problem(element=element, detail=shorten(text))
    headings = {element for _level, element in page.outline}
    for element, own in page.tree.texts.items():
        if element not in headings and not own.isascii() and page.is_heard(element) and wording.emoji_run(own) > 3:  # noqa: PLR2004 - as above
            yield Problem(element=element, detail=shorten(own))


def _rulers(page: Page) -> Iterator[Problem]:
    """Find lines drawn with signs."""
    for element, own in page.tree.texts.items():
        ruler = wording.ruler_in(own) if page.is_heard(element) and element.tag not in {"pre", "code"} else None
        if ruler:
            yield Problem(element=element, detail=shorten(ruler))
    for number, line in enumerate((page.text or "").splitlines(), start=1):
        ruler = wording.ruler_in(line)
        if ruler and "://" not in line:
            yield Problem(detail=shorten(ruler), where=f"text/plain line {number}")


def _capitals(page: Page) -> Iterator[Problem]:
    """Find words written in capitals."""
    if page.subject and wording.is_shouted(page.subject):
        yield Problem(detail=shorten(page.subject), where="Subject")
    for element, own in page.tree.texts.items():
        if page.is_heard(element) and wording.is_shouted(own):
            yield Problem(element=element, detail=shorten(own))


def _broken_off(page: Page) -> Iterator[Problem]:
    """Find a mail that ends too early."""
    if page.is_broken_off:
        yield Problem(where="the end of the message")


RULES: Final = (
    Rule(
        id="title",
        test=9,
        wcag="2.4.2",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="The page has no title, or not the right one",
        decide="The title is what a browser's tab and a screen reader's window list show; in a mail it is the subject.",
        fix="Write the subject into <title>.",
        check=_title,
        emc="Has a title",
        axe=("document-title",),
    ),
    Rule(
        id="text-part",
        test=36,
        wcag="1.1.1",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="The text part does not say what the HTML says",
        decide="Braille displays, watches and people who switched HTML off get this part alone.",
        fix="Write a text/plain part with every title, address and description, in the same order.",
        check=_text_part,
        applies=_has_message,
    ),
    Rule(
        id="web-version",
        test=38,
        wcag="3.2.6",
        severity=Severity.MODERATE,
        gate=Gate.BLOCK,
        message="There is no link to the web version",
        decide="Who cannot use the mail in their client needs another way to the same words.",
        fix="Link the web version near the beginning: «Read this issue on the web».",
        check=_web_version,
        applies=_is_own,
    ),
    Rule(
        id="list-unsubscribe",
        test=38,
        wcag="3.2.6",
        severity=Severity.MODERATE,
        gate=Gate.BLOCK,
        message="The message has no List-Unsubscribe header",
        decide="The client's own button is always in the same place, and easier to find than a link.",
        fix="Send List-Unsubscribe and List-Unsubscribe-Post (RFC 8058).",
        check=_unsubscribe,
        applies=_has_headers,
    ),
    Rule(
        id="broken-off",
        test=0,
        wcag="",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="The mail is broken off: its last part never ends",
        decide="What comes last in a mail is how to leave it. Is the file whole, and is this how it was sent?",
        fix="Save or send the whole message; its last line is the boundary with two hyphens behind it.",
        check=_broken_off,
        applies=lambda page: page.headers is not None,
    ),
    Rule(
        id="emoji",
        test=0,
        wcag="1.1.1",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="More than three emoji",
        decide="Each is read aloud by its name. Does anything depend on them?",
        fix="Say it in words, and keep one emoji at most.",
        check=_emoji,
    ),
    Rule(
        id="ruler",
        test=0,
        wcag="1.1.1",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="A row of signs is read aloud one by one",
        decide="«Star star star star star»: what is drawn with signs says nothing.",
        fix="Use <hr>, a heading or space; in the text part, an empty line.",
        check=_rulers,
    ),
    Rule(
        id="capitals",
        test=0,
        wcag="3.1.5",
        severity=Severity.MINOR,
        gate=Gate.ACK,
        message="Words are written in capitals",
        decide="Capitals are slower to read, and some screen readers spell them out. Abbreviations may stay.",
        fix="Write them as in a sentence; if they must look so, use text-transform.",
        check=_capitals,
    ),
)
