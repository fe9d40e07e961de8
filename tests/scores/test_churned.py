"""Churned means gone, as the line has shown: in worlds whose end is known."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import WITHOUT_TESTS, Workspace, copy_project

START, END = date(2022, 3, 1), date(2025, 12, 10)
SHOPPERS = 250
# Days between two purchases of somebody of the line, with their spread.
GAPS = {"weekly": (7, 2), "monthly": (30, 8), "yearly": (365, 25)}
LINES = [*GAPS, "december"]


def purchases(line: str, random: np.random.Generator) -> tuple[list[date], date]:
    """The days of one shopper's purchases, and the day from which they are gone for good."""
    first = START + timedelta(int(random.integers(0, 900)))
    gone = END + timedelta(1)
    if random.random() < 0.4:
        gone = first + timedelta(int(random.integers(0, (END - first).days)))
    days, day = [], first
    while day <= END and day < gone:
        days.append(day)
        if line == "december":
            # One to three orders each December, and nothing else.
            day += timedelta(int(random.integers(3, 9)))
            if day.month != 12 or day.day > 28:
                later = day.year + (day.month == 12)
                day = date(later, 12, int(random.integers(1, 22)))
        else:
            mean, spread = GAPS[line]
            # Now and then they are away for a while, and come back.
            away = random.integers(40, 110) if random.random() < 0.04 and mean < 100 else 0
            day += timedelta(max(1, round(random.normal(mean, spread))) + int(away))
    return days, gone


@pytest.fixture(scope="module")
def shoppers(tmp_path_factory) -> tuple[Workspace, pd.DataFrame, dict[str, date]]:
    """A build of four lines, what was bought, and from when on each shopper is gone."""
    random = np.random.default_rng(21)
    bought, gone = [], {}
    for line in LINES:
        for number in range(SHOPPERS):
            customer = f"{line}{number:03}"
            days, gone[customer] = purchases(line, random)
            bought += [(customer, line, day) for day in days]
    orders = pd.DataFrame(bought, columns=["customer_id", "business_line", "ordered_at"])
    workspace = Workspace(tmp_path_factory.mktemp("shoppers"))
    workspace.data = workspace.folder / "data"
    workspace.data.mkdir()
    orders.assign(order_id=range(len(orders)), amount=20).to_csv(
        workspace.data / "orders.csv", index=False
    )
    workspace.project = copy_project(workspace.folder / "project")
    with (workspace.project / "seeds" / "business_lines.csv").open("a", encoding="utf-8") as lines:
        lines.writelines(f"{line},default,balanced,{line},{line}\n" for line in LINES)
    selected = ("-s", "+segment_lifecycle", *WITHOUT_TESTS)
    workspace.dbt("build", *selected, variables={"run_date": f"{END}"})
    return workspace, orders, gone


@pytest.fixture(scope="module")
def stages(shoppers) -> pd.DataFrame:
    """One row per shopper and scored date: the stage, whether they bought in the 90 days after."""
    workspace, orders, _ = shoppers
    stages = workspace.query("""
        select stages.customer_id, stages.as_of_date, features.business_line, stages.segment
        from segments.segment_lifecycle as stages
        inner join intermediate.int_customer_features as features using (customer_id, as_of_date)
    """)
    stages["as_of_date"] = pd.to_datetime(stages.as_of_date)
    days = orders[["customer_id", "ordered_at"]].assign(day=pd.to_datetime(orders.ordered_at))
    after = stages.merge(days, on="customer_id")
    ahead = (after.day - after.as_of_date).dt.days
    came = after[ahead.between(1, 90)].groupby(["customer_id", "as_of_date"]).size()
    keys = pd.MultiIndex.from_frame(stages[["customer_id", "as_of_date"]])
    return stages.assign(came_back=keys.isin(came.index))


def test_few_of_the_churned_come_back(stages):
    whole = stages[stages.as_of_date + pd.Timedelta(days=90) <= pd.Timestamp(END)]
    churned = whole[whole.segment == "churned"]
    judged = churned.groupby(["business_line", "as_of_date"]).came_back.agg(["size", "mean"])
    print(judged.to_string())
    many = judged[judged["size"] >= 30]
    assert {"weekly", "monthly"} <= set(many.index.get_level_values(0))
    assert many["mean"].max() <= 0.15


def test_who_comes_each_december_is_not_lost_in_november(stages):
    november = stages[(stages.as_of_date.dt.month == 11) & (stages.business_line == "december")]
    assert november.came_back.mean() > 0.3
    assert (november.segment[november.came_back] != "churned").mean() > 0.95


@pytest.mark.parametrize("line", ["weekly", "monthly"])
def test_who_is_gone_for_good_is_churned_after_a_year(stages, shoppers, line):
    gone = pd.to_datetime(stages.customer_id.map(shoppers[2]))
    a_year = (stages.as_of_date - gone).dt.days >= 365
    found = (stages.segment[a_year & (stages.business_line == line)] == "churned").mean()
    print(line, found)
    assert found >= 0.6
