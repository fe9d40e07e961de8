"""Several files of one source: what is read, how it is numbered, what a load says of itself."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from raw_layer import rows

from customer_tiering.reading import ingest
from customer_tiering.reading.ingest import InputError, register_sources
from customer_tiering.reading.source_plan import ROWS_OF_A_FILE

HEADER = "order_id,customer_id,ordered_at,amount\n"


@pytest.fixture
def folder(tmp_path):
    """A folder with two daily drops of orders."""
    (tmp_path / "orders").mkdir()
    write(tmp_path, "orders/2026-11-01.csv", "1,a,2026-11-01,10\n2,b,2026-11-01,20\n")
    write(tmp_path, "orders/2026-11-02.csv", "3,a,2026-11-02,30\n")
    return tmp_path


def write(folder, name, records, header=HEADER, encoding="utf-8"):
    (folder / name).write_text(header + records, encoding)


def orders(connection):
    """File number, row in the file, load, order."""
    return rows(
        connection,
        f"select source_row // {ROWS_OF_A_FILE}, source_row % {ROWS_OF_A_FILE}, loaded_in,"
        " order_id from raw.orders order by source_row",
    )


def loads(connection):
    return rows(connection, "select load, kind from raw.source_loads order by load")


BOTH = [(0, 1, 1, "1"), (0, 2, 1, "2"), (1, 1, 1, "3")]


def test_the_files_of_a_folder_are_one_source_in_the_order_of_their_names(connection, folder):
    for name in (".part.csv", "_part.csv", "notes.md", "2026-11-03.json"):
        (folder / "orders" / name).write_text("no orders")
    register_sources(connection, folder)
    assert orders(connection) == BOTH
    assert loads(connection) == [(1, "added")]
    register_sources(connection, folder)
    assert loads(connection) == [(1, "added")]


def test_a_single_file_comes_before_the_folder(connection, folder):
    write(folder, "orders.csv", "0,a,2026-10-31,5\n")
    register_sources(connection, folder)
    assert [row[0] for row in orders(connection)] == [0, 1, 1, 2]
    assert rows(
        connection, "select source_file from raw.source_files where source = 'orders' order by all"
    ) == [("orders.csv",), ("orders/2026-11-01.csv",), ("orders/2026-11-02.csv",)]


def test_a_new_file_is_loaded_and_no_other_is_touched(connection, folder):
    register_sources(connection, folder)
    path = folder / "orders" / "2026-11-01.csv"
    status = path.stat()
    path.write_text(path.read_text().replace("1,a", "X,X"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    write(folder, "orders/2026-11-03.csv", "4,c,2026-11-03,40\n")
    register_sources(connection, folder)
    assert orders(connection) == [*BOTH, (2, 1, 2, "4")]
    assert loads(connection) == [(1, "added"), (2, "added")]


def change(folder):
    write(folder, "orders/2026-11-02.csv", "3,a,2026-11-02,30\n5,a,2026-11-02,30\n")


def insert(folder):
    write(folder, "orders/2026-11-01b.csv", "9,a,2026-11-01,1\n")


def vanish(folder):
    (folder / "orders" / "2026-11-01.csv").unlink()


def map_a_column(folder):
    write(
        folder,
        "mapping.csv",
        "orders,orders/2026-11-02.csv,,\n",
        "source,file,their_column,our_column\n",
    )


@pytest.mark.parametrize(
    ("what", "ids"),
    [
        (change, ["1", "2", "3", "5"]),
        (insert, ["1", "2", "9", "3"]),
        (vanish, ["3"]),
        (map_a_column, ["3"]),
    ],
)
def test_what_is_no_addition_replaces_the_source(connection, folder, what, ids):
    register_sources(connection, folder)
    what(folder)
    register_sources(connection, folder)
    assert [row[3] for row in orders(connection)] == ids
    assert {row[2] for row in orders(connection)} == {2}
    assert loads(connection) == [(1, "added"), (2, "replaced")]


def test_every_file_has_its_own_encoding_header_and_format(connection, folder):
    write(
        folder,
        "orders/2026-11-02.csv",
        "30;2026-11-02;3;王芳;x\n",
        "Amount;ordered_at;Order ID;customer_id;备注\n",
        "gbk",
    )
    table = {"customer_id": ["c"], "order_id": [4], "ordered_at": ["d"], "amount": [1.5]}
    pq.write_table(pa.table(table), folder / "orders" / "2026-11-03.parquet")
    register_sources(connection, folder)
    assert orders(connection) == [*BOTH, (2, 1, 1, "4")]
    assert rows(
        connection, "select customer_id, amount from raw.orders where order_id >= '3' order by all"
    ) == [("c", "1.5"), ("王芳", "30")]
    write(folder, "orders/2026-11-04.csv", "5,a,2026-11-04,1\n")
    register_sources(connection, folder)
    assert orders(connection) == [*BOTH, (2, 1, 1, "4"), (3, 1, 2, "5")]


def test_an_unreadable_line_is_found_in_its_own_file(connection, folder):
    write(folder, "orders/2026-11-02.csv", "3,a,2026-11-02,30\n\n4,much,too,much,more\n5,a,d,1\n")
    register_sources(connection, folder)
    assert rows(connection, "select source_file, source_row from raw.unreadable_lines") == [
        ("orders/2026-11-02.csv", 2)
    ]
    assert orders(connection) == [*BOTH, (1, 3, 1, "5")]


def test_a_day_without_orders_is_no_error_and_a_folder_of_them_is(connection, folder):
    write(folder, "orders/2026-11-02.csv", "")
    register_sources(connection, folder)
    assert orders(connection) == BOTH[:2]
    write(folder, "orders/2026-11-01.csv", "")
    with pytest.raises(InputError, match="orders/ has no rows"):
        register_sources(connection, folder)


def test_a_problem_names_the_file_of_the_folder(connection, folder):
    write(folder, "orders/2026-11-02.csv", "1,2\n", "order_id,amount\n")
    with pytest.raises(InputError, match=r"orders/2026-11-02.csv has no column 'customer_id'"):
        register_sources(connection, folder)


def test_a_load_that_is_killed_leaves_the_old_rows(connection, folder, monkeypatch):
    register_sources(connection, folder)
    write(folder, "orders/2026-11-03.csv", "4,c,2026-11-03,40\n")
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "_note_load", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            register_sources(connection, folder)
    assert orders(connection) == BOTH
    assert loads(connection) == [(1, "added")]
    register_sources(connection, folder)
    assert orders(connection) == [*BOTH, (2, 1, 2, "4")]


def test_a_warehouse_of_the_earlier_form_is_loaded_anew(connection, folder):
    connection.execute("create schema raw; create table raw.source_files (source varchar)")
    connection.execute("create table raw.orders_lines as select 1 as order_id")
    register_sources(connection, folder)
    assert orders(connection) == BOTH
