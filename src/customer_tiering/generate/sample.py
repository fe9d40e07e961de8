"""The sample CRM: small and realistic; tidy here, made untidy by `untidy`."""

import random
from datetime import date
from pathlib import Path

import numpy as np

from customer_tiering.generate import activity, people, untidy
from customer_tiering.generate import vocabulary as words
from customer_tiering.generate.population import draw
from customer_tiering.generate.records import FIRST_EUR_RATE, Rates, Record
from customer_tiering.generate.relations import relations

SEED = 11
FIRST_DAY = date(2023, 7, 1)
CUSTOMERS = 1_200
ORDERS = 9_000
PROSPECTS = 0.12


def write(out: Path, seed: int) -> None:
    """Write the untidy sample: sixteen sources, `mapping.csv`, `settings.csv` and a README.

    Args:
        out: folder to write to; made if missing.
        seed: the same seed gives the same bytes.
    """
    untidy.write(out, build(seed), random.Random(f"untidy {seed}"))


def build(seed: int) -> dict[str, list[Record]]:
    """The tidy CRM by source name; `voices` are events, too.

    Args:
        seed: the same seed gives the same records.
    """
    population, sales = draw(np.random.default_rng(seed), CUSTOMERS, ORDERS, FIRST_DAY, PROSPECTS)
    rng = random.Random(seed)
    rates = _rates(rng)
    products = _products()
    customers, currencies = people.customers(rng, population, sales)
    orders, items = activity.orders(rng, sales, customers, currencies, products, rates)
    return {
        "customers": sorted(customers, key=lambda customer: customer["created_at"]),
        "orders": orders,
        "order_items": items,
        "products": products,
        "refunds": activity.refunds(rng, orders),
        "interactions": activity.interactions(rng, customers, orders),
        "events": activity.events(rng, customers, orders, products),
        "fx_rates": [
            {"currency": currency, "valid_from": day, "rate": f"{rate / 10_000:.4f}"}
            for (currency, day), rate in rates.by_month.items()
        ],
        **relations(seed, customers, orders, rates),
    }


def _rates(rng: random.Random) -> Rates:
    by_month = {}
    for currency, rate in (("USD", 72_400), ("EUR", 78_600)):
        for month in range(FIRST_DAY.month - 1, FIRST_DAY.month + 39):
            day = date(FIRST_DAY.year + month // 12, month % 12 + 1, 1)
            rate += rng.randint(-500, 480)
            if currency == "USD" or day >= FIRST_EUR_RATE:
                by_month[currency, day] = rate
    return Rates(by_month)


def _products() -> list[Record]:
    """The range, with `unit_cost` in CNY; a later number is a later launch within a line."""
    return [
        {
            "product_id": f"P{number:04}",
            "product_name": name,
            "category": category,
            "launched_at": date.fromisoformat(f"{launched}-01"),
            "list_price": price * 100,
            "unit_cost": round(price * 100 * cost_share),
            "line": line,
        }
        for number, (line, name, category, price, cost_share, launched) in enumerate(
            words.PRODUCTS, start=1
        )
    ]
