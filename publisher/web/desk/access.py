"""Who is asking, and what they may do where.

A role holds everywhere or in one newsletter or channel; where both are given, the higher one counts. So a language
service whose people have roles in their own newsletters only never sees the list of another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from publisher.errors import OutsideError, PublisherError
from publisher.settings import desk_source
from publisher.store import grants
from publisher.web.desk import language, refusals
from publisher.web.middleware import POLICY
from publisher.web.newsroom import newsroom
from publisher.web.pages import show, wording_of
from publisher.web.roles import ROLES, role_of

P = ParamSpec("P")

_ENDS: Final = "desk_ends"
_RENEWED: Final = 3600  # seconds
KEPT: Final = "kept"  # of a message: what somebody typed is kept, so that no draft of it is needed any more

# action -> the least role that may do it
ACTIONS: Final[Mapping[str, str]] = {
    "look": "viewer",
    "edit": "editor",
    "build": "editor",
    "test": "editor",
    "mend": "editor",
    "approve": "approver",
    "schedule": "approver",
    "send": "approver",
    "stop": "approver",
    "settle": "approver",
    "withdraw": "approver",
    "deputy": "approver",
    "audit": "editor",
    "people": "admin",
    "rights": "admin",
    "log": "admin",
    "settings": "admin",
}

# Pictures of posts come from their sources; previews are frames of our own.
DESK_POLICY: Final = POLICY.replace("img-src 'self' data:", "img-src 'self' data: https: http:") + "; frame-src 'self'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One person at the desk: the name, the role that holds everywhere ("" for none), and those that hold in places."""

    name: str
    role: str
    grants: Mapping[str, str]

    def may(self, action: str, scope: str | None = None) -> bool:
        """Say whether this person may do something in one place; `scope` None: everywhere at once."""
        held = [self.role, self.grants.get(scope, "") if scope else ""]
        return any(role and ROLES.index(role) >= ROLES.index(ACTIONS[action]) for role in held)

    def may_somewhere(self, action: str) -> bool:
        """Say whether there is a place where this person may do something."""
        return self.may(action) or any(self.may(action, scope) for scope in self.grants)

    def newsletters(self, action: str = "look") -> tuple[str, ...]:
        """Name the newsletters in which this person may do something, as they are declared."""
        return tuple(name for name in newsroom().settings.newsletters if self.may(action, f"newsletters.{name}"))

    def channels(self, action: str = "look") -> tuple[str, ...]:
        """Name the channels in which this person may do something, as they are declared."""
        return tuple(name for name in newsroom().settings.channels if self.may(action, f"channels.{name}"))

    def sources(self, action: str = "look") -> tuple[str, ...]:
        """Name the sources that this person's newsletters and channels read; all of them for a role everywhere."""
        settings = newsroom().settings
        known = (*settings.sources, *map(desk_source, settings.newsletters))
        if self.may(action):
            return known
        read = {source for name in self.newsletters(action) for source in settings.read_by(name)}
        read |= {source for name in self.channels(action) for source in settings.channels[name].sources}
        return tuple(name for name in known if name in read)

    def may_everywhere(self, action: str, source: str) -> bool:
        """Say whether this person may do something in every newsletter and channel that reads a source."""
        settings = newsroom().settings
        places = [f"newsletters.{name}" for name in settings.newsletters if source in settings.read_by(name)]
        places += [f"channels.{name}" for name, one in settings.channels.items() if source in one.sources]
        return self.may(action) or (bool(places) and all(self.may(action, place) for place in places))

    def require(self, action: str, scope: str | None = None) -> None:
        """Refuse whoever may not. Raises `PermissionDenied`."""
        if not self.may(action, scope):
            raise PermissionDenied

    def require_newsletter(self, action: str, name: str) -> None:
        """Refuse whoever may not do something in a newsletter. Raises `PermissionDenied`."""
        self.require(action, f"newsletters.{name}")

    def require_source(self, action: str, name: str) -> None:
        """Refuse whoever may not do something with the posts of a source. Raises `PermissionDenied`."""
        if name not in self.sources(action):
            raise PermissionDenied


View = Callable[Concatenate[HttpRequest, Desk, P], HttpResponseBase]


def at_desk(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only people with a role in; our errors become a message on the page that they came from."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            # What was sent is asked for on its page again, where a draft of it is offered.
            return redirect_to_login(_referring(request) if request.method == "POST" else request.get_full_path())
        desk = desk_of(request.user)
        if not desk.may_somewhere("look"):
            raise PermissionDenied
        try:
            response = view(request, desk, *args, **kwargs)
        except OutsideError:
            raise
        except PublisherError as failure:
            response = _explain(request, desk, failure)
        except Http404:
            response = _miss(request, desk, "The address may be mistyped, or the page was taken down.", status=404)
        except PermissionDenied:
            response = _miss(request, desk, "It needs a right that your account does not have.", status=403)
        response.headers.setdefault("Content-Security-Policy", DESK_POLICY)
        add_never_cache_headers(response)
        return response

    return answer


def desk_of(user: User) -> Desk:
    """Give what an account may do."""
    return Desk(name=user.get_username(), role=role_of(user) or "", grants=grants.grants_of(user.get_username()))


def _explain(request: HttpRequest, desk: Desk, failure: PublisherError) -> HttpResponse:
    """Say on the page that somebody came from why nothing was done; what was to be looked at is not here."""
    said, tag = refusals.explain(failure, wording_of(request))
    if request.method == "POST":
        messages.error(request, said, extra_tags=tag)
        return HttpResponseRedirect(_referring(request))
    return page(request, desk, "missing.html", {"reason": said, "reason_language": tag}, status=404)


def _miss(request: HttpRequest, desk: Desk, reason: str, *, status: int) -> HttpResponse:
    """Say that a page is not here, or not for this person, with the ways to what is."""
    said = wording_of(request).say(reason)
    return page(request, desk, "missing.html", {"reason": said, "is_forbidden": status == 403}, status=status)  # noqa: PLR2004 - its name is its number


def _referring(request: HttpRequest) -> str:
    """Give the path of the page whose form was sent; only one of ours."""
    named = str(request.POST.get("page", ""))
    return named if named.startswith("/desk/") and "\\" not in named and "//" not in named else "/desk/"


def _stay(request: HttpRequest) -> int:
    """Let a session live on while somebody works; gives the seconds that are left of it if nothing more is opened.

    It is written once an hour at most.
    """
    now, lifetime = int(datetime.now(UTC).timestamp()), request.session.get_session_cookie_age()
    ends = int(request.session.get(_ENDS, 0))
    if ends < now + lifetime - _RENEWED:
        ends = request.session[_ENDS] = now + lifetime
    return ends - now


def page(
    request: HttpRequest, desk: Desk, template: str, values: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Answer with a page of the desk; `values` names the part of the navigation that it belongs to as `part`."""
    known = {
        "desk": desk,
        "may_write": bool(desk.newsletters("edit")),
        "may_people": bool(desk.newsletters("people")),
        "may_rights": desk.may("rights"),
        "may_log": desk.may("log"),
        "may_settings": desk.may("settings"),
        "page_languages": language.available(),
        "session_seconds": _stay(request),
        "session_lifetime": request.session.get_session_cookie_age(),
    }
    return show(request, f"desk/{template}", {**known, **values}, status=status)
