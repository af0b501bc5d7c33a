"""How many feed items a second become posts on one core, and how much memory that takes.

Without an argument on feeds written here, as sites write theirs; with a folder on every document in it.

    python -m bench.bench_parsing [FOLDER]
"""

from __future__ import annotations

import io
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import feedparser

from publisher import sources
from publisher.errors import FormatError
from publisher.model import Document

TARGET: Final = 400  # items a second
ROUNDS: Final = 5
HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
    "<title>Example News</title><link>https://news.example/</link>"
)
SENTENCE: Final = (
    "The old harbour was closed in the spring, when the city found that the quay wall had begun to lean, and it took "
    'the builders <a href="/people/builders?utm_source=feed">two winters</a> and <strong>four hundred piles</strong> '
    "to set it straight again. "
)
FIGURE: Final = (
    '<figure class="wp-block-image"><img src="data:image/gif;base64,R0lGOD" data-src="/img/{number}.jpg" '
    'alt="Boats at a new quay" width="800" height="533">'
    "<figcaption>The first boats are back. (Reuters)</figcaption></figure>"
)
QUOTE: Final = (
    "<blockquote><p>We lose two hours on every trip.</p></blockquote><ul><li>one</li><li>two <em>more</em></li></ul>"
)
ITEM: Final = (
    "<item><title>Harbour opens, part {number}</title><link>https://news.example/{number}?utm_medium=rss</link>"
    '<guid isPermaLink="false">https://news.example/?p={number}</guid><dc:creator>Ann Lee</dc:creator>'
    "<pubDate>Mon, 16 Nov 2026 10:00:00 +0000</pubDate><category>Ports</category><category>Work</category>"
    "<description><![CDATA[<p>The boats are back, and a small crowd stood in the rain to watch.</p>]]></description>"
    "<content:encoded><![CDATA[{body}]]></content:encoded>"
    '<media:content url="https://news.example/img/{number}.jpg" medium="image">'
    "<media:description>Boats</media:description>"
    "<media:credit>Reuters</media:credit></media:content></item>"
)


def make_feed(items: int, paragraphs: int) -> bytes:
    """Write a feed of so many items of so many paragraphs."""
    written = [HEAD]
    for number in range(items):
        body = f"<p>{SENTENCE * 3}</p>\n\n" * paragraphs + FIGURE.format(number=number) + QUOTE
        written.append(ITEM.format(number=number, body=body))
    return ("".join(written) + "</channel></rss>").encode()


def made_documents() -> list[Document]:
    """Write feeds as they are met: mostly news in short, some with whole articles."""
    sizes = [(30, 1)] * 4 + [(20, 4)] * 3 + [(10, 12)] * 2 + [(10, 40)]
    return [Document(source=f"feed-{at}.xml", content=make_feed(*size)) for at, size in enumerate(sizes)]


def readable(documents: Sequence[Document]) -> list[Document]:
    """Leave out what is no feed, and say why."""
    kept = []
    for document in documents:
        try:
            sources.parse(document)
        except FormatError as error:
            print(f"left out: {error}")
        else:
            kept.append(document)
    return kept


def parse_all(documents: Sequence[Document]) -> int:
    """Parse documents and count their posts."""
    return sum(len(sources.parse(document).posts) for document in documents)


def feedparser_alone(documents: Sequence[Document]) -> int:
    """Parse documents with feedparser as it comes, for comparison."""
    return sum(len(feedparser.parse(io.BytesIO(document.content)).entries) for document in documents)


def main() -> None:
    """Print items a second (the best of several rounds, in processor time), and the peak of memory."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    paths = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
    documents = [Document(source=str(path), content=path.read_bytes()) for path in paths] or made_documents()
    documents = readable(documents)
    size = sum(len(document.content) for document in documents)
    for name, read in (("publisher", parse_all), ("feedparser alone", feedparser_alone)):
        times, posts = [], 0
        for _ in range(ROUNDS):
            started = time.process_time()
            posts = read(documents)
            times.append(time.process_time() - started)
        rate = posts / min(times)
        verdict = "" if read is not parse_all else f" (target {TARGET}: {'met' if rate >= TARGET else 'missed'})"
        print(f"{name}: {posts} items of {size / max(posts, 1) / 1000:.1f} kB, {rate:.0f} items/s{verdict}")
        if read is parse_all:
            print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
