"""CLV at 2 million customers and 10 million orders: our models beside the package lifetimes.

Both sides are processes of their own on the same Parquet file of orders: summary, fits of BG/NBD
and Gamma-Gamma, and each customer's expected orders and discounted value of twelve months. Ours
runs the project's own SQL, compiled by dbt, in DuckDB, and its Python models. Writes bench/clv.md.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[1]
AS_OF = date(2025, 12, 31)
SPAN_DAYS = 3 * 365
PARAMETERS = {"r": 0.9, "alpha": 9.6, "a": 0.7, "b": 4.0}
MODELS = ("int_btyd_summaries", "fit_clv_lines", "fit_clv_histories", "fit_clv_spends")
# What a user sets by DUCKDB_MEMORY_LIMIT: DuckDB would take what the machine has, and spills here.
MEMORY_LIMIT = "600MB"
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


def write_orders(path: Path, customers: int) -> int:
    """Write the purchases of a population as Parquet; returns how many there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    generator = np.random.default_rng(20251231)
    weeks = SPAN_DAYS / 7
    who, times = simulated(generator, customers, (0, weeks - 1), weeks, **PARAMETERS)
    mean = generator.gamma(4.0, 1 / 15.0, customers)
    amount = generator.gamma(6.0, 1 / mean[who])
    first_day = np.datetime64(AS_OF) - SPAN_DAYS
    table = pa.table(
        {
            "customer_id": pa.array(who, pa.int64()),
            "order_date": pa.array(first_day + np.floor(times * 7).astype("timedelta64[D]")),
            "amount": pa.array(np.maximum(amount.round(2), 0.01)),
        }
    )
    pq.write_table(table, path)
    return len(who)


class Clock:
    """Seconds by step."""

    def __init__(self):
        self.steps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """What has passed since the last lap was this step."""
        now = time.perf_counter()
        self.steps[step] = self.steps.get(step, 0.0) + now - self._last
        self._last = now


def run_lifetimes(orders: Path) -> dict:
    """Summary, fits and predictions as the documentation of lifetimes does them."""
    import pandas as pd
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data

    clock = Clock()
    rows = pd.read_parquet(orders)
    clock.lap("read")
    summary = summary_data_from_transaction_data(
        rows,
        "customer_id",
        "order_date",
        monetary_value_col="amount",
        observation_period_end=AS_OF,
    )
    del rows
    clock.lap("summary")
    x, t_x, age = summary["frequency"], summary["recency"] / 7, summary["T"] / 7
    fitter = BetaGeoFitter().fit(x, t_x, age)
    clock.lap("fit of orders")
    repeats = summary[summary["monetary_value"] > 0]
    spend = GammaGammaFitter().fit(repeats["frequency"], repeats["monetary_value"])
    clock.lap("fit of spend")
    expected = fitter.predict(52, x, t_x, age)
    fitter.conditional_probability_alive(x, t_x, age)
    clock.lap("expected orders")
    values = spend.customer_lifetime_value(
        fitter, x, t_x, age, summary["monetary_value"], time=12, discount_rate=0.01, freq="W"
    )
    clock.lap("value")
    return {
        "steps": clock.steps,
        "parameters": {k: float(v) for k, v in {**fitter.params_, **spend.params_}.items()},
        "expected orders": float(expected.sum()),
        "value": float(values.sum()),
    }


def run_ours(orders: Path, compiled: Path) -> dict:
    """The project's compiled SQL and its Python models, on features made from the same file."""
    import duckdb

    from customer_tiering.clv_tables import fitted, grid

    clock = Clock()
    connection = duckdb.connect(str(orders.parent / "warehouse.duckdb"))
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    for schema in ("intermediate", "fits", "scores", "seeds"):
        connection.execute(f"create schema {schema}")
    for seed in ("policies", "method_settings"):
        file = PROJECT / "seeds" / f"{seed}.csv"
        connection.execute(
            f"create table seeds.{seed} as select * from read_csv('{file}', all_varchar = true)"
        )
    connection.execute("""
        create table intermediate.int_customers as
        select null::bigint as customer_id, null::decimal(18, 4) as acquisition_cost where false
    """)
    connection.execute(f"""
        create table intermediate.int_customer_features as
        with days as (
            select customer_id, order_date, count(*) as orders,
                sum(cast(amount as decimal(18, 4))) as amount
            from read_parquet('{orders}') group by all
        )
        select
            customer_id, date '{AS_OF}' as as_of_date,
            'default' as business_line, 'default' as policy,
            min(order_date) as first_purchase_date, max(order_date) as last_purchase_date,
            cast(count(*) as integer) as purchase_day_count,
            cast(sum(orders) as integer) as lifetime_order_count,
            cast(sum(amount) as decimal(18, 4)) as lifetime_net_revenue,
            cast(min_by(amount, order_date) as decimal(18, 4)) as first_purchase_revenue,
            cast(coalesce(sum(orders) filter (order_date > date '{AS_OF}' - 365), 0) as integer)
                as order_count,
            cast(coalesce(sum(amount) filter (order_date > date '{AS_OF}' - 365), 0)
                as decimal(18, 4)) as net_revenue,
            cast(null as decimal(18, 4)) as margin,
            cast(null as double) as lifetime_margin_rate,
            cast(0 as decimal(18, 4)) as monthly_recurring_revenue
        from days group by customer_id
    """)

    def build(name: str, kind: str = "table") -> None:
        [file] = compiled.rglob(f"{name}.sql")
        schema = file.parent.name
        connection.execute(f"create {kind} {schema}.{name} as {file.read_text()}")

    def read(name: str):
        return connection.table(f"fits.{name}").to_arrow_table()

    build(MODELS[0], "view")
    clock.lap("summary")
    for name in MODELS[1:]:
        build(name)
    clock.lap("histories and spends")
    lines, histories, spends = (read(name) for name in MODELS[1:])
    # The last 90 days are not held out here: the package does not, either.
    fits = fitted(lines, histories, spends, lines.slice(0, 0))
    clock.lap("fits")
    expectations = grid(lines, fits, histories)
    connection.register("fits_learned", fits)
    connection.register("expectations", expectations)
    connection.execute("create table fits.fit_clv as select * from fits_learned")
    connection.execute("create table fits.fit_clv_grid as select * from expectations")
    clock.lap("grid of expectations")
    build("fit_clv_values", "view")
    build("fit_clv_cut_points")
    clock.lap("cut points")
    # A view in the project, too; what lifetimes gives, and the score, is worked out for everybody.
    build("score_clv", "view")
    connection.execute("""
        create table scores.scored as
        select customer_id, p_alive, expected_orders, predicted_revenue, lifetime_value, score
        from scores.score_clv
    """)
    clock.lap("scores of all")
    [(expected, value)] = connection.execute("""
        select sum(expected_orders_52_weeks * customers), (select sum(predicted_revenue)
            from scores.scored) from fits.fit_clv_grid
    """).fetchall()
    [fit], [line] = fits.to_pylist(), lines.to_pylist()
    return {
        "steps": clock.steps,
        "parameters": {name: fit[name] for name in ("r", "alpha", "a", "b", "p", "q", "v")},
        "expected orders": expected,
        "value": value,
        "histories": f"{line['histories']:,} to the day, {histories.num_rows:,} in steps of "
        f"{line['step_days']} days",
    }


def in_a_process(side: str, orders: Path, compiled: Path) -> dict:
    """Run a side on its own, for its own peak of memory."""
    words = [sys.executable, "-m", "bench.clv", "--side", side, "--orders-file", str(orders)]
    begun = time.perf_counter()
    done = subprocess.run(
        [*words, "--compiled", str(compiled)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout.splitlines()[-1])
    print(f"{side}: {time.perf_counter() - begun:.1f} s with imports, {result}", flush=True)
    return result


def report(customers: int, orders: int, ours: dict, theirs: dict) -> str:
    """The page bench/clv.md."""
    seconds = [sum(side["steps"].values()) for side in (ours, theirs)]
    memory = [side["gigabytes"] for side in (ours, theirs)]
    names = ("r", "alpha", "a", "b", "p", "q", "v")
    lines = [
        "# Lifetime value beside lifetimes",
        "",
        f"{customers:,} customers, {orders:,} orders, one date. Written by `make bench-clv`:",
        "each side a process of its own, one after the other in one run. Compare the ratios.",
        "",
        "| | ours | lifetimes | ratio |",
        "|---|---:|---:|---:|",
        f"| seconds | {seconds[0]:.1f} | {seconds[1]:.1f} | {seconds[0] / seconds[1]:.2f} |",
        f"| peak memory, GB | {memory[0]:.2f} | {memory[1]:.2f} | {memory[0] / memory[1]:.2f} |",
    ]
    for total in ("expected orders", "value"):
        pair = ours[total], theirs[total]
        lines.append(
            f"| {total}, sum | {pair[0]:,.0f} | {pair[1]:,.0f} | {pair[0] / pair[1]:.4f} |"
        )
    for name in names:
        pair = ours["parameters"][name], theirs["parameters"][name]
        lines.append(f"| {name} | {pair[0]:.4f} | {pair[1]:.4f} | {pair[0] / pair[1]:.4f} |")
    lines += [
        "",
        "Aims: a quarter of the time, half the memory; ours with "
        f"DUCKDB_MEMORY_LIMIT={MEMORY_LIMIT}.",
        f"Histories: {ours['histories']}.",
    ]
    for name, side in (("ours", ours), ("lifetimes", theirs)):
        steps = ", ".join(f"{step} {spent:.1f} s" for step, spent in side["steps"].items())
        lines += ["", f"{name}: {steps}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the orders, compile the SQL, run both sides, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=2_000_000)
    parser.add_argument("--side", choices=["ours", "lifetimes"])
    parser.add_argument("--orders-file", type=Path)
    parser.add_argument("--compiled", type=Path)
    parser.add_argument("--out", type=Path, default=PROJECT / "bench" / "clv.md")
    words = parser.parse_args()
    if words.side:
        one = words.orders_file
        result = run_ours(one, words.compiled) if words.side == "ours" else run_lifetimes(one)
        # Kilobytes on Linux.
        result["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as folder:
        orders, target = Path(folder) / "orders.parquet", Path(folder) / "target"
        (Path(folder) / "compiled").mkdir()
        count = write_orders(orders, words.customers)
        dbt = str(Path(sys.executable).parent / "dbt")
        names = [*MODELS, *AFTER_THE_FIT]
        subprocess.run(
            [dbt, "compile", "--quiet", "--target-path", str(target), "--select", *names],
            cwd=PROJECT,
            env=os.environ | {"DUCKDB_PATH": str(Path(folder) / "compiled" / "warehouse.duckdb")},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        ours = in_a_process("ours", orders, target / "compiled")
        theirs = in_a_process("lifetimes", orders, target / "compiled")
    page = report(words.customers, count, ours, theirs)
    words.out.write_text(page)
    print(page)


if __name__ == "__main__":
    main()
