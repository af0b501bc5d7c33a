"""The inbox: pages that show what was sent, for people with any browser and any aid, with no script.

Mails are hostile input: their words are escaped, their HTML stands in a frame that runs and loads nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from publisher.sandbox.account import Account, SentMessage
from publisher.sandbox.mail import Readable, make_readable

_SHOWN: Final = 200
_TABS: Final = {"html": "HTML", "text": "Text", "links": "Links", "headers": "Headers"}
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# The mail's own page: no script, no form, nothing fetched; its inline styles and embedded pictures are shown.
FRAME_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer of the inbox."""

    content: bytes
    type: str = "text/html; charset=utf-8"
    status: int = 200
    policy: str = PAGE_POLICY
    download: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a mail: its words, its address, and whether a browser may follow it."""

    words: str
    address: str
    followable: bool


_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("publisher.sandbox", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

_STYLE: Final = files("publisher.sandbox").joinpath("pages", "style.css").read_bytes()


def show(account: Account, path: str) -> Page:
    """Show the page of a path below /inbox/."""
    if path == "style.css":
        return Page(content=_STYLE, type="text/css; charset=utf-8")
    if not path:
        return _show_list(account)
    identifier, _, view = path.partition("/")
    message = account.find(identifier)
    make = _VIEWS.get(view or "html")
    if message is None or make is None:
        return _render("missing.html", 404)
    return make(message)


def _render(name: str, status: int = 200, **values: object) -> Page:
    """Fill in a page."""
    return Page(content=_ENVIRONMENT.get_template(name).render(**values).encode("utf-8", "replace"), status=status)


def _show_list(account: Account) -> Page:
    """Show the newest messages."""
    rows = [(message, make_readable(message.raw)) for message in account.latest(_SHOWN)]
    return _render("list.html", rows=rows, total=account.count())


def _show_tab(name: str) -> Callable[[SentMessage], Page]:
    """Make the view of a tab."""

    def view(message: SentMessage) -> Page:
        mail = make_readable(message.raw)
        links = list_links(mail) if name == "links" else ()
        return _render("message.html", message=message, mail=mail, tab=name, tabs=_TABS, links=links)

    return view


def _show_frame(message: SentMessage) -> Page:
    """Give the mail's HTML by itself, under a policy that runs and loads nothing."""
    html = make_readable(message.raw).html or ""
    return Page(content=html.encode("utf-8", "replace"), policy=FRAME_POLICY)


def _give_raw(message: SentMessage) -> Page:
    """Give the bytes as they were received."""
    return Page(content=message.raw, type="message/rfc822", policy=FRAME_POLICY, download=f"{message.id}.eml")


_VIEWS: Final[Mapping[str, Callable[[SentMessage], Page]]] = {
    **{name: _show_tab(name) for name in _TABS},
    "frame": _show_frame,
    "raw.eml": _give_raw,
}


class _LinkParser(HTMLParser):
    """Collects the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._address: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link; the alt text of a picture is a word of it."""
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self._address = values["href"]
            self._words = []
        elif tag == "img" and self._address is not None:
            self._words.append(values.get("alt") or "")

    def handle_data(self, data: str) -> None:
        """Collect the words of a link."""
        if self._address is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End a link."""
        if tag == "a" and self._address is not None:
            self.found.append((" ".join(" ".join(self._words).split()), self._address))
            self._address = None


def list_links(mail: Readable) -> tuple[Link, ...]:
    """List the links of a mail's HTML, in order."""
    parser = _LinkParser()
    parser.feed(mail.html or "")
    parser.close()
    return tuple(Link(words=words, address=address, followable=_is_web(address)) for words, address in parser.found)


def _is_web(address: str) -> bool:
    """Say whether an address leads to a web page."""
    try:
        return urlsplit(address.strip()).scheme in {"http", "https"}
    except ValueError:
        return False
