"""What the reader's views share: the office that decides, the answer to a link that says nothing, form problems."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.core import signing
from django.http import HttpRequest, HttpResponse

from publisher.jobs.readers.consent import Office
from publisher.jobs.readers.sign_up import Reception
from publisher.web.newsroom import newsroom
from publisher.web.pages import show

_SALT = "publisher.form"
_AGAIN = "publisher.form.again"
_FASTEST = 2  # seconds that nobody needs less than to fill in a form
_LONGEST = 24 * 3600


@lru_cache(maxsize=1)
def office() -> Office:
    """Give the office of this newsroom."""
    room = newsroom()
    return Office(settings=room.settings, keys=room.keys)


@lru_cache(maxsize=1)
def reception() -> Reception:
    """Open the place where this process takes sign-ups."""
    return Reception(office())


def stamp(*, again: bool = False) -> str:
    """Say when a form was shown, so that nobody else can; `again`: it is the page with the second button."""
    return signing.TimestampSigner(salt=_AGAIN if again else _SALT).sign("form")


def is_slow(stamped: str) -> bool:
    """Say whether somebody took the time that a person takes, or has pressed the second button.

    No stamp, as on a foreign page, is no time at all.
    """
    if _is_stamped(stamped, _AGAIN, _LONGEST):
        return True
    return _is_stamped(stamped, _SALT, _LONGEST) and not _is_stamped(stamped, _SALT, _FASTEST)


def _is_stamped(stamped: str, salt: str, most: int) -> bool:
    """Say whether a stamp is ours and at most so many seconds old."""
    try:
        signing.TimestampSigner(salt=salt).unsign(stamped, max_age=most)
    except signing.BadSignature:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a field of a form, in words of ours."""

    field: str
    message: str


def say_nothing(request: HttpRequest) -> HttpResponse:
    """Answer a link that is forged, damaged, used up or too old: always the same, whatever it was."""
    return show(request, "reader/old_link.html", status=404)
