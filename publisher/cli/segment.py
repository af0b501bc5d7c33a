"""`publisher segment`: to which of a newsletter's readers an edition goes."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from publisher.cli.newsroom import actor, describe_segment, open_store
from publisher.cli.options import Run, common, print_json
from publisher.errors import UsageError
from publisher.jobs.editions import segment as segments
from publisher.store import editions, people


@click.command(epilog="Example: publisher segment 01JD2Q7K8M9N0P1Q2000000000 --tag harbour --language fa")
@click.argument("edition", metavar="EDITION")
@click.option(
    "--tag", "tags", metavar="TAG", multiple=True, help="Only those with this tag; repeated, with any of them."
)
@click.option("--language", "languages", metavar="TAG", multiple=True, help="Only those who read it in this language.")
@click.option("--everybody", is_flag=True, help="All who read the newsletter again.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@common
def segment(
    run: Run, *, edition: str, tags: tuple[str, ...], languages: tuple[str, ...], everybody: bool, as_json: bool
) -> None:
    """Say to whom EDITION goes, or let it go to some of its newsletter's readers only.

    With both, they must have one of the tags and one of the languages. A change takes approvals back. What the edition
    tells counts as told to the whole newsletter: who is not among these readers does not get it with the next one.
    Nobody can be chosen by the format that they read.
    """
    open_store(run)
    if everybody and (tags or languages):
        raise UsageError("--everybody", "is all readers", "leave out --tag and --language")
    if everybody or tags or languages:
        segments.narrow(edition, languages, tags, actor(), datetime.now(UTC))
    found = editions.get(edition)
    number = editions.expected_recipients(edition)
    known = people.tags((found.newsletter,))
    if as_json:
        chosen = {"languages": list(found.segment.languages), "tags": list(found.segment.tags)}
        print_json({"edition": edition, "segment": chosen, "recipients": number, "tags": dict(known)})
        return
    click.echo(f"edition {edition}: to {number} people{describe_segment(found.segment)}")
    for tag, n in known:
        click.echo(f"  {n:>9}  {tag}")
