"""Weights of the composite: as they are, equal, and fitted on earlier dates; all judged later."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from customer_tiering.evaluation.skill import MIN_CUSTOMERS, MIN_OF_EACH
from customer_tiering.evaluation.statistics import (
    WIDTH,
    Estimate,
    Matrix,
    gini,
    held,
    orders,
    places,
    pooled,
    ranks,
)
from customer_tiering.evaluation.worlds import Day, World, worlds
from customer_tiering.libraries import library

PULL = 0.1
"""How much the present weights hold: this many times what a score of mean spread says itself."""
KNOWN = 0.9
"""A method that says something of fewer customers gets no weight: its place would be taken by
others for the rest."""
DECIMALS = 2
SETS = ("present", "equal", "fitted")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("policy", "weight_set", "method")]
    + [("weight", pa.float64()), ("horizon_days", pa.int32())]
    + [(name, pa.date32()) for name in ("fitted_until", "judged_from", "judged_until")]
    + [("dates", pa.int32()), ("customers", pa.int32())]
    + [(name, pa.float64()) for name in ("top_share", "gini")]
    + [(name, pa.float64()) for name in ("difference", "difference_low", "difference_high")]
    + [("verdict", pa.string())]
)
Row = dict[str, Any]


def proposed(
    customers: pa.Table, outcomes: pa.Table, policy_weights: Sequence[Mapping[str, Any]]
) -> pa.Table:
    """Three sets of weights for each policy that has customers.

    Args:
        customers: the table evaluation_customers.
        outcomes: the table evaluation_outcomes.
        policy_weights: the rows of the seed of that name.
    """
    # A policy is judged over all of its lines: its name stands in the place of theirs.
    lines = customers["policy"]
    by_policy = customers.set_column(
        customers.column_names.index("business_line"), "business_line", lines
    )
    rows = []
    for world in worlds(by_policy, outcomes):
        present = {
            row["method"]: float(row["weight"])
            for row in policy_weights
            if row["policy"] == world.name and row["method"] in world.methods
        }
        if present:
            rows.extend(_of_policy(world, present))
    arrays = [pa.array([row.get(f.name) for row in rows], f.type) for f in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def split(world: World) -> tuple[int, list[Day], list[Day]] | None:
    """A horizon, the dates to fit on and those to judge by.

    What is fitted on had ended by the first date that is judged. The longest horizon that leaves
    two dates to fit on and two to judge by, else that which leaves one of each; None if none does.
    """
    found = []
    for horizon in world.horizons():
        days = world.complete(horizon)
        for first in range(len(days) - 1, 0, -1):
            earlier = [d for d in days if (days[first].day - d.day).days >= horizon]
            later = days[first:]
            if earlier:
                balance = min(len(earlier), len(later))
                found.append((min(balance, 2), horizon, balance, earlier, later))
    if not found:
        return None
    best = max(found, key=lambda one: one[:3])
    return best[1], best[3], best[4]


def _of_policy(world: World, present: Mapping[str, float]) -> Iterator[Row]:
    parts = split(world)
    horizon, earlier, later = parts or (None, [], [])
    methods = [m for m in world.methods if f"{m}_score" in world.days[0].columns]
    methods = [m for m in methods if m != "composite"]
    now = np.array([present.get(method, 0.0) for method in methods])
    sets = {"present": now, "equal": np.where(now > 0, 1.0, 0.0) / max((now > 0).sum(), 1)}
    judged: dict[str, Row] = {name: {"verdict": "too_little_data"} for name in SETS}
    if parts and _enough(world, earlier, horizon) and _enough(world, later, horizon):
        sets["fitted"] = fitted(earlier, horizon, methods, now)
        judged = dict(_judged(world, later, horizon, methods, sets))
    about = {
        "policy": world.name,
        "horizon_days": horizon,
        "fitted_until": earlier[-1].day if earlier else None,
        "judged_from": later[0].day if later else None,
        "judged_until": later[-1].day if later else None,
        "dates": len(later),
        "customers": world.seen(later),
    }
    for name, weights in sets.items():
        for method, weight in zip(methods, weights, strict=True):
            if weight > 0 or now[methods.index(method)] > 0:
                numbers = {"weight_set": name, "method": method, "weight": float(weight)}
                yield about | numbers | judged[name]


def _enough(world: World, days: Sequence[Day], horizon: int) -> bool:
    bought = sum(int(day.came(horizon).sum()) for day in days)
    idle = sum(int((~day.came(horizon)).sum()) for day in days)
    return world.seen(days) >= MIN_CUSTOMERS and min(bought, idle) >= MIN_OF_EACH


def _scores(day: Day, methods: Sequence[str]) -> Matrix:
    return np.stack([day.columns[f"{method}_score"] for method in methods], axis=1)


def composite(scores: Matrix, weights: Matrix) -> Matrix:
    """The weighted mean of the scores; what is not known leaves its weight to the others."""
    known = ~np.isnan(scores)
    total = (known * weights).sum(axis=1)
    summed = (np.nan_to_num(scores) * weights).sum(axis=1)
    return np.where(total > 0, summed / np.where(total > 0, total, 1), np.nan)


def fitted(days: Sequence[Day], horizon: int, methods: Sequence[str], present: Matrix) -> Matrix:
    """Weights of a least-squares fit of what came, none negative, pulled towards the present ones.

    What is fitted is the rank of the later net revenue, 0 to 100, within its date: amounts would
    follow the few largest. (Non-negative ridge regression: Lawson and Hanson, "Solving least
    squares problems", 1974; Hoerl and Kennard 1970.)
    """
    scores = [_scores(day, methods) for day in days]
    share = np.concatenate([~np.isnan(s) for s in scores]).mean(axis=0)
    usable = share >= KNOWN
    points, targets = [], []
    for day, known in zip(days, scores, strict=True):
        filled = np.where(np.isnan(known), composite(known, present)[:, None], known)
        filled = np.nan_to_num(filled)[:, usable]
        rank = ranks(day.later[horizon]["net_revenue"][:, None])[:, 0]
        rank = 100 * (rank - 0.5) / len(rank)
        points.append(filled - filled.mean(axis=0))
        targets.append(rank - rank.mean())
    x, y = np.concatenate(points), np.concatenate(targets)
    start = present[usable] / max(present[usable].sum(), 1e-9)
    together = x @ start
    slope = max(float(together @ y) / max(float(together @ together), 1e-9), 0.01)
    pull = np.sqrt(PULL * (x**2).sum(axis=0).mean())
    found, _ = library("scipy.optimize").nnls(
        np.vstack([x, pull * np.eye(x.shape[1])]), np.concatenate([y, pull * slope * start])
    )
    weights = np.zeros(len(methods))
    weights[usable] = rounded(found / found.sum()) if found.sum() > 0 else rounded(start)
    return weights


def rounded(weights: Matrix) -> Matrix:
    """To two decimals that add up to 1: the largest remainders are rounded up."""
    units = weights * 10**DECIMALS
    whole = np.floor(units + 1e-9)
    missing = round(10**DECIMALS - whole.sum())
    whole[np.argsort(-(units - whole), kind="stable")[:missing]] += 1
    return whole / 10**DECIMALS


def _judged(
    world: World,
    days: Sequence[Day],
    horizon: int,
    methods: Sequence[str],
    sets: Mapping[str, Matrix],
) -> Iterator[tuple[str, Row]]:
    areas, tops = [], []
    for day in days:
        scores = _scores(day, methods)
        ours = np.stack([composite(scores, sets[name]) for name in SETS], axis=1)
        order = orders(ours, day.columns["past_spend"])
        place, revenue = places(order), day.later[horizon]["net_revenue"]
        areas.append((day.who, gini(revenue, order, place)))
        tops.append((day.who, held(revenue, order, 20)))
    found = pooled(areas, world.customers)
    gap: Estimate = found.against(0)
    shares, errors = pooled(tops, world.customers).values, gap.errors()
    for column, name in enumerate(SETS):
        low = gap.values[column] - WIDTH * errors[column]
        high = gap.values[column] + WIDTH * errors[column]
        verdict = "better" if low > 0 else "worse" if high < 0 else "no_difference"
        yield (
            name,
            {
                "top_share": _number(shares[column]),
                "gini": _number(found.values[column]),
                "difference": _number(gap.values[column]),
                "difference_low": _number(low),
                "difference_high": _number(high),
                "verdict": "present" if name == "present" else verdict,
            },
        )


def _number(value: float) -> float | None:
    return round(float(value), 6) + 0.0 if np.isfinite(value) else None
