"""The settings as they are declared: read-only, each with its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.desk.declared import Said, name_variables, number_lines
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of

_FILE: Final = "settings.toml"


@require_safe
@at_desk
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show one section of the settings, and the way to the others."""
    desk.require("settings")
    file = Path(os.environ.get("PUBLISHER_SETTINGS", _FILE))
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    said = Said(lines=number_lines(text), variables=name_variables(os.environ), words=wording_of(request))
    sections = {one.name: one for one in said.read(newsroom().settings)}
    chosen = sections.get(request.GET.get("section", ""), sections["site"])
    values = {"part": "settings", "names": list(sections), "section": chosen, "settings_file": str(file.absolute())}
    return page(request, desk, "settings.html", values)
