"""The first letter to a new reader: the latest edition in their language and form, as it stands now."""

from __future__ import annotations

import email
import email.policy
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from publisher.accessibility.audit import audit, is_passed
from publisher.accessibility.page import read_message
from publisher.delivery import unsubscribe
from publisher.delivery.outbox import OutboxTransport
from publisher.jobs.editions import build
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.readers import consent, letters
from publisher.jobs.readers.consent import Office
from publisher.jobs.readers.letters import PostOffice
from publisher.jobs.readers.sign_up import Reception, SignUp
from publisher.model import Post
from publisher.settings import Mailbox, Newsletter, Settings, Site, Source
from publisher.store import editions, log, posts, quota, withdrawals
from publisher.store.models import PassRow
from tests.builders import make_image
from tests.store_builders import NOW

LATER = NOW + timedelta(hours=1)
_noise = itertools.count(1 << 40)
_people = itertools.count(1)


def make_settings(**newsletter: object) -> Settings:
    """Declare a newsletter in English and Persian, with a mailbox to unsubscribe by."""
    known = {"title": "The Daily", "from": "News <news@example.org>", "sources": ["sample"], "start": "2020-01-01"}
    declared = Newsletter.model_validate({**known, "languages": ["en", "fa"], **newsletter})
    site = Site(name="News", url="https://news.example.org", postal_address="4 Quay Street")
    mailbox = Mailbox.model_validate({"address": "leave@example.org", "host": "imap.example.org"})
    sources = {"sample": Source(url="https://example.org/feed")}
    return Settings(site=site, sources=sources, newsletters={"daily": declared}, mailbox=mailbox)


def make_post(name: str, title: str) -> Post:
    """Make a post that nothing is wrong with."""
    return Post(
        id=name, source="sample", language="en", title=title, html=f"<p>{title}.</p>", text=f"{title}.", published=NOW
    )


@dataclass(slots=True)
class Room:
    """A newsroom whose letters are files."""

    folder: Path
    settings: Settings = field(default_factory=make_settings)
    office: Office = field(init=False)
    post: PostOffice = field(init=False)

    def __post_init__(self) -> None:
        declare(self.settings, NOW)
        keys = unsubscribe.rotate(None, b"k" * 32)
        self.office = Office(settings=self.settings, keys=keys, now=lambda: LATER)
        quota.open_account("outbox", 0.0, NOW)
        self.post = PostOffice(
            settings=self.settings,
            keys=keys,
            transport=OutboxTransport(self.folder),
            account="outbox",
            now=lambda: LATER,
        )

    def publish(self, *titles: str) -> str:
        """Let an edition go out; gives its id."""
        posts.add_posts("sample", [make_post(title.split()[0].lower(), title) for title in titles], NOW)
        edition = build.build(self.settings, "daily", now=NOW, noise=next(_noise)).edition
        editions.approve(edition, "ann", NOW)
        editions.act(edition, "start", "ann", NOW)
        return edition

    def welcome(self, **wishes: str) -> EmailMessage:
        """Let somebody sign up and confirm; gives what they are welcomed with."""
        address = f"reader{next(_people)}@example.org"
        form: Mapping[str, str] = {"language": "en", **wishes}
        Reception(self.office).take(SignUp(address=address, newsletter="daily", **form))
        row = PassRow.objects.filter(purpose="confirm").latest("pk")
        purpose = letters.DOORS["confirm"][0]
        token = unsubscribe.issue(self.office.keys, purpose, row.pk, row.newsletter_id or 0)
        assert consent.confirm(self.office, token)
        assert letters.send_letters(self.post) >= 1
        newest = max(self.folder.glob(f"*-{address}.eml"))  # before it, what asked for the confirmation
        return email.message_from_bytes(newest.read_bytes(), policy=email.policy.default)


def part_of(mail: EmailMessage, kind: str) -> str:
    """Give the HTML or the plain text of a mail; "" where it has none."""
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


@pytest.mark.usefixtures("store")
def test_a_welcome_holds_the_latest_edition(tmp_path: Path) -> None:
    """Under a greeting that says of which day it is, with the links and headers of a list, and it passes the gate."""
    room = Room(tmp_path)
    room.publish("Old boats leave")
    latest = room.publish("Ferries leave earlier", "Bridge opens")
    mail = room.welcome()
    assert mail["Subject"] == "Welcome to The Daily"
    for kind in ("html", "plain"):
        text = part_of(mail, kind)
        assert "Here is the latest edition, of November 22, 2026." in text
        assert text.index("You are subscribed.") < text.index("Ferries leave earlier")
        assert "Bridge opens" in text
        assert "Old boats leave" not in text
        assert f"https://news.example.org/archive/daily/{latest}" in text
        assert "https://news.example.org/p/" in text
    assert "https://news.example.org/u/" in mail["List-Unsubscribe"]
    assert "mailto:leave+" in mail["List-Unsubscribe"]
    assert is_passed(audit(read_message(mail.as_bytes(policy=email.policy.SMTP))))


@pytest.mark.usefixtures("sqlite")
def test_it_comes_in_the_language_and_form_that_were_chosen(tmp_path: Path) -> None:
    """Persian from right to left; large print in large type; plain text alone; another language gets the first one."""
    room = Room(tmp_path)
    room.publish("Ferries leave earlier")
    persian = room.welcome(language="fa")
    assert persian["Content-Language"] == "fa"
    assert '<html lang="fa" dir="rtl"' in part_of(persian, "html")
    assert "این تازه‌ترین شماره است" in part_of(persian, "plain")
    large = part_of(room.welcome(format="large"), "html").replace(" ", "")
    assert "font-size:20px" in large
    plain = room.welcome(format="text")
    assert part_of(plain, "html") == ""
    assert "Ferries leave earlier" in part_of(plain, "plain")
    assert room.welcome(language="fa-AF")["Content-Language"] == "fa"
    assert room.welcome(language="cs")["Content-Language"] == "en"


@pytest.mark.usefixtures("sqlite")
def test_nobody_is_welcomed_with_what_was_withdrawn(tmp_path: Path) -> None:
    """A killed story is gone, a corrected one is corrected, also when the welcome had been written before."""
    room = Room(tmp_path)
    room.publish("Ferries leave earlier", "Bridge opens")
    assert "Bridge opens" in part_of(room.welcome(), "plain")
    withdrawals.withdraw("sample:bridge", "kill", "It never did.", actor="ann", now=LATER)
    after = part_of(room.welcome(), "plain")
    assert "Bridge opens" not in after
    assert "Ferries leave earlier" in after
    posts.add_posts("sample", [make_post("ferries", "Ferries leave later")], LATER)
    withdrawals.withdraw("sample:ferries", "correction", "Later, not earlier.", actor="ann", now=LATER)
    corrected = part_of(room.welcome(), "plain")
    assert "Ferries leave later" in corrected
    withdrawals.withdraw("sample:ferries", "kill", "Not at all.", actor="ann", now=LATER)
    nothing = part_of(room.welcome(), "plain")
    assert "Ferries" not in nothing.replace("Read the latest edition", "")


@pytest.mark.usefixtures("sqlite")
def test_before_the_first_edition_it_says_so(tmp_path: Path) -> None:
    """Nobody waits for what is not there."""
    mail = Room(tmp_path).welcome()
    assert mail["Subject"] == "Welcome to The Daily"
    assert "No edition has gone out yet." in part_of(mail, "plain")
    assert mail["List-Unsubscribe"] is None
    assert "https://news.example.org/u/" in part_of(mail, "html")


@pytest.mark.usefixtures("sqlite")
def test_an_edition_without_words_of_ours_is_linked(tmp_path: Path) -> None:
    """A greeting in another language than its edition would be read with the wrong voice."""
    room = Room(tmp_path, make_settings(languages=["ja"]))
    latest = room.publish("Ferries leave earlier")
    mail = room.welcome()
    assert f"https://news.example.org/archive/daily/{latest}" in part_of(mail, "plain")
    assert "Read the latest edition: " in part_of(mail, "plain")
    assert "No edition" not in part_of(mail, "plain")


@pytest.mark.usefixtures("sqlite")
def test_an_edition_that_the_gate_holds_is_linked_and_told(tmp_path: Path) -> None:
    """What may not go out to the list goes to no new reader either; the operator reads why."""
    room = Room(tmp_path)
    posts.add_posts(
        "sample", [replace(make_post("p", "Choir sings"), images=(make_image(alt=None, caption=None),))], NOW
    )
    room.publish("Ferries leave earlier")
    strict = room.settings.accessibility.model_copy(update={"missing_alt": "block"})
    room.post.settings = room.settings.model_copy(update={"accessibility": strict})
    mail = room.welcome()
    assert "Read the latest edition: " in part_of(mail, "plain")
    assert "Choir" not in part_of(mail, "plain").replace("Read the latest edition: Choir sings", "")
    assert [line.action for line in log.lines("letter welcome")] == ["letter"]
