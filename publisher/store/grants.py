"""Roles that an account has in one newsletter or one channel only; roles that hold everywhere lie with the account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import connection

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


def has_accounts() -> bool:
    """Say whether anybody has an account at the desk; its tables are made with the first one."""
    with speaking_clearly(), connection.cursor() as cursor:
        if "auth_user" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM auth_user)")
        return bool(cursor.fetchone()[0])


def roles_in(account: str, scope: str) -> frozenset[str] | None:
    """Give the roles of an account that hold in one place, those that hold everywhere included.

    None: there is no such account, or it was closed.
    """
    if not has_accounts():
        return None
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_EVERYWHERE, [account])
        rows = [name for (name,) in cursor.fetchall()]
        if not rows:
            return None
        here = GrantRow.objects.filter(account=account, scope=scope).values_list("role", flat=True)
        return frozenset((*(name for name in rows if name), *here))


# Each account gives a row at least, with NULL where it has no role that holds everywhere.
_EVERYWHERE: Final = """
SELECT g.name FROM auth_user u
LEFT JOIN auth_user_groups m ON m.user_id = u.id
LEFT JOIN auth_group g ON g.id = m.group_id
WHERE u.username = %s AND u.is_active
"""


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
