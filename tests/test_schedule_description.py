"""Schedules described for people, in their language."""

from __future__ import annotations

import string
import tomllib
from importlib import resources
from zoneinfo import available_timezones

import pytest

from publisher.schedule import describe, languages, parse

PHRASES = tomllib.loads((resources.files("publisher.schedule") / "phrases.toml").read_text(encoding="utf-8"))
OPTIONAL = {"first", "second", "third", "fourth", "fifth", "digits"}
EVERYTHING = (
    "weekdays at 07:30",
    "every day at 6:00 and 18:00",
    "mondays and thursdays at 12:00",
    "every second friday at 9:00",
    "every 3 days at 9:00",
    "every 6 months on the 1st and the last day at 9:00",
    "first monday of the month at 08:00",
    "fifth and last sunday of the month at 08:00",
    "last weekday of the month at 16:00",
    "FREQ=MONTHLY;BYDAY=MO;BYHOUR=7",
    "hourly",
    "every 4 hours on weekends",
    "2026-12-01 07:30",
    "daily at 9:00 starting 2026-12-01 until 2026-12-31",
    "",
)


def spaced(text: str) -> str:
    """Write the narrow spaces of CLDR as plain ones."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("weekdays at 07:30", "Every Monday–Friday at 07:30 (Prague time)"),
        ("weekends at 10:00", "Every Saturday and Sunday at 10:00 (Prague time)"),
        ("mondays and thursdays at 7:00 and 12:00", "Every Monday and Thursday at 07:00 and 12:00 (Prague time)"),
        ("every day at 6:00", "Every day at 06:00 (Prague time)"),
        ("every 3 days at 6:00", "Once in 3 days at 06:00 (Prague time)"),
        ("every second friday at 9:00", "Once in 2 weeks: Friday at 09:00 (Prague time)"),
        ("first monday of the month at 08:00", "Every month: first Monday at 08:00 (Prague time)"),
        ("last weekday of the month at 16:00", "Every month: last day of Monday–Friday at 16:00 (Prague time)"),
        ("FREQ=MONTHLY;BYDAY=MO;BYHOUR=7", "Every month: each Monday at 07:00 (Prague time)"),
        ("monthly on the last day and the 15th at 20:00", "Every month: day 15 and last day at 20:00 (Prague time)"),
        ("every 3 months on the 15th at 9:00", "Once in 3 months: day 15 at 09:00 (Prague time)"),
        ("hourly", "Every day, every hour (Prague time)"),
        ("every 4 hours on sundays", "Every Sunday, once in 4 hours (Prague time)"),
        ("2026-12-01 07:30", "Once: 1 December 2026 at 07:30 (Prague time)"),
        (
            "daily at 9:00 starting 2026-12-01 until 2026-12-31",
            "Every day at 09:00, from 1 December 2026, until 31 December 2026 (Prague time)",
        ),
        (
            "DTSTART:20261201T073000\nRRULE:FREQ=DAILY;COUNT=3",
            "Every day at 07:30, until 3 December 2026 (Prague time)",
        ),
        ("daily at 9:00; 2026-12-24 16:00", "Every day at 09:00; Once: 24 December 2026 at 16:00 (Prague time)"),
        ("", "By hand"),
    ],
)
def test_english(text: str, said: str) -> None:
    """Each kind of schedule is said in full: days, times, bounds, and whose clock counts."""
    assert spaced(describe(parse(text, "Europe/Prague"), "en-GB")) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Every Monday and Thursday at 7:30 AM (Prague time)"),
        ("cs", "Každý týden: pondělí a čtvrtek, v 7:30 (místní čas: Praha)"),
        ("de-x-simple", "Jeden Montag und Donnerstag, 07:30 Uhr (Ortszeit Prag)"),
        ("de-AT", "Jeden Montag und Donnerstag, 07:30 Uhr (Ortszeit Prag)"),
        ("ru", "Каждую неделю: понедельник и четверг, в 07:30 (местное время: Прага)"),
        ("fa", "هر هفته: دوشنبه و پنجشنبه، ساعت ۷:۳۰ (به وقت پراگ)"),
        ("he", "כל שבוע: יום שני ויום חמישי, בשעה 7:30 (שעון פראג)"),
        ("zh-CN", "每周：星期一和星期四，07:30（布拉格时间）"),
    ],
)
def test_other_languages(language: str, said: str) -> None:
    """Days, times, digits and cities are those of the reader's language."""
    assert spaced(describe(parse("mondays and thursdays at 07:30", "Europe/Prague"), language)) == said


@pytest.mark.parametrize("language", ["x-klingon", "tlh", "sw-KE", "ur-Latn"])
def test_a_language_without_words_is_served_in_english(language: str) -> None:
    """A language, or a script, that we have no words in gets English ones."""
    assert describe(parse("", "UTC"), language) == "By hand"


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_every_language_says_everything(language: str) -> None:
    """Each table has every phrase with the same places to fill as the English one, and each schedule can be said."""
    table, english = PHRASES[language], PHRASES["en"]
    assert set(table) | OPTIONAL == set(english) | OPTIONAL
    for name, phrase in table.items():
        places = {field for _, field, _, _ in string.Formatter().parse(phrase) if field}
        allowed = {field for _, field, _, _ in string.Formatter().parse(english.get(name, "")) if field}
        assert places == allowed, f"{name}: {phrase}"
    said = [describe(parse(text, "Europe/Prague"), language) for text in EVERYTHING]
    assert len(set(said)) == len(EVERYTHING)
    assert not any("{" in text for text in said)
    if language != "en":
        assert "Prague time" not in " ".join(said)


def test_a_table_with_digits_has_ten() -> None:
    """Digits of a language are the ten from zero on."""
    assert all(len(table["digits"]) == 10 for table in PHRASES.values() if "digits" in table)


def test_the_languages_that_were_promised() -> None:
    """Editors read their schedules at least in these languages."""
    assert set(languages()) >= set("ar cs de en es fa fr he kk ru uk ur zh".split())


def test_every_zone_has_a_city() -> None:
    """Whatever the zone, its place can be named."""
    schedule = parse("daily at 07:30", "UTC")
    for zone in sorted(available_timezones() - {"localtime", "Factory"}):
        for language in ("en", "ar"):
            assert describe(schedule.in_zone(zone), language)
