"""alts.toml: what people write about pictures reaches the posts, and mistakes are told."""

from __future__ import annotations

import contextlib
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.model import AltOrigin, Image, Post
from publisher.sources import alts

URL = "https://example.org/a.jpg"
BODY = f'<p>Before &amp; after</p><figure><img src="{URL}"/><figcaption>A caption</figcaption></figure>'


def make_post(image: Image) -> Post:
    """Build a post with one picture."""
    return Post(id="1", source="test", title="A title", images=(image,), html=BODY)


def test_a_description_reaches_the_picture_and_the_body() -> None:
    """The alt text stands in the value and in the img, with its origin; the rest of the body stays."""
    known = alts.parse(f'[[picture]]\nurl = "{URL}"\nalt = "A cat <on> a \\"mat\\""\n'.encode(), "alts.toml")
    (post,) = alts.describe([make_post(Image(url=URL, caption="A caption"))], known)
    assert post.images[0].alt == 'A cat <on> a "mat"'
    assert post.images[0].alt_origin is AltOrigin.ALTS_FILE
    assert 'alt="A cat &lt;on&gt; a &quot;mat&quot;"' in (post.html or "")
    assert "<p>Before &amp; after</p>" in (post.html or "")


def test_a_decorative_picture_carries_its_reason() -> None:
    """Silence is a decision with a reason."""
    known = alts.parse(f'[[picture]]\nurl = "{URL}"\ndecorative = "a ruler"\n'.encode(), "alts.toml")
    (post,) = alts.describe([make_post(Image(url=URL))], known)
    assert (post.images[0].alt, post.images[0].decorative) == ("", True)
    assert post.images[0].decorative_reason == "a ruler"


def test_a_copy_of_ours_is_known_by_its_hash() -> None:
    """The file name of a stored picture is the SHA-256 of its bytes."""
    name = "ab" * 32
    known = alts.parse(f'[[picture]]\nsha256 = "{name.upper()}"\nalt = "A cat"\n'.encode(), "alts.toml")
    assert known.find(f"https://news.example.org/media/{name}.jpg") == alts.Description(alt="A cat")
    assert known.find("https://news.example.org/media/other.jpg") is None
    assert known.find(None) is None


def test_what_is_not_filled_in_changes_nothing() -> None:
    """The file as it is written can be read back at once."""
    post = make_post(Image(url=URL, caption="A caption"))
    text = alts.write(alts.missing([post, post]))
    assert len(tomllib.loads(text)["picture"]) == 1
    assert alts.describe([post], alts.parse(text.encode(), "alts.toml")) == (post,)


def test_a_file_tells_which_pictures_it_holds() -> None:
    """What is added to a file leaves out what stands in it."""
    text = alts.write(alts.missing([make_post(Image(url=URL))]))
    waits = alts.Waiting(post="A title", url=URL)
    whole = alts.Listing(text=text, listed=frozenset({URL}), waiting=(waits,))
    assert alts.list_urls(text.encode(), "alts.toml") == whole
    more = text + "\n" + alts.write([(make_post(Image(url=URL)), Image(url=f"{URL}?2"))], head=False)
    assert alts.list_urls(more.encode(), "alts.toml").listed == {URL, f"{URL}?2"}


def test_a_file_tells_which_pictures_still_wait() -> None:
    """A picture with neither words nor a reason waits; one that is filled in does not."""
    text = (
        f'[[picture]]\nurl = "{URL}"\nalt = "A harbour"\n'
        f'[[picture]]\nurl = "{URL}?2"\ndecorative = "an ornament"\n'
        f'[[picture]]\nurl = "{URL}?3"\nalt = " "\n'
        f'[[picture]]\nsha256 = "{"a" * 64}"\n'
    )
    assert alts.list_urls(text.encode(), "alts.toml").waiting == (alts.Waiting(post="", url=f"{URL}?3"),)


def test_a_post_without_a_body_is_described_too() -> None:
    """A picture may come from the feed alone."""
    post = Post(id="1", source="test", images=(Image(url=URL),))
    known = alts.parse(f'[[picture]]\nurl = "{URL}"\nalt = "A cat"\n'.encode(), "alts.toml")
    assert alts.describe([post], known)[0].images[0].alt == "A cat"


def test_pictures_with_a_description_or_no_address_are_not_listed() -> None:
    """Only what can be mended is asked for."""
    described = Image(url=URL, alt="", alt_origin=AltOrigin.SOURCE)
    assert alts.missing([make_post(described), make_post(Image(caption="no address"))]) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1", "unknown key 'x'"),
        ("[picture]", "one table"),
        ("[[picture]]", "names no picture"),
        ('[[picture]]\nurl = "u"\nalt = 1', "must be a text"),
        ('[[picture]]\nurl = "u"\nalttext = "x"', "unknown key 'alttext'"),
        ('[[picture]]\nurl = "u"\nalt = "x"\ndecorative = "y"', "both alt and decorative"),
        ('[[picture]]\nsha256 = "12"', "64 hexadecimal"),
        ("[[", "no valid TOML"),
    ],
)
def test_a_mistake_names_the_file_and_the_picture(text: str, reason: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(FormatError, match=r"^alts\.toml") as failure:
        alts.parse(text.encode(), "alts.toml")
    assert reason in str(failure.value)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """A broken file is an error of ours and nothing else."""
    with contextlib.suppress(FormatError):
        alts.parse(content, "alts.toml")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_caption_can_be_written(caption: str) -> None:
    """Whatever stands in a caption, the file stays valid TOML and gives it back."""
    text = alts.write([(make_post(Image(url=URL)), Image(url=URL, caption=caption or "x"))])
    assert tomllib.loads(text)["picture"][0]["caption"] == (caption or "x")
