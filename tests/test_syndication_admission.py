"""Admission: every state that a post can be in, and what partners are told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies

from publisher.model import Post, Status
from publisher.syndication.admission import Admission, Known, Place, admit

NOW = datetime(2026, 11, 22, tzinfo=UTC)
POST = Post(id="1", source="sea", title="Boats")
SEEN = Known(revision=1, status="usable")


@pytest.mark.parametrize(
    ("post", "known", "notices", "expected"),
    [
        (POST, Known(), (), Admission(signal="new")),
        (POST, SEEN, (), Admission(signal="update")),
        (POST, replace(SEEN, note="Two"), (), Admission(signal="update", note="Two")),
        (POST, SEEN, (("correction", "Two"),), Admission(signal="correction", note="Two")),
        (POST, Known(), (("correction", "Two"),), Admission(signal="new", note="Two")),
        (POST, SEEN, (("kill", "No"),), Admission(signal="kill", status=Status.CANCELED, note="No")),
        (POST, Known(), (("kill", "No"),), Admission(status=Status.CANCELED)),
        (POST, Known(revision=2, status="canceled"), (("kill", "No"),), Admission(status=Status.CANCELED)),
        (replace(POST, status=Status.CANCELED), SEEN, (), Admission(signal="kill", status=Status.CANCELED)),
        (replace(POST, status=Status.WITHHELD), SEEN, (), Admission(signal="update", status=Status.WITHHELD)),
        (replace(POST, title=None), Known(), (), Admission(status=Status.WITHHELD)),
        (
            replace(POST, embargo=NOW + timedelta(hours=1)),
            Known(),
            (),
            Admission(status=Status.WITHHELD, due=NOW + timedelta(hours=1)),
        ),
        (replace(POST, embargo=NOW), Known(), (), Admission(signal="new")),
    ],
)
def test_what_partners_are_told(
    post: Post, known: Known, notices: tuple[tuple[str, str], ...], expected: Admission
) -> None:
    """Each state of a post, of what partners know, and of what editors declared leads to one thing that is told."""
    assert admit(post, known, notices, now=NOW) == expected


def test_a_source_that_left() -> None:
    """A post whose source left the channel is taken back with a word, and due at once should the source come back."""
    found = admit(POST, SEEN, (), now=NOW, place=Place(gone=True))
    assert (found.signal, found.status, found.due) == ("update", Status.WITHHELD, NOW)
    back = admit(POST, Known(revision=2, status="withheld", note=found.note), (), now=NOW)
    assert back == Admission(signal="update")


def test_a_version_that_partners_know_is_not_told_again() -> None:
    """A selection that changed has every post looked at; only what enters or leaves is told."""
    known = Place(unchanged=True)
    assert admit(POST, SEEN, (), now=NOW, place=known) == Admission()
    assert admit(POST, SEEN, (), now=NOW, place=replace(known, taken=False)).signal == "update"
    assert admit(POST, replace(SEEN, status="withheld"), (), now=NOW, place=known) == Admission(signal="update")


@given(
    status=strategies.sampled_from([None, *Status]),
    hours=strategies.none() | strategies.integers(-5, 5),
    revision=strategies.integers(0, 3),
    kill=strategies.booleans(),
    place=strategies.builds(
        Place, gone=strategies.booleans(), taken=strategies.booleans(), unchanged=strategies.booleans()
    ),
)
def test_nothing_that_may_not_be_seen_is_usable(
    status: Status | None, hours: int | None, revision: int, place: Place, *, kill: bool
) -> None:
    """Whatever partners knew, a post under embargo, withheld, killed or from elsewhere is never told as usable."""
    embargo = NOW + timedelta(hours=hours) if hours is not None else None
    post = replace(POST, status=status, embargo=embargo)
    notices = (("kill", "No"),) if kill else ()
    found = admit(post, Known(revision=revision, status="usable"), notices, now=NOW, place=place)
    closed = kill or place.gone or not place.taken or status in (Status.CANCELED, Status.WITHHELD) or (hours or 0) > 0
    assert (found.status is Status.USABLE) == (not closed)
