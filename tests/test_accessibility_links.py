"""Rules about links."""

from __future__ import annotations

import pytest

from publisher.accessibility.audit import audit
from publisher.accessibility.page import Kind, read_html
from tests.mails import check_clean, check_finds, found_rules, make_mail


def link(words: str, href: str = "https://example.org/x", style: str = "color:#0b5394") -> str:
    """Give a link."""
    return f'<a href="{href}" style="{style}">{words}</a>'


@pytest.mark.parametrize(
    "inner",
    [
        link(""),
        link("&nbsp;&zwnj;"),
        link('<img src="a.png" alt="">'),
        link('<span aria-label=" "></span>'),
        '<a href="" aria-labelledby="gone"></a>',
    ],
)
def test_a_link_without_a_name_is_found(inner: str) -> None:
    """A screen reader would spell out the address."""
    check_finds(make_mail(f"<p>{inner}</p>"), "link-name")


@pytest.mark.parametrize(
    "inner",
    [
        link('<img src="a.png" alt="Example News home page">'),
        '<a href="https://example.org/x" aria-label="Facebook page"></a>',
        '<a href="https://example.org/x" title="Facebook page"></a>',
        '<span id="fb">Facebook page</span> <a href="https://example.org/x" aria-labelledby="fb"></a>',
        '<a href="https://example.org/x"><svg aria-label="Facebook page"></svg></a>',
        '<a name="nowhere"></a>',
        '<div style="display:none"><a href="https://example.org/x"></a></div>',
    ],
)
def test_a_link_with_a_name_is_clean(inner: str) -> None:
    """Pictures and labels name links too; anchors and hidden links need no name."""
    assert "link-name" not in found_rules(make_mail(f"<p>{inner}</p>"))


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ("Read more", "en"),
        ("click here!", "en"),
        ("Weiterlesen …", "de"),
        ("Lire la suite", "fr"),
        ("Leer más", "es"),
        ("Leia mais", "pt"),
        ("Leggi tutto", "it"),
        ("Lees meer", "nl"),
        ("Więcej", "pl"),
        ("Číst dál", "cs"),
        ("Подробнее", "ru"),
        ("Читати далі", "uk"),
        ("Толығырақ", "kk"),
        ("اقرأ المزيد", "ar"),
        ("ادامه مطلب", "fa"),
        ("קרא עוד", "he"),
        ("مزید پڑھیں", "ur"),
        ("और पढ़ें", "hi"),
        ("阅读更多", "zh"),
        ("続きを読む", "ja"),
        ("더 보기", "ko"),
        ("Read more", "de"),
        ("Go", "sv"),
        ("ok", "en"),
    ],
)
def test_a_generic_name_is_asked_about(words: str, lang: str) -> None:
    """The phrases that fit every link are known in twenty languages, the English ones in all."""
    check_finds(make_mail(f"<p>{link(words)}</p>", lang=lang), "link-text-generic")


@pytest.mark.parametrize("words", ["Read more about ferries", "The harbour plan", "№ 7", "2", "Here comes the ferry"])
def test_a_telling_name_is_clean(words: str) -> None:
    """Only the whole name counts; numbers are names of pages."""
    check_clean(make_mail(f"<p>{link(words)}</p>"))


@pytest.mark.parametrize("words", ["https://example.org/a/b?c=1", "www.example.org", "example.org/plan/2026"])
def test_an_address_as_a_name_is_asked_about(words: str) -> None:
    """Addresses are spelled out letter by letter."""
    check_finds(make_mail(f"<p>{link(words)}</p>"), "link-text-url")


@pytest.mark.parametrize(
    "words", ["example.org", "Write to news@example.org", "See https://example.org/a for the plan"]
)
def test_a_short_address_or_a_sentence_is_clean(words: str) -> None:
    """A bare host is a name; a sentence with an address in it is more than one."""
    assert "link-text-url" not in found_rules(make_mail(f"<p>{link(words)}</p>"))


PLAIN = "color:#0b5394;text-decoration:none"


@pytest.mark.parametrize(
    "inner",
    [
        f"<p>Before you sail, read {link('the plan', style=PLAIN)} of the harbour.</p>",
        f"<p>Before you sail, read <span>{link('the plan', style='text-decoration:none')}</span> of the harbour.</p>",
        f"<ul><li>Tickets are sold by {link('the office', style=PLAIN)}</li></ul>",
        f'<table role="presentation"><tr><td>Sold by the office and {link("online", style=PLAIN)}</td></tr></table>',
    ],
)
def test_a_link_that_only_its_colour_shows_is_found(inner: str) -> None:
    """In a sentence a link needs more than colour."""
    check_finds(make_mail(inner), "link-distinguishable")


@pytest.mark.parametrize(
    "inner",
    [
        f"<p>Before you sail, read {link('the plan')} of the harbour.</p>",
        f"<p>{link('The plan of the harbour', style=PLAIN + ';display:inline-block;padding:8px 0')}</p>",
        f"<p>Before you sail, read {link('<u>the plan</u>', style=PLAIN)} of the harbour.</p>",
        f"<p>Before you sail, read {link('the plan', style=PLAIN + ';font-weight:bold')} of the harbour.</p>",
        f"<p>Before you sail, read {link('the plan', style=PLAIN + ';border-bottom:1px solid')} of the harbour.</p>",
        f"<p>{link('News', style=PLAIN)} | {link('Weather', 'https://example.org/w', PLAIN)}</p>",
    ],
)
def test_a_link_that_stands_out_is_clean(inner: str) -> None:
    """Underline, weight and border show a link; alone in its block it needs none."""
    assert "link-distinguishable" not in found_rules(make_mail(inner))


def test_one_name_for_two_targets_is_asked_about() -> None:
    """In a list of links they cannot be told apart; tracking alone makes no other target."""
    first = link("The plan", "https://example.org/plan")
    check_finds(make_mail(f"<p>{first} and {link('the plan', 'https://e.org')}</p>"), "same-text-different-target")
    same = link("The plan", "https://example.org/plan/?utm_source=mail&utm_medium=x")
    check_clean(make_mail(f"<p>{first} and later {same}</p>"))
    slashed = link("The plan", "https://example.org/plan#")
    check_clean(make_mail(f"<p>{first} and later {slashed}</p>"))


PICTURE = '<img src="https://example.org/2.jpg" alt="Two ferries in the rain">'


@pytest.mark.parametrize(
    "inner",
    [
        f"<p>{link(PICTURE)}</p><h3>{link('Ferries wait')}</h3>",
        f"<p>{link('Ferries')} {link('wait in rain')}</p>",
        f"<p>{link(PICTURE)}</p><p>Photo: The Anna</p><h3>{link('Ferries wait')}</h3>",
    ],
)
def test_neighbours_with_one_target_are_asked_about(inner: str) -> None:
    """A picture and a headline that lead to one place make two stops of one."""
    check_finds(make_mail(inner), "adjacent-links")


@pytest.mark.parametrize(
    "inner",
    [
        f"<h3>{link(PICTURE + ' Ferries wait')}</h3>",
        f"<p>{link('Ferries wait')} because of the storm, says {link('the harbour office')}.</p>",
        f"<p>{link('Ferries wait')}</p><p>In the storm</p><p>{link('The whole story of the ferries')}</p>",
        f"<p>{link('Ferries wait')}</p><p>{PICTURE}</p><p>{link('The whole story of the ferries')}</p>",
        f"<p>{link('Ferries wait')} {link('Trains run', 'https://example.org/trains')}</p>",
    ],
)
def test_links_with_something_between_them_are_clean(inner: str) -> None:
    """Text between two links to one place makes them two."""
    assert "adjacent-links" not in found_rules(make_mail(inner))


@pytest.mark.parametrize("href", ["#gone", "#", "#top", "#box", "#full", "#caf%C3%A9s"])
def test_a_link_within_the_mail_that_does_not_arrive_is_found(href: str) -> None:
    """Only an empty <a name> is found by every client."""
    mail = make_mail(f'<p id="box">{link("A place", href)}</p><p><a name="full">Words</a></p>')
    check_finds(mail, "anchor-target")


def test_a_link_to_an_empty_anchor_is_clean() -> None:
    """The name may be written with an escape."""
    check_clean(make_mail(f'<p>{link("A café", "#caf%C3%A9")} in town</p><a name="café" id="café"></a>'))


def test_on_the_web_an_id_is_enough() -> None:
    """Browsers go to ids, and to the top."""
    mail = make_mail(f'<p id="box">{link("A box", "#box")} and {link("the top", "#top")}</p>')
    page = read_html(mail, kind=Kind.WEB)
    assert "anchor-target" not in {finding.rule for finding in audit(page)}
