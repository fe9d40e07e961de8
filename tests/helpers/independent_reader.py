"""What a hostile folder is worth, read without the project: by what docs/reading.md promises.

It reads cells, not files, and says of every record whether it can be used. Where people could
read a value in more than one way, to reject it is right as well.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal

from hostile_folders import RATES, RUN_DAY, File, Folder

CENT = Decimal("0.0001")
SHANGHAI = timezone(timedelta(hours=8))
NOTHING = {"", "-", "--", "NULL", "null", "(null)", "None", "nan", "NaN", "N/A", "n/a", "#N/A"} | {
    "<NA>", r"\N", "无",
}  # fmt: skip
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
SALE = {"paid", "completed", "已完成", "refunded", "returned", "partially_refunded"}
NO_SALE = {"cancelled", "pending"}
SIGNS = {
    "¥": {"CNY", "JPY"}, "$": {"USD", "AUD", "CAD"}, "€": {"EUR"}, "£": {"GBP"}, "USD": {"USD"},
    "CNY": {"CNY"}, "HK$": {"HKD"}, "R$": {"BRL"}, "元": {"CNY"},
}  # fmt: skip
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
# What only a look beyond the record finds.
LATE = {
    "unknown_status",
    "unknown_currency",
    "no_exchange_rate",
    "out_of_range",
    "conflicting_rows",
}


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP, Context(prec=60))


def halfwidth(text: str) -> str:
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)


def is_nothing(text: str) -> bool:
    return text.strip().lower() in {word.lower() for word in NOTHING} | {"na", "nil"}


def read_id(text: str) -> str | None:
    """An id as a person would read it; None where there is none."""
    text = halfwidth(UNSEEN.sub("", text).replace("\u00a0", " ").replace("\u3000", " ")).strip(
        " \t\r\n"
    )
    if match := re.fullmatch(r'="(.*)"', text, re.DOTALL):
        text = match[1].strip(" ")
    if text.startswith("'") and not text.endswith("'"):
        text = text[1:]
    if match := re.fullmatch(r"([0-9]+)\.0", text):
        text = match[1]
    return None if text in NOTHING else text


def is_damaged(id_: str) -> bool:
    return bool(re.fullmatch(r"[0-9]+([.,][0-9]+)?[eE]\+[0-9]+", id_))


@dataclass(frozen=True)
class Number:
    """A text as a number, if the point is the decimal sign and if the comma is."""

    point: Decimal | None
    comma: Decimal | None
    sign: str | None
    # Programs write a point before an exponent, whatever people write elsewhere in the file.
    has_exponent: bool = False

    @property
    def proves(self) -> str | None:
        if self.has_exponent or (self.point is None) == (self.comma is None):
            return None
        return "," if self.point is None else "."


def read_number(text: str) -> Number:
    text = re.sub("[\u00a0\u202f\u2009\u3000\t]", " ", halfwidth(text).replace("’", "'")).strip(
        " '"
    )
    signs = "|".join(re.escape(sign) for sign in SIGNS)
    match = re.fullmatch(
        rf"([-+(]?)({signs})? ?([-+]?)([^A-Za-z$¥€£元]*?) ?({signs})? ?([)]?)", text, re.I
    )
    if match is None:
        match = re.fullmatch(r"([-+]?)()()([0-9]+(?:\.[0-9]+)?[eE][-+]?[0-9]+)()()", text)
        if match is None:
            return Number(None, None, None)
        value = Decimal(text)
        return Number(value, value if "." not in text else None, None, has_exponent=True)
    opened, before, minus, digits, after, closed = match.groups()
    if (opened == "(") != bool(closed) or (opened and minus) or (before and after):
        return Number(None, None, None)
    negative = "-" in (opened, minus) or opened == "("

    def by(point: str, group: str) -> Decimal | None:
        number = digits
        if re.fullmatch(rf"[1-9][0-9]{{0,2}}([ '][0-9]{{3}})+({point}[0-9]+)?", number):
            number = re.sub("[ ']", "", number)
        form = rf"([1-9][0-9]{{0,2}}({group}[0-9]{{3}})+|[0-9]+)({point}[0-9]*)?|{point}[0-9]+"
        if not re.fullmatch(form, number):
            return None
        plain = re.sub(group, "", number)
        value = Decimal(re.sub(point, ".", plain))
        return -value if negative else value

    return Number(by(r"\.", ","), by(",", r"\."), (before or after or "").upper() or None)


@dataclass(frozen=True)
class Moment:
    """A text as a moment, if the day comes first and if the month does."""

    dmy: datetime | None
    mdy: datetime | None
    may_be_rejected: bool = False

    @property
    def proves(self) -> str | None:
        if (self.dmy is None) == (self.mdy is None):
            return None
        return "dmy" if self.mdy is None else "mdy"


def read_moment(text: str) -> Moment:
    text = text.strip()
    clock = r"(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?(?: ?([AP]M))?)?"

    def at(year, month, day, hour=None, minute=None, second=None, half=None) -> datetime | None:
        year = int(year) + (0 if len(str(year)) == 4 else 2000 if int(year) < 70 else 1900)
        hour = int(hour or 0)
        if half:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half.upper() == "PM" else 0)
        try:
            return datetime(year, int(month), int(day), hour, int(minute or 0), int(second or 0))
        except ValueError:
            return None

    def both(moment, may_be_rejected=False):
        return Moment(moment, moment, may_be_rejected)

    flags = re.ASCII | re.IGNORECASE
    ymd = r"(\d{4})(?:[-/年](\d{1,2})[-/月](\d{1,2})日?|(\d{2})(\d{2}))"
    if match := re.fullmatch(ymd + clock, text, flags):
        year, *rest, hour, minute, second, half = match.groups()
        month, day = (each for each in rest if each)
        return both(None if half else at(year, month, day, hour, minute, second))
    if match := re.fullmatch(ymd + clock + r" ?(Z|[-+]\d{2}:?\d{2})", text, flags):
        year, *rest, hour, minute, second, _, zone = match.groups()
        month, day = (each for each in rest if each)
        moment = at(year, month, day, hour, minute, second)
        offset = 0 if zone.upper() == "Z" else int(zone[1:3]) * 60 + int(zone[-2:])
        if moment is None or offset > 14 * 60 + 59:
            return both(None)
        offset = timedelta(minutes=-offset if zone[0] == "-" else offset)
        return both(
            moment.replace(tzinfo=timezone(offset)).astimezone(SHANGHAI).replace(tzinfo=None)
        )
    if match := re.fullmatch(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + clock, text, flags):
        first, _, second, year, *clocks = match.groups()
        return Moment(
            at(year, second, first, *clocks), at(year, first, second, *clocks), len(year) == 2
        )
    if match := re.fullmatch(r"(\d{1,2})[ -]([a-z]+)[ -](\d{4}|\d{2})" + clock, text, flags):
        day, month, year, *clocks = match.groups()
    elif match := re.fullmatch(r"([a-z]+) (\d{1,2}), (\d{4})" + clock, text, flags):
        month, day, year, *clocks = match.groups()
    elif re.fullmatch(r"[2-7]\d{4}(\.\d+)?", text, flags):
        return both(datetime(1899, 12, 30) + timedelta(seconds=round(float(text) * 86400)))
    else:
        return both(None)
    if month.lower()[:3] not in MONTHS:
        return both(None)
    return both(at(year, MONTHS.index(month.lower()[:3]) + 1, day, *clocks), may_be_rejected=True)


@dataclass
class Record:
    """A line of a file by the contract's columns, with what is wrong with it."""

    file: File
    place: tuple[int, int]
    cells: dict[str, str | None]
    problem: str | None = None
    may_be_rejected: bool = False
    told: str | None = None

    def get(self, column: str) -> str:
        return self.cells.get(column) or ""


class Reader:
    """Reads one folder, knowing which of its records the build has told of.

    Args:
        folder: what was written.
        told: the reject reason of each record that the build told of, by source and place: number
            of the file and of the record.

    Attributes:
        revenue: per customer and day.
        complaints: records that the build took though nobody can read them, or that it rejected
            though everybody can.
        of_no_sale: how many refunds are of orders that are no sale.
    """

    def __init__(self, folder: Folder, told: dict[tuple[str, tuple[int, int]], str]):
        self.told, self.complaints = dict(told), []
        self.no_sale, self.of_no_sale = set(), 0
        self.records = {"orders": 0, "refunds": 0, "customers": 0}
        self.revenue: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
        self.has_rates = "fx_rates.csv" in folder.others
        self.folder = folder
        self.reporting = self._reporting_currency()
        self.customers = self._customers()
        self.orders = self._orders()
        self.customers |= {order["customer"] for order in self.orders.values()}
        self._add(self._refunds())
        for (source, place), reason in self.told.items():
            if source in self.records and reason is not None:
                self.complaints.append(f"{source} {place} rejected as {reason}: there is none")

    def _reporting_currency(self) -> str:
        """The only currency that orders name, if there are no rates; else the project's."""
        named = {
            cell.strip(" ").upper()
            for file in self.folder.of("orders")
            for line in file.lines
            if line.raw is None
            and len(line.cells) == len(file.columns)
            and line.cells != file.header
            for column, cell in zip(file.columns, line.cells, strict=True)
            if column == "currency"
        }
        codes = {code for code in named if re.fullmatch("[A-Z]{3}", code)}
        return codes.pop() if len(codes) == 1 and not self.has_rates else "CNY"

    # The records of a source

    def _records(self, source: str):
        for number, file in enumerate(self.folder.of(source)):
            style = self._style(file)
            for count, line in enumerate(file.lines, start=1):
                self.records[source] += 1
                place = (number, count)
                told = self.told.pop((source, place), None)
                record = Record(file, place, {}, told=told)
                if line.raw is not None or len(line.cells) != len(file.columns):
                    record.problem = "unreadable_line"
                elif line.cells == file.header:
                    record.problem = "repeated header"
                else:
                    for column, cell in zip(file.columns, line.cells, strict=True):
                        if column:
                            record.cells[column] = cell if cell != "" else None
                yield record, style

    @staticmethod
    def _style(file: File) -> tuple[str, str | None]:
        """The decimal sign and the order of dates that the values of a file prove."""
        signs, orders = set(), set()
        for line in file.lines:
            if (
                line.raw is not None
                or len(line.cells) != len(file.columns)
                or line.cells == file.header
            ):
                continue
            for column, cell in zip(file.columns, line.cells, strict=True):
                if column in ("amount", "discount_amount"):
                    signs.add(read_number(cell).proves)
                elif column in ("ordered_at", "refunded_at", "updated_at", "created_at"):
                    orders.add(read_moment(cell).proves)
        signs, orders = signs - {None}, orders - {None}
        sign = "either" if len(signs) > 1 else signs.pop() if signs else "."
        return sign, "either" if len(orders) > 1 else orders.pop() if orders else None

    def _moment(
        self, record: Record, column: str, order: str | None, late: bool
    ) -> datetime | None:
        text = record.get(column)
        moment = read_moment(text)
        found = moment.mdy if order == "mdy" else moment.dmy
        if order in (None, "either") and moment.dmy != moment.mdy:
            # One of the two is no date: then it can be read in one way.
            found = moment.dmy or moment.mdy if None in (moment.dmy, moment.mdy) else None
        if (
            moment.may_be_rejected
            or order == "either"
            or (moment.dmy == moment.mdy and order is None)
        ):
            record.may_be_rejected |= not re.match(r"\s*\d{4}", text)
        if found is None and not is_nothing(text):
            record.problem = record.problem or f"no date: {text}"
        elif found and (found.year < 1900 or (not late and found.date() > RUN_DAY.date())):
            record.problem = record.problem or f"date out of range: {text}"
        return found

    def _amount(self, record: Record, column: str, sign: str) -> tuple[Decimal | None, str | None]:
        text = record.get(column)
        number = read_number(text)
        found = number.comma if sign == "," else number.point
        if sign == "either":
            record.may_be_rejected = True
            if None in (number.point, number.comma):
                found = number.point if number.comma is None else number.comma
            elif number.point != number.comma:
                found = None
        if found is None and not is_nothing(text):
            record.problem = record.problem or f"no number: {text}"
        elif found is not None and abs(found) >= 10**12:
            record.problem = record.problem or f"out of range: {text}"
        if re.search("[eE]", text):
            record.may_be_rejected = True
        if found is not None:
            found = rounded(found) if abs(found) < 10**12 else Decimal(10**12)
        return found, number.sign

    def _ids(self, record: Record, *columns: str) -> list[str | None]:
        ids = [read_id(record.get(column)) for column in columns]
        for column, id_ in zip(columns, ids, strict=True):
            if id_ is None and column != "order_id":
                record.problem = record.problem or f"no {column}"
            elif id_ and is_damaged(id_):
                record.problem = record.problem or f"damaged {column}"
        return ids

    def _currency(self, record: Record, sign: str | None) -> str | None:
        """The currency that the record names; None where it names none."""
        named = record.get("currency").strip().upper()
        named = None if is_nothing(named) else named
        meant = SIGNS.get(sign) if sign else None
        if named and meant and named not in meant:
            record.problem = record.problem or f"{sign} is not {named}"
        if named or not meant or self.reporting in meant:
            return named
        return "USD" if sign == "$" else next(iter(meant))

    def _rate(self, currency: str, day: date) -> Decimal | None:
        if currency == self.reporting:
            return Decimal(1)
        rates = [
            Decimal(rate)
            for name, start, rate in RATES
            if self.has_rates and name == currency and date.fromisoformat(start) <= day
        ]
        return rates[-1] if rates else None

    def _judge(self, source: str, record: Record, excused: bool = False) -> bool:
        """Whether a record counts; complains of one that was not told of, or for nothing."""
        if record.problem and record.told is None and not excused:
            self.complaints.append(
                f"{source} {record.place} counts, though {record.problem}: {record.cells}"
            )
        if record.told and not record.problem and not record.may_be_rejected and not excused:
            self.complaints.append(
                f"{source} {record.place} is rejected as {record.told}: {record.cells}"
            )
        return record.told is None and not record.problem

    def _versions(self, source: str, records: list[tuple], by_file: bool) -> list[tuple]:
        """Of the records of each id the one that counts."""
        groups: dict[str, list[tuple]] = defaultdict(list)
        for entry in records:
            groups[entry[1]].append(entry)
        found = []
        for entries in groups.values():
            kept, seen = [], set()
            for entry in entries:
                cells = tuple(sorted((k, v) for k, v in entry[0].cells.items() if v is not None))
                if cells not in seen:
                    kept.append(entry)
                seen.add(cells)
            newest = max(entry[-1] for entry in kept)
            latest = [entry for entry in kept if entry[-1] == newest]
            told = [entry for entry in latest if entry[0].told]
            if len(latest) > 1:
                if len(told) < len(latest):
                    self.complaints.append(f"{source} {entries[0][1]}: several rows, one counts")
                continue
            if told:
                if told[0][0].told == "conflicting_rows":
                    self.complaints.append(
                        f"{source} {entries[0][1]}: told as in conflict, is none"
                    )
                continue
            found.append(latest[0])
        return found

    # Each source

    def _customers(self) -> set[str]:
        ids = set()
        for record, (_, order) in self._records("customers"):
            if record.cells:
                (id_,) = self._ids(record, "customer_id")
                self._moment(record, "created_at", order, late=False)
                # Who is listed twice with other words is there; only the id matters here.
                if self._looks_like_a_report(id_, record):
                    continue
                if self._judge("customers", record):
                    ids.add(id_)
            else:
                self._judge("customers", record)
        return ids

    @staticmethod
    def _looks_like_a_report(id_: str | None, record: Record) -> bool:
        return (
            bool(id_)
            and record.told == "report_leftover"
            and len([cell for cell in record.cells.values() if cell]) <= 2
            and bool(re.match("Total|合计|Grand Total|Page", id_))
        )

    def _orders(self) -> dict[str, dict]:
        usable = []
        for record, (sign, order) in self._records("orders"):
            if not record.cells:
                self._judge("orders", record)
                continue
            id_, customer = self._ids(record, "order_id", "customer_id")
            if id_ is None:
                record.problem = "no order_id"
            moment = self._moment(record, "ordered_at", order, late=False)
            amount, money_sign = self._amount(record, "amount", sign)
            self._amount(record, "discount_amount", sign)
            updated = self._moment(record, "updated_at", order, late=True)
            currency = self._currency(record, money_sign)
            if moment is None:
                record.problem = record.problem or "no date"
            if amount is None and not record.problem:
                # The further lines of an order may leave it empty: they add nothing.
                record.problem = "no amount"
                self._judge("orders", record, excused=True)
                continue
            status = record.get("status").strip().lower()
            status = None if is_nothing(status) else status
            excused = record.told in LATE and not record.problem
            if self._judge("orders", record, excused) or excused:
                usable.append(
                    (record, id_, customer, moment, amount, currency or self.reporting, status,
                     updated or datetime.min)
                )  # fmt: skip
        found = {}
        for record, id_, customer, moment, amount, currency, status, updated in self._versions(
            "orders", usable, by_file=False
        ):
            if status in NO_SALE or record.get("order_type").strip().lower() in (
                "gift_card",
                "充值",
            ):
                self.no_sale.add(id_)
                continue
            rate = self._rate(currency, moment.date())
            if rate is None or (status is not None and status not in SALE):
                self.complaints.append(f"orders {record.place} counts: {record.cells}")
                continue
            day = moment.date()
            back = {"refunded": "all", "returned": "all"}.get(status)
            known = updated if updated != datetime.min else None
            status_day = day
            if known and day <= known.date() <= RUN_DAY.date():
                status_day = known.date()
            found[id_] = {
                "customer": customer, "day": day, "amount": rounded(amount * rate), "rate": rate,
                "currency": currency, "back": back, "status_day": status_day,
            }  # fmt: skip
        return found

    def _refunds(self) -> list[tuple]:
        usable = []
        for record, (sign, order) in self._records("refunds"):
            if not record.cells:
                self._judge("refunds", record)
                continue
            id_, customer, order_id = self._ids(record, "refund_id", "customer_id", "order_id")
            moment = self._moment(record, "refunded_at", order, late=False)
            amount, money_sign = self._amount(record, "amount", sign)
            currency = self._currency(record, money_sign)
            if moment is None or amount is None:
                record.problem = record.problem or "no date or amount"
            late = {*LATE, "unknown_customer", "refund_of_uncounted_order", "refund_beyond_order"}
            excused = record.told in late and not record.problem
            if self._judge("refunds", record, excused) or excused:
                usable.append(
                    (record, id_, customer, moment, abs(amount), currency, order_id, 0)
                )  # fmt: skip
        # Refunds that the build told of for what they refer to have a reason of ours, too.
        late = [entry for entry in usable if entry[0].told and entry[0].told != "conflicting_rows"]
        counted = self._versions("refunds", usable, by_file=True)
        alone = [entry for entry in late if sum(other[1] == entry[1] for other in usable) == 1]
        found, left = [], {}
        for entry in sorted(counted + alone, key=lambda entry: (entry[3].date(), entry[0].place)):
            record, id_, customer, moment, amount, currency, order_id, _ = entry
            of = self.orders.get(order_id) if order_id else None
            day, why = moment.date(), None
            if order_id and (of is None or day < of["day"]):
                why = "its order does not count by then"
            elif not order_id and customer not in self.customers:
                why = "nobody knows the customer"
            if order_id and of is None and order_id in self.no_sale:
                self.of_no_sale += 1
                if record.told:
                    self.complaints.append(f"refunds {record.place} is told, but of no sale")
                continue
            currency = currency or (of["currency"] if of else self.reporting)
            rate = self._rate(currency, day)
            why = why or ("no rate" if rate is None else None)
            cut = False
            if why is None:
                converted = value = rounded(amount * rate)
                if of:
                    if currency == of["currency"]:
                        value = rounded(amount * of["rate"])
                    remaining = left.get(order_id, max(of["amount"], Decimal(0)))
                    if value > 0 and remaining <= 0:
                        why = "all of its order is taken back"
                    else:
                        cut = value > remaining
                        left[order_id] = max(remaining - value, Decimal(0))
                        if cut:
                            converted = rounded(converted * remaining / value)
            if (why is None) != (record.told is None):
                self.complaints.append(
                    f"refunds {record.place} is told as {record.told}; here: {why}: {record.cells}"
                )
            if why is None:
                found.append((of["customer"] if of else customer, day, converted, order_id, cut))
        return found

    def _add(self, refunds: list[tuple]) -> None:
        refunded = {order_id for *_, order_id, _ in refunds if order_id}
        for id_, order in self.orders.items():
            self.revenue[order["customer"], order["day"]] += order["amount"]
            if order["amount"] >= 0 and order["back"] and id_ not in refunded:
                self.revenue[order["customer"], order["status_day"]] -= order["amount"]
        for customer, day, amount, _, _ in refunds:
            self.revenue[customer, day] -= amount
        self.cut = sum(cut for *_, cut in refunds)
        self.back_by_status = sum(
            bool(order["back"] and id_ not in refunded) for id_, order in self.orders.items()
        )
