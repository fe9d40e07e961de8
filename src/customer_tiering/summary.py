"""What `make build` says at its end: where the tiers are, and what of the input asks for somebody.

How many records were read dbt has said before.
"""

import csv
import os
import re
import sys
from pathlib import Path

import duckdb

from customer_tiering.engines.on_duckdb import parquet_files
from customer_tiering.export_sets import LATEST, read_manifest
from customer_tiering.told import ToldError

RULES_OF_NOTES = Path("seeds/reading_notes.csv")
"""What each note says, and whether somebody can act on it; seen from the project's folder."""

REASONS = 3
"""For how many reasons rejects are told, per source; the rest is in the file."""


class NoExportError(ToldError):
    """There is nothing to sum up; the text says what to do."""


def summary(export: Path) -> str:
    """Describe the latest export in a few lines.

    Args:
        export: the export folder; its `latest` holds the newest set.

    Returns:
        Text for a terminal: the tiers by business line, what of the input to look at, the files,
        what to read next.

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
        where not is_member
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
{_to_look_at(latest)}
{listed}
{own_data}"""


def _to_look_at(latest: Path) -> str:
    """Per source the rejects by reason, and the notes that somebody can act on."""
    rejects: dict[str, list[str]] = {}
    for source, reason, records in duckdb.sql(
        f"""
        select source, reject_reason, count(*) as records
        from {_table(latest, "rejected_records")}
        group by source, reject_reason
        order by source, records desc, reject_reason
        """
    ).fetchall():
        rejects.setdefault(source, []).append(f"{records:,} {reason}")
    notes = {
        source: (
            *_notes_to_act_on(notes_en, "meaning_en"),
            *_notes_to_act_on(notes_zh, "meaning_zh"),
        )
        for source, notes_en, notes_zh in duckdb.sql(
            f"""
            select source, notes_en, notes_zh
            from {_table(latest, "row_reconciliation")}
            where notes_en is not null
            """
        ).fetchall()
    }
    lines = []
    for source in sorted({*rejects, *(source for source, told in notes.items() if told)}):
        reasons = rejects.get(source, [])
        if reasons:
            more = ", ..." if len(reasons) > REASONS else ""
            lines.append(f"  {source}: rejected {', '.join(reasons[:REASONS])}{more}")
        lines += [f"  {source}: {note}" for note in notes.get(source, ())]
    if not lines:
        return "Of the input nothing asks for you 输入数据无需处理.\n"
    return "\n".join(["To look at in the input 输入数据中请处理:", *lines, ""])


def _notes_to_act_on(notes: str, column: str) -> list[str]:
    """Of the notes of a source, which are one text, those that somebody can act on.

    Args:
        notes: `notes_en` or `notes_zh` of `row_reconciliation`.
        column: where the rule file has what such notes say.
    """
    if not RULES_OF_NOTES.exists():
        return []
    with RULES_OF_NOTES.open(encoding="utf-8-sig", newline="") as file:
        rules = [rule for rule in csv.DictReader(file) if rule["is_to_act_on"] == "true"]
    # Up to the count of the next note, with the example that stands behind it.
    return [
        found[0]
        for rule in rules
        for found in re.finditer(
            rf"\d+ x {re.escape(rule[column])}.*?(?=, \d+ x |$)", notes, re.DOTALL
        )
    ]


def _table(latest: Path, name: str) -> str:
    path = latest / f"{name}.parquet"
    return parquet_files(sorted(path.glob("*.parquet")) if path.is_dir() else [path])


if __name__ == "__main__":
    try:
        print(summary(Path(os.environ.get("EXPORT_PATH", "export")).expanduser()))
    except ToldError as error:
        sys.exit(str(error))
