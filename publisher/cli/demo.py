"""`publisher demo`: all of it at work on sample posts, in a home of its own that is made anew each time.

The demo calls the same commands as anybody else, each in a process of its own, and shows them: so everything it does
can be done again by hand.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import click

from publisher import resources
from publisher.cli.options import Home, Run, common
from publisher.errors import OutsideError
from publisher.sandbox.server import Sandbox, wait_until_stopped

NEWSLETTER: Final = "daily"
INBOX_PORT: Final = 8025
SITE_PORT: Final = 8000
_EDITOR: Final = "demo"
_FEEDS: Final = {
    "harbour": "harbour-post.xml",
    "koocheh": "koocheh.xml",
    "pahadi": "pahadi.json",
    "note": "note.md",
    "broken": "broken.xml",
}


@click.command(epilog="Example: publisher demo --serve")
@click.option("--serve", is_flag=True, help="Then open the desk, the archive and the inbox of the local SES.")
@common
def demo(run: Run, *, serve: bool) -> None:
    """Pull sample posts, build and audit an edition, send it to a local SES, and pack a bundle.

    Everything happens on this machine, in the folder demo below the home, which is made anew each time. No mail leaves.
    """
    home = Home(path=run.home.path / "demo")
    _clear(home.path)
    with ExitStack() as stack:
        feeds = stack.enter_context(_feed_server(resources.find("feeds/sample"), home.path / "feeds"))
        inbox = stack.enter_context(Sandbox(INBOX_PORT if serve else 0, folder=home.path / "received"))
        settings = home.path / "settings.toml"
        site = f"http://127.0.0.1:{SITE_PORT}" if serve else None
        settings.write_text(_write_settings(feeds, inbox.url, site), encoding="utf-8")
        shown = _Demo(home=home, settings=settings)
        shown.show()
        if site:
            shown.serve(site, inbox.inbox_url)
        else:
            _tell_next(home)


def _clear(folder: Path) -> None:
    """Begin with an empty folder."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        reason = f"cannot be made anew: {error.strerror or error}"
        raise OutsideError(str(folder), reason, "Choose another home with --home") from error


class _Files(SimpleHTTPRequestHandler):
    """Serves the sample feeds and their pictures without a word."""

    extensions_map: Mapping[str, str] = {  # type: ignore[assignment]  # the library only reads it
        **SimpleHTTPRequestHandler.extensions_map,
        ".md": "text/markdown; charset=utf-8",
    }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Say nothing."""


@contextmanager
def _feed_server(shipped: Path, folder: Path) -> Iterator[str]:
    """Serve the sample feeds over HTTP on this machine, and give the address; pictures are named by it as well."""
    shutil.copytree(shipped, folder, copy_function=shutil.copyfile)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder))) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        for name in _FEEDS.values():
            feed = folder / name
            feed.write_bytes(feed.read_bytes().replace(b"pictures/", f"{url}/pictures/".encode()))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield url
        finally:
            server.shutdown()


def _write_settings(feeds: str, inbox: str, site: str | None) -> str:
    """Write the shipped settings with the sample feeds as sources and the local SES as the way out.

    `site` is where the pages will be served; None: nowhere.
    """
    shipped = resources.find("settings.toml").read_text(encoding="utf-8")
    if site:
        shipped = shipped.replace('url = "https://news.example.org"', f'url = "{site}"', 1)
    sources = "\n".join(f'[sources.{name}]\nurl = "{feeds}/{file}"\n' for name, file in _FEEDS.items())
    head, _, rest = shipped.partition("[sources.sample]")
    names = json.dumps(list(_FEEDS))
    rest = rest[rest.index("[newsletters.") :].replace('sources = ["sample"]', f"sources = {names}")
    head = head.replace("[ses]\n", f'[ses]\nendpoint_url = "{inbox}"\n')
    return f'{head}[network]\nallow_private = ["127.0.0.1"]\n\n{sources}\n{rest}'


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demo:
    """One run of the demo: commands in order, each shown with what it says."""

    home: Home
    settings: Path

    def show(self) -> None:
        """Go through all of it."""
        feeds = self.home.path / "feeds"
        _step("Pull five sources, one of them broken on purpose")
        self._call("pull", allowed=(0, 4))
        _step("Take in ten sample subscribers")
        self._call("subscribers", "import", str(feeds / "subscribers.csv"), "--newsletter", NEWSLETTER, "--confirmed")
        _step("Build an edition of what is new, and audit it")
        built = self._ask("build", NEWSLETTER)
        report = built["report"]
        click.echo(f"  edition {built['edition']} of {built['posts']} posts is {built['state']}")
        for finding in report["findings"]:
            click.echo(f"  {finding['gate']}: {finding['message']}")
        for repair in report["repairs"]:
            click.echo(f"  repaired: {repair['before']} -> {repair['after']}")
        _step("Approve it, and send it through boto3 to a local SES")
        self._call("approve", built["edition"])
        sent = self._ask("send", built["edition"], "--yes", "--wait")
        click.echo(f"  {sent['accepted']} of {sent['recipients']} accepted, {sent['in_doubt']} in doubt")
        _step("Write the same edition to files, to look at")
        sources = [str(feeds / name) for name in _FEEDS.values()]
        edition = str(self.home.path / "edition")
        self._ask_quietly("preview", *sources, "--newsletter", NEWSLETTER, "--out", edition)
        _step("Pack the posts for partner outlets, signed, and check the package to the byte")
        bundle = str(self.home.bundles / "world.zip")
        self._call("bundle", *sources, "--channel", "world", "--out", bundle)
        self._call("verify", bundle)

    def serve(self, site: str, inbox: str) -> None:
        """Open desk, archive and inbox until somebody stops it."""
        _step("Open the desk, the archive and the inbox")
        password = secrets.token_urlsafe(9)
        self._run("user", "add", _EDITOR, "--role", "admin", "--password-stdin", given=f"{password}\n")
        server = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "publisher", "serve", "--port", str(SITE_PORT)], env=self._environ()
        )
        try:
            click.echo(f"  Desk:    {site}/desk/  (name: {_EDITOR}, password: {password})")
            click.echo(f"  Archive: {site}/archive/{NEWSLETTER}")
            click.echo(f"  Inbox:   {inbox}")
            click.echo("  until you press Ctrl-C")
            wait_until_stopped()
        finally:
            server.terminate()
            server.wait()

    def _environ(self) -> dict[str, str]:
        """Give the environment of a command: nothing of the caller's settings, and this home."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("PUBLISHER_")}
        return own | {"PUBLISHER_SETTINGS": str(self.settings), "PUBLISHER_HOME": str(self.home.path)}

    def _run(self, *arguments: str, allowed: tuple[int, ...] = (0,), given: str = "") -> str:
        """Call a command, and give what it printed; what it says about mistakes is shown."""
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "publisher", *arguments],
            env=self._environ(),
            input=given,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode not in allowed:
            reason = f"ended with status {done.returncode}: {(done.stderr or done.stdout).strip()}"
            raise OutsideError(f"publisher {arguments[0]}", reason)
        for line in done.stderr.splitlines():
            click.echo(f"  {line}")
        return done.stdout

    def _call(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> None:
        """Call a command and show what it says."""
        click.echo(f"  $ publisher {' '.join(arguments)}")
        for line in self._run(*arguments, allowed=allowed).splitlines():
            click.echo(f"  {line}")

    def _ask(self, *arguments: str) -> Any:  # noqa: ANN401 - any JSON document
        """Call a command for its JSON."""
        click.echo(f"  $ publisher {' '.join(arguments)}")
        return json.loads(self._run(*arguments, "--json"))

    def _ask_quietly(self, *arguments: str) -> None:
        """Call a command whose long answer was shown before in another form."""
        click.echo(f"  $ publisher {arguments[0]} ... --out {arguments[-1]}")
        self._run(*arguments)


def _step(what: str) -> None:
    """Say what comes next."""
    click.echo(f"\n{what}")


def _tell_next(home: Home) -> None:
    """Say where everything lies, and what to try next."""
    edition = home.path / "edition"
    click.echo("\nLook at:")
    for path, what in (
        (edition / "edition.html", "the mail"),
        (edition / "edition.txt", "its text part"),
        (edition / "edition.web.html", "the page for the archive"),
        (edition / "report.json", "what the accessibility gate found and what was repaired"),
        (home.path / "received", "every message as the local SES received it"),
        (home.bundles / "world.zip", "what a partner outlet gets"),
        (home.path / "settings.toml", "the settings that it ran with"),
    ):
        click.echo(f"  {path!s:<40}  {what}")
    click.echo("\nTry next:")
    for command, what in (
        ("demo --serve", "the same, with desk, archive and inbox to look at"),
        ("preview https://example.org/feed --out preview", "your own feed"),
        ("init newsroom", "a newsroom of your own"),
    ):
        click.echo(f"  {_program()} {command:<48}  {what}")


def _program() -> str:
    """Give the words that call this program: its name where the shell finds it by that."""
    called = Path(sys.argv[0])
    if called.name != "publisher":
        return f"{Path(sys.executable).name} -m publisher"
    found = shutil.which("publisher")
    return "publisher" if found and Path(found).samefile(called) else str(called)
