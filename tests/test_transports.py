"""The transport that the settings name, for an edition and for a test of one alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publisher.delivery.lean import LeanTransport
from publisher.delivery.outbox import OutboxTransport
from publisher.delivery.ses import SesTransport
from publisher.delivery.smtp import SmtpTransport
from publisher.jobs.sending import transports
from publisher.settings import Settings

LOCAL = "http://127.0.0.1:8025"


def make_settings(**tables: Any) -> Settings:  # noqa: ANN401 - any section
    """Give the settings of a newsroom."""
    return Settings.model_validate({"site": {"name": "Example News"}, **tables})


@pytest.mark.parametrize(
    ("tables", "kind"),
    [
        ({"ses": {"transport": "outbox"}}, OutboxTransport),
        ({"ses": {"transport": "smtp"}, "smtp": {"host": "127.0.0.1"}}, SmtpTransport),
        ({"ses": {"endpoint_url": LOCAL}}, LeanTransport),
        ({"ses": {"endpoint_url": LOCAL, "client": "boto3"}}, SesTransport),
    ],
)
def test_the_named_transport_is_opened(tmp_path: Path, tables: dict[str, Any], kind: type[object]) -> None:
    """Opening connects to nobody yet; closing leaves nothing behind."""
    opened = transports.open_transport(make_settings(**tables), tmp_path)
    try:
        assert type(opened) is kind
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("url", "region", "keys", "expected"),
    [
        (None, None, None, None),
        (None, "eu-central-1", None, "eu-central-1"),
        (LOCAL, None, "local", "eu-west-1"),
        (LOCAL, "us-east-1", "local", "us-east-1"),
        ("https://email.example.org", None, None, None),
    ],
)
def test_a_local_ses_takes_any_credentials(
    url: str | None, region: str | None, keys: str | None, expected: str | None
) -> None:
    """For all others boto3's own chain knows credentials and region."""
    options = transports.ses_options(make_settings(ses={"endpoint_url": url, "region": region}))
    assert (options.access_key, options.secret_key, options.region) == (keys, keys, expected)
