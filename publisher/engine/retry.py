"""When failed work is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from publisher.errors import (
    FetchError,
    FormatError,
    GateError,
    IntegrityError,
    NothingUsableError,
    OutsideError,
    SettingsError,
    UsageError,
)

_ATTEMPTS: Final = 8
_FIRST: Final = 5  # seconds
_LONGEST: Final = 900
# What stays as it is until a person changes something.
_FINAL: Final = (UsageError, SettingsError, FormatError, NothingUsableError, IntegrityError, GateError)


def retry_after(failure: Exception, attempt: int) -> timedelta | None:
    """Say how long to wait before attempt `attempt` + 1; None: people have to look at it.

    Waits double from five seconds to a quarter of an hour. The world outside is tried for good: it comes back.
    """
    if isinstance(failure, _FINAL) or (isinstance(failure, FetchError) and not failure.retry):
        return None
    if attempt >= _ATTEMPTS and not isinstance(failure, OutsideError):
        return None
    return timedelta(seconds=min(_LONGEST, _FIRST * 2 ** min(attempt - 1, 12)))
