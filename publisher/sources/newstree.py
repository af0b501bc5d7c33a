"""The XML of the IPTC's formats as a tree: elements by their local names, words without markup, numbers that are ones.

Publishers declare three addresses of namespaces for the same elements, or none; the names alone are never ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml.etree import _Element as Element

from publisher.errors import FormatError
from publisher.language import normalise, primary
from publisher.model import Document
from publisher.sources.feedtree import XML, local_name, parse_xml, read_text
from publisher.sources.trees import printable

CAPTIONS: Final = frozenset({"text/vtt", "application/x-subrip", "application/srt", "application/ttml+xml"})
_PARTS: Final = frozenset({"p", "br", "block"})
_TAIL: Final = re.compile(r"[^:/#]*\Z")
_MOST_DIGITS: Final = 6
_BY: Final = re.compile(r"^(?:by|von|par|por|di|av|af|door)\s+(?=\S)", re.IGNORECASE)


def root_of(document: Document) -> Element:
    """Parse a document without entities and network.

    Raises: FormatError where it is no well-formed XML.
    """
    root = parse_xml(read_text(document))
    if root is None:
        raise FormatError(document.source, "the XML is broken", "ask its publisher to mend it")
    return root


def children(element: Element | None, name: str) -> list[Element]:
    """Give the children of a name; none of no element."""
    return [] if element is None else [part for part in element if local_name(part) == name]


def find(element: Element | None, *path: str) -> Element | None:
    """Give the first element that a path of names leads to."""
    for name in path:
        element = next(iter(children(element, name)), None)
    return element


def below(element: Element | None, name: str) -> Iterator[Element]:
    """Go through the elements of a name at any depth."""
    yield from () if element is None else (part for part in element.iter() if local_name(part) == name)


def attribute(element: Element | None, name: str) -> str | None:
    """Give an attribute without outer blanks; None for an empty one."""
    value = element.get(name) if element is not None else None
    return printable(value).strip() or None if value else None


def words(element: Element | None) -> str:
    """Give the words inside an element on one line."""
    return " ".join(text(element).split())


def text(element: Element | None) -> str:
    """Give the words inside an element; its own breaks and paragraphs part lines."""
    if element is None:
        return ""
    pieces = [element.text or ""]
    for part in element.iterdescendants():
        pieces += ["\n\n" if local_name(part) in _PARTS else "", part.text or "", part.tail or ""]
    return printable("".join(pieces)).strip()


def language_of(element: Element | None) -> str | None:
    """Give the language that an element itself declares."""
    return normalise(attribute(element, f"{XML}lang"))


def in_language(elements: Iterable[Element], language: str | None) -> Element | None:
    """Give the first element in a language, or in none; else the first of all."""
    every = list(elements)
    spoken = [(element, language_of(element)) for element in every]
    wanted = primary(language or "")
    fitting = [element for element, tag in spoken if tag is None or not wanted or primary(tag) == wanted]
    return next(iter(fitting or every), None)


def code(value: str | None) -> str:
    """Give what a code or an address ends in, in lower case: "stat:usable" and ".../pubstatusg2/usable" are one."""
    found = _TAIL.search((value or "").strip())
    return found[0].lower() if found else ""


def number(value: str | None) -> int | None:
    """Read a size or a duration; None for what is none, and for 0."""
    digits = (value or "").strip().removesuffix("px")
    fits = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) or None if fits else None


def named(byline: str) -> str:
    """Give who a by-line names, without the word for «by»."""
    return _BY.sub("", byline)


def as_rights(parts: Iterable[str | None]) -> str | None:
    """Write the parts of a statement of rights as one, each once; one alone stays as it is."""
    known = {part.rstrip(". "): part for part in parts if part}
    return ". ".join(known) if len(known) > 1 else next(iter(known.values()), None)
