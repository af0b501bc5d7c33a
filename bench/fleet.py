"""Workers on one Postgres: how fast they are together, how they keep a pace, and what becomes of those that die.

    python -m bench.fleet                   throughput with 1, 2 and 4 workers, and of the embedded loop
    python -m bench.fleet --pace 14           four workers on one account of 14 a second
    python -m bench.fleet --kill              100,000 recipients, kill -9 five times, SIGSTOP twice
    python -m bench.fleet --alert             an alert overtakes a digest to 100,000 at 14 a second

Each worker is a process of its own with the real engine, clock and ledger. Their way out is a tape: a file to which
each message is one appended line, written before the answer, which no kill takes back.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.crash import make_edition, postgres
from publisher.engine.embedded import EmbeddedEngine
from publisher.engine.procrastinate import ProcrastinateEngine
from publisher.errors import PublisherError
from publisher.jobs.sending.deliver import Limits, Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.jobs.worker import tick
from publisher.jobs.worker.duty import Duty, Means
from publisher.jobs.worker.table import QUEUES, jobs_of
from publisher.model import Accepted, Envelope, Message, Outcome
from publisher.net import Client
from publisher.settings import Settings, Site
from publisher.sources import alts
from publisher.store import database, editions, quota, schedules

ACCOUNT = "fleet"
TICK = 1.0


class Tape:
    """A way out that notes each message in a file before it answers."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def send(self, message: Message, envelope: Envelope) -> Outcome:
        """Note a message; it stands in the file as soon as this returns, and before anybody knows."""
        del message
        os.write(self._file, f"{time.time():.6f} {envelope.address} {envelope.tags.get('edition', '')}\n".encode())
        return Accepted(message_id=envelope.tags["delivery"])

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message on the tape."""

    at: float
    address: str
    edition: str


def read_tape(file: Path) -> list[Line]:
    """Read a tape, in the order of time."""
    lines = (line.split(" ") for line in file.read_text(encoding="ascii").splitlines())
    return sorted((Line(at=float(at), address=who, edition=what) for at, who, what in lines), key=lambda line: line.at)


# --- a worker -----------------------------------------------------------------------------------------------------


def work(url: str, home: Path, tape: Path, pace: float, jobs: int) -> None:
    """Work until SIGTERM, as `publisher work` does."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    database.open_database(url)
    quota.open_account(ACCOUNT, pace, datetime.now(UTC))
    duty = make_duty(home, tape, stop)
    if url.startswith("sqlite"):
        duty.take_on(EmbeddedEngine(jobs_of(duty), tell=tell))
    else:
        engine = ProcrastinateEngine(jobs_of(duty), QUEUES, tell=tell)
        engine.install()
        duty.take_on(engine)
    clock = threading.Thread(target=tick_on, args=(duty, stop))
    clock.start()
    duty.engine.run(workers=jobs, stop=stop)
    stop.set()
    clock.join()
    duty.close()


def tell(line: str) -> None:
    """Write a line for whoever looks."""
    print(line, file=sys.stderr, flush=True)


def tick_on(duty: Duty, stop: threading.Event) -> None:
    """Tick until it is enough."""
    while not stop.is_set():
        try:
            tick.tick(duty)
        except PublisherError as failure:
            tell(f"tick: {failure}")
            database.close_database()
        stop.wait(TICK)
    database.close_database()


def make_duty(home: Path, tape: Path, stop: threading.Event) -> Duty:
    """Make what a worker needs, with the tape as its way out."""

    def open_route(stack: ExitStack) -> Route:
        marker = Marker(home)
        stack.callback(marker.close)
        transport = Tape(tape)
        stack.callback(transport.close)
        links = Links(site="https://news.example.org", keys=load_keys(home.parent / "keys" / "links.json"))
        return Route(
            transport=transport, account=ACCOUNT, links=links, marker=marker, threads=4, limits=Limits(), tell=tell
        )

    means = Means(
        settings=Settings(site=Site(name="Fleet")),
        home=home,
        entries=(),
        open_route=open_route,
        open_client=lambda stack: stack.enter_context(Client()),
        open_queue=lambda _stack: None,
        allowance=lambda: None,
        noise=lambda: secrets.randbits(80),
        alts=lambda: alts.NOTHING,
        tell=tell,
        stop=stop,
    )
    return Duty(means)


# --- a fleet ------------------------------------------------------------------------------------------------------


class Fleet:
    """Workers in processes of their own, each in a home of its own."""

    def __init__(self, url: str, folder: Path, *, pace: float, jobs: int = 4) -> None:
        self.tape = folder / "tape"
        self.tape.touch()
        self._url, self._folder, self._pace, self._jobs = url, folder, pace, jobs
        self._homes = 0
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, number: int = 1) -> None:
        """Start more workers."""
        for _ in range(number):
            self._homes += 1
            home = self._folder / f"home-{self._homes}"
            home.mkdir()
            command = [sys.executable, "-m", "bench.fleet", "--work", self._url, str(home), str(self.tape)]
            command += [str(self._pace), str(self._jobs)]
            with (self._folder / "workers.log").open("ab") as log:
                worker = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=log, stderr=log)  # noqa: S603 - our own
                self.workers.append(worker)

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """End a worker as a power cut does."""
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)

    def stop(self) -> None:
        """Let every worker end what it has begun."""
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            try:
                worker.wait(90)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        self.workers.clear()

    def sent(self) -> int:
        """Count the lines of the tape."""
        with self.tape.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


@contextmanager
def fleet(url: str, *, pace: float, jobs: int = 4) -> Iterator[Fleet]:
    """Make a fleet in a folder of its own; its workers end with the block."""
    with tempfile.TemporaryDirectory(prefix="publisher-fleet-") as name:
        made = Fleet(url, Path(name), pace=pace, jobs=jobs)
        try:
            yield made
        finally:
            made.stop()


def prepare(url: str, recipients: int) -> str:
    """Make a database with an edition that is being sent; gives the edition."""
    database.open_database(url)
    database.migrate()
    if not url.startswith("sqlite"):
        ProcrastinateEngine({}, {}).install()
    return make_edition(recipients)


def wait_until_settled(edition: str, limit: float) -> float:
    """Wait until nobody is pending or being written to; gives the seconds that took."""
    began = time.monotonic()
    while editions.count(edition).open and time.monotonic() - began < limit:
        time.sleep(0.2)
    return time.monotonic() - began


def worst_second(moments: Sequence[float]) -> int:
    """Give the most messages in any second, wherever it begins."""
    window: deque[float] = deque()
    worst = 0
    for moment in moments:
        window.append(moment)
        while moment - window[0] >= 1.0:
            window.popleft()
        worst = max(worst, len(window))
    return worst


# --- measurements -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast messages went out: on average a second, and in the busiest second."""

    sent: int
    average: float
    worst: int


def measure_pace(url: str, workers: int, recipients: int, pace: float, *, limit: float = 600) -> Pace:
    """Send an edition with some workers, and look at the tape."""
    edition = prepare(url, recipients)
    with fleet(url, pace=pace) as ships:
        ships.start(workers)
        wait_until_settled(edition, limit)
        moments = [line.at for line in read_tape(ships.tape)]
    span = moments[-1] - moments[0] if len(moments) > 1 else 1.0
    return Pace(sent=len(moments), average=(len(moments) - 1) / span, worst=worst_second(moments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What killing workers did: how often, the longest pause until others went on, and how everybody stands."""

    kills: int
    stops: int
    duplicates: int
    recipients: int
    accepted: int
    in_doubt: int
    open: int
    take_over: float
    seconds: float


def kill_some(  # noqa: PLR0913 - what differs between runs, by keyword
    url: str, recipients: int, *, kills: int, stops: int, pace: float, seed: int = 1
) -> Losses:
    """Kill and freeze random workers of three while they send."""
    dice = random.Random(seed)  # noqa: S311 - repeats a run
    edition = prepare(url, recipients)
    began = time.monotonic()
    deeds = ["kill"] * kills + ["stop"] * stops
    dice.shuffle(deeds)
    waits: list[float] = []
    with fleet(url, pace=pace) as ships:
        ships.start(3)
        for number, deed in enumerate(deeds, 1):
            _wait_for(ships, recipients * number // (len(deeds) + 2))
            worker = dice.choice(ships.workers)
            if deed == "kill":
                ships.kill(worker)
                waits.append(_take_over())
                ships.start()
            else:
                worker.send_signal(signal.SIGSTOP)
                time.sleep(dice.uniform(4, 20))
                worker.send_signal(signal.SIGCONT)
        wait_until_settled(edition, 300)
        seconds = time.monotonic() - began
        sent = Counter(line.address for line in read_tape(ships.tape))
    counts = editions.count(edition)
    return Losses(
        kills=kills,
        stops=stops,
        duplicates=sum(number - 1 for number in sent.values()),
        recipients=counts.recipients,
        accepted=counts.accepted,
        in_doubt=counts.in_doubt,
        open=counts.open,
        take_over=max(waits, default=0.0),
        seconds=seconds,
    )


def _wait_for(ships: Fleet, sent: int) -> None:
    """Wait until so many messages stand on the tape."""
    ends = time.monotonic() + 120
    while ships.sent() < sent and time.monotonic() < ends:
        time.sleep(0.05)


def _take_over() -> float:
    """Wait until no work belongs to a worker without a sign of life; gives the seconds that took."""
    from django.db import connection  # noqa: PLC0415 - only where Postgres is asked

    began = time.monotonic()
    died = datetime.now(UTC)
    while time.monotonic() - began < 60:
        time.sleep(0.25)
        with connection.cursor() as cursor:
            cursor.execute(_ORPHANS, [died])
            orphans = cursor.fetchone()[0]
        # Within the first seconds the living have not given their next sign of life.
        if not orphans and time.monotonic() - began > 6:
            return time.monotonic() - began
    return time.monotonic() - began


_ORPHANS = """
SELECT COUNT(*) FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaking:
    """What an alert met: how many messages of the digest went out between its start and its first, and the pace."""

    between: int
    batch: int
    seconds: float


def overtake(url: str, recipients: int, pace: float, readers: int = 30) -> Overtaking:
    """Let an alert start while a digest is on its way."""
    digest = prepare(url, recipients)
    with fleet(url, pace=pace) as ships:
        ships.start(2)
        _wait_for(ships, int(pace * 3))
        database.close_database()
        alert = make_edition(readers, newsletter="alerts", address="alarm{}@example.org")
        with database.unit():
            schedules.make_urgent(alert)
        began = time.time()
        wait_until_settled(alert, 120)
        lines = read_tape(ships.tape)
    first = min(line.at for line in lines if line.edition == alert)
    between = sum(1 for line in lines if line.edition == digest and began <= line.at < first)
    return Overtaking(between=between, batch=min(50, int(pace)), seconds=first - began)


# --- all of them --------------------------------------------------------------------------------------------------


def make_database(server: str) -> str:
    """Make an empty database; gives its address."""
    import psycopg  # noqa: PLC0415 - an optional extra

    name = f"fleet_{random.getrandbits(64):x}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.format(name)


def throughput(server: str, recipients: int) -> None:
    """Measure without a pace: what engine and ledger take."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure_pace(f"sqlite:///{folder}/db.sqlite3", 1, recipients, 0)
        print(f"embedded loop, SQLite     {found.average:8.0f} recipients/s", flush=True)
    for workers in (1, 2, 4):
        found = measure_pace(make_database(server), workers, recipients, 0)
        print(f"Postgres, {workers} workers       {found.average:8.0f} recipients/s", flush=True)


def main() -> None:
    """Measure what was asked for."""
    if sys.argv[1:2] == ["--work"]:
        url, home, tape, pace, jobs = sys.argv[2:]
        work(url, Path(home), Path(tape), float(pace), int(jobs))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--pace", type=float, help="what the account allows a second")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--alert", action="store_true")
    wanted = parser.parse_args()
    with postgres() as server:
        if wanted.kill:
            print(kill_some(make_database(server), wanted.recipients, kills=5, stops=2, pace=1500))
        elif wanted.alert:
            print(overtake(make_database(server), wanted.recipients, 14 * 0.9))
        elif wanted.pace:
            recipients = min(wanted.recipients, int(wanted.pace * 40))
            print(measure_pace(make_database(server), 4, recipients, wanted.pace * 0.9))
        else:
            throughput(server, wanted.recipients)


if __name__ == "__main__":
    main()
