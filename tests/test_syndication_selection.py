"""Which posts a channel takes."""

from __future__ import annotations

import pytest

from publisher.model import AltOrigin, Image, Post
from publisher.syndication.selection import Selection

POST = Post(id="1", source="s", title="Boats", language="en-GB", tags=("Harbour  news",), kicker="Local")
PICTURE = Image(url="https://example.org/a.jpg")


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), True),
        (Selection(languages=("en",)), True),
        (Selection(languages=("EN-gb",)), True),
        (Selection(languages=("en-US", "e")), False),
        (Selection(tags=("harbour news",)), True),
        (Selection(tags=("harbour",)), False),
        (Selection(kickers=("local", "x")), True),
        (Selection(kickers=("world",)), False),
        (Selection(languages=("en",), tags=("x",)), False),
        (Selection(missing_alt="block"), True),
    ],
)
def test_what_is_taken(selection: Selection, taken: bool) -> None:  # noqa: FBT001 - a table
    """Each kind of bound alone and together; capitals and spaces make no difference."""
    assert selection.takes(POST, "fa") is taken


def test_a_post_that_names_no_language_has_that_of_the_newsroom() -> None:
    """As everywhere else."""
    post = Post(id="1", source="s", title="Boats")
    assert Selection(languages=("fa",)).takes(post, "fa")
    assert not Selection(languages=("fa",)).takes(post, "en")


@pytest.mark.parametrize(
    ("image", "taken"),
    [
        (PICTURE, False),
        (Image(url=PICTURE.url, alt="A boat", alt_origin=AltOrigin.EDITOR), True),
        (Image(url=PICTURE.url, alt="", alt_origin=AltOrigin.SOURCE, decorative=True), True),
    ],
)
def test_pictures_without_description(image: Image, taken: bool) -> None:  # noqa: FBT001 - a table
    """A channel may hold back what some readers cannot see."""
    post = Post(id="1", source="s", title="Boats", images=(image,))
    assert Selection(missing_alt="block").takes(post, "en") is taken
    assert Selection().takes(post, "en")


def test_a_change_is_noticed() -> None:
    """Two selections have one hash only if they are the same; one that takes all has none."""
    assert Selection().digest == ""
    assert Selection(tags=("a",)).digest == Selection(tags=("a",)).digest
    assert (
        len({Selection(tags=("a",)).digest, Selection(kickers=("a",)).digest, Selection(tags=("a", "b")).digest}) == 3
    )
