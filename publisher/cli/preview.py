"""`publisher preview`: an edition from feeds or files, without a database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import click

from publisher import language as languages
from publisher.accessibility import report, report_page
from publisher.cli.options import Run, common, nearest, read_moment
from publisher.cli.places import OutputFolder, unwritable
from publisher.cli.reading import gather_described
from publisher.delivery import message
from publisher.errors import UsageError
from publisher.jobs.editions import edition
from publisher.jobs.editions.edition import Draft
from publisher.jobs.posts.documents import describe_post
from publisher.jobs.posts.gather import Gathered
from publisher.model import Post
from publisher.settings import Newsletter, Settings

REFUSED = 1
NOTHING_USABLE = 3


@click.command(epilog="Example: publisher preview feeds/sample --out preview")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--out", required=True, type=OutputFolder(), help="The folder to write into.")
@click.option("--newsletter", metavar="NAME", help="Take title, template, language and rules from this newsletter.")
@click.option("--title", help="The title of the edition.")
@click.option("--language", metavar="TAG", help="The language of the edition, such as en or fa.")
@click.option("--max-posts", type=click.IntRange(min=1), help="At most so many posts. [default: 20]")
@click.option("--now", metavar="ISO8601", help="Pretend that it is this moment.")
@common
def preview(
    run: Run,
    sources: tuple[str, ...],
    out: Path,
    newsletter: str | None,
    title: str | None,
    language: str | None,
    max_posts: int | None,
    now: str | None,
) -> int:
    """Build an edition from SOURCEs and write what each reader would get.

    A SOURCE is an address, a feed, a post in a file (Markdown, HTML, plain text, ninjs, NewsML-G2, NITF), a bundle of
    another publisher (ZIP), a list of feeds (OPML), or a folder of these; bundles are named one by one.
    Writes edition.html, edition.txt, edition.eml, edition.web.html, report.html, report.json and posts.json.
    Exit status 1: the accessibility gate refuses it; 3: there was no post to publish.
    """
    settings = run.settings
    declared = _newsletter(settings, newsletter)
    spoken = _tag(language)
    titled = _read_title(title)
    moment = read_moment(now, settings)
    default = spoken or (declared.languages[0] if declared and declared.languages else settings.site.language)
    gathered = gather_described(sources, settings, now=moment, default_language=default)
    wanted = declared or Newsletter.model_validate(
        {
            "title": _title(gathered.posts) or settings.site.name,
            "from": _sender(settings.site.name),
            "sources": ["preview"],
        },
    )
    if spoken is None and declared is None:
        spoken = _commonest_language(gathered.posts) or settings.site.language
    plan = edition.plan(settings, newsletter or "preview", wanted, language=spoken)
    rules = replace(plan.rules, title=titled or plan.rules.title, max_posts=max_posts or plan.rules.max_posts)
    look = replace(plan.look, newsletter=rules.title)
    draft = edition.make(gathered.posts, replace(plan, rules=rules, look=look), now=moment, skipped=gathered.skipped)
    write_draft(out, draft, gathered, settings.site.url)
    return _tell(out, draft, gathered)


def _newsletter(settings: Settings, name: str | None) -> Newsletter | None:
    """Find the newsletter that was named."""
    if name is None:
        return None
    if name not in settings.newsletters:
        raise UsageError(f"--newsletter {name}", "is not declared in the settings", nearest(name, settings.newsletters))
    return settings.newsletters[name]


def _sender(name: str) -> str:
    """Write a mailbox that nobody has; quoted, a name may hold what would be taken for a part of the address."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <news@example.org>'


def _read_title(text: str | None) -> str | None:
    """Read the title of an edition, on one line: it stands in the headers of the mail."""
    if text is not None and not text.split():
        raise UsageError("--title", "is empty", "Write one, or leave the option out")
    return " ".join(text.split()) if text else None


def _tag(text: str | None) -> str | None:
    """Read a language tag."""
    tag = languages.normalise(text)
    if text is not None and tag is None:
        raise UsageError(f"--language {text}", "is no registered language tag", "Write one such as en, fa or pt-BR")
    return tag


def _title(posts: Sequence[Post]) -> str | None:
    """Give the title of the source, where there is one source with a title."""
    titles = {post.source_title for post in posts}
    return titles.pop() if len(titles) == 1 else None


def _commonest_language(posts: Sequence[Post]) -> str | None:
    """Give the language of most posts."""
    counted = Counter(post.language for post in posts if post.language).most_common(1)
    return counted[0][0] if counted else None


def write_draft(out: Path, draft: Draft, gathered: Gathered, site: str) -> None:
    """Write every file of a preview, with sample links where each reader's own would stand."""
    links = edition.sample_links(site)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("edition.html", message.fill(draft.rendered.html, links)),
            ("edition.txt", message.fill(draft.rendered.text, links)),
            ("edition.web.html", draft.rendered.web),
            ("report.json", _as_json(report.to_json(draft.report))),
            ("report.html", report_page.write(draft.report, name=draft.digest.title)),
        ):
            (out / name).write_text(text, encoding="utf-8", newline="\n")
        _write_posts(out / "posts.json", gathered.posts)
        (out / "edition.eml").write_bytes(message.splice(draft.message, edition.sample_envelope(site)))
    except OSError as error:
        raise unwritable("--out", out, error) from error


def _write_posts(file: Path, posts: Iterable[Post]) -> None:
    """Write posts.json, one post after the other: of a feed of ten thousand, JSON as a whole would fill the memory."""
    with file.open("w", encoding="utf-8", errors="replace", newline="\n") as stream:
        mark = "["
        for post in posts:
            text = json.dumps(describe_post(post), ensure_ascii=False, indent=2)
            stream.write(f"{mark}\n  " + text.replace("\n", "\n  "))
            mark = ","
        stream.write("[]\n" if mark == "[" else "\n]\n")


def _as_json(document: object) -> str:
    """Write JSON for people and scripts; half a surrogate pair becomes a question mark."""
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return text.encode("utf-8", "replace").decode("utf-8")


def _tell(out: Path, draft: Draft, gathered: Gathered) -> int:
    """Say what happened, and give the exit status."""
    click.echo(f"{draft.report.posts} of {len(gathered.posts)} posts, written to {out}")
    if draft.report.posts == 0:
        for skipped in gathered.skipped:
            click.echo(f"skipped {skipped.source}: {skipped.reason}", err=True)
        click.echo("publisher: no post is left to publish; the reasons are in report.json", err=True)
        return NOTHING_USABLE
    click.echo(report.to_text(draft.report, whole=str(out / "report.json")), nl=False)
    return 0 if draft.report.passed else REFUSED
