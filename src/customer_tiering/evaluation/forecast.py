"""Sizes of tiers one period ahead, and whether such forecasts have been any good so far."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

ENTRY, EXIT = "entry", "exit"
"""Where customers come from who were not known before, and where those go who are known no more."""
MIN_PERIODS = 6
"""Forecasts of so many past periods have to be judged before one of the future is shown."""
SCHEMA = pa.schema(
    {
        "business_line": pa.string(),
        "forecast_date": pa.date32(),
        "tier_code": pa.string(),
        "verdict": pa.string(),
        "periods": pa.int64(),
        "mean_matrix_error": pa.float64(),
        "mean_unchanged_error": pa.float64(),
        "matrix_error": pa.float64(),
        "unchanged_error": pa.float64(),
        "unchanged_customers": pa.int64(),
        "expected_customers": pa.float64(),
        "customers": pa.int64(),
    }
)
Flows = Mapping[tuple[str, str], float]
Sizes = dict[str, float]


def sizes_after(flows: Flows) -> Sizes:
    """How many customers are in each tier once they have moved."""
    sizes: Sizes = defaultdict(float)
    for (_, after), customers in sorted(flows.items()):
        if after != EXIT:
            sizes[after] += customers
    return dict(sizes)


def expected_sizes(flows: Flows) -> Sizes:
    """What the sizes will be if the same happens once more: a Markov chain with arrivals.

    Of the customers who are now in a tier, the same shares go the same ways as in the last period
    (also out); as many new ones come as came then. From a tier that nobody was in before, nobody
    is known to move.

    Args:
        flows: customers by tier before and tier after, with `entry` and `exit`.
    """
    left: Sizes = defaultdict(float)
    for (before, _), customers in sorted(flows.items()):
        left[before] += customers
    now = sizes_after(flows)
    expected: Sizes = defaultdict(float)
    for (before, after), customers in sorted(flows.items()):
        if after != EXIT:
            moving = left[ENTRY] if before == ENTRY else now.get(before, 0.0)
            expected[after] += moving * customers / left[before]
    for tier, customers in now.items():
        if tier not in left:
            expected[tier] += customers
    return dict(expected)


def total_variation(forecast: Sizes, truth: Sizes) -> float:
    """The share of the customers, 0-1, whom a forecast has in a wrong tier."""
    forecast_sum, truth_sum = sum(forecast.values()), sum(truth.values())
    return (
        sum(
            abs(forecast.get(tier, 0.0) / forecast_sum - truth.get(tier, 0.0) / truth_sum)
            for tier in sorted(forecast.keys() | truth.keys())
        )
        / 2
    )


def verdict_of(periods: int, matrix_error: float, unchanged_error: float) -> str:
    """Whether a forecast is shown: only where those of the past beat "nothing changes"."""
    if periods < MIN_PERIODS:
        return "too_little_data"
    return "shown" if matrix_error < unchanged_error else "not_shown"


def of_line(line: str, dated: Mapping[date, Flows], next_dates: Mapping[date, date]) -> list[dict]:
    """The rows of one business line.

    Args:
        line: its code.
        dated: flows by the closed date at which they ended.
        next_dates: the date after each.
    """
    # By the date that each forecast is for: what the matrix says, and what stays as it is.
    said = {
        next_dates[day]: (expected_sizes(flows), sizes_after(flows))
        for day, flows in dated.items()
        if sizes_after(flows)
    }
    came = {day: sizes_after(flows) for day, flows in dated.items()}
    errors = {
        day: tuple(round(total_variation(each, came[day]), 6) for each in forecasts_)
        for day, forecasts_ in sorted(said.items())
        if came.get(day) and sum(forecasts_[0].values()) > 0
    }
    means = (
        tuple(round(sum(each) / len(errors), 6) for each in zip(*errors.values(), strict=True))
        if errors
        else (None, None)
    )
    verdict = verdict_of(len(errors), *means) if errors else "too_little_data"
    rows = []
    for day, (expected, unchanged) in sorted(said.items()):
        # Of a line that nobody is in any more, too, it is known how many came.
        is_past = day in next_dates
        for tier in sorted(expected.keys() | unchanged.keys() | came.get(day, {}).keys()):
            is_told = is_past or verdict == "shown"
            rows.append(
                {
                    "business_line": line,
                    "forecast_date": day,
                    "tier_code": tier,
                    "verdict": verdict,
                    "periods": len(errors),
                    "mean_matrix_error": means[0],
                    "mean_unchanged_error": means[1],
                    "matrix_error": errors.get(day, (None, None))[0],
                    "unchanged_error": errors.get(day, (None, None))[1],
                    "unchanged_customers": round(unchanged.get(tier, 0.0)),
                    "expected_customers": round(expected.get(tier, 0.0), 2) if is_told else None,
                    "customers": round(came.get(day, {}).get(tier, 0.0)) if is_past else None,
                }
            )
    return rows


def forecasts(flows: pa.Table) -> pa.Table:
    """Every closed date as it was forecast, and the one that comes next.

    Args:
        flows: as_of_date, next_date, business_line, from_tier_code, to_tier_code, customers.
    """
    lines: dict[str, dict[Any, dict[tuple[str, str], float]]] = {}
    next_dates = {}
    for row in flows.to_pylist():
        dated = lines.setdefault(row["business_line"], {}).setdefault(row["as_of_date"], {})
        dated[row["from_tier_code"], row["to_tier_code"]] = float(row["customers"])
        next_dates[row["as_of_date"]] = row["next_date"]
    rows = [row for line in sorted(lines) for row in of_line(line, lines[line], next_dates)]
    return pa.Table.from_pylist(rows, schema=SCHEMA)
