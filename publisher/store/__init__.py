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
"""
