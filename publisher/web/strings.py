"""Our words on web pages, in the reader's language: gettext .po files, one per language and folder of pages.

A catalogue of pages is read together with those of mails, so that the same words stand in both. A language without a
catalogue is served in English, and the page says so.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, get_timezone_location

from publisher import language as languages
from publisher.digest import strings as mail
from publisher.digest.strings import SOURCE_LANGUAGE, Wording
from publisher.jobs.readers.strings import read_catalogues

_FOLDERS: Final = ("locale", "desk/locale", "desk/rules", "outlets/locale")
_ROOT: Final = Path(__file__).parent


@lru_cache(maxsize=1)
def available() -> tuple[str, ...]:
    """Give the tags of the languages that readers' pages are written in, English first."""
    found = sorted(file.stem for file in (_ROOT / "locale").glob("*.po"))
    return (SOURCE_LANGUAGE, *(tag for tag in found if tag != SOURCE_LANGUAGE))


@lru_cache(maxsize=64)
def _catalogue(name: str) -> gettext.NullTranslations:
    """Read the catalogues of a language; English needs none."""
    return read_catalogues(_files(name), name) if name != SOURCE_LANGUAGE else gettext.NullTranslations()


def _files(name: str) -> Iterator[Path]:
    """Give the catalogues of a language: those of pages, then that of mails."""
    for folder in _FOLDERS:
        file = _ROOT / folder / f"{name}.po"
        if file.exists():
            yield file
    file = Path(mail.__file__).parent / "locale" / f"{name}.po"
    if file.exists():
        yield file


class PageWording(Wording):
    """Our words for web pages in one language."""

    __slots__ = ()

    def _sentences(self) -> gettext.NullTranslations:
        """Give the catalogue of pages."""
        return _catalogue(self.catalogue)

    def number(self, value: int) -> str:
        """Write a number with the digits and separators of the language."""
        return self.digits(f"{value:,}" if self.language.startswith("en") else f"{value:,}".replace(",", "\u00a0"))

    def moment(self, moment: datetime) -> str:
        """Write a date and a time of day, in the zone that the moment is in."""
        return self.digits(format_datetime(moment, format="medium", locale=_locale(self.language)))

    def city(self, zone: str) -> str:
        """Name the city of a time zone: "Tehran" for "Asia/Tehran"."""
        return get_timezone_location(ZoneInfo(zone), locale=_locale(self.language), return_city=True)

    def name_of(self, tag: str) -> str:
        """Name a language in itself, as people who speak it look for it: "Deutsch", "فارسی"."""
        return _locale(tag).get_display_name(_locale(tag)) or tag


def _locale(tag: str) -> Locale:
    """Give CLDR's data for a tag, by its language alone where there is nothing closer, else English."""
    for name in (tag, languages.primary(tag)):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(SOURCE_LANGUAGE)


@lru_cache(maxsize=256)
def wording(tag: str) -> PageWording:
    """Give our words for readers of a language; English where its pages are not written yet."""
    found = mail.wording(tag)
    if found.catalogue not in available():
        found = mail.wording(SOURCE_LANGUAGE)
    return PageWording(language=found.language, catalogue=found.catalogue, direction=found.direction)


def choose(wanted: str) -> str | None:
    """Give the language of ours that serves a tag; None: none does."""
    tag = languages.normalise(wanted) if wanted else None
    if tag is None:
        return None
    served = mail.served(tag)
    is_english = languages.primary(tag) == SOURCE_LANGUAGE
    return served if served in available() and (served != SOURCE_LANGUAGE or is_english) else None
