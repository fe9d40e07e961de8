"""What tiers bring, counted once more in pandas: from days, touches and answers of the sample."""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

GROUPINGS = {"tier": "tier_code", "lifecycle": "lifecycle_stage", "rfm_zh": "segment"}
KEY = ["as_of_date", "business_line", "grouping_name", "group_code"]
COUNTS = [
    *("customers", "customers_at_end", "orders", "buyers", "repeat_buyers", "customers_before"),
    *("retained_customers", "customers_to_churn", "churned_customers", "first_orders"),
    *("nps_answers", "contracts_at_start", "contracts_kept"),
]


def read(build, query: str) -> pd.DataFrame:
    """A table, with dates as dates and amounts as floats."""
    frame = build.query(query)
    for name in frame.select_dtypes(object):
        numbers = frame[name].dropna()
        if len(numbers) and isinstance(numbers.iloc[0], Decimal):
            frame[name] = frame[name].astype(float)
    return frame


def shared_costs(build) -> pd.DataFrame:
    """The cost of each touch: a campaign's cost by customers, then by the touches of each."""
    touches = read(
        build,
        "select campaign_id, customer_id, touch_date as day from intermediate.int_campaign_touches"
        " where outcome = 'accepted' and arm is distinct from 'control'",
    )
    costs = read(build, "select campaign_id, cost from intermediate.int_campaigns")
    touches = touches.merge(costs, on="campaign_id")
    people = touches.groupby("campaign_id").customer_id.transform("nunique")
    own = touches.groupby(["campaign_id", "customer_id"]).day.transform("size")
    return touches.assign(cost=touches.cost / people / own)


def recount(build) -> pd.DataFrame:
    """The table from its definition, period by period."""
    history = read(build, "select * from marts.customer_tier_history")
    classes = read(build, "select customer_id, as_of_date, segment from segments.segment_rfm_zh")
    history = history.merge(classes, on=["customer_id", "as_of_date"])
    days = read(build, "select * from intermediate.int_customer_days")
    known = read(build, "select customer_id, known_since from intermediate.int_customers")
    known = known.set_index("customer_id").known_since
    surveys = read(
        build,
        "select customer_id, answer_date as day, cast(answer as double) as answer"
        " from intermediate.int_surveys where outcome = 'accepted' and attitude = 'nps'",
    )
    contracts = read(
        build, "select * from intermediate.int_subscriptions where outcome = 'accepted'"
    )
    contracts = contracts[contracts.customer_id.isin(known.index)]
    touches = shared_costs(build)
    dates = sorted(history.as_of_date.unique())
    rows = []
    for first, last in pairwise(dates):
        start, end = (
            history[history.as_of_date == date].set_index("customer_id") for date in (first, last)
        )
        inside = days[(days.activity_date > first) & (days.activity_date <= last)]
        of_customers = inside.groupby("customer_id")
        buying = inside[inside.order_count > 0].groupby("customer_id")
        earlier = set(days[(days.order_count > 0) & (days.activity_date <= first)].customer_id)
        begun = {
            customer: day
            for customer, day in buying.activity_date.min().items()
            if customer not in earlier
        }
        answers = surveys[(surveys.day > first) & (surveys.day <= last)]
        spent = touches[(touches.day > first) & (touches.day <= last)]
        everybody = start.index.union(end.index)
        people = pd.DataFrame(index=everybody)
        people["line"] = start.business_line.reindex(everybody).fillna(end.business_line)
        for name in ("net_revenue", "costed_revenue", "costed_margin", "order_count"):
            people[name] = of_customers[name].sum().reindex(everybody, fill_value=0)
        people["days"] = buying.size().reindex(everybody, fill_value=0)
        people["answers"] = answers.groupby("customer_id").size().reindex(everybody, fill_value=0)
        balance = np.sign((answers.answer >= 9).astype(int) - (answers.answer < 7).astype(int))
        people["balance"] = balance.groupby(answers.customer_id).sum().reindex(everybody).fillna(0)
        people["cost"] = spent.groupby("customer_id").cost.sum().reindex(everybody, fill_value=0)
        running = {
            day: contracts[
                (contracts.started_date <= day) & ~(contracts.cancelled_date <= day)
            ].groupby("customer_id")
            for day in (first, last)
        }
        ran = contracts[(contracts.started_date <= first) & ~(contracts.cancelled_date <= first)]
        kept = ran[~(ran.cancelled_date <= last)].groupby("customer_id").size()
        people["contracts"] = running[first].size().reindex(everybody, fill_value=0)
        people["kept"] = kept.reindex(everybody, fill_value=0)
        for when, day in (("mrr", first), ("mrr_after", last)):
            people[when] = running[day].monthly_amount.sum().reindex(everybody, fill_value=0)
        people["mrr_after"] *= people.contracts > 0
        people["begun"] = people.index.isin(begun)
        waited = pd.Series({each: (begun[each] - known[each]).days for each in begun}, dtype=float)
        waited[[known[each].year == 1900 for each in waited.index]] = np.nan
        people["waited"] = waited.reindex(everybody)
        people["was"] = people.index.isin(start.index)
        people["is"] = people.index.isin(end.index)
        people["bought"] = people.index.isin(earlier) & people.was
        before = start.lifecycle_stage.reindex(everybody)
        people["could"] = people.bought & (before != "churned") & people["is"]
        people["churned"] = people.could & (end.lifecycle_stage.reindex(everybody) == "churned")
        for grouping, column in GROUPINGS.items():
            people["group"] = start[column].reindex(everybody).fillna("entry")
            for (line, group), each in people.groupby(["line", "group"]):
                costed = each.costed_revenue.sum()
                of_line = people[people.line == line]
                margin = np.nan
                if costed > 0:
                    margin = each.net_revenue.sum() * each.costed_margin.sum() / costed
                elif of_line.costed_revenue.sum() > 0 and not each.order_count.sum():
                    margin = 0 if each.net_revenue.sum() == 0 else np.nan
                revenue = each.net_revenue.sum()
                rows.append(
                    {
                        **dict(zip(KEY, (last, line, grouping, group), strict=True)),
                        "customers": each.was.sum(),
                        "customers_at_end": each["is"].sum(),
                        "orders": each.order_count.sum(),
                        "buyers": (each.days > 0).sum(),
                        "repeat_buyers": (each.days > 1).sum(),
                        "customers_before": each.bought.sum(),
                        "retained_customers": (each.bought & (each.days > 0)).sum(),
                        "customers_to_churn": each.could.sum(),
                        "churned_customers": each.churned.sum(),
                        "first_orders": each.begun.sum(),
                        "nps_answers": each.answers.sum(),
                        "contracts_at_start": each.contracts.sum(),
                        "contracts_kept": each.kept.sum(),
                        "net_revenue_retention": each.mrr_after.sum() / (each.mrr.sum() or np.nan),
                        "net_revenue": revenue,
                        "revenue_share": revenue / (of_line.net_revenue.sum() or np.nan),
                        "margin": margin,
                        "contact_cost": each.cost.sum(),
                        "net_return": (revenue if np.isnan(margin) else margin) - each.cost.sum(),
                        "mean_days_to_first_order": each.waited.mean(),
                        "net_promoter_score": 100
                        * each.balance.sum()
                        / (each.answers.sum() or np.nan),
                    }
                )
    return pd.DataFrame(rows).set_index(KEY).sort_index()


@pytest.fixture(scope="module")
def told(sample_build) -> pd.DataFrame:
    table = read(sample_build, "select * from marts.tier_performance")
    return table[table.grouping_name != "published_tier"].set_index(KEY).sort_index()


@pytest.fixture(scope="module")
def counted(sample_build) -> pd.DataFrame:
    return recount(sample_build)


def test_every_group_of_every_period_is_there(told, counted):
    assert list(told.index) == list(counted.index) and len(told) > 500
    assert len(told.index.unique("as_of_date")) == 12


def test_counts_are_those_of_a_recount(told, counted):
    for name in COUNTS:
        np.testing.assert_array_equal(told[name], counted[name].astype(int), err_msg=name)
    assert (told[COUNTS].sum() > 0).all()


def test_amounts_and_means_are_those_of_a_recount(told, counted):
    for name in counted.columns.difference(COUNTS):
        np.testing.assert_allclose(
            told[name].astype(float), counted[name].astype(float), atol=2e-3, err_msg=name
        )
    assert told.margin.notna().sum() > 100 and told.contact_cost.sum() > 0


def test_rates_follow_from_the_counts(told):
    for rate, part, whole in [
        ("retention_rate", "retained_customers", "customers_before"),
        ("repurchase_rate", "repeat_buyers", "buyers"),
        ("churn_rate", "churned_customers", "customers_to_churn"),
        ("renewal_rate", "contracts_kept", "contracts_at_start"),
    ]:
        wanted = told[part] / told[whole].replace(0, np.nan)
        np.testing.assert_allclose(told[rate], wanted, atol=1e-6, err_msg=rate)


def test_churn_is_of_the_tier_at_the_start(told):
    # By the tier of today A would have 0 and the lapsed 1, whatever has happened.
    of_tiers = told.xs("tier", level="grouping_name")
    sums = of_tiers.groupby("group_code")[["churned_customers", "customers_to_churn"]].sum()
    rates = sums.churned_customers / sums.customers_to_churn
    assert 0 <= rates["A"] < rates["B"] < rates["C"] < 1
    assert of_tiers.xs("P", level="group_code").customers_to_churn.sum() == 0


def test_groupings_add_up_to_the_same_line(told):
    sums = told.groupby(["as_of_date", "business_line", "grouping_name"])[
        ["customers", "orders", "net_revenue", "contact_cost"]
    ].sum()
    for _, each in sums.groupby(["as_of_date", "business_line"]):
        np.testing.assert_allclose(each, each.iloc[[0, 0, 0]], atol=0.01)


def test_nothing_is_lost_of_what_was_sold(sample_build, told):
    [(revenue, orders)] = sample_build.rows(
        "select sum(net_revenue), sum(order_count) from intermediate.int_customer_days"
        " where activity_date > (select min(as_of_date) from marts.customer_tier_history)"
    )
    of_tiers = told.xs("tier", level="grouping_name")
    assert of_tiers.net_revenue.sum() == pytest.approx(float(revenue), abs=0.01)
    assert of_tiers.orders.sum() == orders


def test_lifetime_value_is_that_of_the_current_date(sample_build, told):
    current = told[told.is_current]
    assert told[~told.is_current].mean_lifetime_value.isna().all()
    wanted = sample_build.rows(
        "select avg(lifetime_value) from marts.customer_360 as shown"
        " inner join marts.customer_tier_history as history using (customer_id)"
        " where not history.is_current and history.tier_code = 'A'"
        " and history.business_line = 'ecommerce' and history.as_of_date ="
        " (select max(as_of_date) from marts.customer_tier_history where not is_current)"
    )
    place = (current.index[0][0], "ecommerce", "tier", "A")
    assert current.loc[place].mean_lifetime_value == pytest.approx(wanted[0][0], abs=1e-3)


def test_nothing_had_been_told_before_the_first_build(sample_build):
    [(rows,)] = sample_build.rows(
        "select count(*) from marts.tier_performance where grouping_name = 'published_tier'"
    )
    assert rows == 0
