"""What the account may do and how it is set up: the calls that change nothing, on a client that may retry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal, TypeVar

from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError, ClientError

from publisher.delivery.quota import Allowance
from publisher.delivery.ses import SesOptions, connect
from publisher.errors import TransportError

Answer = TypeVar("Answer")

_ATTEMPTS: Final = 4
_FIXES: Final = {
    "NotFoundException": "Create it in the same region, or correct settings.toml",
    "ExpiredToken": "Renew the credentials",
    "ExpiredTokenException": "Renew the credentials",
    "NoCredentialsError": "Give credentials in one of boto3's ways: environment, profile or role",
    "EndpointConnectionError": "Look at [ses] region, endpoint_url and the network",
}
_DENIED: Final = frozenset(
    "AccessDenied AccessDeniedException InvalidClientTokenId UnrecognizedClientException SignatureDoesNotMatch".split(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What GetAccount says; `production` False: SES's own sandbox, verified recipients only."""

    allowance: Allowance
    sending_enabled: bool
    production: bool
    enforcement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How a domain or an address is set up; `mail_from` None: SES's own domain bounces.

    `dkim_zone` is where the DKIM keys lie; "": SES does not say, which means the usual one.
    """

    name: str
    verified: bool
    dkim: str
    dkim_bits: int
    dkim_tokens: tuple[str, ...]
    mail_from: str | None
    mail_from_status: str
    dkim_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDestination:
    """Where a configuration set sends which events; `target` is an ARN where it has one."""

    name: str
    enabled: bool
    kinds: frozenset[str]
    target: str


class SesControl:
    """Asks SES about itself. Every call raises TransportError with the way out when SES cannot or will not answer."""

    def __init__(self, options: SesOptions) -> None:
        self._client = connect(options, attempts=_ATTEMPTS)
        self._told: str | None = None
        self._client.meta.events.register("after-call", self._note_clock)

    @property
    def clock(self) -> datetime | None:
        """Give the time of SES's own clock, as its last answer said it, also one that was a no; None: it said none."""
        try:
            return parsedate_to_datetime(self._told) if self._told else None
        except ValueError:
            return None

    def _note_clock(self, *, http_response: AWSResponse, **_: object) -> None:
        """Keep what an answer says of the time (RFC 9110, 6.6.1)."""
        self._told = http_response.headers.get("Date", self._told)

    def account(self) -> AccountState:
        """Ask what the account may do and has sent."""
        found = _ask("ses:GetAccount", self._client.get_account)
        quota = found.get("SendQuota", {})
        return AccountState(
            allowance=Allowance(
                max_24_hour=quota.get("Max24HourSend", 0),
                max_send_rate=quota.get("MaxSendRate", 0),
                sent_24_hour=quota.get("SentLast24Hours", 0),
            ),
            sending_enabled=found.get("SendingEnabled", False),
            production=found.get("ProductionAccessEnabled", False),
            enforcement=found.get("EnforcementStatus", ""),
        )

    def identity(self, name: str) -> Identity:
        """Ask how a domain or an address is set up."""
        found = _ask("ses:GetEmailIdentity", lambda: self._client.get_email_identity(EmailIdentity=name))
        dkim, mail_from = found.get("DkimAttributes", {}), found.get("MailFromAttributes", {})
        bits = "".join(mark for mark in dkim.get("CurrentSigningKeyLength", "") if mark.isdigit())
        return Identity(
            name=name,
            verified=found.get("VerifiedForSendingStatus", False),
            dkim=dkim.get("Status", "NOT_STARTED"),
            dkim_bits=int(bits or 0),
            dkim_tokens=tuple(dkim.get("Tokens", ())),
            mail_from=mail_from.get("MailFromDomain") or None,
            mail_from_status=mail_from.get("MailFromDomainStatus", ""),
            dkim_zone=dkim.get("SigningHostedZone", ""),
        )

    def event_destinations(self, configuration_set: str) -> tuple[EventDestination, ...]:
        """Ask where the events of a configuration set go."""
        found = _ask(
            "ses:GetConfigurationSetEventDestinations",
            lambda: self._client.get_configuration_set_event_destinations(ConfigurationSetName=configuration_set),
        )
        return tuple(_read_destination(one) for one in found.get("EventDestinations", ()))

    def suppress(self, address: str, reason: Literal["BOUNCE", "COMPLAINT"]) -> None:
        """Put an address on the account's own list, for what else the account sends."""
        _ask(
            "ses:PutSuppressedDestination",
            lambda: self._client.put_suppressed_destination(EmailAddress=address, Reason=reason),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _read_destination(found: Any) -> EventDestination:  # noqa: ANN401 - one of five shapes of the model
    """Read one event destination, whatever it leads to."""
    targets = ("SnsDestination", "TopicArn"), ("EventBridgeDestination", "EventBusArn")
    return EventDestination(
        name=found["Name"],
        enabled=found.get("Enabled", False),
        kinds=frozenset(found["MatchingEventTypes"]),
        target=next((found[kind][key] for kind, key in targets if kind in found), ""),
    )


def _ask(action: str, call: Callable[[], Answer]) -> Answer:
    """Make a call, and say in words what is wrong when it fails."""
    try:
        return call()
    except ClientError as error:
        details = error.response.get("Error", {})
        code, text = details.get("Code", ""), details.get("Message", "")
        fix = f"Allow {action} in the IAM policy, or renew the keys" if code in _DENIED else _FIXES.get(code, "")
        raise TransportError("Amazon SES", f"{action} failed: {code} {text}".strip(), fix) from error
    except BotoCoreError as error:
        fix = _FIXES.get(type(error).__name__, "")
        raise TransportError("Amazon SES", f"{action} failed: {error}", fix) from error
