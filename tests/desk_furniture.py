"""Fills the newsroom that the environment names, for tests of the desk; prints what there is as JSON."""
# ruff: noqa: E402 - nothing of ours may be imported before Django knows its settings

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Final

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.urls import URLPattern

from publisher.jobs.editions import announce, build, correct
from publisher.jobs.lists import intake
from publisher.jobs.lists.enrol import Manner
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.outlets import channels, syndicate
from publisher.jobs.posts import write
from publisher.model import (
    Accepted,
    AltOrigin,
    Image,
    InDoubt,
    NotAccepted,
    Outcome,
    Post,
    Reaction,
    Result,
    Subscriber,
)
from publisher.store import barriers, clicks, editions, edits, grants, ledger, outlets, quota, republished, withdrawals
from publisher.store import people as readers
from publisher.store import posts as store
from publisher.store.barriers import Barrier
from publisher.store.database import unit
from publisher.store.manuscripts import Manuscript
from publisher.store.models import DeliveryRow, JobRow, LinkRow
from publisher.store.moments import to_micros
from publisher.web.desk.urls import urlpatterns
from publisher.web.newsroom import newsroom
from publisher.web.roles import give_role

PASSWORD: Final = "a quiet harbour at night"
ROLES: Final = ("viewer", "editor", "approver", "admin")
KINDS: Final = ("alt", "caption", "credit", "correction", "kill")
SOURCES: Final = ("sample", "agency", "wire")
PLACES: Final = ("newsletters.alerts", "channels.world")


def _main() -> None:
    """Make everything, and print what there is."""
    call_command("migrate", verbosity=0)
    sessions = _make_accounts()
    posts = _make_posts()
    _republish()
    editions = _make_editions()
    tasks: dict[str, int] = {}
    for number, (name, source) in enumerate({"alerts": "agency", "weekly": "sample"}.items(), 8):
        posts[f"ours-{name}"], editions[f"urgent-{name}"] = _write(name, number)
        tasks[name] = _report_barriers(name, editions[name], f"{source}-ferry")
    routes = [str(one.pattern) for one in urlpatterns if isinstance(one, URLPattern)]
    made = {"sessions": sessions, "editions": editions, "posts": posts, "tasks": tasks, "routes": routes}
    made["lists"] = _take_in_lists()
    sys.stdout.write(json.dumps(made) + "\n")


def _make_accounts() -> dict[str, str]:
    """Make accounts: for each role everywhere, in one newsletter and in one channel, and for none; gives sessions."""
    hashed = make_password(PASSWORD)
    sessions: dict[str, str] = {}
    placed = {f"{place.partition('.')[2]}-{role}": (place, role) for place in PLACES for role in ROLES}
    for name in (*ROLES, "second", "weekly", "nobody", *placed):
        user = User.objects.create(username=name, password=hashed)
        if name in ROLES or name == "second":
            give_role(user, "approver" if name == "second" else name)
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        sessions[name] = str(store.session_key)
    for name, (place, role) in {**placed, "weekly": ("newsletters.weekly", "approver")}.items():
        grants.grant(name, place, role, "test", datetime.now(UTC))
    return sessions


def _make_posts() -> dict[str, int]:
    """Make posts: one with a picture that nobody described, one whose alt repeats the caption, two that are fine."""
    now = datetime.now(UTC)
    declare(newsroom().settings, now)
    bare = Image(url="https://example.org/ferry.jpg", caption="The ferry at the pier", credit="A. Novak")
    same = Image(
        url="https://example.org/jars.jpg",
        alt="Pupils sell jars of plum jam",
        alt_origin=AltOrigin.SOURCE,
        caption="Pupils sell jars of plum jam",
    )
    made = {
        "ferry": ("The night ferry returns", (bare,)),
        "jam": ("School garden sells its jam", (same,)),
        "wind": ("The wind turns to the west", ()),
        "rope": ("How a rope is made", ()),
    }
    for source in SOURCES:
        found = [
            Post(
                id=f"{source}-{name}",
                source=source,
                title=title,
                language="en",
                url=f"https://example.org/{source}/{name}",
                published=now - timedelta(hours=place),
                text=f"{title}. The last boats left at noon, and nobody was hurt.",
                summary=f"{title}. The last boats left at noon.",
                images=images,
            )
            for place, (name, (title, images)) in enumerate(made.items())
        ]
        store.add_posts(source, found, now)
    return {f"{source}-{name}": edits.key_of(source, f"{source}-{name}") or 0 for source in SOURCES for name in made}


def _make_editions() -> dict[str, str]:
    """Make readers, an edition of three newsletters, and send one of them: accepted, failed and in doubt."""
    now = datetime.now(UTC)
    for name in (one for one in newsroom().settings.newsletters if one != "daily"):
        readers.add(name, (Subscriber(address=f"reader{n}@example.org", language="en") for n in range(4)), now)
    readers.add("alerts", [Subscriber(address="left@example.org", status="unsubscribed")], now)
    made = {
        name: build.build(newsroom().settings, name, now=now, noise=number).edition
        for number, name in enumerate(("weekly", "pair", "alerts", "halted"), 1)
    }
    quota.open_account("ses-test", 12.5, now)
    quota.note_day("ses-test", 50_000, 1_200, now)
    unknown = InDoubt(code="timeout", reason="nobody answered")
    refused = NotAccepted(reaction=Reaction.FAIL, code="BadAddress", reason="no such mailbox")
    _send(made["alerts"], Accepted(message_id="m-1"), Accepted(message_id="m-2"), refused, unknown)
    editions.finish(made["alerts"], now)
    clicks.add({key: 7 - place for place, key in enumerate(LinkRow.objects.values_list("pk", flat=True))})
    _send(made["halted"], Accepted(message_id="m-3"), unknown)
    made["told"] = _correct()
    made["moving"] = build.build(newsroom().settings, "moving", now=now, noise=6).edition
    _send(made["moving"], Accepted(message_id="m-4"))
    # Everybody else gets it at an hour of their own, so that it is on its way for as long as a test looks.
    waiting = DeliveryRow.objects.filter(edition=editions.find(made["moving"]), state="pending")
    waiting.update(due_at=to_micros(now + timedelta(days=3)))
    return made


def _republish() -> None:
    """Let a partner show stories: one lost its description, one is whole, one cannot be read, one is not looked at."""
    settings, now = newsroom().settings, datetime.now(UTC)
    syndicate.declare(settings)
    syndicate.release(settings, now)
    radio = outlets.find("radio")
    names = {item.post.id: item.change.item for item in channels.newest("world")}
    shown = {names[f"sample-{name}"]: f"{radio.site}/{name}" for name in ("ferry", "jam", "wind", "rope")}
    republished.tell(radio, shown, now)
    poor, whole, broken, _ = (page.key for page in republished.pages(radio))
    found = [{"what": what, "words": f"The words of the {what}", "survived": what != "alt"} for what in KINDS]
    republished.keep(poor, 1, {"traces": found}, "", now)
    republished.keep(whole, 1, {"traces": [{**one, "survived": True} for one in found[:3]]}, "", now)
    republished.keep(broken, 1, {"traces": []}, "HTTP 500", now)


def _send(edition: str, *outcomes: Outcome) -> None:
    """Begin to send an edition, as far as there are outcomes."""
    now = datetime.now(UTC)
    editions.approve(edition, "approver", now)
    editions.act(edition, "start", "approver", now)
    lease = ledger.open_lease("test", now + timedelta(minutes=1))
    with unit():
        claims = ledger.claim(editions.find(edition).pk, lease, len(outcomes), now)
    with unit():
        results = [Result(claim=claim, outcome=one) for claim, one in zip(claims, outcomes, strict=True)]
        ledger.commit(lease, results, now)
    ledger.end_lease(lease)


def _correct() -> str:
    """Kill one story of the edition that is half on its way, correct another one; gives the mail that tells of this."""
    now = datetime.now(UTC)
    withdrawals.withdraw("wire:wire-ferry", "kill", "The ferry never sailed.", actor="approver", now=now)
    withdrawals.withdraw("wire:wire-jam", "correction", "It was quince jam.", actor="approver", now=now)
    settings = newsroom().settings
    (made,) = correct.correct(settings, "wire:wire-jam", actor="editor", now=now, noise=lambda: 77)
    return made.edition


def _write(newsletter: str, noise: int) -> tuple[int, str]:
    """Let somebody write a draft and an alert; gives the post of the one and the edition of the other."""
    settings, now = newsroom().settings, datetime.now(UTC)
    draft = Manuscript(headline="A draft of ours", language="en", text="It is not finished.")
    uid = f"desk-draft-{newsletter}"
    key = write.begin(settings, newsletter, draft, uid=uid, actor="editor", now=now, is_draft=True)
    alert = Manuscript(headline="The lock gate is stuck", language="en", text="No boat gets through before noon.")
    uid = f"desk-alert-{newsletter}"
    built = announce.announce(settings, newsletter, alert, uid=uid, noise=noise, actor="editor", now=now)
    return key, built.edition


def _take_in_lists() -> dict[str, str]:
    """Send lists of people: one for each of two newsletters that was taken in, and one of each other state."""
    room, now = newsroom(), datetime.now(UTC)
    folder = intake.place(room.home)
    lines = b"email,name,status\r\nann@example.org,Ann,unsubscribed\r\n=cmd,Nobody,\r\n"
    sent = {"alerts": lines, "weekly": lines, "new": lines, "export": _EXPORT, "broken": b"x" * 140_000 + b","}
    sent |= {"waiting": lines, "failed": lines}
    places = {"alerts": "alerts"}
    made = {
        name: intake.receive(folder, [content], places.get(name, "weekly"), f"{name}.csv", "admin", now)
        for name, content in sent.items()
    }
    for name in ("alerts", "weekly", "waiting", "failed"):
        found = intake.find(folder, made[name])
        assert found is not None
        intake.ask(folder, found, Manner(shape="own", confirmed=True, actor="admin"), now)
    intake.list_file(folder, made["failed"]).write_bytes(b"no,columns\r\n")
    for name in ("alerts", "weekly", "failed"):
        intake.work(room.settings, room.home, made[name], lambda: now)
    JobRow.objects.all().delete()  # the list that waits waits for good
    return made


_EXPORT: Final = b"Email Address,First Name,Last Name,MEMBER_RATING,UNSUB_TIME,TAGS\r\nbo@example.org,Bo,Lee,2,,sea\r\n"


def _report_barriers(newsletter: str, edition: str, post: str) -> int:
    """Let a reader report a barrier in a story of an edition, and another one something on the pages."""
    now = datetime.now(UTC)
    barriers.report(Barrier(kind="contrast"), now)
    text = "I cannot tell what the picture shows."
    about = Barrier(kind="picture", text=text, newsletter=newsletter, edition=edition, post=post, language="en")
    return barriers.report(about, now)


if __name__ == "__main__":
    _main()
