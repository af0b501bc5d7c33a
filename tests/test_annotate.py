"""What an editor says of a post besides its pictures: its language, its transcripts, and that it is kept back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from publisher.errors import UsageError
from publisher.jobs.posts import annotate, describe
from publisher.jobs.posts.annotate import About, Aids
from publisher.model import Media, Post, Status, Track
from publisher.store import edits, posts
from tests.store_builders import NOW

FILM = Media(url="https://example.org/film.mp4", title="A film")
TEXT = "https://example.org/film.txt"
VTT = "https://example.org/film.vtt"
POST = Post(id="p1", source="sample", title="Boats", text="Boats.", media=(FILM,))


def test_what_is_said_stands_in_the_post() -> None:
    """The language as BCP 47 wants it; captions are in it; a direction that was told with another one goes."""
    wanted = About(language="FA", media={0: Aids(transcript=TEXT, captions=VTT)})
    said = annotate.apply(replace(POST, direction="ltr"), wanted)
    assert (said.language, said.direction) == ("fa", None)
    assert said.media[0].transcript == TEXT
    assert said.media[0].captions == (Track(url=VTT, type="text/vtt", language="fa"),)
    assert annotate.about(said) == replace(wanted, language="fa")


def test_what_stays_as_it_was_changes_nothing() -> None:
    """Further captions files stay beside the first, also when that goes."""
    other = Track(url="https://example.org/fr.vtt", language="fr")
    first = Track(url=VTT, type="text/vtt", language="de")
    post = replace(POST, language="en", direction="ltr", media=(replace(FILM, captions=(first, other)),))
    assert annotate.apply(post, annotate.about(post)) == post
    assert annotate.apply(post, About(language="en", media={0: Aids()})).media[0].captions == (other,)
    assert annotate.apply(post, About(language="en")).media == post.media


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (About(language="english please"), "language"),
        (About(language="und"), "language"),
        (About(media={0: Aids(transcript="javascript:alert(1)")}), "transcript-0"),
        (About(media={1: Aids(captions=f"https://example.org/{'x' * 2000}")}), "captions-1"),
    ],
)
def test_what_cannot_be_kept_is_named_by_its_field(wanted: About, field: str) -> None:
    """And is not kept, whoever asks."""
    assert list(annotate.check(wanted)) == [field]
    with pytest.raises(UsageError, match=field):
        annotate.annotate(1, wanted, "ada", NOW, based_on=1)


@pytest.mark.usefixtures("store")
def test_it_survives_what_the_source_tells_later() -> None:
    """Language, transcript and that the post is kept back; what the source says itself by then counts."""
    posts.add_posts("annotated", [POST], NOW)
    key = edits.key_of("annotated", "p1") or 0
    wanted = About(language="fa", media={0: Aids(transcript=TEXT)})
    assert annotate.annotate(key, wanted, "ada", NOW, based_on=1)
    assert not annotate.annotate(key, wanted, "ada", NOW, based_on=2)
    describe.withhold(key, "ada", NOW, withheld=True, based_on=2)
    posts.add_posts("annotated", [replace(POST, text="Boats, more of them.")], NOW + timedelta(hours=1))
    assert describe.renew("annotated", NOW) == 1
    now = edits.history(key).current
    assert (now.text, now.language, now.status) == ("Boats, more of them.", "fa", Status.WITHHELD)
    assert now.media[0].transcript == TEXT


def test_what_the_source_says_itself_by_then_counts() -> None:
    """An editor filled a gap; the source filled it otherwise."""
    written = replace(annotate.apply(POST, About(language="fa", media={0: Aids(captions=VTT)})), status=Status.WITHHELD)
    theirs = replace(FILM, captions=(Track(url="https://example.org/own.vtt"),))
    fresh = replace(POST, language="de", media=(theirs,), status=Status.USABLE)
    assert annotate.carry(fresh, written, POST) == fresh
    assert annotate.carry(replace(POST, media=()), written, POST).media == ()
