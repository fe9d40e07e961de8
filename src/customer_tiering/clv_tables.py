"""The tables of the CLV models: what was fitted per date and line, and a grid of what follows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_tiering import clv
from customer_tiering.clv import Fit

WEEKS_AHEAD = (13, 26, 39, 52)
ORDER_PARAMETERS, SPEND_PARAMETERS = ("r", "alpha", "a", "b"), ("p", "q", "v")
HELD_OUT_WEEKS = 90 / 7
FEWEST_HELD_OUT = 30
"""Purchase days, expected or come: of fewer it is chance how many came."""
USABLE_RATIOS = 0.5, 1.5
PLACES = 6
"""Decimals of what is published. The grid follows from the parameters as published."""

FITS = pa.schema(
    [("as_of_date", pa.date32()), ("business_line", pa.string())]
    + [(name, pa.float64()) for name in (*ORDER_PARAMETERS, "order_log_likelihood")]
    + [(name, pa.float64()) for name in (*SPEND_PARAMETERS, "spend_log_likelihood")]
    + [(name, pa.float64()) for name in ("held_out_ratio", "spend_level", "margin_rate")]
    + [("has_converged", pa.bool_()), ("is_usable", pa.bool_()), ("reason", pa.string())]
    + [("customers", pa.int32()), ("repeat_customers", pa.int32())]
)
GRID = pa.schema(
    [("as_of_date", pa.date32()), ("business_line", pa.string())]
    + [(name, pa.int32()) for name in ("btyd_frequency", "recency_step", "age_step")]
    + [(name, pa.float64()) for name in ("btyd_recency_weeks", "btyd_age_weeks", "p_alive")]
    + [(f"expected_orders_{weeks}_weeks", pa.float64()) for weeks in WEEKS_AHEAD]
    + [("expected_orders", pa.float64())]
    + [("expected_orders_low", pa.int32()), ("expected_orders_high", pa.int32())]
    + [("discounted_orders", pa.float64()), ("customers", pa.int32())]
)


def fitted(lines: pa.Table, histories: pa.Table, spends: pa.Table, held_out: pa.Table) -> pa.Table:
    """Fit both models for each date and line; a line that cannot be fitted says why.

    Args:
        lines: the table fit_clv_lines.
        histories: the table fit_clv_histories.
        spends: the table fit_clv_spends.
        held_out: the table fit_clv_held_out.
    """
    histories_of, spends_of = dict(_by_line(histories)), dict(_by_line(spends))
    held_out_of = dict(_by_line(held_out))
    rows = []
    for line in lines.sort_by(_sorted_by("as_of_date", "business_line")).to_pylist():
        key = (line["as_of_date"], line["business_line"])
        row: dict[str, Any] = {name: line[name] for name in FITS.names if name in line}
        row |= {"has_converged": False, "is_usable": False}
        needed, there = line["min_repeat_customers"], line["repeat_customers"]
        if there < needed:
            row["reason"] = f"{there} customers with a repeat purchase, {needed} are needed"
        elif key not in spends_of:
            row["reason"] = "no repeat purchase above 0"
        else:
            row |= _fit_line(histories_of[key], spends_of[key])
            if row["is_usable"] and key in held_out_of:
                row |= _judged(held_out_of[key], needed)
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=FITS)


def grid(lines: pa.Table, fits: pa.Table, histories: pa.Table) -> pa.Table:
    """What follows from usable fits for every history that a customer of the line has.

    Args:
        lines: the table fit_clv_lines.
        fits: the table fit_clv.
        histories: the table fit_clv_histories.
    """
    line_of = {(row["as_of_date"], row["business_line"]): row for row in lines.to_pylist()}
    fit_of = {(row["as_of_date"], row["business_line"]): row for row in fits.to_pylist()}
    parts = [
        _grid_of_line(of_line, fit_of[key], line_of[key])
        for key, of_line in _by_line(histories)
        # Where a date is scored only to learn from it, nothing is fitted.
        if key in fit_of and fit_of[key]["is_usable"]
    ]
    return pa.concat_tables(parts) if parts else GRID.empty_table()


def _fit_line(histories: pa.Table, spends: pa.Table) -> dict[str, Any]:
    orders = clv.fit_orders(
        _numbers(histories, "btyd_frequency"),
        _numbers(histories, "btyd_recency_weeks"),
        _numbers(histories, "btyd_age_weeks"),
        _numbers(histories, "customers"),
    )
    spend = clv.fit_spend(
        _numbers(spends, "btyd_frequency"),
        _numbers(spends, "mean_repeat_spend"),
        _numbers(spends, "customers"),
    )
    parameters = {**orders.values, **spend.values}
    reason = "; ".join(
        f"{what}: {fit.reason}"
        for what, fit in (("orders", orders), ("spend", spend))
        if fit.reason
    )
    return {
        **{name: round(value, PLACES) for name, value in parameters.items()},
        "order_log_likelihood": round(orders.log_likelihood, 4),
        "spend_log_likelihood": round(spend.log_likelihood, 4),
        "has_converged": orders.converged and spend.converged,
        "is_usable": not reason,
        "reason": reason or orders.without_leaving,
    }


def _judged(held_out: pa.Table, needed: int) -> dict[str, Any]:
    """What fits of a quarter ago would have said of the quarter that has come since.

    Fits, as parameters that have seen the quarter explain it anyhow. Where they expected less than
    half or more than one and a half times the purchase days that came, the models do not suit the
    line. Amounts move, and big spenders come more often than the models know, which take the two
    to be independent; so what is expected is multiplied by what a purchase of the quarter brought
    over what it was expected to bring, drawn to 1 as far as that can be chance (James, Stein 1961,
    "Estimation with quadratic loss", positive part).
    """
    x, spend = _numbers(held_out, "btyd_frequency"), _numbers(held_out, "mean_repeat_spend")
    t_x, T = (_numbers(held_out, f"btyd_{name}_weeks") for name in ("recency", "age"))  # noqa: N806
    came, revenue = _numbers(held_out, "purchase_days"), _numbers(held_out, "net_revenue")
    repeats = (x > 0) & (spend > 0)
    if repeats.sum() < needed:
        return {}
    orders = clv.fit_orders(x, t_x, T, np.ones(len(x)))
    amounts = clv.fit_spend(x[repeats], spend[repeats], np.ones(repeats.sum()))
    if orders.reason or amounts.reason:
        return {}
    expected = clv.expected_orders(orders, x, t_x, T, HELD_OUT_WEEKS)
    if max(expected.sum(), came.sum()) < FEWEST_HELD_OUT:
        return {}
    # None that came count as one: a ratio needs some.
    ratio = expected.sum() / max(came.sum(), 1)
    of_each = clv.expected_spend(amounts, x, np.where(repeats, spend, 0))
    usual, brought = (expected * of_each).sum() / expected.sum(), revenue.sum() / max(came.sum(), 1)
    gain = brought / usual - 1
    error = np.sqrt(((revenue - brought * came) ** 2).sum()) / max(came.sum(), 1) / usual
    level = 1 + gain * max(0.0, 1 - (error / gain) ** 2) if gain and brought > 0 else 1.0
    judged = {"held_out_ratio": round(ratio, 4), "spend_level": round(level, 4)}
    low, high = USABLE_RATIOS
    if not low <= ratio <= high:
        judged |= {
            "is_usable": False,
            "reason": f"of the last 90 days it would have expected {ratio:.2f} times the purchases",
        }
    return judged


def _grid_of_line(histories: pa.Table, fit: dict[str, Any], line: dict[str, Any]) -> pa.Table:
    orders = Fit({name: fit[name] for name in ORDER_PARAMETERS}, 0.0, True, None)
    x = _numbers(histories, "btyd_frequency")
    t_x = _numbers(histories, "btyd_recency_weeks")
    T = _numbers(histories, "btyd_age_weeks")  # noqa: N806
    alive = clv.p_alive(orders, x, t_x, T)
    # Apart from being alive, what comes hangs on x and T, of which there are far fewer.
    keys, place = np.unique(np.column_stack([x, T]), axis=0, return_inverse=True)
    place = place.ravel()
    months, rate = line["horizon_months"], line["monthly_discount_rate"]
    horizon = months * clv.WEEKS_PER_MONTH

    def expected(weeks: float) -> np.ndarray:
        return alive * clv.expected_orders_if_alive(orders, keys[:, 0], keys[:, 1], weeks)[place]

    discounted = clv.discounted_orders_if_alive(orders, keys[:, 0], keys[:, 1], months, rate)
    low, high = clv.order_quantiles(orders, x, T, alive, horizon)
    columns = {
        **{name: histories[name] for name in GRID.names if name in histories.column_names},
        "p_alive": alive.round(PLACES),
        **{
            f"expected_orders_{weeks}_weeks": expected(weeks).round(PLACES) for weeks in WEEKS_AHEAD
        },
        "expected_orders": expected(horizon).round(PLACES),
        "expected_orders_low": low,
        "expected_orders_high": high,
        "discounted_orders": (alive * discounted[place]).round(PLACES),
    }
    return pa.table(
        [
            pc.cast(
                pa.array(columns[n]) if isinstance(columns[n], np.ndarray) else columns[n],
                GRID.field(n).type,
            )
            for n in GRID.names
        ],
        schema=GRID,
    )


def _by_line(table: pa.Table) -> Iterator[tuple[tuple[Any, str], pa.Table]]:
    """The rows of each date and line, in an order that does not hang on the engine."""
    names = [name for name in table.column_names if name not in ("as_of_date", "business_line")]
    table = table.sort_by(_sorted_by("as_of_date", "business_line", *names))
    dates, lines = table["as_of_date"].to_pylist(), table["business_line"].to_pylist()
    start = 0
    for end in range(1, len(dates) + 1):
        if end == len(dates) or (dates[end], lines[end]) != (dates[start], lines[start]):
            yield (dates[start], lines[start]), table.slice(start, end - start)
            start = end


def _numbers(table: pa.Table, column: str) -> np.ndarray:
    return table[column].to_numpy().astype(float)


def _sorted_by(*columns: str) -> list[tuple[str, str]]:
    return [(column, "ascending") for column in columns]
