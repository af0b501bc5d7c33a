"""What readers have got is put right: a mail to those who were reached, each once, and a new edition for the rest."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from publisher.errors import NothingUsableError, SettingsError, UsageError
from publisher.jobs.editions import build, correct, release, rework
from publisher.jobs.editions.correct import Made
from publisher.jobs.editions.rework import Order
from publisher.jobs.newsroom.declaration import declare
from publisher.model import (
    Accepted,
    DeliveryState,
    EditionState,
    InDoubt,
    NotAccepted,
    Outcome,
    Post,
    Reaction,
    Result,
    Subscriber,
)
from publisher.settings import Newsletter, Settings, Site, Source
from publisher.store import archive, doubt, editions, ledger, newsletters, people, posts, withdrawals
from publisher.store.database import unit
from publisher.store.models import SubscriberRow
from publisher.store.wishes import Texts
from publisher.store.withdrawals import Kind
from tests.store_builders import NOW

LATER = NOW + timedelta(hours=1)
TAKEN = Accepted(message_id="m")
REFUSED = NotAccepted(reaction=Reaction.FAIL, code="bad", reason="no such mailbox")
UNKNOWN = InDoubt(code="timeout", reason="no answer")
OUTCOMES: Mapping[str, Outcome | None] = {"taken": TAKEN, "unknown": UNKNOWN, "refused": REFUSED, "pending": None}

_noise = itertools.count(1 << 40)
_names = itertools.count(1)


def make_settings(*names: str, approval: str = "editor", source: str = "sample") -> Settings:
    """Declare newsletters that all read one source."""
    declared = {
        name: Newsletter.model_validate(
            {
                "title": name.title(),
                "from": "News <news@example.org>",
                "sources": [source],
                "start": "2020-01-01",
                "approval": approval,
                "content": "summary",
            }
        )
        for name in names
    }
    site = Site(name="News", url="https://news.example.org")
    return Settings(site=site, sources={source: Source(url="https://example.org/feed")}, newsletters=declared)


def make_post(name: str = "p1", title: str = "One boat leaves", html: str | None = "<p>One boat left.</p>") -> Post:
    """Make a post about a boat."""
    text = "One boat left."
    return Post(id=name, source="sample", language="en", title=title, html=html, text=text, published=NOW)


def prepare(settings: Settings, *found: Post, readers: int = 4) -> None:
    """Let posts come, and as many people read every newsletter."""
    declare(settings, NOW)
    posts.add_posts(next(iter(settings.sources)), found or (make_post(), make_post("p2", "Choir sings")), NOW)
    for name in settings.newsletters:
        people.add(name, (Subscriber(address=f"r{number}@example.org") for number in range(readers)), NOW)


def begin(settings: Settings, newsletter: str = "daily") -> str:
    """Build an edition and begin to send it; gives its id."""
    edition = build.build(settings, newsletter, now=NOW, noise=next(_noise)).edition
    editions.approve(edition, "ann", NOW)
    editions.act(edition, "start", "ann", NOW)
    return edition


def deliver(edition: str, outcomes: Mapping[str, Outcome | None]) -> None:
    """Write to readers by the beginning of their address ("r1"); those without an outcome stay pending."""
    lease = ledger.open_lease("test", NOW + timedelta(days=1))
    with unit():
        claims = ledger.claim(ledger.key_of(edition), lease, 1000, NOW)
        ledger.commit(
            lease, [Result(claim=one, outcome=outcomes.get(one.address.partition("@")[0])) for one in claims], NOW
        )
    ledger.end_lease(lease)


def recipients(edition: str, *states: DeliveryState) -> list[str]:
    """Name whom an edition goes to."""
    found = doubt.lines(edition, *(states or tuple(DeliveryState)))
    return sorted((line.address or "").partition("@")[0] for line in found)


def say(kind: Kind = "correction", note: str = "It was two boats.", post: str = "sample:p1") -> None:
    """Declare that something was wrong."""
    withdrawals.withdraw(post, kind, note, actor="ann", now=LATER)


def mail(settings: Settings, post: str = "sample:p1") -> tuple[Made, ...]:
    """Make the mails about it."""
    return correct.correct(settings, post, actor="eva", now=LATER, noise=lambda: next(_noise))


# --- to those who were reached ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_a_correction_goes_to_those_who_were_reached() -> None:
    """Taken and in doubt; not who was refused, is pending, has left or is suppressed."""
    settings = make_settings("daily")
    prepare(settings, readers=7)
    edition = begin(settings)
    deliver(edition, {"r0": TAKEN, "r1": UNKNOWN, "r2": REFUSED, "r4": TAKEN, "r5": TAKEN})
    say()
    people.suppress("r4@example.org", "complaint", LATER)
    people.erase("r5@example.org", LATER)
    (made,) = mail(settings)
    assert (made.newsletter, made.state, made.recipients) == ("daily", EditionState.READY, 2)
    assert recipients(made.edition) == []
    editions.approve(made.edition, "ann", LATER)
    assert recipients(made.edition) == ["r0", "r1"]


@pytest.mark.usefixtures("store")
def test_a_correction_tells_what_was_wrong_and_the_story_whole() -> None:
    """The subject and the first line say it; the story stands there whole, whatever its newsletter shows of stories."""
    settings = make_settings("daily")
    prepare(settings, make_post())
    deliver(begin(settings), {"r0": TAKEN})
    posts.add_posts("sample", [make_post(title="Two boats leave", html="<p>Two boats left at dawn.</p>")], LATER)
    say()
    (made,) = mail(settings)
    html, large, plain = (content.rendered for content in editions.contents(made.edition))
    assert html.subject == "Correction: Two boats leave"
    for form in (html, large):
        words = ("has been corrected since", "Correction: It was two boats.", "Two boats left at dawn.")
        assert sorted(words, key=form.html.rindex) == list(words)
    assert "Correction: It was two boats." in plain.text
    assert editions.get(made.edition).title == html.subject


@pytest.mark.usefixtures("store")
def test_a_kill_is_mailed_without_the_story() -> None:
    """Who got it learns that it was withdrawn, and why; none of its words is repeated but its title."""
    settings = make_settings("daily")
    prepare(settings, make_post())
    deliver(begin(settings), {"r0": TAKEN})
    say("kill", "It was not true.")
    (made,) = mail(settings)
    rendered = editions.contents(made.edition)[0].rendered
    assert rendered.subject == "Withdrawn: One boat leaves"
    assert "Withdrawn: It was not true." in rendered.html
    assert "One boat left." not in rendered.html + rendered.text


@pytest.mark.usefixtures("store")
def test_who_reads_two_newsletters_is_told_once() -> None:
    """Two editions held the story: whichever mail is approved first tells those who got both."""
    settings = make_settings("daily", "weekly")
    prepare(settings)
    deliver(begin(settings, "daily"), {"r0": TAKEN, "r1": TAKEN})
    deliver(begin(settings, "weekly"), {"r1": UNKNOWN, "r2": TAKEN})
    say()
    daily, weekly = mail(settings)
    editions.approve(weekly.edition, "ann", LATER)
    editions.approve(daily.edition, "ann", LATER)
    assert (recipients(weekly.edition), recipients(daily.edition)) == (["r1", "r2"], ["r0"])


@pytest.mark.usefixtures("store")
def test_mailing_again_reaches_only_those_who_were_not_told() -> None:
    """A second mail of the same correction goes to those whom the first left out, and replaces one nobody approved."""
    settings = make_settings("daily")
    prepare(settings)
    edition = begin(settings)
    deliver(edition, {"r0": TAKEN})
    say()
    (unseen,) = mail(settings)
    (first,) = mail(settings)
    assert editions.get(unseen.edition).state is EditionState.CANCELLED
    editions.approve(first.edition, "ann", LATER)
    editions.act(edition, "resume", "ann", LATER)
    deliver(edition, {"r1": TAKEN})
    (second,) = mail(settings)
    editions.approve(second.edition, "ann", LATER)
    assert (recipients(first.edition), recipients(second.edition)) == (["r0"], ["r1"])
    assert newsletters.unseen("daily") == ()


@pytest.mark.usefixtures("store")
def test_an_ordinary_edition_does_not_replace_a_correction() -> None:
    """The next build leaves a correction waiting for its editor, and shows nothing twice."""
    settings = make_settings("daily")
    prepare(settings)
    deliver(begin(settings), {"r0": TAKEN})
    say()
    (made,) = mail(settings)
    posts.add_posts("sample", [make_post("p3", "Bridge opens")], LATER)
    build.build(settings, "daily", now=LATER, noise=next(_noise))
    assert editions.get(made.edition).state is EditionState.READY


@pytest.mark.usefixtures("store")
def test_nobody_is_chosen_while_somebody_is_written_to() -> None:
    """While requests are on their way nobody knows whom they reach: approving waits for them."""
    settings = make_settings("daily")
    prepare(settings)
    edition = begin(settings)
    deliver(edition, {"r0": TAKEN})
    lease = ledger.open_lease("test", NOW + timedelta(days=1))
    with unit():
        ledger.claim(ledger.key_of(edition), lease, 1, NOW)
    say()
    (made,) = mail(settings)
    with pytest.raises(UsageError, match="this moment"):
        editions.approve(made.edition, "ann", LATER)
    assert editions.get(made.edition).state is EditionState.READY


@pytest.mark.usefixtures("store")
def test_a_correction_that_cannot_be_is_refused() -> None:
    """Nothing was said of the post, nobody was reached, or its newsletter is gone."""
    settings = make_settings("daily")
    prepare(settings)
    edition = begin(settings)
    with pytest.raises(UsageError, match="publisher withdraw"):
        mail(settings)
    say()
    with pytest.raises(NothingUsableError, match="brought it to anybody"):
        mail(settings)
    editions.act(edition, "resume", "ann", LATER)
    deliver(edition, {"r0": TAKEN})
    with pytest.raises(SettingsError, match="Declare it again"):
        mail(settings.model_copy(update={"newsletters": {}}))


@pytest.mark.usefixtures("store")
def test_an_editor_may_change_the_words_of_a_correction() -> None:
    """Made anew at the desk it keeps its note; where two people are wanted, who asked for it is one of them."""
    settings = make_settings("daily", approval="two")
    prepare(settings, make_post(html=None))
    edition = build.build(settings, "daily", now=NOW, noise=next(_noise)).edition
    for name in ("ann", "jan"):
        editions.approve(edition, name, NOW, needed=2)
    editions.act(edition, "start", "ann", NOW)
    deliver(edition, {"r0": TAKEN})
    say()
    (made,) = mail(settings)
    with pytest.raises(UsageError, match="two people"):
        release.approve(settings, made.edition, "eva", LATER)
    newest = posts.versions("sample", "p1")[-1].key
    order = Order(chosen=(newest,), left_out=(), texts={"en": Texts(intro="We are sorry.")})
    assert rework.rework(settings, made.edition, order, "eva", LATER)
    contents = editions.contents(made.edition)
    assert [content.format for content in contents] == ["html", "large", "text"]
    assert contents[0].rendered.subject == "Correction: One boat leaves"
    for words in ("We are sorry.", "Correction: It was two boats.", "One boat left."):
        assert words in contents[0].rendered.html
    assert release.approve(settings, made.edition, "ann", LATER) == 0
    assert recipients(made.edition) == ["r0"]


@pytest.mark.usefixtures("store")
def test_the_archive_shows_a_correction_as_it_went_out() -> None:
    """Its page says nothing twice: what it tells of was said before it."""
    settings = make_settings("daily")
    prepare(settings)
    deliver(begin(settings), {"r0": TAKEN})
    say()
    (made,) = mail(settings)
    editions.approve(made.edition, "ann", LATER)
    editions.act(made.edition, "start", "ann", LATER)
    found = archive.find("daily", made.edition)
    assert found is not None
    assert [one.kind for one in archive.posts(found)] == [""]


@pytest.mark.usefixtures("store")
@examples(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.dictionaries(st.integers(0, 5), st.sampled_from(sorted(OUTCOMES)))),
        min_size=1,
        max_size=3,
    ),
    left=st.sets(st.integers(0, 5), max_size=2),
    first=st.booleans(),
)
def test_whatever_happened_each_reached_person_is_told_once(
    history: list[tuple[str, dict[int, str]]], left: set[int], *, first: bool
) -> None:
    """Random editions with random outcomes: everybody who was reached and may be written to, once, and nobody else."""
    number = next(_names)
    names = {one: f"{one}-{number}" for one in ("a", "b")}
    settings = make_settings(*names.values(), source=f"source-{number}")
    prepare(settings, make_post(), readers=6)
    reached: dict[str, set[str]] = {"a": set(), "b": set()}
    held: set[str] = set()
    for newsletter, outcomes in history:
        if newsletter in held:
            continue
        held.add(newsletter)
        edition = begin(settings, names[newsletter])
        deliver(edition, {f"r{reader}": OUTCOMES[outcome] for reader, outcome in outcomes.items()})
        reached[newsletter] = {f"r{one}" for one, outcome in outcomes.items() if outcome in {"taken", "unknown"}}
    say(post=f"source-{number}:p1")
    for reader in left:
        person = SubscriberRow.objects.get(address=f"r{reader}@example.org")
        people.set_status(person.pk, newsletters.find(names["a"]).pk, "unsubscribed", "reader", LATER)
    wanted = (reached["a"] - {f"r{reader}" for reader in left}) | reached["b"]
    if not reached["a"] | reached["b"]:
        with pytest.raises(NothingUsableError):
            mail(settings, f"source-{number}:p1")
        return
    made = mail(settings, f"source-{number}:p1")
    for one in made if first else reversed(made):
        editions.approve(one.edition, "ann", LATER)
    told = [reader for one in made for reader in recipients(one.edition)]
    assert sorted(told) == sorted(wanted)


# --- for those still pending -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_an_edition_is_built_again_for_those_still_pending() -> None:
    """The stopped one ends when the new one is approved; who has it already gets nothing more."""
    settings = make_settings("daily")
    prepare(settings)
    edition = begin(settings)
    deliver(edition, {"r0": TAKEN, "r1": UNKNOWN, "r2": None, "r3": None})
    posts.add_posts("sample", [make_post(title="Two boats leave")], LATER)
    say()
    assert editions.get(edition).state is EditionState.PAUSED
    deliver(edition, {"r2": TAKEN})
    assert recipients(edition, DeliveryState.PENDING) == ["r2", "r3"]  # the next claim finds nobody
    made = correct.rebuild(settings, edition, actor="eva", now=LATER, noise=next(_noise))
    assert (made.state, made.recipients) == (EditionState.READY, 2)
    assert "Two boats leave" in editions.contents(made.edition)[0].rendered.html
    editions.approve(made.edition, "ann", LATER)
    assert recipients(made.edition) == ["r2", "r3"]
    assert recipients(edition, DeliveryState.SKIPPED) == ["r2", "r3"]
    older = editions.get(edition)
    assert (older.state, older.reason) == (EditionState.CANCELLED, f"continued by {made.edition}")
    assert editions.get(made.edition).continues == edition
    assert newsletters.unseen("daily") == ()


@pytest.mark.usefixtures("store")
def test_a_killed_story_is_not_built_again() -> None:
    """The rest of the edition goes out; where nothing is left that is said."""
    settings = make_settings("daily")
    prepare(settings)
    edition = begin(settings)
    say("kill", "Not true.")
    made = correct.rebuild(settings, edition, actor="eva", now=LATER, noise=next(_noise))
    html = editions.contents(made.edition)[0].rendered.html
    assert "Choir sings" in html
    assert "One boat leaves" not in html
    say("kill", "Not true either.", "sample:p2")
    with pytest.raises(NothingUsableError, match="publisher cancel"):
        correct.rebuild(settings, edition, actor="eva", now=LATER, noise=next(_noise))


@pytest.mark.usefixtures("store")
def test_only_a_stopped_edition_is_built_again() -> None:
    """One on its way must be paused; one that goes on again before the new one is approved keeps its readers."""
    settings = make_settings("daily")
    prepare(settings)
    edition = begin(settings)
    with pytest.raises(UsageError, match="publisher pause"):
        correct.rebuild(settings, edition, actor="eva", now=LATER, noise=next(_noise))
    editions.act(edition, "pause", "ann", LATER)
    made = correct.rebuild(settings, edition, actor="eva", now=LATER, noise=next(_noise))
    editions.act(edition, "resume", "ann", LATER)
    with pytest.raises(UsageError, match="is sending"):
        editions.approve(made.edition, "ann", LATER)
    deliver(edition, dict.fromkeys((f"r{n}" for n in range(4)), TAKEN))
    editions.act(edition, "pause", "ann", LATER)
    with pytest.raises(NothingUsableError, match="nobody is pending"):
        correct.rebuild(settings, edition, actor="eva", now=LATER, noise=next(_noise))
