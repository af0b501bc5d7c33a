"""What every operation of the API needs: who calls, what is told of the answer, and the answer itself."""

from __future__ import annotations

import json
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja.security import HttpBearer

from publisher.web.outlets.access import Caller, admit
from publisher.web.outlets.representation import represent, respond

JSON: Final = "application/json"


class Token(HttpBearer):
    """Lets in who shows a token with a scope, by Bearer or Basic."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._scope = scope

    def __call__(self, request: HttpRequest) -> Caller:
        """Let the caller in. Raises: ProblemError."""
        return admit(request, self._scope)

    def authenticate(self, request: HttpRequest, token: str) -> None:
        """Do nothing: the header was read already."""


def caller_of(request: HttpRequest) -> Caller:
    """Give who calls."""
    caller: Caller = request.auth  # type: ignore[attr-defined]  # set by ninja
    return caller


def deliver(request: HttpRequest, items: list[tuple[str, int]], sequence: int = 0) -> None:
    """Say for the record what is in the answer."""
    request.delivered = (json.dumps(items), sequence)  # type: ignore[attr-defined]  # read at the gate


def answer_with(request: HttpRequest, document: object) -> HttpResponse:
    """Answer with a JSON document, its ETag and so on."""
    content = json.dumps(document, ensure_ascii=False).encode()
    accepted = str(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    return respond(request, represent(content, JSON, accepted=accepted))
