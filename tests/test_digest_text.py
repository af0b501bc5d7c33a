"""The plain twin says what the markup says, in the same order."""

from __future__ import annotations

import pytest

from publisher.digest import text
from publisher.digest.strings import wording


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ""),
        ("<p>One.</p><p>Two\n three.</p>", "One.\n\nTwo three."),
        ("<h3>Head</h3><p>One.</p>", "Head\nOne."),
        ("<p>One.</p><h3>Head</h3><p>Two.</p><p>Three.</p>", "One.\n\n\nHead\nTwo.\n\nThree."),
        ("<h3>Head</h3><h4>Below</h4><ul><li>a</li></ul>", "Head\n\n\nBelow\n- a"),
        ("<div><p>a</p><h3></h3></div><p>b</p>", "a\n\nb"),
        ("<p>One<br/>two</p>", "One\ntwo"),
        ('<p>See <a href="https://e.org/a">this</a>.</p>', "See this.\nhttps://e.org/a"),
        ('<p><a href="https://e.org/a">https://e.org/a</a></p>', "https://e.org/a"),
        ('<p><a href="https://e.org/a"><b>x</b></a><a>y</a></p>', "xy\nhttps://e.org/a"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        (
            '<figure><img src="x" alt="A pier"/><figcaption>Photo: Dawn.</figcaption></figure>',
            "Image: A pier\n\nPhoto: Dawn.",
        ),
        ('<figure><img src="x" alt=""/></figure><p>x</p>', "x"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "a\n\nb"),
        (
            "<table><caption>C</caption><tr><th>Y</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "C\n\nY; B\n\n1; 2",
        ),
        ("<pre>a\n  b\n</pre>", "a\n  b"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\n\nb"),
        ("<div>loose<p>a</p>tail</div>", "loose\n\na\n\ntail"),
        ("<p>a</p><hr/><p>b</p>", "a\n\nb"),
        ("<div><b>x</b></div>", "x"),
    ],
)
def test_linearise(markup: str, expected: str) -> None:
    """Blocks are parted by a blank line, a link's address follows its block, pictures are told by their words."""
    assert text.linearise(markup, wording("en")) == expected


def test_pictures_in_the_reader_s_language() -> None:
    """The word before an alternative text is in the language of the post."""
    assert text.linearise('<figure><img src="x" alt="Причал"/></figure>', wording("ru")) == "Изображение: Причал"
