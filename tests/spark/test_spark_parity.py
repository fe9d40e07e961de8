"""Every published table is the same on DuckDB and on Spark, and a difference would be seen."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import WITHOUT_UNIT_TESTS, Workspace
from parity import PUBLISHED, compare, of_duckdb, of_spark
from spark_workspace import SparkWorkspace
from test_cdnow import read_cdnow

pytest.importorskip("pyspark", reason="needs the environment of `make test-spark`")

from bench.event_log import crowded, moving, read_stages
from bench.standalone import standalone_cluster
from customer_tiering.summary import summary

pytestmark = pytest.mark.spark


def differences(on_duckdb: Workspace, on_spark: SparkWorkspace) -> list[str]:
    return [
        str(difference)
        for table, key in PUBLISHED.items()
        for difference in compare(
            table, key, of_duckdb(on_duckdb.export, table), of_spark(on_spark.export, table)
        )
    ]


# --- The comparison sees what it should see ---------------------------------------------------

TABLE = "select * from (values ('a', 1e1, 'x', date '2026-01-31'), ('b', null, null, null))"
ROWS = f"{TABLE} as t (id, amount, word, day)"
PLANTED = {
    "a number that is off by 2e-9": (ROWS.replace("1e1", "1.000000002e1"), ["amount"]),
    "a number that is off by half of 1e-9": (ROWS.replace("1e1", "1.0000000005e1"), []),
    "another word": (ROWS.replace("'x'", "'X'"), ["word"]),
    "another day": (ROWS.replace("01-31", "01-30"), ["day"]),
    "a number for nothing": (ROWS.replace("('b', null", "('b', 0.0"), ["amount"]),
    "a lost row": (f"{ROWS} where id = 'a'", ["only on the left"]),
    "a new row": (f"{ROWS} union all select 'c', 1, 'y', null", ["only on the right"]),
    "a doubled row": (f"{ROWS} union all {ROWS}", ["the key is there twice in b"]),
    "another type": (f"select id, 10 as amount, word, day from ({ROWS})", ["types"]),
    "another column": (f"select id, amount, word from ({ROWS})", ["columns"]),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_difference_is_found(fault):
    theirs, expected = PLANTED[fault]
    assert [found.what for found in compare("t", ("id",), ROWS, theirs)] == expected


# --- Builds -----------------------------------------------------------------------------------


def test_the_sample_is_the_same(sample_build, spark_sample):
    assert "make build-spark" in summary(spark_sample.export)
    assert differences(sample_build, spark_sample) == []


def test_a_difference_in_the_published_sample_is_found(sample_build, spark_sample):
    faulty = (
        "select * replace (case when customer_id = (select min(customer_id) from "
        f"({of_spark(spark_sample.export, 'customer_tier')})) then 'X' else tier_code end "
        f"as tier_code) from ({of_spark(spark_sample.export, 'customer_tier')})"
    )
    [found] = compare(
        "customer_tier", ("customer_id",), of_duckdb(sample_build.export, "customer_tier"), faulty
    )
    assert (found.what, found.rows) == ("tier_code", 1)


@pytest.mark.long
def test_cdnow_master_is_the_same(tmp_path):
    rows = read_cdnow("CDNOW_master.txt")
    data = tmp_path / "data"
    data.mkdir()
    orders = rows.set_axis(["customer_id", "ordered_at", "cds", "amount"], axis="columns")
    orders.insert(0, "order_id", range(1, len(rows) + 1))
    orders.to_csv(data / "orders.csv", index=False)
    (tmp_path / "duckdb").mkdir()
    on_duckdb = Workspace(tmp_path / "duckdb", data=data)
    on_spark = SparkWorkspace(tmp_path / "spark", data=data)
    for workspace in (on_duckdb, on_spark):
        workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables={"reporting_currency": "USD"})
    assert on_duckdb.rows("select count(*) from marts.customer_tier") == [(23_570,)]
    assert differences(on_duckdb, on_spark) == []


@pytest.fixture(scope="module")
def large_data(tmp_path_factory) -> Path:
    """All sources of 100,000 customers."""
    data = tmp_path_factory.mktemp("large") / "data"
    command = [sys.executable, "-m", "customer_tiering.generate", "scale", "--out", str(data)]
    counts = ["--orders", "500000", "--customers", "100000", "--all-sources"]
    subprocess.run([*command, *counts], check=True)
    return data


@pytest.fixture(scope="module")
def on_two_workers(large_data) -> SparkWorkspace:
    """A build of them on a master and two worker processes, with its event log."""
    folder = large_data.parent
    with standalone_cluster(folder / "cluster", memory="2g") as cluster:
        workspace = SparkWorkspace(folder / "spark", data=large_data, spark=cluster)
        workspace.dbt("build", *WITHOUT_UNIT_TESTS)
    return workspace


@pytest.mark.long
def test_a_hundred_thousand_customers_are_the_same(large_data, on_two_workers):
    on_duckdb = Workspace(large_data.parent / "duckdb", data=large_data)
    on_duckdb.folder.mkdir()
    on_duckdb.dbt("build", *WITHOUT_UNIT_TESTS)
    assert on_duckdb.rows("select count(*) from marts.customer_tier") == [(100_000,)]
    assert differences(on_duckdb, on_two_workers) == []


@pytest.mark.long
def test_heavy_stages_run_on_both_workers_and_none_brings_all_rows_to_one_task(
    large_data, on_two_workers
):
    stages = read_stages(large_data.parent / "cluster" / "events")
    heavy = moving(stages)
    print(f"{len(heavy)} stages to which more than 4 MB were moved, of {len(stages)}")
    for stage in heavy[:10]:
        print(f"{stage.total:>9} records, {len(stage.records)} tasks, {dict(stage.executors)}")
    assert len(heavy) > 10
    # Two short tasks may well run one after the other on the same worker.
    assert [stage for stage in heavy if stage.seconds > 2 and len(stage.executors) != 2] == []
    assert crowded(stages) == []


def test_a_stage_that_brings_all_rows_to_one_task_is_seen(tmp_path):
    task = (
        '{"Event": "SparkListenerTaskEnd", "Stage ID": 1, "Task Info": {"Executor ID": "%s"},'
        ' "Task Metrics": {"Executor Run Time": 1000, "Input Metrics": {"Records Read": 0},'
        ' "Shuffle Read Metrics": {"Total Records Read": 1, "Local Bytes Read": %d,'
        ' "Remote Bytes Read": 0}, "Shuffle Write Metrics": {"Shuffle Bytes Written": 0}}}\n'
    )
    even = task % ("0", 5_000_000) + task % ("1", 5_000_000)
    uneven = task % ("0", 9_800_000) + task % ("1", 200_000)
    small = task % ("0", 980_000) + task % ("1", 20_000)
    for log, expected in [(even, 0), (uneven, 1), (small, 0)]:
        (tmp_path / "app-1").write_text(log)
        assert len(crowded(read_stages(tmp_path))) == expected
