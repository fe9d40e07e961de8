"""Each metric says what SQL on the published history says, by tier, stage, line and month."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import Workspace, copy_project

MF = Path(sys.executable).parent / "mf"
METRICS = {
    "customers": "count(*)",
    "net_revenue": "sum(net_revenue)",
    "revenue_share": "sum(net_revenue) / any_value(of_everybody)",
    "revenue_per_customer": "sum(net_revenue) / count(*)",
    "repurchase_rate": "count(*) filter (order_count >= 2)"
    " / nullif(count(*) filter (order_count >= 1), 0)",
    "churn_rate": "count(*) filter (lifecycle_stage = 'churned')"
    " / nullif(count(*) filter (tier_code <> 'P'), 0)",
    "migration_rate": "count(*) filter (tier_code <> previous_tier_code)"
    " / nullif(count(previous_tier_code), 0)",
}
BY = ["tier_code", "lifecycle_stage", "business_line"]


@pytest.fixture(scope="module")
def project(sample_build, tmp_path_factory) -> Workspace:
    """The built sample as `mf` finds it: in a project with its manifest in target/.

    The current month is given a second date, as it has where periods are weeks.
    """
    folder = tmp_path_factory.mktemp("metrics")
    workspace = Workspace(folder, project=copy_project(folder / "project"))
    (workspace.project / "target").mkdir()
    shutil.copy(
        sample_build.folder / "target" / "semantic_manifest.json", workspace.project / "target"
    )
    shutil.copy(sample_build.warehouse, workspace.warehouse)
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("""
            insert into marts.customer_tier_history
            select * replace (as_of_date - 7 as as_of_date, false as is_current)
            from marts.customer_tier_history
            where is_current and tier_code <> 'C'
        """)
    return workspace


def mf(workspace: Workspace, *words: str) -> list[dict[str, str]]:
    """The rows that `mf query` finds."""
    answer = workspace.folder / "answer.csv"
    done = subprocess.run(
        [MF, "query", "--quiet", "--csv", str(answer), *words],
        cwd=workspace.project,
        env=workspace.full_environment() | {"DBT_PROFILES_DIR": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with answer.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def expected(workspace: Workspace, column: str, month: str) -> list[dict]:
    """The same by SQL on the published history: of each month its last date."""
    metrics = ", ".join(f"{sql} as {name}" for name, sql in METRICS.items())
    query = f"""
        with pictures as (
            select *, sum(net_revenue) over (partition by as_of_date) as of_everybody
            from marts.customer_tier_history
            where as_of_date in (
                select max(as_of_date) from marts.customer_tier_history group by {month}
            )
        )
        select {month} as month, {column}, {metrics} from pictures group by all
    """
    return workspace.query(query).to_dict("records")


def assert_equal(found: list[dict[str, str]], rows: list[dict], column: str) -> None:
    by_key = {
        (str(row["month"])[:10], row[column]): {name: row[name] for name in METRICS} for row in rows
    }
    assert len(found) == len(by_key) > 3
    for row in found:
        key = (row.get("metric_time__month", "all")[:10], row[f"customer_at_date__{column}"])
        numbers = {name: float(row[name] or "nan") for name in METRICS}
        wanted = {name: float(number) for name, number in by_key[key].items()}
        assert numbers == pytest.approx(wanted, rel=1e-9, nan_ok=True), key


@pytest.mark.parametrize("column", BY)
def test_metrics_by_month_are_those_of_its_last_date(project, column):
    by = f"metric_time__month,customer_at_date__{column}"
    found = mf(project, "--metrics", ",".join(METRICS), "--group-by", by)
    rows = expected(project, column, "date_trunc('month', as_of_date)")
    assert_equal(found, rows, column)
    dates = project.rows("select count(distinct as_of_date) from marts.customer_tier_history")
    assert len({row["month"] for row in rows}) == 13 and dates == [(14,)]


def test_metrics_without_a_date_are_those_of_the_current_one(project):
    found = mf(project, "--metrics", ",".join(METRICS), "--group-by", "customer_at_date__tier_code")
    assert_equal(found, expected(project, "tier_code", "'all'"), "tier_code")


def test_a_share_is_of_everybody_also_under_a_filter(project):
    filter_ = "{{ Dimension('customer_at_date__tier_code') }} = 'A'"
    by = "customer_at_date__tier_code"
    [found] = mf(project, "--metrics", "revenue_share", "--group-by", by, "--where", filter_)
    [wanted] = [row for row in expected(project, "tier_code", "'all'") if row["tier_code"] == "A"]
    assert float(found["revenue_share"]) == pytest.approx(float(wanted["revenue_share"]))
    assert 0 < float(found["revenue_share"]) < 1


def test_the_calendar_has_every_day_between_the_published_dates(sample_build):
    [(days, distinct, first, last)] = sample_build.rows(
        "select count(*), count(distinct calendar_day), min(calendar_day), max(calendar_day)"
        " from metrics.calendar_days"
    )
    assert [(first, last)] == sample_build.rows(
        "select min(as_of_date), max(as_of_date) from marts.customer_tier_history"
    )
    assert days == distinct == (last - first).days + 1


PERIOD_METRICS = {
    "period_net_revenue": "sum(net_revenue)",
    "period_margin": "sum(margin)",
    "period_contact_cost": "sum(contact_cost)",
    "period_return": "sum(net_return)",
    "period_orders": "sum(orders)",
    "period_conversions": "sum(first_orders)",
    "retention_rate": "sum(retained_customers) / nullif(sum(customers_before), 0)",
    "period_repurchase_rate": "sum(repeat_buyers) / nullif(sum(buyers), 0)",
    "period_churn_rate": "sum(churned_customers) / nullif(sum(customers_to_churn), 0)",
}


@pytest.mark.parametrize("by_month", [True, False])
def test_metrics_of_periods_are_those_of_the_tier_at_their_start(project, by_month):
    # The other groupings of the table would count everybody once more.
    by = "group_in_period__tier_at_start"
    group_by = f"metric_time__month,{by}" if by_month else by
    found = mf(project, "--metrics", ",".join(PERIOD_METRICS), "--group-by", group_by)
    month = "cast(date_trunc('month', as_of_date) as date)" if by_month else "'all'"
    metrics = ", ".join(f"{sql} as {name}" for name, sql in PERIOD_METRICS.items())
    rows = project.query(
        f"select {month} as month, group_code, {metrics} from marts.tier_performance"
        " where grouping_name = 'tier' group by all"
    ).to_dict("records")
    wanted = {(str(row["month"])[:10], row["group_code"]): row for row in rows}
    assert len(found) == len(wanted) > 5
    for row in found:
        expected_row = wanted[row.get("metric_time__month", "all")[:10], row[by]]
        numbers = {name: float(row[name] or "nan") for name in PERIOD_METRICS}
        expected_numbers = {
            name: float("nan" if expected_row[name] is None else expected_row[name])
            for name in PERIOD_METRICS
        }
        assert numbers == pytest.approx(expected_numbers, rel=1e-9, nan_ok=True), row
