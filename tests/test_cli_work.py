"""`publisher work`, `tick`, `schedule` and `edition --watch`, as a newsroom calls them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.cli.progress import Look, estimate, tell
from publisher.cli.schedule import read_moment
from publisher.errors import UsageError
from publisher.model import Counts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = """
[site]
name = "Test News"
time_zone = "Europe/Prague"
postal_address = "Street 1"
[ses]
transport = "outbox"
[sources.s]
path = "feed"
[newsletters.daily]
title = "Daily"
from = "News <news@example.org>"
sources = ["s"]
schedule = "{schedule}"
start = 2020-01-01
"""


def make_newsroom(folder: Path, schedule: str = "every day at 07:30") -> None:
    """Write settings and a post."""
    (folder / "settings.toml").write_text(SETTINGS.format(schedule=schedule), encoding="utf-8")
    (folder / "feed").mkdir()
    body = "The harbour of the town opens today after a long winter, and everybody is invited to the pier."
    (folder / "feed" / "a.md").write_text(f"---\nid: urn:a\ntitle: Harbour\ndate: 2026-11-20\n---\n{body}\n")


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call a command in a newsroom."""
    command = [sys.executable, "-m", "publisher", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment())  # noqa: S603 - ours


def environment() -> Mapping[str, str]:
    """Give an environment that names no newsroom."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "DJANGO_"))}


def test_a_tick_ends_though_partners_are_never_done(tmp_path: Path) -> None:
    """What is always looked after, channels and pushes, is no reason for another round."""
    make_newsroom(tmp_path)
    channel = '[channels.world]\ntitle = "World"\nsources = ["s"]\n'
    (tmp_path / "settings.toml").write_text(SETTINGS.format(schedule="") + channel, encoding="utf-8")
    # it pulls, keeps house, and looks after the channel and the pushes twice
    assert call(tmp_path, "tick").stdout == "6 jobs done\n"
    assert call(tmp_path, "tick").stdout == "4 jobs done\n"


def test_a_day_of_a_newsroom(tmp_path: Path) -> None:
    """Tick pulls; an edition is built, scheduled and shown; a time in the past and a wrong zone are refused."""
    make_newsroom(tmp_path)
    assert call(tmp_path, "tick").stdout == "2 jobs done\n"  # it pulls, and keeps house
    built = json.loads(call(tmp_path, "build", "daily", "--json").stdout)
    planned = call(tmp_path, "schedule", built["edition"], "--at", "2999-12-01 07:30", "--json")
    assert json.loads(planned.stdout) == {
        "edition": built["edition"],
        "state": "ready",
        "at": "2999-12-01T06:30:00Z",
        "zone": "Europe/Prague",
    }
    past = call(tmp_path, "schedule", built["edition"], "--at", "2020-12-01 07:30")
    assert (past.returncode, "is in the past" in past.stderr) == (2, True)
    shown = json.loads(call(tmp_path, "schedule", "--json", "--next", "2").stdout)
    assert [(one["newsletter"], len(one["next"])) for one in shown] == [("daily", 2)]
    assert "paused" in call(tmp_path, "schedule", "--pause", "daily").stdout
    assert "paused" in call(tmp_path, "schedule").stdout


def test_a_wrong_schedule_names_file_and_key(tmp_path: Path) -> None:
    """Nobody has to guess which line is wrong; no traceback."""
    make_newsroom(tmp_path, schedule="every blue moon")
    found = call(tmp_path, "tick")
    assert found.returncode == 2
    assert "settings.toml: newsletters.daily.schedule" in found.stderr
    assert "Traceback" not in found.stderr


def test_two_processes_on_one_home_and_a_graceful_end(tmp_path: Path) -> None:
    """The second refuses and says who works there; SIGTERM ends the first with status 0."""
    make_newsroom(tmp_path)
    command = [sys.executable, "-m", "publisher", "work"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment()) as first:  # noqa: S603 - ours
        assert first.stderr is not None
        assert first.stderr.readline().startswith("Working: 1 newsletters, 1 sources")
        second = call(tmp_path, "work")
        assert second.returncode == 4
        assert f"another process works here already (process {first.pid})" in second.stderr
        gate = threading.Event()
        for _ in range(400):
            if (tmp_path / "var" / "last-tick").exists():
                break
            gate.wait(0.05)
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 0


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-12-01 07:30", "Europe/Prague", datetime(2026, 12, 1, 6, 30, tzinfo=UTC)),
        ("2026-12-01T07:30+00:00", "Europe/Prague", datetime(2026, 12, 1, 7, 30, tzinfo=UTC)),
        ("2027-03-28 02:30", "Europe/Prague", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("2026-10-25 02:30", "Europe/Prague", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_local_time_is_a_moment(text: str, zone: str, expected: datetime) -> None:
    """The hour that occurs twice is its first, the one that does not exist the first minute after it."""
    assert read_moment(text, zone) == expected


@pytest.mark.parametrize(
    ("text", "zone"), [("soon", "UTC"), ("2026-12-01 07:30", "Mars/Base"), ("0001-01-01 00:00", "Asia/Tokyo")]
)
def test_what_is_no_moment_is_refused(text: str, zone: str) -> None:
    """A wrong time or zone is told as a mistake in the call."""
    with pytest.raises(UsageError):
        read_moment(text, zone)


def test_how_long_it_still_takes() -> None:
    """From what was seen in the last minute; nothing that moves gives no guess."""
    looks = [Look(at=NOW + timedelta(seconds=n), open=1000 - 10 * n) for n in range(20)]
    assert estimate(looks) == timedelta(seconds=81)
    assert estimate([*looks[:1], Look(at=NOW, open=1000)]) is None
    assert estimate([Look(at=NOW, open=0)]) == timedelta()


@pytest.mark.usefixtures("sqlite")
def test_a_line_for_who_watches() -> None:
    """How many have it, what went wrong, and when it ends."""
    looks = [Look(at=NOW - timedelta(seconds=10), open=700), Look(at=NOW, open=600)]
    counts = Counts(pending=600, accepted=395, in_doubt=5)
    line = "edition X is sending: 395 of 1000 accepted, 5 in doubt, about 1 min left, until 12:01 UTC"
    assert tell("X", "sending", counts, looks) == line
    assert tell("X", "sending", counts, looks[:1]).endswith("accepted, 5 in doubt")
