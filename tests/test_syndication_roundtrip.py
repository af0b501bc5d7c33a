"""What leaves in one format comes back: through readers that we did not write for this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher import sources
from publisher.model import AltOrigin, Author, Document, Image, Media, Post, Status, Track
from publisher.syndication import atom, carriage, html, jsonfeed, newsmlg2, ninjs, nitf, rss
from publisher.syndication.channel import Channel
from publisher.syndication.markup import flat
from publisher.syndication.release import Release, prepare
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post

CHANNEL = Channel()
Writer = Callable[[Release], bytes]

WRITERS: dict[str, Writer] = {
    "rss": lambda release: rss.write([release], CHANNEL),
    "atom": lambda release: atom.write([release], CHANNEL),
    "jsonfeed": lambda release: jsonfeed.write([release], CHANNEL),
    "ninjs": ninjs.write,
    "newsmlg2": lambda release: newsmlg2.write(release, CHANNEL),
    "nitf": nitf.write,
}
# Words that say nothing but which script they are written in.
TEXTS = {
    "en": "The boats left the harbour at dawn, and nobody was hurt. ",
    "he": "".join(map(chr, range(0x05D0, 0x05EA))) + " ",
    "ru": "\u041b\u043e\u0434\u043a\u0438 \u0443\u0448\u043b\u0438 \u0432 \u043c\u043e\u0440\u0435 ",
    "th": "".join(map(chr, range(0x0E01, 0x0E2E))) + " ",
}
WORDS = st.lists(
    st.sampled_from('boats harbour dawn <b> & "quoted" it\'s red three pier at 7:30 caf\u00e9 \u2014 100%'.split()),
    min_size=2,
    max_size=6,
).map(" ".join)


def back(name: str, post: Post) -> Post:
    """Write a post, read it with the program's own reader of feeds and files."""
    raw = WRITERS[name](prepare(post, CHANNEL, at=NOON + timedelta(days=99)))
    return sources.parse(Document(source="back", content=raw)).posts[0]


@st.composite
def some_described_post(draw: st.DrawFn) -> Post:
    """Give posts as editors write them: words, pictures with words, films with captions."""
    language = draw(st.sampled_from(sorted(TEXTS)))
    images = tuple(
        Image(
            url=f"https://example.org/{number}.jpg",
            alt=draw(WORDS),
            alt_origin=AltOrigin.SOURCE,
            caption=draw(st.none() | WORDS.map(lambda words: f"{words}.")),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    media = tuple(
        Media(
            url=f"https://example.org/{number}.mp4",
            type="video/mp4",
            title=draw(WORDS),
            captions=(
                Track(
                    url=f"https://example.org/{number}.vtt",
                    type="text/vtt",
                    language=draw(st.sampled_from(["en", "fa"])),
                ),
            ),
            transcript=f"https://example.org/{number}.html",
        )
        for number in range(draw(st.integers(0, 1)))
    )
    return make_post(
        title=draw(WORDS.filter(lambda words: "<" not in words and "&" not in words)),
        language=language,
        html=f"<p>{TEXTS[language] * 4}</p>",
        text=TEXTS[language] * 4,
        authors=(Author(name="Mira Novak"),),
        images=images,
        media=media,
    )


@pytest.mark.parametrize("name", sorted(WRITERS))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(post=some_described_post())
def test_words_of_pictures_and_films_survive(name: str, post: Post) -> None:
    """Alt text, caption, captions files with their language, transcript, in every format."""
    got = back(name, post)
    assert flat(got.title) == flat(post.title)
    assert (got.language, got.direction) == (post.language, "rtl" if post.language == "he" else "ltr")
    assert [(one.url, flat(one.alt), flat(one.caption)) for one in got.images] == [
        (one.url, flat(one.alt), flat(one.caption)) for one in post.images
    ]
    assert [one.url for one in got.media] == [one.url for one in post.media]
    for mine, theirs in zip(got.media, post.media, strict=True):
        assert [(track.url, track.language) for track in mine.captions] == [
            (track.url, track.language) for track in theirs.captions
        ]
        assert mine.transcript == theirs.transcript


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_everything_about_a_post_survives(name: str) -> None:
    """Id, address, times, authors, tags, summary, rights, credit; what a format cannot carry is in its table."""
    sent = make_rich_post(embargo=NOON - timedelta(days=1))
    got = back(name, sent)
    assert (got.url, got.title, got.summary) == (sent.url, sent.title, sent.summary)
    assert (got.authors, got.tags) == (sent.authors, sent.tags)
    assert got.published == sent.published
    assert (got.updated == sent.updated) == carriage.carries(name, "updated")
    assert got.rights == sent.rights
    assert got.images[0].credit == sent.images[0].credit
    assert got.images[0].alt == sent.images[0].alt
    assert "Two red boats and a blue one" in (got.html or "") + str(got.images[0].long_description)


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_decorative_and_unknown_pictures_stay_what_they_are(name: str) -> None:
    """An empty alternative comes back as one, an unknown one as unknown."""
    pictures = (
        make_image(url="https://example.org/wave.jpg", alt="", decorative=True, caption=None, credit=None),
        make_image(url="https://example.org/cloud.jpg", alt=None, caption=None, credit=None),
    )
    got = back(name, make_post(images=pictures))
    assert [(image.url, image.alt) for image in got.images] == [
        ("https://example.org/wave.jpg", ""),
        ("https://example.org/cloud.jpg", None),
    ]


@pytest.mark.parametrize("name", ["ninjs", "newsmlg2", "nitf"])
def test_status_and_embargo_survive_where_the_format_has_them(name: str) -> None:
    """Formats of single posts say both; feeds hold such posts back."""
    sent = make_rich_post(status=Status.WITHHELD, embargo=NOON + timedelta(days=1))
    got = back(name, sent)
    assert (got.status, got.embargo) == (sent.status, sent.embargo)


def test_a_page_of_ours_is_read_as_an_article() -> None:
    """Title, language, pictures with alt, caption and credit, through the reader of whole pages."""
    sent = make_post(
        html="".join(f"<p>{TEXTS['en'] * 6}</p>" for _ in range(4)),
        images=(make_image(),),
        media=(make_medium(),),
    )
    raw = html.write(prepare(sent, CHANNEL), CHANNEL)
    got = sources.parse(Document(source="back", content=raw, media_type="text/html")).posts[0]
    assert (got.title, got.language) == (sent.title, "en")
    assert [(image.url, image.alt) for image in got.images] == [(sent.images[0].url, sent.images[0].alt)]
    assert flat(got.images[0].caption).startswith("The harbour at dawn.")
