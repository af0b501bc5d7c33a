"""Barriers that readers report: tasks at the desk, and a repair that reaches archive, memory and partners at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.jobs.outlets.channels import newest
from publisher.jobs.posts import describe
from publisher.jobs.posts.describe import Words
from publisher.jobs.readers import barriers as mending
from publisher.model import AltOrigin, Image, Post
from publisher.settings import Channel
from publisher.store import archive, barriers, edits, posts
from publisher.store.barriers import Barrier
from tests.clock_builders import MORNING, make_settings, only_edition, open_room, subscribe
from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, serving

PICTURE = "https://example.org/ferry.jpg"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with reports of readers."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-barriers"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


def test_a_report_is_a_task_with_a_place_a_person_and_an_answer(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """It leads to its edition and post, and they lead to it; somebody takes it, and says what was done."""
    furnished, editor = room[1], everybody["editor"]
    path = f"/desk/barriers/{furnished.tasks['alerts']}/"
    assert path in editor.get("/desk/barriers/").text
    assert "/desk/barriers/" in editor.get("/desk/").text
    assert path in editor.get(f"/desk/posts/{furnished.posts['agency-ferry']}/").text
    assert path in editor.get(f"/desk/editions/{furnished.editions['alerts']}/").text
    page = editor.get(path).text
    assert "I cannot tell what the picture shows." in page
    assert f'href="/desk/posts/{furnished.posts["agency-ferry"]}/#pictures"' in page
    assert f'href="/archive/alerts/{furnished.editions["alerts"]}"' in page
    assert "editor looks into it" in editor.say(path, {"do": "take"})
    assert "Nobody looks into it yet" in editor.say(path, {"do": "leave"})
    assert "Say what was done" in editor.send(path, {"answer": " "}).text
    assert editor.send(path, {"answer": "x" * 2001}).status_code == 422
    page = editor.say(path, {"answer": "The picture is described now."})
    assert "Settled." in page
    assert path not in page
    page = editor.get("/desk/barriers/?state=settled").text
    assert path in page
    assert "The picture is described now." in editor.get(path).text
    assert "somebody else settled it" in editor.say(path, {"answer": "Again."}, page=path)
    assert path not in editor.get(f"/desk/posts/{furnished.posts['agency-ferry']}/").text


def test_reports_about_the_pages_are_for_those_who_work_everywhere(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """A role in one newsletter sees the reports about that one only; a viewer mends none."""
    alerts, weekly = (f"/desk/barriers/{room[1].tasks[name]}/" for name in ("alerts", "weekly"))
    page = everybody["weekly"].get("/desk/barriers/").text
    assert weekly in page
    assert "the pages" not in page
    assert everybody["weekly"].get(alerts).status_code == 403
    assert everybody["viewer"].get(weekly).status_code == 200
    assert everybody["viewer"].send(weekly, {"do": "take"}).status_code == 403
    assert "the pages" in everybody["viewer"].get("/desk/barriers/").text
    assert everybody["viewer"].get("/desk/barriers/999999/").status_code == 404


@pytest.mark.usefixtures("sqlite")
def test_a_repair_reaches_archive_memory_and_partners_in_one_tick(tmp_path: Path) -> None:
    """One description of the picture: the archive says it, the same picture is offered it, the channel tells it."""
    settings = make_settings()
    channel = Channel(title="World", sources=("s",), formats=("rss", "ninjs"))
    settings = settings.model_copy(update={"channels": {"world": channel}})
    newsroom = open_room(tmp_path, settings, now=MORNING - timedelta(days=1))
    posts.add_posts("s", [], MORNING - timedelta(days=2))
    newsroom.at(MORNING - timedelta(days=1))
    subscribe("ann")
    image = Image(url=PICTURE, alt="Ship", alt_origin=AltOrigin.SOURCE)
    body = f'<p>It came in at dawn.</p><figure><img src="{PICTURE}" alt="Ship"/></figure>'
    story = Post(id="urn:1", source="s", title="The ferry", language="en", html=body, text="At dawn.", images=(image,))
    posts.add_posts("s", [story], MORNING - timedelta(hours=1))
    newsroom.at(MORNING)
    edition = archive.find("daily", only_edition().id)
    assert edition is not None
    told = newest("world")[0]
    assert (told.change.revision, told.post.images[0].alt) == (1, "Ship")
    key = edits.key_of("s", "urn:1")
    assert key is not None
    later = MORNING + timedelta(minutes=5)
    words = Words(alt="A white ferry in front of the lock")
    assert describe.describe(key, {0: words}, "editor", later, based_on=1)
    standing = archive.posts(edition)[0]
    assert {url: one.alt for url, one in standing.repaired.items()} == {PICTURE: words.alt}
    assert edits.recall([PICTURE])[PICTURE].alt == words.alt
    newsroom.at(later)
    told = newest("world")[0]
    assert (told.change.revision, told.post.images[0].alt) == (2, words.alt)
    assert words.alt in (told.post.html or "")


def test_the_archive_says_what_was_written_since(everybody: dict[str, Person], room: tuple[str, Furnished]) -> None:
    """The page of an edition that went out carries the new description, and every other picture its own."""
    furnished, editor = room[1], everybody["editor"]
    page = f"/archive/alerts/{furnished.editions['alerts']}"
    assert 'alt="Three jars of plum jam on a table"' not in editor.get(page).text
    fields = {"version": "1", "alt-0": "Three jars of plum jam on a table", "caption-0": "Pupils sell jars of plum jam"}
    editor.send(f"/desk/posts/{furnished.posts['agency-jam']}/", fields)
    shown = editor.get(page).text
    assert 'alt="Three jars of plum jam on a table"' in shown
    assert 'alt="Pupils sell jars of plum jam"' not in shown


@pytest.mark.usefixtures("sqlite")
def test_a_settled_report_is_neither_taken_nor_settled_again() -> None:
    """Taking is said once, and ends with the answer."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    key = barriers.report(Barrier(kind="other", newsletter="daily"), now)
    assert barriers.count_open(["daily"]) == 1
    mending.take(key, "ann", "ann", now)
    mending.take(key, "ann", "ann", now)
    found = barriers.find(key)
    assert found is not None
    assert found.taken_by == "ann"
    mending.settle(key, "ann", "Done.", now)
    counted = barriers.sum_up("daily", now)
    assert (counted.reported, counted.settled, dict(counted.open)) == (1, 1, {})
    with pytest.raises(UsageError, match="it is settled"):
        mending.take(key, "bob", "bob", now)
    with pytest.raises(UsageError, match="somebody else settled it"):
        mending.settle(key, "bob", "Again.", now)
