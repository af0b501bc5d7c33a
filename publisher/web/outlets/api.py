"""The operations of the partners' API, and their OpenAPI document.

Every one of them asks first who calls, and looks only into the channels that this partner may have.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI, Path, Query
from ninja.errors import HttpError, ValidationError

from publisher.errors import PublisherError
from publisher.jobs.outlets.shelf import open_shelf
from publisher.store import bundles, channelmedia, channels, counters
from publisher.store.channels import Change, Item
from publisher.syndication import dates, signature
from publisher.web.newsroom import newsroom
from publisher.web.outlets import cursor as cursors
from publisher.web.outlets import feeds, posts
from publisher.web.outlets.access import Caller, admit
from publisher.web.outlets.cursor import Place
from publisher.web.outlets.feeds import Wanted
from publisher.web.outlets.operation import Token, answer_with, caller_of, deliver
from publisher.web.outlets.problems import ProblemError, answer, not_found
from publisher.web.outlets.representation import Stored, represent, respond, respond_file
from publisher.web.outlets.returns import router

LONGEST_WAIT: Final = 25
_LOOK: Final = 0.25  # seconds between two looks for a change
_WAITING: Final = threading.BoundedSemaphore(16)  # half of a process's threads: the others go on answering

# Pages of posts lie beside the desk: whatever got into one must not run there.
_PAGES: Final = "sandbox; default-src 'none'; img-src * data:; media-src *; style-src 'unsafe-inline'"

log = logging.getLogger("publisher.outlets")


READ: Final = Token("read")

api: Final = NinjaAPI(
    title="Publisher for partner outlets",
    version="1",
    description="Changes, posts, media, bundles and feeds of the channels that your token opens.",
    docs_url=None,
    auth=READ,
)

ItemId = Annotated[str, Path(pattern="^[0-9a-f]{24}$", description="A post in your channels.")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
ChannelName = Annotated[str, Path(max_length=200)]
Channel = Annotated[
    str | None, Query(max_length=200, description='Only this channel; "practice" is your own to rehearse in.')
]


@api.get("/", auth=None, summary="Where everything is")
def show_index(request: HttpRequest) -> HttpResponse:
    """Name the addresses of this API. Needs no token."""
    names = ("changes", "bundles", "receipts", "practice", "republished", "key", "openapi.json")
    return answer_with(
        request, {"name": newsroom().settings.site.name, **{name: posts.api_url(name) for name in names}}
    )


# --- changes --------------------------------------------------------------------------------------------------------


@api.get("/changes", summary="What changed, in order")
def list_changes(
    request: HttpRequest,
    cursor: Annotated[
        str | None, Query(max_length=100, description="Where you are; without it, the beginning.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for a change.")] = 0,
    channel: Channel = None,
) -> HttpResponse:
    """Give changes behind a cursor: new, update, correction or kill. Keep the cursor of the last one you worked off.

    Begun without a cursor, it gives every post once, as it stands now, and then what happens. 410: the cursor is too
    old or not from here; begin anew.
    """
    caller = caller_of(request)
    names = caller.channels(channel)
    place = _place(cursor, caller, channel)
    found = _look(names, place, limit)
    if not found and wait:
        found = _wait(caller, names, place.reached, limit, wait)
    reached = found[-1].sequence if found else place.reached
    deliver(request, [(change.item, change.revision) for change in found], reached)
    here = cursors.write(reached, place.until)
    following = {"cursor": here, "limit": limit} | ({"channel": channel} if channel else {})
    return answer_with(
        request,
        {
            "changes": [
                {**posts.describe_change(change), "cursor": cursors.write(change.sequence, place.until)}
                for change in found
            ],
            "cursor": here,
            "more": len(found) == limit,
            "next": posts.api_url(f"changes?{urlencode(following)}"),
        },
    )


def _place(cursor: str | None, caller: Caller, channel: str | None) -> Place:
    """Read a cursor; none begins anew.

    Raises: ProblemError 400 for what is none of ours, 410 for one from the future or of long ago.
    """
    if not cursor:
        return Place(after=0, until=caller.counters.changes)
    found = cursors.read(cursor)
    if found is None:
        raise ProblemError(400, "cursor", "This is no cursor of ours: use one as it was given to you.")
    if found.reached > counters.read().changes or found.reached < channels.floor(caller.channels(channel)):
        reason = "This cursor is not valid any more: changes since were forgotten. Begin anew without one."
        place = f"?{urlencode({'channel': channel})}" if channel else ""
        raise ProblemError(410, "cursor-expired", reason, resync=posts.api_url(f"changes{place}"))
    return found


def _look(names: tuple[str, ...], place: Place, limit: int) -> tuple[Change, ...]:
    """Give changes behind a place: for who has begun anew, first what still stands."""
    found = channels.standing(names, place.after, place.until, limit) if place.after < place.until else ()
    return found + channels.changes(names, place.reached, limit - len(found)) if len(found) < limit else found


def _wait(caller: Caller, names: tuple[str, ...], after: int, limit: int, seconds: int) -> tuple[Change, ...]:
    """Wait for a change, unless too many wait already: then the answer comes at once.

    What the counters said when the caller came in was before anybody looked: no change falls in between.
    """
    if not _WAITING.acquire(blocking=False):
        return ()
    try:
        seen, ends = caller.counters, time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(_LOOK)
            now = counters.read()
            if now.access != seen.access and not caller.is_still_let_in():
                return ()
            if now.changes != seen.changes:
                seen = now
                found = channels.changes(names, after, limit)
                if found:
                    return found
    finally:
        _WAITING.release()
    return ()


# --- posts ----------------------------------------------------------------------------------------------------------


@api.get("/items/{item}", summary="A post as it stands now")
def show_item(request: HttpRequest, item: ItemId, channel: Channel = None) -> HttpResponse:
    """Describe a post, with its files and media. Accept: text/html, text/plain and so on give that file itself."""
    found = _find(request, item, None, channel)
    role = posts.format_of(str(request.META.get("HTTP_ACCEPT", "")), posts.formats_of(found))
    response = answer_with(request, posts.describe(found)) if role is None else _file(request, found, role=role)
    response.headers["Vary"] = "Accept, Accept-Encoding, Authorization"
    return response


@api.get("/items/{item}/versions/{version}", summary="One version of a post")
def show_version(request: HttpRequest, item: ItemId, version: Number, channel: Channel = None) -> HttpResponse:
    """Describe a version of a post; of a withdrawn post every version is the withdrawal.

    Each channel counts its own versions: without one, a channel is chosen in which the post may be used.
    """
    return answer_with(request, posts.describe(_find(request, item, version, channel)))


@api.get("/items/{item}/versions/{version}/{file}", summary="A file of a version")
def show_file(
    request: HttpRequest,
    item: ItemId,
    version: Number,
    file: Annotated[str, Path(max_length=40)],
    channel: Channel = None,
) -> HttpResponse:
    """Give a version in one format: post.ninjs.json, post.html and whatever else the description lists."""
    return _file(request, _find(request, item, version, channel), name=file)


def _find(request: HttpRequest, item: str, version: int | None, channel: str | None) -> Item:
    """Find a post that the caller may have, in a channel (None: any). Raises: ProblemError 404."""
    caller = caller_of(request)
    found = channels.find(caller.channels(channel) if channel is not None else caller.everything, item, version)
    if found is None:
        raise not_found("post or version")
    deliver(request, [(found.change.item, found.change.revision)], found.change.sequence)
    return found


def _file(request: HttpRequest, item: Item, *, name: str = "", role: str = "") -> HttpResponse:
    """Answer with a file of a post. Raises: ProblemError 404."""
    for file in posts.bundle_of(item).files:
        if file.path.startswith("data/items/") and (file.role == role or file.path.rpartition("/")[2] == name):
            accepted = str(request.META.get("HTTP_ACCEPT_ENCODING", ""))
            kind = file.media_type + ("; charset=utf-8" if file.media_type.startswith("text/") else "")
            response = respond(request, represent(file.content, kind, accepted=accepted))
            if file.role == "html":
                response.headers["Content-Security-Policy"] = _PAGES
            return response
    raise not_found("file of this post")


@api.get("/media/{sha256}", summary="A picture or text track")
def show_medium(request: HttpRequest, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> HttpResponseBase:
    """Give a picture, with its description inside, or a captions file, by the hash that descriptions name."""
    caller = caller_of(request)
    found = channelmedia.find_medium(caller.everything, sha256)
    if found is None:
        raise not_found("medium")
    shelf = newsroom().home / "media" / "channels"
    ending = found.file.rpartition(".")[2]
    file = Stored(
        path=shelf / found.file,
        sha256=sha256,
        size=found.size,
        media_type=found.media_type,
        name=f"{sha256[:16]}.{ending}",
    )
    return respond_file(request, file, caller.is_still_let_in)


# --- bundles and feeds ----------------------------------------------------------------------------------------------


@api.get("/bundles", summary="Bundles that can be pulled")
def list_bundles(request: HttpRequest, channel: Channel = None) -> HttpResponse:
    """List signed bundles, newest first. One that holds what was withdrawn since is not among them."""
    found = bundles.listed(caller_of(request).channels(channel))
    listed = [
        {
            "sequence": one.sequence,
            "channel": one.channel,
            "href": posts.api_url(f"bundles/{one.sequence}.zip"),
            "sha256": one.sha256,
            "bytes": one.size,
            "posts": one.posts,
            "at": dates.to_rfc3339(one.at),
        }
        for one in found
    ]
    return answer_with(request, {"bundles": listed})


@api.get("/bundles/{int:sequence}.zip", summary="A bundle")
def show_bundle(request: HttpRequest, sequence: Number) -> HttpResponseBase:
    """Give a bundle; Range and If-Range resume a pull that broke off."""
    caller = caller_of(request)
    found = bundles.find(caller.everything, sequence)
    if found is None:
        raise not_found("bundle")
    if found.gone:
        reason = "This bundle is not given out any more: pull the newest one."
        raise ProblemError(410, "bundle-gone", reason, resync=posts.api_url(f"bundles?channel={found.channel}"))
    deliver(request, [], sequence)
    file = Stored(
        path=newsroom().home / "bundles" / "channels" / found.file,
        sha256=found.sha256,
        size=found.size,
        media_type="application/zip",
        name=f"{found.channel}-{sequence}.zip",
    )
    return respond_file(request, file, caller.is_still_let_in)


Suffix = Literal["rss", "atom", "json"]
Stretch = Annotated[int, Path(ge=0, le=2**53, description="As the links of the feed name it.")]
Secret = Annotated[str, Path(max_length=100)]


@api.get("/feeds/{channel}/feed.{suffix}", summary="A feed", auth=Token("feeds"))
def show_feed(request: HttpRequest, channel: ChannelName, suffix: Suffix) -> HttpResponse:
    """Give the feed of a channel as RSS, Atom or JSON Feed. A-IM: feed gives what changed since your ETag alone."""
    return _feed(request, caller_of(request), Wanted(channel=channel, suffix=suffix))


@api.get("/feeds/{channel}/archive/{stretch}.{suffix}", summary="An older page of a feed", auth=Token("feeds"))
def show_feed_page(request: HttpRequest, channel: ChannelName, stretch: Stretch, suffix: Suffix) -> HttpResponse:
    """Give older posts of a channel: follow prev-archive (RFC 5005), or next_url, until you know a page already."""
    return _feed(request, caller_of(request), Wanted(channel=channel, suffix=suffix, stretch=stretch))


@api.get("/f/{secret}/{channel}/feed.{suffix}", summary="A feed at a secret address", auth=None)
def show_secret_feed(request: HttpRequest, secret: Secret, channel: ChannelName, suffix: Suffix) -> HttpResponse:
    """Give a feed to a reader that can send no header. The address is as secret as a token, and opens nothing else."""
    return _secret_feed(request, secret, Wanted(channel=channel, suffix=suffix))


@api.get("/f/{secret}/{channel}/archive/{stretch}.{suffix}", summary="An older page at a secret address", auth=None)
def show_secret_feed_page(
    request: HttpRequest, secret: Secret, channel: ChannelName, stretch: Stretch, suffix: Suffix
) -> HttpResponse:
    """Give older posts to a reader that can send no header."""
    return _secret_feed(request, secret, Wanted(channel=channel, suffix=suffix, stretch=stretch))


def _secret_feed(request: HttpRequest, secret: str, wanted: Wanted) -> HttpResponse:
    """Let a secret address in, and answer with a document that leads to its neighbours below that address."""
    caller = admit(request, "feeds", secret)
    request.auth = caller  # type: ignore[attr-defined]  # read at the gate
    response = _feed(request, caller, wanted, posts.api_url(f"f/{secret}/{wanted.channel}/"))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _feed(request: HttpRequest, caller: Caller, wanted: Wanted, folder: str | None = None) -> HttpResponse:
    """Answer with a document of a feed."""
    response, found = feeds.answer(request, caller, wanted, folder)
    request.delivered = (found.items, found.sequence)  # type: ignore[attr-defined]  # read at the gate
    return response


@api.get("/key", summary="The key under bundles")
def show_key(request: HttpRequest) -> HttpResponse:
    """Give the public key that bundles are signed with, as PEM; keep it: one that came with a bundle proves little."""
    shelf = open_shelf(newsroom().home, newsroom().settings.folder)
    return respond(request, represent(signature.public_key(shelf.key), "application/x-pem-file", accepted=""))


api.add_router("", router)


# --- when something is wrong ----------------------------------------------------------------------------------------


@api.exception_handler(ProblemError)
def refuse(request: HttpRequest, failure: ProblemError) -> HttpResponse:
    """Answer with the refusal."""
    del request
    return answer(failure)


@api.exception_handler(ValidationError)
def refuse_values(request: HttpRequest, failure: ValidationError) -> HttpResponse:
    """Say which value cannot be."""
    del request
    wrong = [{"where": ".".join(str(part) for part in one["loc"]), "reason": one["msg"]} for one in failure.errors]
    return answer(ProblemError(422, "values", "Something in the request is not as it should be.", errors=wrong))


@api.exception_handler(HttpError)
def refuse_request(request: HttpRequest, failure: HttpError) -> HttpResponse:
    """Say that the request cannot be read."""
    del request
    return answer(ProblemError(failure.status_code, "request", str(failure)))


@api.exception_handler(PublisherError)
def admit_failure(request: HttpRequest, failure: PublisherError) -> HttpResponse:
    """Say that something of ours does not work now."""
    log.error("%s: %s", request.path if "/f/" not in request.path else "a secret feed", failure)
    reason = "Something here does not work now. Ask again in a minute."
    return answer(ProblemError(503, "unavailable", reason, {"Retry-After": "60"}))
