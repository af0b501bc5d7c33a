"""An edition is changed, approved by enough people, set to a moment and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher.errors import UsageError
from publisher.jobs.editions import build, release, rework
from publisher.jobs.editions.rework import Order
from publisher.jobs.newsroom.declaration import declare
from publisher.model import EditionState, Post, Subscriber
from publisher.settings import Newsletter, Settings, Site, Source
from publisher.store import editions, grants, log, people, posts, results, wishes
from publisher.store.results import Sought
from publisher.store.wishes import Texts
from tests.store_builders import NOW, make_sending

WEEK = timedelta(days=7)


def make_settings(approval: str = "editor") -> Settings:
    """Declare one newsletter."""
    newsletter = Newsletter.model_validate(
        {
            "title": "Weekly",
            "from": "News <news@example.org>",
            "sources": ["sample"],
            "start": "2020-01-01",
            "approval": approval,
        }
    )
    site = Site(name="News", url="https://news.example.org")
    sources = {"sample": Source(url="https://example.org/feed")}
    return Settings(site=site, sources=sources, newsletters={"weekly": newsletter})


def make_edition(settings: Settings) -> str:
    """Build an edition of three posts for two readers; gives its id."""
    declare(settings, NOW)
    found = [
        Post(id=f"p{n}", source="sample", title=f"Title {n}", language="en", text=f"Text of post {n}.", published=NOW)
        for n in range(3)
    ]
    posts.add_posts("sample", found, NOW)
    people.add("weekly", (Subscriber(address=f"r{n}@example.org") for n in range(2)), NOW)
    return build.build(settings, "weekly", now=NOW, noise=1 << 39).edition


def shown(edition: str) -> list[int]:
    """Give the versions of an edition in its order."""
    return [place.key for place in wishes.places(edition) if place.position is not None]


def change(settings: Settings, edition: str, actor: str, *, chosen: list[int] | None = None, **texts: str) -> bool:
    """Change an edition."""
    before = shown(edition)
    keys = before if chosen is None else chosen
    left_out = tuple(key for key in before if key not in keys)
    order = Order(chosen=tuple(keys), left_out=left_out, texts={"en": Texts(**texts)})
    return rework.rework(settings, edition, order, actor, NOW)


@pytest.mark.usefixtures("store")
def test_order_and_words_are_those_of_the_editor() -> None:
    """Subject, preheader, intro and the order of the posts, in the mail that readers get."""
    settings = make_settings()
    edition = make_edition(settings)
    keys = shown(edition)
    assert change(settings, edition, "eva", chosen=[keys[2], keys[0]], subject="Mine", preheader="More", intro="Hello")
    assert shown(edition) == [keys[2], keys[0]]
    assert [place.key for place in wishes.places(edition) if place.position is None] == [keys[1]]
    rendered = editions.contents(edition)[0].rendered
    titles = [wishes.places(edition)[place].post.title or "" for place in (0, 1)]
    assert rendered.subject == "Mine"
    assert rendered.html.index(titles[0]) < rendered.html.index(titles[1])
    assert "Hello" in rendered.text
    assert "More" in rendered.html
    assert wishes.of_edition(edition).author == "eva"


@pytest.mark.usefixtures("store")
def test_a_post_too_many_for_the_mail_stands_on_the_web() -> None:
    """Whatever an editor orders stays in the edition; the mail holds the first `max_posts`."""
    settings = make_settings()
    edition = make_edition(settings)
    weekly = settings.newsletters["weekly"].model_copy(update={"max_posts": 2})
    keys = shown(edition)
    change(settings.model_copy(update={"newsletters": {"weekly": weekly}}), edition, "ann", chosen=keys[::-1])
    assert shown(edition) == keys[::-1]
    (content,) = [one for one in editions.contents(edition) if one.format == "html"]
    assert "1 more story is on the web." in content.rendered.html


@pytest.mark.usefixtures("store")
def test_a_change_withdraws_the_approval() -> None:
    """Recipients are no longer frozen, and who approved before has to look again."""
    settings = make_settings()
    edition = make_edition(settings)
    assert release.approve(settings, edition, "jan", NOW) == 0
    assert editions.count(edition).recipients == 2
    change(settings, edition, "eva", subject="New")
    assert (editions.get(edition).state, editions.count(edition).recipients) == (EditionState.READY, 0)
    assert wishes.approvals(edition) == ()
    assert release.missing(settings, edition) == 1
    assert release.approve(settings, edition, "jan", NOW) == 0
    release.withdraw(edition, "jan", NOW)
    assert editions.get(edition).state is EditionState.READY


@pytest.mark.usefixtures("store")
def test_two_people_are_needed_where_the_newsletter_says_so() -> None:
    """The author is one of them and cannot be the other; without an author two must approve."""
    settings = make_settings("two")
    edition = make_edition(settings)
    assert release.approve(settings, edition, "jan", NOW) == 1
    assert release.approve(settings, edition, "jan", NOW) == 1
    change(settings, edition, "eva", subject="New")
    with pytest.raises(UsageError, match="you changed it last"):
        release.approve(settings, edition, "eva", NOW)
    assert release.missing(settings, edition) == 1
    assert release.approve(settings, edition, "jan", NOW) == 0
    assert release.missing(settings, edition) == 0


@pytest.mark.usefixtures("store")
def test_an_edition_waits_for_its_moment_and_can_be_taken_back() -> None:
    """Only an approved one, only in the future, and now only with the right number of people."""
    settings = make_settings()
    edition = make_edition(settings)
    with pytest.raises(UsageError, match="only an approved edition"):
        release.schedule(edition, NOW + WEEK, "jan", NOW)
    release.approve(settings, edition, "jan", NOW)
    for moment in (NOW, NOW + 60 * WEEK):
        with pytest.raises(UsageError, match="the time"):
            release.schedule(edition, moment, "jan", NOW)
    release.schedule(edition, NOW + WEEK, "jan", NOW)
    assert editions.get(edition).send_at == NOW + WEEK
    with pytest.raises(UsageError, match="goes to 2"):
        release.send_now(edition, "3", "jan", NOW)
    assert release.send_now(edition, " ٢ ", "jan", NOW) == NOW + release.UNDO
    release.take_back(edition, "jan", NOW)
    assert editions.get(edition).send_at is None


@pytest.mark.usefixtures("store")
def test_what_people_have_got_is_not_changed() -> None:
    """Nor is an edition emptied, nor given a subject that no program shows."""
    settings = make_settings()
    sending = make_sending(newsletter="other")
    with pytest.raises(UsageError, match="cannot be changed any more"):
        wishes.require_open(sending)
    edition = make_edition(settings)
    with pytest.raises(UsageError, match="more than 120"):
        change(settings, edition, "eva", subject="x" * 121)
    with pytest.raises(UsageError, match="no post would be left"):
        change(settings, edition, "eva", chosen=[])
    assert release.settle(sending, "retry", "jan", NOW) == 0
    assert release.step(sending, "pause", "jan", NOW) is EditionState.PAUSED


@pytest.mark.usefixtures("store")
def test_results_and_people_are_found() -> None:
    """Editions that went out with their counts; people by address, state and language."""
    edition = make_sending(3, newsletter="daily")
    (result,) = results.sent(["daily"], NOW, limit=5)
    assert (result.edition.id, result.counts.pending) == (edition, 3)
    assert results.sent(["other"], NOW, limit=5) == ()
    assert results.readers(["daily"]) == {"daily": {"active": 3}}
    found = results.people(["daily"], Sought(words="READER1"), after=0, limit=5)
    assert [person.address for person in found] == ["reader1@example.org"]
    assert results.people(["daily"], Sought(state="bounced"), after=0, limit=5) == ()
    assert results.people(["daily"], Sought(language="fa"), after=0, limit=5) == ()
    people.suppress("reader1@example.org", "complaint", NOW)
    assert [one.address for one in results.suppressions(limit=5)] == ["reader1@example.org"]
    assert results.count_suppressions() == 1
    editions.act(edition, "cancel", "jan", NOW)
    assert results.sent(["daily"], NOW, limit=5)[0].counts.skipped == 3
    assert results.sent(["daily"], NOW, limit=5)[0].counts.skipped == 3


@pytest.mark.usefixtures("store")
def test_roles_in_one_place_are_given_and_taken() -> None:
    """One role for each account and place."""
    grants.grant("eva", "newsletters.daily", "editor", "maria", NOW)
    grants.grant("eva", "newsletters.daily", "approver", "maria", NOW)
    assert grants.everyone() == {"eva": {"newsletters.daily": "approver"}}
    grants.grant("eva", "newsletters.daily", "", "maria", NOW)
    grants.grant("eva", "newsletters.daily", "", "maria", NOW)
    assert grants.grants_of("eva") == {}


@pytest.mark.usefixtures("store")
def test_the_difference_is_told_by_titles() -> None:
    """What was in the edition and what is now, and which posts came in newer versions."""
    settings = make_settings()
    edition = make_edition(settings)
    keys = shown(edition)
    names = {place.key: place.post.title for place in wishes.places(edition)}
    release.approve(settings, edition, "bob", NOW)
    again = Post(id="p0", source="sample", title="Title 0", language="en", text="Another text.", published=NOW)
    posts.add_posts("sample", [again], NOW)
    change(settings, edition, "ann", chosen=keys[::-1])
    (line,) = [one for one in log.lines(edition) if one.action == "rework"]
    before = [names[key] for key in keys]
    assert line.detail["posts"] == {"before": before, "after": before[::-1]}
    assert line.detail["newest versions"] == {"before": [], "after": ["Title 0"]}
    assert editions.get(edition).state is EditionState.READY
    assert wishes.approvals(edition) == ()
