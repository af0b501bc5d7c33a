"""An editor mends the pictures of a post: what is refused, what is kept, and what survives the source's next change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from publisher.errors import UsageError
from publisher.jobs.posts import catalogue as facts
from publisher.jobs.posts import describe
from publisher.jobs.posts.describe import Words
from publisher.model import AltOrigin, Image, Post, Status
from publisher.store import catalogue, edits, log, posts
from publisher.store.catalogue import Wanted
from tests.store_builders import NOW

URL = "https://example.org/ferry.jpg"
BODY = f'<p>Boats.</p><figure><img src="{URL}"/><figcaption>The ferry</figcaption></figure>'


def make_post(**changes: object) -> Post:
    """Make a post with one picture that nobody described."""
    images = (Image(url=URL, caption="The ferry"), Image(caption="Without an address"))
    post = Post(id="p1", source="sample", title="Boats", language="en", html=BODY, text="Boats.", images=images)
    return replace(post, **changes)  # type: ignore[arg-type]  # fields of a post


def mend(post: Post, **words: object) -> Image:
    """Give the first picture of a post as an editor changes it."""
    wanted = replace(describe.words_of(post.images[0]), **words)  # type: ignore[arg-type]  # fields of the words
    return describe.mend(post, {0: wanted}).images[0]


def test_a_description_is_the_editors() -> None:
    """On one line, and with its origin."""
    image = mend(make_post(), alt="A white\n ferry")
    assert (image.alt, image.alt_origin) == ("A white ferry", AltOrigin.EDITOR)


def test_a_description_that_stays_keeps_its_origin() -> None:
    """Who changes the caption did not write the alt."""
    post = make_post(images=(Image(url=URL, alt="A ferry", alt_origin=AltOrigin.FEED),))
    image = mend(post, caption="At the pier")
    assert (image.alt_origin, image.caption) == (AltOrigin.FEED, "At the pier")


def test_a_decorative_picture_has_an_empty_alt_and_a_reason() -> None:
    """The reason goes with the mark."""
    image = mend(make_post(), decorative=True, reason="An ornament")
    assert (image.alt, image.decorative, image.decorative_reason) == ("", True, "An ornament")
    post = make_post(images=(image,))
    assert mend(post, decorative=False, alt=None).decorative_reason is None


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ({"alt": 'A "ferry" & more'}, 'alt="A &quot;ferry&quot; &amp; more"'),
        ({"caption": "Another <one>"}, "<figcaption>Another &lt;one&gt;</figcaption>"),
        ({"caption": ""}, f'<figure><img src="{URL}"/></figure>'),
        ({"alt": None}, f'<img src="{URL}"/>'),
    ],
)
def test_the_body_says_what_the_picture_says(words: dict[str, object], body: str) -> None:
    """Alt and caption stand in the XHTML too, which stays well formed."""
    wanted = replace(describe.words_of(make_post().images[0]), credit="New", **words)  # type: ignore[arg-type]  # fields
    assert body in (describe.mend(make_post(), {0: wanted}).html or "")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words(alt="x", decorative=True, reason="y"), "alt"),
        (Words(alt="", decorative=True), "reason"),
        (Words(alt="x" * 2001), "alt"),
        (Words(alt=None, long_description="javascript:alert(1)"), "long_description"),
    ],
)
def test_what_cannot_be_kept_is_named_by_its_field(words: Words, field: str) -> None:
    """Each refusal names picture and field."""
    (refused,) = describe.check({3: words})
    assert (refused.place, refused.field) == (3, field)


def keep(post: Post, days: int = 0) -> int:
    """Let the source tell a post; gives its row."""
    posts.add_posts("sample", [post], NOW + timedelta(days=days))
    key = edits.key_of("sample", "p1")
    assert key is not None
    return key


@pytest.mark.usefixtures("store")
def test_an_edit_is_a_version_and_the_source_stays_in_sight() -> None:
    """The next pull of the same post leaves the edit alone; the log has a line."""
    key = keep(make_post())
    words = Words(alt="A white ferry", caption="The ferry")
    assert describe.describe(key, {0: words}, "eva", NOW, based_on=1)
    assert not describe.describe(key, {0: words}, "eva", NOW, based_on=2)
    keep(make_post(), days=1)
    history = edits.history(key)
    assert [(one.number, one.actor) for one in history.versions] == [(2, "eva"), (1, "")]
    assert history.current.images[0].alt == "A white ferry"
    assert history.original.images[0].alt is None
    assert [(line.actor, line.action) for line in log.lines(f"post {key}")] == [("eva", "edit")]
    assert edits.recall([URL, "https://example.org/other.jpg"])[URL].alt == "A white ferry"


@pytest.mark.usefixtures("store")
def test_an_edit_survives_a_change_at_the_source() -> None:
    """Where the source says of the picture what it said; where it says something else, the source is newer."""
    key = keep(make_post())
    describe.describe(key, {0: Words(alt="A white ferry", caption="The ferry")}, "eva", NOW, based_on=1)
    keep(make_post(title="Boats again"), days=1)
    assert describe.renew("sample", NOW) == 1
    current = edits.history(key).current
    assert (current.title, current.images[0].alt) == ("Boats again", "A white ferry")
    assert 'alt="A white ferry"' in (current.html or "")
    assert describe.renew("sample", NOW) == 0
    keep(make_post(images=(Image(url=URL, alt="A ferry", alt_origin=AltOrigin.SOURCE),)), days=2)
    assert describe.renew("sample", NOW) == 0
    assert edits.history(key).current.images[0].alt == "A ferry"


@pytest.mark.usefixtures("store")
def test_an_older_page_overwrites_nothing() -> None:
    """Whoever saw another version is refused, and so is a post that is not there."""
    key = keep(make_post())
    describe.withhold(key, "eva", NOW, withheld=True, based_on=1)
    assert edits.history(key).current.status is Status.WITHHELD
    with pytest.raises(UsageError, match="somebody else"):
        describe.withhold(key, "jan", NOW, withheld=False, based_on=1)
    with pytest.raises(UsageError, match="none of this number"):
        edits.history(key + 1)
    with pytest.raises(UsageError, match="none of this number"):
        edits.keep(key + 1, make_post(), "eva", NOW, based_on=1)


@pytest.mark.usefixtures("store")
def test_the_inbox_knows_every_current_version_once() -> None:
    """Facts follow the newest version, whoever wrote it; sources tell how they fare."""
    key = keep(make_post())
    assert facts.catch_up() == 1
    wanted = Wanted(sources=("sample",), state="undescribed", words="BOATS")
    assert [one.key for one in catalogue.listing(wanted, offset=0, limit=10)] == [key]
    changes = {0: Words(alt="A white ferry", caption="The ferry"), 1: Words(alt="", decorative=True, reason="x")}
    describe.describe(key, changes, "eva", NOW, based_on=1)
    assert (facts.catch_up(), facts.catch_up()) == (1, 0)
    assert catalogue.count(wanted) == 0
    assert catalogue.count(Wanted(sources=("sample",), language="en")) == 1
    assert catalogue.count(Wanted(sources=("other",))) == 0
    assert catalogue.languages(["sample"]) == ("en",)
    health, never = catalogue.health(["sample", "never"])
    assert (health.posts, health.pictures, health.described, health.repeated) == (1, 2, 2, 0)
    assert (never.pulled, never.posts) == (None, 0)


def test_facts_count_what_describes_nothing() -> None:
    """A file name is no description; an empty alt is one; a caption said twice is counted."""
    images = (
        Image(url=URL, alt="IMG_2041.jpg", alt_origin=AltOrigin.SOURCE),
        Image(url=URL, alt="", alt_origin=AltOrigin.SOURCE),
        Image(url=URL, alt="The ferry", alt_origin=AltOrigin.SOURCE, caption="The ferry"),
    )
    found = facts.read(make_post(images=images, language=None))
    assert (found.pictures, found.described, found.undescribed, found.repeated) == (3, 2, 1, 1)
    assert (found.language, found.status) == ("", "usable")
