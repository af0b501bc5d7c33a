"""Every word of ours that a reader sees, in the reader's language.

The catalogues are gettext .po files, one per language, named by its BCP 47 tag. A language without one is served in
English, and says so (`Wording.language`), so that the page can mark those words.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Final

import langcodes
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from publisher import language as languages
from publisher.model import Direction

SOURCE_LANGUAGE: Final = "en"

# Languages whose readers expect their own digits in running text (CLDR's default numbering, where papers follow it).
_DIGITS: Final = {
    "fa": "۰۱۲۳۴۵۶۷۸۹",
    "ps": "۰۱۲۳۴۵۶۷۸۹",
    "ckb": "٠١٢٣٤٥٦٧٨٩",
    "bn": "০১২৩৪৫৬৭৮৯",
    "my": "၀၁၂၃၄၅၆၇၈၉",
}


@lru_cache(maxsize=1)
def available() -> tuple[str, ...]:
    """Give the tags of all catalogues, in order."""
    folder = resources.files(__package__) / "locale"
    return tuple(sorted(entry.name[:-3] for entry in folder.iterdir() if entry.name.endswith(".po")))


def served(tag: str) -> str:
    """Give the catalogue that serves a tag: its own, that of its usual script, of its language, else English."""
    known = {name.casefold(): name for name in (*available(), SOURCE_LANGUAGE)}
    parts = tag.casefold().split("-")
    prefixes = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    script = langcodes.Language.get(tag, normalize=False).maximize().script or ""
    for name in (prefixes[0], f"{parts[0]}-{script.casefold()}", *prefixes[1:]):
        if name in known and languages.direction(known[name]) == languages.direction(tag):
            return known[name]
    return SOURCE_LANGUAGE


@lru_cache(maxsize=64)
def _catalogue(name: str) -> gettext.NullTranslations:
    """Read one catalogue; English needs none."""
    if name == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    source = resources.files(__package__) / "locale" / f"{name}.po"
    written = io.BytesIO()
    write_mo(written, read_po(io.BytesIO(source.read_bytes()), locale=name.replace("-", "_")))
    written.seek(0)
    return gettext.GNUTranslations(written)


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale:
    """Give CLDR's data for a tag, by its language alone where there is nothing closer, else English."""
    for name in (tag, languages.primary(tag)):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(SOURCE_LANGUAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Our words in one language; `language` is the one they are really in, `catalogue` the file they come from."""

    language: str
    catalogue: str
    direction: Direction

    def _sentences(self) -> gettext.NullTranslations:
        """Give the catalogue of our sentences; each room has its own."""
        return _catalogue(self.catalogue)

    def say(self, message: str, **values: str) -> str:
        """Give one of our sentences, filled with values."""
        return self._fill(self._sentences().gettext(message), values)

    def count(self, one: str, many: str, number: int, **values: str) -> str:
        """Give one of our sentences in the form that the number asks for; `%(n)s` in it is the number."""
        chosen = self._sentences().ngettext(one, many, number)
        return self._fill(chosen, {"n": self.digits(str(number)), **values})

    def day(self, day: date) -> str:
        """Write a date in full, with the day of the week."""
        return self.digits(format_date(day, format="full", locale=_locale(self.language)))

    def short_day(self, day: date) -> str:
        """Write a date without the day of the week."""
        return self.digits(format_date(day, format="long", locale=_locale(self.language)))

    def join(self, names: Sequence[str]) -> str:
        """Write a list as people of this language do: "A, B and C"."""
        return format_list(list(names), locale=_locale(self.language)) if names else ""

    def digits(self, text: str) -> str:
        """Write digits as readers of the language expect them."""
        own = _DIGITS.get(languages.primary(self.language))
        return text.translate(str.maketrans("0123456789", own)) if own else text

    @staticmethod
    def _fill(text: str, values: dict[str, str]) -> str:
        """Put the values in their places; a sentence without values is taken as it stands."""
        return text % values if values else text


@lru_cache(maxsize=256)
def wording(tag: str) -> Wording:
    """Give our words for readers of a language."""
    name = served(tag)
    language = tag if languages.primary(tag) == languages.primary(name) else name
    return Wording(language=language, catalogue=name, direction=languages.direction(name))
