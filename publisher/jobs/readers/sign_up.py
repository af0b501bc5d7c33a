"""Signing up: rationed, kept until it is confirmed, asked about by mail. Forms that come together share a commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.jobs.readers import letters
from publisher.jobs.readers.consent import CONSENT, FORMATS, Office
from publisher.jobs.readers.ration import Answer, Asker, ration
from publisher.jobs.readers.together import Together
from publisher.store import jobs, newsletters, passes
from publisher.store.database import unit
from publisher.store.passes import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """A form that was sent: `address` as it goes over the wire, `place` where the form stood."""

    address: str
    newsletter: str
    language: str
    format: str = "html"
    place: str = "sign-up page"
    network: str = ""


class Reception:
    """Takes sign-ups from many threads of a process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._together = Together(self._keep)

    def take(self, wanted: SignUp) -> Answer:
        """Keep a sign-up and have it confirmed. Raises `UsageError`: no such newsletter, `StoreError`."""
        return self._together.ask(wanted)

    def _keep(self, forms: Sequence[SignUp]) -> tuple[Answer, ...]:
        """Keep some sign-ups in one transaction, those that may be mailed to."""
        office = self._office
        now = office.now()
        numbers = {name: newsletters.find(name).pk for name in {one.newsletter for one in forms}}
        askers = [Asker(address=one.address, network=one.network) for one in forms]
        with unit():
            rulings = ration(askers, office.settings.sign_up, office.keys, now)
            mailed = [
                _request(one, numbers[one.newsletter], now)
                for one, ruling in zip(forms, rulings, strict=True)
                if ruling.mail
            ]
            if mailed:
                passes.ask(mailed, now, now + office.settings.sign_up.keep)
                jobs.submit(letters.JOB, {}, now)
        return tuple(ruling.answer for ruling in rulings)


def _request(wanted: SignUp, newsletter: int, now: datetime) -> Request:
    """Say what is kept of a form."""
    return Request(
        address=wanted.address,
        newsletter=newsletter,
        language=wanted.language,
        format=wanted.format if wanted.format in FORMATS else "html",
        consent=f"{wanted.place}; text {CONSENT} ({wanted.language}); asked {now:%Y-%m-%dT%H:%M:%SZ}",
    )
