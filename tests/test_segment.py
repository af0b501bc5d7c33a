"""To whom an edition goes: those with some tags and languages, frozen by the same query, never by format."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.jobs.editions import release, segment
from publisher.model import EditionState, Segment, Subscriber
from publisher.settings import Newsletter
from publisher.store import editions, log, newsletters, people, results, wishes
from publisher.store.models import DeliveryRow, SubscriberRow, TagRow
from publisher.store.results import Sought
from tests.clock_builders import make_settings
from tests.store_builders import NOW, make_content, make_edition

PEOPLE = (
    Subscriber(address="ann@example.org", language="en", tags=("harbour", "sea")),
    Subscriber(address="ben@example.org", language="en-GB", tags=("sea",)),
    Subscriber(address="cyd@example.org", language="fa", format="large", tags=("harbour",)),
    Subscriber(address="dan@example.org", tags=("sea",)),
    Subscriber(address="eve@example.org", language="fa"),
    Subscriber(address="fay@example.org", language="en", status="unsubscribed", tags=("sea",)),
)


def make_readers(*contents: str) -> str:
    """Make an edition of a newsletter with these people; gives its id."""
    newsletters.declare("daily", "Daily", [], NOW)
    people.add("daily", PEOPLE, NOW)
    newsletters.declare("other", "Other", [], NOW)
    people.add("other", [Subscriber(address="eve@example.org", tags=("sea",))], NOW)
    return make_edition(0, *(make_content(language) for language in contents))


def goes_to(edition: str) -> str:
    """Approve an edition; gives the first letters of those whom it was frozen for."""
    expected = editions.expected_recipients(edition)
    editions.approve(edition, "editor", NOW)
    keys = DeliveryRow.objects.filter(edition=editions.find(edition)).values("subscriber_id")
    found = "".join(sorted(row.address[0] for row in SubscriberRow.objects.filter(pk__in=keys)))
    assert expected == len(found)
    return found


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("languages", "tags", "letters"),
    [
        ((), (), "abcde"),
        ((), ("sea",), "abd"),
        ((), ("harbour",), "ac"),
        ((), ("harbour", "sea"), "abcd"),
        (("en",), (), "abd"),  # en stands for en-GB, and for who chose no language: the edition's own is English
        (("en-GB",), (), "bd"),
        (("fa",), (), "ce"),
        (("en", "fa"), ("harbour",), "ac"),
        (("fa",), ("sea",), ""),
    ],
)
def test_who_gets_an_edition(languages: tuple[str, ...], tags: tuple[str, ...], letters: str) -> None:
    """One of the tags and one of the languages; whoever left, and the tags of another newsletter, count for nothing."""
    edition = make_readers("en")
    segment.narrow(edition, languages, tags, "editor", NOW)
    assert goes_to(edition) == letters


@pytest.mark.usefixtures("sqlite")
def test_who_chose_no_language_reads_that_of_the_edition() -> None:
    """Where the newsletter's own language is another one, so is theirs."""
    edition = make_readers("fa")
    segment.narrow(edition, ("fa",), (), "editor", NOW)
    assert goes_to(edition) == "cde"


@pytest.mark.usefixtures("store")
def test_a_change_takes_approvals_back_and_is_written_down() -> None:
    """Who narrowed it is its author; the same choice again changes nothing; everybody again is a change too."""
    edition = make_readers()
    editions.approve(edition, "editor", NOW)
    assert segment.narrow(edition, (), (" SEA ", "sea"), "editor", NOW) == Segment(tags=("sea",))
    found = editions.get(edition)
    assert (found.state, found.segment) == (EditionState.READY, Segment(tags=("sea",)))
    assert not DeliveryRow.objects.filter(edition=editions.find(edition)).exists()
    assert wishes.of_edition(edition).author == "editor"
    (line,) = (line for line in log.lines(edition) if line.action == "rework")
    assert line.detail == {"readers": {"before": ["*"], "after": ["sea"]}}
    editions.approve(edition, "editor", NOW)
    segment.narrow(edition, (), ("sea",), "second", NOW)
    assert editions.get(edition).state is EditionState.APPROVED
    segment.narrow(edition, (), (), "second", NOW)
    assert editions.get(edition).segment.is_everybody
    assert wishes.of_edition(edition).author == "second"


@pytest.mark.usefixtures("sqlite")
def test_what_cannot_be_chosen() -> None:
    """A tag that nobody has, a language that is none, an edition that people have, and the format: there is no way."""
    edition = make_readers()
    with pytest.raises(UsageError, match="There are: harbour, sea"):
        segment.narrow(edition, (), ("lake",), "editor", NOW)
    with pytest.raises(UsageError, match="none of this tag"):
        segment.narrow(edition, ("klingonese",), (), "editor", NOW)
    editions.approve(edition, "editor", NOW)
    editions.act(edition, "start", "editor", NOW)
    with pytest.raises(UsageError, match="sending"):
        segment.narrow(edition, (), ("sea",), "editor", NOW)
    assert {field.name for field in dataclasses.fields(Segment)} == {"languages", "tags"}
    assert "format" not in {field.name for field in dataclasses.fields(Sought)}


@pytest.mark.usefixtures("sqlite")
def test_what_continues_an_edition_goes_to_whom_that_one_went(tmp_path: Path) -> None:
    """It cannot be narrowed, and what the first one's segment was does not matter any more."""
    del tmp_path
    first = make_readers()
    segment.narrow(first, (), ("harbour",), "editor", NOW)
    editions.approve(first, "editor", NOW)
    editions.act(first, "start", "editor", NOW)
    release.step(first, "pause", "editor", NOW)
    draft = editions.Draft(
        id=editions.new_id(NOW, 77),
        newsletter="daily",
        title="News",
        contents=(make_content(),),
        chosen=(),
        report={"passed": True},
        blocked=False,
        continues=first,
    )
    editions.create(draft, NOW)
    with pytest.raises(UsageError, match="another one reached"):
        segment.narrow(draft.id, (), ("sea",), "editor", NOW)
    assert goes_to(draft.id) == "ac"


def test_what_the_settings_say() -> None:
    """Tags in any spelling, languages as they are."""
    declared = make_settings(only_tags=["Sea", "sea", " "], only_languages=["fa"]).newsletters["daily"]
    assert segment.declared(declared) == Segment(languages=("fa",), tags=("sea",))
    assert isinstance(declared, Newsletter)
    assert segment.declared(make_settings().newsletters["daily"]).is_everybody


@pytest.mark.usefixtures("store")
def test_people_are_found_by_their_tags() -> None:
    """In the newsletters that somebody looks at, and in no other; an erased person takes their tags along."""
    make_readers()

    def found(tag: str, *names: str) -> list[str]:
        return [one.address[0] for one in results.people(names, Sought(tag=tag), after=0, limit=9)]

    assert found("sea", "daily") == ["a", "b", "d"]
    assert found("sea", "other") == ["e"]
    assert found("harbour", "other") == []
    assert people.tags(("daily",)) == (("harbour", 2), ("sea", 3))
    assert people.tags(("daily", "other")) == (("harbour", 2), ("sea", 4))
    people.erase("ann@example.org", NOW)
    assert people.tags(("daily",)) == (("harbour", 1), ("sea", 2))
    assert TagRow.objects.count() == 4
