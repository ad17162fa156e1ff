# make run    everything on one machine: environment, data folder, first administrator, console
# make test   every test; BROWSER=0 leaves the browser tests out
# make check  every gate, the tests included, and a part of them once more on PostgreSQL
# make bench  the benchmarks     make lock  write the locks again     make clean  forget what was made
#
# Needs Python 3.11 or later and make; no root, nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := run
.PHONY: run test check gates postgresql bench lock clean browser

PYTHON ?=
BROWSER ?= 1
VENV ?= .venv
PY := $(VENV)/bin/python
PYTEST ?= -n 2

# The environment is stamped with the checksum of the lock it was made from.
RUNTIME := $(VENV)/.made-from-$(shell cksum < requirements.txt | cut -d " " -f 1)
TOOLS := $(VENV)/.tools-from-$(shell cat requirements-dev.txt requirements-peers.txt | cksum | cut -d " " -f 1)

run: $(RUNTIME)
	@exec $(PY) manage.py up

test: $(TOOLS) browser
	@if [ "$(BROWSER)" = 0 ]; then \
	  echo "The browser tests are left out, as BROWSER=0 says."; \
	  exec $(PY) -m pytest $(PYTEST) -m "not browser"; \
	else exec $(PY) -m pytest $(PYTEST); fi

check: gates
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory postgresql

# What speaks to the database in words of its own, once more on PostgreSQL (from a wheel).
ON_POSTGRESQL := tests/audit tests/jobs/test_services.py tests/certificates/querysets \
  tests/certificates/services tests/certificates/keys/test_owners.py tests/truststores/services \
  tests/endpoints/services tests/endpoints/views/test_choices.py tests/endpoints/views/test_triage.py

postgresql: $(TOOLS)
	TEST_DATABASE=postgresql $(PY) -m pytest -q $(PYTEST) $(ON_POSTGRESQL)

# The gates stand on an installation of their own, as it would be behind an https address.
gates: $(TOOLS)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports
	@set -e; made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; \
	export PKIADMIN_DATA="$$made" PKIADMIN_URL=https://pki.example.org; \
	set -x; \
	$(PY) manage.py makemigrations --check --dry-run; \
	$(PY) manage.py check --deploy --fail-level WARNING

bench: $(TOOLS)
	@exec $(PY) -m bench

lock: $(TOOLS)
	@set -e; for name in requirements requirements-dev; do \
	  $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --only-binary :all: \
	    --no-header --python-version 3.11 --upgrade "$$name.in" --output-file "$$name.txt"; \
	done; \
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-deps \
	  --no-header --python-version 3.11 --upgrade requirements-peers.in --output-file requirements-peers.txt

# The data folder stays: it holds keys.
clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -not -path "./var/*" -prune -exec rm -rf {} +

# -- the environment -------------------------------------------------------------------------------

$(PY):
	@set -e; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; \
	  then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "pkiadmin needs Python 3.11 or later; python3 is $$(python3 --version 2>&1 || true). Name another: make PYTHON=/path/to/python" >&2; \
	  exit 1; \
	fi; \
	if uv --version >/dev/null 2>&1; then exec uv venv --quiet --clear --python "$$(command -v "$$python")" $(VENV); fi; \
	if ! "$$python" -c "import ensurepip, venv" 2>/dev/null; then \
	  echo "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; \
	fi; \
	exec "$$python" -m venv --clear $(VENV)

WHEELS := --only-binary :all:
SOURCE := --no-deps --no-build-isolation

# Hashes are checked in either way; uv is some five times faster where it can be had.
define install
	@set -e; echo "Installing $(1) ..."; \
	for uv in uv $(VENV)/bin/uv; do \
	  if "$$uv" --version >/dev/null 2>&1; then \
	    exec "$$uv" pip install --quiet --python $(PY) --require-hashes $(2) -r $(1); \
	  fi; \
	done; \
	exec $(PY) -m pip install --quiet --disable-pip-version-check --no-input \
	  --require-hashes $(2) -r $(1)
endef

$(RUNTIME): requirements.txt | $(PY)
	$(call install,requirements.txt,$(WHEELS))
	@rm -f $(VENV)/.made-from-* && touch $@

# The lock of the tools holds the runtime lock.
$(TOOLS): requirements-dev.txt requirements-peers.txt | $(PY)
	$(call install,requirements-dev.txt,$(WHEELS))
	$(call install,requirements-peers.txt,$(SOURCE))
	@rm -f $(VENV)/.tools-from-* $(VENV)/.made-from-* && touch $@ $(RUNTIME)

# -- the browser -----------------------------------------------------------------------------------

browser:
	@if [ "$(BROWSER)" = 0 ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing chromium for the browser tests ..."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0; \
	fi; \
	echo "The browser tests need chromium, which is not here and could not be installed. Install it, or leave them out: make $(or $(MAKECMDGOALS),test) BROWSER=0" >&2; \
	exit 1
