"""Ways around the gate: each is refused with words, and what was published stays as it was."""

import json
import re
import shutil

import duckdb
import pytest
from conftest import PROJECT, WITHOUT_TESTS, Workspace
from test_deletions import found_in, tables_but_lists
from test_export import csv_checksums, whole_set
from test_gate import JUDGED, plant, published

EXPORT = "published_export"
# As after a run that has rewritten what a day has changed.
A_DAY = "update audit.run_scope set why_everything = null, why_all_records = null"


class Refused:
    """Runs dbt; each time it must fail with words, and leave tables and files as they were."""

    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.before = self.state()

    def state(self) -> tuple:
        return published(self.workspace), whole_set(self.workspace.export)

    def __call__(self, *words: str, because: str | list[str]) -> str:
        told = " ".join(self.workspace.dbt(*words, fails=True).stdout.split())
        for reason in [because] if isinstance(because, str) else because:
            assert reason in told
        assert "make build" in told
        assert self.state() == self.before
        return told


@pytest.fixture
def refused(workspace) -> Refused:
    return Refused(workspace)


# --- Selection --------------------------------------------------------------------------------


def test_a_part_that_was_built_anew(workspace, refused):
    workspace.dbt("run", "-s", "tier_assigned")
    reason = "not all that this is made of is of that build: tier_assigned (of build 2)"
    refused("run", "-s", "customer_tier", "customer_360", EXPORT, because=reason)
    # The gate does not pass it either.
    refused(
        "run", "-s", *JUDGED, "marts", because=["is of one build", "tier_assigned (of build 2)"]
    )
    assert verdict(workspace)["status"] == "blocked"


def test_everything_but_what_judges(refused):
    refused(
        *("run", "-s", "+customer_tier_history", "+customer_360", EXPORT),
        *("--exclude", "customer_tier_candidate", "gate_context", "customer_tier_profile"),
        "customer_tier_gate",
        # Of what customer_360 reads, method_skill is refused first.
        because=["customer_tier_history was not published", "method_skill was not published"],
    )


def test_a_run_of_which_the_gate_knows_nothing(workspace, refused):
    workspace.dbt("run", "-s", "run_scope")
    refused("run", "-s", EXPORT, because="published_export was not published: the gate has judged")
    plant(workspace, "insert into audit.model_builds values ('run_scope', 2, true)")


def test_seeds_of_later(workspace, refused):
    workspace.dbt("seed", "-s", "tiers")
    refused("run", "-s", "marts", because="tiers (of build 2)")


def test_a_run_that_was_killed(workspace, refused):
    plant(workspace, "insert into audit.model_builds values ('int_orders', 2, false)")
    refused("run", "-s", *JUDGED, "customer_tier", because="int_orders (begun by build 2")


def test_empty_tables(workspace, refused):
    told = workspace.dbt("run", "--empty", "-s", "tier_grace+", fails=True).stdout
    assert "The gate has nothing to judge" in told and "make build" in told
    assert refused.state() == refused.before
    refused("run", "-s", *JUDGED, "marts", because="begun by build 2, and not finished")


def test_a_full_refresh_of_a_table_that_is_rewritten_in_parts(workspace, refused):
    plant(workspace, A_DAY)
    for table in ("customer_tier_history", "tier_publications"):
        refused("run", "--full-refresh", "-s", table, because="the raw data (read anew since)")


# --- By hand ----------------------------------------------------------------------------------


def test_published_tables_that_were_edited(workspace):
    plant(workspace, "delete from audit.publications where table_name = 'customer_tags'")
    tables = [name for name, *_ in published(workspace) if name != "customer_tags"]
    with duckdb.connect(str(workspace.warehouse)) as connection:
        for table in tables:
            last = f"(select max(rowid) from marts.{table})"
            connection.execute(f"delete from marts.{table} where rowid = {last}")
    plant(workspace, A_DAY)
    refused = Refused(workspace)
    told = refused("run", "-s", EXPORT, because="customer_tags (not published from it)")
    assert [name for name in tables if f"{name} (changed since it was" not in told] == []
    refused("run", "-s", "customer_tier_history", because="it has changed since it was published")
    refused("run", "-s", "tier_migration", because="customer_tier_history (changed since")


def test_what_lies_between_the_candidate_and_the_tables(workspace, refused):
    plant(
        workspace,
        "create table audit.own as select * replace ('because' as reason_en)"
        " from audit.customer_tier_explained",
        "drop view audit.customer_tier_explained",
        "alter table audit.own rename to customer_tier_explained",
    )
    reason = "customer_tier_explained (not what dbt has made)"
    refused("run", "-s", "customer_tier", because=reason)
    plant(workspace, "update audit.customer_tier_candidate set tier_code = 'A'")
    refused("run", "-s", "customer_360", EXPORT, because="the candidate has changed since the gate")


def test_a_clone(workspace, refused, tmp_path):
    state = shutil.copytree(workspace.folder / "target", tmp_path / "state")
    manifest = (state / "manifest.json").read_text("utf-8")
    (state / "manifest.json").write_text(manifest.replace('"schema": "tiers"', '"schema": "fits"'))
    workspace.dbt("clone", "-s", "tier_weights", "--state", str(state), "--full-refresh")
    refused("run", "-s", "customer_tier", because="tier_weights (not what dbt has made)")


def test_a_copy_of_the_warehouse(workspace, tmp_path):
    other = Workspace(tmp_path, environment={"EXPORT_PATH": str(workspace.export)})
    shutil.copy(workspace.warehouse, other.warehouse)
    before = whole_set(workspace.export)
    told = other.dbt("run", "-s", EXPORT, fails=True).stdout
    assert "this warehouse is a copy of the file" in told
    told = other.dbt("run", "-s", *JUDGED, EXPORT, fails=True).stdout
    assert "this warehouse is a copy of the file" in told
    assert whole_set(workspace.export) == before
    # The file itself, elsewhere.
    workspace.warehouse.replace(other.warehouse)
    other.dbt("run", "-s", EXPORT)
    assert whole_set(workspace.export) != before
    # A copy that was taken long ago, and in which a build ran since.
    latest = (workspace.export / "latest").resolve()
    manifest = json.loads((latest / "manifest.json").read_text("utf-8"))
    later = json.dumps(manifest | {"build_number": 7})
    (latest / "manifest.json").write_text(later, "utf-8")
    told = other.dbt("run", "-s", EXPORT, fails=True).stdout
    assert "is of build 7 of this warehouse, and this is build 1" in " ".join(told.split())
    (latest / "manifest.json").write_text(json.dumps(manifest), "utf-8")


# --- What is no door --------------------------------------------------------------------------


def test_a_build_that_failed_is_taken_up_by_retry(workspace):
    before = whole_set(workspace.export)
    rename = "alter table tiers.tier_changes rename column {} to {}"
    plant(workspace, rename.format("to_tier_code", "other"))
    workspace.dbt("build", *WITHOUT_TESTS, fails=True)
    assert whole_set(workspace.export) == before
    assert verdict(workspace)["status"] == "started"
    plant(workspace, rename.format("other", "to_tier_code"))
    workspace.dbt("retry")
    assert whole_set(workspace.export) != before
    assert workspace.rows("select distinct build_number from audit.customer_tier_gate") == [(2,)]
    manifest = json.loads((workspace.export / "latest" / "manifest.json").read_text("utf-8"))
    assert manifest["build_number"] == 2
    assert verdict(workspace)["status"] == "published"
    assert verdict(workspace)["build_id"] == manifest["build_id"]
    assert verdict(workspace)["sources"]["orders"]["share_accepted"] > 0.9


def test_an_export_that_failed_says_that_files_and_tables_differ(workspace, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    nowhere = Workspace(workspace.folder, environment={"EXPORT_PATH": str(blocked)})
    told = nowhere.dbt("build", *WITHOUT_TESTS, fails=True).stdout
    assert "The published tables and the exported files are not of one build" in told
    assert "customer_tier (build 2)" in told and "In the files: build 1" in told
    told = workspace.dbt("retry").stdout
    assert "are not of one build" not in told
    whole_set(workspace.export)


def test_a_full_refresh_cures_what_was_edited_before_the_candidate(workspace):
    expected = csv_checksums(workspace.export)
    plant(
        workspace,
        "update tiers.tier_assigned set tier_code = 'A'",
        "update intermediate.int_customer_features set net_revenue = 7",
        "update marts.customer_tier_history set tier_code = 'A'",
    )
    workspace.dbt("build", "--full-refresh", *WITHOUT_TESTS)
    assert csv_checksums(workspace.export) == expected


def test_tables_that_were_dropped_are_made_anew_with_all_else(workspace):
    """A run that only adds to them would leave out what has not changed."""
    plant(workspace, "drop table fits.fit_cut_points", "drop table tiers.tier_composite")
    workspace.dbt("run", "-s", "run_scope")
    [(why,)] = workspace.rows("select why_everything from audit.run_scope")
    assert why == "the tables fit_cut_points, tier_composite are gone"


def verdict(workspace: Workspace) -> dict:
    return json.loads((workspace.export / "verdict.json").read_text("utf-8"))


# --- Clocks, older versions, and who is forgotten ---------------------------------------------


@pytest.mark.long
def test_a_clock_that_was_wrong_and_a_deletion_that_a_part_has_met(workspace, tmp_path):
    data = shutil.copytree(PROJECT / "sample_data", tmp_path / "data")
    own = Workspace(workspace.folder, data=data)
    own.dbt("build", *WITHOUT_TESTS)
    wrong = "timestamp '2099-01-01'"
    plant(
        own,
        f"update audit.finished_runs set finished_at = {wrong} where build_number = 1",
        f"update audit.passed_profiles set passed_at = {wrong}, share = 1 where build_number = 1",
        f"update audit.publications set published_at = {wrong} where build_number = 1",
        "insert into audit.passed_profiles select * replace (0 as build_number, 0 as customers)"
        " from audit.passed_profiles where build_number = 1",
        # Told in the future that they are of another tier, and then the right one.
        "create temp table told as from marts.tier_publications where tier_code = 'A'",
        f"update marts.tier_publications set tier_code = 'D', published_at = {wrong}"
        " where customer_id in (select customer_id from told)",
        "insert into marts.tier_publications select * replace (2 as build_number) from told",
    )
    (data / "deletions.csv").write_text("customer_id\nB00008\n", "utf-8")
    own.dbt("run", "-s", "stg_customers")
    told = own.dbt("run", "-s", "run_scope", EXPORT, fails=True).stdout
    assert "published_export was not published" in told
    assert not (own.export / ".handled_deletions").exists()
    of_tier_a = "select customer_id from marts.tier_publications where tier_code = 'A'"
    told_before = own.rows(of_tier_a)

    own.dbt("build", *WITHOUT_TESTS)
    for table in tables_but_lists(own):
        found = found_in(table, r"\bB00008\b")
        assert own.rows(f"select {found}") == [(0,)], table
    assert len(list((own.export / "builds").iterdir())) == 1
    for file in (own.export / "latest").resolve().glob("*.csv"):
        assert not re.search(r"\bB00008\b", file.read_text("utf-8")), file
    assert (own.export / ".handled_deletions").exists()
    # Nobody is told again what they have been told; others may have moved as somebody is gone.
    told_again = [row for row in own.rows(of_tier_a) if row in set(told_before)]
    assert len(told_again) <= len(told_before)
    assert own.rows("select previous_customers > 1000 from audit.gate_context") == [(True,)]

    rows = own.rows("select count(*) from marts.tier_publications")
    own.dbt("build", *WITHOUT_TESTS)
    assert own.rows("select why_everything from audit.run_scope") == [(None,)]
    assert own.rows("select count(*) from marts.tier_publications") == rows


@pytest.mark.long
def test_a_warehouse_of_before_runs_had_numbers(workspace):
    told = workspace.rows("select * exclude (build_number) from marts.tier_publications order by 1")
    plant(
        workspace,
        "drop table audit.builds",
        "drop table audit.model_builds",
        "alter table audit.gate_history drop column build_number",
        "alter table audit.gate_history drop column warehouse_file",
        "alter table audit.customer_tier_gate drop column build_number",
        "alter table audit.customer_tier_gate drop column warehouse_file",
        *(
            f"alter table {table} drop column build_number"
            for table in (
                "audit.passed_profiles",
                "audit.publications",
                "audit.finished_runs",
                "marts.tier_publications",
            )
        ),
        "alter table audit.publications drop column table_fingerprint",
    )
    assert "of no known build" in workspace.dbt("run", "-s", EXPORT, fails=True).stdout
    workspace.dbt("build", *WITHOUT_TESTS)
    columns = "* exclude (build_number)"
    assert told == workspace.rows(f"select {columns} from marts.tier_publications order by 1")
    assert workspace.rows("select previous_customers > 1000 from audit.gate_context") == [(True,)]
    assert workspace.rows("select max(build_number) from audit.builds") == [(2,)]
    whole_set(workspace.export)
