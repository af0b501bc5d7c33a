"""What lines around a copied text say, in many languages: navigation, kickers, boxes below a text, by-lines.

The words are data, one file per language in `words/`. A text may mix languages, so all files count for every text.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("words")
_MARKS: Final = re.compile(r"[^\w\s]+")
_LONGEST_NAME: Final = 60
_MOST_WORDS: Final = 6
_SIGNED: Final = re.compile(r"^(?:--|—|–|―)\s*(\S.*)$")
_COLON: Final = re.compile(r"\s*[:：]\s*")
_SENTENCE: Final = re.compile(r"[.!?…:;。！？؟۔।：；]['\"”’»)]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The lists of all languages, each phrase as `fold` writes it; `by` with its colon."""

    navigation: frozenset[str]
    kickers: frozenset[str]
    boxes: frozenset[str]
    openings: tuple[str, ...]
    by: tuple[str, ...]


@cache
def load() -> Phrases:
    """Read the word lists."""
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]

    def every(name: str) -> frozenset[str]:
        return frozenset(fold(phrase) for file in files for phrase in file[name])

    leads = {fold(phrase) + (":" if phrase.endswith(":") else "") for file in files for phrase in file["by"]}
    return Phrases(
        navigation=every("navigation"),
        kickers=every("kickers"),
        boxes=every("boxes"),
        openings=tuple(sorted(every("openings"))),
        by=tuple(sorted(leads, key=len, reverse=True)),
    )


def fold(line: str) -> str:
    """Write a line without case, marks and invisible characters."""
    letters = unicodedata.normalize("NFKC", line).casefold()
    letters = "".join(mark for mark in letters if unicodedata.category(mark) != "Cf")
    return " ".join(_MARKS.sub(" ", letters).split())


def is_navigation(line: str) -> bool:
    """Say whether a line only helps to move about on the page it was copied from."""
    return fold(line) in load().navigation


def is_kicker(line: str) -> bool:
    """Say whether a line is a usual one above a headline."""
    return fold(line) in load().kickers


def is_box(line: str) -> bool:
    """Say whether a line heads a box below a text ("Related articles")."""
    return fold(line) in load().boxes


def opens_box(line: str) -> bool:
    """Say whether a line begins like one that heads a box below a text ("About this ...")."""
    folded = fold(line)
    return folded in load().boxes or any(_begins(folded, opening) for opening in load().openings)


def _begins(line: str, opening: str) -> bool:
    """Say whether a line begins with a phrase, at the end of a word where the script has blanks."""
    if not line.startswith(opening):
        return False
    return len(line) == len(opening) or line[len(opening)] == " " or not opening[-1:].isascii()


def author(line: str, *, signed: bool = False) -> str | None:
    """Give the name in a by-line ("By Name", "Автор: Name"), and if `signed` in "-- Name"; None for other lines."""
    stripped = line.strip()
    dashed = _SIGNED.match(stripped)
    if dashed is not None:
        return _name(dashed[1]) if signed else None
    head, colon, rest = _cut(stripped)
    if colon:
        return _name(rest) if {fold(head), f"{fold(head)}:"} & set(load().by) else None
    for lead in load().by:
        if not lead.endswith(":") and fold(stripped).startswith(f"{lead} "):
            return _name(" ".join(stripped.split()[len(lead.split()) :]))
    return None


def _cut(line: str) -> tuple[str, bool, str]:
    """Cut a line at its first colon."""
    parts = _COLON.split(line, maxsplit=1)
    return (parts[0], True, parts[1]) if len(parts) > 1 else (line, False, "")


def _name(text: str) -> str | None:
    """Give a text that can be the name of a person or an office; None for other texts."""
    words = text.split()
    if not words or len(words) > _MOST_WORDS or len(text) > _LONGEST_NAME or _SENTENCE.search(text.rstrip(".")):
        return None
    if any(mark.isdigit() for mark in text) or "@" in text:
        return None
    cased = [word for word in words if word[0].lower() != word[0].upper()]
    lower = [word for word in cased if word[0].islower() and len(word) > 3]  # noqa: PLR2004 - "de", "von", "and"
    if lower or (cased and not any(word[0].isupper() for word in cased)):
        return None
    return " ".join(words).rstrip(".,;")
