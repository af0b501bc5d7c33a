"""The pages of the desk and the states they can be in: what axe, the Nu checker and narrow screens are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.desk_builders import Furnished

VIEWS: Final = ("light", "dark", "blocked", "narrow", "mirrored", "text", "outline", "links", "heard")
LISTS: Final = ("weekly", "new", "export", "broken", "waiting", "failed")
FILES: Final = frozenset(
    {
        "results/export/",
        "people/import/<str:key>/rejected/",
        "editions/<str:ulid>/clicks/export/",
        "editions/<str:ulid>/follow/",
    }
)
FRAMES: Final = frozenset({"editions/<str:ulid>/preview/<str:view>/"})  # mails, audited as such


def states(furnished: Furnished) -> tuple[str, ...]:
    """Name the addresses at which an admin looks at each page and state."""
    posts, alerts, weekly = furnished.posts, furnished.editions["alerts"], furnished.editions["weekly"]
    return (
        "/desk/",
        "/desk/inbox/",
        "/desk/inbox/?state=undescribed",
        "/desk/inbox/?source=agency&language=en",
        "/desk/inbox/?words=xyzzy",
        "/desk/inbox/?from=4",
        "/desk/sources/",
        f"/desk/posts/{posts['sample-ferry']}/",
        f"/desk/posts/{posts['sample-jam']}/",
        f"/desk/posts/{posts['sample-wind']}/",
        f"/desk/posts/{posts['sample-rope']}/withdraw/",
        "/desk/posts/999999/",
        "/desk/write/",
        f"/desk/write/{posts['ours-alerts']}/",
        "/desk/alert/",
        f"/desk/alerts/{furnished.editions['urgent-alerts']}/",
        "/desk/barriers/",
        "/desk/barriers/?state=settled",
        f"/desk/barriers/{furnished.tasks['alerts']}/",
        "/desk/newsletters/",
        "/desk/newsletters/pair/",
        "/desk/newsletters/daily/",
        "/desk/newsletters/none/",
        *(f"/desk/editions/{weekly}/?view={view}" for view in VIEWS),
        f"/desk/editions/{alerts}/",
        f"/desk/editions/{weekly}/sending/",
        f"/desk/editions/{alerts}/sending/",
        f"/desk/editions/{furnished.editions['halted']}/",
        f"/desk/editions/{furnished.editions['halted']}/sending/",
        f"/desk/editions/{furnished.editions['told']}/",
        f"/desk/editions/{furnished.editions['moving']}/sending/",
        f"/desk/posts/{posts['wire-jam']}/",
        f"/desk/posts/{posts['wire-ferry']}/",
        f"/desk/editions/{alerts}/clicks/",
        f"/desk/editions/{weekly}/clicks/",
        "/desk/results/",
        "/desk/results/?newsletter=daily",
        "/desk/people/",
        "/desk/people/?words=nobody",
        *(f"/desk/people/import/{furnished.lists[name]}/" for name in LISTS),
        f"/desk/people/import/{furnished.lists['new']}/?shape=ghost",
        "/desk/people/?newsletter=weekly&state=active&language=en",
        "/desk/outlets/",
        "/desk/outlets/radio/",
        "/desk/outlets/nobody/",
        "/desk/rights/",
        "/desk/settings/",
        "/desk/settings/?section=newsletters.pair",
        "/desk/log/",
        "/desk/log/?actor=nobody",
        "/desk/help/",
        "/desk/account/password/change/",
        "/desk/account/2fa/",
        "/desk/account/reauthenticate/",
        "/desk/account/logout/",
        "/desk/nowhere/",
    )


def mistakes(furnished: Furnished) -> tuple[tuple[str, str, Mapping[str, str]], ...]:
    """Name forms that are refused: the page that they stand on, where they go, and what is filled in."""
    alerts, pair = (f"/desk/editions/{furnished.editions[name]}/" for name in ("alerts", "pair"))
    return (
        (f"{pair}", f"{pair}schedule/", {"at": "soon"}),
        (f"{pair}", f"{pair}test/", {"addresses": "nonsense"}),
        (f"{alerts}sending/", f"{alerts}step/", {"action": "cancel"}),
        (f"{alerts}sending/", f"{alerts}settle/", {"answer": "perhaps"}),
        ("/desk/people/", "/desk/people/erase/", {"address": "nonsense", "sure": "on"}),
        ("/desk/people/", "/desk/people/import/", {"newsletter": "weekly"}),
        ("/desk/rights/", "/desk/rights/", {"account": "admin", "scope": "everywhere", "role": "viewer"}),
        ("/desk/rights/", "/desk/rights/", {"account": "nobody", "scope": "newsletters.pair", "role": ""}),
    )
