# Needs Python 3.11 or newer, make, and the internet or a package mirror. Everything else is installed below.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench proof lock clean browser

help:  ## what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.app  ## the program in .venv; then .venv/bin/publisher works

demo: $(VENV)/.app  ## a digest and a bundle from the sample feeds, sent to a local SES
	@$(BIN)/publisher demo

test: $(VENV)/.test browser  ## every test
	@$(BIN)/python -m pytest -n auto -m "not proof"

lint: $(VENV)/.lint  ## style, types, rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.lint  ## write the style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(VENV)/.test  ## the numbers, measured
	@for file in bench/bench_*.py; do echo "== $$file"; $(BIN)/python -m bench.$$(basename $$file .py) || exit 1; done

proof: $(VENV)/.test browser  ## the long proofs
	@$(BIN)/python -m pytest -m proof

browser: $(VENV)/.test
	@$(BIN)/python tests/install_browser.py

lock: $(VENV)/.lint  ## write requirements/*.lock anew (needs uv)
	@sh requirements/lock.sh

clean:  ## remove what was made
	rm -rf $(VENV) var dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Publisher needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

# A stamp per set: app < test < lint, each with hashes, then the project itself without asking any index.
$(VENV)/.app: requirements/app.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing the program into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/app.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.lock $(VENV)/.app
	@echo "installing what the tests need into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/test.lock
	@touch $@

$(VENV)/.lint: requirements/lint.lock $(VENV)/.test
	@echo "installing what the checks need into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/lint.lock
	@touch $@
