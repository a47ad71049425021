# clinicdesk: `make demo` shows it, `make test` proves it; each target sets up what it needs.
#   make demo [TOUR=folder]   the demo clinic on this machine; with TOUR it works by itself and keeps screenshots
#   make run                  the desktop alone
#   make check                format, lint, types, import rules, generated forms, translations
#   make test                 every test, in a private display and session bus
#   make test-fast [T=path]   the tests that need no window on a display
#   make bench                the measurements of bench/
#   make faults               desks, servers and database in trouble for about a minute; judged by what they wrote down
#                             [DESKS=50] [FAULTS=1000] [MINUTES=10] [SEED=7]
#   make soak [MINUTES=30]    churn, and a look at what grows
#   make simulate             thousands of small worlds in which everything goes wrong [SEEDS=3000] [FIRST=0]
#   make machine [EXAMPLES=500]   anything in any order against the real server, held against a model of the clinic
#   make setup forms lock format translations clean distclean

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
T ?= tests
WORKERS ?= 2
bin := .venv/bin
uv := $(bin)/uv --quiet

.PHONY: demo run test test-fast check check-format check-lint check-types check-imports check-generated bench faults soak simulate machine setup system forms translations lock format clean distclean

# The tour brings its own display where there is none.
desktop := $(if $(TOUR),$(if $(DISPLAY)$(WAYLAND_DISPLAY),,tests/with-desktop))

demo: setup
	@$(desktop) $(bin)/clinicdesk demo $(if $(TOUR),--tour "$(TOUR)")

run: setup
	@$(bin)/clinicdesk

test: setup
	@tests/with-desktop $(bin)/python -m pytest -n $(WORKERS) $(T)

test-fast: setup
	@$(bin)/python -m pytest -n $(WORKERS) -m "not display" $(T)

check: check-format check-lint check-types check-imports check-generated

check-format: setup
	@$(bin)/ruff format --check .

check-lint: setup
	@$(bin)/ruff check .

check-types: setup
	@$(bin)/mypy

check-imports: setup
	@$(bin)/lint-imports --no-cache --no-logo

check-generated: setup
	@$(bin)/python hatch_build.py --check

bench: setup
	@$(bin)/python -m bench

faults: setup
	@$(bin)/python -m tests.faults random $(if $(DESKS),--desks $(DESKS)) $(if $(FAULTS),--faults $(FAULTS)) \
	    $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

soak: setup
	@$(bin)/python -m tests.faults soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

simulate: setup
	@$(bin)/python -m tests.simulation --seeds $(or $(SEEDS),3000) --first $(or $(FIRST),0)

machine: setup
	@MACHINE_EXAMPLES=$(or $(EXAMPLES),500) $(bin)/python -m pytest -o timeout=0 -o faulthandler_timeout=0 tests/state_machine/test_machine.py

setup: .venv/.package
	@$(bin)/python hatch_build.py

# uic, rcc and lrelease, for the inputs that changed; part of setup.
forms: setup

translations: setup
	@$(bin)/python hatch_build.py --extract

format: setup
	$(bin)/ruff check --fix-only .
	$(bin)/ruff format .

# Renews requirements.lock from pyproject.toml, for every platform, with hashes.
lock: | .venv/.dependencies
	$(uv) pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	    --upgrade --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock

system:
	@packaging/install-system-packages

.venv/.created: | system
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one: make PYTHON=python3.11")'
	@test -x $(bin)/python || $(PYTHON) -m venv .venv
	@touch $@

# uv comes from the lock file too: pip checks its hash, then uv checks everybody else's.
.venv/.dependencies: requirements.lock .venv/.created
	@echo "Installing the locked dependencies into .venv"
	@awk '/^[a-z]/ { wanted = /^uv==/ } wanted' requirements.lock > .venv/uv.lock
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	@$(uv) pip install --python $(bin)/python --require-hashes -r requirements.lock
	@touch $@

.venv/.package: pyproject.toml hatch_build.py .venv/.dependencies
	@$(uv) pip install --python $(bin)/python --no-deps --no-build-isolation --editable .
	@touch $@

# What was made, but for the virtual environment; distclean takes that too.
clean:
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@rm -rf src/clinicdesk/desktop/forms src/clinicdesk/desktop/translations src/clinicdesk/desktop/clinicdesk.rcc
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	@rm -rf .venv
