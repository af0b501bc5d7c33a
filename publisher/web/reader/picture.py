"""Pictures that editors uploaded: our own files, for mails, pages and partners."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.errors import OutsideError
from publisher.media import Store, open_store, recall
from publisher.web.newsroom import newsroom


@require_safe
def uploaded(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with a picture, which never changes; mail programs and partners show it on pages of their own."""
    del request
    room = newsroom()
    try:
        kept = recall(f"{room.url}/pictures/{name}", _store())
        content = _store().read(kept.key) if kept else None
    except OutsideError as failure:
        raise Http404 from failure
    if kept is None or content is None:
        raise Http404
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=kept.media_type, headers=headers)


@lru_cache(maxsize=1)
def _store() -> Store:
    """Open the store of pictures, once."""
    room = newsroom()
    return open_store(room.settings.media, room.home)
