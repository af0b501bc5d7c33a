"""Only a JSON object is one."""

from __future__ import annotations

import pytest

from publisher.delivery.jsonobject import read_object
from publisher.errors import FormatError


def refuse(reason: str) -> FormatError:
    """Say what is wrong with a note."""
    return FormatError("a note", reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no JSON object"),
        ("1", "no JSON object"),
    ],
)
def test_what_is_no_object_is_told(text: str, reason: str) -> None:
    """The caller's own words go around the reason."""
    with pytest.raises(FormatError, match=f"a note: it is {reason}"):
        read_object(text, refuse)


def test_an_object() -> None:
    """It comes as it is."""
    assert read_object('{"a": [1]}', refuse) == {"a": [1]}
