"""A place in the order of all changes, written so that nobody is tempted to reckon with it."""

from __future__ import annotations

import base64
import binascii
from typing import Final

_VERSION: Final = b"1."
_LONGEST: Final = 40
_LARGEST: Final = 2**62


def write(sequence: int) -> str:
    """Write a place."""
    return base64.urlsafe_b64encode(_VERSION + str(sequence).encode()).rstrip(b"=").decode()


def read(text: str) -> int | None:
    """Read a place; None for what `write` never wrote."""
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    digits = found.removeprefix(_VERSION)
    if not found.startswith(_VERSION) or not digits.isdigit() or write(int(digits)) != text:
        return None
    return int(digits) if int(digits) < _LARGEST else None
