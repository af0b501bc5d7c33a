"""A page or a post becomes findings and repairs.

Read it in this order:

    words        lists per language, as data
    alt          one alternative text, and how it stands to its caption
    wording      link texts, capitals, emoji: what a person would stumble over
    css, colour  a style sheet and a colour, as values
    matching     the rules of a style sheet, element by element
    cascade      the style of every element, as mail clients see it
    tree         HTML with the indexes that rules need, made in one walk
    page         what is audited: tree, styles, and what is known of message and posts
    rule         what a rule is, and how what it finds becomes a Finding
    language headings images links tables contrast structure media text size vml     the rules, by family (and `aria`)
    judgement    what only the posts behind an edition can tell
    audit        the table of all rules, and the audit of a page
    repairs      what can be mended without asking
    report       findings as report.json and as lines for a terminal; report_page as a page for people
    statement    the figures of an accessibility statement, out of the reports of a newsletter's editions
    captions     WebVTT and SubRip
    animation    moving pictures
    browser      Chromium, optional and the only module with side effects; axe, heard and pixels read what it saw
    coverage     which rule tests what, as the table in docs/accessibility.md
"""
