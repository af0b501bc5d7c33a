"""The report as a page for people: what must be fixed, what to decide, what to know; accessible itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import jinja2
from markupsafe import Markup

from publisher.accessibility.audit import rule_named
from publisher.accessibility.report import GROUPS, Report, locate
from publisher.model import Finding

Say = Callable[[str], str]

_PAGE: Final = """<!DOCTYPE html>
<html lang="{{ language }}" dir="{{ direction }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --ink: #1b1b1b; --ground: #ffffff; --line: #767676; --link: #0b4f8a; --soft: #f3f3f3 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececec; --ground: #151515; --line: #8d8d8d; --link: #9ecbff; --soft: #232323 }
}
body { margin: 0 auto; padding: 1rem; max-width: 46rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--ground) }
a { color: var(--link) }
.skip { display: inline-block; padding: .5rem 0 }
li.finding { margin: 0 0 1rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .25rem;
  background: var(--soft) }
ol { padding: 0; list-style: none }
h3 { margin: 0; font-size: 1.05rem }
dt { font-weight: bold }
dd { margin: 0 0 .25rem; overflow-wrap: anywhere }
code { overflow-wrap: anywhere }
</style>
</head>
<body>
<a class="skip" href="#findings">{{ say("Skip to the findings") }}</a>
<header>
<h1>{{ heading }}</h1>
<p>{{ verdict }}</p>
</header>
<nav aria-label="{{ say('Groups') }}">
<ul>
{% for group in groups %}<li><a href="#{{ group.id }}">{{ group.title }}: {{ group.findings|length }}</a></li>
{% endfor %}</ul>
</nav>
<main id="findings" tabindex="-1">
{% for group in groups %}
<section aria-labelledby="{{ group.id }}">
<h2 id="{{ group.id }}">{{ group.title }} ({{ group.findings|length }})</h2>
{% if group.findings %}
<ol>
{% for finding in group.findings %}<li class="finding">
<h3>{{ finding.message }}</h3>
<dl>
{% for name, value in describe(finding) %}<dt>{{ name }}</dt><dd>{{ value }}</dd>
{% endfor %}</dl>
</li>
{% endfor %}</ol>
{% else %}
<p>{{ say("Nothing.") }}</p>
{% endif %}
</section>
{% endfor %}
{% if report.overrides %}
<section aria-labelledby="overrides">
<h2 id="overrides">{{ say("Let pass, with a reason") }} ({{ report.overrides|length }})</h2>
<ul>
{% for one in report.overrides %}<li><code>{{ one.rule }}</code>
{%- if one.post %} ({{ report.name_post(one.post) }}){% endif %}:
{{ one.reason }} ({{ one.by }})</li>
{% endfor %}</ul>
</section>
{% endif %}
{% if report.repairs %}
<section aria-labelledby="repairs">
<h2 id="repairs">{{ say("Repaired") }} ({{ report.repairs|length }})</h2>
<ul>
{% for one in report.repairs %}<li><code>{{ one.rule }}</code>
{%- if one.post %} ({{ report.name_post(one.post) }}){% endif %}:
{{ say("before") }} <code>{{ one.before }}</code>, {{ say("after") }} <code>{{ one.after }}</code></li>
{% endfor %}</ul>
</section>
{% endif %}
{% if report.skipped %}
<section aria-labelledby="skipped">
<h2 id="skipped">{{ say("Skipped") }} ({{ report.skipped|length }})</h2>
<ul>
{% for one in report.skipped %}<li><code>{{ one.source }}</code>: {{ one.reason }}</li>
{% endfor %}</ul>
</section>
{% endif %}
</main>
<footer>
<p>{{ say("A pass is no proof: whether a description suits its picture, only people can tell.") }}</p>
<p>{{ say("Rules that were asked:") }} {{ report.rules|length }}. HTML: {{ report.html_bytes }} bytes.</p>
</footer>
</body>
</html>
"""


def _as_it_is(text: str) -> str:
    """Leave the words in English."""
    return text


def write(
    report: Report,
    *,
    name: str,
    language: str = "en",
    direction: str = "ltr",
    say: Say = _as_it_is,
) -> str:
    """Write a report as an HTML page; `name` is what was audited, `say` translates the page's own words."""
    groups = [{"id": gate.value, "title": say(title), "findings": report.group(gate)} for gate, title in GROUPS]
    counts = ", ".join(f"{say(title).lower()}: {len(report.group(gate))}" for gate, title in GROUPS)
    heading = f"{say('Accessibility of')} {name}"
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(_PAGE).render(
        report=report,
        groups=groups,
        language=language,
        direction=direction,
        say=say,
        title=f"{heading} ({counts})",
        heading=heading,
        verdict=say("Nothing blocks: it may go out.") if report.passed else say("It may not go out yet."),
        describe=lambda finding: tuple(_describe(finding, report, say)),
    )


def _describe(finding: Finding, report: Report, say: Say) -> Iterator[tuple[str, str | Markup]]:
    """Give what is known of a finding, line by line."""
    rule = rule_named(finding.rule)
    yield say("How to mend it"), finding.fix
    if rule is not None:
        yield say("How to decide"), rule.decide
    where = locate(finding, report)
    if where:
        yield say("Post"), where
    if finding.selector:
        yield say("Place"), Markup("<code>{}</code>").format(finding.selector)
    criterion = f"WCAG {finding.wcag}, " if finding.wcag else ""
    yield say("Rule"), f"{finding.rule} ({criterion}{finding.severity.value})"
    if report.is_overridden(finding):
        yield say("Decision"), say("Let pass, with a reason")
