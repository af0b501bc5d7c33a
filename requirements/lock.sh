#!/bin/sh
# Writes the three lock files: every version with its hashes, no index address, valid for all Pythons and systems.
set -eu
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header "$@"
}
compile pyproject.toml requirements/build.in -o requirements/app.lock
compile pyproject.toml --extra test requirements/build.in -c requirements/app.lock -o requirements/test.lock
compile pyproject.toml --extra test --extra lint requirements/build.in -c requirements/test.lock -o requirements/lint.lock
