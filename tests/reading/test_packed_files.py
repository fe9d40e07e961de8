"""Workbooks, compressed files and JSON lines are read as the same records as CSV."""

import gzip
import json
import zipfile
from datetime import datetime

import duckdb
import pytest
from openpyxl import Workbook

from customer_tiering.inspect import main
from customer_tiering.reading.ingest import InputError, register_sources
from customer_tiering.reading.presets import presets

HEADER = ["order_id", "customer_id", "ordered_at", "amount"]
ROWS = [
    [1001, "007", datetime(2025, 1, 13, 8, 30), 10.5],
    [1002, "008", datetime(2025, 2, 1), 1234567.89],
    ["A-3", "王芳", "2025-03-01", None],
]
READ = [
    ("1001", "007", "2025-01-13 08:30:00", "10.5"),
    ("1002", "008", "2025-02-01", "1234567.89"),
    ("A-3", "王芳", "2025-03-01", None),
]
TEXT = "\n".join(",".join(value or "" for value in row) for row in [HEADER, *READ]) + "\n"


def read(folder):
    connection = duckdb.connect()
    register_sources(connection, folder)
    return connection


def orders(folder) -> list[tuple]:
    return read(folder).execute(f"select {', '.join(HEADER)} from raw.orders").fetchall()


def write_workbook(path, **sheets) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_a_workbook_is_read_as_its_cells_say(tmp_path):
    write_workbook(tmp_path / "orders.xlsx", Sheet1=[HEADER, *ROWS], Sheet2=[])
    assert orders(tmp_path) == READ


def test_an_id_that_a_cell_has_cut_is_no_id(tmp_path):
    """Excel keeps 15 digits: ids of 16 that differ in the last one are one number in the file."""
    cells = [999999999999999, 1234567890123456, 1234567890123450, 2024123456789012345]
    rows = [[number, "C1", "2025-01-01", 5] for number in cells]
    write_workbook(tmp_path / "orders.xlsx", S=[HEADER, *rows])
    assert [row[0] for row in orders(tmp_path)] == [
        *("999999999999999", "1234567890123456"),
        *("1.23456789012345E+15", "2.02412345678901E+18"),
    ]


@pytest.mark.parametrize("kind", ["gz", "zip", "jsonl", "folder"])
def test_so_are_compressed_files_and_json_lines(tmp_path, kind):
    if kind == "gz":
        (tmp_path / "orders.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    elif kind == "zip":
        with zipfile.ZipFile(tmp_path / "orders.zip", "w") as archive:
            archive.writestr("export/orders of 2025.csv", TEXT)
            archive.writestr("__MACOSX/._orders.csv", "x")
    elif kind == "jsonl":
        records = [dict(zip(HEADER, row, strict=True)) for row in READ]
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        (tmp_path / "orders.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    else:
        (tmp_path / "orders").mkdir()
        write_workbook(tmp_path / "orders" / "1.xlsx", S=[HEADER, *ROWS[:2]])
        (tmp_path / "orders" / "2.csv.gz").write_bytes(
            gzip.compress(f"{','.join(HEADER)}\nA-3,王芳,2025-03-01,\n".encode("gb18030"))
        )
    assert orders(tmp_path) == READ


def test_a_title_above_the_header_and_several_sheets_are_said_by_the_mapping(tmp_path, capsys):
    title = [["Orders of 2025"], [], HEADER, *ROWS]
    write_workbook(tmp_path / "book.xlsx", Notes=[["by", "Li"]], Orders=title)
    with pytest.raises(InputError, match=r"no orders\.csv"):
        read(tmp_path)
    assert main([str(tmp_path)]) == 0
    assert "has 2 sheets with rows: Notes, Orders. Say which one" in capsys.readouterr().out
    (tmp_path / "mapping.csv").write_text(
        "source,file,their_column,our_column,recipe,value\norders,book.xlsx,,,sheet,Orders\n"
        "orders,book.xlsx,,,header_line,3\n",
        "utf-8",
    )
    assert orders(tmp_path) == READ
    text = (tmp_path / "mapping.csv").read_text("utf-8").replace("sheet,Orders", "sheet,Order")
    (tmp_path / "mapping.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"has no sheet 'Order'\. Its sheets are Notes, Orders"):
        read(tmp_path)


def test_deletions_may_be_a_workbook(tmp_path):
    (tmp_path / "orders.csv").write_text(TEXT, "utf-8")
    write_workbook(tmp_path / "deletions.xlsx", S=[["customer_id"], ["王芳"]])
    assert orders(tmp_path) == READ[:2]


def test_a_workbook_beside_a_text_of_its_name_is_told(tmp_path):
    (tmp_path / "orders.csv").write_text(TEXT, "utf-8")
    write_workbook(tmp_path / "orders.xlsx", S=[HEADER])
    connection = read(tmp_path)
    assert connection.execute("select source_file, note from raw.reading_notes").fetchall() == [
        ("orders.xlsx", "feeds_nothing")
    ]


BAD = {
    "orders.xlsx": (b"PK\x03\x04fake", "is no workbook that can be read, or damaged"),
    "orders.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is no workbook that can be read"),
    "orders.ods": (b"", "is no workbook that can be read"),
    "orders.csv.gz": (gzip.compress(TEXT.encode())[:40], "is damaged"),
    "orders.zip": (b"PK\x03\x04", "cannot be unpacked"),
    "orders.jsonl": (b'{"order_id": 1}\n[1]\n', "has no object on line 2"),
    "orders.ndjson": (b'{"order_id": 1}\n{"order_id\n', "has no JSON on line 2"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_unpacked_is_told(tmp_path, name):
    data, told = BAD[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError) as error:
        read(tmp_path)
    [problem] = error.value.problems
    assert problem.startswith(f"{name} {told}"), problem


def test_an_empty_workbook_and_an_archive_of_several_are_told(tmp_path):
    write_workbook(tmp_path / "orders.xlsx", S=[])
    with zipfile.ZipFile(tmp_path / "customers.zip", "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "x")
    with pytest.raises(InputError) as error:
        read(tmp_path)
    of_customers, of_orders = error.value.problems
    assert of_customers.startswith("customers.zip holds 2 text files (a.csv, b.csv), and can hold")
    assert of_orders.startswith("orders.xlsx is a workbook without a row")


def test_a_file_that_grows_beyond_all_measure_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("customer_tiering.reading.packed_files.MOST_TIMES_LARGER", 2)
    monkeypatch.setattr("customer_tiering.reading.packed_files._CHUNK", 1_000)
    (tmp_path / "orders.csv.gz").write_bytes(gzip.compress(b"0" * 1_000_000))
    with pytest.raises(InputError, match="grows beyond all measure"):
        read(tmp_path)


SHOP = sorted(next(each for each in presets() if each.name.startswith("Magento")).headers)
SHOP_ROW = ["1" if "date" not in name else "2025-01-01" for name in SHOP]


def test_the_sheet_that_alone_is_ours_or_of_a_known_export_is_read(tmp_path, capsys):
    write_workbook(tmp_path / "orders.xlsx", Notes=[["by", "Li"]], Data=[HEADER, *ROWS])
    connection = read(tmp_path)
    assert orders(tmp_path) == READ
    [(detail,)] = connection.execute("select detail from raw.reading_notes").fetchall()
    assert "Data alone has our names" in detail and detail.endswith("Not read: Notes")
    assert main([str(tmp_path)]) == 0
    assert "is read as orders, by its name" in capsys.readouterr().out


@pytest.mark.parametrize(
    "said", ["", "orders,shop.xlsx,,,sheet,Data", "orders,shop.xlsx,,,system,x"]
)
def test_a_known_export_beside_notes_is_known(said, tmp_path, capsys):
    write_workbook(tmp_path / "shop.xlsx", Notes=[["by", "Li"]], Data=[SHOP, SHOP_ROW])
    if said:
        header = "source,file,their_column,our_column,recipe,value\n"
        (tmp_path / "mapping.csv").write_text(f"{header}{said}\n", "utf-8")
    assert len(orders(tmp_path)) == 1
    assert main([str(tmp_path)]) == 0
    assert "by its headers" in capsys.readouterr().out


def test_of_several_sheets_a_build_says_which_there_are(tmp_path):
    write_workbook(tmp_path / "book.xlsx", A=[["x", "y"], [1, 2]], B=[["z"], [1]])
    with pytest.raises(InputError, match=r"book\.xlsx has 2 sheets with rows: A, B\. Say which"):
        read(tmp_path)


def test_a_sheet_is_said_once_for_all_sources_of_a_file(tmp_path):
    write_workbook(tmp_path / "book.xlsx", Notes=[["by", "Li"]], Data=[["No", *HEADER[1:]], *ROWS])
    (tmp_path / "mapping.csv").write_text(
        "source,file,their_column,our_column,recipe,value\n"
        "orders,book.xlsx,,,sheet,Data\norders,book.xlsx,No,order_id,,\n"
        "customers,book.xlsx,customer_id,customer_id,,\n",
        "utf-8",
    )
    connection = read(tmp_path)
    assert connection.execute("select count(*) from raw.customers").fetchall() == [(3,)]
