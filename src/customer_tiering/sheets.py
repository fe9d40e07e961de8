"""CSV files as spreadsheets take them: in UTF-8, and no text that runs as a formula."""

from pathlib import Path

from duckdb import DuckDBPyRelation
from duckdb.sqltypes import DuckDBPyType

from customer_tiering.reading.names import quoted

# Excel takes a CSV for UTF-8 only if it begins with this; COPY has no option for it, so it
# stands before the name of the first column.
BYTE_ORDER_MARK = "\ufeff"

# A sheet of Excel has 1,048,576 rows, the first for the names. More rows come as Parquet alone.
MOST_ROWS_OF_A_SHEET = 1_048_575

CSV_TEXT_CELLS = (
    "A text that a spreadsheet would run as a formula (it begins with = + - @, also full-width or "
    "after blanks, or with a tab or a new line) has an apostrophe before it. Parquet has it as it "
    "is, and numbers, dates and booleans have none."
)

# As OWASP lists them ("CSV Injection"). Spreadsheets skip what cannot be seen before a sign: blanks
# of all widths (Z), control and zero-width characters (C).
_FORMULA = r"^(?:[\pZ\pC]*[=+\-@＝＋－＠]|[\t\r\n])"

_NEVER_TEXT = {
    "boolean",
    *("tinyint", "smallint", "integer", "bigint", "hugeint"),
    *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
    *("decimal", "float", "double"),
    *("date", "time", "time with time zone"),
    *("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"),
}


def write_csv(rows: DuckDBPyRelation, path: Path) -> None:
    """Write rows, in their order, as a CSV that Excel takes for UTF-8 and runs nothing of.

    Args:
        rows: the rows; every name of a column is there once.
        path: the file.
    """
    mark, cells = BYTE_ORDER_MARK, []
    for column, kind in zip(rows.columns, rows.types, strict=True):
        header = column if column[:1].isalnum() or column[:1] == "_" else f"'{column}"
        cells.append(f"{_cell(quoted(column), kind)} as {quoted(mark + header)}")
        mark = ""
    rows.project(", ".join(cells)).write_csv(str(path))


def _cell(column: str, kind: DuckDBPyType) -> str:
    """A column as SQL that gives each of its texts an apostrophe where it is needed."""
    if kind.id in _NEVER_TEXT:
        return column
    text = column if kind.id == "varchar" else f"cast({column} as varchar)"
    # Most texts begin with a digit, a letter or a Chinese character: no need to match a pattern.
    first = f"unicode({text})"
    plain = " or ".join(
        f"{first} between {ord(low)} and {ord(high)}" for low, high in ("09", "Az", "一\u9fff")
    )
    inert = f"if(regexp_matches({text}, '{_FORMULA}'), '''' || {text}, {text})"
    return f"if({plain}, {text}, {inert})"
