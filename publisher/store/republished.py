"""Pages on which outlets show our posts, where they agreed to it, and what of the posts was found there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from publisher.errors import UsageError
from publisher.model import Post, Status
from publisher.store import codec, counters, log, outlets
from publisher.store.channels import Change
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import ChangeRow, FactRow, ItemRow, OutletRow, RepublishedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of an outlet with a post of ours; `item` names the post as the API does, `post` is its row.

    `report` is what was found the last time, `reason` why the page could not be read, `checked` None: nobody looked.
    """

    key: int
    item: str
    post: int
    channel: str
    url: str
    told: datetime
    checked: datetime | None = None
    revision: int = 0
    report: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""


def agree(name: str, site: str, *, actor: str, now: datetime) -> None:
    """Keep that an outlet lets its pages below an address be looked at; "" takes it back. Raises `UsageError`."""
    outlet = outlets.find(name)
    with unit():
        OutletRow.objects.filter(pk=outlet.key).update(site=site)
        counters.raise_by(counters.ACCESS)
        log.note(now, actor, "site", f"outlet {name}", site=site)


def tell(outlet: outlets.Outlet, found: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    """Keep where an outlet shows posts, by the name that the API gives them; gives those that it may have.

    Raises `UsageError` for a page that does not lie below the site that it agreed to.
    """
    wrong = next((url for url in found.values() if not is_below(url, outlet.site)), None)
    if wrong is not None:
        where = f"below {outlet.site}" if outlet.site else "anywhere"
        raise UsageError(wrong, f"outlet {outlet.name} did not agree that pages are looked at {where}")
    known: list[str] = []
    with unit():
        rows = ItemRow.objects.filter(
            channel__name__in=(*outlet.channels, outlet.practice), folder__in=list(found), revision__gt=0
        )
        for row in rows.order_by("pk"):
            url = found[row.folder]
            RepublishedRow.objects.update_or_create(
                outlet_id=outlet.key, item=row, defaults={"url": url, "told_at": now}
            )
            known.append(row.folder)
    return tuple(dict.fromkeys(known))


def is_below(url: str, site: str) -> bool:
    """Say whether a page lies below an address."""
    return bool(site) and f"{url}/".startswith(f"{site.rstrip('/')}/")


def pages(outlet: outlets.Outlet) -> tuple[Page, ...]:
    """Give the pages of an outlet, in the order in which they were told."""
    with speaking_clearly():
        rows = RepublishedRow.objects.filter(outlet_id=outlet.key).select_related("item__channel").order_by("pk")
        return tuple(
            Page(
                key=row.pk,
                item=row.item.folder,
                post=row.item.post_id,
                channel=row.item.channel.name,
                url=row.url,
                told=row.told_at,
                checked=row.checked_at,
                revision=row.revision,
                report=row.report,
                reason=row.reason,
            )
            for row in rows
        )


def titles(found: Sequence[Page]) -> dict[int, str]:
    """Give the titles of the posts on some pages, by their rows, as lists show them."""
    with speaking_clearly():
        rows = FactRow.objects.filter(post__in=[page.post for page in found])
        return dict(rows.values_list("post", "title"))


def keep(page: int, revision: int, report: Mapping[str, object], reason: str, now: datetime) -> None:
    """Keep what was found on a page."""
    with unit():
        RepublishedRow.objects.filter(pk=page).update(
            revision=revision, report=dict(report), reason=reason, checked_at=now
        )


def before_kill(change: Change) -> Post | None:
    """Give the newest usable version of a withdrawn post that partners were told of; None: it is forgotten."""
    with speaking_clearly():
        rows = ChangeRow.objects.filter(
            channel__name=change.channel, item__folder=change.item, status=Status.USABLE.value
        )
        row = rows.select_related("version").order_by("-sequence").first()
        return codec.read(Post, row.version.body) if row else None
