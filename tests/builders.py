"""Values for tests: each builder gives something whole, and a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from hypothesis import strategies

from publisher.delivery.address import Mailbox
from publisher.delivery.message import Headers, build
from publisher.model import AltOrigin, Author, Envelope, Image, Media, Message, Post, Rendered, Slot, Status, Track

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def make_image(**changes: Any) -> Image:  # noqa: ANN401 - any field of an image
    """Give a described picture."""
    values: dict[str, Any] = {
        "url": "https://example.org/harbour.jpg",
        "alt": "Three boats at anchor",
        "alt_origin": AltOrigin.SOURCE,
        "caption": "The harbour at dawn.",
        "credit": "Ann Lee/Agency",
    }
    values |= changes
    if values["alt"] is None:
        values["alt_origin"] = None
    return Image(**values)


def make_medium(**changes: Any) -> Media:  # noqa: ANN401 - any field of a medium
    """Give a film with captions and a transcript."""
    values: dict[str, Any] = {
        "url": "https://example.org/boats.mp4",
        "type": "video/mp4",
        "title": "Boats leave",
        "captions": (Track(url="https://example.org/boats.en.vtt", type="text/vtt", language="en"),),
        "transcript": "https://example.org/boats.html",
    }
    return Media(**values | changes)


def make_post(**changes: Any) -> Post:  # noqa: ANN401 - any field of a post
    """Give a post with a text of two paragraphs."""
    values: dict[str, Any] = {
        "id": "https://example.org/posts/1",
        "source": "sample",
        "source_title": "Sample News",
        "url": "https://example.org/posts/1",
        "title": "Boats leave the harbour",
        "language": "en",
        "authors": (Author(name="Mira Novak"),),
        "published": NOON,
        "html": "<p>The boats left at dawn.</p><p>Nobody was hurt.</p>",
        "text": "The boats left at dawn.\n\nNobody was hurt.",
    }
    return Post(**values | changes)


def make_rich_post(**changes: Any) -> Post:  # noqa: ANN401 - any field of a post
    """Give a post that has something in every field that a partner may get."""
    values: dict[str, Any] = {
        "kicker": "At sea",
        "updated": NOON + timedelta(hours=2),
        "summary": "Three boats left.",
        "tags": ("sea", "boats & ships"),
        "images": (make_image(long_description="Two red boats and a blue one, seen from the pier."),),
        "media": (make_medium(transcript_text="Engines start.\n\nA horn.", duration=42),),
        "rights": "Free with credit",
        "status": Status.USABLE,
    }
    return make_post(**values | changes)


# --- anything that a source may give ------------------------------------------------------------------------------

_SURROGATES: Final[tuple[Literal["Cs"], ...]] = ("Cs",)
_LETTERS = strategies.characters(exclude_categories=_SURROGATES)
_LINES = strategies.text(strategies.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30)
_ADDRESSES = strategies.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9/ä%&?=<\"' ]{0,12}", fullmatch=True)


def some_text() -> strategies.SearchStrategy[str]:
    """Give texts with every character there is but surrogates: controls, marks, scripts, brackets."""
    return strategies.text(_LETTERS, min_size=1, max_size=40)


def some_line() -> strategies.SearchStrategy[str]:
    """Give texts of one line."""
    return _LINES


def some_address() -> strategies.SearchStrategy[str]:
    """Give web addresses, also those that nobody escaped."""
    return _ADDRESSES


def some_moment() -> strategies.SearchStrategy[datetime]:
    """Give UTC times to the second."""
    first, last = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
    moments = strategies.datetimes(min_value=first, max_value=last, timezones=strategies.just(UTC))
    return moments.map(lambda moment: moment.replace(microsecond=0))


@strategies.composite
def some_image(draw: strategies.DrawFn) -> Image:
    """Give pictures with anything known or unknown."""
    alt = draw(strategies.none() | some_text())
    decorative = alt is None and draw(strategies.booleans())
    words = strategies.none() | some_text()
    return Image(
        url=draw(strategies.none() | some_address()),
        alt="" if decorative else alt,
        alt_origin=AltOrigin.SOURCE if decorative or alt is not None else None,
        decorative=decorative,
        caption=draw(words),
        credit=draw(words),
        long_description=draw(words),
        width=draw(strategies.none() | strategies.integers(1, 5000)),
    )


@strategies.composite
def some_medium(draw: strategies.DrawFn) -> Media:
    """Give films, sounds and files with anything known or unknown."""
    tracks = strategies.builds(
        Track,
        url=some_address(),
        type=strategies.sampled_from([None, "text/vtt"]),
        language=strategies.sampled_from([None, "en", "fa", "zh-Hant", "no such"]),
    )
    return Media(
        url=draw(some_address()),
        type=draw(strategies.sampled_from([None, "video/mp4", "audio/mpeg", "application/pdf"])),
        title=draw(strategies.none() | some_text()),
        captions=tuple(draw(strategies.lists(tracks, max_size=2))),
        transcript=draw(strategies.none() | some_address()),
        transcript_text=draw(strategies.none() | some_text()),
        duration=draw(strategies.none() | strategies.integers(0, 9999)),
        poster=draw(strategies.none() | some_address()),
    )


@strategies.composite
def some_post(draw: strategies.DrawFn) -> Post:
    """Give posts with anything known or unknown, sound or broken markup included."""
    markup = strategies.sampled_from(
        [
            None,
            "<p>One <b>two</b><br/>three</p>",
            "loose <i>words</i><p>and a paragraph</p>tail",
            "<p>broken & unclosed <a href='x'>",
            '<figure><img src="https://a.example/b" alt="old"/><figcaption>Old</figcaption></figure>',
            "<ul><li>a</li></ul><table><tr><th>h</th><td>c</td></tr></table><blockquote>q</blockquote><pre> p </pre>",
            "<h1>a</h1><h4>b</h4><dl><dt>t</dt><dd>d</dd></dl><hr/><o:p>office</o:p>",
        ],
    )
    return Post(
        id=draw(some_text() | some_address()),
        source="generated",
        source_title=draw(strategies.none() | some_text()),
        url=draw(strategies.none() | some_address()),
        title=draw(strategies.none() | some_line()),
        kicker=draw(strategies.none() | some_line()),
        language=draw(strategies.sampled_from([None, "en", "fa", "he", "th", "zh-Hant", "x-unknown"])),
        direction=draw(strategies.sampled_from([None, "ltr", "rtl"])),
        authors=tuple(Author(name=name) for name in draw(strategies.lists(some_line(), max_size=2))),
        published=draw(strategies.none() | some_moment()),
        updated=draw(strategies.none() | some_moment()),
        embargo=draw(strategies.none() | some_moment()),
        summary=draw(strategies.none() | some_text()),
        html=draw(markup),
        text=draw(strategies.none() | some_text()),
        tags=tuple(draw(strategies.lists(some_text(), max_size=2))),
        images=tuple(draw(strategies.lists(some_image(), max_size=2))),
        media=tuple(draw(strategies.lists(some_medium(), max_size=2))),
        status=draw(strategies.sampled_from([None, *Status])),
        rights=draw(strategies.none() | some_text()),
    )


# --- what goes out by mail ----------------------------------------------------------------------------------------

TOKEN = "AQAAAAAAAAAqAAAAB9u3rqzmH7tKJtG2PzTn5nQ"
UNSUBSCRIBE = f"https://news.example.org/u/{TOKEN}"


def make_rendered(**changes: Any) -> Rendered:  # noqa: ANN401 - any field of a rendered edition
    """Give a small edition with an unsubscribe link in both parts."""
    link = Slot.UNSUBSCRIBE.marker
    values: dict[str, Any] = {
        "subject": "Boats leave the harbour",
        "html": f'<p>The boats left at dawn.</p>\n<p><a href="{link}">Unsubscribe</a></p>\n',
        "text": f"The boats left at dawn.\n\nUnsubscribe: {link}\n",
        "web": "<p>The boats left at dawn.</p>",
        "language": "en",
        "direction": "ltr",
    }
    return Rendered(**values | changes)


def make_headers(**changes: Any) -> Headers:  # noqa: ANN401 - any field of the headers
    """Give the headers of a newsletter."""
    values: dict[str, Any] = {
        "sender": Mailbox(name="Harbour Post", address="news@example.org"),
        "list_id": "weekly.example.org",
        "language": "en",
    }
    return Headers(**values | changes)


def make_message(**changes: Any) -> Message:  # noqa: ANN401 - any field of a rendered edition
    """Give the prebuilt bytes of a small edition."""
    return build(make_rendered(**changes), make_headers())


def make_envelope(address: str = "reader@example.net", **tags: str) -> Envelope:
    """Give an envelope with a value for every slot."""
    values = {
        Slot.UNSUBSCRIBE: UNSUBSCRIBE,
        Slot.UNSUBSCRIBE_MAIL: f"mailto:unsub+{TOKEN}@example.org",
        Slot.PREFERENCES: f"https://news.example.org/p/{TOKEN}",
        Slot.DELIVERY: "01J0",
    }
    return Envelope(address=address, values=values, tags=tags)
