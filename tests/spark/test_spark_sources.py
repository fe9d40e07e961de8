"""Other ways to Spark and into it: a Thrift server, tables of a catalog, the texts people type."""

import csv
import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, WITHOUT_UNIT_TESTS, Workspace
from parity import PUBLISHED, compare, of_spark
from spark_workspace import SparkWorkspace
from test_spark_faults import FROM_THE_CANDIDATE, checksums, lose_customers

pytest.importorskip("pyspark", reason="needs the environment of `make test-spark`")

import pyspark

from bench.standalone import free_port, wait_for

pytestmark = [pytest.mark.spark, pytest.mark.long]

SEEDS_AND_MODELS = ("--resource-type", "seed", "--resource-type", "model")


def differences(left: Path, right: Path) -> list[str]:
    return [
        str(difference)
        for table, key in PUBLISHED.items()
        for difference in compare(table, key, of_spark(left, table), of_spark(right, table))
    ]


# --- A Thrift server --------------------------------------------------------------------------


@contextmanager
def thrift_server(folder: Path) -> Iterator[dict[str, str]]:
    """Spark's Thrift server with a catalog of its own; how dbt reaches it."""
    home, port = Path(pyspark.__file__).parent, free_port()
    folder.mkdir()
    settings = {
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={folder}/metastore_db;create=true"
        ),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
        "spark.ui.enabled": "false",
    }
    command = [str(home / "bin" / "spark-submit"), "--master", "local[2]"]
    for name, value in settings.items():
        command += ["--conf", f"{name}={value}"]
    command += ["--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"]
    command += ["spark-internal", "--hiveconf", f"hive.server2.thrift.port={port}"]
    command += ["--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1"]
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            env=os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(log, "HiveThriftServer2 started", 1)
            time.sleep(1)
            yield {"SPARK_METHOD": "thrift", "SPARK_HOST": "127.0.0.1", "SPARK_PORT": str(port)}
        finally:
            server.terminate()
            server.wait()


def test_a_thrift_server_builds_the_same_and_its_gate_stops_a_build(spark_sample, tmp_path):
    with thrift_server(tmp_path / "server") as spark:
        workspace = SparkWorkspace(tmp_path / "build", spark=spark)
        workspace.dbt("build", *WITHOUT_UNIT_TESTS)
        assert differences(spark_sample.export, workspace.export) == []
        before = checksums(tmp_path / "server" / "warehouse" / "marts.db")
        faulty = lose_customers(workspace, tmp_path)
        said = faulty.dbt("run", "-s", *FROM_THE_CANDIDATE, fails=True).stdout
        assert "No customer is missing, and none was made up." in said
        said = workspace.dbt("run", "-s", "customer_tier", fails=True).stdout
        assert "customer_tier was not published: the gate did not pass" in said
        assert checksums(tmp_path / "server" / "warehouse" / "marts.db") == before


# --- Tables of a catalog ----------------------------------------------------------------------

MAKE_A_CATALOG = """
import sys
from pyspark.sql import SparkSession
from customer_tiering.reading.contract import SOURCES

session = SparkSession.builder.enableHiveSupport().getOrCreate()
session.sql("create schema crm")
for name in SOURCES:
    if name != "events":
        columns = ", ".join(SOURCES[name].columns)
        # Several files, so that no row has a number.
        rows = session.sql(f"select {columns} from raw.{name}").repartition(3)
        rows.write.saveAsTable(f"crm.{name}")
session.sql("create schema typed")
session.sql(
    "create table typed.orders as select 7L as order_id, 'c1' as customer_id,"
    " timestamp '2026-01-31 20:00:00' as ordered_at, cast(12.5 as decimal(10, 2)) as amount"
    " union all select 8L, ' c2', timestamp '2026-01-31 20:00:00', 1"
)
session.sql("create table typed.order_items as select 7L as order_id, 'P' as product_id,"
    " 1 as quantity, 2 as unit_price union all select 8L, 'P', 1, 2"
)
session.sql("create table typed.deletions as select 'c2 ' as customer_id union all select '-'")
"""


def test_tables_of_a_catalog_give_the_same_tiers_as_the_files(spark_sample, tmp_path):
    data = PROJECT / "sample_data"
    workspace = SparkWorkspace(tmp_path / "build", data=data)
    # Registers the files, whose rows then become tables.
    workspace.dbt("seed", "-s", "tiers")
    settings = {
        "spark.sql.warehouse.dir": workspace.folder / "warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={workspace.folder}/warehouse/metastore_db"
        ),
        "spark.sql.session.timeZone": "UTC",
    }
    (tmp_path / "conf").mkdir()
    lines = [f"{name} {value}" for name, value in settings.items()]
    (tmp_path / "conf" / "spark-defaults.conf").write_text("\n".join(lines) + "\n")
    subprocess.run(
        [str(Path(os.sys.executable)), "-c", MAKE_A_CATALOG],
        env=os.environ | {"SPARK_CONF_DIR": str(tmp_path / "conf")},
        cwd=tmp_path,
        check=True,
    )
    workspace.spark = {"CRM_SCHEMA": "crm"}
    workspace.dbt("build", *WITHOUT_UNIT_TESTS)
    for table in ("customer_tier", "customer_tier_factors", "customer_actions"):
        left, right = (of_spark(each.export, table) for each in (spark_sample, workspace))
        assert compare(table, PUBLISHED[table], left, right) == []
    # Three lines of the file were no records, and so did not become rows of the table.
    reconciled = duckdb.sql(
        "select source, source_file, rows_in"
        f" from ({of_spark(workspace.export, 'row_reconciliation')})"
        " where source in ('orders', 'events') order by source"
    ).fetchall()
    assert reconciled == [("events", None, 0), ("orders", "crm.orders", 9_063)]

    # An instant in UTC is the next day in Shanghai; c2 and the items of its order are forgotten.
    workspace.spark = {"CRM_SCHEMA": "typed"}
    workspace.dbt("run", "-s", "+int_orders", "+int_order_items", "+int_rejected_records")
    orders = "select order_id, cast(order_date as varchar), amount from {intermediate.int_orders}"
    assert workspace.spark_rows(orders) == [("7", "2026-02-01", Decimal("12.5"))]
    items = "select order_id from {intermediate.int_order_items}"
    assert workspace.spark_rows(items) == [("7",)]

    workspace.spark = {"CRM_SCHEMA": "nowhere"}
    said = workspace.dbt("build", "-s", "stg_orders", fails=True).stdout
    assert "There is no nowhere.orders, the one source that is needed" in said


# --- What people type -------------------------------------------------------------------------

DATES = ["2024-01-31", "2024/1/31", "20240131", "2024年1月31日", "2024-1-3", "31/1/2024", "2024"]
DATES += ["2024-02-30", "0024-01-31", "12024-01-31", "45292", "2024-01", "now", "2024-01-31T", ""]
TIMES = ["", " 8:41", " 08:41:00", "T08:41:00Z", " 08:41:00+08:00", " 8:4", " 25:00", " 8", "Z"]
TIMES += [" 08:41:00.123456", " 08:41:00 -0530", "T8:41:07z", " 8:41:00 PM", " 08:41:61", ":"]
NUMBERS = ["12", "1,234.50", "¥1,234", "１２．５", "(12.00)", "12元", "1e3", "1,23", "1.234,50"]
NUMBERS += [".5", "5.", "-", "--5", "+7", "0.00005", "0.00015", "99999999999999.9999", "1 234"]
NUMBERS += ["999999999999999", "1_000", "0x10", "NaN", "Infinity", "12.5.1", "$ 3", "3 USD", "²"]
BLANKS = ["", "", "", " ", "\t", "\n", "\u00a0", "\u3000"]
WORDS = [
    "None",
    "null",
    "N/A",
    "(null)",
    "无",
    "na",
    "nil",
    "nah",
    "无锡",
    "c1",
    "007",
    "Nil\u3000x",
]


def typed_texts(rows: int) -> list[list[str]]:
    """Records of orders as nobody should type them; the same each time."""
    chance = random.Random(20_261_124)

    def text(*parts: list[str]) -> str:
        return "".join([chance.choice(BLANKS), *map(chance.choice, parts), chance.choice(BLANKS)])

    return [
        [
            text(WORDS) if chance.random() < 0.3 else f"o{number}",
            text(WORDS),
            text(DATES, TIMES),
            text(NUMBERS),
            text(["paid", "Completed", "none"]),
            text(["", "cny", "USD", "null"]),
        ]
        for number in range(rows)
    ]


def test_typed_texts_are_read_alike(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with (data / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order_id", "customer_id", "ordered_at", "amount", "status", "currency"])
        writer.writerows(typed_texts(6_000))
        writer.writerow(["good", "c1", "2024-01-31", "5", "paid", ""])
    (tmp_path / "duckdb").mkdir()
    on_duckdb = Workspace(tmp_path / "duckdb", data=data)
    on_spark = SparkWorkspace(tmp_path / "spark", data=data)
    for workspace in (on_duckdb, on_spark):
        workspace.dbt("build", "-s", "+int_orders", *SEEDS_AND_MODELS)
    with duckdb.connect(str(on_duckdb.warehouse), read_only=True) as connection:
        connection.execute(
            f"copy intermediate.int_orders to '{tmp_path}/orders.parquet' (format parquet)"
        )
    ours = f"select * from read_parquet('{tmp_path}/orders.parquet')"
    theirs = f"select * from {on_spark.table('intermediate.int_orders')}"
    counts = duckdb.sql(
        f"select count(*), count(distinct reject_reason), count(order_date), count(amount)"
        f" from ({ours})"
    ).fetchone()
    print(f"{counts} rows, reasons, dates, amounts")
    assert counts[1] >= 5 and min(counts[2:]) > 600
    assert compare("int_orders", ("source_row",), ours, theirs) == []
