"""`publisher preview`, `alt` and `check`: what they write, what they say, and how they end."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from publisher.cli.main import main
from publisher.cli.places import unwritable

POST = """---
title: {title}
lang: {language}
image: https://example.org/{title}.jpg
---
The boats left at dawn. Nobody was hurt. The harbour is quiet again.
"""
Command = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Call the program in an empty folder, and give its exit status."""
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str) -> int:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        return int(end.value.code or 0)

    return called


def write_posts(*titles: str, language: str = "en") -> None:
    """Write posts into the folder `posts`."""
    Path("posts").mkdir(exist_ok=True)
    for title in titles:
        Path("posts", f"{title}.md").write_text(POST.format(title=title, language=language), encoding="utf-8")


def read_json(name: str) -> Any:  # noqa: ANN401 - any JSON document
    """Read what a command wrote."""
    return json.loads(Path("out", name).read_text(encoding="utf-8"))


def test_a_preview_writes_every_file_and_says_where(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """One command gives the mail, its text, the message, the page, the report and the posts."""
    write_posts("one", "two")
    assert run("preview", "posts", "--out", "out", "--now", "2026-11-21T08:00") == 0
    names = {file.name for file in Path("out").iterdir()}
    editions = {"edition.html", "edition.txt", "edition.eml", "edition.web.html"}
    assert names == editions | {"report.html", "report.json", "posts.json"}
    assert "2 of 2 posts, written to out" in capsys.readouterr().out
    report = read_json("report.json")
    assert report["passed"] is True
    assert {finding["gate"] for finding in report["findings"]} == {"ack"}
    assert report["posts"] == 2
    assert set(report) >= {"passed", "findings", "rules", "bytes", "posts", "skipped", "repairs"}


def test_no_marker_of_a_slot_is_left_in_a_preview(run: Command) -> None:
    """Links of nobody stand where each reader's own would."""
    write_posts("one")
    run("preview", "posts", "--out", "out")
    for name in ("edition.html", "edition.txt", "edition.eml", "edition.web.html"):
        assert "slot.invalid" not in Path("out", name).read_text(encoding="utf-8")


def test_posts_json_holds_every_key_of_the_contract(run: Command) -> None:
    """Scripts outside rely on it: unknown is null, never left out."""
    write_posts("one")
    run("preview", "posts", "--out", "out")
    (post,) = read_json("posts.json")
    assert set(post) >= {
        *("id", "url", "title", "kicker", "language", "direction", "authors", "published", "updated", "summary"),
        *("html", "text", "tags", "images", "media", "status", "embargo", "rights", "source"),
    }
    (image,) = post["images"]
    assert (image["url"], image["alt"], image["alt_origin"]) == ("https://example.org/one.jpg", None, None)
    assert post["id"] == post["source"] == "posts/one.md"


def test_max_posts_cuts_the_edition_but_not_posts_json(run: Command) -> None:
    """The limit is the edition's."""
    write_posts("one", "two", "three")
    run("preview", "posts", "--out", "out", "--max-posts", "2", "--title", "My title")
    assert read_json("report.json")["posts"] == 2
    assert len(read_json("posts.json")) == 3
    assert "<title>" in Path("out/edition.html").read_text()
    assert Path("out/edition.txt").read_text().startswith("My title\n")


def test_the_edition_speaks_the_language_of_its_posts(run: Command) -> None:
    """Without a setting nobody is asked; with one it wins."""
    Path("posts").mkdir()
    Path("posts/fa.md").write_text("---\ntitle: خبر\nlang: fa\n---\nقایق‌ها سحر رفتند.\n", encoding="utf-8")
    run("preview", "posts", "--out", "out")
    assert '<html lang="fa" dir="rtl"' in Path("out/edition.html").read_text(encoding="utf-8")
    run("preview", "posts", "--out", "out", "--language", "en")
    assert '<html lang="en" dir="ltr"' in Path("out/edition.html").read_text(encoding="utf-8")


def test_a_picture_that_blocks_refuses_the_edition_and_writes_it_all_the_same(
    run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 1 is the gate's."""
    write_posts("one")
    monkeypatch.setenv("PUBLISHER_ACCESSIBILITY__MISSING_ALT", "block")
    assert run("preview", "posts", "--out", "out") == 1
    assert read_json("report.json")["passed"] is False
    assert Path("out/edition.html").exists()
    monkeypatch.setenv("PUBLISHER_ACCESSIBILITY__GATE", "report")
    assert run("preview", "posts", "--out", "out") == 0


def test_a_mistake_in_alts_toml_is_a_mistake_in_the_settings(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """The file lies beside settings.toml and is written by hand."""
    write_posts("one")
    Path("alts.toml").write_text("[[picture]]\n")
    assert run("preview", "posts", "--out", "out") == 2
    assert "alts.toml: picture 1: names no picture" in capsys.readouterr().err


def test_posts_that_hold_nothing_are_named(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing vanishes without a word: neither a feed without posts, nor a post without words."""
    Path("none.xml").write_text("<rss version='2.0'><channel><title>T</title></channel></rss>")
    Path("bare.xml").write_text("<rss version='2.0'><channel><item><guid>g-1</guid></item></channel></rss>")
    assert run("preview", "none.xml", "bare.xml", "--out", "out") == 3
    skipped = {one["source"]: one["reason"] for one in read_json("report.json")["skipped"]}
    assert skipped["none.xml"].startswith("holds no post")
    assert "g-1" in skipped["bare.xml"]
    assert "passed" not in capsys.readouterr().out


def test_an_override_lets_pass_with_its_reason(
    run: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is let pass stands in the report; a rule that does not exist is a mistake in the settings."""
    write_posts("one")
    monkeypatch.setenv("PUBLISHER_ACCESSIBILITY__MISSING_ALT", "block")
    settings = '[site]\nname = "Test"\n[accessibility.overrides]\n{} = "Agreed with the readers until May"\n'
    Path("settings.toml").write_text(settings.format("image-alt"))
    assert run("preview", "posts", "--out", "out") == 0
    (override,) = read_json("report.json")["overrides"]
    assert (override["rule"], override["by"]) == ("image-alt", "settings.toml")
    Path("settings.toml").write_text(settings.format("image-alts"))
    assert run("preview", "posts", "--out", "out") == 2
    assert "is no rule" in capsys.readouterr().err


@pytest.mark.browser
def test_a_build_asks_axe_where_the_settings_say_so(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """With browser = true what only a browser can tell is asked too; our own editions pass."""
    write_posts("one")
    monkeypatch.setenv("PUBLISHER_ACCESSIBILITY__BROWSER", "true")
    assert run("preview", "posts", "--out", "out") == 0


def test_check_writes_pages_for_people(run: Command) -> None:
    """One accessible page for each file, none over another."""
    Path("a").mkdir()
    for name in ("page.html", "a/page.html"):
        Path(name).write_text("<p>Hello</p>")
    assert run("check", "page.html", "a/page.html", "--report", "pages") == 1
    names = sorted(file.name for file in Path("pages").iterdir())
    assert names == ["page.html-2.report.html", "page.html.report.html"]
    assert run("check", "pages/page.html.report.html") == 0
    assert run("check", "page.html", "--report", "page.html") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "posts", "--out"),
        ("bundle", "posts", "--out"),
        ("alt", "posts", "--out"),
        ("check", "page.html", "--report"),
        ("init",),
        ("receive", "https://example.org/api/v1", "--token", "pub_x", "--out"),
        ("subscribers", "export", "--newsletter", "daily", "--out"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_a_mistake_in_usage(
    run: Command, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """Every command says so before it works, with the same exit status; an empty name is no place."""
    write_posts("one")
    Path("page.html").write_text("<p>Hello</p>")
    for place, reason in (("", "it is empty"), ("page.html/below", "nothing can be written there")):
        assert run(*arguments, place) == 2
        said = capsys.readouterr().err
        assert reason in said, (arguments, place)
        assert "Traceback" not in said
    assert {file.name for file in Path().iterdir()} == {"posts", "page.html"}


def test_a_place_that_fails_later_is_told_as_what_it_is(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder where a file has to go is a wrong place; a full disk is the world outside."""
    write_posts("one")
    Path("out/edition.txt").mkdir(parents=True)
    assert run("preview", "posts", "--out", "out") == 2
    assert "--out out: cannot be written" in capsys.readouterr().err
    full = unwritable("--out", Path("x"), OSError(errno.ENOSPC, "No space left on device"))
    assert (full.exit_code, str(full)) == (
        4,
        "--out x: cannot be written: No space left on device. Make room, and call it again",
    )


def test_a_home_needs_a_name(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty one would put a database into the folder that somebody happens to be in."""
    assert run("preview", "posts", "--out", "out", "--home", "") == 2
    assert "it is empty" in capsys.readouterr().err


def test_a_title_stays_on_one_line(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A line break in a title would write a header of its own; names in the settings are held to the same."""
    write_posts("one")
    Path("settings.toml").write_text(
        '[site]\nname = "The \\"Post\\", Ltd\\nBcc: a@example.org"\n'
        '[sources.all]\npath = "posts"\n'
        '[newsletters.daily]\ntitle = "Daily\\r\\nBcc: b@example.org"\n'
        'from = "News <news@example.org>"\nsources = ["all"]\n'
    )
    for more in ((), ("--newsletter", "daily")):
        assert run("preview", "posts", "--out", "out", "--title", "A title\r\nBcc: c@example.org", *more) == 0
        head = Path("out/edition.eml").read_bytes().partition(b"\r\n\r\n")[0]
        assert not [line for line in head.splitlines() if line.lower().startswith(b"bcc")]
        assert "A title Bcc: c@example.org" in Path("out/edition.txt").read_text()
    capsys.readouterr()
    assert run("preview", "posts", "--out", "out", "--title", " \n ") == 2
    assert "--title: is empty" in capsys.readouterr().err


def test_alts_toml_is_read_by_the_next_build(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A blogger describes pictures in a file, and needs no desk."""
    write_posts("one")
    assert run("alt", "posts") == 0
    assert "1 to describe" in capsys.readouterr().out
    file = Path("alts.toml")
    file.write_text(file.read_text().replace('alt = ""', 'alt = "Three boats at anchor"'))
    assert run("alt", "posts") == 0
    assert "Every picture has a description" in capsys.readouterr().out
    run("preview", "posts", "--out", "out")
    assert 'alt="Three boats at anchor"' in Path("out/edition.html").read_text()
    assert read_json("posts.json")[0]["images"][0]["alt_origin"] == "alts"
    assert read_json("report.json")["findings"] == []


def test_alt_names_the_pictures_that_still_wait(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A second call says which descriptions are still to be written, and not that all is done."""
    write_posts("one", "two")
    run("alt", "posts")
    file = Path("alts.toml")
    file.write_text(file.read_text().replace('alt = ""', 'alt = "Three boats"', 1))
    capsys.readouterr()
    assert run("alt", "posts") == 0
    said = capsys.readouterr().out
    assert said == "1 in alts.toml still waits for a description:\ntwo\n  https://example.org/two.jpg\n"
    write_posts("three")
    run("alt", "posts")
    said = capsys.readouterr().out
    assert "1 to describe, in alts.toml\n1 in alts.toml still waits" in said
    file.write_text(file.read_text().replace('post = "three"\n', ""))
    run("alt", "posts")
    assert "2 in alts.toml still wait for a description:\ntwo\n" in (said := capsys.readouterr().out)
    assert "(a picture without a post)\n  https://example.org/three.jpg" in said


def test_alt_asks_for_nothing_that_its_source_describes_by_now(
    run: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture whose source was mended does not wait, although its place in the file is empty."""
    write_posts("one")
    run("alt", "posts")
    post = Path("posts/one.md")
    post.write_text(post.read_text().replace("image:", "alt: Three boats\nimage:"))
    capsys.readouterr()
    assert run("alt", "posts") == 0
    assert capsys.readouterr().out == "Every picture has a description.\n"


def test_alt_says_which_file_builds_read(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Words in another file would change nothing, and nobody would know why."""
    write_posts("one")
    assert run("alt", "posts", "--out", "to-do.toml") == 0
    assert "Builds read alts.toml: what is written in to-do.toml counts once" in capsys.readouterr().out


def test_alt_adds_to_a_file_without_touching_what_stands_in_it(run: Command) -> None:
    """Hours of somebody's work are never overwritten."""
    write_posts("one")
    run("alt", "posts")
    before = Path("alts.toml").read_text()
    write_posts("two")
    run("alt", "posts")
    after = Path("alts.toml").read_text()
    assert after.startswith(before)
    assert after.count("[[picture]]") == 2


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("preview", "nowhere", "--out", "out"), 3, "there is no such file"),
        (("preview", "http://[bad", "--out", "out"), 3, "this is no web address"),
        (("verify", "nowhere.zip"), 3, "cannot be read"),
        (("preview", "posts", "--out", "out", "--newsletter", "weekly"), 2, "is not declared"),
        (("preview", "posts", "--out", "out", "--language", "english"), 2, "no registered language tag"),
        (("preview", "posts", "--out", "out", "--now", "yesterday"), 2, "is no ISO 8601 moment"),
        (("preview", "posts", "--out", "posts/one.md"), 2, "--out"),
        (("preview", "posts"), 2, "--out"),
        (("preview", "posts", "--out", "out", "--settings", "none.toml"), 2, "there is no such file"),
        (("alt", "nowhere"), 3, "no post could be read"),
        (("check", "none.html"), 3, "cannot be read"),
        (("nonsense",), 2, "No such command"),
        (("chek",), 2, "check"),
    ],
)
def test_a_mistake_ends_with_its_status_and_a_line(
    run: Command, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, said: str
) -> None:
    """The status tells scripts, the line tells people; nobody sees a traceback."""
    write_posts("one")
    assert run(*arguments) == status
    captured = capsys.readouterr()
    assert said in captured.err + captured.out
    assert "Traceback" not in captured.err


def test_check_reads_our_own_mail_and_anyone_elses(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Ours passes; a foreign one is told what is wrong with it."""
    write_posts("one")
    run("preview", "posts", "--out", "out")
    capsys.readouterr()
    assert run("check", "out/edition.eml", "out/edition.html", "out/edition.web.html") == 0
    capsys.readouterr()
    Path("foreign.html").write_text("<p>Hello <img src=x></p>")
    assert run("check", "foreign.html", "--json") == 1
    (report,) = json.loads(capsys.readouterr().out)
    assert report["file"] == "foreign.html"
    assert {"image-alt", "html-lang"} <= {finding["rule"] for finding in report["findings"]}


@pytest.mark.parametrize("content", [b"", b"   \n", b"\x00\x01\x02\x03" * 50])
def test_check_names_a_file_that_is_none(run: Command, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    """The other files are audited all the same."""
    Path("odd.html").write_bytes(content)
    Path("page.html").write_text("<p>Hello</p>")
    assert run("check", "odd.html", "page.html", "--json") == 3
    captured = capsys.readouterr()
    assert "odd.html" in captured.err
    page, odd = json.loads(captured.out)
    assert (page["file"], page["skipped"]) == ("page.html", [])
    assert (odd["file"], odd["passed"], odd["skipped"][0]["source"]) == ("odd.html", False, "odd.html")


def test_init_makes_a_newsroom_that_works(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings that load, feeds that preview, the next commands printed; nothing is ever overwritten."""
    assert run("init", "newsroom") == 0
    assert "publisher preview feeds/sample" in capsys.readouterr().out
    assert run("preview", "newsroom/feeds/sample", "--out", "out", "--settings", "newsroom/settings.toml") == 0
    assert run("init", "newsroom") == 2
    assert "is already there" in capsys.readouterr().err


def test_init_begins_with_the_settings_that_were_named(run: Command) -> None:
    """Sound ones are copied, others are refused before anything is written."""
    Path("mine.toml").write_text('[site]\nname = "Mine"\n')
    assert run("init", "newsroom", "--settings", "mine.toml", "--home", "elsewhere") == 0
    assert Path("newsroom/settings.toml").read_text() == '[site]\nname = "Mine"\n'
    Path("mine.toml").write_text("[site]\n")
    assert run("init", "other", "--settings", "mine.toml") == 2


def test_check_lets_pass_what_the_settings_let_pass(run: Command) -> None:
    """The same lenience for a file as for a build."""
    Path("page.html").write_text("<p>Hello</p>")
    assert run("check", "page.html") == 1
    Path("settings.toml").write_text('[site]\nname = "Mine"\n[accessibility]\ngate = "report"\n')
    assert run("check", "page.html") == 0


def test_check_reads_captions(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Cues out of order, overlapping or empty are asked about, with the line; a sound file is clean."""
    cue = "00:00:{:02}.000 --> 00:00:{:02}.000\n{}\n\n"
    Path("good.vtt").write_text("WEBVTT\n\n" + cue.format(1, 4, "A rope begins here.") + cue.format(5, 8, "So."))
    Path("bad.srt").write_text("1\n" + cue.format(5, 8, "Late.") + "2\n" + cue.format(1, 6, "Early."))
    assert run("check", "good.vtt", "bad.srt", "--json") == 0
    good, bad = json.loads(capsys.readouterr().out)
    assert good["findings"] == []
    assert {finding["rule"] for finding in bad["findings"]} == {"captions-flaw"}
    assert all(finding["selector"].startswith("line ") for finding in bad["findings"])
    Path("none.vtt").write_text("WEBVTT\n")
    assert run("check", "none.vtt") == 3
