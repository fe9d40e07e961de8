"""Whether a method has been shown to be better than the simplest rival, by each date."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from customer_tiering.evaluation.calibration import PROBABILITIES, probability_parts
from customer_tiering.evaluation.statistics import (
    WIDTH,
    Estimate,
    Part,
    auc,
    gini,
    pooled,
    ranks,
    rival_of,
)
from customer_tiering.evaluation.worlds import PAST_SPEND, RECENCY, Day, World

# With fewer customers, or fewer of either outcome, nothing is said.
MIN_CUSTOMERS = 100
MIN_OF_EACH = 30
Row = dict[str, Any]
Measured = tuple[Day, Part]


def skill_rows(world: World, dates: Sequence[date]) -> Iterator[Row]:
    """One row per date and method: shown, not_shown or too_little_data.

    At a date from the dates whose horizon had ended by then, and from nothing later.
    """
    judged = list(probability_parts(world))
    alive: dict[int, list[Measured]] = {}
    ginis: dict[int, list[Measured]] = {}
    for horizon in world.horizons():
        days = world.complete(horizon)
        ginis[horizon] = [
            (day, gini(day.later[horizon]["net_revenue"], day.order, day.place)) for day in days
        ]
        # Being alive shows by buying, and is better known the longer one waits.
        alive[horizon] = [
            (day, part)
            for day in days
            if not np.isnan(day.columns["p_alive"]).all()
            and (part := auc(ranks(_alive_and_recency(day)), day.came(horizon))) is not None
        ]
    for until in dates:
        for name, horizon, _, measured in judged:
            parts = [(day, found["brier"]) for day, found in measured]
            yield _of_probability(world, until, name, "brier", horizon, parts)
        for name in PROBABILITIES.keys() - {name for name, *_ in judged}:
            yield _row(world, until, (name, "probability", "brier", None, RECENCY), [], None)
        horizon = world.main_horizon(until)
        parts = alive.get(horizon, []) if horizon else []
        yield _of_probability(world, until, "p_alive", "auc", horizon, parts)
        yield from _of_scores(world, until, horizon, ginis.get(horizon, []) if horizon else [])


def _alive_and_recency(day: Day) -> np.ndarray:
    return np.stack([day.columns["p_alive"], -day.columns["recency_days"]], axis=1)


def _ended(until: date, horizon: int | None, parts: Sequence[Measured]) -> list[Measured]:
    return [(day, part) for day, part in parts if (until - day.day).days >= (horizon or 0)]


def _of_probability(
    world: World,
    until: date,
    name: str,
    metric: str,
    horizon: int | None,
    measured: Sequence[Measured],
) -> Row:
    """A probability must be nearer to what came than what recency alone says (Brier score).

    p_alive, which is no probability to buy, must at least tell buyers better than recency does.
    """
    parts, gap = _ended(until, horizon, measured), None
    if parts:
        both = pooled([(day.who, part) for day, part in parts], world.customers)
        # Of the Brier score, what is better is less.
        sign = -1 if metric == "brier" else 1
        gap = (
            sign * both.values[0],
            sign * both.values[1],
            sign * (both.moves[:, 0] - both.moves[:, 1]),
        )
    about = (name, "probability", metric, horizon, RECENCY)
    return _row(world, until, about, [day for day, _ in parts], gap)


def _of_scores(
    world: World, until: date, horizon: int | None, measured: Sequence[Measured]
) -> Iterator[Row]:
    """A score must find more of the net revenue than past spend does (normalised Gini)."""
    parts, rival = _ended(until, horizon, measured), world.methods.index(PAST_SPEND)
    if parts:
        known = np.stack([day.known for day, _ in parts])
        by_date = [(day.who, part) for day, part in parts]
        ours = pooled(by_date, world.customers, known)
        theirs = rival_of(by_date, world.customers, known, rival)
        moves = ours.moves - theirs.moves
    for column, method in enumerate(world.methods):
        if column == rival:
            continue
        about = (method, "score", "gini", horizon, PAST_SPEND)
        days = [day for day, _ in parts if day.known[column]]
        gap = (ours.values[column], theirs.values[column], moves[:, column]) if days else None
        yield _row(world, until, about, days, gap)


def _row(
    world: World,
    until: date,
    about: tuple[str, str, str, int | None, str],
    days: Sequence[Day],
    gap: tuple[float, float, np.ndarray] | None,
) -> Row:
    method, kind, metric, horizon, rival = about
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
        "customers": world.seen(days),
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
