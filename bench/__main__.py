"""`make bench`: generate orders, measure everything in one run, write bench/README.md.

Every step is a process of its own, so that its peak memory is its own. Wall times include
starting Python and, for dbt, parsing the project. Ratios matter; seconds are the machine's.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
DBT = str(Path(sys.executable).parent / "dbt")


@dataclass(frozen=True)
class Measured:
    """One measured process: wall time in seconds, peak resident memory in GB."""

    name: str
    seconds: float
    gigabytes: float


def measure(name: str, command: list[str], environment: dict[str, str]) -> Measured:
    """Run a command to its end and measure it.

    Raises:
        RuntimeError: if it fails; its output has been shown.
    """
    print(f"--- {name}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status != 0:
        raise RuntimeError(f"{name} failed")
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1e9 if sys.platform == "darwin" else 1e6
    return Measured(name, seconds, usage.ru_maxrss / unit)


def dbt_build(
    name: str, work: Path, data: Path, variables: str, settings: dict[str, str] | None = None
) -> Measured:
    """Measure one whole `dbt build` from nothing: no warehouse, no parsed project.

    Args:
        name: what to call it.
        work: folder for everything that it writes; emptied first.
        data: the raw data.
        variables: for `--vars`.
        settings: further environment variables.
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    command = [DBT, "build", "--target-path", str(work / "target"), "--log-path", str(work)]
    environment = {
        "CRM_DATA": str(data),
        "DUCKDB_PATH": str(work / "warehouse.duckdb"),
        "EXPORT_PATH": str(work / "export"),
    }
    return measure(name, [*command, "--vars", variables], environment | (settings or {}))


def generated(orders: int, customers: int) -> Path:
    """A folder with so many orders of so many customers, made where it is missing."""
    data = HERE / "data" / f"{orders}"
    if not (data / "orders.parquet").exists():
        command = [sys.executable, "-m", "customer_tiering.generate", "scale", "--out", str(data)]
        counts = ["--orders", str(orders), "--customers", str(customers)]
        measure("generate", [*command, *counts], {})
    return data


def report(orders: int, customers: int, measured: dict[str, Measured]) -> str:
    """The page bench/README.md."""
    floor, today = measured["floor"], measured["pandas"]
    lines = [
        "# Benchmark",
        "",
        f"{orders:,} orders of {customers:,} customers, typed Parquet. Written by `make bench`:",
        "every step a process of its own, one after the other in one run, on the machine named",
        "below. Seconds vary from machine to machine and from run to run; compare the ratios.",
        "",
        "| what | seconds | x floor | x pandas | peak memory, GB |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {step.name} | {step.seconds:.1f} | {step.seconds / floor.seconds:.1f} "
        f"| {step.seconds / today.seconds:.2f} | {step.gigabytes:.1f} |"
        for step in measured.values()
    ]
    history, current = measured["history"], measured["current"]
    sample = measured["sample"]
    lines += [
        "",
        f"- 13 dates cost {history.seconds / current.seconds:.1f} times the current date alone"
        " (aim: under 3).",
        f"- The current date costs {current.seconds / floor.seconds:.0f} times the floor"
        f" (aim: under 35) and {current.gigabytes:.1f} GB (aim: under 8).",
        f"- The sample builds in {sample.seconds:.0f} s (aim: under 25).",
        "",
        f"Machine: {os.cpu_count()} cores, Python {sys.version.split()[0]}.",
        "",
    ]
    notes = HERE / "notes.md"
    if notes.exists():
        lines.append(notes.read_text(encoding="utf-8"))
    return "\n".join(lines)


def main() -> None:
    """Generate, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=2_000_000)
    arguments = parser.parse_args()

    data, work = generated(arguments.orders, arguments.customers), HERE / "work"
    python = [sys.executable]
    measured = {
        "floor": measure(
            "(c) floor: one aggregation in DuckDB",
            [*python, str(HERE / "floor.py"), str(data)],
            {},
        ),
        "pandas": measure(
            "(d) pandas: RFM quintiles and lifecycle",
            [*python, str(HERE / "pandas_today.py"), str(data)],
            {},
        ),
        "current": dbt_build(
            "(b) dbt build, current date alone", work / "current", data, "{history_periods: 0}"
        ),
        "history": dbt_build(
            "(a) dbt build, 13 dates", work / "history", data, "{history_periods: 12}"
        ),
        "sample": dbt_build(
            "dbt build of the sample, 13 dates", work / "sample", PROJECT / "sample_data", "{}"
        ),
    }
    page = report(arguments.orders, arguments.customers, measured)
    (HERE / "README.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
