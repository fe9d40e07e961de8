"""The gate without dbt: suites, what follows from a result, Great Expectations on DuckDB."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from customer_tiering import gate, gx_in_warehouse
from customer_tiering.engines.on_duckdb import DuckDBWarehouse
from customer_tiering.gate_docs import self_contained

SUITE = """
name: things
meta: {table: things}
expectations:
  - description: Each thing is there once.
    type: expect_column_values_to_be_unique
    kwargs: {column: id}
    severity: critical
  - description: No thing is heavy.
    type: unexpected_rows_expectation
    kwargs: {unexpected_rows_query: "select id, weight from {batch} where weight > 5"}
    severity: warning
  - description: Things have a colour.
    type: unexpected_rows_expectation
    kwargs:
      unexpected_rows_query: >
        select colour from {batch} where colour not in (select colour from $audit.things)
    severity: warning
"""


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        connection.execute("create schema elsewhere")
        connection.execute(
            "create table elsewhere.things as"
            " select * from (values (1, 9.5), (1, 1), (2, 1)) as things (id, weight)"
        )
        yield connection


def suite_file(folder: Path, text: str = SUITE) -> Path:
    file = folder / "things.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_suites_are_judged_in_the_database_in_their_own_order(tmp_path, warehouse):
    suites = [gate.load_suite(suite_file(tmp_path), "elsewhere")]
    results = gx_in_warehouse.validate(DuckDBWarehouse(warehouse), "elsewhere", suites)
    context = {
        "invocation_id": "i", "candidate_fingerprint": "3-1", "as_of_date": date(2026, 1, 1),
        "run_date": date(2026, 1, 2), "policy_versions": "default v1", "accept_jump_because": "",
    }  # fmt: skip
    rows = gate.verdict(suites, results, context, datetime(2026, 1, 2)).to_pylist()
    assert [row["outcome"] for row in rows] == ["blocked", "warned", "blocked"]
    assert rows[0]["observed"] == "2 of 3 values are not as expected"
    assert rows[1]["observed"] == "1 row is not as expected"
    assert rows[1]["examples"] == '[{"id": 1, "weight": 9.5}]'
    # A check that cannot run blocks, whatever its severity, and says why.
    assert "could not be checked" in rows[2]["observed"] and "colour" in rows[2]["observed"]
    assert {row["policy_versions"] for row in rows} == {"default v1"}


def test_the_patch_of_gx_is_still_needed(tmp_path, warehouse, monkeypatch):
    """When this fails, GX reads from DuckDB by itself: remove keep_connections_open."""
    engine = gx_in_warehouse.sqlalchemy_execution_engine
    unpatched = tuple(d for d in engine._PERSISTED_CONNECTION_DIALECTS if d.value != "duckdb")
    monkeypatch.setattr(engine, "_PERSISTED_CONNECTION_DIALECTS", unpatched)
    monkeypatch.setattr(gx_in_warehouse, "keep_connections_open", lambda: None)
    suites = [gate.load_suite(suite_file(tmp_path), "elsewhere")]
    [results] = gx_in_warehouse.validate(DuckDBWarehouse(warehouse), "elsewhere", suites)
    assert gate.failed_to_run(results[0])


FAILED = {"success": False, "result": {"observed_value": 1}}


@pytest.mark.parametrize(
    ("severity", "meta", "reason", "expected"),
    [
        ("critical", None, "", "blocked"),
        ("critical", None, "we wanted it", "blocked"),
        ("critical", {"may_be_let_through": True}, "", "blocked"),
        ("critical", {"may_be_let_through": True}, "we wanted it", "let_through"),
        ("warning", {"may_be_let_through": True}, "we wanted it", "warned"),
    ],
)
def test_only_a_marked_jump_with_a_reason_is_let_through(severity, meta, reason, expected):
    assert gate.outcome({"severity": severity, "meta": meta}, FAILED, reason) == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("severity: warning", "severity: bad", "expectation 2 has severity 'bad'; it is one of"),
        ("    severity: critical\n", "", "expectation 1 lacks severity"),
        ("meta: {table: things}", "meta: {}", "meta lacks the key table"),
        ("Things have a colour.", "No thing is heavy.", "two expectations say 'No thing is"),
        ("$audit", "$adit", "'adit' stands for nothing; $audit is the only such name"),
        ("kwargs: {column: id}", "kwargs: {column: id", "not readable as YAML"),
    ],
)
def test_a_suite_that_cannot_be_used_is_told_in_words(tmp_path, old, new, message):
    file = suite_file(tmp_path, SUITE.replace(old, new))
    with pytest.raises(gate.SuiteError) as told:
        gate.load_suite(file, "audit")
    assert f"{tmp_path.name}/things.yml: " in str(told.value)
    assert message in str(told.value)


def test_suites_are_found_in_the_project_and_in_one_that_installs_it(tmp_path):
    with pytest.raises(gate.SuiteError, match="No expectations found"):
        gate.find_suites(tmp_path)
    for folder in reversed(gate.SUITE_FOLDERS):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / gate.MAIN_SUITE).touch()
        assert gate.find_suites(tmp_path) == tmp_path / folder


def test_data_docs_ask_nobody_for_anything():
    page = (
        '<html><head><link href="https://cdn/x.css"/><script src="https://cdn/x.js"></script></head>'
        '<body><script>\n$(\'x\')\n</script><img class="a" src="https://cdn/logo.png">kept'
        "<style>a {background: url('https://cdn/y.png')}</style></body></html>"
    )
    clean = self_contained(page, "b {}")
    assert "https:" not in clean and "script" not in clean
    assert "kept" in clean and "b {}" in clean
