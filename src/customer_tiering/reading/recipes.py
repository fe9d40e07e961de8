"""Recipes: how records are made of a file's columns and rows, said as data in mapping.csv.

A closed list. A line of the mapping names a recipe and, for some, a value; each becomes an
expression of DuckDB in which names and values of people stand as literals alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from customer_tiering.reading.contract import Source

SEPARATOR = "|"

# What stands between the texts of a list that a person writes.
_OF_LIST = re.compile("[;；]")

DATE_PARTS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MM": "%m",
    "DD": "%d",
    "HH": "%H",
    "hh": "%I",
    "mm": "%M",
    "SS": "%S",
    "AM": "%p",
}
DATE_UNITS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}

# Currencies whose smallest units are no hundredths, as Stripe counts them: of ISK and UGX it does.
OTHER_DECIMALS = {
    0: [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ],
    3: ["BHD", "JOD", "KWD", "OMR", "TND"],
}
_DATE_ORDERS = ("dmy", "mdy", "utc")

CONDITIONS = ("negative", "positive", "empty", "filled")


@dataclass(frozen=True)
class Recipe:
    """One kind of recipe.

    Attributes:
        does: what it does, in a few words.
        columns: how many of their columns it takes: least and most; most None for any number.
        value: what its value says, for messages; empty if it takes none.
        check: whether a value is right; of a recipe that takes none nobody asks.
        of: what it is a recipe of: a column, rows or the file.
        goes_on: whether it may follow another one of the same column.
    """

    does: str
    columns: tuple[int, int | None] = (1, 1)
    value: str = ""
    check: Callable[[str], bool] = bool
    of: str = "column"
    goes_on: bool = False


def _is_separator(value: str) -> bool:
    return 0 < len(value) <= 3


def is_date_format(value: str) -> bool:
    """Whether a value says how dates are written: an order, a unit, or a pattern."""
    if value in _DATE_ORDERS or value in DATE_UNITS:
        return True
    rest = re.sub("|".join(DATE_PARTS), "", value)
    return not re.search(r"[A-Za-z%]", rest.replace("T", "")) and all(
        value.count(part) == 1 for part in ((value.count("YYYY") and "YYYY") or "YY", "MM", "DD")
    )


def pairs_of(value: str) -> dict[str, str] | None:
    """The pairs of a translation such as `won=Closed Won;lost=Closed Lost`; None if it is none."""
    pairs = {}
    for part in filter(str.strip, _OF_LIST.split(value)):
        theirs, sign, ours = part.rpartition("=")
        if not sign or theirs.strip() in pairs:
            return None
        pairs[theirs.strip()] = ours.strip()
    return pairs or None


def texts_of(value: str) -> list[str]:
    """The texts of a list such as `Refunded;Partially refunded`."""
    return [part.strip() for part in _OF_LIST.split(value) if part.strip()]


def _is_condition(value: str) -> bool:
    return value in CONDITIONS or bool(texts_of(value.removeprefix("begins with ")))


_WHICH = (
    "negative, positive, empty, filled, begins with and a text, or texts with ; between, such as "
    "Refunded;Returned"
)

RECIPES = {
    "": Recipe("another name"),
    "constant": Recipe("the value, in every record", (0, 0), "a text"),
    "join": Recipe("texts in a row", (2, None), "what stands between them", lambda value: True),
    "first_filled": Recipe("the first that is not empty", (2, None)),
    "product": Recipe("numbers multiplied", (2, None)),
    "sum": Recipe("numbers added", (2, None)),
    "difference": Recipe("the first number less the others", (2, None)),
    "minor_units": Recipe(
        "an amount in hundredths; a second column names its currency, which may have other parts",
        (1, 2),
        value="how many digits are decimals, 0 to 4",
        check=re.compile("[0-4]").fullmatch,
        goes_on=True,
    ),
    "decimal_sign": Recipe(
        "numbers written by this sign", value=", or .", check=(",", ".").__contains__
    ),
    "date": Recipe(
        "dates written so",
        value="dmy, mdy, utc, seconds, milliseconds, microseconds, or a pattern such as "
        "DD.MM.YYYY HH:mm",
        check=is_date_format,
    ),
    "translate": Recipe(
        "other words for some values",
        value="pairs with ; between, such as Closed Won=won;Closed Lost=lost",
        check=pairs_of,
        goes_on=True,
    ),
    "first_of_list": Recipe(
        "the first text of a list in a cell",
        value="what stands between its texts, such as ;",
        check=_is_separator,
        goes_on=True,
    ),
    "list": Recipe(
        "a list in a cell, as ours are written, with | between",
        value="what stands between its texts, such as ;",
        check=_is_separator,
        goes_on=True,
    ),
    "row_number": Recipe("the number of the row, as a key", (0, 0)),
    "contact_key": Recipe("a key made of an e-mail or a phone", (1, None)),
    "sum_of_rows": Recipe("the sum over the rows of one record", (0, 1), goes_on=True),
    "first_row": Recipe("as the first of its rows says", (0, 1), goes_on=True),
    "each_row": Recipe("as each of its rows says, never summed", (0, 1), goes_on=True),
    "keep": Recipe("only these rows feed the source", value=_WHICH, check=_is_condition, of="rows"),
    "skip": Recipe("these rows feed another source", value=_WHICH, check=_is_condition, of="rows"),
    "leave_out": Recipe(
        "these rows are counted as excluded", value=_WHICH, check=_is_condition, of="rows"
    ),
    "header_line": Recipe(
        "the line on which the header stands",
        (0, 0),
        "a number from 1, or none where there is no header; the columns are then named 1, 2, 3",
        re.compile("[1-9][0-9]{0,4}|none").fullmatch,
        of="file",
    ),
    "delimiter": Recipe(
        "what stands between two values",
        (0, 0),
        "comma, semicolon, tab, bar or blanks",
        ("comma", "semicolon", "tab", "bar", "blanks").__contains__,
        of="file",
    ),
    "sheet": Recipe("the sheet of a workbook", (0, 0), "the name of a sheet", bool, of="file"),
    "system": Recipe(
        "the system that the ids are of",
        (0, 0),
        "a short name of letters, digits and _",
        re.compile(r"[\w-]{1,40}").fullmatch,
        of="file",
    ),
}
# Recipes that make one record of several rows.
OF_ROWS = ("sum_of_rows", "first_row", "each_row")
# Recipes whose results are numbers.
ARITHMETIC = ("product", "sum", "difference", "minor_units", "decimal_sign", "sum_of_rows")


@dataclass(frozen=True)
class Step:
    """One recipe with its value."""

    recipe: str
    value: str = ""


@dataclass(frozen=True)
class Field:
    """Where a column of the contract comes from.

    Attributes:
        positions: of their columns, from 0.
        steps: the recipes, in order; none for another name alone.
    """

    positions: tuple[int, ...]
    steps: tuple[Step, ...] = ()

    @property
    def is_written_as_said(self) -> bool:
        """Whether the mapping says how its values are written, so that they prove nothing."""
        return any(step.recipe in ("date", "decimal_sign", "constant") for step in self.steps)

    @property
    def of_rows(self) -> str | None:
        """The recipe by which it is made of several rows, if it is."""
        return next((step.recipe for step in self.steps if step.recipe in OF_ROWS), None)


@dataclass(frozen=True)
class RowRule:
    """Which rows of a file are meant: a row recipe on one column."""

    position: int
    recipe: str
    value: str


@dataclass(frozen=True)
class Shape:
    """How records are made of rows.

    Attributes:
        source: what they are records of.
        fields: the columns that the file gives, by their name.
        rules: which of its rows are meant.
        system: stands before every id; None where ids are as they are.
        names_contacts: whether the key of a record may be a contact, of which other records have
            made theirs: so it is of the list of deletions.
    """

    source: Source
    fields: dict[str, Field] = field(default_factory=dict)
    rules: tuple[RowRule, ...] = ()
    system: str | None = None
    names_contacts: bool = False

    @property
    def has_contacts(self) -> bool:
        """Whether a key is made of a contact."""
        steps = [step.recipe for each in self.fields.values() for step in each.steps]
        return self.names_contacts or "contact_key" in steps

    @property
    def is_plain(self) -> bool:
        """Whether each row is a record, and each column one of the file's."""
        return not (
            self.rules
            or self.system
            or self.names_contacts
            or any(each.steps for each in self.fields.values())
        )

    @property
    def used(self) -> list[int]:
        """The positions that are taken something from, in order."""
        columns = {position for each in self.fields.values() for position in each.positions}
        return sorted(columns | {rule.position for rule in self.rules})

    @property
    def is_of_rows(self) -> bool:
        """Whether several rows may be one record."""
        return any(each.of_rows for each in self.fields.values())


def literal(text: str) -> str:
    """A text in the SQL of DuckDB."""
    return "'" + text.replace("'", "''") + "'"
