"""The sandbox's memory: quota in recipients, messages, forgetting."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.sandbox.account import Account, Rules, SentMessage
from publisher.sandbox.contract import RefusedError


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def make_sent(raw: bytes = b"raw") -> SentMessage:
    """Give a message as it comes in."""
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return SentMessage(number=0, id="", at=moment, sender="n@example.org", recipients=("r@example.net",), raw=raw)


def refused(account: Account, recipients: tuple[str, ...]) -> str | None:
    """Take quota; gives the code of the refusal."""
    try:
        account.take_quota(recipients)
    except RefusedError as error:
        return error.code
    return None


ONE = ("r@example.net",)


def test_rate_is_a_bucket_of_recipients() -> None:
    """A second's worth may go at once, then so many a second, however they are spread over calls."""
    clock = Clock()
    account = Account(Rules(max_send_rate=3), clock=clock)
    assert [refused(account, ONE) for _ in range(4)] == [None, None, None, "TooManyRequestsException"]
    clock.now += 0.67
    assert refused(account, ONE * 2) is None
    assert refused(account, ONE) == "TooManyRequestsException"
    clock.now += 3600
    assert refused(account, ONE * 50) is None, "a large message passes when the bucket is full"
    assert refused(account, ONE) == "TooManyRequestsException", "and uses up what comes after it"


def test_day_is_rolling_and_leaves_out_the_simulator() -> None:
    """The daily quota counts recipients of the last 24 hours; the simulator's are free."""
    clock = Clock()
    account = Account(Rules(max_24_hour=3), clock=clock)
    assert refused(account, ONE * 2) is None
    clock.now += 3600
    assert refused(account, (*ONE, "success@simulator.amazonses.com")) is None
    assert refused(account, ONE) == "LimitExceededException"
    assert refused(account, ("bounce@simulator.amazonses.com",)) is None
    assert account.sent_last_day() == 3
    clock.now += 23 * 3600
    assert account.sent_last_day() == 1
    assert refused(account, ONE * 2) is None


def test_quota_without_a_limit() -> None:
    """-1 means without limit."""
    account = Account(Rules(max_24_hour=-1))
    assert [refused(account, ONE) for _ in range(5)] == [None] * 5


def test_old_bytes_are_forgotten_and_the_rest_stays() -> None:
    """Memory stays flat: only the newest messages keep their bytes, all keep who and when."""
    account = Account(Rules(keep=2))
    kept = [account.accept(make_sent(b"%d" % number)) for number in range(5)]
    assert [message.raw for message in account.messages] == [b"", b"", b"", b"3", b"4"]
    assert [message.number for message in account.messages] == [1, 2, 3, 4, 5]
    assert len({message.id for message in kept}) == 5
    assert [message.number for message in account.latest(2)] == [5, 4]
    found = account.find(kept[0].id)
    assert found is not None
    assert found.number == 1
    assert account.find("other") is None


def test_every_message_is_a_file_in_the_folder(tmp_path: Path) -> None:
    """With a folder nothing is ever forgotten."""
    account = Account(Rules(keep=1), folder=tmp_path / "sent")
    for number in range(3):
        account.accept(make_sent(b"%d" % number))
    assert [file.read_bytes() for file in sorted((tmp_path / "sent").glob("*.eml"))] == [b"0", b"1", b"2"]


def test_forgetting_begins_anew() -> None:
    """After a reset nothing was sent, nobody suppressed, no quota used."""
    account = Account(Rules(max_send_rate=1, max_24_hour=1))
    account.take_quota(ONE)
    account.accept(make_sent())
    account.suppress("r@example.net", "BOUNCE")
    account.forget()
    assert (account.messages, account.suppressed, account.sent_last_day()) == ((), {}, 0)
    account.take_quota(ONE)
    with pytest.raises(RefusedError):
        account.take_quota(ONE)
