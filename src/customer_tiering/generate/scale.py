"""Clean, typed Parquet of any size, for benchmarks.

The orders stand in memory as plain number arrays; text and decimals are made one row
group at a time, so that memory stays near 100 bytes an order.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from customer_tiering.generate.population import (
    B2B,
    DAY,
    LAST_DAY,
    LINES,
    Customers,
    Orders,
    draw,
)

SEED = 20_261_018
FIRST_DAY = date(2024, 4, 15)
ROW_GROUP = 250_000
PRODUCTS = 2_000
PROSPECTS = 0.05
USD_CUSTOMERS = 0.15  # of those who buy in b2b
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)][3:34]

LINE_NAMES = [line.name for line in LINES]
STATUSES, STATUS_SHARES = ["completed", "cancelled", "pending"], [0.95, 0.04, 0.01]
CHANNELS = ["app", "web", "store", "sales"]
REGIONS = ["East China", "South China", "North China", "West China", "Overseas"]
ACQUISITION = ["organic", "paid_search", "referral", "wechat", "trade_fair"]
CATEGORIES = ["coffee", "tea", "equipment", "accessories", "service"]
CONTACT_CHANNELS = ["call", "email", "wechat", "visit"]
EVENT_TYPES = ["view", "search", "add_to_cart", "app_open"]
REASONS = ["damaged", "late", "changed_mind"]


def write(out: Path, orders: int, customers: int, seed: int, all_sources: bool) -> None:
    """Write `orders`, `customers` and `fx_rates` as Parquet, or all eight sources.

    Args:
        out: folder to write to; made if missing.
        orders: number of orders, exact.
        customers: number of customers, exact.
        seed: the same seed gives the same data.
        all_sources: write the other five sources too.
    """
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    people, sales = draw(rng, customers, orders, FIRST_DAY, PROSPECTS)
    in_usd = rng.random(customers) < USD_CUSTOMERS

    chunks = chain(
        [{"fx_rates": _fx_rates()}],
        [{"products": _products(rng)}] if all_sources else [],
        _customer_chunks(rng, people),
        _order_chunks(rng, sales, in_usd, all_sources),
    )
    writers: dict[str, pq.ParquetWriter] = {}
    with ExitStack() as files:
        for chunk in chunks:
            for source, table in chunk.items():
                if source not in writers:
                    path = out / f"{source}.parquet"
                    writer = pq.ParquetWriter(path, table.schema, compression="zstd")
                    writers[source] = files.enter_context(writer)
                writers[source].write_table(table)


def _customer_chunks(rng: np.random.Generator, people: Customers) -> Iterator[dict[str, pa.Table]]:
    for begin in range(0, len(people.line), ROW_GROUP):
        number = np.arange(begin, min(begin + ROW_GROUP, len(people.line)))
        line, created_at = people.line[number], people.created_at[number]
        table = pa.table(
            {
                "customer_id": _ids("C", number, 7),
                "name": _ids("Customer ", number, 7),
                "customer_type": _labels(["b2c", "b2b"], (line == B2B).astype(int)),
                "business_line": _labels(LINE_NAMES, line),
                "region": _labels(REGIONS, rng.integers(len(REGIONS), size=len(number))),
                "acquisition_channel": _labels(
                    ACQUISITION, rng.integers(len(ACQUISITION), size=len(number))
                ),
                "acquisition_cost": _decimals(rng.integers(500, 9_000, len(number))),
                "created_at": _timestamps(created_at),
                "updated_at": _timestamps(_by_the_end(created_at + 3_600)),
            }
        )
        yield {"customers": table}


def _order_chunks(
    rng: np.random.Generator, sales: Orders, in_usd: np.ndarray, all_sources: bool
) -> Iterator[dict[str, pa.Table]]:
    """The orders, and what hangs on them, one row group after the other."""
    total = len(sales.customer)
    for begin in range(0, total, ROW_GROUP):
        number = np.arange(begin, min(begin + ROW_GROUP, total))
        customer, line = sales.customer[number], sales.line[number]
        usd = in_usd[customer] & (line == B2B)
        amount = np.where(usd, sales.amount[number] // 7, sales.amount[number])
        chunk = {
            "orders": pa.table(
                {
                    "order_id": _ids("O", number, 8),
                    "customer_id": _ids("C", customer, 7),
                    "ordered_at": _timestamps(sales.ordered_at[number]),
                    "amount": _decimals(amount),
                    "status": _labels(
                        STATUSES, rng.choice(len(STATUSES), len(number), p=STATUS_SHARES)
                    ),
                    "discount_amount": _decimals(
                        np.where(rng.random(len(number)) < 0.3, amount // 20, 0)
                    ),
                    "currency": _labels(["CNY", "USD"], usd.astype(int)),
                    "channel": _labels(CHANNELS, rng.integers(len(CHANNELS), size=len(number))),
                    "business_line": _labels(LINE_NAMES, line),
                    "updated_at": _timestamps(
                        _by_the_end(
                            sales.ordered_at[number] + rng.integers(60, 5 * DAY, len(number))
                        )
                    ),
                }
            )
        }
        if all_sources:
            chunk["order_items"] = _items(rng, number, amount)
            chunk["refunds"] = _refunds(rng, number, sales, amount, usd)
            chunk["interactions"] = _interactions(rng, number, sales)
            chunk["events"] = _events(rng, number, sales)
        yield chunk


def _items(rng: np.random.Generator, number: np.ndarray, amount: np.ndarray) -> pa.Table:
    """One to three items for each order: 1.5 on average."""
    lines = rng.choice([1, 2, 3], len(number), p=[0.6, 0.3, 0.1])
    order = np.repeat(number, lines)
    quantity = rng.integers(1, 5, len(order))
    price = np.repeat(amount // lines, lines) // quantity
    line_number = np.arange(len(order)) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    return pa.table(
        {
            "order_id": _ids("O", order, 8),
            "product_id": _ids("P", rng.integers(PRODUCTS, size=len(order)), 5),
            "quantity": quantity,
            "unit_price": _decimals(price),
            "line_number": line_number,
            "unit_cost": _decimals(price * rng.integers(40, 80, len(order)) // 100),
        }
    )


def _refunds(
    rng: np.random.Generator,
    number: np.ndarray,
    sales: Orders,
    amount: np.ndarray,
    usd: np.ndarray,
) -> pa.Table:
    """One order in fifty is refunded, in part or in full, within twenty days."""
    here = np.flatnonzero(rng.random(len(number)) < 0.02)
    order = number[here]
    share = rng.choice([20, 50, 100], len(order))
    return pa.table(
        {
            "refund_id": _ids("R", order, 8),
            "customer_id": _ids("C", sales.customer[order], 7),
            "refunded_at": _timestamps(
                _by_the_end(sales.ordered_at[order] + rng.integers(DAY, 20 * DAY, len(order)))
            ),
            "amount": _decimals(amount[here] * share // 100),
            "order_id": _ids("O", order, 8),
            "currency": _labels(["CNY", "USD"], usd[here].astype(int)),
            "reason": _labels(REASONS, rng.integers(len(REASONS), size=len(order))),
        }
    )


def _interactions(rng: np.random.Generator, number: np.ndarray, sales: Orders) -> pa.Table:
    """A contact in the week before one order in five."""
    order = number[rng.random(len(number)) < 0.2]
    return pa.table(
        {
            "interaction_id": _ids("I", order, 8),
            "customer_id": _ids("C", sales.customer[order], 7),
            "occurred_at": _timestamps(
                sales.ordered_at[order] - rng.integers(3_600, 7 * DAY, len(order))
            ),
            "channel": _labels(
                CONTACT_CHANNELS, rng.integers(len(CONTACT_CHANNELS), size=len(order))
            ),
            "direction": _labels(["inbound", "outbound"], rng.integers(2, size=len(order))),
            "duration_minutes": rng.integers(1, 60, len(order)),
        }
    )


def _events(rng: np.random.Generator, number: np.ndarray, sales: Orders) -> pa.Table:
    """One web or app event for each order, within the day before it."""
    return pa.table(
        {
            "event_id": _ids("E", number, 8),
            "customer_id": _ids("C", sales.customer[number], 7),
            "occurred_at": _timestamps(
                sales.ordered_at[number] - rng.integers(60, DAY, len(number))
            ),
            "event_type": _labels(EVENT_TYPES, rng.integers(len(EVENT_TYPES), size=len(number))),
            "product_id": _ids("P", rng.integers(PRODUCTS, size=len(number)), 5),
            "session_id": _ids("S", number // 2, 8),
        }
    )


def _products(rng: np.random.Generator) -> pa.Table:
    number = np.arange(PRODUCTS)
    price = rng.integers(2_000, 90_000, PRODUCTS)
    return pa.table(
        {
            "product_id": _ids("P", number, 5),
            "product_name": _ids("Product ", number, 5),
            "category": _labels(CATEGORIES, number % len(CATEGORIES)),
            "launched_at": _timestamps(
                np.datetime64(FIRST_DAY, "s").astype(int) - rng.integers(900, size=PRODUCTS) * DAY
            ),
            "list_price": _decimals(price),
            "unit_cost": _decimals(price * 6 // 10),
        }
    )


def _fx_rates() -> pa.Table:
    """A plausible USD rate for each month of the span."""
    wave = 7.15 + 0.1 * np.sin(np.arange(len(MONTHS)) / 4)
    first_of_month = np.array(MONTHS, "datetime64[M]").astype("datetime64[s]").astype(np.int64)
    return pa.table(
        {
            "currency": pa.array(["USD"] * len(MONTHS)),
            "valid_from": _timestamps(first_of_month),
            "rate": _decimals(np.rint(wave * 10_000).astype(np.int64), places=4),
        }
    )


def _by_the_end(seconds: np.ndarray) -> np.ndarray:
    """Nothing is dated after the last day of the data."""
    end = np.datetime64(LAST_DAY + timedelta(1), "s").astype(np.int64)
    return np.minimum(seconds, end - 1)


def _ids(prefix: str, number: np.ndarray, digits: int) -> pa.Array:
    """Text ids such as C0001234."""
    padded = pc.utf8_lpad(pa.array(number).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(prefix, padded, "")


def _labels(labels: list[str], code: np.ndarray) -> pa.Array:
    return pa.array(labels).take(pa.array(code))


def _timestamps(seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds * 1_000_000).cast(pa.timestamp("us"))


def _decimals(unscaled: np.ndarray, places: int = 2) -> pa.Array:
    """Exact decimal(18, places) from whole numbers, without going through Python objects.

    Arrow keeps a decimal as two 64-bit halves; the upper one only holds the sign here.
    """
    halves = np.empty((len(unscaled), 2), np.int64)
    halves[:, 0] = unscaled
    halves[:, 1] = unscaled >> 63
    buffers = [None, pa.py_buffer(halves)]
    return pa.Array.from_buffers(pa.decimal128(18, places), len(unscaled), buffers)
