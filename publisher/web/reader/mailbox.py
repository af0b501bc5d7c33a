"""What only the owner of a mailbox may see and do: a fresh link to it opens this page for a quarter of an hour."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from publisher.delivery import address
from publisher.errors import UsageError
from publisher.jobs.readers import consent
from publisher.jobs.readers.consent import FORMATS
from publisher.store.readers import Reader
from publisher.web import strings
from publisher.web.newsroom import newsroom
from publisher.web.pages import show, wording_of
from publisher.web.reader.office import Problem, office, say_nothing
from publisher.web.reader.sign_up import answer_request, languages_of
from publisher.web.visitor import network_of


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    """Give the time zones that somebody may live in."""
    return tuple(
        sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
    )


@csrf_exempt  # nobody is signed in here
@require_http_methods(["GET", "HEAD", "POST"])
def ask_page(request: HttpRequest) -> HttpResponse:
    """Mail a link to the settings to an address; the answer is the same for every address."""
    problem = None
    typed = request.POST.get("email", "").strip()[:400]
    if request.method == "POST":
        try:
            written = address.write_ascii(typed)
        except ValueError:
            problem = Problem(field="email", message="This is not an e-mail address. It looks like name@example.org.")
        else:
            words = wording_of(request)
            answer = consent.ask_for_mailbox_link(office(), written, words.catalogue, network_of(request))
            return answer_request(request, answer)
    values = {
        "email": typed,
        "problem": problem,
        "problem_text": wording_of(request).say(problem.message) if problem else "",
    }
    return show(request, "reader/ask.html", values, status=422 if problem else 200)


@csrf_exempt  # the link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def mailbox_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show everything that may be chosen, and do it."""
    reader = consent.mailbox_holder(office(), token)
    if reader is None:
        return say_nothing(request)
    done, problem = "", None
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "erase":
            consent.erase(office(), reader)
            return show(request, "reader/erased.html")
        done, problem = _change(request, reader, action)
        reader = consent.mailbox_holder(office(), token)
        if reader is None:
            return say_nothing(request)
    return _show(request, reader, token, done, problem)


def _show(request: HttpRequest, reader: Reader, token: str, done: str, problem: Problem | None) -> HttpResponse:
    """Show the page."""
    words = wording_of(request)
    shown = [
        {
            "name": name,
            "title": one.title,
            "is_active": (link := reader.to(name)) is not None and link.state == "active",
        }
        for name, one in newsroom().settings.newsletters.items()
    ]
    spoken = sorted({tag for one in newsroom().settings.newsletters.values() for tag in languages_of(one)})
    values = {
        "reader": reader,
        "newsletters": shown,
        "formats": FORMATS,
        "languages": [(tag, strings.wording(tag).name_of(tag)) for tag in spoken],
        "zones": _zones(),
        "token": token,
        "done": done,
        "problem": problem,
        "problem_text": words.say(problem.message) if problem else "",
        "new_address": request.POST.get("email", "") if problem else "",
    }
    return show(request, "reader/mailbox.html", values, status=422 if problem else 200)


def _change(request: HttpRequest, reader: Reader, action: str) -> tuple[str, Problem | None]:
    """Do what was chosen; gives what to say about it, or what is wrong."""
    try:
        if action == "choices":
            _choose(request, reader)
            return "Your choices are saved.", None
        if action == "newsletters":
            wanted = set(request.POST.getlist("newsletter"))
            for name in newsroom().settings.newsletters:
                consent.set_subscription(office(), reader, name, wanted=name in wanted)
            return "Your choices are saved.", None
        if action == "move":
            written = address.write_ascii(request.POST.get("email", "").strip()[:400])
            consent.move(office(), reader, written)
            return "We have sent a letter to both addresses. The change is made when both are confirmed.", None
    except ValueError:
        return "", Problem(field="email", message="This is not an e-mail address. It looks like name@example.org.")
    except UsageError:
        return "", None
    return "", None


def _choose(request: HttpRequest, reader: Reader) -> None:
    """Keep name, language, form and zone. Raises `UsageError` for what there is not."""
    zone, language = request.POST.get("zone", ""), request.POST.get("language", "")
    wishes = {
        "name": " ".join(request.POST.get("name", "").split())[:200],
        "format": request.POST.get("format", "html"),
        "zone": zone if zone in _zones() else "",
        "language": (strings.choose(language) and language[:40]) or "",
    }
    consent.choose(office(), reader, wishes)


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponse:
    """Give everything that is held about the owner of a mailbox."""
    reader = consent.mailbox_holder(office(), token)
    if reader is None:
        return say_nothing(request)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"}
    return JsonResponse(consent.hold(reader), headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 1})
