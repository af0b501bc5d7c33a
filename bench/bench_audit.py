"""How long a static audit of a 60 KB mail takes.

Run with `python -m bench.bench_audit`. "first" includes reading style sheets and attributes that were never seen;
"warm" is what a second edition of the same template costs. Time is that of this process, so that others do not count.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from publisher.accessibility.audit import audit
from publisher.accessibility.page import read_html

SIZE = 60_000
TARGET = 15.0
ROUNDS = 40
_STORY = """<div class="post"><a name="post-{n}" id="post-{n}"></a>
<h2 style="margin:28px 0 8px;font-size:24px"><a href="https://example.org/{n}" \
style="color:#0b4f8a;text-decoration:underline">Harbour number {n} opens again after the storm</a></h2>
<p style="margin:0 0 8px;font-size:15px;line-height:1.5;color:#595959">Monday {n} · Ann Lee</p>
<img src="https://example.org/{n}.jpg" alt="A crane lifts boat {n} out of grey water while gulls wait" width="536" \
height="302" style="display:block;width:100%;max-width:536px;height:auto;font-size:16px;line-height:1.5">
<p class="cap" style="margin:8px 0;font-size:15px;line-height:1.5;color:#595959">Photo: Dock {n} in the morning</p>
<p style="margin:0 0 16px;font-size:16px;line-height:1.5">The harbour opened again on Monday after three days of storm,
says pilot {n}. Ferries to every island of the bay sail as planned, and the market on the pier begins at seven.</p>
<table role="presentation" style="width:100%"><tr><td style="padding:4px 0">Ferry {n} at seven.</td></tr></table>
</div>
"""
_FRAME = """<!DOCTYPE html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>Morning digest</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>.post h2 a {{ color: #0b4f8a }} @media (prefers-color-scheme: dark) {{
.page, .post {{ background: #151515 !important; color: #ececec !important }}
.post p, .cap {{ color: #c6c6c6 !important }} .post a {{ color: #9ecbff !important }}
img {{ color: #ececec !important }}
}}</style></head><body><div class="page" role="article" aria-roledescription="email" aria-label="Morning digest"
lang="en" dir="ltr" style="background:#ffffff;color:#1a1a1a;font-size:16px;line-height:1.5">
<h1 style="font-size:36px">Morning digest</h1>{stories}</div></body></html>"""


def make_mail() -> bytes:
    """Write a mail of at least 60 KB with as many stories as it takes."""
    stories = ""
    number = 0
    while len(_FRAME.format(stories=stories)) < SIZE:
        number += 1
        stories += _STORY.format(n=number)
    return _FRAME.format(stories=stories).encode()


def measure(work: Callable[[], object]) -> float:
    """Give the milliseconds of processor time that a piece of work takes."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def main() -> None:
    """Measure and print."""
    mail = make_mail()
    findings = audit(read_html(b"<p>warm up the libraries</p>"))
    first = measure(lambda: audit(read_html(mail)))
    times = [measure(lambda: audit(read_html(mail))) for _ in range(ROUNDS)]
    found = len(audit(read_html(mail)))
    verdict = "ok" if statistics.median(times) <= TARGET else "missed"
    print(f"static audit of {len(mail):,} bytes, {found} findings ({len(findings)} in the warm-up)")
    print(f"  first {first:6.1f} ms   warm median {statistics.median(times):6.1f} ms   best {min(times):6.1f} ms")
    print(f"  target {TARGET:g} ms: {verdict}")


if __name__ == "__main__":
    main()
