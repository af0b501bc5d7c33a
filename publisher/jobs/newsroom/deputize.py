"""Who stands in for approvers: named at the desk for one newsletter, or in settings.toml for all of them.

name        an approver names the deputy of a newsletter
deputy_of   who is asked, and how long before the time of an edition
ask         every round: editions that are due soon and that nobody has approved
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from publisher.delivery.address import parse
from publisher.errors import UsageError
from publisher.settings import Settings
from publisher.store import deputies, notices, schedules
from publisher.store.database import unit
from publisher.store.deputies import Deputy

BEFORE: Final = timedelta(minutes=15)  # where settings.toml names the deputy
LONGEST: Final = timedelta(days=1)
_GRACE: Final = timedelta(minutes=2)  # an edition that was just made is first of all for its editors
_MOST: Final = 10
_SEPARATORS: Final = re.compile(r"[\s,;]+")


def name(  # noqa: PLR0913 - who stands in where, by whose word
    settings: Settings, newsletter: str, written: str, minutes: str, *, actor: str, now: datetime
) -> None:
    """Name the deputy of a newsletter, as a form says; no address: nobody. Raises `UsageError`."""
    if newsletter not in settings.newsletters:
        raise UsageError(f"newsletter {newsletter}", "there is none of this name")
    addresses = tuple(dict.fromkeys(one for one in _SEPARATORS.split(written) if one))
    if len(addresses) > _MOST:
        raise UsageError("the deputy", f"there are more than {_MOST} addresses", "name fewer people")
    for one in addresses:
        try:
            parse(one)
        except ValueError as failure:
            raise UsageError(f"address {one}", str(failure), "write it as name@example.org") from failure
    most = int(LONGEST.total_seconds()) // 60
    number = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else 0  # noqa: PLR2004 - far above the most
    if not 1 <= number <= most:
        raise UsageError("the minutes", f"they are not between 1 and {most}", "write a number such as 15")
    deputies.name(newsletter, Deputy(addresses=addresses, before=timedelta(minutes=number)), actor, now)


def deputy_of(settings: Settings, newsletter: str) -> Deputy | None:
    """Give who stands in for a newsletter: who was named for it, else who was named for all; None: nobody."""
    found = deputies.of_newsletter(newsletter)
    if found is not None:
        return found
    return Deputy(addresses=settings.notify.deputy, before=BEFORE) if settings.notify.deputy else None


def ask(settings: Settings, now: datetime) -> None:
    """Ask the deputies of editions that are due soon and that nobody has approved; each once."""
    for edition in schedules.due_for_approval(now + LONGEST):
        deputy = deputy_of(settings, edition.newsletter)
        if deputy is None or edition.send_at is None or now >= edition.send_at:
            continue
        if now >= max(edition.send_at - deputy.before, edition.created + _GRACE):
            due = f"{edition.send_at:%Y-%m-%d %H:%M} UTC"
            with unit():
                notices.alert_once(
                    now, "ask-deputy", edition.id, title=edition.title, newsletter=edition.newsletter, due=due
                )
