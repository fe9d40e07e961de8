"""Raw exports as people make them: what must be read, what must be named, and where."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import PROJECT
from raw_layer import ORDERS, orders, rows, unreadable, write_mapping

from customer_tiering.reading import ingest
from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.ingest import register_sources
from customer_tiering.reading.source_plan import plan_folder

REAL_GBK = PROJECT.parent / "shared/data/chinese_orders_gbk/order_1_gbk.csv"


# The shape of what is registered


def test_every_source_has_the_columns_of_the_contract_as_text(connection, folder):
    register_sources(connection, folder)
    for source in SOURCES.values():
        described = rows(connection, f"describe raw.{source.name}")
        assert [(name, kind) for name, kind, *_ in described] == [
            ("source_row", "BIGINT"),
            ("loaded_in", "BIGINT"),
            ("decimal_sign", "VARCHAR"),
            ("date_order", "VARCHAR"),
            *((column, "VARCHAR") for column in source.columns),
        ]


def test_ids_keep_their_zeros_and_what_is_missing_is_null_or_empty(connection, folder):
    register_sources(connection, folder)
    assert orders(connection) == [
        (1, "0001", "007", "2024-01-01", "10"),
        (2, "0002", "008", "2024-01-02", "20"),
    ]
    assert rows(connection, "select distinct status from raw.orders") == [(None,)]
    assert rows(connection, "select count(*) from raw.customers") == [(0,)]
    assert rows(connection, "select source_file from raw.source_files where source = 'orders'") == [
        ("orders.csv",)
    ]
    assert rows(connection, "select count(*) from raw.source_files where source_file is null") == [
        (len(SOURCES) - 1,)
    ]


def test_parquet_is_a_view_of_text_that_copies_nothing(connection, tmp_path):
    table = pa.table(
        {
            "Order ID": [1, 2],
            "customer_id": ["a", "b"],
            "ordered_at": ["x", "y"],
            "amount": [1.5, 2],
        }
    )
    pq.write_table(table, tmp_path / "orders.parquet")
    register_sources(connection, tmp_path)
    assert orders(connection) == [(1, "1", "a", "x", "1.5"), (2, "2", "b", "y", "2.0")]
    assert rows(
        connection,
        "select count(*) from duckdb_tables() where table_name like '%_lines' "
        "and table_name <> 'unreadable_lines'",
    ) == [(0,)]


def test_the_plan_needs_no_engine(folder):
    plans = {plan.source.name: plan for plan in plan_folder(folder).sources}
    (orders_file,) = plans["orders"].files
    assert orders_file.positions[:5] == (0, 1, 2, 3, None)
    assert orders_file.file.text.delimiter == ","
    assert plans["refunds"].files == ()


def test_order_of_rows_is_kept_whatever_the_profile_says(connection, folder):
    connection.execute("set preserve_insertion_order = false")
    register_sources(connection, folder)
    assert [row[:2] for row in orders(connection)] == [(1, "0001"), (2, "0002")]
    assert rows(connection, "select current_setting('preserve_insertion_order')") == [(False,)]


# Mapping


def test_mapping_of_files_and_headers(connection, tmp_path):
    (tmp_path / "销售.txt").write_bytes(
        "订单号\t客户\t下单时间\tAmount\n01\t王芳\t今天\t9\n".encode("gbk")
    )
    write_mapping(
        tmp_path,
        "orders,销售.txt,订单号,order_id",
        "orders,销售.txt,客户,customer_id",
        "orders,销售.txt,下单时间,ordered_at",
    )
    register_sources(connection, tmp_path)
    assert orders(connection) == [(1, "01", "王芳", "今天", "9")]


def test_one_flat_file_feeds_several_sources_and_one_column_several_of_ours(connection, tmp_path):
    table = pa.table(
        {"order_id": ["1"], "user": ["u"], "at": ["d"], "amount": ["5"], "sku": ["s"], "n": [2]}
    )
    pq.write_table(table, tmp_path / "flat.parquet")
    write_mapping(
        tmp_path,
        "orders,flat.parquet,user,customer_id",
        "orders,flat.parquet,at,ordered_at",
        "orders,flat.parquet,at,updated_at",
        "order_items,flat.parquet,sku,product_id",
        "order_items,flat.parquet,n,quantity",
        "order_items,flat.parquet,amount,unit_price",
        "products,flat.parquet,sku,product_id",
    )
    register_sources(connection, tmp_path)
    assert orders(connection, "order_id, customer_id, ordered_at, updated_at") == [
        ("1", "u", "d", "d")
    ]
    assert rows(
        connection, "select order_id, product_id, quantity, unit_price from raw.order_items"
    ) == [("1", "s", "2", "5")]
    assert rows(connection, "select product_id, source_row from raw.products") == [("s", 1)]


def test_a_mapping_chooses_between_two_files(connection, folder):
    pq.write_table(pa.table({"order_id": ["p"]}), folder / "orders.parquet")
    write_mapping(folder, "orders,orders.csv,,")
    register_sources(connection, folder)
    assert len(orders(connection)) == 2


@pytest.mark.skipif(not REAL_GBK.exists(), reason="the real GBK export is not on this machine")
def test_real_gbk_export_feeds_four_sources(connection, tmp_path):
    (tmp_path / REAL_GBK.name).write_bytes(REAL_GBK.read_bytes())
    columns = {
        "orders": {"user_id": "customer_id", "order_time": "ordered_at", "order_status": "status"},
        "order_items": {"price": "unit_price"},
        "products": {"launch_date": "launched_at", "price": "list_price"},
        "customers": {"user_id": "customer_id", "user_province_name": "region"},
    }
    write_mapping(
        tmp_path,
        *(
            f"{source},{REAL_GBK.name},{theirs},{ours}"
            for source, pairs in columns.items()
            for theirs, ours in pairs.items()
        ),
    )
    register_sources(connection, tmp_path)
    for source in columns:
        assert rows(connection, f"select count(*), max(source_row) from raw.{source}") == [
            (1_693, 1_693)
        ]
    assert orders(connection)[0] == (1, "3104605", "111660", "2024/1/1 8:41", "107.53")
    assert rows(
        connection,
        "select product_name, category, list_price from raw.products where source_row = 1",
    ) == [("MUJI 收纳盒", "家居日用", "107.53")]
    assert rows(connection, "select region from raw.customers where source_row = 1") == [
        ("天津市",)
    ]
    assert rows(connection, "select count(*) from raw.unreadable_lines") == [(0,)]


# Loaded once


@pytest.fixture
def loads(monkeypatch):
    """Files that are loaded, in order."""
    loaded = []
    take_over = ingest._take_over

    def record(connection, read, load):
        loaded.append(read.plan.file.name)
        take_over(connection, read, load)

    monkeypatch.setattr(ingest, "_take_over", record)
    return loaded


def test_a_file_is_loaded_again_only_when_it_or_its_mapping_changed(connection, folder, loads):
    (folder / "refunds.csv").write_text("refund_id,customer_id,refunded_at,amount,why\n1,c,d,5,x\n")
    register_sources(connection, folder)
    assert loads == ["orders.csv", "refunds.csv"]
    loads.clear()

    register_sources(connection, folder)
    assert loads == []

    (folder / "orders.csv").write_text(ORDERS.replace("0002", "0009"))
    os.utime(folder / "orders.csv", (1, 1))
    register_sources(connection, folder)
    assert loads == ["orders.csv"]
    assert orders(connection, "order_id") == [("0001",), ("0009",)]
    loads.clear()

    write_mapping(folder, "refunds,refunds.csv,why,reason")
    register_sources(connection, folder)
    assert loads == ["refunds.csv"]
    assert rows(connection, "select reason from raw.refunds") == [("x",)]


def test_another_folder_is_another_file(connection, folder, tmp_path_factory, loads):
    register_sources(connection, folder)
    other = tmp_path_factory.mktemp("other")
    (other / "orders.csv").write_text(ORDERS.replace("0002", "0003"))
    status = (folder / "orders.csv").stat()
    os.utime(other / "orders.csv", ns=(status.st_atime_ns, status.st_mtime_ns))
    register_sources(connection, other)
    assert orders(connection, "order_id") == [("0001",), ("0003",)]


def test_what_is_gone_from_the_folder_is_gone_from_raw(connection, folder):
    path = folder / "refunds.csv"
    path.write_text("refund_id,customer_id,refunded_at,amount\n1,c,d,5\n2\n")
    register_sources(connection, folder)
    assert rows(connection, "select count(*) from raw.refunds") == [(1,)]
    assert len(unreadable(connection, "refunds")) == 1

    path.unlink()
    register_sources(connection, folder)
    assert rows(connection, "select count(*) from raw.refunds") == [(0,)]
    assert unreadable(connection, "refunds") == []
    assert (
        rows(connection, "select 1 from duckdb_tables() where table_name = 'refunds_lines'") == []
    )


def test_a_load_that_breaks_off_leaves_the_old_rows(connection, folder, monkeypatch):
    register_sources(connection, folder)
    (folder / "orders.csv").write_text(ORDERS + "0003,009,2024-01-03,30\n")
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "_create_view", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            register_sources(connection, folder)
    assert len(orders(connection)) == 2
    register_sources(connection, folder)
    assert len(orders(connection)) == 3
