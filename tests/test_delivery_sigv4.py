"""Our signature and our body are those of botocore, header by header and byte by byte."""

from __future__ import annotations

import json
from binascii import b2a_base64
from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery.ses import SesOptions, connect
from publisher.delivery.sigv4 import Keys, Target, sign, write_body

PATH = "/v2/email/outbound-emails"
_words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
_names = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)


def read_head(head: bytes) -> tuple[str, dict[str, str]]:
    """Read the head of a request: its first line and its headers."""
    assert head.endswith(b"\r\n\r\n")
    first, *lines = head.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")
    return first, dict(line.split(": ", 1) for line in lines)


def text(value: str | bytes) -> str:
    """Read a header, which botocore keeps as bytes or as text."""
    return value.decode("ascii") if isinstance(value, bytes) else value


@given(
    body=st.lists(st.binary(max_size=200), min_size=1, max_size=4),
    access=_words,
    secret=_words,
    token=st.none() | _words,
    host=_names,
    region=_names,
    service=_names,
    now=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is given beside
)
def test_signature_is_that_of_botocore(  # noqa: PLR0913 - what a signature depends on
    *,
    body: list[bytes],
    access: str,
    secret: str,
    token: str | None,
    host: str,
    region: str,
    service: str,
    now: datetime,
) -> None:
    """For any keys, place, time and body, botocore's signer writes the same Authorization."""
    target = Target(host=f"{host}.example", path=PATH, region=region, service=service, user_agent="test/1")
    first, headers = read_head(sign(target, body, Keys(access=access, secret=secret, token=token), now))
    request = AWSRequest("POST", f"https://{host}.example{PATH}", data=b"".join(body))
    request.headers["Content-Type"] = "application/json"
    request.headers["X-Amz-Date"] = stamp = f"{now:%Y%m%dT%H%M%SZ}"
    if token:
        request.headers["X-Amz-Security-Token"] = token
    request.context["timestamp"] = stamp
    theirs = SigV4Auth(Credentials(access, secret, token), service, region)
    canonical = theirs.canonical_request(request)
    signature = theirs.signature(theirs.string_to_sign(request, canonical), request)
    assert first == f"POST {PATH} HTTP/1.1"
    assert headers["authorization"] == (
        f"AWS4-HMAC-SHA256 Credential={access}/{stamp[:8]}/{region}/{service}/aws4_request, "
        f"SignedHeaders={canonical.splitlines()[-2]}, Signature={signature}"
    )
    assert headers.get("x-amz-security-token") == token
    assert headers["content-length"] == str(len(b"".join(body)))


@pytest.mark.parametrize("tags", [{}, {"delivery": "01J0", "attempt": "1"}])
@pytest.mark.parametrize("configuration_set", [None, "newsletters"])
@pytest.mark.parametrize(
    "recipient", ["reader@example.net", '"a \\ b"@example.net', "o'neil+news@xn--bcher-kva.example"]
)
def test_body_is_that_of_boto3(tags: dict[str, str], configuration_set: str | None, recipient: str) -> None:
    """boto3 would send exactly these bytes, under these headers and these names of signed headers."""
    raw = bytes(range(256)) * 3 + b"x"
    kept: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: object) -> None:
        kept.append(request)
        raise InterruptedError

    client = connect(SesOptions(region="eu-west-1", access_key="AKID", secret_key="secret"), attempts=1)
    client.meta.events.register("before-send.sesv2.SendEmail", keep)
    more: dict[str, object] = {}
    if tags:
        more["EmailTags"] = [{"Name": name, "Value": value} for name, value in tags.items()]
    if configuration_set:
        more["ConfigurationSetName"] = configuration_set
    with pytest.raises(InterruptedError):
        client.send_email(
            FromEmailAddress="news@example.org",
            Destination={"ToAddresses": [recipient]},
            Content={"Raw": {"Data": raw}},
            **more,  # type: ignore[arg-type]  # as boto3 takes it
        )
    client.close()
    (theirs,) = kept
    pieces = write_body("news@example.org", recipient, b2a_base64(raw, newline=False), tags, configuration_set)
    assert b"".join(pieces) == theirs.body
    assert json.loads(theirs.body)["Destination"]["ToAddresses"] == [recipient]
    target = Target(
        host="email.eu-west-1.amazonaws.com", path=PATH, region="eu-west-1", service="ses", user_agent="test/1"
    )
    stamp = text(theirs.headers["X-Amz-Date"])
    moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    _, ours = read_head(sign(target, pieces, Keys(access="AKID", secret="secret"), moment))
    assert ours["authorization"] == text(theirs.headers["Authorization"])
    assert theirs.url == f"https://email.eu-west-1.amazonaws.com{PATH}"
    known = {name.lower() for name in theirs.headers} - {"amz-sdk-invocation-id", "amz-sdk-request"}
    assert set(ours) == known | {"host", "accept-encoding"}
