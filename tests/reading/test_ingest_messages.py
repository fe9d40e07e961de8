"""What is said of an export that cannot be used: the file, what is wrong, what would be right."""

import codecs
import os
import socket
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from raw_layer import ORDERS, ORDERS_HEADER, problems, rows, write_mapping

from customer_tiering.reading.encodings import find_encoding
from customer_tiering.reading.file_kinds import UnusableFileError, check_can_be_opened
from customer_tiering.reading.ingest import register_sources


def test_missing_folder(connection, tmp_path):
    (problem,) = problems(connection, tmp_path / "nowhere")
    assert "does not exist" in problem
    assert "CRM_DATA" in problem


def test_folder_without_orders_lists_what_is_there(connection, tmp_path):
    (tmp_path / "sales_2024.csv").write_text(ORDERS)
    (problem,) = problems(connection, tmp_path)
    assert "no orders.csv or orders.parquet" in problem
    assert "sales_2024.csv" in problem
    assert "mapping.csv" in problem


@pytest.mark.parametrize("text", ["", "\n\n", ORDERS_HEADER + "\n"])
def test_empty_orders(connection, tmp_path, text):
    (tmp_path / "orders.csv").write_text(text)
    (problem,) = problems(connection, tmp_path)
    assert problem.startswith("orders.csv has no rows")


@pytest.mark.parametrize("text", ["", "product_id,product_name\n"])
def test_an_empty_optional_file_is_an_empty_source(connection, folder, text):
    (folder / "products.csv").write_text(text)
    register_sources(connection, folder)
    assert rows(connection, "select count(*) from raw.products") == [(0,)]


def test_missing_required_column_names_the_columns_found(connection, tmp_path):
    (tmp_path / "orders.csv").write_text("order_id,customer_id,date,total\n1,c,d,5\n")
    first, second = problems(connection, tmp_path)
    assert "orders.csv has no column 'ordered_at'" in first
    assert "orders.csv has no column 'amount'" in second
    assert "Columns found: order_id, customer_id, date, total" in second


def test_two_headers_that_read_alike(connection, tmp_path):
    (tmp_path / "orders.csv").write_text(
        "Order ID,order_id,customer_id,ordered_at,amount\n1,2,c,d,5\n"
    )
    (problem,) = problems(connection, tmp_path)
    assert "orders.csv: the columns 'Order ID' and 'order_id' both read as order_id" in problem


def test_two_files_of_one_source(connection, folder):
    pq.write_table(pa.table({"order_id": ["p"]}), folder / "orders.parquet")
    (problem,) = problems(connection, folder)
    assert "orders.csv and orders.parquet are both files of the source orders" in problem


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("customers.csv", b"PK\x03\x04rest", "is an Excel workbook"),
        ("customers.csv", b"customer_id\n\0\0\n", "is not a text file"),
        ("customers.csv", codecs.BOM_UTF16_LE + b"\x00\xd8", "does not decode"),
        (
            "customers.csv",
            "customer_id,name\n1,Zoë, x\n2,André\n".encode("latin-1"),
            "Windows-1252",
        ),
        ("customers.csv", b"<html><body>Login required</body></html>\n", "is a web page (HTML)"),
        ("customers.csv", b"\n <!DOCTYPE html>\n<title>x</title>", "is a web page (HTML)"),
        ("customers.csv", "<html><b>登录".encode("utf-16"), "is a web page (HTML)"),
        ("customers.csv", b'<?xml version="1.0"?>\n<orders/>', "is an XML file"),
        ("customers.csv", b'[\n  {"customer_id": 1}\n]', "is a JSON file"),
        ("customers.csv", b'{"customer_id": 1}\n{"customer_id": 2}\n', "is a JSON file"),
        ("customers.csv", b"%PDF-1.7\n%\xe2\xe3", "is a PDF document"),
        ("customers.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "is an old Excel workbook"),
        ("customers.csv", b"\x1f\x8b\x08\x00", "is a compressed file (gzip). Unpack it"),
        ("customers.csv", b"SQLite format 3\0", "is an SQLite database"),
        ("customers.csv", b'customer_id,"' + b"x" * 3_000_000, "header that cannot be read"),
        ("customers.csv", b"customer_id,name\n1\n2\n", "none of them can be read"),
        ("customers.parquet", b"PAR1 nonsense", "is not a Parquet file, or damaged"),
        ("customers.parquet", b"", "is not a Parquet file, or damaged"),
        ("customers.xlsx", b"PK\x03\x04", "is no workbook that can be read, or damaged"),
        ("customers.csv", None, "is a folder"),
    ],
)
def test_files_that_cannot_be_used(connection, folder, name, content, said):
    if content is None:
        (folder / name).mkdir()
    else:
        (folder / name).write_bytes(content)
    (problem,) = problems(connection, folder)
    assert problem.startswith(name)
    assert said in problem.replace("but an ending", "has an ending")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("order,orders.csv,a,amount", "there is no source 'order'. The sources are customers, "),
        ("orders,orders.csv,a,total", "orders has no column 'total'. Its columns are order_id, "),
        (
            "orders,sales.csv,a,amount",
            "no file 'sales.csv' in the folder. Files found: mapping.csv,",
        ),
        ("orders,,a,amount", "no file is named"),
        (
            "orders,orders.csv,betrag,amount",
            "orders.csv has no column 'betrag'. Columns found: order",
        ),
        ("orders,orders.csv,amount,", "their_column and our_column go together"),
        ("orders,orders.csv,amount,customer_id", "customer_id of orders is mapped a second time"),
        ("orders,../other.csv,amount,amount", "'../other.csv' is not in the folder"),
    ],
)
def test_mapping_errors_name_the_line(connection, folder, line, said):
    (folder / "other.csv").write_text(ORDERS)
    write_mapping(folder, "orders,orders.csv,customer_id,customer_id", line)
    (problem,) = problems(connection, folder)
    assert problem.startswith("mapping.csv, line 3: ")
    assert said in problem


@pytest.mark.parametrize("text", ["", "source,file,theirs,ours\norders,orders.csv,a,b\n"])
def test_mapping_without_its_header(connection, folder, text):
    (folder / "mapping.csv").write_text(text)
    (problem,) = problems(connection, folder)
    assert "mapping.csv, line 1: the header lacks" in problem
    assert "source,file,their_column,our_column" in problem


def test_all_problems_are_told_together_and_nothing_is_registered(connection, folder):
    (folder / "customers.csv").write_bytes(b"PK\x03\x04")
    (folder / "refunds.parquet").write_bytes(b"nonsense")
    (folder / "products.csv").write_text("name\nx\n")
    write_mapping(folder, "order_items,items.csv,,")
    found = problems(connection, folder)
    assert len(found) == 4
    for name in ("customers.csv", "refunds.parquet", "products.csv", "mapping.csv"):
        assert any(name in problem for problem in found)
    assert rows(connection, "select count(*) from raw.source_files") == [(0,)]


def test_tables_of_other_programs_under_the_name_of_a_text_file(connection, folder):
    path = folder / "customers.csv"
    pq.write_table(pa.table({"customer_id": ["p"]}), path)
    assert problems(connection, folder) == [
        "customers.csv is a Parquet file. Give it a name that ends in .parquet"
    ]
    path.unlink()
    with duckdb.connect(str(path)) as other:
        other.execute("create table customers as select 1 as customer_id")
    (problem,) = problems(connection, folder)
    assert problem.startswith("customers.csv is a DuckDB database. Export")


@pytest.mark.parametrize("text", ["PAR1,order_id\n1,2\n", "BZh,order_id\n", "[id],x\n", "<id>,x\n"])
def test_a_strange_header_is_no_other_kind_of_file(tmp_path, text):
    (tmp_path / "file.csv").write_text(text)
    assert find_encoding(tmp_path / "file.csv") == "utf-8"


def test_what_is_no_ordinary_file_is_told_before_it_is_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UnusableFileError, match="is no ordinary file but a named pipe"):
        check_can_be_opened(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.csv"))
        with pytest.raises(UnusableFileError, match="but a socket"):
            check_can_be_opened(tmp_path / "s.csv")
    (tmp_path / "device.csv").symlink_to("/dev/null")
    with pytest.raises(UnusableFileError, match="but a device"):
        check_can_be_opened(tmp_path / "device.csv")
    (tmp_path / "link.csv").symlink_to("nowhere")
    with pytest.raises(UnusableFileError, match="is a link to a file that is not there"):
        check_can_be_opened(tmp_path / "link.csv")
    check_can_be_opened(tmp_path)


def test_a_file_without_permission_is_told(tmp_path, monkeypatch):
    (tmp_path / "orders.csv").write_text(ORDERS)
    check_can_be_opened(tmp_path / "orders.csv")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnusableFileError, match="may not be read by the user who runs this"):
        check_can_be_opened(tmp_path / "orders.csv")
