"""What partners tell us: what they acted on, what they rehearse, and where they show what they got."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Final

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from pydantic import Field

from publisher.errors import UsageError
from publisher.jobs.outlets import practice
from publisher.jobs.outlets.shelf import open_shelf
from publisher.store import answers, channels, republished
from publisher.syndication import dates
from publisher.web.newsroom import newsroom
from publisher.web.outlets import posts
from publisher.web.outlets.access import PRACTICE
from publisher.web.outlets.operation import Token, answer_with, caller_of
from publisher.web.outlets.problems import ProblemError

router: Final = Router()


class Receipts(Schema):
    """Changes that you acted on: the sequences that /changes gave."""

    sequences: Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(min_length=1, max_length=1000)]


@router.post("/receipts", summary="Confirm changes", auth=Token("receipts"))
def add_receipts(request: HttpRequest, receipts: Receipts) -> HttpResponse:
    """Confirm that you acted on changes, above all on kills; what you confirm twice counts once."""
    caller = caller_of(request)
    known = answers.confirm(caller.door.outlet.key, caller.everything, receipts.sequences, datetime.now(UTC))
    return answer_with(request, {"confirmed": list(known), "unknown": sorted(set(receipts.sequences) - set(known))})


@router.get("/practice", summary="What happened in your practice channel", auth=Token("practice"))
def show_practice(request: HttpRequest) -> HttpResponse:
    """Give each practice change, with when you were told of it, when you fetched it, and when you confirmed it."""
    caller = caller_of(request)
    outlet = caller.door.outlet
    found = channels.changes((outlet.practice,), 0, 500)
    confirmed = answers.confirmed(outlet.key, [change.sequence for change in found])
    told: dict[tuple[str, int], str] = {}
    fetched: dict[tuple[str, int], str] = {}
    for response in answers.responses(outlet.name, 1000):
        kept = told if response.endpoint == "changes" else fetched  # a list of changes is not yet what they are about
        kept |= {(name, version): dates.to_rfc3339(response.at) for name, version in json.loads(response.delivered)}
    listed = [
        {
            **posts.describe_change(change),
            "told": told.get((change.item, change.revision)),
            "fetched": fetched.get((change.item, change.revision)),
            "confirmed": dates.to_rfc3339(confirmed[change.sequence]) if change.sequence in confirmed else None,
        }
        for change in found
    ]
    return answer_with(request, {"events": list(practice.EVENTS), "changes": listed})


@router.post("/practice/{event}", summary="Play something in your practice channel", auth=Token("practice"))
def play(request: HttpRequest, event: Annotated[str, Path(max_length=40)]) -> HttpResponse:
    """Play new, update, correction, kill, embargo, embargo-lift or rtl. Follow it with /changes?channel=practice."""
    shelf = open_shelf(newsroom().home, newsroom().settings.folder)
    name = caller_of(request).door.outlet.name
    try:
        sequence = practice.play(newsroom().settings, shelf, name, event, datetime.now(UTC))
    except UsageError as failure:
        raise ProblemError(409, "practice", failure.explanation) from failure
    return answer_with(
        request, {"played": event, "sequence": sequence, "follow": posts.api_url(f"changes?channel={PRACTICE}")}
    )


class Republished(Schema):
    """A page of yours, and the post of ours on it."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{24}$", description="The post, as /changes names it.")]
    url: Annotated[str, Field(pattern="^https?://", max_length=2000, description="Your page.")]


class Pages(Schema):
    """Pages of yours that show posts of ours."""

    pages: Annotated[list[Republished], Field(min_length=1, max_length=1000)]


@router.post("/republished", summary="Say where you show posts", auth=Token("receipts"))
def add_pages(request: HttpRequest, given: Pages) -> HttpResponse:
    """Say on which pages of yours posts stand, so that we can look whether alts, captions and credits survived.

    409: you have not agreed that these pages are looked at.
    """
    outlet = caller_of(request).door.outlet
    wanted = {one.id: one.url for one in given.pages}
    try:
        known = republished.tell(outlet, wanted, datetime.now(UTC))
    except UsageError as failure:
        raise ProblemError(409, "not-agreed", str(failure)) from failure
    return answer_with(request, {"kept": list(known), "unknown": sorted(set(wanted) - set(known))})


@router.get("/republished", summary="What survived on your pages", auth=Token("receipts"))
def show_pages(request: HttpRequest) -> HttpResponse:
    """Give each page that is known, with what was found on it when it was last looked at."""
    listed = [
        {
            "id": page.item,
            "url": page.url,
            "checked": dates.to_rfc3339(page.checked) if page.checked else None,
            "version": page.revision or None,
            "traces": page.report.get("traces", []),
            "reason": page.reason or None,
        }
        for page in republished.pages(caller_of(request).door.outlet)
    ]
    return answer_with(request, {"pages": listed})
