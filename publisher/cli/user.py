"""`publisher user add`: who may work at the desk."""

from __future__ import annotations

import secrets
import sys

import click

from publisher.cli.options import Run, common
from publisher.cli.site import call

ROLES = ("viewer", "editor", "approver", "admin")
_WORDS = 18  # random bytes of a password that we make


@click.group()
def user() -> None:
    """Accounts of the editors' desk."""


@user.command(epilog="Example: publisher user add maria --role editor")
@click.argument("name", metavar="NAME")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the account may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@common
def add(run: Run, name: str, *, role: str, password_stdin: bool) -> int:
    """Make an account, or give one that is there a new role and password.

    Without --password-stdin a password is made and printed once.
    """
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(_WORDS)
    status = call(run, ("migrate", "--verbosity", "0")) or call(
        run, ("user_add", "--role", role, "--", name), f"{password}\n"
    )
    if status:
        return status
    click.echo(f"{name} may work at the desk as {role}")
    if not password_stdin:
        click.echo(f"Password, shown only now: {password}")
    return 0
