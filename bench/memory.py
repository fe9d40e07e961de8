"""`make bench-memory`: DuckDB with a memory limit, at growing size; writes bench/memory.md."""

import argparse
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

from bench.__main__ import HERE, Measured, dbt_build, generated


class Spill(threading.Thread):
    """Watches how much DuckDB has written to its temporary folder, until it is left.

    Attributes:
        gigabytes: the most that was seen.
    """

    def __init__(self, folder: Path):
        super().__init__(daemon=True)
        self.gigabytes = 0.0
        self._folder = folder
        self._left = threading.Event()

    def run(self) -> None:
        """Look every second."""
        while not self._left.wait(1):
            # Spilled files come and go.
            with suppress(FileNotFoundError):
                sizes = [path.stat().st_size for path in self._folder.glob("*")]
                self.gigabytes = max(self.gigabytes, sum(sizes) / 1e9)

    def __enter__(self) -> "Spill":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self.join()


def report(limit: str, measured: dict[int, tuple[Measured, float]]) -> str:
    """The page bench/memory.md."""
    smallest, (first, _) = next(iter(measured.items()))
    lines = [
        f"# DuckDB with {limit} of memory",
        "",
        "A whole `dbt build` of 13 dates from nothing, a fifth as many customers as orders.",
        "Written by `make bench-memory`, one build after the other; compare the ratios. The peak",
        "is that of the process, Python and all; beyond the limit DuckDB writes to disk.",
        "",
        "| orders | seconds | x data | x time | peak memory, GB | spilled to disk, GB |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {orders:,} | {each.seconds:.0f} | {orders / smallest:.1f} "
        f"| {each.seconds / first.seconds:.1f} | {each.gigabytes:.1f} | {spilled:.1f} |"
        for orders, (each, spilled) in measured.items()
    ]
    lines += ["", f"Machine: {os.cpu_count()} cores, Python {sys.version.split()[0]}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Build at every size, write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    sizes = [3_000_000, 10_000_000, 30_000_000]
    parser.add_argument("--orders", type=int, nargs="+", default=sizes)
    parser.add_argument("--limit", default="8GB")
    arguments = parser.parse_args()
    measured = {}
    for orders in arguments.orders:
        data, work = generated(orders, orders // 5), HERE / "work" / f"memory-{orders}"
        with Spill(work / "warehouse.duckdb.tmp") as spill:
            built = dbt_build(
                *(f"{orders:,} orders", work, data, "{history_periods: 12}"),
                settings={"DUCKDB_MEMORY_LIMIT": arguments.limit},
            )
        measured[orders] = (built, spill.gigabytes)
    page = report(arguments.limit, measured)
    (HERE / "memory.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
