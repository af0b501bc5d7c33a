"""What editors write becomes posts like any other, on both databases; and a withdrawal knows what it reaches."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from publisher.errors import UsageError
from publisher.jobs.editions import announce, release
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.outlets import syndicate
from publisher.jobs.posts import describe, write
from publisher.jobs.posts.describe import Words
from publisher.media import Embedded, FolderStore, embedded
from publisher.model import AltOrigin, EditionState, Status, Subscriber
from publisher.settings import Channel, Newsletter, Outlet, Settings, Site, desk_source
from publisher.store import editions, edits, manuscripts, newsletters, people, schedules, wishes, withdrawals
from publisher.store.manuscripts import Manuscript, Placed
from tests.store_builders import NOW

pytestmark = pytest.mark.usefixtures("store")

DESK = desk_source("daily")


def make_settings(approval: str = "editor") -> Settings:
    """Declare two newsletters, and a channel of what is written for the first."""
    known = {"title": "News", "from": "News <news@example.org>", "sources": [DESK], "approval": approval}
    return Settings(
        site=Site(name="Harbour Post", url="https://news.example.org"),
        newsletters={name: Newsletter.model_validate({**known, "title": name}) for name in ("daily", "other")},
        channels={"world": Channel(title="World", sources=(DESK,), formats=("rss",))},
        outlets={"radio": Outlet(channels=("world",))},
    )


def begin(settings: Settings, manuscript: Manuscript, *, is_draft: bool = False, uid: str = "desk-1") -> int:
    """Keep a post for the daily newsletter."""
    return write.begin(settings, "daily", manuscript, uid=uid, actor="ann", now=NOW, is_draft=is_draft)


def test_a_draft_stands_in_no_edition_until_it_is_published() -> None:
    """It is withheld; once published, every newsletter that reads what is written there has something new."""
    settings = make_settings()
    manuscript = Manuscript(headline="Fog", text="It came *early*.", language="en", kicker="Haven", author="A. Novak")
    key = begin(settings, manuscript, is_draft=True)
    assert edits.history(key).current.status is Status.WITHHELD
    write.keep(settings, key, manuscript, actor="ann", now=NOW, based_on=1, is_draft=False)
    history = edits.history(key)
    post = history.current
    assert (post.title, post.kicker, post.status, post.source) == ("Fog", "Haven", Status.USABLE, DESK)
    assert post.html == "<p>It came <em>early</em>.</p>"
    assert [one.name for one in post.authors] == ["A. Novak"]
    assert [version.actor for version in history.versions] == ["ann", "ann"]
    assert [kept.post.id for kept in newsletters.unseen("other")] == ["desk-1"]
    assert manuscripts.read(key).text == "It came *early*."
    assert [(one.title, one.status) for one in manuscripts.listed((DESK,))] == [("Fog", "usable")]


def test_a_note_without_a_headline_has_its_first_words() -> None:
    """Like every post without a title."""
    key = begin(make_settings(), Manuscript(text="The bridge is closed until noon.", language="en"))
    assert (edits.history(key).current.title or "").startswith("The bridge is closed")


def test_what_was_said_of_a_picture_elsewhere_is_taken_over() -> None:
    """A description on the page of the post is not lost when somebody writes on."""
    settings = make_settings()
    picture = Placed(url="https://news.example.org/pictures/1", alt="A pier", caption="The pier", credit="A. Novak")
    key = begin(settings, Manuscript(headline="Fog", text="Early.", language="en", pictures=(picture,)))
    image = edits.history(key).current.images[0]
    assert (image.alt, image.alt_origin, image.credit) == ("A pier", AltOrigin.EDITOR, "A. Novak")
    describe.describe(key, {0: Words(alt="A pier in fog", caption="The pier")}, "bob", NOW, based_on=1)
    opened = write.open_manuscript(edits.history(key))
    assert (opened.pictures[0].alt, opened.pictures[0].credit) == ("A pier in fog", "")
    with pytest.raises(UsageError, match="somebody else changed it"):
        write.keep(settings, key, opened, actor="ann", now=NOW, based_on=1, is_draft=False)


@pytest.mark.parametrize(
    ("picture", "field"),
    [
        (Placed(url="https://example.org/1"), "alt"),
        (Placed(url="https://example.org/1", alt="IMG_2041.jpg"), "alt"),
        (Placed(url="https://example.org/1", decorative=True), "reason"),
        (Placed(url="https://example.org/1", decorative=True, reason="A mood", alt="Words"), "alt"),
        (Placed(url="https://example.org/1", alt="A pier", caption="x" * 2001), "caption"),
    ],
)
def test_a_picture_without_words_is_not_published(picture: Placed, field: str) -> None:
    """The field is named, and nothing is kept."""
    manuscript = Manuscript(headline="Fog", language="en", pictures=(picture,))
    assert [one.field for one in write.check(manuscript, publish=True)] == [field]
    with pytest.raises(UsageError):
        begin(make_settings(), manuscript)


def test_decorative_pictures_keep_their_reason() -> None:
    """It stands with the picture, and the alt is empty."""
    picture = Placed(url="https://example.org/1", decorative=True, reason="A mood only", width=640, height=480)
    key = begin(make_settings(), Manuscript(headline="Fog", text="Early.", language="en", pictures=(picture,)))
    image = edits.history(key).current.images[0]
    assert (image.alt, image.decorative, image.decorative_reason, image.width) == ("", True, "A mood only", 640)


def test_a_picture_is_kept_without_what_the_camera_noted(tmp_path: Path) -> None:
    """And offers what its own file says."""
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of the harbour"
    Image.new("RGB", (64, 48)).save(written, "JPEG", exif=exif)
    content = embedded.write(written.getvalue(), Embedded(alt=(("en", "A grey square"),)))
    store = FolderStore(tmp_path)
    placed = write.take_in(content, " my\npier.jpg ", "https://news.example.org", store, "en")
    assert (placed.name, placed.inside, placed.alt) == ("my pier.jpg", "A grey square", None)
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*.jpg"))
    assert kept
    assert b"Camera of the harbour" not in kept
    with pytest.raises(UsageError, match="the picture"):
        write.take_in(b"no picture", "x.jpg", "https://news.example.org", store, "en")


def test_an_alert_goes_before_everything_and_needs_its_number() -> None:
    """Its edition is urgent, has its headline as title and its author, and waits; with the number it has a moment."""
    settings = make_settings("two")
    declare(settings, NOW)
    people.add("daily", (Subscriber(address=f"r{n}@example.org") for n in range(3)), NOW)
    alert = Manuscript(headline="Storm warning", text="Stay inside.", language="en")
    built = announce.announce(settings, "daily", alert, uid="desk-2", noise=7, actor="ann", now=NOW)
    found = editions.get(built.edition)
    assert (found.title, found.state, found.posts) == ("Storm warning", EditionState.READY, 1)
    assert schedules.urgent_among([built.edition, "none"]) == {built.edition}
    assert wishes.of_edition(built.edition).author == "ann"
    with pytest.raises(UsageError, match="you changed it last"):
        release.approve_and_send(settings, built.edition, "3", "ann", NOW)
    with pytest.raises(UsageError, match="it goes to 3, not to 4"):
        release.approve_and_send(settings, built.edition, "4", "bob", NOW)
    assert release.approve_and_send(settings, built.edition, "3", "bob", NOW) == 0
    assert editions.get(built.edition).send_at == NOW + release.URGENT_UNDO


def test_a_dropped_alert_stands_in_no_digest() -> None:
    """Its edition ends and its post is a draft again; it can be written on and published."""
    settings = make_settings()
    alert = Manuscript(headline="Storm warning", text="Stay inside.", language="en")
    built = announce.announce(settings, "daily", alert, uid="desk-4", noise=7, actor="ann", now=NOW)
    announce.drop(built.edition, "bob", NOW)
    assert editions.get(built.edition).state is EditionState.CANCELLED
    key = edits.key_of(DESK, "desk-4")
    assert key is not None
    assert edits.history(key).current.status is Status.WITHHELD
    assert write.open_manuscript(edits.history(key)).headline == "Storm warning"


def test_a_withdrawal_knows_what_it_reaches() -> None:
    """Editions by what becomes of them, channels and partners; afterwards what was said, by whom."""
    settings = make_settings()
    declare(settings, NOW)
    people.add("daily", (Subscriber(address="r@example.org"),), NOW)
    alert = Manuscript(headline="Storm warning", text="Stay inside.", language="en")
    built = announce.announce(settings, "daily", alert, uid="desk-3", noise=7, actor="ann", now=NOW)
    key = edits.key_of(DESK, "desk-3")
    assert key is not None
    syndicate.declare(settings)
    syndicate.release(settings, NOW)
    reach = withdrawals.reach(key)
    assert [one.id for one in reach.ending] == [built.edition]
    assert (reach.pausing, reach.published, reach.channels, reach.outlets) == ((), (), ("world",), ("radio",))
    release.approve(settings, built.edition, "bob", NOW)
    assert [one.title for one in withdrawals.reach(key).pausing] == ["Storm warning"]
    done = withdrawals.withdraw(key, "kill", "Not true", actor="bob", now=NOW)
    assert done.paused == (built.edition,)
    assert [(one.kind, one.note, one.actor) for one in withdrawals.said_of(key)] == [("kill", "Not true", "bob")]
    assert edits.history(key).versions[0].actor == "bob"
    with pytest.raises(UsageError, match="it was killed"):
        write.keep(settings, key, alert, actor="ann", now=NOW, based_on=2, is_draft=False)
    with pytest.raises(UsageError, match="there is none of this number"):
        withdrawals.withdraw(999_999, "kill", "No", actor="bob", now=NOW)


def test_only_what_was_written_here_has_a_manuscript() -> None:
    """Anything else is refused with the way out."""
    with pytest.raises(UsageError, match="not written at the desk"):
        manuscripts.read(999_999)
    assert not manuscripts.is_written(999_999)
