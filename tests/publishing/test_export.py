"""The export is one whole set from one build, whenever it is read and whatever is killed."""

import hashlib
import importlib.util
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import duckdb
import pandas as pd
import pytest
from conftest import PROJECT, WITHOUT_TESTS, Workspace, copy_project, move_in
from small_export import AUDIT

from customer_tiering import export as export_module
from customer_tiering.engines.base import Table
from customer_tiering.engines.on_duckdb import DuckDBWarehouse
from customer_tiering.export import KEPT_BUILDS, ExportError
from customer_tiering.generate.__main__ import main as generate
from customer_tiering.sheets import BYTE_ORDER_MARK

# What is exported, and the order of its rows.
TABLES = {
    "customer_tier": "customer_id",
    "customer_tier_factors": "customer_id, factor",
    "customer_actions": "customer_id",
    "customer_360": "customer_id",
    "customer_tags": "customer_id, rule_set, tag",
    "cluster_profiles": "business_line, cluster",
    "campaign_effect": "campaign_id, arm, grouping_name, group_code, outcome",
    "customer_identities": "record_id",
    "account_members": "customer_id",
    "identity_review": "problem, first_record_id, last_record_id, because_en",
    "customer_tier_history": "as_of_date, customer_id",
    "customer_tier_changes": "as_of_date, customer_id",
    "tier_publications": "published_at, customer_id",
    "tier_migration": "as_of_date, business_line, from_tier_code, to_tier_code",
    "scoring_parameters": "as_of_date, business_line, method, parameter",
    "method_backtest": (
        "business_line, horizon_days, is_pooled, as_of_date, outcome, metric, method, position"
    ),
    "method_skill": "business_line, as_of_date, method",
    "method_recommendation": "business_line, goal, method",
    "method_guide": "goal, data, business_model, method",
    "weight_proposal": "policy, weight_set, method",
    "concentration": "as_of_date, business_line, top_percent",
    "clv_calibration": "business_line, predicted_value, tenth",
    "propensity_calibration": "business_line, probability, tenth",
    "tier_performance": (
        "as_of_date, business_line, grouping_name, group_code, policy, policy_version"
    ),
    "acquisition_funnel": "business_line, contact_month, acquisition_channel, owner",
    "tier_forecast": "business_line, forecast_date, tier_code",
    "segment_quality": "business_line, segmentation, group_code",
    "rejected_records": "source, source_row, reject_reason",
    "row_reconciliation": "source",
}
# Who people are is not exported; tests/identities/test_personal.py.
LEFT_OUT = {"rejected_records": "raw_record"}

# --- What a reader does, and what writes beside it --------------------------------------------


def content_of(path: Path) -> bytes:
    """The bytes of a file, or of the parts of a table in their order."""
    parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    return b"".join(part.read_bytes() for part in parts)


def whole_set(export: Path) -> str:
    """Read the export as people are told to; its build id, or an error if it is not whole."""
    folder = (export / "latest").resolve(strict=True)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["build_id"] == folder.name
    files = {file["file"]: file for file in manifest["files"]}
    assert set(files) == {path.name for path in folder.iterdir()} - {
        "manifest.json",
        "verdict.json",
    }
    assert set(files) == {f"{table}.{kind}" for table in TABLES for kind in ("parquet", "csv")}
    for name, file in files.items():
        content = content_of(folder / name)
        assert len(content) == file["bytes"], name
        assert hashlib.sha256(content).hexdigest() == file["sha256"], name
    return manifest["build_id"]


class Reader(threading.Thread):
    """Reads the export over and over until it is left; fails there if a set was not whole."""

    def __init__(self, export: Path):
        super().__init__(daemon=True)
        self.export = export
        self.left = threading.Event()
        self.builds: list[str] = []
        self.problems: list[str] = []

    def run(self):
        while not self.left.is_set():
            try:
                self.builds.append(whole_set(self.export))
            except Exception as problem:
                self.problems.append(repr(problem))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.left.set()
        self.join()
        assert self.problems == []


def run_model(session: duckdb.DuckDBPyConnection, export: Path) -> list[dict]:
    """Run the model `published_export` as dbt does, on a warehouse that was built before."""
    path = PROJECT / "models" / "marts" / "published_export.py"
    specification = importlib.util.spec_from_file_location("published_export", path)
    model = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(model)
    schemas = {
        "gate_context": "audit",
        "run_scope": "audit",
        "int_scoring_dates": "intermediate",
        "tier_dates_to_restate": "tiers",
    }
    (database,) = session.execute("select current_database()").fetchone()
    dbt = SimpleNamespace(
        config=lambda **_: None,
        ref=lambda name: session.query(f"select * from {schemas.get(name, 'marts')}.{name}"),
        this=SimpleNamespace(database=database, schema="audit"),
    )
    with mock.patch.dict(os.environ, EXPORT_PATH=str(export)):
        return model.model(dbt, session).to_pylist()


def export_for_ever(warehouse: str, export: str) -> None:
    """One export after the other, until the process is killed."""
    with duckdb.connect(warehouse, read_only=True) as session:
        while True:
            run_model(session, Path(export))


def hidden(export: Path) -> list[str]:
    return [path.name for path in [*export.glob(".*"), *export.glob("builds/.*")]]


def csv_checksums(export: Path) -> dict[str, str]:
    manifest = json.loads((export / "latest" / "manifest.json").read_text("utf-8"))
    # What was told when is not the same in two builds.
    return {
        file["table"]: file["sha256"]
        for file in manifest["files"]
        if file["format"] == "csv" and file["table"] != "tier_publications"
    }


@pytest.fixture
def warehouse(sample_build, tmp_path):
    """A copy of the sample's warehouse that a test may change, open."""
    copy = move_in(Path(shutil.copy(sample_build.warehouse, tmp_path)))
    with duckdb.connect(str(copy)) as session:
        yield session


@pytest.fixture
def export(tmp_path) -> Path:
    return tmp_path / "export"


# --- One set ----------------------------------------------------------------------------------


def test_the_build_exports_a_whole_set(sample_build):
    build_id = whole_set(sample_build.export)
    manifest = json.loads((sample_build.export / "latest" / "manifest.json").read_text("utf-8"))
    context = sample_build.query("select * from audit.gate_context").iloc[0]
    assert build_id.endswith(context["invocation_id"][:8])
    assert manifest["as_of_date"] == str(context["as_of_date"].date())
    assert manifest["run_date"] == str(context["run_date"].date())
    assert manifest["policy_versions"] == context["policy_versions"]
    assert manifest["candidate_fingerprint"] == context["candidate_fingerprint"]
    recorded = sample_build.query("select * from audit.published_export").to_dict("records")
    recorded = [row | {"columns": list(row["columns"])} for row in recorded]
    # The table has what fits into columns.
    files = manifest.pop("files")
    assert manifest.pop("reporting_currency") == "CNY"
    for name in ("build_number", "warehouse_id", "personal_columns", "csv_text_cells"):
        del manifest[name]
    parts = {file["file"]: file.pop("parts") for file in files if "parts" in file}
    assert recorded == [manifest | file for file in files]
    assert parts == {
        folder.name: {
            part.name: hashlib.sha256(part.read_bytes()).hexdigest() for part in folder.iterdir()
        }
        for folder in (sample_build.export / "latest").iterdir()
        if folder.is_dir()
    }


def test_a_reader_sees_a_file_of_another_build(sample_build, tmp_path):
    copy = shutil.copytree(sample_build.export, tmp_path / "export", symlinks=True)
    csv = copy / "latest" / "customer_tier.csv"
    csv.write_bytes(csv.read_bytes().replace(b",A,", b",B,", 1))
    with pytest.raises(AssertionError, match=r"customer_tier\.csv"):
        whole_set(copy)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_csv_and_parquet_hold_the_table_in_order_of_its_key(sample_build, table):
    latest = sample_build.export / "latest"
    described = sample_build.rows(f"describe marts.{table}")
    types = {row[0]: row[1] for row in described if row[0] != LEFT_OUT.get(table)}
    expected = sample_build.rows(
        f"select {', '.join(types)} from marts.{table} order by {TABLES[table]}"
    )
    path = latest / f"{table}.parquet"
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    parquet = duckdb.read_parquet([str(file) for file in files])
    assert dict(zip(parquet.columns, map(str, parquet.types), strict=True)) == types
    assert parquet.fetchall() == expected
    # The types are given: a reader that guesses them loses leading zeros.
    csv = duckdb.sql(
        f"from read_csv('{latest / f'{table}.csv'}', header = true, auto_detect = false,"
        f" delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = false, columns = {types})"
    )
    assert csv.fetchall() == expected
    assert len(expected) > 0


def test_excel_and_pandas_read_the_csv(sample_build):
    path = sample_build.export / "latest" / "customer_tier.csv"
    text = path.read_bytes().decode("utf-8")
    assert text.startswith(BYTE_ORDER_MARK + "customer_id,account_id,is_member,as_of_date,")
    assert text.count(BYTE_ORDER_MARK) == 1
    tiers = pd.read_csv(path, dtype={"customer_id": str}, encoding="utf-8-sig")
    assert tiers["customer_id"].is_unique
    assert tiers["tier_name_zh"].str.fullmatch(r"[\u4e00-\u9fff]+").all()
    assert tiers["reason_zh"].str.endswith("。").all()


# --- From one build ---------------------------------------------------------------------------


def test_tables_that_are_not_of_the_judged_build_are_not_exported_and_dbt_says_which(
    sample_build, tmp_path
):
    workspace = Workspace(tmp_path)
    move_in(Path(shutil.copy(sample_build.warehouse, workspace.warehouse)))
    shutil.copytree(sample_build.export, workspace.export, symlinks=True)
    before = whole_set(workspace.export)
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("""
            update audit.publications set candidate_fingerprint = '7-other'
            where table_name = 'customer_actions';
            delete from audit.publications where table_name = 'scoring_parameters'
        """)
    told = workspace.dbt("run", "-s", "published_export", fails=True).stdout
    named = {table for table in TABLES if f"{table} (" in told}
    assert named == {"customer_actions", "scoring_parameters"}
    assert "Run: make build FLAGS=--full-refresh" in told
    assert whole_set(workspace.export) == before
    assert hidden(workspace.export) == []


# --- The folder -------------------------------------------------------------------------------


def test_leftovers_of_killed_builds_go_and_the_last_sets_stay(warehouse, export):
    builds = []
    for _ in range(KEPT_BUILDS + 2):
        killed = export / "builds" / ".20261123T061821.123456Z-0fa3b2c1"
        killed.mkdir(parents=True)
        (killed / "customer_tier.csv").write_text("half")
        (export / ".latest").symlink_to(f"builds/{killed.name}")
        run_model(warehouse, export)
        builds.append(whole_set(export))
        assert hidden(export) == []
    assert sorted(path.name for path in (export / "builds").iterdir()) == builds[-KEPT_BUILDS:]
    assert not (export / "latest").readlink().is_absolute()


def test_a_set_that_cannot_be_finished_leaves_the_old_one(warehouse, export, monkeypatch):
    run_model(warehouse, export)
    before = whole_set(export)
    monkeypatch.setattr(export_module, "_write_manifest", mock.Mock(side_effect=OSError("odd")))
    with pytest.raises(ExportError, match="could not be written or tidied up: a file: odd"):
        run_model(warehouse, export)
    assert whole_set(export) == before
    assert [path.name for path in (export / "builds").iterdir()] == [before]


def test_what_is_not_ours_is_left_alone(warehouse, tmp_path):
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text("somebody's notes")
    with pytest.raises(ExportError, match=f"EXPORT_PATH '{file}' cannot be used as a folder"):
        run_model(warehouse, file)
    assert file.read_text() == "somebody's notes"
    (folder / "latest").mkdir(parents=True)
    with pytest.raises(ExportError, match="is not the link that an export makes"):
        run_model(warehouse, folder)


# --- Equal bytes ------------------------------------------------------------------------------


def build_with_threads(folder: Path, threads: int, **workspace) -> dict[str, str]:
    """Checksums of the CSV files of a build with so many threads, dbt's and DuckDB's."""
    project = copy_project(folder / "project")
    profile = project / "profiles.yml"
    text = profile.read_text("utf-8")
    assert "TimeZone: UTC" in text
    profile.write_text(text.replace("TimeZone: UTC", f"TimeZone: UTC\n        threads: {threads}"))
    build = Workspace(
        folder, project=project, environment={"DBT_THREADS": str(threads)}, **workspace
    )
    build.dbt("build", *WITHOUT_TESTS)
    return csv_checksums(build.export)


@pytest.mark.parametrize("threads", [pytest.param(1, marks=pytest.mark.long), 8])
def test_builds_with_any_number_of_threads_are_byte_equal(sample_build, tmp_path, threads):
    expected = csv_checksums(sample_build.export)
    assert build_with_threads(tmp_path, threads) == expected


def warehouse_of_many(session: duckdb.DuckDBPyConnection, rows: int) -> None:
    """One table to export, in no order, and what the export asks of a build."""
    session.execute(f"""
        create table many as
        select lpad(cast(i as varchar), 7, '0') as customer_id, '第' || i || '位' as name
        from range({rows}) as numbers (i)
        order by hash(i)
    """)
    session.execute(AUDIT)


def test_many_rows_keep_their_order_with_any_number_of_threads(tmp_path):
    checksums = set()
    for threads in (1, 8, 8):
        with duckdb.connect(config={"threads": threads}) as session:
            # More rows than DuckDB gives to one thread.
            warehouse_of_many(session, 600_000)
            many = Table("many", session.table("many"), ("customer_id",))
            export_module.export_tables(DuckDBWarehouse(session), [many], "audit", tmp_path)
        checksums.add(csv_checksums(tmp_path)["many"])
    assert len(checksums) == 1
    assert pd.read_csv(tmp_path / "latest" / "many.csv")["customer_id"].is_monotonic_increasing


def test_who_is_forgotten_is_in_no_older_set_whichever_run_writes_the_next(tmp_path):
    with duckdb.connect() as session:
        warehouse_of_many(session, 10)

        def write(is_of_the_past: bool = False) -> int:
            session.execute("update audit.gate_context set is_of_the_past = ?", [is_of_the_past])
            many = Table("many", session.table("many"), ("customer_id",))
            export_module.export_tables(DuckDBWarehouse(session), [many], "audit", tmp_path)
            return len(list((tmp_path / "builds").iterdir()))

        assert [write(), write(), write(True)] == [1, 2, 2]
        # The run that met the list failed before its export; the next one answers a question.
        session.execute("update audit.run_scope set deletions_fingerprint = '1-2'")
        write(is_of_the_past=True)
        assert write() == 1
        assert not (tmp_path / "past").exists()
        assert [write(), write(True), write()] == [2, 2, 3]
        assert (tmp_path / "past").exists()


# --- Readers and kills ------------------------------------------------------------------------


def test_a_reader_finds_whole_sets_during_ten_exports(warehouse, export):
    run_model(warehouse, export)
    with Reader(export) as reader:
        for _ in range(10):
            run_model(warehouse, export)
    assert len(set(reader.builds)) > 3


def test_an_export_killed_at_any_moment_leaves_a_whole_set(sample_build, export):
    moments = random.Random(2)
    processes = multiprocessing.get_context("spawn")
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as session:
        run_model(session, export)
    with Reader(export):
        for _ in range(5):
            before = whole_set(export)
            paths = (str(sample_build.warehouse), str(export))
            # A daemon does not outlive a test that fails.
            child = processes.Process(target=export_for_ever, args=paths, daemon=True)
            child.start()
            deadline = time.monotonic() + 60
            while (export / "latest").resolve().name == before and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.5))
            child.kill()
            child.join()
            assert whole_set(export) != before
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as session:
        run_model(session, export)
    assert hidden(export) == []


@pytest.mark.long
def test_a_reader_finds_whole_sets_during_ten_builds(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.dbt("build")
    with Reader(workspace.export) as reader:
        for _ in range(10):
            workspace.dbt("build")
    print(f"{len(reader.builds)} reads, {len(set(reader.builds))} builds, no fault")
    assert len(set(reader.builds)) == 11


@pytest.mark.long
def test_kill_9_of_a_build_leaves_the_old_set_and_the_next_build_is_green(tmp_path):
    # As the build that is killed: it is to be as long as this one.
    workspace = Workspace(tmp_path, forked=False)
    moments, old_sets = random.Random(1), 0
    workspace.dbt("build")
    duration = seconds_of_a_build(workspace)
    for tenth in range(10):
        before = whole_set(workspace.export)
        moment = (tenth + moments.random()) * duration / 10
        build = subprocess.Popen(
            workspace.command("build"),
            cwd=workspace.project,
            env=workspace.full_environment(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moment)
        os.killpg(build.pid, signal.SIGKILL)
        ended = build.wait()
        after = whole_set(workspace.export)
        found = "the old set" if after == before else "the new set"
        print(f"killed at {moment:.1f} s of {duration:.1f} s, status {ended}: {found}, whole")
        old_sets += after == before and ended == -signal.SIGKILL
        duration = seconds_of_a_build(workspace)
        assert whole_set(workspace.export) not in (before, after)
        assert hidden(workspace.export) == []
    # The last moments may come after the swap.
    assert old_sets >= 8


def seconds_of_a_build(workspace: Workspace) -> float:
    started = time.monotonic()
    workspace.dbt("build")
    return time.monotonic() - started


@pytest.mark.long
def test_a_large_build_is_byte_equal_with_1_and_8_threads(tmp_path):
    data = tmp_path / "data"
    generate(["scale", "--out", str(data), "--orders", "1000000", "--customers", "200000"])
    one = build_with_threads(tmp_path / "one", 1, data=data)
    assert build_with_threads(tmp_path / "eight", 8, data=data) == one
