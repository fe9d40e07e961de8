"""A bounded table as literals for Spark: what comes back is what went in."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from customer_tiering.engines.on_spark import literal, spark_literals


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (0.1, "double('0.1')"),
        (float("nan"), "double('nan')"),
        (date(2026, 1, 31), "date '2026-01-31'"),
        (datetime(2026, 1, 31, 8, 5), "timestamp '2026-01-31 08:05:00'"),
        ("it's \\ here", r"'it\'s \\ here'"),
        ("重要价值", "'重要价值'"),
        (["a", "b"], "array('a', 'b')"),
    ],
)
def test_a_value_is_written_as_spark_reads_it(value, text):
    assert literal(value) == text


def test_a_table_without_rows_keeps_its_columns():
    table = pa.table({"name": pa.array([], pa.string()), "rows": pa.array([], pa.int64())})
    assert spark_literals(table) == (
        "select cast(name as string) as name, cast(rows as bigint) as rows"
        " from values (null, null) as literals (name, rows) where false"
    )


def test_a_whole_number_keeps_its_width_for_contracts_tell_them_apart():
    table = pa.table({"customers": pa.array([7], pa.int32())})
    assert spark_literals(table) == (
        "select cast(customers as integer) as customers from values (7) as literals (customers)"
    )
