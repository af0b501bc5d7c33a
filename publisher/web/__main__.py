"""`python -m publisher.web`: Django's own commands for the newsroom that the environment names."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "publisher.web.settings")
    execute_from_command_line(["publisher manage", *sys.argv[1:]])
