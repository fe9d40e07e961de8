"""On Spark, too: rules and gate stop a build in words, and nothing is published past them."""

import hashlib
from pathlib import Path

import pytest
from conftest import Workspace, copy_project
from spark_workspace import SparkWorkspace
from test_config_errors import TOLD, break_seeds, found

pytest.importorskip("pyspark", reason="needs the environment of `make test-spark`")
pytestmark = pytest.mark.spark

FROM_THE_CANDIDATE = ("customer_tier_candidate", "gate_context", "customer_tier_profile")
FROM_THE_CANDIDATE += ("customer_tier_gate", "customer_tier")


def with_fault(
    build: SparkWorkspace, folder: Path, file: str, old: str, new: str
) -> SparkWorkspace:
    """The same warehouse, for a project in which one file has a fault."""
    project = copy_project(folder / "project")
    text = (project / file).read_text("utf-8")
    assert old in text, file
    (project / file).write_text(text.replace(old, new), "utf-8")
    return SparkWorkspace(build.folder, project=project, spark=build.spark)


def published(workspace: Workspace) -> dict[str, str]:
    """A checksum of every file of the published tables and of the latest export."""
    folders = [workspace.folder / "warehouse" / "marts.db", (workspace.export / "latest").resolve()]
    return checksums(folders[0]) | checksums(folders[1])


def checksums(folder: Path) -> dict[str, str]:
    """A checksum of every Parquet file below a folder that has the published tables."""
    sums = {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.parquet")
        if path.is_file()
    }
    assert len(sums) >= 6
    return sums


def lose_customers(build: SparkWorkspace, folder: Path) -> SparkWorkspace:
    """The same warehouse, for a project that loses every tenth customer on the way."""
    whole = "left join guardrails on assigned.guardrail_code = guardrails.rule"
    return with_fault(
        *(build, folder, "models/tiers/customer_tier_candidate.sql"),
        *(whole, f"{whole}\nwhere assigned.customer_id not like '%7'"),
    )


def test_a_null_that_the_contract_rules_out_leaves_the_old_table(spark_sample, tmp_path):
    before = published(spark_sample)
    file, old = "models/marts/customer_tier.sql", "    policy,\n"
    faulty = with_fault(spark_sample, tmp_path, file, old, "    nullif(policy, 'b2b') as policy,\n")
    said = faulty.dbt("run", "-s", "customer_tier", fails=True).stdout
    assert "customer_tier.policy is null, which its contract rules out" in said
    assert published(spark_sample) == before


def test_the_gate_stops_a_candidate_and_no_command_goes_around_it(spark_sample, tmp_path):
    before = published(spark_sample)
    faulty = lose_customers(spark_sample, tmp_path)
    said = faulty.dbt("run", "-s", *FROM_THE_CANDIDATE, fails=True).stdout
    assert "The gate stopped this build, and nothing was published" in said
    assert "No customer is missing, and none was made up." in said
    assert published(spark_sample) == before

    said = spark_sample.dbt("run", "-s", "customer_tier", fails=True).stdout
    assert "customer_tier was not published: the gate did not pass the last candidate" in said
    assert published(spark_sample) == before


@pytest.mark.long
def test_every_error_of_the_rules_is_told_as_on_duckdb(spark_sample, tmp_path):
    before = published(spark_sample)
    broken = SparkWorkspace(spark_sample.folder, project=copy_project(tmp_path / "project"))
    break_seeds(broken.project)
    said = broken.dbt("build", "-s", "+config_errors", "+customer_tier", fails=True).stdout
    errors = spark_sample.spark_rows(
        "select config_file, config_row, problem, remedy from {audit.config_errors}"
    )
    missed = [
        (seed, row, problem)
        for seed, row, problem, remedy in TOLD
        if not found(errors, f"seeds/{seed}.csv", row, problem, remedy)
    ]
    assert missed == []
    assert f"{len(errors)} error(s) in the configuration" in said
    assert "OK created sql table model staging" not in said
    assert published(spark_sample) == before
