"""The partners' API: what changed, posts, media, bundles and feeds, for those who may have them.

gate.py            the way in: past the middleware of pages, which partners need none of
access.py          who asks: tokens and secret feed addresses; how much they may ask for
cursor.py          a place in the order of all changes, opaque to partners
representation.py  bytes with their validators: ETag, encodings, ranges (RFC 9110)
feeds.py           the feeds of a channel, written once for every state of it
posts.py           posts as partners see them
record.py          what was answered to whom
operation.py       what every operation needs
returns.py         what partners tell us
problems.py        refusals (RFC 9457)
api.py             the operations, and their OpenAPI document
"""
