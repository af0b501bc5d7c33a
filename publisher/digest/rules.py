"""What an editor decides about a digest before any post is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

MOST_POSTS: Final = 500

Content = Literal["auto", "summary", "full", "headlines"]
Grouping = Literal["none", "source", "tag"]
MissingAlt = Literal["block", "leave-out", "ack"]

# What a template shows of each post when the newsletter does not say: a digest of a single post gives it whole.
_CONTENT_OF_TEMPLATE: Final[dict[str, Content]] = {
    "full": "full",
    "headlines": "headlines",
}


def content_for(template: str, wanted: Content = "auto") -> Content:
    """Give what to show of each post: what the newsletter asks for, else what its template is made for."""
    return wanted if wanted != "auto" else _CONTENT_OF_TEMPLATE.get(template, "auto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How posts become a digest.

    `content` "auto": one post whole, several as summaries of at most `summary_words` words. `subject` None: made from
    the first headline; the same holds for `preheader`. Posts that were published before `since` are left out. `zone`
    decides which day is today. `given_order`: posts stand in the order in which they are given. `mailed`: of the posts
    that are chosen, so many stand in the mail, and the others on its web page alone; None: all stand in both.
    """

    title: str
    language: str
    zone: tzinfo = UTC
    content: Content = "auto"
    sections: Grouping = "none"
    max_posts: int = 20
    summary_words: int = 60
    missing_alt: MissingAlt = "leave-out"
    since: datetime | None = None
    subject: str | None = None
    preheader: str | None = None
    intro: str = ""
    given_order: bool = False
    web_url: str | None = None
    mailed: int | None = None

    def __post_init__(self) -> None:
        if not self.title.strip():
            message = "a digest needs a title"
            raise ValueError(message)
        if self.max_posts < 1 or self.summary_words < 1:
            message = "max_posts and summary_words must be at least 1"
            raise ValueError(message)


def with_rest_on_web(rules: Rules) -> Rules:
    """Let the web page hold what the mail has no room for, instead of leaving it out."""
    return replace(rules, max_posts=MOST_POSTS, mailed=rules.max_posts)
