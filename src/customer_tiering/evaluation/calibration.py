"""Whether what calls itself a probability is one, and whether values come true."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from customer_tiering.evaluation.statistics import (
    Matrix,
    Part,
    auc,
    brier,
    orders,
    places,
    ranks,
    tenths,
)
from customer_tiering.evaluation.worlds import RECENCY, Day, World

# Column, days ahead, and whether it is of buying.
PROBABILITIES = {
    "buy_probability_30_days": (30, True),
    "churn_probability_90_days": (90, False),
}
# Column of what is expected, column or columns whose product it is, and the outcome.
VALUES = {
    "expected_orders": (("expected_orders",), "purchase_days"),
    "expected_revenue": (("expected_orders", "expected_spend"), "net_revenue"),
}
Row = dict[str, Any]


def by_recency(day: Day, came: np.ndarray) -> Matrix:
    """What recency alone would say: the share of buyers among a tenth with like recency.

    From the very outcome that is judged, which does recency a favour: so a probability that is
    better than this is better.
    """
    place = tenths(
        places(orders(-day.columns["recency_days"][:, np.newaxis], day.columns["past_spend"]))
    )
    groups = max(1, min(10, len(came) // 50))
    group = place[:, 0] * groups // 10
    sums, counts = np.bincount(group, came, groups), np.bincount(group, minlength=groups)
    return (sums / np.maximum(counts, 1))[group]


def probability_parts(
    world: World,
) -> Iterator[tuple[str, int, str, list[tuple[Day, dict[str, Part]]]]]:
    """Of each probability its horizon, its rival, and by date its statistics beside the rival's."""
    for name, (horizon, is_of_buying) in PROBABILITIES.items():
        measured = [
            (day, parts)
            for day in world.complete(horizon)
            if (parts := _parts(day, day.columns[name], horizon, is_of_buying))
        ]
        if measured:
            yield name, horizon, RECENCY, measured


def _parts(day: Day, probability: Matrix, horizon: int, is_of_buying: bool) -> dict[str, Part]:
    if np.isnan(probability).all():
        return {}
    bought = day.came(horizon)
    came = bought if is_of_buying else ~bought
    theirs = by_recency(day, came)
    recency = day.columns["recency_days"] * (-1.0 if is_of_buying else 1.0)
    known = ~np.isnan(probability)
    both = np.stack([probability, np.where(known, theirs, np.nan)], axis=1)
    parts = {"brier": brier(both, came)}
    found = auc(ranks(np.stack([probability, recency], axis=1)), came)
    if found:
        parts["auc"] = found
    return parts


def calibration_rows(world: World) -> Iterator[Row]:
    """By tenth of what was predicted: how much was, and how much came."""
    for name, (horizon, is_of_buying) in PROBABILITIES.items():
        days = [d for d in world.complete(horizon) if not np.isnan(d.columns[name]).all()]
        predicted = [day.columns[name] for day in days]
        actual = [
            (day.came(horizon) if is_of_buying else ~day.came(horizon)).astype(float)
            for day in days
        ]
        about = {"method": name, "outcome": "bought" if is_of_buying else "not_bought"}
        yield from _tenths(world, "probability", horizon, days, predicted, actual, about)
    horizon = _value_horizon(world)
    for name, (factors, outcome) in VALUES.items():
        days = [
            day
            for day in world.complete(horizon)
            if not np.isnan(np.prod([day.columns[f] for f in factors], axis=0)).all()
        ]
        predicted = [np.prod([day.columns[f] for f in factors], axis=0) for day in days]
        actual = [day.later[horizon][outcome] for day in days]
        about = {"method": name, "outcome": outcome}
        ranges = [
            (day.columns["expected_orders_low"], day.columns["expected_orders_high"])
            for day in days
            if name == "expected_orders"
        ]
        yield from _tenths(world, "value", horizon, days, predicted, actual, about, ranges)


def _value_horizon(world: World) -> int:
    """How far ahead the line's policy predicts, in days."""
    return int(world.days[-1].columns["clv_horizon_days"][0])


def _tenths(
    world: World,
    kind: str,
    horizon: int,
    days: Sequence[Day],
    predicted: Sequence[Matrix],
    actual: Sequence[Matrix],
    about: Row,
    ranges: Sequence[tuple[Matrix, Matrix]] = (),
) -> Iterator[Row]:
    about = about | {
        "topic": kind,
        "business_line": world.name,
        "horizon_days": horizon,
        "is_pooled": True,
        "metric": "calibration",
        "dates": len(days),
    }
    if not days:
        status = "nothing_predicted" if world.complete(horizon) else "horizon_not_complete"
        yield about | {"position": "all", "status": status, "rows_judged": 0}
        return
    groups, inside = [], []
    for number, (day, expected) in enumerate(zip(days, predicted, strict=True)):
        known = ~np.isnan(expected)
        place = tenths(
            places(orders(expected[known, np.newaxis], day.columns["past_spend"][known]))
        )
        groups.append(np.where(known, -1, -2))
        groups[-1][known] = place[:, 0]
        if ranges:
            low, high = ranges[number]
            inside.append((low <= actual[number]) & (actual[number] <= high))
    group, said, came = (np.concatenate(parts) for parts in (groups, predicted, actual))
    covered = np.concatenate(inside) if inside else None
    for position in ["all", *range(10)]:
        here = group >= 0 if position == "all" else group == position
        if not here.any():
            continue
        yield about | {
            "as_of_date": days[-1].day,
            "status": "measured",
            "position": "all" if position == "all" else str(position + 1),
            "predicted": said[here].mean(),
            "value": came[here].mean(),
            "difference": said[here].mean() - came[here].mean(),
            "covered": None if covered is None else covered[here].mean(),
            "rows_judged": int(here.sum()),
        }
