"""Times in the database: whole microseconds since 1970, the same on every engine, so that SQL can reckon with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import models

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Count the microseconds since 1970; a time without a zone is a `ValueError`."""
    if moment.tzinfo is None:
        message = f"{moment!r} has no time zone"
        raise ValueError(message)
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Give the aware UTC time of a count of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


class MomentField(models.BigIntegerField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A column of microseconds that Python sees as aware UTC datetimes."""

    def from_db_value(self, value: int | None, *_: object) -> datetime | None:
        """Read the column."""
        return None if value is None else from_micros(value)

    def get_prep_value(self, value: datetime | int | None) -> int | None:
        """Write the column; a number is taken as it is."""
        return to_micros(value) if isinstance(value, datetime) else value

    def to_python(self, value: datetime | int | None) -> datetime | None:
        """Give the value as Python sees it."""
        return from_micros(value) if isinstance(value, int) else value
