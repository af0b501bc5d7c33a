"""How large a form may be: pictures and lists are stopped at their size, before they fill the disk."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from publisher.jobs.lists.intake import LARGEST
from publisher.media.keep import MAX_PICTURE

LISTS: Final = "/desk/people/import/"

_FIELDS: Final = 3_000_000  # bytes, beside the file


class Bounded(FileUploadHandler):
    """Refuses a form that is larger than its page takes; a list of people may be long, for whoever is signed in."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *_: Any) -> None:  # noqa: ANN401, N803 - Django's own names
        """Look at the length before anything is read. Raises `RequestDataTooBig`."""
        del input_data, META
        request = self.request
        user = getattr(request, "user", None)
        is_list = request is not None and request.path == LISTS and user is not None and user.is_authenticated
        if content_length > (LARGEST if is_list else MAX_PICTURE) + _FIELDS:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Let the next handler have it."""
        del start
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
        del file_size
