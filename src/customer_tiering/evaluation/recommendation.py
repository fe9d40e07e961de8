"""Which method a line should take for a goal, and where there is none to prefer."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from customer_tiering.evaluation.skill import MIN_CUSTOMERS, MIN_OF_EACH
from customer_tiering.evaluation.statistics import (
    WIDTH,
    Part,
    family_limit,
    held,
    pooled,
    rival_of,
)
from customer_tiering.evaluation.worlds import PAST_SPEND, Day, World

# What a goal is measured by: the outcome of which the top 20 % should hold most.
GOALS = {
    "balanced": "net_revenue",
    "grow": "orders",
    "profit": "margin",
    "brand": "voices",
}
TOP = 20
# They say nothing of their own: the tier before grace, and lifetime value before it is a score.
LEFT_OUT = ("raw_tier", "lifetime_value")
# How often chance alone may make one of all methods look better than past spend.
CHANCE = 0.025
Row = dict[str, Any]


def ranking_rows(world: World) -> Iterator[Row]:
    """One row per goal and method: its place, how far behind the first, and what follows."""
    horizon = world.main_horizon()
    days = world.complete(horizon) if horizon else []
    for goal, outcome in GOALS.items():
        here = [day for day in days if outcome in day.later[horizon]]
        about = {
            "topic": "ranking",
            "business_line": world.name,
            "horizon_days": horizon,
            "as_of_date": days[-1].day if days else None,
            "is_pooled": True,
            "goal": goal,
            "outcome": outcome,
            "metric": f"top_{TOP}_percent",
            "position": "all",
            "rival": PAST_SPEND,
            "dates": len(here),
            "customers": world.seen(here),
        }
        found = ranked(world, here, horizon, outcome) if here else {}
        verdict = found.pop("verdict", "not_measured" if days else "too_little_data")
        for method in world.methods:
            if method in LEFT_OUT:
                continue
            row = found.get(method, {"status": _why_not(world, method, bool(here))})
            yield about | {"method": method, "verdict": verdict} | row


def _why_not(world: World, method: str, is_measured: bool) -> str:
    column = world.methods.index(method)
    if any(day.known[column] for day in world.days):
        return "ranked" if is_measured else "not_measured"
    return "no_source"


def ranked(world: World, days: Sequence[Day], horizon: int, outcome: str) -> dict[str, Any]:
    """By method its row, and the verdict.

    Methods are ranked by their difference from past spend on the dates on which they say something:
    so one that is known on fewer dates is compared on those alone.
    """
    parts = [(day.who, held(day.later[horizon][outcome], day.order, TOP)) for day in days]
    known = np.stack([day.known for day in days])
    rival = world.methods.index(PAST_SPEND)
    ours = pooled(parts, world.customers, known)
    theirs = rival_of(parts, world.customers, known, rival)
    gap = ours.less(theirs)
    columns = [c for c in range(len(world.methods)) if known[:, c].any()]
    columns = [c for c in columns if np.isfinite(gap.values[c])]
    columns = [c for c in columns if world.methods[c] not in LEFT_OUT]
    if not columns:
        return {"verdict": "not_measured"}
    by_gap = sorted(columns, key=lambda c: (-round(gap.values[c], 9), c))
    first = by_gap[0]
    errors, limit = gap.errors(), family_limit(gap, [c for c in columns if c != rival], CHANCE)
    better = {c: bool(gap.values[c] > limit * errors[c] > 0) for c in columns}
    rows: dict[str, Any] = {}
    for place, column in enumerate(by_gap, start=1):
        behind, error = _behind(parts, world.customers, known, first, column)
        value, width = ours.values[column], WIDTH * ours.errors()[column]
        rows[world.methods[column]] = {
            "status": "ranked",
            "place": place,
            "value": value,
            "value_low": value - width,
            "value_high": value + width,
            "rival_value": theirs.values[column],
            "difference": gap.values[column],
            "difference_low": gap.values[column] - WIDTH * errors[column],
            "difference_high": gap.values[column] + WIDTH * errors[column],
            "difference_low_of_all": gap.values[column] - limit * errors[column],
            "difference_high_of_all": gap.values[column] + limit * errors[column],
            "behind": behind,
            "behind_low": behind - WIDTH * error,
            "behind_high": behind + WIDTH * error,
            "is_better": better[column],
            "is_equal": bool(behind - WIDTH * error <= 0),
            "dates": int(known[:, column].sum()),
        }
    alike = [c for c in columns if rows[world.methods[c]]["is_equal"] and c != first]
    verdict = "no_clear_winner"
    if _too_little(world, days, horizon, outcome):
        verdict = "too_little_data"
    elif better[first]:
        verdict = "shared_lead" if alike else "winner"
    return rows | {"verdict": verdict}


def _too_little(world: World, days: Sequence[Day], horizon: int, outcome: str) -> bool:
    customers = world.seen(days)
    came = sum(int((day.later[horizon][outcome] > 0).sum()) for day in days)
    return customers < MIN_CUSTOMERS or came < MIN_OF_EACH


def _behind(
    parts: Sequence[tuple[np.ndarray, Part]],
    customers: int,
    known: np.ndarray,
    first: int,
    column: int,
) -> tuple[float, float]:
    """How much less than the first a method finds on the dates of both, and its error."""
    both = [
        (who, part.of([first, column]))
        for (who, part), counts in zip(parts, known, strict=True)
        if counts[first] and counts[column]
    ]
    if not both or first == column:
        return 0.0, 0.0
    estimate = pooled(both, customers).against(1)
    return float(estimate.values[0]), float(estimate.errors()[0])
