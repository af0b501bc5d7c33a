"""Editions made of feeds from the wild: nothing that blocks is left, in any template, language or size.

The feeds are not part of this repository: PUBLISHER_CORPUS names a folder that holds them, as feeds/.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from publisher.accessibility import page
from publisher.accessibility.browser import Browser
from publisher.cli.reading import gather_described
from publisher.delivery import message
from publisher.digest.look import TEMPLATES
from publisher.errors import OutsideError
from publisher.jobs.editions import edition
from publisher.jobs.editions.edition import Draft
from publisher.model import Gate, Post
from publisher.settings import Newsletter, Settings, load

pytestmark = pytest.mark.proof

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LANGUAGES = ("ar", "fa", "he", "ur", "ru", "uk", "kk", "zh", "es", "fr", "de", "cs")
SIZES = (1, 5, 25, 60)
LARGEST = 100_000  # bytes: Gmail clips a mail at 102 kB
EVERY = tuple(product(TEMPLATES, LANGUAGES, SIZES))
# Forty, spread so that each template meets most languages, and each language every template or nearly so.
SPREAD = tuple((TEMPLATES[n % 5], LANGUAGES[n % 12], SIZES[n // 3 % 4]) for n in range(40))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give the settings of a newsroom that has changed nothing."""
    path = tmp_path_factory.mktemp("home") / "settings.toml"
    path.write_text(
        '[site]\nname = "Example News"\nurl = "https://news.example.org"\npostal_address = "12 Harbour Street"\n'
    )
    return load(path, {})


@pytest.fixture(scope="module")
def posts(settings: Settings) -> tuple[Post, ...]:
    """Read every feed of the corpus."""
    corpus = os.environ.get("PUBLISHER_CORPUS")
    if not corpus:
        pytest.skip("PUBLISHER_CORPUS names no folder with feeds")
    gathered = gather_described([str(Path(corpus) / "feeds")], settings, now=NOW, default_language="en")
    assert len(gathered.posts) > 100
    return gathered.posts


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    try:
        with Browser(executable=shutil.which("chromium")) as opened:
            yield opened
    except OutsideError as failure:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(failure))


def draft(posts: tuple[Post, ...], settings: Settings, wanted: tuple[str, str, int]) -> Draft:
    """Make an edition of the newest posts."""
    template, language, size = wanted
    newsletter = Newsletter.model_validate(
        {
            "title": "Daily",
            "from": "Daily <news@example.org>",
            "sources": ["corpus"],
            "template": template,
            "languages": [language],
        }
    )
    plan = edition.plan(settings, "daily", newsletter)
    return edition.make(posts, replace(plan, rules=replace(plan.rules, max_posts=size)), now=NOW)


@pytest.mark.parametrize("wanted", EVERY, ids=str)
def test_nothing_that_blocks_is_left(posts: tuple[Post, ...], settings: Settings, wanted: tuple[str, str, int]) -> None:
    """The gate finds nothing to stop, and Gmail shows the whole mail."""
    made = draft(posts, settings, wanted)
    trimmed = {one.post for one in made.report.repairs if one.after == "on the web only: the mail was too long"}
    assert made.report.posts + len(trimmed) == wanted[2]
    assert [f"{one.rule}: {one.message}" for one in made.report.findings if one.gate is Gate.BLOCK] == []
    assert len(made.rendered.html.encode()) < LARGEST


@pytest.mark.parametrize("wanted", SPREAD, ids=str)
def test_axe_finds_nothing(
    browser: Browser, posts: tuple[Post, ...], settings: Settings, wanted: tuple[str, str, int]
) -> None:
    """In every mode, axe finds no violation of WCAG A or AA in the mail, nor in its page of the archive."""
    made = draft(posts, settings, wanted)
    mail = page.read_rendered(
        made.rendered,
        digest=made.digest,
        message=message.splice(made.message, edition.sample_envelope("https://e.org")),
    )
    found = [one for read in (mail, page.read_web(made.rendered)) for one in browser.audit(read)]
    assert [f"{one.rule}: {one.message}" for one in found if one.wcag] == []
