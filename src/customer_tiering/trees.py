"""A few readable rules that split what customers bring next, from a bounded sample per date."""

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_tiering.libraries import library

LEAVES, SMALLEST_SHARE, FEWEST = 6, 0.05, 20
"""At most so many rules, each of a twentieth of the customers and of twenty at least."""
LARGEST = 0.99
"""What is above this percentile counts as this: a few large orders must not draw the lines."""
WORDS = {
    "recency_days": ("days since last purchase", "距上次购买天数"),
    "order_count": ("orders in the window", "近一年订单数"),
    "purchase_day_count": ("days with a purchase", "购买天数"),
    "net_revenue": ("net revenue in the window", "近一年净消费"),
    "days_as_customer": ("days as a customer", "成为客户的天数"),
    "interaction_count": ("contacts in the window", "近一年接触次数"),
    "engagement_points": ("engagement points", "互动积分"),
}
BOUNDS = [f"{measure}_{side}" for measure in WORDS for side in ("above", "up_to")]
SCHEMA = pa.schema(
    [("as_of_date", pa.date32()), ("business_line", pa.string()), ("learned_at", pa.date32())]
    + [("leaf", pa.int32()), ("rule_en", pa.string()), ("rule_zh", pa.string())]
    + [(bound, pa.float64()) for bound in BOUNDS]
    + [
        ("expected_revenue", pa.float64()),
        ("customers", pa.int32()),
        ("line_customers", pa.int32()),
    ]
)


def readable(threshold: float) -> float:
    """A bound in two significant digits, as a whole number where it is 10 or more.

    Args:
        threshold: in the unit of the measure, 0 or more.
    """
    if threshold < 1:
        return 0.0
    digits = int(np.floor(np.log10(threshold)))
    step = 10.0 ** max(digits - 1, 0)
    return float(np.floor(threshold / step) * step)


def leaves_of(points: np.ndarray, came: np.ndarray, measures: list[str]) -> list[dict[str, float]]:
    """The bounds of each leaf of a regression tree (CART: Breiman, Friedman, Olshen, Stone 1984).

    Args:
        points: customers x measures, in the measures' own units.
        came: what each brought, of the same length.
        measures: names of the columns.

    Returns:
        One dictionary per leaf, of `<measure>_above` (more than) and `<measure>_up_to` (at most).
    """
    smallest = max(FEWEST, round(SMALLEST_SHARE * len(points)))
    tree = library("sklearn.tree").DecisionTreeRegressor(
        max_leaf_nodes=LEAVES, min_samples_leaf=smallest, random_state=7
    )
    found = tree.fit(points, np.minimum(came, np.quantile(came, LARGEST))).tree_
    leaves: list[dict[str, float]] = []

    def walk(node: int, bounds: dict[str, float]) -> None:
        if found.children_left[node] < 0:
            leaves.append(bounds)
            return
        measure = measures[found.feature[node]]
        bound = readable(float(found.threshold[node]))
        walk(found.children_left[node], bounds | {f"{measure}_up_to": bound})
        walk(found.children_right[node], bounds | {f"{measure}_above": bound})

    walk(0, {})
    return leaves


def in_leaf(points: np.ndarray, bounds: dict[str, float], measures: list[str]) -> np.ndarray:
    """Which customers keep all bounds of a leaf."""
    inside = np.ones(len(points), dtype=bool)
    for column, measure in enumerate(measures):
        inside &= points[:, column] > bounds.get(f"{measure}_above", -np.inf)
        inside &= points[:, column] <= bounds.get(f"{measure}_up_to", np.inf)
    return inside


def told(bounds: dict[str, float], language: int) -> str:
    """A rule in words, 0 English, 1 Chinese."""
    parts = []
    for measure, words in WORDS.items():
        above, up_to = bounds.get(f"{measure}_above"), bounds.get(f"{measure}_up_to")
        if above is not None and up_to is not None:
            said = (
                f" above {above:,.0f} and up to {up_to:,.0f}",
                f"高于{above:,.0f}且不超过{up_to:,.0f}",
            )
        elif above is not None:
            said = (f" above {above:,.0f}", f"高于{above:,.0f}")
        elif up_to is not None:
            said = (f" up to {up_to:,.0f}", f"不超过{up_to:,.0f}")
        else:
            continue
        parts.append(words[language] + said[language])
    everybody = ("every buyer", "所有已购客户")
    return (", ", "，")[language].join(parts) or everybody[language]


def fitted(sample: pa.Table) -> pa.Table:
    """One row per date, business line and leaf, the one that brings most first.

    Args:
        sample: the table fit_propensity_sample; measures are logarithms of one more. What came
            within 90 days stands in the rows of the target churn.
    """
    frame = sample.to_pandas()
    frame = frame[frame["target"] == "churn"].sort_values("customer_id")
    measures = list(WORDS)
    rows = []
    for (day, line, learned_at), part in frame.groupby(
        ["as_of_date", "business_line", "learned_at"]
    ):
        if len(part) < LEAVES * FEWEST:
            continue
        points = np.expm1(part[measures].to_numpy(dtype=float)).round(4)
        came = part["revenue_after"].to_numpy(dtype=float)
        leaves = []
        for bounds in leaves_of(points, came, measures):
            inside = in_leaf(points, bounds, measures)
            # Bounds are rounded: hardly anybody may be left between two of them.
            if inside.any():
                leaves.append((float(came[inside].mean()), bounds, int(inside.sum())))
        for leaf, (mean, bounds, customers) in enumerate(sorted(leaves, key=_best), start=1):
            row = {"as_of_date": day, "business_line": line, "learned_at": learned_at}
            row |= {"leaf": leaf, "rule_en": told(bounds, 0), "rule_zh": told(bounds, 1)}
            row |= {bound: bounds.get(bound) for bound in BOUNDS}
            row |= {"expected_revenue": round(mean, 2), "customers": customers}
            rows.append(row | {"line_customers": len(part)})
    frame = pd.DataFrame(rows, columns=SCHEMA.names)
    return pa.Table.from_pandas(frame, schema=SCHEMA, preserve_index=False)


def _best(leaf: tuple[float, dict[str, float], int]) -> tuple[float, str]:
    mean, bounds, _ = leaf
    return -mean, told(bounds, 0)
