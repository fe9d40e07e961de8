"""How a file writes its numbers and dates, as its own values prove it.

`1,234` and `05/06/2024` can be read in two ways. A file is written by one program with one set of
habits, so one value that can be read in one way only speaks for all values of its file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from customer_tiering.contract import PERSONAL_DATES

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


def _day_month(first: str, second: str, year: str) -> str:
    """The pattern of the dates with these two numbers before the year, with a time or without."""
    return rf"^\s*{first}[-/.]{second}[-/.]{year}(?:[\s,T]+[0-9]{{1,2}}:.*)?\s*$"


COMMA, POINT = _decimals(",", "[.]"), _decimals("[.]", ",")

_DAY, _MONTH = "(1[3-9]|2[0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
# Years of two digits that can be no day of a month, so that the year does not stand first.
_CLEAR_YEAR = "(?:[0-9]{4}|00|3[2-9]|[4-9][0-9])"
DAY_FIRST = _day_month(_DAY, _MONTH, _CLEAR_YEAR)
MONTH_FIRST = _day_month(_MONTH, _DAY, "(?:[0-9]{4}|[0-9]{2})")
# 13-02-24 is the 13th of February, or the 24th of February 2013.
_DAY_OR_YEAR_FIRST = _day_month(_DAY, _MONTH, "(0[1-9]|[12][0-9]|3[01])")
_NOT_ISO = "not like '____-__-%'"


@dataclass(frozen=True)
class FileStyle:
    """How a file writes its numbers and dates.

    Attributes:
        decimal_sign: `.`, also where nothing proves it; `,`; or `either`, if the values of the
            file contradict each other.
        date_order: `dmy`, `mdy`, `either`, or None where nothing proves one.
        notes: what people should be told: the code of a note and its words.
    """

    decimal_sign: str = "."
    date_order: str | None = None
    notes: tuple[tuple[str, str], ...] = ()


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
    look = _Look(connection, rows)
    comma, point = look.first(numbers, COMMA), look.first(numbers, POINT)
    day = look.first(dates, DAY_FIRST, _NOT_ISO) or look.day_before_short_year(dates)
    month = look.first(dates, MONTH_FIRST, _NOT_ISO)
    if comma and point:
        comma, point = look.without_slips(numbers, (comma, COMMA), (point, POINT))
    if day and month:
        day, month = look.without_slips(dates, (day, DAY_FIRST), (month, MONTH_FIRST))
    notes = []
    if comma and point:
        notes.append(
            (
                "contradictory_numbers",
                f"in {comma} the comma is the decimal sign, and in {point} the point is. Numbers "
                "such as 1,234 cannot be read: write all in one way",
            )
        )
    if day and month:
        notes.append(
            (
                "contradictory_dates",
                f"in {day} the day comes first, and in {month} the month does. Dates such as "
                "05/06/2024 cannot be read: write all in one way, best as 2024-06-05",
            )
        )
    return FileStyle(
        _one_of((comma, ","), (point, ".")) or ".",
        _one_of((day, "dmy"), (month, "mdy")),
        tuple(notes),
    )


def _one_of(*proven: tuple[str | None, str]) -> str | None:
    found = [name for proof, name in proven if proof]
    return "either" if len(found) > 1 else next(iter(found), None)


class _Look:
    def __init__(self, connection: duckdb.DuckDBPyConnection, rows: str):
        self._connection = connection
        self._rows = rows

    def first(self, columns: dict[str, str], pattern: str, condition: str = "<> ''") -> str | None:
        """One value that a pattern matches, with the name of its column; it ends the search."""
        for column, name in columns.items():
            found = self._connection.execute(
                f'select "{column}" from {self._rows} as records where "{column}" {condition}'
                f" and regexp_matches(\"{column}\", '{pattern}') limit 1"
            ).fetchone()
            if found:
                return name if name in PERSONAL_DATES else f"{name} {found[0].strip()}"
        return None

    def without_slips(
        self, columns: dict[str, str], *proofs: tuple[str, str]
    ) -> tuple[str | None, ...]:
        """Of two contradicting proofs those that are more than slips of the keyboard.

        One in a hundred values, or fewer, is a record that cannot be read, and says nothing of the
        others.
        """
        counts = [
            sum(
                self._connection.execute(
                    f"select count(*) from {self._rows} as records"
                    f" where regexp_matches(\"{column}\", '{pattern}')"
                ).fetchone()[0]
                for column in columns
            )
            for _, pattern in proofs
        ]
        return tuple(
            proof if count * 100 > max(counts) else None
            for (proof, _), count in zip(proofs, counts, strict=True)
        )

    def day_before_short_year(self, columns: Iterable[str]) -> str | None:
        """The same for 13-02-24, if among such dates the first number varies as days do.

        Where the last one varies more, it is the day, and the year comes first.
        """
        for column in columns:
            days, years = self._connection.execute(
                "select count(distinct parts.first), count(distinct parts.last) from ("
                f" select regexp_extract(\"{column}\", '{_DAY_OR_YEAR_FIRST}', ['first', 'last'])"
                f' as parts from {self._rows} as records where "{column}" {_NOT_ISO}'
                f" and regexp_matches(\"{column}\", '{_DAY_OR_YEAR_FIRST}'))"
            ).fetchone()
            if days and days >= years:
                return self.first({column: columns[column]}, _DAY_OR_YEAR_FIRST, _NOT_ISO)
        return None
