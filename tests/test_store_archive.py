"""The archive is searched for what its editions say now."""

from __future__ import annotations

import dataclasses
import itertools
from importlib import import_module

import pytest
from django.apps import apps

from publisher.jobs.editions import build
from publisher.jobs.newsroom.declaration import declare
from publisher.model import Post, Status
from publisher.settings import Newsletter, Settings, Site, Source
from publisher.store import archive, editions, posts, withdrawals
from publisher.store.models import SpokenRow
from tests.store_builders import NOW

pytestmark = pytest.mark.usefixtures("store")

_noise = itertools.count(1 << 40)


def publish(*found: Post) -> str:
    """Let an edition with posts go out; gives its id."""
    known = {"title": "Daily", "from": "News <news@example.org>", "sources": ["sample"], "start": "2020-01-01"}
    settings = Settings(
        site=Site(name="News"),
        sources={"sample": Source(url="https://example.org/feed")},
        newsletters={"daily": Newsletter.model_validate(known)},
    )
    declare(settings, NOW)
    posts.add_posts("sample", found, NOW)
    edition = build.build(settings, "daily", now=NOW, noise=next(_noise)).edition
    editions.approve(edition, "ann", NOW)
    editions.act(edition, "start", "ann", NOW)
    return edition


def make_post(name: str, title: str, text: str = "Nothing else.", language: str = "en") -> Post:
    """Make a post."""
    html = f"<p>{text}</p>"
    return Post(id=name, source="sample", language=language, title=title, html=html, text=text, published=NOW)


def find(words: str) -> list[str]:
    """Search, and give the ids of what was found."""
    found, total = archive.search("daily", words)
    assert total == len(found)
    return [one.id for one in found]


def test_words_are_found_in_whatever_case_and_script() -> None:
    """All of them must stand in the edition, in any of its posts; half a word is found, too."""
    boats = publish(make_post("a", "Ferries leave earlier", 'She said "wait"; 100% of them_did.'))
    sea = publish(make_post("b", "Чёрное море", "Паром уходит.", "ru"), make_post("c", "قایق‌ها", "بندر", "fa"))
    for words in ("ferries", "FERRIES earlier", '"wait"', "100%", "them_did", "ferr"):
        assert find(words) == [boats], words
    for words in ("море", "ЧЁРНОЕ", "паром", "قایق‌ها", "паром بندر"):
        assert find(words) == [sea], words
    assert find("ferries море") == []


def test_what_nobody_can_read_is_not_found() -> None:
    """Names of fields, markup and wild cards are no words of an edition."""
    publish(make_post("a", "Ferries leave earlier"))
    for words in ("published", "null", "<p>", "%", "_", "sample", "\\"):
        assert find(words) == [], words


def test_what_was_found_is_given_in_pages() -> None:
    """The newest first, with the number of all."""
    made = [publish(make_post(f"p{n}", f"Ferries, part {n}")) for n in range(3)]
    publish(make_post("other", "Mayor resigns"))
    found, total = archive.search("daily", "ferries", limit=2)
    assert ([one.id for one in found], total) == ([made[2], made[1]], 3)
    rest, total = archive.search("daily", "ferries", offset=2, limit=2)
    assert ([one.id for one in rest], total) == ([made[0]], 3)
    assert archive.search("daily", "ferries", offset=4) == ((), 0)


def test_editions_from_before_are_read_out_once() -> None:
    """The migration keeps what they say as the program does."""
    edition = publish(make_post("a", "Паром УХОДИТ", "Раньше, чем обычно."))
    kept = list(SpokenRow.objects.values_list("version", "words"))
    SpokenRow.objects.all().delete()
    assert find("паром") == []
    import_module("publisher.store.migrations.0011_spoken").read_out(apps, None)
    assert find("паром") == [edition]
    assert list(SpokenRow.objects.values_list("version", "words")) == kept


def test_what_was_withdrawn_is_not_found() -> None:
    """A killed post says nothing any more, a corrected one says what it says now."""
    edition = publish(make_post("a", "Ferries leave earlier"), make_post("b", "Mayor resigns"))
    withdrawals.withdraw("sample:b", "kill", "He did not.", actor="ann", now=NOW)
    assert find("mayor") == []
    posts.add_posts("sample", [make_post("a", "Ferries leave later")], NOW)
    withdrawals.withdraw("sample:a", "correction", "Later.", actor="ann", now=NOW)
    assert find("later") == [edition]
    assert find("earlier") == []
    posts.add_posts("sample", [make_post("a", "Ferries leave on Sundays")], NOW)
    assert (find("sundays"), find("later")) == ([edition], [])
    withdrawn = dataclasses.replace(make_post("a", "Ferries are secret"), status=Status.WITHHELD)
    posts.add_posts("sample", [withdrawn], NOW)
    assert (find("secret"), find("sundays")) == ([], [])
