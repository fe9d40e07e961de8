"""How a file writes its numbers and dates, as its own values prove it.

`1,234` and `05/06/2024` can be read in two ways. A file is written by one program with one set of
habits, so one value that can be read in one way only speaks for all values of its file.
"""

from dataclasses import dataclass

import duckdb

from customer_tiering.reading.contract import SOURCES

# Of these, no value may be shown.
_PERSONAL = {column for source in SOURCES.values() for column in source.personal}

# What may stand before or after a number: signs, brackets, blanks, a currency's sign or word.
_SIGNS = r"[-+−()''’%\s\p{Z}\p{Sc}]*"
_AROUND = rf"{_SIGNS}(?:\p{{L}}{{1,3}}{_SIGNS})?"
_BLANK = r"[\s\p{Z}''’]"


def _decimals(sign: str, other: str) -> str:
    """The pattern of the numbers in which only `sign` can be the decimal sign."""
    forms = (
        # Groups of thousands by the other sign, or by blanks: 1.234,56 or 1 234,56.
        rf"[0-9]{{1,3}}(?:{other}[0-9]{{2,3}})+{sign}[0-9]+",
        rf"[0-9]{{1,3}}(?:{_BLANK}[0-9]{{3}})+{sign}[0-9]+",
        # More groups than one are no decimals: 12.500.000.
        rf"[1-9][0-9]{{0,2}}(?:{other}[0-9]{{2,3}})+{other}[0-9]{{3}}",
        # Not three digits, so no group: 99,90.
        rf"[0-9]*{sign}(?:[0-9]{{1,2}}|[0-9]{{4,}})",
        # Nothing that a group could follow: 0,500 and 1234,567.
        rf"(?:0[0-9]*|[0-9]{{4,}}|){sign}[0-9]{{3}}",
    )
    return rf"^{_AROUND}(?:{'|'.join(forms)}){_AROUND}$"


def _dates(first: str, second: str, year: str) -> str:
    """The pattern of the dates with these two numbers before the year, with a time or without."""
    return rf"^\s*({first})[-/.]({second})[-/.]({year})(?:[\s,T]+[0-9]{{1,2}}:.*)?\s*$"


COMMA, POINT = _decimals(",", "[.]"), _decimals("[.]", ",")

_DAY, _MONTH = "1[3-9]|2[0-9]|3[01]", "0?[1-9]|1[0-2]"
# Years of two digits that can be no day of a month, so that the year does not stand first.
DAY_FIRST = _dates(_DAY, _MONTH, "[0-9]{4}|00|3[2-9]|[4-9][0-9]")
MONTH_FIRST = _dates(_MONTH, _DAY, "[0-9]{4}|[0-9]{2}")
# 13-02-24 is the 13th of February, or the 24th of February 2013.
DAY_OR_YEAR_FIRST = _dates(_DAY, _MONTH, "0[1-9]|[12][0-9]|3[01]")

# One bad value costs one record: where so few values contradict the others, they are slips of the
# keyboard, and staging rejects them by the style of the others.
FEW = 0.01

# More than one is as many as any.
MOST_CURRENCIES = 10


@dataclass(frozen=True)
class FileStyle:
    """How a file writes its numbers and dates.

    Attributes:
        decimal_sign: `.`, also where nothing proves it; `,`; or `either`, if the values of the
            file contradict each other.
        date_order: `dmy`, `mdy`, `either`, or None where nothing proves one.
        notes: what people should be told: the code of a note and its words.
        currencies: the codes in its column of currencies, in order, no more than `MOST_CURRENCIES`.
    """

    decimal_sign: str = "."
    date_order: str | None = None
    notes: tuple[tuple[str, str], ...] = ()
    currencies: tuple[str, ...] = ()


def find_style(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    numbers: dict[str, str],
    dates: dict[str, str],
) -> FileStyle:
    """Look at the values of a file until they prove something.

    Args:
        connection: where the rows are.
        rows: SQL of a relation.
        numbers: its columns of numbers, all text, each with its name for people.
        dates: the same of dates.
    """
    comma = _Proof(connection, rows, numbers, COMMA)
    point = _Proof(connection, rows, numbers, POINT)
    day = _Proof(connection, rows, dates, DAY_FIRST, r"\3-\2-\1")
    if not day:
        day = _Proof(connection, rows, dates, DAY_OR_YEAR_FIRST, r"\3-\2-\1")
        if day and not day.varies_more_in_its_first_number():
            day.value = None
    month = _Proof(connection, rows, dates, MONTH_FIRST, r"\3-\1-\2")
    notes = []
    sign = _one_of(comma, ",", point, ".")
    if sign == "either":
        notes.append(
            (
                "contradictory_numbers",
                f"in {comma.value} the comma is the decimal sign, and in {point.value} the point "
                "is. Numbers such as 1,234 cannot be read: write all in one way",
            )
        )
    order = _one_of(day, "dmy", month, "mdy")
    if order == "either":
        notes.append(
            (
                "contradictory_dates",
                f"in {day.value} the day comes first, and in {month.value} the month does. Dates "
                "such as 05/06/2024 cannot be read: write all in one way, best as 2024-06-05",
            )
        )
    return FileStyle(sign or ".", order, tuple(notes))


def currencies_in(connection: duckdb.DuckDBPyConnection, records: str) -> tuple[str, ...]:
    """The currencies that some records name.

    Args:
        connection: where the records are.
        records: SQL of a relation with a column `currency`.
    """
    found = connection.execute(
        # As the macro currency_code has it.
        "select distinct replace(replace(upper(trim(currency)), 'RMB', 'CNY'), '人民币', 'CNY')"
        f" as code from {records} as records"
        " where regexp_full_match(upper(trim(currency)), '[A-Z]{3}|人民币')"
        f" order by code limit {MOST_CURRENCIES}"
    )
    return tuple(currency for (currency,) in found.fetchall())


class _Proof:
    """One value that a pattern matches; false if there is none.

    Attributes:
        value: the value with the name of its column; the search ends with it.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rows: str,
        columns: dict[str, str],
        pattern: str,
        as_date: str | None = None,
    ):
        """Look for it.

        Args:
            connection: where the rows are.
            rows: SQL of a relation.
            columns: its columns to look at, with their names for people.
            pattern: the pattern.
            as_date: how a match is written as a date; what is none proves nothing.
        """
        self._connection, self._rows, self._columns = connection, rows, columns
        self._pattern, self._as_date = pattern, as_date
        self.value = None
        for column, name in columns.items():
            found = self._query(column, f'cast("{column}" as varchar)', "limit 1")
            if found:
                self.value = name if name in _PERSONAL else f"{name} {found[0].strip()}"
                break

    def __bool__(self) -> bool:
        return self.value is not None

    def count(self) -> int:
        """How many values prove the same."""
        return sum(self._query(column, "count(*)")[0] for column in self._columns)

    def varies_more_in_its_first_number(self) -> bool:
        """Whether the first number varies as days do, and the last one less, as years do."""
        found = []
        for column in self._columns:
            distinct = [
                f"count(distinct regexp_extract(\"{column}\", '{self._pattern}', {group}))"
                for group in (1, 3)
            ]
            found.append(self._query(column, ", ".join(distinct)))
        return sum(first for first, _ in found) >= sum(last for _, last in found)

    def _query(self, column: str, what: str, more: str = "") -> tuple | None:
        condition = f"regexp_matches(cast(\"{column}\" as varchar), '{self._pattern}')"
        if self._as_date:
            # Most dates begin with the year, and need no look at a pattern.
            date = f"regexp_replace(\"{column}\", '{self._pattern}', '{self._as_date}')"
            condition = (
                f"\"{column}\" not like '____-__-%' and {condition}"
                f" and try_cast({date} as date) is not null"
            )
        query = f"select {what} from {self._rows} as records where {condition} {more}"
        return self._connection.execute(query).fetchone()


def _one_of(one: _Proof, its: str, other: _Proof, others: str) -> str | None:
    if one and other:
        counts = one.count(), other.count()
        if min(counts) > FEW * max(counts):
            return "either"
        return its if counts[0] > counts[1] else others
    return its if one else others if other else None
