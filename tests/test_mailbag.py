"""Mail that came back does what it says: bounces settle and suppress, farewells unsubscribe, inside a running send."""

from __future__ import annotations

import json
import re
import shlex
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from publisher.delivery import address, message
from publisher.delivery.incoming import Mail
from publisher.delivery.message import Headers
from publisher.delivery.smtp import SmtpOptions, SmtpTransport
from publisher.delivery.unsubscribe import Keys, Purpose, issue, mail_link
from publisher.errors import TransportError
from publisher.jobs.readers import mailbag
from publisher.jobs.readers.consent import Office
from publisher.jobs.readers.mailbag import Emptied
from publisher.jobs.sending import deliver
from publisher.jobs.sending.deliver import Limits, Route
from publisher.jobs.sending.links import Links
from publisher.jobs.sending.marker import Marker
from publisher.model import Counts, EditionState, Slot
from publisher.settings import Settings
from publisher.store import editions, newsletters, people, quota, readers
from tests.imap_server import TOKEN, USER, Post, serve
from tests.smtp_server import Letterbox, serve_smtp
from tests.store_builders import NOW, make_content, make_edition, make_rendered

KEYS = Keys(current=0, secrets={0: b"k" * 32})
MAILBOX = "leave@example.org"
SETTINGS = Settings.model_validate(
    {"site": {"name": "News"}, "mailbox": {"address": MAILBOX, "host": "localhost", "user": MAILBOX}}
)
OFFICE = Office(settings=SETTINGS, keys=KEYS)


@dataclass(slots=True)
class Box:
    """A mailbox in memory: what was acted on leaves it."""

    mails: list[bytes]
    name: str = "a box"
    left: list[bytes] = field(default_factory=list)

    def look(self, handle: Callable[[Sequence[Mail]], Sequence[bool]], stop: threading.Event) -> int:
        """Hand everything over."""
        del stop
        acted = handle([Mail(raw=raw) for raw in self.mails])
        self.left = [raw for raw, done in zip(self.mails, acted, strict=True) if not done]
        return len(acted)

    def count(self) -> int:
        """Say how many mails are there."""
        return len(self.mails)

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def letterbox() -> Letterbox:
    """Take what is sent."""
    return Letterbox()


@pytest.fixture
def route(tmp_path: Path, sqlite: str, letterbox: Letterbox) -> Iterator[Route]:
    """Make a way out by SMTP, with a new database."""
    del sqlite
    with serve_smtp(letterbox) as port:
        yield from make_route(tmp_path, port)


def make_route(home: Path, port: int) -> Iterator[Route]:
    """Make a way out through a mail server on this machine; the database is open."""
    options = SmtpOptions(host="127.0.0.1", port=port, security="none", keys=KEYS)
    quota.open_account("test", 0, datetime.now(UTC))
    with closing(SmtpTransport(options)) as transport, closing(Marker(home / "home")) as marker:
        yield Route(
            transport=transport,
            account="test",
            links=Links(site="https://news.example.org", keys=KEYS, mailbox=MAILBOX),
            marker=marker,
            threads=1,
        )


def make_on_its_way(readers: int) -> str:
    """Make an edition whose messages carry the mailto, and that is being sent; gives its id."""
    headers = Headers(
        sender=address.parse("News <news@example.org>"),
        list_id="daily.news.example.org",
        language="en",
        unsubscribe_mailbox=MAILBOX,
    )
    rendered = replace(make_rendered(), html="", text=f"News {Slot.UNSUBSCRIBE.marker}")
    content = replace(make_content(), rendered=rendered, message=message.build(rendered, headers))
    edition = make_edition(readers, content)
    editions.approve(edition, "editor", NOW)
    editions.act(edition, "start", "editor", NOW)
    return edition


def send(edition: str, route: Route) -> None:
    """Send a chunk of an edition."""
    deliver.deliver_chunk(edition, route, threading.Event())


def bounce(sent: bytes, status: str = "5.1.1", said: str = "550 no such user") -> bytes:
    """Write what a mail server answers to a message that it cannot deliver."""
    head = sent.partition(b"\r\n\r\n")[0].decode()
    return (
        "From: MAILER-DAEMON@mx.example.net\r\nTo: news@example.org\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.net\r\nArrival-Date: Sun, 22 Nov 2026 07:30:00 +0000\r\n\r\n"
        f"Final-Recipient: rfc822; somebody@example.net\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--b--\r\n"
    ).encode()


def farewell(sent: bytes) -> bytes:
    """Write the mail of a reader who follows the mailto of List-Unsubscribe."""
    (address,) = re.findall(rb"<mailto:([^>]+)>", sent)
    return b"From: reader@example.net\r\nTo: " + bytes(address) + b"\r\nSubject: unsubscribe\r\n\r\n"


def recipient(sent: bytes) -> str:
    """Say for whom a message was."""
    (found,) = re.findall(rb"^To: (\S+)\r$", sent, re.MULTILINE)
    return bytes(found).decode()


def empty(*mails: bytes) -> Emptied:
    """Act on some mails."""
    return mailbag.empty(Box(list(mails)), OFFICE, threading.Event())


def states() -> dict[str, str]:
    """Say how readers stand."""
    return {person.address: person.status for person in people.export("daily")}


def test_a_bounce_finds_its_reader(route: Route, letterbox: Letterbox) -> None:
    """What comes back marks the delivery and suppresses the address, once; the rest is counted and left."""
    edition = make_on_its_way(3)
    send(edition, route)
    gone, *_ = letterbox.contents()
    letter = b"From: a@example.net\r\nTo: news@example.org\r\n\r\nHello\r\n"
    box = Box([bounce(gone), letter, bounce(gone)])
    assert mailbag.empty(box, OFFICE, threading.Event()) == Emptied(bounces=1, left=1)
    assert box.left == [letter]
    assert empty(bounce(gone)) == Emptied()
    assert editions.count(edition) == Counts(accepted=3, bounced=1)
    assert people.is_suppressed(recipient(gone))
    assert sorted(states().values()) == ["active", "active", "bounced"]


def test_a_forged_bounce_does_nothing(route: Route, letterbox: Letterbox) -> None:
    """The number of a delivery can be guessed, its seal cannot: nobody is suppressed by a stranger."""
    edition = make_on_its_way(2)
    send(edition, route)
    first, _ = letterbox.contents()
    forged = re.sub(rb"(Message-ID: <[0-9A-Z]+\.\d+)\.[\w-]+", rb"\1", first)
    assert forged != first
    assert empty(bounce(forged)) == Emptied(left=1)
    other = re.sub(rb"\.1\.", b".2.", first, count=1)
    assert empty(bounce(other)) == Emptied(left=1)
    assert editions.count(edition) == Counts(accepted=2)


def test_too_many_bounces_pause_the_edition(route: Route, letterbox: Letterbox) -> None:
    """Bounces that come by mail trip the same breaker as events do."""
    edition = make_on_its_way(220)
    route.limits = Limits(batch=50, batches=4)
    send(edition, route)
    assert editions.get(edition).state is EditionState.SENDING
    empty(*map(bounce, letterbox.contents()[:12]))
    assert editions.get(edition).state is EditionState.PAUSED


def test_a_farewell_takes_effect_inside_a_running_send(tmp_path: Path, sqlite: str) -> None:
    """Who writes to leave while the edition is on its way, and has not got it, does not get it any more."""
    del sqlite
    letterbox = Letterbox()
    with serve_smtp(letterbox) as port:
        for route in make_route(tmp_path, port):
            edition = make_on_its_way(4)
            route.limits = Limits(batch=2, batches=1)
            send(edition, route)
            first = [recipient(raw) for raw in letterbox.contents()]
            left = sorted(set(states()) - set(first))
            token = token_of(left[0])
            assert empty(f"To: {mail_link(MAILBOX, token)[7:]}\r\n\r\n".encode()) == Emptied(farewells=1)
            send(edition, route)
    assert sorted(recipient(raw) for raw in letterbox.contents()) == sorted({*first, left[1]})
    assert editions.count(edition) == Counts(accepted=3, skipped=1)
    assert states()[left[0]] == "unsubscribed"


def token_of(address: str) -> str:
    """Sign the token that a reader's mail would carry."""
    reader = readers.find_address(address)
    assert reader is not None
    return issue(KEYS, Purpose.UNSUBSCRIBE, reader.key, newsletters.find("daily").pk)


def test_the_header_carries_what_the_mailbox_takes(route: Route, letterbox: Letterbox) -> None:
    """A reader's mailto out of a message that was really sent unsubscribes that reader, twice as well as once."""
    edition = make_on_its_way(2)
    send(edition, route)
    first, second = letterbox.contents()
    assert empty(farewell(first), farewell(first)) == Emptied(farewells=2)
    assert states() == {recipient(first): "unsubscribed", recipient(second): "active"}


@pytest.mark.postgres
def test_words_that_a_database_refuses(tmp_path: Path, postgres: str) -> None:
    """A NUL, a lone surrogate and bytes that are no text in a bounce cannot block the mailbox."""
    del postgres
    letterbox = Letterbox()
    with serve_smtp(letterbox) as port:
        for route in make_route(tmp_path, port):
            edition = make_on_its_way(1)
            send(edition, route)
            (gone,) = letterbox.contents()
            raw = bounce(gone, said="550 \0 no").replace(b"somebody@", b"\xff\0some\xed\xa0\x80body@")
            assert empty(raw) == Emptied(bounces=1)
    assert editions.count(edition) == Counts(accepted=1, bounced=1)


def test_a_farewell_that_ses_received(
    route: Route, letterbox: Letterbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail in the bucket of the settings, told of in their queue, unsubscribes its reader and is deleted."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    keys: dict[str, Any] = {"region_name": "us-east-1", "aws_access_key_id": "local", "aws_secret_access_key": "x"}
    edition = make_on_its_way(1)
    send(edition, route)
    (sent,) = letterbox.contents()
    with closing(boto3.client("s3", **keys)) as s3, closing(boto3.client("sqs", **keys)) as sqs:
        s3.create_bucket(Bucket="mail")
        url = sqs.create_queue(QueueName="mail")["QueueUrl"]
        s3.put_object(Bucket="mail", Key="mail/1", Body=farewell(sent))
        told = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "mail"}, "object": {"key": "mail/1"}}}
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"Records": [told]}))
        declared = {"address": MAILBOX, "queue_url": url, "bucket": "mail"}
        settings = Settings.model_validate(
            {"site": {"name": "News"}, "ses": {"region": "us-east-1"}, "mailbox": declared}
        )
        (mailbox,) = mailbag.open_mailboxes(settings, tmp_path)
        with closing(mailbox):
            assert mailbox.count() == 1
            office = Office(settings=settings, keys=KEYS)
            assert mailbag.empty(mailbox, office, threading.Event()) == Emptied(farewells=1)
        left = s3.list_objects_v2(Bucket="mail")["KeyCount"]
    moto.stop()
    assert left == 0
    assert list(states().values()) == ["unsubscribed"]


@pytest.mark.parametrize("by_file", [True, False])
def test_a_mailbox_that_takes_no_password(tmp_path: Path, by_file: bool) -> None:  # noqa: FBT001 - a column of the table
    """The token comes from the file or the command that the settings name, a new one for each look."""
    file = tmp_path / "token"
    source = {"token_file": "token"} if by_file else {"token_command": shlex.join(["cat", str(file)])}
    post = Post(able="IMAP4rev1 AUTH=XOAUTH2")
    with serve(post) as port:
        declared = {"host": "localhost", "port": port, "user": USER, "security": "none", **source}
        settings = Settings.model_validate({"site": {"name": "News"}, "mailbox": declared, "folder": tmp_path})
        (mailbox,) = mailbag.open_mailboxes(settings, tmp_path)
        file.write_text("ya29.old", encoding="ascii")
        with closing(mailbox), pytest.raises(TransportError, match="too old"):
            mailbox.count()
        file.write_text(TOKEN, encoding="ascii")
        with closing(mailbox):
            assert mailbox.count() == 0
