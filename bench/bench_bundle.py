"""How long a bundle takes and how much memory: 200 posts with 200 pictures, and one film of two gigabytes.

    python -m bench.bench_bundle [--large | --many]

Targets: 200 posts and 200 pictures in every format within 2 s and byte-identical when rebuilt; two gigabytes within
150 MB of memory; ten thousand posts with 300 MB more than the posts themselves.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher.model import AltOrigin, Author, Image, Media, MediaFile, Post, Track
from publisher.syndication import archive, bundle, signature
from publisher.syndication.bundle import Rules
from publisher.syndication.channel import FORMATS, Channel
from publisher.syndication.spool import open_spool

POSTS = 200
MANY = 10_000
PICTURE = 60_000
USUAL = ("rss", "atom", "jsonfeed", "ninjs", "html", "text", "zip")
FILM = 2 * 1024**3
WORDS = "boats harbour dawn wind pier three red captain storm rope island light water left before nobody hurt".split()


def make_posts(count: int = POSTS) -> list[Post]:
    """Give posts of some 400 words, each with a described picture; every tenth with a film."""
    chance = random.Random(7)  # noqa: S311 - the same posts each time
    start = datetime(2026, 11, 1, tzinfo=UTC)
    posts = []
    for number in range(count):
        paragraphs = [" ".join(chance.choices(WORDS, k=50)) for _ in range(8)]
        address = f"https://example.org/{number}.jpg"
        figure = f'<figure><img src="{address}" alt="Boats"/><figcaption>Boats at dawn.</figcaption></figure>'
        film = Media(
            url=f"https://example.org/{number}.mp4",
            type="video/mp4",
            title="Boats leave",
            captions=(Track(url=f"https://example.org/{number}.vtt", language="en"),),
        )
        posts.append(
            Post(
                id=f"https://example.org/posts/{number}",
                source="bench",
                url=f"https://example.org/posts/{number}",
                title=" ".join(chance.choices(WORDS, k=6)),
                language=("en", "fa", "ru")[number % 3],
                authors=(Author(name="Mira Novak"),),
                published=start + timedelta(minutes=number),
                html="".join(f"<p>{text}</p>" for text in paragraphs) + figure,
                text="\n\n".join(paragraphs),
                images=(
                    Image(
                        url=address,
                        alt="Boats",
                        alt_origin=AltOrigin.SOURCE,
                        caption="Boats at dawn.",
                        credit="Ann Lee",
                    ),
                ),
                media=(film,) if number % 10 == 0 else (),
            ),
        )
    return posts


def make_pictures(folder: Path) -> list[MediaFile]:
    """Write pictures of 60 KB."""
    chance = random.Random(8)  # noqa: S311 - the same pictures each time
    files = []
    for number in range(POSTS):
        content = chance.randbytes(PICTURE)
        path = folder / f"{number}.jpg"
        path.write_bytes(content)
        files.append(
            MediaFile(
                url=f"https://example.org/{number}.jpg",
                sha256=hashlib.sha256(content).hexdigest(),
                media_type="image/jpeg",
                path=path,
                size=PICTURE,
            ),
        )
    return files


def peak() -> float:
    """Give the most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_usual(folder: Path) -> bool:
    """Build, write and check the usual bundle three times; say whether it met its targets."""
    posts, pictures, key = make_posts(), make_pictures(folder), signature.make_key()
    times, worked, hashes = [], [], set()
    for _ in range(3):
        start, work = time.perf_counter(), time.process_time()
        made = bundle.make(posts, media=pictures)
        hashes.add(archive.write(made, folder / "bundle.zip", key=key))
        times.append(time.perf_counter() - start)
        worked.append(time.process_time() - work)
    start = time.perf_counter()
    found = archive.verify(folder / "bundle.zip", key=signature.public_key(key))
    checked = time.perf_counter() - start
    size = found.size / 1e6
    print(f"bundle: {found.posts} posts, {len(pictures)} pictures, {found.files} files, {size:.1f} MB")
    print(f"  make and write  {min(times):.2f} s, slowest {max(times):.2f} s   (target 2 s)")
    print(f"  of it computing {min(worked):.2f} s")
    print(f"  verify          {checked:.2f} s")
    print(f"  byte-identical  {len(hashes) == 1}")
    return min(times) <= 2 and len(hashes) == 1 and found.ok


def measure_large(folder: Path) -> bool:
    """Write and check a bundle with a film of two gigabytes; say whether memory stayed flat."""
    path = folder / "film.mp4"
    with path.open("wb") as file:
        file.truncate(FILM)
    with path.open("rb") as file:
        digest, _, size = archive.measure(file, FILM)
    url = "https://example.org/film.mp4"
    film = MediaFile(url=url, sha256=digest, media_type="video/mp4", path=path, size=size)
    post = Post(id="1", source="bench", title="Film", media=(Media(url=url, type="video/mp4"),))
    start = time.perf_counter()
    key = signature.make_key()
    archive.write(bundle.make([post], media=[film]), folder / "large.zip", key=key)
    ok = archive.verify(folder / "large.zip", key=signature.public_key(key)).ok
    print(f"bundle of {FILM / 1e9:.1f} GB, written and checked: {time.perf_counter() - start:.1f} s")
    print(f"  peak memory     {peak():.0f} MB   (target 150 MB)")
    return ok and peak() < 150


def measure_many(folder: Path) -> bool:
    """Write a bundle of ten thousand posts, in every format and in the usual ones; say how much memory it took."""
    posts, key, met = make_posts(MANY), signature.make_key(), True
    before = peak()
    for name, formats in (("usual", USUAL), ("all", FORMATS)):
        start = time.perf_counter()
        with open_spool() as spool:
            made = bundle.make(posts, Channel(formats=formats), rules=Rules(spool=spool))
            archive.write(made, folder / "many.zip", key=key)
        print(f"bundle of {MANY} posts, {name} formats: {time.perf_counter() - start:.1f} s")
        print(f"  peak memory     {peak():.0f} MB, before it {before:.0f} MB   (target 300 MB more)")
        met = met and peak() - before < 300
    return met


def main() -> int:
    """Print all numbers; 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--large", action="store_true", help="measure the large bundle only, in this process")
    parser.add_argument("--many", action="store_true", help="measure ten thousand posts only, in this process")
    chosen = parser.parse_args()
    if chosen.many:
        with tempfile.TemporaryDirectory(prefix="bench-bundle-") as folder:
            return 0 if measure_many(Path(folder)) else 1
    if chosen.large:
        with tempfile.TemporaryDirectory(prefix="bench-bundle-") as folder:
            return 0 if measure_large(Path(folder)) else 1
    # First, and in a process of its own: a child inherits the peak of what started it.
    parts = [subprocess.run([sys.executable, __file__, one], check=False) for one in ("--large", "--many")]  # noqa: S603 - this very file
    with tempfile.TemporaryDirectory(prefix="bench-bundle-") as folder:
        met = measure_usual(Path(folder))
    print(f"  peak memory     {peak():.0f} MB")
    return 0 if met and all(one.returncode == 0 for one in parts) else 1


if __name__ == "__main__":
    sys.exit(main())
