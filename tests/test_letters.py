"""Letters to one person: every kind, in every language, passes the gate that editions pass."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from publisher import language as languages
from publisher.delivery.message import splice
from publisher.digest.view import Link
from publisher.errors import GateError
from publisher.jobs.readers import letters, strings
from publisher.model import Envelope, Slot
from publisher.settings import Newsletter, Settings, Site
from publisher.web import strings as page_strings

DEMANDED = {"ar", "fa", "he", "ur", "ru", "uk", "kk", "zh", "es", "fr", "de", "cs"}
SITE = Site(name="The Harbour Post", url="https://news.example.org", postal_address="4 Quay Street, Haven")
SETTINGS = Settings(site=SITE)
NEWSLETTER = Newsletter.model_validate(
    {"title": "The Harbour Post Daily", "from": "The Harbour Post <news@example.org>", "sources": ["sample"]}
)
KINDS = ("confirm", "mailbox", "old", "new", "welcome")
LINK = "https://news.example.org/c/EAAAAAAAAAABAAAAAY5WnmgF9So79iENCTezivk"
FIELD = re.compile(r"%\((\w+)\)s")


def read(kind: str, language: str) -> EmailMessage:
    """Write a letter, let it pass the gate, and read it as its reader's program does."""
    letter = letters.compose(SETTINGS, kind, language, NEWSLETTER.title)
    message = letters.check(letter, NEWSLETTER)
    values = dict.fromkeys((Slot.LINK, Slot.UNSUBSCRIBE, Slot.PREFERENCES), LINK)
    raw = splice(message, Envelope(address="reader@example.org", values=values))
    return email.message_from_bytes(raw, policy=email.policy.default)


def text_of(mail: EmailMessage, kind: str) -> str:
    """Give one of the two parts."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("language", ["en", *sorted(DEMANDED)])
def test_every_letter_passes_the_gate(language: str) -> None:
    """In its reader's language and direction, with the same link in both parts, and nothing of a mailing list."""
    for kind in KINDS:
        mail = read(kind, language)
        page = text_of(mail, "html")
        assert mail["Content-Language"] == language
        assert f'<html lang="{language}" dir="{languages.direction(language)}"' in page
        assert LINK in page
        assert LINK in text_of(mail, "plain")
        assert mail["List-Unsubscribe"] is None
        assert mail["Auto-Submitted"] == "auto-replied"


def test_a_letter_that_cannot_be_read_is_refused() -> None:
    """A link without words does not go out, and the error says what to do."""
    good = letters.compose(SETTINGS, "confirm", "en", NEWSLETTER.title)
    with pytest.raises(GateError) as refused:
        letters.check(replace(good, links=(Link(text="", href=Slot.LINK.marker),)), NEWSLETTER)
    assert refused.value.fix


@pytest.mark.parametrize("language", sorted(DEMANDED))
def test_catalogues_are_whole(language: str) -> None:
    """Pages and letters: nothing is left in English, and every translation names the same values."""
    for folder in (Path(page_strings.__file__).parent / "locale", strings.FOLDER):
        with (folder / f"{language}.po").open("rb") as file:
            catalogue = read_po(file, locale=language)
        for message in catalogue:
            if not message.id:
                continue
            meant = message.id if isinstance(message.id, tuple | list) else (message.id,)
            written = message.string if isinstance(message.string, tuple | list) else (message.string,)
            assert all(written), message.id
            for form in map(str, written):
                assert set(FIELD.findall(form)) <= set(FIELD.findall(meant[-1]))
                assert len(meant) > 1 or sorted(FIELD.findall(form)) == sorted(FIELD.findall(meant[0]))


def test_pages_say_nothing_that_has_no_translation() -> None:
    """Every sentence of readers' pages stands in the catalogues."""
    root = Path(__file__).parents[1]
    templates = [root / "templates/web" / name for name in ("base.html", "error.html", "languages.html")]
    templates += (root / "templates/web/reader").glob("*.html")
    said: set[str] = set()
    for file in templates:
        said |= set(re.findall(r'\{%\s*say\s+"([^"]+)"', file.read_text(encoding="utf-8")))
        said |= set(re.findall(r'\{%\s*count\s+"([^"]+)"', file.read_text(encoding="utf-8")))
    for file in (root / "publisher/web/reader").glob("*.py"):
        said |= set(re.findall(r'\bsay\(\s*"([^"]+)"', file.read_text(encoding="utf-8")))
    with (root / "publisher/web/locale/de.po").open("rb") as opened:
        known = {one.id[0] if isinstance(one.id, tuple | list) else one.id for one in read_po(opened, locale="de")}
    assert said - known == set()
    assert set(page_strings.available()) >= DEMANDED | {"en"}
