# Aura's commands. `make` alone lists them. PYTHON chooses the interpreter: make demo PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check -qq
PACKAGES := aura accounts audience compliments generation optimizer
MYPY_FILES := $(PACKAGES) manage.py conftest.py $(if $(wildcard benchmarks/*.py),benchmarks)
# A production-like configuration for `check --deploy`; no server is reached through it.
SAFE := AURA_SITE_URL=https://aura.example.org AURA_ALLOWED_HOSTS=aura.example.org AURA_DEBUG=0 AURA_LOG_LEVEL=WARNING
PRIVATE := $(RUN) -m aura.embedded.private -- env $(SAFE)
ARGS :=

.DEFAULT_GOAL := help
.PHONY: help demo up test lint format chaos bench venv dev clean \
	lint-format lint-ruff lint-types lint-imports lint-templates lint-django lint-openapi lint-house openapi
MAKEFLAGS += --no-print-directory

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: venv ## Start Aura with a sample audience; EXIT=1 stops after the report
	@$(RUN) manage.py demo $(if $(filter-out 0,$(EXIT)),--exit)

up: venv ## Start Aura: stores, web, workers, scheduler
	@$(RUN) manage.py up

test: dev ## Run all tests on private stores; ARGS="accounts -k sign_in" chooses
	@$(RUN) -m pytest $(ARGS)

chaos: dev ## Kill processes and stores for minutes and count what is lost
	@$(RUN) -m pytest -m chaos $(ARGS)

bench: dev ## Measure (docs/performance.md)
	@$(RUN) -m pytest -m bench -s $(or $(ARGS),$(PACKAGES) $(wildcard benchmarks))

# One list of gates for this target, pre-commit and CI.
lint: lint-format lint-ruff lint-types lint-imports lint-templates lint-django lint-openapi lint-house ## Run every gate

lint-format: dev
	@$(RUN) -m ruff format --check --quiet .

lint-ruff: dev
	@$(RUN) -m ruff check --quiet .

lint-types: dev
	@AURA_SECRET_KEY=types $(RUN) -m mypy --no-error-summary $(MYPY_FILES)

lint-imports: dev
	@$(VENV)/bin/lint-imports --no-logo

lint-templates: dev
	@$(VENV)/bin/djlint templates --check --quiet || { $(VENV)/bin/djlint templates --check; exit 1; }
	@$(VENV)/bin/djlint templates --lint --quiet

lint-django: dev
	@$(PRIVATE) sh -ec '$(RUN) manage.py check --deploy --fail-level WARNING; \
		$(RUN) -W error::RuntimeWarning manage.py makemigrations --check --dry-run; \
		$(RUN) manage.py spectacular --validate --fail-on-warn --file /dev/null'

lint-openapi: dev
	@$(PRIVATE) sh -ec '$(RUN) manage.py spectacular | diff openapi.yaml - \
		|| { echo "openapi.yaml is not what the code says: run make openapi" >&2; exit 1; }'

lint-house: dev
	@if [ -e aura/testing/house.py ]; then $(RUN) -m aura.testing.house; fi

openapi: dev ## Write openapi.yaml from the code
	@$(PRIVATE) $(RUN) manage.py spectacular --validate --fail-on-warn --file openapi.yaml

format: dev ## Format Python and templates
	@$(RUN) -m ruff check --fix --quiet . ; $(RUN) -m ruff format --quiet .
	@$(VENV)/bin/djlint templates --reformat --quiet || true

venv: $(VENV)/.runtime ## Create .venv with what Aura runs on
dev: $(VENV)/.dev ## Add what tests and gates need

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Aura needs Python 3.11 or newer; $(PYTHON) is %s. Choose one: make PYTHON=python3.12 …" % sys.version.split()[0])'
	@echo "Installing Python packages into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -r requirements.txt
	@$(RUN) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "aura.pth").write_text("$(CURDIR)\n")'
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing the tools for tests and gates …"
	@$(PIP) install -r requirements-dev.txt
	@touch $@

clean: ## Remove caches (data in .aura stays)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find $(PACKAGES) -name __pycache__ -prune -exec rm -rf {} +
