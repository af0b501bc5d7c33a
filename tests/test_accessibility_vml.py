"""Rules about VML."""

from __future__ import annotations

import pytest

from tests.mails import check_clean, check_finds, make_mail

LINK = '<a href="https://example.org/x" style="color:#0b5394">The plan</a>'


def outlook(markup: str, rest: str = "") -> str:
    """Give a comment that Outlook opens."""
    return f"<!--[if gte mso 9]>{markup}<![endif]-->{rest}"


@pytest.mark.parametrize(
    "inner",
    [
        outlook('<v:rect style="width:600px"></v:rect>'),
        outlook("<v:roundrect><center>The plan</center></v:roundrect>"),
        outlook('<v:image src="a.png" />'),
        outlook("<V:OVAL></V:OVAL>"),
    ],
)
def test_a_drawing_without_alt_is_found(inner: str) -> None:
    """Outlook announces shapes."""
    check_finds(make_mail(inner), "vml-alt")


@pytest.mark.parametrize(
    "inner",
    [
        outlook('<v:rect alt=""><v:fill type="tile"/></v:rect>'),
        outlook('<v:image src="a.png" alt="A boat" />'),
        "<!--[if !mso]><!--><p>Words</p><!--<![endif]-->",
        "<!-- <v:rect></v:rect> -->",
        "<![if !vml]><v:rect></v:rect><![endif]>",
    ],
)
def test_a_drawing_with_alt_is_clean(inner: str) -> None:
    """What Outlook does not draw does not count."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize(
    "inner",
    [
        outlook('<v:rect alt="" href="https://example.org"></v:rect>'),
        outlook(f'<v:roundrect alt="">{LINK}</v:roundrect>'),
        outlook('<v:rect alt=""><v:textbox>', f"<p>{LINK}</p>") + outlook("</v:textbox></v:rect>"),
    ],
)
def test_a_link_in_a_drawing_is_found(inner: str) -> None:
    """The keyboard does not get there, also where the drawing opens in one comment and closes in another."""
    check_finds(make_mail(inner), "vml-link")


@pytest.mark.parametrize(
    "inner",
    [
        outlook('<v:rect alt=""></v:rect>', f"<p>{LINK}</p>"),
        outlook('<v:rect alt=""><a name="x"></a></v:rect>'),
        outlook("<p>Words</p>", f"<p>{LINK}</p>"),
    ],
)
def test_links_beside_drawings_are_clean(inner: str) -> None:
    """Plain links are the way."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize("level", [2, 3, 6])
def test_a_heading_in_a_text_box_is_asked_about(level: int) -> None:
    """Outlook does not offer it among the headings."""
    box = outlook(f'<v:rect alt=""><v:textbox><h{level}>Ferries</h{level}></v:textbox></v:rect>')
    check_finds(make_mail(box), "vml-heading")


@pytest.mark.parametrize(
    "inner",
    [
        outlook('<v:rect alt=""><v:textbox><p>Ferries</p></v:textbox></v:rect>'),
        outlook('<v:rect alt=""></v:rect>', "<h2>Ferries</h2>"),
        outlook('<v:rect alt=""><v:textbox></v:textbox></v:rect>') + "<h2>Ferries</h2>",
    ],
)
def test_headings_outside_text_boxes_are_clean(inner: str) -> None:
    """Headings of the mail itself are headings."""
    check_clean(make_mail(inner))
