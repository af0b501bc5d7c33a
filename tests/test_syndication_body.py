"""The body: every picture and film of a post in it, once, with every word."""

from __future__ import annotations

import pytest

from publisher.model import Image, Media, Track
from publisher.syndication.body import build
from publisher.syndication.markup import to_xhtml
from tests.builders import make_image, make_medium, make_post, make_rich_post

BARE = make_image(caption=None, credit=None)


def body(html: str | None, *images: Image, media: tuple[Media, ...] = (), **changes: object) -> str:
    """Build a body and write it."""
    return to_xhtml(build(make_post(html=html, images=images, media=media, **changes), "en"))


SRC = 'src="https://example.org/harbour.jpg"'
ALT = 'alt="Three boats at anchor"'
CAPTION = "<figcaption>The harbour at dawn.</figcaption>"
CREDIT = '<span class="credit">Ann Lee/Agency</span>'
SUMMARY = '<summary lang="en" dir="ltr">Description of the picture</summary>'
CREDITED = '<figcaption>The harbour at dawn. <span class="credit">Ann Lee/Agency</span></figcaption>'


@pytest.mark.parametrize(
    ("html", "image", "expected"),
    [
        # what the post knows wins over what its HTML says
        (f"<img {SRC} alt='old'/>", BARE, f"<img {SRC} {ALT}/>"),
        (f"<img {SRC} alt='old'/>", make_image(alt=None, caption=None, credit=None), f"<img {SRC}/>"),
        (f"<img {SRC}/>", make_image(alt="", decorative=True, caption=None, credit=None), f'<img {SRC} alt=""/>'),
        # caption and credit, each once
        (f"<figure><img {SRC}/></figure>", make_image(), f"<figure><img {SRC} {ALT}/>{CREDITED}</figure>"),
        (f"<figure><img {SRC}/>{CREDITED}</figure>", make_image(), f"<figure><img {SRC} {ALT}/>{CREDITED}</figure>"),
        (
            f"<figure><img {SRC}/><figcaption>Old</figcaption></figure>",
            make_image(credit=None),
            f"<figure><img {SRC} {ALT}/>{CAPTION}</figure>",
        ),
        (
            f"<figure><img {SRC}/></figure>",
            make_image(caption=None),
            f'<figure><img {SRC} {ALT}/><figcaption><span class="credit">Ann Lee/Agency</span></figcaption></figure>',
        ),
        (
            f"<figure><img {SRC}/><figcaption>The <b>harbour</b> at dawn.<i>x</i></figcaption></figure>",
            make_image(),
            f"<figure><img {SRC} {ALT}/><figcaption>The <b>harbour</b> at dawn.<i>x</i> {CREDIT}</figcaption></figure>",
        ),
        # a picture without figure gets one where it has words, never inside a paragraph
        (f"a<img {SRC}/>b", make_image(credit=None), f"a<figure><img {SRC} {ALT}/>{CAPTION}</figure>b"),
        (
            f"<p>a<img {SRC}/>b</p><p>c</p>",
            make_image(credit=None),
            f"<p>ab</p><figure><img {SRC} {ALT}/>{CAPTION}</figure><p>c</p>",
        ),
        (
            f"<p>a<b>x</b><img {SRC}/>b</p>",
            make_image(credit=None),
            f"<p>a<b>x</b>b</p><figure><img {SRC} {ALT}/>{CAPTION}</figure>",
        ),
        (
            f"<p><a href='https://e.example/'><img {SRC}/></a></p>tail",
            make_image(credit=None),
            f'<figure><a href="https://e.example/"><img {SRC} {ALT}/></a>{CAPTION}</figure>tail',
        ),
        # a picture that the HTML does not show stands at the end
        ("<p>a</p>", BARE, f"<p>a</p><figure><img {SRC} {ALT}/></figure>"),
        (
            "<p>a</p>",
            make_image(width=4, height=3, credit=None),
            f'<p>a</p><figure><img {SRC} width="4" height="3" {ALT}/>{CAPTION}</figure>',
        ),
        # one without address is its words
        (
            f"<figure>{CAPTION}</figure>",
            make_image(url=None, credit=None, alt="The harbour at dawn."),
            f"<figure>{CAPTION}</figure>",
        ),
        (
            f"<figure>{CAPTION}</figure>",
            make_image(url=None, credit=None),
            f'<figure><p class="alternative">Three boats at anchor</p>{CAPTION}</figure>',
        ),
        ("<p>a</p>", Image(), "<p>a</p>"),
        (
            "<p>a</p>",
            make_image(url=None, caption=None, credit=None),
            '<p>a</p><figure><p class="alternative">Three boats at anchor</p></figure>',
        ),
        # the long description is a disclosure before the caption
        (
            f"<figure><img {SRC}/></figure>",
            make_image(credit=None, long_description="One.\n\nTwo."),
            f"<figure><img {SRC} {ALT}/><details>{SUMMARY}<p>One.</p><p>Two.</p></details>{CAPTION}</figure>",
        ),
        (
            f"<figure><img {SRC}/></figure>",
            make_image(caption=None, credit=None, long_description="One."),
            f"<figure><img {SRC} {ALT}/><details>{SUMMARY}<p>One.</p></details></figure>",
        ),
    ],
)
def test_a_picture_stands_in_its_place_with_its_words(html: str, image: Image, expected: str) -> None:
    """What is missing is added, what is there stays, nothing stands twice."""
    assert body(html, image) == expected


def test_two_pictures_with_one_address_keep_their_own_words() -> None:
    """In the order in which they stand."""
    second = make_image(alt="Same boats", caption=None, credit=None)
    assert body(f"<img {SRC}/><img {SRC}/>", BARE, second) == f'<img {SRC} {ALT}/><img {SRC} alt="Same boats"/>'


def test_a_post_without_html_shows_its_text_or_summary() -> None:
    """Paragraph by paragraph."""
    assert body(None, text="a\n\nb") == "<p>a</p><p>b</p>"
    assert body(None, text=None, summary="c") == "<p>c</p>"
    assert body(None, text=None) == ""


def test_a_film_gets_a_player_and_links_that_need_none() -> None:
    """Native controls, nothing loaded unasked, a track for each language, plain links behind."""
    film = make_medium(poster="https://example.org/p.jpg", transcript_text="Engines.")
    assert body("<p>a</p>", media=(film,)) == (
        '<p>a</p><figure><video controls="controls" preload="none" src="https://example.org/boats.mp4"'
        ' poster="https://example.org/p.jpg" aria-label="Boats leave"><track kind="captions"'
        ' src="https://example.org/boats.en.vtt" srclang="en" label="Captions (en)"/></video>'
        "<figcaption>Boats leave</figcaption></figure>"
        '<ul><li><a href="https://example.org/boats.en.vtt" hreflang="en" lang="en" dir="ltr">Captions (en)</a></li>'
        '<li><a href="https://example.org/boats.html" lang="en" dir="ltr">Transcript</a></li></ul>'
        '<details><summary lang="en" dir="ltr">Transcript</summary><p>Engines.</p></details>'
    )


def test_a_player_that_is_there_is_completed() -> None:
    """By its own address or that of a source; what is there already is not added again."""
    html = (
        "<p>a <video><source src='https://example.org/boats.mp4'/>"
        "<track src='https://example.org/boats.en.vtt'/></video> b</p>"
        "<p><a href='https://example.org/boats.html'>Read it</a></p>"
    )
    written = body(html, media=(make_medium(),))
    assert written.count("<track") == 1
    assert written.count("boats.html") == 1
    assert written.index("</p><ul><li>") < written.index("Read it")
    again = body(written, media=(make_medium(),))
    assert again == written


def test_sounds_and_files_have_what_suits_them() -> None:
    """A sound gets its own player, a document a link; without a title our word stands for them."""
    sound = Media(
        url="https://example.org/a.mp3", type="audio/mpeg", captions=(Track(url="https://example.org/a.vtt"),)
    )
    paper = Media(url="https://example.org/a.pdf", type="application/pdf")
    named = Media(url="https://example.org/b.pdf", title="Report")
    written = body(None, text="a", media=(sound, paper, named))
    assert '<audio controls="controls" preload="none" src="https://example.org/a.mp3" aria-label="Audio">' in written
    assert '<a href="https://example.org/a.vtt" lang="en" dir="ltr">Captions</a>' in written
    assert '<figure><a href="https://example.org/a.pdf" lang="en" dir="ltr">File</a></figure>' in written
    assert '<figure><a href="https://example.org/b.pdf">Report</a></figure>' in written


def test_two_films_with_one_address_get_two_players() -> None:
    """No medium of a post is lost."""
    assert body(None, text="a", media=(make_medium(), make_medium())).count("<video") == 2


@pytest.mark.parametrize("language", ["en", "fa", "th"])
@pytest.mark.parametrize(
    "html", [None, "<p>a</p>", f"<p>a<img {SRC}/></p><video src='https://example.org/boats.mp4'></video>"]
)
def test_building_twice_changes_nothing(html: str | None, language: str) -> None:
    """A body that is complete stays as it is: partners pass it on, and so may we."""
    post = make_rich_post(html=html)
    first = to_xhtml(build(post, language))
    assert to_xhtml(build(make_rich_post(html=first), language)) == first


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("<th scope='col'> </th><th>Year</th>", "<td> </td><th>Year</th>"),
        ("<th><img src='https://example.org/a.png' alt='Boats'/></th>", "<th><img src="),
        ("<th><img src='https://example.org/a.png' alt=''/></th>", "<td><img src="),
    ],
)
def test_a_heading_that_says_nothing_is_an_ordinary_cell(cells: str, expected: str) -> None:
    """A screen reader would announce nothing for every cell below it."""
    assert expected in body(f"<table><tr>{cells}</tr></table>")
