# Two commands matter: `make serve` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help serve setup test check bench fuzz docs lock clean
DATA_DIR := $(or $(LICENSEAPI_DATA_DIR),./var)

help: ## List what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

serve: ## Install what is needed and start the server on http://127.0.0.1:8000
	@sh scripts/setup.sh server
	@exec .venv/bin/licenseapi-server serve --with-first-account --data-dir "$(DATA_DIR)" $(ARGS)

setup: ## Install everything for development; nothing to do takes no time
	@sh scripts/setup.sh test

test: setup ## Run every test: SQLite and PostgreSQL, Python and Node
	@.venv/bin/python scripts/run_tests.py

check: setup ## Format, lint, types and fast tests, in under a minute
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/python -m pytest -q server/tests/domain server/tests/house

bench: setup ## Measure, as ratios within one run
	@.venv/bin/python bench/run.py $(ARGS)

fuzz: setup ## Try the whole API with generated requests, for longer than the tests do
	@.venv/bin/python -m pytest -q server/tests/fuzz --fuzz-examples 200

docs: setup ## Write the generated pages of docs/reference anew
	@.venv/bin/python docs/generate.py

lock: setup ## Pin the newest allowed versions of all packages
	@sh scripts/lock.sh

clean: ## Remove what was installed and cached; your data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis sdk/node/node_modules
