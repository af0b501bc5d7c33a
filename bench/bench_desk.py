"""How long the server takes for each page of the desk: 100,000 subscribers, 10,000 posts, 500 editions.

    python -m bench.bench_desk [--folder FOLDER] [--posts N] [--subscribers N] [--editions N]

The newest editions went to all subscribers, one of them is on its way; older ones went to a hundred, and have their
content no more. Each page is asked for five times in this process, through every layer but the network. Target: 150 ms
of processor time, database included, the first time too; what the clock says depends on what else goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

TARGET = 150  # milliseconds
ROUNDS = 5
FULL = 8  # editions that went to everybody
SETTINGS = """
[site]
name = "Bench"
url = "http://127.0.0.1:8000"
postal_address = "4 Quay Street"
[ses]
transport = "outbox"
[sources.north]
path = "north"
[sources.south]
path = "south"
[newsletters.daily]
title = "Daily"
from = "News <news@example.org>"
sources = ["north", "south"]
start = {start}
schedule = "every day at 07:30"
[newsletters.weekly]
title = "Weekly"
from = "News <news@example.org>"
sources = ["south"]
start = 2020-01-01
[channels.world]
title = "World"
sources = ["north"]
[outlets.radio]
channels = ["world"]
"""
WORDS = (
    "harbour ferry council school garden bridge river market winter storm rescue museum tram strike budget election "
    "court hospital library orchestra festival railway island lighthouse fishing harvest drought flood"
).split()


def main() -> None:
    """Fill a newsroom, and ask for each page."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--folder", default="", help="where the newsroom is kept; one that is there is measured again")
    wanted.add_argument("--posts", type=int, default=10_000)
    wanted.add_argument("--subscribers", type=int, default=100_000)
    wanted.add_argument("--editions", type=int, default=500)
    asked = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as name:
        folder = Path(asked.folder or name)
        (folder / "home").mkdir(parents=True, exist_ok=True)
        day = datetime.now(UTC) - timedelta(days=1)  # what is older was in earlier editions
        (folder / "settings.toml").write_text(SETTINGS.format(start=f"{day:%Y-%m-%d}"), encoding="utf-8")
        os.environ.update(
            PUBLISHER_SETTINGS=str(folder / "settings.toml"),
            PUBLISHER_HOME=str(folder / "home"),
            DJANGO_SETTINGS_MODULE="publisher.web.settings",
        )
        kept = folder / "pages.json"
        if not kept.exists():
            began = time.perf_counter()
            kept.write_text(json.dumps(fill(asked)), encoding="utf-8")
            print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
        sys.exit(measure(json.loads(kept.read_text("utf-8"))))


def fill(asked: argparse.Namespace) -> Mapping[str, str]:
    """Fill the newsroom; gives what is to be measured: the path of each page by its name."""
    import django  # noqa: PLC0415 - Django reads the environment when it is imported

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    return _Filling().fill(asked.posts, asked.subscribers, asked.editions)


class _Filling:
    """Fills a newsroom through the store where that is quick enough, else row by row."""

    def __init__(self) -> None:
        from publisher.store import posts  # noqa: PLC0415 - after django.setup
        from publisher.web.newsroom import newsroom  # noqa: PLC0415 - as above

        self.settings = newsroom().settings
        self.posts = posts
        self.now = datetime.now(UTC)

    def fill(self, posts: int, subscribers: int, editions: int) -> Mapping[str, str]:
        """Fill everything; gives the pages."""
        from publisher.jobs.newsroom.declaration import declare  # noqa: PLC0415 - after django.setup

        declare(self.settings, self.now)
        for source in ("north", "south"):
            self.posts.add_posts(source, list(self._posts(source, posts // 2)), self.now)
        self._say(f"{posts:,} posts")
        self._subscribe(subscribers)
        self._say(f"{subscribers:,} subscribers")
        first = self._build()
        sending, sent = self._copy(first, editions - 1)
        self._say(f"{editions:,} editions")
        self._work()
        self._say("lists and log")
        return self._pages(first, sending, sent)

    def _say(self, what: str) -> None:
        """Tell that something is there."""
        print(f"{(datetime.now(UTC) - self.now).total_seconds():5.0f} s: {what}", flush=True)

    def _posts(self, source: str, number: int) -> Iterator[Any]:
        """Make posts, every third with a picture that nobody described."""
        from publisher.model import Image, Post  # noqa: PLC0415 - after django.setup

        for n in range(number):
            words = [WORDS[(n * 7 + at * at) % len(WORDS)] for at in range(60)]
            pictures = (
                (Image(url=f"https://example.org/{source}/{n}.jpg", caption="At the quay"),) if n % 3 == 0 else ()
            )
            yield Post(
                id=f"{source}-{n}",
                source=source,
                title=f"{words[0]} and {words[1]} {n}",
                language=("en", "fa", "cs")[n % 3],
                url=f"https://example.org/{source}/{n}",
                published=self.now - timedelta(minutes=10 * n),
                text=". ".join(" ".join(words[at : at + 10]) for at in range(0, 60, 10)) * 3,
                summary=" ".join(words[:20]),
                images=pictures,
            )

    def _subscribe(self, number: int) -> None:
        """Subscribe people."""
        from publisher.model import Subscriber  # noqa: PLC0415 - after django.setup
        from publisher.store import people  # noqa: PLC0415 - as above

        found = [
            Subscriber(address=f"reader{n}@example.org", name=f"Reader {n}", language=("en", "fa", "cs")[n % 3])
            for n in range(number)
        ]
        people.add("daily", found, self.now)
        people.add("weekly", found[::2], self.now)
        for n in range(0, number, 500):
            people.suppress(f"reader{n}@example.org", "bounced", self.now)

    def _build(self) -> str:
        """Build an edition as the desk does; gives its id."""
        from publisher.jobs.editions import build  # noqa: PLC0415 - after django.setup

        return build.build(self.settings, "daily", now=self.now, noise=1).edition

    def _copy(self, first: str, number: int) -> tuple[str, str]:
        """Make many editions of one: sent, and one on its way; gives that one and the newest that was sent."""
        from publisher.store.database import unit  # noqa: PLC0415 - after django.setup
        from publisher.store.editions import new_id  # noqa: PLC0415 - after django.setup
        from publisher.store.models import ContentRow, EditionPostRow, EditionRow  # noqa: PLC0415 - as above

        model = EditionRow.objects.get(ulid=first)
        contents = list(ContentRow.objects.filter(edition=model))
        members = list(EditionPostRow.objects.filter(edition=model))
        rows = []
        for n in range(number):
            at = self.now - timedelta(days=n, hours=1)
            rows.append(
                EditionRow(
                    ulid=new_id(at, n + 2),
                    newsletter_id=model.newsletter_id,
                    state="sending" if n == 0 else "sent",
                    title=model.title,
                    report=model.report,
                    created_at=at,
                    approved_at=at,
                    started_at=at,
                    finished_at=None if n == 0 else at + timedelta(minutes=20),
                )
            )
        EditionRow.objects.bulk_create(rows)
        made = list(EditionRow.objects.exclude(pk=model.pk).order_by("-started_at"))
        copies = [
            ContentRow(edition=row, language=one.language, format=one.format, sha256=one.sha256, body=one.body)
            for row in made[: FULL + 1]
            for one in contents
        ]
        ContentRow.objects.bulk_create(copies, batch_size=500)
        EditionPostRow.objects.bulk_create(
            (
                EditionPostRow(edition=row, version=one.version, position=one.position)
                for row in made
                for one in members
            ),
            batch_size=500,
        )
        model_content = contents[0].pk
        firsts = {one.edition_id: one.pk for one in ContentRow.objects.order_by("-pk").only("edition_id")}
        for place, row in enumerate(made):
            own = place <= FULL
            content = firsts[row.pk] if own else model_content
            with unit():
                self._deliver(row, content, 10**9 if own else 100)
        return made[0].ulid, made[1].ulid

    def _deliver(self, row: Any, content: int, most: int) -> None:  # noqa: ANN401 - a row of Django's
        """Give an edition its recipients, in the states that they would be in."""
        from django.db import connection  # noqa: PLC0415 - after django.setup

        states = "CASE WHEN id % 1000 = 7 THEN 'failed' WHEN id % 2 = 0 THEN 'pending' ELSE 'accepted' END"
        if row.state == "sent":
            states = "CASE WHEN id % 1000 = 7 THEN 'failed' WHEN id % 5000 = 9 THEN 'in_doubt' ELSE 'accepted' END"
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO delivery (edition_id, subscriber_id, fingerprint, content_id, state, mark, attempt, lease,"  # noqa: S608 - our own words
                f" code, at, due_at) SELECT %s, id, fingerprint, %s, {states},"
                " CASE WHEN id % 50 = 3 THEN 'bounced' WHEN id % 2 = 1 THEN 'delivered' ELSE '' END, 1, 0, '', 0, 0"
                " FROM subscriber ORDER BY id LIMIT %s".replace(" % ", " %% "),
                [row.pk, content, most],
            )

    def _work(self) -> None:
        """Write a year of lines into the log, and list the posts."""
        from publisher.jobs.posts.catalogue import catch_up  # noqa: PLC0415 - after django.setup
        from publisher.store import results  # noqa: PLC0415 - as above
        from publisher.store.models import AuditRow  # noqa: PLC0415 - as above

        AuditRow.objects.bulk_create(
            (
                AuditRow(
                    at=self.now - timedelta(minutes=n), actor="admin", action="describe", subject=f"post {n % 9000}"
                )
                for n in range(50_000)
            ),
            batch_size=1000,
        )
        catch_up()
        results.tally(self.now, most=1_000)  # a worker counts each edition as it ends

    def _pages(self, first: str, sending: str, sent: str) -> Mapping[str, str]:
        """Name the pages."""
        from publisher.store import edits  # noqa: PLC0415 - after django.setup

        post = edits.key_of("north", "north-0")
        return {
            "today": "/desk/",
            "inbox": "/desk/inbox/",
            "inbox, undescribed": "/desk/inbox/?state=undescribed",
            "inbox, searched": "/desk/inbox/?words=lighthouse+ferry",
            "inbox, nothing found": "/desk/inbox/?words=xyzzy",
            "inbox, last page": "/desk/inbox/?from=9960",
            "sources": "/desk/sources/",
            "post": f"/desk/posts/{post}/",
            "post, withdrawing": f"/desk/posts/{post}/withdraw/",
            "write": "/desk/write/",
            "alert": "/desk/alert/",
            "newsletters": "/desk/newsletters/",
            "newsletter": "/desk/newsletters/daily/",
            "edition, ready": f"/desk/editions/{first}/",
            "edition, links": f"/desk/editions/{first}/?view=links",
            "edition, heard": f"/desk/editions/{first}/?view=heard",
            "edition, sent": f"/desk/editions/{sent}/",
            "preview": f"/desk/editions/{first}/preview/dark/",
            "sending": f"/desk/editions/{sending}/sending/",
            "sending, sent": f"/desk/editions/{sent}/sending/",
            "results": "/desk/results/",
            "results of one": "/desk/results/?newsletter=daily",
            "people": "/desk/people/",
            "people, searched": "/desk/people/?words=reader9999",
            "people, narrowed": "/desk/people/?newsletter=weekly&state=active&language=fa",
            "people, nobody": "/desk/people/?words=xyzzy",
            "people, far on": "/desk/people/?after=90000",
            "outlets": "/desk/outlets/",
            "barriers": "/desk/barriers/",
            "rights": "/desk/rights/",
            "log": "/desk/log/",
            "log, searched": "/desk/log/?subject=post+17",
            "help": "/desk/help/",
        }


def measure(pages: Mapping[str, str]) -> int:
    """Ask for every page and print a line for each; gives 1 where one is slower than the target, else 0."""
    import django  # noqa: PLC0415 - Django reads the environment when it is imported

    django.setup()
    from django.contrib.auth.models import User  # noqa: PLC0415 - as above
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.test import Client  # noqa: PLC0415 - as above

    from publisher.web.roles import give_role  # noqa: PLC0415 - as above
    from publisher.web.warming import warm  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)  # a newsroom that was kept may be older than the program
    account, _ = User.objects.get_or_create(username="admin")
    give_role(account, "admin")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    warm()  # as every process of the server does before its first request
    print(f"{'page':24}{'median':>9}{'worst of ' + str(ROUNDS):>14}{'by the clock':>14}  bytes")
    slow = 0
    for name, path in pages.items():
        times, clock, size = _ask(client, path)
        slow += max(times) > TARGET
        mark = f"  > {TARGET} ms" if max(times) > TARGET else ""
        line = f"{statistics.median(times):>6.0f} ms{max(times):>11.0f} ms{statistics.median(clock):>11.0f} ms{size:>7}"
        print(f"{name:24}{line}{mark}", flush=True)
    print(f"{len(pages)} pages, {slow} slower than {TARGET} ms; load average {os.getloadavg()[0]:.1f}")
    return 1 if slow else 0


def _ask(client: Any, path: str) -> tuple[Sequence[float], Sequence[float], int]:  # noqa: ANN401 - Django's client
    """Ask for a page; gives the milliseconds of each time, of the processor and by the clock, and its size."""
    times, clock, size = [], [], 0
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        answer = client.get(path)
        size = len(answer.content)
        times.append(1000 * (time.process_time() - used))
        clock.append(1000 * (time.perf_counter() - began))
        if answer.status_code != 200:
            message = f"{path} answered {answer.status_code}"
            raise SystemExit(message)
    return times, clock, size


if __name__ == "__main__":
    main()
