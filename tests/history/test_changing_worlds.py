"""Worlds at random: each day's run leaves every restated table as a full refresh would.

In a file of their own, as they are the longest and workers are given whole files.
"""

import random

import duckdb
import pytest
from changing_world import EVENTS, World, forgotten, tables_that_differ
from test_changing_world import scope, told


def tiers(warehouse) -> dict[str, str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select customer_id, tier_code from marts.customer_tier")
        return dict(rows.fetchall())


def play(world: World, days: list[tuple[list[str], int]], compare_every: int) -> list[tuple]:
    """Let a world change day by day; what each run said it had to work out anew."""
    world.begin()
    daily = world.run("daily")
    before, scopes = told(daily), []
    for number, (events, passed) in enumerate(days, start=1):
        world.next_day(events, passed)
        daily = world.run("daily")
        scopes.append(scope(daily))
        if number % compare_every == 0 or number == len(days):
            differ = tables_that_differ(daily, world.run_from_scratch())
            assert differ == {}, f"on {world.day}, after {events}"
        # Nothing that was told is rewritten, but for who asked to be forgotten.
        after, gone = told(daily), forgotten(daily)
        assert {row for row in before if row[0] not in gone} <= set(after)
        assert not {row[0] for row in after} & gone
        last_told = {row[0]: row[2] for row in sorted(after, key=lambda row: row[1])}
        shown = {customer: tier for customer, tier in last_told.items() if tier is not None}
        assert shown == tiers(daily)
        before = after
    return scopes


def random_days(number: int, days: int) -> list[tuple[list[str], int]]:
    """What happens on each day of a world, and how many days have passed; now and then a month.

    Whatever can happen happens in each world, an equal share of it on each day; and more by chance.
    """
    chance = random.Random(number)
    every = chance.sample(sorted(set(EVENTS)), len(set(EVENTS)))
    return [
        (
            sorted({*every[day::days], *chance.choices(EVENTS, k=chance.randint(0, 2))}),
            chance.choice([1, 1, 1, 2, 9, 31]),
        )
        for day in range(days)
    ]


def test_a_run_of_a_day_is_as_good_as_a_full_refresh(tmp_path):
    seen = play(World(tmp_path, random.Random(0)), random_days(0, days=8), compare_every=8)
    # Most days are what they should be: not a full refresh in disguise.
    assert sum(everything is None for everything, _ in seen) > len(seen) / 2, seen
    assert any(records is None for _, records in seen)


@pytest.mark.long
def test_so_is_each_of_80_runs(tmp_path):
    days = [day for number in range(1, 11) for day in random_days(number, days=8)]
    seen = play(World(tmp_path, random.Random(1)), days, compare_every=8)
    assert any(records is None for _, records in seen)
