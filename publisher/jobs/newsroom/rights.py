"""Who may do what at the desk, changed by somebody, and written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from publisher.store import grants, log
from publisher.store.database import unit


def grant(account: str, scope: str, role: str, actor: str, now: datetime) -> None:
    """Give an account a role in one newsletter or channel ("newsletters.daily"); "" takes it away."""
    grants.grant(account, scope, role, actor, now)


def change_role(account: str, before: str, after: str, write: Callable[[], None], actor: str, now: datetime) -> None:  # noqa: PLR0913, PLR0917 - who, what it was and is, and by whom
    """Change the role that an account has everywhere: `write` does it, in the transaction of the line that tells it."""
    with unit():
        write()
        log.note(now, actor, "role", account, before=before, after=after)
