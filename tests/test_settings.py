"""settings.toml and the environment: what is read, and how each mistake is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from publisher.errors import SettingsError
from publisher.settings import BUILT_IN, Settings, load

REPOSITORY = Path(__file__).parents[1]
SITE = '[site]\nname = "Test"\n'
NEWSLETTER = '[sources.a]\npath = "a"\n[newsletters.d]\ntitle = "T"\nfrom = "N <n@example.org>"\nsources = ["a"]\n'


def read(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """Write a settings file and load it."""
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ or {})


def test_the_shipped_file_loads_and_declares_what_it_says() -> None:
    """settings.toml of the project runs as it stands."""
    settings = load(REPOSITORY / "settings.toml", {})
    assert settings.newsletters["daily"].start == date(2026, 11, 1)
    assert settings.newsletters["daily"].lateness == timedelta(hours=6)
    assert settings.sources["sample"].path == REPOSITORY / "feeds/sample"


def test_every_key_is_in_the_shipped_file_with_a_comment() -> None:
    """A key that an operator may set stands in settings.toml, and a word of explanation beside it."""
    text = (REPOSITORY / "settings.toml").read_text(encoding="utf-8")
    sections = {name: field for name, field in Settings.model_fields.items() if name not in {"folder", "home"}}
    for name in sections:
        assert re.search(rf"^(# )?\[{name}[.\]]", text, re.MULTILINE), f"[{name}] is not in settings.toml"
    for line in text.splitlines():
        if re.match(r"(# )?\w+ = ", line) and not line.endswith("[]"):
            key = line.removeprefix("# ").split(" = ")[0]
            described = "# " in line.removeprefix("# ") or key in {"host", "port", "user", "sources"}
            assert described, f"{key} has no comment"


def test_without_a_file_the_built_in_defaults_hold(tmp_path: Path) -> None:
    """Commands that need no newsroom work in an empty folder."""
    settings = load(tmp_path / "settings.toml", {}, required=False)
    assert settings.site == BUILT_IN.site
    assert settings.accessibility.missing_alt == "leave-out"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """A name with two underscores sets a key; others are none of our business."""
    environ = {
        "PUBLISHER_SES__REGION": "eu-west-1",
        "PUBLISHER_HOME": "elsewhere",
        "PUBLISHER_NEWSLETTERS__D__MAX_POSTS": "5",
        "PUBLISHER_NEWSLETTERS__D__LANGUAGES": "fa, en_us",
        "PUBLISHER_SMTP__PASSWORD": "1234",
        "OTHER__KEY": "x",
    }
    settings = read(tmp_path, SITE + NEWSLETTER, environ)
    assert settings.ses.region == "eu-west-1"
    assert settings.newsletters["d"].max_posts == 5
    assert settings.newsletters["d"].languages == ("fa", "en-US")
    assert settings.smtp.password.get_secret_value() == "1234"
    assert "1234" not in repr(settings)


def test_a_name_with_a_hyphen_can_be_set_by_the_environment(tmp_path: Path) -> None:
    """Environment names know no hyphen; the file's own spelling is found."""
    text = SITE + '[sources.my-feed]\npath = "a"\n'
    settings = read(tmp_path, text, {"PUBLISHER_SOURCES__MY_FEED__EVERY": "1d"})
    assert settings.sources["my-feed"].every == timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("", "site", "is required"),
        ('[site]\nname = ""\n', "site.name", "at least 1"),
        (SITE + 'url = "news.example.org"\n', "site.url", "is no address"),
        (SITE + 'time_zone = "Europe/Prag"\n', "site.time_zone", "did you mean 'Europe/Prague'"),
        (SITE + 'language = "english"\n', "site.language", "no registered language tag"),
        (SITE + '[ses]\nregoin = "x"\n', "ses.regoin", "nearest known key is 'region'"),
        (SITE + '[ses]\nxyz = "x"\n', "ses.xyz", "Known here: after_silence, client, configuration_set"),
        (SITE + '[ses]\ntransport = "mail"\n', "ses.transport", "is not one of 'ses', 'smtp' or 'outbox'"),
        (SITE + "[sess]\n", "sess", "nearest known key is 'ses'"),
        (SITE + "[sources.a]\n", "sources.a", "either url or path"),
        (SITE + '[sources.a]\nurl = "ftp://x"\n', "sources.a.url", "not of the form"),
        (SITE + '[sources.a]\nurl = "https://x"\nevery = "5"\n', "sources.a.every", "is no duration"),
        (SITE + '[sources.a]\npath = "x"\nevrey = "5m"\n', "sources.a.evrey", "'every'"),
        (SITE + NEWSLETTER.replace("N <n@example.org>", "nobody"), "newsletters.d.from", "is no sender"),
        (SITE + NEWSLETTER.replace('["a"]', '["b"]'), "newsletters.d.sources", "declare [sources.b]"),
        (SITE + NEWSLETTER + "max_posts = 0\n", "newsletters.d.max_posts", "greater than or equal"),
        (SITE + '[outlets.o]\nchannels = ["c"]\n', "outlets.o.channels", "not declared under [channels]"),
        (SITE + '[media]\nstore = "s3"\n', "media", "needs bucket"),
        (SITE + '[media]\nbucket = "pictures"\n', "media", 'a bucket needs store = "s3"'),
        (SITE + '[sign_on]\nclient_id = "x"\n', "sign_on", "both server_url and client_id"),
        (SITE + '[sign_on]\nserver_url = "https://id.example.org"\n', "sign_on", "both server_url and client_id"),
        (SITE + NEWSLETTER + "most_a_day = 2\n", "newsletters.d", "most_a_day is for alerts"),
        (SITE + NEWSLETTER + 'covers = ["d"]\n', "newsletters.d", "covers is for alerts"),
        (SITE + '[smtp]\npassword = "x"\n', "smtp.password", "PUBLISHER_SMTP__PASSWORD"),
        (SITE + '[mailbox]\npassword = "x"\n', "mailbox.password", "PUBLISHER_MAILBOX__PASSWORD"),
        (SITE + '[mailbox]\naddress = "a@example.org"\n', "mailbox", "nobody reads address"),
        (SITE + '[mailbox]\nhost = "x"\naddress = "a b@example.org"\n', "mailbox.address", "cannot take"),
        (SITE + '[events]\ntopic_arns = ["ses-events"]\n', "events.topic_arns.0", "is no topic"),
        (SITE + f'[mailbox]\nhost = "x"\naddress = "{"a" * 20}@example.org"\n', "mailbox.address", "up to 28"),
        (SITE + '[mailbox]\nbucket = "x"\n', "mailbox", "needs both"),
        (SITE + '[mailbox]\ntoken_file = "x"\ntoken_command = "y"\n', "mailbox", "leave all but one"),
        (SITE + '[mailbox]\nfolder = "a\\"b"\n', "mailbox.folder", "not of the form"),
        ('[site]\nnam = "x"\n', "site.nam", "nearest known key is 'name'"),
        ('[sites]\nname = "x"\n', "sites", "nearest known key is 'site'"),
        ("site = 5\n", "site", "where a section [site] belongs"),
        (SITE + "x = \n", "", "no valid TOML"),
        (SITE + '[theme]\naccent = "blue"\n', "theme.accent", "not of the form"),
        ('folder = "x"\n' + SITE, "folder", "unknown key"),
        ('home = "x"\n' + SITE, "home", "unknown key"),
    ],
)
def test_a_mistake_names_file_key_and_reason(tmp_path: Path, text: str, key: str, reason: str) -> None:
    """Nobody has to guess which line is wrong."""
    with pytest.raises(SettingsError) as failure:
        read(tmp_path, text)
    assert f"{tmp_path / 'settings.toml'}" in failure.value.subject
    assert failure.value.subject.endswith(key)
    assert reason in str(failure.value)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PUBLISHER_SES__REGON": "x"}, "environment PUBLISHER_SES__REGON: unknown key"),
        ({"PUBLISHER_SITE__NAME__X": "x"}, "environment: site.name.x: name is a value"),
        ({"PUBLISHER_SITE__LANGUAGE": "zz"}, "environment PUBLISHER_SITE__LANGUAGE: 'zz' is no registered"),
    ],
)
def test_a_mistake_in_the_environment_is_told_as_one(tmp_path: Path, environ: dict[str, str], expected: str) -> None:
    """The file is not blamed for what the environment says."""
    with pytest.raises(SettingsError) as failure:
        read(tmp_path, SITE, environ)
    assert expected in str(failure.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """The way out is in the message; a folder in its place is told apart."""
    with pytest.raises(SettingsError, match="publisher init"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(SettingsError, match="is a folder"):
        load(tmp_path, {})
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "latin.toml", {})
