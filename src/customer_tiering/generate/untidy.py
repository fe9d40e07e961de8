"""Writes the sample the way exports look, and keeps a ledger of every trap that it sets.

A reject is an extra row: the tidy population stays as it is, and whatever is planted can
be found by its identity (orders from SO900001, unknown customers from 999901, ...).
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from customer_tiering.generate.export import (
    FULL_WIDTH,
    Export,
    Ledger,
    money,
    untidy_amount,
    untidy_date,
)
from customer_tiering.generate.readme import readme
from customer_tiering.generate.records import LAST_MOMENT, Record
from customer_tiering.generate.untidy_relations import exports
from customer_tiering.reading.contract import SOURCES

# The sample speaks for the day after its last order, whenever it is read.
RUN_DATE = LAST_MOMENT.date() + timedelta(1)

NULLS = ["N/A", "-", "NULL", "None"]
SALE = ["completed"] * 12 + ["Completed", "Delivered", "Delivered", "已完成", "已完成", "paid"]
STATUSES = {"sale": SALE, "cancelled": ["cancelled", "已取消"], "pending": ["pending"]}
INTERACTIONS_FILE = "互动记录.csv"
INTERACTIONS_HEADERS = {
    "互动编号": "interaction_id",
    "客户编号": "customer_id",
    "互动时间": "occurred_at",
    "渠道": "channel",
    "类型": "kind",
    "方向": "direction",
    "结果": "outcome",
    "时长(分钟)": "duration_minutes",
}
UNKNOWN_CUSTOMER = 999_901

# Who works for the first companies, two for each: name, account, role.
CONTACTS = [
    ("Rosa Lindqvist", "rosa.lindqvist", "Head of purchasing"),
    ("Imani Brook", "imani.brook", "Decides"),
    ("沈一鸣", "yiming.shen", "采购经理"),
    ("顾晓岚", "xiaolan.gu", "总经理"),
    ("唐子墨", "zimo.tang", "财务负责人"),
    ("陆清", "qing.lu", "采购经理"),
]

NewExport = Callable[[str, list[Record]], Export]


def write(out: Path, crm: dict[str, list[Record]], rng: random.Random) -> None:
    """Write all files of the sample.

    Args:
        out: folder to write to; made if missing.
        crm: tidy records by source.
        rng: source of randomness.
    """
    out.mkdir(parents=True, exist_ok=True)
    ledger: Ledger = Counter()

    def export(name: str, records: list[Record]) -> Export:
        return Export(name, records, rng, ledger)

    customers = _customers(export, rng, crm["customers"], crm["orders"])
    orders = _orders(export, rng, crm["orders"])
    items = _items(export, rng, crm["order_items"])
    products = _products(export, rng, crm["products"])
    refunds = _refunds(export, rng, crm["refunds"])
    interactions = _interactions(export, rng, crm["interactions"])
    events = _events(export, rng, crm["events"])
    events.rows += crm["voices"]
    rates = _fx_rates(export, crm["fx_rates"])
    others = exports(crm, ledger)

    headers = {column.replace("_", " ").title(): column for column in SOURCES["customers"].columns}
    headers = {header.replace(" Id", " ID"): column for header, column in headers.items()}
    headers["Legacy Code"] = "legacy_code"
    _save(out / customers.name, customers.text(headers), "utf-8-sig")
    _save(out / interactions.name, interactions.text(INTERACTIONS_HEADERS), "gb18030")
    for plain in (orders, items, products, refunds, rates, *others):
        columns = SOURCES[plain.name.removesuffix(".csv")].columns
        _save(out / plain.name, plain.text({column: column for column in columns}), "utf-8")
    _save_events(out / events.name, events.rows)
    mapping = [
        f"interactions,{INTERACTIONS_FILE},{theirs},{ours}\n"
        for theirs, ours in INTERACTIONS_HEADERS.items()
    ]
    _save(out / "mapping.csv", "source,file,their_column,our_column\n" + "".join(mapping), "utf-8")
    _save(out / "settings.csv", f"setting,value\nrun_date,{RUN_DATE}\n", "utf-8")
    files = (customers, orders, items, products, refunds, interactions, events, rates, *others)
    _save(out / "README.md", readme({file.name: len(file.rows) for file in files}, ledger), "utf-8")


def _customers(
    export: NewExport, rng: random.Random, customers: list[Record], orders: list[Record]
) -> Export:
    order_count = Counter(order["customer_id"] for order in orders)
    regulars = [c for c in customers if order_count[c["customer_id"]] >= 4]
    left_out = [c["customer_id"] for c in rng.sample(regulars, 4)]
    first_order = {order["customer_id"]: order["ordered_at"] for order in reversed(orders)}
    file = export("customers.csv", [])
    for customer in customers:
        if customer["customer_id"] in left_out:
            continue
        created_at = customer["created_at"]
        if customer["customer_id"] in first_order and rng.random() < 0.01:
            created_at = min(first_order[customer["customer_id"]] + timedelta(20), LAST_MOMENT)
            file.note("created after the first order", "kept as it is")
        row = customer | {"created_at": untidy_date(rng, created_at, file)}
        row["updated_at"] = max(customer["updated_at"], created_at)
        row["acquisition_cost"] = money(customer["acquisition_cost"])
        row["legacy_code"] = f"CRM7/{rng.randrange(10_000):04}"
        for column, value in row.items():
            if value is None and rng.random() < 0.5:
                row[column] = rng.choice(NULLS)
                file.note("`N/A`, `-`, `NULL` or `None` for nothing", "read as null")
        if rng.random() < 0.03:
            row["phone"] = row["phone"].translate(FULL_WIDTH)
            file.note("telephone in full-width digits", "tidied")
        file.rows.append(row)

    tidy = list(file.rows)
    moved = rng.sample([row for row in tidy if row["updated_at"].year >= 2024], 15)
    older = [
        row
        | {"city": "郑州", "region": "华中", "updated_at": row["updated_at"] - timedelta(hours=2)}
        for row in moved
    ]
    file.plant("older version of a customer", "superseded", older)
    file.repeat(rng.sample(tidy, 8))
    file.plant_each("no customer id", rng.sample(tidy, 2), customer_id=None)
    too_long = [f"00990{n},Zhou Xin,zhou{n}@example.com,1990000990{n}" for n in (1, 2)]
    file.plant("unreadable line: too many fields", "rejected", [t + "," * 20 for t in too_long])
    file.note("UTF-8 with BOM; headers such as `Customer ID`", "tidied", len(file.rows))
    file.note("column `Legacy Code` that nobody knows", "ignored", len(file.rows))
    file.note("customer left out: known by orders alone", "a customer all the same", len(left_out))
    companies = [c for c in customers if c["customer_type"] == "b2b"]
    members = [
        {
            "customer_id": f"K{number:05}",
            "name": name,
            "email": f"{account}@example.cn",
            "parent_customer_id": company["customer_id"],
            "role": role,
            "created_at": f"{company['created_at']:%Y-%m-%d %H:%M:%S}",
            "updated_at": company["updated_at"],
        }
        for number, (company, (name, account, role)) in enumerate(
            zip((c for c in companies[:3] for _ in "12"), CONTACTS, strict=True), start=1
        )
    ]
    # At the end, where they move no other row.
    file.rows += members
    file.note("somebody who works for a company", "a member of its account", len(members))
    return file


def _orders(export: NewExport, rng: random.Random, orders: list[Record]) -> Export:
    file = export("orders.csv", [])
    for order in orders:
        row = order | {
            "ordered_at": untidy_date(rng, order["ordered_at"], file),
            "amount": untidy_amount(rng, order["amount"], order["currency"], file),
            "discount_amount": money(order["discount_amount"]),
            "status": rng.choice(STATUSES[order["status"]]),
        }
        if order["status"] != "sale":
            file.note(f"{order['status']} order", "excluded: not a sale")
        elif order["amount"] == 0:
            file.note("order of amount 0", "an order")
        if order["currency"] == "CNY" and rng.random() < 0.7:
            row["currency"] = None
            file.note("no currency", "reporting currency")
        if rng.random() < 0.1:
            row["business_line"] = None
            file.note("no business line", "that of the customer")
        if '"' in (order["campaign_id"] or "") or "," in (order["campaign_id"] or ""):
            file.note("quoted text with commas or quotes", "tidied")
        file.rows.append(row)

    tidy = list(file.rows)
    first_versions = [
        row | {"status": "pending", "updated_at": order["ordered_at"]}
        for row, order in rng.sample(list(zip(tidy, orders, strict=True)), 60)
        if order["status"] == "sale" and order["updated_at"] > order["ordered_at"]
    ][:20]
    file.plant("older version of an order", "superseded", first_versions)
    file.repeat(rng.sample(tidy, 12))
    _plant_returns(file, rng, orders)

    numbers = iter(range(900_001, 901_000))

    def base(rows: int, wanted: Callable[[Record], bool] = lambda _: True) -> list[Record]:
        """New orders of known customers, good in every way."""
        chosen = rng.sample([order for order in orders if wanted(order)], rows)
        return [
            order
            | {"order_id": f"SO{next(numbers)}", "status": "completed", "campaign_id": None}
            | {"amount": money(order["amount"]), "discount_amount": "0.00"}
            for order in chosen
        ]

    file.plant_each("no order id", base(3), order_id=None)
    file.plant_each("no customer", base(3), customer_id=None)
    file.plant_each("date `31.02.2025`", base(2), ordered_at="31.02.2025")
    file.plant_each("date `soon`", base(2), ordered_at="soon")
    file.plant_each("date in 2099", base(3), ordered_at="2099-12-31 23:59:59")
    file.plant_each("amount `twelve`", base(2), amount="twelve")
    file.plant_each("amount `1,23`", base(2), amount="1,23")
    file.plant_each("currency `XYZ`", base(3), currency="XYZ")
    file.plant_each("status `teleported`", base(3), status="teleported")
    in_eur = base(2, lambda order: order["currency"] == "EUR")
    file.plant_each("EUR before the first EUR rate", in_eur, ordered_at="2023-07-12 10:15:00")
    unquoted = [
        f"{row['order_id']},{row['customer_id']},{row['ordered_at']},1,234.50,completed,,0.00,CNY,"
        f"web,ecommerce,,{row['updated_at']}"
        for row in base(3, lambda order: order["business_line"] == "ecommerce")
    ]
    file.plant("unreadable line: comma without quotes", "rejected", unquoted)
    return file


def _plant_returns(file: Export, rng: random.Random, orders: list[Record]) -> None:
    """Orders of a negative amount, some days after the order that they take back."""
    taken_back = rng.sample(
        [o for o in orders if o["status"] == "sale" and 0 < o["amount"] < 100_000], 6
    )
    returns = [
        order
        | {
            "order_id": f"SO{800_001 + number}",
            "ordered_at": min(order["ordered_at"] + timedelta(6), LAST_MOMENT - timedelta(1)),
            "updated_at": min(order["ordered_at"] + timedelta(7), LAST_MOMENT),
            "amount": money(-order["amount"]),
            "discount_amount": "0.00",
            "status": "completed",
        }
        for number, order in enumerate(taken_back)
    ]
    file.plant("order of a negative amount", "a refund", returns)


def _items(export: NewExport, rng: random.Random, items: list[Record]) -> Export:
    file = export("order_items.csv", [])
    for item in items:
        row = item | {"unit_price": money(item["unit_price"])}
        if item["unit_cost"] is not None:
            row["unit_cost"] = money(item["unit_cost"])
        else:
            file.note("no unit cost", "that of the product")
        file.rows.append(row)
    tidy = list(file.rows)
    file.repeat(rng.sample(tidy, 4))
    unknown = [row | {"order_id": f"SO99990{n}"} for n, row in enumerate(rng.sample(tidy, 4), 1)]
    file.plant("item of an unknown order", "rejected", unknown)
    file.plant_each("no order id", rng.sample(tidy, 2), order_id=None)
    # A ninth line, so that the good lines of the order stay as they are.
    file.plant_each("quantity `two`", rng.sample(tidy, 2), line_number=9, quantity="two")
    file.plant_each("unit price `twelve`", rng.sample(tidy, 2), line_number=9, unit_price="twelve")
    return file


def _products(export: NewExport, rng: random.Random, products: list[Record]) -> Export:
    file = export("products.csv", [])
    file.rows += [
        product
        | {"list_price": money(product["list_price"]), "unit_cost": money(product["unit_cost"])}
        for product in products
    ]
    file.plant_each("no product id", rng.sample(list(file.rows), 2), product_id=None)
    return file


def _refunds(export: NewExport, rng: random.Random, refunds: list[Record]) -> Export:
    file = export("refunds.csv", [])
    for refund in refunds:
        row = refund | {"amount": untidy_amount(rng, refund["amount"], refund["currency"], file)}
        row["refunded_at"] = untidy_date(rng, refund["refunded_at"], file)
        if refund["currency"] == "CNY" and rng.random() < 0.7:
            row["currency"] = None
            file.note("no currency", "reporting currency")
        if refund["order_id"] is None:
            file.note("no order id", "a refund of the customer")
        file.rows.append(row)
    tidy = list(file.rows)
    file.repeat(rng.sample(tidy, 3))

    numbers = iter(range(90_001, 91_000))

    def base(rows: int) -> list[Record]:
        return [row | {"refund_id": f"RF{next(numbers)}"} for row in rng.sample(tidy, rows)]

    file.plant_each("no refund id", base(2), refund_id=None)
    file.plant_each("no customer", base(2), customer_id=None)
    file.plant_each("date `soon`", base(2), refunded_at="soon")
    file.plant_each("date in 2099", base(2), refunded_at="2099-01-01")
    file.plant_each("amount `twelve`", base(2), amount="twelve")
    file.plant_each("currency `XYZ`", base(2), currency="XYZ")
    # Without an order, to whose customer the refund would belong.
    _plant_strangers(file, [row | {"order_id": None} for row in base(3)])
    return file


def _interactions(export: NewExport, rng: random.Random, interactions: list[Record]) -> Export:
    file = export(INTERACTIONS_FILE, [])
    for interaction in interactions:
        moment = untidy_date(rng, interaction["occurred_at"], file)
        file.rows.append(interaction | {"occurred_at": moment})
    tidy = list(file.rows)
    # A character that GB18030 has and GBK has not.
    rng.choice(file.rows)["outcome"] = "约见𠮷田先生"
    file.note("character beyond GBK: 𠮷", "tidied")
    file.repeat(rng.sample(tidy, 4))

    numbers = iter(range(90_001, 91_000))

    def base(rows: int) -> list[Record]:
        return [row | {"interaction_id": f"I{next(numbers)}"} for row in rng.sample(tidy, rows)]

    file.plant_each("no interaction id", base(2), interaction_id=None)
    file.plant_each("no customer", base(2), customer_id=None)
    file.plant_each("date `下周`", base(2), occurred_at="下周")
    file.plant_each("date in 2099", base(2), occurred_at="2099/6/1 9:00")
    _plant_strangers(file, base(3))
    file.note("GB18030, Chinese file name and headers", "read by `mapping.csv`", len(file.rows))
    return file


def _events(export: NewExport, rng: random.Random, events: list[Record]) -> Export:
    file = export("events.parquet", events)
    file.repeat(rng.sample(events, 5))

    numbers = iter(range(900_001, 901_000))

    def base(rows: int) -> list[Record]:
        return [row | {"event_id": f"E{next(numbers)}"} for row in rng.sample(events, rows)]

    file.plant_each("no event id", base(2), event_id=None)
    file.plant_each("no customer", base(2), customer_id=None)
    file.plant_each("date in 2099", base(2), occurred_at=datetime(2099, 1, 1, 12))
    _plant_strangers(file, base(3))
    return file


def _fx_rates(export: NewExport, rates: list[Record]) -> Export:
    file = export("fx_rates.csv", rates)
    usd = {"currency": "USD", "valid_from": "2024-02-15", "rate": "7.2000"}
    file.plant_each("rate `seven`", [usd], rate="seven")
    file.plant_each("date `soon`", [usd], valid_from="soon")
    return file


def _plant_strangers(file: Export, rows: list[Record]) -> None:
    strangers = [row | {"customer_id": str(UNKNOWN_CUSTOMER + n)} for n, row in enumerate(rows)]
    file.plant("unknown customer", "rejected", strangers)


def _save(path: Path, text: str, encoding: str) -> None:
    path.write_bytes(text.encode(encoding))


def _save_events(path: Path, rows: list[Record]) -> None:
    columns = SOURCES["events"].columns
    types = {"occurred_at": pa.timestamp("us")}
    schema = pa.schema([(column, types.get(column, pa.string())) for column in columns])
    table = pa.Table.from_pylist(rows, schema=schema)
    # The writer's options are spelled out: the same rows must give the same bytes.
    pq.write_table(table, path, compression="zstd", version="2.6", data_page_version="1.0")
