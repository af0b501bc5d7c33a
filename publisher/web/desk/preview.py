"""An edition as its readers get it: light, dark, without pictures, on a telephone, mirrored, as text, and as heard.

What is mail stands in a frame that runs no script and reaches nothing of ours; what is a list stands on the page.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from publisher.accessibility import page as pages
from publisher.accessibility import transcript
from publisher.model import Content, Slot
from publisher.store import editions
from publisher.web.desk.access import Desk, at_desk

# view -> what its tab says, in the order of the tabs
FRAMES: Final = {
    "light": "Light",
    "dark": "Dark",
    "blocked": "Without pictures",
    "narrow": "Telephone, 320 pixels",
    "mirrored": "Right to left",
}
LISTS: Final = {"text": "Plain text", "outline": "Outline", "links": "Links", "heard": "As heard"}
_POLICY: Final = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src {pictures}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_PREFERS: Final = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)")
_ROOT: Final = re.compile(r"<html\b[^>]*>", re.IGNORECASE)
_DIRECTION: Final = re.compile(r'\bdir="(ltr|rtl)"')
_HEAD: Final = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


def tabs(request: HttpRequest, edition: str) -> dict[str, Any]:
    """Give what the page of an edition needs to show one view of it."""
    contents = [one for one in editions.contents(edition) if one.format == "html"]
    chosen = _choose(contents, request.GET.get("language", ""))
    view = request.GET.get("view", "light")
    view = view if view in FRAMES or view in LISTS else "light"
    values: dict[str, Any] = {
        "tabs": {**FRAMES, **LISTS},
        "view": view,
        "tab": {**FRAMES, **LISTS}[view],
        "is_frame": view in FRAMES,
        "preview_language": chosen.language,
        "preview_languages": [one.language for one in contents],
        "subject": chosen.rendered.subject,
    }
    if view == "text":
        values["text"] = _fill(chosen.rendered.text)
    elif view in LISTS:
        values["heard"] = transcript.listen(pages.read_rendered(chosen.rendered))
    return values


def _choose(contents: list[Content], language: str) -> Content:
    """Give the content in a language, else the one that everybody falls back to."""
    return next((one for one in contents if one.language == language), contents[0])


@require_safe
@at_desk
def frame(request: HttpRequest, desk: Desk, ulid: str, view: str) -> HttpResponseBase:
    """Answer with the mail itself, as one kind of reader gets it."""
    found = editions.get(ulid)
    desk.require_newsletter("look", found.newsletter)
    if view not in FRAMES:
        raise Http404
    contents = [one for one in editions.contents(ulid) if one.format == "html"]
    html = show(_fill(_choose(contents, request.GET.get("language", "")).rendered.html), view)
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    pictures = "'none'" if view == "blocked" else "https: http: data:"
    response.headers["Content-Security-Policy"] = _POLICY.format(pictures=pictures)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def show(html: str, view: str) -> str:
    """Write a mail as one kind of reader gets it."""
    if view == "mirrored":
        return _ROOT.sub(lambda found: _mirror(found[0]), html, count=1)
    scheme = "dark" if view == "dark" else "light"
    html = _PREFERS.sub(lambda found: "(min-width: 0)" if found[1] == scheme else "(max-width: 0)", html)
    if view != "dark":
        return html
    return _HEAD.sub(lambda found: f"{found[0]}<style>:root {{ color-scheme: only {scheme} }}</style>", html, count=1)


def _mirror(root: str) -> str:
    """Turn the direction of the whole page; posts keep the direction that they name."""
    turned = {"ltr": "rtl", "rtl": "ltr"}
    if _DIRECTION.search(root):
        return _DIRECTION.sub(lambda found: f'dir="{turned[found[1]]}"', root)
    return f'{root[:-1]} dir="rtl">'


def _fill(text: str) -> str:
    """Put an address that leads nowhere in the place of each reader's own."""
    for slot in Slot:
        text = text.replace(slot.marker, "#")
    return text
