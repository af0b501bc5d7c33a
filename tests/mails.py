"""Mails to audit: one in which nothing is to be found, and the two ways to say what a rule makes of another."""

from __future__ import annotations

from typing import Final

from publisher.accessibility.audit import audit
from publisher.accessibility.page import read_html

CLEAN_STYLE: Final = (
    "@media (prefers-color-scheme: dark) { .page { background: #111111 !important; color: #eeeeee !important } "
    ".page a { color: #9ecbff !important } }"
)


def make_mail(inner: str = "", *, head: str = "", lang: str = "en", direction: str = "ltr") -> str:
    """Give a mail in which nothing is to be found, with `inner` between two of its stories."""
    return f"""<!DOCTYPE html>
<html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Morning digest</title><style>{CLEAN_STYLE}</style>{head}</head>
<body style="margin:0"><div class="page" role="article" aria-roledescription="email" aria-label="Morning digest"
 lang="{lang}" dir="{direction}" style="background:#ffffff;color:#1a1a1a;font-size:16px;line-height:1.5">
<div style="display:none">Three stories about the harbour.</div>
<a href="#stories" style="display:inline-block;padding:12px 0;color:#0b5394">Skip to the stories</a>
<!--[if mso]><table role="presentation"><tr><td><![endif]-->
<h1 style="font-size:28px;margin:0">Morning digest</h1>
<p><a class="web-version" href="https://example.org/web" style="color:#0b5394">Read this issue on the web</a></p>
<a name="stories" id="stories"></a><a name="post-1" id="post-1"></a>
<h2><a href="https://example.org/1" style="color:#0b5394">Harbour opens after the storm</a></h2>
<img src="https://example.org/1.jpg" alt="A crane lifts a red boat out of grey water" style="width:100%;height:auto">
<p class="cap">Photo: The east dock on Monday (Ann Lee)</p>
<p>The harbour opened again after three days of storm.</p>
{inner}
<a name="post-2" id="post-2"></a>
<h2><a href="https://example.org/2" style="color:#0b5394">Ferries sail again</a></h2>
<ul><li>Two in the morning</li><li>One at night</li></ul>
<h2>About this email</h2>
<p><a href="https://unsubscribe.slot.invalid/" style="color:#0b5394">Unsubscribe from Morning digest</a></p>
<!--[if mso]></td></tr></table><![endif]-->
</div></body></html>"""


def make_eml(html: str, *, text: str | None = "", headers: str = "") -> bytes:
    """Give a whole mail; `text` None leaves the text part out, "" writes one that goes with `make_mail()`."""
    parts = [("text/plain", text or MAIL_TEXT)] if text is not None else []
    body = "".join(
        f"--frontier\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{content}\r\n"
        for kind, content in [*parts, ("text/html", html)]
    )
    head = headers or "List-Unsubscribe: <https://example.org/u>\r\n"
    return (
        f"From: Example News <news@example.org>\r\nSubject: Morning digest\r\n{head}MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="frontier"\r\n\r\n{body}--frontier--\r\n'
    ).encode()


MAIL_TEXT: Final = """Morning digest

Harbour opens after the storm
https://example.org/1

Image: A crane lifts a red boat out of grey water

Ferries sail again
https://example.org/2
"""


def found_rules(html: str | bytes) -> list[str]:
    """Audit the HTML of a mail and name the rules that fired."""
    return [finding.rule for finding in audit(read_html(html))]


def check_clean(html: str | bytes) -> None:
    """Hold that nothing at all is found."""
    assert audit(read_html(html)) == ()


def check_finds(html: str | bytes, rule: str) -> None:
    """Hold that a rule, named by its id or by its WCAG criterion, fires."""
    findings = audit(read_html(html))
    assert rule in {name for finding in findings for name in (finding.rule, finding.wcag)}, findings
