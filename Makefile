# `make build` and `make test` work on a fresh machine with Python 3.11+ and make alone.
PYTHON ?= python3
BIN := .venv/bin

SPARK_BIN := .venv-spark/bin

.PHONY: build inspect preview identity-train report test test-long lint docs bench sample clean build-spark test-spark test-spark-sample bench-spark bench-memory bench-daily bench-clv
.DELETE_ON_ERROR:

## The main job: environment, then everything from raw exports to the published tiers. Unit tests
## look at no data: `make test` has them. VARS are variables of dbt (VARS='history_periods: 0'), FLAGS
## its flags (FLAGS=--full-refresh).
build: .venv/ready
	$(BIN)/dbt build --exclude-resource-type unit_test $(if $(VARS),--vars "{$$VARS}") $(FLAGS)
	@$(BIN)/python -m customer_tiering.summary

## What is in the folder CRM_DATA, and a mapping that would read it; builds nothing.
inspect: .venv/ready
	$(BIN)/python -m customer_tiering.inspect

## Who would change tier under the rules now in seeds/, and how much revenue; publishes nothing.
## WEIGHTS=fitted tries weights that the last build proposed (table weight_proposal), CALIBRATION=next
## rules learned anew, as at the next calibration.
preview: .venv/ready
	$(BIN)/python -m customer_tiering.preview

## Learn from the last build how likely records are of one person; writes seeds/identity_weights.csv.
identity-train: .venv/ready
	$(BIN)/python -m customer_tiering.identity_train

## One page of charts from the published export, in both languages: report.html (REPORT_PATH).
report: .venv/ready
	@$(BIN)/python -m customer_tiering.report

## What `.ci/run` tests: whole builds, invariants, published figures, faults.
test: .venv/ready
	$(BIN)/pytest -m "not long and not spark" -n 2 --dist loadfile --no-loadscope-reorder --durations 15

## What takes longer: kill -9, ten builds under a reader, eighty changing days.
test-long: .venv/ready
	$(BIN)/pytest -m "long and not spark"

## The main job on Apache Spark; needs Java 17 or newer besides.
build-spark: .venv-spark/ready
	$(SPARK_BIN)/dbt build --target spark $(if $(VARS),--vars "{$$VARS}") $(FLAGS)
	@$(SPARK_BIN)/python -m customer_tiering.summary

## Everything about Spark: parity with DuckDB on three data sets, gate, Thrift, catalog, two workers.
test-spark: .venv-spark/ready
	$(SPARK_BIN)/pytest -m spark

## Of that what CI runs: the sample.
test-spark-sample: .venv-spark/ready
	$(SPARK_BIN)/pytest -m "spark and not long"

## SQL, Python, YAML, and the project's own conventions.
lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict .
	$(BIN)/sqlfluff lint --processes 2 models macros tests
	$(BIN)/dbt parse --target lint --quiet
	$(BIN)/dbt-bouncer run

## The data dictionary and the verdicts of the gate, as pages.
docs: .venv/ready
	$(BIN)/dbt docs generate --static
	$(BIN)/python -m customer_tiering.gate_docs --out data_docs

## 10 million orders: time and memory beside the floor and beside pandas.
bench: .venv/ready
	$(BIN)/python -m bench

## What a day costs beside a full build at 10 million orders; a full build at 1, 3 and 10 million.
bench-daily: .venv/ready
	$(BIN)/python -m bench.daily

## Lifetime value of 2 million customers beside the package lifetimes: time and memory.
bench-clv: .venv/ready
	$(BIN)/python -m bench.clv

## DuckDB with 8 GB of memory at 3, 10 and 30 million orders: it spills, and does not fail.
bench-memory: .venv/ready
	$(BIN)/python -m bench.memory

## 1, 3 and 10 million orders on a master and two workers: growth, shuffled bytes.
bench-spark: .venv-spark/ready
	$(SPARK_BIN)/python -m bench.spark

## Write sample_data/ anew.
sample: .venv/ready
	$(BIN)/python -m customer_tiering.generate sample --out sample_data

clean:
	rm -rf target logs export preview report.html data_docs warehouse.duckdb warehouse.duckdb.wal warehouse.duckdb.lock spark-warehouse

.venv/ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 build"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --frozen --inexact --quiet
	@touch $@

# An environment of its own: pyspark is large, and changes how Great Expectations behaves.
.venv-spark/ready: .venv/ready
	@java -version >/dev/null 2>&1 \
		|| { echo "Spark needs Java 17 or newer on the PATH, such as Debian's openjdk-17-jre-headless"; exit 1; }
	UV_PROJECT_ENVIRONMENT=.venv-spark $(BIN)/uv sync --frozen --inexact --quiet --extra spark
	@touch $@
