"""Signing up: the form, the second button for hasty forms, and the confirmation."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from publisher import resources
from publisher.delivery import address
from publisher.jobs.readers import consent
from publisher.jobs.readers.ration import Answer
from publisher.jobs.readers.sign_up import SignUp
from publisher.settings import Newsletter
from publisher.web import strings
from publisher.web.middleware import speak
from publisher.web.newsroom import newsroom
from publisher.web.pages import show, wording_of
from publisher.web.reader.office import Problem, is_slow, office, reception, say_nothing, stamp
from publisher.web.visitor import network_of

_PLACES = {"page": "sign-up page", "form": "form on another page"}


@csrf_exempt  # nobody is signed in here, and the form may stand on any page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_page(request: HttpRequest, newsletter: str) -> HttpResponse:
    """Show the form; take what was filled in."""
    chosen = _find(newsletter)
    if request.method != "POST":
        return _show_form(request, newsletter, chosen)
    asked = strings.choose(request.POST.get("language", "")[:40])
    if asked:
        speak(request, asked)
    problem, written = _read_address(request)
    if problem:
        return _show_form(request, newsletter, chosen, problem)
    if not is_slow(request.POST.get("opened", "")[:200]):
        return _show_again(request, newsletter, chosen)
    wanted = SignUp(
        address=written,
        newsletter=newsletter,
        language=_language(request, chosen),
        format=request.POST.get("format", "html")[:10],
        place=_PLACES.get(request.POST.get("place", "page")[:10], _PLACES["page"]),
        network=network_of(request),
    )
    return answer_request(request, reception().take(wanted))


def answer_request(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Say what comes next, the same for every address."""
    if answer is Answer.BUSY:
        return show(request, "reader/busy.html", status=429)
    return show(request, "reader/look.html")


def _find(newsletter: str) -> Newsletter:
    """Give a newsletter that is open to sign-ups."""
    chosen = newsroom().newsletter(newsletter)
    if chosen is None or not newsroom().settings.sign_up.open:
        raise Http404
    return chosen


def languages_of(newsletter: Newsletter) -> tuple[str, ...]:
    """Give the languages that a newsletter is written in."""
    return newsletter.languages or (newsroom().settings.site.language,)


def _language(request: HttpRequest, newsletter: Newsletter) -> str:
    """Give the language of the newsletter that the reader chose, else the one nearest to the page's."""
    offered = languages_of(newsletter)
    chosen = request.POST.get("edition_language", "")
    return chosen if chosen in offered else nearest(offered, wording_of(request).catalogue)


def nearest(offered: tuple[str, ...], wanted: str) -> str:
    """Give the language among some that serves a reader of another best; the first where none does."""
    found = [one for one in offered if one.partition("-")[0] == wanted.partition("-")[0]]
    return found[0] if found else offered[0]


def _read_address(request: HttpRequest) -> tuple[Problem | None, str]:
    """Read the address of a form; gives what is wrong with it, or how it goes over the wire."""
    typed = request.POST.get("email", "").strip()[:400]
    if not typed:
        return Problem(field="email", message="Write your e-mail address."), ""
    try:
        written = address.write_ascii(typed)
    except ValueError:
        return Problem(field="email", message="This is not an e-mail address. It looks like name@example.org."), ""
    if newsroom().settings.sign_up.disposable == "refuse" and _is_disposable(written):
        return Problem(field="email", message="Please use an address that you keep: this one is thrown away soon."), ""
    return None, written


@lru_cache(maxsize=1)
def _throwaway() -> frozenset[str]:
    """Read the domains of throw-away addresses, one a line."""
    own = newsroom().settings.folder / "disposable-domains.txt"
    file = own if own.is_file() else resources.find("templates/web/reader/disposable-domains.txt")
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().lower() for line in lines if line.strip() and not line.startswith("#"))


def _is_disposable(written: str) -> bool:
    """Say whether the domain of an address, or one above it, gives addresses to be thrown away."""
    labels = written.rpartition("@")[2].split(".")
    return any(".".join(labels[start:]) in _throwaway() for start in range(len(labels) - 1))


def _show_form(
    request: HttpRequest, newsletter: str, chosen: Newsletter, problem: Problem | None = None
) -> HttpResponse:
    """Show the form, with what was typed and what is wrong with it."""
    values = {
        "newsletter": chosen,
        "action": reverse("sign-up", args=[newsletter]),
        "opened": stamp(),
        "problem": problem,
        "problem_text": wording_of(request).say(problem.message) if problem else "",
        "email": request.POST.get("email", "")[:400],
        "format": request.POST.get("format", "html"),
        "languages": languages_of(chosen),
        "edition_language": _language(request, chosen),
    }
    return show(request, "reader/sign_up.html", values, status=422 if problem else 200)


def _show_again(request: HttpRequest, newsletter: str, chosen: Newsletter) -> HttpResponse:
    """Answer a form that came faster than people type, or from elsewhere, with one more button; nobody is refused."""
    names = ("email", "format", "language", "edition_language", "place")
    kept = {name: request.POST[name][:400] for name in names if name in request.POST}
    values = {
        "newsletter": chosen,
        "action": reverse("sign-up", args=[newsletter]),
        "opened": stamp(again=True),
        "kept": {"language": wording_of(request).catalogue, **kept},
    }
    return show(request, "reader/again.html", values)


@require_safe
def embedding_page(request: HttpRequest, newsletter: str) -> HttpResponse:
    """Show the plain form that may stand on any other page."""
    chosen = _find(newsletter)
    words = wording_of(request)
    values = {
        "newsletter": chosen,
        "action": f"{newsroom().url}{reverse('sign-up', args=[newsletter])}",
        "label": words.say("E-mail address"),
        "button": words.say("Sign up for %(name)s", name=chosen.title),
    }
    return show(request, "reader/embed.html", values)


@csrf_exempt  # the link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the one button; confirm when it is pressed. Looking at the page, as scanners of mail do, changes nothing."""
    found = consent.find_pass(office(), "confirm", token)
    if found is None:
        return say_nothing(request)
    if found.language and "lang" not in request.GET:
        speak(request, found.language)
    chosen = newsroom().newsletter(found.name)
    title = chosen.title if chosen else found.name
    if request.method == "POST" and consent.confirm(office(), token) is not None:
        return show(request, "reader/confirmed.html", {"title": title, "name": found.name})
    return show(request, "reader/confirm.html", {"title": title})
