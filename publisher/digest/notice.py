"""A story that readers have already, as it is mailed to them again: with what was corrected, or why it was withdrawn.

post + note -> the post with the note in front of it, and the words around it
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from publisher.digest import body
from publisher.digest.strings import Wording, wording
from publisher.model import Post

Kind = Literal["kill", "correction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the editors said of a post: `post` as it stands now, and their note, in the post's language."""

    kind: Kind
    post: Post
    note: str

    def subject(self, language: str) -> str:
        """Write the subject of the mail."""
        return _say(wording(language), self.kind, self.post.title or self.note)

    def intro(self, language: str) -> str:
        """Tell readers why they get this."""
        words = wording(language)
        if self.kind == "kill":
            return words.say("You received this story from us. We have withdrawn it since.")
        return words.say("You received this story from us. It has been corrected since.")

    def mailed(self, language: str) -> Post:
        """Give the post as it is mailed: the note first; of a withdrawn one nothing but its title and the note.

        `language` is that of a post that names none.
        """
        post = self.post
        said = _say(wording(post.language or language), self.kind, self.note)
        if self.kind == "kill":
            kept = {name: getattr(post, name) for name in ("id", "source", "source_title", "title", "language")}
            return Post(
                **kept, direction=post.direction, published=post.published, text=said, html=body.paragraph(said)
            )
        rest = post.text or post.summary or ""
        return replace(
            post,
            html=body.paragraph(said) + (post.html or "".join(map(body.paragraph, rest.split("\n\n")))),
            text="\n\n".join(part for part in (said, rest) if part),
            summary=said,
        )


def _say(words: Wording, kind: Kind, what: str) -> str:
    """Name a thing as corrected or withdrawn."""
    if kind == "kill":
        return words.say("Withdrawn: %(what)s", what=what)
    return words.say("Correction: %(what)s", what=what)
