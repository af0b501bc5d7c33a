"""A test of an edition to a few addresses, from wherever somebody asks for it: the way out is opened for it alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from publisher.delivery import address
from publisher.delivery.transport import Transport
from publisher.errors import UsageError
from publisher.jobs.sending.links import Links
from publisher.jobs.sending.transports import open_transport
from publisher.model import Claim, Outcome
from publisher.settings import Settings
from publisher.store import editions, log
from publisher.store.database import unit

_MOST: Final = 10


@contextmanager
def opening(settings: Settings, home: Path) -> Iterator[Transport]:
    """Open the transport that the settings name, for a moment. Raises `TransportError`."""
    transport = open_transport(settings, home)
    try:
        yield transport
    finally:
        transport.close()


def split(written: str) -> tuple[str, ...]:
    """Part what somebody wrote into a field by commas and spaces. Raises `UsageError` for none and for too many."""
    named = tuple(written.replace(",", " ").replace(";", " ").split())
    if not 0 < len(named) <= _MOST:
        raise UsageError("the test", f"it goes to one to {_MOST} addresses", "write them with commas between")
    return named


def send_test(
    edition: str, written: Sequence[str], ways: tuple[Transport, Links], actor: str, now: datetime
) -> Iterator[tuple[str, Outcome]]:
    """Send an edition to a few addresses, outside of the ledger; gives what became of each while it goes on.

    The links in it lead nowhere. Raises `UsageError` for what is no address, before anybody is written to.
    """
    transport, links = ways
    addresses = [_read_address(one) for one in written]
    content = editions.contents(edition)[0]
    for to in addresses:
        nobody = Claim(key=0, delivery=edition, attempt=0, content=content.key, subscriber=0, newsletter=0, address=to)
        yield to, transport.send(content.message, links.address(nobody, edition))
    with unit():
        log.note(now, actor, "test", edition, recipients=len(addresses))


def _read_address(written: str) -> str:
    """Read an address. Raises `UsageError`."""
    try:
        return address.write_ascii(written)
    except ValueError as failure:
        raise UsageError(f"address {written}", str(failure)) from failure
