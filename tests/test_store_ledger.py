"""The ledger: nobody is claimed twice, nothing in doubt is sent again, and the counts always add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps

from publisher.errors import IntegrityError, UsageError
from publisher.model import (
    Accepted,
    Claim,
    Counts,
    DeliveryState,
    EditionState,
    Imported,
    InDoubt,
    Mark,
    NotAccepted,
    Outcome,
    Reaction,
    Result,
    Subscriber,
)
from publisher.store import doubt, editions, feedback, ledger, newsletters, people, readers
from publisher.store.database import unit
from publisher.store.feedback import Heard
from publisher.store.models import AttemptRow, ContentRow, DeliveryRow
from publisher.store.ulid import make_ulid
from tests.store_builders import NOW, make_content, make_edition, make_sending

MINUTE = timedelta(minutes=1)
LOST = InDoubt(code="ReadTimeoutError", reason="no answer")


def lease(owner: str = "home") -> int:
    """Take the right to send for a minute."""
    return ledger.open_lease(owner, NOW + MINUTE)


def take(edition: str, epoch: int, limit: int = 50) -> tuple[Claim, ...]:
    """Claim and commit."""
    with unit():
        return ledger.claim(ledger.key_of(edition), epoch, limit, NOW)


def tell(epoch: int, claim: Claim, outcome: Outcome | None) -> None:
    """Commit what became of a claim."""
    with unit():
        ledger.commit(epoch, [Result(claim=claim, outcome=outcome)], NOW)


def hear(claim: Claim, kind: str = "Send", **more: object) -> bool:
    """Let an event come."""
    event = Heard(id=f"{kind}-{claim.delivery}-{claim.attempt}", kind=kind, at=NOW, delivery=claim.delivery, **more)  # type: ignore[arg-type]  # one builder for all fields
    return bool(feedback.record([event], NOW))


def count(edition: str, **expected: int) -> None:
    """Hold the counts of an edition to what they should be, the rest zero."""
    assert editions.count(edition) == Counts(**expected)


@pytest.mark.usefixtures("store")
def test_approving_freezes_recipients_once() -> None:
    """Approval freezes whom the edition goes to; again, or a subscriber who comes later, changes nothing."""
    edition = make_edition(3)
    assert editions.expected_recipients(edition) == 3
    people.suppress("READER0@example.org", "bounced", NOW)
    assert editions.approve(edition, "editor", NOW) == 0
    people.add("daily", [Subscriber(address="late@example.org")], NOW)
    assert editions.approve(edition, "editor", NOW) == 0
    count(edition, pending=2)
    assert editions.expected_recipients(edition) == 2
    assert editions.get(edition).state is EditionState.APPROVED


@pytest.mark.usefixtures("store")
def test_two_editors() -> None:
    """Where two must approve, one person's word counts once."""
    edition = make_edition()
    assert editions.approve(edition, "anna", NOW, needed=2) == 1
    assert editions.approve(edition, "anna", NOW, needed=2) == 1
    assert editions.approve(edition, "bert", NOW, needed=2) == 0
    assert editions.get(edition).state is EditionState.APPROVED


@pytest.mark.usefixtures("store")
def test_each_reader_gets_the_best_content() -> None:
    """Language and format decide; a language stands for its regions; who wishes nothing gets the first content."""
    wanted = [("en", "html"), ("en", "text"), ("cs", "html"), ("fa", "html")]
    contents = [make_content(tag, form) for tag, form in wanted]
    newsletters.declare("daily", "Daily", [], NOW)
    wishes = [("", "html"), ("en-GB", "text"), ("cs", "html"), ("cs-CZ", "text"), ("de", "text"), ("fa", "large")]
    readers = [
        Subscriber(address=f"r{n}@example.org", language=tag, format=form) for n, (tag, form) in enumerate(wishes)
    ]
    people.add("daily", readers, NOW)
    edition = make_edition(0, *contents)
    editions.approve(edition, "editor", NOW)
    editions.act(edition, "start", "editor", NOW)
    keys = {content.key: (content.language, content.format) for content in editions.contents(edition)}
    got = {claim.address: keys[claim.content] for claim in take(edition, lease())}
    assert [got[reader.address] for reader in readers] == [
        ("en", "html"),
        ("en", "text"),
        ("cs", "html"),
        ("cs", "html"),
        ("en", "text"),
        ("fa", "html"),
    ]


@pytest.mark.usefixtures("store")
def test_content_that_was_changed_after_approval() -> None:
    """What is sent is what was approved, or nothing."""
    edition = make_edition()
    assert [replace(content, key=0) for content in editions.contents(edition)] == [make_content()]
    editions.approve(edition, "editor", NOW)
    ContentRow.objects.update(body=ContentRow.objects.get().body.replace("News", "Lies"))
    with pytest.raises(IntegrityError, match="not what was approved"):
        editions.contents(edition)


@pytest.mark.usefixtures("store")
def test_a_new_build_replaces_one_that_nobody_approved() -> None:
    """There is one edition to approve at a time; an occurrence of the schedule has one edition for good."""
    first = make_edition()
    second = make_edition(0)
    assert editions.get(first).state is EditionState.CANCELLED
    assert [edition.id for edition in editions.recent()][:1] == [second]
    draft = editions.Draft(
        id=editions.new_id(NOW, 10**6),
        newsletter="daily",
        title="News",
        contents=(),
        chosen=(),
        report={},
        blocked=True,
        occurrence="2026-11-22T07:30",
    )
    editions.create(draft, NOW)
    with pytest.raises(UsageError, match="a finding blocks it"):
        editions.approve(draft.id, "editor", NOW)
    with pytest.raises(UsageError, match="exists already"):
        editions.create(draft, NOW)


@pytest.mark.usefixtures("store")
def test_claims_do_not_overlap() -> None:
    """A recipient is claimed once, in the order of the ledger, with an attempt that is counted."""
    edition = make_sending(5)
    first, second = lease(), lease("other")
    one, two = take(edition, first, 3), take(edition, second, 3)
    assert [len(one), len(two)] == [3, 2]
    assert {claim.address for claim in one + two} == {f"reader{n}@example.org" for n in range(5)}
    assert {claim.attempt for claim in one} == {1}
    assert take(edition, first) == ()
    count(edition, sending=5)


@pytest.mark.usefixtures("store")
def test_who_left_since_is_skipped() -> None:
    """Unsubscribing, a bounce or erasure after the freeze takes effect in the claim, with the reason in the ledger."""
    edition = make_sending(4)
    (person,) = (row.subscriber_id for row in DeliveryRow.objects.order_by("pk")[:1])
    assert person is not None
    people.set_status(person, None, "unsubscribed", "reader", NOW)
    people.suppress("reader1@example.org", "bounced", NOW)
    assert people.erase("reader2@example.org", NOW)
    assert not people.erase("reader2@example.org", NOW)
    assert [claim.address for claim in take(edition, lease(), 4)] == ["reader3@example.org"]
    count(edition, skipped=3, sending=1)
    assert {line.code: line.address for line in doubt.lines(edition, DeliveryState.SKIPPED)} == {
        "unsubscribed": "reader0@example.org",
        "suppressed": "reader1@example.org",
        "erased": None,
    }


@pytest.mark.usefixtures("store")
def test_everybody_left() -> None:
    """A run of people who left does not end the claim early."""
    edition = make_sending(7)
    for number in range(6):
        people.suppress(f"reader{number}@example.org", "bounced", NOW)
    assert [claim.address for claim in take(edition, lease(), 2)] == ["reader6@example.org"]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(message_id="m-1"), "accepted"),
        (LOST, "in_doubt"),
        (NotAccepted(reaction=Reaction.FAIL, code="BadRequestException", reason="no"), "failed"),
        (NotAccepted(reaction=Reaction.RETRY, code="Throttling", reason="slow down"), "pending"),
        (NotAccepted(reaction=Reaction.STOP_ALL, code="AccountSuspendedException", reason="no"), "pending"),
        (None, "pending"),
    ],
)
def test_outcomes(outcome: Outcome | None, state: str) -> None:
    """Each outcome leads to its state; committing it twice is committing it once."""
    edition = make_sending(1)
    epoch = lease()
    (claim,) = take(edition, epoch)
    tell(epoch, claim, outcome)
    tell(epoch, claim, outcome)
    count(edition, **{state: 1})


@pytest.mark.usefixtures("store")
def test_a_dead_sender_leaves_doubt_never_pending() -> None:
    """What a dead process was sending is in doubt; nobody claims it; what its process saw still counts, once."""
    edition = make_sending(2)
    dead = lease()
    one, two = take(edition, dead)
    assert ledger.recover(NOW, owner="home") == 2
    assert not ledger.extend_lease(dead, NOW + MINUTE, NOW)
    count(edition, in_doubt=2)
    assert take(edition, lease()) == ()
    tell(dead, one, Accepted(message_id="m"))
    count(edition, in_doubt=1, accepted=1)
    doubt.resolve(edition, "resend", "editor", NOW)
    (again,) = take(edition, lease())
    assert (again.delivery, again.attempt) == (two.delivery, 2)
    tell(dead, two, Accepted(message_id="m"))
    count(edition, sending=1, accepted=1)


@pytest.mark.usefixtures("postgres")
@pytest.mark.postgres
def test_a_lease_that_runs_out() -> None:
    """With many machines the lease decides: while it is extended nothing is in doubt, when it ends everything is."""
    edition = make_sending(1)
    epoch = lease("elsewhere")
    take(edition, epoch)
    assert ledger.recover(NOW, owner="home") == 0
    assert ledger.extend_lease(epoch, NOW + 2 * MINUTE, NOW)
    assert ledger.recover(NOW + MINUTE, owner="home") == 0
    assert ledger.recover(NOW + 2 * MINUTE, owner="home") == 1
    count(edition, in_doubt=1)


@pytest.mark.usefixtures("store")
def test_releasing_what_was_never_requested() -> None:
    """After a commit whose answer was lost, only what was requested stays claimed."""
    edition = make_sending(3)
    epoch = lease()
    one, *_ = take(edition, epoch)
    with unit():
        assert ledger.release(epoch, [one.key], NOW) == 2
        assert ledger.release(epoch, [one.key], NOW) == 0
    count(edition, sending=1, pending=2)
    assert AttemptRow.objects.count() == 1
    assert {claim.attempt for claim in take(edition, epoch)} == {1}


@pytest.mark.usefixtures("store")
def test_a_claim_without_a_request_is_no_attempt() -> None:
    """However often a slow machine claims and gives back: attempts count requests, and so does giving up."""
    edition = make_sending(1)
    for _ in range(5):
        epoch = lease()
        (claim,) = take(edition, epoch)
        assert claim.attempt == 1
        tell(epoch, claim, None)
        tell(epoch, claim, None)
        count(edition, pending=1)
        assert not AttemptRow.objects.exists()
    for number in (1, 2, 3):
        epoch = lease()
        (claim,) = take(edition, epoch)
        assert claim.attempt == number
        tell(epoch, claim, LOST)
        assert doubt.resend_lost(edition, NOW, most=3) == (number < 3)
    count(edition, in_doubt=1)


@pytest.mark.usefixtures("store")
def test_refusals_do_not_use_up_the_resends() -> None:
    """Who was throttled twice and then lost once is mailed again: giving up counts requests without an answer."""
    edition = make_sending(1)
    for outcome in (NotAccepted(reaction=Reaction.RETRY, code="Throttling", reason="slow down"),) * 2 + (LOST,):
        epoch = lease()
        (claim,) = take(edition, epoch)
        tell(epoch, claim, outcome)
    assert claim.attempt == 3
    assert doubt.resend_lost(edition, NOW, most=3) == 1


@pytest.mark.usefixtures("store")
def test_giving_back_late_touches_nobody_elses_attempt() -> None:
    """A lease that gives a claim back twice leaves the next lease its attempt of the same number."""
    edition = make_sending(1)
    late, next_one = lease(), lease("elsewhere")
    (claim,) = take(edition, late)
    tell(late, claim, None)
    (again,) = take(edition, next_one)
    assert again == claim
    tell(late, claim, None)
    count(edition, sending=1)
    tell(next_one, again, Accepted(message_id="m"))
    tell(late, claim, None)
    count(edition, accepted=1)
    assert [(row.n, row.outcome) for row in AttemptRow.objects.all()] == [(1, "accepted")]


@pytest.mark.usefixtures("store")
def test_a_dead_lease_says_that_it_never_asked() -> None:
    """A claim in doubt goes back to pending when its own process, thought dead, says that it made no request."""
    edition = make_sending(1)
    dead = lease()
    (claim,) = take(edition, dead)
    ledger.recover(NOW, owner="home")
    count(edition, in_doubt=1)
    tell(dead, claim, None)
    count(edition, pending=1)
    assert [again.attempt for again in take(edition, lease())] == [1]


@pytest.mark.usefixtures("store")
def test_pause_resume_cancel() -> None:
    """Pausing stops claims; resuming goes on; cancelling skips the rest; a stopped edition returns to where it was."""
    edition = make_sending(3)
    epoch = lease()
    (claim,) = take(edition, epoch, 1)
    assert editions.act(edition, "pause", "editor", NOW) is EditionState.PAUSED
    assert editions.act(edition, "pause", "editor", NOW) is EditionState.PAUSED
    assert take(edition, epoch) == ()
    assert editions.act(edition, "hold", "publisher", NOW, reason="keys") is EditionState.HELD
    assert editions.act(edition, "resume", "editor", NOW) is EditionState.SENDING
    assert len(take(edition, epoch, 1)) == 1
    assert editions.act(edition, "cancel", "editor", NOW) is EditionState.CANCELLED
    tell(epoch, claim, None)
    assert editions.finish(edition, NOW)
    count(edition, skipped=2, sending=1)
    with pytest.raises(UsageError, match="it is cancelled, so that one cannot resume it"):
        editions.act(edition, "resume", "editor", NOW)


@pytest.mark.usefixtures("store")
def test_an_approved_edition_paused_before_it_make_sending() -> None:
    """Resuming returns to the state before: an edition that was never started is not started by it."""
    edition = make_edition()
    with pytest.raises(UsageError, match="publisher approve"):
        editions.act(edition, "start", "editor", NOW)
    editions.approve(edition, "editor", NOW)
    editions.act(edition, "pause", "editor", NOW)
    assert editions.act(edition, "resume", "editor", NOW) is EditionState.APPROVED


@pytest.mark.usefixtures("store")
def test_an_edition_ends_when_nobody_is_left() -> None:
    """Doubt does not keep an edition open; someone returned to pending opens it again."""
    edition = make_sending(2)
    epoch = lease()
    one, two = take(edition, epoch)
    assert not editions.finish(edition, NOW)
    tell(epoch, one, LOST)
    tell(epoch, two, NotAccepted(reaction=Reaction.FAIL, code="MessageRejected", reason="no"))
    assert editions.finish(edition, NOW)
    assert editions.get(edition).state is EditionState.SENT
    assert [edition.id for edition in editions.in_state(EditionState.SENT)] == [edition]
    assert doubt.retry_failed(edition, "editor", NOW) == 1
    assert editions.get(edition).state is EditionState.SENDING
    count(edition, in_doubt=1, pending=1)


@pytest.mark.usefixtures("store")
def test_doubt_is_listed_and_settled_by_people() -> None:
    """Each answer leads to its state; only rows in doubt of that edition can be chosen."""
    edition = make_sending(4)
    epoch = lease()
    claims = take(edition, epoch)
    for claim in claims[:3]:
        tell(epoch, claim, LOST)
    tell(epoch, claims[3], Accepted(message_id="m"))
    listed = list(doubt.lines(edition, DeliveryState.IN_DOUBT))
    assert next((line.address, line.code, line.reason) for line in listed) == (
        "reader0@example.org",
        "ReadTimeoutError",
        "no answer",
    )
    for claim, answer in zip(claims, ("sent", "resend", "abandon", "resend"), strict=True):
        assert doubt.resolve(edition, answer, "editor", NOW, only=[claim.delivery]) == (claim != claims[3])  # type: ignore[arg-type]  # a literal
    count(edition, accepted=2, pending=1, failed=1)
    with pytest.raises(UsageError, match="no id of a delivery"):
        doubt.resolve(edition, "sent", "editor", NOW, only=["reader0@example.org"])
    with pytest.raises(UsageError, match="belongs to edition"):
        doubt.resolve(edition, "sent", "editor", NOW, only=[make_ulid(NOW, 99)])


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_events_come_in_any_order_and_twice(order: tuple[int, ...]) -> None:
    """The mark is the highest that was told; a second copy of an event does nothing."""
    edition = make_sending(1)
    epoch = lease()
    (claim,) = take(edition, epoch)
    tell(epoch, claim, Accepted(message_id="m"))
    told = [("Send", None), ("Delivery", Mark.DELIVERED), ("Complaint", Mark.COMPLAINED)]
    for place in order:
        kind, mark = told[place]
        assert hear(claim, kind, mark=mark, blame="complaint" if kind == "Complaint" else "none")
        assert not hear(claim, kind, mark=mark)
    count(edition, accepted=1, delivered=1, complained=1)
    assert people.is_suppressed("reader0@example.org")
    assert [person.status for person in people.export("daily")] == ["complained"]


@pytest.mark.usefixtures("store")
def test_an_event_settles_doubt() -> None:
    """A Send event proves that the message was taken: the row in doubt, pending again, given up or sending."""
    edition = make_sending(4)
    epoch = lease()
    claims = take(edition, epoch)
    for claim in claims[:3]:
        tell(epoch, claim, LOST)
    doubt.resolve(edition, "resend", "editor", NOW, only=[claims[1].delivery])
    doubt.resolve(edition, "abandon", "editor", NOW, only=[claims[2].delivery])
    for claim in claims:
        hear(claim, attempt=1)
    count(edition, accepted=4)
    tell(epoch, claims[3], LOST)
    count(edition, accepted=4)


@pytest.mark.usefixtures("store")
def test_a_late_event_shows_a_duplicate() -> None:
    """When a person resends and the first attempt turns out to have arrived, the duplicate is counted and named."""
    edition = make_sending(1)
    epoch = lease()
    (first,) = take(edition, epoch)
    tell(epoch, first, LOST)
    doubt.resolve(edition, "resend", "editor", NOW)
    (second,) = take(edition, epoch)
    tell(epoch, second, Accepted(message_id="m2"))
    count(edition, accepted=1)
    hear(first, attempt=1)
    count(edition, accepted=1, duplicates=1)
    assert feedback.duplicates(edition) == [first.delivery]


@pytest.mark.usefixtures("store")
def test_a_message_that_was_thrown_away() -> None:
    """What the transport took and then rejected has failed, and a Send event that comes later does not hide it."""
    edition = make_sending(1)
    epoch = lease()
    (claim,) = take(edition, epoch)
    tell(epoch, claim, Accepted(message_id="m"))
    hear(claim, "Reject", taken=False, reason="Bad content")
    hear(claim, "Send")
    count(edition, failed=1)
    assert [line.reason for line in doubt.lines(edition, DeliveryState.FAILED)] == ["Bad content"]


@pytest.mark.usefixtures("store")
def test_events_find_their_row_by_message_id_or_not_at_all() -> None:
    """Without tags the message id leads to the row; events of others are kept and change nothing."""
    edition = make_sending(1)
    epoch = lease()
    (claim,) = take(edition, epoch)
    tell(epoch, claim, Accepted(message_id="m-7"))
    strangers = [
        Heard(id="1", kind="Send", at=NOW),
        Heard(id="2", kind="Send", at=NOW, message_id="other"),
        Heard(id="3", kind="Send", at=NOW, delivery="no id"),
        Heard(id="4", kind="Send", at=NOW, delivery=make_ulid(NOW, 5)),
        Heard(id="5", kind="Bounce", at=NOW, message_id="m-7", mark=Mark.BOUNCED, blame="hard"),
    ]
    assert feedback.record(strangers, NOW) == 5
    count(edition, accepted=1, bounced=1)
    assert feedback.last_received() == NOW
    assert feedback.forget_before(NOW + MINUTE) == 5


@pytest.mark.usefixtures("store")
def test_soft_bounces() -> None:
    """Three soft bounces over fifteen days suppress; a delivery in between begins anew."""
    edition = make_sending(1)
    epoch = lease()
    (claim,) = take(edition, epoch)
    tell(epoch, claim, Accepted(message_id="m"))

    def bounce(day: int, kind: str = "Bounce", mark: Mark | None = None) -> None:
        event = Heard(
            id=f"{kind}{day}",
            kind=kind,
            at=NOW,
            delivery=claim.delivery,
            blame="soft" if mark is None else "none",
            mark=mark,
        )
        feedback.record([event], NOW + timedelta(days=day))

    bounce(0)
    bounce(20)
    bounce(21, "Delivery", Mark.DELIVERED)
    bounce(22)
    bounce(23)
    bounce(24)
    assert not people.is_suppressed("reader0@example.org")
    bounce(40)
    assert people.is_suppressed("reader0@example.org")


@pytest.mark.usefixtures("store")
def test_silence_is_no_proof_while_the_queue_may_be_stalled() -> None:
    """Only where events of the edition came, and none for a while, does a row in doubt count as never sent."""
    edition = make_sending(3)
    epoch = lease()
    one, two, three = take(edition, epoch)
    tell(epoch, one, LOST)
    tell(epoch, two, Accepted(message_id="m"))
    tell(epoch, three, LOST)
    later = NOW + 15 * MINUTE
    assert doubt.resend_silent(edition, later, later) == 0
    hear(two)
    assert doubt.silent(edition, NOW) == 0
    assert doubt.silent(edition, later) == 2
    hear(three)
    assert feedback.editions_in_doubt() == (edition,)
    assert doubt.resend_silent(edition, later, later) == 1
    count(edition, accepted=2, pending=1)


@pytest.mark.usefixtures("store")
def test_an_unknown_edition() -> None:
    """An id that leads nowhere says so."""
    with pytest.raises(UsageError, match="there is none of this id"):
        editions.count("01ARZ3NDEKTSV4RRFFQ69G5FAV")


@pytest.mark.usefixtures("store")
def test_an_import_never_resubscribes() -> None:
    """New people come in, those who left stay away, blocking rows block, and consent is kept."""
    newsletters.declare("daily", "Daily", [], NOW)
    first = [
        Subscriber(address="a@example.org", status="pending"),
        Subscriber(address="b@example.org", status="unsubscribed"),
        Subscriber(address="C@example.org", consent_at=NOW, consent_source="form"),
        Subscriber(address="d@example.org"),
        Subscriber(address="d@example.org", status="bounced"),
    ]
    assert people.add("daily", first, NOW) == Imported(added=2, blocked=2, duplicates=1)
    second = [Subscriber(address=f"{name}@example.org", consent_source="list") for name in "abcd"]
    assert people.add("daily", second, NOW) == Imported(kept=4)
    found = {person.address: (person.status, person.consent_source) for person in people.export("daily")}
    assert found == {
        "a@example.org": ("active", "list"),
        "b@example.org": ("unsubscribed", ""),
        "C@example.org": ("active", "form"),
        "d@example.org": ("bounced", ""),
    }
    assert people.is_suppressed("D@example.org")
    assert people.add("daily", [Subscriber(address="c@example.org", status="unsubscribed")], NOW).blocked == 1
    assert {p.status for p in people.export("daily") if p.address == "C@example.org"} == {"unsubscribed"}


@pytest.mark.usefixtures("store")
def test_erasing_leaves_only_a_hash() -> None:
    """An erased person is gone, and an import does not bring mail to them again."""
    edition = make_sending(1)
    assert people.erase("Reader0@example.org", NOW)
    assert list(people.export("daily")) == []
    people.add("daily", [Subscriber(address="reader0@example.org")], NOW)
    assert take(edition, lease()) == ()
    count(edition, skipped=1)


@pytest.mark.usefixtures("store")
def test_erasing_leaves_no_words_about_a_person() -> None:
    """What servers said of somebody names them: it goes with them, and no import writes them down again."""
    edition = make_sending(2)
    epoch = lease()
    gone, other = take(edition, epoch)
    said = f"550 5.1.1 <{gone.address}>: nobody here"
    tell(epoch, gone, InDoubt(code="HTTP500", reason=said))
    tell(epoch, other, Accepted(message_id="m"))
    hear(gone, "Bounce", mark=Mark.BOUNCED, blame="hard", reason=said, detail={"reason": said})
    hear(other, "Complaint", mark=Mark.COMPLAINED, blame="complaint", listed=True)
    assert readers.suppression_of(gone.address) == "bounced"
    assert readers.suppression_of(other.address) == "ses-list"
    assert gone.address in everything()
    assert people.erase(gone.address, NOW)
    assert gone.address not in everything()
    assert other.address in everything()
    assert people.add("daily", [Subscriber(address=gone.address)], NOW).blocked == 1
    assert gone.address not in everything()
    count(edition, accepted=2, bounced=1, complained=1, delivered=1)


def everything() -> str:
    """Write down all that the database holds."""
    rows = (row for model in apps.get_models() for row in model.objects.values_list())
    return "\n".join(map(str, rows))
