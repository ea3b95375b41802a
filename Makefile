# Everything a person needs to run, test and measure the project. `make` lists it.
# Works with GNU make 3.81, the one macOS has.

# The first of these that is a Python the lock file is made for; or say `make run PYTHON=...`.
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python
SUITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))
PYTHON ?= $(firstword $(foreach p,$(PYTHONS),$(shell $(p) -c '$(SUITS)' 2>/dev/null && echo $(p))))

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
UV := $(BIN)/uv
READY := .venv/.ready
ARGS ?=

# Tests run on every core: each takes a stretch of them, so that what the tests of a file share is
# made once, and then some of what another core has left. In the browser two files run at a time.
EVERY_CORE := $(BIN)/python -m pytest -q -n auto --dist worksteal
IN_BROWSER := $(BIN)/python -m pytest -q -n 2 --dist loadfile -o testpaths=tests/browser

# There each does its linear algebra on one core: threads would wait in turn.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# Modules stay compiled, whatever the shell says: compiling them took 16 s of every run of the tests.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check bench lock assets frontend readme docs calibration clean
.DELETE_ON_ERROR:

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

run: $(READY) ## Start the app; `make run ARGS="a.npz --port 8600"` passes arguments on
	@$(BIN)/explorer $(ARGS)

# Where there is no browser, and none can be had, the others run, and a line at the end says what is
# missing. Pytest's 5: ARGS chose none of these.
test: $(READY) ## Run every test: fast, slow and in the browser
	@status=0; export $(ONE_THREAD); \
	$(EVERY_CORE) -m "not browser" $(ARGS) || [ $$? = 5 ] || status=1; \
	if $(BIN)/python -m tests.browser.chromium; then \
		$(IN_BROWSER) -m browser $(ARGS) || [ $$? = 5 ] || status=1; \
	else status=1; fi; \
	exit $$status

check: $(READY) ## The quick loop: lint, format, imports, types, fast tests
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@export $(ONE_THREAD); $(EVERY_CORE) -m "not slow and not browser" $(ARGS)

bench: $(READY) ## Run the benchmarks, one after the other
	@for script in $$(grep -l '__main__' benchmarks/*.py); do \
		echo "== $$script"; $(BIN)/python $$script || exit 1; \
	done

assets: $(READY) ## Make the demo data again
	@$(BIN)/python -m assets.make

frontend: ## Bundle the canvas of the map again; needs Node, which running the app does not
	@cd explorer/maps/frontend && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && node build.mjs

readme: $(READY) ## Write the table of lenses into README.md
	@$(BIN)/python -m docs.readme

docs: $(READY) ## Hold the claims of the papers against the demo spaces, in docs/claims.md; ARGS="compression" for some lenses
	@$(BIN)/python -m docs.make $(ARGS)

calibration: $(READY) ## Count false alarms and coverage of every headline again, in docs/calibration.md (half an hour)
	@$(BIN)/python -m docs.calibration $(ARGS)

lock: $(UV) ## Pin what pyproject.toml asks for; `make lock ARGS=--upgrade` takes newer releases
	@$(UV) pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
		--generate-hashes --annotation-style line --custom-compile-command "make lock" \
		--quiet $(ARGS) --output-file requirements.lock

clean: ## Remove the environment and everything made in it
	rm -rf .venv build *.egg-info

# What is installed follows the lock file: one that did not change is not installed again. Hashes
# prove that the files are those that were locked. pip, slower, stands in where uv cannot connect:
# it alone knows the mirrors of pip's own settings.
LOCKED := --require-hashes --no-deps --requirement requirements.lock

$(READY): requirements.lock pyproject.toml | $(UV)
	@echo "Installing into .venv (the first time: several gigabytes, a minute or more)"
	@$(UV) pip install --python $(BIN)/python $(LOCKED) || $(PIP) install $(LOCKED)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(UV):
	@$(PYTHON) -c '$(SUITS)' 2>/dev/null || { \
		echo "Python 3.11 to 3.14 is needed; found: $$($(or $(PYTHON),python3) --version 2>&1)." \
			"Say which to use: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
	@awk '/^[a-z]/ {on = /^uv==/} on' requirements.lock >.venv/uv.txt
	@$(PIP) install --quiet --require-hashes --requirement .venv/uv.txt
