"""How long a search in the archive takes: 500 editions of 20 posts, on SQLite or Postgres.

    python -m bench.bench_search [--database URL] [--editions N] [--posts N]

`--database` is the address of an empty Postgres database; without it, SQLite in a folder of its own. Each search is
made five times; what is printed is the median, with the number of queries.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from publisher.model import Post
from publisher.store import archive, database, editions, newsletters, posts, spoken
from publisher.store.models import EditionRow

ROUNDS = 5
BEGIN = datetime(2025, 1, 1, 7, 30, tzinfo=UTC)
SYLLABLES = ("ha", "ven", "por", "to", "mar", "il", "qu", "ay", "stru", "ga", "le", "bri", "dge", "mo", "ст", "ре")


def main() -> None:
    """Fill an archive, and search it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--database", default="")
    wanted.add_argument("--editions", type=int, default=500)
    wanted.add_argument("--posts", type=int, default=20)
    asked = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as folder:
        database.open_database(asked.database or f"sqlite:///{folder}/publisher.sqlite3")
        database.migrate()
        fill(asked.editions, asked.posts)
        for title, words in searches(asked.editions):
            measure(title, words)
        database.close_database()


def fill(number: int, size: int) -> None:
    """Publish so many editions of so many posts, one a day; one word stands in all of them, one in each alone."""
    chance = random.Random(1)  # noqa: S311 - a text that can be made again, no secret
    newsletters.declare("daily", "Daily", ["sample"], BEGIN)
    vocabulary = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(4_000)]
    for day in range(number):
        now = BEGIN + timedelta(days=day)
        made = [make_post(f"{day}-{place}", " ".join(chance.choices(vocabulary, k=300)), now) for place in range(size)]
        posts.add_posts("sample", [*made[1:], make_post(f"{day}-0", f"Harbour number{day}x", now)], now)
        draft = editions.Draft(
            id=editions.new_id(now, day),
            newsletter="daily",
            title=f"The day {day}",
            contents=(),
            chosen=tuple(one.key for one in posts.newest(["sample"], size)),
            report={},
            blocked=False,
        )
        editions.create(draft, now)
        row = EditionRow.objects.get(ulid=draft.id)
        EditionRow.objects.filter(pk=row.pk).update(state="sent", started_at=now)
        spoken.keep(row.pk)


def make_post(name: str, text: str, now: datetime) -> Post:
    """Make a post of some two thousand letters."""
    html = f"<p>{text}</p>"
    return Post(id=name, source="sample", language="en", title=text[:60], html=html, text=text, published=now)


def searches(number: int) -> tuple[tuple[str, str], ...]:
    """Name searches: what is found often, seldom, late and never."""
    return (
        ("in every edition", "harbour"),
        ("in the newest alone", f"NUMBER{number - 1}x"),
        ("in the oldest alone", "number0x"),
        ("two words, one edition", f"harbour number{number // 2}x"),
        ("in none, but in every post's fields", "published"),
        ("in none", "nowhere"),
    )


def measure(title: str, words: str) -> None:
    """Search, and print how long it took."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            _, found = archive.search("daily", words)
        taken.append((time.perf_counter() - began) * 1000)
    print(f"{title}: {statistics.median(taken):.0f} ms, {len(asked)} queries, {found} found")


if __name__ == "__main__":
    main()
