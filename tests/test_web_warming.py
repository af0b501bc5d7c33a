"""What a process does before its first request: everything is there, and the collector leaves it alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.web_builders import write_settings

_LOOK = """
import gc
from publisher.web.wsgi import application
from django.template import engines
from publisher.web import strings, tags
kept = engines["django"].engine.template_loaders[0].get_template_cache
names = tags.own_name.cache_info().currsize
print(gc.get_freeze_count() > 50_000, "desk/post.html" in kept, "desk/help.html" in kept, names > 20)
"""


def test_a_process_is_warm_before_its_first_request(tmp_path: Path) -> None:
    """Templates are compiled and names of languages read; a newsroom's own template that is broken stops nothing."""
    write_settings(tmp_path)
    own = tmp_path / "templates" / "web" / "desk"
    own.mkdir(parents=True)
    (own / "help.html").write_text("{% nonsense %}", encoding="utf-8")
    names = {name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "DJANGO_"))}
    names |= {"PUBLISHER_SETTINGS": str(tmp_path / "settings.toml"), "PUBLISHER_HOME": str(tmp_path / "home")}
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", _LOOK], env=names, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "True", "False", "True"]
