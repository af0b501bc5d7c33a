"""Posts and rules become a digest: what it shows of each post, and what it says of itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.digest.compose import compose
from publisher.digest.rules import Rules
from publisher.model import AltOrigin, Digest, DigestPost, Image, Post
from tests.builders import NOON, make_image, make_medium, make_post

LONG = "Sentence number {} tells a little more about what happened in the harbour that day."


def post(number: int, **changes: Any) -> Post:  # noqa: ANN401 - any field of a post
    """Give one of several posts."""
    values: dict[str, Any] = {
        "id": f"p{number}",
        "url": f"https://example.org/{number}",
        "title": f"Headline {number}",
        "position": number,
        "published": NOON - timedelta(hours=number),
    }
    return make_post(**values | changes)


def digest(*posts: Post, now: datetime = NOON, **changes: Any) -> Digest:  # noqa: ANN401 - any rule
    """Compose posts."""
    return compose(posts, Rules(**{"title": "The Daily", "language": "en"} | changes), now=now)


def only(made: Digest) -> DigestPost:
    """Give the only post of a digest."""
    (one,) = made.posts()
    return one


def test_one_post_is_given_whole() -> None:
    """A digest of a single post shows all of it."""
    shown = only(digest(post(1, html="<h1>Part</h1><p>One.</p><p>Two.</p>")))
    assert shown.html == "<h3>Part</h3><p>One.</p><p>Two.</p>"
    assert shown.text == "Part\nOne.\n\nTwo."


def test_several_posts_are_given_as_summaries() -> None:
    """A digest of several posts shows whole sentences, together at most sixty words."""
    body = "".join(f"<p>{LONG.format(number)}</p>" for number in range(9))
    shown = list(digest(post(1, html=body), post(2)).posts())
    assert shown[0].text == " ".join(LONG.format(number) for number in range(4))
    assert shown[0].html == f"<p>{shown[0].text}</p>"
    assert [one.anchor for one in shown] == ["post-1", "post-2"]


def test_full_content_of_several() -> None:
    """With "full" every post is given whole."""
    shown = list(digest(post(1), post(2), content="full").posts())
    assert all(one.text == "The boats left at dawn.\n\nNobody was hurt." for one in shown)


def test_full_content_of_a_text_without_markup() -> None:
    """Of a post that is plain text, the whole text is given."""
    shown = only(digest(post(1, html=None, text="One < two.\n\nThree.", summary="Less")))
    assert shown.html == "<p>One &lt; two.</p><p>Three.</p>"
    assert shown.text == "One < two.\n\nThree."


def test_a_title_made_of_the_first_words_is_heard_once() -> None:
    """Where the title breaks off, the text goes on; where the title is the whole text, there is nothing left to say."""
    words = "We fixed a bug in the feed where the items of some posts were missing. Thanks for telling us."
    title = "We fixed a bug in the feed where the items…"
    note = post(1, title=title, html=f"<p>{words}</p>", text=words)
    for content in ("summary", "full"):
        shown = only(digest(note, content=content))
        assert shown.text == "…of some posts were missing. Thanks for telling us."
        assert shown.html == f"<p>{shown.text}</p>"
    plain = post(2, title=title, html=None, text=f"{words}\n\nMore.")
    assert only(digest(plain, content="full")).text == "…of some posts were missing. Thanks for telling us.\n\nMore."
    for html in ("<p>All is well.</p>", None):
        short = post(3, title="All is well.", html=html, text="All is well.")
        assert only(digest(short)).text == ""
        assert only(digest(short, content="summary")).text == ""


def test_a_headline_stays_in_a_text_that_only_begins_alike() -> None:
    """A word that stands first in both takes nothing away, nor does a headline in which there is a link."""
    bodies = (
        ("Ferries", "<p>Ferries sail again.</p>"),
        ("See the plan now…", '<p>See <a href="https://example.org/a">the plan</a> now or never.</p>'),
        ("Ferries sail", "Ferries sail<p>Ferries sail again.</p>"),
    )
    for title, html in bodies:
        said = only(digest(post(1, title=title, html=html), content="full")).html
        assert "Ferries sail" in said or said == html
    linked = '<p>Ferries sail again. Read <a href="https://example.org/a">the plan</a>.</p>'
    said = only(digest(post(1, title="Ferries sail again.", html=linked), content="full")).html
    assert said == '<p>Read <a href="https://example.org/a">the plan</a>.</p>'


def test_a_summary_that_is_the_whole_text_is_made_of_its_paragraphs() -> None:
    """A heading does not run into the sentence behind it; a text without paragraphs stays what it is."""
    whole = "Boats left. What next They come back."
    html = "<p>Boats left.</p><h2>What next</h2><p>They come back.</p>"
    shown = only(
        digest(post(1, html=html, text="Boats left.\n\nWhat next\n\nThey come back.", summary=whole), content="summary")
    )
    assert shown.text == "Boats left. They come back."
    listed = post(1, html="<ul><li>Boats left.</li></ul>", text="- Boats left.", summary="- Boats left.")
    assert only(digest(listed, content="summary")).text == "- Boats left."


def test_an_impossible_date_is_told() -> None:
    """The post stands as one without a date, and the report says why; posts that are not shown are not told of."""
    wrong = NOON + timedelta(days=900)
    made = digest(post(1), post(2, published=wrong, updated=None), max_posts=1)
    assert [one.title for one in made.posts()] == ["Headline 1"]
    assert made.repairs == ()
    made = digest(post(1), post(2, published=wrong, updated=None))
    assert [one.title for one in made.posts()] == ["Headline 1", "Headline 2"]
    assert [(one.rule, one.post) for one in made.repairs] == [("date", "p2")]


def test_headlines_alone() -> None:
    """With "headlines" nothing but the headline is left."""
    shown = only(digest(post(1, images=(make_image(alt=None, caption=None),)), content="headlines"))
    assert (shown.html, shown.text, shown.picture, shown.media) == ("", "", None, ())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"summary": "The source's own. Words.", "html": "<p>Else.</p>"}, "The source's own. Words."),
        ({"summary": "It goes on […]"}, "It goes on…"),
        ({"summary": "It goes on [...]"}, "It goes on…"),
        ({"summary": " ", "html": "<h2>No</h2><blockquote><p>No</p></blockquote><p>Yes.</p>"}, "Yes."),
        (
            {"html": "<figure><figcaption><p>No</p></figcaption></figure><div>Text</div>", "text": "The text."},
            "The text.",
        ),
        ({"html": None, "text": None, "summary": None}, ""),
        ({"summary": "Headline 1"}, ""),
    ],
)
def test_summary(changes: dict[str, object], expected: str) -> None:
    """The source's own summary comes first, then the first paragraphs, then the text."""
    assert next(digest(post(1, **changes), post(2)).posts()).text == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "  Two\tspaces "}, "Two spaces"),
        ({"title": None, "text": "one two three four five six seven eight nine ten eleven twelve thirteen"},
         "one two three four five six seven eight nine ten eleven twelve…"),
        ({"title": None, "text": None, "summary": "Said before."}, "Said before."),
        ({"title": None, "text": None, "html": None, "media": (make_medium(),)}, "Boats leave"),
        ({"title": None, "text": None, "html": None, "images": (make_image(),)}, "The harbour at dawn."),
        ({"title": "\u200b", "text": None, "html": None}, "https://example.org/1"),
        ({"title": "\u200b", "text": None, "html": None, "url": None}, "sample"),
    ],
)  # fmt: skip
def test_title(changes: dict[str, object], expected: str) -> None:
    """A post without a headline takes its first words, else its address."""
    assert only(digest(post(1, **changes))).title == expected


def test_title_is_not_endless() -> None:
    """A headline that is a novel is cut."""
    assert len(only(digest(post(1, title="word " * 500))).title) <= 300


@pytest.mark.parametrize(
    ("language", "expected"), [("fa", ("fa", "rtl")), (None, ("en", "ltr")), ("nonsense", ("en", "ltr"))]
)
def test_language(language: str | None, expected: tuple[str, str]) -> None:
    """A post keeps its language; one that names none has the edition's."""
    shown = only(digest(post(1, language=language)))
    assert (shown.language, shown.direction) == expected


def test_first_picture_that_can_be_shown() -> None:
    """A summary shows the first described picture, and tells when the very first had to be left out."""
    pictures = (
        make_image(url="https://example.org/1.jpg", alt=None, caption=None, credit=None),
        make_image(url="https://example.org/2.jpg", alt=None, caption=None, credit=None),
        make_image(url="https://example.org/3.jpg"),
        make_image(url="https://example.org/4.jpg"),
    )
    made = digest(post(1, images=pictures), post(2))
    picture = next(made.posts()).picture
    assert picture is not None
    assert picture.image.url == "https://example.org/3.jpg"
    assert made.left_out_pictures == 1
    assert [(repair.rule, repair.post) for repair in made.repairs] == [("image-alt", "p1")]


def test_picture_above_a_whole_post_that_shows_none() -> None:
    """A whole post without pictures in its text is given the one that its feed names."""
    picture = only(digest(post(1, images=(make_image(),)))).picture
    assert picture is not None
    assert picture.caption == "Photo: The harbour at dawn. (Ann Lee/Agency)"


def test_picture_inside_a_whole_post_is_not_repeated() -> None:
    """A picture that stands in the text does not stand above it too."""
    image = make_image()
    shown = only(digest(post(1, images=(image,), html=f'<p>x</p><figure><img src="{image.url}" alt="old"/></figure>')))
    assert shown.picture is None
    assert shown.html.count("<img") == 1
    assert 'alt="Three boats at anchor"' in shown.html
    assert shown.text == "x\n\nImage: Three boats at anchor\n\nPhoto: The harbour at dawn. (Ann Lee/Agency)"


def test_caption_label_in_the_edition_s_language_where_the_post_s_is_unknown() -> None:
    """A post in a language without a catalogue borrows the edition's words."""
    shown = only(digest(post(1, language="ka", images=(make_image(),)), language="cs"))
    assert shown.picture is not None
    assert (shown.picture.caption or "").startswith("Foto: ")


def test_sections() -> None:
    """Posts stand under their tags; what has none comes last under a heading of its own."""
    posts = [post(1, tags=("Sea",)), post(2, tags=()), post(3, tags=("Sea",), html="<p>x</p>")]
    made = digest(*posts, sections="tag")
    assert [(one.title, [shown.title for shown in one.posts]) for one in made.sections] == [
        ("Sea", ["Headline 1", "Headline 3"]),
        ("Other stories", ["Headline 2"]),
    ]
    assert [shown.anchor for shown in made.posts()] == ["post-1", "post-2", "post-3"]


def test_headings_of_a_whole_post_stand_below_a_section() -> None:
    """Under sections a post is an h3, and its own headings begin at h4."""
    assert only(digest(post(1, tags=("Sea",), html="<h2>a</h2><p>b</p>"), sections="tag")).html.startswith("<h4>")


def test_nothing_to_publish() -> None:
    """Without posts a digest is empty, and still has a title, a subject and a minute."""
    made = digest()
    assert (made.sections, made.subject, made.preheader, made.minutes) == ((), "The Daily", "", 1)


@pytest.mark.parametrize(
    ("posts", "language", "expected"),
    [
        ([post(1)], "en", "Headline 1"),
        ([post(1), post(2)], "en", "Headline 1, and 1 more story"),
        ([post(1), post(2), post(3)], "en", "Headline 1, and 2 more stories"),
        ([post(1, language="fa"), post(2)], "en", "Headline 2, and 1 more story"),
        ([post(1, language="fa")], "en", "The Daily"),
        ([post(1, language="de"), post(2)], "de", "Headline 1 und 1 weiterer Beitrag"),
    ],
)
def test_subject(posts: list[Post], language: str, expected: str) -> None:
    """The subject is the first headline in the edition's language, and how many posts follow."""
    assert digest(*posts, language=language).subject == expected


def test_subject_is_short() -> None:
    """A long headline is cut behind a word."""
    subject = digest(post(1, title="word " * 50)).subject
    assert subject.endswith("word…")
    assert len(subject) <= 121


def test_subject_of_the_editor() -> None:
    """What an editor writes is the subject, on one line."""
    assert digest(post(1), subject="Today\r\nBcc: all").subject == "Today Bcc: all"


def test_preheader_names_what_follows() -> None:
    """The preheader continues the subject."""
    assert digest(post(1), post(2), post(3)).preheader == "Headline 2 · Headline 3"


def test_preheader_of_one_post_is_how_it_begins() -> None:
    """Of a single post it gives the beginning, cut behind a word."""
    assert digest(post(1, html=f"<p>{'word ' * 60}</p>")).preheader.endswith("word…")
    assert digest(post(1)).preheader == "The boats left at dawn. Nobody was hurt."


def test_preheader_repeats_no_caption() -> None:
    """A picture at the head of the text does not get its caption into the preheader."""
    image = make_image()
    markup = f'<figure><img src="{image.url}"/><figcaption>{image.caption}</figcaption></figure><p>The text.</p>'
    assert digest(post(1, html=markup, images=(image,))).preheader == "The text."


def test_minutes() -> None:
    """Reading time is that of the words shown."""
    assert digest(post(1, html=f"<p>{'word ' * 598}</p>")).minutes == 3


def test_today_is_where_the_newsletter_is() -> None:
    """Its zone decides which day an edition is of."""
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert digest(now=late).date == date(2026, 11, 20)
    assert digest(now=late, zone=ZoneInfo("Europe/Prague")).date == date(2026, 11, 21)


def test_foreign_words_cannot_break_ours() -> None:
    """Control characters go, and an address that looks like a slot does not become one."""
    shown = only(
        digest(
            post(
                1,
                title="a\x0bb\x9fc",
                url="https://unsubscribe.slot.invalid/",
                html="<p><a href='https://unsubscribe.slot.invalid/'>x</a></p>",
                images=(Image(url="https://example.org/1.jpg", alt="d\x00e", alt_origin=AltOrigin.SOURCE),),
            ),
        ),
    )
    assert shown.title == "abc"
    assert shown.picture is not None
    assert shown.picture.alt == "de"
    assert "slot.invalid" not in f"{shown.url} {shown.html} {shown.text}"


def test_media_travel_along() -> None:
    """The videos of a post are named with it."""
    assert only(digest(post(1, media=(make_medium(),)))).media == (make_medium(),)
