# Every task of the project. `make demo` and `make test` need Python 3.11 or newer, and make; nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo run test check fix docs bench fuzz interop browser package faults lock clean

help:       ## list the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP)   ## everything that is needed, into .venv

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "installing into $(VENV); this takes about a minute"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(STAMP)

demo: install   ## show an event by five doors, and a transferred call with its recordings, from wire to sink (ONCE=1 ends by itself)
	@$(BIN)/gateway demo $(if $(ONCE),--once)

run: install    ## run the gateway with this folder's gateway.toml; writes one to start from if there is none
	@test -f gateway.toml || $(BIN)/gateway init .
	exec $(BIN)/gateway run

test: install   ## all tests; ARGS="-k name" for some
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: install  ## format, lint, types, floors, and that generated files are fresh
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/gateway contracts publish --check wsdl/calls/contract.toml
	$(BIN)/python -m tests.reference --check

fix: install    ## format, mend what can be mended, publish what is generated
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	$(BIN)/gateway contracts publish wsdl/calls/contract.toml
	$(BIN)/python -m tests.reference

docs: install   ## write the reference of settings, errors, metrics and commands: gateway/docs/reference
	$(BIN)/python -m tests.reference

bench: install  ## measure, beside a bare gunicorn, and where the microseconds go: about half an hour
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.stages
	$(BIN)/python -m tests.benchmarks.dialects
	$(BIN)/python -m tests.benchmarks.ringcx
	$(BIN)/python -m tests.benchmarks.rendering
	$(BIN)/python -m tests.benchmarks.attacks
	$(BIN)/python -m tests.benchmarks.neighbours
	$(BIN)/python -m tests.benchmarks.isolation
	$(BIN)/python -m tests.benchmarks.stores
	$(BIN)/python -m tests.benchmarks.deliveries
	$(BIN)/python -m tests.benchmarks.slow_disk
	$(BIN)/python -m tests.benchmarks.growth 1000000
	$(BIN)/python -m tests.benchmarks.footprint 100000
	$(BIN)/python -m tests.benchmarks.order
	$(BIN)/python -m tests.benchmarks.joins
	$(BIN)/python -m tests.benchmarks.recordings

fuzz: install  ## ten minutes of recorded calls with their bytes changed
	GATEWAY_FUZZ_SECONDS=600 $(BIN)/pytest tests/fuzz

interop: install  ## call us with clients that other people wrote, from our WSDL; installs those that are missing
	tests/interop/install.sh $(VENV)/interop
	$(BIN)/python -m tests.interop $(ARGS)

browser: install  ## open the endpoint's page in Chromium, by keyboard, on a phone, by axe's rules; installs what is missing
	tests/browser/install.sh $(VENV)/browser $(BIN)/python
	$(BIN)/pytest tests/browser

faults: install  ## a hundred kills and ten power cuts on each database: some half an hour
	GATEWAY_FAULTS=100 $(BIN)/pytest tests/faults -s

package: install  ## wheel and sdist, installed and run on every Python 3.11 to 3.14 that is here: a minute each
	GATEWAY_PACKAGING=1 $(BIN)/pytest tests/packaging

lock: install   ## write requirements.lock anew: the newest of everything, for every Python and platform we run on
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --group dev --extra s3 --no-annotate --no-emit-index-url --quiet \
	    --custom-compile-command "make lock" --upgrade --output-file requirements.lock pyproject.toml

clean:          ## take away what install made
	rm -rf $(VENV)
