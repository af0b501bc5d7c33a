"""settings.toml and the environment, read once into one frozen `Settings`.

Every key can also be set by an environment name with two underscores between its parts: `PUBLISHER_SES__REGION`. A
mistake is a `SettingsError` that names the file, the key, why, and for an unknown key the nearest known one. Paths are
relative to the file. Secrets come from the environment only.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import typing
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails

from publisher import language
from publisher.errors import SettingsError

_DURATION: Final = re.compile(r"(\d+)\s*([smhd])")
_NIGHT: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_LEAVING: Final = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LONGEST_LEAVING: Final = 28  # what a line of a mail has room for beside the token
_NOT_KEYS: Final = frozenset({"folder", "home"})  # fields that no file sets
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PREFIX: Final = "PUBLISHER_"
_SECRETS: Final = frozenset({("smtp", "password"), ("mailbox", "password"), ("sign_on", "client_secret")})


def _read_duration(value: object) -> object:
    """Turn "90s", "30m", "6h" or "7d" into a timedelta."""
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value.strip())
    if not found:
        message = f'{value!r} is no duration; write a number and a unit, such as "30m", "6h" or "7d"'
        raise ValueError(message)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _read_list(value: object) -> object:
    """Turn the comma-separated text of an environment variable into a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _read_zone(value: object) -> object:
    """Refuse what is no IANA time zone."""
    if isinstance(value, str) and value not in available_timezones():
        near = difflib.get_close_matches(value, available_timezones(), n=1)
        message = f"{value!r} is no IANA time zone" + (f"; did you mean {near[0]!r}?" if near else "")
        raise ValueError(message)
    return value


def _read_tag(value: object) -> object:
    """Write a language tag as BCP 47 does; refuse what names no language."""
    if isinstance(value, str):
        tag = language.normalise(value)
        if tag is None:
            message = f'{value!r} is no registered language tag; write one such as "en", "fa" or "pt-BR"'
            raise ValueError(message)
        return tag
    return value


def _read_sender(value: object) -> object:
    """Refuse a From that is not one address."""
    if isinstance(value, str):
        address = parseaddr(value)[1]
        if address.count("@") != 1 or not all(address.split("@")) or "\n" in value or "\r" in value:
            message = f'{value!r} is no sender; write "Name <name@example.org>"'
            raise ValueError(message)
    return value


def _read_line(value: object) -> object:
    """Write a name on one line: it stands in headers of mails."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _read_night(value: object) -> object:
    """Refuse a span of the night that is not two times of the day."""
    if isinstance(value, str) and value and not _NIGHT.fullmatch(value):
        message = f'{value!r} is no part of the day; write one such as "22:00-07:00"'
        raise ValueError(message)
    return value


def _read_leaving(value: object) -> object:
    """Refuse an address that cannot take a token, or has no room for it on a line of a mail."""
    if isinstance(value, str) and value and (len(value) > _LONGEST_LEAVING or not _LEAVING.fullmatch(value)):
        shape = f'one of up to {_LONGEST_LEAVING} characters such as "leave@example.org"'
        message = f"{value!r} cannot take unsubscriptions; write {shape}"
        raise ValueError(message)
    return value


def _read_topic(value: object) -> object:
    """Refuse a name that is no topic's."""
    if isinstance(value, str) and not re.fullmatch(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+", value):
        message = f'{value!r} is no topic; write one such as "arn:aws:sns:eu-central-1:111122223333:ses-events"'
        raise ValueError(message)
    return value


def _read_origin(value: object) -> object:
    """Refuse a site address that is not absolute; drop the slash at its end."""
    if isinstance(value, str):
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            message = f'{value!r} is no address; write one such as "https://news.example.org"'
            raise ValueError(message)
        return value.rstrip("/")
    return value


Duration = Annotated[timedelta, BeforeValidator(_read_duration)]
Names = Annotated[tuple[str, ...], BeforeValidator(_read_list)]
Topics = Annotated[tuple[Annotated[str, BeforeValidator(_read_topic)], ...], BeforeValidator(_read_list)]
Zone = Annotated[str, BeforeValidator(_read_zone)]
Tag = Annotated[str, BeforeValidator(_read_tag)]
Tags = Annotated[tuple[Tag, ...], BeforeValidator(_read_list)]
Line = Annotated[str, BeforeValidator(_read_line), Field(min_length=1)]
Sender = Annotated[str, BeforeValidator(_read_sender)]
Night = Annotated[str, BeforeValidator(_read_night)]
Leaving = Annotated[str, BeforeValidator(_read_leaving)]
Origin = Annotated[str, BeforeValidator(_read_origin)]
_FOLDER: Final = r"^[A-Za-z0-9 ._/-]*$"
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Format = Literal[
    "rss",
    "atom",
    "jsonfeed",
    "ninjs",
    "newsmlg2",
    "nitf",
    "html",
    "text",
    "epub",
    "zip",
]


class _Section(BaseModel):
    """A table of settings.toml: closed, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, populate_by_name=False)


Reason = Annotated[str, Field(min_length=10)]


class Site(_Section):
    """Who publishes, and where readers find it."""

    name: Line
    url: Origin = "http://localhost:8000"
    language: Tag = "en"
    time_zone: Zone = "UTC"
    postal_address: str = ""


class Database(_Section):
    """Where the truth lives; None: SQLite in the home."""

    url: str | None = Field(default=None, pattern=r"^(sqlite:///|postgres(ql)?://)")


class Ses(_Section):
    """How messages leave."""

    region: str | None = None
    configuration_set: str | None = None
    endpoint_url: Origin | None = None
    transport: Literal["ses", "smtp", "outbox"] = "ses"
    in_doubt: Literal["hold", "reconcile", "resend"] = "hold"
    silence: Duration = timedelta(minutes=15)
    after_silence: Literal["hold", "resend"] = "hold"
    read_timeout: Duration = timedelta(seconds=60)
    client: Literal["lean", "boto3"] = "lean"
    urgent_share: float = Field(default=0.0, ge=0.0, le=0.9)


class Events(_Section):
    """Where SES tells what became of a message."""

    queue_url: str | None = None
    topic_arns: Topics = ()


class Accessibility(_Section):
    """What the gate does."""

    gate: Literal["on", "report"] = "on"
    missing_alt: Literal["block", "leave-out", "ack"] = "leave-out"
    browser: bool = False
    partner_pages: Duration = timedelta(days=1)
    overrides: Mapping[str, Reason] = {}


class Theme(_Section):
    """The accent colour of mails and pages: for links and hairlines, on light and on dark ground."""

    accent: Colour = "#0b4f8a"
    accent_dark: Colour = "#9ecbff"


class Network(_Section):
    """Hosts and networks that the program may fetch from although they are private, and who is asked for names."""

    allow_private: Names = ()
    resolver: str = Field(default="", pattern=r"^([0-9A-Fa-f.:]+|\[[0-9A-Fa-f:]+\]:\d{1,5})?$")


class Source(_Section):
    """A feed, a folder or a list of feeds that posts are pulled from: an address or a path, one of the two."""

    url: str | None = Field(default=None, pattern=r"^https?://")
    path: Path | None = None
    every: Duration = timedelta(minutes=30)
    language: Tag | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        """Refuse a source that lies nowhere or at two places."""
        if (self.url is None) == (self.path is None):
            message = "a source has either url or path"
            raise ValueError(message)
        return self


class Newsletter(_Section):
    """What people subscribe to."""

    title: Line
    sender: Sender = Field(alias="from")
    reply_to: Sender | None = None
    sources: Names = Field(min_length=1)
    schedule: str = ""
    zone: Zone | None = None
    languages: Tags = ()
    template: str = Field(default="digest", pattern=r"^[a-z][a-z0-9-]*$")
    content: Literal["auto", "summary", "full"] = "auto"
    sections: Literal["none", "source", "tag"] = "none"
    approval: Literal["editor", "two", "automatic"] = "editor"
    start: date | None = None
    lateness: Duration = timedelta(hours=6)
    cut_off: Duration = timedelta(0)
    holidays: tuple[date, ...] = ()
    reader_time: bool = False
    paused: bool = False
    daily: str = ""
    weekly: str = ""
    breaking: Names = ()
    most_a_day: int = Field(default=3, ge=1, le=100)
    quiet: Night = ""
    covers: Names = ()
    only_tags: Names = ()
    only_languages: Tags = ()
    count_clicks: bool = False
    max_posts: int = Field(default=20, ge=1, le=500)

    @model_validator(mode="after")
    def _alerts_break(self) -> Self:
        """Refuse what only alerts know where nothing is breaking."""
        if not self.breaking and (names := {"most_a_day", "covers"} & self.model_fields_set):
            message = f"{min(names)} is for alerts: add breaking, which says which posts are"
            raise ValueError(message)
        return self


class Channel(_Section):
    """A named selection of posts that outlets may pull."""

    title: Line
    sources: Names = Field(min_length=1)
    formats: Annotated[tuple[Format, ...], BeforeValidator(_read_list)] = (
        "rss",
        "atom",
        "jsonfeed",
        "ninjs",
        "html",
        "text",
        "zip",
    )
    rights: str = ""
    languages: Tags = ()
    tags: Names = ()
    kickers: Names = ()
    missing_alt: Literal["flag", "block"] = "flag"
    hubs: Annotated[tuple[Origin, ...], BeforeValidator(_read_list)] = ()


class Outlet(_Section):
    """A partner organisation, the channels it may pull, and where it agrees that its pages are looked at."""

    channels: Names = Field(min_length=1)
    site: Origin | None = None


class Web(_Section):
    """How the pages stand in the network: how many proxies of ours are in front of them."""

    proxies: int = Field(default=0, ge=0, le=10)


class SignOn(_Section):
    """The newsroom's own sign-on (OpenID Connect); the secret comes from PUBLISHER_SIGN_ON__CLIENT_SECRET."""

    server_url: Origin | None = None
    client_id: str = ""
    name: str = "Single sign-on"
    client_secret: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse half of what a sign-on takes."""
        if (self.server_url is None) != (not self.client_id):
            message = "a sign-on needs both server_url and client_id"
            raise ValueError(message)
        return self


class SignUp(_Section):
    """What the sign-up form takes, how many confirmation mails a day it may cause, and for how long it waits."""

    open: bool = True
    disposable: Literal["accept", "refuse"] = "accept"
    per_address: int = Field(default=3, ge=1)
    per_domain: int = Field(default=2000, ge=1)
    per_network: int = Field(default=50, ge=1)
    keep: Duration = timedelta(days=7)


class Smtp(_Section):
    """The server of the smtp transport; the password comes from PUBLISHER_SMTP__PASSWORD."""

    host: str = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    user: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    password: SecretStr = SecretStr("")
    return_path: Sender | None = None


class Mailbox(_Section):
    """Where bounces and unsubscriptions by mail arrive: a mailbox read over IMAP, or a bucket that SES receives into.

    The password comes from PUBLISHER_MAILBOX__PASSWORD.
    """

    address: Leaving = ""
    host: str = ""
    port: int = Field(default=993, ge=1, le=65535)
    user: str = ""
    security: Literal["tls", "starttls", "none"] = "tls"
    password: SecretStr = SecretStr("")
    token_command: str = ""
    token_file: Path | None = None
    folder: str = Field(default="INBOX", pattern=_FOLDER)
    done: str = Field(default="", pattern=_FOLDER)
    every: Duration = timedelta(minutes=1)
    queue_url: str | None = None
    bucket: str | None = None

    @model_validator(mode="after")
    def _somebody_reads(self) -> Self:
        """Refuse an address that nobody reads, and half of what SES receives into."""
        if (self.queue_url is None) != (self.bucket is None):
            message = "mail that SES receives needs both queue_url and bucket"
            raise ValueError(message)
        ways = [self.token_command, self.token_file, self.password.get_secret_value()]
        if sum(map(bool, ways)) > 1:
            message = (
                "there are several ways to log in: leave all but one of password, token_command and token_file out"
            )
            raise ValueError(message)
        if self.address and not self.is_read:
            message = 'nobody reads address: add host = "imap.example.org", or queue_url and bucket'
            raise ValueError(message)
        return self

    @property
    def is_read(self) -> bool:
        """Say whether there is something to read."""
        return bool(self.host or self.queue_url)


class Notify(_Section):
    """Who is told what happened: editors, operators, and the deputy when nobody approves in time."""

    mail: Names = ()
    operators: Names = ()
    deputy: Names = ()
    sender: Sender | None = Field(default=None, alias="from")
    overdue: Duration = timedelta(minutes=30)
    silent: Duration = timedelta(days=7)
    webhook: Origin | None = None
    heartbeat: Origin | None = None


class MediaStore(_Section):
    """Where pictures are kept, and from where mails show them."""

    store: Literal["folder", "s3"] = "folder"
    bucket: str | None = None
    host: Literal["source", "own"] = "source"

    @model_validator(mode="after")
    def _bucket_named(self) -> Self:
        """Refuse S3 without a bucket, and a bucket that nothing goes into."""
        if (self.store == "s3") != bool(self.bucket):
            message = 'store = "s3" needs bucket = "name", and a bucket needs store = "s3"'
            raise ValueError(message)
        return self


class Settings(_Section):
    """Every choice of the operator. `folder` is the folder of the file: where alts.toml and relative paths lie.

    `home` is the folder of what the program keeps, which a command names; None: there is none, as for a preview.
    """

    folder: Path = Path()
    home: Path | None = None
    site: Site
    database: Database = Database()
    ses: Ses = Ses()
    events: Events = Events()
    accessibility: Accessibility = Accessibility()
    theme: Theme = Theme()
    network: Network = Network()
    sources: Mapping[str, Source] = {}
    newsletters: Mapping[str, Newsletter] = {}
    channels: Mapping[str, Channel] = {}
    outlets: Mapping[str, Outlet] = {}
    web: Web = Web()
    sign_up: SignUp = SignUp()
    sign_on: SignOn = SignOn()
    smtp: Smtp = Smtp()
    mailbox: Mailbox = Mailbox()
    notify: Notify = Notify()
    media: MediaStore = MediaStore()

    @model_validator(mode="after")
    def _names_known(self) -> Self:
        """Refuse a name that another section should declare and does not."""
        known = {*self.sources, *map(desk_source, self.newsletters)}
        for kind, things in (("newsletters", self.newsletters), ("channels", self.channels)):
            for name, thing in things.items():
                for source in thing.sources:
                    _require_known(f"{kind}.{name}.sources", source, "sources", known)
        for name, newsletter in self.newsletters.items():
            for other in newsletter.covers:
                _require_known(f"newsletters.{name}.covers", other, "newsletters", self.newsletters)
            if newsletter.count_clicks and not _is_private(self.site.url):
                message = "links of mails lead over the site, which is not https: mend url in [site] first"
                raise _UnknownNameError(f"newsletters.{name}.count_clicks", message)
        for name, outlet in self.outlets.items():
            for channel in outlet.channels:
                _require_known(f"outlets.{name}.channels", channel, "channels", self.channels)
        return self

    @model_validator(mode="after")
    def _desk_is_ours(self) -> Self:
        """Refuse a source by the name of one that the desk keeps."""
        for name in map(desk_source, self.newsletters):
            if name in self.sources:
                message = "the desk keeps its own posts under this name: choose another one"
                raise _UnknownNameError(f"sources.{name}", message)
        return self

    def read_by(self, newsletter: str) -> tuple[str, ...]:
        """Name the sources that a newsletter reads: those declared, and what editors write for it."""
        return tuple(dict.fromkeys((*self.newsletters[newsletter].sources, desk_source(newsletter))))


def desk_source(newsletter: str) -> str:
    """Name the source of what editors write for a newsletter; other newsletters and channels may name it, too."""
    return f"desk.{newsletter}"


class _UnknownNameError(ValueError):
    """A name that no section declares; carries the key that holds it."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def _is_private(site: str) -> bool:
    """Say whether nobody on the way sees what is asked of a site: by https, or on this machine."""
    parts = urlsplit(site)
    return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}


def _require_known(key: str, name: str, section: str, known: Collection[str]) -> None:
    """Refuse `name` unless `section` declares it."""
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; declare [{section}.{name}]"
        raise _UnknownNameError(key, f"{name!r} is not declared under [{section}]{hint}")


BUILT_IN: Final = Settings(site=Site(name="Publisher"))


def load(path: Path, environ: Mapping[str, str], *, required: bool = True) -> Settings:
    """Read a settings file and lay the environment over it.

    With `required` False a file that is not there means the built-in defaults. Raises `SettingsError`.
    """
    if not path.exists() and not required:
        tables: dict[str, Any] = {"site": {"name": BUILT_IN.site.name}}
    else:
        tables = _read_toml(path)
    _refuse_secrets(path, tables)
    origin: dict[str, str] = {}
    for name, keys, value in _environment(environ):
        _lay(tables, keys, value)
        origin[".".join(keys)] = name
    for key in _NOT_KEYS & tables.keys():
        raise SettingsError(f"{path}: {key}", "unknown key", "remove it")
    try:
        settings = Settings.model_validate({**tables, "folder": path.parent})
    except ValidationError as failure:
        raise _explain(path, failure, origin) from failure
    return settings.model_copy(update={"sources": _resolve(settings.sources, path.parent)})


def _resolve(sources: Mapping[str, Source], folder: Path) -> Mapping[str, Source]:
    """Make the paths of sources relative to the folder of the file."""
    return {
        name: source.model_copy(update={"path": folder / source.path}) if source.path else source
        for name, source in sources.items()
    }


def _read_toml(path: Path) -> dict[str, Any]:
    """Read the file. Raises `SettingsError` with line and column for a syntax error."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as failure:
        raise SettingsError(str(path), "there is no such file", "make one with: publisher init DIR") from failure
    except IsADirectoryError as failure:
        raise SettingsError(str(path), "is a folder", "name the settings.toml in it") from failure
    except (OSError, UnicodeDecodeError) as failure:
        raise SettingsError(str(path), f"cannot be read: {failure}") from failure
    except tomllib.TOMLDecodeError as failure:
        raise SettingsError(str(path), f"is no valid TOML: {failure}") from failure


def _refuse_secrets(path: Path, tables: Mapping[str, Any]) -> None:
    """Refuse a secret in the file: files are shared, copied and committed."""
    for section, key in _SECRETS:
        table = tables.get(section)
        if isinstance(table, dict) and key in table:
            name = f"{_PREFIX}{section.upper()}__{key.upper()}"
            raise SettingsError(f"{path}: {section}.{key}", "a secret does not belong in a file", f"set {name} instead")


def _environment(environ: Mapping[str, str]) -> Iterator[tuple[str, list[str], object]]:
    """Give the names, keys and values that the environment sets: names with `__` only."""
    for name, text in sorted(environ.items()):
        if name.startswith(_PREFIX) and "__" in name:
            keys = name.removeprefix(_PREFIX).lower().split("__")
            yield name, keys, text if (keys[0], keys[-1]) in _SECRETS else _read_value(text)


def _read_value(text: str) -> object:
    """Read a value as TOML would, else as the text that it is."""
    try:
        return tomllib.loads(f"value = {text}")["value"] if "\n" not in text else text
    except tomllib.TOMLDecodeError:
        return text


def _lay(tables: dict[str, Any], keys: list[str], value: object) -> None:
    """Put a value at its place among nested tables; a name written with hyphens in the file is found as well."""
    table = tables
    for number, key in enumerate(keys):
        known = next((name for name in table if name.lower().replace("-", "_") == key), key)
        if number == len(keys) - 1:
            table[known] = value
            return
        below = table.setdefault(known, {})
        if not isinstance(below, dict):
            place = ".".join(keys)
            raise SettingsError(f"environment: {place}", f"{known} is a value, not a section")
        table = below


def _explain(path: Path, failure: ValidationError, origin: Mapping[str, str]) -> SettingsError:
    """Turn a mistake into an error that names file (or environment) and key, the reason and the way out.

    Of several the unknown key comes first: a misspelt key is often why another one is missing.
    """
    details = failure.errors(include_url=False)
    detail = min(details, key=lambda one: one["type"] != "extra_forbidden")
    cause = detail.get("ctx", {}).get("error")
    key = cause.key if isinstance(cause, _UnknownNameError) else ".".join(str(part) for part in detail["loc"])
    subject = f"environment {origin[key]}" if key in origin else f"{path}: {key}" if key else str(path)
    if detail["type"] == "extra_forbidden":
        return SettingsError(subject, "unknown key", _nearest(detail["loc"]))
    if detail["type"] == "missing":
        return SettingsError(subject, "is required and missing", f"add {detail['loc'][-1]} = ...")
    return SettingsError(subject, _reason(detail))


def _reason(detail: ErrorDetails) -> str:
    """Say why a value was refused, in our words where pydantic's are for programmers."""
    context = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        return f"{detail['input']!r} is not one of {context.get('expected')}"
    if detail["type"] in {"model_type", "model_attributes_type", "mapping_type", "dict_type"}:
        return f"{detail['input']!r} is a value, where a section [{detail['loc'][0]}] belongs"
    if detail["type"] == "string_pattern_mismatch":
        return f"{detail['input']!r} is not of the form {context.get('pattern')}"
    return detail["msg"].removeprefix("Value error, ")


def _nearest(location: tuple[int | str, ...]) -> str:
    """Name the known key that an unknown one resembles most, or all that its section knows."""
    known = _known_keys(location[:-1])
    near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
    return f"the nearest known key is {near[0]!r}" if near else f"known here: {', '.join(known)}"


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """List the keys that the section at a place of the file knows."""
    section: type[BaseModel] = Settings
    for part in location:
        field = next((f for name, f in section.model_fields.items() if (f.alias or name) == part), None)
        if field is not None:
            section = _section_of(field.annotation) or section
    return sorted(field.alias or name for name, field in section.model_fields.items() if name not in _NOT_KEYS)


def _section_of(annotation: object) -> type[BaseModel] | None:
    """Find the section class inside an annotation such as Mapping[str, Source]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) is Mapping:
        return next((found for inner in typing.get_args(annotation) if (found := _section_of(inner))), None)
    return None
