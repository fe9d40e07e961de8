"""A day's run leaves every restated table as a full refresh would; publications only grow."""

import os
import random
import signal
import subprocess

import duckdb
import pytest
from changing_world import World, forgotten, tables_that_differ
from conftest import WITHOUT_TESTS, Workspace


def told(warehouse) -> list[tuple]:
    query = "select customer_id, published_at, tier_code, policy, policy_version from marts."
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(f"{query}tier_publications").fetchall()


def scope(warehouse) -> tuple:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        query = "select why_everything, why_all_records from audit.run_scope"
        return connection.execute(query).fetchone()


@pytest.mark.long
def test_a_row_that_is_not_restated_is_found(tmp_path):
    world = World(tmp_path, random.Random(5))
    world.begin()
    daily = world.run("daily")
    world.next_day(["late_order"], 1)
    daily = world.run("daily")
    whole = world.run_from_scratch()
    assert tables_that_differ(daily, whole) == {}
    with duckdb.connect(str(daily)) as connection:
        connection.execute(
            "update tiers.tier_composite set composite_score = composite_score + 1 where"
            " customer_id ="
            " (select min(customer_id) from tiers.tier_composite where composite_score is not null)"
            " and as_of_date = (select max(as_of_date) from tiers.tier_composite)"
        )
    assert tables_that_differ(daily, whole) == {"tiers.tier_composite": (1, 1)}


@pytest.mark.long
def test_an_unfinished_run_by_other_rules_leaves_nothing_behind(tmp_path):
    world = World(tmp_path, random.Random(7))
    world.begin()
    world.run("daily")
    statuses = world.project / "seeds" / "order_statuses.csv"
    right = statuses.read_text("utf-8")
    assert "\ncompleted,true" in right
    statuses.write_text(right.replace("\ncompleted,true", "\ncompleted,false"), "utf-8")
    world.next_day(["orders", "customer_moves"], 1)
    orders = "select count(*) from intermediate.int_orders where outcome = 'accepted'"
    with pytest.raises(AssertionError):  # No order is left.
        world.run("daily")
    statuses.write_text(right, "utf-8")
    daily = world.run("daily")
    assert tables_that_differ(daily, world.run_from_scratch()) == {}
    with duckdb.connect(str(daily), read_only=True) as connection:
        assert connection.execute(orders).fetchone()[0] > 100


@pytest.mark.long
def test_a_longer_history_is_as_good_as_a_full_refresh(tmp_path):
    # Another date stands before the current one then, propensity has earlier dates to learn at, and
    # at dates that were only learned from something is learned; and back again.
    world = World(tmp_path, random.Random(11))
    world.begin()
    world.variables = {"history_periods": 1}
    world.run("daily")
    for periods in (3, 12, 2):
        world.variables = {"history_periods": periods}
        daily = world.run("daily")
        assert scope(daily)[0] is None
        assert tables_that_differ(daily, world.run_from_scratch()) == {}, periods


def test_a_last_order_that_is_a_refund_asks_no_question_about_the_past(tmp_path):
    world = World(tmp_path, random.Random(9))
    world.begin()
    world.next_day(["nothing"], 1)
    negative = world.data / "orders" / f"{world.day}.csv"
    header, *_ = negative.read_text("utf-8").splitlines()
    row = {"order_id": "N1", "customer_id": world.customers[0], "ordered_at": str(world.day)}
    row |= {"amount": "-5", "status": "completed"}
    line = ",".join(row.get(column, "") for column in header.split(","))
    negative.write_text(f"{header}\n{line}\n", "utf-8")
    daily = world.run("daily")
    with duckdb.connect(str(daily), read_only=True) as connection:
        found = "select is_of_the_past, as_of_date < ? from audit.gate_context"
        assert connection.execute(found, [world.day]).fetchall() == [(False, True)]
    assert told(daily)


@pytest.mark.long
def test_a_run_killed_at_any_moment_is_repaired_by_the_next(tmp_path):
    world = World(tmp_path, random.Random(3))
    world.begin()
    # Processes of their own: a run in this one would hold the lock of the warehouse to its end.
    workspace = Workspace(tmp_path / "daily", data=world.data, project=world.project, forked=False)
    workspace.folder.mkdir()
    words = ("build", *WITHOUT_TESTS, "--exclude", "published_export")
    workspace.dbt(*words, variables={"run_date": str(world.day)})
    # By what it has built, not by time: how long that takes is the machine's affair.
    for models in random.Random(18).sample(range(1, 140), 18):
        happened = ["late_order", "corrected_order", "orders", "refund"]
        # Every third time somebody asks to be forgotten, too.
        world.next_day(happened + ["forgotten"] * (models % 3 == 0), 1)
        variables = {"run_date": str(world.day)}
        with subprocess.Popen(
            workspace.command(*words, variables=variables),
            cwd=world.project,
            env=workspace.full_environment(),
            stdout=subprocess.PIPE,
        ) as run:
            built = 0
            while built < models and (line := run.stdout.readline()):
                built += b"OK created" in line
            os.kill(run.pid, signal.SIGKILL)
        assert (built, run.returncode) == (models, -signal.SIGKILL)
        workspace.dbt(*words, variables=variables)
        differ = tables_that_differ(workspace.warehouse, world.run_from_scratch())
        assert differ == {}, f"after {models} models"
        asked = forgotten(workspace.warehouse)
        assert not asked & {row[0] for row in told(workspace.warehouse)}
    assert len(asked) >= 3
