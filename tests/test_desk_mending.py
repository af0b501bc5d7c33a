"""What was corrected or killed while an edition was on its way: seen, made anew, and told to those who have it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, serving


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom in which one edition was stopped by a kill and a correction, half on its way."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-mending"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


def _led_to(person: Person, path: str, data: dict[str, str] | None = None, page: str = "/desk/") -> tuple[str, str]:
    """Send a form; gives where it leads, and the text there."""
    place = person.send(path, data, page=page).headers["Location"]
    return place, person.get(place).text


def test_a_stopped_edition_shows_why_and_is_mended(everybody: dict[str, Person], room: tuple[str, Furnished]) -> None:
    """The kill and the correction with their notes, how many have it and wait; each of the ways out is gone once."""
    furnished = room[1]
    stopped, editor = furnished.editions["halted"], everybody["editor"]
    path = f"/desk/editions/{stopped}/"
    _look_in_arabic(room, f"{path}sending/")
    page = editor.get(f"{path}sending/").text
    for words in ("The ferry never sailed.", "It was quince jam.", "2 readers have this edition, or may have it."):
        assert words in page
    assert "2 readers are still waiting." in page
    assert f'href="/desk/editions/{furnished.editions["told"]}/"' in page
    assert "2 stories in this edition were corrected or killed since." in editor.get(path).text
    assert 'value="resume"' not in everybody["approver"].get(f"{path}sending/").text
    refused = everybody["approver"].say(f"{path}step/", {"action": "resume"}, page=f"{path}sending/")
    assert "a story in it was killed since: The night ferry returns" in refused
    _tell(everybody, furnished)
    _rebuild(everybody, stopped)


def _look_in_arabic(room: tuple[str, Furnished], path: str) -> None:
    """Hold the same section to Arabic: mirrored, in the words of the catalogue."""
    with Person(room[0], room[1].sessions["admin"], "ar") as admin:
        page = admin.get(path).text
    assert 'dir="rtl"' in page
    assert "إعداده من جديد لمن ما زالوا ينتظرون" in page
    assert "Build it again" not in page


def _tell(everybody: dict[str, Person], furnished: Furnished) -> None:
    """From the edition, those who have it are told of the kill: one accepted and one in doubt, nobody twice."""
    path = f"/desk/editions/{furnished.editions['halted']}/"
    killed = str(furnished.posts["wire-ferry"])
    place, page = _led_to(everybody["editor"], f"{path}correct/", {"post": killed}, f"{path}sending/")
    assert "The edition was made, for 2 people. It waits for approval." in page
    assert "This edition tells those who have the story that it was withdrawn." in page
    assert "Approved. Content" in everybody["approver"].say(f"{place}approve/", page=place)
    assert "2 readers in all" in everybody["approver"].get(f"{place}sending/").text
    log = everybody["admin"].get(f"/desk/log/?subject={place.split('/')[3]}").text
    assert "correct" in log
    assert "<bdi>editor</bdi>" in log
    again = everybody["editor"].say(f"{path}correct/", {"post": "999999"}, page=f"{path}sending/")
    assert "nobody corrected or killed it since" in again


def _rebuild(everybody: dict[str, Person], stopped: str) -> None:
    """Those who wait get it without what was killed; the old one ends when the new one is approved."""
    path = f"/desk/editions/{stopped}/"
    place, page = _led_to(everybody["editor"], f"{path}rebuild/", page=f"{path}sending/")
    assert "The edition was made, for 2 people." in page
    assert f'href="{path}sending/"' in page
    titles = re.findall(r'name="position-\d+".*?dir="auto">([^<]+)</a>', page, re.DOTALL)
    assert "School garden sells its jam" in titles
    assert "The night ferry returns" not in titles
    assert "Made again:" in everybody["editor"].get(f"{path}sending/").text
    assert "Approved. Content" in everybody["approver"].say(f"{place}approve/", page=place)
    page = everybody["editor"].get(f"{path}sending/").text
    assert "Cancelled" in page
    assert f"{path}rebuild/" not in page
    log = everybody["admin"].get(f"/desk/log/?subject={place.split('/')[3]}").text
    assert "Made the edition anew for those who are waiting" in log


def test_a_post_that_was_mailed_leads_to_its_readers(everybody: dict[str, Person], room: tuple[str, Furnished]) -> None:
    """Correcting it leads to the button that tells them; whoever may not make editions has none."""
    key = room[1].posts["agency-wind"]
    path = f"/desk/posts/{key}/"
    approver = everybody["approver"]
    assert 'id="readers"' not in approver.get(path).text
    fields = {"kind": "correction", "note": "It turned to the north.", "sure": "1"}
    assert approver.send(f"{path}withdraw/", fields).headers["Location"] == f"{path}#readers"
    page = approver.get(path).text
    assert "This post was mailed before it was corrected, in: <bdi>alerts</bdi>" in page
    assert f'action="{path}tell/"' in page
    assert f'action="{path}tell/"' not in everybody["viewer"].get(path).text
    place, page = _led_to(everybody["alerts-editor"], f"{path}tell/", page=path)
    assert place.startswith("/desk/editions/")
    assert "The edition was made, for 3 people." in page
    assert place in approver.get(path).text
    wire = f"/desk/posts/{room[1].posts['sample-wind']}/"
    assert "nobody has corrected or withdrawn it" in everybody["editor"].say(f"{wire}tell/", page=wire)


def test_nobody_tells_the_readers_of_another_newsletter(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """The editor of one newsletter makes no mail for another one, neither from its edition nor from the post."""
    stopped, post = room[1].editions["halted"], room[1].posts["wire-jam"]
    stranger = everybody["alerts-editor"]
    for path in (
        f"/desk/editions/{stopped}/rebuild/",
        f"/desk/editions/{stopped}/correct/",
        f"/desk/posts/{post}/tell/",
    ):
        assert stranger.send(path, {"post": str(post)}).status_code == 403, path
