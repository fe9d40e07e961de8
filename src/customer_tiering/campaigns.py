"""What campaigns did: treated against control, with intervals, told only where it is shown.

From sums per campaign, arm and group (bounded, whatever the number of customers):

- difference of means with Welch's interval (unequal variances);
- the same with the spend before the campaign as covariate (CUPED: Deng, Xu, Kohavi and Walker 2013,
  "Improving the sensitivity of online controlled experiments by utilizing pre-experiment data"),
  which the verdict rests on;
- whether the arms were alike before: sizes against the plan (chi-square), and the standardised
  difference of the earlier spend (Austin 2009, "Balance diagnostics");
- whether effects differ between groups (Cochran's Q);
- all of a campaign's comparisons corrected together (Holm 1979).
"""

import math
from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from customer_tiering.libraries import library

CONTROL, MIXED = "control", "mixed"
OUTCOMES = {"visit": "visits", "conversion": "conversions", "spend": "spend"}
BETWEEN = "between_groups"

LEVEL = 0.05
"""Of all that is told of one campaign: the chance that any of it is wrong, if nothing is true."""
POWER = 0.80
MIN_CUSTOMERS = 50
"""In either arm; below it nothing is said."""
MIN_EVENTS = 10
"""Who did and who did not, in both arms together: fewer are too few for a normal interval."""
LARGEST_GAP = 0.1
"""Standardised difference of the earlier spend from which arms are not alike (Austin 2009)."""
SURELY = 0.001
"""Chance of a difference between arms, or from the plan, that is no chance any more."""
PLACES = 9

_NUMBERS = [
    "difference",
    "difference_low",
    "difference_high",
    "adjusted_difference",
    "adjusted_low",
    "adjusted_high",
    "detectable_difference",
    "p_value",
    "p_value_holm",
    "sizes_p_value",
    "earlier_spend_gap",
    "cost",
    "extra_revenue",
    "extra_revenue_low",
    "extra_revenue_high",
    "net_return",
]
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("campaign_id", "arm", "grouping_name", "group_code")),
        ("outcome", pa.string()),
        ("first_day", pa.date32()),
        ("last_day", pa.date32()),
        ("treated_customers", pa.int64()),
        ("control_customers", pa.int64()),
        ("treated_mean", pa.float64()),
        ("control_mean", pa.float64()),
        *((name, pa.float64()) for name in _NUMBERS),
        ("balance", pa.string()),
        ("verdict", pa.string()),
    ]
)


class Moments(NamedTuple):
    """An arm: its size, means, and variances of outcome and earlier spend."""

    customers: int
    mean: float
    variance: float
    earlier: float
    earlier_variance: float
    covariance: float


class Difference(NamedTuple):
    """Treated less control, with its standard error and interval."""

    value: float
    error: float
    freedom: float
    low: float
    high: float
    p_value: float


def effects(sums: pa.Table) -> pa.Table:
    """What each campaign did.

    Args:
        sums: the model campaign_sums.
    """
    campaigns: dict[str, list[dict]] = defaultdict(list)
    for row in sums.to_pylist():
        campaigns[row["campaign_id"]].append(row)
    found = [row for _, rows in sorted(campaigns.items()) for row in _of_campaign(rows)]
    return pa.Table.from_pylist([_rounded(row) for row in found], SCHEMA)


def moments(row: dict[str, Any], outcome: str) -> Moments:
    """Means, variances and the covariance of an arm, from its sums."""
    n, name = row["customers"], OUTCOMES[outcome]
    total, earlier = row[name], row["earlier"]
    # Of 0 and 1 the square is the value itself.
    squared = row["spend_squared"] if outcome == "spend" else total
    fewer = max(n - 1, 1)
    return Moments(
        n,
        total / n,
        max(0.0, squared - total * total / n) / fewer,
        earlier / n,
        max(0.0, row["earlier_squared"] - earlier * earlier / n) / fewer,
        (row[f"{name}_by_earlier"] - total * earlier / n) / fewer,
    )


def difference(treated: Moments, control: Moments) -> Difference | None:
    """Welch's interval of the difference of means; None where nobody differs from anybody."""
    parts = treated.variance / treated.customers, control.variance / control.customers
    error = math.sqrt(sum(parts))
    if not error or min(treated.customers, control.customers) < 2:
        return None
    freedom = sum(parts) ** 2 / (
        parts[0] ** 2 / (treated.customers - 1) + parts[1] ** 2 / (control.customers - 1)
    )
    special = library("scipy.special")
    value = treated.mean - control.mean
    reach = float(special.stdtrit(freedom, 1 - LEVEL / 2)) * error
    p_value = 2 * float(special.stdtr(freedom, -abs(value / error)))
    return Difference(value, error, freedom, value - reach, value + reach, p_value)


def adjusted(treated: Moments, control: Moments) -> tuple[Moments, Moments]:
    """Both arms with that part of the outcome taken out which the earlier spend explains."""
    weights = treated.customers - 1, control.customers - 1
    spread = weights[0] * treated.earlier_variance + weights[1] * control.earlier_variance
    if spread <= 0:
        return treated, control
    slope = (weights[0] * treated.covariance + weights[1] * control.covariance) / spread
    middle = (treated.customers * treated.earlier + control.customers * control.earlier) / (
        treated.customers + control.customers
    )

    def of(arm: Moments) -> Moments:
        variance = arm.variance - 2 * slope * arm.covariance + slope**2 * arm.earlier_variance
        mean = arm.mean - slope * (arm.earlier - middle)
        return arm._replace(mean=mean, variance=max(0.0, variance))

    return of(treated), of(control)


def holm(p_values: list[float]) -> list[float]:
    """P-values that hold for all of them together (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    result, largest = [0.0] * len(p_values), 0.0
    for place, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        result[index] = largest
    return result


def _of_campaign(rows: list[dict]) -> list[dict]:
    cells = {(row["arm"], row["grouping_name"], row["group_code"]): row for row in rows}
    arms = sorted({row["arm"] for row in rows} - {CONTROL, MIXED})
    control = cells.get((CONTROL, "all", "all"))
    treated = sum(cells[arm, "all", "all"]["customers"] for arm in arms)
    sizes = _sizes(control, treated)
    found = []
    for arm in arms:
        whole = cells[arm, "all", "all"]
        gap, balance = _balance(whole, control, sizes)
        for (of_arm, grouping, group), row in sorted(cells.items()):
            if of_arm != arm or (grouping != "all" and not control):
                continue
            other = cells.get((CONTROL, grouping, group))
            for outcome in OUTCOMES:
                if outcome == "visit" and not row["has_events"]:
                    continue
                told = _compared(row, other, outcome, balance)
                if grouping == "all":
                    told |= {"sizes_p_value": sizes, "earlier_spend_gap": gap}
                    if outcome == "spend":
                        told |= _returned(told, row, treated)
                found.append(told)
    found += list(_between(found))
    _judge(found)
    return found


def _compared(row: dict, other: dict | None, outcome: str, balance: str | None) -> dict:
    """One row: a group of an arm beside the same group of the control."""
    told: dict[str, Any] = dict.fromkeys(SCHEMA.names)
    told |= {name: row[name] for name in ("campaign_id", "arm", "grouping_name", "group_code")}
    told |= {name: row[name] for name in ("first_day", "last_day")}
    treated = moments(row, outcome)
    told |= {"outcome": outcome, "treated_customers": row["customers"], "control_customers": 0}
    told |= {"balance": balance, "verdict": "no_control"}
    # Without a last day nothing says what belongs to the campaign.
    if row["last_day"] is None:
        return told | {"verdict": "no_end"}
    told["treated_mean"] = treated.mean
    if not other:
        return told
    control = moments(other, outcome)
    told |= {"control_customers": other["customers"], "control_mean": control.mean}
    raw, better = difference(treated, control), difference(*adjusted(treated, control))
    told["verdict"] = None
    if raw and better:
        special = library("scipy.special")
        told |= {
            "difference": raw.value,
            "difference_low": raw.low,
            "difference_high": raw.high,
            "adjusted_difference": better.value,
            "adjusted_low": better.low,
            "adjusted_high": better.high,
            "detectable_difference": better.error
            * float(special.ndtri(1 - LEVEL / 2) + special.ndtri(POWER)),
            "error": better.error,
            "p_value": better.p_value,
        }
    if not row["is_over"]:
        told["verdict"] = "not_over"
    elif not raw or not better or _too_few(row, other, outcome):
        told |= {"verdict": "too_few", "p_value": None}
    elif balance != "balanced":
        told["verdict"] = "unbalanced"
    return told


def _too_few(row: dict, other: dict, outcome: str) -> bool:
    customers = row["customers"] + other["customers"]
    if min(row["customers"], other["customers"]) < MIN_CUSTOMERS:
        return True
    # Of spend the buyers count: those who spent nothing say nothing of how much.
    did = row[OUTCOMES["conversion" if outcome == "spend" else outcome]]
    did += other[OUTCOMES["conversion" if outcome == "spend" else outcome]]
    return min(did, customers - did) < MIN_EVENTS if outcome != "spend" else did < MIN_EVENTS


def _sizes(control: dict | None, treated: int) -> float | None:
    """The chance of such sizes under the plan; None where the CRM names none."""
    share = control and control["control_share"]
    if not control or not share or not 0 < share < 1:
        return None
    whole = control["customers"] + treated
    expected = whole * share, whole * (1 - share)
    square = sum(
        (size - plan) ** 2 / plan
        for size, plan in zip((control["customers"], treated), expected, strict=True)
    )
    return float(library("scipy.special").chdtrc(1, square))


def _balance(
    whole: dict, control: dict | None, sizes: float | None
) -> tuple[float | None, str | None]:
    """The standardised difference of the earlier spend, and whether the arms can be compared."""
    if not control:
        return None, None
    arm, other = moments(whole, "spend"), moments(control, "spend")
    spread = math.sqrt((arm.earlier_variance + other.earlier_variance) / 2)
    gap = (arm.earlier - other.earlier) / spread if spread else 0.0
    before = difference(
        arm._replace(mean=arm.earlier, variance=arm.earlier_variance),
        other._replace(mean=other.earlier, variance=other.earlier_variance),
    )
    if sizes is not None and sizes < SURELY:
        return gap, "unbalanced_sizes"
    if before and before.p_value < SURELY and abs(gap) >= LARGEST_GAP:
        return gap, "unbalanced_spend"
    return gap, "balanced"


def _returned(told: dict, row: dict, treated: int) -> dict:
    """What the arm brought beyond the control, and what is left after its share of the cost."""
    cost = row["cost"]
    share = None if cost is None else cost * row["customers"] / treated
    if told["adjusted_difference"] is None:
        return {"cost": share}
    extra = {
        name: told[f"adjusted_{end}"] * row["customers"]
        for name, end in (
            ("extra_revenue", "difference"),
            ("extra_revenue_low", "low"),
            ("extra_revenue_high", "high"),
        )
    }
    net = None if share is None else extra["extra_revenue"] - share
    return {"cost": share, "net_return": net} | extra


def _between(found: list[dict]):
    """Whether effects differ between the groups of a grouping: who gains (Cochran's Q)."""
    families: dict[tuple, list[dict]] = defaultdict(list)
    for row in found:
        if row["grouping_name"] != "all" and row["verdict"] is None:
            families[row["arm"], row["grouping_name"], row["outcome"]].append(row)
    for rows in families.values():
        if len(rows) < 2:
            continue
        weights = np.array([1 / row["error"] ** 2 for row in rows])
        values = np.array([row["adjusted_difference"] for row in rows])
        middle = (weights * values).sum() / weights.sum()
        square = float((weights * (values - middle) ** 2).sum())
        told = dict.fromkeys(SCHEMA.names) | {
            name: rows[0][name]
            for name in (
                *("campaign_id", "arm", "grouping_name", "outcome", "first_day", "last_day"),
                "balance",
            )
        }
        yield told | {
            "group_code": BETWEEN,
            "treated_customers": sum(row["treated_customers"] for row in rows),
            "control_customers": sum(row["control_customers"] for row in rows),
            "p_value": float(library("scipy.special").chdtrc(len(rows) - 1, square)),
        }


def _judge(found: list[dict]) -> None:
    """Shown or not, with all comparisons of the campaign corrected together."""
    open_ones = [row for row in found if row["verdict"] is None]
    corrected = holm([row["p_value"] for row in open_ones])
    for row, p_value in zip(open_ones, corrected, strict=True):
        row["p_value_holm"] = p_value
        row["verdict"] = "shown" if p_value < LEVEL else "not_shown"


def _rounded(row: dict) -> dict:
    return {
        name: round(row[name], PLACES) if isinstance(row[name], float) else row[name]
        for name in SCHEMA.names
    }
