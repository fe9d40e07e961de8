"""What is evaluated, line by line: who was there on which date, what methods said, what came."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_tiering.evaluation.statistics import Matrix, Places, orders, places, ranks, tenths

PAST_SPEND, RECENCY = "past_spend", "recency"
# What is judged besides the scores of the methods, and how it ranks customers.
OTHER_ORDERS = {
    "composite": ("composite_score", 1),
    "tier": ("tier_rank", -1),
    "raw_tier": ("raw_tier_rank", -1),
    "lifetime_value": ("lifetime_value", 1),
    "tree": ("expected_revenue_90_days", 1),
    PAST_SPEND: ("past_spend", 1),
    RECENCY: ("recency_days", -1),
}
OUTCOMES = ("net_revenue", "margin", "orders", "voices", "purchase_days")
TEXTS = ("customer_id", "business_line", "policy", "as_of_date", "tier_code", "raw_tier_code")


@dataclass(frozen=True)
class Day:
    """One date of a business line: its customers in the order of their ids.

    Attributes:
        day: the as-of date.
        who: the numbers of the customers, as the line counts them.
        columns: what was known of them then, by column of evaluation_customers.
        scores: customers x methods, higher is better, empty where a method says nothing.
        population: how many customers the line had; more than are here where it is a sample.
        later: by horizon in days and outcome, what each did until its end.
    """

    day: date
    who: Places
    columns: Mapping[str, np.ndarray]
    scores: Matrix
    population: int
    later: dict[int, dict[str, Matrix]] = field(default_factory=dict)

    @cached_property
    def order(self) -> Places:
        """The customers from best to worst, by method."""
        return orders(self.scores, self.columns["past_spend"])

    @cached_property
    def place(self) -> Places:
        """The place of each customer, by method."""
        return places(self.order)

    @cached_property
    def tenth(self) -> Places:
        """The tenth of each customer, 0 the best, by method."""
        return tenths(self.place)

    @cached_property
    def rank(self) -> Matrix:
        """Their ranks with ties, by method."""
        return ranks(self.scores)

    @cached_property
    def known(self) -> Matrix:
        """By method 1 where it says something of somebody, else 0."""
        return (~np.isnan(self.scores)).any(axis=0).astype(float)

    def came(self, horizon: int) -> np.ndarray:
        """Whether each bought within a horizon."""
        return self.later[horizon]["orders"] > 0


@dataclass(frozen=True)
class World:
    """One business line.

    Attributes:
        name: of the line.
        methods: the columns of the scores.
        customers: how many there are, over all dates.
        days: its dates, the earliest first.
    """

    name: str
    methods: Sequence[str]
    customers: int
    days: Sequence[Day]

    def complete(self, horizon: int, until: date | None = None) -> list[Day]:
        """The dates whose horizon is complete, and has ended by a day."""
        return [
            day
            for day in self.days
            if horizon in day.later and (until is None or (until - day.day).days >= horizon)
        ]

    def seen(self, days: Sequence[Day]) -> int:
        """How many customers some dates have, each counted once."""
        there = np.zeros(self.customers, dtype=bool)
        for day in days:
            there[day.who] = True
        return int(there.sum())

    def horizons(self) -> list[int]:
        """The horizons that are complete at a date."""
        return sorted({horizon for day in self.days for horizon in day.later})

    def main_horizon(self, until: date | None = None) -> int | None:
        """The longest horizon that at least three dates have complete, else that of most dates."""
        counts = {horizon: len(self.complete(horizon, until)) for horizon in self.horizons()}
        counts = {horizon: count for horizon, count in counts.items() if count}
        if not counts:
            return None
        return max(counts, key=lambda horizon: (min(counts[horizon], 3), horizon))


def worlds(customers: pa.Table, outcomes: pa.Table) -> Iterator[World]:
    """The lines of the tables evaluation_customers and evaluation_outcomes.

    Args:
        customers: one row per customer and date; a method's score is its column <method>_score.
        outcomes: one row per customer, date and horizon.
    """
    # Python compares texts by code point, whatever the engine or its collation.
    numbers = {name: n for n, name in enumerate(sorted(set(customers["customer_id"].to_pylist())))}
    known, later = _frame(customers, numbers), _frame(outcomes, numbers)
    places_of_days: dict[date, dict[int, np.ndarray]] = {}
    for (day, horizon), rows in later.groupby(["as_of_date", "horizon_days"]).indices.items():
        places_of_days.setdefault(day, {})[int(horizon)] = rows
    scored = [name for name in customers.column_names if name.endswith("_score")]
    named = {name.removesuffix("_score"): (name, 1) for name in scored} | OTHER_ORDERS
    for line, rows in known.groupby("business_line"):
        ids = np.unique(rows["customer_id"])
        days = []
        for day, part in rows.groupby("as_of_date"):
            names = part["customer_id"].to_numpy()
            columns = {name: part[name].to_numpy() for name in part.columns if name not in TEXTS}
            columns |= {name: part[name].to_numpy() for name in ("tier_code", "raw_tier_code")}
            scores = np.stack([sign * columns[name] for name, sign in named.values()], axis=1)
            days.append(
                Day(
                    day,
                    np.searchsorted(ids, names),
                    columns,
                    scores,
                    int(part["line_customers"].iloc[0]),
                    {
                        horizon: _outcomes(later.iloc[rows_then], names)
                        for horizon, rows_then in places_of_days.get(day, {}).items()
                    },
                )
            )
        yield World(str(line), list(named), len(ids), days)


def _frame(table: pa.Table, numbers: Mapping[str, int]) -> pd.DataFrame:
    """As numbers, customers too, ordered by what tells the rows apart."""
    columns = {
        name: column if name in TEXTS else column.cast(pa.float64())
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    columns["customer_id"] = pa.array(
        [numbers[name] for name in columns["customer_id"].to_pylist()]
    )
    frame = pa.table(columns).to_pandas()
    return frame.sort_values(["as_of_date", "customer_id"], kind="stable", ignore_index=True)


def _outcomes(rows: pd.DataFrame, names: np.ndarray) -> dict[str, Matrix]:
    """What came, for some customers, in their order.

    Where the cost of what somebody bought is not known, the margin is that of the others.
    """
    theirs = rows.iloc[np.searchsorted(rows["customer_id"].to_numpy(), names)]
    found = {name: theirs[name].to_numpy(dtype=float) for name in OUTCOMES}
    unknown = np.isnan(found["margin"])
    costed = found["net_revenue"][~unknown & (found["orders"] > 0)].sum()
    if costed > 0:
        rate = found["margin"][~unknown].sum() / costed
        found["margin"] = np.where(unknown, rate * found["net_revenue"], found["margin"])
    else:
        del found["margin"]
    if not found["voices"].any():
        del found["voices"]
    return found
