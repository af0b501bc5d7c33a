"""Received bundles: checked first, then read or unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher import sources
from publisher.errors import IntegrityError, OutsideError
from publisher.model import Post, Status
from publisher.syndication import archive, bundle, read, signature
from publisher.syndication.channel import Channel
from publisher.syndication.release import Revision
from tests.builders import NOON, make_post, make_rich_post

KEY = signature.make_key()


def write(path: Path, *posts: Post, formats: tuple[str, ...] = ("ninjs", "html", "text"), **options: object) -> Path:
    """Write a bundle."""
    archive.write(bundle.make(posts, Channel(formats=formats), **options), path, key=KEY)  # type: ignore[arg-type]  # of make
    return path


def test_posts_come_back_with_every_word(tmp_path: Path) -> None:
    """Through the bundle, ninjs and our own reader of it: nothing that belongs to a picture or film is lost."""
    sent = make_rich_post()
    (document,) = read.documents(write(tmp_path / "a.zip", sent))
    got = sources.parse(document).posts[0]
    assert (got.id, got.title, got.kicker, got.language) == (sent.id, sent.title, sent.kicker, sent.language)
    assert (got.summary, got.tags, got.authors, got.rights) == (sent.summary, sent.tags, sent.authors, sent.rights)
    assert (got.published, got.updated, got.status) == (sent.published, sent.updated, Status.USABLE)
    image, original = got.images[0], sent.images[0]
    assert (image.url, image.alt, image.credit) == (original.url, original.alt, original.credit)
    assert str(image.caption).startswith(str(original.caption))
    medium = got.media[0]
    assert [(track.url, track.language) for track in medium.captions] == [("https://example.org/boats.en.vtt", "en")]
    assert (medium.url, medium.type) == (sent.media[0].url, sent.media[0].type)
    assert document.source == f"{tmp_path / 'a.zip'}#{document.source.partition('#')[2]}"


def test_a_withdrawal_comes_back_as_one(tmp_path: Path) -> None:
    """Its status tells the reader."""
    post = make_rich_post()
    path = write(tmp_path / "a.zip", post, revisions={post.id: Revision(number=2, signal="kill", note="No.", at=NOON)})
    (document,) = read.documents(path)
    assert sources.parse(document).posts[0].status is Status.CANCELED


@pytest.mark.parametrize(
    ("formats", "end"),
    [
        (("text", "html", "ninjs"), ".ninjs.json"),
        (("text", "html", "nitf", "newsmlg2"), ".g2.xml"),
        (("text", "html", "nitf"), ".nitf.xml"),
        (("text", "html"), "post.html"),
        (("text",), "post.txt"),
        (("rss", "atom"), "feed.atom"),
        (("rss",), "feed.rss"),
        (("rss", "jsonfeed"), "feed.json"),
    ],
)
def test_the_fullest_form_is_read(tmp_path: Path, formats: tuple[str, ...], end: str) -> None:
    """Formats of agencies before pages before texts before feeds."""
    (document,) = read.documents(write(tmp_path / "a.zip", make_post(), formats=formats))
    assert document.source.endswith(end)
    assert document.content


def test_a_bundle_with_nothing_to_read_gives_nothing(tmp_path: Path) -> None:
    """An empty one, and one that holds a book only."""
    assert read.documents(write(tmp_path / "a.zip")) == ()
    assert read.documents(write(tmp_path / "b.zip", make_post(), formats=("epub",))) == ()


def test_nothing_is_read_from_a_changed_bundle(tmp_path: Path) -> None:
    """The check comes first, with the key where one is given."""
    path = write(tmp_path / "a.zip", make_post())
    with pytest.raises(IntegrityError, match="another key"):
        read.documents(path, key=signature.make_key())
    raw = bytearray(path.read_bytes())
    raw[-30] ^= 1
    path.write_bytes(raw)
    with pytest.raises(IntegrityError, match=r"a\.zip"):
        read.documents(path)
    with pytest.raises(IntegrityError):
        read.unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(OutsideError, match="cannot be read"):
        read.documents(tmp_path / "gone.zip")


def test_a_bundle_is_unpacked_whole(tmp_path: Path) -> None:
    """All its files below its own folder, twice without harm, and nothing besides."""
    path = write(tmp_path / "a.zip", make_post())
    folder = read.unpack(path, tmp_path / "deep" / "out")
    assert read.unpack(path, tmp_path / "deep" / "out") == folder
    assert (folder / "manifest.json").is_file()
    assert (folder / "data" / "index.html").read_text().startswith("<!DOCTYPE html>")
    assert list((tmp_path / "deep" / "out").iterdir()) == [folder]


def test_a_document_that_fills_the_memory_is_not_read(tmp_path: Path) -> None:
    """One post of more than 12 MB is refused by its size."""
    path = write(tmp_path / "a.zip", make_post(rights="x" * read.LARGEST_DOCUMENT), formats=("text",))
    with pytest.raises(IntegrityError, match="is larger than"):
        read.documents(path)


def test_posts_that_fill_the_memory_together_are_not_read(tmp_path: Path) -> None:
    """Each may be small enough."""
    path = write(tmp_path / "a.zip", make_post(), make_post(id="urn:x:2"))
    whole = sum(len(document.content) for document in read.documents(path))
    assert len(read.documents(path, most=whole)) == 2
    with pytest.raises(IntegrityError, match="bytes of posts"):
        read.documents(path, most=whole - 1)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be gives a message, no traceback."""
    path = write(tmp_path / "a.zip", make_post())
    with pytest.raises(OutsideError, match="cannot be written"):
        read.unpack(path, path)
