"""ninjs: valid by its closed schema, and every word of a picture where a reader looks for it."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from publisher.model import Post, Status, Track
from publisher.syndication import ninjs
from publisher.syndication.channel import Channel
from publisher.syndication.release import Revision, prepare_all
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CONFORMANCE = os.environ.get("PUBLISHER_CONFORMANCE", "")
needs_schema = pytest.mark.skipif(not CONFORMANCE, reason="PUBLISHER_CONFORMANCE names no folder with the schemas")


@lru_cache(maxsize=1)
def load_schema() -> Draft202012Validator:
    """Load the schema and the one it refers to, with formats checked."""
    folder = Path(CONFORMANCE) / "ninjs"
    schema = json.loads((folder / "ninjs-schema_3.1.json").read_text())
    places = json.loads((folder / "GeoJSON-schema.json").read_text())
    address = "https://geojson.org/schema/GeoJSON.json"
    resources = [(name, Resource.from_contents(places)) for name in (address, f"{address}#")]
    registry: Registry[Any] = Registry().with_resources(resources)
    assert "uri" in Draft202012Validator.FORMAT_CHECKER.checkers
    return Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)


def write(post: Post, revision: Revision | None = None) -> dict[str, Any]:
    """Write a post and read the document."""
    revisions = {post.id: revision} if revision else None
    found: dict[str, Any] = json.loads(ninjs.write(prepare_all((post,), Channel(), revisions)[0]))
    return found


def words(described: dict[str, Any]) -> dict[str, str]:
    """Give the descriptions of an object by role."""
    return {one["role"]: one["value"] for one in described.get("descriptions", [])}


@needs_schema
@settings(max_examples=25, deadline=None)
@given(some_post())
def test_any_post_is_valid(post: Post) -> None:
    """The schema is closed and asks for absolute addresses; posts hold anything."""
    errors = [error.message for error in load_schema().iter_errors(write(post))]
    assert errors == []


@needs_schema
def test_the_schema_refuses_what_is_not_ninjs() -> None:
    """The check above can fail: a word of our own and a relative address are errors."""
    assert list(load_schema().iter_errors({**write(make_post()), "direction": "rtl"}))
    assert list(load_schema().iter_errors({**write(make_post()), "uri": "post 1"}))


def test_a_picture_keeps_all_its_words() -> None:
    """Alt text, caption, credit and extended description have roles of their own."""
    picture = write(make_rich_post())["associations"][0]
    assert words(picture) == {
        "altText": "Three boats at anchor",
        "caption": "The harbour at dawn.",
        "creditline": "Ann Lee/Agency",
        "extendedDescription": "Two red boats and a blue one, seen from the pier.",
    }
    original = {"name": "original", "href": "https://example.org/harbour.jpg", "contentType": "image/jpeg"}
    assert picture["renditions"] == [original]
    assert (picture["type"], picture["name"]) == ("picture", "picture-1")


def test_decorative_is_an_empty_alt_text_and_unknown_is_none() -> None:
    """A reader can tell the two apart."""
    pictures = (make_image(alt="", decorative=True), make_image(url=None, alt=None, caption=None, credit=None))
    first, second = write(make_post(images=pictures))["associations"]
    assert words(first)["altText"] == ""
    assert "descriptions" not in second
    assert "renditions" not in second


def test_a_film_has_its_texts_as_renditions() -> None:
    """Captions by language, transcript as address and as words, poster."""
    tracks = (Track(url="https://example.org/a.vtt", language="fa"), Track(url="https://example.org/b.vtt"))
    medium = make_medium(captions=tracks, transcript_text="Engines.", poster="https://example.org/p.jpg", duration=42)
    film = write(make_post(media=(medium,)))["associations"][0]
    names = [one["name"] for one in film["renditions"]]
    assert names == ["original", "captions-fa", "captions", "transcript", "poster"]
    assert film["renditions"][0]["duration"] == 42
    assert film["bodies"] == [{"role": "transcript", "contentType": "text/plain", "value": "Engines."}]
    assert film["type"] == "video"


def test_a_file_of_another_kind_is_a_component() -> None:
    """The schema knows no type for documents."""
    paper = make_medium(url="https://example.org/a.pdf", type="application/pdf", captions=(), transcript=None)
    assert write(make_post(media=(paper,)))["associations"][0]["type"] == "component"


def test_the_body_says_language_and_direction() -> None:
    """Ninjs has no direction: the XHTML carries it; the plain text stands beside it."""
    found = write(make_post(language="fa"))
    assert found["language"] == "fa"
    main, text = found["bodies"]
    assert main["value"].startswith('<div lang="fa" dir="rtl"><p>')
    assert main["contentType"] == "application/xhtml+xml"
    assert text["value"] == "The boats left at dawn.\n\nNobody was hurt."
    assert text["wordCount"] == 8


def test_addresses_are_written_as_uris() -> None:
    """What nobody escaped is escaped; what is a URI stays as it is."""
    found = write(make_post(url="https://example.org/лодки 1%.html?a=%20#b#c", id="x"))
    assert found["renditions"][0]["href"] == (
        "https://example.org/%D0%BB%D0%BE%D0%B4%D0%BA%D0%B8%201%25.html?a=%20#b%23c"
    )
    assert found["altIds"] == [{"role": "source", "value": "x"}]


def test_a_withdrawal_says_canceled_and_why() -> None:
    """The name and the version stay, the words go."""
    found = write(make_rich_post(), Revision(number=3, signal="kill", note="It was wrong.", at=NOON))
    assert (found["pubStatus"], found["version"], found["edNote"]) == ("canceled", "3", "It was wrong.")
    assert "bodies" not in found
    assert "boats" not in json.dumps(found)


def test_embargo_status_and_rights_are_there() -> None:
    """The schema's own names, not those of the guidelines."""
    post = make_rich_post(embargo=NOON + timedelta(days=1), status=Status.WITHHELD)
    found = write(post)
    assert found["embargoedUntil"] == "2026-11-21T12:00:00Z"
    assert found["pubStatus"] == "withheld"
    assert found["usageTerms"] == "Free with credit"
    assert found["headlines"][1]["value"] == "At sea"
    assert (found["firstCreated"], found["versionCreated"]) == ("2026-11-20T12:00:00Z", "2026-11-20T14:00:00Z")
