"""Identifiers that sort by time (ULID): 48 bits of milliseconds, 80 more, in 26 letters of Crockford's base 32.

An edition's id ends in forty zero bits. A delivery's id is the id of its edition with the number of its row in those
bits: a valid ULID that needs no column, and leads back to the row without an index.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from publisher.store.moments import to_micros

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_SHAPE: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_ROW_BITS: Final = 40
_ROW_LETTERS: Final = 8
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)


def _encode(number: int, letters: int) -> str:
    """Write a number with a fixed count of letters."""
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(letters)))


def make_ulid(now: datetime, noise: int) -> str:
    """Make an id for something that begins now; the lowest 40 bits of `noise` make it unique."""
    return _encode(to_micros(now) // 1000, 10) + _encode(noise % (1 << _ROW_BITS), 8) + "0" * _ROW_LETTERS


def is_ulid(text: str) -> bool:
    """Say whether a text is an identifier in its one right spelling."""
    return _SHAPE.fullmatch(text) is not None


def delivery_ulid(edition: str, row: int) -> str:
    """Give the id of an edition's delivery from the number of its row."""
    pairs = _PAIRS
    low = pairs[row >> 10 & 1023] + pairs[row & 1023]
    return edition[:-_ROW_LETTERS] + pairs[row >> 30 & 1023] + pairs[row >> 20 & 1023] + low


def split_delivery(delivery: str) -> tuple[str, int]:
    """Give the edition's id and the row's number of a delivery's id; what is none is a `ValueError`."""
    if not is_ulid(delivery):
        message = f"{delivery!r} is no ULID"
        raise ValueError(message)
    row = 0
    for letter in delivery[-_ROW_LETTERS:]:
        row = row << 5 | _VALUES[letter]
    return delivery[:-_ROW_LETTERS] + "0" * _ROW_LETTERS, row
