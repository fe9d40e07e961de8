"""Text files as people export them: what must be read, and which lines cannot be, and why."""

import codecs
import csv
import random
import tracemalloc

import pytest
from raw_layer import ORDERS, ORDERS_HEADER, orders, rows, unreadable

from customer_tiering.reading import encodings, file_reader, text_files
from customer_tiering.reading.ingest import register_sources

# Encodings, delimiters, headers


@pytest.mark.parametrize(
    ("encode", "recorded"),
    [
        (lambda text: text.encode(), "utf-8"),
        (lambda text: text.encode("utf-8-sig"), "utf-8"),
        (lambda text: text.encode("gbk"), "gb18030"),
        (lambda text: text.replace("深圳", "㐀𠀀").encode("gb18030"), "gb18030"),
        (lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"), "utf-16"),
        (lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "utf-16"),
    ],
)
def test_encodings(connection, tmp_path, encode, recorded):
    text = ORDERS_HEADER + ',channel\r\n1,王,2024-01-01,10,"深圳,\r\n门店"\r\n'
    (tmp_path / "orders.csv").write_bytes(encode(text))
    register_sources(connection, tmp_path)
    expected = "㐀𠀀" if "㐀".encode("gb18030") in encode(text) else "深圳"
    assert orders(connection, "order_id, customer_id, replace(channel, chr(13), '')") == [
        ("1", "王", f"{expected},\n门店")
    ]
    assert rows(connection, "select encoding from raw.source_files where source = 'orders'") == [
        (recorded,)
    ]


def test_the_whole_file_decides_the_encoding(connection, tmp_path):
    plain = "".join(f"{n},{n},2024-01-01,1\n" for n in range(100_000))
    text = f"{ORDERS_HEADER}\n{plain}last,王芳,2024-01-01,1\n"
    (tmp_path / "orders.csv").write_bytes(text.encode("gbk"))
    register_sources(connection, tmp_path)
    assert rows(
        connection, "select customer_id, source_row from raw.orders where order_id = 'last'"
    ) == [("王芳", 100_001)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(connection, tmp_path, delimiter):
    (tmp_path / "orders.csv").write_text(ORDERS.replace(",", delimiter))
    register_sources(connection, tmp_path)
    assert [row[1:3] for row in orders(connection)] == [("0001", "007"), ("0002", "008")]


def test_the_delimiter_may_stand_in_values_of_other_files(connection, tmp_path):
    (tmp_path / "orders.csv").write_text(
        'order_id;customer_id;ordered_at;amount\n1;a,b;"x;y";1,5\n'
    )
    register_sources(connection, tmp_path)
    assert orders(connection) == [(1, "1", "a,b", "x;y", "1,5")]


def test_headers_match_in_any_spelling_and_unknown_ones_are_ignored(connection, tmp_path):
    (tmp_path / "Orders.CSV").write_text(
        "\n Order ID ,Customer-Id,ORDERED.AT,ａｍｏｕｎｔ,colour,\n1,c,d,5,red,\n"
    )
    register_sources(connection, tmp_path)
    assert orders(connection) == [(1, "1", "c", "d", "5")]


def test_a_header_over_two_lines_is_one(connection, tmp_path):
    (tmp_path / "orders.csv").write_text(f'{ORDERS_HEADER},"a\nnote"\n1,c,d,5,x\n2,c,d\n')
    register_sources(connection, tmp_path)
    assert orders(connection) == [(1, "1", "c", "d", "5")]
    assert unreadable(connection) == [(2, "2,c,d", "3 values instead of 5")]


def test_quoted_commas_quotes_and_newlines(connection, tmp_path):
    (tmp_path / "orders.csv").write_bytes(
        ORDERS_HEADER.encode()
        + b'\r\n1,"a, b",d,"1,234.50"\r\n2,"a\nb",d,"say ""x"""\r\n3,5" tv,,""\r\n'
    )
    register_sources(connection, tmp_path)
    assert orders(connection) == [
        (1, "1", "a, b", "d", "1,234.50"),
        (2, "2", "a\nb", "d", 'say "x"'),
        (3, "3", '5" tv', None, None),
    ]


def test_a_quote_far_behind_the_beginning_is_read(connection, tmp_path):
    plain = "".join(f"{n},c,d,1\n" for n in range(1, 36_821))
    (tmp_path / "orders.csv").write_text(f'{ORDERS_HEADER}\n{plain}36821,c,d,"1,234"\n')
    register_sources(connection, tmp_path)
    assert orders(connection)[-1] == (36_821, "36821", "c", "d", "1,234")
    assert unreadable(connection) == []


# Unreadable lines


def test_unreadable_lines_cost_one_line_and_are_found_again(connection, tmp_path):
    lines = [
        ORDERS_HEADER.encode(),
        b"1,a,d,1",
        b"",
        b'2,"two\nlines",d,2',
        b"3,few",
        b"4,a,b,c,many",
        b"   ",
        b'5,"after"quote,d,5',
        "6,王芳,d,6".encode(),
        b"7,\xff\xfe,d,7",
        b'8,"never closed,d,8',
        b"9,a,d,9",
        b'10,"a",d,"10"',
        b"",
    ]
    (tmp_path / "orders.csv").write_bytes(b"\n".join(lines))
    register_sources(connection, tmp_path)
    assert orders(connection, "source_row, order_id, customer_id") == [
        (1, "1", "a"),
        (2, "2", "two\nlines"),
        (6, "6", "王芳"),
        (9, "9", "a"),
        (10, "10", "a"),
    ]
    assert unreadable(connection) == [
        (3, "3,few", "2 values instead of 4"),
        (4, "4,a,b,c,many", "5 values instead of 4"),
        (5, '5,"after"quote,d,5', "text after a closing quote"),
        (7, "7,\ufffd\ufffd,d,7", "not UTF-8 text"),
        (8, '8,"never closed,d,8', "a quote that is not closed"),
    ]
    assert rows(
        connection, "select rows_unreadable, encoding from raw.source_files where source = 'orders'"
    ) == [(5, "utf-8 (damaged)")]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(connection, tmp_path):
    rest = "".join(f"{n},c,d,1\n" for n in range(2, 5_000))
    (tmp_path / "orders.csv").write_text(f'{ORDERS_HEADER}\n1,"open,d,1\n{rest}')
    register_sources(connection, tmp_path)
    assert unreadable(connection) == [(1, '1,"open,d,1', "a quote that is not closed")]
    assert orders(connection)[0][:2] == (2, "2")
    assert len(orders(connection)) == 4_998


def test_a_stray_quote_after_a_value_of_two_lines_takes_no_other_line(connection, tmp_path):
    text = ORDERS_HEADER + '\n1,"a\nb",d,5" tv\n2,c,d,1\n3,"x\ny",d,1\n4,few\n'
    (tmp_path / "orders.csv").write_text(text)
    register_sources(connection, tmp_path)
    assert [row[:3] for row in orders(connection)] == [
        (1, "1", "a\nb"),
        (2, "2", "c"),
        (3, "3", "x\ny"),
    ]
    assert unreadable(connection) == [(4, "4,few", "2 values instead of 4")]


def test_a_damaged_gbk_file_loses_only_the_damaged_line(connection, tmp_path):
    lines = [f"{n},王芳,d,1".encode("gbk") for n in range(1, 201)]
    lines[9] = b"10,\xcd,d,1"
    (tmp_path / "orders.csv").write_bytes(b"\n".join([ORDERS_HEADER.encode(), *lines]))
    register_sources(connection, tmp_path)
    assert [(number, error) for number, _, error in unreadable(connection)] == [
        (10, "not GB18030 text")
    ]
    assert rows(connection, "select count(*), min(customer_id) from raw.orders") == [(199, "王芳")]


def test_a_reader_that_loses_rows_is_found_out(connection, folder, monkeypatch):
    """DuckDB was seen to end in silence before the last rows; so we count for ourselves."""
    create_lines, read = file_reader._create_lines, []

    def lose_a_row(connection, plan, rows, clean=None):
        read.append("clean copy" if clean else "file")
        create_lines(connection, plan, rows if clean else rows + 1, clean)

    monkeypatch.setattr(file_reader, "_create_lines", lose_a_row)
    register_sources(connection, folder)
    assert read == ["file", "clean copy"]
    assert [row[:2] for row in orders(connection)] == [(1, "0001"), (2, "0002")]


@pytest.mark.parametrize(
    ("text", "records"),
    [("", 0), ("a,b", 1), ('a\n"x\ny"\n', 2), ('a\n"x""\n"\nz', 3), ('a\n"open\nz\n', None)],
)
def test_records_are_counted_across_chunks(tmp_path, monkeypatch, text, records):
    (tmp_path / "file.csv").write_text(text)
    assert text_files.count_records(tmp_path / "file.csv") == records
    monkeypatch.setattr(encodings, "CHUNK_BYTES", 1)
    assert text_files.count_records(tmp_path / "file.csv") == records


def test_mixed_line_ends_are_read(connection, tmp_path):
    text = f'{ORDERS_HEADER}\r\n1,a,d,1\n2,b,d,2\r\n3,"c\r\nc",d,3\n'
    (tmp_path / "orders.csv").write_bytes(text.encode())
    register_sources(connection, tmp_path)
    assert [row[:3] for row in orders(connection)] == [
        (1, "1", "a"),
        (2, "2", "b"),
        (3, "3", "c\r\nc"),
    ]


def test_every_record_is_readable_or_unreadable(connection, tmp_path):
    """Random files agree with the strict reader of the standard library, line by line."""
    random.seed(20)
    values = ["1", "", '"a,b"', '"q""q"', "王芳", '5" tv', '""', "x y"]
    for _ in range(30):
        expected_rows, expected_broken, lines = [], [], [ORDERS_HEADER]
        for number in range(1, random.randint(2, 60)):
            width = random.choices([4, 3, 5], [30, random.random(), random.random()])[0]
            line = ",".join([f"id{number}", *random.choices(values, k=width - 1)])
            lines += [line, *([""] if random.random() < 0.1 else [])]
            cells = next(csv.reader([line], strict=True))
            if width == 4:
                expected_rows.append((number, *(cell or None for cell in cells)))
            else:
                expected_broken.append((number, line))
        if not expected_rows:
            continue
        end = random.choice(["\n", "\r\n"])
        (tmp_path / "orders.csv").write_bytes(end.join(lines).encode())
        register_sources(connection, tmp_path)
        assert orders(connection) == expected_rows
        assert [row[:2] for row in unreadable(connection)] == expected_broken


# Records that are too long, zero bytes, odd line ends


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("megabytes", [3, 10])
def test_a_field_of_megabytes_costs_one_record(connection, tmp_path, quote, megabytes):
    field = quote + "x" * (megabytes * 1_000_000) + quote
    (tmp_path / "orders.csv").write_text(f"{ORDERS}3,{field},d,1\n4,c,d,1\n")
    register_sources(connection, tmp_path)
    assert [row[:2] for row in orders(connection)] == [(1, "0001"), (2, "0002"), (4, "4")]
    ((row, line, error),) = unreadable(connection)
    assert row == 3
    assert line.startswith("3,")
    assert len(line) <= text_files.MAX_CHARACTERS_SHOWN + 1
    assert error.startswith(f"too long: {len(field) + 6:,} characters")


@pytest.mark.parametrize("character", ["x", "王", "𠮷", '""'])
def test_what_is_read_has_no_gap_up_to_the_longest_record(connection, tmp_path, character):
    """No length is such that neither we refuse a record nor DuckDB takes it."""
    width = len(character.encode())
    longest = text_files.MAX_BYTES_OF_A_RECORD
    for excess in (-100, -20, -8, -4, 0, 4, 100):
        value = character * ((longest + excess) // width)
        text = f'{ORDERS}3,"{value}",d,1\n4,few\n'
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        register_sources(connection, tmp_path)
        found = {row[0] for row in orders(connection, "source_row")}
        told = {row[0] for row in unreadable(connection)}
        assert found | told == {1, 2, 3, 4}
        assert (3 in found) == (excess < -10) or excess == -8


def test_a_line_of_100_megabytes_does_not_fill_the_memory(tmp_path):
    path, line = tmp_path / "orders.csv", b"x" * 1_000_000
    with path.open("wb") as file:
        file.write(ORDERS.encode() + b"3,")
        for _ in range(100):
            file.write(line)
        file.write(b",d,1\n4,c,d,1\n")
    tracemalloc.start()
    text_format = text_files.read_format(path, text_files.find_encoding(path))
    split = text_files.split_records(path, text_format, tmp_path / "clean.csv")
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()
    assert split.rows == 3
    assert split.unreadable[0].error.startswith("too long: 100,000,006 characters")


def test_zero_bytes_cost_one_record(connection, tmp_path):
    (tmp_path / "orders.csv").write_text(f"{ORDERS}3,c\0,d,1\n4,c,d,1\n" + "\0" * 5_000)
    register_sources(connection, tmp_path)
    assert [row[1] for row in orders(connection)] == ["0001", "0002", "4"]
    assert [(row, error) for row, _, error in unreadable(connection)] == [
        (3, "zero bytes in it"),
        (5, "zero bytes in it"),
    ]
    assert unreadable(connection)[0][1] == "3,c\ufffd,d,1"


@pytest.mark.parametrize("ends", [["\n"], ["\r\n"], ["\r"], ["\n", "\r"], ["\r", "\r\n", "\n"]])
@pytest.mark.parametrize("last", [True, False])
def test_any_line_ends_are_read(connection, tmp_path, ends, last):
    lines = [ORDERS_HEADER, *(f"{n},c{n},d,{n}" for n in range(1, 50))]
    text = "".join(line + ends[n % len(ends)] for n, line in enumerate(lines))
    (tmp_path / "orders.csv").write_bytes(text.encode() if last else text.rstrip().encode())
    register_sources(connection, tmp_path)
    assert orders(connection) == [(n, str(n), f"c{n}", "d", str(n)) for n in range(1, 50)]
    assert unreadable(connection) == []


def test_a_carriage_return_within_a_value_is_told(connection, tmp_path):
    (tmp_path / "orders.csv").write_bytes(f"{ORDERS}3,a\rb,d,1\n4,c,d,1\n".encode())
    register_sources(connection, tmp_path)
    assert [row[1] for row in orders(connection)] == ["0001", "0002", "4"]
    assert [line for _, line, _ in unreadable(connection)] == ["3,a", "b,d,1"]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x0c", "\x0b", "\x85", "\x1c"])
@pytest.mark.parametrize("broken", ["", "9,few\n"])
def test_what_python_alone_takes_for_a_line_end_is_a_character(connection, tmp_path, sign, broken):
    text = f'{ORDERS}3,a{sign}b,d,1\n4,"a{sign}b",d,1\n{broken}'
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8", newline="")
    register_sources(connection, tmp_path)
    assert [row[2] for row in orders(connection)][2:] == [f"a{sign}b"] * 2
    assert len(unreadable(connection)) == bool(broken)


def test_a_utf_8_line_in_a_gbk_file_is_told_and_not_read_as_nonsense(connection, tmp_path):
    gbk = "".join(f"{n},王芳,2024-01-01,10\n" for n in range(1, 200)).encode("gbk")
    utf8 = "x,王芳,2024-01-01,10\n".encode()
    (tmp_path / "orders.csv").write_bytes(f"{ORDERS_HEADER}\n".encode() + gbk + utf8)
    register_sources(connection, tmp_path)
    assert rows(connection, "select count(*), min(customer_id) from raw.orders") == [(199, "王芳")]
    assert [(row, error) for row, _, error in unreadable(connection)] == [
        (200, "UTF-8 text in a file of GB18030")
    ]


# Columns without a name, records without values, what is cut off


def test_empty_columns_at_the_end_are_kept_apart(connection, tmp_path):
    text = f"{ORDERS_HEADER},,\n1,c,d,5,,\n2,c,d,5\n3,c,d,5,x,\n,,,,,\n4,c,d\n"
    (tmp_path / "orders.csv").write_text(text)
    register_sources(connection, tmp_path)
    assert orders(connection) == [
        (1, "1", "c", "d", "5"),
        (3, "3", "c", "d", "5"),
        (4, None, None, None, None),
    ]
    assert unreadable(connection) == [
        (2, "2,c,d,5", "4 values instead of 6"),
        (5, "4,c,d", "3 values instead of 6"),
    ]


def test_values_beyond_the_header_are_told(connection, tmp_path):
    # One empty value too many may be a comma within an amount: 1,234 and nothing.
    (tmp_path / "orders.csv").write_text(f"{ORDERS}3,c,d,5,\n4,c,d,1,234\n")
    register_sources(connection, tmp_path)
    assert len(orders(connection)) == 2
    assert [error for _, _, error in unreadable(connection)] == ["5 values instead of 4"] * 2


# Where the header stands


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "Orders report,,,\nOn 2026-11-20,,,\n,,,\nOrder ID,customer_id,x,Amount\n1,2,3,4\n",
            4,
        ),
        ("Orders report\nof November\norder_id;customer_id;amount\n1;2;3\n", 3),
        ('"A title, quoted"\n\n\norder_id\tcustomer_id\tamount\n', 4),
        ("\n" * 3 + "title\n" + "x\n" * 40 + "order_id,customer_id,amount\n", 45),
        ("title\n" + "x\n" * 60 + "order_id,customer_id,amount\n", None),
        ("order_id,customer_id\n1,2\n", None),
        ("", None),
    ],
)
def test_the_header_is_found_below_title_lines(tmp_path, text, line):
    path = tmp_path / "orders.csv"
    for encoding in ("utf-8", "utf-16"):
        path.write_text(text, encoding=encoding)
        text_format = text_files.read_format(path, encoding)
        wanted = ("order_id", "customer_id", "amount")
        assert text_files.header_line(path, text_format, wanted) == line
