"""A digest in, an edition out, once per edition and language, never per recipient.

view -> Jinja2 -> protect -> MJML -> inline -> mend -> write      the mail
view -> Jinja2                                                    its plain twin, and the page of the archive
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import jinja2
from lxml import html as lxml_html
from markupsafe import Markup
from mjml import mjml2html

from publisher import language as languages
from publisher.digest import finish, passages, trim, view
from publisher.digest.look import Look, packaged
from publisher.digest.strings import wording
from publisher.digest.theme import HIGH_CONTRAST, letters
from publisher.digest.view import Cut, Speaker
from publisher.errors import SettingsError
from publisher.model import Digest, DigestPost, Expected, Rendered, Repair, Slot

_TEXT: Final = "edition.txt.jinja"
_WEB: Final = "edition.web.html.jinja"
_WEB_STYLE: Final = "_web.css.jinja"
_PLACEHOLDER: Final = re.compile(r"\{\{(?=\s*(?:amazonSES|ses:))", re.IGNORECASE)
_BLANK_LINES: Final = re.compile(r"\n{4,}")
_CAPTION: Final = '<p class="cap">'
_FIGURE: Final = re.compile(r"<figure[^>]*>|</figure>")
_LONE_CAPTION: Final = re.compile(r"<figure[^>]*><figcaption>(.*?)</figcaption></figure>")
_IMG: Final = re.compile(rf"<img ([^>]*?)/>(?=({_CAPTION})?)")
_SIZE: Final = re.compile(r'\b(width|height)="(\d+)" ?')


def render(digest: Digest, look: Look) -> Rendered:
    """Write mail, plain twin and archive page of a digest.

    A mail that grows too long is shortened, with a note and a repair; the archive page keeps everything. Raises
    `SettingsError` for a template that is not there or cannot be rendered.
    """
    repairs: list[Repair] = []
    mail = trim.fit(digest, lambda part, cut: write_mail(part, look, cut, repairs))
    context = _context(mail.digest, look, mail.cut)
    return Rendered(
        subject=digest.subject,
        html=mail.html,
        text=_disarm(_BLANK_LINES.sub("\n\n\n", fill_template(look, _TEXT, context)).strip()) + "\n",
        web=passages.write_page(
            fill_template(look, _WEB, _context(digest, look, Cut())), digest.language, _spoken(digest)
        ),
        language=digest.language,
        direction=digest.direction,
        expected=tuple(_expect(post) for post in mail.digest.posts()),
        repairs=(*digest.repairs, *_name_posts(repairs, digest), *mail.repairs),
    )


def _disarm(text: str) -> str:
    """Part the braces of what SES would fill in, such as its own unsubscribe link; looks the same to readers."""
    return _PLACEHOLDER.sub("{\u2060{", text)


def _spoken(digest: Digest) -> tuple[str, ...]:
    """Give the languages of the edition and its posts."""
    return tuple(dict.fromkeys([digest.language, *(post.language for post in digest.posts())]))


def _name_posts(repairs: Sequence[Repair], digest: Digest) -> Iterator[Repair]:
    """Name the posts of repairs by their ids; while they were made only the place in the page was known."""
    ids = {post.anchor: post.post.id for post in digest.posts()}
    for repair in repairs:
        yield replace(repair, post=ids.get(repair.post or ""))


def write_mail(digest: Digest, look: Look, cut: Cut, repairs: list[Repair]) -> str:
    """Write the HTML of the mail alone; `repairs` becomes the list of what was mended in it."""
    try:
        document = mjml2html(write_mjml(digest, look, cut), fonts={})
    except ValueError as failure:
        subject = f"template {look.template}.mjml.jinja"
        raise SettingsError(subject, f"is no valid MJML: {failure}", "mend it in your templates") from failure
    root = finish.inline(document)
    repairs[:] = passages.mark(root, digest.language, _spoken(digest))
    words = wording(digest.language)
    is_own = languages.primary(words.language) == languages.primary(digest.language)
    finish.mend(root, role_description=words.say("email") if is_own else None)
    return finish.write(root)


def write_mjml(digest: Digest, look: Look, cut: Cut) -> str:
    """Write the MJML of the mail, safe for its renderer."""
    return finish.protect(fill_template(look, f"{look.template}.mjml.jinja", _context(digest, look, cut)))


# --- templates -----------------------------------------------------------------------------------------------------


class _Templates(jinja2.FileSystemLoader):
    """Finds templates, and refuses those of mails that use what no mail should."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Read one template. Raises `SettingsError`."""
        source, path, is_current = super().get_source(environment, template)
        for element, reason in () if template in {_WEB, _WEB_STYLE} else finish.forbidden(source):
            raise SettingsError(f"template {path}", f"uses {element}: {reason}", "take it out")
        return source, path, is_current


@lru_cache(maxsize=8)
def _environment(folders: tuple[Path, ...]) -> jinja2.Environment:
    """Open the templates: a newsroom's own first, then ours. A name that is not known is an error."""
    environment = jinja2.Environment(
        loader=_Templates([*folders, packaged()]),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape((), (".txt.jinja",), default=True),  # all but the plain twin is markup
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["for_mail"] = for_mail
    environment.filters["for_web"] = for_web
    environment.filters["img_style"] = img_style
    return environment


def fill_template(look: Look, name: str, context: dict[str, object]) -> str:
    """Fill one template."""
    try:
        return _environment(look.folders).get_template(name).render(context)
    except jinja2.TemplateNotFound as failure:
        raise SettingsError(
            f"template {failure.name}", "there is no such template", _known_templates(look)
        ) from failure
    except jinja2.TemplateSyntaxError as failure:
        raise SettingsError(f"template {failure.name}, line {failure.lineno}", str(failure.message)) from failure
    except jinja2.TemplateError as failure:
        raise SettingsError(f"template {name}", str(failure), "mend it in your templates") from failure


def _known_templates(look: Look) -> str:
    """Say which templates there are."""
    names = _environment(look.folders).list_templates(filter_func=lambda name: name.endswith(".mjml.jinja"))
    return f"known: {', '.join(name.removesuffix('.mjml.jinja') for name in names if not name.startswith('_'))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slots:
    """Where each recipient's own links go."""

    unsubscribe: str = Slot.UNSUBSCRIBE.marker
    preferences: str = Slot.PREFERENCES.marker


def _context(digest: Digest, look: Look, cut: Cut) -> dict[str, object]:
    """Give the templates everything they may name."""
    words = wording(digest.language)
    speaker = Speaker(words=words, page=digest.language)
    shown = view.sections(digest, look, cut)
    number = sum(len(section.posts) for section in shown)
    has_contents = view.has_contents(digest, look)
    issue = words.say(
        "%(stories)s, %(minutes)s",
        stories=words.count("%(n)s story", "%(n)s stories", number),
        minutes=words.count("about %(n)s minute", "about %(n)s minutes", digest.minutes),
    )
    return {
        "digest": digest,
        "look": look,
        "sections": shown,
        "say": speaker,
        "issue": speaker.mark(issue),
        "issue_text": issue,
        "day": speaker.mark(words.day(digest.date)),
        "day_text": words.day(digest.date),
        "has_contents": has_contents,
        "cut": cut,
        "slots": _Slots(),
        "letters": letters(digest.language),
        "light": look.theme.light,
        "dark": look.theme.dark,
        "high_contrast": HIGH_CONTRAST,
        "width": view.WIDTH,
        "start": "right" if digest.direction == "rtl" else "left",
        "end": "left" if digest.direction == "rtl" else "right",
        "level": 3 if any(section.title for section in shown) else 2,
    }


def for_mail(body: Markup, with_pictures: bool = True) -> Markup:  # noqa: FBT001, FBT002 - a Jinja filter's argument
    """Write a body for mail clients: a picture and a paragraph for each figure, sizes that fit the sheet."""
    if "<img " not in body and "<fig" not in body:
        return body
    markup = _FIGURE.sub("", str(body))
    markup = markup.replace("<figcaption>", _CAPTION).replace("</figcaption>", "</p>")
    return Markup(_IMG.sub(_fit_img if with_pictures else "", markup))  # noqa: S704 - only its own elements were renamed


def for_web(body: Markup) -> Markup:
    """Write a body for the archive page: a figure without a picture is a paragraph."""
    return Markup(_LONE_CAPTION.sub(r'<p class="cap">\1</p>', str(body)))  # noqa: S704 - the same


def _fit_img(found: re.Match[str]) -> str:
    """Size one picture of a body for the sheet."""
    sizes = {name: int(value) for name, value in _SIZE.findall(found[1])}
    width, height = view.scale(sizes.get("width"), sizes.get("height"))
    rest = _SIZE.sub("", found[1]).strip()
    tall = f' height="{height}"' if height else ""
    return f'<img {rest} width="{width}"{tall} style="{img_style(width, found[2])}"/>'


def img_style(width: int, caption: str | None) -> str:
    """Give the style of a picture: as wide as the sheet allows, its alternative text readable when it is blocked."""
    below = 8 if caption else 16
    return (
        f"width:100%;max-width:{width}px;height:auto;display:block;margin:0 0 {below}px;font-size:16px;line-height:1.5"
    )


def _expect(post: DigestPost) -> Expected:
    """Say what a post must leave in the plain twin."""
    alts = [post.picture.alt] if post.picture and post.picture.alt and post.picture.image.url else []
    if "<img " in post.html:
        root = lxml_html.fragment_fromstring(post.html, create_parent="div")
        alts += [alt for image in root.iter("img") if (alt := image.get("alt"))]
    return Expected(
        post=post.post.id,
        anchor=post.anchor,
        title=post.title,
        url=post.url,
        language=post.language,
        alts=tuple(alts),
    )
