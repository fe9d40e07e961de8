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

import duckdb

from bench.__main__ import DBT, HERE, Measured, generated, measure

FIRST_RUN = date(2026, 10, 19)  # The generated orders end the day before.
SHARE_OF_CUSTOMERS = 0.005


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
                        select *, row_number() over () as number
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
    """A full build, then days of several kinds."""
    yesterday = FIRST_RUN
    measured = [("full build, 13 dates", *warehouse.run("full build", yesterday))]
    for name, day, dates in [
        ("a day, changes in the open period", date(2026, 10, 20), None),
        ("the next day", date(2026, 10, 21), None),
        ("a day with late rows in 1 closed period", date(2026, 10, 22), [date(2026, 9, 15)]),
        ("a day with late rows in 3 closed periods", date(2026, 10, 23), [date(2026, 7, 15)]),
        ("first day of the next month", date(2026, 11, 2), None),
        ("a day of that month", date(2026, 11, 3), None),
        ("first day of the month after", date(2026, 12, 1), None),
        ("a day of that month", date(2026, 12, 2), None),
    ]:
        warehouse.drop(day, dates or [day - timedelta(1)])
        measured.append((name, *warehouse.run(name, day)))
    return measured


def report(growth: dict[int, tuple[float, Measured]], measured: list) -> str:
    """The page bench/daily.md."""
    (_, full, _), (_, daily, _), *_ = measured
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
        f"| {name} | {seconds:.1f} | {seconds / full:.1%} | {whole.gigabytes:.1f} |"
        for name, seconds, whole in measured
    ]
    by_name = {name: seconds for name, seconds, _ in measured}
    one, three = (
        by_name[f"a day with late rows in {periods}"]
        for periods in ("1 closed period", "3 closed periods")
    )
    lines += [
        "",
        f"- A day costs {daily / full:.1%} of the full build (bound: 20 %, aim: 15 %).",
        f"- A closed period that late rows touch adds {(one - daily) / full:.1%} (one) or "
        f"{(three - daily) / full / 3:.1%} each (three) of it (bound: 1/13 = 7.7 %).",
        "",
        "| orders | full build, seconds | x data | x time |",
        "|---:|---:|---:|---:|",
    ]
    smallest, (first, _) = next(iter(growth.items()))
    lines += [
        f"| {orders:,} | {seconds:.1f} | {orders / smallest:.1f} | {seconds / first:.1f} |"
        for orders, (seconds, _) in growth.items()
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
