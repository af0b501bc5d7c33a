"""A whole post becomes markup that every mail client and screen reader can take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.accessibility.repairs import Context
from publisher.digest import body, passages
from publisher.digest.pictures import Decision
from publisher.model import AltOrigin, Image, Picture

PIER = Image(url="https://example.org/pier.jpg", alt="A pier", alt_origin=AltOrigin.SOURCE, width=800, height=600)

CONTEXT = Context(language="en", level=2, headline="The title", url="https://e.org/1", post="1", detect=passages.guess)
PERSIAN = "قایق‌ها پیش از رسیدن توفان بندر را ترک می‌کنند"


def show(image: Image) -> Decision:
    """Show every picture with its own words."""
    return Decision(picture=Picture(image=image, alt=image.alt, caption=image.caption))


def leave_out(_image: Image) -> Decision:
    """Show no picture."""
    return Decision(left_out=True)


def adapt(markup: str, *, images: tuple[Image, ...] = (), decide: body.Decide = show) -> str:
    """Adapt a post that stands under an h2."""
    return body.adapt(markup, CONTEXT, images=images, decide=decide).html


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        # only what the table knows
        ("<p onclick='x()' style='color:red' class='a' id='b'>One</p>", "<p>One</p>"),
        ("<p>One</p><script>alert(1)</script><iframe src='https://e.org'></iframe>", "<p>One</p>"),
        ("<p>One <blink>two</blink><!-- three --></p>", "<p>One two</p>"),
        ("<section><p>One</p></section>", "<p>One</p>"),
        ("<p>bare < and & unclosed", "<p>bare &lt; and &amp; unclosed</p>"),
        ("<p lang='fa' dir='rtl'>سلام</p>", '<p lang="fa" dir="rtl">سلام</p>'),
        ("<ol start='3' type='a'><li>x</li></ol>", '<ol start="3"><li>x</li></ol>'),
        ("<ol start='many'><li>x</li></ol>", "<ol><li>x</li></ol>"),
        ("<p>a\u00a0b&nbsp;c</p>", "<p>a\u00a0b\u00a0c</p>"),
        ("", ""),
        # headings
        ("<h1>A</h1><h3>B</h3><h3>C</h3><h2>D</h2><h1>E</h1>", "<h3>A</h3><h4>B</h4><h4>C</h4><h4>D</h4><h3>E</h3>"),
        ("<h4>A</h4><h6>B</h6>", "<h3>A</h3><h4>B</h4>"),
        ("<h1>1</h1><h2>2</h2><h3>3</h3><h4>4</h4><h5>5</h5>", "<h3>1</h3><h4>2</h4><h5>3</h5><h6>4</h6><h6>5</h6>"),
        ("<h2> </h2><p>x</p>", "<p>x</p>"),
        # links
        ("<p><a href='https://e.org/'>x</a></p>", '<p><a href="https://e.org/">x</a></p>'),
        ("<p><a href='javascript:x()'>x</a> <a>y</a> <a href='https://e.org/'> </a>z</p>", "<p>x y z</p>"),
        # lists
        ("<ul>a<li>b</li>c<p>d</p></ul>", "<ul><li>a</li><li>b</li><li>c</li><li><p>d</p></li></ul>"),
        ("<li>x</li>", "<div>x</div>"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<dl><dt>a</dt><dd>b</dd></dl>"),
        ("<dl><dd>b</dd></dl>", "<div><div>b</div></div>"),
        ("<dl><dt>a</dt><p>b</p></dl>", "<div><p>a</p><p>b</p></div>"),
        # what holds nothing
        ("<p></p><p><b> </b></p><div><span></span></div><p>x</p><hr/>", "<p>x</p><hr/>"),
        # loose words
        ("a <b>b</b> c<p>d</p>e<i>f</i>", "<p>a <b>b</b> c</p><p>d</p><p>e<i>f</i></p>"),
        ("<b>x</b><p>y</p>", "<p><b>x</b></p><p>y</p>"),
        ("<p>y</p><b>x</b> z", "<p>y</p><p><b>x</b> z</p>"),
    ],
)
def test_adapt(markup: str, expected: str) -> None:
    """Known elements stay, everything else is unwrapped or dropped, and the outline has no holes."""
    assert adapt(markup) == expected


FIGURE = '<figure><img src="https://example.org/pier.jpg" alt="A pier" width="800" height="600"/></figure>'


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<figure><img src='https://example.org/pier.jpg' alt='old'/></figure>", FIGURE),
        ("<p>x <a href='https://e.org'><img src='https://example.org/pier.jpg'/></a> y</p>", f"<p>x  y</p>{FIGURE}"),
        ("<img src='https://example.org/pier.jpg'/>words", f"{FIGURE}<p>words</p>"),
        ("<ul><li>x<img src='https://example.org/pier.jpg'/></li></ul>", f"<ul><li>x{FIGURE}</li></ul>"),
        ("<p>smile <img src='https://e.org/1.png' alt='☺' width='16' height='16'/>!</p>", "<p>smile ☺!</p>"),
        ("<figure><figcaption>Alone</figcaption></figure>", "<figure><figcaption>Alone</figcaption></figure>"),
        (
            "<figure><img src='https://e.org/2.jpg' alt='Two'/><figcaption>See</figcaption></figure>",
            '<figure><img src="https://e.org/2.jpg" alt="Two"/><figcaption>See</figcaption></figure>',
        ),
        (
            "<figure lang='fa'><img src='https://e.org/2.jpg' alt='Two'/></figure>",
            '<figure lang="fa" dir="rtl"><img src="https://e.org/2.jpg" alt="Two"/></figure>',
        ),
        ("<figure>words</figure>", "<div>words</div>"),
        (
            (
                "<figure><img src='https://e.org/1.jpg' alt='1'/><img src='https://e.org/2.jpg' alt='2'/>"
                "<figcaption>Both</figcaption></figure>"
            ),
            (
                '<div><figure><img src="https://e.org/1.jpg" alt="1"/></figure>'
                '<figure><img src="https://e.org/2.jpg" alt="2"/></figure><p>Both</p></div>'
            ),
        ),
        (
            "<figure><figure><img src='https://example.org/pier.jpg'/></figure></figure>",
            FIGURE,
        ),
    ],
)
def test_pictures(markup: str, expected: str) -> None:
    """A picture stands in a figure of its own beside its paragraph, with what the post knows of it."""
    assert adapt(markup, images=(PIER,)) == expected


def test_picture_without_alt_keeps_none() -> None:
    """Where the policy is to block, the img element has no alt attribute."""
    assert adapt("<img src='https://e.org/2.jpg'/>") == '<figure><img src="https://e.org/2.jpg"/></figure>'


def test_picture_without_a_usable_address() -> None:
    """An address that leads nowhere counts as none."""
    adapted = body.adapt("<img src='2.jpg' alt='x'/>", CONTEXT, images=(), decide=show)
    assert [decision.picture and decision.picture.image.url for decision in adapted.decisions] == [None]


def test_repairs_are_told() -> None:
    """What is mended in a text is recorded with the post it was mended in."""
    markup = f"<h1>A</h1><h2></h2><p><a href='https://e.org/1'>Read more</a></p><p>{PERSIAN}</p>"
    adapted = body.adapt(markup, CONTEXT, images=(), decide=show)
    assert adapted.html == (
        f'<h3>A</h3><p><a href="https://e.org/1">Read more: The title</a></p><p lang="fa" dir="rtl">{PERSIAN}</p>'
    )
    assert [(repair.rule, repair.post) for repair in adapted.repairs] == [
        ("heading-empty", "1"),
        ("heading-order", "1"),
        ("link-text-generic", "1"),
        ("language-of-parts", "1"),
    ]


def test_picture_without_address_is_known_by_its_caption() -> None:
    """A figure without an img finds its picture by the caption."""
    known = Image(caption="Alone", credit="Ann Lee")
    seen = []

    def decide(image: Image) -> Decision:
        seen.append(image)
        return Decision()

    adapt("<figure><figcaption>Alone</figcaption></figure>", images=(PIER, known), decide=decide)
    assert seen == [known]


@pytest.mark.parametrize(
    "markup",
    [
        "<p>x</p><figure><img src='https://example.org/pier.jpg'/><figcaption>c</figcaption></figure>",
        "<p>x<img src='https://example.org/pier.jpg'/></p>",
    ],
)
def test_left_out_pictures_leave_nothing(markup: str) -> None:
    """A picture that is left out takes its caption and its place with it."""
    assert adapt(markup, decide=leave_out) == "<p>x</p>"


DATA = "<tr><th>Year</th><th>Boats</th></tr><tr><th>1911</th><td>2</td></tr>"
SCOPED = (
    '<tr><th scope="col">Year</th><th scope="col">Boats</th></tr><tr><th scope="row">1911</th><td>2</td></tr></table>'
)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (f"<table>{DATA}</table>", f"<table><caption>The title</caption>{SCOPED}"),
        (f"<h2>Fleet</h2><table>{DATA}</table>", f"<h3>Fleet</h3><table><caption>Fleet</caption>{SCOPED}"),
        (f"<table><caption>Own</caption>{DATA}</table>", f"<table><caption>Own</caption>{SCOPED}"),
        (f"<table><caption> </caption>{DATA}</table>", f"<table><caption>The title</caption>{SCOPED}"),
        (
            "<table><tr><th></th><th>B</th></tr><tr><th>a</th><td>1</td></tr></table>",
            (
                '<table><caption>The title</caption><tr><td/><th scope="col">B</th></tr>'
                '<tr><th scope="row">a</th><td>1</td></tr></table>'
            ),
        ),
        (
            '<table><caption>C</caption><tr><th scope="col">a</th><th>b</th></tr><tr><td>1</td><td/></tr></table>',
            (
                '<table><caption>C</caption><tr><th scope="col">a</th><th scope="col">b</th></tr>'
                "<tr><td>1</td><td/></tr></table>"
            ),
        ),
        (
            "<table><tr><th>a</th><td>1</td></tr><tr><th>b</th><td>2</td></tr></table>",
            (
                '<table><caption>The title</caption><tr><th scope="row">a</th><td>1</td></tr>'
                '<tr><th scope="row">b</th><td>2</td></tr></table>'
            ),
        ),
        # a layout becomes blocks
        ("<table><tr><td><p>a</p></td><td>b</td></tr></table>", "<div><div><p>a</p></div><div>b</div></div>"),
        (
            "<table><caption>C</caption><tbody><tr><td>a</td></tr></tbody></table>",
            "<div><p>C</p><div>a</div></div>",
        ),
        (
            "<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>",
            "<div><div><div><div>a</div></div></div></div>",
        ),
        # too wide for a telephone: told row by row
        (
            (
                "<table><caption>C</caption><tr><th>a</th><th>b</th><th>c</th><th>d</th><th>e</th></tr>"
                "<tr><td>1</td><td>2</td><td></td><td>4</td><td>5</td><td>6</td></tr></table>tail"
            ),
            "<div><p>C</p><ul><li>a: 1</li><li>b: 2</li><li>d: 4</li><li>e: 5</li><li>6</li></ul></div><p>tail</p>",
        ),
        (
            "<table><tr><th colspan='2'>ab</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "<div><ul><li>ab</li></ul><ul><li>1</li><li>2</li></ul></div>",
        ),
        # a cell without a table
        ("<p>x</p><td>y</td>", "<p>x</p><div>y</div>"),
    ],
)
def test_tables(markup: str, expected: str) -> None:
    """A data table gets caption and scope, a wide one is told in lists, a layout becomes blocks."""
    assert adapt(markup) == expected


@given(st.text(st.sampled_from(list("<>/=&;'\" ablipthd1\n\u200c\x00")), max_size=60))
def test_anything_gives_well_formed_markup(markup: str) -> None:
    """Whatever the markup, what comes out is well-formed."""
    clean = markup.replace("\x00", "")
    etree.fromstring(f"<div>{adapt(clean)}</div>")


def test_paragraph() -> None:
    """Words become a paragraph, nothing becomes nothing."""
    assert body.paragraph("a < b") == "<p>a &lt; b</p>"
    assert body.paragraph("") == ""
