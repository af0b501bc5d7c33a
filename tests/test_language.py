"""Language tags, scripts and direction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import language


@pytest.mark.parametrize(
    ("given_tag", "written"),
    [
        ("en", "en"),
        ("en_us", "en-US"),
        ("PT-br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("und", None),
        ("xx", None),
        ("english", None),
        ("en-ZZZZZ-", None),
        ("", None),
        (None, None),
    ],
)
def test_a_tag_is_written_as_bcp_47_wants_it(given_tag: str | None, written: str | None) -> None:
    """What names no registered language is None."""
    assert language.normalise(given_tag) == written


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("en", "ltr"),
        ("fa", "rtl"),
        ("ar-EG", "rtl"),
        ("ku-Arab", "rtl"),
        ("uz-Latn", "ltr"),
        ("az-Arab", "rtl"),
        ("?", "ltr"),
    ],
)
def test_the_script_subtag_decides_the_direction(tag: str, direction: str) -> None:
    """Without one the language does; nobody is asked."""
    assert language.direction(tag) == direction


@pytest.mark.parametrize(
    ("tag", "text", "wrong"),
    [
        ("en", "Съешь ещё этих мягких французских булок", True),
        ("en", "A perfectly ordinary English sentence", False),
        ("ru", "A perfectly ordinary English sentence", True),
        ("sr", "Ovo je sasvim obična rečenica na srpskom", False),
        ("ja", "東京の空は今日も青いです。東京の空は今日も青いです。", False),
        ("fa", "کتابخانه‌ای که روی دوچرخه می‌آید", False),
        ("en", "Да", False),
        ("nonsense", "Съешь ещё этих мягких французских булок", False),
    ],
)
def test_a_script_contradicts_a_declared_language(tag: str, text: str, wrong: bool) -> None:  # noqa: FBT001 - a table
    """Enough letters in scripts that the language is not written in, and never a guess."""
    assert language.contradicts(tag, text) is wrong


def test_the_dominant_script_of_a_text() -> None:
    """Digits and marks do not count; a text without letters has none."""
    assert language.dominant_script("2026: Привет, world? Привет!") == "Cyrl"
    assert language.dominant_script("12 + 30") is None
    assert language.primary("pt_BR") == "pt"
    assert language.scripts_of("?") == frozenset()


@given(st.text(max_size=40))
def test_any_text_is_a_tag_or_is_not(text: str) -> None:
    """A foreign tag never raises, and a written one stays as it is."""
    written = language.normalise(text)
    assert written is None or language.normalise(written) == written
    assert language.direction(text) in {"ltr", "rtl"}
