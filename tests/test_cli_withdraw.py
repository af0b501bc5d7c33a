"""On the command line: a correction is declared and mailed; a partner lets its pages be looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.cli.main import main
from publisher.store import database

SETTINGS = """
[site]
name = "Harbour News"
url = "https://news.example.org"
postal_address = "4 Quay Street, Haven"
[ses]
transport = "outbox"
[sources.notes]
path = "notes"
[newsletters.daily]
title = "Harbour Daily"
from = "Harbour News <news@example.org>"
sources = ["notes"]
start = 2026-01-01
[channels.world]
title = "World"
sources = ["notes"]
[outlets.radio]
channels = ["world"]
"""
NOTE = "---\nid: boats\ntitle: One boat leaves\ndate: 2026-11-20\nlang: en\n---\nOne boat left the harbour at dawn.\n"
Call = Callable[..., str]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], _ours: None) -> Iterator[Call]:
    """Give a way to call commands in a small newsroom with two readers."""
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "boats.md").write_text(NOTE, encoding="utf-8")
    (tmp_path / "readers.csv").write_text("email\nann@example.org\nbo@example.org\n", encoding="utf-8")

    def run(*arguments: str, status: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--settings", str(tmp_path / "settings.toml"), "--home", str(tmp_path / "var")])
        said = capsys.readouterr()
        assert ended.value.code == status, said.out + said.err
        return said.out + said.err

    run("subscribers", "import", str(tmp_path / "readers.csv"), "--newsletter", "daily", "--confirmed")
    run("pull")
    yield run
    database.close_database()


def read(text: str) -> Any:  # noqa: ANN401 - JSON
    """Read what a command printed as JSON."""
    return json.loads(text)


def test_a_correction_is_mailed_and_a_stopped_edition_made_anew(call: Call) -> None:
    """No mail while nobody was reached; the stopped edition is made anew, and who got that is told of a kill."""
    edition = read(call("build", "daily", "--json"))["edition"]
    call("approve", edition)
    assert "publisher withdraw" in call("correct", "notes:boats", status=2)
    said = call("withdraw", "notes:boats", "--kind", "correction", "--note", "Two boats.", "--mail")
    assert "No mail: no edition has brought it" in said
    assert f"publisher rebuild {edition}" in said
    made = read(call("rebuild", edition, "--json"))
    assert (made["state"], made["recipients"]) == ("ready", 2)
    call("approve", made["edition"])
    call("send", made["edition"], "--yes", "--wait")
    call("rebuild", edition, status=2)
    done = read(call("withdraw", "notes:boats", "--kind", "kill", "--note", "Not true.", "--mail", "--json"))
    (mail,) = done["mails"]
    assert (mail["newsletter"], mail["recipients"], mail["report"]["passed"]) == ("daily", 2, True)
    assert "Next: publisher approve" in call("correct", "notes:boats")


def test_an_edition_says_what_was_withdrawn_and_what_goes_on(call: Call) -> None:
    """Scripts read what was said of its stories, which edition goes on with it, and which mails tell its readers."""
    first = read(call("build", "daily", "--json"))["edition"]
    call("approve", first)
    before = read(call("edition", first, "--json"))
    links = ("withdrawn", "corrected_by", "corrects", "continues", "continued_by")
    assert [before[name] for name in links] == [[], [], None, None, []]
    call("withdraw", "notes:boats", "--kind", "correction", "--note", "Two boats.")
    stopped = read(call("edition", first, "--json"))
    (said,) = stopped["withdrawn"]
    at = said.pop("at")
    assert at.endswith("Z")
    assert said == {
        "source": "notes",
        "post": "boats",
        "title": "One boat leaves",
        "kind": "correction",
        "note": "Two boats.",
    }
    second = read(call("rebuild", first, "--json"))["edition"]
    call("approve", second)
    call("send", second, "--yes", "--wait")
    assert read(call("edition", first, "--json"))["continued_by"] == [second]
    done = read(call("withdraw", "notes:boats", "--kind", "kill", "--note", "Not true.", "--mail", "--json"))
    mail = done["mails"][0]["edition"]
    sent = read(call("edition", second, "--json"))
    assert (sent["continues"], sent["corrected_by"], [one["kind"] for one in sent["withdrawn"]]) == (
        first,
        [mail],
        ["kill"],
    )
    told = read(call("edition", mail, "--json"))
    assert (told["corrects"]["post"], told["corrects"]["kind"], told["withdrawn"]) == ("boats", "kill", [])
    assert next(one for one in read(call("edition", "--json")) if one["id"] == mail)["corrects"] == told["corrects"]
    shown = call("edition", second)
    assert "withdrawn    One boat leaves (kill): Not true." in shown
    assert f"corrected by {mail}" in shown


def test_an_outlet_agrees_to_be_looked_at(call: Call) -> None:
    """What the settings declare is changed there; a page of nobody's is refused; without pages that is said."""
    assert "settings.toml declares it" in call("outlet", "agree", "radio", "https://radio.example.org", status=2)
    assert "has not agreed" in call("outlet", "audit", "radio", status=2)
    call("outlet", "add", "paper", "--channel", "world")
    assert "is no address" in call("outlet", "agree", "paper", "paper", status=2)
    call("outlet", "agree", "paper", "https://paper.example.org/")
    assert "No page is known" in call("outlet", "audit", "paper")
    page = ("--page", "0" * 24, "https://paper.example.org/1")
    assert "no post of this id" in call("outlet", "audit", "paper", *page, status=2)
    call("outlet", "agree", "paper")
    assert "has not agreed" in call("outlet", "audit", "paper", status=2)
