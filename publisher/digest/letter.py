"""A letter to one person, in the look of the editions: confirm this, open that.

Its sentences are finished when they come here, so that a letter is written once for each language and kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mjml import mjml2html

from publisher.digest import finish, passages
from publisher.digest.look import Look
from publisher.digest.render import fill_template
from publisher.digest.strings import wording
from publisher.digest.theme import HIGH_CONTRAST, Theme, letters
from publisher.digest.view import Link
from publisher.errors import SettingsError
from publisher.model import Direction, Rendered

_MAIL = "_letter.mjml.jinja"
_TEXT = "_letter.txt.jinja"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a letter says: `paragraphs`, then its links, each on a line of its own, then `closing` in small print.

    Names and the postal address are in the language of the publisher.
    """

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    links: tuple[Link, ...]
    closing: tuple[str, ...]
    language: str
    direction: Direction
    publisher: str
    publisher_language: str = "en"
    postal_address: str = ""
    theme: Theme = field(default_factory=Theme)
    folders: tuple[Path, ...] = ()


def write_letter(letter: Letter) -> Rendered:
    """Write a letter as HTML and as text. Raises `SettingsError` for a template that cannot be rendered."""
    look = Look(newsletter=letter.publisher, publisher=letter.publisher, folders=letter.folders)
    context: dict[str, object] = {
        "letter": letter,
        "letters": letters(letter.language),
        "light": letter.theme.light,
        "dark": letter.theme.dark,
        "high_contrast": HIGH_CONTRAST,
        "start": "right" if letter.direction == "rtl" else "left",
        "end": "left" if letter.direction == "rtl" else "right",
    }
    try:
        document = mjml2html(finish.protect(fill_template(look, _MAIL, context)), fonts={})
    except ValueError as failure:
        raise SettingsError(f"template {_MAIL}", f"is no valid MJML: {failure}", "mend it") from failure
    root = finish.inline(document)
    passages.mark(root, letter.language, (letter.language, letter.publisher_language))
    finish.mend(root, role_description=wording(letter.language).say("email"))
    return Rendered(
        subject=letter.subject,
        html=finish.write(root),
        text=fill_template(look, _TEXT, context).strip() + "\n",
        web="",
        language=letter.language,
        direction=letter.direction,
    )
