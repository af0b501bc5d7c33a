# ruff: noqa: E501 - paragraphs are one line, in several scripts
"""Plain texts of every ordinary kind, and articles copied out of web pages in several languages."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.model import Document, Post
from publisher.sources import plaintext
from publisher.sources.blocks import Kind, cut
from publisher.sources.phrases import FOLDER, author, fold, is_box, is_kicker, is_navigation, load, opens_box

FIRST = "The council voted on Tuesday evening to keep the old tram line open for at least another five years, despite the cost."
SECOND = "Several hundred residents had signed a petition against the closure, which was first proposed in the spring of 2019."
THIRD = "The line will be closed for six weeks next summer, when the rails on the steepest stretch are to be replaced."

# navigation, kicker, title, first caption, two paragraphs, sub-heading, paragraph, second caption, paragraph, name, box, its words, box
COPIED = {
    "en": (
        "Skip to main content",
        "Exclusive",
        "City Keeps Its Oldest Tram Line After Long Debate",
        "A red tram climbs a steep street in morning fog on Monday.",
        FIRST,
        SECOND,
        "A Long Road",
        THIRD,
        "The mayor cuts a ribbon in front of a tram",
        "She said that she had taken the tram to school every day, and that her own children would be able to do the same.",
        "Dana Whitfield",
        "About This Column",
        "“City Lines” looks at how people get to work and back, and at who pays for it. It appears every week.",
        "Latest Stories",
    ),
    "fa": (
        "لینک‌های قابلیت دسترسی",
        "خبر فوری",
        "قدیمی‌ترین خط تراموای شهر پس از بحثی طولانی باز می‌ماند",
        "تراموای سرخی در مه صبحگاهی از خیابانی شیب‌دار بالا می‌رود",
        "شورای شهر سه‌شنبه شب تصمیم گرفت که خط قدیمی تراموا دست‌کم پنج سال دیگر باز بماند، هرچند هزینهٔ آن بالاست.",
        "چند صد نفر از ساکنان محله نامه‌ای علیه بستن این خط امضا کرده بودند که نخستین بار در بهار مطرح شد.",
        "راهی دراز",
        "این خط تابستان آینده شش هفته بسته می‌شود تا ریل‌های شیب‌دارترین بخش آن عوض شود.",
        "شهردار نواری را جلوی تراموا می‌برد",
        "او گفت که خودش هر روز با همین تراموا به مدرسه می‌رفت و فرزندانش هم خواهند توانست چنین کنند.",
        "مهتاب رستگار",
        "درباره این وبلاگ",
        "این وبلاگ هر هفته از راه‌های رفت و آمد در شهر می‌نویسد.",
        "تازه‌ترین مطالب",
    ),
    "ru": (
        "Ссылки для упрощенного доступа",
        "Срочно",
        "Старейшая трамвайная линия города остаётся после долгих споров",
        "Красный трамвай поднимается по крутой улице в утреннем тумане",
        "Городской совет во вторник вечером решил сохранить старую трамвайную линию ещё как минимум на пять лет.",
        "Несколько сотен жителей подписали письмо против закрытия, о котором впервые заговорили весной прошлого года.",
        "Долгая дорога",
        "Следующим летом линию закроют на шесть недель, чтобы заменить рельсы на самом крутом участке.",
        "Мэр перерезает ленту перед трамваем",
        "Она сказала, что сама каждый день ездила на этом трамвае в школу и что её дети смогут ездить так же.",
        "Дарья Белозёрова",
        "Об этом блоге",
        "Здесь каждую неделю пишут о том, как люди ездят на работу и обратно.",
        "Последние записи",
    ),
    "zh": (
        "无障碍链接",
        "突发新闻",
        "经过长时间辩论本市最老的有轨电车线路得以保留",
        "星期一早晨一辆红色电车在雾中爬上陡坡",
        "市议会星期二晚上决定，尽管费用很高，仍将保留这条最老的有轨电车线路至少五年。",
        "数百名居民曾签名反对关闭这条线路，关闭的建议是去年春天首次提出的。",
        "漫长的道路",
        "明年夏天这条线路将关闭六个星期，以更换最陡路段的铁轨。",
        "市长在电车前剪彩",
        "她说自己小时候每天坐这条电车上学，她的孩子们以后也可以这样。",
        "林晓雯",
        "关于本博客",
        "本博客每周介绍市民如何上下班。",
        "最新文章",
    ),
}


def copy(parts: tuple[str, ...], *, dash: str = "-- ", gap: str = "\n\n") -> str:
    """Write an article as it looks when it is copied out of a page."""
    navigation, kicker, title, one, first, second, heading, third, two, last, name, box, words, end = parts
    blocks = [navigation, kicker, title, f"{one}\n{one}", first, second, heading, third, f"{two}\n{two}", last]
    return gap.join([*blocks, f"{dash}{name}", box, f"{words}\n", end])


def parse(text: str, **options: str) -> Post:
    """Read a text as the product does."""
    (post,) = plaintext.parse(Document(source="note.txt", content=text.encode()), **options).posts
    return post


# --- articles copied out of a page


@pytest.mark.parametrize("language", COPIED)
@pytest.mark.parametrize("dash", ["-- ", "— "])
def test_copied_article_comes_out_clean(language: str, dash: str) -> None:
    """Everything around the article is gone, and everything of it is in its place, in any language."""
    parts = COPIED[language]
    navigation, kicker, title, one, first, second, heading, third, two, last, name, box, words, end = parts
    post = parse(copy(parts, dash=dash))
    assert (post.title, post.kicker) == (title, kicker)
    assert [found.name for found in post.authors] == [name]
    assert [(image.url, image.alt, image.caption) for image in post.images] == [(None, one, one), (None, two, two)]
    html, text = post.html or "", post.text or ""
    assert html == (
        f"<figure><figcaption>{one}</figcaption></figure><p>{first}</p><p>{second}</p><h2>{heading}</h2><p>{third}</p>"
        f"<figure><figcaption>{two}</figcaption></figure><p>{last}</p>"
    )
    assert [text.count(caption) for caption in (one, two)] == [1, 1]
    for gone in (navigation, box, words, end, name):
        assert gone not in html + text
    assert post.language == language
    assert post.direction == ("rtl" if language == "fa" else "ltr")


def test_copied_article_without_blank_lines() -> None:
    """Where the paragraphs are long lines, no blank line is needed to part them."""
    title, caption = (
        "City Keeps Its Oldest Tram Line After Long Debate",
        "A red tram climbs a steep street in morning fog on Monday",
    )
    long = [f"{words} {SECOND}" for words in (FIRST, THIRD)]
    post = parse("\n".join([title, "", caption, caption, long[0], "", "A Long Road", "", long[1]]))
    assert post.title == title
    assert [image.caption for image in post.images] == [caption]
    assert f"<p>{long[0]}</p><h2>A Long Road</h2><p>{long[1]}</p>" in (post.html or "")


def test_credit_below_the_two_lines_belongs_to_the_picture() -> None:
    """A line that says who made the picture is its credit, not a paragraph."""
    post = parse(f"A Tram\n\n{FIRST}\n\nA tram on a hill\nA tram on a hill\nPhoto: Ada Holm\n\n{SECOND}")
    (image,) = post.images
    assert (image.caption, image.credit) == ("A tram on a hill", "Photo: Ada Holm")
    assert "<p>Photo" not in (post.html or "")


def test_kicker_is_known_by_its_place() -> None:
    """In a copied text a short line above the headline is its kicker, whatever it says; lines above that are navigation."""
    post = parse(
        f"Home\n\nCity Hall\n\nCity Keeps Its Oldest Tram Line After Debate\n\nA tram on a hill\nA tram on a hill\n\n{FIRST}"
    )
    assert (post.title, post.kicker) == ("City Keeps Its Oldest Tram Line After Debate", "City Hall")
    assert "Home" not in (post.html or "")


@pytest.mark.parametrize(
    "line",
    ["By Dana Whitfield", "Von Dana Whitfield", "Par Dana Whitfield", "Автор: Dana Whitfield", "作者：Dana Whitfield"],
)
def test_by_line_below_the_title_is_the_author(line: str) -> None:
    """A by-line near the top is taken out of the text, in any language."""
    post = parse(f"Old tram line stays open\n\n{line}\n\n{FIRST}\n\n{SECOND}")
    assert [found.name for found in post.authors] == ["Dana Whitfield"]
    assert post.html == f"<p>{FIRST}</p><p>{SECOND}</p>"


@pytest.mark.parametrize(
    "line",
    [
        "November 12, 2026",
        "12 November 2026",
        "2026-11-12",
        "Published: November 12, 2026",
        "Thursday, November 12, 2026",
    ],
)
def test_date_below_the_title_is_the_date(line: str) -> None:
    """A line that is a date is the post's, not its text."""
    post = parse(f"Old tram line stays open\n\n{line}\n\n{FIRST}")
    assert post.published == datetime(2026, 11, 12, tzinfo=UTC)
    assert post.html == f"<p>{FIRST}</p>"


def test_head_without_blank_lines() -> None:
    """Title, by-line and date may stand on neighbouring lines."""
    post = parse(f"Old tram line stays open\nBy Dana Whitfield\nNovember 12, 2026\n\n{FIRST}")
    assert (post.title, [found.name for found in post.authors]) == ("Old tram line stays open", ["Dana Whitfield"])
    assert post.html == f"<p>{FIRST}</p>"


@pytest.mark.parametrize(
    "box", ["Related articles", "Read more", "Lesen Sie auch", "Читайте также", "相关文章", "اقرأ أيضا"]
)
def test_box_below_the_text_is_dropped(box: str) -> None:
    """A usual heading of a box ends the text, with the headlines below it."""
    post = parse(f"Old tram line stays open\n\n{FIRST}\n\n{SECOND}\n\n{box}\n\nOld trams sold\n\nNew trams bought")
    assert post.html == f"<p>{FIRST}</p><p>{SECOND}</p>"


def test_section_about_something_stays_in_a_note() -> None:
    """What only looks like a box's heading is a sub-heading in a text that was not copied from a page."""
    post = parse(f"Lantern walk in the park\n\n{FIRST}\n\nAbout the walk\n\n{SECOND}")
    assert post.html == f"<p>{FIRST}</p><h2>About the walk</h2><p>{SECOND}</p>"


def test_box_in_the_middle_is_a_heading() -> None:
    """A heading that could be a box's ends nothing while most of the text is still to come."""
    post = parse(f"Trams\n\n{FIRST}\n\nTopics\n\n{SECOND}\n\n{THIRD}\n\n{FIRST}\n\n{SECOND}")
    assert "<h2>Topics</h2>" in (post.html or "")


# --- ordinary texts


@pytest.mark.parametrize(
    ("text", "title", "html"),
    [
        (
            "Staff meeting\n\nThe meeting is on Monday at ten. Please bring your own cup.\n\nAnna",
            "Staff meeting",
            "<p>The meeting is on Monday at ten. Please bring your own cup.</p><p>Anna</p>",
        ),
        (
            "One paragraph of text, which ends as sentences do.",
            "One paragraph of text, which ends as sentences do.",
            "<p>One paragraph of text, which ends as sentences do.</p>",
        ),
        ("milk\neggs\nbread", "milk", "<p>milk<br/>eggs<br/>bread</p>"),
        ("Notice\n\nClosed today\n\nSorry", "Notice", "<p>Closed today</p><p>Sorry</p>"),
        ("one line", "one line", "<p>one line</p>"),
        (
            f"{FIRST}\r\n\r\n{SECOND}\r\n",
            "The council voted on Tuesday evening to keep the old…",
            f"<p>{FIRST}</p><p>{SECOND}</p>",
        ),
        (
            "# Notes\n\nSome <b>words</b> & more.\n\n## Changes\n\n* faster\n* safer,\n  too\n\n1. stop\n2) start\n\n***\n\nThe end.",
            "Notes",
            "<p>Some &lt;b&gt;words&lt;/b&gt; &amp; more.</p><h2>Changes</h2><ul><li>faster</li><li>safer, too</li></ul><ol><li>stop</li><li>start</li></ol><p>The end.</p>",
        ),
        (
            "Notes\n=====\n\nSome words.\n\nChanges\n-------\nMore words.",
            "Notes",
            "<p>Some words.</p><h2>Changes</h2><p>More words.</p>",
        ),
        (
            "Trams\n\nThese came:\n\n- Ada\n- Bea\n\nThat was all.",
            "Trams",
            "<p>These came:</p><ul><li>Ada</li><li>Bea</li></ul><p>That was all.</p>",
        ),
        (
            "- This is a dialogue line, not a list.",
            "- This is a dialogue line, not a list.",
            "<p>- This is a dialogue line, not a list.</p>",
        ),
    ],
)
def test_ordinary_text_comes_out_as_it_is(text: str, title: str, html: str) -> None:
    """A note, a list, a letter or light markup is neither cut nor rearranged."""
    post = parse(text)
    assert (post.title, post.html) == (title, html)
    assert post.id == "note.txt"


def test_poem_keeps_its_lines_and_its_refrain() -> None:
    """Verse keeps its line breaks; a line sung twice inside a stanza is no picture."""
    post = parse(
        "Two roads\n\nThe tram goes up the hill,\nthe tram goes up the hill,\nand rain comes down.\nThe end is near.\n\n-- Rhoda Finch"
    )
    assert (post.title, [found.name for found in post.authors], post.images) == ("Two roads", ["Rhoda Finch"], ())
    assert (
        post.html
        == "<p>The tram goes up the hill,<br/>the tram goes up the hill,<br/>and rain comes down.<br/>The end is near.</p>"
    )


def test_wrapped_lines_are_joined() -> None:
    """Line breaks that only keep lines short mean nothing; in a script without blanks none is put in."""
    wrapped = "The winter timetable starts on the second Sunday in December and brings\nchanges on nearly every line, because the bridge over the river will be\nclosed."
    post = parse(
        f"Winter timetables\n\n{wrapped}\n\n市议会星期二晚上决定，尽管费用很高，仍将保留这条\n最老的有轨电车线路至少五年。"
    )
    assert (
        post.html
        == f"<p>{wrapped.replace(chr(10), ' ')}</p><p>市议会星期二晚上决定，尽管费用很高，仍将保留这条最老的有轨电车线路至少五年。</p>"
    )


def test_mail_saved_as_text_is_read() -> None:
    """Subject, sender and date of a mail are the post's; what it quotes is a quotation; its signature is no text."""
    post = parse(
        "From: Ola Brink <ola@example.org>\nTo: list@example.org\nSubject: Room change\nDate: Mon, 16 Nov 2026 09:12:00 +0100\n\n"
        "Hello all,\n\n> Where do we meet\n> on Friday?\n\nWe meet in room 12.\n\n--\nOla Brink\nRoom office",
    )
    assert (post.title, [found.name for found in post.authors]) == ("Room change", ["Ola Brink"])
    assert post.published == datetime(2026, 11, 16, 8, 12, tzinfo=UTC)
    assert (
        post.html
        == "<p>Hello all,</p><blockquote><p>Where do we meet on Friday?</p></blockquote><p>We meet in room 12.</p>"
    )


def test_line_that_looks_like_a_mail_header_is_text() -> None:
    """One line with a colon makes no mail."""
    post = parse("To: everybody who was there\n\nThank you for coming.")
    assert (post.title, post.html) == ("To: everybody who was there", "<p>Thank you for coming.</p>")


def test_language_of_the_source_wins() -> None:
    """The setting decides; without one the words do, and at last the default."""
    assert parse("Hej", default_language="sv").language == "sv"
    assert parse(FIRST, language="en-GB").language == "en-GB"


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\0\1\2\3" * 50, b"----\n"])
def test_what_is_no_text_is_named(content: bytes) -> None:
    """An empty file and bytes that are no text give a reason."""
    with pytest.raises(FormatError, match=r"note.txt: (?:the text is empty|this is no text)"):
        plaintext.parse(Document(source="note.txt", content=content))


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(deadline=None, max_examples=150)
def test_any_bytes_give_a_post_or_our_error(content: bytes) -> None:
    """Nothing in a file does anything else."""
    try:
        (post,) = plaintext.parse(Document(source="x", content=content)).posts
    except FormatError:
        return
    assert post.source == "x"


LINES = st.sampled_from(
    [
        "",
        "Breaking News",
        "-- Ada Holm",
        "Latest Posts",
        "# Head",
        "- item",
        "> quote",
        "====",
        "Menu",
        "By Ada Holm",
        FIRST,
        "A tram on a hill",
        "2026-11-12",
        "--",
    ]
)


@given(lines=st.lists(LINES, max_size=14))
@example(lines=[FIRST, "Breaking News", "Breaking News", "===="])
@example(lines=["# Head", "--", "Breaking News", FIRST])
@settings(deadline=None, max_examples=150)
def test_any_lines_give_a_post_or_our_error(lines: list[str]) -> None:
    """Usual lines in any order are read, and a paragraph is never lost, unless it stands in a box below a by-line."""
    try:
        (post,) = plaintext.parse(Document(source="x", content="\n".join(lines).encode())).posts
    except FormatError:
        assert FIRST not in lines
        return
    if FIRST in lines and "Latest Posts" not in lines[: lines.index(FIRST)]:
        assert FIRST in f"{post.title} {post.text}"


def test_a_by_line_below_the_title_ends_no_text() -> None:
    """What follows it is the text, even where its first heading could be one of a box."""
    lines = ["# Head", "By Ada Holm", "Latest Posts", "====", FIRST]
    (post,) = plaintext.parse(Document(source="x", content="\n".join(lines).encode())).posts
    assert FIRST in (post.text or "")


# --- blocks and phrases


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a b\na b", [Kind.PICTURE]),
        ("a b\n\na b", [Kind.PICTURE]),
        ("a\na", [Kind.LINES]),
        ("a b\na b\nc d", [Kind.LINES]),
        ("a b\na b\n© Ada Holm", [Kind.PICTURE]),
        ("### a ###\nb", [Kind.HEADING, Kind.WORDS]),
        ("a\n---\nb", [Kind.HEADING, Kind.WORDS]),
        ("a\n# b", [Kind.WORDS, Kind.HEADING]),
        ("> a\n> b", [Kind.QUOTE]),
        ("1. a\n2. b", [Kind.STEPS]),
        ("* a", [Kind.ITEMS]),
        ("1. a", [Kind.WORDS]),
        ("* * *", []),
        ("", []),
    ],
)
def test_lines_are_cut_into_blocks(text: str, kinds: list[Kind]) -> None:
    """Every kind of block is known by its lines."""
    assert [block.kind for block in cut(text)] == kinds


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_word_list_is_complete(path: Path) -> None:
    """Each language has every list, without empty words and without repetitions."""
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(lists) == {"navigation", "kickers", "boxes", "openings", "by"}
    for name, words in lists.items():
        assert words
        assert all(isinstance(word, str) and fold(word) for word in words), name
        assert len({fold(word) for word in words}) == len(words), name


def test_word_lists_cover_the_languages_we_promise() -> None:
    """At least twelve languages, five scripts among them, and every phrase is found again."""
    assert {path.stem for path in FOLDER.glob("*.toml")} >= set("ar fa he ur ru uk kk zh es fr de cs en".split())
    assert all(map(is_navigation, load().navigation))
    assert all(map(is_kicker, load().kickers))
    assert all(map(is_box, load().boxes))
    assert all(map(opens_box, [*load().boxes, *load().openings]))


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ("Latest Posts", True),
        ("LATEST: all news", True),
        ("Lately we saw", False),
        ("最新の記事", True),
        ("About this blog", True),
        ("A note", False),
    ],
)
def test_box_is_known_by_its_beginning(line: str, opens: bool) -> None:  # noqa: FBT001 - a table's column
    """A phrase counts at the beginning of a line and at the end of a word."""
    assert opens_box(line) is opens


@pytest.mark.parametrize(
    ("line", "signed", "name"),
    [
        ("By Ada Holm", False, "Ada Holm"),
        ("by Ada von Holm and Bo Dal", False, "Ada von Holm and Bo Dal"),
        ("By the river we sat down", False, None),
        ("By Ada Holm.", False, "Ada Holm"),
        ("By 2030", False, None),
        ("By: Ada Holm", False, "Ada Holm"),
        ("Text: Ada Holm", False, "Ada Holm"),
        ("Text Ada Holm", False, None),
        ("Room: Ada Holm", False, None),
        ("Автор: Анна Эк", False, "Анна Эк"),
        ("بقلم سارة حداد", False, "سارة حداد"),
        ("-- Ada Holm", False, None),
        ("-- Ada Holm", True, "Ada Holm"),
        ("— Ада Холм", True, "Ада Холм"),
        ("-- and then we went home", True, None),
        ("-- one two three four five six seven", True, None),
        ("--", True, None),
        ("", True, None),
    ],
)
def test_by_line_gives_a_name(line: str, signed: bool, name: str | None) -> None:  # noqa: FBT001 - a table's column
    """A by-line is told from a sentence that begins alike."""
    assert author(line, signed=signed) == name
