"""Contents that wait on disk: what comes out is what went in, and a bundle is the same as one made in memory."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from publisher.errors import OutsideError
from publisher.model import Post
from publisher.syndication import archive, atom, jsonfeed, manifest, rss, signature
from publisher.syndication.bundle import Rules, make
from publisher.syndication.channel import FORMATS, Channel
from publisher.syndication.release import Revision, prepare_all
from publisher.syndication.spool import Slice, SpooledFile, open_spool
from tests.builders import make_rich_post

KEY = signature.make_key()
WORDS = some.text(some.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=40)
POSTS = some.lists(
    some.builds(
        lambda number, title, text, **changes: make_rich_post(
            id=f"https://example.org/{number}", title=title or None, html=f"<p>&lt;{number}</p>", text=text, **changes
        ),
        number=some.integers(0, 5),
        title=WORDS,
        text=WORDS,
        language=some.sampled_from(["en", "fa"]),
        kicker=some.none() | WORDS,
    ),
    max_size=4,
)
SIGNALS = some.dictionaries(
    some.sampled_from([f"https://example.org/{n}" for n in range(6)]),
    some.builds(
        Revision, number=some.integers(1, 3), signal=some.sampled_from(["new", "correction", "kill"]), note=WORDS
    ),
)


@given(contents=some.lists(some.lists(some.binary(max_size=50), max_size=4), max_size=5))
def test_what_was_kept_comes_back(contents: list[list[bytes]]) -> None:
    """In any order, each with its size; nothing is left once the spool is closed."""
    with open_spool() as spool:
        kept = [spool.keep(pieces) for pieces in contents]
        for pieces, one in reversed(list(zip(contents, kept, strict=True))):
            assert (one.read(), one.size) == (b"".join(pieces), len(b"".join(pieces)))


def test_what_is_larger_than_a_piece_comes_back() -> None:
    """Many pieces of a large content are read as many."""
    with open_spool() as spool:
        kept = spool.keep([b"abc"] * 1_000_000)
        assert len(list(kept.pieces())) == 3
        assert kept.read() == b"abc" * 1_000_000


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts=POSTS, revisions=SIGNALS, formats=some.sets(some.sampled_from(FORMATS)))
def test_a_spooled_bundle_is_byte_for_byte_the_same(
    tmp_path: Path, posts: list[Post], revisions: dict[str, Revision], formats: set[str]
) -> None:
    """Whatever is in it, in whatever formats: the manifest as data, the container, and so its signature."""
    channel = Channel(formats=tuple(name for name in FORMATS if name in formats))
    made = make(posts, channel, revisions=revisions)
    wanted = archive.write(made, tmp_path / "memory.zip", key=KEY)
    with open_spool() as spool:
        spooled = make(posts, channel, revisions=revisions, rules=Rules(spool=spool))
        assert dict(spooled.manifest) == made.manifest
        assert len(spooled.manifest) == len(made.manifest)
        assert [(one.path, one.content) for one in spooled.files] == [(one.path, one.content) for one in made.files]
        assert manifest.write(spooled.manifest) == manifest.write(made.manifest)
        assert archive.write(spooled, tmp_path / "disk.zip", key=KEY) == wanted
    assert archive.verify(tmp_path / "disk.zip").ok


def test_nothing_of_a_spooled_bundle_is_held_in_memory() -> None:
    """Its files and its parts lead to the disk; only what goes in front of them is at hand."""
    with open_spool() as spool:
        made = make([make_rich_post()], rules=Rules(spool=spool))
        assert all(isinstance(one, SpooledFile) for one in made.files)
        parts = archive.lay_out(made, key=KEY)
        assert {type(one.content) for one in parts if "/data/" in one.entry.name} == {Slice}


@pytest.mark.parametrize("writer", [rss, atom, jsonfeed])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_feed_comes_post_by_post(writer: Any, number: int) -> None:  # noqa: ANN401 - one of three modules
    """A piece in front, one for each post, one behind; together they are the feed."""
    posts = tuple(replace(make_rich_post(), id=f"https://example.org/{n}") for n in range(number))
    releases = prepare_all(posts, Channel())
    pieces = list(writer.pieces(releases, Channel()))
    assert len(pieces) == number + 2
    assert b"".join(pieces) == writer.write(releases, Channel())


def test_a_disk_without_room_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be written, and a file that was cut off under the spool: our error, with a way out."""
    with open_spool() as spool:
        kept = spool.keep([b"abc"])
        gone = replace(kept, size=kept.size + 1)
        with pytest.raises(OutsideError, match="became shorter"):
            gone.read()
    monkeypatch.setattr(tempfile, "tempdir", "/dev/null/nowhere")
    with pytest.raises(OutsideError, match="TMPDIR"), open_spool():
        pass
