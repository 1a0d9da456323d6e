# `make` or `make help` lists what there is. Each command does its own set-up.
SHELL := /bin/bash
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench demo messages venv

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: venv ## start everything and print the address (PORT=8000, LAN=1 for phones in the same network)
	@exec $(PY) -m dev.run

test: venv ## linters, then all tests on a PostgreSQL and Redis of their own
	@exec $(PY) -m dev.suite

setup: venv ## only prepare: packages, database, secrets, tables, translations, engine files, demo people
	@exec $(PY) -m dev.setup

check: venv ## linters and types only
	@exec $(PY) -m dev.suite --linters

bench: venv ## speed and memory of the whole path, as ratios within one run
	@exec $(PY) -m bench

demo: venv ## make the demo's people and their past anew, while `make run` is running
	@exec $(PY) manage.py demo_world --reset

messages: venv ## compile translations and list texts that lack Chinese
	@exec $(PY) -m dev.messages

venv:
	@dev/venv.sh
