"""What differs between two versions of a post: fields, paragraphs, pictures by their addresses."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some

from publisher.model import AltOrigin, Author, Image, Media, Post, Status, Track
from publisher.store.difference import Change, compare, list_changes

FERRY = Image(url="https://example.org/ferry.jpg", alt="A ferry", alt_origin=AltOrigin.SOURCE, caption="At the pier")
ROPE = Image(url="https://example.org/rope.jpg")
FILM = Media(url="https://example.org/film.mp4")
POST = Post(
    id="one",
    source="harbour",
    title="The ferry returns",
    language="en",
    text="First.\n\nSecond.\n\nThird.",
    images=(FERRY, ROPE),
    media=(FILM,),
)


def test_the_same_post_differs_in_nothing() -> None:
    """Nor does one that only stands elsewhere in its feed."""
    assert compare(POST, POST) == ()
    assert compare(POST, replace(POST, position=7)) == ()


def test_fields_are_told_with_what_was_there() -> None:
    """Each with both sides; a field that was empty has an empty one."""
    changed = replace(POST, title="The ferry is late", authors=(Author(name="Ada"),), tags=("sea",))
    assert compare(POST, replace(changed, status=Status.WITHHELD)) == (
        Change(field="title", before="The ferry returns", after="The ferry is late"),
        Change(field="status", before="", after="withheld"),
        Change(field="authors", before="", after="Ada"),
        Change(field="tags", before="", after="sea"),
    )


def test_a_text_is_compared_by_paragraphs() -> None:
    """What stayed is not told again."""
    changed = replace(POST, text="First.\n\nSecond, mended.\n\nThird.\n\nFourth.")
    assert compare(POST, changed) == (
        Change(field="text", before="Second.", after="Second, mended."),
        Change(field="text", before="", after="Fourth."),
    )


def test_pictures_are_known_by_their_addresses() -> None:
    """One that moved is the same; one that came or went counts whole."""
    told = replace(ROPE, alt="A rope maker", alt_origin=AltOrigin.EDITOR)
    assert compare(POST, replace(POST, images=(told, FERRY))) == (
        Change(field="alt", before="", after="A rope maker", place=0),
    )
    other = Image(url="https://example.org/sail.jpg")
    assert compare(POST, replace(POST, images=(FERRY, other))) == (
        Change(field="picture", before="", after="https://example.org/sail.jpg", place=1),
        Change(field="picture", before="https://example.org/rope.jpg", after="", place=1),
    )


def test_a_decorative_picture_is_told_with_its_reason() -> None:
    """Without a reason, that it is one."""
    said = replace(ROPE, alt="", alt_origin=AltOrigin.EDITOR, decorative=True)
    assert [one.field for one in compare(POST, replace(POST, images=(FERRY, said)))] == ["decorative"]
    said = replace(said, decorative_reason="a pattern")
    assert [one.field for one in compare(POST, replace(POST, images=(FERRY, said)))] == ["decorative_reason"]


def test_a_picture_without_an_address_is_known_by_its_place() -> None:
    """Where there was one without an address before; else it is new."""
    bare, told = Image(caption="A chart"), Image(caption="A map")
    assert compare(replace(POST, images=(bare,)), replace(POST, images=(told,))) == (
        Change(field="caption", before="A chart", after="A map", place=0),
    )
    assert [one.field for one in compare(replace(POST, images=()), replace(POST, images=(bare,)))] == ["picture"]


def test_films_are_told_with_captions_and_transcript() -> None:
    """Also one that came and one that went."""
    track = Track(url="https://example.org/film.vtt", language="en")
    told = replace(FILM, captions=(track,), transcript="https://example.org/film.txt")
    assert [(one.field, one.after) for one in compare(POST, replace(POST, media=(told,)))] == [
        ("transcript", "https://example.org/film.txt"),
        ("captions", "https://example.org/film.vtt"),
    ]
    other = Media(url="https://example.org/song.mp3")
    assert [(one.field, one.before) for one in compare(POST, replace(POST, media=(other,)))] == [
        ("medium", ""),
        ("medium", "https://example.org/film.mp4"),
    ]


def test_markup_alone_is_told_as_such() -> None:
    """A link that changed under the same words is a change, without a text to show."""
    before = replace(POST, html="<p>First.</p>")
    assert compare(before, replace(POST, html='<p><a href="https://example.org/">First.</a></p>')) == (
        Change(field="html", before="", after=""),
    )


def test_a_long_text_is_cut() -> None:
    """Both versions are kept whole; a list shows the beginning."""
    (change,) = compare(replace(POST, summary="short"), replace(POST, summary="x" * 5_000))
    assert len(change.after) == 600
    assert change.after.endswith("…")


def test_changes_are_listed_by_name() -> None:
    """With the number of the picture from 1; a second one of the same name is numbered."""
    changes = (
        Change(field="alt", before="", after="A rope", place=1),
        Change(field="text", before="a", after="b"),
        Change(field="text", before="c", after="d"),
    )
    assert list_changes(changes) == {
        "alt 2": {"before": "", "after": "A rope"},
        "text": {"before": "a", "after": "b"},
        "text #2": {"before": "c", "after": "d"},
    }


@given(some.text(max_size=200), some.text(max_size=200))
def test_any_two_texts_are_compared(before: str, after: str) -> None:
    """Whatever stands in them; equal ones differ in nothing."""
    found = compare(replace(POST, text=before), replace(POST, text=after))
    assert all(one.before != one.after for one in found)
    assert compare(replace(POST, text=after), replace(POST, text=after)) == ()
