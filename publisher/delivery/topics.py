"""Topics of Amazon SNS, as far as it matters how they sign."""

from __future__ import annotations

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from publisher.errors import TransportError

_CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})


def signature_version(topic: str) -> str:
    """Ask with which version a topic signs: "1" is SHA-1, "2" SHA-256.

    Raises: TransportError, with the way out, when it cannot be asked.
    """
    region = (topic.split(":") + [""] * 4)[3]
    try:
        client = boto3.session.Session().client("sns", region_name=region or None, config=_CONFIG)
        try:
            found: dict[str, str] = client.get_topic_attributes(TopicArn=topic)["Attributes"]
        finally:
            client.close()
    except (BotoCoreError, ClientError, ValueError) as error:
        fix = "look at [events] topic_arns, and allow sns:GetTopicAttributes in the IAM policy"
        raise TransportError(topic, f"cannot be asked ({error})", fix) from error
    return found.get("SignatureVersion", "1")
