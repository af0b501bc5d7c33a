"""The sandbox's input checks, driven from botocore's model."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.sandbox.contract import Call, RefusedError, find_call, read_input

SEND = ("POST", "/v2/email/outbound-emails", "")


def find(method: str, path: str, query: str = "") -> Call:
    """Find a call that is there."""
    call = find_call(method, path, query)
    assert call is not None
    return call


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v2/email/outbound-emails", "SendEmail"),
        ("POST", "/v2/email/outbound-bulk-emails", "SendBulkEmail"),
        ("GET", "/v2/email/account", "GetAccount"),
        ("GET", "/v2/email/identities/example.org", "GetEmailIdentity"),
        ("GET", "/v2/email/suppression/addresses", "ListSuppressedDestinations"),
        ("GET", "/v2/email/suppression/addresses/a%40example.net", "GetSuppressedDestination"),
        ("DELETE", "/v2/email/suppression/addresses/a%40example.net", "DeleteSuppressedDestination"),
    ],
)
def test_routes_are_those_of_the_model(method: str, path: str, name: str) -> None:
    """Method and path name the operation, as in SES."""
    assert find(method, path).name == name


@pytest.mark.parametrize(("method", "path"), [("GET", "/v2/email/outbound-emails"), ("GET", "/v2"), ("PUT", "/")])
def test_other_addresses_are_none(method: str, path: str) -> None:
    """What the model does not have is not guessed."""
    assert find_call(method, path, "") is None


def test_path_and_query_are_members() -> None:
    """Members in path and query come decoded, with their types."""
    call = find("GET", "/v2/email/suppression/addresses/a%2Bb%40example.net")
    assert read_input(call, b"") == {"EmailAddress": "a+b@example.net"}
    call = find("GET", "/v2/email/suppression/addresses", "Reason=BOUNCE&Reason=COMPLAINT&PageSize=5")
    assert read_input(call, b"") == {"Reasons": ["BOUNCE", "COMPLAINT"], "PageSize": 5}
    assert read_input(find("GET", "/v2/email/account"), b"") == {}


def test_blobs_are_decoded() -> None:
    """Raw content arrives as bytes."""
    body = json.dumps({"Content": {"Raw": {"Data": base64.b64encode(b"\0raw").decode()}}}).encode()
    assert read_input(find(*SEND), body) == {"Content": {"Raw": {"Data": b"\0raw"}}}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"no JSON", "not JSON"),
        (b"[]", "JSON object"),
        (b"{}", "'input.Content' must not be null"),
        (b'{"Content": "x"}', "must be an object"),
        (b'{"Content": {}, "Extra": 1}', "not a member"),
        (b'{"Content": {"Raw": {"Data": "***"}}}', "must be base64"),
        (b'{"Content": {"Raw": {"Data": 5}}}', "must be base64"),
        (b'{"Content": {}, "EmailTags": {}}', "must be a list"),
        (b'{"Content": {}, "EmailTags": ["x"]}', "'input.EmailTags.1' must be an object"),
        (b'{"Content": {}, "FromEmailAddress": 5}', "must be a string"),
        (b'{"Content": {}, "TenantName": ""}', "must be at least 1"),
        (
            b'{"Content": {"Simple": {"Subject": {"Data": "x"}, "Body": {}, "Headers": [{"Name": "' + b"x" * 127 + b'"'
            b', "Value": "y"}]}}}',
            "must be at most 126",
        ),
        (b'{"Content": {}, "ConfigurationOverrides": {"Tracking": {"OpenTrackingEnabled": "x"}}}', "enum"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_input_is_refused_with_its_place(body: bytes, words: str) -> None:
    """The message names the member and the rule, as SES's own does."""
    with pytest.raises(RefusedError) as caught:
        read_input(find(*SEND), body)
    assert caught.value.status == 400
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("query", "words"),
    [("PageSize=many", "must be a number"), ("Reason=DISLIKE", "enum")],
)
def test_wrong_query_is_refused(query: str, words: str) -> None:
    """The query string is checked like the body."""
    with pytest.raises(RefusedError) as caught:
        read_input(find("GET", "/v2/email/suppression/addresses", query), b"")
    assert words in caught.value.message


def test_maps_and_booleans_are_checked() -> None:
    """The other types of the model are checked where they stand."""
    identities = find("POST", "/v2/email/list-identities")
    for body in (b'{"Filter": []}', b'{"Filter": {"VERIFICATION_STATUS": 5}}', b'{"PageSize": true}'):
        with pytest.raises(RefusedError):
            read_input(identities, body)
    assert read_input(identities, b'{"PageSize": 5, "NextToken": null}') == {"PageSize": 5}
    sending = find("PUT", "/v2/email/account/sending")
    with pytest.raises(RefusedError, match="true or false"):
        read_input(sending, b'{"SendingEnabled": 1}')
    assert read_input(sending, b'{"SendingEnabled": true}') == {"SendingEnabled": True}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Content", "Raw", "Data", "Simple", "Destination", "ToAddresses", "EmailTags", "Name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(JSON)
def test_any_json_is_input_or_refused(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Whatever a client sends, the answer is a dict or a refusal."""
    try:
        found = read_input(find(*SEND), json.dumps(value).encode())
    except RefusedError:
        return
    assert "Content" in found
