"""The accessibility statement of a newsletter: figures of what went out and of what readers reported."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from publisher.web import strings
from tests.desk_builders import Furnished, Person, furnish, write_newsroom
from tests.web_builders import SETTINGS, chromium, is_narrow, serving, violations


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom of which one newsletter has sent an edition, about which a reader reported something."""
    folder = write_newsroom(tmp_path_factory.mktemp("statement"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


def _figures(page: str) -> dict[str, str]:
    """Read the figures of a page."""
    found = re.findall(r"<dt>([^<]*)</dt><dd>(\d+)", page)
    return dict(found)


def test_the_figures_are_those_of_reports(room: tuple[str, Furnished]) -> None:
    """One edition went out; one of its pictures has a caption alone, and another one's alt repeats its caption."""
    page = httpx.get(f"{room[0]}/accessibility/alerts").text
    figures = _figures(page)
    assert figures["Tested editions"] == "1"
    assert figures["Editions without any finding"] == "0"
    assert figures["Editions with findings"] == "1"
    assert figures["Pictures left out because nobody had described them"] == "0"
    assert '<th scope="row"><bdi>1.1.1</bdi></th><td>1</td>' in page
    assert figures["In the last 12 months"] == "1"
    assert figures["Mended or answered"] == "0"
    assert "A picture that is not described: 1" in page
    assert 'href="mailto:news@example.org"' in page


def test_nothing_is_claimed_before_an_edition_went_out(room: tuple[str, Furnished]) -> None:
    """A newsletter without editions says so; one that is not declared has no statement."""
    page = httpx.get(f"{room[0]}/accessibility/daily").text
    assert "No edition has gone out yet." in page
    assert "Tested editions" not in page
    assert httpx.get(f"{room[0]}/accessibility/none").status_code == 404


def test_a_report_from_the_statement_names_its_newsletter(room: tuple[str, Furnished]) -> None:
    """Whoever follows its link reports about this newsletter, and the next statement counts it."""
    form = httpx.get(f"{room[0]}/barrier?newsletter=pair").text
    assert 'name="newsletter" value="pair"' in form
    sent = httpx.post(f"{room[0]}/barrier", data={"newsletter": "pair", "kind": "contrast"})
    assert sent.status_code == 200
    assert _figures(httpx.get(f"{room[0]}/accessibility/pair").text)["Still open"] == "1"


def test_the_desk_shows_the_same_figures(room: tuple[str, Furnished]) -> None:
    """On the page of the newsletter, with a link to what readers see; readers find it from the archive."""
    with Person(room[0], room[1].sessions["viewer"]) as viewer:
        page = viewer.get("/desk/newsletters/alerts/").text
    assert _figures(page)["Tested editions"] == "1"
    assert 'href="/accessibility/alerts"' in page
    assert 'href="/accessibility/alerts"' in httpx.get(f"{room[0]}/archive/alerts/").text
    assert 'href="/accessibility/alerts"' in httpx.get(f"{room[0]}/").text


def test_it_speaks_every_language_of_readers_pages(room: tuple[str, Furnished]) -> None:
    """No English sentence of it is left on a page in another language."""
    for tag in strings.available():
        page = httpx.get(f"{room[0]}/accessibility/alerts?lang={tag}").text
        assert f'<html lang="{tag}"' in page
        for said in ("test reports of the editions", "Tested editions", "Still open", "Automatic tests"):
            assert (said in page) is (tag == "en"), (tag, said)


@pytest.mark.browser
def test_axe_finds_nothing_on_it(room: tuple[str, Furnished]) -> None:
    """Light and wide, dark and narrow and mirrored."""
    with chromium() as browser:
        _look(browser, f"{room[0]}/accessibility/alerts")


def _look(browser: Browser, address: str) -> None:
    """Look at a page in two ways."""
    for width, language, dark in ((1200, "en", False), (320, "ar", True)):
        context = browser.new_context(color_scheme="dark" if dark else "light", bypass_csp=True, locale=language)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        assert violations(page) == []
        assert is_narrow(page)
        context.close()
