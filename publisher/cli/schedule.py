"""`publisher schedule`: when an edition goes out, and when each newsletter is due next."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from publisher.cli.newsroom import actor, open_store
from publisher.cli.options import Run, common, print_json
from publisher.errors import FormatError, UsageError
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.worker import timetable
from publisher.jobs.worker.timetable import Entry
from publisher.model import EditionState
from publisher.schedule import describe, occurrences, zones
from publisher.store import editions, log, schedules
from publisher.store.database import unit

_OPEN = frozenset({EditionState.DRAFT, EditionState.READY, EditionState.APPROVED})


@click.command(epilog='Example: publisher schedule 01JD2Q7K8M9N0P1Q2000000000 --at "2026-12-01 07:30"')
@click.argument("edition", metavar="[EDITION]", required=False)
@click.option("--at", metavar="TIME", help='When it is sent: "2026-12-01 07:30".')
@click.option("--zone", metavar="ZONE", help="The zone of that time. [default: the newsletter's]")
@click.option("--next", "count", default=5, show_default=True, type=click.IntRange(1, 1000), help="Without EDITION.")
@click.option("--pause", metavar="NEWSLETTER", help="Leave its editions out until --resume.")
@click.option("--resume", metavar="NEWSLETTER", help="Let its schedule go on.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@common
def schedule(
    run: Run,
    edition: str | None,
    at: str | None,
    zone: str | None,
    count: int,
    pause: str | None,
    resume: str | None,
    *,
    as_json: bool,
) -> None:
    """Send EDITION at a time, once it is approved; without one, show when each newsletter is due next."""
    if (edition is None) != (at is None):
        message = "EDITION and --at come together"
        raise click.UsageError(message)
    open_store(run, required=True)
    if edition is not None and at is not None:
        _plan(run, edition, at, zone, as_json=as_json)
    elif pause or resume:
        _pause(run, pause or resume or "", paused=bool(pause))
    else:
        _show(run, count, as_json=as_json)


def _plan(run: Run, edition: str, at: str, zone: str | None, *, as_json: bool) -> None:
    """Note when an edition is sent. Raises `UsageError`."""
    found = editions.get(edition)
    if found.state not in _OPEN:
        raise UsageError(f"edition {edition}", f"it is {found.state.value}, so that it cannot be scheduled")
    declared = run.declared.newsletters.get(found.newsletter)
    own = (declared.zone if declared else None) or run.declared.site.time_zone
    moment = read_moment(at, zone or own)
    if moment <= datetime.now(UTC):
        raise UsageError(f"--at {at}", "is in the past", f"to send it now: publisher send {edition}")
    with unit():
        schedules.set_time(edition, moment)
        log.note(datetime.now(UTC), actor(), "schedule", edition, at=moment.isoformat())
    if as_json:
        print_json({"edition": edition, "state": found.state.value, "at": _write(moment), "zone": zone or own})
        return
    shown = moment.astimezone(ZoneInfo(zone or own))
    click.echo(f"edition {edition} goes out at {shown:%Y-%m-%d %H:%M} {zone or own}, {_write(moment)}")
    if found.state is not EditionState.APPROVED:
        click.echo(f"Next: publisher approve {edition}")


def read_moment(text: str, zone: str) -> datetime:
    """Read a local time in a zone as a moment; an offset in the text wins. Raises `UsageError`."""
    try:
        wall = datetime.fromisoformat(text.strip())
    except ValueError as failure:
        raise UsageError(f"--at {text}", "is no date and time", 'Write one such as "2026-12-01 07:30"') from failure
    try:
        known = zones.load(zone)
    except FormatError as failure:
        raise UsageError(f"--zone {zone}", failure.reason, failure.fix) from failure
    try:
        return wall.astimezone(UTC) if wall.tzinfo else zones.first_moment(wall, known)
    except (OverflowError, ValueError) as failure:
        raise UsageError(f"--at {text}", "is out of the range of dates") from failure


def _pause(run: Run, newsletter: str, *, paused: bool) -> None:
    """Pause a newsletter's schedule, or let it go on."""
    declare(run.declared, datetime.now(UTC))
    schedules.pause(newsletter, paused=paused)
    with unit():
        log.note(datetime.now(UTC), actor(), "pause" if paused else "resume", f"newsletter {newsletter}")
    click.echo(
        f"newsletter {newsletter}: " + ("paused, its editions are left out" if paused else "its schedule goes on")
    )


def _show(run: Run, count: int, *, as_json: bool) -> None:
    """Show what each newsletter does next."""
    entries = timetable.read(run.declared, run.file)
    if as_json:
        print_json([_describe(entry, count, run) for entry in entries])
        return
    for entry in entries:
        name = entry.newsletter if entry.audience == "each" else f"{entry.newsletter} ({entry.audience} roll-up)"
        state = ", paused" if _is_paused(entry, run) else ""
        click.echo(f"{name}: {describe(entry.schedule, run.declared.site.language)}{state}")
        for one in occurrences(entry.schedule, datetime.now(UTC), count):
            click.echo(f"  {one.local:%a %Y-%m-%d %H:%M} {entry.schedule.zone}  {_write(one.at)}")
    if not entries:
        click.echo('No newsletter has a schedule. Write one in settings.toml: schedule = "weekdays at 07:30"')


def _is_paused(entry: Entry, run: Run) -> bool:
    """Say whether a newsletter's schedule leaves its editions out."""
    return run.declared.newsletters[entry.newsletter].paused or schedules.is_paused(entry.newsletter)


def _describe(entry: Entry, count: int, run: Run) -> dict[str, object]:
    """Write a schedule for scripts."""
    return {
        "newsletter": entry.newsletter,
        "audience": entry.audience,
        "schedule": entry.schedule.text,
        "zone": entry.schedule.zone,
        "description": describe(entry.schedule, run.declared.site.language),
        "paused": _is_paused(entry, run),
        "next": [_write(one.at) for one in occurrences(entry.schedule, datetime.now(UTC), count)],
        "last": [
            {"local": one.local, "at": _write(one.at), "verdict": one.verdict, "reason": one.reason}
            for one in schedules.history(entry.newsletter, count)
        ],
    }


def _write(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
