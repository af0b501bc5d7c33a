"""Amazon SES v2 through boto3: SendEmail with raw bytes, one recipient per call, one attempt per call.

boto3's own retries send a message up to five times when an answer is lost, and leave no trace: here they are off, and
the constructor makes sure that nothing in the environment has turned them on again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from publisher.delivery.address import write_ascii
from publisher.delivery.outcome import from_exception, from_response
from publisher.delivery.transport import prepare
from publisher.errors import TransportError
from publisher.model import Envelope, Message, NotAccepted, Outcome

if TYPE_CHECKING:
    from mypy_boto3_sesv2.client import SESV2Client
    from mypy_boto3_sesv2.type_defs import MessageTagTypeDef, SendEmailRequestTypeDef

CONNECT_SECONDS: Final = 5
_OK: Final = 200
_BEFORE_SEND: Final = "before-send.sesv2.SendEmail"


@dataclass(frozen=True, slots=True, kw_only=True)
class SesOptions:
    """How to reach SES; None: what boto3's own chain says (region), or nothing (the rest).

    `read_seconds` is long because every time-out is a message in doubt. `threads` is how many send at the same time.
    Credentials come from boto3's chain; the three `access...` fields are for a local SES alone.
    """

    region: str | None = None
    configuration_set: str | None = None
    endpoint_url: str | None = None
    threads: int = 8
    read_seconds: float = 60
    access_key: str | None = None
    secret_key: str | None = None


def connect(options: SesOptions, *, attempts: int, session: boto3.session.Session | None = None) -> SESV2Client:
    """Make a client that makes so many attempts per call; `session` None: a session of its own.

    Raises: TransportError when boto3 cannot be set up (no region, a broken profile).
    """
    config = Config(
        retries={"total_max_attempts": attempts, "mode": "standard"},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=options.read_seconds,
        max_pool_connections=options.threads,
        tcp_keepalive=True,
        # where mail goes is said in settings.toml, not by a stray AWS_ENDPOINT_URL
        ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # the stubs do not know it yet
    )
    try:
        return (session or boto3.session.Session()).client(
            "sesv2",
            region_name=options.region,
            endpoint_url=options.endpoint_url,
            aws_access_key_id=options.access_key,
            aws_secret_access_key=options.secret_key,
            config=config,
        )
    except (BotoCoreError, ValueError) as error:
        fix = "Set [ses] region in settings.toml and give credentials in one of boto3's ways"
        raise TransportError("Amazon SES", f"boto3 cannot be set up ({error})", fix) from error


def require_one_attempt(client: SESV2Client) -> None:
    """Make sure that a client sends each request once.

    Raises: TransportError when it would retry; the client is closed then.
    """
    retries = getattr(client.meta.config, "retries", None) or {}
    if retries.get("total_max_attempts") != 1:
        client.close()
        reason = f"boto3 would retry sends by itself ({retries}), which mails people more than once"
        raise TransportError("Amazon SES", reason, "Remove the retry settings that override it")


class _Nothing(io.BytesIO):
    """The body of an answer to a request that was never made."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """Give what botocore reads in pieces."""
        yield b"{}"


def rehearse(client: SESV2Client) -> AWSPreparedRequest:
    """Give the signed request that a client would make for a message, which goes nowhere.

    No other thread may use the client meanwhile. Raises what boto3 raises before a request leaves.
    """
    kept: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        kept.append(request)
        return AWSResponse(request.url, _OK, HTTPHeaders(), _Nothing())

    client.meta.events.register(_BEFORE_SEND, keep)  # type: ignore[arg-type]  # the stubs forget that it may answer
    try:
        client.send_email(
            FromEmailAddress="nobody@invalid",
            Destination={"ToAddresses": ["nobody@invalid"]},
            Content={"Raw": {"Data": b"nothing"}},
        )
    finally:
        client.meta.events.unregister(_BEFORE_SEND, keep)  # type: ignore[arg-type]  # as above
    return kept[0]


class SesTransport:
    """Sends through SES. Safe to share between threads.

    Raises: TransportError when boto3 cannot be set up, or would try more than once.
    """

    def __init__(self, options: SesOptions, session: boto3.session.Session | None = None) -> None:
        self.options = options
        self.client = connect(options, attempts=1, session=session)
        require_one_attempt(self.client)

    def send(self, message: Message, envelope: Envelope) -> Outcome:
        """Send to one recipient, once."""
        raw = prepare(message, envelope)
        if isinstance(raw, NotAccepted):
            return raw
        try:
            response = self.client.send_email(**self._request(message, envelope, raw))
        except Exception as error:  # noqa: BLE001 - boto3 parses foreign bytes: whatever it raises, the row gets an outcome
            return from_exception(error, sender=message.sender)
        return from_response(response)

    def _request(self, message: Message, envelope: Envelope, raw: bytes) -> SendEmailRequestTypeDef:
        """Write the request: these members and no others."""
        tags: list[MessageTagTypeDef] = [{"Name": name, "Value": value} for name, value in envelope.tags.items()]
        request: SendEmailRequestTypeDef = {
            "FromEmailAddress": message.sender,
            "Destination": {"ToAddresses": [write_ascii(envelope.address)]},
            "Content": {"Raw": {"Data": raw}},
        }
        if tags:
            request["EmailTags"] = tags
        if self.options.configuration_set:
            request["ConfigurationSetName"] = self.options.configuration_set
        return request

    def close(self) -> None:
        """Close the connections."""
        self.client.close()
