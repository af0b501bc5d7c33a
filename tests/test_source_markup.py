# ruff: noqa: E501 - markup on one line, as sites write it
"""Foreign HTML, cleaned: what comes out is well formed, harmless, and keeps every word about every picture."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from publisher.model import AltOrigin, Image
from publisher.sources.markup import clean, paragraphs, plain

BASE = "https://news.example/2026/post.html"
ALLOWED = re.compile(
    r"^(?:a|abbr|b|bdi|bdo|blockquote|br|caption|cite|code|dd|del|dfn|div|dl|dt|em|figcaption|figure|h[1-6]|hr|i|img|ins"
    r"|kbd|li|mark|ol|p|pre|q|rb|rp|rt|ruby|s|samp|small|span|strong|sub|sup|table|tbody|td|tfoot|th|thead|time|tr|u|ul"
    r"|var)$"
)


def check_html(source: str, expected: str) -> None:
    """Assert what a fragment becomes."""
    assert clean(source, base=BASE).html == expected


def check_picture(source: str, **expected: object) -> None:
    """Assert what is known of the only picture of a fragment."""
    (image,) = clean(source, base=BASE).images
    assert {name: getattr(image, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ("bare <b>words</b> and a < b & c", "<p>bare <b>words</b> and a &lt; b &amp; c</p>"),
        ("<p>seen <nowhere and more", "<p>seen &lt;nowhere and more</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>"),
        ("a<br>b<br><br>c<br>", "<p>a<br/>b</p><p>c</p>"),
        ("<p>&nbsp;</p><p>\u200b</p><p> </p>", ""),
        ("<p>x</p><hr><hr><p>y</p>", "<p>x</p><hr/><p>y</p>"),
        ("<hr><p>x</p>", "<p>x</p>"),
        ("<pre>  a\n<br>b </pre>", "<pre>  a\n\nb </pre>"),
        ("<pre> </pre>", ""),
        ("<li>stray</li><dd>too</dd>", "<p>stray</p><p>too</p>"),
        ("<ul>loose<li>x</li></ul>", "<ul><li>loose</li><li>x</li></ul>"),
        ("<dl><dt>t<dd>d<p>e</p></dl>", "<dl><dt>t</dt><dd><p>d</p><p>e</p></dd></dl>"),
        ("<ul><li>x<ul><li>y</ul>z</ul>", "<ul><li><p>x</p><ul><li>y</li></ul><p>z</p></li></ul>"),
        ("<ul><li><ul><li>y</ul>z</ul>", "<ul><li><ul><li>y</li></ul><p>z</p></li></ul>"),
        ("<h2><em>A</em> <i>b</i></h2>", "<h2><em>A</em> <i>b</i></h2>"),
        ("<p>a<b> b </b>c</p>", "<p>a <b>b</b> c</p>"),
        ("<em><div>x</div><div>y</div></em>", "<p><em>x</em></p><p><em>y</em></p>"),
        ("<ul></ul><blockquote> </blockquote><table></table>", ""),
        ("<font color=red>x</font><span>y</span>", "<p>xy</p>"),
        (
            "<tt>x</tt><acronym title='World Wide Web'>WWW</acronym>",
            '<p><code>x</code><abbr title="World Wide Web">WWW</abbr></p>',
        ),
        ("<details><summary>More</summary>text</details>", "<p>More</p><p>text</p>"),
        ("<p>a<wbr>b</p>", "<p>ab</p>"),
        ("<ul><li>\u200b<li>x<p>y", "<ul><li><p>x</p><p>y</p></li></ul>"),
        ("<ul><li><b>a</b><br><br>b</ul>", "<ul><li><p><b>a</b></p><p>b</p></li></ul>"),
        ("<ul><li>\xa0</li><li>x</li></ul>", "<ul><li>x</li></ul>"),
        ("<blockquote>\u200b</blockquote>x", "<p>x</p>"),
    ],
)
def test_the_structure_becomes_sane(source: str, expected: str) -> None:
    """Unclosed, bare, empty and misplaced markup becomes paragraphs, lists and headings in the source's order."""
    check_html(source, expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('<a href="/x y">l</a>', '<p><a href="https://news.example/x%20y">l</a></p>'),
        ('<a href="?q=1">l</a>', '<p><a href="https://news.example/2026/post.html?q=1">l</a></p>'),
        ('<a href="//cdn.example/a">l</a>', '<p><a href="https://cdn.example/a">l</a></p>'),
        ('<a href="MAILTO:a@b.example">l</a>', '<p><a href="mailto:a@b.example">l</a></p>'),
        ('<a href="javascript:alert(1)">l</a>', "<p>l</p>"),
        ('<a href="java\nscript:alert(1)">l</a>', "<p>l</p>"),
        ('<a href="data:text/html,x">l</a>', "<p>l</p>"),
        ('<a href="http://[">l</a>', "<p>l</p>"),
        (
            '<a href="https://e.example/%7B%7Bx%7D%7D{{y}}">l</a>',
            '<p><a href="https://e.example/%7B%7Bx%7D%7D%7B%7By%7D%7D">l</a></p>',
        ),
        (
            '<a href="/a"><h2>Head</h2><p>text</p></a>',
            '<h2><a href="https://news.example/a">Head</a></h2><p><a href="https://news.example/a">text</a></p>',
        ),
        ('<a href="/a"></a>', ""),
        ('<p onclick="x()" style="color:red" class="a" id="b" ses:tags="t">x</p>', "<p>x</p>"),
        ('<p hidden>x</p><p style="display: none">y</p>z', "<p>z</p>"),
        ('<p lang="ar" dir="RTL">x</p>', '<p lang="ar" dir="rtl">x</p>'),
        ('<p lang="klingonish" dir="up">x</p>', "<p>x</p>"),
        ('<div lang="fa" dir="rtl">x</div>', '<div lang="fa" dir="rtl"><p>x</p></div>'),
        ('<span lang="de">x</span>', '<p><span lang="de">x</span></p>'),
        ("<script>alert(1)</script><style>p{}</style><template>t</template>x", "<p>x</p>"),
        ("<svg><title>t</title><circle/></svg>x", "<p>x</p>"),
        ("<p>a\x01\x0b\ufffe&#1;&#xFFFF;b</p>", "<p>ab</p>"),
        ('<ol start="3" reversed type="a"><li value="9">x</ol>', '<ol start="3" type="a"><li value="9">x</li></ol>'),
    ],
)
def test_attributes_and_links_are_harmless_and_absolute(source: str, expected: str) -> None:
    """Links lead to http(s), mail or telephone or nowhere; only language, direction and meaning stay as attributes."""
    check_html(source, expected)


def test_links_without_a_page_are_only_words() -> None:
    """A relative link of a text that stands on no page leads nowhere."""
    assert clean('<a href="x">words</a>', base=None).html == "<p>words</p>"


def test_tables_keep_their_meaning() -> None:
    """Captions, header cells, their scope and spans stay; empty cells keep an end tag; the text has a line for each row."""
    source = '<table border=1><caption>Times</caption><tr><th scope="col">Day<th scope="up">Hour<tr><td colspan=2>Mo<td></table>'
    cleaned = clean(source, base=None)
    assert cleaned.html == (
        '<table><caption>Times</caption><tbody><tr><th scope="col">Day</th><th>Hour</th></tr>'
        '<tr><td colspan="2">Mo</td><td></td></tr></tbody></table>'
    )
    assert cleaned.text == "Times\n\nDay; Hour\nMo;"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<table><tr><td>a<tr><td>b</table>", "<p>a</p><p>b</p>"),
        ("<table><tr><td><table><tr><td>a</table><td>b</table>", "<p>a</p><p>b</p>"),
        ('<table role="presentation"><tr><td>a<td>b</table>', "<p>a</p><p>b</p>"),
    ],
)
def test_layout_tables_become_paragraphs(source: str, expected: str) -> None:
    """A table of one column, around other tables, or marked as presentation says nothing as a table."""
    check_html(source, expected)


def test_the_text_is_the_same_words() -> None:
    """Paragraphs are parted by a blank line, items have marks, a picture is its caption, once."""
    source = "<h2>H</h2><p>a<br>b</p><ul><li>x<ol><li>y<li>z</ol></ul><figure><img src=i.jpg alt=A><figcaption>C</figcaption></figure>"
    assert clean(source, base=BASE).text == "H\n\na\nb\n\n- x\n  1. y\n  2. z\n\nC"


def test_text_without_tags_is_paragraphs() -> None:
    """A description that is no HTML keeps its paragraphs, and references to characters are read."""
    assert clean("one\r\n\r\ntwo &amp; three", base=None).html == "<p>one</p><p>two &amp; three</p>"


@pytest.mark.parametrize("source", ["", "  \n", "<p></p>", "<!-- -->", "<?php echo ?>"])
def test_nothing_stays_nothing(source: str) -> None:
    """Where there is nothing to read, nothing is made up."""
    cleaned = clean(source, base=None)
    assert (cleaned.html, cleaned.text, cleaned.images, cleaned.media) == ("", "", (), ())


def test_an_element_is_cleaned_like_its_text() -> None:
    """A tree's element gives what its markup gives, without what follows it."""
    root = html.fragment_fromstring("<div><p>a <b>b</b></p>tail</div>")
    assert clean(root[0], base=None).html == "<p>a <b>b</b></p>"


# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        '<img src="p.jpg">',
        '<img src="data:image/gif;base64,R0lGOD" data-src="p.jpg">',
        '<img src="blank.png" data-original="p.jpg" width="600">',
        '<img data-lazy-src="p.jpg">',
        '<img data-srcset="q.jpg 300w, p.jpg 1300w, r.jpg 4000w">',
        '<img srcset="q.jpg 1x, p.jpg 2x">',
        '<img srcset="q.jpg 300w, p.jpg 640w">',
        '<img srcset="p.jpg 1.2.3x">',
        '<picture><source srcset="p.jpg 1600w, q.jpg 320w"><img alt="x"></picture>',
        '<img class="lazy" src="data:," alt="x"><noscript><img src="p.jpg"></noscript>',
        '<img data-src="p.jpg"><noscript><img src="p-300x200.jpg?x=1" alt="x"></noscript>',
        '<a href="p.jpg"><img src="data:," alt="x"></a>',
        '<amp-img src="p.jpg" width="600" height="400"></amp-img>',
        '<img src="p.jpg"><p>again</p><img src="p.jpg">',
    ],
)
def test_the_real_address_of_a_picture_is_found(source: str) -> None:
    """Lazy attributes, sets of candidates, noscript twins and links lead to the one picture there is."""
    check_picture(source, url="https://news.example/2026/p.jpg")


def test_a_picture_inlined_in_the_page_is_kept_unless_it_is_huge() -> None:
    """A data: address is an address, a placeholder is not, and a huge one cannot be mailed: its words stay."""
    small, huge = "data:image/png;base64," + "A" * 600, "data:image/png;base64," + "A" * 60_000
    check_picture(f'<img src="{small}" alt="x">', url=small)
    check_picture(f'<img src="{huge}" alt="x">', url=None, alt="x")


def test_pictures_that_differ_stay_apart() -> None:
    """A noscript element that shows another picture is no twin."""
    source = '<img src="a.jpg" alt="x"><noscript><img src="b.jpg" alt="y"></noscript><noscript><img src="c.jpg" alt="z"></noscript>'
    assert [image.alt for image in clean(source, base=BASE).images] == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("attributes", "alt", "decorative"),
    [
        ("", None, False),
        ('alt=""', "", True),
        ('alt=" "', None, False),
        ("alt='A  &quot;dog&quot;\n runs'", 'A "dog" runs', False),
        ('role="presentation"', "", True),
        ('aria-hidden="true"', "", True),
        ('alt="A dog" role="presentation"', "A dog", False),
    ],
)
def test_alt_is_the_sources_whole_words(attributes: str, alt: str | None, *, decorative: bool) -> None:
    """Missing means not known, empty means decorative, and words stay as they are."""
    origin = None if alt is None else AltOrigin.SOURCE
    check_picture(f"<img src=a.jpg {attributes}>", alt=alt, decorative=decorative, alt_origin=origin)


def test_a_picture_without_address_keeps_its_place() -> None:
    """An address that cannot be resolved leaves the picture with its words, and only the words in the text."""
    cleaned = clean("<p>a</p><figure><img src='x.jpg' alt='A'><figcaption>C</figcaption></figure>", base=None)
    assert cleaned.images == (Image(alt="A", alt_origin=AltOrigin.SOURCE, caption="C"),)
    assert cleaned.html == "<p>a</p><figure><figcaption>C</figcaption></figure>"


def test_a_picture_without_address_and_caption_leaves_no_empty_figure() -> None:
    """What has nothing to show leaves nothing in the text, and stays among the pictures."""
    cleaned = clean("<img src='x.jpg' alt='A'>", base=None)
    assert (cleaned.html, len(cleaned.images)) == ("", 1)


@pytest.mark.parametrize(
    "source",
    [
        '<img src="t.gif" width="1" height="1">',
        '<img src="t.gif" width="0">',
        '<img src="a.jpg" style="width:1px;height:1px">',
        '<img src="a.jpg" width="2" height="2" alt="x">',
        '<img src="a.jpg" style="display:none">',
        '<img src="a.jpg" hidden>',
        '<img src="https://pixel.example.com/a/b">',
        '<img src="https://stats2.example.com/x.gif" alt="">',
        '<img src="https://e.example/track.gif?u=1">',
        '<img src="https://feeds.example.com/~r/site/~4/abc">',
        '<img src="data:image/gif;base64,R0lGOD">',
        "<img>",
    ],
)
def test_what_only_counts_readers_is_no_picture(source: str) -> None:
    """Pixels, spacers, beacons and empty elements are dropped, with their figures."""
    cleaned = clean(f"<p>x</p>{source}", base=BASE)
    assert (cleaned.images, cleaned.html) == ((), "<p>x</p>")


def test_a_beacons_name_does_not_make_a_described_picture_one() -> None:
    """Somebody described it, so it shows something."""
    check_picture('<img src="https://stats.example.com/count.png" alt="Votes by party">', alt="Votes by party")


def test_pictures_of_emoji_are_characters() -> None:
    """An image that stands for a character is that character, in its sentence."""
    source = '<p>Nice <img class="emoji" src="e.png" alt="😀"> day <img src="f.png" alt="🎉"></p>'
    cleaned = clean(source, base=BASE)
    assert (cleaned.html, cleaned.images) == ("<p>Nice 😀 day 🎉</p>", ())


def test_sizes_are_read_in_css_pixels() -> None:
    """Attributes and styles give sizes; percentages do not."""
    check_picture('<img src=a.jpg width="640" height="480px">', width=640, height=480)
    check_picture('<img src=a.jpg width="100%" style="max-width:1px; height: 20.5px">', width=None, height=20)


def test_the_long_description_is_read_where_it_is_named() -> None:
    """aria-describedby leads to the words that describe a picture at length."""
    check_picture('<img src=a.jpg aria-describedby="d"><p id="d">Long words.</p>', long_description="Long words.")
    check_picture('<img src=a.jpg aria-describedby="nowhere">', long_description=None)


FIGURES = {
    "figure": '<figure><img src=a.jpg><figcaption>Boats at dawn <span class="credit">Ann Lee/Reuters</span></figcaption></figure>',
    "beside": "<figure><img src=a.jpg><figcaption>Boats at dawn</figcaption><cite>Ann Lee/Reuters</cite></figure>",
    "wordpress": '<div class="wp-caption"><a href=a.jpg><img src=a.jpg></a><p class="wp-caption-text">Boats at dawn (Ann Lee/Reuters)</p></div>',
    "gallery": '<dl class="gallery-item"><dt><img src=a.jpg></dt><dd class="gallery-caption">Boats at dawn (Ann Lee/Reuters)</dd></dl>',
    "blogger": '<table class="tr-caption-container"><tr><td><a href=b><img src=a.jpg></a></td></tr><tr><td class="tr-caption">Boats at dawn (Ann Lee/Reuters)</td></tr></table>',
    "shortcode": '[caption id="a"]<img src=a.jpg> Boats at dawn (Ann Lee/Reuters)[/caption]',
    "box": '<div class="photo"><img src=a.jpg><div class="photo-caption">Boats at dawn</div><div class="photo-credit">Ann Lee/Reuters</div></div>',
}


@pytest.mark.parametrize("source", FIGURES.values(), ids=FIGURES.keys())
def test_captions_and_credits_are_found(source: str) -> None:
    """However a site writes a caption, it is the picture's, whole, once, and its credit is read out."""
    cleaned = clean(f"<p>Before.</p>{source}<p>After.</p>", base=BASE)
    (image,) = cleaned.images
    assert image.caption is not None
    assert image.caption.startswith("Boats at dawn")
    assert image.credit == "Ann Lee/Reuters"
    assert cleaned.text.count("Boats at dawn") == cleaned.text.count("Ann Lee/Reuters") == 1
    assert cleaned.html.startswith('<p>Before.</p><figure><img src="https://news.example/2026/a.jpg"/><figcaption>')
    assert cleaned.html.endswith("</figcaption></figure><p>After.</p>")


def test_a_caption_among_several_pictures_goes_to_the_one_before_it() -> None:
    """In a figure of several pictures each caption speaks of the last picture above it, the first of the first."""
    source = (
        "<figure><figcaption>Zero</figcaption><img src=a.jpg><img src=b.jpg><p class=caption>Two</p></figure>"
        "<figure><figure><img src=c.jpg><figcaption>Three</figcaption></figure></figure>"
    )
    assert [image.caption for image in clean(source, base=BASE).images] == ["Zero", "Two", "Three"]


@pytest.mark.parametrize(
    "source",
    [
        "<div><img src=a.jpg><img src=b.jpg><p class=caption>Whose?</p></div>",
        f"<div><img src=a.jpg><p>{'word ' * 80}</p><p class=caption>Far away</p></div>",
        f"<div><img src=a.jpg><p class=caption>{'word ' * 400}</p></div>",
        "<div><img src=a.jpg><div><div><div><div><div><p class=caption>Deep</p></div></div></div></div></div></div>",
        "<p class=caption>No picture</p>",
    ],
)
def test_words_that_belong_to_no_picture_stay_words(source: str) -> None:
    """A caption that could be anybody's, stands far away or is a text of its own stays in the text."""
    cleaned = clean(source, base=BASE)
    assert all(image.caption is None for image in cleaned.images)
    assert cleaned.text


def test_a_second_caption_stays_in_the_text_and_a_repeated_one_does_not() -> None:
    """Words are never lost and never doubled."""
    source = (
        "<figure><img src=a.jpg><figcaption>One</figcaption><p class=caption>One</p><p class=caption>Two</p></figure>"
    )
    assert clean(source, base=BASE).text == "One\n\nTwo"


def test_pictures_are_lifted_out_of_paragraphs() -> None:
    """A picture in the middle of a sentence parts it, and the words around keep their links."""
    check_html(
        '<p>a <a href="/l">b<img src="i.jpg" alt="A" width="6" height="7">c</a></p>',
        '<p>a <a href="https://news.example/l">b</a></p>'
        '<figure><img src="https://news.example/2026/i.jpg" alt="A" width="6" height="7"/></figure>'
        '<p><a href="https://news.example/l">c</a></p>',
    )


# --- media ------------------------------------------------------------------------------------------------------------


def test_videos_are_media_with_captions_and_leave_the_text() -> None:
    """A player's address, title, captions and poster are kept; its fallback is not text."""
    source = (
        '<figure><video poster="p.jpg"><source src="v.mp4" type="video/mp4; codecs=x"><track src="c.vtt" srclang="en_us">'
        '<track kind="chapters" src="k.vtt">No video here</video><figcaption>The harbour from above</figcaption></figure>'
    )
    cleaned = clean(source, base=BASE)
    (video,) = cleaned.media
    assert (cleaned.html, cleaned.text) == ("", "")
    assert (video.url, video.type, video.title) == (
        "https://news.example/2026/v.mp4",
        "video/mp4",
        "The harbour from above",
    )
    assert [(track.url, track.type, track.language) for track in video.captions] == [
        ("https://news.example/2026/c.vtt", "text/vtt", "en-US"),
    ]
    assert video.poster == "https://news.example/2026/p.jpg"


def test_frames_and_sounds_are_media_too() -> None:
    """Embedded players are pages; the same address twice is one medium; frames that nobody sees are none."""
    source = (
        '<iframe src="//player.example/1" title="A  talk"></iframe><iframe data-src="//player.example/1"></iframe>'
        '<iframe src="//ads.example" width="0"></iframe><iframe src="//x.example" hidden></iframe>'
        '<audio src="s.mp3"></audio><video></video>'
    )
    media = clean(source, base=BASE).media
    assert [(medium.url, medium.type, medium.title) for medium in media] == [
        ("https://player.example/1", "text/html", "A talk"),
        ("https://news.example/2026/s.mp3", "audio/mpeg", None),
    ]


# --- what means harm --------------------------------------------------------------------------------------------------


def test_braces_stay_as_they_are() -> None:
    """Partners get the source's whole words; only mail has to fear placeholders, and takes care of them itself."""
    source = "<p>{{name}}</p><figure><img src=a.jpg alt='{{a}}'><figcaption>{{b}}</figcaption></figure>"
    cleaned = clean(source, base=BASE)
    (image,) = cleaned.images
    assert "{{name}}" in cleaned.html
    assert (image.alt, image.caption) == ("{{a}}", "{{b}}")


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 40_000 + "words",
        "<b><i><u>" * 20_000 + "words",
        ("<div>" * 300 + "</div>" * 300) * 20 + "words",
        "<blockquote>" * 119 + "words",
        "<div><b>" * 59 + "words",
        "<p>" * 50_000 + "words",
        "<" * 300_000 + "words",
        "<p>words</p>" + "x" * 1_200_000,
    ],
    ids=["deep", "formatting", "deep and closed", "boxes", "spans", "unclosed", "bare", "long"],
)
def test_what_is_built_to_take_for_ever_does_not(source: str) -> None:
    """Depth and length cost no more than their characters, and the words stay readable."""
    started = time.process_time()
    assert "words" in clean(source, base=None).text
    assert time.process_time() - started < 20


FRAGMENTS = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div>",
            "</div>",
            "<b>",
            "</b>",
            "<a href='/x'>",
            "</a>",
            "<ul>",
            "<li>",
            "</ul>",
            "<br>",
            "<h2>",
        ),
        *(
            "</h2>",
            "<table>",
            "<tr>",
            "<td>",
            "<th>",
            "</table>",
            "<caption>",
            "<img src=a.jpg alt=x>",
            "<img>",
            "<figure>",
        ),
        *(
            "<figcaption>",
            "</figure>",
            "<pre>",
            "</pre>",
            "<blockquote>",
            "</blockquote>",
            "<video src=v.mp4>",
            "</video>",
        ),
        *(
            "<dl>",
            "<dt>",
            "<dd>",
            "<noscript>",
            "</noscript>",
            "<script>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&nbsp;",
            "&#0;",
        ),
        *(
            "<p class=caption>",
            "<cite>",
            "<span lang=ar>",
            "<span hidden>",
            "{{",
            "}}",
            "\n\n",
            " ",
            "x",
            "\x00",
            "<",
            ">",
            "&",
        ),
        *(
            "[caption]",
            "[/caption]",
            "<svg>",
            "<select>",
            "<ruby>",
            "<hr>",
            "<picture>",
            "<source srcset='a 1x'>",
            "<wbr>",
        ),
    ],
)


@settings(max_examples=300, deadline=None)
@given(source=st.one_of(st.lists(FRAGMENTS, max_size=25).map("".join), st.text(max_size=80)))
@example(source="<table><caption>x<img src=a.jpg><ul>y")
@example(source="<ul><table><li>x<figure><img alt=q>")
def test_any_fragment_becomes_well_formed(source: str) -> None:
    """Whatever comes, the result parses as XML, holds known elements only, and cleaning it again changes nothing."""
    cleaned = clean(source, base=BASE)
    root = etree.fromstring(f"<div>{cleaned.html}</div>")
    for element in root.iterdescendants():
        assert ALLOWED.match(str(element.tag))
        assert set(element.attrib) <= {
            "href",
            "src",
            "alt",
            "width",
            "height",
            "lang",
            "dir",
            "title",
            "scope",
            "colspan",
        }
    assert not root.xpath("//p//p | //p//div | //p//figure | //p//ul | //a//a | //ul/*[not(self::li)]")
    assert not root.xpath("//p[not(normalize-space())] | //h2[not(normalize-space())] | //ul[not(li)]")
    assert "\n\n\n" not in cleaned.text
    again = clean(cleaned.html, base=BASE)
    assert [image.url for image in again.images] == [image.url for image in cleaned.images if image.url]


def test_small_pieces_become_one_line() -> None:
    """Titles and names are plain words on one line, or nothing."""
    assert plain("<b>Fish</b> &amp;\n chips{{") == "Fish & chips{{"
    assert plain("a\x00b") == "ab"
    assert plain("<img>") is None
    assert plain(None) is None


def test_plain_text_becomes_paragraphs() -> None:
    """Signs of markup in plain text are signs."""
    assert paragraphs("a < b\n\n\nc & d") == "<p>a &lt; b</p><p>c &amp; d</p>"


@pytest.mark.parametrize(
    ("markup", "alt", "width"),
    [
        ('<object data="/a.svg" type="image/svg+xml" width="300" aria-label="A plan"></object>', "A plan", 300),
        ('<object data="/a.svg" width="300">A <b>plan</b></object>', "A plan", 300),
        ('<embed src="/a.svg" title="A plan">', "A plan", None),
        ('<object data="/a.svg"></object>', None, None),
    ],
)
def test_an_embedded_picture_is_a_picture(markup: str, alt: str | None, width: int | None) -> None:
    """An object or embed may hold one; it is no film, and the words inside it are its description."""
    cleaned = clean(f"<p>Before {markup} behind.</p>", base="https://example.org/post")
    (image,) = cleaned.images
    assert (image.url, image.alt, image.width) == ("https://example.org/a.svg", alt, width)
    assert cleaned.media == ()
    assert cleaned.text.replace("\n\n", " ") == "Before behind."
    film = clean('<object data="/a.mp4" type="video/mp4"></object>', base="https://example.org/post")
    assert [one.url for one in film.media] == ["https://example.org/a.mp4"]
