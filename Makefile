# Two commands on a bare machine: `make demo` and `make test`. Both set up first.
PYTHON ?= python3
VPY := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help setup setup-tests demo test check assets bench

help:
	@echo "make demo     set up, demo data, run the site (PORT=8000)"
	@echo "make test     set up, run every test"
	@echo "make check    the quick checks before a commit"
	@echo "make setup    only set up; make assets: only styles, scripts, translations"
	@echo "make bench    measure the pages and print a table"

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
