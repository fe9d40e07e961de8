"""The records that recipes make of the rows of a file, as SQL of DuckDB."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

import duckdb

from customer_tiering.reading.forgotten import clean_id
from customer_tiering.reading.recipes import (
    ARITHMETIC,
    DATE_PARTS,
    DATE_UNITS,
    OTHER_DECIMALS,
    Field,
    RowRule,
    Shape,
    Step,
    literal,
    pairs_of,
    texts_of,
)
from customer_tiering.reading.text_files import UnreadableLine

# What a key that is made of a contact is a secret's: who lacks it cannot try all phones.
SECRET_VARIABLE = "CUSTOMER_KEY_SECRET"

# Stands before a text that should be a number or a date, so that staging reads it as none.
UNREADABLE = "? "

_CURRENCY = r"\p{Sc}|[A-Z]{3}|元|圆|円|人民币"


def make_records(
    connection: duckdb.DuckDBPyConnection, shape: Shape, rows: str, decimal_sign: str, table: str
) -> int:
    """Write the records of a file into a table: source_row, then the contract's columns as text.

    Rows of one record whose values differ where each row should say the same stay as they are:
    staging then rejects them as conflicting.

    Args:
        connection: where the rows are.
        shape: how the records are made.
        rows: SQL of a relation: source_row, c0, c1 and so on.
        decimal_sign: of the file's numbers; `.`, `,` or `either`.
        table: the name of the table.

    Returns:
        How many records were left out.
    """
    lines = _Lines(shape, rows, decimal_sign)
    if not shape.is_of_rows:
        connection.execute(f"create or replace temporary table {table} as {lines.as_records()}")
    else:
        connection.execute(f"create or replace temporary table {table} as {lines.grouped()}")
        if without_id := lines.lines_without_id():
            connection.execute(_told_of_their_orders(table, lines.key, *without_id))
        conflict = f"from {table} where is_in_conflict"
        if connection.execute(f"select exists ({conflict})").fetchone()[0]:
            connection.execute(f"""
                insert into {table} by name
                select *, false as is_in_conflict from ({lines.as_records()})
                where {lines.key} in (select {lines.key} {conflict});
                delete {conflict}
            """)
        connection.execute(f"alter table {table} drop column is_in_conflict")
    return connection.execute(lines.left_out()).fetchone()[0]


def _told_of_their_orders(table: str, key: str, summed: str, condition: str) -> str:
    """The SQL by which a record is unreadable if a line below it has no id.

    Exports and merged cells fill in the id on the first line of an order alone: what the others
    come to would be missing in its sum, and nobody would see it.
    """
    return f"""
        update {table} set {summed} = '{UNREADABLE}a line below it has no id'
        where source_row in (
            select records.source_row
            from (select source_row from {table} where {condition}) as cut
            asof join (select source_row from {table} where {key} is not null) as records
                on cut.source_row > records.source_row
        )
    """


class _Lines:
    """The rows that are meant, with what the recipes make of each by itself."""

    def __init__(self, shape: Shape, rows: str, decimal_sign: str):
        self._shape, self._rows, self._sign = shape, rows, decimal_sign
        self.key = shape.source.columns[0]

    def as_records(self) -> str:
        """Each row a record."""
        values = ", ".join(
            f"cast({self._value(column)} as varchar) as {column}"
            for column in self._shape.source.columns
        )
        records = f"select source_row, {values} from {self._rows} as records where {self._meant()}"
        if self._shape.names_contacts:
            # A list of people names them by contact or by id: both are taken.
            key = contact_key([f"c{self._shape.fields[self.key].positions[0]}"])
            contacts = records.replace(
                f"cast({self._value(self.key)} as varchar)",
                f"cast({self._of_system(key)} as varchar)",
                1,
            )
            return f"{records} union all select * from ({contacts}) where {self.key} is not null"
        return records

    def grouped(self) -> str:
        """The rows of one key as one record; is_in_conflict where they contradict each other."""
        lines, values, contradictions = [], [], ["false"]
        for column in self._shape.source.columns:
            field = self._shape.fields.get(column)
            if column == self.key:
                lines.append(f"{self._value(column)} as {column}")
                values.append(f"min({column}) as {column}")
            elif field and field.of_rows == "sum_of_rows":
                number = self._number(field)
                lines += [
                    f"{part} as {column}_{name}"
                    for name, part in zip(("number", "sign", "wrong"), number, strict=True)
                ]
                total = _Number(
                    f"sum({column}_number)",
                    f"min({column}_sign)",
                    f"coalesce(min({column}_wrong), case when min({column}_sign) <>"
                    f" max({column}_sign) then min({column}_sign) || ' and ' ||"
                    f" max({column}_sign) end)",
                )
                values.append(f"{self._text_of(total)} as {column}")
            elif field:
                lines.append(f"{self._value(column)} as {column}")
                if field.of_rows == "first_row":
                    values.append(f"arg_min({column}, source_row) as {column}")
                else:
                    values.append(f"min({column}) as {column}")
                    contradictions.append(f"coalesce(min({column}) <> max({column}), false)")
            else:
                values.append(f"cast(null as varchar) as {column}")
        return f"""
            with lines as (
                select source_row, {", ".join(lines)} from {self._rows} as records
                where {self._meant()}
            )
            select min(source_row) as source_row, {", ".join(values)},
                {" or ".join(contradictions)} as is_in_conflict
            from lines group by {self.key}, case when {self.key} is null then source_row end
        """

    def lines_without_id(self) -> tuple[str, str] | None:
        """The column that is summed, and how a line is known of which only the rest is filled in.

        It has an amount, and neither an id nor anything else of its record.
        """
        of_file = {name: each for name, each in self._shape.fields.items() if each.positions}
        summed = [name for name, each in of_file.items() if each.of_rows == "sum_of_rows"]
        others = [name for name in of_file if name not in (self.key, *summed)]
        if not summed or not others or self.key not in of_file:
            return None
        nothing = " and ".join(f"{name} is null" for name in (self.key, *others))
        return summed[0], f"{summed[0]} is not null and {nothing}"

    def left_out(self) -> str:
        """How many records the rules leave out, to be counted as excluded."""
        rules = self._conditions("leave_out")
        if not rules:
            return "select 0"
        records = (
            f"count(distinct {self._value(self.key)})" if self._shape.is_of_rows else "count(*)"
        )
        others = " and ".join([*self._conditions("keep"), *self._conditions("skip", "not ")])
        return (
            f"select {records} from {self._rows} as records"
            f" where ({' or '.join(rules)}) and {others or 'true'}"
        )

    def _meant(self) -> str:
        conditions = [
            *self._conditions("keep"),
            *self._conditions("skip", "not "),
            *self._conditions("leave_out", "not "),
        ]
        return " and ".join(conditions) or "true"

    def _conditions(self, recipe: str, sign: str = "") -> list[str]:
        return [
            f"{sign}{self._condition(rule)}" for rule in self._shape.rules if rule.recipe == recipe
        ]

    def _condition(self, rule: RowRule) -> str:
        text = f"trim(coalesce(c{rule.position}, ''))"
        if rule.value in ("negative", "positive"):
            sign = "<" if rule.value == "negative" else ">"
            number = self._parsed(f"c{rule.position}").number
            return f"coalesce({number} {sign} 0, false)"
        if rule.value in ("empty", "filled"):
            return f"({text} {'=' if rule.value == 'empty' else '<>'} '')"
        if rule.value.startswith("begins with "):
            beginning = rule.value.removeprefix("begins with ").strip()
            return f"starts_with({text}, {literal(beginning)})"
        return f"({text} in ({', '.join(map(literal, texts_of(rule.value)))}))"

    def _value(self, column: str) -> str:
        """The text of a column, out of one row."""
        field = self._shape.fields.get(column)
        if field is None:
            return "null"
        if any(step.recipe in ARITHMETIC for step in field.steps):
            value = self._text_of(self._number(field))
        else:
            value = self._text(field)
        if column in self._shape.source.ids:
            if self._shape.is_of_rows and column == self.key and not self._shape.system:
                # Rows of one record may write its id in two ways: '1001 and 1001.
                return clean_id(f"({value})")
            value = f"nullif(trim({value}), '')" if self._shape.is_of_rows else value
            value = self._of_system(value)
        return value

    def _of_system(self, id_: str) -> str:
        if not self._shape.system:
            return id_
        return f"{literal(self._shape.system + ':')} || {clean_id(f'({id_})')}"

    def _text(self, field: Field) -> str:
        texts = [f"c{position}" for position in field.positions]
        value = texts[0] if texts else "null"
        for step in field.steps:
            value = (
                _TEXTS[step.recipe](value, texts, step.value) if step.recipe in _TEXTS else value
            )
        return value

    def _number(self, field: Field) -> "_Number":
        sign = next((step.value for step in field.steps if step.recipe == "decimal_sign"), None)
        positions = field.positions
        if field.steps[0].recipe == "minor_units" and len(positions) > 1:
            return _in_major_units(
                self._parsed(f"c{positions[0]}", sign), field.steps[0].value, f"c{positions[1]}"
            )
        numbers = [self._parsed(f"c{position}", sign) for position in positions]
        number = numbers[0]
        for step in field.steps:
            number = _arithmetic(step, number, numbers)
        return number

    def _parsed(self, text: str, sign: str | None = None) -> "_Number":
        sign = sign or self._sign
        group, decimal = (".", ",") if sign == "," else (",", ".")
        # Blanks and apostrophes divide thousands in any file.
        blank, between = r"[\s\p{Z}]*", r"[\s\p{Z}'’]"
        groups = rf"[1-9][0-9]{{0,2}}({between}[0-9]{{3}})+"
        if sign != "either":
            groups += rf"|[1-9][0-9]{{0,2}}([{group}][0-9]{{3}})+"
        minus, currency = "[-−]?", f"({_CURRENCY})?"
        digits = rf"(([0-9]+|{groups})([{decimal}][0-9]*)?|[{decimal}][0-9]+)"
        pattern = (
            rf"{blank}{minus}{blank}{currency}{blank}{minus}{blank}{digits}{blank}{currency}{blank}"
            rf"|{blank}{currency}{blank}[(]{blank}{currency}{blank}{digits}{blank}{currency}{blank}[)]{blank}"
        )
        is_number = f"regexp_full_match({text}, {literal(pattern)})"
        if sign == "either":
            # 1.500 may be 1500: where the file does not say which, nobody knows.
            open_ = "(^|[^0-9])[1-9][0-9]{0,2}[.][0-9]{3}([^0-9]|$)"
            is_number = f"({is_number} and not regexp_matches({text}, '{open_}'))"
        figures = f"regexp_replace({text}, '[^0-9{decimal}]', '', 'g')"
        amount = f"try_cast(replace({figures}, '{decimal}', '.') as decimal(28, 6))"
        signed = f"case when regexp_matches({text}, '[-−(]') then -{amount} else {amount} end"
        # Most numbers are plain and small: the narrow cast alone shows it. The wide one is slow.
        plain = f"cast(try_cast({text} as decimal(18, 6)) as decimal(28, 6))"
        if sign != ".":
            plain = f"case when regexp_full_match({text}, '-?[0-9]+') then {plain} end"
        number = f"coalesce({plain}, case when {is_number} then {signed} end)"
        return _Number(
            number,
            f"case when {plain} is null and {is_number}"
            f" then nullif(regexp_extract({text}, '{_CURRENCY}'), '') end",
            f"case when {plain} is null and trim({text}) <> '' and ({number}) is null"
            f" then {text} end",
        )

    def _text_of(self, number: "_Number") -> str:
        """A number as the file would write it; with six decimals no group of thousands ends it."""
        text = f"cast(cast({number.number} as decimal(38, 6)) as varchar)"
        if self._sign == ",":
            text = f"replace({text}, '.', ',')"
        return (
            f"coalesce({literal(UNREADABLE)} || {number.wrong},"
            f" coalesce({number.currency}, '') || {text})"
        )


@dataclass(frozen=True)
class _Number:
    """The SQL of a number, of the currency that stands beside it, and of a text that is none."""

    number: str
    currency: str
    wrong: str

    def __iter__(self):
        return iter((self.number, self.currency, self.wrong))


def _in_major_units(number: _Number, digits: str, currency: str) -> _Number:
    """An amount in the smallest units of its currency, of which most have `digits` decimals."""
    part = Decimal(1).scaleb(-int(digits))
    cases = " ".join(
        f"when upper(trim({currency})) in ({', '.join(map(literal, codes))})"
        f" then {Decimal(1).scaleb(-decimals)}"
        for decimals, codes in OTHER_DECIMALS.items()
    )
    factor = f"cast(case {cases} else {part} end as decimal(5, 4))"
    return _Number(f"({number.number}) * {factor}", number.currency, number.wrong)


def _arithmetic(step: Step, number: _Number, numbers: list[_Number]) -> _Number:
    """What a recipe makes of a number, or of the numbers of several columns."""
    if step.recipe == "minor_units":
        # A decimal: dividing would make it a double.
        part = f"{Decimal(1).scaleb(-int(step.value))}"
        return _Number(f"({number.number}) * {part}", number.currency, number.wrong)
    if step.recipe not in ("product", "sum", "difference"):
        return number
    values = [f"({each.number})" for each in numbers]
    too_large = "null"
    if step.recipe == "product":
        # As wide as a price times a quantity; what is wider is a slip, and is told.
        result = values[0]
        for value in values[1:]:
            factors = [f"try_cast({each} as decimal(19, 6))" for each in (result, value)]
            result = f"cast({' * '.join(factors)} as decimal(32, 6))"
        are_numbers = " and ".join(f"{value} is not null" for value in values)
        # A price without a quantity is no line of nothing: its order must not do without it.
        too_large = (
            f"case when {are_numbers} then case when ({result}) is null then 'too large' end"
            f" when coalesce({', '.join(values)}) <> 0 then 'nothing to multiply by' end"
        )
    else:
        sign = " + " if step.recipe == "sum" else " - "
        rest = [f"coalesce({value}, 0)" for value in values[1:]]
        first = f"coalesce({values[0]}, 0)" if step.recipe == "sum" else values[0]
        result = sign.join([first, *rest])
        if step.recipe == "sum":
            result = f"case when coalesce({', '.join(values)}) is not null then {result} end"
    signs = ", ".join(each.currency for each in numbers)
    least, greatest = f"least({signs})", f"greatest({signs})"
    wrong = ", ".join(each.wrong for each in numbers)
    return _Number(
        result,
        f"coalesce({signs})",
        f"coalesce({wrong}, {too_large}, case when {least} <> {greatest}"
        f" then {least} || ' and ' || {greatest} end)",
    )


def _date(value: str, written: str) -> str:
    """The SQL of a date as ISO writes it, out of one that is written in a way that is said."""
    failed = f"{literal(UNREADABLE)} || {value}"
    is_empty = f"coalesce(trim({value}), '') = ''"
    if written in DATE_UNITS:
        # Beyond the year 9999 is no date, and cannot be counted in microseconds.
        latest = 253_402_300_799 * 1_000_000 // DATE_UNITS[written]
        count = f"try_cast(trim({value}) as bigint)"
        # 1.77E+12 is what a spreadsheet kept of a moment: weeks have the same.
        instant = (
            f"case when {count} between -{latest} and {latest}"
            f" and not regexp_matches({value}, '[eE]')"
            f" then make_timestamp({count} * {DATE_UNITS[written]}) end"
        )
        iso = f"cast({instant} as varchar) || '+00'"
    elif written == "utc":
        # A loader may have written the zone, too; a day without a time has none.
        moment = f"regexp_replace(trim({value}), ' *UTC$', '+00')"
        zone = "[0-9]:[0-9].*(Z|[-+][0-9]{2}(:?[0-9]{2})?)$|^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        iso = f"{moment} || case when regexp_matches({moment}, '{zone}') then '' else '+00' end"
    elif written in ("dmy", "mdy"):
        day, month = (1, 2) if written == "dmy" else (2, 1)
        pattern = r"\s*([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})\b(.*)"
        year = f"regexp_extract({value}, '{pattern}', 3)"
        century = f"case when length({year}) = 2 then if({year} < '70', '20', '19') else '' end"
        rest = rf"-\{month}-\{day}\4"
        iso = (
            f"case when regexp_full_match({value}, '{pattern}') then {century} || {year} ||"
            f" regexp_replace({value}, '{pattern}', '{rest}') end"
        )
    else:
        pattern = written
        for part, code in DATE_PARTS.items():
            pattern = pattern.replace(part, code)
        iso = f"cast(try_strptime(trim({value}), {literal(pattern)}) as varchar)"
    return f"case when {is_empty} then null else coalesce({iso}, {failed}) end"


def _translated(value: str, pairs: str) -> str:
    cases = " ".join(
        f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in pairs_of(pairs).items()
    )
    return f"case trim({value}) {cases} else {value} end"


def _parts(value: str, separator: str) -> str:
    trimmed = f"list_transform(string_split({value}, {literal(separator)}), part -> trim(part))"
    return f"list_filter({trimmed}, part -> part <> '')"


def _filled(texts: list[str]) -> str:
    return ", ".join(f"nullif(trim({text}), '')" for text in texts)


def contact_key(texts: list[str]) -> str:
    """The SQL of a key that stands for an e-mail or a phone; null where there is neither.

    The secret is the variable `customer_key_secret` of the connection.
    """
    keys = []
    for text in texts:
        seen = (
            f"regexp_replace(translate({text}, '＠．', '@.'), '[\\s\\p{{Z}}\\p{{Cf}}'']', '', 'g')"
        )
        # As tools wrap it: ="138...", Mia <mia@example.com>, and a phone that was a number once.
        narrow = rf"""regexp_replace(lower({seen}), '^(="|[^<]*<)(.*)(>|")$', '\2')"""
        # A mask hides whose it is, and many have the same.
        is_mail = f"regexp_full_match({narrow}, '[^@*<>,;:]+@[^@*<>,;:]+[.][^@*<>,;:]+')"
        digits = f"regexp_replace(regexp_replace({narrow}, '[.]0$', ''), '[^0-9]', '', 'g')"
        # China's mobile numbers are written with and without the country.
        digits = rf"regexp_replace({digits}, '^(?:00)?86(1[0-9]{{10}})$', '\1')"
        # One digit again and again (0000000) is typed where somebody had to type a number.
        is_phone = (
            f"regexp_full_match({narrow}, '[+]?[0-9()./-]{{7,}}') and length({digits}) >= 7"
            f" and replace({digits}, left({digits}, 1), '') <> ''"
        )
        keys.append(f"case when {is_mail} then {narrow} when {is_phone} then {digits} end")
    contact = f"coalesce({', '.join(keys)})"
    secret = "getvariable('customer_key_secret')"
    return f"'c' || substr(sha256({secret} || ':' || {contact}), 1, 20)"


_TEXTS = {
    "constant": lambda value, texts, said: literal(said),
    "join": lambda value, texts, said: (
        f"nullif(concat_ws({literal(said or ' ')}, {_filled(texts)}), '')"
    ),
    "first_filled": lambda value, texts, said: f"coalesce({_filled(texts)})",
    "date": lambda value, texts, said: _date(value, said),
    "translate": lambda value, texts, said: _translated(value, said),
    "first_of_list": lambda value, texts, said: f"{_parts(value, said)}[1]",
    "list": lambda value, texts, said: f"array_to_string({_parts(value, said)}, '|')",
    "row_number": lambda value, texts, said: "cast(source_row as varchar)",
    "contact_key": lambda value, texts, said: contact_key(texts),
}


def secret_mark() -> str:
    """Tells one secret from another, and not what it is."""
    return hashlib.sha256(os.environ.get(SECRET_VARIABLE, "").encode()).hexdigest()[:8]


@contextmanager
def customer_key_secret(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let the recipes of a connection make keys of contacts."""
    connection.execute(
        "set variable customer_key_secret = ?", [os.environ.get(SECRET_VARIABLE, "")]
    )
    try:
        yield
    finally:
        connection.execute("reset variable customer_key_secret")


_DATE = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}( [0-9]{1,2})?")
_CONTACTS = re.compile(r"[^\s,;|\"'<>()=]+@[^\s,;|\"'<>()=]+|[+]?[0-9][0-9()./ -]{5,}[0-9]")


def without_contacts(
    connection: duckdb.DuckDBPyConnection, lines: Sequence[UnreadableLine]
) -> list[UnreadableLine]:
    """Lines with the key in the place of every text that may be a contact."""

    def key(found: re.Match[str]) -> str:
        if _DATE.fullmatch(found.group()):
            return found.group()
        query = f"select {contact_key(['contact'])} from (select ? as contact)"
        return connection.execute(query, [found.group()]).fetchone()[0] or "…"

    return [replace(line, line=_CONTACTS.sub(key, line.line)) for line in lines]
