"""Invented customers of whom the truth is known: the two tables that the evaluation reads."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

FIRST = date(2025, 1, 31)
TEXTS = {"tier_code": "B", "raw_tier_code": "B", "policy": "shop", "business_line": "shop"}
NUMBERS = (
    *("composite_score", "tier_rank", "raw_tier_rank", "lifetime_value", "line_customers"),
    *("buy_probability_30_days", "churn_probability_90_days", "p_alive", "expected_orders"),
    *("expected_orders_low", "expected_orders_high", "expected_spend", "clv_horizon_days"),
    "expected_revenue_90_days",
)


def tables(
    scores: Sequence[dict[str, np.ndarray]],
    revenue: Sequence[np.ndarray],
    horizon: int = 90,
    **columns: Sequence[np.ndarray],
) -> tuple[pa.Table, pa.Table]:
    """evaluation_customers and evaluation_outcomes of some dates, a month apart.

    Args:
        scores: of each date, by method, the scores of its customers (past_spend, recency_days too).
        revenue: of each date what each of them spent afterwards.
        horizon: in days.
        columns: of each date further columns of either table.
    """
    known, later = [], []
    for number, (theirs, spent) in enumerate(zip(scores, revenue, strict=True)):
        day = FIRST + timedelta(days=30 * number)
        customers = len(spent)
        frame = pd.DataFrame({"customer_id": [f"{n:06}" for n in range(customers)]})
        frame["as_of_date"] = day
        for name, value in TEXTS.items():
            frame[name] = value
        for name in NUMBERS:
            frame[name] = np.nan
        frame["line_customers"], frame["clv_horizon_days"] = customers, 365
        frame["past_spend"], frame["recency_days"] = 0.0, 0
        for name, values in theirs.items():
            is_given = name in ("past_spend", "recency_days", *NUMBERS)
            frame[name if is_given else f"{name}_score"] = values
        known.append(frame)
        outcome = frame[["customer_id", "as_of_date"]].copy()
        outcome["horizon_days"], outcome["net_revenue"] = horizon, spent
        outcome["margin"] = np.nan
        outcome["orders"] = (np.asarray(spent) > 0).astype(int)
        outcome["purchase_days"], outcome["voices"] = outcome["orders"], 0
        for name, values in columns.items():
            outcome[name] = values[number]
        later.append(outcome)
    return tuple(
        pa.Table.from_pandas(pd.concat(parts, ignore_index=True), preserve_index=False)
        for parts in (known, later)
    )


def shop(
    random: np.random.Generator, customers: int = 600, dates: int = 5, truth: str | None = None
) -> tuple[pa.Table, pa.Table]:
    """A shop whose customers spend by a hidden worth that lasts; what methods see of it is noise.

    Args:
        random: where chance comes from.
        customers: how many.
        dates: how many.
        truth: the one method that sees the worth; None for none.
    """
    methods = ("first", "second", "third", "fourth", "fifth", "sixth")
    worth = random.lognormal(0, 1, customers)
    scores, spent = [], []
    for _ in range(dates):
        theirs = {method: random.normal(size=customers) for method in methods}
        theirs["past_spend"] = random.lognormal(0, 1, customers)
        theirs["recency_days"] = random.integers(0, 300, customers)
        if truth:
            theirs[truth] = np.log(worth) + random.normal(0, 0.5, customers)
        scores.append(theirs)
        comes = random.random(customers) < 0.4
        spent.append(np.where(comes, worth * random.lognormal(0, 0.7, customers), 0.0))
    return tables(scores, spent)
