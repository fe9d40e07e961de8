"""Command line of the generator: `python -m customer_tiering.generate sample|scale`."""

import argparse
from pathlib import Path

from customer_tiering.generate import sample, scale


def main(arguments: list[str] | None = None) -> None:
    """Write the sample, or data of any size.

    Args:
        arguments: words of the command line; those of the process if not given.
    """
    parser = argparse.ArgumentParser(
        prog="python -m customer_tiering.generate", description="Write invented CRM data."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    small = commands.add_parser("sample", help="the small untidy CRM that is committed")
    small.add_argument("--out", type=Path, default=Path("sample_data"), help="folder to write")
    small.add_argument("--seed", type=int, default=sample.SEED)

    large = commands.add_parser("scale", help="clean, typed Parquet for benchmarks")
    large.add_argument("--out", type=Path, required=True, help="folder to write")
    large.add_argument("--orders", type=int, default=10_000_000)
    large.add_argument("--customers", type=int, default=2_000_000)
    large.add_argument("--seed", type=int, default=scale.SEED)
    large.add_argument("--all-sources", action="store_true", help="not only orders and customers")

    chosen = parser.parse_args(arguments)
    if chosen.command == "sample":
        sample.write(chosen.out, chosen.seed)
    elif not 1 <= chosen.customers <= chosen.orders:
        large.error("--orders must be at least --customers, and --customers at least 1")
    else:
        scale.write(chosen.out, chosen.orders, chosen.customers, chosen.seed, chosen.all_sources)


if __name__ == "__main__":
    main()
