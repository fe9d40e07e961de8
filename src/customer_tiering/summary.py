"""What `make build` says at its end: where the tiers are and how to look at them."""

import json
import os
from pathlib import Path

import duckdb


def summary(export: Path) -> str:
    """Describe the latest export in a few lines.

    Args:
        export: the export folder; its `latest` holds the newest set.

    Returns:
        Text for a terminal: the files, the tiers by business line, what to read next.

    Raises:
        FileNotFoundError: if nothing has been exported yet.
    """
    latest = (export / "latest").resolve()
    manifest = json.loads((latest / "manifest.json").read_text(encoding="utf-8"))
    parquet = latest / "customer_tier.parquet"
    # From Spark a table is a folder of parts, and Parquet alone.
    files = parquet / "*.parquet" if parquet.is_dir() else parquet
    command = "build-spark" if parquet.is_dir() else "build"
    ending = "parquet" if parquet.is_dir() else "csv"
    formats = "(Parquet)" if parquet.is_dir() else "(CSV for Excel, Parquet for BI)"
    tiers = duckdb.sql(
        f"""
        select
            business_line,
            tier_code as tier,
            any_value(tier_name_en) as name,
            any_value(tier_name_zh) as 名称,
            count(*) as customers,
            round(avg(net_revenue), 2) as mean_net_revenue
        from read_parquet('{files}')
        group by business_line, tier_code
        order by business_line, tier_code
        """
    )
    shown = export / "latest"
    return f"""
Tiers as of {manifest["as_of_date"]}, published in {shown}/ {formats}:

{tiers}
  {shown}/customer_tier.{ending:<7}        one row per customer: tier and the sentence why
  {shown}/customer_tier_factors.{ending:<7} every point of every score
  {shown}/customer_actions.{ending:<7}      what to do next
  {shown}/rejected_records.{ending:<7}      raw records that could not be used, and why

Your own data: put orders.csv (and what else you have) into a folder and run
  CRM_DATA=path/to/folder make {command}
What the files must look like: README.md, "Your own data". 中文说明：README.zh-CN.md
"""


if __name__ == "__main__":
    print(summary(Path(os.environ.get("EXPORT_PATH", "export"))))
