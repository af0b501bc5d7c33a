"""Passages in another script name their language."""

from __future__ import annotations

import pytest
from lxml import html

from publisher import language as languages
from publisher.digest import passages

PERSIAN = "این یک جملهٔ فارسی است که کسی باید آن را بخواند"
ARABIC = "هذه جملة طويلة باللغة العربية لا أكثر ولا أقل"
RUSSIAN = "Это довольно длинное русское предложение"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (PERSIAN, "fa"),
        (ARABIC, "ar"),
        ("یہ اردو کا ایک جملہ ہے اور بہت لمبا ہے", "ur"),
        (RUSSIAN, "ru"),
        ("Це доволі довге українське речення", "uk"),
        ("Бұл қазақ тіліндегі ұзақ сөйлем", "kk"),
        ("これは日本語の文章です", "ja"),
        ("东京都日本国大阪府の人", "ja"),
        ("这是一个中文句子", "zh"),
        ("ეს არის ქართული წინადადება", "ka"),
        ("1234 !", None),
    ],
)
def test_guess(text: str, tag: str | None) -> None:
    """The script tells the language, and letters of its own tell it from its neighbours."""
    assert passages.guess(text) == tag


def test_every_script_has_a_language() -> None:
    """Whatever script can be told, a language can be named for."""
    letters = "aאيअবಕമગਗතతටກกខကබ漢カ한aܐޱᠠωаաሀ"
    assert all(passages.guess(letter * 20) for letter in letters if languages.script_of_letter(letter))


def test_guess_prefers_what_is_known() -> None:
    """A language that the edition has anyway is the likeliest."""
    assert passages.guess(RUSSIAN, ("en", "bg")) == "bg"


def mark(markup: str, around: str = "en") -> tuple[str, int]:
    """Mark a page; give it and the number of repairs."""
    root = html.fragment_fromstring(markup, create_parent="div")
    repairs = passages.mark(root, around)
    return html.tostring(root, encoding="unicode")[5:-6], len(repairs)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (f"<p>{PERSIAN}</p>", f'<p lang="fa" dir="rtl">{PERSIAN}</p>'),
        (f"<h2>{PERSIAN}</h2>", f'<h2><span lang="fa" dir="rtl">{PERSIAN}</span></h2>'),
        (f'<p lang="de">{RUSSIAN}</p>', f'<p lang="de"><span lang="ru" dir="ltr">{RUSSIAN}</span></p>'),
        (
            f"<p>{RUSSIAN}<br>{RUSSIAN}</p>",
            f'<p><span lang="ru" dir="ltr">{RUSSIAN}</span><br><span lang="ru" dir="ltr">{RUSSIAN}</span></p>',
        ),
        (f"<p><i>y</i><b>x</b>{RUSSIAN}</p>", f'<p><i>y</i><b>x</b><span lang="ru" dir="ltr">{RUSSIAN}</span></p>'),
        (f"<p><b>x</b>{RUSSIAN}</p>", f'<p><b>x</b><span lang="ru" dir="ltr">{RUSSIAN}</span></p>'),
    ],
)
def test_mark(markup: str, expected: str) -> None:
    """A passage is marked where it stands alone, and wrapped where other things stand beside it."""
    assert mark(markup)[0] == expected


@pytest.mark.parametrize(
    ("markup", "around"),
    [
        ("<p>Plain words in English, nothing else here</p>", "en"),
        (f'<p lang="fa">{PERSIAN}</p>', "en"),
        ("<p>Слово</p>", "en"),
        (f"<p>The word {PERSIAN[:12]} stands in a sentence in English</p>", "en"),
        ("<p>https://example.org/an/address/that/is/long</p>", "fa"),
        (f"<style>/* {RUSSIAN} */</style>", "en"),
        (f"<!-- {RUSSIAN} -->", "en"),
    ],
)
def test_leave_alone(markup: str, around: str) -> None:
    """A word, a name, an address or a passage that is marked already needs nothing."""
    assert mark(markup, around) == (markup, 0)


@pytest.mark.parametrize(
    ("markup", "post"),
    [
        (f'<div><a name="post-3" id="post-3"></a><p>{RUSSIAN}</p></div>', "post-3"),
        (f'<article id="post-2"><p>{RUSSIAN}</p></article>', "post-2"),
        (f"<p>{RUSSIAN}</p>", None),
    ],
)
def test_repairs_name_the_post(markup: str, post: str | None) -> None:
    """A repair says where it was made."""
    (repair,) = passages.mark(html.fragment_fromstring(markup, create_parent="div"), "en")
    assert (repair.rule, repair.before, repair.after, repair.post) == ("language-of-parts", RUSSIAN, 'lang="ru"', post)


def test_write_page() -> None:
    """A page with a foreign passage is written anew, one without stays as it was."""
    plain = "<!DOCTYPE html>\n<html lang=en><title>x</title><body><p>Words</p></body></html>"
    assert passages.write_page(plain, "en", ()) == plain
    marked = passages.write_page(plain.replace("Words", RUSSIAN), "en", ())
    assert f'<p lang="ru" dir="ltr">{RUSSIAN}</p>' in marked
    assert marked.startswith("<!DOCTYPE html>")
