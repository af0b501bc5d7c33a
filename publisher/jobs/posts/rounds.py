"""A round of pulls: many sources, each host asked politely, none late because another one hangs.

sources -> one group per host -> ask, in threads that grow while hosts hang -> parse, in processes
-> keep, many in one transaction -> when to ask each again
"""

from __future__ import annotations

import multiprocessing
import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from publisher import sources
from publisher.jobs.posts.gather import Reading
from publisher.jobs.posts.pull import Answered, Asked, Parser, SourceReport, ask, keep
from publisher.jobs.posts.spread import Width, spread
from publisher.model import Document, Posts
from publisher.settings import Source
from publisher.sources import alts
from publisher.sources.alts import Alts
from publisher.sources.interval import Habits, next_pull
from publisher.store import posts, pulls
from publisher.store.database import unit

_MANY: Final = 50  # sources from which on processes are worth their start
_MOST_PROCESSES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How a round reads: the way out, what people said about pictures, and how wide it goes."""

    reading: Reading
    known: Alts
    width: Width


def pull(wanted: Mapping[str, Source], round_: Round) -> Iterator[SourceReport]:
    """Pull sources and plan when each is asked again; reports come as posts are kept. Raises `StoreError`."""
    now = round_.reading.now
    with ExitStack() as stack:
        parser = _parser(stack) if len(wanted) >= _MANY else sources.parse
        known = posts.validators(list(wanted))
        asked = [Asked(name=name, source=one, validators=known[name]) for name, one in wanted.items()]
        for some in spread(_asker(round_.reading, parser), _by_host(asked), round_.width):
            with unit():
                reports = _keep(some, round_, now)
                _plan(some, wanted, round_, now)
            yield from reports


def processes() -> int:
    """Say how many processes read feeds in a big round: asking and keeping needs a processor, too."""
    return max(1, min(_MOST_PROCESSES, (os.cpu_count() or 1) - 1))


def _parser(stack: ExitStack) -> Parser:
    """Parse in processes: reading feeds is work, and threads share one processor for it."""
    number = processes()
    # A forked process would inherit the locks of our threads as they happen to be.
    pool = stack.enter_context(ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn")))

    def parse(document: Document, *, language: str | None, default_language: str) -> Posts:
        return pool.submit(sources.parse, document, language=language, default_language=default_language).result()

    return parse


def _by_host(asked: Iterable[Asked]) -> list[Sequence[Asked]]:
    """Put the sources of a host together: it is asked one thing at a time."""
    groups: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        groups[urlsplit(one.source.url).netloc.lower() if one.source.url else f"file {one.name}"].append(one)
    return list(groups.values())


def _asker(reading: Reading, parser: Parser) -> Callable[[Sequence[Asked]], Iterator[Answered]]:
    """Make the work of one thread: the sources of one host, one after the other."""

    def ask_all(group: Sequence[Asked]) -> Iterator[Answered]:
        return (ask(one, reading, parser) for one in group)

    return ask_all


def _keep(some: Sequence[Answered], round_: Round, now: datetime) -> list[SourceReport]:
    """Keep what sources brought; call it in a transaction."""
    as_before = pulls.note_unchanged([one.name for one in some if one.is_unchanged], now)
    return [
        SourceReport(name=one.name, status="unchanged")
        if one.name in as_before
        else keep(replace(one, posts=alts.describe(one.posts, round_.known)), now)
        for one in some
    ]


def _plan(some: Sequence[Answered], wanted: Mapping[str, Source], round_: Round, now: datetime) -> None:
    """Plan when sources are asked again; call it in a transaction."""
    standings = pulls.standings([one.name for one in some])
    moments: dict[str, datetime] = {}
    for one in some:
        source, standing = wanted[one.name], standings[one.name]
        habits = Habits(every=source.every, fresh=one.max_age, failures=standing.failures, arrivals=standing.arrivals)
        wait = next_pull(habits, now, jitter=random.random())  # noqa: S311 - spreads requests, keeps no secret
        again = round_.reading.manners.again(urlsplit(source.url).netloc.lower()) if source.url else None
        moments[one.name] = max(now + wait, again or now)
    pulls.plan(moments)
