"""Reporting a barrier: which edition and story it is about is in the link, who reports it nowhere."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from publisher.jobs.readers import barriers
from publisher.store import archive
from publisher.store.archive import Published
from publisher.store.barriers import KINDS, Barrier
from publisher.web.newsroom import newsroom
from publisher.web.pages import show, wording_of
from publisher.web.reader.office import office
from publisher.web.visitor import network_of

KIND_WORDS: Final = {
    "picture": "A picture that is not described",
    "captions": "A film or a sound without captions or transcript",
    "structure": "I cannot find my way: headings, lists, tables, order",
    "contrast": "I cannot read it: colours, sizes, spacing",
    "language": "Words that I do not understand, or a voice that reads them wrong",
    "other": "Something else",
}


def link_to(newsletter: str, edition: str, post: int) -> str:
    """Give the address of the form for one story of an edition."""
    return f"{reverse('barrier')}?{urlencode({'newsletter': newsletter, 'edition': edition, 'post': post})}"


@csrf_exempt  # nobody is signed in here
@require_http_methods(["GET", "HEAD", "POST"])
def barrier_page(request: HttpRequest) -> HttpResponse:
    """Show the form; take the report to the desk."""
    about = request.POST if request.method == "POST" else request.GET
    named = about.get("newsletter", "")[:200]
    newsletter = named if newsroom().newsletter(named) is not None else ""
    edition, post, title = _place(newsletter, about.get("edition", "")[:26], about.get("post", ""))
    words = wording_of(request)
    if request.method == "POST" and about.get("kind", "") in KINDS:
        found = Barrier(
            kind=about["kind"],
            text=about.get("text", "").strip()[:4000],
            newsletter=newsletter,
            edition=edition.id if edition else "",
            post=post,
            language=words.catalogue,
        )
        if not barriers.report(office(), found, network_of(request)):
            return show(request, "reader/busy.html", status=429)
        return show(request, "reader/thanks.html")
    values = {
        "newsletter": newsletter,
        "edition": edition,
        "post": about.get("post", "")[:6],
        "title": title,
        "kinds": [(kind, words.say(KIND_WORDS[kind])) for kind in KINDS],
        "problem_text": words.say("Choose what it is.") if request.method == "POST" else "",
    }
    return show(request, "reader/barrier.html", values, status=422 if request.method == "POST" else 200)


def _place(newsletter: str, edition: str, number: str) -> tuple[Published | None, str, str]:
    """Find what a report is about: the edition, the id of the post, and its title; what is not there is left out."""
    if not newsletter:
        return None, "", ""
    found = archive.find(newsletter, edition)
    if found is None:
        return None, "", ""
    wanted = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 6 else -1  # noqa: PLR2004
    standing = next((one for one in archive.posts(found) if one.position == wanted), None)
    return (found, standing.post.id, standing.post.title or "") if standing else (found, "", found.title)
