"""`make bench-daily`: what a day costs beside a full build, and how a full build grows.

Seconds are those that dbt spends on nodes and hooks: start-up and parsing, the same for all runs,
are not counted. Unit tests, which look at no data, are left out. Writes bench/daily.md.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

import duckdb

from bench.__main__ import DBT, HERE, Measured, generated, measure

FIRST_RUN = date(2026, 10, 19)  # The generated orders end the day before.
SHARE_OF_CUSTOMERS = 0.005
FULL = "full build, 13 dates"
DAY = "a day, changes in the open period"
LATE = ("a day with late rows in 1 closed period", "a day with late rows in 3 closed periods")


class Warehouse:
    """A folder of raw data that grows by a file a day, and the warehouse that follows it."""

    def __init__(self, orders: int, customers: int):
        self.source = generated(orders, customers)
        self.touched = round(customers * SHARE_OF_CUSTOMERS)
        self.work = HERE / "work" / f"daily-{orders}"
        self.data = self.work / "data"
        shutil.rmtree(self.work, ignore_errors=True)
        (self.data / "orders").mkdir(parents=True)
        for file in self.source.glob("*.parquet"):
            (self.data / file.name).hardlink_to(file)

    def drop(self, day: date, dates: Sequence[date]) -> None:
        """Write the orders of a day: one for each touched customer, on dates in turn.

        The last is always dated on the day itself, so that the current date moves.
        """
        days = ", ".join(f"date '{each}'" for each in dates)
        with duckdb.connect() as connection:
            connection.execute(f"""
                copy (
                    with picked as (
                        select *, row_number() over (order by status = 'completed' desc) as number
                        from (
                            select distinct on (customer_id) * exclude (order_id, ordered_at)
                            from (
                                from '{self.source}/orders.parquet'
                                using sample {8 * self.touched} rows
                                    (reservoir, {day.toordinal()})
                            )
                        )
                        qualify number <= {self.touched}
                    )

                    select
                        'N{day}-' || number as order_id,
                        * exclude (number),
                        case when number = 1 then date '{day}'
                        else list_extract([{days}], 1 + cast(number % {len(dates)} as integer)) end
                        + interval 9 hour as ordered_at
                    from picked
                ) to '{self.data}/orders/{day}.parquet'
            """)

    def run(self, name: str, day: date) -> tuple[float, Measured]:
        """Build as of a day; seconds of nodes and hooks, and the process as a whole."""
        words = ["build", "--exclude-resource-type", "unit_test", "--vars", f"{{run_date: {day}}}"]
        words += ["--target-path", str(self.work / "target"), "--log-path", str(self.work)]
        environment = {
            "CRM_DATA": str(self.data),
            "DUCKDB_PATH": str(self.work / "warehouse.duckdb"),
            "EXPORT_PATH": str(self.work / "export"),
        }
        whole = measure(name, [DBT, *words], environment)
        results = json.loads((self.work / "target" / "run_results.json").read_text("utf-8"))
        return results["elapsed_time"], whole


def days(warehouse: Warehouse) -> list[tuple[str, float, Measured]]:
    """A full build, then days of several kinds in turn, the first three of them three times."""
    closed = [date(2026, 9, 15)], [date(2026, 7, 15)]
    day = FIRST_RUN
    measured = [(FULL, *warehouse.run(FULL, day))]
    for _ in range(3):
        for name, dates in zip((DAY, *LATE), (None, *closed), strict=True):
            day += timedelta(1)
            warehouse.drop(day, dates or [day - timedelta(1)])
            measured.append((name, *warehouse.run(name, day)))
    for name, day in [
        ("first day of the next month", date(2026, 11, 1)),
        ("a day of that month", date(2026, 11, 2)),
        ("first day of the month after", date(2026, 12, 1)),
        ("a day of that month", date(2026, 12, 2)),
    ]:
        # The last order of a day is the day's own, so the first one closes the month before.
        warehouse.drop(day, [day])
        measured.append((name, *warehouse.run(name, day)))
    return measured


def report(growth: dict[int, tuple[float, Measured]], measured: list) -> str:
    """The page bench/daily.md."""
    seconds = {}
    for name, spent, _ in measured:
        seconds.setdefault(name, []).append(spent)
    full, daily, one, three = (median(seconds[name]) for name in (FULL, DAY, *LATE))
    lines = [
        "# What a day costs",
        "",
        "Written by `make bench-daily`, one run after the other on one machine. Seconds of nodes",
        "and hooks: dbt's start-up and unit tests, the same for all, are not counted. Every day",
        f"brings orders of {SHARE_OF_CUSTOMERS:.1%} of the customers. Compare the ratios.",
        "",
        "| run | seconds | share of the full build | peak memory, GB |",
        "|---|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {spent:.1f} | {spent / full:.1%} | {whole.gigabytes:.1f} |"
        for name, spent, whole in measured
    ]
    lines += [
        "",
        f"- A day costs {daily / full:.1%} of the full build (bound: 20 %, aim: 15 %), by medians.",
        f"- A closed period that late rows touch adds {(one - daily) / full:.1%} (one) or "
        f"{(three - daily) / full / 3:.1%} each (three) of it (bound: 1/13 = 7.7 %).",
        "",
        "| orders | full build, seconds | x data | x time |",
        "|---:|---:|---:|---:|",
    ]
    smallest, (first, _) = next(iter(growth.items()))
    lines += [
        f"| {orders:,} | {spent:.1f} | {orders / smallest:.1f} | {spent / first:.1f} |"
        for orders, (spent, _) in growth.items()
    ]
    lines += ["", f"Machine: {os.cpu_count()} cores, Python {sys.version.split()[0]}.", ""]
    lines.append((HERE / "daily_notes.md").read_text(encoding="utf-8"))
    return "\n".join(lines)


def main() -> None:
    """Generate, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m bench.daily", description=__doc__)
    parser.add_argument("--orders", type=int, nargs="+", default=[1_000_000, 3_000_000, 10_000_000])
    arguments = parser.parse_args()
    growth, measured = {}, []
    for orders in arguments.orders:
        warehouse = Warehouse(orders, orders // 5)
        if orders == arguments.orders[-1]:
            measured = days(warehouse)
            growth[orders] = measured[0][1:]
        else:
            growth[orders] = warehouse.run(f"full build of {orders:,}", FIRST_RUN)
    page = report(growth, measured)
    (HERE / "daily.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
