"""What a process does once, before the first request: nobody who comes early waits for it.

Templates are compiled, catalogues and the names of languages read, addresses resolved; what is there then stays for
good, so that the collector of rubbish need not look through it in the middle of a request.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import get_resolver

from publisher import resources
from publisher.digest import strings as mail
from publisher.web import pages, strings, tags
from publisher.web.desk import language
from publisher.web.newsroom import newsroom


def warm() -> None:
    """Do what every page needs; what a newsroom's own template gets wrong is left to the page that shows it."""
    pages.style_url()
    get_resolver().url_patterns  # noqa: B018 - reading it resolves every room
    for name in _templates():
        _compile(name)
    for tag in {*strings.available(), *language.available(), newsroom().settings.site.language}:
        strings.wording(tag).say("Desk")
        strings.PageWording(language=tag, catalogue=tag, direction="ltr").say("Desk")
    for tag in mail.available():
        tags.own_name(tag)
    gc.collect()
    gc.freeze()


def _templates() -> Iterator[str]:
    """Name every template of ours."""
    folder = Path(str(resources.find("templates/web")))
    for file in sorted(folder.rglob("*.html")):
        yield file.relative_to(folder).as_posix()


def _compile(name: str) -> None:
    """Compile one template, and those that it is made of."""
    try:
        get_template(name)
    except (TemplateDoesNotExist, TemplateSyntaxError):
        return
