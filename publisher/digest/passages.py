"""Passages in another script than the language around them, marked so that a screen reader changes its voice.

WCAG 2.2, 3.1.2. The script alone tells that a passage is foreign, letters that only one language has tell which it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree, html

from publisher import language as languages
from publisher.model import Repair

_UNHEARD: Final = frozenset({"style", "script", "title", "head"})
# Letters that give a language away among those that share a script.
_TELLING: Final = {
    "Arab": (("ur", "ٹڈڑںےہ"), ("ps", "ټډړښګڼې"), ("ckb", "ڕێۆڵ"), ("fa", "پچژگکی")),
    "Cyrl": (("kk", "әғқңұүһ"), ("uk", "іїєґ"), ("be", "ў"), ("sr", "ђћџљњ")),
}
_USUAL: Final = {
    "Arab": "ar",
    "Armn": "hy",
    "Beng": "bn",
    "Cyrl": "ru",
    "Deva": "hi",
    "Ethi": "am",
    "Geor": "ka",
    "Grek": "el",
    "Gujr": "gu",
    "Guru": "pa",
    "Hang": "ko",
    "Hani": "zh",
    "Hebr": "he",
    "Kana": "ja",
    "Khmr": "km",
    "Knda": "kn",
    "Laoo": "lo",
    "Latn": "en",
    "Mlym": "ml",
    "Mong": "mn-Mong",
    "Mymr": "my",
    "Orya": "or",
    "Sinh": "si",
    "Syrc": "syr",
    "Taml": "ta",
    "Telu": "te",
    "Thaa": "dv",
    "Thai": "th",
    "Tibt": "bo",
}
_ADDRESS: Final = re.compile(r"\S+://\S+|\S+@\S+\.\S+|\bwww\.\S+")  # in Latin letters everywhere
_QUOTED: Final = 80
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})  # a heading stays in the language of its post


def guess(text: str, known: tuple[str, ...] = ()) -> str | None:
    """Give the language that a foreign passage is most likely in: one of `known` that fits, else by its letters."""
    script = languages.dominant_script(text)
    if script is None:
        return None
    for tag in known:
        if script in languages.scripts_of(tag):
            return tag
    if script == "Hani" and languages.scripts(text)["Kana"]:
        return "ja"
    for tag, letters in _TELLING.get(script, ()):
        if any(letter in letters for letter in text):
            return tag
    return _USUAL.get(script)


def mark(root: html.HtmlElement, around: str, known: tuple[str, ...] = ()) -> tuple[Repair, ...]:
    """Name the language of every passage below `root` that is not in that of its surroundings (`around` at the top)."""
    return tuple(_mark(root, around, known))


def _mark(root: html.HtmlElement, around: str, known: tuple[str, ...]) -> Iterator[Repair]:
    """Go down the tree with the language that holds at each place."""
    waiting: list[tuple[html.HtmlElement, str]] = [(root, around)]
    while waiting:
        element, outer = waiting.pop()
        if not isinstance(element.tag, str) or element.tag in _UNHEARD:
            continue
        tag = element.get("lang") or outer
        waiting += [(child, tag) for child in element]
        own = "".join((element.text or "", *(child.tail or "" for child in element)))
        if own.isascii() and "Latn" in languages.scripts_of(tag):
            continue
        if languages.contradicts(tag, _ADDRESS.sub(" ", own)) and (foreign := guess(own, known)):
            _name(element, foreign)
            said = " ".join(own.split())[:_QUOTED]
            yield Repair(rule="language-of-parts", before=said, after=f'lang="{foreign}"', post=_post_of(element))


def _name(element: html.HtmlElement, tag: str) -> None:
    """Write a language on an element, or on spans around its own words where it holds other elements too."""
    said = {"lang": tag, "dir": languages.direction(tag)}
    if not len(element) and element.get("lang") is None and element.tag not in _HEADINGS:
        element.attrib.update(said)
        return
    for child in list(element):
        if child.tail and child.tail.strip():
            span = html.Element("span", said)
            span.text, child.tail = child.tail, None
            child.addnext(span)
    if element.text and element.text.strip():
        span = html.Element("span", said)
        span.text, element.text = element.text, None
        element.insert(0, span)


def _post_of(element: html.HtmlElement) -> str | None:
    """Give the anchor of the post that an element stands in; None outside of all posts."""
    for above in element.iterancestors("div", "article"):
        anchor = above.get("id") or (above[0].get("id") if len(above) and above[0].tag == "a" else None)
        if anchor and anchor.startswith("post-"):
            return str(anchor)
    return None


def write_page(document: str, around: str, known: tuple[str, ...]) -> str:
    """Mark the passages of a whole page and write it again; a page without any stays as it is."""
    root = html.document_fromstring(document, parser=html.HTMLParser(huge_tree=True))
    if not mark(root, around, known):
        return document
    written: str = etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return written
