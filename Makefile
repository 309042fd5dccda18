# The commands of the house; CONTRIBUTING.md says when to use which.
# Relative paths only, so that a checkout may stand anywhere, spaces in its name included.

PYTHON ?= python3
RUN := .venv/bin/python
# No browser is ever downloaded: the tests drive the system's Chromium.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
export PYTHONUNBUFFERED := 1
# Every process of the product and of its tests would compile each module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help ready demo test check sure bench shots lock fmt clean

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

ready:
	@$(PYTHON) -m dev.bootstrap

demo: ready ## Start the product with data, worker, mailbox and pretended payments; RESET=1 afresh, PORT=8000
	@$(RUN) -m dev.demo_run $(if $(RESET),--reset) $(if $(PORT),--port $(PORT))

test: ## Run every test; ONLY="tests/x.py -k word" for some
	@$(PYTHON) -m dev.bootstrap --with-browser
	@$(RUN) -m dev.cluster run --throwaway --data var/test-cluster --variable TEST_DATABASE_URL -- \
		$(RUN) -m pytest -n 3 --dist worksteal $(ONLY)

check: ready ## Format, lint, types, layers, templates, translations
	$(RUN) -m pip check --quiet
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	.venv/bin/lint-imports
	$(RUN) -m djlint templates --lint
	$(RUN) -m dev.translations check

sure: check test ## Both: before every push

bench: ready ## Measure, as ratios; SCALE=10000, ONLY="name …" for some
	@$(RUN) -m benchmarks $(if $(SCALE),--scale $(SCALE)) $(if $(ONLY),--only $(ONLY))

shots: ## A picture of every page, desktop and phone, light and dark; HOME_URL= of a demo that runs, PAGES=
	@$(PYTHON) -m dev.bootstrap --with-browser
	@$(RUN) -m dev.shots $(if $(HOME_URL),--home $(HOME_URL)) $(if $(PAGES),--only $(PAGES))

LOCK := $(RUN) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --quiet $(if $(UPGRADE),--upgrade)

lock: ready ## Remake the locks in requirements/; UPGRADE=1 takes newer versions
	@echo 'setuptools>=77' | $(LOCK) --output-file requirements/build.txt -
	@$(LOCK) --output-file requirements/lock.txt --group dev pyproject.toml

fmt: ready ## Format code and templates
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .
	$(RUN) -m djlint templates --reformat --quiet

clean: ## Remove what tools leave; the demo's data and the environment stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
