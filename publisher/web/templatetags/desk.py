"""What the desk's templates say besides our words: moments in the newsroom's zone, numbers, states, shares."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from publisher import language as languages
from publisher.settings import Site
from publisher.web.desk import language
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of
from publisher.web.strings import PageWording

register = template.Library()

# every word that a state, a verdict or a role is shown by; catalogues hold them
WORDS: Final = {
    "draft": "Draft: something must be fixed",
    "ready": "Ready: waits for approval",
    "approved": "Approved",
    "sending": "On its way",
    "paused": "Paused",
    "sent": "Sent",
    "held": "Held: somebody must mend something",
    "cancelled": "Cancelled",
    "pending": "Waiting",
    "accepted": "Accepted",
    "in_doubt": "In doubt",
    "failed": "Failed",
    "skipped": "Skipped",
    "delivered": "Delivered",
    "bounced": "Bounced",
    "complained": "Complained",
    "active": "Subscribed",
    "unsubscribed": "Unsubscribed",
    "erased": "Forgotten for good",
    "ses-list": "On the list of the sending account",
    "usable": "May be published",
    "withheld": "Kept back",
    "canceled": "Withdrawn",
    "viewer": "Viewer",
    "editor": "Editor",
    "approver": "Approver",
    "admin": "Admin",
    "critical": "Critical",
    "serious": "Serious",
    "moderate": "Moderate",
    "minor": "Minor",
    "look": "Look at everything there is",
    "edit": "Write, describe pictures, put in order",
    "build": "Make editions",
    "test": "Send tests",
    "mend": "Look into barriers",
    "approve": "Approve editions",
    "schedule": "Choose when editions go out",
    "send": "Send editions at once",
    "stop": "Pause, resume and cancel",
    "settle": "Settle doubt",
    "withdraw": "Correct and kill posts",
    "deputy": "Name who is asked before the cut-off",
    "audit": "Look at partners' pages again",
    "trace-alt": "Descriptions (alt text)",
    "trace-caption": "Captions",
    "trace-credit": "Credits",
    "trace-correction": "Corrections",
    "trace-kill": "Kills: the story is gone",
    "people": "Look after subscribers",
    "rights": "Give and take roles",
    "log": "Read the log",
    "settings": "Look at the settings",
    "undescribed": "Pictures without a description",
    "repeated": "Description repeats the caption",
    "no-language": "Without a language",
    "no-title": "Without a title",
    "barrier-picture": "A picture that is not described",
    "barrier-captions": "A film or a sound without captions or transcript",
    "barrier-structure": "Headings, lists, tables or order",
    "barrier-contrast": "Colours, sizes or spacing",
    "barrier-language": "Hard words, or a voice that reads them wrong",
    "barrier-other": "Something else",
    "holds-email": "Address",
    "holds-name": "Name",
    "holds-language": "Language",
    "holds-status": "State",
    "holds-consent_at": "when they agreed",
    "holds-consent_source": "how they agreed",
    "holds-tags": "Tags",
    "holds-format": "HTML, text or large print",
    "holds-zone": "Time zone",
    "holds-frequency": "How often they want it",
}


def _wording(context: Context) -> PageWording:
    """Give the words of the page."""
    return wording_of(context["request"])


@register.simple_tag(takes_context=True)
def moment(context: Context, when: datetime | None, zone: str = "") -> str:
    """Write a moment, in the newsroom's zone unless another one is named, for people and for machines.

    The city of another zone is said with it.
    """
    if when is None:
        return "–"
    home = newsroom().settings.site.time_zone
    local = when.astimezone(ZoneInfo(zone or home))
    words = _wording(context)
    locale = Locale.parse(words.language, sep="-")
    day, clock = format_date(local, format="medium", locale=locale), format_time(local, format="short", locale=locale)
    said = words.digits(f"{day}, {clock}") + (f" ({words.city(zone)})" if zone not in {"", home} else "")
    written = local.isoformat(timespec="seconds")
    return SafeString(f'<time datetime="{written}">{conditional_escape(said)}</time>')


@register.simple_tag(takes_context=True)
def number(context: Context, value: int) -> str:
    """Write a number with the digits and separators of the page's language."""
    return _wording(context).number(value)


@register.simple_tag(takes_context=True)
def state(context: Context, name: object) -> str:
    """Say a state, a role or a severity in words."""
    said = str(getattr(name, "value", name))
    return _wording(context).say(WORDS[said]) if said in WORDS else said


@register.simple_tag(takes_context=True)
def share(context: Context, part: int, whole: int) -> str:
    """Write a part of a whole in per cent; a dash where there is nothing."""
    return _wording(context).digits(f"{100 * part / whole:.0f} %") if whole else "–"


@register.simple_tag
def desk_languages() -> tuple[str, ...]:
    """Give the languages that the desk is written in."""
    return language.available()


@register.simple_tag
def newsroom_site() -> Site:
    """Give who publishes; the pages of accounts know another thing by the name of `site`."""
    return newsroom().settings.site


@register.simple_tag
def direction(tag: str | None) -> str:
    """Give the direction of a language; "auto" where none is known."""
    return languages.direction(tag) if tag else "auto"


@register.filter
def holding(field: str) -> str:
    """Give the name of what a column of a list holds, for `state`."""
    return f"holds-{field}"


@register.filter
def get(values: Any, key: str) -> Any:  # noqa: ANN401 - a mapping of anything
    """Look something up by a name that is known only here."""
    return values.get(key)


@register.filter
def is_list(value: object) -> bool:
    """Say whether something is a list of things."""
    return isinstance(value, list | tuple)
