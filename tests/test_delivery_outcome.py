"""What each answer and each failure means: the table, and proofs that nothing is missing in it."""

from __future__ import annotations

import inspect
import smtplib
import socket
import ssl
from typing import Any

import botocore.exceptions
import botocore.parsers
import botocore.session
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.outcome import (
    BULK_REACTIONS,
    SERVICE_REACTIONS,
    classify,
    from_bulk_entry,
    from_exception,
    from_reply,
    from_response,
    from_service,
    from_smtp,
    smtp_reaction,
)
from publisher.model import Accepted, InDoubt, NotAccepted, Outcome, Reaction

RETRY, FAIL, PAUSE, STOP, STOP_ALL = Reaction.RETRY, Reaction.FAIL, Reaction.PAUSE, Reaction.STOP, Reaction.STOP_ALL
NOT_VERIFIED = "Email address is not verified. The following identities failed the check in region EU-WEST-1: "


def reaction_of(outcome: Outcome) -> Reaction | str:
    """Give the reaction, "doubt" or "accepted"."""
    match outcome:
        case NotAccepted():
            return outcome.reaction
        case InDoubt():
            return "doubt"
        case Accepted():
            return "accepted"


@pytest.mark.parametrize(
    ("code", "status", "text", "expected"),
    [
        ("TooManyRequestsException", 429, "Maximum sending rate exceeded.", RETRY),
        ("Throttling", 400, "Rate exceeded", RETRY),
        ("ThrottlingException", 400, "Maximum sending rate exceeded", RETRY),
        ("Throttling", 503, "Rate exceeded", RETRY),
        ("TooManyRequestsException", 429, "Daily message quota exceeded", PAUSE),
        ("Throttling", 400, "Daily message quota exceeded.", PAUSE),
        ("LimitExceededException", 400, "Daily message quota exceeded.", PAUSE),
        ("LimitExceededException", 400, "You exceeded your 24-hour sending quota", PAUSE),
        ("LimitExceededException", 400, "Too many of something", RETRY),
        ("AccountSuspendedException", 400, "suspended", STOP_ALL),
        ("SendingPausedException", 400, "Email sending is disabled", PAUSE),
        ("MailFromDomainNotVerifiedException", 400, "", STOP),
        ("NotFoundException", 404, "Configuration set <x> does not exist.", STOP),
        ("MessageRejected", 400, "Email rejected per content policy", FAIL),
        ("MessageRejected", 400, f"{NOT_VERIFIED}reader@example.net", FAIL),
        ("MessageRejected", 400, f"{NOT_VERIFIED}news@example.org", STOP),
        ("MessageRejected", 400, f"{NOT_VERIFIED}reader@example.net, News@Example.org", STOP),
        ("MessageRejected", 400, f"{NOT_VERIFIED}example.org", STOP),
        ("MessageRejected", 400, f"{NOT_VERIFIED}other@example.org", FAIL),
        ("BadRequestException", 400, "Missing final '@domain'", FAIL),
        ("AccessDeniedException", 403, "not authorized to perform ses:SendRawEmail", STOP),
        ("SignatureDoesNotMatch", 403, "", STOP),
        ("InvalidClientTokenId", 403, "", STOP),
        ("UnrecognizedClientException", 403, "", STOP),
        ("ExpiredTokenException", 403, "The security token is expired", RETRY),
        ("RequestTimeTooSkewed", 403, "", STOP),
        ("RequestExpired", 400, "", STOP),
        ("InternalServiceErrorException", 500, "", "doubt"),
        ("InternalFailure", 500, "", "doubt"),
        ("ServiceUnavailable", 503, "", "doubt"),
        ("500", 500, "", "doubt"),
        ("502", 502, "Bad Gateway", "doubt"),
        ("504", 504, "", "doubt"),
        ("MessageRejected", 500, "a known code on a failing server", "doubt"),
        ("NewFangledException", 400, "what nobody has seen yet", FAIL),
        ("403", 403, "a proxy says no", STOP),
        ("404", 404, "", STOP),
        ("407", 407, "Proxy Authentication Required", STOP),
        ("413", 413, "too large for the proxy", STOP),
        ("408", 408, "", RETRY),
        ("302", 302, "a login page", "doubt"),
        ("", 0, "", "doubt"),
    ],
)
def test_service_errors(code: str, status: int, text: str, expected: Reaction | str) -> None:
    """Each error of SES has the reaction of the table, by code, by text where the code does not say, and by status."""
    outcome = from_service(code, text, status=status, sender="news@example.org")
    assert reaction_of(outcome) == expected
    response: Any = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": status}}
    assert from_exception(ClientError(response, "SendEmail"), sender="news@example.org") == outcome
    assert isinstance(outcome, NotAccepted | InDoubt)
    assert outcome.code
    assert outcome.reason


def test_unknown_sender_leaves_a_rejection_with_the_recipient() -> None:
    """Without the sender's address a rejection is about this message alone."""
    outcome = from_service("MessageRejected", f"{NOT_VERIFIED}a@example.org", status=400)
    assert reaction_of(outcome) == FAIL


@pytest.mark.parametrize("operation", ["SendEmail", "SendBulkEmail"])
def test_every_error_of_the_model_is_in_the_table(operation: str) -> None:
    """When botocore's model learns a new error of a send, somebody must decide what it means."""
    model = botocore.session.get_session().get_service_model("sesv2").operation_model(operation)
    names = {shape.name for shape in model.error_shapes}
    assert names
    assert names <= set(SERVICE_REACTIONS)


def test_every_bulk_status_of_the_model_is_in_the_table() -> None:
    """When botocore's model learns a new status of a bulk entry, somebody must decide what it means."""
    model = botocore.session.get_session().get_service_model("sesv2")
    assert {"SUCCESS", *BULK_REACTIONS} == set(model.shape_for("BulkEmailStatus").metadata["enum"])


def all_boto_exceptions() -> list[type[BaseException]]:
    """List every exception that botocore declares, but for the two roots."""
    found = [kind for _, kind in inspect.getmembers(botocore.exceptions, inspect.isclass)]
    ours = [kind for kind in found if issubclass(kind, BaseException) and kind.__module__.startswith("botocore.")]
    roots = {botocore.exceptions.BotoCoreError}
    return [*(kind for kind in ours if kind not in roots and not issubclass(kind, ClientError)), ResponseParserError]


ResponseParserError = botocore.parsers.ResponseParserError


@pytest.mark.parametrize("kind", all_boto_exceptions(), ids=lambda kind: kind.__name__)
def test_every_exception_of_botocore_is_in_a_table(kind: type[BaseException]) -> None:
    """When botocore learns a new exception, somebody must decide whether the message may have gone out."""
    assert classify(kind) is not None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (botocore.exceptions.ParamValidationError(report="x"), STOP),
        (botocore.exceptions.NoCredentialsError(), STOP),
        (botocore.exceptions.PartialCredentialsError(provider="x", cred_var="y"), STOP),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="x"), RETRY),
        (botocore.exceptions.ConnectTimeoutError(endpoint_url="x"), RETRY),
        (botocore.exceptions.ProxyConnectionError(proxy_url="x"), RETRY),
        (
            botocore.exceptions.SSLError(
                endpoint_url="x", error=ssl.SSLError("certificate verify failed: unable to get")
            ),
            RETRY,
        ),
        (botocore.exceptions.SSLError(endpoint_url="x", error=ssl.SSLError("[SSL: WRONG_VERSION_NUMBER]")), RETRY),
        (botocore.exceptions.SSLError(endpoint_url="x", error=ssl.SSLError("UNEXPECTED_EOF_WHILE_READING")), "doubt"),
        (
            botocore.exceptions.SSLError(endpoint_url="x", error=ssl.SSLError("DECRYPTION_FAILED_OR_BAD_RECORD_MAC")),
            "doubt",
        ),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="x"), "doubt"),
        (botocore.exceptions.ConnectionClosedError(endpoint_url="x"), "doubt"),
        (botocore.exceptions.HTTPClientError(error=ValueError("x")), "doubt"),
        (ResponseParserError("not XML"), "doubt"),
        (KeyError("something inside a library"), "doubt"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failures_of_boto(error: BaseException, expected: Reaction | str) -> None:
    """What provably did not reach SES is safe to repeat; everything else is in doubt."""
    assert reaction_of(from_exception(error)) == expected


@pytest.mark.parametrize(
    ("response", "expected"),
    [({"MessageId": "1"}, "accepted"), ({}, "doubt"), ({"MessageId": ""}, "doubt"), ({"MessageId": None}, "doubt")],
)
def test_answer_without_an_id_is_no_acceptance(response: dict[str, Any], expected: str) -> None:
    """A 200 that is empty, or a page of a proxy, proves nothing."""
    assert reaction_of(from_response(response)) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"Status": "SUCCESS", "MessageId": "1"}, "accepted"),
        ({"Status": "SUCCESS"}, "doubt"),
        ({"Status": "ACCOUNT_THROTTLED", "Error": "Maximum sending rate exceeded"}, RETRY),
        ({"Status": "ACCOUNT_DAILY_QUOTA_EXCEEDED"}, PAUSE),
        ({"Status": "ACCOUNT_SENDING_PAUSED"}, PAUSE),
        ({"Status": "ACCOUNT_SUSPENDED"}, STOP_ALL),
        ({"Status": "TEMPLATE_NOT_FOUND"}, STOP),
        ({"Status": "MESSAGE_REJECTED"}, FAIL),
        ({"Status": "TRANSIENT_FAILURE"}, "doubt"),
        ({"Status": "FAILED"}, "doubt"),
        ({"Status": "SOMETHING_NEW"}, "doubt"),
        ({}, "doubt"),
    ],
)
def test_entries_of_a_bulk_answer(entry: dict[str, Any], expected: Reaction | str) -> None:
    """Each entry has an outcome of its own inside the one 200."""
    assert reaction_of(from_bulk_entry(entry)) == expected


# --- mail servers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "command", "expected"),
    [
        (421, "connect", RETRY),
        (554, "connect", STOP),
        (535, "login", STOP),
        (550, "mail", STOP),
        (451, "mail", RETRY),
        (450, "rcpt", RETRY),
        (550, "rcpt", FAIL),
        (552, "data", FAIL),
        (452, "data", RETRY),
        (-1, "mail", RETRY),
        (452, "message", RETRY),
        (554, "message", FAIL),
        (-1, "message", "doubt"),
        (25, "message", "doubt"),
        (354, "message", "doubt"),
        (600, "message", "doubt"),
    ],
)
def test_replies_of_mail_servers(code: int, command: str, expected: Reaction | str) -> None:
    """4yz may pass later; 5yz fails the recipient, or stops the edition when it is about the sender or the session.

    What follows a message and is no whole no, such as a 250 that was cut off, may have been a yes.
    """
    assert reaction_of(from_reply(code, "words", command=command)) == expected


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        (454, "Throttling failure: Maximum sending rate exceeded", (RETRY, "SMTP454")),
        (454, "Throttling failure: Daily message quota exceeded", (PAUSE, "DailyQuota")),
        (554, f"Message rejected: {NOT_VERIFIED}news@example.org", (STOP, "SMTP554")),
        (554, f"Message rejected: {NOT_VERIFIED}reader@example.org", (FAIL, "SMTP554")),
    ],
)
def test_words_of_ses_over_smtp(code: int, words: str, expected: tuple[Reaction, str]) -> None:
    """Over SMTP the daily quota and an unverified sender mean what they mean over HTTPS."""
    outcome = from_reply(code, words, command="message", sender="news@example.org")
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code) == expected


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for module in (smtplib, socket, ssl)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and not kind.__name__.startswith("_")
    ],
    ids=lambda kind: kind.__name__,
)
def test_every_exception_of_smtplib_is_in_the_table(kind: type[Exception]) -> None:
    """When smtplib, socket or ssl learn a new exception, somebody must decide what it means."""
    assert smtp_reaction(kind) is not None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), STOP),
        (smtplib.SMTPAuthenticationError(454, b"later"), RETRY),
        (smtplib.SMTPConnectError(421, b"busy"), RETRY),
        (smtplib.SMTPHeloError(501, b"no"), STOP),
        (smtplib.SMTPNotSupportedError("no STARTTLS"), STOP),
        (smtplib.SMTPServerDisconnected("gone"), RETRY),
        (ConnectionRefusedError("refused"), RETRY),
        (TimeoutError("slow"), RETRY),
        (socket.gaierror("no such host"), RETRY),
        (ssl.SSLCertVerificationError("self-signed"), STOP),
        (ValueError("something else"), STOP),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failures_of_smtp(error: Exception, expected: Reaction) -> None:
    """Before the message is on its way every failure is safe to repeat; afterwards every one is in doubt."""
    assert reaction_of(from_smtp(error, sent=False)) == expected
    assert reaction_of(from_smtp(error, sent=True)) == "doubt"


@settings(deadline=None)
@given(st.text(), st.text(), st.integers(-1, 1000), st.text())
def test_any_answer_has_an_outcome(code: str, text: str, status: int, sender: str) -> None:
    """No words of a server make a crash, and reasons stay one line of a ledger."""
    for outcome in (
        from_service(code, text, status=status, sender=sender),
        from_reply(status, text, command="rcpt", sender=sender),
        from_reply(status, text, command="message", sender=sender),
    ):
        assert isinstance(outcome, NotAccepted | InDoubt)
        assert len(outcome.reason) <= 400
        assert len(outcome.reason.splitlines()) <= 1
