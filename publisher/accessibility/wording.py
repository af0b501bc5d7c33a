"""What a person would stumble over in words: link texts that say nothing, capitals, rows of signs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from publisher import language as languages
from publisher.accessibility import words
from publisher.accessibility.tree import is_blank, squeeze

_EDGES: Final = " .:!?…»«›‹→↗▸►>-\u2013\u2014()[]\"'“”„"
_SHORT: Final = 3
_SHOUTED_LETTERS: Final = 16
_SHOUTED_WORDS: Final = 3
_EMOJI_RUN: Final = 3

_URL: Final = re.compile(r"^(?:https?://|www\.)\S+$|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S+$", re.IGNORECASE)
_HOST: Final = re.compile(r"https?://(?:www\.|m\.|mobile\.)?([\w-]+)\.\w+(?:[:/?#]|$)", re.IGNORECASE)
_NOTE: Final = re.compile(r"[\[(]\w{1,2}[\])]$")
_RULER: Final = re.compile(r"([*=_~#+-])(?:\s?\1){3,}")
_MAYBE_EMOJI: Final = re.compile("[\u00a6-\u00b0\u0482\u2100-\u32ff\U00010000-\U0001faff]")
_JOINERS: Final = frozenset("\u200d\ufe0f\u20e3")


@lru_cache(maxsize=64)
def _generic_in(language: str | None) -> frozenset[str]:
    """Collect the phrases of a language and of English; of every language where none is known."""
    lists = words.GENERIC_LINKS
    if language not in lists:
        return frozenset().union(*lists.values())
    return lists[language] | lists["en"]


def is_generic(name: str, language: str | None) -> bool:
    """Say whether a link's whole name is one of the phrases that fit every link."""
    bare = unicodedata.normalize("NFKC", name).casefold().strip(_EDGES)
    return squeeze(bare) in _generic_in(languages.primary(language) if language else None)


def is_short(name: str, href: str = "") -> bool:
    """Say whether a link's name has too few letters to mean something; numbers and scripts of syllables may.

    So may marks of notes ("a" that leads to a place in the page, "[b]"), the name of the site that a link leads to
    ("X"), and what is known by its two initials ("EU").
    """
    bare = name.strip(_EDGES)
    if len(bare) >= _SHORT or is_blank(bare) or any(letter.isdigit() for letter in bare):
        return False
    is_note = href.startswith("#") or _NOTE.match(name.strip()) is not None
    if is_note or (len(bare) > 1 and bare.isupper()) or _names_site(bare, href):
        return False
    return languages.dominant_script(bare) in {"Latn", "Cyrl", "Grek", None}


def _names_site(name: str, href: str) -> bool:
    """Say whether a name is that of the site at an address, without www and the last label: "x" of x.com."""
    found = _HOST.match(href)
    return found is not None and name.casefold() == found[1].casefold()


def is_url(name: str) -> bool:
    """Say whether a link is called by its address."""
    return bool(_URL.match(name.strip()))


def ruler_in(text: str) -> str | None:
    """Give the first row of four or more signs, which are read aloud one by one; None where there is none."""
    found = _RULER.search(text)
    return found.group() if found else None


def is_emoji(letter: str) -> bool:
    """Say whether a sign is read aloud by a name ("face with tears of joy")."""
    kind = unicodedata.category(letter)
    return (kind == "So" and bool(_MAYBE_EMOJI.match(letter))) or (kind != "Sk" and 0x1F000 <= ord(letter) <= 0x1FAFF)  # noqa: PLR2004 - the blocks


def emoji_count(text: str) -> int:
    """Count the emoji of a text; one that is put together of several counts once."""
    count, joined = 0, False
    if not _MAYBE_EMOJI.search(text):
        return 0
    for letter in text:
        if is_emoji(letter) and not joined:
            count += 1
        joined = letter == "\u200d"
    return count


def emoji_run(text: str) -> int:
    """Give the length of the longest row of emoji."""
    longest = run = 0
    if not _MAYBE_EMOJI.search(text):
        return 0
    joined = False
    for letter in text:
        if is_emoji(letter):
            run += 0 if joined else 1
            longest = max(longest, run)
        elif letter not in _JOINERS and not letter.isspace() and unicodedata.category(letter) != "Sk":
            run = 0
        joined = letter == "\u200d"
    return longest


def has_many_emoji(text: str) -> bool:
    """Say whether there are more emoji than somebody likes to hear (three)."""
    return emoji_count(text) > _EMOJI_RUN


def is_shouted(text: str) -> bool:
    """Say whether several words are written in capitals, which are harder to read and may be spelled out."""
    if not text.isupper() or len(text.split()) < _SHOUTED_WORDS:
        return False
    return sum(letter.isupper() for letter in text) >= _SHOUTED_LETTERS
