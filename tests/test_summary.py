"""What `make build` says at its end."""

import json
import subprocess
import sys

import duckdb
import pytest

from customer_tiering.summary import OUTCOMES, NoExportError, summary


def test_the_summary_names_files_tiers_and_what_was_read(sample_build):
    said = summary(sample_build.export)
    assert "Tiers as of 2026-10-18" in said
    assert "customer_tier.csv " in said and "make build\n" in said
    described = [row[0] for row in sample_build.rows("describe marts.row_reconciliation")]
    counted = [column for column in OUTCOMES if column in described]
    rows = sample_build.rows(
        f"select source, rows_in, {', '.join(counted)} from marts.row_reconciliation"
    )
    told = lines_of_sources(said)
    assert [source for source, *_ in told] == sorted(row[0] for row in rows if row[1] > 0)
    for source, total, *counts in rows:
        words = [
            f"{count:,} {OUTCOMES[column]}"
            for column, count in zip(counted, counts, strict=True)
            if count > 0
        ]
        if total > 0:
            assert [source, f"{total:,}", ", ".join(words)] in told


def lines_of_sources(said: str) -> list[list[str]]:
    """Source, rows, and what became of them, as the summary tells it."""
    lines = said.split("Rows read, by source")[1].splitlines()
    return [
        [*line.split(" rows: ")[0].split(), line.split(" rows: ")[1]]
        for line in lines
        if " rows: " in line
    ]


@pytest.fixture
def export(tmp_path):
    """An export of as little as the summary reads, in a folder whose name is full of signs."""
    latest = tmp_path / "crm[1]'s" / "as_of_date=2020-01-01" / "latest"
    latest.mkdir(parents=True)
    (latest / "manifest.json").write_text(json.dumps({"as_of_date": "2026-10-18"}))
    duckdb.sql(
        "select '1' as customer_id, date '2026-10-18' as as_of_date, 'shop' as business_line,"
        " 'A' as tier_code, 'Best' as tier_name_en, '最好' as tier_name_zh, 1.5 as net_revenue"
    ).write_parquet(str(latest / "customer_tier.parquet"))
    duckdb.sql(
        "select unnest(['orders', 'refunds']) as source, unnest([9, 0]) as rows_in,"
        " unnest([5, 0]) as rows_accepted, unnest([1, 0]) as rows_rejected,"
        " unnest([3, 0]) as rows_in_conflict, 0 as rows_superseded"
    ).write_parquet(str(latest / "row_reconciliation.parquet"))
    return latest.parent


def test_paths_are_literal_and_what_is_in_conflict_is_shown_where_it_is_counted(export):
    said = summary(export)
    assert "Best" in said
    # A source without rows is none to tell of, and nothing is said of what has not happened.
    assert lines_of_sources(said) == [["orders", "9", "5 accepted, 1 rejected, 3 in conflict"]]


@pytest.mark.parametrize("manifest", [None, "", '{"as_of', "[]"])
def test_without_an_export_the_way_to_one_is_told(tmp_path, manifest):
    if manifest is not None:
        (tmp_path / "latest").mkdir()
        (tmp_path / "latest" / "manifest.json").write_text(manifest)
    with pytest.raises(NoExportError, match="Run: make build"):
        summary(tmp_path)
    command = [sys.executable, "-m", "customer_tiering.summary"]
    done = subprocess.run(
        command, env={"EXPORT_PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == f"There is no export in {tmp_path}/ yet. Run: make build\n"
