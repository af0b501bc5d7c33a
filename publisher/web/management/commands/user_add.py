"""`user_add NAME --role ROLE`: an account for the desk; the password comes by stdin."""

from __future__ import annotations

import sys
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from publisher.web.roles import ROLES, give_role


class Command(BaseCommand):
    """Makes an account, or gives one that is there another role and password."""

    help = "Make an account for the desk."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the account and its role."""
        parser.add_argument("name")
        parser.add_argument("--role", choices=ROLES, required=True)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Make the account. Raises `CommandError` for a name or a password that will not do."""
        password = sys.stdin.readline().rstrip("\n")
        user = User.objects.filter(username=options["name"]).first() or User(username=options["name"])
        try:
            user.set_password(password)
            user.full_clean(exclude=["last_login"])
            validate_password(password, user)
        except ValidationError as failure:
            raise CommandError(" ".join(failure.messages), returncode=2) from failure
        with transaction.atomic():
            user.save()
            give_role(user, options["role"])
