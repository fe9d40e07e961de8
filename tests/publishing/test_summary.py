"""What `make build` says at its end."""

import csv
import json
import subprocess
import sys

import duckdb
import pytest
from conftest import PROJECT

from customer_tiering.summary import NoExportError, summary

OUTCOMES = {
    "accepted": "accepted",
    "rejected": "rejected",
    "in_conflict": "in conflict",
    "deduplicated": "deduplicated",
    "superseded": "superseded",
    "excluded": "excluded",
    "forgotten": "forgotten",
}


def test_the_summary_names_files_and_tiers(sample_build):
    said = summary(sample_build.export)
    assert "Tiers as of 2026-10-18" in said
    assert "customer_tier.csv " in said and "make build\n" in said


def test_a_build_sums_up_what_was_read_and_has_no_warning(sample_build, sample_said):
    told = sample_said.split("Records read, by source")[1]
    for source, total, *counts in sample_build.rows(
        f"select source, rows_in, {', '.join(f'rows_{name}' for name in OUTCOMES)}"
        " from marts.row_reconciliation where rows_in > 0"
    ):
        words = [
            f"{count:,} {name}"
            for name, count in zip(OUTCOMES.values(), counts, strict=True)
            if count or name == "accepted"
        ]
        assert f"  {source:<18}{total:>10,}: {', '.join(words)}\n" in told
    assert " WARN=0 ERROR=0 " in sample_said


@pytest.fixture
def export(tmp_path):
    """An export of as little as the summary reads, in a folder whose name is full of signs."""
    latest = tmp_path / "crm[1]'s" / "as_of_date=2020-01-01" / "latest"
    latest.mkdir(parents=True)
    (latest / "manifest.json").write_text(json.dumps({"as_of_date": "2026-10-18"}))
    duckdb.sql(
        "select '1' as customer_id, false as is_member, date '2026-10-18' as as_of_date,"
        " 'shop' as business_line, 'A' as tier_code, 'Best' as tier_name_en,"
        " '最好' as tier_name_zh, 1.5 as net_revenue"
    ).write_parquet(str(latest / "customer_tier.parquet"))
    write(latest, "rejected_records", "select '' as source, '' as reject_reason limit 0")
    write(latest, "row_reconciliation", "select '' as source, '' as notes_en, '' as notes_zh")
    return latest.parent


def write(latest, name, query):
    duckdb.sql(query).write_parquet(str(latest / f"{name}.parquet"))


def test_paths_are_literal(export):
    assert "Best" in summary(export)


def test_rejects_and_notes_to_act_on_are_told_by_source(export, monkeypatch):
    monkeypatch.chdir(PROJECT)
    assert "nothing asks for you" in summary(export)
    latest = export / "latest"
    counts = {"unknown_status": 1200, "missing_id": 2, "future_date": 2, "damaged_id": 1}
    write(
        latest,
        "rejected_records",
        " union all ".join(
            f"select 'orders' as source, '{reason}' as reject_reason from range({count})"
            for reason, count in counts.items()
        ),
    )
    with (PROJECT / "seeds" / "reading_notes.csv").open(encoding="utf-8", newline="") as file:
        rules = {rule["note"]: rule for rule in csv.DictReader(file)}
    notes = {
        language: ", ".join(
            f"{count} x {rules[note][f'meaning_{language}']}{example}"
            for note, count, example in [
                ("column_missing", 2, " (a.csv: no column status, b.csv has it)"),
                ("feeds_nothing", 1, " (notes.txt: )"),
                ("recognised", 3, ""),
            ]
        )
        for language in ("en", "zh")
    }
    write(
        latest,
        "row_reconciliation",
        f"select 'orders' as source, $${notes['en']}$$ as notes_en, $${notes['zh']}$$ as notes_zh"
        " union all select 'refunds', null, null",
    )
    said = summary(export)
    assert "  orders: rejected 1,200 unknown_status, 2 future_date, 2 missing_id, ...\n" in said
    assert "  orders: 2 x file without a column" in said and "b.csv has it)\n" in said
    assert "  orders: 1 x file that feeds nothing" in said and "(notes.txt: )\n" in said
    assert "  orders: 1 x 文件未被使用" in said
    assert "known export" not in said and "refunds" not in said.replace("customer_", "")


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
