# ruff: noqa: E501 - markup on one line as sites write it, and by-lines in several scripts
"""Whole web pages, built here in the ways that publishing systems build theirs, become one post."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.model import Document, Image, Post
from publisher.sources import article
from publisher.sources.characters import decode, unescape
from publisher.sources.metadata import moment, split_names

URL = "https://news.example.org/2026/11/harbour"
PARAGRAPHS = (
    "The old harbour was closed in the spring of last year, when the city found that the quay wall had begun to lean.",
    "Since then the fishing boats have had to land their catch eleven kilometres further north, in a basin built for yachts.",
    "“We lose two hours on every trip,” said Marta Lindqvist, who has worked on these waters for more than thirty years.",
    "Engineers drove four hundred piles into the seabed over the winter and poured the new wall in sections of twelve metres.",
    "The mayor said that the work had cost less than was feared, because the piles of the first wall could be used again.",
    "On Saturday the first boats returned, and a small crowd stood in the rain to watch them tie up at their old places.",
)
ALT = "Three fishing boats lie beside a new concrete quay"
CAPTION = "The first boats are back at the quay they left two winters ago."
CARDS = """
<div class="related-posts"><h3>Related</h3>
 <div class="card"><a href="/a"><img src="/card1.jpg" alt="A tram in snow" width="300" height="200"></a><a href="/a">Trams stop in snow</a></div>
 <div class="card"><a href="/b"><img src="/card2.jpg" alt="A bridge" width="300" height="200"></a><a href="/b">Bridge opens early</a></div>
</div>"""
JUNK = (
    "Sign up for our morning letter",
    "Trams stop in snow",
    "Bridge opens early",
    "I read this twice",
    "Privacy policy",
    "Most read",
    "Share on",
)


def paragraphs(*numbers: int) -> str:
    """Give some of the paragraphs as HTML."""
    return "".join(f"<p>{PARAGRAPHS[number]}</p>" for number in numbers)


def page(body: str, *, head: str = "", above: str = "", title: str = "Boats return to the old harbour") -> str:
    """Build a whole page with everything that is not the article around its body."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title} | Coast Courier</title>
<meta property="og:site_name" content="Coast Courier">{head}<style>p {{ margin: 0 }}</style></head>
<body>
<header class="site"><a href="/"><img src="/logo.png" alt="Coast Courier" class="logo"></a>
<nav><ul><li><a href="/world">World</a></li><li><a href="/sport">Sport</a></li><li><a href="/coast">Coast</a></li></ul></nav></header>
<main><article><header><h1>{title}</h1>{above}
<div class="share-tools"><a href="https://social.example/?u=1"><img src="/icons/s.png" alt="Share on Social" width="24" height="24"></a></div>
</header>
<div class="article-body">{body}</div>
{CARDS}
<div class="newsletter-signup"><p>Sign up for our morning letter and read the news of the coast before everybody else does.</p></div>
<div class="author-bio"><img class="avatar" src="/me.jpg" alt="Portrait of the author" width="64" height="64"><p>Jo Berg writes about harbours.</p></div>
</article>
<section id="comments"><h2>Comments</h2><div class="comment"><img src="/u.png" alt="A reader" width="40" height="40"><p>I read this twice and still
cannot believe that they used the old piles again for a wall of this length.</p></div></section></main>
<aside class="sidebar"><h2>Most read</h2><ol><li><a href="/c">Ferry tickets</a></li><li><a href="/d">Storm names</a></li></ol></aside>
<footer><p>Privacy policy</p><img src="/footer.png" alt="Press council"></footer>
<script>var x = "<p>script</p>";</script></body></html>"""


def parse(html: str, *, url: str | None = URL) -> Post:
    """Read a page as the product does, and check what holds for every post."""
    document = Document(source="harbour.html", content=html.encode(), url=url, media_type="text/html", charset="utf-8")
    posts = article.parse(document).posts
    assert len(posts) == 1
    (post,) = posts
    html_text = f"{post.html} {post.text}"
    for words in JUNK:
        assert words not in html_text
    known = {"/logo.png", "/card1.jpg", "/card2.jpg", "/me.jpg", "/u.png", "/footer.png", "/icons/s.png"}
    assert not {(image.url or "").removeprefix("https://news.example.org") for image in post.images} & known
    return post


def check_whole(post: Post) -> None:
    """Check that every paragraph is there, in order, once."""
    text = post.text or ""
    places = [text.find(words) for words in PARAGRAPHS]
    assert -1 not in places
    assert places == sorted(places)
    assert all(text.count(words) == 1 for words in PARAGRAPHS)


def check_picture(post: Post, *, caption: str | None = CAPTION, alt: str | None = ALT) -> Image:
    """Check the one picture of a post; give it."""
    assert [(image.alt, image.caption) for image in post.images] == [(alt, caption)]
    if caption:
        assert (post.html or "").count(caption) == 1
        assert (post.text or "").count(caption) == 1
    return post.images[0]


# --- pictures, as publishing systems write them

IMG = f'<img src="/boats.jpg" alt="{ALT}">'
LAZY = f'<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/boats.jpg" alt="{ALT}">'
SHAPES = {
    "figure": f"<figure>{IMG}<figcaption>{CAPTION}</figcaption></figure>",
    "figure with button and credit": f'<figure class="fig--has-shares"><div class="w">{IMG}</div><button>Enlarge</button><span>Open image in viewer</span>'
    f'<figcaption><span class="caption-text">{CAPTION}</span></figcaption><span class="credit">Ada Holm</span></figure>',
    "linked to its file": f'<figure><a href="/boats-large.jpg">{IMG}</a><figcaption>{CAPTION}</figcaption></figure>',
    "lazy with a twin": f'<figure>{LAZY}<noscript><img src="/boats.jpg" alt="{ALT}"></noscript><figcaption>{CAPTION}</figcaption></figure>',
    "lazy, unknown attribute": f'<figure><img src="/spacer.gif" rel:photo="https://news.example.org/boats.jpg" alt="{ALT}">'
    f"<figcaption>{CAPTION}</figcaption></figure>",
    "picture element": f'<figure><picture><source srcset="/boats-1200.webp 1200w, /boats-600.webp 600w">{IMG}</picture>'
    f"<figcaption>{CAPTION}</figcaption></figure>",
    "srcset alone": f'<figure><img srcset="/boats-600.jpg 600w, /boats-1200.jpg 1200w" alt="{ALT}"><figcaption>{CAPTION}</figcaption></figure>',
    "block editor": f'<div class="wp-block-image"><figure class="aligncenter"><img src="/boats.jpg" alt="{ALT}"><figcaption class="wp-element-caption">{CAPTION}'
    "</figcaption></figure></div>",
    "classic caption box": f'<div id="attachment_7" class="wp-caption alignnone" style="width: 610px">{IMG}<p class="wp-caption-text">{CAPTION}</p></div>',
    "encyclopaedia thumb": f'<div class="thumb tright"><div class="thumbinner"><a href="/wiki/File:Boats.jpg" class="image">{IMG}</a>'
    f'<div class="thumbcaption"><div class="magnify"><a href="/wiki/File:Boats.jpg"></a></div>{CAPTION}</div></div></div>',
    "caption table": f'<table class="tr-caption-container"><tbody><tr><td><a href="/boats.jpg">{IMG}</a></td></tr>'
    f'<tr><td class="tr-caption">{CAPTION}</td></tr></tbody></table>',
    "named box": f'<div class="inline-image"><div>{IMG}</div><div class="imageCaption">{CAPTION}</div></div>',
    "microdata": f'<div itemscope itemtype="https://schema.org/ImageObject">{IMG}<p itemprop="description">{CAPTION}</p></div>',
    "attribute": f'<p><img src="/boats.jpg" data-caption="{CAPTION}" alt="{ALT}"></p>',
    "attribute around it": f'<div data-image-caption="&lt;b&gt;{CAPTION}&lt;/b&gt;"><a href="/boats.jpg">{IMG}</a></div>',
    "caption in the next paragraph": f'<p>{IMG}</p><p class="photo-caption">{CAPTION}</p>',
    "a list of one": f"<figure><a href='#img-2'>{IMG}</a></figure><ul><li><p>{CAPTION}</p></li></ul>",
    "unnamed box": f'<div class="x1"><div class="x2">{IMG}</div><div class="x3">{CAPTION}</div></div>',
    "builder widget": f'<div class="elementor-widget elementor-widget-image"><div class="elementor-widget-container"><figure>{IMG}'
    f'<figcaption class="widget-image-caption wp-caption-text">{CAPTION}</figcaption></figure></div></div>',
    "small print below": f"<p>{IMG}<br><em>{CAPTION}</em></p>",
    "small print in the next paragraph": f"<p>{IMG}</p><p><small>{CAPTION}</small></p>",
    "centred": f"<center>{IMG}<br><small>{CAPTION}</small></center>",
    "layout table": f"<table align=right><tr><td>{IMG}</td></tr><tr><td><font size=1>{CAPTION}</font></td></tr></table>",
    "caption linked to a gallery": f'<div class="image"><a href="/gallery/1">{IMG}</a><p class="caption"><a href="/gallery/1">{CAPTION}</a></p></div>',
    "progressive": f'<figure><div class="progressive"><img src="/boats.jpg?q=20" class="thumb"><img class="full" data-src="/boats.jpg">'
    f'<noscript>{IMG}</noscript></div><figcaption class="imageCaption">{CAPTION}</figcaption></figure>',
    "only without scripts": f"<figure><div class=lazy></div><noscript>{IMG}</noscript><figcaption>{CAPTION}</figcaption></figure>",
    "custom element": f'<news-image data-id="3">{IMG}<div class="cutline">{CAPTION}</div></news-image>',
    "aside": f'<aside class="image-box"><figure>{IMG}<figcaption>{CAPTION}</figcaption></figure></aside>',
    "amp": f'<figure><amp-img src="/boats.jpg" alt="{ALT}" width="600" height="400" layout="responsive"></amp-img><figcaption>{CAPTION}</figcaption></figure>',
}


@pytest.mark.parametrize("shape", SHAPES)
def test_picture_keeps_alt_and_caption_in_its_place(shape: str) -> None:
    """However a site writes a picture, its alt text and caption come with it, once, where the page has it."""
    post = parse(page(paragraphs(0, 1, 2) + SHAPES[shape] + paragraphs(3, 4, 5)))
    check_whole(post)
    image = check_picture(post)
    assert (image.url or "").startswith("https://news.example.org/boats")
    text = post.text or ""
    assert text.index(PARAGRAPHS[2]) < text.index(CAPTION) < text.index(PARAGRAPHS[3])
    assert f"<figcaption>{CAPTION}" in (post.html or "")
    assert "Enlarge" not in text
    assert "viewer" not in text


ABOVE = [shape for shape in SHAPES if shape != "caption linked to a gallery"]


@pytest.mark.parametrize("shape", ABOVE)
def test_picture_above_the_words_is_kept(shape: str) -> None:
    """A lead picture between the headline and the words, outside their element, opens the post."""
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5), above=SHAPES[shape]))
    check_whole(post)
    check_picture(post)
    assert (post.text or "").index(CAPTION) < (post.text or "").index(PARAGRAPHS[0])


def test_picture_after_the_last_words_is_kept() -> None:
    """A picture that ends the article belongs to it; the cards below do not."""
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5) + SHAPES["figure"]))
    check_picture(post)


def test_table_of_facts_keeps_its_picture() -> None:
    """A box of facts beside the beginning of the text keeps its picture and its caption."""
    rows = "<tr><th>Built</th><td>1921</td></tr><tr><th>Depth</th><td>9 m</td></tr>"
    box = f'<table class="infobox"><tr><td colspan="2"><a href="/wiki/File:Boats.jpg">{IMG}</a><div class="infobox-caption">{CAPTION}</div></td></tr>{rows}</table>'
    post = parse(page(box + paragraphs(0, 1, 2, 3, 4, 5)))
    check_whole(post)
    check_picture(post)


def test_teaser_in_a_figure_is_dropped() -> None:
    """A figure that is a link to another article is none of this one's, whatever its element."""
    teaser = '<figure class="rich-link"><a href="/x"><img src="/x.jpg" alt="Other"></a><h2><a href="/x">Another article of ours</a></h2></figure>'
    post = parse(page(paragraphs(0, 1, 2) + teaser + paragraphs(3, 4, 5)))
    check_whole(post)
    assert post.images == ()
    assert "Another article" not in (post.html or "")


def test_photo_essay_with_few_words_keeps_its_pictures() -> None:
    """Where most of a page is pictures, all of them are the post."""
    shots = "".join(
        f'<p><img src="/p{n}.jpg" alt="View {n} of the harbour"></p><p>The harbour on day {n} of the works.</p>'
        for n in range(6)
    )
    post = parse(page(f"<p>A short introduction to the pictures.</p>{shots}"))
    assert [image.alt for image in post.images] == [f"View {n} of the harbour" for n in range(6)]


def test_caption_that_repeats_the_alt_text_is_no_paragraph() -> None:
    """Words under a picture that say what its alt text says are its caption."""
    post = parse(
        page(paragraphs(0, 1, 2) + f"<p align=center>{IMG}</p><p align=center>{ALT}.</p>" + paragraphs(3, 4, 5))
    )
    check_whole(post)
    check_picture(post, caption=f"{ALT}.")


def test_paragraph_beside_a_picture_is_no_caption() -> None:
    """A picture that floats in a paragraph of the article takes no words from it."""
    post = parse(page(paragraphs(0, 1) + f"<p>{IMG}{PARAGRAPHS[2]}</p>" + paragraphs(3, 4, 5)))
    check_whole(post)
    check_picture(post, caption=None)


def test_gallery_keeps_every_picture_with_its_own_words() -> None:
    """Several pictures in one box keep their captions apart and in order."""
    items = "".join(
        f'<li class="gallerybox"><div class="thumb"><a href="/File:{name}.jpg"><img src="/{name}.jpg" alt="Boat {name}"></a></div>'
        f'<div class="gallerytext"><p>The boat named {name}.</p></div></li>'
        for name in ("Ada", "Bea", "Cleo")
    )
    post = parse(page(paragraphs(0, 1, 2) + f'<ul class="gallery">{items}</ul>' + paragraphs(3, 4, 5)))
    check_whole(post)
    expected = [(f"Boat {name}", f"The boat named {name}.") for name in ("Ada", "Bea", "Cleo")]
    assert [(image.alt, image.caption) for image in post.images] == expected


def test_credit_stands_with_its_picture() -> None:
    """A credit beside the caption is known, and the caption stays whole."""
    post = parse(page(paragraphs(0, 1, 2) + SHAPES["figure with button and credit"] + paragraphs(3, 4, 5)))
    assert post.images[0].credit == "Ada Holm"


def test_label_that_is_a_file_name_is_no_caption() -> None:
    """A system that prints the name of the file beside the picture says nothing."""
    shape = f'<div class="field"><div>{IMG}</div><span class="file">web26-boats-1160x768.jpg</span></div>'
    post = parse(page(paragraphs(0, 1, 2) + shape + paragraphs(3, 4, 5)))
    check_picture(post, caption=None)


def test_caption_of_a_video_that_only_a_script_brings_is_dropped() -> None:
    """Without its video a caption is an orphan sentence."""
    orphan = '<figure class="media"><div id="player"></div><figcaption>Watch: how the wall was built in one long winter by the sea</figcaption></figure>'
    post = parse(page(paragraphs(0, 1, 2) + orphan + paragraphs(3, 4, 5)))
    check_whole(post)
    assert "Watch:" not in (post.text or "")


def test_player_is_a_medium_of_the_post() -> None:
    """A frame with a video is kept as a medium; one with an advertisement is dropped."""
    frames = '<iframe src="https://www.youtube.com/embed/abc" title="The wall"></iframe><iframe src="https://ads.example/x"></iframe>'
    post = parse(page(paragraphs(0, 1, 2) + frames + paragraphs(3, 4, 5)))
    assert [(medium.url, medium.title) for medium in post.media] == [("https://www.youtube.com/embed/abc", "The wall")]


# --- words


def test_structure_of_the_words_is_kept() -> None:
    """Sub-headings, lists, quotations, tables and short lines stay in their places; the headline is not repeated."""
    body = (
        paragraphs(0, 1)
        + "<h2>A hard winter</h2>"
        + paragraphs(2)
        + "<ul><li>four hundred piles</li><li>ninety sections</li></ul><p>“Enough.”</p>"
        + "<blockquote><p>It was the coldest winter that the harbour master could remember, and he has seen many.</p></blockquote>"
        + paragraphs(3, 4)
        + "<table><tr><th>Year</th><th>Boats</th></tr><tr><td>2024</td><td>31</td></tr><tr><td>2026</td><td>29</td></tr></table>"
        + paragraphs(5)
        + "<h3>More from the coast</h3>"
    )
    post = parse(page(body))
    check_whole(post)
    html = post.html or ""
    for part in (
        "<h2>A hard winter</h2>",
        "<li>ninety sections</li>",
        "<p>“Enough.”</p>",
        "<blockquote>",
        "<td>29</td>",
    ):
        assert part in html
    assert "Boats return to the old harbour" not in html
    assert "More from the coast" not in html


def test_words_parted_by_breaks_are_paragraphs() -> None:
    """An old page that parts its paragraphs by line breaks keeps them all."""
    post = parse(page("<br><br>".join(PARAGRAPHS)))
    check_whole(post)


def test_words_between_breaks_keep_their_order_and_headings() -> None:
    """Sub-headings, pictures and links inside links' marks stand where they stood between line breaks."""
    first = PARAGRAPHS[0].replace("old harbour", "<a href='/h'>old <b>harbour</b></a>")
    body = f"{first}<br><br>{PARAGRAPHS[1]}<h3>A hard winter</h3>{PARAGRAPHS[2]}<br>{IMG}<br>" + "<br><br>".join(
        PARAGRAPHS[3:]
    )
    post = parse(page(body))
    check_whole(post)
    check_picture(post, caption=None)
    assert "<h3>A hard winter</h3>" in (post.html or "")


def test_page_laid_out_by_tables_is_read() -> None:
    """The article is found in a cell of a layout table, with its picture."""
    cell = paragraphs(0, 1, 2) + IMG + paragraphs(3, 4, 5)
    menu = '<td><a href="/1">One</a><br><a href="/2">Two</a></td>'
    html = f"<html><head><title>Boats</title></head><body><table><tr>{menu}<td><font><b>Boats</b>{cell}</font></td></tr></table></body></html>"
    post = parse(html)
    check_whole(post)
    check_picture(post, caption=None)
    assert "<table" not in (post.html or "")


def test_date_and_by_line_above_the_words_are_dropped() -> None:
    """What stands between headline and words and is no sentence is metadata, not text."""
    above = '<ul class="mini"><li>22 November 2026</li><li>From the section <a href="/coast">Coast</a></li></ul><p>By Jo Berg</p>'
    post = parse(page(above + paragraphs(0, 1, 2, 3, 4, 5)))
    check_whole(post)
    assert (post.text or "").startswith(PARAGRAPHS[0])


def test_simple_page_is_taken_whole() -> None:
    """A hand-written page without any frame around it loses nothing."""
    post = parse(
        "<h1>Notice</h1><p>The library stays closed on Monday.</p><p>Books can be returned at the door.</p>", url=None
    )
    assert post.title == "Notice"
    assert post.text == "The library stays closed on Monday.\n\nBooks can be returned at the door."
    assert post.id == "harbour.html"


def test_box_that_is_named_as_one_is_dropped() -> None:
    """A list of links and a call to subscribe between the paragraphs are none of the article's."""
    links = '<ul class="related-links"><li><a href="/a">Why the quay wall began to lean at all</a></li></ul>'
    call = '<div class="promo-box"><p>Read the news of the coast before everybody else does, every morning at seven.</p></div>'
    post = parse(page(paragraphs(0, 1) + links + paragraphs(2) + call + paragraphs(3, 4, 5)))
    check_whole(post)
    assert "Why the quay" not in (post.html or "")
    assert "every morning" not in (post.html or "")


def test_page_inside_a_form_is_read() -> None:
    """Some systems wrap the whole page in one form; a small form in the text is dropped."""
    small = "<form action='/s'><label>Your mail address, so that we can send you the news of the coast every single morning</label><input></form>"
    html = (
        page(paragraphs(0, 1, 2) + small + paragraphs(3, 4, 5))
        .replace("<body>", "<body><form>")
        .replace("</body>", "</form></body>")
    )
    post = parse(html)
    check_whole(post)
    assert "mail address" not in (post.html or "")


def test_gallery_of_cards_is_dropped_from_the_text() -> None:
    """Cards without telling names are known by their links and headlines."""
    cards = "".join(
        f'<div><a href="/{n}"><img src="/{n}.jpg" alt="Card {n}"></a><h3><a href="/{n}">Headline number {n}</a></h3></div>'
        for n in "abc"
    )
    post = parse(page(paragraphs(0, 1, 2) + f"<div class=x>{cards}</div>" + paragraphs(3, 4, 5)))
    check_whole(post)
    assert post.images == ()
    assert "Headline" not in (post.html or "")


def test_pictures_in_a_wordy_box_are_kept_without_its_words() -> None:
    """A box of facts that is longer than a caption loses its words, not its picture."""
    facts = "".join(
        f"<p>Fact {n} about the harbour is told in a line of <a href='/{n}'>some length and more</a>.</p>"
        for n in range(30)
    )
    box = f'<div class="facts"><div>{IMG}</div><div>{facts}</div></div>'
    html = page(box + paragraphs(0, 1, 2, 3, 4, 5)).replace("<p>Fact", "<p hidden-fact>Fact")
    post = parse(html)
    assert [image.alt for image in post.images] == [ALT]


def test_icon_above_the_words_is_dropped() -> None:
    """A picture declared as small as an icon illustrates nothing."""
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5), above='<img src="/flag.png" alt="Flag" width="16" height="11">'))
    assert post.images == ()


def test_label_for_screen_readers_goes_with_its_button() -> None:
    """What only names a button for screen readers is no text, but in a caption it is the source's word."""
    hidden = '<span class="visually-hidden">{}</span>'
    figure = f"<figure>{IMG}<figcaption>{CAPTION} {hidden.format('Credit')} Ada Holm</figcaption></figure>"
    body = paragraphs(0, 1, 2) + f"<div>{hidden.format('Open the comments')}</div>" + figure + paragraphs(3, 4, 5)
    post = parse(page(body))
    assert post.images[0].caption == f"{CAPTION} Credit Ada Holm"
    assert "Open the comments" not in (post.html or "")


def test_page_that_is_a_book_is_refused() -> None:
    """A page with more text than any article gives a reason, at once."""
    with pytest.raises(FormatError, match="more than 1,000,000 characters"):
        parse("<p>" + "words and words, " * 70_000 + "</p>")


def test_many_pictures_are_read_in_time() -> None:
    """A page of a thousand pictures is read, each with its own words."""
    shots = "".join(
        f'<li><a href="/{n}.jpg"><img src="/{n}.jpg" alt="Shot {n}"></a><p>Words {n}</p></li>' for n in range(1000)
    )
    post = parse(page(paragraphs(0, 1, 2) + f"<ul>{shots}</ul>" + paragraphs(3, 4, 5)))
    assert len(post.images) == 1000
    assert post.images[999].caption == "Words 999"


# --- metadata

LINKED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "x"},
{"@type": ["NewsArticle"], "headline": "Boats return to the old harbour", "datePublished": "2026-11-21T07:30:00+01:00",
"dateModified": "2026-11-21T09:00:00Z", "author": [{"@type": "Person", "name": "Jo Berg"}, {"name": "Ann Ek"}],
"keywords": ["harbour", "boats"], "inLanguage": "en-GB", "description": "Two winters later.", "publisher": {"name": "Coast Courier"}}]}</script>"""


def test_linked_data_tells_the_most() -> None:
    """JSON-LD gives headline, dates, authors, keywords and language, from wherever it stands in a graph."""
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5), head=LINKED))
    assert post.title == "Boats return to the old harbour"
    assert [author.name for author in post.authors] == ["Jo Berg", "Ann Ek"]
    assert post.published == datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
    assert post.updated == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert (post.tags, post.summary, post.source_title) == (("harbour", "boats"), "Two winters later.", "Coast Courier")
    assert (post.language, post.direction) == ("en", "ltr")


def test_meta_elements_tell_the_rest() -> None:
    """Without JSON-LD the meta elements are read; the canonical address names the post."""
    head = (
        '<meta property="og:title" content="Boats return to the old harbour - Coast Courier"><meta name="author" content="By Jo Berg and Ann Ek">'
        '<meta property="article:published_time" content="2026-11-21 07:30:00+0100"><meta name="keywords" content="harbour, boats, ">'
        '<meta property="og:description" content="Two &amp; more winters"><link rel="canonical" href="/coast/boats?utm_source=x">'
    )
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5), head=head))
    assert post.title == "Boats return to the old harbour"
    assert [author.name for author in post.authors] == ["Jo Berg", "Ann Ek"]
    assert post.published == datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
    assert (post.tags, post.summary) == (("harbour", "boats"), "Two & more winters")
    assert post.url == "https://news.example.org/coast/boats?utm_source=x"
    assert post.id == "https://news.example.org/coast/boats"


def test_marks_in_the_text_tell_when_nothing_else_does() -> None:
    """A by-line, a time element and a kicker beside the headline are read."""
    above = '<span class="byline">By <a rel="author" href="/jo">Jo Berg</a></span><time datetime="2026-11-21T07:30Z">Saturday</time>'
    html = page(paragraphs(0, 1, 2, 3, 4, 5), above=above).replace("<h1>", '<p class="kicker">On the coast</p><h1>')
    post = parse(html)
    assert [author.name for author in post.authors] == ["Jo Berg"]
    assert post.published == datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
    assert post.kicker == "On the coast"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Boats return | Coast Courier", "Boats return"),
        ("Coast Courier: Boats return to port", "Boats return to port"),
        ("Boats return to the harbour - News", "Boats return to the harbour"),
        (
            "Boats - and people - return to the old harbour today",
            "Boats - and people - return to the old harbour today",
        ),
        ("Boats", "Boats"),
    ],
)
def test_name_of_the_site_is_cut_off_the_title(title: str, expected: str) -> None:
    """A headline is shown without the site's name, whichever end it hangs on."""
    head = '<meta property="og:site_name" content="Coast Courier">'
    html = f"<html><head><title>{title}</title>{head}</head><body>{paragraphs(0, 1, 2, 3)}</body></html>"
    assert parse(html).title == expected


@pytest.mark.parametrize(
    ("linked", "names"),
    [
        ('{"@type": "WebPage", "author": "Jo Berg"}', ["Jo Berg"]),
        (
            '{"@type": "http://schema.org/NewsArticle", "headline": "x y", "author": [["Jo Berg"], {"name": ["Ann Ek"]}]}',
            ["Jo Berg", "Ann Ek"],
        ),
        ('[[[[[[{"@type": "NewsArticle", "name": "x", "author": "Too Deep"}]]]]]]', []),
        ('{"@type": "Organization", "author": "Nobody Here"}', []),
    ],
)
def test_linked_data_is_read_as_sites_write_it(linked: str, names: list[str]) -> None:
    """Types may be addresses, names may be lists; what lies deeper than any article is not looked for."""
    post = parse(
        page(
            paragraphs(0, 1, 2, 3, 4, 5),
            head=f'<script type="application/ld+json">//<![CDATA[\n{linked};\n//]]></script>',
        )
    )
    assert [author.name for author in post.authors] == names


@pytest.mark.parametrize(
    ("above", "names", "published"),
    [
        ('<p itemprop="author"><span itemprop="name">Jo Berg</span>, Coast desk</p>', ["Jo Berg"], None),
        ('<p class="byline">21 November 2026</p><p class="author-name">Jo Berg</p>', ["Jo Berg"], None),
        (
            '<p itemprop="author">21 November</p><meta itemprop="datePublished" content="2026-11-21">',
            [],
            datetime(2026, 11, 21, tzinfo=UTC),
        ),
        ('<time pubdate datetime="2026-11-21T07:30Z">Saturday</time>', [], datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ('<span itemprop="datePublished" title="2026-11-21"></span>', [], datetime(2026, 11, 21, tzinfo=UTC)),
        ('<span class="kicker"></span>', [], None),
    ],
)
def test_marks_of_names_and_times_are_read(above: str, names: list[str], published: datetime | None) -> None:
    """The most exact mark wins; one that holds something else is passed over."""
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5), above=above), url="https://news.example.org/harbour")
    assert ([author.name for author in post.authors], post.published, post.kicker) == (names, published, None)


def test_date_in_the_address_is_the_last_resort() -> None:
    """Where nothing on the page says when, the address may."""
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5)), url="https://news.example.org/2026/11/21/harbour")
    assert post.published == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "broken",
    ["{", "[]", "null", '"x"', '{"@graph": 3}', '{"@type": "NewsArticle", "headline": 5, "author": 7}', "[" * 5000],
)
def test_broken_linked_data_is_ignored(broken: str) -> None:
    """Nothing in JSON-LD can spoil a page."""
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5), head=f'<script type="application/ld+json">{broken}</script>'))
    assert post.title == "Boats return to the old harbour"
    check_whole(post)


def test_canonical_address_of_the_front_page_is_a_mistake() -> None:
    """A template that names the front page as every page's address is not believed."""
    post = parse(page(paragraphs(0, 1, 2, 3, 4, 5), head='<link rel="canonical" href="https://news.example.org/">'))
    assert post.url == URL


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jo Berg", ("Jo Berg",)),
        ("JO BERG and ANN EK, Coast Courier", ("JO BERG", "ANN EK", "Coast Courier")),
        ("Von Jo Berg und Ann Ek", ("Jo Berg", "Ann Ek")),
        ("Par Jo Berg (avec Ann Ek et Bo Dal)", ("Jo Berg", "Ann Ek", "Bo Dal")),
        ("Автор: Анна Эк", ("Анна Эк",)),
        ("作者：王小明", ("王小明",)),
        ("Mac & i", ("Mac & i",)),
        ("By Jo Berg | 21 November 2026", ("Jo Berg",)),
        ("21 November 2026 at 7:30", ()),
        ("https://social.example/jo", ()),
        ("", ()),
    ],
)
def test_by_line_gives_names(line: str, names: tuple[str, ...]) -> None:
    """Names are told apart from the words, dates and addresses around them."""
    assert split_names(line) == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T07:30:00+01:00", datetime(2026, 11, 21, 6, 30, tzinfo=UTC)),
        ("2026-11-21T07:30:00.000Z", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("2026-11-21 07:30", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("2026/11/21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("20261121073000", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("20261121", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T07:30:00+0100", datetime(2026, 11, 21, 6, 30, tzinfo=UTC)),
        ("2026-11-21 07:30:00 UTC", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("yesterday", None),
        ("2026-13-45", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_date_is_read_as_pages_write_it(text: str, expected: datetime | None) -> None:
    """Dates near ISO 8601 become moments in UTC; everything else is no date."""
    assert moment(text) == expected


# --- what cannot be read


@pytest.mark.parametrize(
    "content",
    [b"", b"   ", b"<html></html>", b"<!-- nothing -->", b"<html><body><nav><a href=/>Home</a></nav></body></html>"],
)
def test_page_without_an_article_is_named(content: bytes) -> None:
    """A page that holds nothing to publish gives a reason."""
    with pytest.raises(FormatError, match=r"harbour.html: "):
        article.parse(Document(source="harbour.html", content=content))


@given(content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@settings(max_examples=60, deadline=None)
def test_any_bytes_give_a_post_or_our_error(content: bytes) -> None:
    """No page, however broken, does anything else."""
    try:
        (post,) = article.parse(Document(source="x", content=content)).posts
    except FormatError:
        return
    assert post.text or post.images or post.media


@given(
    parts=st.lists(
        st.sampled_from(
            [
                "<div>",
                "</div>",
                "<p>words",
                "<figure>",
                "<img src=x alt=y>",
                "<ul><li>",
                "<table><tr>",
                "<a href=/>",
                "<h2>x",
                "</table>",
            ]
        ),
        max_size=40,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_tags_give_a_post_or_our_error(parts: list[str]) -> None:
    """Tags in any order are read or refused."""
    try:
        article.parse(Document(source="x", content="".join(parts).encode()))
    except FormatError:
        return


# --- characters


@pytest.mark.parametrize(
    ("content", "charset", "expected"),
    [
        ("Žluťoučký".encode(), None, "Žluťoučký"),
        ("Žluťoučký".encode("utf-8-sig"), "iso-8859-2", "Žluťoučký"),
        ("Žluťoučký".encode("utf-16"), None, "Žluťoučký"),
        ("Žluťoučký".encode("iso-8859-2"), "ISO-8859-2", "Žluťoučký"),
        ("“quoted”".encode("cp1252"), "iso-8859-1", "“quoted”"),
        ('<meta charset="windows-1251">Привет'.encode("cp1251"), None, '<meta charset="windows-1251">Привет'),
        ('<meta http-equiv=x content="text/html; charset=gb2312">中文'.encode("gb18030"), None, None),
        ("Žluťoučký".encode(), "us-ascii", None),
        (b"plain", "base64", "plain"),
        (b"plain", "no-such-set", "plain"),
        (
            "Съешь ещё этих мягких французских булок, да выпей чаю".encode("cp1251"),
            None,
            "Съешь ещё этих мягких французских булок, да выпей чаю",
        ),
    ],
)
def test_characters_are_found(content: bytes, charset: str | None, expected: str | None) -> None:
    """Byte order mark, the sender's claim, the document's own, UTF-8, and at last a guess."""
    found = decode(Document(source="x", content=content, charset=charset))
    assert found == expected if expected is not None else found


@settings(deadline=None)
@given(content=st.binary(max_size=200), charset=st.none() | st.text(max_size=12))
def test_any_bytes_become_text(content: bytes, charset: str | None) -> None:
    """Decoding never fails."""
    assert isinstance(decode(Document(source="x", content=content, charset=charset)), str)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (None, None),
        ("", ""),
        ("Fish & chips", "Fish & chips"),
        ("Harbour &#8211; News", "Harbour – News"),
        ("Harbour &#x2013; News", "Harbour – News"),
        ("Q&amp;A", "Q&A"),
        ("Caf&eacute;", "Café"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("R&D; more", "R&D; more"),
    ],
)
def test_what_was_escaped_too_often_is_decoded(line: str | None, expected: str | None) -> None:
    """References to characters become characters, unless that would make markup of words."""
    assert unescape(line) == expected
