"""What an AWS account needs before it mails: DNS records, an IAM policy, commands, a request. Pure text, no call.

Names in capitals, such as ACCOUNT-ID, stand for what is not known and has to be filled in.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from publisher.delivery.breaker import BOUNCES, COMPLAINTS, LEAST_RESULTS

UNKNOWN_REGION: Final = "REGION"
UNKNOWN_ACCOUNT: Final = "ACCOUNT-ID"
EVENTS: Final = ("SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY_DELAY", "RENDERING_FAILURE")
_DKIM_ZONE: Final = "dkim.amazonses.com"
_DKIM_KEYS: Final = 3
_KEPT: Final = 14 * 24 * 3600  # seconds: the longest that SQS keeps a message
_ATTEMPTS: Final = 5
_ARN: Final = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?P<name>[A-Za-z0-9_-]+)")
_QUEUE: Final = re.compile(r"https://sqs\.(?P<region>[a-z0-9-]+)\.[^/]+/(?P<account>\d{12})/(?P<name>[A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where things are in AWS, and what they are called there."""

    region: str = UNKNOWN_REGION
    account: str = UNKNOWN_ACCOUNT
    configuration_set: str = "newsletters"
    topic: str = "ses-events"
    queue: str = "ses-events"

    @property
    def partition(self) -> str:
        """Give the part of AWS that the region belongs to."""
        for start, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")):
            if self.region.startswith(start):
                return partition
        return "aws"

    @property
    def host(self) -> str:
        """Give the domain of the endpoints in that part."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def arn(self, kind: str, name: str) -> str:
        """Name a resource of the account."""
        return f"arn:{self.partition}:{kind}:{self.region}:{self.account}:{name}"


def find_place(
    *, region: str | None, configuration_set: str | None, queue_url: str | None, topics: Sequence[str]
) -> Place:
    """Read names, account and region out of the settings; what they do not say keeps its default."""
    queue = _QUEUE.fullmatch(queue_url or "")
    topic = next((found for one in topics if (found := _ARN.fullmatch(one))), None)
    first = queue or topic
    usual = Place()
    return Place(
        region=region or (first["region"] if first else usual.region),
        account=first["account"] if first else usual.account,
        configuration_set=configuration_set or usual.configuration_set,
        topic=topic["name"] if topic else usual.topic,
        queue=queue["name"] if queue else usual.queue,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain that newsletters come from; `tokens` empty: SES has not been asked for them yet."""

    name: str
    mail_from: str
    tokens: tuple[str, ...] = ()
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One DNS record; `note` says what it is for and what is still missing."""

    name: str
    type: str
    value: str
    note: str


def list_records(domain: Domain, place: Place) -> tuple[Record, ...]:
    """List every DNS record of a domain: DKIM, MAIL FROM, SPF, DMARC."""
    missing = "" if domain.tokens else "; the three tokens are what `aws sesv2 get-email-identity` prints (see below)"
    tokens = domain.tokens or tuple(f"TOKEN{number}" for number in range(1, _DKIM_KEYS + 1))
    zone = domain.zone or _DKIM_ZONE
    dkim = (
        Record(
            name=f"{token}._domainkey.{domain.name}",
            type="CNAME",
            value=f"{token}.{zone}",
            note=f"DKIM: signs what you send{missing}",
        )
        for token in tokens
    )
    return (
        *dkim,
        Record(
            name=domain.mail_from,
            type="MX",
            value=f"10 feedback-smtp.{place.region}.amazonses.com",
            note="MAIL FROM: bounces come back here; the name must have no other MX",
        ),
        Record(
            name=domain.mail_from,
            type="TXT",
            value="v=spf1 include:amazonses.com ~all",
            note="SPF of the MAIL FROM domain, aligned with the From",
        ),
        Record(
            name=f"_dmarc.{domain.name}",
            type="TXT",
            value=f"v=DMARC1; p=none; rua=mailto:dmarc@{domain.name}",
            note="DMARC: begin with p=none, read the reports, then go to quarantine; keep the record that there is",
        ),
    )


def write_policy(domains: Sequence[str], senders: Sequence[str], place: Place) -> dict[str, Any]:
    """Write the IAM policy of who sends: these senders, one configuration set, one queue, and what doctor reads."""
    identities = [place.arn("ses", f"identity/{one}") for one in domains]
    configuration_set = place.arn("ses", f"configuration-set/{place.configuration_set}")
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Send",
                "Effect": "Allow",
                "Action": ["ses:SendEmail", "ses:SendRawEmail"],
                "Resource": [*identities, configuration_set],
                "Condition": {"StringEquals": {"ses:FromAddress": list(senders)}},
            },
            {
                "Sid": "ReadAccountAndSuppress",
                "Effect": "Allow",
                "Action": ["ses:GetAccount", "ses:GetSuppressedDestination", "ses:PutSuppressedDestination"],
                "Resource": "*",
            },
            {
                "Sid": "ReadSetUp",
                "Effect": "Allow",
                "Action": ["ses:GetEmailIdentity", "ses:GetConfigurationSetEventDestinations"],
                "Resource": [*identities, configuration_set],
            },
            {
                "Sid": "ReadTopic",
                "Effect": "Allow",
                "Action": ["sns:GetTopicAttributes"],
                "Resource": place.arn("sns", place.topic),
            },
            {
                "Sid": "TakeEvents",
                "Effect": "Allow",
                "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                "Resource": place.arn("sqs", place.queue),
            },
        ],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of the AWS command line, as its words, and why it is run."""

    why: str
    words: tuple[str, ...]

    @property
    def command(self) -> str:
        """Give the command as a shell takes it."""
        return shlex.join(self.words)


def list_steps(domains: Sequence[Domain], place: Place) -> tuple[Step, ...]:
    """List the commands that set up identities, configuration set, topic and queue, in the order to run them."""
    identities = (step for domain in domains for step in _identity_steps(domain, place))
    return (*identities, *_event_steps(place))


def _identity_steps(domain: Domain, place: Place) -> tuple[Step, ...]:
    """Make a domain known to SES."""
    name, identity = domain.name, ("--email-identity", domain.name)
    return (
        _ses(
            place,
            f"Make {name} known, with DKIM keys of 2048 bits",
            *("create-email-identity", *identity),
            *("--dkim-signing-attributes", "NextSigningKeyLength=RSA_2048_BIT"),
        ),
        _ses(
            place,
            "Print the three DKIM tokens for the CNAME records",
            *("get-email-identity", *identity, "--query", "DkimAttributes.Tokens"),
        ),
        _ses(
            place,
            "Let bounces come back to a name of your own",
            *("put-email-identity-mail-from-attributes", *identity),
            *("--mail-from-domain", domain.mail_from, "--behavior-on-mx-failure", "USE_DEFAULT_VALUE"),
        ),
    )


def _event_steps(place: Place) -> tuple[Step, ...]:
    """Lead the events of SES into a queue."""
    topic, queue = place.arn("sns", place.topic), place.arn("sqs", place.queue)
    source = place.arn("ses", f"configuration-set/{place.configuration_set}")
    from_ses = {"StringEquals": {"AWS:SourceAccount": place.account, "AWS:SourceArn": source}}
    from_topic = {"ArnEquals": {"aws:SourceArn": topic}}
    kept = {"MessageRetentionPeriod": str(_KEPT)}
    redrive = json.dumps({"deadLetterTargetArn": f"{queue}-dead", "maxReceiveCount": str(_ATTEMPTS)})
    policy = json.dumps(allow("sns.amazonaws.com", "sqs:SendMessage", queue, from_topic))
    destination = {"Enabled": True, "MatchingEventTypes": list(EVENTS), "SnsDestination": {"TopicArn": topic}}
    named = ("--configuration-set-name", place.configuration_set)
    end = ("--region", place.region)
    return (
        _ses(
            place,
            "Make the configuration set; opens and clicks are not tracked",
            *("create-configuration-set", *named, "--suppression-options", "SuppressedReasons=BOUNCE,COMPLAINT"),
        ),
        Step(
            why="Make the topic; version 2 signs with SHA-256",
            words=("aws", "sns", "create-topic", "--name", place.topic, "--attributes", "SignatureVersion=2", *end),
        ),
        Step(
            why="Let this configuration set, and nobody else, publish to it",
            words=(
                *("aws", "sns", "set-topic-attributes", "--topic-arn", topic, "--attribute-name", "Policy"),
                *("--attribute-value", json.dumps(allow("ses.amazonaws.com", "sns:Publish", topic, from_ses)), *end),
            ),
        ),
        Step(
            why="Make the queue of what could not be read",
            words=(*queue_words(f"{place.queue}-dead", kept), *end),
        ),
        Step(
            why="Make the queue of events, which takes messages of this topic only",
            words=(*queue_words(place.queue, {**kept, "RedrivePolicy": redrive, "Policy": policy}), *end),
        ),
        Step(
            why="Lead the topic into the queue, the events as they are",
            words=(
                *("aws", "sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs"),
                *("--notification-endpoint", queue, "--attributes", "RawMessageDelivery=true", *end),
            ),
        ),
        _ses(
            place,
            "Lead the events into the topic; SEND is what settles doubt",
            *("create-configuration-set-event-destination", *named, "--event-destination-name", "publisher"),
            *("--event-destination", json.dumps(destination)),
        ),
    )


def _ses(place: Place, why: str, *words: str) -> Step:
    """Write a command of SES."""
    return Step(why=why, words=("aws", "sesv2", *words, "--region", place.region))


def queue_words(name: str, attributes: Mapping[str, str]) -> tuple[str, ...]:
    """Write the command that makes a queue."""
    return ("aws", "sqs", "create-queue", "--queue-name", name, "--attributes", json.dumps(attributes))


def allow(who: str, action: str, resource: str, condition: Mapping[str, Any]) -> dict[str, Any]:
    """Write a policy that lets one AWS service do one thing."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": who},
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Who asks for production access, and how people come and go. `subscribers` None: left to fill in."""

    name: str
    url: str
    postal_address: str
    titles: tuple[str, ...]
    senders: tuple[str, ...]
    open_to_all: bool = True
    confirm_days: int = 7
    subscribers: int | None = None


def write_request(publication: Publication) -> str:
    """Write the request for production access, as the use case that AWS asks for."""
    one = publication
    number = "[HOW MANY]" if one.subscribers is None else f"{one.subscribers:,}"
    consent = (
        f"People sign up on {one.url} and confirm by a link in a mail sent to their address (double opt-in). Who does "
        f"not confirm within {one.confirm_days} days is forgotten and gets nothing more."
        if one.open_to_all
        else "The pages take no sign-ups. Our editors enter people who have asked for the newsletter."
    )
    address = f" Each mail carries our postal address: {one.postal_address}." if one.postal_address else ""
    lead = (
        f"{one.name} ({one.url}) publishes newsletters: {', '.join(one.titles)}. We send them from "
        f"{', '.join(one.senders)} to {number} subscribers, each as one message to one recipient."
    )
    leaving = (
        "Leaving: every mail has List-Unsubscribe and List-Unsubscribe-Post headers (one click, RFC 8058) and a "
        f"link in its text. It works at once, without a login, and never expires.{address}"
    )
    return "\n\n".join(
        (lead, f"Consent: {consent} We do not buy, rent or scrape addresses.", leaving, _BOUNCES, _DOMAINS)
    )


_BOUNCES: Final = (
    "Bounces and complaints: the events of our configuration set reach our software through SNS and SQS. A permanent "
    "bounce or a complaint suppresses the address at once, repeated temporary bounces do so too, and it is checked "
    f"again just before each message. An edition pauses by itself when, after {LEAST_RESULTS} results, hard bounces "
    f"pass {BOUNCES:.0%} or complaints {COMPLAINTS:.1%}."
)
_DOMAINS: Final = (
    "The sending domains are signed with DKIM, have their own MAIL FROM domain with SPF, and publish DMARC. The "
    "sending rate stays below the one that GetAccount gives."
)


def request_step(publication: Publication, place: Place) -> Step:
    """Write the command that hands the request in."""
    return _ses(
        place,
        "Ask for production access",
        *("put-account-details", "--production-access-enabled", "--mail-type", "MARKETING"),
        *("--website-url", publication.url, "--contact-language", "EN"),
        *("--use-case-description", write_request(publication)),
    )
