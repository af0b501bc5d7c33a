"""The way in for partners: around the middleware of pages, since an API needs no session, language or form.

Every answer passes here on its way out: headers that all have, what is left of the quota, and the record.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from publisher.errors import PublisherError
from publisher.store.answers import Response
from publisher.web.outlets import feeds
from publisher.web.outlets.access import METER, Caller, admit
from publisher.web.outlets.feeds import Wanted
from publisher.web.outlets.problems import ProblemError, answer
from publisher.web.outlets.record import RECORDER

ROOT: Final = "/api/v1/"
_FEED: Final = re.compile(rf"{ROOT}feeds/([^/]+)/feed\.([a-z]+)")
_SECRET: Final = re.compile(r"^f/[^/]+")
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f]")

# Answers with something in them: whole, part of a file, what changed in a feed.
_DELIVERED: Final = frozenset({200, 206, 226})

log = logging.getLogger("publisher.outlets")


class Gate:
    """Answers partners; everything else goes on."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request below the API's address."""
        if not request.path_info.startswith(ROOT):
            return self._answer(request)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = _finish(request, _serve(request))
        return _without_body(response) if is_head else response


def _serve(request: HttpRequest) -> HttpResponseBase:
    """Let a view answer; feeds, which are asked for most, without going through the table of addresses."""
    try:
        feed = _FEED.fullmatch(request.path_info) if request.method == "GET" else None
        if feed is not None:
            return _serve_feed(request, *feed.groups())
        match = resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        _refuse_method(response)
    except Resolver404:
        return answer(ProblemError(404, "not-found", f"There is nothing at this address. See {ROOT}openapi.json."))
    except ProblemError as problem:
        return answer(problem)
    except PublisherError as failure:
        log.error("%s: %s", endpoint_of(request), failure)  # noqa: TRY400 - the line says all; a stack would add nothing
        reason = "Something here does not work now. Ask again in a minute."
        return answer(ProblemError(503, "unavailable", reason, {"Retry-After": "60"}))
    except Exception:
        log.exception("%s failed", endpoint_of(request))
        return answer(ProblemError(500, "failed", "The mistake is ours, and it was noted."))
    return response


def _refuse_method(response: HttpResponseBase) -> None:
    """Refuse as everything is refused what an address does not know. Raises: ProblemError 405."""
    if isinstance(response, HttpResponseNotAllowed):
        allowed = response.headers["Allow"]
        raise ProblemError(405, "method", f"Here one may {allowed}.", {"Allow": allowed})


def _serve_feed(request: HttpRequest, channel: str, suffix: str) -> HttpResponse:
    """Answer with a feed."""
    caller = admit(request, "feeds")
    request.auth = caller  # type: ignore[attr-defined]  # as ninja does it
    response, found = feeds.answer(request, caller, Wanted(channel=channel, suffix=suffix))
    request.delivered = (found.items, found.sequence)  # type: ignore[attr-defined]  # for the record
    return response


def endpoint_of(request: HttpRequest) -> str:
    """Name what was asked for; the secret part of an address is never written down."""
    name = request.path_info.removeprefix(ROOT)
    return _UNSAFE.sub("?", _SECRET.sub("f/...", name))


def _finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Give an answer what all have, and write down to whom it went."""
    headers = response.headers
    request_id = secrets.token_hex(8)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Request-Id"] = request_id
    headers.setdefault("Cache-Control", "no-store")
    caller = getattr(request, "auth", None)
    if not isinstance(caller, Caller):
        return response
    for name, value in caller.limits.items():
        headers[name] = value
    size = int(headers.get("Content-Length") or len(getattr(response, "content", b"")))
    METER.add(caller.door, size)
    items, sequence = getattr(request, "delivered", ("[]", 0))
    RECORDER.note(
        Response(
            at=datetime.now(UTC),
            outlet=caller.door.outlet.key,
            credential=caller.door.label,
            endpoint=endpoint_of(request),
            status=response.status_code,
            size=size,
            etag=headers.get("ETag", ""),
            sequence=sequence,
            request_id=request_id,
            delivered=items if response.status_code in _DELIVERED else "[]",
        ),
    )
    return response


def _without_body(response: HttpResponseBase) -> HttpResponse:
    """Give an answer to HEAD: the same headers, no body."""
    bare = HttpResponse(status=response.status_code)
    size = response.headers.get("Content-Length") or str(len(getattr(response, "content", b"")))
    for name, value in response.headers.items():
        bare.headers[name] = value
    bare.headers["Content-Length"] = size
    response.close()
    return bare
