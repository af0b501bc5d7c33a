"""Deputies: who is asked to approve an edition of a newsletter when nobody has, some minutes before its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.store import log, newsletters
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import DeputyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputy:
    """The addresses of those who are asked, and how long before the time of an edition."""

    addresses: tuple[str, ...]
    before: timedelta

    @property
    def minutes(self) -> int:
        """Give how many minutes before."""
        return int(self.before.total_seconds()) // 60


def of_newsletter(newsletter: str) -> Deputy | None:
    """Give the deputy of a newsletter; None: nobody is named for it."""
    return everyone().get(newsletter)


def everyone() -> Mapping[str, Deputy]:
    """Give every deputy, by newsletter."""
    with speaking_clearly():
        rows = DeputyRow.objects.exclude(addresses="").select_related("newsletter")
        return {
            row.newsletter.name: Deputy(addresses=tuple(row.addresses.split()), before=timedelta(minutes=row.minutes))
            for row in rows
        }


def name(newsletter: str, deputy: Deputy, actor: str, now: datetime) -> None:
    """Name the deputy of a newsletter instead of the one before; no address: nobody. Raises `UsageError`.

    The log tells how many there are, not who.
    """
    row = newsletters.find(newsletter)
    with unit():
        before = of_newsletter(newsletter)
        DeputyRow.objects.update_or_create(
            newsletter=row, defaults={"addresses": " ".join(deputy.addresses), "minutes": deputy.minutes}
        )
        was = {"deputies": len(before.addresses), "minutes": before.minutes} if before else {"deputies": 0}
        after = {"deputies": len(deputy.addresses), "minutes": deputy.minutes}
        log.note(now, actor, "deputy", f"newsletter {newsletter}", before=was, after=after)
