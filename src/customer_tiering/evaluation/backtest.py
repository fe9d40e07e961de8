"""The tables of the evaluation, from what methods said on past dates and what came afterwards."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from customer_tiering.evaluation.calibration import calibration_rows, probability_parts
from customer_tiering.evaluation.recommendation import ranking_rows
from customer_tiering.evaluation.skill import skill_rows
from customer_tiering.evaluation.statistics import (
    WIDTH,
    Estimate,
    Part,
    alone,
    auc,
    gini,
    held,
    pooled,
    rank_correlation,
    rival_of,
)
from customer_tiering.evaluation.worlds import PAST_SPEND, RECENCY, Day, World, worlds

CUTS = (1, 5, 10, 20)
PLACES = 6
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("topic", "business_line")]
    + [("horizon_days", pa.int32()), ("as_of_date", pa.date32()), ("is_pooled", pa.bool_())]
    + [(name, pa.string()) for name in ("method", "outcome", "metric", "position", "rival")]
    + [("goal", pa.string()), ("status", pa.string()), ("verdict", pa.string())]
    + [
        (name, pa.float64())
        for name in (
            *("value", "value_low", "value_high", "rival_value"),
            *("difference", "difference_low", "difference_high"),
            *("difference_low_of_all", "difference_high_of_all"),
            *("behind", "behind_low", "behind_high", "predicted", "covered", "sampled_share"),
        )
    ]
    + [(name, pa.int32()) for name in ("place", "customers", "rows_judged", "dates")]
    + [("is_better", pa.bool_()), ("is_equal", pa.bool_())]
)
Row = dict[str, Any]
Statistic = Callable[[Day, int], Part | None]


def evaluated(customers: pa.Table, outcomes: pa.Table, dates: Sequence[date]) -> pa.Table:
    """Everything that is measured: a long table, one topic after the other.

    Args:
        customers: the table evaluation_customers.
        outcomes: the table evaluation_outcomes.
        dates: the published dates, for each of which is said what had been shown by then.
    """
    rows: list[Row] = []
    for world in worlds(customers, outcomes):
        rows.extend(metric_rows(world))
        rows.extend(part_rows(world))
        rows.extend(calibration_rows(world))
        rows.extend(skill_rows(world, dates))
        rows.extend(ranking_rows(world))
    return table_of(rows)


def table_of(rows: Sequence[Row]) -> pa.Table:
    """Rows as the long table; what a row does not say is empty, and so is what is no number."""
    arrays = []
    for one in SCHEMA:
        values = [row.get(one.name) for row in rows]
        if pa.types.is_floating(one.type):
            values = [_number(value) for value in values]
        arrays.append(pa.array(values, one.type))
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _number(value: float | None) -> float | None:
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), PLACES) + 0.0


def metric_rows(world: World) -> Iterator[Row]:
    """Each statistic of each method, by date and over all dates."""
    for horizon in world.horizons():
        days = world.complete(horizon)
        outcomes = sorted({name for day in days for name in day.later[horizon]})
        for outcome in [name for name in outcomes if name != "purchase_days"]:
            here = [day for day in days if outcome in day.later[horizon]]
            statistics = {f"top_{cut}_percent": _held(outcome, cut) for cut in CUTS}
            statistics["gini"] = _gini(outcome)
            if outcome == "net_revenue":
                statistics["rank_correlation"] = _rank_correlation(outcome)
            for metric, statistic in statistics.items():
                yield from _estimates(world, here, horizon, outcome, metric, statistic, PAST_SPEND)
        yield from _estimates(world, days, horizon, "bought", "auc", _auc, RECENCY)
    for name, horizon, rival, parts in probability_parts(world):
        yield from _of_probability(world, name, horizon, rival, parts)


def _held(outcome: str, cut: int) -> Statistic:
    return lambda day, horizon: held(day.later[horizon][outcome], day.order, cut)


def _gini(outcome: str) -> Statistic:
    return lambda day, horizon: gini(day.later[horizon][outcome], day.order, day.place)


def _rank_correlation(outcome: str) -> Statistic:
    return lambda day, horizon: rank_correlation(day.rank, day.later[horizon][outcome])


def _auc(day: Day, horizon: int) -> Part | None:
    return auc(day.rank, day.came(horizon))


def _estimates(
    world: World,
    days: Sequence[Day],
    horizon: int,
    outcome: str,
    metric: str,
    statistic: Statistic,
    rival: str,
) -> Iterator[Row]:
    """The rows of one statistic: over all dates, and of net revenue and buying by date."""
    measured = [(day, part) for day in days if (part := statistic(day, horizon)) is not None]
    if not measured:
        return
    column = world.methods.index(rival)
    about = {
        "topic": "metric",
        "business_line": world.name,
        "horizon_days": horizon,
        "outcome": outcome,
        "metric": metric,
        "position": "all",
        "rival": rival,
    }
    days_of = [day for day, _ in measured]
    parts = [(day.who, part) for day, part in measured]
    known = np.stack([day.known for day in days_of])
    ours = pooled(parts, world.customers, known)
    theirs = rival_of(parts, world.customers, known, column)
    last = {"as_of_date": days_of[-1].day, "is_pooled": True}
    yield from rows_of(about | last, world, days_of, ours, theirs)
    if outcome in ("net_revenue", "bought"):
        for day, part in measured:
            ours = alone(part)
            theirs = Estimate(ours.values[[column]], ours.moves[:, [column]])
            here = {"as_of_date": day.day, "is_pooled": False}
            yield from rows_of(about | here, world, [day], ours, theirs)


def rows_of(
    about: Row, world: World, days: Sequence[Day], ours: Estimate, theirs: Estimate
) -> Iterator[Row]:
    """One row per method: value and difference from the rival, each with its interval."""
    difference = ours.less(theirs)
    rivals = np.broadcast_to(theirs.values, ours.values.shape)
    errors, difference_errors = ours.errors(), difference.errors()
    known = np.stack([day.known for day in days]).astype(bool)
    counted: dict[bytes, Row] = {}
    for column, method in enumerate(world.methods):
        here = [day for day, is_known in zip(days, known[:, column], strict=True) if is_known]
        if not here or not np.isfinite(ours.values[column]):
            continue
        value, gap = ours.values[column], difference.values[column]
        pattern = known[:, column].tobytes()
        if pattern not in counted:
            counted[pattern] = counts(world, here)
        yield (
            about
            | counted[pattern]
            | {
                "method": method,
                "value": value,
                "value_low": value - WIDTH * errors[column],
                "value_high": value + WIDTH * errors[column],
                "rival_value": rivals[column],
                "difference": gap,
                "difference_low": gap - WIDTH * difference_errors[column],
                "difference_high": gap + WIDTH * difference_errors[column],
            }
        )


def counts(world: World, days: Sequence[Day]) -> Row:
    """How many customers and dates something was measured on."""
    judged = sum(len(day.who) for day in days)
    return {
        "customers": world.seen(days),
        "rows_judged": judged,
        "dates": len(days),
        "sampled_share": judged / sum(day.population for day in days),
    }


def _of_probability(
    world: World,
    name: str,
    horizon: int,
    rival: str,
    measured: Sequence[tuple[Day, dict[str, Part]]],
) -> Iterator[Row]:
    """Brier score and AUC of what calls itself a probability, over all dates."""
    for metric in ("brier", "auc"):
        parts = [(day.who, part[metric]) for day, part in measured if metric in part]
        if not parts:
            continue
        both = pooled(parts, world.customers)
        days = [day for day, part in measured if metric in part]
        gap, width = both.against(1).values[0], both.against(1).errors()[0]
        value, error = both.values[0], both.errors()[0]
        yield counts(world, days) | {
            "topic": "metric",
            "business_line": world.name,
            "horizon_days": horizon,
            "as_of_date": days[-1].day,
            "is_pooled": True,
            "method": name,
            "outcome": "not_bought" if name.startswith("churn") else "bought",
            "metric": metric,
            "position": "all",
            "rival": rival,
            "value": value,
            "value_low": value - WIDTH * error,
            "value_high": value + WIDTH * error,
            "rival_value": both.values[1],
            "difference": gap,
            "difference_low": gap - WIDTH * width,
            "difference_high": gap + WIDTH * width,
        }


def part_rows(world: World) -> Iterator[Row]:
    """Mean net revenue by tenth of each method and by tier, and how often the mean of all it is."""
    for horizon in world.horizons():
        days = world.complete(horizon)
        groups = []
        for column, method in enumerate(world.methods):
            here = [day for day in days if day.known[column]]
            if here:
                codes = [day.tenth[:, column] for day in here]
                groups.append((method, "tenth", here, np.concatenate(codes), range(1, 11)))
        for method in ("tier", "raw_tier"):
            codes = np.concatenate([day.columns[f"{method}_code"] for day in days])
            names, numbers = np.unique(codes.astype(str), return_inverse=True)
            groups.append((method, "tier", days, numbers, names))
        for method, kind, here, codes, names in groups:
            revenue = np.concatenate([day.later[horizon]["net_revenue"] for day in here])
            sizes = np.bincount(codes, minlength=len(names))
            sums, of_all = np.bincount(codes, revenue, len(names)), revenue.mean()
            for position, size, total in zip(names, sizes, sums, strict=True):
                if not size:
                    continue
                mean = total / size
                about = {
                    "topic": kind,
                    "business_line": world.name,
                    "horizon_days": horizon,
                    "as_of_date": here[-1].day,
                    "is_pooled": True,
                    "method": method,
                    "outcome": "net_revenue",
                    "position": str(position),
                    "rows_judged": int(size),
                    "dates": len(here),
                }
                yield about | {"metric": f"mean_by_{kind}", "value": mean}
                if of_all > 0:
                    yield about | {"metric": f"lift_by_{kind}", "value": mean / of_all}
