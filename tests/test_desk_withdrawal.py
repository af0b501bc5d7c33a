"""Correcting and killing a post at the desk: what it reaches is spelled out, confirmed, and reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, publisher, serving


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom whose posts stand in editions and in a channel that a partner pulls."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-withdrawal"), SETTINGS)
    furnished = furnish(folder)
    done = publisher(folder, "bundle", "--channel", "world", "--out", str(folder / "world.zip"))
    assert done.returncode == 0, done.stderr
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


def test_a_correction_is_confirmed_and_reaches_editions_and_partners(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """First the form, then what it reaches and the note to confirm, then a note on the post and drafts that ended."""
    furnished = room[1]
    approver, path = everybody["approver"], f"/desk/posts/{furnished.posts['sample-wind']}/withdraw/"
    page = approver.get(path).text
    assert furnished.editions["weekly"] in page
    assert "<bdi>world</bdi>" in page
    assert "<bdi>radio</bdi>" in page
    fields = {"kind": "correction", "note": "  The wind turned\r\nto the north. "}
    page = approver.send(path, fields).text
    assert "Publish this correction?" in page
    assert 'name="note" value="The wind turned to the north."' in page
    assert "May be published" in approver.get(path.removesuffix("withdraw/")).text
    page = approver.say(path, {**fields, "sure": "1"})
    assert "The correction is published." in page
    assert "2 editions must be made again." in page
    assert "The wind turned to the north." in page
    assert "written at the desk by approver" in page


def test_a_kill_stays_and_partners_are_told(everybody: dict[str, Person], room: tuple[str, Furnished]) -> None:
    """The post is withdrawn for good, the log knows who did it, and nobody can kill it twice."""
    key = room[1].posts["ours-alerts"]
    approver, path = everybody["approver"], f"/desk/posts/{key}/withdraw/"
    page = approver.say(path, {"kind": "kill", "note": "It was not true.", "sure": "1"})
    assert "The post is killed." in page
    assert "Withdrawn" in page
    assert "It was not true." in page
    assert "Correct or kill this post" not in page
    page = approver.get(path).text
    assert "This post was killed already" in page
    assert 'name="note"' not in page
    assert "Killed the post" in everybody["admin"].get(f"/desk/log/?subject=post+{key}").text
    again = approver.say(path, {"kind": "kill", "note": "Again.", "sure": "1"}, page=path)
    assert "it was killed already" in again


def test_what_is_missing_is_said_at_its_field(everybody: dict[str, Person], room: tuple[str, Furnished]) -> None:
    """Neither kind nor note: a summary that leads to both fields; going back keeps what was written."""
    approver, path = everybody["approver"], f"/desk/posts/{room[1].posts['sample-jam']}/withdraw/"
    answer = approver.send(path, {"note": " "})
    assert answer.status_code == 422
    assert 'href="#kind-correction"' in answer.text
    assert 'href="#note"' in answer.text
    assert 'aria-describedby="note-hint note-problem"' in answer.text
    assert approver.send(path, {"kind": "kill", "note": "x" * 2001}).status_code == 422
    page = approver.send(path, {"kind": "kill", "note": "Kept words", "back": "1"}).text
    assert ">Kept words</textarea>" in page
    assert 'value="kill" required aria-describedby="kill-hint" checked' in page


def test_a_right_in_one_newsletter_does_not_reach_the_others(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """The approver of one newsletter cannot kill what others read; a post of nobody else they could."""
    path = f"/desk/posts/{room[1].posts['sample-jam']}/withdraw/"
    assert everybody["weekly"].get(path).status_code == 403
    assert everybody["weekly"].send(path, {"kind": "kill", "note": "No", "sure": "1"}).status_code == 403
    assert "withdraw/" not in everybody["weekly"].get(path.removesuffix("withdraw/")).text
