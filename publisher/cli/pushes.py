"""`publisher outlet push`: places that what changed is brought to, and what they never took."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn, cast

import click

from publisher.cli.newsroom import actor, open_store, tell
from publisher.cli.options import Run, common
from publisher.errors import UsageError
from publisher.jobs.outlets import partners, syndicate
from publisher.store import outlets, pushes
from publisher.syndication import sftp

PRACTICE: Final = "practice"
_PLAIN_FTP: Final = (
    "plain FTP is not offered: it sends the password and every story for anybody on the way to read. "
    "Ask the partner for SFTP: publisher outlet push add OUTLET sftp sftp://USER@HOST/FOLDER --host-key SHA256:..."
)
_FORMS: Final = {"s3": ("s3://",), "sftp": ("sftp://", "ftp://", "ftps://")}
_WEB: Final = ("http://", "https://")


class _Kind(click.Choice[str]):
    """A kind of place; plain FTP is none, and the reason is told."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's
        """Read a kind."""
        if str(value).lower() in {"ftp", "ftps"}:
            self._refuse(param, ctx)
        return super().convert(value, param, ctx)

    def _refuse(self, param: click.Parameter | None, ctx: click.Context | None) -> NoReturn:
        """Say why there is no such kind."""
        self.fail(_PLAIN_FTP, param, ctx)


def _open(run: Run) -> None:
    """Open the store, and make what the settings declare known."""
    open_store(run, required=True)
    syndicate.declare(run.settings)


@click.group("push", epilog="Example: publisher outlet push add radio webhook https://radio.example.org/hook")
def pushing() -> None:
    """Places that changes are brought to, as they happen."""


@pushing.command(
    "add", epilog="Example: publisher outlet push add radio sftp sftp://news@radio.example.org/in --host-key SHA256:..."
)
@click.argument("name", metavar="OUTLET")
@click.argument("kind", type=_Kind(["webhook", "websub", "wordpress", "s3", "sftp"]))
@click.argument("url", metavar="URL")
@click.option("--channel", metavar="NAME", help='Only this channel; "practice" is the partner\'s own to rehearse in.')
@click.option("--user", help="wordpress: whose application password it is.")
@click.option(
    "--password-stdin",
    is_flag=True,
    help="wordpress, sftp: read the password from stdin (with --key-file: what protects the key); s3: the two keys.",
)
@click.option("--password-env", metavar="VARIABLE", help="sftp: where in the worker's environment the password stands.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="sftp: the private key that lets us in.",
)
@click.option(
    "--host-key",
    "host_keys",
    metavar="KEY",
    multiple=True,
    help="sftp: how the server is known: SHA256:..., or its public key. May be repeated, while it changes.",
)
@click.option("--topic", help="websub: the secret feed address that the hub reads (publisher outlet feed).")
@click.option("--endpoint", help="s3: another server than Amazon's.")
@click.option("--region", help="s3: where the bucket lies.")
@common
def add_push(
    run: Run,
    name: str,
    kind: str,
    url: str,
    channel: str | None,
    user: str | None,
    password_stdin: bool,
    password_env: str | None,
    key_file: Path | None,
    host_keys: tuple[str, ...],
    topic: str | None,
    endpoint: str | None,
    region: str | None,
) -> None:
    """Bring the changes of a partner's channels to URL, from now on.

    A webhook gets a key, printed once, to check its signatures by (Standard Webhooks). A bucket is written s3://NAME or
    s3://NAME/FOLDER, an SFTP server sftp://USER@HOST/FOLDER. Passwords are kept in the home's folder of keys, those of
    --password-env and --key-file nowhere.
    """
    _open(run)
    _check_address(kind, url, topic)
    given = {
        "channel": f"{outlets.PRACTICE}{name}" if channel == PRACTICE else channel,
        "user": user,
        "endpoint": endpoint,
        "region": region,
        **_describe_sftp(kind, url, (password_stdin, password_env, key_file), host_keys),
    }
    lines = tuple(sys.stdin.read().split("\n")[:2]) if password_stdin else ()
    made = partners.make_webhook_key() if kind == "webhook" else None
    secrets = (made, topic, *lines)
    options = {key: one for key, one in given.items() if one}
    target = pushes.add(name, cast("pushes.Kind", kind), url.rstrip("/"), options, actor=actor(), now=datetime.now(UTC))
    partners.save_secret(run.home.keys, target.key, [one for one in secrets if one])
    click.echo(f"push {target.key}: {kind} {url}")
    if made:
        click.echo(made)
        tell("The key is shown only now.")


def _check_address(kind: str, url: str, topic: str | None) -> None:
    """Refuse an address that a kind of place cannot have. Raises `UsageError`."""
    if not url.startswith(_FORMS.get(kind, _WEB)):
        fix = {"s3": "write s3://BUCKET", "sftp": "write sftp://USER@HOST/FOLDER"}.get(kind, "write https://...")
        raise UsageError(url, f"is no address of a {kind}", fix)
    if (kind == "websub") != bool(topic):
        raise UsageError("--topic", "belongs to websub, which cannot do without", "make one: publisher outlet feed")


def _describe_sftp(
    kind: str, url: str, means: tuple[bool, str | None, Path | None], host_keys: tuple[str, ...]
) -> dict[str, str | None]:
    """Check what only SFTP wants, and give it as it is kept: never a secret. Raises `UsageError`, `OutsideError`."""
    from_stdin, variable, key_file = means
    if kind != "sftp":
        if variable or key_file or host_keys:
            raise UsageError("--password-env, --key-file and --host-key", f"belong to sftp, not to {kind}")
        return {}
    sftp.Place.read(url)
    if not host_keys:
        fix = "ask the partner for it, and compare: ssh-keyscan HOST | ssh-keygen -lf -"
        raise UsageError("--host-key", "is needed: without it anybody could pretend to be the server", fix)
    if from_stdin and variable:
        raise UsageError("--password-stdin and --password-env", "are two places for one password", "give one of them")
    if not (from_stdin or variable or key_file):
        raise UsageError(url, "nothing lets us in", "give --key-file, --password-stdin or --password-env")
    return {
        "host_keys": " ".join(sftp.read_host_key(one) for one in host_keys),
        "password_env": variable,
        "key_file": str(key_file.absolute()) if key_file else None,
    }


@pushing.command("list", epilog="Example: publisher outlet push list radio")
@click.argument("name", metavar="OUTLET")
@common
def list_pushes(run: Run, name: str) -> None:
    """List the places of a partner, how far each is, and what it never took."""
    _open(run)
    for one in pushes.of_outlet(name):
        state = f"waits until {one.next_at:%H:%M:%S}: {one.reason}" if one.next_at else "up to date or on its way"
        click.echo(f"push {one.key}  {one.kind}  {one.url}  at {one.position}  {state if one.active else 'stopped'}")
    for letter in pushes.dead_letters():
        if letter.outlet == name:
            click.echo(f"  push {letter.target} never took change {letter.sequence}: {letter.reason}")


@pushing.command("retry", epilog="Example: publisher outlet push retry 3")
@click.argument("number", metavar="NUMBER", type=int)
@common
def retry_push(run: Run, number: int) -> None:
    """Try again what a place never took, and everything behind it."""
    _open(run)
    pushes.get(number)
    click.echo(f"{pushes.retry(number)} changes are tried again with the next round")


@pushing.command("stop", epilog="Example: publisher outlet push stop 3")
@click.argument("number", metavar="NUMBER", type=int)
@common
def stop_push(run: Run, number: int) -> None:
    """Bring nothing there any more."""
    _open(run)
    pushes.stop(number, actor=actor(), now=datetime.now(UTC))
    click.echo(f"push {number} is stopped")
