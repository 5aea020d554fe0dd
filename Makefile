# `make demo` and `make test` need only Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test lint bench fidelity clean

demo: $(STAMP)
	$(BIN)/onenet-sim demo

test: lint
	$(BIN)/pytest --numprocesses auto --dist loadgroup --maxprocesses 4

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m tests.bench

fidelity: $(STAMP)
	$(BIN)/onenet-sim profiles --markdown > docs/fidelity.md
	$(BIN)/onenet-sim lint --rules > docs/lint.md

clean:
	rm -rf .venv

$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
