# Two commands on a bare machine: `make demo` and `make test`. Both set up first.
PYTHON ?= python3
VPY := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help setup setup-tests demo test check assets bench lighthouse lock

help:
	@echo "make demo     set up, demo data, run the site (PORT=8000)"
	@echo "make test     set up, run every test"
	@echo "make check    the quick checks before a commit"
	@echo "make bench    how fast it is here (SCALE=county DATABASES=sqlite,postgres SECONDS=5 ONLY=sweep)"
	@echo "make setup    only set up; make assets: only styles, scripts, translations"

setup:
	@$(PYTHON) -m deploy.setup

setup-tests:
	@$(PYTHON) -m deploy.setup --tests

demo: setup
	@$(VPY) -m deploy.demo

test: setup-tests
	@$(VPY) -m deploy.run_tests

check: setup-tests
	@$(VPY) -m deploy.check

assets:
	@$(PYTHON) -m deploy.assets

bench: setup-tests
	@$(VPY) -m deploy.bench

# Beside a running demo: make lighthouse PAGES="/ /visits/log/" AS=officer1
lighthouse: setup-tests
	@$(VPY) -m deploy.lighthouse

# After a change in pyproject.toml or package.json. Needs `uv`; writes no addresses.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
lock:
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) --group node --no-annotate -o requirements-node.txt
	npm install --package-lock-only --no-audit --no-fund
	cd deploy/lighthouse && npm install --package-lock-only --no-audit --no-fund
