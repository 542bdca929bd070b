# make run    set everything up and assess an example
# make test   set everything up, check, and run every test
# make check  format, lint, types, imports, sizes, generated files, and every gate of the knowledge
# make docs   write the generated files afresh, and the site of the documents to build/site
# make bench  the benchmarks, each as a ratio to a peer measured in the same run
# make screenshots  take pictures of every page (needs Chromium)
# make lock   pin the newest releases

PYTHON ?= python3
BIN := .venv/bin
EXAMPLE := examples/one-painless-loss.yaml

.PHONY: run test check docs bench screenshots lock clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Gravida needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/gravida guidelines > /dev/null
	@touch $@

# Spark is large and needs Java, so only the tests install it; without either, its tests say so and are skipped.
.venv/spark: requirements-spark.lock .venv/ready
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock && touch $@

run: .venv/ready
	$(BIN)/gravida assess $(EXAMPLE)
	@echo
	@echo "In a browser, with plain words and with every guideline side by side: $(BIN)/gravida serve"

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/code_health.py
	$(BIN)/python docs/write_reference.py --check
	$(BIN)/gravida review sheet --check docs/sheets
	$(BIN)/gravida check

test: check .venv/spark
	$(BIN)/pytest -n 2

docs: .venv/ready
	$(BIN)/python docs/write_reference.py
	$(BIN)/python tests/spec/write_reference.py
	$(BIN)/gravida review sheet --write docs/sheets
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "To read it: $(PYTHON) -m http.server --directory build/site 8000 --bind 127.0.0.1, then http://127.0.0.1:8000/"

bench: .venv/ready
	$(BIN)/python benchmarks/verdicts.py
	$(BIN)/python benchmarks/assessment.py
	$(BIN)/python benchmarks/cold_start.py
	$(BIN)/python benchmarks/interview.py
	$(BIN)/python benchmarks/page.py
	$(BIN)/python benchmarks/audit.py
	$(BIN)/python benchmarks/simulate.py

screenshots: .venv/ready
	$(BIN)/python docs/screenshots.py

lock:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --group docs --extra compare --extra evidence --extra population --extra serve --universal --python-version 3.11 --generate-hashes --upgrade --no-header --output-file requirements.lock
	echo pyspark | $(BIN)/uv pip compile - --constraints requirements.lock --universal --python-version 3.11 --generate-hashes --upgrade --no-header --output-file requirements-spark.lock

clean:
	rm -rf .venv build validation/cql/node_modules
