"""The worker's part in letters: send those that wait."""

from __future__ import annotations

from publisher.jobs.duty import Duty
from publisher.jobs.letters import PostOffice, send_letters


class Mailroom:
    """Sends letters by the way out of a worker; what was written once is kept for the next reader."""

    def __init__(self, duty: Duty) -> None:
        self._duty = duty
        self._office: PostOffice | None = None

    def work(self) -> None:
        """Send every letter that waits. Raises `OutsideError`, `GateError`."""
        route = self._duty.way_out()
        if self._office is None or self._office.transport is not route.transport:
            self._office = PostOffice(
                settings=self._duty.means.settings,
                keys=route.links.keys,
                transport=route.transport,
                account=route.account,
                now=self._duty.means.now,
            )
        send_letters(self._office)
