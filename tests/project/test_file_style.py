"""What the values of a file prove of its numbers and dates, and what they do not."""

import re

import duckdb
import pytest
from conftest import PROJECT

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.file_style import FileStyle, find_style
from customer_tiering.reading.ingest import register_sources

BY_COMMA = ["1.234,56", "99,90", "0,500", "012,500", "12.500.000", "1234,567", "1 234,56", ",5"]
BY_COMMA += ["1'234,5", "-99,90 €", "(1.234,56)", "EUR 7,1234", "12,5%", "\t99,90\u00a0", ",500"]
BY_POINT = ["1,234.56", "12.34", "1234.5", "1,234,567", "0.500", "$12.30", "1\u202f234.5", "12.34-"]
BY_POINT += ["12,34,567.8", ".5", "¥1,234,567"]
OPEN = ["1,234", "1.234", "12", "1,234 USD", "-1.234", "1.5E3", "1,5e+3", "1 234", "", None, "n/a"]
OPEN += ["1.2.3", "12.500,", "abc", "10.10.2024", "1,234,5", "--", "12:30.5"]
DAY_FIRST = ["13/02/2024", "31-1-2024", "25.12.2023 18:30", "13/1/24", " 14/02/2024, 8:41 PM"]
DAY_FIRST += ["13/02/85", "29.02.00"]
MONTH_FIRST = ["02/13/2024", "2-26-2018", "12/31/99 8:41 AM", "1/13/24", "1.31.2024T08:41:00Z"]
OPEN_DATES = ["12/1/2010", "05-06-24", "2024-13-01", "2024-01-31", "20240131", "32/01/2024", None]
OPEN_DATES += ["31.02.2025", "2/30/2024", "13/13/2024", "11-Feb-13", "13/02", "192.168.13.14", ""]


def style(connection, numbers=(), dates=()):
    size = max(len(numbers), len(dates))
    rows = [
        (*number, *date)
        for number, date in zip(
            [(each,) for each in numbers] + [(None,)] * (size - len(numbers)),
            [(each,) for each in dates] + [(None,)] * (size - len(dates)),
            strict=True,
        )
    ]
    connection.execute("create or replace table t (n varchar, d varchar)")
    connection.executemany("insert into t values (?, ?)", rows)
    return find_style(connection, "t", {"n": "amount"}, {"d": "ordered_at"})


@pytest.mark.parametrize(
    ("values", "sign"), [(BY_COMMA, ","), (BY_POINT, "."), (OPEN, ".")], ids=["comma", "point", "-"]
)
def test_the_decimal_sign_is_what_one_value_proves(connection, values, sign):
    for value in values:
        assert style(connection, [*OPEN, value]) == FileStyle(sign), value


def test_what_proves_nothing_does_not_contradict_and_the_rest_does(connection):
    for value in OPEN:
        assert style(connection, ["99,90", value]).decimal_sign == ",", value
    for value in BY_POINT:
        found = style(connection, ["99,90", value])
        assert found.decimal_sign == "either", value
        assert [code for code, _ in found.notes] == ["contradictory_numbers"]
        assert "amount 99,90" in found.notes[0][1] and value.strip() in found.notes[0][1]


@pytest.mark.parametrize(
    ("values", "order"),
    [(DAY_FIRST, "dmy"), (MONTH_FIRST, "mdy"), (OPEN_DATES, None)],
    ids=["dmy", "mdy", "open"],
)
def test_the_order_of_day_and_month_is_what_one_value_proves(connection, values, order):
    for value in values:
        assert style(connection, dates=[*OPEN_DATES, value]) == FileStyle(".", order), value


def test_contradictory_dates_are_told_but_never_a_birthday(connection):
    found = style(connection, dates=["13/02/2024", "02/14/2024"])
    assert found.date_order == "either"
    assert "ordered_at 13/02/2024" in found.notes[0][1]
    found = find_style(connection, "t", {}, {"d": "birth_date"})
    assert found.notes[0][0] == "contradictory_dates"
    assert "birth_date" in found.notes[0][1] and "13/02" not in found.notes[0][1]


def test_a_slip_of_the_keyboard_does_not_speak_for_the_file(connection):
    assert style(connection, ["12.34"] * 200 + ["1,23"]) == FileStyle(".")
    assert style(connection, ["12,34"] * 200 + ["1.23"]) == FileStyle(",")
    assert style(connection, ["12.34"] * 99 + ["1,23"]).decimal_sign == "either"
    days, months = ["13/02/2024"] * 200, ["02/13/2024"]
    assert style(connection, dates=days + months) == FileStyle(".", "dmy")
    assert style(connection, dates=days[:50] + months).date_order == "either"


def test_a_short_year_that_may_stand_first_proves_no_day(connection):
    days = [f"{day:02}-02-24" for day in range(13, 29)]
    assert style(connection, dates=days).date_order == "dmy"
    years = [f"24-02-{day:02}" for day in range(1, 29)]
    assert style(connection, dates=years).date_order is None


def test_the_contract_knows_its_numbers_and_dates_as_staging_does():
    """Staging says of each column what it is; two that are read by hand are named here."""
    numbers, dates = {"answer"}, {"requested_at"}
    staging = [*(PROJECT / "models" / "staging").rglob("stg_*.sql")]
    shared = PROJECT / "macros" / "staging"
    for path in [*staging, shared / "typed_customers.sql", shared / "decisions_of_people.sql"]:
        text = path.read_text("utf-8")
        numbers |= set(re.findall(r"parse_number\('(\w+)'", text))
        dates |= set(re.findall(r"parse_timestamp\('(\w+)'", text))
        numbers |= set(re.findall(r"'(\w+)': '(?:number|amount|money)'", text))
        dates |= set(re.findall(r"'(\w+)': '(?:\w+_)?date'", text))
    assert {column for source in SOURCES.values() for column in source.numbers} == numbers
    assert {column for source in SOURCES.values() for column in source.dates} == dates


@pytest.mark.parametrize("kind", ["decimal(12, 2)", "decimal(12, 3)", "double"])
def test_a_number_of_parquet_is_not_read_by_the_texts_beside_it(kind, tmp_path):
    """Texts prove the comma, and a number has a point: 1.125 is then never 1125."""
    connection = duckdb.connect()
    connection.execute(f"""
        copy (
            select id as order_id, 'C1' as customer_id, date '2026-01-02' as ordered_at,
                amount::{kind} as amount, '99,90' as discount_amount
            from (values (1, 1.125), (2, 12.5)) as orders (id, amount)
        ) to '{tmp_path}/orders.parquet'
    """)
    register_sources(connection, tmp_path)
    signs = connection.execute("select distinct decimal_sign from raw.orders").fetchall()
    assert signs == [("either",)]
