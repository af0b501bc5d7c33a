"""What an account may do at the desk: four roles, each with all that the one before it may."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import Group, User

# viewer: look; editor: write and build; approver: let editions out; admin: accounts, subscribers, outlets.
ROLES: Final = ("viewer", "editor", "approver", "admin")


def give_role(user: User, role: str) -> None:
    """Give an account one role, everywhere; the ones it had go."""
    if role not in ROLES:
        message = f"{role!r} is no role; there are: {', '.join(ROLES)}"
        raise ValueError(message)
    group, _ = Group.objects.get_or_create(name=role)
    user.groups.remove(*user.groups.filter(name__in=ROLES))
    user.groups.add(group)


def role_of(user: User) -> str | None:
    """Give the highest role of an account; None: it has none yet."""
    names = set(user.groups.values_list("name", flat=True))
    return next((role for role in reversed(ROLES) if role in names), None)
