"""Invisible marks that turn the direction of text: what a line leaves open would turn the words of others behind it.

Unicode Standard Annex #9: embeddings and overrides end with PDF, isolates with PDI, all of them with the paragraph.
Overrides only make words look like others ("exe.fdp" as "pdf.exe"), so they go; balanced pairs of the rest stay.
"""

from __future__ import annotations

import re
from typing import Final

_PDF: Final = "\u202c"
_PDI: Final = "\u2069"
_OVERRIDES: Final = frozenset("\u202d\u202e")
_EMBEDDINGS: Final = frozenset("\u202a\u202b") | _OVERRIDES
_ISOLATES: Final = frozenset("\u2066\u2067\u2068")
_MARKS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def settle(text: str) -> str:
    """Give a text without overrides, and without marks that open what their line does not close, or close nothing."""
    if text.isascii() or not _MARKS.search(text):
        return text
    return "\n".join(_settle_line(line) if _MARKS.search(line) else line for line in text.split("\n"))


def _settle_line(line: str) -> str:
    """Do it for one line."""
    kept: set[int] = set()
    opened: list[int] = []
    for place, letter in enumerate(line):
        if letter in _EMBEDDINGS or letter in _ISOLATES:
            opened.append(place)
        elif letter == _PDF and opened and line[opened[-1]] in _EMBEDDINGS:
            start = opened.pop()
            kept |= {start, place} if line[start] not in _OVERRIDES else set()
        elif letter == _PDI and any(line[start] in _ISOLATES for start in opened):
            while line[opened[-1]] not in _ISOLATES:  # what was left open inside ends with the isolate
                opened.pop()
            kept |= {opened.pop(), place}
    return "".join(letter for place, letter in enumerate(line) if place in kept or not _MARKS.match(letter))
