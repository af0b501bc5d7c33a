"""Who asks, what they may have, and how much of it.

Nothing here is remembered longer than it is true: every request reads the counters of the store, and when the rights of
partners changed, everything is forgotten. So a token that was revoked opens nothing from the next request on.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest

from publisher.jobs.outlets.partners import fingerprint
from publisher.store import counters, outlets
from publisher.store.counters import Counters
from publisher.store.outlets import Outlet
from publisher.web.outlets.problems import ProblemError
from publisher.web.visitor import address_of

PRACTICE: Final = "practice"
_REMEMBERED: Final = 10_000
_MINUTE: Final = 60
_HOUR: Final = 3600
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="publisher", Basic realm="publisher", charset="UTF-8"'}
_LONGEST: Final = 1000

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a credential opens. `label` names it in records; never the credential itself."""

    label: str
    outlet: Outlet
    scopes: frozenset[str]
    channels: tuple[str, ...]
    networks: tuple[Network, ...] = ()
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who may ask: the pass, where the counters of the store stand, and what is left of the quota."""

    door: Pass
    counters: Counters
    limits: dict[str, str]
    secret: str

    @property
    def everything(self) -> tuple[str, ...]:
        """Name every channel that this caller may have something of, practice included."""
        return (*self.door.channels, self.door.outlet.practice)

    def channels(self, wanted: str | None = None) -> tuple[str, ...]:
        """Name the channels that a request is about: the one it names, else all but practice.

        Raises: ProblemError for one that this caller may not have.
        """
        if wanted is None:
            return self.door.channels
        name = self.door.outlet.practice if wanted == PRACTICE else wanted
        if name not in self.everything:
            raise ProblemError(404, "not-found", "There is no such channel that you may have.")
        return (name,)

    def is_still_let_in(self) -> bool:
        """Say whether the credential is still good, in the middle of a long answer."""
        try:
            return _open(self.secret, counters.read()).expires == self.door.expires
        except ProblemError:
            return False


class _Memory:
    """Passes by the hash of their credential, as long as the rights of partners stay as they are."""

    def __init__(self) -> None:
        self._at = -1
        self._passes: dict[str, Pass] = {}

    def find(self, secret: str, at: int) -> Pass | None:
        """Give what a credential opens; None: nothing, which is not remembered, since anybody can make such up."""
        if at != self._at or len(self._passes) > _REMEMBERED:
            self._passes, self._at = {}, at
        known = self._passes.get(secret)
        if known is None:
            known = _look_up(secret)
            if known is not None:
                self._passes[secret] = known
        return known


_memory = threading.local()


def _remembered() -> _Memory:
    """Give this thread's memory."""
    found: _Memory | None = getattr(_memory, "passes", None)
    if found is None:
        found = _memory.passes = _Memory()
    return found


def _look_up(secret: str) -> Pass | None:
    """Ask the store what a credential opens: a token, or the secret part of a feed address."""
    digest = fingerprint(secret)
    token = outlets.token_by_hash(digest)
    if token is not None:
        if token.revoked is not None or not token.outlet.active:
            return None
        return Pass(
            label=token.prefix,
            outlet=token.outlet,
            scopes=token.scopes,
            channels=token.outlet.channels,
            networks=tuple(ipaddress.ip_network(one) for one in token.networks),
            expires=token.expires,
        )
    address = outlets.address_by_hash(digest)
    if address is None or address.revoked is not None or not address.outlet.active:
        return None
    channels = tuple(name for name in address.outlet.channels if name == address.channel)
    return Pass(label=f"feed-{address.key}", outlet=address.outlet, scopes=frozenset({"feeds"}), channels=channels)


def _open(secret: str, now: Counters) -> Pass:
    """Give what a credential opens at this moment. Raises: ProblemError."""
    found = _remembered().find(secret, now.access) if secret and len(secret) < _LONGEST else None
    if found is None or (found.expires is not None and found.expires <= datetime.now(UTC)):
        raise ProblemError(401, "not-authenticated", "The token is unknown, revoked or expired.", _CHALLENGE)
    return found


def admit(request: HttpRequest, scope: str = "read", secret: str | None = None) -> Caller:
    """Let a request in, or refuse it. `secret` is that of a feed address; None: a token stands in the header.

    Raises: ProblemError 401, 403 or 429.
    """
    state = counters.read()
    given = _secret_of(request) if secret is None else secret
    door = _open(given, state)
    if scope not in door.scopes and not (scope == "feeds" and "read" in door.scopes):
        raise ProblemError(403, "scope", f"This token may not do that: it lacks the scope {scope!r}.")
    if door.networks and not _is_within(address_of(request), door.networks):
        raise ProblemError(403, "network", "This token may not be used from your network.")
    return Caller(door=door, counters=state, limits=METER.count(door), secret=given)


def _secret_of(request: HttpRequest) -> str:
    """Read the token out of the header: Bearer, or the password of Basic, which feed readers can send.

    Raises: ProblemError where there is none, and for one in the query string, where logs would keep it.
    """
    for name in ("token", "access_token", "api_key"):
        if name in request.GET:
            reason = "A token never belongs into an address: it would stand in logs. Revoke it, and send a new one in "
            raise ProblemError(400, "token-in-address", reason + "the header Authorization.")
    kind, _, rest = str(request.META.get("HTTP_AUTHORIZATION", "")).strip().partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, ValueError) as failure:
            raise ProblemError(401, "not-authenticated", "The header cannot be read.", _CHALLENGE) from failure
    raise ProblemError(401, "not-authenticated", "Send your token: Authorization: Bearer TOKEN.", _CHALLENGE)


def _is_within(address: str, networks: tuple[Network, ...]) -> bool:
    """Say whether an address lies in one of some networks."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for network in networks)


# --- how much --------------------------------------------------------------------------------------------------------


class Meter:
    """Counts requests a minute and bytes an hour of each credential, in this process; what is past is forgotten."""

    def __init__(self) -> None:
        self._requests: dict[str, tuple[int, int]] = {}
        self._bytes: dict[str, tuple[int, int]] = {}

    def count(self, door: Pass) -> dict[str, str]:
        """Count a request; gives the headers that tell what is left. Raises: ProblemError 429."""
        now = time.time()
        minute, ends = int(now // _MINUTE), _MINUTE - int(now % _MINUTE)
        used = _at(self._requests, door.label, minute) + 1
        self._requests[door.label] = (minute, used)
        quota, bulk = door.outlet.requests_per_minute, door.outlet.bytes_per_hour
        hour, hour_ends = int(now // _HOUR), _HOUR - int(now % _HOUR)
        if bulk and _at(self._bytes, door.label, hour) >= bulk:
            raise _too_much(f"{bulk} bytes an hour", hour_ends)
        if not quota:
            return {}
        headers = {
            "RateLimit-Policy": f'"requests";q={quota};w={_MINUTE}',
            "RateLimit": f'"requests";r={max(0, quota - used)};t={ends}',
        }
        if used > quota:
            raise _too_much(f"{quota} requests a minute", ends, headers)
        if len(self._requests) > _REMEMBERED:
            self._requests = {name: one for name, one in list(self._requests.items()) if one[0] == minute}
        return headers

    def add(self, door: Pass, size: int) -> None:
        """Count the bytes of an answer."""
        if door.outlet.bytes_per_hour:
            hour = int(time.time() // _HOUR)
            self._bytes[door.label] = (hour, _at(self._bytes, door.label, hour) + size)


def _at(counted: dict[str, tuple[int, int]], name: str, window: int) -> int:
    """Give what was counted in a window."""
    known = counted.get(name)
    return known[1] if known and known[0] == window else 0


def _too_much(quota: str, seconds: int, headers: dict[str, str] | None = None) -> ProblemError:
    """Refuse until the window ends."""
    return ProblemError(
        429,
        "quota",
        f"That is more than {quota}. Ask again in {seconds} seconds.",
        {**(headers or {}), "Retry-After": str(seconds)},
    )


METER: Final = Meter()
