"""The web: readers' pages, the editors' desk and the partners' API, in one Django site.

    settings.py     Django's settings, made of settings.toml and the home
    newsroom.py     what every view may ask for: settings, home, keys, addresses
    urls.py         which room answers which path
    wsgi.py         what the server runs; warming.py what it does before the first request
    middleware.py   security headers, the language of a page
    strings.py      our words, in the reader's language; tags.py brings them into templates
    pages.py        answers: a page, an error page, the style sheet
    visitor.py      where a request comes from, behind proxies too
    reader/         sign up, confirm, choose, leave, the archive: no cookie, no script, nothing of third parties
    desk/           the editors' pages, below /desk/
    outlets/        the partners' API, below /api/v1/

It reads through the store and renders through a room; whatever changes something goes through `publisher.jobs`.
"""
