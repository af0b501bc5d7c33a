"""What is heard of a page, without a browser."""

from __future__ import annotations

import pytest

from publisher.accessibility import page, transcript


def listen(body: str) -> tuple[str, ...]:
    """Give the lines that are heard of a body."""
    html = f"<!doctype html><html lang=en><head><title>T</title></head><body>{body}</body></html>"
    return transcript.listen(page.read_html(html)).lines


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<h2>News</h2><p>One <b>two</b>.</p>", ("heading level 2, News", "One", "two", ".")),
        ("<h2><a href='https://e.org'>News</a></h2>", ("heading level 2", "link, News")),
        ("<img src=a alt='A ferry'><img src=b alt=''><img src=c>", ("graphic, A ferry", "graphic")),
        ("<ul><li>One</li><li>Two</li></ul>", ("list with 2 items", "•", "One", "•", "Two")),
        ("<table role=presentation><tr><td>Cell</td></tr></table>", ("Cell",)),
        ("<table><tr><td>Cell</td></tr></table>", ("table", "Cell")),
        ("<p aria-hidden=true>Silent</p><p style='display:none'>Gone</p><script>x()</script>", ()),
        ("<main><!-- no --><p>Text</p></main>", ("main", "Text")),
    ],
)
def test_lines_are_heard_in_order(body: str, lines: tuple[str, ...]) -> None:
    """Headings and links as a whole; nothing of what is hidden, empty or for machines."""
    assert listen(body) == lines


def test_outline_and_links_are_listed() -> None:
    """The headings with their levels, and the links by their names."""
    heard = transcript.listen(page.read_html("<h1>One</h1><h2>Two</h2><a href='https://e.org'>Three</a>"))
    assert heard.outline == ((1, "One"), (2, "Two"))
    assert heard.links == ("Three",)
