"""What templates are given: every decision taken, every word of ours in its language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from publisher.digest import view
from publisher.digest.compose import compose
from publisher.digest.look import Contents, Look
from publisher.digest.rules import Rules
from publisher.digest.strings import wording
from publisher.digest.view import Cut, PostView, Speaker
from publisher.model import Author, Digest, Media
from tests.builders import NOON, make_image, make_medium, make_post

LOOK = Look(newsletter="The Daily", publisher="Example News")


def digest(**changes: Any) -> Digest:  # noqa: ANN401 - any field of a post
    """Compose one post."""
    return compose([make_post(**changes)], Rules(title="The Daily", language="en"), now=NOON)


def only(made: Digest, cut: Cut | None = None) -> PostView:
    """Give the view of the only post."""
    return view.sections(made, LOOK, cut or Cut())[0].posts[0]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1072, 600, (536, 300)),
        (200, 100, (200, 100)),
        (None, 300, (536, None)),
        (0, 0, (536, None)),
        (800, None, (536, None)),
        (5000, 1, (536, 1)),
    ],
)
def test_scale(width: int | None, height: int | None, expected: tuple[int, int | None]) -> None:
    """A picture is never wider than the sheet, and never larger than itself."""
    assert view.scale(width, height) == expected


@pytest.mark.parametrize(
    ("medium", "expected"),
    [
        (make_medium(duration=185), "Watch: Boats leave (video, 3 min, captions, transcript)"),
        (make_medium(captions=(), transcript=None), "Watch: Boats leave (video)"),
        (make_medium(captions=(), transcript=None, transcript_text="x"), "Watch: Boats leave (video, transcript)"),
        (Media(url="https://e.org/a.mp3", type="audio/mpeg", duration=20), "Listen: A title (audio, 1 min)"),
        (Media(url="https://e.org/a.mp3?x=1"), "Listen: A title (audio)"),
        (Media(url="https://e.org/a"), "Watch: A title (video)"),
    ],
)
def test_media(medium: Media, expected: str) -> None:
    """A link to a video or sound says what it is, how long it takes and what goes with it."""
    links = only(digest(title="A title", media=(medium,))).media
    assert links[0].text == expected
    assert links[0].href == medium.url
    assert [link.text for link in links[1:]] == (["Transcript: Boats leave"] if medium.transcript else [])


def test_facts_of_a_post() -> None:
    """Kicker, authors and date stand below a headline; today's date is known already."""
    made = digest(kicker="At sea", authors=(Author(name="A"), Author(name="B")), published=NOON - timedelta(days=1))
    assert only(made).line == "At sea · A and B · November 19, 2026"
    assert only(made).meta == "<strong>At sea</strong> · A and B · November 19, 2026"
    assert only(digest(authors=(), published=NOON)).meta == ""
    assert only(digest(authors=(), published=None)).meta == ""


def test_facts_in_two_directions_do_not_change_places() -> None:
    """A Latin name in a Persian line says its direction, and so does everything beside it."""
    made = digest(language="fa", kicker="دریا", published=NOON - timedelta(days=1), authors=(Author(name="Ann <Lee>"),))
    assert only(made).meta == (
        '<span dir="rtl"><strong>دریا</strong></span> · <span dir="ltr">Ann &lt;Lee&gt;</span>'
        ' · <span dir="rtl">۱۹ نوامبر ۲۰۲۶</span>'
    )


def test_facts_without_letters_run_with_the_line() -> None:
    """A fact of digits alone has the direction of its line."""
    assert only(digest(kicker="123")).meta == "<strong>123</strong> · Mira Novak"


def test_source_is_named_where_there_are_several() -> None:
    """Posts of several sources name theirs, unless they stand under its heading; a kicker is not said twice."""
    posts = [
        make_post(id="1", url=None, title="One thing", source="a", source_title="Coast", tags=("Sea",), kicker="Sea"),
        make_post(id="2", url=None, title="Another", source="b", source_title="Hill", tags=("Sea",), authors=()),
    ]
    by_tag = compose(posts, Rules(title="T", language="en", sections="tag"), now=NOON)
    assert [post.line for post in view.sections(by_tag, LOOK, Cut())[0].posts] == ["Mira Novak · Coast", "Hill"]
    by_source = compose(posts, Rules(title="T", language="en", sections="source"), now=NOON)
    lines = [post.line for section in view.sections(by_source, LOOK, Cut()) for post in section.posts]
    assert lines == ["Sea · Mira Novak", ""]


def test_link_of_a_post() -> None:
    """A post without an address leads to its place in the web edition; without one, nowhere."""
    made = digest(url=None)
    assert only(made).href is None
    assert only(replace(made, web_url="https://e.org/42")).href == "https://e.org/42#post-1"
    assert only(digest()).href == "https://example.org/posts/1"


def test_rest_of_a_post() -> None:
    """A post that was shortened links to its rest."""
    rest = only(digest(), Cut(shortened=frozenset({"https://example.org/posts/1"}))).rest
    assert rest is not None
    assert (rest.text, rest.href) == ("Read the rest: Boats leave the harbour", "https://example.org/posts/1")


@pytest.mark.parametrize(("language", "foreign"), [("en", False), ("en-GB", False), ("fa", True), ("de", True)])
def test_foreign_posts(language: str, *, foreign: bool) -> None:
    """A post in another language is marked as such."""
    assert only(digest(language=language)).is_foreign is foreign


@pytest.mark.parametrize(
    ("contents", "sections", "web", "expected"),
    [
        ("auto", 4, True, True),
        ("auto", 3, True, False),
        ("auto", 4, False, False),
        ("none", 4, True, False),
        ("web", 2, True, True),
        ("web", 2, False, False),
        ("anchors", 2, False, True),
        ("anchors", 0, True, False),
    ],
)
def test_contents(contents: Contents, sections: int, *, web: bool, expected: bool) -> None:
    """A list of sections stands on top where there are enough of them and its links lead somewhere."""
    posts = [make_post(id=str(n), url=None, title=f"Number {n}", tags=(f"Tag {n}",)) for n in range(max(1, sections))]
    rules = Rules(
        title="T",
        language="en",
        sections="tag" if sections else "none",
        web_url="https://e.org/42" if web else None,
    )
    look = Look(newsletter="T", publisher="P", contents=contents)
    made = compose(posts, rules, now=NOON)
    assert view.has_contents(made, look) is expected
    href = view.sections(made, look, Cut())[0].href
    assert href == ("#section-1" if contents == "anchors" else "https://e.org/42#section-1" if web else None)


def test_speaker_in_the_language_of_the_page() -> None:
    """Our words need no mark where they are in the page's language."""
    say = Speaker(words=wording("de"), page="de-AT")
    assert say("About this email") == "Über diese E-Mail"
    assert say.attributes == ""


def test_speaker_in_another_language() -> None:
    """Where we have no words in the page's language, ours say which they are in."""
    say = Speaker(words=wording("ka"), page="ka")
    assert say("Unsubscribe from %(name)s", name="<A>") == '<span lang="en" dir="ltr">Unsubscribe from &lt;A&gt;</span>'
    assert say.count("%(n)s story", "%(n)s stories", 2) == '<span lang="en" dir="ltr">2 stories</span>'
    assert say.plain("About this email") == "About this email"
    assert say.plain_count("%(n)s story", "%(n)s stories", 1) == "1 story"
    assert say.attributes == ' lang="en" dir="ltr"'
    assert say.mark("") == ""


def test_picture_without_an_address() -> None:
    """Of a picture that cannot be shown, the caption alone is."""
    shown = only(digest(images=(make_image(url=None),))).picture
    assert shown is not None
    assert (shown.src, shown.caption) == (None, "Photo: The harbour at dawn. (Ann Lee/Agency)")
