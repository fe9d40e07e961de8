"""People who asked to be forgotten: the SQL by which their records are known.

The same words serve DuckDB and Spark; macros/sources/forgotten_records.sql says the same for
tables of a catalog. Both engines have a relation of two columns,

    raw.forgotten_ids     column_name (customer_id or order_id), id

in which the ids are trimmed as staging trims them.
"""

from customer_tiering.contract import FORGOTTEN_BY

# What staging trims (macro trimmed), and the texts that it takes for nothing (macro clean_text):
# a list that names "N/A" must not take all records without a customer with it.
BLANKS = " \t\r\n\u00a0\u3000"
NOTHING = ("", "-", "--", "none", "null", "(null)", "nan", "n/a", "#n/a", "na", "nil", "无")

# What may stand beside a value in a line that is no record. Not - / . : because dates and
# numbers would fall apart into texts that look like ids.
SEPARATORS = '\t\r\n\u00a0\u3000,;|"(){}[]<>=，；'


def ids_in(column: str, rows: str) -> str:
    """The query of the ids in a column of some rows, each once, without those that are none."""
    nothing = ", ".join(f"'{text}'" for text in NOTHING)
    return (
        f"select distinct {_trimmed(column)} as id from {rows}"
        f" where lower({_trimmed(column)}) not in ({nothing})"
    )


def is_forgotten(source: str, alias: str, ids: str = "raw.forgotten_ids") -> str:
    """The condition under which a record belongs to somebody who is to be forgotten.

    Args:
        source: the name of what the record is of.
        alias: the name of the record's table in the query; its columns are texts.
        ids: the relation of the ids.
    """
    if source not in FORGOTTEN_BY:
        return "1 = 0"
    columns = FORGOTTEN_BY[source].split()
    theirs = ", ".join(_trimmed(f"{alias}.{column}") for column in columns)
    return (
        f"exists (select 1 from {ids} as forgotten"
        f" where forgotten.column_name = '{columns[0]}' and forgotten.id in ({theirs}))"
    )


def line_is_forgotten(alias: str) -> str:
    """The same for a line of raw.unreadable_lines: it has such an id as a value of its own."""
    line, forgotten = _values_apart(f"{alias}.line"), _values_apart("forgotten.id")
    return (
        f"exists (select 1 from raw.forgotten_ids as forgotten"
        f" where (forgotten.column_name = 'customer_id' or {alias}.source = 'order_items')"
        f" and contains({line}, {forgotten}))"
    )


def _trimmed(column: str) -> str:
    return f"trim(both '{BLANKS}' from {column})"


def _values_apart(text: str) -> str:
    return f"concat(' ', translate({text}, '{SEPARATORS}', '{' ' * len(SEPARATORS)}'), ' ')"
