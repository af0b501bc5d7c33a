"""To which of a newsletter's readers an edition goes: all of them, or those with some tags or languages.

Never by format: that somebody reads large print is nobody's business, and no list is made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from publisher import language
from publisher.errors import UsageError
from publisher.jobs.lists.roster import normalise_tag
from publisher.model import Segment
from publisher.settings import Newsletter
from publisher.store import editions, people, wishes


def declared(newsletter: Newsletter) -> Segment:
    """Give whom the settings say that editions of a newsletter go to."""
    tags = dict.fromkeys(filter(None, map(normalise_tag, newsletter.only_tags)))
    return Segment(languages=newsletter.only_languages, tags=tuple(tags))


def narrow(edition: str, languages: Sequence[str], tags: Sequence[str], actor: str, now: datetime) -> Segment:
    """Let an edition go to those who have one of some languages and one of some tags; none of a kind is all of them.

    Its approvals are withdrawn. Raises `UsageError` for a language that is none, a tag that nobody has, and an edition
    that cannot be changed.
    """
    chosen = Segment(languages=_read_languages(languages), tags=_read_tags(edition, tags))
    wishes.narrow(edition, chosen, actor, now)
    return chosen


def _read_languages(written: Sequence[str]) -> tuple[str, ...]:
    """Read language tags. Raises `UsageError`."""
    found: dict[str, None] = {}
    for one in written:
        tag = language.normalise(one)
        if tag is None:
            raise UsageError(f"language {one[:40]!r}", "there is none of this tag", "write one such as en or pt-BR")
        found[tag] = None
    return tuple(found)


def _read_tags(edition: str, written: Sequence[str]) -> tuple[str, ...]:
    """Read tags that readers of the edition's newsletter have. Raises `UsageError`."""
    known = dict(people.tags((editions.get(edition).newsletter,)))
    found = dict.fromkeys(map(normalise_tag, written))
    for tag in found:
        if tag not in known:
            fix = f"there are: {', '.join(list(known)[:20])}" if known else "import some: a column of tags"
            raise UsageError(f"tag {tag[:60]!r}", "no reader of this newsletter has it", fix)
    return tuple(found)
