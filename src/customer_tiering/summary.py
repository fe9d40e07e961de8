"""What `make build` says at its end: where the tiers are. What was read dbt has said before."""

import os
import sys
from pathlib import Path

import duckdb

from customer_tiering.engines.on_duckdb import parquet_files
from customer_tiering.export_sets import LATEST, read_manifest
from customer_tiering.told import ToldError


class NoExportError(ToldError):
    """There is nothing to sum up; the text says what to do."""


def summary(export: Path) -> str:
    """Describe the latest export in a few lines.

    Args:
        export: the export folder; its `latest` holds the newest set.

    Returns:
        Text for a terminal: the files, the tiers by business line, what to read next.

    Raises:
        NoExportError: if nothing has been exported yet.
    """
    latest = Path(os.path.realpath(export / LATEST))
    manifest = read_manifest(latest)
    if not manifest:
        raise NoExportError(f"There is no export in {export}/ yet. Run: make build")
    # From Spark a table is a folder of parts, and Parquet alone.
    of_spark = (latest / "customer_tier.parquet").is_dir()
    formats = "(Parquet)" if of_spark else "(CSV for Excel, Parquet for BI)"
    command = "make build-spark" if of_spark else "make build"
    tiers = duckdb.sql(
        f"""
        select
            business_line,
            tier_code as tier,
            any_value(tier_name_en) as name,
            any_value(tier_name_zh) as 名称,
            count(*) as customers,
            round(avg(net_revenue), 2) as mean_net_revenue
        from {_table(latest, "customer_tier")}
        group by business_line, tier_code
        order by business_line, tier_code
        """
    )
    shown = export / LATEST
    ending = "parquet" if of_spark else "csv"
    files = {
        "customer_tier": "one row per customer: tier and the sentence why",
        "customer_tier_factors": "every point of every score",
        "customer_actions": "what to do next",
        "rejected_records": "raw records that could not be used, and why",
        "row_reconciliation": "what became of the rows of each source",
    }
    own_paths = "CRM_DATA=path/to/folder EXPORT_PATH=own/export "
    own_paths += "SPARK_WAREHOUSE=own" if of_spark else "DUCKDB_PATH=own/warehouse.duckdb"
    own_data = (
        ""
        if os.environ.get("CRM_DATA")
        else f"""
Your own data: put orders.csv (and what else you have) into a folder and run
  {own_paths} {command}
What the files must look like: docs/input.md. 中文说明：docs/input.zh-CN.md
"""
    )
    listed = "\n".join(f"  {shown}/{f'{name}.{ending}':<30} {what}" for name, what in files.items())
    return f"""
Tiers as of {manifest["as_of_date"]}, published in {shown}/ {formats}:

{tiers}
{listed}
{own_data}"""


def _table(latest: Path, name: str) -> str:
    path = latest / f"{name}.parquet"
    return parquet_files(sorted(path.glob("*.parquet")) if path.is_dir() else [path])


if __name__ == "__main__":
    try:
        print(summary(Path(os.environ.get("EXPORT_PATH", "export")).expanduser()))
    except ToldError as error:
        sys.exit(str(error))
