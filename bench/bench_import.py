"""What a list of a million people costs: the command itself, in a process of its own, with SQLite as delivered.

Wall time depends on what else the machine does, and on how fast its disk makes a commit durable; CPU time and memory
less so. All three are printed, with the load at the end. The second run meets everybody for the second time.

    python -m bench.bench_import [PEOPLE] [LETTERS]     LETTERS of padding make each row, and so the file, longer
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEOPLE = 1_000_000
TARGET = 90.0
SETTINGS = """
[site]
name = "Bench"
[sources.none]
path = "none"
[newsletters.daily]
title = "Daily"
from = "Bench <news@example.org>"
sources = ["none"]
"""
HEAD = "email,name,language,format,status,consent_at,consent_source,zone,frequency\n"


def make_list(file: Path, people: int, padding: int) -> None:
    """Write a list with every column."""
    end = f"{'x' * padding},en,html,active,2026-01-02T03:04:05Z,form,Europe/Prague,each\n"
    with file.open("w", encoding="utf-8") as stream:
        stream.write(HEAD)
        for number in range(people):
            stream.write(f"reader{number}@example{number % 997}.org,Reader Number {number}{end}")


def take_in(folder: Path) -> tuple[float, float, dict[str, object]]:
    """Import the list; gives wall and CPU seconds and what the command printed."""
    command = [
        sys.executable,
        "-m",
        "publisher",
        "subscribers",
        "import",
        "people.csv",
        "--newsletter",
        "daily",
        "--json",
    ]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, json.loads(done.stdout)


def main(people: int, padding: int) -> None:
    """Import a list twice and print what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        make_list(folder / "people.csv", people, padding)
        size = (folder / "people.csv").stat().st_size / 1e6
        for said in ("new", "known"):
            wall, cpu, counts = take_in(folder)
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            numbers = ", ".join(f"{value} {key}" for key, value in counts.items() if value)
            print(f"{people:,} {said}, {size:.0f} MB: {wall:.1f} s, CPU {cpu:.1f} s, {memory:.0f} MB ({numbers})")
    print(f"target for 1,000,000: {TARGET:.0f} s; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    main(*given, *(PEOPLE, 0)[len(given) :])
