"""`publisher demo`: all of it at work on sample posts, in a home of its own that is made anew each time."""

from __future__ import annotations

import csv
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import click

from publisher import resources
from publisher.accessibility import report
from publisher.cli.options import Home, Run, common
from publisher.cli.packages import home_key
from publisher.cli.preview import write_draft
from publisher.cli.reading import gather_described
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.delivery.unsubscribe import Purpose, issue, rotate
from publisher.errors import OutsideError, PublisherError
from publisher.jobs import edition
from publisher.jobs.edition import Draft
from publisher.jobs.gather import Gathered
from publisher.model import Accepted, Envelope, Slot
from publisher.sandbox.server import Sandbox, wait_until_stopped
from publisher.settings import Network, Settings, load
from publisher.syndication import archive, signature
from publisher.syndication.bundle import make
from publisher.syndication.channel import Channel

NEWSLETTER: Final = "daily"
INBOX_PORT: Final = 8025
_FEEDS: Final = ("harbour-post.xml", "koocheh.xml", "pahadi.json", "note.md", "broken.xml")
_MARKDOWN: Final = {**SimpleHTTPRequestHandler.extensions_map, ".md": "text/markdown; charset=utf-8"}


@click.command(epilog="Example: publisher demo --serve")
@click.option("--serve", is_flag=True, help="Keep the local SES and its inbox running to look at.")
@common
def demo(run: Run, serve: bool) -> None:
    """Pull sample posts, build and audit an edition, send it to a local SES, and pack a bundle.

    Everything happens on this machine, in the folder demo below the home, which is made anew each time. No mail leaves.
    """
    home = Home(path=run.home.path / "demo")
    _clear(home.path)
    shipped = load(resources.find("settings.toml"), {})
    settings = shipped.model_copy(update={"network": Network(allow_private=("127.0.0.1",)), "folder": home.path})
    with ExitStack() as stack:
        feeds = stack.enter_context(_feed_server(resources.find("feeds/sample"), home.path / "feeds"))
        inbox = stack.enter_context(Sandbox(INBOX_PORT if serve else 0, folder=home.path / "sandbox"))
        _Demo(home=home, settings=settings, feeds=feeds, inbox=inbox).show()
        if serve:
            click.echo(f"\nThe inbox is open at {inbox.inbox_url} until you press Ctrl-C.")
            wait_until_stopped()
        else:
            _tell_next(home)


def _clear(folder: Path) -> None:
    """Begin with an empty folder."""
    try:
        shutil.rmtree(folder, ignore_errors=False)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise OutsideError(
            str(folder), f"cannot be removed: {error.strerror}", "Choose another home with --home"
        ) from error
    folder.mkdir(parents=True)


class _Files(SimpleHTTPRequestHandler):
    """Serves the sample feeds and their pictures without a word."""

    extensions_map = _MARKDOWN

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Say nothing."""


@contextmanager
def _feed_server(shipped: Path, folder: Path) -> Iterator[str]:
    """Serve the sample feeds over HTTP on this machine, and give the address; pictures are named by it as well."""
    shutil.copytree(shipped, folder, copy_function=shutil.copyfile)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder))) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        for name in _FEEDS:
            feed = folder / name
            feed.write_bytes(feed.read_bytes().replace(b"pictures/", f"{url}/pictures/".encode()))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield url
        finally:
            server.shutdown()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demo:
    """One run of the demo: its steps in order, each with a line of what happened."""

    home: Home
    settings: Settings
    feeds: str
    inbox: Sandbox

    def show(self) -> None:
        """Go through all of it."""
        now = datetime.now(UTC)
        gathered = self._pull(now)
        draft = self._build(gathered, now)
        self._send(draft)
        self._bundle(gathered)

    def _pull(self, now: datetime) -> Gathered:
        """Pull the sample feeds over HTTP, as any other feeds."""
        _step("Pull", "five sources over HTTP, one of them broken on purpose")
        sources = [f"{self.feeds}/{name}" for name in _FEEDS]
        gathered = gather_described(sources, self.settings, now=now, default_language="en")
        pictures = sum(len(post.images) for post in gathered.posts)
        click.echo(f"  {len(gathered.posts)} posts with {pictures} pictures, in English, Persian and Hindi")
        for skipped in gathered.skipped:
            click.echo(f"  skipped {skipped.source.rpartition('/')[2]}: {skipped.reason}")
        return gathered

    def _build(self, gathered: Gathered, now: datetime) -> Draft:
        """Compose, render and audit the edition."""
        _step("Build", "an edition, and audit it")
        newsletter = self.settings.newsletters[NEWSLETTER]
        plan = edition.plan(self.settings, NEWSLETTER, newsletter)
        draft = edition.make(gathered.posts, plan, now=now, skipped=gathered.skipped)
        write_draft(self.home.path / "edition", draft, gathered, self.settings.site.url)
        click.echo(f"  {report.summary(draft.report)}")
        for repair in draft.report.repairs:
            click.echo(f"  repaired ({repair.rule}): {repair.after}")
        if not draft.report.passed:
            raise PublisherError(
                "the sample edition", "was refused by the accessibility gate", "Look at its report.json"
            )
        return draft

    def _send(self, draft: Draft) -> None:
        """Send it to the sample subscribers through boto3 and the local SES."""
        with resources.find("feeds/sample/subscribers.csv").open(encoding="utf-8", newline="") as file:
            subscribers = list(csv.DictReader(file))
        _step("Send", f"to {len(subscribers)} sample subscribers, through boto3, to the local SES")
        keys = rotate(None, secrets.token_bytes(32))
        options = SesOptions(
            region="eu-central-1", endpoint_url=self.inbox.url, access_key="demo", secret_key=secrets.token_hex(8)
        )
        transport = SesTransport(options)
        outcomes = []
        for number, subscriber in enumerate(subscribers, 1):
            links = {
                Slot.UNSUBSCRIBE: f"{self.settings.site.url}/u/{issue(keys, Purpose.UNSUBSCRIBE, number, 1)}",
                Slot.PREFERENCES: f"{self.settings.site.url}/p/{issue(keys, Purpose.PREFERENCES, number, 1)}",
            }
            envelope = Envelope(address=subscriber["email"], values=links, tags={"edition": "demo"})
            outcomes.append(transport.send(draft.message, envelope))
        transport.close()
        accepted = sum(isinstance(outcome, Accepted) for outcome in outcomes)
        click.echo(f"  {accepted} of {len(outcomes)} accepted")
        if accepted < len(outcomes):
            raise PublisherError("the local SES", f"did not accept {len(outcomes) - accepted} messages")

    def _bundle(self, gathered: Gathered) -> None:
        """Pack the same posts for partner outlets, and check the package."""
        _step("Bundle", "the same posts for partner outlets: signed, and checked to the byte")
        declared = self.settings.channels["world"]
        posts = tuple(replace(post, rights=post.rights or declared.rights) for post in gathered.posts)
        channel = Channel(name="world", title=declared.title, organisation=self.settings.site.name)
        file = self.home.bundles / "world.zip"
        key = home_key(self.home)
        archive.write(make(posts, channel), file, key=key)
        found = archive.verify(file, home_key=signature.public_key(key))
        found.demand(str(file))
        click.echo(f"  {found.posts} posts in {found.files} files, {found.size // 1024} KB, signature good")


def _step(name: str, what: str) -> None:
    """Say what comes next."""
    click.echo(f"\n{name}: {what}")


def _tell_next(home: Home) -> None:
    """Say where everything lies, and what to try next."""
    edition_folder = home.path / "edition"
    click.echo("\nLook at:")
    for path, what in (
        (edition_folder / "edition.html", "the mail"),
        (edition_folder / "edition.txt", "its text part"),
        (edition_folder / "edition.web.html", "the page for the archive"),
        (edition_folder / "report.json", "what the accessibility gate found and what was repaired"),
        (home.path / "sandbox", "every message as the local SES received it"),
        (home.bundles / "world.zip", "what a partner outlet gets"),
    ):
        click.echo(f"  {path}  {what}")
    click.echo("\nTry next:")
    click.echo(
        "  publisher demo --serve                                   the same, with the inbox open in your browser"
    )
    click.echo("  publisher preview https://example.org/feed --out preview  your own feed")
    click.echo("  publisher init newsroom                                  a newsroom of your own")
