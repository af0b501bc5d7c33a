"""Rules about pictures."""

from __future__ import annotations

import pytest

from publisher.accessibility.audit import audit
from publisher.accessibility.page import read_html
from tests.mails import check_clean, check_finds, found_rules, make_mail


def picture(alt: str, src: str = "https://example.org/2.jpg") -> str:
    """Give a picture with an alternative text."""
    return f'<img src="{src}" alt="{alt}">'


@pytest.mark.parametrize(
    "inner",
    [
        '<img src="https://example.org/2.jpg">',
        '<img src="https://example.org/open.gif" width="1" height="1">',
        '<div style="display:none"><img src="https://example.org/open.gif"></div>',
        '<map name="m"><area href="https://example.org" shape="default"></map>',
        '<input type="image" src="https://example.org/go.png">',
    ],
)
def test_a_picture_without_alt_is_found(inner: str) -> None:
    """Every picture has an alt attribute, those of one pixel and hidden ones too."""
    check_finds(make_mail(inner), "image-alt")


@pytest.mark.parametrize(
    "inner",
    [
        picture(""),
        '<img src="https://example.org/open.gif" alt width="1" height="1">',
        picture("Two ferries wait in the rain"),
        '<input type="text" aria-label="Name">',
    ],
)
def test_a_picture_with_alt_is_clean(inner: str) -> None:
    """An empty alt lets the picture be passed over."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize("alt", ["DSC_0042.JPG", "harbour_w650_r1", "a1b2c3d4e5f6a7b8", "IMG-2031", "1920x1080"])
def test_a_file_name_is_found(alt: str) -> None:
    """Names of files and keys of picture servers describe nothing (WCAG F30)."""
    check_finds(make_mail(picture(alt)), "alt-file-name")


@pytest.mark.parametrize("alt", ["Image", "photo", " ", "...", "untitled", "Фото", "صورة", "圖片", "Alt text"])
def test_a_placeholder_is_found(alt: str) -> None:
    """Words that only hold the place of a description describe nothing, in any language."""
    check_finds(make_mail(picture(alt)), "alt-placeholder")


@pytest.mark.parametrize(
    "alt",
    ["COVID-19 ward in Prague", "10000000 passengers at the pier", "Logo of Example News", "🎉 Party at the pier"],
)
def test_a_description_is_clean(alt: str) -> None:
    """Numbers and short words in a description are fine."""
    check_clean(make_mail(picture(alt)))


@pytest.mark.parametrize(
    "inner",
    [
        picture("Ferry in the rain") + "<p>Photo: Ferry in the rain. (Reuters)</p>",
        "<p>Ferry in the rain</p>" + picture("Ferry in the rain"),
        f'<p><a href="https://example.org/f">{picture("Ferry in the rain")} Ferry in the rain</a></p>',
        "<h3>Two ferries wait</h3>" + picture("Two ferries wait!"),
    ],
)
def test_an_alt_that_repeats_its_neighbour_is_found(inner: str) -> None:
    """What the caption, the headline or the link says already is heard twice."""
    check_finds(make_mail(inner), "alt-repeats-text")


@pytest.mark.parametrize(
    "inner",
    [
        picture("A ferry with one funnel leaves in rain") + "<p>Photo: The Anna on Monday</p>",
        picture("") + "<p>Ferry in the rain</p>",
        f'<p><a href="https://example.org/f">{picture("")} Ferry in the rain</a></p>',
    ],
)
def test_an_alt_of_its_own_is_clean(inner: str) -> None:
    """A description beside a caption that says something else is right."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize(
    "alt", ["Photo of a crane", "Imagen de un barco", "Bild von einem Boot", "Image showing a map"]
)
def test_a_redundant_lead_is_found(alt: str) -> None:
    """Screen readers say by themselves that it is a picture."""
    check_finds(make_mail(picture(alt)), "alt-lead")


def test_a_long_alt_is_found() -> None:
    """Nobody can go back a word: 150 characters are the most."""
    check_finds(make_mail(picture("A long row of boats " * 8)), "alt-long")
    check_clean(make_mail(picture(("A long row of boats " * 7).strip())))


@pytest.mark.parametrize(
    "alt", ["A crane at work. Photo: Ann Lee", "A crane (AP Photo/Ann Lee)", "© AFP", "A crane - Reuters"]
)
def test_a_credit_in_an_alt_is_found(alt: str) -> None:
    """Who took the picture belongs to everybody, into the caption."""
    check_finds(make_mail(picture(alt)), "alt-credit")


@pytest.mark.parametrize("alt", ["The Reuters building", "A photographer at work", "Courtesy call at the harbour"])
def test_words_of_a_credit_in_a_description_are_clean(alt: str) -> None:
    """Agencies and photographers can be what the picture shows."""
    check_clean(make_mail(picture(alt)))


def test_an_alt_in_another_script_is_found() -> None:
    """It is read with the voice of the language around it, unless it says which it is."""
    russian = "Кран поднимает красную лодку"
    check_finds(make_mail(picture(russian)), "alt-script")
    check_clean(make_mail(f'<span lang="ru">{picture(russian)}</span>'))
    check_clean(make_mail(picture("Café Žižkov in Prague")))


def test_one_alt_for_two_pictures_is_found_once() -> None:
    """Two photographs seldom show the same; one shown twice may."""
    twins = picture("Two boats", "https://example.org/2.jpg") + "<p>And</p>" + picture("Two boats", "https://e.org/3")
    assert found_rules(make_mail(twins)).count("alt-twice") == 1
    again = picture("Two boats") + "<p>And</p>" + picture("Two boats")
    check_clean(make_mail(again))
    check_clean(make_mail(picture("") + picture("", "https://e.org/3")))


def test_too_much_of_one_kind_is_counted() -> None:
    """Fifty places are listed, and the rest is a number."""
    found = audit(read_html(make_mail('<img src="https://example.org/2.jpg">' * 80)))
    assert len(found) == 51
    assert "30 more places" in found[-1].message


def test_a_finding_says_where_and_how() -> None:
    """Message, selector and fix are there for everybody who has to mend it."""
    findings = audit(read_html(make_mail('<div id="box"><p>Text</p><img src="https://example.org/2.jpg"></div>')))
    (finding,) = findings
    assert finding.selector == "#box > img"
    assert "https://example.org/2.jpg" in finding.message
    assert finding.fix
    assert (finding.test, finding.wcag, finding.gate.value) == (8, "1.1.1", "block")
