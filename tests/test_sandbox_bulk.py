"""Messages that SES writes itself."""

from __future__ import annotations

import email
from email import policy

import pytest

from publisher.sandbox.bulk import fill_template, write_simple
from publisher.sandbox.contract import RefusedError

TEMPLATE = {
    "TemplateContent": {"Subject": "Hi {{ name }}", "Text": "{{name}}, {{ name }}"},
    "TemplateData": '{"name": "default", "n": 1}',
    "Headers": [{"Name": "X-A", "Value": "1"}, {"Name": "X-B", "Value": "2"}],
}


def test_replacement_wins_over_default() -> None:
    """Data and headers of an entry replace those of the template, name by name."""
    filled = fill_template(TEMPLATE, '{"name": "Ann"}', [{"Name": "X-B", "Value": "3"}])
    assert filled["Subject"] == {"Data": "Hi Ann"}
    assert filled["Body"] == {"Text": {"Data": "Ann, Ann"}}
    assert filled["Headers"] == [{"Name": "X-A", "Value": "1"}, {"Name": "X-B", "Value": "3"}]


def test_default_stands_where_nothing_replaces_it() -> None:
    """Without an entry's data the template's own is used."""
    assert fill_template(TEMPLATE)["Subject"] == {"Data": "Hi default"}


def test_missing_name_is_refused_by_name() -> None:
    """SES does not send half-filled templates."""
    with pytest.raises(RefusedError, match="'name'"):
        fill_template({"TemplateContent": {"Subject": "{{name}}"}})


def test_written_message_can_be_parsed() -> None:
    """What is written has both parts and is 7-bit."""
    simple = {"Subject": {"Data": "Žluť"}, "Body": {"Text": {"Data": "żółw"}, "Html": {"Data": "<p>żółw</p>"}}}
    raw = write_simple("News <news@example.org>", {"ToAddresses": ["a@example.net"]}, [], simple)
    assert raw.isascii()
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert parsed["Subject"] == "Žluť"
    assert [part.get_content_type() for part in parsed.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_html_alone() -> None:
    """A message may have HTML only."""
    raw = write_simple("n@example.org", {}, [], {"Subject": {"Data": "x"}, "Body": {"Html": {"Data": "<p>x</p>"}}})
    assert email.message_from_bytes(raw).get_content_type() == "text/html"
