"""What stands on the page of a post beside its pictures: its language, and its films and sounds with their aids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from publisher.digest import strings as mail
from publisher.jobs.posts import annotate
from publisher.jobs.posts.annotate import About, Aids
from publisher.model import Post
from publisher.store import catalogue
from publisher.web.desk import writing
from publisher.web.desk.access import Desk
from publisher.web.pages import wording_of


def read(request: HttpRequest, post: Post) -> About:
    """Read the form."""

    def line(name: str) -> str:
        return "".join(str(request.POST.get(name, "")).split())

    media = {
        at: Aids(transcript=line(f"transcript-{at}"), captions=line(f"captions-{at}")) for at in range(len(post.media))
    }
    return About(language=line("language"), media=media)


def describe(
    request: HttpRequest, desk: Desk, post: Post, typed: About | None = None, problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Give what the form needs, as it is kept or as somebody just filled it in."""
    shown = typed or annotate.about(post)
    say = wording_of(request).say
    told = {name: say(reason) for name, reason in (problems or {}).items()}
    return {
        "about": shown,
        "about_problems": list(told.items()),
        "language_problem": told.get("language", ""),
        "about_languages": _offer(desk, shown.language),
        "media": [
            {
                "place": at,
                "medium": one,
                "aids": shown.media[at],
                "transcript_problem": told.get(f"transcript-{at}", ""),
                "captions_problem": told.get(f"captions-{at}", ""),
            }
            for at, one in enumerate(post.media)
        ],
    }


def _offer(desk: Desk, current: str) -> list[str]:
    """Give the languages to choose from: those of newsletters, of posts, and those that mails can be in."""
    own = {tag for name in desk.newsletters() for tag in writing.languages_of(name)}
    known = own | set(catalogue.languages(desk.sources())) | set(mail.available()) | {current}
    return sorted(known - {""})
