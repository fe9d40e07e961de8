"""Whether a method has been shown to be better than the simplest rival, by each date."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from customer_tiering.evaluation.calibration import probability_parts
from customer_tiering.evaluation.statistics import WIDTH, Estimate, auc, gini, pooled, ranks
from customer_tiering.evaluation.worlds import PAST_SPEND, RECENCY, Day, World

# With fewer customers, or fewer of either outcome, nothing is said.
MIN_CUSTOMERS = 100
MIN_OF_EACH = 30
Row = dict[str, Any]


def skill_rows(world: World, dates: Sequence[date]) -> Iterator[Row]:
    """One row per date and method: shown, not_shown or too_little_data.

    At a date from the dates whose horizon had ended by then, and from nothing later.
    """
    for until in dates:
        yield from _of_probabilities(world, until)
        yield from _of_scores(world, until)


def _of_probabilities(world: World, until: date) -> Iterator[Row]:
    """A probability must be nearer to what came than what recency alone says (Brier score)."""
    for name, horizon, rival, measured in probability_parts(world):
        in_time = {day.day for day in world.complete(horizon, until)}
        parts = [(day, found["brier"]) for day, found in measured if day.day in in_time]
        gap = None
        if parts:
            both = pooled([(day.who, part) for day, part in parts], world.customers)
            # What is better is less.
            gap = -1 * both.values[0], -1 * both.values[1], both.moves[:, 1] - both.moves[:, 0]
        days = [day for day, _ in parts]
        yield _row(world, until, name, "probability", "brier", horizon, rival, days, gap)
    horizon = world.main_horizon(until)
    days = [d for d in world.complete(horizon or 0, until) if not _nothing(d.columns["p_alive"])]
    parts = [
        (day, part)
        for day in days
        if (part := auc(ranks(_alive_and_recency(day)), day.came(horizon))) is not None
    ]
    gap = None
    if parts:
        both = pooled([(day.who, part) for day, part in parts], world.customers)
        gap = *both.values, both.moves[:, 0] - both.moves[:, 1]
    days = [day for day, _ in parts]
    yield _row(world, until, "p_alive", "probability", "auc", horizon, RECENCY, days, gap)


def _alive_and_recency(day: Day) -> np.ndarray:
    return np.stack([day.columns["p_alive"], -day.columns["recency_days"]], axis=1)


def _nothing(values: np.ndarray) -> bool:
    return bool(np.isnan(values).all())


def _of_scores(world: World, until: date) -> Iterator[Row]:
    """A score must find more of the net revenue than past spend does (normalised Gini)."""
    horizon = world.main_horizon(until)
    days = world.complete(horizon or 0, until)
    parts = [
        (day, gini(day.later[horizon]["net_revenue"], day.order, day.place)) for day in days
    ]
    rival = world.methods.index(PAST_SPEND)
    for column, method in enumerate(world.methods):
        if column == rival:
            continue
        here = [(day, part) for day, part in parts if day.known[column]]
        gap = None
        if here:
            both = pooled([(day.who, part) for day, part in here], world.customers)
            gap = (
                both.values[column],
                both.values[rival],
                both.moves[:, column] - both.moves[:, rival],
            )
        days = [day for day, _ in here]
        yield _row(world, until, method, "score", "gini", horizon, PAST_SPEND, days, gap)


def _row(
    world: World,
    until: date,
    method: str,
    kind: str,
    metric: str,
    horizon: int | None,
    rival: str,
    days: Sequence[Day],
    gap: tuple[float, float, np.ndarray] | None,
) -> Row:
    row = {
        "topic": "skill",
        "business_line": world.name,
        "as_of_date": until,
        "is_pooled": True,
        "method": method,
        "outcome": kind,
        "metric": metric,
        "horizon_days": horizon,
        "rival": rival,
        "position": "all",
        "status": "too_little_data",
        "customers": len(np.unique(np.concatenate([day.who for day in days]))) if days else 0,
        "dates": len(days),
    }
    if gap is None or not np.isfinite(gap[0]):
        return row
    value, rival_value, moves = gap
    [difference], [error] = [value - rival_value], Estimate(np.zeros(1), moves[:, None]).errors()
    low, high = difference - WIDTH * error, difference + WIDTH * error
    bought = sum(int(day.came(horizon).sum()) for day in days)
    idle = sum(int((~day.came(horizon)).sum()) for day in days)
    enough = row["customers"] >= MIN_CUSTOMERS and min(bought, idle) >= MIN_OF_EACH
    sign = -1 if metric == "brier" else 1
    if enough:
        row["status"] = "shown" if low > 0 else "not_shown"
    return row | {
        "value": sign * value,
        "rival_value": sign * rival_value,
        "difference": difference,
        "difference_low": low,
        "difference_high": high,
    }
