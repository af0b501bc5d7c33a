"""What became of a request: a pure function from each answer and each failure to an Outcome.

    Accepted      SES or the server said yes and gave an id
    NotAccepted   provably not taken: sending again is safe; the reaction says who waits and who stops
    InDoubt       may have been taken: only an event or a person settles it

What is not in a table is in doubt if it may have been taken, and never a crash. Tests walk botocore's model, botocore's
exceptions and smtplib's exceptions, and fail on one that no table names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from botocore.exceptions import ClientError

from publisher.model import Accepted, InDoubt, NotAccepted, Outcome, Reaction

_LONGEST_REASON: Final = 400
_SERVER_FAILED: Final = 500
_REFUSED: Final = 400

# --- what SES answers ---------------------------------------------------------------------------------------------

# A request that fails with one of these "does not send" (SES Developer Guide, errors): safe to send again.
SERVICE_REACTIONS: Final[Mapping[str, Reaction]] = {
    # too fast: this one goes back, everybody slows down
    "TooManyRequestsException": Reaction.RETRY,
    "Throttling": Reaction.RETRY,
    "ThrottlingException": Reaction.RETRY,
    "ThrottledException": Reaction.RETRY,
    "RequestThrottled": Reaction.RETRY,
    "RequestLimitExceeded": Reaction.RETRY,
    "SlowDown": Reaction.RETRY,
    "LimitExceededException": Reaction.RETRY,
    # the request never became a message
    "RequestTimeout": Reaction.RETRY,
    "ExpiredToken": Reaction.RETRY,
    "ExpiredTokenException": Reaction.RETRY,
    "ConcurrentModificationException": Reaction.RETRY,
    "ConflictException": Reaction.RETRY,
    # the account may not send for now
    "SendingPausedException": Reaction.PAUSE,
    "AccountSendingPausedException": Reaction.PAUSE,
    "ConfigurationSetSendingPausedException": Reaction.PAUSE,
    "AccountSuspendedException": Reaction.STOP_ALL,
    # somebody has to mend the set-up
    "MailFromDomainNotVerifiedException": Reaction.STOP,
    "FromEmailAddressNotVerifiedException": Reaction.STOP,
    "ConfigurationSetDoesNotExistException": Reaction.STOP,
    "NotFoundException": Reaction.STOP,
    "UnknownOperationException": Reaction.STOP,
    "InvalidAction": Reaction.STOP,
    "AccessDenied": Reaction.STOP,
    "AccessDeniedException": Reaction.STOP,
    "NotAuthorized": Reaction.STOP,
    "OptInRequired": Reaction.STOP,
    "SignatureDoesNotMatch": Reaction.STOP,
    "IncompleteSignature": Reaction.STOP,
    "IncompleteSignatureException": Reaction.STOP,
    "InvalidSignatureException": Reaction.STOP,
    "InvalidClientTokenId": Reaction.STOP,
    "UnrecognizedClient": Reaction.STOP,
    "UnrecognizedClientException": Reaction.STOP,
    "MissingAuthenticationToken": Reaction.STOP,
    "MissingAuthenticationTokenException": Reaction.STOP,
    "RequestTimeTooSkewed": Reaction.STOP,
    "RequestExpired": Reaction.STOP,
    # this message or this address; five in a row stop the edition
    "MessageRejected": Reaction.FAIL,
    "BadRequestException": Reaction.FAIL,
    "ValidationError": Reaction.FAIL,
    "ValidationException": Reaction.FAIL,
    "SerializationException": Reaction.FAIL,
    "InvalidParameterValue": Reaction.FAIL,
}

# An answer with no code of AWS in it comes from something in between: a proxy, a firewall.
_STATUS_REACTIONS: Final[Mapping[int, Reaction]] = {
    401: Reaction.STOP,
    403: Reaction.STOP,
    404: Reaction.STOP,
    405: Reaction.STOP,
    407: Reaction.STOP,
    408: Reaction.RETRY,
    413: Reaction.STOP,
    429: Reaction.RETRY,
    431: Reaction.STOP,
}

_DAILY: Final = re.compile(r"daily (?:message |sending )?quota|24.hour (?:sending )?(?:quota|limit)", re.IGNORECASE)
_UNVERIFIED: Final = re.compile(r"not verified.*?:\s*(?P<identities>[^:]+)\Z", re.IGNORECASE | re.DOTALL)


def from_service(code: str, text: str, *, status: int, sender: str = "") -> Outcome:
    """Judge an error that SES answered with. `sender` tells an unverified sender from an unverified recipient."""
    reason = _shorten(text or f"HTTP {status}")
    reaction = SERVICE_REACTIONS.get(code)
    if reaction is Reaction.RETRY and _DAILY.search(text):
        return NotAccepted(reaction=Reaction.PAUSE, code="DailyQuota", reason=reason)
    if code == "MessageRejected" and _names_sender(text, sender):
        return NotAccepted(reaction=Reaction.STOP, code=code, reason=reason)
    if reaction is None and _REFUSED <= status < _SERVER_FAILED:
        reaction = _STATUS_REACTIONS.get(status, Reaction.FAIL)
    if reaction is None or (status >= _SERVER_FAILED and reaction is not Reaction.RETRY):
        return InDoubt(code=code or f"HTTP{status}", reason=reason)
    return NotAccepted(reaction=reaction, code=code or f"HTTP{status}", reason=reason)


def _names_sender(text: str, sender: str) -> bool:
    """Say whether a rejection is about the sender: then nobody's message will pass."""
    found = _UNVERIFIED.search(text)
    if not found or not sender:
        return False
    identities = {identity.strip(" .<>").lower() for identity in found["identities"].split(",")}
    return bool(identities & {sender.lower(), sender.lower().rpartition("@")[2]})


def from_response(response: Mapping[str, object]) -> Outcome:
    """Judge the answer to a send that came without an error."""
    message_id = response.get("MessageId")
    if isinstance(message_id, str) and message_id:
        return Accepted(message_id=message_id)
    return InDoubt(code="NoMessageId", reason="the answer was 200 without a MessageId; is there a proxy in between?")


# The statuses of SendBulkEmail's entries; None: SES does not say whether the message was taken.
BULK_REACTIONS: Final[Mapping[str, Reaction | None]] = {
    "ACCOUNT_THROTTLED": Reaction.RETRY,
    "ACCOUNT_DAILY_QUOTA_EXCEEDED": Reaction.PAUSE,
    "ACCOUNT_SENDING_PAUSED": Reaction.PAUSE,
    "CONFIGURATION_SET_SENDING_PAUSED": Reaction.PAUSE,
    "ACCOUNT_SUSPENDED": Reaction.STOP_ALL,
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": Reaction.STOP,
    "CONFIGURATION_SET_NOT_FOUND": Reaction.STOP,
    "TEMPLATE_NOT_FOUND": Reaction.STOP,
    "INVALID_SENDING_POOL_NAME": Reaction.STOP,
    "MESSAGE_REJECTED": Reaction.FAIL,
    "INVALID_PARAMETER": Reaction.FAIL,
    "TRANSIENT_FAILURE": None,
    "FAILED": None,
}


def from_bulk_entry(entry: Mapping[str, object]) -> Outcome:
    """Judge one entry of SendBulkEmail's answer."""
    status = str(entry.get("Status", ""))
    if status == "SUCCESS":
        return from_response(entry)
    reason = _shorten(str(entry.get("Error") or status or "no status"))
    reaction = BULK_REACTIONS.get(status)
    if reaction is None:
        return InDoubt(code=status or "NoStatus", reason=reason)
    return NotAccepted(reaction=reaction, code=status, reason=reason)


# --- what boto3 raises --------------------------------------------------------------------------------------------

# Raised before a byte of the request leaves: the set-up is wrong, and stays wrong until somebody mends it.
_BEFORE: Final = frozenset(
    """
    ApiVersionNotFoundError AwsChunkedWrapperError BaseEndpointResolverError ConfigNotFound ConfigParseError
    DataNotFoundError EndpointProviderError InvalidChecksumConfigError InvalidConfigError InvalidDNSNameError
    InvalidDefaultsMode InvalidEndpointConfigurationError InvalidEndpointDiscoveryConfigurationError
    InvalidExpressionError InvalidHostLabelError InvalidIMDSEndpointError InvalidIMDSEndpointModeError
    InvalidProxiesConfigError InvalidRetryConfigurationError InvalidS3AddressingStyleError
    InvalidS3UsEast1RegionalEndpointConfigError InvalidSTSRegionalEndpointsConfigError LoginError
    MD5UnavailableError MissingDependencyException MissingParametersError MissingServiceIdError NoAuthTokenError
    NoCredentialsError OperationNotPageableError PaginationError ParamValidationError PartialCredentialsError
    ProfileNotFound RefreshWithMFAUnsupportedError SSOError ServiceNotInRegionError StubResponseError
    UndefinedModelAttributeError UnknownClientMethodError UnknownCredentialError UnknownRegionError
    UnknownServiceStyle UnknownSignatureVersionError UnknownTokenProviderError UnseekableStreamError
    UnsupportedOutpostResourceError UnsupportedS3AccesspointConfigurationError UnsupportedS3ArnError
    UnsupportedS3ConfigurationError UnsupportedS3ControlArnError UnsupportedS3ControlConfigurationError
    UnsupportedServiceProtocolsError UnsupportedSignatureVersionError UnsupportedTLSVersionWarning ValidationError
    WaiterConfigError WaiterError ImminentRemovalWarning
    """.split(),
)
# Raised before the request leaves, and may pass: no connection, or the credentials' own service is away.
_UNREACHED: Final = frozenset(
    """
    CapacityNotAvailableError ConnectTimeoutError ConnectionError CredentialRetrievalError EndpointConnectionError
    MetadataRetrievalError ProxyConnectionError TokenRetrievalError
    """.split(),
)
# Raised while the answer was awaited or read.
_AFTER: Final = frozenset(
    """
    ChecksumError ConnectionClosedError FlexibleChecksumError HTTPClientError IncompleteReadError ReadTimeoutError
    ResponseParserError ResponseStreamingError
    """.split(),
)
# OpenSSL's words for a connection that was never made. Any other TLS failure may come after the request.
_HANDSHAKE: Final = re.compile(
    r"certificate|handshake|hostname|wrong.version|unsupported.protocol|protocol.version|alert.internal|no.ciphers",
    re.IGNORECASE,
)


def from_exception(error: BaseException, *, sender: str = "") -> Outcome:
    """Judge what boto3 raised in a send that makes one attempt."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return from_service(details.get("Code", ""), details.get("Message", ""), status=status, sender=sender)
    code, reason = type(error).__name__, _shorten(str(error) or type(error).__name__)
    names = classify(type(error))
    if names == "tls":
        names = "unreached" if _HANDSHAKE.search(str(error)) else "after"
    if names == "before":
        return NotAccepted(reaction=Reaction.STOP, code=code, reason=reason)
    if names == "unreached":
        return NotAccepted(reaction=Reaction.RETRY, code=code, reason=reason)
    return InDoubt(code=code, reason=reason)


def classify(kind: type[BaseException]) -> str | None:
    """Say when botocore raises a class of exceptions: "before", "unreached", "tls", "after"; None: in no table."""
    for ancestor in kind.__mro__:
        if not ancestor.__module__.startswith("botocore."):
            continue
        if ancestor.__name__ == "SSLError":
            return "tls"
        for name, table in (("before", _BEFORE), ("unreached", _UNREACHED), ("after", _AFTER)):
            if ancestor.__name__ in table:
                return name
    return None


# --- what mail servers answer -------------------------------------------------------------------------------------

_PERMANENT: Final = 500
_LAST_REPLY: Final = 599
_ABOUT_ONE: Final = frozenset({"rcpt", "data", "message"})


def from_reply(code: int, text: str, *, command: str, sender: str = "") -> Outcome:
    """Judge a reply of an SMTP server that is not a yes (RFC 5321, 4.2): 4yz may pass later, 5yz will not.

    `command` is the one that was answered: "connect", "login", "mail", "rcpt", "data", or "message" for the message
    itself, where anything but a whole no may have been a yes. SES says over SMTP what it says elsewhere, in words:
    `sender` tells an unverified sender from an unverified recipient.
    """
    reason = _shorten(f"{code} {text}")
    if command == "message" and not _REFUSED <= code <= _LAST_REPLY:
        return InDoubt(code=f"SMTP{code}", reason=f"the server's answer cannot be read: {reason}")
    if code < _PERMANENT:
        if _DAILY.search(text):
            return NotAccepted(reaction=Reaction.PAUSE, code="DailyQuota", reason=reason)
        return NotAccepted(reaction=Reaction.RETRY, code=f"SMTP{code}", reason=reason)
    one = command in _ABOUT_ONE and not _names_sender(text, sender)
    return NotAccepted(reaction=Reaction.FAIL if one else Reaction.STOP, code=f"SMTP{code}", reason=reason)


# What smtplib raises, by what a person can do about it.
_SMTP_REACTIONS: Final[Mapping[str, Reaction]] = {
    "SMTPAuthenticationError": Reaction.STOP,
    "SMTPNotSupportedError": Reaction.STOP,
    "SMTPHeloError": Reaction.STOP,
    "SMTPConnectError": Reaction.RETRY,
    "SMTPServerDisconnected": Reaction.RETRY,
    "SMTPSenderRefused": Reaction.STOP,
    "SMTPRecipientsRefused": Reaction.FAIL,
    "SMTPDataError": Reaction.FAIL,
    "SMTPResponseException": Reaction.RETRY,
    "SMTPException": Reaction.RETRY,
    "SSLCertVerificationError": Reaction.STOP,
    "gaierror": Reaction.RETRY,
    "OSError": Reaction.RETRY,
}


def from_smtp(error: Exception, *, sent: bool) -> Outcome:
    """Judge what smtplib or the socket raised. `sent`: the message was on its way, and its answer was lost."""
    code, reason = type(error).__name__, _shorten(str(error) or type(error).__name__)
    if sent:
        return InDoubt(code=code, reason=f"the connection was lost before the server answered: {reason}")
    reply = getattr(error, "smtp_code", 0)
    reaction = smtp_reaction(type(error)) or Reaction.STOP
    if _REFUSED <= reply < _PERMANENT:
        reaction = Reaction.RETRY
    return NotAccepted(reaction=reaction, code=f"SMTP{reply}" if reply > 0 else code, reason=reason)


def smtp_reaction(kind: type[BaseException]) -> Reaction | None:
    """Give the reaction to a class of exceptions of smtplib and the socket; None: in no table."""
    return next((_SMTP_REACTIONS[one.__name__] for one in kind.__mro__ if one.__name__ in _SMTP_REACTIONS), None)


def _shorten(text: str) -> str:
    """Make a foreign text one line of a ledger."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_REASON else line[: _LONGEST_REASON - 1] + "…"
