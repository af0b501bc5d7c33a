"""The worker's part in letters: send those that wait, read those that come back."""

from __future__ import annotations

from contextlib import closing

from publisher.jobs.readers import mailbag
from publisher.jobs.readers.consent import Office
from publisher.jobs.readers.letters import PostOffice, send_letters
from publisher.jobs.sending.links import load_keys
from publisher.jobs.worker.duty import Duty


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

    def collect(self) -> None:
        """Act on the mail that came back. Raises `TransportError`, `StoreError`."""
        means = self._duty.means
        keys = load_keys(means.home / "keys" / "links.json")  # read without asking for a way out: SES may be away
        office = Office(settings=means.settings, keys=keys, now=means.now)
        for mailbox in mailbag.open_mailboxes(means.settings, means.home):
            with closing(mailbox):
                found = mailbag.empty(mailbox, office, means.stop)
            if found.bounces or found.farewells:
                means.tell(f"{mailbox.name}: {found.bounces} bounces, {found.farewells} unsubscriptions")
