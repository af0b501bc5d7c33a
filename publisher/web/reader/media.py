"""Our copies of pictures, by the hash of their bytes: what mails show where [media] host is "own"."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.errors import OutsideError
from publisher.jobs.posts.pictures import find_copy
from publisher.media import Store, open_store
from publisher.web.newsroom import newsroom


@require_safe
def copy(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with a copy, which never changes; mail programs show it on pages of their own."""
    del request
    try:
        found = find_copy(_store(), name)
    except OutsideError as failure:
        raise Http404 from failure
    if found is None:
        raise Http404
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(found.content, content_type=found.media_type, headers=headers)


@lru_cache(maxsize=1)
def _store() -> Store:
    """Open the store of pictures, once."""
    room = newsroom()
    return open_store(room.settings.media, room.home)
