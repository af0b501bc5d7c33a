"""The pages of the desk, below /desk/."""

from __future__ import annotations

from django.urls import include, path

from publisher.web.desk import (
    edition,
    inbox,
    newsletters,
    outlets,
    people,
    post,
    preview,
    results,
    rights,
    sending,
    start,
    withdrawal,
)

urlpatterns = [
    path("", start.start, name="desk"),
    path("account/", include("allauth.urls")),
    path("help/", start.explain),
    path("log/", start.log),
    path("inbox/", inbox.inbox),
    path("sources/", inbox.sources),
    path("posts/<int:key>/", post.post),
    path("posts/<int:key>/status/", post.withhold),
    path("posts/<int:key>/withdraw/", withdrawal.withdraw),
    path("newsletters/", newsletters.newsletters),
    path("newsletters/<str:name>/", newsletters.newsletter),
    path("newsletters/<str:name>/build/", newsletters.build),
    path("editions/<str:ulid>/", edition.edition),
    path("editions/<str:ulid>/approve/", edition.approve),
    path("editions/<str:ulid>/withdraw/", edition.withdraw),
    path("editions/<str:ulid>/schedule/", edition.schedule),
    path("editions/<str:ulid>/send/", edition.send),
    path("editions/<str:ulid>/test/", edition.test),
    path("editions/<str:ulid>/preview/<str:view>/", preview.frame),
    path("editions/<str:ulid>/sending/", sending.sending),
    path("editions/<str:ulid>/follow/", sending.follow),
    path("editions/<str:ulid>/step/", sending.step),
    path("editions/<str:ulid>/settle/", sending.settle),
    path("results/", results.show),
    path("results/export/", results.export),
    path("people/", people.show),
    path("people/import/", people.import_people),
    path("people/export/", people.export),
    path("people/erase/", people.erase),
    path("people/rejected/<str:name>/", people.rejected),
    path("outlets/", outlets.show),
    path("rights/", rights.show),
]
