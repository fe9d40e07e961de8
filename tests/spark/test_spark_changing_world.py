"""On Spark, too: a day's run leaves every published table as a full refresh would."""

import random
import shutil

import pytest
from changing_world import World
from conftest import WITHOUT_UNIT_TESTS, Workspace
from spark_workspace import SparkWorkspace
from test_spark_parity import differences

pytest.importorskip("pyspark", reason="needs the environment of `make test-spark`")
pytestmark = [pytest.mark.spark, pytest.mark.long]


def test_three_days_are_as_good_as_full_refreshes_on_duckdb(tmp_path):
    world = World(tmp_path, random.Random(8))
    world.begin()
    spark = SparkWorkspace(tmp_path / "spark", data=world.data, project=world.project)
    spark.folder.mkdir()
    spark.dbt("build", *WITHOUT_UNIT_TESTS, variables={"run_date": str(world.day)})
    for events, days in [
        (["orders", "late_order", "new_customer"], 1),
        (["corrected_order", "refund", "override", "forgotten"], 1),
        (["moved_order", "call", "stray_refund"], 12),
    ]:
        world.next_day(events, days)
        variables = {"run_date": str(world.day)}
        spark.dbt("build", *WITHOUT_UNIT_TESTS, variables=variables)
        scope = spark.spark_rows("select why_everything from {audit.run_scope}")
        assert scope == [(None,)]
        shutil.rmtree(tmp_path / "duckdb", ignore_errors=True)
        whole = Workspace(tmp_path / "duckdb", data=world.data, project=world.project)
        whole.folder.mkdir()
        whole.dbt("build", *WITHOUT_UNIT_TESTS, variables=variables)
        assert differences(whole, spark) == [], f"on {world.day}, after {events}"
