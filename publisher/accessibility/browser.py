"""A page in Chromium: axe-core in four modes, forced dark, reflow, screenshots and what is heard.

Optional (`publisher[browser]`) and the only module of this room with side effects. Nothing is fetched: whatever the
page asks for is refused, so that pictures show as blocked, and no script of the page runs.

    with Browser() as browser:
        findings = browser.audit(page)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from publisher.accessibility import axe, heard, pixels
from publisher.accessibility.axe import Seen
from publisher.accessibility.contrast import RULES as CONTRAST_RULES
from publisher.accessibility.heard import Heard
from publisher.accessibility.page import Page
from publisher.accessibility.rule import Rule, shorten
from publisher.accessibility.size import RULES as SIZE_RULES
from publisher.errors import OutsideError
from publisher.model import Finding

try:
    from playwright import sync_api
except ImportError:  # the optional extra is not installed: said where a browser is asked for
    sync_api = None  # type: ignore[assignment]  # checked before any use

WIDE: Final = 800
NARROW: Final = 320
MODES: Final = (("light", WIDE), ("dark", WIDE), ("light", NARROW), ("dark", NARROW))

_ADDRESS: Final = "https://page.invalid/"
_HEIGHT: Final = 900
_TIME_OUT: Final = 30_000
_SCALE: Final = 2.0
_TALLEST: Final = 6_000  # CSS pixels of a page that are measured: below, colours only repeat
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ARGUMENTS: Final = (
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync"),
    *("--disable-domain-reliability", "--disable-extensions", "--metrics-recording-only", "--no-first-run"),
    *("--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data: https://blocked.invalid; font-src data:"
_RUN_AXE: Final = "async (options) => (await window.axe.run(document, options)).violations"
_SCROLL: Final = "() => document.scrollingElement.scrollWidth"
_BLOCK_PICTURES: Final = """() => { for (const picture of document.images) {
  picture.removeAttribute('srcset'); picture.src = 'https://blocked.invalid/'; } }"""
# Gmail and others drop what a page says about dark, and recolour it.
_FORGET_DARK: Final = """() => {
  document.querySelectorAll('meta[name*="color-scheme" i]').forEach((one) => one.remove());
  for (const sheet of document.styleSheets) {
    if (sheet.href) continue;  // it was not fetched, and says nothing
    for (let at = sheet.cssRules.length - 1; at >= 0; at--) {
      if (/prefers-color-scheme/.test(sheet.cssRules[at].conditionText || '')) sheet.deleteRule(at);
    }
  }
  document.documentElement.style.colorScheme = 'light';
}"""
# What moves would stand elsewhere in the picture: it is held still, and a marquee, which is a finding anyway, left out.
_TEXTS: Final = """(tallest) => {
  document.getAnimations().forEach((one) => one.pause());
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const path = (element) => {
    const steps = [];
    for (let one = element; one && one.nodeType === 1; one = one.parentElement) {
      if (one.id && /^[A-Za-z][\\w-]*$/.test(one.id)) { steps.unshift('#' + one.id); break; }
      const like = one.parentElement ? [...one.parentElement.children].filter((x) => x.tagName === one.tagName) : [one];
      const tag = one.tagName.toLowerCase();
      steps.unshift(like.length === 1 ? tag : `${tag}:nth-of-type(${like.indexOf(one) + 1})`);
    }
    return steps.join(' > ');
  };
  while (walker.nextNode()) {
    const node = walker.currentNode, text = node.data.trim(), element = node.parentElement;
    if (!/[\\p{L}\\p{N}]/u.test(text) || element.closest('marquee')) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getClientRects()[0], style = getComputedStyle(element);
    if (!box || box.width < 4 || box.height < 4 || style.visibility !== 'visible') continue;
    if (box.y + scrollY + box.height > tallest) continue;
    found.push({x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height,
      size: parseFloat(style.fontSize), bold: parseInt(style.fontWeight) >= 600,
      selector: path(element), text: text.slice(0, 60)});
  }
  return found;
}"""

FORCED_DARK: Final = next(rule for rule in CONTRAST_RULES if rule.id == "contrast-forced-dark")
REFLOW: Final = next(rule for rule in SIZE_RULES if rule.id == "reflow")


def _found_axe() -> tuple[Path, tuple[int, int, int]]:
    """Find the newest axe-core: in a node_modules folder, named by PUBLISHER_AXE, or in the package with one."""
    files = [folder / "node_modules/axe-core/axe.min.js" for folder in (Path.cwd(), *Path.cwd().parents)]
    if named := os.environ.get("PUBLISHER_AXE"):
        files.append(Path(named))
    package = find_spec("axe_playwright_python")
    if package is not None and package.origin is not None:
        files.append(Path(package.origin).parent / "axe.min.js")
    found = axe.newest(files)
    if found is None:
        raise OutsideError("axe-core", "is not installed", "pip install 'publisher[browser]'")
    return found


def _found_chromium() -> str | None:
    """Find a Chromium on PATH; None leaves the choice to Playwright, which may have one of its own."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


class Browser:
    """One running Chromium, for as many pages as wanted.

    Raises OutsideError, with what to install, where there is no Playwright, Chromium or axe-core.
    """

    def __init__(self, *, executable: str | None = None) -> None:
        self._executable = executable
        self._stack = ExitStack()
        self._page: Any = None
        self._html: str | None = None
        self._shown = 0
        self.axe_version = ""

    def __enter__(self) -> Self:
        """Start Chromium."""
        if sync_api is None:
            raise OutsideError("--browser", "Playwright is not installed", "pip install 'publisher[browser]'")
        file, version = _found_axe()
        self._axe = file.read_text("utf-8")
        self.axe_version = ".".join(map(str, version))
        try:
            self._start()
        except sync_api.Error as error:
            self._stack.close()
            reason = f"does not start: {str(error).strip().splitlines()[0]}"
            fix = "Install chromium, or run: python -m playwright install chromium"
            raise OutsideError("Chromium", reason, fix) from error
        return self

    def _start(self) -> None:
        """Start Chromium with one page in it, cut off from every network."""
        playwright = self._stack.enter_context(sync_api.sync_playwright())
        sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
        launched = playwright.chromium.launch(
            executable_path=self._executable or _found_chromium(),
            args=[*_ARGUMENTS, *sandbox],
        )
        self._stack.callback(launched.close)
        context = launched.new_context(
            viewport={"width": WIDE, "height": _HEIGHT}, device_scale_factor=_SCALE, service_workers="block"
        )
        context.set_default_timeout(_TIME_OUT)
        context.route("**/*", self._answer)
        self._page = context.new_page()
        self._session = context.new_cdp_session(self._page)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop Chromium."""
        self._stack.close()

    def _answer(self, route: Any) -> None:  # noqa: ANN401 - Playwright's type exists only where it is installed
        """Give the page itself, once, and refuse everything else."""
        html, is_page = self._html, route.request.url == self._address and route.request.is_navigation_request()
        if is_page and html is not None:
            self._html = None
            headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": _POLICY}
            route.fulfill(status=200, headers=headers, body=html)
        else:
            route.abort("aborted")  # as by a person who pressed Stop: a page that refreshes itself stays where it is

    @property
    def _address(self) -> str:
        """Name the page that is shown; each has its own, for the one before may still ask for itself again."""
        return f"{_ADDRESS}{self._shown}"

    @contextmanager
    def _open(self, page: Page) -> Iterator[Any]:
        """Show a page; what the browser refuses becomes our error."""
        self._html = page.html.encode("utf-8", "replace").decode()
        self._shown += 1
        try:
            self._mode("light", WIDE)
            self._page.goto(self._address, wait_until="load")
            yield self._page
        except sync_api.Error as error:
            reason = f"the page could not be looked at: {str(error).strip().splitlines()[0]}"
            raise OutsideError("Chromium", reason) from error

    def _mode(self, scheme: str, width: int) -> None:
        """Change theme and width."""
        self._page.emulate_media(color_scheme=scheme)
        self._page.set_viewport_size({"width": width, "height": _HEIGHT})

    def audit(self, page: Page) -> tuple[Finding, ...]:
        """Run axe-core in light and dark, 800 and 320 px wide, measure reflow, and contrast where dark is forced."""
        with self._open(page) as shown:
            shown.evaluate(self._axe)
            seen: list[Seen] = []
            found: list[Finding] = []
            for scheme, width in MODES:
                self._mode(scheme, width)
                mode = f"{scheme}, {width} px"
                seen.append(Seen(mode=mode, violations=shown.evaluate(_RUN_AXE, axe.options(page.kind))))
                if (scheme, width) == ("light", NARROW):
                    found += _reflow(shown.evaluate(_SCROLL))
            found += self._forced_dark(shown)
        return (*axe.to_findings(seen, page), *found)

    def _forced_dark(self, shown: Any) -> list[Finding]:  # noqa: ANN401 - as above
        """Let Chromium make the page dark by force and measure what it drew."""
        self._mode("light", WIDE)
        shown.evaluate(_FORGET_DARK)
        self._session.send("Emulation.setAutoDarkModeOverride", {"enabled": True})
        try:
            texts = shown.evaluate(_TEXTS, _TALLEST)
            height = min(_TALLEST, shown.evaluate("() => document.documentElement.scrollHeight"))
            clip = {"x": 0, "y": 0, "width": WIDE, "height": max(1, height)}
            picture = shown.screenshot(full_page=True, clip=clip)
        finally:
            self._session.send("Emulation.setAutoDarkModeOverride")
        return _faint(pixels.measure(picture, texts, _SCALE))

    def screenshots(self, page: Page) -> dict[str, bytes]:
        """Take pictures (PNG) of the whole page: the four modes ("light-800" ...), pictures off, forced dark."""
        taken: dict[str, bytes] = {}
        with self._open(page) as shown:
            for scheme, width in MODES:
                self._mode(scheme, width)
                taken[f"{scheme}-{width}"] = shown.screenshot(full_page=True)
            self._mode("light", WIDE)
            shown.evaluate(_BLOCK_PICTURES)
            taken["images-off"] = shown.screenshot(full_page=True)
            shown.evaluate(_FORGET_DARK)
            self._session.send("Emulation.setAutoDarkModeOverride", {"enabled": True})
            taken["forced-dark"] = shown.screenshot(full_page=True)
            self._session.send("Emulation.setAutoDarkModeOverride")
        return taken

    def listen(self, page: Page) -> Heard:
        """Give outline, links and reading order from Chromium's accessibility tree."""
        with self._open(page):
            tree = self._session.send("Accessibility.getFullAXTree")
        return heard.listen(tree["nodes"])


def _reflow(width: int) -> list[Finding]:
    """Say that a page is wider than the narrowest screen."""
    if width <= NARROW:
        return []
    return [_write(REFLOW, f"{width} px on a screen of {NARROW}", None)]


def _faint(found: Sequence[pixels.Faint]) -> list[Finding]:
    """Write down faint text, one finding for each pair of colours."""
    groups: dict[tuple[str, str], list[pixels.Faint]] = {}
    for one in found:
        groups.setdefault((str(one.ink), str(one.ground)), []).append(one)
    findings = []
    for group in groups.values():
        more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
        findings.append(_write(FORCED_DARK, f"{group[0]}, at {shorten(group[0].text)}{more}", group[0].selector))
    return findings


def _write(rule: Rule, detail: str, selector: str | None) -> Finding:
    """Write down one finding of the browser's."""
    return Finding(
        rule=rule.id,
        test=rule.test,
        wcag=rule.wcag,
        severity=rule.severity,
        gate=rule.gate,
        message=f"{rule.message}: {detail}",
        fix=rule.fix,
        selector=selector,
    )
