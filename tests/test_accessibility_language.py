"""Rules about language and direction."""

from __future__ import annotations

import pytest

from publisher.accessibility.audit import audit
from publisher.accessibility.page import Page, read_rendered
from publisher.model import Expected, Rendered
from tests.mails import check_clean, check_finds, found_rules, make_mail

RUSSIAN = "Порт снова открылся после трёх дней шторма и дождя."
WRAPPER = 'lang="en" dir="ltr" style="background'


def bare(body: str) -> str:
    """Give a mail with another body."""
    return make_mail().split("<body", 1)[0] + f"<body>{body}</body></html>"


@pytest.mark.parametrize(
    "html",
    [
        make_mail().replace(WRAPPER, 'lang="en" style="background'),
        make_mail().replace(WRAPPER, 'lang="en" dir="sideways" style="background'),
        make_mail().replace(WRAPPER, 'lang="en" dir="rtl" style="background'),
        make_mail().replace("</body>", "<p lang='en'>An appendix</p></body>"),
        bare("Text without a wrapper"),
        bare('<div lang="en" dir="ltr"><h1>Title</h1></div><div lang="en"><img src="a.png" alt="A boat"></div>'),
    ],
)
def test_content_without_a_direction_is_found(html: str) -> None:
    """Whatever stands in the body has to say in which direction it runs."""
    check_finds(html, "body-dir")


@pytest.mark.parametrize(
    "html",
    [
        make_mail(),
        make_mail().replace("</body>", '<img src="https://example.org/p.gif" alt="" width="1" height="1"></body>'),
        make_mail().replace("</body>", "<div><br></div><style>p{margin:0}</style></body>"),
    ],
)
def test_content_with_a_direction_is_clean(html: str) -> None:
    """What says nothing needs no direction: pixels, empty boxes, styles."""
    check_clean(html)


def test_a_guessed_direction_is_only_told() -> None:
    """With dir="auto" the client guesses, mostly right."""
    (finding,) = audit(read(make_mail().replace(WRAPPER, 'lang="en" dir="auto" style="background')))
    assert (finding.rule, finding.gate.value) == ("body-dir", "info")


def read(html: str, **changes: object) -> Page:
    """Read an edition of ours with this HTML."""
    values: dict[str, object] = {
        "subject": "Morning digest",
        "html": html,
        "text": "Morning digest",
        "web": "",
        "language": "en",
        "direction": "ltr",
    }
    return read_rendered(Rendered(**values | changes))  # type: ignore[arg-type]  # any field


@pytest.mark.parametrize(
    "html",
    [
        make_mail().replace(WRAPPER, 'dir="ltr" style="background'),
        make_mail().replace(WRAPPER, 'lang="und" dir="ltr" style="background'),
        make_mail().replace(WRAPPER, 'lang="zz-notalanguage" dir="ltr" style="background'),
        bare("Text without a wrapper"),
    ],
)
def test_content_without_a_language_is_found(html: str) -> None:
    """Whatever stands in the body has to say in which registered language it is."""
    check_finds(html, "body-lang")


def test_the_wrapper_speaks_the_language_of_the_edition() -> None:
    """A wrapper in another language than the edition is found; another region is the same language."""
    spoken = make_mail().replace(WRAPPER, 'lang="fr" dir="ltr" style="background')
    assert "body-lang" in {finding.rule for finding in audit(read(spoken))}
    british = make_mail().replace(WRAPPER, 'lang="en-GB" dir="ltr" style="background')
    assert audit(read(british)) == ()


@pytest.mark.parametrize("written", ["<html", '<html lang=""', '<html lang="english"', '<html lang="en_US"'])
def test_a_page_without_a_registered_language_is_found(written: str) -> None:
    """The html element names a tag of BCP 47."""
    check_finds(make_mail().replace('<html lang="en"', written), "html-lang")


@pytest.mark.parametrize("tag", ["en", "pt-BR", "sr-Latn"])
def test_registered_languages_are_clean(tag: str) -> None:
    """Regions and scripts may be named too."""
    assert "html-lang" not in found_rules(make_mail(lang=tag))


@pytest.mark.parametrize(
    "inner",
    [
        f"<p>{RUSSIAN}</p>",
        f"<p>In the words of the mayor: <q>{RUSSIAN}</q></p>",
        '<p>She said <span lang="klingonish">nothing</span>.</p>',
        "<p>بندر روز دوشنبه پس از سه روز توفان دوباره باز شد</p>",
    ],
)
def test_a_foreign_passage_without_a_language_is_found(inner: str) -> None:
    """Twenty letters in a script of another language need a lang, and one that exists."""
    check_finds(make_mail(inner), "language-of-parts")


@pytest.mark.parametrize(
    "inner",
    [
        f'<p lang="ru">{RUSSIAN}</p>',
        "<p>The word «порт» is Russian.</p>",
        '<p lang="ja">港は月曜日に再開しました。三日間の嵐の後です。</p>',
        f'<p style="display:none">{RUSSIAN}</p>',
    ],
)
def test_a_named_or_short_passage_is_clean(inner: str) -> None:
    """Single words, and what is never heard, need no mark."""
    check_clean(make_mail(inner))


def test_addresses_have_no_language() -> None:
    """A Latin address in a Russian text is no passage."""
    mail = make_mail("<p>Адрес: www.example.org/a-long-address-in-latin-letters</p>", lang="ru")
    own = [one for one in audit(read(mail, language="ru")) if one.rule == "language-of-parts"]
    assert all("www" not in one.message for one in own)


def test_a_post_stands_in_its_own_language_and_direction() -> None:
    """The heading of a post of ours is compared with the language of the post."""
    expected = (Expected(post="p1", anchor="post-1", title="Harbour opens after the storm", language="fa"),)
    found = [one for one in audit(read(make_mail(), expected=expected)) if one.rule == "language-of-parts"]
    assert [(one.post, one.field) for one in found] == [("p1", "language")]
    heading = '<h2><a href="https://example.org/1"'
    turned = make_mail().replace(heading, heading.replace("<h2", '<h2 lang="fa"'))
    found = [one for one in audit(read(turned, expected=expected)) if one.rule == "language-of-parts"]
    assert ("p1", "language") in {(one.post, one.field) for one in found if 'dir="ltr"' in one.message}
    right = make_mail().replace(heading, heading.replace("<h2", '<h2 lang="fa" dir="rtl"'))
    right = right.replace("Harbour opens after the storm", "بندر پس از توفان باز شد")
    assert "language-of-parts" not in {one.rule for one in audit(read(right, expected=expected))}
