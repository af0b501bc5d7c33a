"""Channels: what partners are told, in which order, and that what was taken back stays so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.jobs.outlets import syndicate, withdraw
from publisher.jobs.outlets.channels import bundle_of, channel_of, newest, release_of
from publisher.jobs.outlets.shelf import Shelf
from publisher.model import AltOrigin, EditionState, Image, Post, Status
from publisher.settings import Channel, Outlet, Settings, Site, Source
from publisher.store import answers, bundles, channels, counters, editions, newsletters, outlets, posts
from publisher.syndication import archive, signature
from tests.store_builders import make_content

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)

SETTINGS = Settings(
    site=Site(name="Harbour Post", url="https://news.example.org"),
    sources={"sea": Source(path=Path("sea")), "land": Source(path=Path("land"))},
    channels={
        "world": Channel(title="World", sources=("sea",), formats=("rss", "ninjs", "html", "zip")),
        "hills": Channel(title="Hills", sources=("land",), formats=("rss", "html")),
    },
    outlets={"radio": Outlet(channels=("world",)), "paper": Outlet(channels=("world", "hills"))},
)


def make_post(uid: str = "https://example.org/1", **changes: object) -> Post:
    """Make a post."""
    values: dict[str, object] = {
        "id": uid,
        "source": "sea",
        "url": uid if uid.startswith("https:") else None,
        "title": "Boats leave",
        "html": "<p>At dawn.</p>",
        "text": "At dawn.",
        "published": NOW,
    }
    return Post(**values | changes)  # type: ignore[arg-type]  # any field of a post


def make_shelf(folder: Path) -> Shelf:
    """Make a place for bundles."""
    return Shelf(bundles=folder / "bundles", media=folder / "media", key=signature.make_key())


def told(*names: str, after: int = 0) -> list[tuple[str, int, str]]:
    """Give what partners were told: signal, revision, note."""
    return [
        (change.signal, change.revision, change.note) for change in channels.changes(names or ("world",), after, 100)
    ]


def bring(*given: Post, source: str = "sea", at: datetime = NOW) -> None:
    """Let a source bring posts, and tell partners."""
    posts.add_posts(source, given, at)
    syndicate.release(SETTINGS, at)


@pytest.mark.usefixtures("store")
def test_new_and_changed_posts_are_told_once() -> None:
    """A post is told as new, then as an update; a second look tells nothing."""
    bring(make_post())
    bring(make_post(), at=NOW + HOUR)
    bring(make_post(title="Boats return"), at=NOW + 2 * HOUR)
    assert told() == [("new", 1, ""), ("update", 2, "")]
    assert counters.read().changes == 2
    (item,) = newest("world")
    assert (item.post.title, item.change.revision) == ("Boats return", 2)


@pytest.mark.usefixtures("store")
def test_an_embargo_holds_a_post_back_until_its_hour() -> None:
    """Before the hour nobody is told; the first look after it tells it as new."""
    bring(make_post(embargo=NOW + HOUR))
    assert told() == []
    assert newest("world") == ()
    assert syndicate.release(SETTINGS, NOW + HOUR)["world"] == 1
    assert told() == [("new", 1, "")]
    assert not release_of(newest("world")[0], channel_of(SETTINGS, "world")).held


@pytest.mark.usefixtures("store")
def test_what_is_withheld_later_is_taken_back() -> None:
    """A post that its source withholds, or puts under an embargo again, is told as withheld, and comes back."""
    bring(make_post())
    bring(make_post(status=Status.WITHHELD))
    bring(make_post(embargo=NOW + HOUR))
    found = channels.changes(["world"], 0, 10)
    assert [(change.signal, change.status.value) for change in found] == [("new", "usable"), ("update", "withheld")]
    syndicate.release(SETTINGS, NOW + 2 * HOUR)
    assert channels.changes(["world"], 0, 10)[-1].status is Status.USABLE


@pytest.mark.usefixtures("store")
def test_a_source_that_leaves_takes_its_posts_along() -> None:
    """Posts of a source that is none of the channel's any more are taken back, and come back with it."""
    bring(make_post())
    changed = SETTINGS.channels["world"].model_copy(update={"sources": ("land",)})
    syndicate.release(SETTINGS.model_copy(update={"channels": {"world": changed}}), NOW)
    assert [item.change.status for item in newest("world")] == [Status.WITHHELD]
    syndicate.release(SETTINGS, NOW)
    assert [item.change.status for item in newest("world")] == [Status.USABLE]
    assert [signal for signal, _, _ in told()] == ["new", "update", "update"]


@pytest.mark.usefixtures("store")
def test_a_channel_takes_what_it_selects() -> None:
    """By language, tag, kicker and described pictures; a changed selection is told at once, and nothing twice."""
    local = replace(make_post(), tags=("Harbour",), kicker="Local")
    picture = Image(url="https://example.org/a.jpg")
    undescribed = replace(make_post("https://example.org/2"), language="pt-BR", images=(picture,))
    bring(local, undescribed)
    assert told() == [("new", 1, ""), ("new", 1, "")]

    def seen(**selection: object) -> list[str]:
        channel = SETTINGS.channels["world"].model_copy(update=selection)
        syndicate.release(SETTINGS.model_copy(update={"channels": {"world": channel}}), NOW + HOUR)
        return sorted(item.post.id[-1] for item in newest("world") if item.change.status is Status.USABLE)

    assert seen(tags=("harbour", "x")) == ["1"]
    assert seen(languages=("pt",)) == ["2"]
    assert seen(languages=("pt-BR", "en")) == ["1", "2"]
    assert seen(languages=("pt-PT",)) == []
    assert seen(kickers=("LOCAL",)) == ["1"]
    assert seen(missing_alt="block") == ["1"]
    number = len(told())
    assert seen(missing_alt="block") == ["1"]
    assert len(told()) == number
    bring(replace(undescribed, images=(replace(picture, alt="A boat", alt_origin=AltOrigin.EDITOR),)))
    assert seen() == ["1", "2"]


@pytest.mark.usefixtures("store")
def test_a_correction_carries_its_note_and_keeps_it(tmp_path: Path) -> None:
    """A correction is a new revision with the editor's words; later updates still show them."""
    bring(make_post())
    withdraw.withdraw(
        SETTINGS, make_shelf(tmp_path), "sea:https://example.org/1", "correction", " Two\nboats ", actor="ann", now=NOW
    )
    bring(make_post(title="Two boats leave"))
    assert told() == [("new", 1, ""), ("correction", 2, "Two boats"), ("update", 3, "Two boats")]
    page = release_of(newest("world")[0], channel_of(SETTINGS, "world"))
    assert (page.note, page.title) == ("Two boats", "Two boats leave")


@pytest.mark.usefixtures("store")
def test_a_correction_of_what_is_withheld_is_told_when_it_comes_back(tmp_path: Path) -> None:
    """While nobody may use the post nothing is told of it; its return says what was corrected meanwhile."""
    bring(make_post())
    bring(make_post(status=Status.WITHHELD))
    shelf = make_shelf(tmp_path)
    withdraw.withdraw(SETTINGS, shelf, "https://example.org/1", "correction", "At noon", actor="ann", now=NOW)
    assert told()[1:] == [("update", 2, "")]
    bring(make_post(html="<p>At noon.</p>", text="At noon."))
    assert told()[2:] == [("correction", 3, "At noon")]
    bring(make_post(html="<p>At noon, it is said.</p>", text="At noon, it is said."))
    assert told()[3:] == [("update", 4, "At noon")]


@pytest.mark.usefixtures("store")
def test_a_kill_empties_the_post_for_good(tmp_path: Path) -> None:
    """A killed post keeps its name and loses the rest, in the newest and in every older revision."""
    shelf = make_shelf(tmp_path)
    bring(make_post(), make_post("https://example.org/2"))
    (first,) = syndicate.pack(SETTINGS, shelf, NOW)
    withdraw.withdraw(SETTINGS, shelf, "https://example.org/1", "kill", "Not true", actor="ann", now=NOW)
    bring(make_post(title="Again"), at=NOW + HOUR)
    assert told()[-1] == ("kill", 2, "Not true")
    folder = channels.changes(["world"], 0, 10)[-1].item
    for revision in (None, 1, 2):
        item = channels.find(["world"], folder, revision)
        assert item is not None
        release = release_of(item, channel_of(SETTINGS, "world"))
        assert (release.killed, release.body, release.post.title) == (True, "", None)
    assert bundles.find(["world"], first.sequence) == replace(first, gone=True)
    assert not (shelf.bundles / first.file).exists()
    (kept,) = bundles.listed(["world"])
    assert archive.verify(shelf.bundles / kept.file).ok
    assert b"At dawn" in (shelf.bundles / kept.file).read_bytes()  # the other post


@pytest.mark.usefixtures("store")
def test_a_kill_of_what_no_partner_had_is_not_told(tmp_path: Path) -> None:
    """A post that was killed before it was released never enters a channel."""
    posts.add_posts("sea", [make_post()], NOW)
    withdraw.withdraw(SETTINGS, make_shelf(tmp_path), "https://example.org/1", "kill", "No", actor="ann", now=NOW)
    assert told() == []


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("approved", [True, False])
def test_a_withdrawal_stops_editions_that_hold_the_post(tmp_path: Path, *, approved: bool) -> None:
    """Approved editions are paused with the reason; what nobody approved is ended, so that it is built again."""
    posts.add_posts("sea", [make_post()], NOW)
    (kept,) = posts.newest(["sea"], 1)

    newsletters.declare("daily", "Daily", ["sea"], NOW)
    draft = editions.Draft(
        id=editions.new_id(NOW, 7),
        newsletter="daily",
        title="News",
        contents=(make_content(),),
        chosen=(kept.key,),
        report={},
        blocked=False,
    )
    editions.create(draft, NOW)
    if approved:
        editions.approve(draft.id, "ann", NOW)
    done = withdraw.withdraw(
        SETTINGS, make_shelf(tmp_path), "https://example.org/1", "kill", "No", actor="ann", now=NOW
    )
    found = editions.get(draft.id)
    assert found.state is (EditionState.PAUSED if approved else EditionState.CANCELLED)
    assert "https://example.org/1" in found.reason
    assert (done.paused, done.ended) == (((draft.id,), ()) if approved else ((), (draft.id,)))


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("post", "note", "reason"),
    [
        ("nobody", "x", "none of this id"),
        ("https://example.org/1", "x", "two sources"),
        ("sea:https://example.org/1", "  ", "empty"),
        ("sea:https://example.org/1", "x" * 3000, "longer"),
    ],
)
def test_a_withdrawal_that_cannot_be_is_refused(tmp_path: Path, post: str, note: str, reason: str) -> None:
    """An unknown or doubtful post and an empty note are told, and nothing changes."""
    for source in ("sea", "land"):
        posts.add_posts(source, [make_post()], NOW)
    with pytest.raises(UsageError, match=reason):
        withdraw.withdraw(SETTINGS, make_shelf(tmp_path), post, "kill", note, actor="ann", now=NOW)
    assert len(posts.versions("sea", "https://example.org/1")) == 1


@pytest.mark.usefixtures("store")
def test_a_bundle_is_written_once_for_a_sequence(tmp_path: Path) -> None:
    """Nothing new means no new bundle; channels without the format have none."""
    shelf = make_shelf(tmp_path)
    bring(make_post())
    bring(make_post("x", source="land"), source="land")
    (made,) = syndicate.pack(SETTINGS, shelf, NOW)
    assert syndicate.pack(SETTINGS, shelf, NOW) == ()
    assert archive.verify(shelf.bundles / made.file, key=signature.public_key(shelf.key)).posts == made.posts == 1
    bundle = bundle_of(newest("world"), channel_of(SETTINGS, "world"), None, ())
    archive.write(bundle, tmp_path / "again.zip", key=shelf.key)
    assert (tmp_path / "again.zip").read_bytes() == (shelf.bundles / made.file).read_bytes()


@pytest.mark.usefixtures("store")
def test_old_changes_are_forgotten_but_nothing_current_is(tmp_path: Path) -> None:
    """What a newer change replaced goes after a while; of what was taken back only the floor remains."""
    bring(make_post(), make_post("https://example.org/2"))
    bring(make_post(title="Newer"))
    withdraw.withdraw(
        SETTINGS, make_shelf(tmp_path), "https://example.org/2", "kill", "No", actor="ann", now=NOW + HOUR
    )
    channels.forget(NOW + HOUR)
    assert told() == [("update", 2, ""), ("kill", 2, "No")]
    channels.forget(NOW + 2 * HOUR)
    assert told() == [("update", 2, "")]
    assert channels.floor(["world"]) == 4
    syndicate.release(SETTINGS, NOW + 3 * HOUR)
    assert told() == [("update", 2, "")]


@pytest.mark.usefixtures("store")
def test_outlets_follow_the_settings() -> None:
    """Outlets of the settings get exactly their channels; one that leaves them is closed."""
    syndicate.declare(SETTINGS)
    assert outlets.find("paper").channels == ("hills", "world")
    before = counters.read().access
    syndicate.declare(SETTINGS)
    assert counters.read().access == before
    syndicate.declare(SETTINGS.model_copy(update={"outlets": {"paper": Outlet(channels=("hills",))}}))
    assert [(one.name, one.active, one.channels) for one in outlets.all_outlets()] == [
        ("paper", True, ("hills",)),
        ("radio", False, ("world",)),
    ]


@pytest.mark.usefixtures("store")
def test_kills_stay_open_until_every_outlet_confirmed(tmp_path: Path) -> None:
    """An outlet that may pull a channel is asked for each of its kills until it says that it acted on it."""
    syndicate.declare(SETTINGS)
    bring(make_post("x", source="land"), source="land")
    withdraw.withdraw(SETTINGS, make_shelf(tmp_path), "x", "kill", "No", actor="ann", now=NOW)
    (kill,) = answers.unconfirmed_kills()
    assert (kill.outlet, kill.channel, kill.note) == ("paper", "hills", "No")
    radio, paper = outlets.find("radio"), outlets.find("paper")
    assert answers.confirm(radio.key, radio.channels, [kill.sequence], NOW) == ()
    assert answers.confirm(paper.key, paper.channels, [kill.sequence, kill.sequence, 99], NOW) == (kill.sequence,)
    assert answers.unconfirmed_kills() == ()
    assert list(answers.confirmed(paper.key, [kill.sequence])) == [kill.sequence]
    (receipt,) = answers.receipts("paper", 5)
    assert (receipt.channel, receipt.note, receipt.killed, receipt.at) == ("hills", "No", kill.at, NOW)
    assert answers.receipts("radio", 5) == answers.receipts("paper", 0) == ()
