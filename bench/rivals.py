"""What others take to send the same digest to the same SES: one message each, as their documents say.

    python rivals.py boto3|anymail|django-ses URL NUMBER < digest.json

Runs in an environment of its own, which `bench_send.py` makes; prints recipients and CPU seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

ANYTHING = "x"  # opens nothing
KEYS = {"aws_access_key_id": "AKID", "aws_secret_access_key": ANYTHING}
REGION = "eu-west-1"


def send_with_boto3(url: str, digest: dict[str, str]) -> Callable[[int], None]:
    """Prepare boto3's bare send_email of bytes that are built once."""
    import boto3  # noqa: PLC0415 - each rival is loaded only where it is measured

    client = boto3.client(
        "sesv2", region_name=REGION, endpoint_url=url, aws_access_key_id="AKID", aws_secret_access_key=ANYTHING
    )
    raw = digest["raw"].encode("ascii")

    def work(number: int) -> None:
        for place in range(number):
            client.send_email(
                FromEmailAddress="news@example.org",
                Destination={"ToAddresses": [f"reader{place}@example.net"]},
                Content={"Raw": {"Data": raw}},
            )

    return work


def send_with_django(backend: str, url: str, digest: dict[str, str]) -> Callable[[int], None]:
    """Prepare a Django mail backend, with one connection for all messages."""
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: PLC0415 - as above

    settings.configure(
        EMAIL_BACKEND=backend,
        ANYMAIL={
            "AMAZON_SES_CLIENT_PARAMS": {"endpoint_url": url, "region_name": REGION, **KEYS},
            "AMAZON_SES_SESSION_PARAMS": {"region_name": REGION},
        },
        AWS_ACCESS_KEY_ID=KEYS["aws_access_key_id"],
        AWS_SECRET_ACCESS_KEY=KEYS["aws_secret_access_key"],
        AWS_SES_REGION_NAME=REGION,
        AWS_SES_REGION_ENDPOINT_URL=url,
        AWS_SES_AUTO_THROTTLE=None,
        USE_SES_V2=True,
        DEFAULT_CHARSET="utf-8",
    )

    def work(number: int) -> None:
        with get_connection() as connection:
            for place in range(number):
                message = EmailMultiAlternatives(
                    digest["subject"],
                    digest["text"],
                    "news@example.org",
                    [f"reader{place}@example.net"],
                    connection=connection,
                )
                message.attach_alternative(digest["html"], "text/html")
                message.send()

    return work


def main() -> None:
    """Send a few to warm up, then measure."""
    name, url, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    digest = json.load(sys.stdin)
    backends = {"anymail": "anymail.backends.amazon_ses.EmailBackend", "django-ses": "django_ses.SESBackend"}
    work = send_with_boto3(url, digest) if name == "boto3" else send_with_django(backends[name], url, digest)
    work(20)
    began, cpu = time.perf_counter(), time.process_time()
    work(number)
    print(json.dumps({"sent": number, "wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
