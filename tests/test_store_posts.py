"""Posts in the store: new, changed, unchanged, and what a newsletter has not shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publisher.errors import UsageError
from publisher.model import AltOrigin, Image, Post, Pulled, Validators
from publisher.store import newsletters, posts

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def make_post(uid: str = "one", *, title: str = "A title", published: datetime | None = NOW, position: int = 0) -> Post:
    """Make a post."""
    return Post(id=uid, source="feed", title=title, text="Words.", published=published, position=position)


def shown(newsletter: str = "daily") -> list[str]:
    """Give the ids of what a newsletter would show."""
    return [kept.post.id for kept in newsletters.unseen(newsletter)]


@pytest.mark.usefixtures("store")
def test_new_changed_unchanged() -> None:
    """A pull says what it brought, and keeps every version of a post."""
    first = [make_post("one"), make_post("two")]
    assert posts.add_posts("feed", first, NOW) == Pulled(new=2)
    moved = [make_post("two", position=0), make_post("one", title="Mended", position=7), make_post("three")]
    assert posts.add_posts("feed", moved, NOW + DAY) == Pulled(new=1, changed=1, unchanged=1)
    assert [kept.post.title for kept in posts.versions("feed", "one")] == ["A title", "Mended"]
    assert posts.add_posts("feed", moved, NOW + 2 * DAY) == Pulled(unchanged=3)


@pytest.mark.usefixtures("store")
def test_a_post_comes_back_whole() -> None:
    """A post survives the database with all that it holds; what no database takes is replaced."""
    picture = Image(url="https://example.org/a.png", alt="", alt_origin=AltOrigin.FEED, caption="Bridge \0", width=3)
    post = Post(
        id="né \0", source="feed", html="<p>ž</p>", images=(picture,), updated=NOW, text="half \ud800", tags=("a",)
    )
    posts.add_posts("feed", [post], NOW)
    (kept,) = posts.newest(["feed"], 5)
    assert kept.post.images == (picture,)
    assert kept.post.text == "half ?"
    assert (kept.post.updated, kept.post.tags, kept.first_seen) == (NOW, ("a",), NOW)


@pytest.mark.usefixtures("store")
def test_one_id_twice_in_a_document() -> None:
    """A feed that repeats an id brings one post, and no new version at each pull."""
    twice = [make_post("one", title="First"), make_post("one", title="Second")]
    assert posts.add_posts("feed", twice, NOW) == Pulled(new=1)
    assert posts.add_posts("feed", twice, NOW) == Pulled(unchanged=1)


@pytest.mark.usefixtures("store")
def test_many_posts_at_once() -> None:
    """More posts than fit in one statement are kept all the same."""
    many = [make_post(str(number)) for number in range(1001)]
    assert posts.add_posts("feed", many, NOW) == Pulled(new=1001)


@pytest.mark.usefixtures("store")
def test_the_back_catalogue_is_not_mailed() -> None:
    """A newsletter without a start begins with its first pull; what comes later is shown, whatever its date says."""
    newsletters.declare("daily", "Daily", ["feed"], NOW)
    posts.add_posts("feed", [make_post("old", published=NOW - DAY), make_post("undated", published=None)], NOW)
    assert shown() == []
    assert newsletters.back_catalogue("daily") == 2
    posts.add_posts("feed", [make_post("late", published=NOW - 9 * DAY), make_post("new")], NOW + DAY)
    assert shown() == ["late", "new"]


@pytest.mark.usefixtures("store")
def test_a_start_that_was_chosen() -> None:
    """A chosen start decides by date, in the first pull and later; moving it takes effect both ways."""
    newsletters.declare("daily", "Daily", ["feed"], NOW, start=NOW - DAY)
    posts.add_posts("feed", [make_post("older", published=NOW - 2 * DAY), make_post("newer")], NOW)
    posts.add_posts("feed", [make_post("later", published=NOW - 3 * DAY)], NOW + DAY)
    assert shown() == ["newer"]
    newsletters.declare("daily", "Daily", ["feed"], NOW, start=NOW - 2 * DAY)
    assert shown() == ["older", "newer"]
    newsletters.declare("daily", "Daily", ["feed"], NOW, start=NOW + DAY)
    assert shown() == []


@pytest.mark.usefixtures("store")
def test_a_newsletter_that_comes_later() -> None:
    """A new newsletter does not mail what its sources brought before it existed."""
    posts.add_posts("feed", [make_post("first")], NOW)
    posts.add_posts("feed", [make_post("second")], NOW + DAY)
    newsletters.declare("daily", "Daily", ["feed"], NOW + 2 * DAY)
    posts.add_posts("feed", [make_post("third", published=NOW + 2 * DAY)], NOW + 3 * DAY)
    assert shown() == ["third"]
    newsletters.declare("daily", "Daily", ["other"], NOW + 4 * DAY)
    assert shown() == []


@pytest.mark.usefixtures("store")
def test_an_unknown_newsletter() -> None:
    """A wrong name gets the right ones."""
    newsletters.declare("daily", "Daily", ["feed"], NOW)
    with pytest.raises(UsageError, match="Known: daily"):
        newsletters.unseen("dayly")


@pytest.mark.usefixtures("store")
def test_validators_and_failures() -> None:
    """A source keeps what its last answers let us ask, per document, and how often it failed in a row."""
    assert posts.validators_of("feed") == {}
    assert posts.note_failure("feed", "time-out", NOW) == 1
    assert posts.note_failure("feed", "time-out", NOW) == 2
    posts.add_posts("feed", [], NOW, {"https://example.org/a": Validators(etag='"1"')})
    posts.add_posts("feed", [], NOW, {"https://example.org/b": Validators(last_modified="x")})
    assert posts.validators_of("feed") == {
        "https://example.org/a": Validators(etag='"1"'),
        "https://example.org/b": Validators(last_modified="x"),
    }
    assert posts.note_failure("feed", "time-out", NOW) == 1
