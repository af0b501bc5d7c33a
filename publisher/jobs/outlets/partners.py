"""What opens doors for partners: tokens, secret feed addresses, and the keys that pushes are signed with.

A token and a feed address are shown once; the database keeps their hashes. What we must know ourselves (the key under a
webhook, the password of a WordPress) lies in the home's folder of keys, readable by its owner only.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import secrets
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from publisher.errors import OutsideError, UsageError
from publisher.settings import Settings
from publisher.store import outlets, pushes
from publisher.store.outlets import NewToken

SCOPES: Final = ("read", "receipts", "practice")
_MARK: Final = "pub"
_PREFIX_BYTES: Final = 4
_SECRET_BYTES: Final = 32


def fingerprint(secret: str) -> str:
    """Hash a token or a secret address; it is random and long, so that a plain hash tells nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def issue_token(  # noqa: PLR0913 - each bounds the token in another way
    outlet: str,
    *,
    actor: str,
    now: datetime,
    scopes: Sequence[str] = SCOPES,
    networks: Sequence[str] = (),
    expires: datetime | None = None,
) -> str:
    """Make a token for an outlet; this is the only time that anybody sees it. Others that it has go on to work.

    Raises `UsageError`: no such outlet, an unknown scope, a network that is none, an end that is past.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise UsageError(f"scope {unknown[0]}", "there is none of this name", f"there are: {', '.join(SCOPES)}")
    if expires is not None and expires <= now:
        raise UsageError(f"--expires {expires.isoformat()}", "is past", "give a time that is still to come")
    prefix = f"{_MARK}_{secrets.token_hex(_PREFIX_BYTES)}"
    token = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    kept = NewToken(
        prefix=prefix,
        sha256=fingerprint(token),
        scopes=tuple(scopes),
        networks=tuple(_network(one) for one in networks),
        expires=expires,
    )
    outlets.add_token(outlet, kept, actor=actor, now=now)
    return token


def _network(text: str) -> str:
    """Write a network as CIDR. Raises `UsageError`."""
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as failure:
        raise UsageError(f"--network {text}", "is no network", "write one such as 192.0.2.0/24") from failure


def issue_address(outlet: str, channel: str, *, actor: str, now: datetime) -> str:
    """Make the secret part of a feed address, seen only now. Raises `UsageError`."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    outlets.add_address(outlet, channel, fingerprint(secret), actor=actor, now=now)
    return secret


def open_feed(  # noqa: PLR0913 - which feeds, for whom, made by whom and when
    settings: Settings, keys: Path, outlet: str, channel: str, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """Make the secret addresses of a channel's feeds, seen only now: RSS, Atom, JSON Feed.

    The hubs that the settings name for the channel are told of them from now on, whenever it has news. `keys` is the
    home's folder of keys. Raises `UsageError`, `OutsideError`.
    """
    secret = issue_address(outlet, channel, actor=actor, now=now)
    base = f"{settings.site.url}/api/v1/f/{secret}/{channel}"
    addresses = tuple(f"{base}/feed.{suffix}" for suffix in ("rss", "atom", "json"))
    found = outlets.address_by_hash(fingerprint(secret))
    options = {"address": str(found.key if found else 0), "channel": channel}
    for hub in settings.channels[channel].hubs if channel in settings.channels else ():
        target = pushes.add(outlet, "websub", hub, options, actor=actor, now=now)
        save_secret(keys, target.key, addresses)
    return addresses


def close_feed(keys: Path, outlet: str, number: int, *, actor: str, now: datetime) -> None:
    """Let a secret address open nothing any more, and tell no hub of it. Raises `UsageError`."""
    outlets.revoke_address(outlet, number, actor=actor, now=now)
    for target in pushes.of_outlet(outlet):
        if target.active and target.options.get("address") == str(number):
            pushes.stop(target.key, actor=actor, now=now)
            save_secret(keys, target.key, ())


# --- what we must know ourselves ------------------------------------------------------------------------------------


def make_webhook_key() -> str:
    """Make a key for Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def save_secret(folder: Path, target: int, lines: Sequence[str]) -> None:
    """Keep the secrets of a push target, the current one first; whole or not at all. Raises `OutsideError`."""
    place = _secret_file(folder, target)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        Path(name).replace(place)
    except OSError as failure:
        raise OutsideError(str(place), f"cannot be written: {failure.strerror}", "check the home's folder") from failure


def load_secret(folder: Path, target: int) -> tuple[str, ...]:
    """Give the secrets of a push target, the current one first; none for a target that has none."""
    try:
        return tuple(_secret_file(folder, target).read_text(encoding="utf-8").split("\n")[:-1])
    except FileNotFoundError:
        return ()
    except OSError as failure:
        place = str(_secret_file(folder, target))
        raise OutsideError(place, f"cannot be read: {failure.strerror}", "check the home's folder") from failure


def _secret_file(folder: Path, target: int) -> Path:
    """Give the file of the secrets of a push target."""
    return folder / "push" / f"{target}.secret"
