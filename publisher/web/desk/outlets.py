"""Partner outlets as they are declared: channels and tokens, what each pulled last, kills open and confirmed."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.store import answers, outlets
from publisher.store.outlets import Outlet
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.desk.survival import may
from publisher.web.newsroom import newsroom

_LAST: Final = 5


@require_safe
@at_desk
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the outlets that may pull a channel which somebody may see."""
    channels = desk.channels()
    known = {one.name: one for one in outlets.all_outlets()}
    declared = newsroom().settings.outlets
    names = [*declared, *(name for name in known if name not in declared)]
    rows = [_row(desk, name, known.get(name)) for name in names]
    shown = [row for row in rows if desk.may("look") or set(row["channels"]) & set(channels)]
    open_kills = [one for one in answers.unconfirmed_kills() if desk.may("look") or one.channel in channels]
    values = {"part": "outlets", "outlets": shown, "kills": open_kills, "settings_file": "settings.toml"}
    return page(request, desk, "outlets.html", values)


def _row(desk: Desk, name: str, known: Outlet | None) -> dict[str, Any]:
    """Give what is to be said of one outlet; one that never came near has nothing but what is declared."""
    declared = newsroom().settings.outlets.get(name)
    return {
        "name": name,
        "has_pages": known is not None and may(desk, "look", known),
        "channels": known.channels if known else (declared.channels if declared else ()),
        "declared": declared is not None,
        "active": known.active if known else True,
        "tokens": outlets.tokens(name) if known else (),
        "responses": answers.responses(name, _LAST) if known else (),
        "receipts": answers.receipts(name, _LAST) if known else (),
    }
