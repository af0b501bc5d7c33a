"""What is mended without asking."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies
from lxml import html as lxml_html

from publisher.accessibility.repairs import Context, mend

URL = "https://example.org/1"
CONTEXT = Context(language="en", level=2, headline="Boats leave", url=URL, post="p1")
RUSSIAN = "Порт снова открылся после шторма"


def test_nothing_to_mend_leaves_the_text_alone() -> None:
    """Not a byte changes."""
    text = '<p class="x">Words &amp; <em>more</em><br/></p><h3>Sea</h3>'
    assert mend(text, CONTEXT) == (text, ())
    assert mend(" ", CONTEXT) == (" ", ())


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("<p>a<a href='x'></a> b</p>", "<p>a b</p>", "link-name"),
        ("<p><a href='x'>&#160;</a>b</p>", "<p>b</p>", "link-name"),
        ("<h3></h3><p>a</p>", "<p>a</p>", "heading-empty"),
        ("<p>a</p><marquee bgcolor='red'>b</marquee>", "<p>a</p><span>b</span>", "motion"),
        ("<h1>a</h1><h4>b</h4><h1>c</h1>", "<h3>a</h3><h4>b</h4><h3>c</h3>", "heading-order"),
        (
            "<table><tr><td>a</td></tr></table>",
            '<table role="presentation"><tr><td>a</td></tr></table>',
            "layout-table-role",
        ),
        (
            "<table><tr><th>a</th></tr><tr><th>c</th><td>d</td></tr></table>",
            '<table><tr><th scope="col">a</th></tr><tr><th scope="row">c</th><td>d</td></tr></table>',
            "data-table",
        ),
        (
            f'<p><a href="{URL}">Read more…</a></p>',
            f'<p><a href="{URL}">Read more: Boats leave</a></p>',
            "link-text-generic",
        ),
        ('<p lang="fa">سلام</p>', '<p lang="fa" dir="rtl">سلام</p>', "body-dir"),
        ('<p lang="fa" dir="ltr">سلام</p>', '<p lang="fa" dir="rtl">سلام</p>', "body-dir"),
        (
            '<video src="https://e.org/v.mp4" poster="https://e.org/p.jpg" autoplay=""></video>tail',
            '<p><img src="https://e.org/p.jpg" alt=""/><a href="https://e.org/v.mp4">Watch: Boats leave</a></p>tail',
            "media-alternative",
        ),
        (
            '<audio title="The harbour bell"><source src="https://e.org/b.mp3"/></audio>',
            '<p><a href="https://e.org/b.mp3">Listen: The harbour bell</a></p>',
            "media-alternative",
        ),
        ("<p>a <video></video>b</p>", "<p>a b</p>", "media-alternative"),
    ],
)
def test_repairs(before: str, after: str, rule: str) -> None:
    """Each is recorded with what was before and after, and with its post."""
    text, made = mend(before, CONTEXT)
    assert text == after
    assert {one.rule for one in made} == {rule}
    assert all(one.before and one.post == "p1" for one in made)


@pytest.mark.parametrize(
    "text",
    [
        '<p><a name="x"></a>a</p>',
        '<p><a href="x"><img src="a.png" alt="A boat"/></a></p>',
        '<p><a href="x" title="Map"></a></p>',
        '<h3><img src="a.png" alt="A boat"/></h3>',
        '<table role="presentation"><tr><td>a</td></tr></table>',
        "<table><caption>Ferries</caption><tr><td>a</td></tr></table>",
        '<p><a href="https://example.org/2">Read more</a></p>',
        '<p lang="nonsense-tag">a</p>',
        f"<p>{RUSSIAN}</p>",
    ],
)
def test_what_is_not_understood_is_left_alone(text: str) -> None:
    """Anchors, pictures, labels, other people's links, and languages that nobody can tell."""
    assert mend(text, CONTEXT) == (text, ())


def test_a_passage_is_named_where_its_language_can_be_told() -> None:
    """Whoever can tell languages is asked; a nonsense answer is none."""
    known = Context(language="en", detect=lambda _text: "ru")
    text, made = mend(f"<p>{RUSSIAN}</p><p>Words</p>", known)
    assert text == f'<p lang="ru" dir="ltr">{RUSSIAN}</p><p>Words</p>'
    assert [one.rule for one in made] == ["language-of-parts"]
    assert mend(f"<p>{RUSSIAN}</p>", Context(language="en", detect=lambda _text: "zz-zz-zz"))[1] == ()


def test_headings_end_at_six() -> None:
    """There is no h7."""
    text, _made = mend("<h2>a</h2><h3>b</h3><h4>c</h4>", Context(language="en", level=5))
    assert text == "<h6>a</h6><h6>b</h6><h6>c</h6>"


PIECES = strategies.lists(
    strategies.sampled_from(
        """<p> </p> <h1>a</h1> <h4> </h4> <table><tr><td> <th>x</th> </table> <a_href="x"> </a> <img_src="a.png"> سلام
        <video_src="v"> <b_lang="fa"> </b> <marquee> <img_src="b.png"_alt="B"> words <!--x--> &amp; <ul><li>""".split()
    ).map(lambda piece: piece.replace("_", " ")),
    max_size=25,
).map("".join)


@settings(deadline=None)
@given(PIECES)
def test_no_repair_invents_a_description(text: str) -> None:
    """Pictures have only words that were there, and mending again finds nothing more to do."""
    mended, _made = mend(text, CONTEXT)

    def alts(markup: str) -> list[str | None]:
        return [one.get("alt") for one in lxml_html.fragment_fromstring(markup, create_parent="div").iter("img")]

    assert {one for one in alts(mended) if one} <= set(alts(text))
    assert alts(mended).count(None) <= alts(text).count(None)
    assert mend(mended, CONTEXT)[1] == ()
