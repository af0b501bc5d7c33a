"""What every template may say: our words in the language of the page, and the addresses of our files."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from publisher.digest.strings import SOURCE_LANGUAGE
from publisher.web import strings
from publisher.web.pages import style_url
from publisher.web.strings import PageWording

register = template.Library()


def _words(context: Context) -> PageWording:
    """Give the words of the page; a page outside of a request is English."""
    found = context.get("wording")
    return found if isinstance(found, PageWording) else strings.wording(SOURCE_LANGUAGE)


@register.simple_tag(takes_context=True)
def say(context: Context, message: str, **values: object) -> str:
    """Say one of our sentences: {% say "Sign up for %(name)s" name=title %}."""
    return conditional_escape(_words(context).say(message, **{key: str(value) for key, value in values.items()}))


@register.simple_tag(takes_context=True)
def count(context: Context, one: str, many: str, number: int, **values: object) -> str:
    """Say one of our sentences about a number: {% count "%(n)s edition" "%(n)s editions" total %}."""
    filled = {key: str(value) for key, value in values.items()}
    return conditional_escape(_words(context).count(one, many, number, **filled))


@register.simple_tag(takes_context=True)
def day(context: Context, moment: date) -> SafeString:
    """Write a date in full, for people and for machines."""
    said = _words(context).short_day(moment.date() if isinstance(moment, datetime) else moment)
    # HTML takes no microseconds.
    written = moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()
    return SafeString(f'<time datetime="{conditional_escape(written)}">{conditional_escape(said)}</time>')


@register.simple_tag
def style() -> str:
    """Give the address of the style sheet, which changes with its content."""
    return style_url()


@register.filter
@lru_cache(maxsize=256)
def own_name(tag: str) -> str:
    """Name a language in itself."""
    return strings.wording(tag).name_of(tag)


@register.simple_tag(takes_context=True)
def language_menu(context: Context) -> SafeString:
    """Give the links to a page in its other languages; the same on every page, and so written once."""
    return _menu(tuple(context.get("page_languages") or ()), _words(context).catalogue)


@lru_cache(maxsize=256)
def _menu(tags: tuple[str, ...], current: str) -> SafeString:
    """Write the menu of languages as pages in one of them show it."""
    known = {"page_languages": tags, "current": current, "wording": strings.wording(current)}
    return render_to_string("languages.html", known)
