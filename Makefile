# `make demo`, `make test`, `make lint`: each sets up .venv first, once.
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)

.PHONY: demo test lint lock

demo: .venv/installed
	snakemake report

test: .venv/installed
	pytest

lint: .venv/installed
	ruff check
	ruff format --check
	snakefmt --check Snakefile workflow
	snakemake --lint

.venv/installed: envs/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --require-hashes --requirement envs/requirements.txt
	touch $@

lock: .venv/installed
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-emit-index-url --custom-compile-command "make lock" \
	  --output-file envs/requirements.txt
