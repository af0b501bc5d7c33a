"""Rules about tables."""

from __future__ import annotations

import pytest

from tests.mails import check_clean, check_finds, found_rules, make_mail

DATA = '<table><caption>Departures</caption><tr><th scope="col">Ferry</th></tr><tr><td>Anna</td></tr></table>'
LAYOUT = "<table{}><tr><td>Left</td><td>Right</td></tr></table>"


@pytest.mark.parametrize(
    "inner",
    [
        LAYOUT.format(""),
        LAYOUT.format(' role="table"'),
        LAYOUT.format("").replace("Left", DATA),
        f"<!--[if mso]>{LAYOUT.format('')}<![endif]-->",
        '<!--[if (gte mso 9)|(IE)]><table style="a:b>c" role=><tr><td><![endif]--><p>Text</p>',
    ],
)
def test_a_layout_table_without_role_is_found(inner: str) -> None:
    """A table without headers only places things, and says so, for Outlook too."""
    check_finds(make_mail(inner), "layout-table-role")


@pytest.mark.parametrize(
    "inner",
    [
        LAYOUT.format(' role="presentation"'),
        LAYOUT.format(" role=none"),
        LAYOUT.format(' role="presentation"').replace("Left", DATA),
        "<!--[if mso]><table width='1' role='none'><tr><td><![endif]--><p>Text</p>",
        f"<!--[if !mso]><!--><!-- {LAYOUT.format('')} --><!--<![endif]-->",
        "<!--[if !mso]> <table> <![endif]-->",
    ],
)
def test_a_table_that_says_what_it_is_is_clean(inner: str) -> None:
    """Plain comments, and what Outlook does not read, do not count."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize(
    "inner",
    [
        DATA.replace("<caption>Departures</caption>", ""),
        DATA.replace("Departures", " "),
        DATA.replace(' scope="col"', ""),
        DATA.replace('scope="col"', 'scope="column"'),
        "<table><caption>Departures</caption><tr><td>Anna</td></tr></table>",
    ],
)
def test_a_data_table_that_cannot_be_followed_is_found(inner: str) -> None:
    """It needs a caption, header cells, and a scope on each."""
    check_finds(make_mail(inner), "data-table")


@pytest.mark.parametrize(
    "inner",
    [
        DATA,
        DATA.replace("col", "COL"),
        '<table role="presentation"><tr><th>Column of a layout</th></tr></table>',
        f'<div style="display:none">{DATA.replace(" scope", " data-scope")}</div>',
    ],
)
def test_a_data_table_that_can_be_followed_is_clean(inner: str) -> None:
    """Some layouts use th for columns: the role decides."""
    assert "data-table" not in found_rules(make_mail(inner))
