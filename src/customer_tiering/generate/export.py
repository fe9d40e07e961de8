"""One exported file, the texts that people type into it, and the ledger of its traps."""

import csv
import io
import random
from collections import Counter
from datetime import datetime, timedelta

from customer_tiering.generate.records import Record

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
UTC_OFFSET = timedelta(hours=8)  # of Asia/Shanghai

# (file, trap, what becomes of it) -> rows
Ledger = Counter[tuple[str, str, str]]


class Export:
    """One file on its way out: tidy rows, then whatever is planted among them.

    Attributes:
        name: file name.
        rows: rows as records; a `str` is a line that no reader can split correctly.
    """

    def __init__(self, name: str, records: list[Record], rng: random.Random, ledger: Ledger):
        self.name = name
        self.rows: list[Record | str] = list(records)
        self._rng = rng
        self._ledger = ledger

    def note(self, trap: str, outcome: str, rows: int = 1) -> None:
        """Write a trap into the ledger."""
        self._ledger[self.name, trap, outcome] += rows

    def plant(self, trap: str, outcome: str, rows: list[Record] | list[str]) -> None:
        """Put rows at random places."""
        for row in rows:
            self.rows.insert(self._rng.randrange(len(self.rows) + 1), row)
        self.note(trap, outcome, len(rows))

    def plant_each(self, trap: str, base: list[Record], **values: object) -> None:
        """Plant a reject for each of the `base` rows, with some of its values replaced."""
        self.plant(trap, "rejected", [row | values for row in base])

    def repeat(self, records: list[Record]) -> None:
        """Plant exact duplicates of rows."""
        self.plant("exact duplicate", "deduplicated", [dict(record) for record in records])

    def text(self, headers: dict[str, str]) -> str:
        """The file as CSV.

        Args:
            headers: column of the record for each header.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(headers)
        for row in self.rows:
            if isinstance(row, str):
                out.write(row + "\n")
            else:
                writer.writerow([plain_text(row.get(column)) for column in headers.values()])
        return out.getvalue()


def plain_text(value: object) -> str:
    """A value as a well-behaved export writes it."""
    return "" if value is None else str(value)


def money(cents: int) -> str:
    """Whole cents as a plain number."""
    return f"{cents / 100:.2f}"


def untidy_amount(rng: random.Random, cents: int, currency: str, file: Export) -> str:
    """Whole cents in one of the ways that people write amounts."""
    plain, grouped = money(cents), f"{cents / 100:,.2f}"
    chance = rng.random()
    if chance < 0.08 and currency == "CNY":
        file.note("amount as `¥1,234` or `¥1,234.50`", "tidied")
        return "¥" + grouped.removesuffix(".00")
    if 0.08 <= chance < 0.16 and grouped != plain:
        file.note("amount as `1,234.50`", "tidied")
        return grouped
    if 0.16 <= chance < 0.2:
        file.note("amount in full-width digits", "tidied")
        return plain.translate(FULL_WIDTH)
    return plain


def untidy_date(rng: random.Random, moment: datetime, file: Export) -> str:
    """A local moment in one of the ways that people and programs write dates."""
    utc = moment - UTC_OFFSET
    year, month, day = moment.year, moment.month, moment.day
    usual = f"{moment:%Y-%m-%d %H:%M:%S}"
    others = {
        "`2024/1/1 8:41`": f"{year}/{month}/{day} {moment.hour}:{moment:%M}",
        "`2024-01-01T08:41:00Z`": f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        "`2024-01-01T08:41:00+08:00`": f"{moment:%Y-%m-%dT%H:%M:%S}+08:00",
        "`20240101`": f"{moment:%Y%m%d}",
        "`2024年1月1日`": f"{year}年{month}月{day}日",
    }
    style = rng.choices([None, *others], [55, 20, 10, 6, 6, 3])[0]
    if style is None:
        return usual
    file.note(f"date as {style}", "tidied")
    return others[style]
