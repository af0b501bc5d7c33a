"""The transport that the settings name: for an edition, and for a test of one. A local SES takes any credentials."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from publisher.delivery.lean import LeanTransport
from publisher.delivery.outbox import OutboxTransport
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.delivery.smtp import SmtpOptions, SmtpTransport
from publisher.delivery.transport import Transport
from publisher.jobs.sending.links import load_keys
from publisher.settings import Settings

THREADS: Final = 64
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LOCAL_REGION: Final = "eu-west-1"


def open_transport(settings: Settings, home: Path) -> Transport:
    """Open it; the caller closes it. Raises `TransportError`."""
    if settings.ses.transport == "outbox":
        return OutboxTransport(home / "outbox")
    if settings.ses.transport == "smtp":
        keys = load_keys(home / "keys" / "links.json")
        return SmtpTransport(replace(smtp_options(settings), keys=keys))
    kind = LeanTransport if settings.ses.client == "lean" else SesTransport
    return kind(ses_options(settings))


def ses_options(settings: Settings) -> SesOptions:
    """Say how to reach SES."""
    keys = local_keys(settings.ses.endpoint_url)
    return SesOptions(
        region=region_of(settings, keys),
        configuration_set=settings.ses.configuration_set,
        endpoint_url=settings.ses.endpoint_url,
        threads=THREADS,
        read_seconds=settings.ses.read_timeout.total_seconds(),
        access_key=keys,
        secret_key=keys,
    )


def local_keys(url: str | None) -> str | None:
    """Give credentials for a service of Amazon's on this machine; None: boto3's own chain knows them."""
    return "local" if url and urlsplit(url).hostname in _LOOPBACK else None


def region_of(settings: Settings, keys: str | None) -> str | None:
    """Give the region: the one that was set; without one, any will do for a local service, and boto3 knows the rest."""
    return settings.ses.region or (_LOCAL_REGION if keys else None)


def smtp_options(settings: Settings) -> SmtpOptions:
    """Say how to reach the mail server, without the keys that seal bounces."""
    smtp = settings.smtp
    return SmtpOptions(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        user=smtp.user,
        password=smtp.password.get_secret_value(),
        return_path=parseaddr(smtp.return_path)[1] if smtp.return_path else None,
    )
