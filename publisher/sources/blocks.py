"""Plain text cut into blocks: paragraphs, lists, quotations, headings, and pictures that left two identical lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from publisher.sources.credits import find_credit

_NEWLINES: Final = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_ITEM: Final = re.compile(r"^\s{0,6}(?:[-*•‣▪·–]|(\d{1,3})[.)])\s+(\S.*)$")
_HEADING: Final = re.compile(r"^(#{1,6})\s+(\S.*?)\s*#*$")
_UNDERLINE: Final = re.compile(r"^(?:=+|-{3,}|~{3,})$")
_RULE: Final = re.compile(r"^(?:[-*_=~#·•—–]\s*){3,}$")
_QUOTE: Final = re.compile(r"^>+\s?")
_SENTENCE: Final = re.compile(r"[.!?…。！？؟۔।]['\"”’»)\]]*$")
_CLAUSE: Final = re.compile(r"[,;:،؛、，；：]$")

_WHOLE: Final = 130  # columns; a longer line is a paragraph of its own, nobody wraps there
_NARROW: Final = 45  # columns; shorter lines are verse, addresses and lists
_LEAST_WORDS: Final = 2


class Kind(StrEnum):
    """What a block is."""

    WORDS = "words"
    LINES = "lines"  # verse, an address: the line breaks mean something
    HEADING = "heading"  # marked as one
    ITEMS = "items"
    STEPS = "steps"  # numbered items
    QUOTE = "quote"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a text; `lines` are its paragraphs, lines or items, or the one line of a heading or a picture.

    `credit` is the line below a picture's two that says who made it; `level` that of a marked heading.
    """

    kind: Kind
    lines: tuple[str, ...]
    credit: str | None = None
    level: int = 0

    @property
    def text(self) -> str:
        """Give all its words on one line."""
        return " ".join(self.lines)

    def is_line(self) -> bool:
        """Say whether it is a single line of words."""
        return self.kind is Kind.WORDS and len(self.lines) == 1


def width(line: str) -> int:
    """Count the columns of a line; a letter of a wide script fills two."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in line)


def ends_sentence(line: str) -> bool:
    """Say whether a line ends as sentences end."""
    return bool(_SENTENCE.search(line.rstrip()))


def is_bare(line: str) -> bool:
    """Say whether a line ends with a letter, a digit or a bracket, as titles do."""
    stripped = line.rstrip()
    return bool(stripped) and not _SENTENCE.search(stripped) and not _CLAUSE.search(stripped)


def cut(text: str) -> list[Block]:
    """Cut a text into its blocks, in order."""
    lines = [_clean(line) for line in _NEWLINES.sub("\n", text).split("\n")]
    groups = list(_groups(lines))
    blocks = [block for group in groups for block in _read(group)]
    return list(_pair(blocks))


def _clean(line: str) -> str:
    """Write a line without tabs, odd blanks and control characters."""
    kept = "".join(
        mark for mark in line.expandtabs(4) if mark.isprintable() or unicodedata.category(mark) in {"Zs", "Cf"}
    )
    return re.sub(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\ufeff]", " ", kept).rstrip()


def _groups(lines: list[str]) -> Iterator[list[str]]:
    """Part lines at blank lines, and long lines from each other."""
    group: list[str] = []
    for line in (*lines, ""):
        if line.strip() and width(line) <= _WHOLE:
            group.append(line)
            continue
        if group:
            yield from _split_headings(group)
            group = []
        if line.strip():
            yield [line]


def _split_headings(group: list[str]) -> Iterator[list[str]]:
    """Part marked headings from the lines below them."""
    start = 0
    for place, line in enumerate(group):
        if _HEADING.match(line) or (place and _UNDERLINE.match(line) and width(group[place - 1]) <= _WHOLE // 2):
            first = place if _HEADING.match(line) else place - 1
            if first > start:
                yield group[start:first]
            yield group[first : place + 1]
            start = place + 1
    if start < len(group):
        yield group[start:]


def _read(group: list[str]) -> Iterator[Block]:
    """Say what a group of lines is."""
    marked = _HEADING.match(group[0])
    if marked and len(group) == 1:
        yield Block(kind=Kind.HEADING, lines=(marked[2],), level=len(marked[1]))
    elif len(group) == 2 and _UNDERLINE.match(group[1]):  # noqa: PLR2004 - words and the line below
        yield Block(kind=Kind.HEADING, lines=(group[0].strip(),), level=1 if group[1].startswith("=") else 2)
    elif all(_RULE.match(line.strip()) for line in group):
        return
    elif all(_QUOTE.match(line) for line in group):
        inner = cut("\n".join(_QUOTE.sub("", line) for line in group))
        yield Block(kind=Kind.QUOTE, lines=tuple(block.text for block in inner))
    elif _ITEM.match(group[0]):
        yield from _items(group)
    else:
        yield from _words(group)


def _items(group: list[str]) -> Iterator[Block]:
    """Read a list; a line without a mark goes on with the item above it."""
    items: list[str] = []
    for line in group:
        found = _ITEM.match(line)
        if found:
            items.append(found[2].strip())
        else:
            items[-1] = f"{items[-1]} {line.strip()}"
    first = _ITEM.match(group[0])
    numbered = first is not None and first[1] is not None
    if len(items) == 1 and not _is_sure(group[0]):
        yield Block(kind=Kind.WORDS, lines=(" ".join(line.strip() for line in group),))
    else:
        yield Block(kind=Kind.STEPS if numbered else Kind.ITEMS, lines=tuple(items))


def _is_sure(line: str) -> bool:
    """Say whether a mark alone is enough for a list of one item; a dash or a number may begin a sentence."""
    return line.lstrip()[0] in "*•‣▪·"


def _words(group: list[str]) -> Iterator[Block]:
    """Read lines that carry no mark: a picture, a wrapped paragraph, or lines that stand alone."""
    stripped = tuple(" ".join(line.split()) for line in group)
    picture = _picture(stripped)
    if picture is not None:
        yield picture
    elif len(stripped) == 1 or _is_wrapped(stripped):
        yield Block(kind=Kind.WORDS, lines=(_join(stripped),))
    else:
        yield Block(kind=Kind.LINES, lines=stripped)


def _picture(lines: tuple[str, ...]) -> Block | None:
    """Read two identical lines, perhaps with a credit below them, as a picture: its alt text and its caption."""
    if len(lines) not in {2, 3} or lines[0] != lines[1] or not _can_caption(lines[0]):
        return None
    credit = lines[2] if len(lines) == 3 else None  # noqa: PLR2004 - alt, caption, credit
    if credit is not None and find_credit(credit) is None:
        return None
    return Block(kind=Kind.PICTURE, lines=(lines[0],), credit=credit)


def _can_caption(line: str) -> bool:
    """Say whether a line has words enough to describe a picture."""
    return len(line.split()) >= _LEAST_WORDS or width(line) >= 2 * 6  # six letters of a script without blanks


def _pair(blocks: list[Block]) -> Iterator[Block]:
    """Make pictures of neighbours that are the same single line."""
    place = 0
    while place < len(blocks):
        block = blocks[place]
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        if block.is_line() and block == after and _can_caption(block.text):
            yield Block(kind=Kind.PICTURE, lines=block.lines)
            place += 2
        else:
            yield block
            place += 1


def _is_wrapped(lines: tuple[str, ...]) -> bool:
    """Say whether line breaks only keep lines short: no line had room for the next one's first word."""
    widest = max(map(width, lines))
    if widest < _NARROW:
        return False
    for line, after in pairwise(lines):
        first = after.split(maxsplit=1)[0]
        if width(line) + 1 + min(width(first), 20) < 0.85 * widest:
            return False
    return True


def _join(lines: tuple[str, ...]) -> str:
    """Join wrapped lines; between wide letters there is no blank."""
    joined = lines[0]
    for line in lines[1:]:
        wide = unicodedata.east_asian_width(joined[-1]) in "WF" and unicodedata.east_asian_width(line[0]) in "WF"
        joined += line if wide else f" {line}"
    return joined
