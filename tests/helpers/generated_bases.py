"""Invented bases that are hard on bands: dying, growing, seasonal, of one-timers, all equal."""

from datetime import date

import numpy as np
import pandas as pd

FIRST, LAST = date(2024, 1, 1), date(2026, 10, 31)
DAYS = (LAST - FIRST).days + 1
KINDS = ("dying", "growing", "seasonal", "one_timers", "equal")


def base(kind: str, customers: int, seed: int) -> pd.DataFrame:
    """Orders of one base: who (a number), day (since FIRST), amount.

    Args:
        kind: one of KINDS.
        customers: how many there are.
        seed: of what is drawn.
    """
    generator = np.random.default_rng([seed, KINDS.index(kind)])
    if kind == "equal":
        # Everybody every 60 days for the same amount, all on the same days.
        days = np.arange(DAYS - 1, 0, -60)
        who = np.repeat(np.arange(customers), len(days))
        return pd.DataFrame({"who": who, "day": np.tile(days, customers), "amount": 50.0})
    born = generator.uniform(0, 1, customers)
    born = {"dying": born * 0.3, "growing": np.sqrt(born)}.get(kind, born) * (DAYS - 5)
    gap = np.exp(generator.normal(np.log(60), 0.7, customers))
    life = generator.exponential({"dying": 200, "growing": 900}.get(kind, 500), customers)
    count = 1 + generator.poisson(np.minimum(life, DAYS - born) / gap)
    if kind == "one_timers":
        count = np.where(generator.uniform(size=customers) < 0.9, 1, count)
    who = np.repeat(np.arange(customers), count)
    place = np.concatenate([np.arange(each) for each in count])
    passed = place * gap[who] * generator.uniform(0.7, 1.3, len(who))
    day = np.floor(born[who] + passed).astype(int)
    orders = pd.DataFrame({"who": who, "day": day})
    own = generator.normal(np.log(80), 0.6, customers)
    orders["amount"] = np.exp(own[who] + generator.normal(0, 0.4, len(who))).round(2)
    if kind == "seasonal":
        # Nine of ten orders are moved into two months of the year.
        moved = generator.uniform(size=len(orders)) < 0.9
        into = orders.day // 365 * 365 + 120 + 180 * (orders.who % 2) + orders.day % 30
        orders["day"] = np.where(moved, into, orders.day)
    return orders[(orders.day >= 0) & (orders.day < DAYS)]


def as_orders(lines: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The file orders of some bases, each a business line with customers of its own."""
    parts = [orders.assign(business_line=line) for line, orders in lines.items()]
    table = pd.concat(parts, ignore_index=True)
    table["customer_id"] = table.business_line + "_" + table.pop("who").astype(str)
    days = pd.to_timedelta(table.pop("day"), unit="D")
    table["ordered_at"] = (pd.Timestamp(FIRST) + days).dt.strftime("%Y-%m-%d")
    table.insert(0, "order_id", np.arange(len(table)))
    return table
