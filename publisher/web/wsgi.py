"""What the server runs: the Django site, in a process that ends with the one that started it."""

from __future__ import annotations

import os
import threading
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "publisher.web.settings")

from django.core.wsgi import get_wsgi_application

_LOOK = 1.0  # seconds between two looks at the parent


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, however that ended."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


if os.environ.get("PUBLISHER_SERVED"):
    threading.Thread(target=_end_with, args=(os.getppid(),), name="parent", daemon=True).start()

application = get_wsgi_application()

from publisher.web.warming import warm  # noqa: E402 - nothing of ours can be imported before Django is set up

warm()
