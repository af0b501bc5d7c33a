"""What somebody writes as it would stand in an edition, with what the audit finds in it; nothing of it is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape
from typing import Any, Final

from django.utils.safestring import SafeString

from publisher import language as languages
from publisher.accessibility import audit, headings, images, links, tables
from publisher.accessibility.page import Kind, read_html
from publisher.accessibility.repairs import Context
from publisher.digest import body, passages, pictures
from publisher.digest.pictures import Beside
from publisher.digest.strings import wording
from publisher.errors import FormatError
from publisher.jobs.posts import write
from publisher.model import Image, Picture, Post
from publisher.settings import desk_source
from publisher.store.manuscripts import Manuscript
from publisher.web.desk import findings
from publisher.web.desk.findings import Told
from publisher.web.newsroom import newsroom
from publisher.web.strings import PageWording

_LEVEL: Final = 3  # of the headline: the preview has a heading of its own
# That pictures are not described is said at their fields; the title of the mail stands above the headline.
_ELSEWHERE: Final = frozenset({"image-alt", "one-h1"})
_RULES: Final = tuple(
    rule for family in (headings, images, links, tables) for rule in family.RULES if rule.id not in _ELSEWHERE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Galley:
    """A manuscript as it reads: `html` is made fit for a mail, `lead` the picture above it.

    `problem` says why it cannot be read at all.
    """

    headline: str = ""
    kicker: str = ""
    language: str = ""
    html: str = ""
    lead: Picture | None = None
    told: tuple[Told, ...] = ()
    problem: str = ""

    @property
    def source(self) -> str:
        """Give where the lead picture lies, as a path of ours where it is ours."""
        return (self.lead.image.url or "").removeprefix(newsroom().url) if self.lead else ""


def pull(manuscript: Manuscript, newsletter: str, words: PageWording, now: datetime) -> Galley:
    """Set what somebody writes for a newsletter, and look at it."""
    try:
        post = write.compose(manuscript, desk_source(newsletter), "galley", now, is_draft=True)
    except FormatError as failure:
        return Galley(language=manuscript.language, problem=failure.reason)
    beside = Beside(
        post=post.id,
        headline=post.title or "",
        words=wording(manuscript.language),
        missing_alt=newsroom().settings.accessibility.missing_alt,
    )
    context = Context(
        language=manuscript.language, level=_LEVEL, headline=post.title or "", post=post.id, detect=passages.guess
    )
    made = body.adapt(post.html or "", context, images=post.images, decide=lambda image: pictures.decide(image, beside))
    above = post.images[:1] if not made.decisions else ()
    return Galley(
        headline=manuscript.headline,
        kicker=manuscript.kicker,
        language=manuscript.language,
        html=SafeString(made.html.replace(f'src="{newsroom().url}/', 'src="/')),
        lead=next((pictures.decide(image, beside).picture for image in above), None),
        told=_audit(post, above, words),
    )


def _audit(post: Post, above: tuple[Image, ...], words: PageWording) -> tuple[Told, ...]:
    """Ask the rules about what was written itself, before anything in it is mended for a mail."""
    tag = post.language or ""
    top = "".join(f'<img src="{escape(one.url or "")}" alt="{escape(one.alt or "")}">' for one in above)
    written = (
        f'<!doctype html><html lang="{escape(tag)}" dir="{languages.direction(tag)}"><head><title>–</title></head>'
        f"<body><main><h1>{escape(post.title or '–')}</h1>{top}{post.html or ''}</main></body></html>"
    )
    found = audit.audit(read_html(written, kind=Kind.WEB), _RULES)
    groups = findings.group({"findings": [_describe(asdict(one)) for one in found]}, (), words)
    return tuple(told for _, _, members in groups for told in members)


def _describe(finding: dict[str, Any]) -> dict[str, Any]:
    """Write a finding as a report keeps it."""
    return {**finding, "gate": finding["gate"].value, "severity": finding["severity"].value, "post": None}
