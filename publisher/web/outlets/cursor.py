"""A place in the order of all changes, written so that nobody is tempted to reckon with it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

_WRITTEN: Final = re.compile(rb"1\.([0-9]{1,18})(?:\.([0-9]{1,18}))?")
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is: behind the change `after`.

    Who has begun anew gets, up to the change `until`, each post once, as it stands now; behind it everything.
    """

    after: int
    until: int = 0

    @property
    def reached(self) -> int:
        """Give the change up to which nothing happened that this place does not lead to."""
        return max(self.after, self.until)


def write(after: int, until: int = 0) -> str:
    """Write a place."""
    text = f"1.{after}.{until}" if until > after else f"1.{after}"
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read(text: str) -> Place | None:
    """Read a place; None for what `write` never wrote."""
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        written = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return None
    place = Place(after=int(found[1]), until=int(found[2] or 0))
    return place if write(place.after, place.until) == text else None
