"""verdict.json, as a machine finds it, whatever became of the run (more in test_doors.py)."""

import json
import re
from types import SimpleNamespace

import dbt.flags
import dbt_common.invocation
import pytest
import yaml
from conftest import PROJECT

from customer_tiering import verdict
from customer_tiering.gate import load_suites
from customer_tiering.reading.source_plan import InputError


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The start of a run of a dbt command, in this process; gives what the verdict says then."""
    monkeypatch.setenv("EXPORT_PATH", str(tmp_path / "export"))
    file = tmp_path / "export" / "verdict.json"

    def begin(command: str, invocation: str, problem: Exception | None = None) -> dict | None:
        monkeypatch.setattr(dbt.flags, "get_flags", lambda: SimpleNamespace(WHICH=command))
        monkeypatch.setattr(dbt_common.invocation, "get_invocation_id", lambda: invocation)
        with verdict.beginning():
            if problem:
                raise problem
        return json.loads(file.read_text("utf-8")) if file.exists() else None

    begin.file = file
    return begin


def test_a_run_that_is_killed_leaves_started(run):
    assert run("build", "a") == {"status": "started", "invocation_id": "a"}
    # A connection that is opened again begins no run.
    verdict.tell("passed", {})
    assert run("build", "a") == {"status": "passed"}
    assert run("seed", "b")["status"] == "started"


@pytest.mark.parametrize("command", ["test", "compile", "show", None])
def test_a_command_that_builds_nothing_says_nothing(run, command):
    assert run(command, f"of {command}") is None


def test_raw_data_that_cannot_be_used_stop_the_run_with_their_words(run, tmp_path):
    with pytest.raises(InputError):
        run("build", "c", InputError(tmp_path, ["orders.csv has no column amount"]))
    told = json.loads(run.file.read_text("utf-8"))
    assert told["status"] == "stopped" and "orders.csv has no column amount" in told["because"]


def test_a_folder_that_cannot_be_used_is_told_by_the_export(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("somebody's")
    monkeypatch.setenv("EXPORT_PATH", str(tmp_path / "file"))
    verdict.tell("started", {})
    assert (tmp_path / "file").read_text() == "somebody's"


def test_shares_are_of_what_came_in():
    rows = [{"source": "orders", "rows_in": 4, "rows_accepted": 3, "rows_rejected": 1}]
    rows.append({"source": "events", "rows_in": 0, "rows_accepted": 0, "rows_rejected": 0})
    found = verdict.sources_of(rows)
    assert found["orders"]["share_rejected"] == 0.25 and found["orders"]["rows_in"] == 4
    assert found["events"] == {"rows_in": 0, "rows_accepted": 0, "rows_rejected": 0}


def test_each_warning_of_the_gate_is_a_test_of_dbt():
    """So that it counts in WARN= and --warn-error stops at it."""
    model = yaml.safe_load((PROJECT / "models/tiers/_gate__models.yml").read_text("utf-8"))
    tests = [test["gate_warning"] for test in model["models"][0]["data_tests"]]
    tested = [test["arguments"]["expectation"] for test in tests if "arguments" in test]
    assert len(tests) == len(tested) + 1
    assert sorted(tested) == sorted(
        expectation["description"].strip()
        for suite in load_suites(PROJECT / "expectations", "audit")
        for expectation in suite["expectations"]
        if expectation["severity"] == "warning"
        or (expectation.get("meta") or {}).get("may_be_let_through")
    )


def test_the_description_names_every_key(sample_build):
    described = (PROJECT / "docs" / "verdict.md").read_text("utf-8")
    found = json.loads((sample_build.export / "verdict.json").read_text("utf-8"))
    assert found["status"] == "published"
    assert found == json.loads((sample_build.export / "latest" / "verdict.json").read_text("utf-8"))
    keys = {*found, *found["checks"][0], *found["freshness"], *found["sources"]["orders"]}
    assert {key for key in keys if not re.search(rf"`{key}`", described)} == set()
