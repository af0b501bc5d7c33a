"""Deputies are asked before an edition falls due that nobody has approved, and again when it is overdue."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.jobs.editions import release
from publisher.jobs.newsroom import deputize
from publisher.model import EditionState
from publisher.settings import Notify, Settings
from publisher.store import deputies, log, posts
from publisher.store.database import unit
from tests.clock_builders import DAY, HOUR, MORNING, Room, bring, make_settings, only_edition, open_room, subscribe

pytestmark = pytest.mark.usefixtures("sqlite")

MINUTE = timedelta(minutes=1)


def make_room(home: Path, settings: Settings | None = None) -> Room:
    """Open a newsroom whose edition is made an hour before its time, and waits for an editor."""
    settings = settings or make_settings(approval="editor", cut_off="1h")
    opened = open_room(home, settings, now=MORNING - DAY)
    posts.add_posts("s", [], MORNING - 2 * DAY)
    opened.at(MORNING - DAY)
    subscribe("ann")
    bring("Harbour opens", MORNING - 3 * HOUR)
    return opened


def name(room: Room, addresses: str = "dora@example.org", minutes: str = "20") -> None:
    """Name a deputy."""
    deputize.name(room.duty.means.settings, "daily", addresses, minutes, actor="ann", now=room.moment)


def actions() -> list[str]:
    """Give what people were to be told about the edition."""
    return [line.action for line in log.lines(only_edition().id) if line.alert]


def test_a_deputy_is_asked_once_before_the_time(tmp_path: Path) -> None:
    """Twenty minutes before and not earlier, by mail, although nobody else is to be told anything."""
    room = make_room(tmp_path)
    name(room)
    room.at(MORNING - 21 * MINUTE)
    assert actions() == ["ready"]
    room.at(MORNING - 20 * MINUTE)
    room.at(MORNING - 10 * MINUTE)
    assert actions() == ["ready", "ask-deputy"]
    assert room.mails() == ["dora@example.org"]
    mail = next((tmp_path / "outbox").glob("*.eml")).read_text(encoding="utf-8")
    assert "publisher approve" in mail
    room.at(MORNING + 31 * MINUTE)
    assert actions() == ["ready", "ask-deputy", "overdue", "deputy"]
    assert room.mails() == ["dora@example.org", "dora@example.org"]


def test_nobody_is_asked_about_what_is_approved(tmp_path: Path) -> None:
    """An approval in time leaves the deputy alone."""
    room = make_room(tmp_path)
    name(room)
    room.at(MORNING - 30 * MINUTE)
    release.approve(room.duty.means.settings, only_edition().id, "ann", room.moment)
    room.at(MORNING - 5 * MINUTE)
    room.at(MORNING)
    assert "ask-deputy" not in actions()
    assert only_edition().state is EditionState.SENT
    assert room.mails() == ["ann@example.org"]


def test_an_edition_that_was_just_made_is_first_for_its_editors(tmp_path: Path) -> None:
    """A deputy who is to be asked two hours before is asked when the editors have had it for two minutes."""
    room = make_room(tmp_path)
    name(room, minutes="120")
    room.at(MORNING - HOUR)
    assert actions() == ["ready"]
    room.at(MORNING - HOUR + 2 * MINUTE)
    assert actions() == ["ready", "ask-deputy"]


def test_the_deputy_of_all_newsletters_is_asked_where_none_is_named(tmp_path: Path) -> None:
    """A quarter of an hour before; one who is named at the desk goes before."""
    settings = make_settings(approval="editor", cut_off="1h")
    settings = settings.model_copy(update={"notify": Notify(mail=("desk@example.org",), deputy=("all@example.org",))})
    room = make_room(tmp_path, settings)
    room.at(MORNING - 30 * MINUTE)
    room.at(MORNING - 16 * MINUTE)
    assert "ask-deputy" not in actions()
    room.at(MORNING - 15 * MINUTE)
    assert room.mails() == ["desk@example.org", "all@example.org"]
    name(room)
    found = deputize.deputy_of(settings, "daily")
    assert found is not None
    assert (found.addresses, found.minutes) == (("dora@example.org",), 20)


def test_a_deputy_is_named_changed_and_dismissed(tmp_path: Path) -> None:
    """The log tells how many there are, and no address."""
    room = make_room(tmp_path)
    name(room, "dora@example.org; eve@example.org, dora@example.org")
    found = deputies.of_newsletter("daily")
    assert found is not None
    assert found.addresses == ("dora@example.org", "eve@example.org")
    name(room, "", "15")
    assert deputies.of_newsletter("daily") is None
    assert deputize.deputy_of(room.duty.means.settings, "daily") is None
    lines = [line.detail for line in log.lines("newsletter daily") if line.action == "deputy"]
    assert [line["after"] for line in lines] == [{"deputies": 2, "minutes": 20}, {"deputies": 0, "minutes": 15}]
    assert "example.org" not in str(lines)


@pytest.mark.parametrize(
    ("addresses", "minutes", "reason"),
    [
        ("nonsense", "15", "name@example.org"),
        (" ".join(f"p{n}@example.org" for n in range(11)), "15", "more than 10"),
        ("dora@example.org", "0", "between 1 and 1440"),
        ("dora@example.org", "1441", "between 1 and 1440"),
        ("dora@example.org", "soon", "between 1 and 1440"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, addresses: str, minutes: str, reason: str) -> None:
    """With the reason, and nothing changes."""
    room = make_room(tmp_path)
    with pytest.raises(UsageError, match=reason):
        name(room, addresses, minutes)
    assert deputies.of_newsletter("daily") is None


def test_an_unknown_newsletter_has_no_deputy(tmp_path: Path) -> None:
    """It is refused by name."""
    room = make_room(tmp_path)
    with pytest.raises(UsageError, match="newsletter none"):
        deputize.name(room.duty.means.settings, "none", "dora@example.org", "15", actor="ann", now=room.moment)


def test_what_concerns_others_waits_where_nobody_is_to_be_told(tmp_path: Path) -> None:
    """With a deputy as the only person who is named, other lines stay untold and stop nothing."""
    room = make_room(tmp_path)
    name(room)
    with unit():
        log.alert(room.moment, "job", "pull", reason="nobody answers")
    room.at(MORNING - 30 * MINUTE)
    room.at(MORNING - 20 * MINUTE)
    assert room.mails() == ["dora@example.org"]
    assert "job" in [line.action for line in log.untold()]
