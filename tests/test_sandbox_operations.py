"""The sandbox's SES through the real client: it accepts what SES accepts, and refuses what SES refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from publisher.delivery.ses import SesOptions, connect
from publisher.sandbox import Rules, Sandbox

if TYPE_CHECKING:
    from mypy_boto3_sesv2.client import SESV2Client

RAW = b"From: News <news@example.org>\r\nTo: reader@example.net\r\nSubject: Boats\r\n\r\nThe boats left.\r\n"
STRICT = Rules(
    production=False,
    identities=frozenset({"example.org", "friend@example.net"}),
    configuration_sets=frozenset({"newsletters"}),
)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Sandbox, SESV2Client]]:
    """Run a sandbox and a client for it."""
    with Sandbox() as sandbox:
        options = SesOptions(region="eu-west-1", endpoint_url=sandbox.url, access_key="AKID", secret_key="x")
        client = connect(options, attempts=1)
        yield sandbox, client
        client.close()


@pytest.fixture
def ses(running: tuple[Sandbox, SESV2Client]) -> Sandbox:
    """Give a sandbox as new."""
    sandbox = running[0]
    sandbox.account.change(Rules())
    sandbox.reset()
    return sandbox


@pytest.fixture
def client(running: tuple[Sandbox, SESV2Client]) -> SESV2Client:
    """Give a client for it."""
    return running[1]


def refusal(call: Any, **arguments: Any) -> tuple[str, int, str]:  # noqa: ANN401 - any call of the client
    """Make a call that is refused; gives code, status and message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Message"]


def raw(data: bytes = RAW, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - members of SendEmail
    """Give the arguments of a raw send."""
    return {
        "FromEmailAddress": "news@example.org",
        "Destination": {"ToAddresses": ["reader@example.net"]},
        "Content": {"Raw": {"Data": data}},
        **more,
    }


def test_raw_bytes_are_kept(ses: Sandbox, client: SESV2Client) -> None:
    """A raw message is kept byte for byte, under the id that the caller got."""
    answer = client.send_email(**raw())
    (sent,) = ses.messages
    assert (sent.id, sent.raw, sent.recipients, sent.number) == (answer["MessageId"], RAW, ("reader@example.net",), 1)


def test_recipients_come_from_the_headers_where_the_call_names_none(ses: Sandbox, client: SESV2Client) -> None:
    """Without a Destination the To, Cc and Bcc headers say who gets it."""
    arguments = raw(RAW.replace(b"Subject", b"Cc: Ann <ann@example.net>\r\nSubject"))
    del arguments["Destination"]
    del arguments["FromEmailAddress"]
    client.send_email(**arguments)
    assert ses.messages[0].recipients == ("reader@example.net", "ann@example.net")
    assert ses.messages[0].sender == "news@example.org"


def test_simple_content_becomes_a_message(ses: Sandbox, client: SESV2Client) -> None:
    """Simple content with headers of the caller's own is written as SES writes it."""
    client.send_email(
        FromEmailAddress="News <news@example.org>",
        Destination={"ToAddresses": ["reader@example.net"], "CcAddresses": ["ann@example.net"]},
        ReplyToAddresses=["editors@example.org"],
        Content={
            "Simple": {
                "Subject": {"Data": "Žluté lodě"},
                "Body": {"Text": {"Data": "text"}, "Html": {"Data": "<p>html</p>"}},
                "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://x.example/u>"}],
            },
        },
    )
    sent = ses.messages[0]
    assert sent.recipients == ("reader@example.net", "ann@example.net")
    assert sent.raw.startswith(b"List-Unsubscribe: <https://x.example/u>\r\n")
    for piece in (b"Reply-To: editors@example.org", b"<p>html</p>", b"text/plain", b"=?utf-8?"):
        assert piece in sent.raw


def test_control_headers_are_obeyed_and_the_call_goes_first(ses: Sandbox, client: SESV2Client) -> None:
    """X-SES-* in a message set tags and configuration set, unless the call does; tags are not merged."""
    message = b"X-SES-CONFIGURATION-SET: from-header\r\nX-SES-MESSAGE-TAGS: a=1, b=2\r\n" + RAW
    client.send_email(**raw(message))
    client.send_email(**raw(message, ConfigurationSetName="from-call", EmailTags=[{"Name": "c", "Value": "3"}]))
    first, second = ses.messages
    assert (first.configuration_set, first.tags) == ("from-header", {"a": "1", "b": "2"})
    assert (second.configuration_set, second.tags) == ("from-call", {"c": "3"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (raw(Destination={"ToAddresses": [f"r{n}@example.net" for n in range(51)]}), "exceeds 50"),
        (raw(Destination={"ToAddresses": []}), "at least one recipient"),
        (raw(Destination={"ToAddresses": ["nobody"]}), "Missing final '@domain'"),
        (raw(Destination={"ToAddresses": ["josé@example.net"]}), "Illegal address"),
        (raw(FromEmailAddress="nobody"), "Missing final '@domain'"),
        (raw(EmailTags=[{"Name": "to", "Value": "reader@example.net"}]), "ASCII letters"),
        (raw(EmailTags=[{"Name": "x" * 257, "Value": "y"}]), "ASCII letters"),
        (raw(b"no header at all\r\n\r\n"), "Expected a header"),
        (raw(b"From: a@example.org\r\nFrom: b@example.org\r\n\r\n"), "Duplicate header 'from'"),
        (raw(b"X-A: 1\r\n" + RAW + b"x" * 999), "longer than 998"),
        (raw(Content={}), "exactly one"),
        (raw(Content={"Simple": {"Subject": {"Data": "x"}, "Body": {}}}), "Body must have"),
        (
            raw(
                Content={
                    "Simple": {
                        "Subject": {"Data": "x"},
                        "Body": {"Text": {"Data": "x"}},
                        "Headers": [{"Name": "X-A", "Value": "1\r\nBcc: a@b.c"}],
                    },
                },
            ),
            "Illegal value",
        ),
        (
            raw(
                Content={
                    "Simple": {
                        "Subject": {"Data": "x"},
                        "Body": {"Text": {"Data": "x"}},
                        "Headers": [{"Name": f"X-{n}", "Value": "1"} for n in range(16)],
                    },
                },
            ),
            "at most 15",
        ),
        (raw(Content={"Simple": {"Subject": {"Data": "x\r\nBcc: a@b.c"}, "Body": {"Text": {"Data": "x"}}}}), "Illegal"),
        (
            raw(
                Content={
                    "Simple": {
                        "Subject": {"Data": "x"},
                        "Body": {"Text": {"Data": "x"}},
                        "Headers": [{"Name": "X A", "Value": "1"}],
                    },
                },
            ),
            "pattern",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_boto_lets_through_and_ses_does_not(
    ses: Sandbox,
    client: SESV2Client,
    arguments: dict[str, Any],
    words: str,
) -> None:
    """boto3 checks little of this; the sandbox refuses it with BadRequestException, as SES does."""
    code, status, message = refusal(client.send_email, **arguments)
    assert (code, status) == ("BadRequestException", 400)
    assert words in message
    assert ses.messages == ()


def test_unverified_identities_are_rejected(ses: Sandbox, client: SESV2Client) -> None:
    """In SES's own sandbox sender and recipients must be identities; the mailbox simulator always may."""
    ses.account.change(STRICT)
    code, status, message = refusal(client.send_email, **raw())
    assert (code, status) == ("MessageRejected", 400)
    assert message.endswith("in region EU-WEST-1: reader@example.net")
    for address in ("friend@example.net", "anyone@example.org", "success+1@simulator.amazonses.com"):
        client.send_email(**raw(Destination={"ToAddresses": [address]}))
    assert len(ses.messages) == 3


def test_unknown_configuration_set_is_not_found(ses: Sandbox, client: SESV2Client) -> None:
    """A configuration set must exist."""
    ses.account.change(STRICT)
    code, status, message = refusal(client.send_email, **raw(ConfigurationSetName="other"))
    assert (code, status) == ("NotFoundException", 404)
    assert "<other>" in message


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (Rules(sending_enabled=False), "SendingPausedException"),
        (Rules(enforcement="SHUTDOWN"), "AccountSuspendedException"),
        (Rules(max_24_hour=0), "LimitExceededException"),
        (Rules(denied=frozenset({"SendEmail"})), "AccessDeniedException"),
    ],
)
def test_account_that_may_not_send(ses: Sandbox, client: SESV2Client, rules: Rules, code: str) -> None:
    """Paused, suspended, used up, forbidden: each with SES's own code."""
    ses.account.change(rules)
    assert refusal(client.send_email, **raw())[0] == code


def template(**more: Any) -> Any:  # noqa: ANN401 - members of Template
    """Give an inline template with a default name."""
    content = {"Subject": "Dear {{name}}", "Text": "Hello {{name}}", "Html": "<p>{{name}}</p>"}
    return {"TemplateContent": content, "TemplateData": json.dumps({"name": "reader"}), **more}


def test_template_is_filled(ses: Sandbox, client: SESV2Client) -> None:
    """An inline template takes its data, and nothing is escaped: that is SES, and why we render ourselves."""
    data = json.dumps({"name": "<b>Ann</b>"})
    client.send_email(**raw(Content={"Template": template(TemplateData=data)}))
    assert b"<p><b>Ann</b></p>" in ses.messages[0].raw


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"TemplateName": "stored"}, "NotFoundException"),
        (template(TemplateData="no JSON"), "BadRequestException"),
        (template(TemplateData="[]"), "BadRequestException"),
        (template(TemplateData="{}"), "BadRequestException"),
    ],
)
def test_template_that_cannot_be_filled(ses: Sandbox, client: SESV2Client, content: dict[str, Any], code: str) -> None:
    """A stored template is not there; data must be an object with every name."""
    assert refusal(client.send_email, **raw(Content={"Template": content}))[0] == code
    assert ses.messages == ()


def send_bulk(client: SESV2Client, entries: list[Any], **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Send a bulk; gives the results of its entries."""
    answer = client.send_bulk_email(
        FromEmailAddress="news@example.org",
        DefaultContent={"Template": template()},
        BulkEmailEntries=entries,
        **more,
    )
    return [dict(result) for result in answer["BulkEmailEntryResults"]]


def entry(address: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - members of an entry
    """Give an entry for one recipient."""
    return {"Destination": {"ToAddresses": [address]}, **more}


def test_bulk_has_a_status_for_each_entry(ses: Sandbox, client: SESV2Client) -> None:
    """Each entry is its own message with its own data, headers and tags; a bad one does not spoil its neighbours."""
    replaced = {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps({"name": "Ann"})}}
    results = send_bulk(
        client,
        [
            entry(
                "ann@example.net",
                ReplacementEmailContent=replaced,
                ReplacementHeaders=[{"Name": "X-Reader", "Value": "ann"}],
                ReplacementTags=[{"Name": "delivery", "Value": "d1"}],
            ),
            entry("nobody"),
            entry("bob@example.net"),
        ],
        DefaultEmailTags=[{"Name": "edition", "Value": "e1"}, {"Name": "delivery", "Value": "d0"}],
    )
    assert [result["Status"] for result in results] == ["SUCCESS", "INVALID_PARAMETER", "SUCCESS"]
    ann, bob = ses.messages
    assert ann.id == results[0]["MessageId"]
    assert ann.tags == {"edition": "e1", "delivery": "d1"}
    assert b"X-Reader: ann\r\n" in ann.raw
    assert b"Hello Ann" in ann.raw
    assert b"Hello reader" in bob.raw


def test_bulk_is_throttled_by_recipient(ses: Sandbox, client: SESV2Client) -> None:
    """Bulk does not raise the quota: what is over it comes back throttled inside a 200."""
    ses.account.change(Rules(max_send_rate=2, max_24_hour=100))
    results = send_bulk(client, [entry(f"r{number}@example.net") for number in range(4)])
    assert [result["Status"] for result in results] == ["SUCCESS"] * 2 + ["ACCOUNT_THROTTLED"] * 2
    ses.account.change(Rules(max_24_hour=3))
    results = send_bulk(client, [entry(f"r{number}@example.net") for number in range(2)])
    assert [result["Status"] for result in results] == ["SUCCESS", "ACCOUNT_DAILY_QUOTA_EXCEEDED"]


def test_bulk_as_a_whole_may_be_refused(ses: Sandbox, client: SESV2Client) -> None:
    """More than fifty entries, no entry, no template, and an account that may not send are refused at once."""
    for count in (0, 51):
        code = refusal(lambda count=count: send_bulk(client, [entry("a@example.net")] * count))[0]
        assert code == "BadRequestException"
    code = refusal(client.send_bulk_email, DefaultContent={}, BulkEmailEntries=[entry("a@example.net")])[0]
    assert code == "BadRequestException"
    ses.account.change(Rules(sending_enabled=False))
    assert refusal(lambda: send_bulk(client, [entry("a@example.net")]))[0] == "SendingPausedException"


def test_account_and_identities_are_told(ses: Sandbox, client: SESV2Client) -> None:
    """GetAccount counts what was sent; identities and configuration sets are those of the rules."""
    ses.account.change(STRICT)
    client.send_email(**raw(Destination={"ToAddresses": ["friend@example.net"]}))
    client.send_email(**raw(Destination={"ToAddresses": ["success@simulator.amazonses.com"]}))
    account = client.get_account()
    assert account["SendQuota"]["SentLast24Hours"] == 1
    assert account["ProductionAccessEnabled"] is False
    names = [one.get("IdentityName") for one in client.list_email_identities()["EmailIdentities"]]
    assert names == ["example.org", "friend@example.net"]
    assert client.get_email_identity(EmailIdentity="friend@example.net")["IdentityType"] == "EMAIL_ADDRESS"
    assert refusal(client.get_email_identity, EmailIdentity="other.example")[0] == "NotFoundException"
    assert client.list_configuration_sets()["ConfigurationSets"] == ["newsletters"]
    assert client.get_configuration_set(ConfigurationSetName="newsletters")["ConfigurationSetName"] == "newsletters"
    assert refusal(client.get_configuration_set, ConfigurationSetName="other")[0] == "NotFoundException"


def test_suppression_list(ses: Sandbox, client: SESV2Client) -> None:
    """Addresses are put on, found, listed a page at a time, and taken off."""
    del ses
    for name in ("a", "b", "c"):
        client.put_suppressed_destination(EmailAddress=f"{name}@example.net", Reason="BOUNCE")
    client.put_suppressed_destination(EmailAddress="d@example.net", Reason="COMPLAINT")
    found = client.get_suppressed_destination(EmailAddress="a@example.net")["SuppressedDestination"]
    assert (found["EmailAddress"], found["Reason"]) == ("a@example.net", "BOUNCE")
    first = client.list_suppressed_destinations(Reasons=["BOUNCE"], PageSize=2)
    second = client.list_suppressed_destinations(Reasons=["BOUNCE"], PageSize=2, NextToken=first["NextToken"])
    names = [one["EmailAddress"] for page in (first, second) for one in page["SuppressedDestinationSummaries"]]
    assert names == ["a@example.net", "b@example.net", "c@example.net"]
    assert "NextToken" not in second
    client.delete_suppressed_destination(EmailAddress="a@example.net")
    assert refusal(client.get_suppressed_destination, EmailAddress="a@example.net")[0] == "NotFoundException"
    assert refusal(client.delete_suppressed_destination, EmailAddress="a@example.net")[0] == "NotFoundException"
    wrong = refusal(client.put_suppressed_destination, EmailAddress="a@example.net", Reason="DISLIKE")
    assert wrong[0] == "BadRequestException"


def test_what_the_sandbox_does_not_have_is_said(client: SESV2Client) -> None:
    """Other operations of SES are refused by name."""
    code, status, message = refusal(client.list_contact_lists)
    assert (code, status) == ("UnknownOperationException", 404)
    assert "ListContactLists" in message
