"""People who asked to be forgotten: the SQL by which their records are known.

The same words serve DuckDB and Spark, but for how a group of a pattern is written;
macros/sources/forgotten_records.sql says the same for tables of a catalog. Both engines have a
relation of two columns,

    raw.forgotten_ids     column_name (customer_id or order_id), id

in which the ids are cleaned as staging cleans them: `clean_id` here says what the macro
`clean_id` says, and a test compares the two.
"""

from customer_tiering.reading.contract import SOURCES

# Full-width characters that everybody takes for others, and those that nobody sees. The quote and
# the backslash go the other way meanwhile: the engines do not write them alike in a text.
_ASCII = "".join(map(chr, range(0x21, 0x7F))).replace("'", "").replace("\\", "")
_WIDE = "\u00a0\u3000" + "".join(chr(ord(character) + 0xFEE0) for character in _ASCII)
_UNSEEN = "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD)))
_QUOTE, _BACKSLASH = "＇", "＼"
_MEANWHILE = (f"concat(chr(39), chr(92), '{_WIDE}{_UNSEEN}')", f"'{_QUOTE}{_BACKSLASH}  {_ASCII}'")

# Texts that are no id, to the letter: a list that names "N/A" must not take all records without
# a customer with it, and NA is a customer.
NOTHING = ["-", "--", "NULL", "null", "(null)", "None", "nan", "NaN", "N/A", "n/a", "#N/A", "<NA>"]
NOTHING += ["\\N", "无"]
_NOTHING = "|".join(
    text.replace("(", "[(]").replace(")", "[)]").replace("\\", _BACKSLASH) for text in NOTHING
)

# Most ids need no cleaning, and one look shows it: letters and digits that begin no such word, or
# a visible text that is too long for one, begins with neither ' nor = and does not end with .0
PLAIN_ID = (
    "^(([0-9A-MO-Za-mo-z]|[Nn][0-9_-])[0-9A-Za-z_-]*|[!-&(-<>-~][!-~]{5,}([!-/1-~]|[-!-,/-~]0))$"
)

# What may stand beside a value in a line that is no record. Not - / . : because dates and
# numbers would fall apart into texts that look like ids.
SEPARATORS = '\t\r\n,;|"(){}[]<>=，；'


def clean_id(column: str, spark: bool = False) -> str:
    """The SQL of an id out of its text; null where the text is no id.

    Args:
        column: a column or another expression; it stands in the text four times.
        spark: whether Spark is to read it.
    """
    group = "$1" if spark else r"\1"
    seen = f"trim(both ' \t\r\n' from translate({column}, {', '.join(_MEANWHILE)}))"
    # Each step once: what stands twice is worked out twice.
    unpacked = f"""regexp_replace({seen}, '^=" *(.*[^ ]|) *"$', '{group}')"""
    unquoted = f"regexp_replace({unpacked}, '^{_QUOTE}(.*[^{_QUOTE}])$', '{group}')"
    whole = f"regexp_replace({unquoted}, '^([0-9]+)[.]0$', '{group}')"
    something = f"regexp_replace({whole}, '^({_NOTHING})$', '')"
    cleaned = f"translate({something}, '{_QUOTE}{_BACKSLASH}', concat(chr(39), chr(92)))"
    return (
        f"case when {column} <> '' and regexp_extract({column}, '{PLAIN_ID}', 0) = {column}"
        f" then {column} else nullif({cleaned}, '') end"
    )


def ids_in(column: str, rows: str, spark: bool = False) -> str:
    """The query of the ids in a column of some rows, each once, without those that are none."""
    return (
        f"select distinct id from (select {clean_id(column, spark)} as id from {rows})"
        " where id is not null"
    )


def is_forgotten(
    source: str, alias: str, ids: str = "raw.forgotten_ids", spark: bool = False
) -> str:
    """The condition under which a record belongs to somebody who is to be forgotten.

    Args:
        source: the name of what the record is of.
        alias: the name of the record's table in the query; its columns are texts.
        ids: the relation of the ids.
        spark: whether Spark is to read it.
    """
    columns = SOURCES[source].forgotten_by
    if not columns:
        return "1 = 0"
    theirs = ", ".join(clean_id(f"{alias}.{column}", spark) for column in columns)
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
        f" and (contains(concat(' ', {line}, ' '), concat(' ', {forgotten}, ' '))"
        f" or contains(concat(' ', {line}, ' '), concat(' ', {forgotten}, '.0 '))))"
    )


def _values_apart(text: str) -> str:
    """A text with a blank for all that stands between values."""
    narrow = f"translate({text}, {', '.join(_MEANWHILE)})"
    blanks = " " * (len(SEPARATORS) + 1)
    return f"translate({narrow}, '{SEPARATORS}{_QUOTE}', '{blanks}')"
