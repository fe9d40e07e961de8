"""`make bench-spark`: growth on a standalone cluster of two workers; writes bench/spark.md.

Wall times run from the first node of the build to the last: the start of Python, dbt and Spark
is taken off. Ratios matter; seconds are the machine's.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.__main__ import generated
from bench.event_log import Stage, crowded, moving, read_stages, shuffled_bytes
from bench.standalone import standalone_cluster

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
DBT = str(Path(sys.executable).parent / "dbt")


@dataclass(frozen=True)
class Run:
    """One build.

    Attributes:
        orders: how many the data has.
        seconds: from the first node to the last.
        stages: from the event log.
    """

    orders: int
    seconds: float
    stages: list[Stage]


def node_seconds(results: Path) -> float:
    """Wall time from the start of the first node to the end of the last one."""
    nodes = json.loads(results.read_text("utf-8"))["results"]
    times = [
        datetime.fromisoformat(timing[moment])
        for node in nodes
        for timing in node["timing"]
        for moment in ("started_at", "completed_at")
        if timing.get(moment)
    ]
    return (max(times) - min(times)).total_seconds()


def build(orders: int, memory: str) -> Run:
    """Build everything from so many orders, on a cluster of its own.

    Raises:
        subprocess.CalledProcessError: if the build fails; its output has been shown.
    """
    work = HERE / "work" / f"spark-{orders}"
    shutil.rmtree(work, ignore_errors=True)
    data = generated(orders, orders // 5)
    with standalone_cluster(work / "cluster", memory=memory) as cluster:
        environment = cluster | {
            "CRM_DATA": str(data),
            "CRM_LANDING": str(work / "landing"),
            "SPARK_WAREHOUSE": str(work / "warehouse"),
            "EXPORT_PATH": str(work / "export"),
        }
        command = [DBT, "build", "--target", "spark", "--exclude-resource-type", "unit_test"]
        command += ["--target-path", str(work / "target"), "--log-path", str(work)]
        subprocess.run(command, cwd=PROJECT, env=os.environ | environment, check=True)
    return Run(
        orders,
        node_seconds(work / "target" / "run_results.json"),
        read_stages(work / "cluster" / "events"),
    )


def report(runs: list[Run], memory: str) -> str:
    """The page bench/spark.md."""
    first = runs[0]
    lines = [
        "# Growth on Spark",
        "",
        f"A standalone master and two workers on this machine, one core and {memory} each;",
        "13 dates, a fifth as many customers as orders. Written by `make bench-spark`. Seconds",
        "run from the first node to the last; compare the ratios.",
        "",
        "| orders | seconds | x data | x time | shuffled bytes per order | heavy stages"
        " | on both workers | crowded |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        heavy = moving(run.stages)
        both = [stage for stage in heavy if len(stage.executors) == 2]
        lines.append(
            f"| {run.orders:,} | {run.seconds:.0f} | {run.orders / first.orders:.0f} "
            f"| {run.seconds / first.seconds:.2f} | {shuffled_bytes(run.stages) / run.orders:,.0f} "
            f"| {len(heavy)} | {len(both)} | {len(crowded(run.stages))} |"
        )
    last = runs[-1]
    lines += [
        "",
        "Heavy: more than 4 MB were moved to the stage. Crowded: 90 % of that to one task.",
        "",
        f"The ten stages that read most of {last.orders:,} orders' build:",
        "",
        "| records read | tasks | largest task | records by worker | seconds of tasks |",
        "|---:|---:|---:|---|---:|",
    ]
    for stage in last.stages[:10]:
        workers = ", ".join(f"{records:,}" for _, records in sorted(stage.executors.items()))
        lines.append(
            f"| {stage.total:,} | {len(stage.records)} | {100 * stage.largest_share:.0f} % "
            f"| {workers} | {stage.seconds:.0f} |"
        )
    lines += ["", f"Machine: {os.cpu_count()} cores, Python {sys.version.split()[0]}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Build at every size, write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.spark", description=__doc__)
    parser.add_argument("--orders", type=int, nargs="+", default=[1_000_000, 3_000_000, 10_000_000])
    parser.add_argument("--memory", default="4g", help="of each worker")
    arguments = parser.parse_args()
    runs = [build(orders, arguments.memory) for orders in arguments.orders]
    page = report(runs, arguments.memory)
    (HERE / "spark.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
