"""A mail that is too long is shortened, openly."""

from __future__ import annotations

from publisher.digest import trim
from publisher.digest.compose import compose
from publisher.digest.rules import Content, Rules
from publisher.digest.trim import Fitted
from publisher.digest.view import Cut
from publisher.model import Digest
from tests.builders import NOON, make_post

LINE = "This sentence has exactly as many words as it needs to be cut off somewhere. "


def digest(*lengths: int, content: Content = "full", sections: bool = False) -> Digest:
    """Compose posts of so many paragraphs each."""
    posts = [
        make_post(
            id=f"p{number}",
            url=f"https://example.org/{number}",
            title=f"Headline {number}",
            position=number,
            tags=(f"Tag {number // 2}",),
            html=f"<p>{LINE}</p>" * length or None,
            text=LINE * length or None,
        )
        for number, length in enumerate(lengths, 1)
    ]
    rules = Rules(title="T", language="en", content=content, max_posts=500, sections="tag" if sections else "none")
    return compose(posts, rules, now=NOON)


def write(part: Digest, cut: Cut) -> str:
    """Write a mail as templates do: a frame, and for each post a frame and its body."""
    return "f" * 500 + "".join("p" * 100 + post.html for post in part.posts()) + "m" * cut.missing


def fit(made: Digest, most: int) -> Fitted:
    """Fit a digest into so many bytes."""
    fitted = trim.fit(made, write, most)
    assert fitted.html == write(fitted.digest, fitted.cut)
    return fitted


def test_what_fits_stays() -> None:
    """A mail that is short enough is not touched."""
    made = digest(3, 3)
    fitted = fit(made, 5_000)
    assert (fitted.digest, fitted.cut, fitted.repairs) == (made, Cut(), ())


def test_the_longest_posts_are_shortened_first() -> None:
    """Short posts stay whole while long ones lose their last blocks, and the report says so."""
    fitted = fit(digest(10, 200, 5), 12_000)
    assert trim.size(fitted.html) <= 12_000
    assert fitted.cut.shortened == {"p2"}
    short, long, other = fitted.digest.posts()
    assert (short.html.count("<p>"), other.html.count("<p>")) == (10, 5)
    assert long.html.count("<p>") > 20
    assert long.text.count("\n\n") + 1 == long.html.count("<p>")
    assert [(repair.rule, repair.post) for repair in fitted.repairs] == [("size", "p2")]


def test_one_endless_post_keeps_its_beginning() -> None:
    """A single post keeps as many whole blocks as fit."""
    fitted = fit(digest(2_000), 50_000)
    assert 40_000 < trim.size(fitted.html) <= 50_000


def test_one_endless_paragraph_becomes_a_summary() -> None:
    """Where not even the first block fits, the first sentences stand in for it."""
    made = compose([make_post(html=f"<p>{LINE * 500}</p>")], Rules(title="T", language="en", content="full"), now=NOON)
    (shown,) = fit(made, 10_000).digest.posts()
    assert shown.text == (LINE * 4).strip()


def test_words_outside_of_paragraphs_count_too() -> None:
    """A post of list items has words to begin with as well."""
    made = compose(
        [make_post(html=f"<ul><li>{LINE * 500}</li></ul>")], Rules(title="T", language="en", content="full"), now=NOON
    )
    (shown,) = fit(made, 10_000).digest.posts()
    assert shown.text == (LINE * 4).strip()


def test_no_heading_stands_at_the_cut() -> None:
    """What is left does not end with a heading over nothing."""
    markup = "".join(f"<p>{LINE * 4}</p><h2>Heading {number}</h2>" for number in range(100))
    made = compose([make_post(html=markup)], Rules(title="T", language="en", content="full"), now=NOON)
    (shown,) = fit(made, 10_000).digest.posts()
    assert shown.html.endswith("</p>")


def test_last_posts_stay_on_the_web() -> None:
    """When everything is a summary and still too long, the last posts go, their sections too."""
    fitted = fit(digest(*[3] * 40, content="summary", sections=True), 4_000)
    assert trim.size(fitted.html) <= 4_000
    kept = [post.post.id for post in fitted.digest.posts()]
    assert kept == [f"p{number}" for number in range(1, len(kept) + 1)]
    assert fitted.cut.missing == 40 - len(kept)
    assert all(section.posts for section in fitted.digest.sections)
    assert [repair.post for repair in fitted.repairs] == [f"p{number}" for number in range(len(kept) + 1, 41)]


def test_what_cannot_be_shortened_is_given_as_it_is() -> None:
    """A single summary that is too long for the limit stays: the audit will say so."""
    fitted = fit(digest(1), 100)
    assert len(list(fitted.digest.posts())) == 1


def test_posts_without_a_body_can_only_go() -> None:
    """Headlines have nothing to shorten."""
    fitted = fit(digest(0, 0, 0, content="headlines"), 750)
    assert fitted.cut.missing == 1


def test_nothing_fits_into_nothing() -> None:
    """An empty digest has nothing to take away."""
    assert fit(digest(), 10).cut == Cut()
