"""Rules about what goes with the HTML, and about words."""

from __future__ import annotations

import pytest

from publisher.accessibility.audit import audit
from publisher.accessibility.page import read_html, read_message, read_rendered, read_web
from publisher.model import Digest, Expected, Rendered
from tests.builders import NOON
from tests.mails import MAIL_TEXT, check_clean, check_finds, found_rules, make_eml, make_mail

TITLE = "<title>Morning digest</title>"
EXPECTED = (
    Expected(
        post="p1",
        anchor="post-1",
        title="Harbour opens after the storm",
        url="https://example.org/1",
        alts=("A crane lifts a red boat out of grey water",),
    ),
    Expected(post="p2", anchor="post-2", title="Ferries sail again", url="https://example.org/2"),
)


def edition(**changes: object) -> Rendered:
    """Give an edition of ours in which nothing is to be found."""
    values: dict[str, object] = {
        "subject": "Morning digest",
        "html": make_mail(),
        "text": MAIL_TEXT,
        "web": "",
        "language": "en",
        "direction": "ltr",
        "expected": EXPECTED,
    }
    return Rendered(**values | changes)  # type: ignore[arg-type]  # any field


def found(rendered: Rendered) -> list[tuple[str, str | None]]:
    """Audit an edition of ours: rules and posts."""
    return [(finding.rule, finding.post) for finding in audit(read_rendered(rendered))]


@pytest.mark.parametrize("title", ["", "<title></title>", "<title> &nbsp; </title>", "<svg><title>Logo</title></svg>"])
def test_a_page_without_title_is_found(title: str) -> None:
    """A title of a drawing is not the page's."""
    check_finds(make_mail().replace(TITLE, title), "title")


@pytest.mark.parametrize("title", [TITLE, "<title>Morning\n digest</title>", "<TITLE>Anything</TITLE>"])
def test_a_bare_page_with_a_title_is_clean(title: str) -> None:
    """A bare page has no subject to compare with."""
    check_clean(make_mail().replace(TITLE, title))


def test_the_title_of_our_mail_is_its_subject() -> None:
    """Ours are equal; in other people's mail, one may be a part of the other."""
    assert found(edition()) == []
    assert found(edition(subject="Evening digest")) == [("title", None)]
    assert audit(read_message(make_eml(make_mail().replace(TITLE, "<title>Morning Digest | News</title>")))) == ()
    other = read_message(make_eml(make_mail().replace(TITLE, "<title>Untitled page</title>")))
    assert [finding.rule for finding in audit(other)] == ["title"]


def test_the_title_of_our_archive_page_may_say_more() -> None:
    """On the web, the newsletter's name may stand beside the subject."""
    page = read_web(edition(web=make_mail().replace(TITLE, "<title>Morning digest | Example News</title>")))
    assert "title" not in {finding.rule for finding in audit(page)}


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (MAIL_TEXT.replace("Ferries sail again", ""), [("text-part", "p2")]),
        (MAIL_TEXT.replace("https://example.org/1", ""), [("text-part", "p1")]),
        (MAIL_TEXT.replace("A crane lifts", "A lift"), [("text-part", "p1")]),
        ("\n".join(reversed(MAIL_TEXT.splitlines())), [("text-part", "p1"), ("text-part", "p1"), ("text-part", "p2")]),
        (" ", [("text-part", None)]),
    ],
)
def test_a_text_part_that_says_less_is_found(text: str, problems: list[tuple[str, str | None]]) -> None:
    """Titles, addresses and descriptions stand in it, in the order of the HTML."""
    assert found(edition(text=text)) == problems


@pytest.mark.parametrize("text", [MAIL_TEXT, MAIL_TEXT.replace(" ", "\n"), MAIL_TEXT + "Unsubscribe: https://e.org"])
def test_a_whole_text_part_is_clean(text: str) -> None:
    """Line breaks make no difference, and more may be said."""
    assert found(edition(text=text)) == []


def test_a_foreign_mail_needs_a_text_part_too() -> None:
    """It may be worded as it likes, but it has to say something."""
    assert audit(read_message(make_eml(make_mail()))) == ()
    assert [one.rule for one in audit(read_message(make_eml(make_mail(), text=None)))] == ["text-part"]
    long = make_mail("<p>Ferries sail again to every island of the bay.</p>" * 12)
    assert [one.rule for one in audit(read_message(make_eml(long, text="See the HTML.")))] == ["text-part"]
    assert audit(read_message(make_eml(make_mail(), text="See the HTML."))) == ()


def test_a_bare_page_is_not_asked_for_a_message() -> None:
    """Text part, headers and web version belong to messages and to our editions."""
    assert not {"text-part", "list-unsubscribe", "web-version"} & set(found_rules("<p>Words</p>"))


def test_our_edition_links_its_web_version() -> None:
    """By a class, or by words of many languages; where there is no address on the web this is only asked about."""
    without = make_mail().replace("web-version", "").replace("Read this issue on the web", "Morning news")
    assert found(edition(html=without)) == [("web-version", None)]
    assert found(edition(html=without.replace("Morning news", "Číst v prohlížeči"))) == []
    digest = Digest(
        title="Digest", subject="Morning digest", language="en", direction="ltr", date=NOON.date(), sections=()
    )
    (finding,) = audit(read_rendered(edition(html=without), digest=digest))
    assert (finding.rule, finding.gate.value) == ("web-version", "ack")


@pytest.mark.parametrize("headers", ["X-Mailer: mine\r\n", "List-Unsubscribe: yes\r\n", "List-Unsubscribe:\r\n"])
def test_a_message_without_list_unsubscribe_is_found(headers: str) -> None:
    """The client's own button needs the header."""
    page = read_message(make_eml(make_mail(), headers=headers))
    assert [finding.rule for finding in audit(page)] == ["list-unsubscribe"]


@pytest.mark.parametrize(
    "headers",
    [
        "List-Unsubscribe: <mailto:off@example.org>\r\n",
        "list-unsubscribe: <https://e.org/u>, <mailto:off@example.org>\r\n",
    ],
)
def test_a_message_with_list_unsubscribe_is_clean(headers: str) -> None:
    """One address is enough."""
    assert audit(read_message(make_eml(make_mail(), headers=headers))) == ()


def test_headers_of_our_message_are_checked() -> None:
    """With its bytes, an edition of ours is a message too."""
    assert audit(read_rendered(edition(), message=make_eml(make_mail()))) == ()
    bare = b"Subject: Morning digest\r\n\r\nno parts"
    assert {one.rule for one in audit(read_rendered(edition(), message=bare))} == {"list-unsubscribe", "charset"}


@pytest.mark.parametrize(
    "inner", ["<h3>Party 🎉🎉🎉🎉</h3>", "<p>Well done 👏👏👏👏 all</p>", "<h3>🎉 We 🎈 sail 🎊 again 🥳</h3>"]
)
def test_rows_of_emoji_are_asked_about(inner: str) -> None:
    """Each is read aloud by its name."""
    check_finds(make_mail(inner), "emoji")


@pytest.mark.parametrize("inner", ["<h3>Party 🎉</h3>", "<p>👩‍👩‍👧‍👦👏🏽👏 Well</p>", "<p>🎉 a 🎉 b 🎉 c 🎉 d</p>"])
def test_some_emoji_are_clean(inner: str) -> None:
    """A family is one emoji, and a long text may hold several."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize("row", ["*****", "=======", "~ ~ ~ ~ ~", "----------"])
def test_lines_of_signs_are_asked_about(row: str) -> None:
    """They are read aloud one by one, in the text part too."""
    check_finds(make_mail(f"<p>{row}</p>"), "ruler")
    assert ("ruler", None) in found(edition(text=f"{MAIL_TEXT}\n{row}\n"))


@pytest.mark.parametrize("inner", ["<p>C++ and **</p>", "<pre>=======</pre>", "<p>pages 3---4</p>"])
def test_some_signs_are_clean(inner: str) -> None:
    """Names and code may hold signs; addresses in the text part too."""
    check_clean(make_mail(inner))
    assert found(edition(text=f"{MAIL_TEXT}https://example.org/a----b\n")) == []


@pytest.mark.parametrize("words", ["THE FERRIES SAIL AGAIN", "ПОРТ СНОВА ОТКРЫТ СЕГОДНЯ"])
def test_shouting_is_asked_about(words: str) -> None:
    """Several words in capitals are harder to read, in the subject too."""
    check_finds(make_mail(f"<p lang='ru'>{words}</p>"), "capitals")
    shouted = edition(subject=words, html=make_mail().replace(TITLE, f"<title>{words}</title>"))
    assert ("capitals", None) in found(shouted)


@pytest.mark.parametrize("words", ["NATO and UNESCO", "ISO 8601", "港は月曜日に再開しました"])
def test_abbreviations_are_clean(words: str) -> None:
    """A few capitals are fine, and scripts without case cannot shout."""
    check_clean(make_mail(f"<p lang='ja'>{words}</p>"))


def test_emoji_in_a_subject_are_asked_about() -> None:
    """The subject is what is heard first."""
    cheerful = edition(subject="🎉🎈🎊🥳 News", html=make_mail().replace(TITLE, "<title>🎉🎈🎊🥳 News</title>"))
    assert found(cheerful) == [("emoji", None)]


def test_a_mail_that_ends_too_early_blocks() -> None:
    """What comes last in a mail is how to leave it; a whole mail, and a page, never break off."""
    whole = make_eml(make_mail())
    assert audit(read_message(whole)) == ()
    for cut in (len(whole) - 10, len(whole) // 2):
        assert "broken-off" in {one.rule for one in audit(read_message(whole[:cut]))}
    assert audit(read_html(make_mail())) == ()


def test_messages_cannot_steer_a_terminal() -> None:
    """Control characters of foreign text are left out of messages."""
    (finding,) = audit(read_html(make_mail('<p><a href="\x1b[31mred"></a></p>')))
    assert "\x1b" not in finding.message
