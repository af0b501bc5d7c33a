"""Names of authors are told apart from their addresses."""

from __future__ import annotations

import pytest

from publisher.sources.people import name_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann Lee", "Ann Lee"),
        ("ann@e.example (Ann Lee)", "Ann Lee"),
        ("Ann Lee <ann@e.example>", "Ann Lee"),
        ("Ann Lee (mailto:ann@e.example)", "Ann Lee"),
        ("ann@e.example", "ann@e.example"),
        ("ann@e.example ( )", "ann@e.example ( )"),
        ("<b>Ann</b> &amp; Bo", "Ann & Bo"),
        (" ", None),
        (None, None),
    ],
)
def test_names(text: str | None, name: str | None) -> None:
    """The name where there is one, else what there is."""
    assert name_of(text) == name
