"""A test of an edition to a few addresses, from wherever somebody asks for it: the way out is opened for it alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from publisher.delivery import address
from publisher.delivery.outbox import OutboxTransport
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.delivery.smtp import SmtpOptions, SmtpTransport
from publisher.delivery.transport import Transport
from publisher.errors import UsageError
from publisher.jobs.links import Links
from publisher.model import Accepted, Claim
from publisher.settings import Settings
from publisher.store import editions, log
from publisher.store.database import unit

_MOST: Final = 10
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LOCAL_REGION: Final = "eu-west-1"


@contextmanager
def opening(settings: Settings, home: Path) -> Iterator[Transport]:
    """Open the transport that the settings name, for a moment. Raises `TransportError`."""
    transport = _open(settings, home)
    try:
        yield transport
    finally:
        transport.close()


def _open(settings: Settings, home: Path) -> Transport:
    """Open the transport that the settings name; a local SES takes any credentials."""
    if settings.ses.transport == "outbox":
        return OutboxTransport(home / "outbox")
    if settings.ses.transport == "smtp":
        smtp = settings.smtp
        password = smtp.password.get_secret_value()
        return SmtpTransport(
            SmtpOptions(host=smtp.host, port=smtp.port, security=smtp.security, user=smtp.user, password=password)
        )
    ses = settings.ses
    local = "local" if ses.endpoint_url and urlsplit(ses.endpoint_url).hostname in _LOOPBACK else None
    return SesTransport(
        SesOptions(
            region=ses.region or (_LOCAL_REGION if local else None),
            configuration_set=ses.configuration_set,
            endpoint_url=ses.endpoint_url,
            read_seconds=ses.read_timeout.total_seconds(),
            access_key=local,
            secret_key=local,
        )
    )


def send_test(
    edition: str, written: str, ways: tuple[Transport, Links], actor: str, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Send an edition to a few addresses, outside of the ledger; gives each address and what went wrong (or "").

    The links in it lead nowhere. `written` parts addresses by commas or spaces. Raises `UsageError` for what is none.
    """
    transport, links = ways
    named = written.replace(",", " ").replace(";", " ").split()
    if not 0 < len(named) <= _MOST:
        raise UsageError("the test", f"it goes to one to {_MOST} addresses", "write them with commas between")
    addresses = [_read_address(one) for one in named]
    content = editions.contents(edition)[0]
    found = []
    for to in addresses:
        nobody = Claim(key=0, delivery=edition, attempt=0, content=content.key, subscriber=0, newsletter=0, address=to)
        outcome = transport.send(content.message, links.address(nobody, edition))
        found.append((to, "" if isinstance(outcome, Accepted) else f"{outcome.code}: {outcome.reason}"))
    with unit():
        log.note(now, actor, "test", edition, recipients=len(found))
    return tuple(found)


def _read_address(written: str) -> str:
    """Read an address. Raises `UsageError`."""
    try:
        return address.write_ascii(written)
    except ValueError as failure:
        raise UsageError(f"address {written}", str(failure)) from failure
