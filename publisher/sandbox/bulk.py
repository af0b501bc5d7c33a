"""Messages that SES itself would write: simple content, and templates filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from email import policy
from email.message import EmailMessage
from typing import Any, Final

from publisher.sandbox.contract import RefusedError

_MOST_HEADERS: Final = 15
_VALUE: Final = re.compile(r"[\x20-\x7e]{1,995}")
_PLACEHOLDER: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def fill_template(
    template: Mapping[str, Any],
    replacement: str | None = None,
    replacement_headers: list[Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """Fill an inline template with its data, as simple content; only `{{name}}` is understood, and nothing is escaped.

    Raises: RefusedError for a stored template (there are none here) and for data that is not a JSON object.
    """
    content = template.get("TemplateContent")
    if content is None:
        name = template.get("TemplateName") or template.get("TemplateArn") or ""
        raise RefusedError("NotFoundException", f"Template {name} does not exist.", 404)
    data = _read_data(template.get("TemplateData")) | _read_data(replacement)
    headers = {one["Name"]: one for one in (*template.get("Headers", ()), *(replacement_headers or ()))}
    filled = {kind: {"Data": _fill(content[kind], data)} for kind in ("Text", "Html") if kind in content}
    subject = {"Data": _fill(content.get("Subject", ""), data)}
    return {"Subject": subject, "Body": filled, "Headers": list(headers.values())}


def _read_data(text: str | None) -> dict[str, Any]:
    """Read the data of a template."""
    try:
        data = json.loads(text or "{}")
    except ValueError as error:
        raise RefusedError("BadRequestException", "Template data is not JSON.") from error
    if not isinstance(data, dict):
        raise RefusedError("BadRequestException", "Template data must be a JSON object.")
    return data


def _fill(text: str, data: Mapping[str, Any]) -> str:
    """Put values where their names stand; a name without a value fails, as it does at SES."""

    def find(found: re.Match[str]) -> str:
        if found[1] not in data:
            raise RefusedError("BadRequestException", f"Attribute '{found[1]}' is not present in the rendering data.")
        return str(data[found[1]])

    return _PLACEHOLDER.sub(find, text)


def write_simple(
    sender: str,
    destination: Mapping[str, list[str]],
    reply_to: list[str],
    simple: Mapping[str, Any],
) -> bytes:
    """Write the message that SES would make of simple content."""
    body = simple["Body"]
    if not body:
        raise RefusedError("BadRequestException", "Body must have Text or Html.")
    message = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    try:
        message["From"] = sender
        for name, kind in (("To", "ToAddresses"), ("Cc", "CcAddresses")):
            if destination.get(kind):
                message[name] = ", ".join(destination[kind])
        if reply_to:
            message["Reply-To"] = ", ".join(reply_to)
        message["Subject"] = simple["Subject"]["Data"]
    except ValueError as error:
        raise RefusedError("BadRequestException", f"Illegal header: {error}") from error
    bodies = [(kind, body[name]["Data"]) for name, kind in (("Text", "plain"), ("Html", "html")) if name in body]
    message.set_content(bodies[0][1], subtype=bodies[0][0])
    for kind, content in bodies[1:]:
        message.add_alternative(content, subtype=kind)
    return _write_headers(simple.get("Headers", [])) + message.as_bytes()


def _write_headers(headers: list[Mapping[str, str]]) -> bytes:
    """Write the caller's own headers, checked as SES checks them."""
    if len(headers) > _MOST_HEADERS:
        raise RefusedError("BadRequestException", f"There may be at most {_MOST_HEADERS} headers.")
    for header in headers:
        if not _VALUE.fullmatch(header["Value"]):
            raise RefusedError("BadRequestException", f"Illegal value of header '{header['Name']}'.")
    return "".join(f"{header['Name']}: {header['Value']}\r\n" for header in headers).encode("ascii")
