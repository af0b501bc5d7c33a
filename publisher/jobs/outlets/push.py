"""What changed is brought to those who asked for it: each place in order, again when it failed, never twice on purpose.

    waiting targets -> kills behind what failed  -> send -> overtake
    due targets -> changes behind their position -> send -> advance | postpone | give up

A place that fails holds up nobody but itself, and a kill waits for nothing. What it never took is a dead letter that
people see.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from publisher.errors import FetchError, PublisherError, UsageError
from publisher.jobs.outlets.channels import bundle_of, channel_of, describe_change, newest, release_of
from publisher.jobs.outlets.partners import load_secret
from publisher.jobs.outlets.shelf import Shelf
from publisher.model import Status
from publisher.net import Guard
from publisher.settings import Settings
from publisher.store import channelmedia, channels, pushes
from publisher.store.channels import Change
from publisher.store.pushes import Target
from publisher.syndication import archive, dropoff, push, sftp, wordpress
from publisher.syndication.archive import Part
from publisher.syndication.push import Way
from publisher.syndication.spool import open_spool
from publisher.syndication.wordpress import PictureFile, Site

# How long to wait after each failure, as Standard Webhooks advises; then the change is put aside.
WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000))
_AT_ONCE: Final = 200
_TOGETHER: Final = frozenset({"s3", "sftp", "websub"})  # get one thing for many changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """What pushing needs: the newsroom, its shelf and folder of keys, the way out and its guard."""

    settings: Settings
    shelf: Shelf
    keys: Path
    way: Way
    guard: Guard


def run(courier: Courier, now: datetime, tell: Callable[[str], None]) -> int:
    """Bring what changed to every place that is due; gives how many changes arrived."""
    begun = time.monotonic()
    done = sum(_hurry(courier, target, now, begun, tell) for target in pushes.waiting(now))
    return done + sum(_serve(courier, target, now, begun, tell) for target in pushes.due(now))


def _names(target: Target) -> tuple[str, ...]:
    """Name the channels whose changes go to a place."""
    only = target.options.get("channel")
    return tuple(name for name in (*target.channels, target.practice) if name == only) if only else target.channels


def _serve(courier: Courier, target: Target, now: datetime, begun: float, tell: Callable[[str], None]) -> int:
    """Bring one place up to date, as far as it takes it; at `now` the round began, and the stop-watch showed `begun`.

    Receivers refuse a signature that is minutes old: it is made at the time that it is, whoever hung before.
    """
    waiting = channels.changes(_names(target), target.position, _AT_ONCE)
    gone = {change.item: change.sequence for change in waiting if change.sequence in target.ahead}
    steps = [waiting] if waiting and target.kind in _TOGETHER else [(change,) for change in waiting]
    done = 0
    for step in steps:
        last = step[-1].sequence
        if last <= gone.get(step[-1].item, 0):  # its post is killed there already
            pushes.advance(target.key, last)
            continue
        try:
            _SENDERS[target.kind](courier, target, step, now + timedelta(seconds=time.monotonic() - begun))
        except PublisherError as failure:
            _fail(target, last, failure, now)
            tell(f"push {target.key} ({target.kind} of {target.outlet}): {failure}")
            return done
        pushes.advance(target.key, last)
        done += len(step)
    return done


def _hurry(courier: Courier, target: Target, now: datetime, begun: float, tell: Callable[[str], None]) -> int:
    """Bring kills to a place that waits because something failed; one that takes none is asked again in each round."""
    if target.kind in _TOGETHER:
        return 0
    waiting = channels.changes(_names(target), target.position, _AT_ONCE)
    done = 0
    for change in waiting:
        if change.signal != "kill" or change.sequence in target.ahead:
            continue
        try:
            _SENDERS[target.kind](courier, target, (change,), now + timedelta(seconds=time.monotonic() - begun))
        except PublisherError as failure:
            tell(f"push {target.key} ({target.kind} of {target.outlet}), a kill: {failure}")
            return done
        if change is waiting[0]:
            pushes.advance(target.key, change.sequence)
        else:
            pushes.overtake(target.key, change.sequence)
        done += 1
    return done


def _fail(target: Target, sequence: int, failure: PublisherError, now: datetime) -> None:
    """Decide what a failure means: stop for good, try again, or put the change aside."""
    if isinstance(failure, FetchError) and push.is_gone(failure):
        pushes.give_up(target.key, sequence, str(failure), now)
        pushes.stop(target.key, actor="publisher", now=now)
        return
    again = pushes.get(target.key).attempt
    is_final = isinstance(failure, UsageError) or (isinstance(failure, FetchError) and not failure.retry)
    if again >= len(WAITS) or (is_final and again > 0):
        pushes.give_up(target.key, sequence, str(failure), now)
        return
    until = now + WAITS[again]
    if isinstance(failure, FetchError) and failure.again is not None:
        until = max(until, failure.again)
    pushes.postpone(target.key, until, str(failure))


# --- one sender for each kind of place --------------------------------------------------------------------------------


def _send_webhook(courier: Courier, target: Target, step: tuple[Change, ...], now: datetime) -> None:
    """Tell a partner's server of one change."""
    (change,) = step
    document = {
        "type": f"post.{change.signal}",
        "timestamp": change.at.isoformat(),
        "data": describe_change(change, courier.settings.site.url),
    }
    keys = load_secret(courier.keys, target.key)
    message = push.Message(id=f"{target.key}-{change.sequence}", at=now, document=document)
    push.send_webhook(courier.way, target.url, message, keys)


def _ping_hub(courier: Courier, target: Target, step: tuple[Change, ...], now: datetime) -> None:
    """Tell a hub that a feed has news: a secret address, since a hub shows no token."""
    del step, now
    push.ping_hub(courier.way, target.url, load_secret(courier.keys, target.key))


def _send_wordpress(courier: Courier, target: Target, step: tuple[Change, ...], now: datetime) -> None:
    """Bring one post into a WordPress as it stands now; an older change of it is told by the newer one.

    Of several channels that have the post one goes first in which it may be used: it stays until none of them has it.
    """
    del now
    (change,) = step
    item = channels.find(_names(target), change.item)
    if item is None:
        return
    secrets = load_secret(courier.keys, target.key)
    site = Site(url=target.url, user=target.options.get("user", ""), password=secrets[0] if secrets else "")
    stored = channelmedia.of_items([item.key]).get(item.key, ()) if item.change.status is Status.USABLE else ()
    pictures = [
        PictureFile(url=one.url, path=courier.shelf.media / one.file, sha256=one.sha256, media_type=one.media_type)
        for one in stored
        if one.media_type.startswith("image/")
    ]
    release = release_of(item, channel_of(courier.settings, item.change.channel))
    wordpress.publish(courier.way, site, release, pictures)


def _bundles(courier: Courier, step: tuple[Change, ...]) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Give the newest bundle of each channel that changed."""
    for name in sorted({change.channel for change in step}):
        channel, shelf = channel_of(courier.settings, name), courier.shelf
        with open_spool() as spool:
            made = bundle_of(newest(name), channel, shelf.media, shelf.templates, spool)
            yield name, archive.lay_out(made, key=shelf.key)


def _drop(courier: Courier, target: Target, step: tuple[Change, ...], now: datetime) -> None:
    """Put the newest bundle of each channel that changed into a bucket."""
    del now
    keys = load_secret(courier.keys, target.key)
    bucket, _, folder = target.url.removeprefix("s3://").partition("/")
    for name, parts in _bundles(courier, step):
        place = dropoff.Bucket(
            name=bucket,
            prefix="/".join(part for part in (folder.strip("/"), name) if part) + "/",
            region=target.options.get("region"),
            endpoint=target.options.get("endpoint"),
            access_key=keys[0] if keys else None,
            secret_key=keys[1] if len(keys) > 1 else None,
        )
        dropoff.drop(place, parts, courier.guard)


def _upload(courier: Courier, target: Target, step: tuple[Change, ...], now: datetime) -> None:
    """Put the newest bundle of each channel that changed onto an SFTP server."""
    del now
    place, proof = sftp.Place.read(target.url), _proof_of(courier, target)
    for name, parts in _bundles(courier, step):
        sftp.drop(place, proof, name, parts, courier.guard)


def _proof_of(courier: Courier, target: Target) -> sftp.Proof:
    """Find what proves who an SFTP server is, and who we are. Raises `UsageError` where the environment lacks it."""
    secrets = load_secret(courier.keys, target.key)
    variable = target.options.get("password_env")
    if variable is not None and variable not in os.environ:
        raise UsageError(f"push {target.key}", f"the environment has no {variable}", "set it where the worker runs")
    key = target.options.get("key_file")
    return sftp.Proof(
        host_keys=tuple(target.options.get("host_keys", "").split()),
        password=os.environ[variable] if variable is not None else secrets[0] if secrets else None,
        key=Path(key) if key else None,
    )


_SENDERS: Final[dict[str, Callable[[Courier, Target, tuple[Change, ...], datetime], None]]] = {
    "webhook": _send_webhook,
    "websub": _ping_hub,
    "wordpress": _send_wordpress,
    "s3": _drop,
    "sftp": _upload,
}
