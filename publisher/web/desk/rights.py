"""Accounts and their roles: everywhere, or in one newsletter or channel."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from publisher.errors import UsageError
from publisher.jobs.newsroom import rights
from publisher.store import grants
from publisher.web.desk.access import ACTIONS, Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of
from publisher.web.roles import ROLES, give_role, role_of

EVERYWHERE = "everywhere"


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def show(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Show who may do what, and change it."""
    desk.require("rights")
    if request.method == "POST":
        _change(request, desk)
        return HttpResponseRedirect("/desk/rights/")
    return _show(request, desk)


def _scopes() -> list[str]:
    """Name the places in which somebody may have a role."""
    settings = newsroom().settings
    return [f"newsletters.{name}" for name in settings.newsletters] + [f"channels.{name}" for name in settings.channels]


def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the table of accounts and the table of roles."""
    given = grants.everyone()
    accounts = [
        {
            "name": user.get_username(),
            "role": role_of(user) or "",
            "grants": sorted(given.get(user.get_username(), {}).items()),
            "last": user.last_login,
        }
        for user in User.objects.filter(is_active=True).order_by("username").prefetch_related("groups")
    ]
    table = [(action, [ROLES.index(role) >= ROLES.index(least) for role in ROLES]) for action, least in ACTIONS.items()]
    values = {
        "part": "rights",
        "accounts": accounts,
        "roles": ROLES,
        "scopes": _scopes(),
        "everywhere": EVERYWHERE,
        "table": table,
    }
    return page(request, desk, "rights.html", values)


def _change(request: HttpRequest, desk: Desk) -> None:
    """Give an account a role in one place, or take it away. Raises `UsageError`."""
    named, scope, role = (str(request.POST.get(name, "")) for name in ("account", "scope", "role"))
    user = User.objects.filter(username=named).first()
    if user is None or role not in {"", *ROLES} or scope not in {EVERYWHERE, *_scopes()}:
        raise UsageError("this right", "account, place or role is not known", "choose from the lists")
    if named == desk.name and scope == EVERYWHERE:
        raise UsageError("your own role", "nobody changes the role that they have everywhere", "ask another admin")
    now = datetime.now(UTC)
    if scope == EVERYWHERE:
        before = role_of(user) or ""
        write = partial(give_role, user, role) if role else partial(_take_role, user)
        rights.change_role(named, before, role, write, desk.name, now)
    else:
        rights.grant(named, scope, role, desk.name, now)
    messages.success(request, wording_of(request).say("Kept."))


def _take_role(user: User) -> None:
    """Take the role away that an account has everywhere."""
    user.groups.remove(*user.groups.filter(name__in=ROLES))
