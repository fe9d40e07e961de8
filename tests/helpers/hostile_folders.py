"""Random folders as hostile as real ones: their names, headers, ids, numbers, dates, lines."""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from compiled import RUN_DATE
from hypothesis import strategies as st

RUN_DAY = datetime.fromisoformat(RUN_DATE)

COLUMNS = {
    "orders": (
        ["order_id", "customer_id", "ordered_at", "amount"],
        ["status", "currency", "updated_at", "order_type", "discount_amount"],
    ),
    "refunds": (["refund_id", "customer_id", "refunded_at", "amount"], ["order_id", "currency"]),
    # A header of one column would not say what stands between two.
    "customers": (["customer_id", "region"], ["created_at"]),
}
FILE_NAMES = ["1.csv", "part[1].csv", "a*.csv", "it's 2.csv", '"q".txt', "x=1.csv", "订单？.csv"]
FOLDER_NAMES = ["crm", "crm[1]", "customer_id=42", "a b'c", "数据*"]
ENCODINGS = ["utf-8"] * 4 + ["utf-8-sig", "utf-16"] * 2 + ["gb18030"]
IDS = ["A1", "007", "1001", "a1", "NA", "O'Neil", "客户7", "x" * 40, "Null", "10-2", "7"]
NOTHING = ["", "-", "NULL", "N/A", "无", "(null)", "#N/A", " "]
STATUSES = [
    "paid", "completed", "", "Paid", " 已完成", "cancelled", "refunded", "returned",
    "partially_refunded", "pending", "teleported", "NULL",
]  # fmt: skip
CURRENCIES = ["", "CNY", "USD", "usd", "EUR", "XAU", "N/A"]
RATES = [("USD", "2024-01-01", "7.2"), ("USD", "2025-07-01", "7"), ("EUR", "2024-01-01", "8.05")]
STRANGE_NUMBERS = [
    "", "-", "ten", "12 34", "1 234.5", "1'234.50", "0,500", "012,500", "1,23", "1,2,3", "--5",
    "5-", "1_000", "1e3", "1.5E2", "NaN", "inf", "1e30", "99999999999999.9999", "999999999999",
    "１２３", "１，２３４．５", "(12.00)", "+7", ".5", "0", "0.00005", "1.23456", "-3.5",
    "1.234.567", "12,500,000", "5 %", "=5", "0x10", "１２ 元", "NA", "None",
]  # fmt: skip
STRANGE_DATES = [
    "", "soon", "2025-13-01", "2025-02-30", "0000-00-00", "31/04/2025", "2026-12-24", "1899-12-31",
    "2025-03-01T08:00:00+99:00", "2025-03-01T20:00:00Z", "2025-03-01 23:30:00-05:00", "45581",
    "46300.5", "20250301", "2025年3月1日", "11-Feb-25", "Mar 4, 2025", "4 March 2025", "05/06/2025",
    "5.6.2025", "8:41", "2025-03", "٢٠٢٥-٠٣-٠١", "NULL", "2025-3-1 7:05", "25-03-01",
]  # fmt: skip


@dataclass
class Line:
    """One line of a file: its cells, or a text that is no row of them."""

    cells: list[str] = field(default_factory=list)
    raw: str | None = None


@dataclass
class File:
    """A text file of a source; `columns` has the contract's name of each column, or None."""

    source: str
    path: str
    columns: list[str | None]
    header: list[str]
    lines: list[Line]
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL

    def write(self, folder: Path) -> None:
        text = io.StringIO(newline="")
        form = {"delimiter": self.delimiter, "lineterminator": self.newline}
        writer = csv.writer(text, quoting=self.quoting, **form)
        writer.writerow(self.header)
        for line in self.lines:
            if line.raw is None:
                writer.writerow(line.cells)
            else:
                text.write(line.raw + self.newline)
        path = folder / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.getvalue().encode(self.encoding))


@dataclass(repr=False)
class Folder:
    """What a test writes: files of sources, and others as they are."""

    name: str
    files: list[File]
    others: dict[str, str]

    def __repr__(self) -> str:
        parts = [f"the folder {self.name!r}"]
        for file in self.files:
            parts.append(f"{file.path} ({file.encoding}, {file.delimiter!r}): {file.header}")
            parts += [f"    {n} {line.raw or line.cells}" for n, line in enumerate(file.lines, 1)]
        return "\n".join(parts + [f"{name}: {text!r}" for name, text in self.others.items()])

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        path.mkdir(parents=True)
        for file in self.files:
            file.write(path)
        for name, text in self.others.items():
            (path / name).write_text(text, "utf-8")
        return path

    def of(self, source: str) -> list[File]:
        return [file for file in self.files if file.source == source]


class _Hand:
    """Draws as people err: mostly the plain thing."""

    def __init__(self, seed: int):
        self._random = Random(seed)

    def one(self, things):
        return self._random.choice(list(things))

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def rarely(self, one_in: int) -> bool:
        return self._random.randrange(one_in) == 0


def _id(hand: _Hand, plain: str) -> str:
    """An id as tools leave it."""
    if not hand.rarely(6):
        return plain
    full = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in plain)
    return hand.one(
        [
            f" {plain}", f"{plain}\t", f'="{plain}"', f"'{plain}", f"\ufeff{plain}", full,
            f"{plain[:1]}\u200b{plain[1:]}", f"{plain}\u00a0", f"{plain}\u3000", f"{plain}.0",
            plain.lower(), "2.02609E+11", hand.one(NOTHING),
        ]
    )  # fmt: skip


def _amount(hand: _Hand, style: str) -> str:
    """A number in the style of its file: `.`, `,` or anything."""
    if hand.rarely(12):
        return hand.one(STRANGE_NUMBERS)
    whole, cents = hand.number(0, 2_000_000) // 10 ** hand.number(0, 6), hand.number(0, 99)
    if style == "mixed":
        style = hand.one(".,")
    group, point = ("", ".") if style == "." else ("", ",")
    if hand.rarely(3):
        group = "," if style == "." else "."
    text = f"{whole:,}".replace(",", group)
    text += hand.one([f"{point}{cents:02d}", "", f"{point}{cents % 10}", f"{point}{cents:02d}0"])
    if hand.rarely(10):
        sign = hand.one(["¥", "$", "€", "£", "USD ", "CNY", "HK$", "R$", "Kc"])
        text = hand.one([f"{sign}{text}", f"{text}{sign}", f"{text} {sign.strip()}"])
    if hand.rarely(12):
        text = hand.one([f"-{text}", f"({text})"])
    return text


def _date(hand: _Hand, style: str, first: int = 0) -> str:
    """A date in the style of its file, from this day of three years on."""
    if hand.rarely(16):
        return hand.one(STRANGE_DATES)
    days = hand.number(first, 1060)
    day = datetime(2024, 1, 1) + timedelta(days=days, minutes=hand.number(0, 1439))
    if style == "mixed":
        style = hand.one(["iso", "dmy", "mdy"])
    text = {
        "iso": day.strftime("%Y-%m-%d"),
        "slash": f"{day.year}/{day.month}/{day.day}",
        "compact": day.strftime("%Y%m%d"),
        "chinese": f"{day.year}年{day.month}月{day.day}日",
        "dmy": day.strftime("%d/%m/%Y"),
        "dots": f"{day.day}.{day.month}.{day.year}",
        "mdy": f"{day.month}/{day.day}/{day.year}",
        "short": f"{day.month}/{day.day}/{day.year % 100:02d}",
        "mon": day.strftime("%d-%b-%y"),
    }[style]
    clock = hand.one(["", day.strftime(" %H:%M:%S"), f" {day.hour}:{day.minute:02d}", "pm"])
    if clock == "pm":
        clock = day.strftime(" %I:%M %p") if style in ("dmy", "mdy", "short") else ""
    return text + clock


DATE_STYLES = ["iso", "slash", "compact", "chinese", "dmy", "dots", "mdy", "short", "mon", "mixed"]


def _cell(hand: _Hand, source: str, column: str | None, style: dict, orders: list[str]) -> str:
    if column is None:
        return hand.one(["", "x", "1,5", 'say "hi"', "two\nlines"])
    if column == f"{source[:-1]}_id" and source == "refunds":
        return _id(hand, f"R{hand.number(1, 30)}")
    if column == "order_id":
        if source == "orders":
            plain = hand.one(["B", ""]) + str(hand.number(1, 99))
            orders.append(plain)
        else:
            plain = hand.one(["", "B999"]) if hand.rarely(4) else hand.one(orders)
        return _id(hand, plain) if plain else ""
    if column == "customer_id":
        return _id(hand, hand.one(IDS if hand.rarely(3) else IDS[:4]))
    if column in ("ordered_at", "refunded_at", "created_at"):
        return _date(hand, style["date"], 700 * (source == "refunds"))
    if column == "updated_at":
        return hand.one(["", _date(hand, style["date"])])
    if column == "amount":
        return _amount(hand, style["number"])
    if column == "discount_amount":
        return hand.one(["", _amount(hand, style["number"])])
    if column == "status":
        return hand.one(STATUSES if hand.rarely(3) else STATUSES[:3])
    if column == "currency":
        return hand.one(CURRENCIES if hand.rarely(3) else CURRENCIES[:3])
    if column == "order_type":
        return hand.one(["gift_card", "充值"]) if hand.rarely(8) else hand.one(["", "normal"])
    return hand.one(["", "NA", "East"])


def _spelled(hand: _Hand, name: str) -> str:
    words = name.split("_")
    return hand.one(
        [name, name.upper(), " ".join(words).title(), "-".join(words), f" {name} ", ".".join(words)]
    )


def _file(hand: _Hand, source: str, path: str, orders: list[str]) -> File:
    required, optional = COLUMNS[source]
    optional = [each for each in optional if hand.rarely(2) or each == "order_id"]
    columns: list[str | None] = [*required, *optional]
    extra = hand.number(0, 1)
    columns += [None] * extra
    if hand.rarely(2):
        start = hand.number(0, len(columns) - 1)
        columns = columns[start:] + columns[:start]
    header = [
        _spelled(hand, each) if each else hand.one(["note", 'a "b"', "备注"]) for each in columns
    ]
    style = {"number": hand.one([".", ",", "mixed"]), "date": hand.one(DATE_STYLES)}
    lines = [
        Line([_cell(hand, source, column, style, orders) for column in columns])
        for _ in range(hand.number(1, 12))
    ]
    for _ in range(hand.number(0, 3)):
        lines.insert(hand.number(0, len(lines)), _intruder(hand, columns, header, lines))
    return File(
        source,
        path,
        columns,
        header,
        lines,
        hand.one(",;\t|"),
        hand.one(ENCODINGS),
        hand.one(["\n", "\r\n"]),
        hand.one([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )


def _intruder(hand: _Hand, columns: list, header: list[str], lines: list[Line]) -> Line:
    """A line that stands where a record should: a copy, another version, what a report leaves."""
    rows = [line for line in lines if line.raw is None]
    if not rows:
        return Line(list(header))
    like = list(hand.one(rows).cells)
    kind = hand.one(
        ["copy", "version", "header", "total", "footer", "short", "long", "quote", "empty"]
    )
    if kind == "version":
        for name, value in (("amount", "12.34"), ("updated_at", "2026-11-02"), ("status", "paid")):
            if name in columns and len(like) == len(columns) and hand.rarely(2):
                like[columns.index(name)] = value
    elif kind == "header":
        like = list(header)
    elif kind in ("total", "footer"):
        words = ["Total", "合计", "Grand Total: 2"] if kind == "total" else ["Page 1 of 2"]
        like = [hand.one(words)] + [""] * (len(columns) - 1)
        if kind == "total" and "amount" in columns[1:]:
            like[columns.index("amount")] = "99.50"
    elif kind == "short":
        like = like[:-1]
    elif kind == "long":
        like = [*like, "more"]
    elif kind == "empty":
        like = [""] * len(columns)
    elif kind == "quote":
        return Line(raw='"never closed')
    return Line(like)


@st.composite
def hostile_folders(draw) -> Folder:
    """Orders always; refunds, customers and rates sometimes; files that feed nothing."""
    hand = _Hand(draw(st.integers(0, 2**64 - 1)))
    orders: list[str] = []
    files: list[File] = []
    others: dict[str, str] = {}
    kind = hand.one(["single", "folder", "mapping"])
    if kind == "single":
        files.append(
            _file(hand, "orders", hand.one(["orders.csv", "ORDERS.CSV", "Orders.txt"]), orders)
        )
    elif kind == "folder":
        names = sorted({hand.one(FILE_NAMES) for _ in range(hand.number(1, 3))})
        files += [_file(hand, "orders", f"orders/{name}", orders) for name in names]
    else:
        file = _file(hand, "orders", hand.one(["sales.csv", "a*b.csv", "[订单].csv"]), orders)
        theirs = {"order_id": "订单号", "amount": "金额 (元)", "customer_id": '客户="ID"'}
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["source", "file", "their_column", "our_column"])
        for place, column in enumerate(file.columns):
            if column in theirs:
                for line in file.lines:
                    if line.cells == file.header:
                        line.cells[place] = theirs[column]
                file.header[place] = theirs[column]
                writer.writerow(["orders", file.path, theirs[column], column])
        others["mapping.csv"] = text.getvalue()
        others["ab.csv"] = "order_id,customer_id,ordered_at,amount\n1,decoy,2026-01-01,1000000\n"
        files.append(file)
    if hand.rarely(2):
        files.append(_file(hand, "refunds", "refunds.csv", orders))
    if hand.rarely(2):
        files.append(_file(hand, "customers", "customers.csv", orders))
    if hand.rarely(2):
        lines = [",".join(rate) for rate in (("currency", "valid_from", "rate"), *RATES)]
        others["fx_rates.csv"] = "\n".join(lines) + "\n"
    # A failing folder shrinks by lines that go.
    for file in files:
        file.lines = [line for line in file.lines if draw(st.integers(0, 15))]
    return Folder(hand.one(FOLDER_NAMES), files, others)
