"""How many sign-ups a second the pages take, and whether a row is lost or doubled.

    python bench/bench_signup.py [--seconds 10] [--clients 16]

The shipped server with two processes, an embedded database with synchronous=FULL, and the worker that writes the
letters, all on this machine. Target: 200 a second on two cores.
"""

from __future__ import annotations

import argparse
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx

TARGET = 200
SETTINGS = """
[site]
name = "Bench"
url = "http://127.0.0.1:8000"
postal_address = "4 Quay Street"
[ses]
transport = "outbox"
[sign_up]
per_network = 10000000
per_domain = 10000000
[sources.sample]
path = "posts"
[newsletters.daily]
title = "Daily"
from = "News <news@example.org>"
sources = ["sample"]
"""


def flood(site: str, stamp: str, number: int, until: float) -> int:
    """Sign up one address after the other; gives how many were taken."""
    taken = 0
    with httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        while time.monotonic() < until:
            address = f"reader-{number}-{taken}@example.org"
            answer = client.post("/sign-up/daily", data={"email": address, "opened": stamp})
            if answer.status_code != httpx.codes.OK or "Look into your mailbox" not in answer.text:
                message = f"{answer.status_code}: {answer.text[:500]}"
                raise RuntimeError(message)
            taken += 1
    return taken


def measure(site: str, seconds: float, clients: int) -> tuple[int, float]:
    """Let clients sign up side by side; gives how many were taken, and in how many seconds."""
    form = httpx.get(f"{site}/sign-up/daily", trust_env=False).text
    found = re.search(r'name="opened" value="([^"]+)"', form)
    if found is None:
        raise RuntimeError(form)
    time.sleep(3)  # what a person takes to fill in the form
    taken: list[int] = []
    began = time.monotonic()
    threads = [
        threading.Thread(target=lambda n=n: taken.append(flood(site, found[1], n, began + seconds)))
        for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(taken), time.monotonic() - began


def main() -> int:
    """Serve, flood, count; the exit status says whether the target was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "posts").mkdir()
        (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "publisher", "serve", "--port", str(port), "--home", str(folder / "var")]
        command += ["--settings", str(folder / "settings.toml")]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
        try:
            if server.stdout is None or not any(line.startswith("Serving") for line in server.stdout):
                print("the server does not start")
                return 1
            taken, seconds = measure(f"http://127.0.0.1:{port}", options.seconds, options.clients)
            with closing(sqlite3.connect(folder / "var" / "publisher.sqlite3")) as base:
                rows, people = base.execute("SELECT COUNT(*), COUNT(DISTINCT address) FROM mailbox_pass").fetchone()
        finally:
            server.terminate()
            server.wait(60)
    rate = taken / seconds
    print(f"{taken} sign-ups in {seconds:.1f} s: {rate:.0f}/s; rows {rows}, addresses {people}")
    return 0 if rate >= TARGET and rows == people == taken else 1


if __name__ == "__main__":
    sys.exit(main())
