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
        Text for a terminal: the files, the tiers by business line, how many records could not be
        used, what to read next.

    Raises:
        FileNotFoundError: if nothing has been exported yet.
    """
    latest = (export / "latest").resolve()
    manifest = json.loads((latest / "manifest.json").read_text(encoding="utf-8"))
    # From Spark a table is a folder of parts, and Parquet alone.
    of_spark = (latest / "customer_tier.parquet").is_dir()
    parts = "/*.parquet" if of_spark else ""
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
        from read_parquet('{latest}/customer_tier.parquet{parts}')
        group by business_line, tier_code
        order by business_line, tier_code
        """
    )
    rejected = duckdb.sql(
        f"""
        select source, rows_rejected, rows_in
        from read_parquet('{latest}/row_reconciliation.parquet{parts}')
        where rows_rejected > 0
        order by rows_rejected desc, source
        """
    ).fetchall()
    counts = ", ".join(f"{rows:,} of {total:,} {source}" for source, rows, total in rejected)
    shown = export / "latest"
    ending = "parquet" if of_spark else "csv"
    files = {
        "customer_tier": "one row per customer: tier and the sentence why",
        "customer_tier_factors": "every point of every score",
        "customer_actions": "what to do next",
        "rejected_records": "raw records that could not be used, and why",
    }
    own_paths = "CRM_DATA=path/to/folder EXPORT_PATH=own_export "
    own_paths += "SPARK_WAREHOUSE=own_warehouse" if of_spark else "DUCKDB_PATH=own.duckdb"
    own_data = (
        ""
        if os.environ.get("CRM_DATA")
        else f"""
Your own data: put orders.csv (and what else you have) into a folder and run
  {own_paths} {command}
What the files must look like: README.md, "Your own data". 中文说明：README.zh-CN.md
"""
    )
    listed = "\n".join(f"  {shown}/{f'{name}.{ending}':<30} {what}" for name, what in files.items())
    return f"""
Tiers as of {manifest["as_of_date"]}, published in {shown}/ {formats}:

{tiers}
{listed}

Rejected: {counts or "nothing"}.
{own_data}"""


if __name__ == "__main__":
    print(summary(Path(os.environ.get("EXPORT_PATH", "export"))))
