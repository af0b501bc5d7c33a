"""What each call of the API does, in a table from operation to function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parseaddr
from typing import Any, Final

from publisher.sandbox.account import SIMULATOR, Account, SentMessage
from publisher.sandbox.bulk import fill_template, write_simple
from publisher.sandbox.contract import RefusedError
from publisher.sandbox.mail import Headers, find_header, read_headers

_MOST_RECIPIENTS: Final = 50
_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ADDRESS: Final = re.compile(r"[\x21-\x3f\x41-\x7e]+@(?P<domain>(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who signed the request, and who is told about accepted messages."""

    account: Account
    access_key: str
    announce: Callable[[SentMessage], None]


Input = Mapping[str, Any]
Answer = dict[str, Any]


# --- sending ------------------------------------------------------------------------------------------------------


def send_email(caller: Caller, given: Input) -> Answer:
    """Accept one message: raw, simple, or from an inline template."""
    content = given["Content"]
    kinds = [kind for kind in ("Raw", "Simple", "Template") if kind in content]
    if len(kinds) != 1:
        raise RefusedError("BadRequestException", "Content must have exactly one of Simple, Raw and Template.")
    destination = given.get("Destination", {})
    if kinds == ["Raw"]:
        raw = content["Raw"]["Data"]
    else:
        simple = content["Simple"] if kinds == ["Simple"] else fill_template(content["Template"])
        raw = write_simple(given.get("FromEmailAddress", ""), destination, given.get("ReplyToAddresses", []), simple)
    message = _make_message(caller, given, raw, destination)
    return {"MessageId": _accept(caller, message).id}


def _make_message(caller: Caller, given: Input, raw: bytes, destination: Input) -> SentMessage:
    """Check a message the way SES does, and give what would be accepted."""
    _check_may_send(caller.account)
    headers = read_headers(raw)
    configuration_set = given.get("ConfigurationSetName") or find_header(headers, "X-SES-CONFIGURATION-SET")
    _check_configuration_set(caller.account, configuration_set)
    recipients = _read_recipients(destination, headers)
    sender = given.get("FromEmailAddress") or find_header(headers, "From") or ""
    sender_address = parseaddr(sender)[1]
    _check_address(sender_address)
    _check_identities(caller.account, sender_address, recipients)
    # Tags of the call replace those of the header, they are not merged.
    tags = _read_tags(given.get("EmailTags")) or _read_header_tags(find_header(headers, "X-SES-MESSAGE-TAGS"))
    return SentMessage(
        number=0,
        id="",
        at=datetime.now(UTC),
        sender=sender_address,
        recipients=recipients,
        raw=raw,
        tags=tags,
        configuration_set=configuration_set,
        access_key=caller.access_key,
    )


def _accept(caller: Caller, message: SentMessage) -> SentMessage:
    """Use up quota, keep the message, and tell."""
    caller.account.take_quota(message.recipients)
    kept = caller.account.accept(message)
    caller.announce(kept)
    return kept


def _check_may_send(account: Account) -> None:
    """Refuse when the whole account may not send."""
    if account.rules.enforcement == "SHUTDOWN":
        raise RefusedError("AccountSuspendedException", "Your account's ability to send email has been suspended.")
    if not account.rules.sending_enabled:
        raise RefusedError("SendingPausedException", "Email sending is disabled for your account.")


def _check_configuration_set(account: Account, name: str | None) -> None:
    """Refuse a configuration set that does not exist."""
    known = account.rules.configuration_sets
    if name is not None and known is not None and name not in known:
        raise RefusedError("NotFoundException", f"Configuration set <{name}> does not exist.", 404)


def _read_recipients(destination: Input, headers: Headers) -> tuple[str, ...]:
    """Find who gets the message: the call says it, else the headers do."""
    named = [one for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for one in destination.get(kind, [])]
    if not destination:
        named = [value for name, value in headers if name.lower() in {"to", "cc", "bcc"}]
    recipients = tuple(address for _, address in getaddresses(named))
    if not recipients:
        raise RefusedError("BadRequestException", "Destination must have at least one recipient.")
    if len(recipients) > _MOST_RECIPIENTS:
        raise RefusedError("BadRequestException", f"Recipient count exceeds {_MOST_RECIPIENTS}.")
    for one in recipients:
        _check_address(one)
    return recipients


def _check_address(address: str) -> None:
    """Refuse what SES cannot mail: it takes no SMTPUTF8."""
    if not _ADDRESS.fullmatch(address):
        reason = "Missing final '@domain'" if "@" not in address else f"Illegal address '{address}'"
        raise RefusedError("BadRequestException", reason)


def _check_identities(account: Account, sender: str, recipients: tuple[str, ...]) -> None:
    """Refuse a sender that is no identity, and in the SES sandbox recipients that are none."""
    known = account.rules.identities
    if known is None:
        return
    asked = (sender,) if account.rules.production else (sender, *recipients)
    unknown = [one for one in asked if not {one, one.rpartition("@")[2]} & known and not one.endswith(f"@{SIMULATOR}")]
    if unknown:
        reason = "Email address is not verified. The following identities failed the check in region "
        raise RefusedError("MessageRejected", f"{reason}{account.rules.region.upper()}: {', '.join(unknown)}")


def _read_tags(tags: list[Input] | None) -> dict[str, str]:
    """Read the tags of a call."""
    found = {tag["Name"]: tag["Value"] for tag in tags or ()}
    for part in (*found, *found.values()):
        if not _TAG.fullmatch(part):
            reason = "Tag names and values must be 1 to 256 ASCII letters, digits, '_' and '-'"
            raise RefusedError("BadRequestException", f"{reason}, not '{part[:60]}'.")
    return found


def _read_header_tags(header: str | None) -> dict[str, str]:
    """Read X-SES-MESSAGE-TAGS: "name=value, name=value"."""
    pairs = [pair.partition("=") for pair in (header or "").split(",") if pair.strip()]
    return _read_tags([{"Name": name.strip(), "Value": value.strip()} for name, _, value in pairs])


def send_bulk_email(caller: Caller, given: Input) -> Answer:
    """Accept up to 50 messages from one template; each entry has a status of its own inside the 200."""
    entries = given["BulkEmailEntries"]
    if not 1 <= len(entries) <= _MOST_RECIPIENTS:
        raise RefusedError("BadRequestException", f"There must be 1 to {_MOST_RECIPIENTS} entries.")
    if "Template" not in given["DefaultContent"]:
        raise RefusedError("BadRequestException", "DefaultContent must have a Template.")
    _check_may_send(caller.account)
    _check_configuration_set(caller.account, given.get("ConfigurationSetName"))
    return {"BulkEmailEntryResults": [_send_entry(caller, given, entry) for entry in entries]}


_BULK_STATUS: Final[Mapping[str, str]] = {
    "TooManyRequestsException": "ACCOUNT_THROTTLED",
    "LimitExceededException": "ACCOUNT_DAILY_QUOTA_EXCEEDED",
    "MessageRejected": "MESSAGE_REJECTED",
    "BadRequestException": "INVALID_PARAMETER",
    "NotFoundException": "TEMPLATE_NOT_FOUND",
}


def _send_entry(caller: Caller, given: Input, entry: Input) -> Answer:
    """Send one entry; a refusal is its status, not the end of the call."""
    try:
        template = given["DefaultContent"]["Template"]
        replacement = entry.get("ReplacementEmailContent", {}).get("ReplacementTemplate", {})
        simple = fill_template(template, replacement.get("ReplacementTemplateData"), entry.get("ReplacementHeaders"))
        destination = entry["Destination"]
        raw = write_simple(given.get("FromEmailAddress", ""), destination, given.get("ReplyToAddresses", []), simple)
        tags = {tag["Name"]: tag for tag in (*given.get("DefaultEmailTags", ()), *entry.get("ReplacementTags", ()))}
        message = _make_message(caller, {**given, "EmailTags": list(tags.values())}, raw, destination)
        return {"Status": "SUCCESS", "MessageId": _accept(caller, message).id}
    except RefusedError as refused:
        return {"Status": _BULK_STATUS.get(refused.code, "FAILED"), "Error": refused.message}


# --- asking -------------------------------------------------------------------------------------------------------


def get_account(caller: Caller, _given: Input) -> Answer:
    """Tell quota, rate and standing."""
    rules = caller.account.rules
    return {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": rules.enforcement,
        "ProductionAccessEnabled": rules.production,
        "SendQuota": {
            "Max24HourSend": rules.max_24_hour,
            "MaxSendRate": rules.max_send_rate,
            "SentLast24Hours": caller.account.sent_last_day(),
        },
        "SendingEnabled": rules.sending_enabled,
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    }


def get_email_identity(caller: Caller, given: Input) -> Answer:
    """Tell that an identity is verified, signs with DKIM and has its own MAIL FROM."""
    name = given["EmailIdentity"]
    known = caller.account.rules.identities
    if known is not None and name not in known:
        raise RefusedError("NotFoundException", f"Email identity <{name}> does not exist.", 404)
    domain = name.rpartition("@")[2]
    return {
        "IdentityType": "EMAIL_ADDRESS" if "@" in name else "DOMAIN",
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": True,
        "VerificationStatus": "SUCCESS",
        "DkimAttributes": {
            "SigningEnabled": True,
            "Status": "SUCCESS",
            "Tokens": [f"sandbox{number}" for number in (1, 2, 3)],
            "SigningAttributesOrigin": "AWS_SES",
            "NextSigningKeyLength": "RSA_2048_BIT",
            "CurrentSigningKeyLength": "RSA_2048_BIT",
        },
        "MailFromAttributes": {
            "MailFromDomain": f"bounces.{domain}",
            "MailFromDomainStatus": "SUCCESS",
            "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
        },
    }


def list_email_identities(caller: Caller, _given: Input) -> Answer:
    """List the identities that exist; none where any name does."""
    return {
        "EmailIdentities": [
            {
                "IdentityType": "EMAIL_ADDRESS" if "@" in name else "DOMAIN",
                "IdentityName": name,
                "SendingEnabled": True,
                "VerificationStatus": "SUCCESS",
            }
            for name in sorted(caller.account.rules.identities or ())
        ],
    }


def get_configuration_set(caller: Caller, given: Input) -> Answer:
    """Tell that a configuration set may send."""
    _check_configuration_set(caller.account, given["ConfigurationSetName"])
    return {
        "ConfigurationSetName": given["ConfigurationSetName"],
        "SendingOptions": {"SendingEnabled": True},
        "ReputationOptions": {"ReputationMetricsEnabled": True},
    }


def list_configuration_sets(caller: Caller, _given: Input) -> Answer:
    """List the configuration sets that exist."""
    return {"ConfigurationSets": sorted(caller.account.rules.configuration_sets or ())}


def get_event_destinations(caller: Caller, given: Input) -> Answer:
    """Tell that every kind of event goes to the sandbox's queue."""
    _check_configuration_set(caller.account, given["ConfigurationSetName"])
    rules = caller.account.rules
    kinds = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY", "RENDERING_FAILURE"]
    topic = f"arn:aws:sns:{rules.region}:{rules.account_id}:sandbox"
    destination = {
        "Name": "sandbox",
        "Enabled": True,
        "MatchingEventTypes": kinds,
        "SnsDestination": {"TopicArn": topic},
    }
    return {"EventDestinations": [destination]}


# --- the suppression list -----------------------------------------------------------------------------------------


def put_suppressed(caller: Caller, given: Input) -> Answer:
    """Put an address on the list."""
    _check_address(given["EmailAddress"])
    caller.account.suppress(given["EmailAddress"], given["Reason"])
    return {}


def get_suppressed(caller: Caller, given: Input) -> Answer:
    """Tell why and since when an address is on the list."""
    address = given["EmailAddress"]
    if address not in caller.account.suppressed:
        raise _not_suppressed(address)
    return {"SuppressedDestination": _write_suppressed(caller.account, address)}


def delete_suppressed(caller: Caller, given: Input) -> Answer:
    """Take an address off the list."""
    if caller.account.suppressed.pop(given["EmailAddress"], None) is None:
        raise _not_suppressed(given["EmailAddress"])
    return {}


def list_suppressed(caller: Caller, given: Input) -> Answer:
    """List the addresses, a page at a time."""
    reasons = set(given.get("Reasons") or ("BOUNCE", "COMPLAINT"))
    addresses = sorted(one for one, (reason, _) in caller.account.suppressed.items() if reason in reasons)
    start = int(given.get("NextToken") or 0)
    end = start + int(given.get("PageSize") or 100)
    answer: Answer = {
        "SuppressedDestinationSummaries": [_write_suppressed(caller.account, one) for one in addresses[start:end]],
    }
    return answer | ({"NextToken": str(end)} if end < len(addresses) else {})


def _not_suppressed(address: str) -> RefusedError:
    """Say that an address is not on the list."""
    return RefusedError("NotFoundException", f"Email address {address} does not exist on your suppression list.", 404)


def _write_suppressed(account: Account, address: str) -> Answer:
    """Write one line of the list."""
    reason, since = account.suppressed[address]
    return {"EmailAddress": address, "Reason": reason, "LastUpdateTime": since}


OPERATIONS: Final[Mapping[str, Callable[[Caller, Input], Answer]]] = {
    "SendEmail": send_email,
    "SendBulkEmail": send_bulk_email,
    "GetAccount": get_account,
    "GetEmailIdentity": get_email_identity,
    "ListEmailIdentities": list_email_identities,
    "GetConfigurationSet": get_configuration_set,
    "ListConfigurationSets": list_configuration_sets,
    "GetConfigurationSetEventDestinations": get_event_destinations,
    "PutSuppressedDestination": put_suppressed,
    "GetSuppressedDestination": get_suppressed,
    "DeleteSuppressedDestination": delete_suppressed,
    "ListSuppressedDestinations": list_suppressed,
}
