"""One alternative text: what it is worth by itself, and how it stands to the caption beside it.

What a program can tell: that a text is a file name, that it says what the caption says, that it names the
photographer. Whether it suits the picture, only a person can.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from typing import Final

from publisher import language as languages
from publisher.accessibility import words


class Relation(StrEnum):
    """How an alternative text stands to its caption."""

    NOTHING = "nothing"  # neither is there
    CAPTION_ONLY = "caption-only"
    ALT_ONLY = "alt-only"
    SAME = "same"  # identical or nearly so: heard twice
    PARTLY = "partly"  # the one repeats a part of the other
    DISTINCT = "distinct"


SAME_RATIO: Final = 0.85
SAME_WORDS: Final = 0.75
SAME_CONTAINED: Final = 0.6
_PARTLY_WORDS: Final = 0.5
_COMPARED: Final = 1_000  # characters: nobody tells two texts apart by what comes later, and time grows squarely
_LONG: Final = 150
_TERSE_WORDS: Final = 2
_MEANING_LETTERS: Final = 4  # shorter words are mostly articles and prepositions

_UNSPACED: Final = frozenset({"Hani", "Kana", "Thai", "Khmr", "Laoo", "Mymr", "Tibt"})


def _any_of(phrases: tuple[str, ...]) -> str:
    """Write a regular expression for a list of phrases, the longest first."""
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


_EDGES: Final = " .;,|/-\u2013\u2014"
_LABELS: Final = _any_of(words.CREDIT_LABELS)
_SIGNERS: Final = _any_of(words.AGENCIES)
_LEADING_LABEL: Final = re.compile(rf"^\W*(?:{_LABELS})\s*[:\uff1a]\s*")
_TRAILING_CREDIT: Final = re.compile(
    r"(?:^|[\s.;,|(\[\u2013\u2014-])"
    rf"(?:(?:{_LABELS})\s*[:\uff1a]|photo by|photograph by|courtesy of)[^:\uff1a]{{0,80}}$",
)
_BRACKETED_CREDIT: Final = re.compile(
    rf"[(\[\uff08][^)\]\uff09]*(?:©|\(c\)|\b(?:{_SIGNERS})\b|(?:{_LABELS})\s*[:\uff1a/]|photo by)"
    r"[^)\]\uff09]*[)\]\uff09]",
)
_COPYRIGHT: Final = re.compile(r"(?:©|\(c\)\s|\bcopyright\b).{0,80}$")
_SIGNED: Final = re.compile(rf"(?:^|[.;|/\u2013\u2014-])\s*(?:{_SIGNERS})(?:\s*/\s*[\w .'\u2019-]{{1,60}})?[\s.]*$")


def _fold(text: str) -> str:
    """Put a text in the form that the word lists are in."""
    return unicodedata.normalize("NFKC", text).casefold()


def _drop_credits(folded: str) -> str:
    """Leave out who took the picture, and the label in front of a caption."""
    for pattern in (_LEADING_LABEL, _BRACKETED_CREDIT, _TRAILING_CREDIT, _COPYRIGHT, _SIGNED):
        folded = pattern.sub(" ", folded)
    return folded


def _keep_words(folded: str) -> str:
    """Leave out marks, format characters and punctuation; one space between words."""
    kept = []
    for letter in unicodedata.normalize("NFKD", folded):
        kind = unicodedata.category(letter)
        if kind[0] in "LN":
            kept.append(letter)
        elif kind[0] in "PSZ" or kind == "Cc":
            kept.append(" ")
    return " ".join(unicodedata.normalize("NFKC", "".join(kept)).split())


@lru_cache(maxsize=1024)
def normalise(text: str) -> str:
    """Reduce a text to what is compared; a text that is nothing but a credit, or nothing but signs, stays itself."""
    folded = _fold(text[:_COMPARED])
    return _keep_words(_drop_credits(folded)) or _keep_words(folded) or " ".join(folded.split())


def _units(normalised: str) -> frozenset[str]:
    """Cut into words; into pairs of characters where a script writes no spaces."""
    if languages.dominant_script(normalised) in _UNSPACED:
        solid = normalised.replace(" ", "")
        return frozenset(solid[at : at + 2] for at in range(max(1, len(solid) - 1)))
    return frozenset(normalised.split())


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Give Jaccard's measure: the share of all words that both have."""
    return len(one & other) / len(one | other)


def _stands_in(part: str, whole: str) -> bool:
    """Say whether a text stands in another as whole words (as characters where there are no spaces)."""
    if languages.dominant_script(whole) in _UNSPACED:
        return part in whole
    return f" {part} " in f" {whole} "


def are_alike(one: str, other: str) -> bool:
    """Say whether somebody who hears both texts hears the same twice (`one` adds nothing to `other`)."""
    first, second = normalise(one), normalise(other)
    if first == second:
        return True
    if _stands_in(first, second) and len(first) >= SAME_CONTAINED * len(second):
        return True
    if _shared(_units(first), _units(second)) >= SAME_WORDS:
        return True
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.quick_ratio() >= SAME_RATIO and matcher.ratio() >= SAME_RATIO


def _overlap(one: str, other: str) -> bool:
    """Say whether one text repeats a good part of the other."""
    first, second = normalise(one), normalise(other)
    if _stands_in(first, second) or _stands_in(second, first):
        return True
    mine, theirs = _units(first), _units(second)
    if languages.dominant_script(first) not in _UNSPACED:
        mine = frozenset(word for word in mine if len(word) >= _MEANING_LETTERS) or mine
    return len(mine & theirs) >= _PARTLY_WORDS * len(mine)


@lru_cache(maxsize=1024)
def relation(alt: str | None, caption: str | None) -> Relation:
    """Say how an alternative text stands to its caption.

    Nothing but white space is no text. An empty `alt` counts as none: whether it means decorative is known by the
    picture, not by this text.
    """
    has_alt, has_caption = bool(alt and alt.strip()), bool(caption and caption.strip())
    if not has_alt:
        return Relation.CAPTION_ONLY if has_caption else Relation.NOTHING
    if not has_caption:
        return Relation.ALT_ONLY
    return _compare(alt or "", caption or "")


def _compare(alt: str, caption: str) -> Relation:
    """Tell the three relations of two texts that are there."""
    if are_alike(alt, caption):
        return Relation.SAME
    return Relation.PARTLY if _overlap(alt, caption) else Relation.DISTINCT


# --- what an alternative text is worth by itself -------------------------------------------------------------------

_FILE_NAME: Final = re.compile(
    r"""
      \.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|heic|jfif)(?:\?\S*)?$   # it ends like a file
    | ^(?:img|dsc|dscn|dscf|pxl|mvi|photo|image|picture|pic|screenshot|screen[ ]shot|whatsapp[ ]image)[-_ ]?[\d_-]*$
    | ^(?:img|dscn?|dscf|pxl)[-_ ]?e?\d                  # what cameras write
    | (?:^|[_-])[wh]\d{2,4}(?:[_-]|$)                    # what picture servers write
    | ^\d{2,5}\s?[x\xd7]\s?\d{2,5}$                         # a size
    | ^(?:https?:|data:|cid:|/)\S*$                      # an address
    """,
    re.VERBOSE,
)
_KEY: Final = re.compile(r"(?<![^\W_])(?=[0-9a-f-]*\d)(?:[0-9a-f]{8,}|[0-9a-f]{8}-[0-9a-f-]{27})(?![^\W_])")
_JOINED: Final = re.compile(r"^[a-z0-9]+(?:[_-][a-z0-9]+){2,}$")
_WORDS: Final = re.compile(r"\w")
_SIGNS: Final = frozenset("PZC")
_KEY_WORDS: Final = 2  # a number among more words than these may well be part of a sentence


def is_file_name(alt: str) -> bool:
    """Say whether an alternative text is the name of a file, or a key of a picture server (WCAG F30)."""
    folded = _fold(alt).strip()
    if not folded:
        return False
    if _FILE_NAME.search(folded) or (_JOINED.match(folded) and ("_" in folded or any(map(str.isdigit, folded)))):
        return True
    return bool(_KEY.search(folded)) and len(_KEY.sub(" ", folded).split()) <= _KEY_WORDS


def is_placeholder(alt: str) -> bool:
    """Say whether an alternative text only holds the place of one; "" is none of these: it means decorative."""
    if not alt:
        return False
    folded = _fold(alt)
    if not _WORDS.search(folded) and all(unicodedata.category(letter)[0] in _SIGNS for letter in folded):
        return True
    return " ".join(folded.split()).strip(".:!?…[](){}<>*\"'- ") in words.PLACEHOLDERS


_LEAD: Final = re.compile(
    rf"\s*({_any_of(tuple({lead for leads in words.REDUNDANT_LEADS.values() for lead in leads}))})"
    r"(?:(?<=['ل是为為は示])\s*|\s+)\w",  # some are written together with what follows
    re.IGNORECASE,
)


def redundant_lead(alt: str) -> str | None:
    """Give the "image of" in front of a description, as it is written there; None where there is none."""
    found = _LEAD.match(alt)
    return found[1] if found else None


def credit_in(alt: str) -> str | None:
    """Give the words of an alternative text that say who took the picture; None where there are none."""
    folded = alt.casefold()
    for pattern in (_BRACKETED_CREDIT, _TRAILING_CREDIT, _COPYRIGHT):
        found = pattern.search(folded)
        if found:
            return found.group().strip(_EDGES)
    found = _SIGNED.search(folded)
    return found.group().strip(_EDGES) if found and found.start() > 0 else None


def is_too_long(alt: str) -> bool:
    """Say whether an alternative text is longer than people like to hear in one breath (150 characters)."""
    return len(" ".join(alt.split())) > _LONG


def is_terse(alt: str) -> bool:
    """Say whether an alternative text is one or two words: a name perhaps, rarely a description."""
    if languages.dominant_script(alt) in _UNSPACED:
        return len(alt.strip()) <= _TERSE_WORDS
    return len(alt.split()) <= _TERSE_WORDS


def is_in_another_script(alt: str, language: str) -> bool:
    """Say whether an alternative text is surely not written in the language around it."""
    return languages.contradicts(language, alt)
