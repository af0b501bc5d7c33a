"""The editors' desk: what came in, what goes out, who may do what.

    access.py       who is asking, what they may do where, and in which language
    urls.py         the pages
    start.py        what waits for somebody; the log; help
    inbox.py        posts that came in, and how each source fares
    post.py         one post: its pictures and their descriptions, its versions
    about.py        its language, its films and sounds
    withdrawal.py   a post corrected or killed, with all that it reaches
    writing.py      posts that editors write, with their pictures
    galley.py       how what they write would read
    alerting.py     alerts by hand, from a telephone
    barriers.py     what readers could not use, as tasks
    newsletters.py  newsletters as they are declared, and when they fall due next
    edition.py      one edition: its order, its words, its report, and its way out
    segment.py      to which of its newsletter's readers an edition goes
    preview.py      an edition as five kinds of readers get it
    sending.py      an edition on its way
    mending.py      what was corrected or killed since: made anew for the rest, told to those who have it
    results.py      what became of editions; chart.py draws it
    clicks.py       how often the links of an edition were followed
    outlets.py      partners: what they pulled, which kills they have not confirmed
    survival.py     what of our posts survived on the pages of a partner
    people.py       subscribers: found, exported, erased
    intake.py       a list of people: sent, its columns chosen, taken in
    deeds.py        the log in words, and what each version of a post changed
    rights.py       accounts and their roles
    refusals.py     why something was refused, in the language of the desk
    settings.py     settings, read-only; declared.py finds the place where each is said

Every task works without a script. Views read through the store; whatever changes something goes through `jobs`.
"""
