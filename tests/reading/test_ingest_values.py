"""What a file says of itself by its values: its style, what is no record, damage."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import shared_case
from raw_layer import problems, rows

from customer_tiering.reading.ingest import register_sources

HEADER = "order_id,customer_id,ordered_at,amount\n"
ORDERS = HEADER + "1,007,2025-12-01,10\n2,008,2025-12-02,20\n"


def styles(connection):
    return rows(
        connection,
        "select distinct on (file) source_row // 1000000000000 as file, decimal_sign, date_order"
        " from raw.orders order by file",
    )


def notes(connection, code):
    return rows(
        connection,
        "select source, source_file, detail from raw.reading_notes"
        f" where note like '{code}%' order by all",
    )


def write_parquet(path, **columns):
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), path)


# How a file writes numbers and dates


def test_each_file_has_the_style_that_its_own_values_prove(connection, tmp_path):
    (tmp_path / "orders").mkdir()

    def write(name, day, amount, more=""):
        text = f'{HEADER}1,c,{day},"{amount}"\n{more}'
        (tmp_path / "orders" / f"{name}.csv").write_text(text)

    write("1", "2025-12-01", "10")
    write("2", "13/02/2025", "1.234,56", "broken line\n")
    write("3", "02/13/2025", "1,234.56")
    write("4", "13/02/2025", "99,90", "2,c,02/13/2025,12.34\n")
    text = {"order_id": ["1"], "customer_id": ["c"]}
    written = {"ordered_at": ["31.1.2025"], "amount": ["99,90"]}
    typed = {"ordered_at": [1], "amount": [Decimal("99.90")]}
    write_parquet(tmp_path / "orders" / "5.parquet", **text, **written)
    write_parquet(tmp_path / "orders" / "6.parquet", **text, **typed)
    expected = [
        (0, ".", None),
        (1, ",", "dmy"),
        (2, ".", "mdy"),
        (3, "either", "either"),
        (4, ",", "dmy"),
        (5, ".", None),
    ]
    register_sources(connection, tmp_path)
    assert styles(connection) == expected
    (numbers,) = notes(connection, "contradictory_numbers")
    assert numbers[:2] == ("orders", "orders/4.csv")
    assert "amount 99,90" in numbers[2] and "amount 12.34" in numbers[2]
    (dates,) = notes(connection, "contradictory_dates")
    assert "ordered_at 13/02/2025" in dates[2] and "ordered_at 02/13/2025" in dates[2]

    # What is known stays known, with a file more, and without the file that was contradictory.
    write("7", "13/02/2025", "1")
    register_sources(connection, tmp_path)
    assert styles(connection) == [*expected, (6, ".", "dmy")]
    assert len(notes(connection, "contradictory")) == 2
    write("4", "13/02/2025", "99,90")
    register_sources(connection, tmp_path)
    assert styles(connection) == [*expected[:3], (3, ",", "dmy"), *expected[4:], (6, ".", "dmy")]
    assert notes(connection, "contradictory") == []


def test_a_flat_file_has_one_style_for_all_that_it_feeds(connection, tmp_path):
    text = HEADER.strip() + ",product_id,quantity,price\n1,c,2025-12-01,1.500,P,1,x\n"
    (tmp_path / "flat.csv").write_text(text)
    mapping = "source,file,their_column,our_column\norders,flat.csv,,\n"
    (tmp_path / "mapping.csv").write_text(mapping + "order_items,flat.csv,price,unit_price\n")
    register_sources(connection, tmp_path)
    assert rows(connection, "select decimal_sign from raw.orders") == [(".",)]
    (tmp_path / "flat.csv").write_text(text.replace(",x\n", ',"99,90"\n'))
    register_sources(connection, tmp_path)
    for source in ("orders", "order_items"):
        assert rows(connection, f"select decimal_sign from raw.{source}") == [(",",)]


def test_the_style_stays_when_people_are_forgotten(connection, tmp_path):
    text = HEADER + '1,c1,13/2/2025,"99,90"\n2,c2,1/2/2025,1.500\n'
    (tmp_path / "orders.csv").write_text(text)
    register_sources(connection, tmp_path)
    (tmp_path / "deletions.csv").write_text("customer_id\nc1\n")
    register_sources(connection, tmp_path)
    found = rows(connection, "select customer_id, decimal_sign, date_order from raw.orders")
    assert found == [("c2", ",", "dmy")]


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("02-decimal-comma", (",", None)),
        ("02b-leading-zero-groups", (",", None)),
        ("40-dates_us_and_mon", (".", "mdy")),
    ],
)
def test_the_shared_cases_prove_their_style(connection, name, style):
    register_sources(connection, shared_case(name))
    assert rows(connection, "select distinct decimal_sign, date_order from raw.orders") == [style]


# What is no record


@pytest.mark.parametrize("broken", ["", "5,too,many,values,here\n"])
def test_a_header_once_more_is_no_record(connection, tmp_path, broken):
    again = HEADER + "Order ID, customer-id ,ORDERED_AT,\n,,,\norder_id,c1,d,1\n"
    (tmp_path / "orders.csv").write_text(ORDERS + broken + again + "3,c,d,5\n" + HEADER)
    register_sources(connection, tmp_path)
    found = rows(connection, "select order_id from raw.orders order by source_row")
    assert found == [("1",), ("2",), (None,), ("order_id",), ("3",)]
    shift = bool(broken)
    assert rows(
        connection,
        "select source_row, line from raw.unreadable_lines where error like 'report leftover: %'",
    ) == [
        (3 + shift, HEADER.strip()),
        (4 + shift, "Order ID, customer-id ,ORDERED_AT,"),
        (8 + shift, HEADER.strip()),
    ]
    assert rows(connection, "select max(source_row) from raw.orders") == [(7 + shift,)]
    assert rows(
        connection, "select rows_unreadable from raw.source_files where source = 'orders'"
    ) == [(3 + shift,)]


def test_a_header_by_the_mapping_is_one_too(connection, tmp_path):
    text = "订单号;客户;时间;金额\n01;c;d;9\n订单号;客户;时间;金额\n"
    (tmp_path / "s.csv").write_text(text, "utf-8")
    pairs = ["订单号,order_id", "客户,customer_id", "时间,ordered_at", "金额,amount"]
    lines = ["source,file,their_column,our_column", *(f"orders,s.csv,{pair}" for pair in pairs)]
    (tmp_path / "mapping.csv").write_text("\n".join(lines), "utf-8")
    register_sources(connection, tmp_path)
    assert rows(connection, "select order_id from raw.orders") == [("01",)]
    assert len(rows(connection, "from raw.unreadable_lines")) == 1


def test_lines_above_the_header_are_told(connection, tmp_path):
    (tmp_path / "orders.csv").write_text(f"Orders report\n\nof 2026-11-20;;;\n{HEADER}1,c,d,5\n")
    assert all(
        "The header seems to stand on line 4: remove the lines above it" in problem
        for problem in problems(connection, tmp_path)
    )
    assert "seems to stand on line 4" in problems(connection, shared_case("16c-title-row"))[0]


# Columns that come and go


def test_a_column_that_one_file_lacks_is_told_with_both_names(connection, tmp_path):
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "1.csv").write_text(HEADER.strip() + ",status,note\n1,c,d,5,paid,x\n")
    (tmp_path / "orders" / "2.csv").write_text("order_status," + HEADER + "paid,2,c,d,5\n")
    (tmp_path / "orders" / "3.csv").write_text("")
    register_sources(connection, tmp_path)
    assert notes(connection, "column_missing") == [
        (
            "orders",
            "orders/2.csv",
            "orders/2.csv has no column status, which orders/1.csv has; it has order_status, which"
            " nothing reads",
        )
    ]
    (tmp_path / "orders" / "2.csv").unlink()
    register_sources(connection, tmp_path)
    assert notes(connection, "column_missing") == []


def test_the_shared_case_of_a_renamed_column_is_told(connection):
    register_sources(connection, shared_case("29b-reordered-optional"))
    ((_, file, detail),) = notes(connection, "column_missing")
    assert file == "orders/2026-11-02.csv"
    assert "no column status" in detail and "order_status" in detail
    assert rows(connection, "select amount from raw.orders where order_id = 'A2'") == [("200.00",)]


# Parquet


GOOD = {
    "order_id": ["1", "2"],
    "customer_id": ["a", "b"],
    "ordered_at": ["d", "e"],
    "amount": [1, 2],
}


@pytest.mark.parametrize(
    "name", ["file_row_number", "FILE_ROW_NUMBER", "source_row", "filename", "loaded_in", "rowid"]
)
def test_a_column_of_any_name_is_no_harm(connection, tmp_path, name):
    write_parquet(tmp_path / "orders.parquet", **{name: [7, 9]}, **GOOD)
    register_sources(connection, tmp_path)
    query = "select source_row, order_id, amount from raw.orders order by source_row"
    assert rows(connection, query) == [(1, "1", "1"), (2, "2", "2")]
    (tmp_path / "deletions.csv").write_text("customer_id\na\n")
    register_sources(connection, tmp_path)
    assert rows(connection, query) == [(2, "2", "2")]
    found = rows(connection, "select rows_forgotten from raw.source_files where source = 'orders'")
    assert found == [(1,)]
    assert rows(connection, "select count(*) from raw.orders")[0] == (1,)


def test_such_a_column_can_be_read_itself(connection, tmp_path):
    columns = GOOD | {
        "file_row_number": ["x", "y"],
        "A": ["1", "1"],
        "a": ["2", "2"],
        "A_1": ["3"] * 2,
    }
    del columns["amount"]
    write_parquet(tmp_path / "sales.parquet", **columns)
    mapping = "source,file,their_column,our_column\norders,sales.parquet,file_row_number,status\n"
    (tmp_path / "mapping.csv").write_text(mapping + "orders,sales.parquet,A_1,amount\n")
    register_sources(connection, tmp_path)
    assert rows(connection, "select order_id, status, amount from raw.orders order by 1") == [
        ("1", "x", "3"),
        ("2", "y", "3"),
    ]


def test_a_large_odd_file_keeps_the_order_of_its_rows(connection, tmp_path):
    ids = [str(number) for number in range(300_000)]
    many = dict.fromkeys(("file_row_number", *GOOD), ids)
    write_parquet(tmp_path / "orders.parquet", **many)
    register_sources(connection, tmp_path)
    wrong = "select count(*), max(source_row) from raw.orders where order_id <> source_row - 1"
    assert rows(connection, wrong) == [(0, None)]


def test_columns_that_differ_by_case_alone_are_told(connection, tmp_path):
    write_parquet(
        tmp_path / "orders.parquet", **GOOD, AMOUNT=[5, 6], Note=["x", "y"], note=["", ""]
    )
    (problem,) = problems(connection, tmp_path)
    assert "'amount'" in problem and "'AMOUNT'" in problem
    (tmp_path / "orders.parquet").rename(tmp_path / "s.parquet")
    mapping = "source,file,their_column,our_column\norders,s.parquet,amount,amount\n"
    (tmp_path / "mapping.csv").write_text(mapping)
    (problem,) = problems(connection, tmp_path)
    assert problem == (
        "s.parquet: the columns 'amount' and 'AMOUNT' differ by case alone. Rename one of them"
    )


@pytest.mark.parametrize("values", [[b"1", b"2"], [["1"], ["2"]], [{"a": 1}, {"a": 2}]])
def test_what_is_no_text_is_told_if_it_is_read(connection, tmp_path, values):
    write_parquet(tmp_path / "orders.parquet", **GOOD, extra=values)
    register_sources(connection, tmp_path)
    assert len(rows(connection, "from raw.orders")) == 2
    write_parquet(tmp_path / "orders.parquet", **GOOD, status=values)
    (problem,) = problems(connection, tmp_path)
    assert problem.startswith("orders.parquet: the column 'status' is of type ")
    assert "Write it as text" in problem


@pytest.mark.parametrize("extra", [{}, {"file_row_number": [1] * 5_000}], ids=["view", "copy"])
def test_a_damaged_file_is_named_and_leaves_what_was_there(connection, tmp_path, extra):
    many = {name: [f"{name}{n * 7919}" for n in range(5_000)] for name in GOOD}
    path = tmp_path / "orders.parquet"
    write_parquet(path, **many, **extra)
    register_sources(connection, tmp_path)
    good = path.read_bytes()
    damaged = bytearray(good)
    for place in range(1_000, 3_000):
        damaged[place] ^= 0x5A
    for content in (bytes(damaged), good[: len(good) // 2], good[:-3], b"PAR1"):
        path.write_bytes(content)
        (problem,) = problems(connection, tmp_path)
        assert problem.startswith("orders.parquet is ")
        assert "damaged" in problem and "\n" not in problem
        if content == bytes(damaged):
            path.write_bytes(good)
            assert rows(connection, "select count(amount) from raw.orders") == [(5_000,)]
    path.write_bytes(good)
    register_sources(connection, tmp_path)
    assert rows(connection, "select count(amount) from raw.orders") == [(5_000,)]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("60-glob_parquet", ["1", "2", "77", "78"]),
        ("60-glob_csv_samecount", ["1", "2", "77", "78"]),
        ("60-glob_star_parquet", ["1", "2", "77", "78"]),
        ("60-parquet_file_row_number", ["1"]),
    ],
)
def test_the_shared_cases_of_files_are_read(connection, name, ids):
    register_sources(connection, shared_case(name))
    assert rows(connection, "select order_id from raw.orders order by 1") == [(id_,) for id_ in ids]


@pytest.mark.parametrize("name", ["60-hive_folder_csv", "60-hive_folder_parquet"])
def test_the_shared_cases_of_folders_are_read(connection, name):
    register_sources(connection, shared_case(name) / "business_line=vip")
    assert rows(connection, "select distinct business_line from raw.orders") == [("b2b",)]
