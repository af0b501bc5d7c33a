"""Refusals that machines and people can read (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from django.http import HttpResponse

MEDIA_TYPE: Final = "application/problem+json"


class ProblemError(Exception):
    """An answer that is a refusal: status, the name of its kind, what is wrong, headers and members beside those."""

    def __init__(
        self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = headers or {}
        self.members = members


def answer(problem: ProblemError) -> HttpResponse:
    """Write a refusal."""
    document = {
        "type": f"urn:publisher:problem:{problem.kind}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    response = HttpResponse(json.dumps(document), status=problem.status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


def not_found(what: str) -> ProblemError:
    """Refuse what there is not, and what this partner may not have, in the same words."""
    return ProblemError(404, "not-found", f"There is no {what} here that you may have.")
