"""Tokens in the place of passwords (OAuth 2.0): from a file that something keeps fresh, or from a command.

They live for about an hour, so each login asks anew. How a token is got is the provider's business: with each of them
comes a program that does it.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Final

from publisher.errors import TransportError

_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,16384}")  # RFC 6750, 2.1, and what providers put into one
_LONGEST_READ: Final = 20_000
_SECONDS: Final = 30
_LONGEST_REASON: Final = 200


def read_token(file: Path) -> str:
    """Read a token out of a file. Raises TransportError."""
    fix = "look at [mailbox] token_file, and at what writes it"
    try:
        with file.open(encoding="ascii", errors="replace") as stream:
            return _check(stream.read(_LONGEST_READ), str(file), fix)
    except OSError as error:
        raise TransportError(str(file), f"cannot be read: {error.strerror}", fix) from error


def ask_for_token(command: str) -> str:
    """Run a command, without a shell, and take the token that it prints. Raises TransportError."""
    subject, fix = "the command of [mailbox] token_command", "call it by hand, as the user that runs publisher"
    try:
        ended = subprocess.run(  # noqa: S603 - the operator's own command
            shlex.split(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TransportError(subject, f"printed no token within {_SECONDS} seconds", fix) from error
    except (OSError, ValueError) as error:
        raise TransportError(subject, f"cannot be run: {error}", fix) from error
    if ended.returncode:
        said = " ".join(ended.stderr.decode("utf-8", "replace").split())[-_LONGEST_REASON:]
        raise TransportError(subject, f"ended with {ended.returncode}: {said or 'it said nothing'}", fix)
    return _check(ended.stdout.decode("ascii", "replace"), subject, fix)


def _check(text: str, subject: str, fix: str) -> str:
    """Take what looks like a token, and show nobody what does not."""
    token = text.strip()
    if not _TOKEN.fullmatch(token):
        raise TransportError(subject, "gives no token: one line of ASCII without spaces", fix)
    return token


def write_xoauth2(user: str, token: str) -> bytes:
    """Write what a server wants to hear after AUTHENTICATE XOAUTH2."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
