"""CLV at 2 million customers and 10 million orders: our models beside the package lifetimes.

Both sides are processes of their own on the same Parquet file of orders: summary, fits of BG/NBD
and Gamma-Gamma, and each customer's expected orders and discounted value of twelve months. Ours runs
the project's own SQL, compiled by dbt, in DuckDB, and its Python models. Writes bench/clv.md.
"""

from datetime import date
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[1]
AS_OF = date(2025, 12, 31)
SPAN_DAYS = 3 * 365
PARAMETERS = {"r": 0.9, "alpha": 10.0, "a": 0.7, "b": 4.0}
MODELS = ("int_btyd_summaries", "fit_clv_lines", "fit_clv_histories", "fit_clv_spends")
AFTER_THE_FIT = ("fit_clv_values", "fit_clv_cut_points", "score_clv")


def simulated(
    generator: np.random.Generator,
    customers: int,
    first_weeks: tuple[float, float],
    weeks: float,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The purchases of a BG/NBD population up to an as-of date, as customer numbers and times.

    Args:
        generator: of random numbers.
        customers: how many; each one's first purchase is in the result.
        first_weeks: between which times the first purchases lie, evenly spread.
        weeks: the as-of date.
        r: shape of the rates.
        alpha: rate of the rates, in weeks.
        a: first shape of the chance to leave.
        b: second shape of the chance to leave.
    """
    now = generator.uniform(*first_weeks, customers)
    rate = generator.gamma(r, 1 / alpha, customers)
    leaves = generator.beta(a, b, customers)
    who = np.arange(customers)
    all_who, all_times = [who], [now]
    while len(who):
        with np.errstate(divide="ignore"):
            now = now + generator.exponential(1, len(who)) / rate
        buys = now < weeks
        who, now, rate, leaves = who[buys], now[buys], rate[buys], leaves[buys]
        all_who.append(who)
        all_times.append(now)
        stays = generator.random(len(who)) >= leaves
        who, now, rate, leaves = who[stays], now[stays], rate[stays], leaves[stays]
    return np.concatenate(all_who), np.concatenate(all_times)
