"""The `publisher` command: a table of commands, each loaded only when it is called.

Loading everything costs most of a second and a hundred megabytes; a worker that sends needs neither feeds nor pages.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from typing import Final

import click

import publisher
from publisher.errors import PublisherError

# name -> (module and attribute, one line of help)
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "alt": ("publisher.cli.pictures:alt", "List pictures without a description and write the file to fill in."),
    "segment": ("publisher.cli.segment:segment", "Say to which readers an edition goes: all, or by tag and language."),
    "approve": ("publisher.cli.editions:approve", "Approve an edition: content and recipients are fixed."),
    "build": ("publisher.cli.build:build", "Make an edition of what a newsletter has not shown yet."),
    "bundle": ("publisher.cli.packages:bundle", "Build a syndication bundle from feeds or files."),
    "cancel": ("publisher.cli.editions:cancel", "End an edition for good."),
    "check": ("publisher.cli.check:check", "Audit any mail or page, ours or anyone's."),
    "correct": ("publisher.cli.withdraw:correct", "Make the mail that tells readers what was corrected."),
    "demo": ("publisher.cli.demo:demo", "See all of it at work on sample posts, in under a minute."),
    "doubt": ("publisher.cli.editions:doubts", "Show and settle messages that may or may not have gone out."),
    "doctor": ("publisher.cli.doctor:doctor", "Check the set-up; every line says ok or how to mend it."),
    "edition": ("publisher.cli.editions:edition", "Show how far an edition is."),
    "import": ("publisher.cli.pull:import_posts", "Put posts from files into the store."),
    "init": ("publisher.cli.init:init", "Make a new newsroom: settings, feeds, templates."),
    "mailbox": ("publisher.cli.mailbox:mailbox", "Read what bounced, and who wrote to leave."),
    "manage": ("publisher.cli.manage:manage", "Run one of Django's own commands."),
    "migrate": ("publisher.cli.migrate:migrate", "Bring the database up to date."),
    "outlet": ("publisher.cli.outlets:outlet", "Partner outlets: channels, tokens, practice, unconfirmed kills."),
    "pause": ("publisher.cli.editions:pause", "Stop sending an edition for a while."),
    "preview": ("publisher.cli.preview:preview", "Build an edition from feeds or files, without a database."),
    "pull": ("publisher.cli.pull:pull", "Ask every source what is new."),
    "rebuild": ("publisher.cli.withdraw:rebuild", "Make a paused edition anew, for those still pending."),
    "receive": ("publisher.cli.receive:receive", "Pull a publisher's stories, as a partner does."),
    "resume": ("publisher.cli.editions:resume", "Let a paused edition go on."),
    "sandbox": ("publisher.cli.sandbox:sandbox", "Run a local Amazon SES with an inbox to look at."),
    "schedule": ("publisher.cli.schedule:schedule", "Say when an edition goes out; show what is due next."),
    "send": ("publisher.cli.send:send", "Send an edition, each person once."),
    "serve": ("publisher.cli.serve:serve", "Serve the pages, the desk and the API, and do the work."),
    "setup": ("publisher.cli.setup:setup", "Print what a mail service needs: DNS records, policy, commands."),
    "subscribers": (
        "publisher.cli.subscribers:subscribers",
        "Import, export and erase the people who get newsletters.",
    ),
    "user": ("publisher.cli.user:user", "Say who may work at the desk."),
    "tick": ("publisher.cli.work:tick", "Do one round of due work, for cron."),
    "verify": ("publisher.cli.packages:verify", "Check a bundle: its files, its manifest, its signature."),
    "work": ("publisher.cli.work:work", "Keep what is scheduled: pull, build, send, until stopped."),
    "withdraw": ("publisher.cli.withdraw:withdraw", "Correct or kill a story, everywhere at once."),
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for; help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in alphabetical order."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command; an unknown one is told the nearest name."""
        if cmd_name not in COMMANDS:
            near = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {cmd_name!r}.{hint}")
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(publisher.__version__, prog_name="publisher")
def publish() -> None:
    """Publish accessible e-mail digests and syndication bundles.

    \b
    Try it:        publisher demo
    Your own feed: publisher preview https://example.org/feed.xml --out preview
    """  # noqa: D301 - \b is click's mark for "keep these lines"


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit status: 0 done, 1 refused, 2 usage, 3 nothing usable, 4 outside."""
    try:
        status = publish.main(args=arguments, prog_name="publisher", standalone_mode=False)
    except click.ClickException as failure:
        failure.show()
        sys.exit(failure.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except PublisherError as failure:
        click.echo(f"publisher: {failure}", err=True)
        sys.exit(failure.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    sys.exit(status if isinstance(status, int) else 0)
