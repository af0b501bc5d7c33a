"""What an AWS account needs before it takes mail for us: a DNS record, a bucket, a queue, a receipt rule. Pure text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from publisher.delivery.provision import Place, Record, Step, allow, find_place, queue_words

_NAME: Final = "publisher"
_DAYS: Final = 30  # letters that nobody acted on hold addresses: they are not kept for good
_OLDEST: Final = "us-east-1"  # the one region that must not be named when a bucket is made


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """Where mail to an address goes: a bucket, and the queue that tells of it. `place` names the queue."""

    address: str
    bucket: str
    place: Place

    @property
    def domain(self) -> str:
        """Give the domain whose mail SES takes."""
        return self.address.rpartition("@")[2]


def find_receiving(*, address: str, bucket: str | None, queue_url: str | None, place: Place) -> Receiving | None:
    """Read from the settings what SES receives; None: nothing."""
    if not address or not bucket or not queue_url:
        return None
    region = None if place.region == Place().region else place.region
    found = find_place(region=region, configuration_set=None, queue_url=queue_url, topics=())
    return Receiving(address=address, bucket=bucket, place=found)


def list_records(receiving: Receiving) -> tuple[Record, ...]:
    """List the DNS record that leads mail to SES."""
    return (
        Record(
            name=receiving.domain,
            type="MX",
            value=f"10 inbound-smtp.{receiving.place.region}.amazonaws.com",
            note="Unsubscriptions by mail: SES takes all mail of this domain, so give it one of its own",
        ),
    )


def list_statements(receiving: Receiving) -> list[dict[str, Any]]:
    """List what the IAM policy must allow to who reads."""
    bucket = _bucket(receiving)
    return [
        {
            "Sid": "ReadMail",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:DeleteObject"],
            "Resource": f"{bucket}/*",
        },
        {"Sid": "FindMail", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": bucket},
        {
            "Sid": "HearOfMail",
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": receiving.place.arn("sqs", receiving.place.queue),
        },
    ]


def list_steps(receiving: Receiving) -> tuple[Step, ...]:
    """List the commands that lead mail into bucket and queue, in the order to run them."""
    return (*_bucket_steps(receiving), *_rule_steps(receiving))


def _bucket_steps(receiving: Receiving) -> tuple[Step, ...]:
    """Make the bucket and the queue, and let one tell the other."""
    place, named = receiving.place, ("--bucket", receiving.bucket)
    queue, end = place.arn("sqs", place.queue), ("--region", place.region)
    rule = place.arn("ses", f"receipt-rule-set/{_NAME}:receipt-rule/{_NAME}")
    from_rule = {"StringEquals": {"AWS:SourceAccount": place.account, "AWS:SourceArn": rule}}
    from_bucket = {
        "ArnEquals": {"aws:SourceArn": _bucket(receiving)},
        "StringEquals": {"aws:SourceAccount": place.account},
    }
    elsewhere = json.dumps({"LocationConstraint": place.region})
    where = () if place.region == _OLDEST else ("--create-bucket-configuration", elsewhere)
    expiry = {"ID": "old-mail", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": _DAYS}}
    told = {"QueueConfigurations": [{"QueueArn": queue, "Events": ["s3:ObjectCreated:*"]}]}
    may_put = json.dumps(allow("ses.amazonaws.com", "s3:PutObject", f"{_bucket(receiving)}/*", from_rule))
    may_tell = json.dumps(allow("s3.amazonaws.com", "sqs:SendMessage", queue, from_bucket))
    return (
        _s3("Make the bucket for mail", "create-bucket", *named, *where, *end),
        _s3(
            "Let this receipt rule, and nobody else, put mail into it",
            "put-bucket-policy",
            *named,
            "--policy",
            may_put,
            *end,
        ),
        _s3(
            f"Delete what is left there after {_DAYS} days",
            *("put-bucket-lifecycle-configuration", *named),
            *("--lifecycle-configuration", json.dumps({"Rules": [expiry]}), *end),
        ),
        Step(
            why="Make the queue that tells of mail",
            words=(*queue_words(place.queue, {"Policy": may_tell}), *end),
        ),
        _s3(
            "Let the bucket tell the queue of each mail",
            *("put-bucket-notification-configuration", *named),
            *("--notification-configuration", json.dumps(told), *end),
        ),
    )


def _rule_steps(receiving: Receiving) -> tuple[Step, ...]:
    """Make the receipt rule, which takes the address with every token, and switch it on."""
    end = ("--region", receiving.place.region)
    rule = {
        "Name": _NAME,
        "Enabled": True,
        "Recipients": [receiving.address],
        "ScanEnabled": True,
        "Actions": [{"S3Action": {"BucketName": receiving.bucket, "ObjectKeyPrefix": "mail/"}}],
    }
    named = ("--rule-set-name", _NAME)
    return (
        Step(
            why="Make a set of receipt rules; if one is active already, add the rule to it and leave out the last step",
            words=("aws", "ses", "create-receipt-rule-set", *named, *end),
        ),
        Step(
            why=f"Take mail to {receiving.address}, with whatever token behind a plus sign",
            words=("aws", "ses", "create-receipt-rule", *named, "--rule", json.dumps(rule), *end),
        ),
        Step(
            why="Switch the set on",
            words=("aws", "ses", "set-active-receipt-rule-set", *named, *end),
        ),
    )


def _s3(why: str, *words: str) -> Step:
    """Write a command of S3."""
    return Step(why=why, words=("aws", "s3api", *words))


def _bucket(receiving: Receiving) -> str:
    """Name the bucket as policies do."""
    return f"arn:{receiving.place.partition}:s3:::{receiving.bucket}"
