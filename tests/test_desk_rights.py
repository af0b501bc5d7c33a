"""Who may do what at the desk: the whole table, role by action, everywhere and in one place.

The table is held to the list of addresses that the desk answers: a new one without a line fails here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final

import pytest

from tests.desk_builders import ROLES, Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, serving

# where a role must hold: somewhere (then one sees one's own only), in the newsletter of the thing, in its channel, or
# everywhere
SOMEWHERE, THERE, CHANNEL, EVERYWHERE = "somewhere", "there", "channel", "everywhere"

# What each asks for changes nothing: the edition that is named is sent, and the fields are empty.
RIGHTS: Final = (
    ("GET", "", "viewer", SOMEWHERE),
    ("GET", "help/", "viewer", SOMEWHERE),
    ("GET", "inbox/", "viewer", SOMEWHERE),
    ("GET", "sources/", "viewer", SOMEWHERE),
    ("GET", "posts/<int:key>/", "viewer", THERE),
    ("POST", "posts/<int:key>/", "editor", THERE),
    ("POST", "posts/<int:key>/about/", "editor", THERE),
    ("POST", "posts/<int:key>/status/", "editor", THERE),
    ("POST", "posts/<int:key>/hear/", "viewer", THERE),
    ("POST", "posts/<int:key>/look/", "editor", THERE),
    ("GET", "posts/<int:key>/withdraw/", "approver", THERE),
    ("POST", "posts/<int:key>/withdraw/", "approver", THERE),
    ("POST", "posts/<int:key>/tell/", "editor", THERE),
    ("GET", "write/", "editor", SOMEWHERE),
    ("POST", "write/", "editor", THERE),
    ("GET", "write/<int:key>/", "editor", THERE),
    ("POST", "write/<int:key>/", "editor", THERE),
    ("GET", "alert/", "editor", SOMEWHERE),
    ("POST", "alert/", "editor", THERE),
    ("GET", "alerts/<str:ulid>/", "viewer", THERE),
    ("POST", "alerts/<str:ulid>/", "approver", THERE),
    ("GET", "barriers/", "viewer", SOMEWHERE),
    ("GET", "barriers/<int:key>/", "viewer", THERE),
    ("POST", "barriers/<int:key>/", "editor", THERE),
    ("GET", "newsletters/", "viewer", SOMEWHERE),
    ("GET", "newsletters/<str:name>/", "viewer", THERE),
    ("POST", "newsletters/<str:name>/build/", "editor", THERE),
    ("POST", "newsletters/<str:name>/deputy/", "approver", THERE),
    ("GET", "editions/<str:ulid>/", "viewer", THERE),
    ("POST", "editions/<str:ulid>/", "editor", THERE),
    ("POST", "editions/<str:ulid>/segment/", "editor", THERE),
    ("POST", "editions/<str:ulid>/approve/", "approver", THERE),
    ("POST", "editions/<str:ulid>/withdraw/", "approver", THERE),
    ("POST", "editions/<str:ulid>/schedule/", "approver", THERE),
    ("POST", "editions/<str:ulid>/send/", "approver", THERE),
    ("POST", "editions/<str:ulid>/test/", "editor", THERE),
    ("GET", "editions/<str:ulid>/preview/<str:view>/", "viewer", THERE),
    ("GET", "editions/<str:ulid>/sending/", "viewer", THERE),
    ("GET", "editions/<str:ulid>/follow/", "viewer", THERE),
    ("POST", "editions/<str:ulid>/step/", "approver", THERE),
    ("POST", "editions/<str:ulid>/settle/", "approver", THERE),
    ("POST", "editions/<str:ulid>/rebuild/", "editor", THERE),
    ("POST", "editions/<str:ulid>/correct/", "editor", THERE),
    ("GET", "editions/<str:ulid>/clicks/", "viewer", THERE),
    ("GET", "editions/<str:ulid>/clicks/export/", "viewer", THERE),
    ("GET", "results/", "viewer", SOMEWHERE),
    ("GET", "results/export/", "viewer", SOMEWHERE),
    ("GET", "people/", "admin", SOMEWHERE),
    ("POST", "people/import/", "admin", THERE),
    ("POST", "people/export/", "admin", THERE),
    ("POST", "people/erase/", "admin", EVERYWHERE),
    ("GET", "people/import/<str:key>/", "admin", THERE),
    ("POST", "people/import/<str:key>/", "admin", THERE),
    ("GET", "people/import/<str:key>/rejected/", "admin", THERE),
    ("GET", "outlets/", "viewer", SOMEWHERE),
    ("GET", "outlets/<str:name>/", "viewer", CHANNEL),
    ("POST", "outlets/<str:name>/", "editor", CHANNEL),
    ("GET", "rights/", "admin", EVERYWHERE),
    ("POST", "rights/", "admin", EVERYWHERE),
    ("GET", "log/", "admin", EVERYWHERE),
    ("GET", "settings/", "admin", EVERYWHERE),
)
_MAILING: Final = ("people/", "write/", "alert/")  # a channel has no subscribers, and nobody writes for it


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with posts, editions and accounts."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-rights"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


@pytest.fixture(scope="module")
def furnished(room: tuple[str, Furnished]) -> Furnished:
    """Give what there is."""
    return room[1]


def test_every_address_of_the_desk_stands_in_the_table(room: tuple[str, Furnished]) -> None:
    """Asked what it takes, each address names the methods that the table has for it, and no other."""
    site, furnished = room
    found = set()
    with Person(site, None) as stranger:
        for route in furnished.routes:
            answer = stranger.client.options(_path(route, furnished, "alerts"))
            assert answer.status_code == 405, f"{route} does not say which methods it takes"
            found |= {(method, route) for method in answer.headers["Allow"].split(", ") if method != "HEAD"}
    assert found == {(method, route) for method, route, _, _ in RIGHTS}


def _path(route: str, furnished: Furnished, newsletter: str) -> str:
    """Give an address that is about something of a newsletter."""
    source = {"alerts": "agency", "weekly": "sample"}[newsletter]
    post = furnished.posts[f"ours-{newsletter}" if route.startswith("write/") else f"{source}-wind"]
    edition = f"urgent-{newsletter}" if route.startswith("alerts/") else newsletter
    values = {
        "<int:key>": str(furnished.tasks[newsletter] if route.startswith("barriers/") else post),
        "<str:ulid>": furnished.editions[edition],
        "<str:view>": "light",
        "<str:name>": "radio" if route.startswith("outlets/") else newsletter,
        "<str:key>": furnished.lists[newsletter],
    }
    for hole, value in values.items():
        route = route.replace(hole, value)
    return f"/desk/{route}"


def _ask(person: Person, method: str, path: str, newsletter: str) -> int:
    """Ask for a page or send its form; gives the status."""
    answer = person.get(path) if method == "GET" else person.send(path, {"newsletter": newsletter})
    return answer.status_code


def _is_answered(status: int) -> bool:
    """Say whether somebody was let in; the empty form of a post stands on a version that is not the newest one."""
    return status in {200, 302, 409, 422}


def _hold(*, allowed: bool, status: int, path: str, who: str) -> None:
    """Hold an answer to the table."""
    assert _is_answered(status) if allowed else status == 403, (who, path, status)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_everywhere_may_do_what_its_rank_allows(
    everybody: dict[str, Person], furnished: Furnished, role: str
) -> None:
    """Every line of the table: answered, or refused with 403."""
    for method, route, least, _ in RIGHTS:
        path = _path(route, furnished, "alerts")
        allowed = ROLES.index(role) >= ROLES.index(least)
        _hold(allowed=allowed, status=_ask(everybody[role], method, path, "alerts"), path=path, who=role)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_in_one_newsletter_may_do_the_same_there_only(
    everybody: dict[str, Person], furnished: Furnished, role: str
) -> None:
    """In the newsletter as everywhere; in another one nothing at all."""
    person = everybody[f"alerts-{role}"]
    for method, route, least, reach in RIGHTS:
        path, other = _path(route, furnished, "alerts"), _path(route, furnished, "weekly")
        allowed = reach not in {EVERYWHERE, CHANNEL} and ROLES.index(role) >= ROLES.index(least)
        _hold(allowed=allowed, status=_ask(person, method, path, "alerts"), path=path, who=role)
        if reach == THERE:
            _hold(allowed=False, status=_ask(person, method, other, "weekly"), path=other, who=role)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_in_a_channel_lets_nobody_mail(everybody: dict[str, Person], furnished: Furnished, role: str) -> None:
    """Who looks after a channel works on its posts, and has no newsletter, no subscriber and no account."""
    person = everybody[f"world-{role}"]
    for method, route, least, reach in RIGHTS:
        path = _path(route, furnished, "weekly")
        is_post = route.startswith("posts/") and not route.endswith(("withdraw/", "tell/"))  # these reach newsletters
        open_here = is_post or reach == CHANNEL or (reach == SOMEWHERE and not route.startswith(_MAILING))
        allowed = open_here and ROLES.index(role) >= ROLES.index(least)
        _hold(allowed=allowed, status=_ask(person, method, path, "weekly"), path=path, who=role)


def test_whoever_has_no_role_sees_nothing(everybody: dict[str, Person], furnished: Furnished) -> None:
    """An account alone opens no page but those of accounts."""
    for method, route, _, _ in RIGHTS:
        path = _path(route, furnished, "alerts")
        assert _ask(everybody["nobody"], method, path, "alerts") == 403, path


def test_whoever_is_not_signed_in_gets_nothing(room: tuple[str, Furnished]) -> None:
    """Pages lead to the door; forms are refused."""
    site, furnished = room
    with Person(site, None) as stranger:
        for method, route, _, _ in RIGHTS:
            path = _path(route, furnished, "alerts")
            answer = stranger.get(path) if method == "GET" else stranger.send(path)
            refused = answer.status_code == 403 or answer.headers["Location"].startswith("/desk/account/login/?next=")
            assert refused, path


def test_one_language_service_never_mails_the_list_of_another(
    everybody: dict[str, Person], furnished: Furnished
) -> None:
    """The admin of one newsletter neither sees nor touches people, editions and results of another one."""
    service, edition = everybody["alerts-admin"], furnished.editions["weekly"]
    before = everybody["admin"].get(f"/desk/editions/{edition}/").text
    for action, data in (
        ("approve", {}),
        ("send", {"people": "4"}),
        ("schedule", {"at": "2030-01-01T07:30"}),
        ("step", {"action": "resume"}),
        ("test", {"addresses": "one@example.org"}),
    ):
        assert service.send(f"/desk/editions/{edition}/{action}/", data).status_code == 403
    assert service.send("/desk/people/export/", {"newsletter": "weekly"}).status_code == 403
    assert service.send("/desk/people/import/", {"newsletter": "weekly"}).status_code == 403
    after = everybody["admin"].get(f"/desk/editions/{edition}/").text
    assert after.count("<li>") == before.count("<li>")
    assert "Ready: waits for approval" in after
    for page in ("people/", "people/?newsletter=weekly", "results/?newsletter=weekly", "newsletters/", "inbox/"):
        text = service.get(f"/desk/{page}").text
        assert "weekly" not in text.replace("newsletter=weekly", "").lower(), page
    rows = csv.DictReader(service.get("/desk/results/export/?newsletter=").text.splitlines())
    assert {row["newsletter"] for row in rows} == {"alerts"}
    assert "sample" not in service.get("/desk/inbox/?source=sample").text.replace("source=sample", "")
