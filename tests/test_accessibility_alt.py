"""Alternative texts: what they are worth, and how they stand to their captions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from publisher.accessibility import alt as alts
from publisher.accessibility.alt import Relation, relation

SCHOOL = "Pupils enter a school in Prague"


@pytest.mark.parametrize(
    ("alt", "caption", "expected"),
    [
        (None, None, Relation.NOTHING),
        (" ", "", Relation.NOTHING),
        (None, SCHOOL, Relation.CAPTION_ONLY),
        ("", SCHOOL, Relation.CAPTION_ONLY),
        (SCHOOL, None, Relation.ALT_ONLY),
        (SCHOOL, SCHOOL, Relation.SAME),
        (SCHOOL, f"{SCHOOL}.", Relation.SAME),
        (SCHOOL, f"Photo: {SCHOOL} (Reuters)", Relation.SAME),
        (SCHOOL, f"{SCHOOL}. Photo: Ann Lee / AFP", Relation.SAME),
        (SCHOOL, f"{SCHOOL} © Ann Lee 2026", Relation.SAME),
        (SCHOOL, f"{SCHOOL} on Monday", Relation.SAME),
        ("In Prague a school: pupils enter", SCHOOL, Relation.SAME),
        ("Pupils enter", f"{SCHOOL} after the long summer holidays", Relation.PARTLY),
        (f"{SCHOOL}; a teacher in a red coat waves from the stairs", SCHOOL, Relation.PARTLY),
        ("A teacher in a school in Prague", "Prague, where a school is open", Relation.PARTLY),
        ("A teacher waves from the stairs", SCHOOL, Relation.DISTINCT),
        ("الطلاب يدخلون المدرسة", "الطُّلاب يدخلون المدرسة (رويترز)", Relation.SAME),
        ("می‌روند", "می روند", Relation.SAME),
        ("学生进入布拉格的学校", "图：学生进入布拉格的学校", Relation.SAME),
        ("学生", "布拉格的学校里有很多学生和老师", Relation.PARTLY),
        ("Ученики входят в школу", "Ученики входят в школу. Фото: Иван Иванов, ТАСС", Relation.SAME),
        ("(Reuters)", "(Reuters)", Relation.SAME),
        ("🎉", "🎈", Relation.DISTINCT),
    ],
)
def test_relations(alt: str | None, caption: str | None, expected: Relation) -> None:
    """Credits, labels, marks and punctuation make no difference; words do."""
    assert relation(alt, caption) is expected


@settings(deadline=None)
@given(strategies.text(min_size=1, max_size=60), strategies.text(max_size=60))
def test_any_two_texts_have_a_relation(one: str, other: str) -> None:
    """A text is the same as itself, and every pair has an answer."""
    assert relation(one, other) in Relation
    if one.strip():
        assert relation(one, one) is Relation.SAME


@pytest.mark.parametrize(
    "alt",
    [
        "harbour.jpg",
        "IMG_2031",
        "photo 3",
        "x_w650_r1",
        "deadbeef0",
        "1920x1080",
        "cid:a",
        "https://e.org/a",
        "a-b-c-4",
        "123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_file_names(alt: str) -> None:
    """What cameras, servers and content systems write."""
    assert alts.is_file_name(alt)


@pytest.mark.parametrize("alt", ["", " ", "state-of-the-art crane", "A ship in 2026", "mother-in-law", "Flight MH17"])
def test_words_are_no_file_names(alt: str) -> None:
    """Hyphens, years and numbers stand in sentences."""
    assert not alts.is_file_name(alt)


@pytest.mark.parametrize("alt", ["", "A photo album", "Nullarbor", "5", "→ to the pier"])
def test_words_are_no_placeholders(alt: str) -> None:
    """An empty alt is a decision, and longer texts say something."""
    assert not alts.is_placeholder(alt)


@pytest.mark.parametrize(
    ("alt", "lead"),
    [
        ("Image of a crane", "Image of"),
        (" photo of boats", "photo of"),
        ("صورة لقارب", "صورة ل"),
        ("На фото порт", "На фото"),
        ("图为港口", "图为"),
        ("Image of", None),
        ("Photography school", None),
        ("Fotografen im Hafen", None),
    ],
)
def test_redundant_leads(alt: str, lead: str | None) -> None:
    """The words in front are given as they are written; a lead without anything after it is none."""
    assert alts.redundant_lead(alt) == lead


@pytest.mark.parametrize(
    ("alt", "credit"),
    [
        ("A crane. Photo: Ann Lee", "photo: ann lee"),
        ("A crane (AP Photo/Ann Lee)", "(ap photo/ann lee)"),
        ("A crane © 2026", "© 2026"),
        ("A crane / Reuters", "reuters"),
        ("Reuters", None),
        ("A crane", None),
    ],
)
def test_credits(alt: str, credit: str | None) -> None:
    """Where a description names who took the picture."""
    assert alts.credit_in(alt) == credit


def test_length() -> None:
    """Long ones and terse ones are asked about; scripts without spaces are measured in characters."""
    assert alts.is_too_long("a " * 76)
    assert not alts.is_too_long("a " * 75)
    assert alts.is_terse("Václav Havel")
    assert not alts.is_terse("Václav Havel speaks")
    assert alts.is_terse("港口")
    assert not alts.is_terse("红色的船在港口")


def test_script() -> None:
    """Only a script that the language is not written in is foreign."""
    assert alts.is_in_another_script("Кран поднимает красную лодку", "en")
    assert not alts.is_in_another_script("A crane lifts a red boat", "en")
