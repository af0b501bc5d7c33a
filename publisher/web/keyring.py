"""The secret that signs sessions and forms: made once, in the home, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from publisher.errors import IntegrityError, OutsideError

_BYTES = 48


def load_secret(file: Path) -> str:
    """Read the secret; the first time, make it. Raises `OutsideError`, `IntegrityError`."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            _make(file)
        secret = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as failure:
        raise OutsideError(str(file), f"cannot be read or made: {failure}", "choose another --home") from failure
    if len(secret) < _BYTES:
        raise IntegrityError(str(file), "it is damaged", "remove it: everybody signs in anew, nothing else is lost")
    return secret


def _make(file: Path) -> None:
    """Write a new secret, unless another process was first."""
    made = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(_BYTES))
    try:
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink()
