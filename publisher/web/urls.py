"""Which room answers which path."""

from __future__ import annotations

from django.urls import include, path, re_path

from publisher.web import pages

urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    re_path(r"^style-(?P<version>[0-9a-f]{12})\.css$", pages.style_sheet, name="style"),
    path("desk/", include("publisher.web.desk.urls")),
    path("api/v1/", include("publisher.web.outlets.urls")),
    path("", include("publisher.web.reader.urls")),
]

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.server_error
