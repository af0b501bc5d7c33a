"""What a recipient costs, ledger included, beside others on the same machine in the same run.

    python -m bench.bench_send              rates and rivals: some minutes
    python -m bench.bench_send --large      the list of a million as well: import, freeze, memory

Everything sends the same digest of some 60 KB to the same SES, which takes it and forgets it, in a process of its own.
A rate of CPU counts the seconds of the sender alone; the ledger is SQLite that waits for the disk (synchronous=FULL).
Each sender runs several times, in turns; the median counts. The rivals are installed into a folder of their own, and
said to be missing where that fails.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bench.bench_message import HEADERS, make_envelope, make_rendered
from publisher.delivery.lean import LeanTransport
from publisher.delivery.message import build, splice
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.delivery.sigv4 import Keys, Target, sign, write_body
from publisher.delivery.unsubscribe import Keys as LinkKeys
from publisher.delivery.unsubscribe import Purpose, issue
from publisher.jobs.lists.enrol import Manner, enrol
from publisher.jobs.sending import deliver
from publisher.jobs.sending.deliver import Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.model import Accepted, Content, Envelope, Message, Outcome
from publisher.settings import Settings, Site
from publisher.store import database, editions, newsletters, quota

ROUNDS = 3
RECIPIENTS = 6_000
RIVALS = 600
LARGE = 1_000_000
SMALL = 10_000
KEEP = 100  # of a million, each so-many-th message crosses the network: the rest only takes longer, not more memory
HERE = Path(__file__).parent
PACKAGES = ("boto3", "django-anymail[amazon-ses]", "django-ses", "django>=5.2,<6")
ANYTHING = "x"  # opens nothing


# --- the SES that forgets -----------------------------------------------------------------------------------------


class Sink(asyncio.Protocol):
    """Answers each request with an id, as soon as it is there whole."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._left = -1
        self._buffer = b""
        self._answer = b""

    def data_received(self, data: bytes) -> None:
        """Count what comes; heads are read, bodies forgotten."""
        while data:
            if self._left < 0:
                self._buffer += data
                head, found, data = self._buffer.partition(b"\r\n\r\n")
                if not found:
                    return
                self._buffer = b""
                self._begin(head)
            took = min(self._left, len(data))
            self._left -= took
            data = data[took:]
            if self._left == 0:
                self._left = -1
                self._transport.write(self._answer)  # type: ignore[attr-defined]  # a connection can be written to

    def _begin(self, head: bytes) -> None:
        """Read how long the body is, and what the answer must be."""
        lines = head.lower().split(b"\r\n")
        lengths = [line for line in lines if line.startswith(b"content-length:")]
        self._left = int(lengths[0].split(b":")[1]) if lengths else 0
        body = b'{"MessageId":"0102018f-0000-0000-0000-000000000000-000000"}'
        fields = b"Content-Type: application/json\r\nx-amzn-RequestId: 0102018f\r\nContent-Length: %d" % len(body)
        self._answer = b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\n" + body
        if b"expect: 100-continue" in lines:
            self._answer = b"HTTP/1.1 100 Continue\r\n\r\n" + self._answer


async def serve() -> None:
    """Serve until the process is ended; prints the address first."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


@contextmanager
def sink() -> Iterator[str]:
    """Run the SES that forgets in a process of its own; gives its address."""
    command = [sys.executable, "-m", "bench.bench_send", "--sink"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as process:  # noqa: S603 - ours
        if process.stdout is None:
            raise RuntimeError(command)
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


# --- one measurement, in a process of its own ---------------------------------------------------------------------


def measure(work: Callable[[], int]) -> dict[str, float]:
    """Give how many were sent, the seconds by the clock and of CPU, and the most memory ever, in MB."""
    began, cpu = time.perf_counter(), time.process_time()
    sent = work()
    found = {"sent": sent, "wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return {**found, "memory": int(peak.split()[1]) / 1024}


def send_bare(url: str, number: int) -> dict[str, float]:
    """Sign by hand and send over one connection, with no ledger: the floor."""
    message, envelope = build(make_rendered(), HEADERS), make_envelope(make_token())
    parts = urlsplit(url)
    target = Target(
        host=parts.netloc, path="/v2/email/outbound-emails", region="eu-west-1", service="ses", user_agent="bench"
    )
    keys = Keys(access="AKID", secret=ANYTHING)

    def work() -> int:
        with closing(http.client.HTTPConnection(parts.netloc)) as connection:
            for place in range(number):
                address = f"reader{place}@example.net"
                data = b2a_base64(splice(message, envelope), newline=False)
                pieces = write_body(message.sender, address, data, {"delivery": "01J"}, None)
                head = sign(target, pieces, keys, datetime.now(UTC))
                headers = dict(line.split(": ", 1) for line in head.decode("ascii").split("\r\n")[1:-2])
                connection.request("POST", target.path, b"".join(pieces), headers)
                answer = connection.getresponse()
                if "MessageId" not in json.loads(answer.read()):
                    raise RuntimeError(url)
        return number

    return measure(work)


def make_token() -> str:
    """Make the token of a link."""
    return issue(LinkKeys(current=0, secrets={0: b"s" * 32}), Purpose.UNSUBSCRIBE, 42, 7)


class Sample:
    """Sends each so-many-th message, and says of the others that they were taken."""

    def __init__(self, transport: LeanTransport) -> None:
        self._transport = transport
        self._number = 0

    def send(self, message: Message, envelope: Envelope) -> Outcome:
        """Send, or splice alone."""
        self._number += 1
        if self._number % KEEP == 0:
            return self._transport.send(message, envelope)
        splice(message, envelope)
        return Accepted(message_id=f"{self._number:060d}")

    def close(self) -> None:
        """Nothing of its own is open."""


def send_ours(url: str, home: Path, edition: str, kind: str) -> dict[str, float]:
    """Send an edition as `publisher send` does, with the ledger in a file."""
    database.open_database(f"sqlite:///{home / 'publisher.sqlite3'}")
    quota.open_account("bench", 0, datetime.now(UTC))
    made: SesTransport | LeanTransport = (SesTransport if kind == "boto3" else LeanTransport)(
        SesOptions(endpoint_url=url, region="eu-west-1", access_key="AKID", secret_key=ANYTHING, threads=64)
    )
    with closing(made) as transport, closing(Marker(home)) as marker:
        route = Route(
            transport=Sample(transport) if kind == "sample" else transport,  # type: ignore[arg-type]  # only the lean one is sampled
            account="bench",
            links=Links(site="https://news.example.org", keys=load_keys(home / "links.json")),
            marker=marker,
            threads=64,
        )
        deliver.start_sending(route)

        def work() -> int:
            while deliver.deliver_chunk(edition, route, threading.Event()).again_at is not None:
                pass
            return editions.count(edition).accepted

        return measure(work)


def prepare(home: Path, number: int) -> dict[str, float]:
    """Import so many people from a CSV file, and freeze an edition for them; gives the seconds of both."""
    home.mkdir(parents=True, exist_ok=True)
    database.open_database(f"sqlite:///{home / 'publisher.sqlite3'}")
    database.migrate()
    now = datetime.now(UTC)
    newsletters.declare("daily", "Daily", [], now)
    file = home / "people.csv"
    with file.open("w", encoding="utf-8") as lines:
        lines.write("email,name,language,status\n")
        lines.writelines(f"reader{n}@example{n % 977}.net,Reader {n},en,active\n" for n in range(number))
    began, cpu = time.perf_counter(), time.process_time()
    with file.open("rb") as source:
        manner = Manner(shape="own", confirmed=True, actor="bench")
        enrol(Settings(site=Site(name="Bench")), source, "daily", home / "rejected.csv", manner, now)
    imported, import_cpu = time.perf_counter() - began, time.process_time() - cpu
    rendered = make_rendered()
    content = Content(language="en", format="html", rendered=rendered, message=build(rendered, HEADERS))
    draft = editions.Draft(
        id=editions.new_id(now, 1),
        newsletter="daily",
        title="News",
        contents=(content,),
        chosen=(),
        report={},
        blocked=False,
    )
    editions.create(draft, now)
    began, cpu = time.perf_counter(), time.process_time()
    editions.approve(draft.id, "bench", now + timedelta(seconds=1))
    frozen, frozen_cpu = time.perf_counter() - began, time.process_time() - cpu
    editions.act(draft.id, "start", "bench", now)
    (home / "edition").write_text(draft.id, encoding="ascii")
    return {
        "import": imported,
        "import_cpu": import_cpu,
        "freeze": frozen,
        "freeze_cpu": frozen_cpu,
        "recipients": editions.count(draft.id).recipients,
    }


def run_part(*words: object) -> dict[str, float]:
    """Measure something in a new process, so that memory and CPU are its own."""
    command = [sys.executable, "-m", "bench.bench_send", "--part", *map(str, words)]
    answer = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def part(words: list[str]) -> dict[str, float]:
    """Do what the process was started for."""
    if words[0] == "bare":
        return send_bare(words[1], int(words[2]))
    if words[0] == "prepare":
        return prepare(Path(words[1]), int(words[2]))
    home = Path(words[2])
    return send_ours(words[1], home, (home / "edition").read_text(encoding="ascii"), words[0])


# --- rivals -------------------------------------------------------------------------------------------------------


def install_rivals(folder: Path) -> Path | None:
    """Install the Python rivals into an environment of their own; None, with a word why, where that fails."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        print(f"the rivals cannot be installed: {done.stderr.strip().splitlines()[-1]}")
        return None
    return python


def run_rival(command: list[str], digest: str, folder: Path) -> dict[str, float] | None:
    """Measure a rival; None, with a word why, where it does not run."""
    try:
        answer = subprocess.run(command, input=digest, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603 - ours
        found: dict[str, float] = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.CalledProcessError) as failure:
        why = getattr(failure, "stderr", "") or str(failure)
        print(f"{command[1]} {command[2]}: not measured: {why.strip().splitlines()[-1]}")
        return None
    return found


def find_rivals(folder: Path, url: str) -> dict[str, list[str]]:
    """Give the commands that measure the rivals that are at hand."""
    found: dict[str, list[str]] = {}
    python = install_rivals(folder)
    if python is not None:
        for name in ("boto3", "anymail", "django-ses"):
            found[name] = [str(python), str(HERE / "rivals.py"), name, url, str(RIVALS)]
    node, npm = shutil.which("node"), shutil.which("npm")
    modules = HERE / "node" / "node_modules"
    if node and npm and not (modules / "nodemailer").is_dir():
        install = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(install, cwd=HERE / "node", stdout=sys.stderr, check=False)  # noqa: S603 - ours
    if node and (modules / "nodemailer").is_dir():
        found["nodemailer"] = [node, str(HERE / "node" / "send.js"), url, str(RIVALS)]
    else:
        print("nodemailer: not measured, there is no node and npm")
    return found


# --- all of it ----------------------------------------------------------------------------------------------------


def median(runs: list[dict[str, float]], clock: str) -> float:
    """Give recipients a second of a clock: the median of some runs."""
    return statistics.median(run["sent"] / run[clock] for run in runs)


def measure_rates(folder: Path) -> bool:
    """Measure everybody in turns; True when every target is met."""
    rendered = make_rendered()
    raw = splice(build(rendered, HEADERS), make_envelope(make_token())).decode("ascii")
    digest = json.dumps({"subject": rendered.subject, "html": rendered.html, "text": rendered.text, "raw": raw})
    runs: dict[str, list[dict[str, float]]] = {"bare": [], "lean": [], "boto3, ours": []}
    with sink() as url:
        rivals = find_rivals(folder / "rivals", url)
        for number in range(ROUNDS):
            runs["bare"].append(run_part("bare", url, RECIPIENTS))
            for name, kind in (("lean", "lean"), ("boto3, ours", "boto3")):
                home = folder / f"{kind}-{number}"
                run_part("prepare", home, RECIPIENTS)
                runs[name].append(run_part(kind, url, home))
            for name, command in rivals.items():
                if (found := run_rival(command, digest, folder)) is not None:
                    runs.setdefault(name, []).append(found)
    print(f"a message of {len(raw):,} bytes; load {os.getloadavg()[0]:.1f}; recipients a second")
    for name, found_runs in runs.items():
        cpu, wall = median(found_runs, "cpu"), median(found_runs, "wall")
        print(f"{name:12} {cpu:8.0f} of CPU {wall:8.0f} by the clock")
    return _judge(runs)


def _judge(runs: dict[str, list[dict[str, float]]]) -> bool:
    """Compare with what is promised."""
    ours = median(runs["lean"], "cpu")
    checks = [("of the bare loop's wall rate", median(runs["lean"], "wall") / median(runs["bare"], "wall"), 0.6)]
    factors = {"boto3": 3, "anymail": 5, "django-ses": 5, "nodemailer": 5}
    for name, factor in factors.items():
        if name in runs:
            checks.append((f"x {name} per CPU second", ours / median(runs[name], "cpu"), factor))
    for what, value, least in checks:
        print(f"{value:5.2f} {what} (target: {least}){'' if value >= least else '  MISSED'}")
    return all(value >= least for _, value, least in checks)


def measure_large(folder: Path) -> bool:
    """Import, freeze and send to a million; True when every target is met."""
    fine = True
    with sink() as url:
        peaks = {}
        for number in (SMALL, LARGE):
            home = folder / f"list-{number}"
            made = run_part("prepare", home, number)
            rate = made["recipients"] / made["freeze"]
            print(
                f"{number:9,}: import {made['import']:.1f} s ({made['import_cpu']:.1f} of CPU), freeze {rate:,.0f} "
                f"recipients/s ({made['recipients'] / made['freeze_cpu']:,.0f} of CPU); load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            if number == LARGE:
                fine = made["import"] <= 90 and rate >= 100_000
            sent = run_part("sample", url, home)
            peaks[number] = sent["memory"]
            print(
                f"{number:9,}: {sent['memory']:.0f} MB, {sent['sent'] / sent['cpu']:,.0f} ledger rows per CPU second",
                flush=True,
            )
    growth = peaks[LARGE] / peaks[SMALL]
    print(f"memory of a million: {growth:.2f} of ten thousand's (target: at most 1.1, and 150 MB)")
    return fine and growth <= 1.1 and peaks[LARGE] <= 150


def main() -> int:
    """Measure what was asked for; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="a list of a million as well")
    parser.add_argument("--only-large", action="store_true", help="a list of a million alone")
    parser.add_argument("--sink", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.sink:
        asyncio.run(serve())
        return 0
    if wanted.part:
        print(json.dumps(part(wanted.part)))
        return 0
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as name:
        fine = wanted.only_large or measure_rates(Path(name))
        if wanted.large or wanted.only_large:
            fine = measure_large(Path(name)) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
