"""Posts become an edition: compose -> render -> build the message -> audit.

posts + Plan -> Draft(digest, rendered, message, report)

Nothing here knows a database: a preview and a newsroom's build call the same steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from publisher.accessibility import judgement, page, report
from publisher.accessibility.audit import audit, rule_named
from publisher.accessibility.browser import Browser
from publisher.accessibility.page import Page
from publisher.accessibility.report import Override, Report
from publisher.delivery import address, message
from publisher.delivery.message import Headers
from publisher.digest.compose import compose
from publisher.digest.look import Look
from publisher.digest.render import render
from publisher.digest.rules import Rules, content_for
from publisher.digest.theme import Theme
from publisher.errors import SettingsError
from publisher.jobs.editions.clicks import Counting, counting
from publisher.model import Digest, Envelope, Finding, Gate, Link, Message, Post, Rendered, Skipped, Slot
from publisher.settings import Newsletter, Settings

# Whom a preview is addressed to: nobody (RFC 2606).
_NOBODY: Final = "reader@example.org"
_PREVIEW: Final = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lenience:
    """What the operator lets pass: single rules, each with a reason, or all of them while the gate is off."""

    is_gate_on: bool = True
    overrides: tuple[Override, ...] = ()

    def apply(self, report: Report) -> Report:
        """Let a report pass what may pass; nothing is left out of it."""
        findings = report.findings if self.is_gate_on else tuple(_only_report(finding) for finding in report.findings)
        return replace(report, findings=findings, overrides=self.overrides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How an edition is made: what goes in, how it looks, who it is from, what the gate lets pass, what is counted."""

    rules: Rules
    look: Look
    headers: Headers
    site: str
    lenience: Lenience = Lenience()
    is_in_browser: bool = False
    counting: Counting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An edition before anyone has approved it."""

    digest: Digest
    rendered: Rendered
    message: Message
    report: Report
    links: tuple[Link, ...] = ()


def plan(
    settings: Settings, name: str, newsletter: Newsletter, *, language: str | None = None, slug: str = _PREVIEW
) -> Plan:
    """Put together what the settings say of a newsletter; `name` is its key there, `slug` the edition's in the archive.

    Raises: SettingsError for a theme that cannot be read and for a sender that cannot be mailed.
    """
    spoken = language or (newsletter.languages[0] if newsletter.languages else settings.site.language)
    rules = Rules(
        title=newsletter.title,
        language=spoken,
        zone=ZoneInfo(newsletter.zone or settings.site.time_zone),
        content=content_for(newsletter.template, newsletter.content),
        sections=newsletter.sections,
        max_posts=newsletter.max_posts,
        missing_alt=settings.accessibility.missing_alt,
        web_url=f"{settings.site.url}/archive/{name}/{slug}",
    )
    look = Look(
        newsletter=newsletter.title,
        publisher=settings.site.name,
        postal_address=settings.site.postal_address,
        home=f"{settings.site.url}/",
        template=newsletter.template,
        theme=_theme(settings),
        folders=_own_templates(settings.folder),
    )
    headers = _headers(settings, name, newsletter, spoken)
    return Plan(
        rules=rules,
        look=look,
        headers=headers,
        site=settings.site.url,
        lenience=lenience(settings),
        is_in_browser=settings.accessibility.browser,
        counting=counting(settings, name, slug) if slug != _PREVIEW else None,
    )


def lenience(settings: Settings) -> Lenience:
    """Read what the operator lets pass, and why. Raises: SettingsError for a rule that does not exist."""
    declared = settings.accessibility.overrides
    for rule in declared:
        if rule_named(rule) is None:
            reason, fix = "is no rule", "The rules are listed in docs/accessibility.md"
            raise SettingsError(f"[accessibility.overrides] {rule}", reason, fix)
    overrides = tuple(Override(rule=rule, reason=reason, by="settings.toml") for rule, reason in declared.items())
    return Lenience(is_gate_on=settings.accessibility.gate == "on", overrides=overrides)


def _theme(settings: Settings) -> Theme:
    """Check the accent colours against their grounds."""
    try:
        return Theme(accent=settings.theme.accent, accent_dark=settings.theme.accent_dark)
    except ValueError as error:
        raise SettingsError("[theme]", str(error)) from error


def _own_templates(folder: Path) -> tuple[Path, ...]:
    """Give the newsroom's own folder of mail templates, which goes first, where there is one."""
    own = folder / "templates" / "email"
    return (own,) if own.is_dir() else ()


def _headers(settings: Settings, name: str, newsletter: Newsletter, language: str) -> Headers:
    """Say who an edition is from and which list it belongs to."""
    host = urlsplit(settings.site.url).hostname or "localhost"
    label = name.lower().replace("_", "-")
    try:
        return Headers(
            sender=address.parse(newsletter.sender),
            reply_to=address.parse(newsletter.reply_to) if newsletter.reply_to else None,
            list_id=f"{label}.{host if '.' in host else f'{host}.invalid'}",
            list_name=newsletter.title,
            language=language,
            archive=_archive(settings.site.url, name),
            unsubscribe_mailbox=settings.mailbox.address or None,
        )
    except ValueError as error:
        raise SettingsError(f"[newsletters.{name}]", str(error)) from error


def _archive(site: str, name: str) -> str | None:
    """Give the address of the page of all editions (RFC 2369, 3.6); None where it is too long for a header."""
    url = f"{site}/archive/{quote(name)}/"
    return url if len(url) <= message.LONGEST_VALUE else None


def make(posts: Sequence[Post], wanted: Plan, *, now: datetime, skipped: Sequence[Skipped] = ()) -> Draft:
    """Compose, render and audit an edition; `now` decides what is embargoed and which day it is.

    `skipped` is what could not be read on the way here, for the report.
    """
    digest = compose(posts, wanted.rules, now=now)
    rendered = render(digest, wanted.look)
    mailed, links = wanted.counting.wrap(rendered) if wanted.counting else (rendered, ())
    built = message.build(mailed, wanted.headers)
    mail = page.read_rendered(rendered, digest=digest, message=message.splice(built, sample_envelope(wanted.site)))
    judged = judgement.judge(digest, missing_alt=wanted.rules.missing_alt)
    web = page.read_web(rendered)
    more = report.merge(audit(web), judged, _ask_axe(mail, web) if wanted.is_in_browser else ())
    found = report.report_on(mail, more=more, skipped=skipped, repairs=rendered.repairs)
    found = replace(found, titles={shown.post.id: shown.title for shown in digest.posts()})
    return Draft(digest=digest, rendered=rendered, message=built, report=wanted.lenience.apply(found), links=links)


def _ask_axe(*pages: Page) -> tuple[Finding, ...]:
    """Ask axe in Chromium about pages. Raises: OutsideError where there is no Chromium."""
    with Browser() as browser:
        return tuple(finding for one in pages for finding in browser.audit(one))


def _only_report(finding: Finding) -> Finding:
    """Let a finding be told and stop nothing: the operator switched the gate off."""
    return replace(finding, gate=Gate.ACK) if finding.gate is Gate.BLOCK else finding


def sample_envelope(site: str) -> Envelope:
    """Address a message to nobody, with links that lead nowhere, for audits and previews."""
    return Envelope(address=_NOBODY, values=sample_links(site))


def sample_links(site: str) -> dict[Slot, str]:
    """Give links in the place of a reader's own, for audits and previews."""
    return {
        Slot.UNSUBSCRIBE: f"{site}/u/preview",
        Slot.PREFERENCES: f"{site}/p/preview",
        Slot.UNSUBSCRIBE_MAIL: "mailto:leave+preview@example.org",
    }
