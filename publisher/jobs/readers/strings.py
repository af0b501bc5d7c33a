"""The words of our letters, in the reader's language: gettext .po files, one per language."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from publisher.digest import strings as mail
from publisher.digest.strings import SOURCE_LANGUAGE, Wording

FOLDER = Path(__file__).parent / "locale"


def read_catalogues(files: Iterable[Path], name: str) -> gettext.NullTranslations:
    """Read the catalogues of a language, one behind the other; without any, everything stays English."""
    first: gettext.NullTranslations | None = None
    for file in files:
        written = io.BytesIO()
        write_mo(written, read_po(io.BytesIO(file.read_bytes()), locale=name.replace("-", "_")))
        written.seek(0)
        catalogue = gettext.GNUTranslations(written)
        if first is None:
            first = catalogue
        else:
            first.add_fallback(catalogue)
    return first or gettext.NullTranslations()


@lru_cache(maxsize=1)
def available() -> tuple[str, ...]:
    """Give the tags of the languages that letters are written in."""
    return (SOURCE_LANGUAGE, *sorted(file.stem for file in FOLDER.glob("*.po")))


@lru_cache(maxsize=64)
def _catalogue(name: str) -> gettext.NullTranslations:
    """Read the catalogue of one language; English needs none."""
    file = FOLDER / f"{name}.po"
    return read_catalogues([file] if file.exists() else [], name)


class LetterWording(Wording):
    """Our words for letters in one language."""

    __slots__ = ()

    def _sentences(self) -> gettext.NullTranslations:
        """Give the catalogue of letters."""
        return _catalogue(self.catalogue)


@lru_cache(maxsize=256)
def wording(tag: str) -> LetterWording:
    """Give our words for a letter to readers of a language; English where there are none."""
    found = mail.wording(tag)
    if found.catalogue not in available():
        found = mail.wording(SOURCE_LANGUAGE)
    return LetterWording(language=found.language, catalogue=found.catalogue, direction=found.direction)
