"""`python -m bench.identities`: what connecting records costs, beside an earlier version.

The orders of `make bench`, of customers who stand in three systems: six of ten have one record,
the others two, with an e-mail or a phone in common. Both versions build the same folder, in full
and then a day; an earlier version may take the records for as many customers. Prints the seconds,
and those of the nodes on identities.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import duckdb

from bench.__main__ import DBT, HERE, PROJECT, generated, measure

SYSTEMS = ("shop", "youzan", "crm")
# Customer 6 and 7 of each ten are one person, and so are 8 and 9.
PERSON = "number - case when number % 10 > 5 then number % 2 else 0 end"
SYSTEM = (
    "case number % 10 when 6 then 0 when 7 then 1 when 8 then 0 when 9 then 2 else number % 3 end"
)
# What the models on identities are named.
OURS = ("identit", "stg_identit", "int_identit", "int_shared_keys", "int_customer_identities")
OURS += ("customer_identities", "regrouped_customers")


def in_three_systems(source: Path, folder: Path) -> None:
    """Write the customers and orders of `generated` as three systems export them.

    Args:
        source: what `generated` has made.
        folder: where to; emptied first.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("customers", "orders"):
        (folder / name).mkdir(parents=True)
    (folder / "fx_rates.parquet").hardlink_to(source / "fx_rates.parquet")
    lines = ["source,file,their_column,our_column,recipe,value"]
    with duckdb.connect() as connection:
        for number, system in enumerate(SYSTEMS):
            of_system = "cast(substr(customer_id, 2) as bigint) as number"
            customers = f"""
                select customer_id, 'Customer ' || person as name,
                    case when person % 10 <> 3 then 'p' || person || '@example.com' end as email,
                    case when person % 5 <> 4 then '138' || lpad(person::varchar, 8, '0') end
                        as phone,
                    date '1960-01-01' + (person % 15000)::integer as birth_date,
                    * exclude (customer_id, name, number, person, system)
                from (
                    select *, {PERSON} as person, {SYSTEM} as system
                    from (select *, {of_system} from '{source}/customers.parquet')
                ) where system = {number}
            """
            orders = f"""
                select * exclude (number)
                from (select *, {of_system} from '{source}/orders.parquet')
                where {SYSTEM} = {number}
            """
            for name, query in {"customers": customers, "orders": orders}.items():
                path = folder / name / f"{system}.parquet"
                connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
    for name in ("orders", "customers"):
        lines += [f"{name},{name}/{system}.parquet,,,system,{system}" for system in SYSTEMS]
    (folder / "mapping.csv").write_text("\n".join(lines) + "\n")


def add_a_day(folder: Path) -> None:
    """Add a file of orders of the day after, and one of new records of customers who are known."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select * replace (
                    'D' || order_id as order_id,
                    timestamp '2026-10-19 12:00:00' as ordered_at,
                    timestamp '2026-10-19 12:00:00' as updated_at
                )
                from '{folder}/orders/shop.parquet' using sample 10000 rows (reservoir, 1)
            ) to '{folder}/orders/shop_day.parquet' (format parquet);
            copy (
                select * replace ('N' || customer_id as customer_id)
                from '{folder}/customers/crm.parquet' using sample 1000 rows (reservoir, 1)
            ) to '{folder}/customers/crm_day.parquet' (format parquet)
        """)
    with (folder / "mapping.csv").open("a") as file:
        file.write("orders,orders/shop_day.parquet,,,system,shop\n")
        file.write("customers,customers/crm_day.parquet,,,system,crm\n")


def build(project: Path, data: Path, work: Path, name: str) -> dict[str, float]:
    """Seconds of each node of a build by the project in some folder."""
    environment = {
        "CRM_DATA": str(data),
        "DUCKDB_PATH": str(work / "warehouse.duckdb"),
        "EXPORT_PATH": str(work / "export"),
        "PYTHONPATH": str(project / "src"),
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
    }
    command = [DBT, "build", "--exclude-resource-type", "unit_test"]
    command += ["--target-path", str(work / "target"), "--log-path", str(work)]
    command += ["--vars", '{accept_jump_because: "a benchmark"}']
    measured = measure(name, command, environment)
    results = json.loads((work / "target" / "run_results.json").read_text("utf-8"))["results"]
    nodes = {each["unique_id"].split(".")[2]: each["execution_time"] for each in results}
    print(f"{name}: {measured.seconds:.1f} s, {measured.gigabytes:.1f} GB")
    return nodes | {"": measured.seconds}


def main() -> None:
    """Generate, build with both, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.identities", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=2_000_000)
    parser.add_argument("--before", type=Path, help="a checkout of an earlier version")
    arguments = parser.parse_args()
    source = generated(arguments.orders, arguments.customers)
    projects = {"now": PROJECT} | (
        {"before": arguments.before.resolve()} if arguments.before else {}
    )
    seconds: dict[tuple[str, str], dict[str, float]] = {}
    for version, project in projects.items():
        work = HERE / "work" / f"identities-{version}"
        shutil.rmtree(work, ignore_errors=True)
        data = work / "data"
        in_three_systems(source, data)
        seconds["full", version] = build(project, data, work, f"{version}, full build")
        add_a_day(data)
        seconds["day", version] = build(project, data, work, f"{version}, a day")
    for run in ("full", "day"):
        nodes = seconds[run, "now"]
        whole = nodes[""]
        ours = {name: spent for name, spent in nodes.items() if name.startswith(OURS)}
        print(f"\n{run}: {whole:.1f} s, of nodes on identities {sum(ours.values()):.2f} s")
        for name, spent in sorted(ours.items(), key=lambda each: -each[1])[:12]:
            print(f"  {name:<32}{spent:>8.2f} s{100 * spent / whole:>7.1f} % of the run")
        if arguments.before:
            before = seconds[run, "before"][""]
            print(f"  before: {before:.1f} s; now {100 * (whole / before - 1):+.1f} %")
    print(f"Machine: {os.cpu_count()} cores, Python {sys.version.split()[0]}.")


if __name__ == "__main__":
    main()
