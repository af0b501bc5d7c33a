"""Our words are complete, whole and right in every language we have."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import publisher.digest
from publisher import language as languages
from publisher.digest import strings
from publisher.digest.look import packaged

FIELD = re.compile(r"%\((\w+)\)s")
SAID = re.compile(r'\b(?:say|plain|count|plain_count)\(\s*"([^"]+)"')
NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100, 101)
DEMANDED = {"ar", "fa", "he", "ur", "ru", "uk", "kk", "zh", "es", "fr", "de", "cs"}


def read(name: str) -> Catalog:
    """Read a catalogue as its translators see it."""
    source = resources.files(publisher.digest) / "locale" / f"{name}.po"
    with resources.as_file(source) as path, path.open("rb") as file:
        return read_po(file)


def sources() -> str:
    """Give the templates and code that say our sentences."""
    code = [*Path(strings.__file__).parent.glob("*.py"), *packaged().glob("*.jinja")]
    return "\n".join(path.read_text(encoding="utf-8") for path in code)


def ids(catalogue: Catalog) -> set[str]:
    """Collect the sentences of a catalogue as they stand in the code."""
    found = [message.id for message in catalogue if message.id]
    return {part for one in found for part in (one if isinstance(one, tuple | list) else (one,))}


def test_the_languages_that_were_asked_for() -> None:
    """At least these languages have a catalogue."""
    assert set(strings.available()) >= DEMANDED


@pytest.mark.parametrize("name", strings.available())
def test_every_sentence_is_translated(name: str) -> None:
    """No sentence is missing, and none is left over from an earlier wording."""
    code, known = sources(), ids(read(name))
    assert {said for said in SAID.findall(code) if "{" not in said} <= known
    assert all(f'"{sentence}"' in code for sentence in known)


@pytest.mark.parametrize("name", strings.available())
def test_every_translation_is_whole(name: str) -> None:
    """Each has as many forms as the language has, each names the same values, and no form is empty."""
    catalogue = read(name)
    for message in catalogue:
        if not message.id:
            continue
        given = message.string or ""
        written = given if isinstance(given, tuple | list) else (given,)
        meant = message.id if isinstance(message.id, tuple | list) else (message.id,)
        assert all(written), message.id
        if len(meant) > 1:
            assert len(written) == catalogue.num_plurals
            assert all(set(FIELD.findall(form)) <= set(FIELD.findall(meant[1])) for form in written)
            assert set(FIELD.findall(written[-1])) == set(FIELD.findall(meant[1]))
        else:
            assert sorted(FIELD.findall(written[0])) == sorted(FIELD.findall(meant[0]))


@pytest.mark.parametrize("name", strings.available())
def test_every_translation_is_in_its_script(name: str) -> None:
    """A translation is written in a script of its language."""
    words = strings.wording(name)
    said = " ".join(
        words.say(text) for text in ("Skip to the stories", "Read this issue on the web", "About this email")
    )
    assert not languages.contradicts(name, said, least=5, share=0.3)
    assert words.direction == languages.direction(name)
    assert said != "Skip to the stories Read this issue on the web About this email"


@pytest.mark.parametrize("name", strings.available())
def test_every_number_has_its_form(name: str) -> None:
    """Every number can be said."""
    words = strings.wording(name)
    assert all(words.count("%(n)s story", "%(n)s stories", number) for number in NUMBERS)


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("en", 1, "1 story"),
        ("en", 2, "2 stories"),
        ("cs", 3, "3 články"),
        ("cs", 5, "5 článků"),
        ("ru", 21, "21 материал"),
        ("ru", 22, "22 материала"),
        ("ru", 11, "11 материалов"),
        ("ar", 2, "خبران"),
        ("ar", 7, "7 أخبار"),
        ("ar", 11, "11 خبرًا"),
        ("ar", 100, "100 خبر"),
        ("fa", 12, "۱۲ مطلب"),
        ("pl", 24, "24 artykuły"),
        ("ro", 20, "20 de articole"),
        ("zh", 5, "5 篇文章"),
        ("ka", 2, "2 stories"),
    ],
)
def test_plurals(name: str, number: int, expected: str) -> None:
    """Numbers take the form that the language asks for."""
    assert strings.wording(name).count("%(n)s story", "%(n)s stories", number) == expected


@pytest.mark.parametrize(
    ("tag", "catalogue", "language"),
    [
        ("fr-CA", "fr", "fr-CA"),
        ("zh-TW", "zh-Hant", "zh-TW"),
        ("zh-CN", "zh", "zh-CN"),
        ("en-GB", "en", "en-GB"),
        ("ka", "en", "en"),
        ("ru-Latn", "ru", "ru-Latn"),
        ("kk-Arab", "en", "en"),
    ],
)
def test_wording(tag: str, catalogue: str, language: str) -> None:
    """A language without a catalogue is served by its own kin, else in English, which is said."""
    words = strings.wording(tag)
    assert (words.catalogue, words.language) == (catalogue, language)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "Friday, November 20, 2026"),
        ("en-GB", "Friday, 20 November 2026"),
        ("de", "Freitag, 20. November 2026"),
        ("fa", "جمعه ۲۰ نوامبر ۲۰۲۶"),
        ("zh", "2026年11月20日星期五"),
        ("de-XX", "Freitag, 20. November 2026"),
    ],
)
def test_day(tag: str, expected: str) -> None:
    """A date is written as its readers write it."""
    assert strings.wording(tag).day(date(2026, 11, 20)) == expected


def test_short_day() -> None:
    """The date of a post needs no day of the week."""
    assert strings.wording("cs").short_day(date(2026, 11, 20)) == "20. listopadu 2026"


@pytest.mark.parametrize(
    ("tag", "names", "expected"),
    [("en", ["A", "B", "C"], "A, B, and C"), ("fa", ["الف", "ب"], "الف و ب"), ("en", [], "")],
)
def test_join(tag: str, names: list[str], expected: str) -> None:
    """A list is written as people of the language write it."""
    assert strings.wording(tag).join(names) == expected


def test_a_locale_that_nobody_knows() -> None:
    """A language without dates of its own gets English ones."""
    words = strings.Wording(language="tlh", catalogue="en", direction="ltr")
    assert words.day(date(2026, 11, 20)) == "Friday, November 20, 2026"
