"""Language tags, scripts and direction, decided in one place.

Tags are BCP 47. A tag is valid when its subtags are registered (IANA), not only well formed.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

import langcodes

from publisher.model import Direction

# Scripts written from right to left (ISO 15924), living ones and those that Unicode marks so.
_RTL_SCRIPTS: Final = frozenset(
    "Adlm Arab Aran Hebr Mand Mend Nkoo Rohg Samr Syrc Syre Syrj Syrn Thaa Yezi".split(),
)
# Languages whose usual script is one of those; a script subtag in the tag wins over this list.
_RTL_LANGUAGES: Final = frozenset(
    "ar arc arz azb bal bgn bqi ckb dv fa glk he khw ks lrc mzn nqo pnb ps sd skr syr ug ur yi".split(),
)
# Scripts that one Unicode name prefix gives away; what several languages share says little, but enough to
# contradict a declaration.
_SCRIPT_NAMES: Final = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "KANNADA": "Knda",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "LATIN": "Latn",
    "MALAYALAM": "Mlym",
    "MONGOLIAN": "Mong",
    "MYANMAR": "Mymr",
    "ORIYA": "Orya",
    "SINHALA": "Sinh",
    "SYRIAC": "Syrc",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAANA": "Thaa",
    "THAI": "Thai",
    "TIBETAN": "Tibt",
}


@lru_cache(maxsize=512)
def normalise(tag: str | None) -> str | None:
    """Write a tag as BCP 47 wants it ("en_us" -> "en-US"); None for what names no registered language."""
    if not tag:
        return None
    try:
        language = langcodes.Language.get(tag.strip().replace("_", "-"), normalize=False)
    except (ValueError, AttributeError):
        return None
    written = language.to_tag()
    return written if is_valid(written) else None


@lru_cache(maxsize=512)
def is_valid(tag: str) -> bool:
    """Say whether a tag is made of registered subtags and names a language ("und" does not)."""
    return bool(tag) and not tag.lower().startswith("und") and langcodes.tag_is_valid(tag)


@lru_cache(maxsize=512)
def direction(tag: str) -> Direction:
    """Give the direction of a language's text: the script subtag decides, else the language."""
    try:
        language = langcodes.Language.get(tag, normalize=False)
    except ValueError:
        return "ltr"
    if language.script:
        return "rtl" if language.script in _RTL_SCRIPTS else "ltr"
    return "rtl" if language.language in _RTL_LANGUAGES else "ltr"


def primary(tag: str) -> str:
    """Give the language of a tag without script, region and variant, in lower case."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


@lru_cache(maxsize=4096)
def script_of_letter(letter: str) -> str | None:
    """Give the ISO 15924 script of a letter; None for digits, marks and everything else."""
    if not letter.isalpha():
        return None
    name = unicodedata.name(letter, "")
    return _SCRIPT_NAMES.get(name.split(" ", 1)[0])


def scripts(text: str) -> Counter[str]:
    """Count the letters of a text by script."""
    return Counter(script for letter in text if (script := script_of_letter(letter)))


def dominant_script(text: str) -> str | None:
    """Give the script of most letters of a text; None where it has no letter."""
    counted = scripts(text).most_common(1)
    return counted[0][0] if counted else None


@lru_cache(maxsize=512)
def scripts_of(tag: str) -> frozenset[str]:
    """Give the scripts in which a language may be written; empty when that is not known.

    Japanese mixes Han and Kana, Korean may hold Han: a text in either does not contradict them.
    """
    try:
        language = langcodes.Language.get(tag, normalize=False)
    except ValueError:
        return frozenset()
    written = language.script or language.maximize().script
    families = {
        "Jpan": {"Hani", "Kana"},
        "Kore": {"Hang", "Hani"},
        "Hans": {"Hani"},
        "Hant": {"Hani"},
        "Aran": {"Arab"},
    }
    found = families.get(written or "", {written} if written else set())
    if not language.script and language.language in _TWO_SCRIPTS:
        found = found | _TWO_SCRIPTS[language.language]
    return frozenset(found) if found <= set(_SCRIPT_NAMES.values()) else frozenset()


# Languages that are published in more than one script today.
_TWO_SCRIPTS: Final[dict[str | None, set[str]]] = {
    "az": {"Latn", "Cyrl", "Arab"},
    "bs": {"Latn", "Cyrl"},
    "kk": {"Cyrl", "Latn", "Arab"},
    "ks": {"Arab", "Deva"},
    "ku": {"Latn", "Arab"},
    "ky": {"Cyrl", "Arab"},
    "mn": {"Cyrl", "Mong"},
    "ms": {"Latn", "Arab"},
    "pa": {"Guru", "Arab"},
    "sd": {"Arab", "Deva"},
    "sh": {"Latn", "Cyrl"},
    "sr": {"Cyrl", "Latn"},
    "tg": {"Cyrl", "Latn", "Arab"},
    "tk": {"Latn", "Cyrl"},
    "tt": {"Cyrl", "Latn"},
    "ug": {"Arab", "Latn", "Cyrl"},
    "uz": {"Latn", "Cyrl", "Arab"},
}


def contradicts(tag: str, text: str, *, least: int = 20, share: float = 0.6) -> bool:
    """Say whether a text is surely not in the language of a tag, by its script alone.

    Needs `least` letters, of which at least `share` stand in scripts that the language is not written in.
    """
    allowed = scripts_of(tag)
    if not allowed:
        return False
    counted = scripts(text)
    total = sum(counted.values())
    foreign = sum(number for script, number in counted.items() if script not in allowed)
    return total >= least and foreign >= share * total
