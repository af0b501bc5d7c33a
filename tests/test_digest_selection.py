"""Which posts a digest takes, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publisher.digest import selection
from publisher.digest.rules import Grouping, Rules
from publisher.model import Post, Status
from tests.builders import NOON, make_post

RULES = Rules(title="News", language="en")


def post(name: str, **changes: object) -> Post:
    """Give a post whose id, address and title follow from a name."""
    values = {"id": name, "url": f"https://example.org/{name}", "title": f"What happened to {name} on the way home"}
    return make_post(**values | changes)


def ids(posts: list[Post] | tuple[Post, ...]) -> list[str]:
    """Give the ids of posts."""
    return [one.id for one in posts]


def test_newest_first() -> None:
    """The newest post stands first, wherever it comes from."""
    old, new = post("old", published=NOON - timedelta(days=1)), post("new", source="other", published=NOON)
    assert ids(selection.order([old, new])) == ["new", "old"]


def test_undated_post_keeps_its_place_in_the_feed() -> None:
    """A post without a date stays behind its neighbour."""
    feed = [
        post("a", position=0, published=NOON),
        post("b", position=1, published=None),
        post("c", position=2, published=NOON - timedelta(days=2)),
    ]
    other = post("x", source="other", published=NOON - timedelta(days=1))
    assert ids(selection.order([*feed, other])) == ["a", "b", "x", "c"]


def test_undated_post_at_the_head_of_a_feed_stays_there() -> None:
    """What stands before the first dated post stays before it."""
    feed = [post("a", position=0, published=None), post("b", position=1, published=NOON)]
    assert ids(selection.order(feed)) == ["a", "b"]


def test_feeds_without_dates_come_last() -> None:
    """A feed that has no dates follows the others in its own order."""
    undated = [post("p", source="s", position=1, published=None), post("o", source="s", position=0, published=None)]
    assert ids(selection.order([*undated, post("d")])) == ["d", "o", "p"]


@pytest.mark.parametrize(
    "changes",
    [
        {"embargo": NOON + timedelta(minutes=1)},
        {"status": Status.WITHHELD},
        {"status": Status.CANCELED},
        {"title": None, "text": None, "html": None},
    ],
)
def test_what_may_not_go_out(changes: dict[str, object]) -> None:
    """Embargoed, withdrawn and empty posts are left out."""
    assert selection.select([post("a", **changes)], RULES, NOON) == ()


@pytest.mark.parametrize(
    "changes", [{"embargo": NOON}, {"status": Status.USABLE}, {"published": NOON + timedelta(days=9)}]
)
def test_what_may_go_out(changes: dict[str, object]) -> None:
    """An embargo that is over, and a date in the future, hide nothing."""
    assert ids(selection.select([post("a", **changes)], RULES, NOON)) == ["a"]


def test_a_date_that_is_yet_to_come_is_taken_as_unknown() -> None:
    """A feed that says 9999 stands where it stood in its feed, and is told; a clock a few hours ahead is believed."""
    wrong = datetime(9999, 12, 31, tzinfo=UTC)
    posts = [
        post("a", position=0, published=NOON - timedelta(hours=1)),
        post("wrong", position=1, published=wrong, updated=NOON - timedelta(hours=2)),
        post("both", position=2, published=wrong, updated=wrong),
        post("soon", position=3, published=NOON + timedelta(hours=23)),
        post("later", position=4, published=NOON, updated=NOON + timedelta(days=3)),
    ]
    settled, told = selection.settle_dates(posts, NOON)
    assert [(one.published, one.updated) for one in settled[1:3]] == [(None, NOON - timedelta(hours=2)), (None, None)]
    assert (settled[3], settled[4].updated) == (posts[3], None)
    assert [(one.post, one.before) for one in told] == [
        ("wrong", "9999-12-31"),
        ("both", "9999-12-31"),
        ("later", f"{NOON + timedelta(days=3):%Y-%m-%d}"),
    ]
    assert ids(selection.order(settled)) == ["soon", "later", "a", "wrong", "both"]


def test_older_posts_are_not_mailed() -> None:
    """Only what is newer than the newsletter's start goes out; what has no date does."""
    rules = Rules(title="News", language="en", since=NOON)
    posts = [post("old", published=NOON - timedelta(days=1)), post("new"), post("undated", source="x", published=None)]
    assert ids(selection.select(posts, rules, NOON)) == ["new", "undated"]


def test_at_most_so_many() -> None:
    """The limit of an edition holds."""
    rules = Rules(title="News", language="en", max_posts=2)
    posts = [post(f"p{number}", published=NOON - timedelta(hours=number)) for number in range(5)]
    assert ids(selection.select(posts, rules, NOON)) == ["p0", "p1"]


def test_what_found_no_room_is_known() -> None:
    """Not what repeats a post that was chosen, nor what may not go out."""
    rules = Rules(title="News", language="en", max_posts=2)
    posts = [post(f"p{number}", published=NOON - timedelta(hours=number)) for number in range(4)]
    again = post("again", source="other", url=posts[0].url, published=NOON - timedelta(hours=5))
    secret = post("secret", status=Status.WITHHELD)
    assert ids(selection.crowded_out([*posts, again, secret], rules, NOON)) == ["p2", "p3"]
    assert selection.crowded_out(posts[:2], rules, NOON) == ()
    assert selection.crowded_out(posts[:1], rules, NOON) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"id": "same"}, {"id": "same", "url": "https://example.org/else"}),
        ({"url": "https://www.example.org/a/"}, {"url": "http://example.org/a?utm_source=feed#top"}),
        ({"url": "https://example.org/a?b=1&a=2"}, {"url": "https://example.org/a?a=2&b=1"}),
        (
            {"title": "Boats leave the old harbour at dawn", "source": "s"},
            {"title": "Boats leave the old harbour at dawn!", "source": "t"},
        ),
        (
            {"title": "Boats leave the old harbour at dawn", "source": "s", "published": None},
            {"title": "Boats leave the old harbor at dawn", "source": "t"},
        ),
        (
            {"title": "夜行列车将重返海岸线的消息传来了", "source": "s"},
            {"title": "夜行列车将重返海岸线的消息传来", "source": "t"},
        ),
    ],
)
def test_the_same_twice(one: dict[str, object], other: dict[str, object]) -> None:
    """The same id, the same page or the same headline elsewhere is the same post."""
    assert len(selection.select([post("a", **one), post("b", **other)], RULES, NOON)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": "Morning briefing for all of you"}, {"title": "Morning briefing for all of you"}),
        ({"title": "Part 1 of the long story", "source": "s"}, {"title": "Part 2 of the long story", "source": "t"}),
        ({"title": "News", "source": "s"}, {"title": "News", "source": "t"}),
        (
            {"title": "Boats leave the old harbour", "source": "s"},
            {"title": "Boats leave the old harbour", "source": "t", "published": NOON - timedelta(days=30)},
        ),
        ({"url": "https://example.org/a?id=1"}, {"url": "https://example.org/a?id=2"}),
        (
            {"title": "Norway wins gold on the ice", "source": "s"},
            {"title": "Canada wins gold on the ice", "source": "t"},
        ),
        ({"title": "Boats leave the old harbour", "source": "s"}, {"title": "Boats leave the harbour", "source": "t"}),
        ({"url": "http://[bad"}, {"url": "http://[worse"}),
    ],
)
def test_not_the_same(one: dict[str, object], other: dict[str, object]) -> None:
    """A recurring title of one source, a next part, a short title or an old one are posts of their own."""
    assert len(selection.select([post("a", **one), post("b", **other)], RULES, NOON)) == 2


def test_canonical_of_nothing() -> None:
    """A post without an address has none to compare."""
    assert selection.canonical(None) is None


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("none", [(None, ["a", "b", "c"])]),
        ("source", [("First", ["a", "c"]), ("t", ["b"])]),
        ("tag", [("Sea", ["a", "b"]), (None, ["c"])]),
    ],
)
def test_group(by: Grouping, expected: list[tuple[str | None, list[str]]]) -> None:
    """Posts stand under their source's title, their first tag, or no heading."""
    posts = [
        post("a", source_title="First", tags=("Sea", "Wind")),
        post("b", source="t", source_title=None, tags=("Sea",)),
        post("c", source_title="First", tags=("\u200b",)),
    ]
    assert [(title, ids(members)) for title, members in selection.group(posts, by)] == expected


@pytest.mark.parametrize("by", ["none", "tag"])
def test_group_nothing(by: Grouping) -> None:
    """Without posts there are no sections."""
    assert selection.group([], by) == []


def test_group_without_any_heading() -> None:
    """Where no post has a tag there is one section without a title."""
    assert [(title, ids(members)) for title, members in selection.group([post("a", tags=())], "tag")] == [(None, ["a"])]
