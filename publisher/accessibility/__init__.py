"""A page or a post becomes findings and repairs.

Read it in this order:

    words        lists per language, as data
    alt          one alternative text, and how it stands to its caption
    wording      link texts, capitals, emoji: what a person would stumble over
    css, colour  a style sheet and a colour, as values
    cascade      the style of every element, as mail clients see it
    page         what is audited: tree, comments for Outlook, message
    language headings images links tables contrast structure media text size    the rules, by family
    audit        the table of all rules, and the walk over a page
    judgement    what only the posts behind a page can tell
    repairs      what can be mended without asking
    report       findings as report.json, as lines for a terminal, as a page
    coverage     which rule tests what, as the table in docs/accessibility.md
    captions     WebVTT and SubRip
    animation    moving pictures
    browser      Chromium and axe, optional: the only module here with side effects
"""
