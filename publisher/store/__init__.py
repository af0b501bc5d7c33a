"""The store: the only room that knows the database.

It takes and gives values of `model` and has one module of queries per aggregate:

    database.py     open a URL (SQLite or Postgres), migrate, one transaction at a time
    models/         the tables
    posts.py        sources, posts and their versions
    newsletters.py  newsletters and what they have seen
    editions.py     editions: create, approve and freeze, states, counts
    people.py       subscribers, subscriptions, suppression, erasure
    ledger.py       claim, commit, recover: who was sent what
    doubt.py        rows that nobody knows the truth about; rows that did not get it
    feedback.py     what became of accepted messages
    quota.py        one row per sending account: pace, epoch
    jobs.py         the job table of the embedded engine
    log.py          who did what, and what people must be told
    audit.py        the log as people read it
    difference.py   what differs between two versions of a post
    catalogue.py    the inbox: posts by what is wrong with them, and how each source fares
    edits.py        posts as editors changed them, and what was written about a picture before
    wishes.py       what editors want of an edition, and an edition made anew
    grants.py       roles in one newsletter or channel
    results.py      how editions went, and who subscribes
"""

import os

import django
from django.conf import settings

# Django wants to know its apps before a model is imported. A process that serves pages names its settings in
# DJANGO_SETTINGS_MODULE before it imports this; every other one gets the store alone, and stays lean.
if not settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
    settings.configure(
        INSTALLED_APPS=["publisher.store"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGGING_CONFIG=None,
    )
    django.setup()
