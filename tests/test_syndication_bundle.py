"""Bundles: which files, which words in the manifest, what stays out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from publisher.errors import GateError
from publisher.model import Bundle, MediaFile, Post, Status
from publisher.syndication import bundle, carriage, manifest, mediatypes
from publisher.syndication.bundle import Rules, make
from publisher.syndication.channel import FORMATS, Channel
from publisher.syndication.release import Revision, folder_of, prepare
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

SCHEMA = Draft202012Validator(json.loads(manifest.SCHEMA.read_text()))


def paths(made: Bundle) -> list[str]:
    """Name the files of a bundle, posts' folders cut short."""
    return [file.path.replace(folder_of(make_post()), "ID") for file in made.files]


def item(made: Bundle, place: int = 0) -> Mapping[str, Any]:
    """Give what the manifest says of a post."""
    items = made.manifest["items"]
    assert isinstance(items, list)
    found: Mapping[str, Any] = items[place]
    return found


def content(made: Bundle, end: str) -> str:
    """Give the text of the file whose path ends so."""
    return next(file.content.decode() for file in made.files if file.path.endswith(end))


def make_media_file(path: Path, url: str, media_type: str = "image/jpeg") -> MediaFile:
    """Write a file as the media store keeps it."""
    path.write_bytes(url.encode())
    digest = hashlib.sha256(url.encode()).hexdigest()
    return MediaFile(url=url, sha256=digest, media_type=media_type, path=path, size=len(url.encode()))


def test_without_a_channel_every_format_is_written() -> None:
    """By the names that scripts rely on."""
    assert paths(make([make_post()])) == [
        "data/digest.epub",
        "data/feed.atom",
        "data/feed.json",
        "data/feed.rss",
        "data/index.html",
        "data/items/ID/v1/post.g2.xml",
        "data/items/ID/v1/post.html",
        "data/items/ID/v1/post.ninjs.json",
        "data/items/ID/v1/post.nitf.xml",
        "data/items/ID/v1/post.txt",
        "data/manifest.schema.json",
    ]


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("rss", "feed.rss"),
        ("atom", "feed.atom"),
        ("jsonfeed", "feed.json"),
        ("ninjs", ".ninjs.json"),
        ("newsmlg2", ".g2.xml"),
        ("nitf", ".nitf.xml"),
        ("html", "post.html"),
        ("text", ".txt"),
        ("epub", ".epub"),
    ],
)
def test_a_channel_gets_the_formats_that_it_wants(name: str, end: str) -> None:
    """And no other; the landing page leads to what there is."""
    made = make([make_post()], Channel(formats=(name, "zip")))
    assert [path for path in paths(made) if "index" not in path and "schema" not in path] == [
        path for path in paths(made) if path.endswith(end)
    ]
    assert len(made.files) == 3
    assert made.manifest["formats"] == [name]


def test_an_unknown_format_is_refused() -> None:
    """The message names those that there are."""
    with pytest.raises(ValueError, match="unknown formats word; there are rss"):
        Channel(formats=("word",))
    with pytest.raises(ValueError, match="title must not be empty"):
        Channel(title=" ")
    assert set(FORMATS) > {"rss", "zip"}


@settings(max_examples=25, deadline=None)
@given(st.lists(some_post(), max_size=3))
def test_any_posts_make_a_manifest_by_its_schema(posts: list[Post]) -> None:
    """Every file with its hash, every picture with its words, the sequence over all of it."""
    made = make(posts)
    assert [error.message for error in SCHEMA.iter_errors(made.manifest)] == []
    assert manifest.read(manifest.write(made.manifest)) == made.manifest
    listed = {one.path: one for one in manifest.payload_of(made.manifest)}
    assert sorted(listed) == [file.path for file in made.files]
    for file in made.files:
        assert listed[file.path].sha256 == hashlib.sha256(file.content).hexdigest()


def test_the_sequence_is_a_hash_of_the_content() -> None:
    """The same posts give the same one in any order, another word another one."""
    one, two = make_post(), make_post(id="2")
    assert make([one, two]).manifest["sequence"] == make([two, one]).manifest["sequence"]
    assert make([one]).manifest["sequence"] != make([make_post(title="Other")]).manifest["sequence"]


def test_the_manifest_says_everything_about_a_picture_and_a_film() -> None:
    """Alt, caption, credit, long description, captions, transcript."""
    picture, film = item(make([make_rich_post()]))["media"]
    assert picture["alt"] == "Three boats at anchor"
    assert (picture["altLanguage"], picture["altSource"], picture["decorative"]) == ("en", "human", False)
    assert (picture["caption"], picture["credit"]) == ("The harbour at dawn.", "Ann Lee/Agency")
    assert picture["longDescription"].startswith("Two red boats")
    assert (picture["uri"], picture["path"]) == ("https://example.org/harbour.jpg", None)
    assert film["captions"][0]["language"] == "en"
    assert film["transcript"]["uri"] == "https://example.org/boats.html"
    assert film["transcriptText"].startswith("Engines")


def test_what_is_missing_is_flagged_and_ships() -> None:
    """By rule, criterion and field."""
    pictures = (make_image(alt=None), make_image(alt="The harbour at  dawn."), make_image(alt="", decorative=True))
    media = (
        make_medium(captions=()),
        make_medium(url="https://example.org/a.mp3", type="audio/mpeg", transcript=None),
        make_medium(url="https://example.org/b.pdf", type=None),
    )
    found = item(make([make_post(images=pictures, media=media)]))["accessibility"]["issues"]
    assert [(one["rule"], one["wcag"], one["field"]) for one in found] == [
        ("alt-missing", "1.1.1", "images[0].alt"),
        ("alt-repeats-caption", "1.1.1", "images[1].alt"),
        ("captions-missing", "1.2.2", "media[0].captions"),
        ("transcript-missing", "1.2.1", "media[1].transcript"),
    ]


def test_a_channel_may_refuse_pictures_without_a_description() -> None:
    """The message names post, picture and what to do; described posts pass."""
    strict = Channel(name="radio", missing_alt="block")
    with pytest.raises(GateError, match=r"Boats leave the harbour \(images\[0\]\.alt\)"):
        make([make_post(images=(make_image(alt=None),))], strict)
    assert make([make_rich_post(media=(make_medium(captions=()),))], strict).files


def test_media_that_are_at_hand_go_in(tmp_path: Path) -> None:
    """By hash, captions beside them; pages lead there; what no post names stays out."""
    files = [
        make_media_file(tmp_path / "1", "https://example.org/harbour.jpg"),
        make_media_file(tmp_path / "2", "https://example.org/boats.en.vtt", "text/vtt; charset=utf-8"),
        make_media_file(tmp_path / "3", "https://example.org/other.jpg"),
        make_media_file(tmp_path / "4", "https://example.org/boats.html", "application/unknown"),
    ]
    made = make([make_rich_post()], media=files)
    picture, film = item(made)["media"]
    assert picture["path"] == f"data/media/{files[0].sha256}.jpg"
    assert film["captions"][0]["path"] == f"data/captions/{files[1].sha256}.vtt"
    assert film["transcript"]["path"] == f"data/media/{files[3].sha256}.bin"
    assert {medium.url for medium in made.media} == {files[0].url, files[1].url, files[3].url}
    page = content(made, "post.html")
    assert f'src="../../../media/{files[0].sha256}.jpg"' in page
    assert f'src="../../../captions/{files[1].sha256}.vtt"' in page
    assert files[2].sha256 not in json.dumps(made.manifest)
    assert "https://example.org/harbour.jpg" in content(made, "feed.rss")


def test_media_that_a_partner_may_not_use_become_their_words(tmp_path: Path) -> None:
    """The text does not break, and the manifest says what stays out and why."""
    html = (
        '<p>a <img src="https://example.org/inner.jpg" alt="Inner"/> b</p>'
        '<figure><img src="https://example.org/harbour.jpg" alt="old"/><img src="https://example.org/free.jpg"/>'
        "<figcaption>The harbour at dawn.</figcaption></figure>"
        '<p>c<video src="https://example.org/boats.mp4"></video>d</p><p><b>x</b><audio src="https://example.org/s.mp3"/>e</p>'
        '<video src="https://example.org/free.mp4" poster="https://example.org/poster.jpg"></video>'
    )
    media = (
        make_medium(),
        make_medium(url="https://example.org/free.mp4", poster="https://example.org/poster.jpg"),
    )
    post = make_rich_post(html=html, media=media)
    names = ("inner.jpg", "harbour.jpg", "boats.mp4", "s.mp3", "poster.jpg", "unrelated.jpg")
    left_out = frozenset(f"https://example.org/{name}" for name in names)
    file = make_media_file(tmp_path / "1", "https://example.org/harbour.jpg")
    made = make([post, make_post(id="2")], media=[file], rules=Rules(excluded=left_out))
    page = content(made, "post.html") if "Inner" in content(made, "post.html") else made.files[-1].content.decode()
    everything = b"".join(one.content for one in made.files)
    assert b"inner.jpg" not in everything
    assert b"boats.mp4" not in everything
    assert b"poster.jpg" not in everything
    assert made.media == ()
    assert '<span class="alternative">Inner</span>' in page
    assert '<p class="alternative">Three boats at anchor</p>' in page
    described = next(one for one in (item(made, 0), item(made, 1)) if one["uri"] == post.id)
    assert [one["mediaUri"] for one in described["omitted"]] == [
        "https://example.org/boats.mp4",
        "https://example.org/harbour.jpg",
        "https://example.org/poster.jpg",
    ]
    assert {one["reason"] for one in described["omitted"]} == {"not-licensed"}


def test_a_post_that_shows_nothing_excluded_stays_as_it_is() -> None:
    """Also one without HTML."""
    rules = Rules(excluded=frozenset({"https://example.org/harbour.jpg"}))
    assert make([make_post()], rules=rules).manifest == make([make_post()]).manifest
    plain = make([make_post(html=None, images=(make_image(),))], Channel(formats=("html",)), rules=rules)
    assert "harbour.jpg" not in content(plain, "post.html")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"status": Status.WITHHELD}, "withheld"), ({"embargo": NOON + timedelta(days=1)}, "embargoed")],
)
def test_what_nobody_may_see_yet_is_only_for_machines(changes: dict[str, Any], reason: str) -> None:
    """Formats that can say so carry it; readers' formats do not, and the manifest says why."""
    made = make([make_rich_post(**changes)])
    assert [path.rpartition("/")[2] for path in paths(made) if "/items/" in path] == [
        "post.g2.xml",
        "post.ninjs.json",
        "post.nitf.xml",
    ]
    omitted = {one["format"]: one["reason"] for one in item(made)["omitted"]}
    assert set(omitted) == manifest.READERS
    assert set(omitted.values()) == {reason}
    for name in ("feed.rss", "feed.atom", "feed.json", "index.html"):
        assert "Boats leave" not in content(made, name)


def test_a_withdrawal_reaches_every_file() -> None:
    """The id stays everywhere, no word of the text anywhere."""
    post = make_rich_post()
    made = make([post], revisions={post.id: Revision(number=4, signal="kill", note="It was wrong.", at=NOON)})
    described = item(made)
    assert (described["status"], described["signal"], described["version"]) == ("canceled", "kill", 4)
    assert (described["correctionNote"], described["supersedes"], described["media"]) == ("It was wrong.", 3, [])
    assert all("/v4/" in path for path in paths(made) if "/items/" in path)
    for file in made.files:
        if not file.path.endswith((".epub", "schema.json")):
            assert b"anchor" not in file.content
            assert b"left at dawn" not in file.content
        if "/items/" in file.path:
            assert b"It was wrong." in file.content


def test_what_a_format_cannot_carry_is_listed() -> None:
    """For each format, only what this post really has."""
    made = make([make_rich_post(language="fa")])
    lossy = {one["format"]: one["fields"] for one in item(made)["lossy"]}
    assert lossy["rss"] == ["kicker"]
    assert lossy["ninjs"] == ["direction"]
    assert "jsonfeed" not in lossy
    assert item(make([make_post(updated=None)]))["lossy"] == []


def test_every_field_that_may_be_lost_is_known() -> None:
    """The two tables agree, and every format has its line."""
    release = prepare(make_rich_post(), Channel())
    for name in FORMATS:
        if name != "zip":
            assert set(carriage.lost(release, name)) <= {
                "kicker",
                "direction",
                "poster",
                "duration",
                "tags",
                "decorative",
            }
            assert carriage.carries(name, "alt")
            assert carriage.carries(name, "caption")
    assert not carriage.carries("rss", "kicker")


def test_the_landing_page_leads_to_the_best_form() -> None:
    """Pages first, then texts, else only the title stands there."""
    assert 'href="items/' in content(make([make_post()]), "index.html")
    texts = make([make_post()], Channel(formats=("text",)))
    assert "post.txt" in content(texts, "index.html")
    assert 'href="items/' not in content(make([make_post()], Channel(formats=("rss",))), "index.html")
    assert bundle.make([], Channel(name="x")).channel == "x"


def test_types_come_from_our_own_table() -> None:
    """The same on every machine; an address that is none says nothing."""
    assert mediatypes.type_of("https://e.example/a.JPG?x=y.png") == "image/jpeg"
    assert mediatypes.type_of("https://e.example/a") is None
    assert mediatypes.type_of("https://[/a.jpg") is None
    assert mediatypes.ending_of("Image/PNG; q=1") == "png"
    assert mediatypes.ending_of("x/y") == "bin"


def test_loose_words_behind_a_note_stay_in_order() -> None:
    """The note first, then the text as it is, also where it begins without an element."""
    post = make_post(html="loose<p>b</p>")
    made = make(
        [post], Channel(formats=("ninjs",)), revisions={post.id: Revision(number=2, signal="correction", note="N")}
    )
    assert "</strong>: N</p>loose<p>b</p>" in json.loads(content(made, ".ninjs.json"))["bodies"][0]["value"]
