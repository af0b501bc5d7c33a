"""A style sheet and a style attribute, read into the few properties that the rules ask about.

tinycss2 reads the text and cssselect the selectors; here shorthands are taken apart and media are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import cssselect
import tinycss2  # type: ignore[import-untyped]  # publishes no types
import tinycss2.color4  # type: ignore[import-untyped]  # publishes no types
from cssselect.parser import Class, Element, Hash, Selector, Tree
from lxml import etree

from publisher.accessibility.colour import Colour

# The longhands that some rule asks for; everything else in a style is none of our business.
WATCHED: Final = frozenset(
    """color background-color background-image font-size font-weight line-height text-decoration text-align display
    visibility opacity padding-top padding-bottom border-bottom max-height height overflow color-scheme letter-spacing
    word-spacing""".split(),
)

_FONT: Final = re.compile(r"(?P<size>[\d.]+(?:px|pt|em|rem|%))(?:\s*/\s*(?P<line>[\d.]+(?:px|pt|em|rem|%)?))?")
_SIZED_MEDIA: Final = re.compile(r"width|height|orientation|resolution|device|print|reduced-motion|contrast|forced")
_NO_COLOUR: Final = frozenset({"inherit", "initial", "unset", "revert"})


class Scheme(StrEnum):
    """When a style rule holds."""

    BOTH = "both"
    LIGHT = "light"
    DARK = "dark"


Value = str | Colour | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One longhand with its value: a Colour for colours, None for a colour that cannot be known, else lower case."""

    name: str
    value: Value
    important: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound:
    """A selector of one step: a tag, an id, classes; looked up in an index instead of searched."""

    tag: str | None
    id: str | None
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleRule:
    """The declarations of one selector; `compound` where it is simple, else `xpath`."""

    scheme: Scheme
    specificity: tuple[int, int, int]
    declarations: tuple[Declaration, ...]
    compound: Compound | None
    xpath: etree.XPath | None


def parse_colour(tokens: list[Any] | str) -> Value:
    """Read a colour: a Colour, a word such as "inherit" or "currentcolor", or None for what only a client knows."""
    written = tokens if isinstance(tokens, str) else tinycss2.serialize(tokens)
    try:
        read = tinycss2.color4.parse_color(written)
    except (ValueError, TypeError, IndexError):  # "rgb()" and the like: the library expects something in it
        return None
    if read is None:
        word = written.strip().lower()
        return word if word in _NO_COLOUR else None
    if isinstance(read, str):
        return read.lower()
    if read.space not in {"srgb", "hsl", "hwb"}:
        return None
    red, green, blue, alpha = read.to("srgb")
    channels = [min(255.0, max(0.0, (part or 0.0) * 255)) for part in (red, green, blue)]
    return Colour(channels[0], channels[1], channels[2], float(alpha))


def _background(tokens: list[Any]) -> Iterator[tuple[str, Value]]:
    """Take a background apart: is there a picture, and which colour is under it."""
    colour: Value = Colour(0, 0, 0, 0)
    picture = False
    for token in tokens:
        if token.type == "url" or (token.type == "function" and re.search(r"url|gradient|image", token.lower_name)):
            picture = True
        elif token.type == "function" and token.lower_name in {"var", "env", "light-dark"}:
            colour = None
        elif token.type in {"ident", "hash", "function"} and (read := parse_colour([token])) is not None:
            colour = read
    yield "background-color", colour
    yield "background-image", "picture" if picture else "none"


def _sides(text: str) -> tuple[str, str]:
    """Give the upper and the lower side of a padding with one to four values."""
    parts = text.split() or ["0"]
    return parts[0], parts[2] if len(parts) > 2 else parts[0]  # noqa: PLR2004 - top right bottom left


def _border(text: str) -> str:
    """Say whether a border can be seen."""
    return (
        "none" if re.search(r"\bnone\b|\bhidden\b|(?:^|\s)0(?:px)?(?:\s|$)|transparent", text) or not text else "seen"
    )


def _font(text: str) -> Iterator[tuple[str, Value]]:
    """Take a font apart: weight, size and line height."""
    found = _FONT.search(text)
    if found:
        yield "font-weight", "bold" if re.search(r"\b(?:bold|bolder|[6-9]00)\b", text[: found.start()]) else "normal"
        yield "font-size", found["size"]
        yield "line-height", found["line"] or "normal"


def _expand(name: str, tokens: list[Any]) -> Iterator[tuple[str, Value]]:
    """Give the longhands of one declaration."""
    text = tinycss2.serialize(tokens).strip().lower()
    if name == "background":
        yield from _background(tokens)
    elif name in {"color", "background-color"}:
        yield name, parse_colour(tokens)
    elif name == "background-image":
        yield name, "none" if text == "none" else "picture"
    elif name == "padding":
        yield from zip(("padding-top", "padding-bottom"), _sides(text), strict=True)
    elif name in {"border", "border-bottom"}:
        yield "border-bottom", _border(text)
    elif name == "font":
        yield from _font(text)
    elif name == "text-decoration-line":
        yield "text-decoration", text
    elif name in WATCHED:
        yield name, text


def _declare(content: list[Any] | str) -> tuple[Declaration, ...]:
    """Read the inside of a block or of a style attribute."""
    try:
        parts = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
        return tuple(
            Declaration(name=name, value=value, important=part.important)
            for part in parts
            if part.type == "declaration"
            for name, value in _expand(part.lower_name, part.value)
        )
    except RecursionError:  # brackets nested some hundred deep: nobody's style, and nothing a client would follow
        return ()


@lru_cache(maxsize=8192)
def parse_style(text: str) -> tuple[Declaration, ...]:
    """Read a style attribute."""
    return _declare(text)


def _compound(tree: Tree) -> Compound | None:
    """Give a selector of one step as what an index can answer; None for every other one."""
    classes, identity = [], None
    while isinstance(tree, Class | Hash):
        if isinstance(tree, Class):
            classes.append(tree.class_name)
        elif identity is None:
            identity = tree.id
        else:
            return None
        tree = tree.selector
    if not isinstance(tree, Element) or tree.namespace:
        return None
    return Compound(tag=tree.element and tree.element.lower(), id=identity, classes=tuple(classes))


def _selectors(text: str) -> Iterator[tuple[Selector, Compound | None, etree.XPath | None]]:
    """Read a list of selectors; one that cannot be read makes the whole list void, as in a browser."""
    try:
        read = cssselect.parse(text)
    except cssselect.SelectorError:
        return
    translator = cssselect.HTMLTranslator()
    for selector in read:
        compound = _compound(selector.parsed_tree)
        xpath = None
        if selector.pseudo_element is not None:
            continue
        if compound is None:
            try:
                xpath = etree.XPath(translator.selector_to_xpath(selector))
                xpath(etree.Element("html"))  # a namespace that nobody declared shows only here
            except (cssselect.SelectorError, etree.XPathError):
                continue
        yield selector, compound, xpath


def scheme(condition: str) -> Scheme | None:
    """Say when a media condition holds; None where it is about something that the rules do not try."""
    condition = condition.lower()
    if _SIZED_MEDIA.search(condition):
        return None
    if "prefers-color-scheme" in condition:
        return Scheme.DARK if "dark" in condition else Scheme.LIGHT
    return Scheme.BOTH


def _rules(parts: list[Any], holds: Scheme) -> Iterator[StyleRule]:
    """Go through the rules of a sheet, those in media too."""
    for part in parts:
        if part.type == "at-rule" and part.lower_at_keyword == "media" and part.content is not None:
            inner = scheme(tinycss2.serialize(part.prelude))
            if inner is not None:
                blocks = tinycss2.parse_blocks_contents(part.content, skip_comments=True, skip_whitespace=True)
                yield from _rules(blocks, holds if inner is Scheme.BOTH else inner)
        elif part.type == "qualified-rule":
            declarations = _declare(part.content)
            for selector, compound, xpath in _selectors(tinycss2.serialize(part.prelude)) if declarations else ():
                yield StyleRule(
                    scheme=holds,
                    specificity=selector.specificity(),
                    declarations=declarations,
                    compound=compound,
                    xpath=xpath,
                )


@lru_cache(maxsize=256)
def parse_sheet(text: str) -> tuple[StyleRule, ...]:
    """Read a style sheet: the rules that declare something we watch, in their order."""
    text = re.sub(r"<!--|-->", " ", text)
    try:
        return tuple(_rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), Scheme.BOTH))
    except RecursionError:  # brackets nested some hundred deep: nobody's style, and nothing a client would follow
        return ()
