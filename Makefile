# `make demo`, `make test`, `make test-slurm`, `make bench`, `make lint`, `make tables`: each sets up .venv first, once.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: demo test test-slurm mutations bench lint tables lock optional

# What few want, each in a group of pyproject.toml and in a lock of its own.
OPTIONAL = notify mlflow tensorboard slurm
LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-emit-index-url --custom-compile-command "make lock"

demo: .venv/installed
	snakemake

test: .venv/installed
	pytest

# A run on a Slurm of one node, which it starts: needs Debian's slurmd, slurmctld, slurm-client and
# munge, `make optional`, and root.
test-slurm: .venv/installed
	pytest --numprocesses=0 -m slurm tests/slurm

# Which single changes of the module the tests do not notice: see tests/README.md.
mutations: .venv/installed
	python tests/mutations.py

bench: .venv/installed
	GOMP_SPINCOUNT=2000 PYTHONPATH=workflow python -m benchmarks

lint: .venv/installed
	ruff check --no-cache
	ruff format --check
	snakefmt --check Snakefile workflow
	snakemake --lint
	PYTHONPATH=workflow lint-imports
	check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	check-jsonschema --schemafile tests/schemas/codemeta.schema.yaml codemeta.json
	check-jsonschema --schemafile tests/schemas/zenodo.schema.yaml .zenodo.json
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml

# The tables of config/README.md, from the schema.
tables: .venv/installed
	python workflow/scripts/config_tables.py

# All that `make` installs; without the group dev, for a container; and each optional group.
lock: .venv/installed
	$(LOCK) pyproject.toml --group dev --output-file envs/requirements.txt
	$(LOCK) pyproject.toml --constraint envs/requirements.txt --output-file envs/jobs.txt
	for group in $(OPTIONAL); do $(LOCK) --group $$group --constraint envs/requirements.txt \
	  --output-file envs/$$group.txt || exit 1; done

optional: .venv/installed
	for group in $(OPTIONAL); do \
	  pip install --require-hashes --requirement envs/$$group.txt || exit 1; done

# The stamp is the last thing made: a set-up that broke off starts again.
.venv/installed: envs/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and \
	  "Python 3.11 to 3.13 is needed (make PYTHON=python3.13), and this is " + sys.version.split()[0])'
	$(PYTHON) -m venv --clear .venv
	.venv/bin/pip install --require-hashes --requirement envs/requirements.txt
	touch $@
