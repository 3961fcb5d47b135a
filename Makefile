# `make run` and `make test` are all one needs; both start from a fresh clone.
PYTHON ?= python3
BIN = .venv/bin
HOST ?= $(or $(ROLLBOOK_HOST),127.0.0.1)
PORT ?= $(or $(ROLLBOOK_PORT),8000)

# how many random registration days `make soak` tries, and of how many commands each, and how many
# random documents
EXAMPLES ?= 5000
STEPS ?= 50

BOTH_STORES = tests/write_side tests/read_side tests/schema tests/registration

.PHONY: cluster run test soak replay bench bench-peers bench-growth schema playground lint clean

run: .venv/run.stamp
	@$(BIN)/python web/build.py --if-stale --if-possible
	@exec $(BIN)/rollbook serve --host $(HOST) --port $(PORT)

test: .venv/test.stamp
	@$(BIN)/python web/build.py --if-stale --if-possible
	$(MAKE) lint
	$(BIN)/python -m pytest -n 2 --dist loadfile
	ROLLBOOK_TEST_STORE=postgres $(BIN)/python -m pytest -n 2 --dist loadfile $(BOTH_STORES)

# PostgreSQL, two API nodes, a projector and its stand-by, without containers
cluster: .venv/test.stamp
	@$(BIN)/python docker/cluster.py $(FOLDER)

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: .venv/test.stamp
	ROLLBOOK_SOAK_EXAMPLES=$(EXAMPLES) ROLLBOOK_SOAK_STEPS=$(STEPS) \
		$(BIN)/python -m pytest -s tests/registration/test_machine.py
	ROLLBOOK_PLANS_EXAMPLES=$(EXAMPLES) \
		$(BIN)/python -m pytest -s tests/schema/answering/test_plans.py
	ROLLBOOK_MUTATIONS=500 $(BIN)/python -m pytest -s tests/write_side/log/test_evidence.py

replay: .venv/run.stamp
	@test -n "$(DIR)" || { echo "make replay DIR=where the files of the registration are"; exit 2; }
	@mkdir -p reports
	$(BIN)/rollbook replay webreg $(DIR) \
		--report reports/replay.json --picture docs/registration-day.svg

bench: .venv/test.stamp
	$(BIN)/python -m tests.benchmarks

# PostGraphile from npm and PostgreSQL from its wheel beside it
bench-peers: .venv/test.stamp
	$(BIN)/python -m tests.benchmarks --peers --picture docs/goals.svg

# how cost grows; FULL=1 up to a million facts and 100,000 sections
bench-growth: .venv/test.stamp
	$(BIN)/python -m tests.benchmarks.growth $(if $(FULL),--full) --picture docs/growth.svg

schema: .venv/run.stamp
	$(BIN)/rollbook schema > schema/schema.graphql
	$(BIN)/rollbook schema --types > schema/possible-types.json

playground: .venv/run.stamp
	$(BIN)/python web/build.py

.venv/run.stamp: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/test.stamp: requirements-test.lock .venv/run.stamp
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

clean:
	rm -rf .venv web/dist web/node_modules tests/conformance/node_modules
