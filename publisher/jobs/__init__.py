"""The jobs: each fixes the order of calls of one piece of work, and decides nothing itself.

    worker     what runs by the clock: the table of jobs, and the rounds that keep everything going
    readers    what readers ask for and get: sign-ups, choices, letters, barriers
    editions   made of posts, changed, tried, approved, corrected
    posts      how posts come in: asked for, read, described, written at the desk
    lists      lists of people: read, looked at, taken in
    sending    an edition on its way, each person once, and what became of each message
    outlets    what partners get: channels, bundles, pushes, corrections and kills
    newsroom   what its settings declare, who may do what, and who stands in for whom
"""
