"""Roles that an account has in one newsletter or one channel only; roles that hold everywhere lie with the account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from publisher.store import log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import GrantRow


def grants_of(account: str) -> Mapping[str, str]:
    """Give the roles of an account by place: "newsletters.daily" -> "editor"."""
    with speaking_clearly():
        return dict(GrantRow.objects.filter(account=account).values_list("scope", "role"))


def everyone() -> Mapping[str, Mapping[str, str]]:
    """Give the roles of all accounts that have some in one place, by account and place."""
    found: dict[str, dict[str, str]] = {}
    with speaking_clearly():
        for account, scope, role in GrantRow.objects.order_by("account", "scope").values_list(
            "account", "scope", "role"
        ):
            found.setdefault(account, {})[scope] = role
    return found


def grant(account: str, scope: str, role: str, actor: str, now: datetime) -> None:
    """Give an account a role in one place, instead of the one that it has there; "" takes it away."""
    with unit():
        before = grants_of(account).get(scope, "")
        if before == role:
            return
        GrantRow.objects.filter(account=account, scope=scope).delete()
        if role:
            GrantRow.objects.create(account=account, scope=scope, role=role)
        log.note(now, actor, "grant" if role else "revoke", account, scope=scope, before=before, after=role)
