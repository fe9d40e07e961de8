"""The raw layer of Spark is that of DuckDB: several files of a source, people who are forgotten."""

import csv
import gzip
import io

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_deletions import FILES, FORGET_C2, IDS, UNREADABLE
from test_presets import look_alike

from customer_tiering.reading import ingest, raw_on_spark
from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.forgotten import clean_id

pytest.importorskip("pyspark", reason="needs the environment of `make test-spark`")

from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    place = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.warehouse.dir", str(place)).getOrCreate()
    yield session
    session.stop()


def raw(query):
    """Everything that models see, in order; `query` runs one on an engine."""
    found = {
        name: query(f"select * from raw.{name} order by source_row, {source.columns[0]}")
        for name, source in SOURCES.items()
    }
    found["lines"] = query(
        "select * from raw.unreadable_lines order by source_file, source_row, source"
    )
    found["settings"] = query("select * from raw.settings order by setting")
    found["notes"] = query("select * from raw.reading_notes order by note, source_file")
    found["files"] = query(
        "select source, file_number, source_file, cast(rows_forgotten as bigint), rows_left_out"
        " from raw.source_files order by source, file_number"
    )
    return found


def test_folders_of_files_and_deletions_give_the_same_raw_rows(session, tmp_path, monkeypatch):
    folder, landing = tmp_path / "data", tmp_path / "landing"
    (folder / "orders").mkdir(parents=True)
    for source, text in FILES.items():
        (folder / f"{source}.csv").write_text(text, "utf-8")
    (folder / "orders" / "1.csv").write_text(FILES["orders"] + UNREADABLE)
    items = {"order_id": ["2", "9"], "product_id": ["P", "P"], "quantity": [1, 2]}
    (folder / "order_items").mkdir()
    for day in range(3):
        table = pa.table(items | {"unit_price": [day, day]})
        pq.write_table(table, folder / "order_items" / f"{day}.parquet")
    monkeypatch.setattr(raw_on_spark, "PARTS_OF_A_VIEW", 2)

    def on_spark(query):
        return [tuple(row) for row in session.sql(query).collect()]

    seen = []
    for deletions in (None, FORGET_C2, None):
        (folder / "deletions.csv").unlink(missing_ok=True)
        if deletions:
            (folder / "deletions.csv").write_text(deletions, "utf-8")
        raw_on_spark.register_sources(session.sql, folder, landing)
        with duckdb.connect() as connection:
            ingest.register_sources(connection, folder)
            expected = raw(lambda query: connection.execute(query).fetchall())
        seen.append(raw(on_spark))
        assert seen[-1] == expected
    assert [len(each["orders"]) for each in seen] == [6, 2, 6]
    assert [len(each["order_items"]) for each in seen] == [10, 4, 10]
    assert [len(each["lines"]) for each in seen] == [2, 1, 2]


RECIPES = """source,file,their_column,our_column,recipe,value
orders,a.csv,,,system,shop
orders,a.csv,Mail,customer_id,contact_key,
orders,a.csv,Order,order_id,,
orders,a.csv,Day,ordered_at,date,DD.MM.YYYY
orders,a.csv,Price|Qty,amount,product,
orders,a.csv,,amount,sum_of_rows,
orders,a.csv,Currency,currency,,
orders,a.csv,Order,,leave_out,begins with T
orders,b.csv,,,system,crm
refunds,a.csv,,,system,shop
refunds,a.csv,,refund_id,row_number,
refunds,a.csv,Mail,customer_id,contact_key,
refunds,a.csv,Day,refunded_at,date,DD.MM.YYYY
refunds,a.csv,Back,amount,,
refunds,a.csv,Back,,keep,positive
deletions,gone.csv,,,system,shop
"""
RECIPE_FILES = {
    "a.csv": "Order;Mail;Day;Price;Qty;Back;Currency\n1;a@x.example;01.02.2025;1.000,50;2;0;EUR\n"
    "1;A@X.example;01.02.2025;5,25;1;5,25;EUR\n2;b@x.example;01.02.2025;7,00;1;0;EUR\n"
    "T3;b@x.example;01.02.2025;7,00;1;0;EUR\n4;c@x.example;01.02.2025;7,00;1;0;EUR;more\n",
    "b.csv": "order_id,customer_id,ordered_at,amount\n1,7,2025-01-01,10\n",
    "gone.csv": "customer_id\nB@x.example\n",
}


@pytest.mark.long
def test_recipes_give_the_same_raw_rows(session, tmp_path, monkeypatch):
    monkeypatch.setenv("CUSTOMER_KEY_SECRET", "a secret")
    folder, landing = tmp_path / "data", tmp_path / "landing"
    folder.mkdir()
    for name, text in (RECIPE_FILES | {"mapping.csv": RECIPES}).items():
        (folder / name).write_text(text, "utf-8")
    raw_on_spark.register_sources(session.sql, folder, landing)
    with duckdb.connect() as connection:
        ingest.register_sources(connection, folder)
        expected = raw(lambda query: connection.execute(query).fetchall())
    found = raw(lambda query: [tuple(row) for row in session.sql(query).collect()])
    assert found == expected
    assert [row[4] for row in found["orders"]] == ["1", "crm:1"]
    assert found["settings"] == [("reporting_currency", "EUR"), ("systems", "shop crm")]
    assert len(found["refunds"]) == 1 and "c@x" not in str(found["lines"])


@pytest.mark.long
def test_known_exports_and_workbooks_give_the_same_raw_rows(session, tmp_path):
    """Two systems: a workbook of 有赞, and Shopify's orders compressed."""
    folder, landing = tmp_path / "data", tmp_path / "landing"
    folder.mkdir()
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(look_alike("youzan_orders", 3)[0])):
        book.active.append(row)
    book.save(folder / "订单 导出.xlsx")
    shopify = look_alike("shopify_orders", 4)[0]
    (folder / "orders_export_1.csv.gz").write_bytes(gzip.compress(shopify.encode()))
    raw_on_spark.register_sources(session.sql, folder, landing)
    with duckdb.connect() as connection:
        ingest.register_sources(connection, folder)
        expected = raw(lambda query: connection.execute(query).fetchall())
    found = raw(lambda query: [tuple(row) for row in session.sql(query).collect()])
    assert found == expected
    # 60 orders of each.
    assert len(found["orders"]) == 120 and found["refunds"] and found["order_items"]


@pytest.mark.long
def test_odd_names_and_styles_and_ids_give_the_same_raw_rows(session, tmp_path):
    folder, landing = tmp_path / "crm[1]" / "region=EU", tmp_path / "land{1}" / "x=1"
    (folder / "orders").mkdir(parents=True)
    header = FILES["orders"].split("\n")[0] + "\n"
    lines = "".join(
        f'{n},"{each}",13/02/2025,"99,90"\n'
        for n, each in enumerate([each.replace(chr(34), chr(34) * 2) for each in IDS])
    )
    (folder / "orders" / "part[1].csv").write_text(header + lines + header, "utf-8")
    (folder / "orders" / "part1.csv").write_text(header + 'x,c,02/13/2025,12.34\nx,d,1,"9,9"\n')
    columns = {
        "order_id": ["p"],
        "customer_id": ["c"],
        "ordered_at": ["31.1.25"],
        "amount": ["9,9"],
    }
    pq.write_table(pa.table(columns), folder / "orders" / "a*.parquet")
    pq.write_table(pa.table({"file_row_number": [7], **columns}), folder / "orders" / "b.parquet")
    (tmp_path / "plain" / "orders").mkdir(parents=True)
    pq.write_table(pa.table(columns), tmp_path / "plain" / "orders" / "1.parquet")
    pq.write_table(pa.table(columns | {"status": ["\u200bx"]}), folder / "orders" / "c.parquet")
    for each in (folder, tmp_path / "plain"):
        (each / "deletions.csv").write_text("customer_id\n007\n1001\n")
        (each / "settings.csv").write_text("setting,value\nrun_date,today\n")
        for number in range(12):
            (each / f"it's {number}.txt").write_text("x")
        raw_on_spark.register_sources(session.sql, each, landing)
        with duckdb.connect() as connection:
            ingest.register_sources(connection, each)
            expected = raw(lambda query: connection.execute(query).fetchall())
        found = raw(lambda query: [tuple(row) for row in session.sql(query).collect()])
        assert found == expected
        assert found["orders"] and len(found["notes"]) >= 12


def test_an_id_is_cleaned_on_spark_as_on_duckdb(session):
    rows = session.createDataFrame([(each,) for each in IDS], "id string")
    rows.createOrReplaceTempView("given")
    found = session.sql(f"select id, {clean_id('id', spark=True)} from given").collect()
    assert {row[0]: row[1] for row in found} == IDS
