# ruff: noqa: E501 - markup on one line as sites write it
"""What is kept of a page and what is dropped, case by case, when the words of the article are known."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html

from publisher.sources import body
from publisher.sources.facts import key, measure, weigh
from publisher.sources.figures import arrange
from publisher.sources.surroundings import drop_silent, is_aside, is_icon, is_side, targets

ONE = "The old harbour was closed in the spring of last year, when the quay wall had begun to lean."
TWO = "Since then the fishing boats have had to land their catch eleven kilometres further north."
HINTS = f"{ONE}\n{TWO}"
LONG = "Every morning at seven the foreman counts the piles that were driven on the day before, and writes the number on a board."


def found(inner: str, *, hints: str = HINTS, title: str | None = "Boats return to the harbour") -> str:
    """Find the article in a page made of some inner HTML, and write what is left of it."""
    root = lxml_html.document_fromstring(f"<html><body>{inner}</body></html>")
    drop_silent(root)
    container = body.find(root, hints, title=title)
    return "" if container is None else lxml_html.tostring(container, encoding="unicode", with_tail=False)


def check_kept(between: str, words: str) -> None:
    """Check that something between the paragraphs stays."""
    assert words in found(f"<div><p>{ONE}</p>{between}<p>{TWO}</p></div>")


def check_dropped(between: str, words: str) -> None:
    """Check that something between the paragraphs goes, and they stay."""
    left = found(f"<div><p>{ONE}</p>{between}<p>{TWO}</p></div>")
    assert words not in left
    assert ONE in left
    assert TWO in left


@pytest.mark.parametrize(
    "between",
    [
        f"<p>{LONG} kept</p>",
        "<h2>kept</h2>",
        "<ul><li>kept</li></ul>",
        "<table><tr><td>kept</td><td>3</td></tr></table>",
        "<div class=code><pre>kept</pre></div>",
        "<figure><pre>kept</pre></figure>",
        "<blockquote>kept</blockquote>",
        "<p><b>kept</b></p><p>kept</p>".replace("<p>kept</p>", f"<p>{LONG}</p>").replace(
            "<p><b>kept</b></p>", f"<p><b>kept</b> {LONG}</p>"
        ),
        '<img src="kept.jpg">',
        '<p><a href="kept.jpg"><img src="kept.jpg"></a></p>',
        '<div><div><img src="kept.jpg"></div></div>',
        '<div class="share"><figure><img src="kept.jpg"><figcaption>Words</figcaption></figure></div>',
        '<div><a href="/x"><img src="kept.jpg"></a></div>',
        f'<div><div><img src="kept.jpg"></div><div>{f"<i>{LONG}</i>" * 9}</div></div>',
        '<div><img src="kept.jpg"><img src="2.jpg"></div>',
        '<video src="kept.mp4"></video>',
        "<hr class=kept>",
        "<my-quote>kept</my-quote>".replace("kept", f"{LONG} kept"),
    ],
)
def test_what_belongs_between_the_paragraphs_is_kept(between: str) -> None:
    """Prose, structure and pictures that a library passed over stay where they are."""
    check_kept(between, "kept")


@pytest.mark.parametrize(
    "between",
    [
        "<p>gone</p>",
        "<div class=tools><h2>gone</h2></div>",
        f"<aside>{LONG} gone</aside>",
        f"<div class='newsletterBox'>{LONG} gone</div>",
        f"<p><a href='/x'>{LONG} gone</a></p>",
        "<figure><figcaption>gone</figcaption></figure>",
        "<script>gone</script>",
        "<div style='display: none'>gone</div>",
        "<p hidden>gone</p>",
        "<button>gone</button>",
        "<!-- gone -->",
        '<iframe src="https://ads.example/gone"></iframe>',
        '<div class="share"><img src="gone.png"></div>',
        '<div><div class="author-bio"><img src="gone.png"></div></div>',
        '<figure><a href="/x"><img src="gone.png"></a><a href="/x">An article of ours about something else</a></figure>',
        '<div><a href="/1"><img src="gone.png"></a><a href="/2"><img src="2.png"></a><a href="/3">Three other articles of ours</a></div>',
        '<div><a href="/1"><img src="gone.png"></a><h3>Another headline</h3></div>',
        '<div><div><a href="/1"><img src="gone.png"></a><a href="/1">One</a></div><div><a href="/2"><img src="2.png"></a><a href="/2">Two</a></div></div>',
        "<h2>Keep <a class='headerlink' href='#x'>gone</a></h2>",
    ],
)
def test_what_does_not_belong_between_the_paragraphs_is_dropped(between: str) -> None:
    """Boxes, buttons, teasers and short labels go."""
    check_dropped(between, "gone")


@pytest.mark.parametrize(
    ("inner", "words", "kept"),
    [
        (f"<div><p>{LONG}</p><p>{ONE}</p><p>{TWO}</p></div>", LONG, True),
        (f"<div><p>Coast desk</p><p>{ONE}</p><p>{TWO}</p></div>", "Coast desk", False),
        (f"<div><div><img src='hero.jpg'></div><p>{ONE}</p><p>{TWO}</p></div>", "hero.jpg", True),
        (f"<div><div><a href='/x'><img src='teaser.jpg'></a></div><p>{ONE}</p><p>{TWO}</p></div>", "teaser.jpg", False),
        (f"<div><p>{ONE}</p><p>{TWO}</p><p>{LONG}</p></div>", LONG, False),
        (f"<div><p>{ONE}</p><p>{TWO}</p><figure><img src='last.jpg'></figure></div>", "last.jpg", True),
        (f"<div><p>{ONE}</p><p>{TWO}</p><section><img src='last.jpg'></section></div>", "last.jpg", False),
        (f"<div><p>{ONE}</p><p>{TWO}</p><h2>More</h2></div>", "More", False),
        (f"<div><p>{ONE}</p><div><h2>Still</h2></div>{TWO}</div>", "Still", True),
        (f"<div><p>{ONE}</p><p>{TWO}</p><h2>Shots</h2><p><img src='a.jpg'></p></div>", "Shots", False),
        (f"<div><h1>Boats return to the harbour</h1><p>{ONE}</p><p>{TWO}</p></div>", "Boats return", False),
        (f"<div><h1>Something else</h1><p>{ONE}</p><p>{TWO}</p></div>", "Something else", False),
        (f"<article><img src='top.jpg'><div><p>{ONE}</p><p>{TWO}</p></div></article>", "top.jpg", True),
        (f"<img src='top.jpg'><div><p>{ONE}</p><p>{TWO}</p></div>", "top.jpg", False),
        (f"<h1>Boats return to the harbour</h1><img src='top.jpg'><div>{ONE}<br>{TWO}</div>", "top.jpg", True),
        (
            f"<div><p>{ONE}</p><p>{TWO}</p></div><h1>Boats return to the harbour</h1><img src='low.jpg'>",
            "low.jpg",
            False,
        ),
        (
            f"<article><aside><img src='side.jpg'></aside><div><p>{ONE}</p><p>{TWO}</p></div></article>",
            "side.jpg",
            False,
        ),
        (f"<div><p>{ONE}</p><h2>Boats return to the harbour</h2><p>{TWO}</p></div>", "Boats return", False),
        (f"<table><tr><td><p>{ONE}</p></td><td>31</td></tr><tr><td><p>{TWO}</p></td></tr></table>", "31", True),
    ],
)
def test_edges_of_the_article(inner: str, words: str, kept: bool) -> None:  # noqa: FBT001 - a table's column
    """Above the first words and below the last ones less is kept than between them."""
    assert (words in found(inner)) is kept


def test_page_without_the_words_holds_no_article() -> None:
    """Hints that stand nowhere on the page find nothing."""
    assert found("<p>Something else altogether stands here.</p>") == ""


def test_words_are_marked_once() -> None:
    """A second copy of a paragraph, for another screen, is not the article's place."""
    page = measure(lxml_html.fragment_fromstring(f"<div><p>{ONE}</p><p>{ONE}</p></div>"), HINTS)
    assert page.marked == weigh(key(ONE))


def test_letter_of_a_script_without_an_alphabet_weighs_two() -> None:
    """A sentence of Chinese is short in letters and as long as any other."""
    assert (weigh(key("Boats, 3!")), weigh(key("渔船回港。"))) == (6, 8)


@pytest.mark.parametrize(
    ("names", "side"),
    [
        ('class="related-posts"', True),
        ('class="storyRelated"', True),
        ('id="share_bar"', True),
        ('class="has-share no-ads with-sidebar"', False),
        ('class="shadow headline"', False),
        ('class="article-body"', False),
        ("", False),
    ],
)
def test_box_beside_the_article_is_known_by_its_names(names: str, side: bool) -> None:  # noqa: FBT001 - a table's column
    """Words of a name count as wholes; one that only says what a box has is not its name."""
    assert is_side(lxml_html.fragment_fromstring(f"<div {names}></div>")) is side


def test_signs_of_pictures() -> None:
    """Links, sizes and boxes around a picture are read as they are written."""
    root = lxml_html.fragment_fromstring(
        '<div><aside><a href=" /x "><img width="20px" height="auto"></a></aside><a href="#y"><img></a></div>'
    )
    first, second = root.iter("img")
    assert targets(root) == {"/x"}
    assert (is_icon(first), is_icon(second)) == (True, False)
    assert (is_aside(first, root), is_aside(second, root), is_aside(root, root)) == (True, False, False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<img src='/spacer.gif' data-photo='https://e.org/a.jpg'>", 'data-src="https://e.org/a.jpg"'),
        ("<img src='/spacer.gif' data-src='/b.jpg' data-photo='https://e.org/a.jpg'>", 'data-src="/b.jpg"'),
        ("<img src='/spacer.gif' data-x='no address'>", 'src="/spacer.gif"'),
        (
            "<figure><img src='/a-300x200.jpg'><img src='/a.jpg' alt='A'></figure>",
            '<figure><img src="/a.jpg" alt="A"></figure>',
        ),
        (
            "<figure><img src='/a.jpg' alt='A'><img src='/a.jpg?x=1'></figure>",
            '<figure><img src="/a.jpg" alt="A"></figure>',
        ),
        ("<figure>x<!-- y --><img src='/a.jpg'> z <b>w</b></figure>", '<figure><img src="/a.jpg"></figure>'),
        ("<p><img data-caption-url='/x' data-caption='One two'></p>", "<figcaption>One two</figcaption>"),
        ("<p><img data-caption='yes'></p>", "<p><img data-caption"),
        ("<div><img> loose <p class=caption>words</p></div>", "<figcaption"),
        ("<div><p><img></p><h2>A heading</h2></div>", "<h2>A heading</h2>"),
        ("<div><p><img></p> text <p class=caption>words</p></div>", "<figcaption"),
        ("<ul><li><img></li><li><a href='/x'>All words are a link</a></li></ul>", "<li><img></li>"),
        (
            "<table><tr><td><img><p>One two</p></td><td>3</td></tr></table>",
            "<td><figure><img><figcaption>One two</figcaption></figure></td>",
        ),
    ],
)
def test_picture_is_written_as_a_figure(before: str, after: str) -> None:
    """Addresses, copies, labels and captions of all kinds come into one form, and nothing else is touched."""
    root = lxml_html.fragment_fromstring(f"<div>{before}</div>")
    arrange(root)
    assert after in lxml_html.tostring(root, encoding="unicode")
