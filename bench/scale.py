"""Ten million recipients on twenty workers: a simulation that is driven by measured costs.

    python -m bench.scale                     a table of sizes, and what sets the pace in each
    python -m bench.scale --recipients 10000000 --workers 20 --rate 10000

Discrete events: a worker commits a batch (the processors of the database do so many a second, the disk makes it wait),
makes the requests (its own processors do so many a second; an answer takes so long), and comes back. The account's pace
is one row that gives slots. Nothing here is guessed: each cost names where it was measured, and can be given anew.
"""

from __future__ import annotations

import argparse
import heapq
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection

from bench.crash import postgres
from bench.fleet import make_database, prepare
from publisher.jobs.worker.upkeep import slots_for
from publisher.model import Accepted, Result
from publisher.store import database, ledger, quota

BATCHES = 200
SEATS = 8  # chunks that one worker sends at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds that things take, and where that was measured (two-core machine, November 2026)."""

    turn: float = 0.0065  # of a processor of the database for a commit of 50 outcomes and 50 intents: --measure
    flush: float = 0.0029  # until the disk has a commit, during which the row of the pace is held: --measure
    reserve: float = 0.0004  # of a processor of the database for one reservation of the pace: --measure
    request: float = 0.00053  # of a worker's processor for a recipient, ledger included: bench/bench_send.py
    answer: float = 0.1  # until SES answers: its usual latency
    take_over: float = 22.0  # until the work of a dead worker goes on: heartbeat, 15 s, reaper


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is simulated. `rate`: what the account allows a second; `cores` of each worker; `deaths` on the way.

    `database` are the processors of the database.
    """

    recipients: int
    workers: int
    rate: float
    cores: int = 2
    database: int = 4
    threads: int = 64
    batch: int = 50
    share: float = 0.9
    deaths: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went: seconds until the last request, recipients a second, and how busy each part was (0 to 1)."""

    seconds: float
    average: float
    busy: dict[str, float]

    @property
    def bottleneck(self) -> str:
        """Name what was busiest."""
        return max(self.busy, key=lambda name: self.busy[name])


def simulate(setting: Setting, costs: Costs) -> Outcome:
    """Let chunks, spread over workers, take batch after batch until nobody is left."""
    interval = 1 / (setting.rate * setting.share)
    size = max(1, min(setting.batch, int(setting.rate * setting.share)))
    # The moments from which they are free. A commit holds the row of the account until the disk has it.
    pace = row = 0.0
    database = [0.0] * setting.database
    used = {"the account's pace": 0.0, "the database": 0.0, "the account's row": 0.0, "the workers' processors": 0.0}
    chunks = min(slots_for(setting.rate * setting.share), SEATS * setting.workers)
    crowd = max(1.0, chunks / setting.workers / setting.cores)  # chunks that share a processor
    ready = [(0.0, chunk) for chunk in range(chunks)]
    deaths = _deaths(setting, interval)
    died = next(deaths, math.inf)
    left, end = setting.recipients, 0.0
    while left > 0:
        moment, chunk = heapq.heappop(ready)
        if moment >= died:
            died = next(deaths, math.inf)
            heapq.heappush(ready, (moment + costs.take_over, chunk))
            continue
        number = min(size, left)
        left -= number
        served = max(moment, heapq.heappop(database)) + costs.turn + costs.reserve
        used["the database"] += (costs.turn + costs.reserve) / setting.database
        heapq.heappush(database, served)
        row = claimed = max(served, row) + costs.flush
        used["the account's row"] += costs.flush
        pace = max(pace, claimed) + number * interval
        used["the account's pace"] += number * interval
        work = max(number * costs.request * crowd, math.ceil(number / setting.threads) * costs.answer)
        used["the workers' processors"] += number * costs.request / setting.cores / setting.workers
        done = max(pace, claimed + work)
        end = max(end, done)
        heapq.heappush(ready, (done, chunk))
    return Outcome(
        seconds=end, average=setting.recipients / end, busy={name: min(1.0, part / end) for name, part in used.items()}
    )


def measure(costs: Costs) -> Costs:
    """Measure what a commit of a batch and a reservation cost the database, on a Postgres of our own.

    Its processors' seconds are counted, which no other work on the machine makes more; of waiting the shortest tenth.
    """
    with postgres() as server:
        edition = prepare(make_database(server), BATCHES * 50)
        quota.open_account("scale", 0, datetime.now(UTC))
        until = datetime.now(UTC) + timedelta(hours=1)
        key, lease = ledger.key_of(edition), ledger.open_lease("scale", until)
        results: list[Result] = []
        began = _spent()
        for _ in range(BATCHES):
            with database.unit():
                ledger.extend_lease(lease, until, datetime.now(UTC))
                ledger.commit(lease, results, datetime.now(UTC))
                claims = ledger.claim(key, lease, 50, datetime.now(UTC))
            results = [Result(claim=claim, outcome=Accepted(message_id=claim.delivery)) for claim in claims]
        turn = (_spent() - began) / BATCHES
        waits: list[float] = []
        began = _spent()
        for _ in range(5 * BATCHES):
            at = time.perf_counter()
            quota.reserve("scale", 50, datetime.now(UTC))
            waits.append(time.perf_counter() - at)
        reserve = (_spent() - began) / (5 * BATCHES)
        database.close_database()
    return replace(costs, turn=turn, reserve=reserve, flush=max(0.0, sorted(waits)[len(waits) // 10] - reserve))


def _spent() -> float:
    """Give the seconds of processor that the database has spent on our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _deaths(setting: Setting, interval: float) -> Iterator[float]:
    """Give the moments at which workers die, evenly over the time that the pace alone would take."""
    whole = setting.recipients * interval
    return (whole * (number + 1) / (setting.deaths + 1) for number in range(setting.deaths))


TABLE = (
    Setting(recipients=10_000, workers=1, rate=14),
    Setting(recipients=100_000, workers=1, rate=14),
    Setting(recipients=100_000, workers=1, rate=200),
    Setting(recipients=1_000_000, workers=2, rate=1_000),
    Setting(recipients=1_000_000, workers=4, rate=5_000),
    Setting(recipients=10_000_000, workers=4, rate=10_000),
    Setting(recipients=10_000_000, workers=20, rate=10_000),
    Setting(recipients=10_000_000, workers=20, rate=10_000, deaths=20),
    Setting(recipients=10_000_000, workers=20, rate=50_000),
)


def describe(setting: Setting, outcome: Outcome) -> str:
    """Write a line of the table."""
    minutes = outcome.seconds / 60
    busy = ", ".join(f"{name} {part:.0%}" for name, part in outcome.busy.items())
    deaths = f", {setting.deaths} deaths" if setting.deaths else ""
    return (
        f"{setting.recipients:>10,} to send, {setting.workers:>2} workers, {setting.rate:>6,.0f}/s{deaths}: "
        f"{minutes:8.1f} min, {outcome.average:7,.0f}/s; {busy}; first at its end: {outcome.bottleneck}"
    )


def main() -> None:
    """Simulate what was asked for, or the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int)
    parser.add_argument("--workers", type=int, default=20)
    parser.add_argument("--rate", type=float, default=10_000)
    parser.add_argument("--deaths", type=int, default=0)
    parser.add_argument("--measure", action="store_true", help="measure the database's costs here first")
    parser.add_argument("--turn", type=float, help="seconds of one commit")
    parser.add_argument("--answer", type=float, help="seconds until SES answers")
    wanted = parser.parse_args()
    costs = Costs()
    given = {name: value for name in ("turn", "answer") if (value := getattr(wanted, name)) is not None}
    costs = replace(costs, **given)
    if wanted.measure:
        costs = measure(costs)
        print(costs, flush=True)
    settings: tuple[Setting, ...] = TABLE
    if wanted.recipients:
        settings = (
            Setting(recipients=wanted.recipients, workers=wanted.workers, rate=wanted.rate, deaths=wanted.deaths),
        )
    for setting in settings:
        print(describe(setting, simulate(setting, costs)), flush=True)


if __name__ == "__main__":
    main()
