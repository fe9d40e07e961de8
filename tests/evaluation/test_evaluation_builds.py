"""The evaluation through whole builds: the protocol, published figures, and no leak."""

import shutil
from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT, Workspace, copy_of_build
from test_cdnow import read_cdnow

EVALUATION = ["--resource-type", "seed", "--resource-type", "model"]


# --- The protocol, in pandas ------------------------------------------------------------------


def by_hand(build: Workspace, method: str, horizon: int) -> pd.DataFrame:
    """By line: what the top 20 % by a method brought of all that came, from orders and refunds."""
    orders = build.query(
        "select customer_id, order_date as day, amount::double as amount from"
        " intermediate.int_orders where outcome = 'accepted' and amount >= 0 union all"
        " select customer_id, refund_date, -amount::double from intermediate.int_refunds"
        " where outcome = 'accepted' union all"
        " select customer_id, billed_date, monthly_amount::double from"
        " intermediate.int_contract_months"
    )
    dates = build.query("select * from intermediate.int_scoring_dates")
    last_day = min(dates[dates.is_current].as_of_date.iloc[0], orders.day.max())
    scores = build.query(
        "select features.customer_id, features.as_of_date, business_line, score"
        " from intermediate.int_customer_features as features"
        f" inner join scores.score_{method} using (customer_id, as_of_date)"
    )
    caught, there = {}, {}
    for day in dates[dates.is_published & ~dates.is_current].as_of_date:
        end = day + pd.Timedelta(days=horizon)
        if end > last_day:
            continue
        past = orders[orders.day <= day].groupby("customer_id").amount.sum()
        bought = set(
            build.query(
                "select customer_id from intermediate.int_orders where amount >= 0"
                " and outcome = 'accepted' and order_date <= $day union"
                " select customer_id from intermediate.int_contract_months"
                " where billed_date <= $day",
                {"day": day.date()},
            ).customer_id
        )
        later = orders[(orders.day > day) & (orders.day <= end)].groupby("customer_id").amount.sum()
        here = scores[(scores.as_of_date == day) & scores.customer_id.isin(bought)].copy()
        here["past"] = here.customer_id.map(past).fillna(0).round(4)
        here["later"] = here.customer_id.map(later).fillna(0)
        for line, rows in here.groupby("business_line"):
            if rows.score.isna().all():
                continue
            best = rows.sort_values(
                ["score", "past", "customer_id"], ascending=[False, False, True]
            )
            top = int(np.floor(0.2 * len(rows) + 0.5))
            caught[line] = caught.get(line, 0) + best.later.head(top).sum()
            there[line] = there.get(line, 0) + rows.later.sum()
    return pd.Series(caught) / pd.Series(there)


@pytest.mark.parametrize(("method", "horizon"), [("rfm", 90), ("clv", 180), ("growth", 30)])
def test_the_protocol_is_that_of_forty_lines_of_pandas(sample_build, method, horizon):
    expected = by_hand(sample_build, method, horizon)
    found = sample_build.query(
        "select business_line, value from marts.method_backtest where is_pooled and method = ?"
        " and horizon_days = ? and outcome = 'net_revenue' and metric = 'top_20_percent'",
        [method, horizon],
    ).set_index("business_line")
    assert set(found.index) == {"b2b", "ecommerce"}
    for line, share in found.value.items():
        assert share == pytest.approx(expected[line], abs=1e-6), line


def test_the_composite_holds_what_its_best_part_does(sample_build):
    behind = sample_build.query(
        "select business_line, behind, behind_low from marts.method_recommendation"
        " where method = 'composite' and goal = 'balanced'"
    ).set_index("business_line")
    assert behind.behind["b2b"] <= 0.01 and behind.behind_low["ecommerce"] <= 0
    shares = sample_build.query(
        "select business_line, method, value from marts.method_backtest where is_pooled"
        " and metric = 'top_20_percent' and horizon_days = 180 and outcome = 'net_revenue'"
    ).pivot(index="business_line", columns="method", values="value")
    assert len(shares) == 2 and (shares.composite > shares.rfm).all()


def test_who_is_judged_had_bought_and_every_horizon_had_ended(sample_build):
    [(wrong, rows)] = sample_build.rows("""
        select
            count(*) filter (
                features.purchase_day_count = 0
                or outcomes.as_of_date + outcomes.horizon_days
                > (select max(order_date) from intermediate.int_orders where outcome = 'accepted')
            ),
            count(*)
        from evaluation.evaluation_outcomes as outcomes
        inner join intermediate.int_customer_features as features using (customer_id, as_of_date)
    """)
    assert wrong == 0 < rows


def test_no_probability_is_shown_without_skill(sample_build):
    shown = sample_build.rows("""
        select skills.method, skills.skill, customers.business_line,
            count(case skills.method
                when 'buy_probability_30_days' then customers.buy_probability_30_days
                when 'churn_probability_90_days' then customers.churn_probability_90_days
                when 'p_alive' then customers.p_alive end) as shown,
        from marts.method_skill as skills
        inner join marts.customer_360 as customers using (business_line, as_of_date)
        where skills.kind = 'probability'
        group by all
    """)
    assert {skill for _, skill, _, _ in shown} == {"shown", "not_shown"}
    assert all((count > 0) == (skill == "shown") for _, skill, _, count in shown)
    different = sample_build.rows("""
        select count(*)
        from marts.customer_360 as shown
        inner join scores.score_propensity as said using (customer_id, as_of_date)
        where shown.buy_probability_30_days <> said.buy_probability_30_days
        or shown.churn_probability_90_days <> said.churn_probability_90_days
    """)
    assert different == [(0,)]


# --- Published figures ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cdnow_sample(tmp_path_factory) -> Workspace:
    """CDNOW's sample, judged over the 39 weeks that the literature holds out."""
    folder = tmp_path_factory.mktemp("cdnow_evaluated")
    rows = read_cdnow("CDNOW_sample.txt")
    (folder / "data").mkdir()
    columns = ["order_id", "customer_id", "ordered_at", "amount"]
    orders = pd.DataFrame(
        [range(1, len(rows) + 1), rows["customer_id"], rows["date"], rows["dollars"]]
    ).T.set_axis(columns, axis=1)
    orders.to_csv(folder / "data" / "orders.csv", index=False)
    workspace = Workspace(folder, data=folder / "data")
    variables = {"reporting_currency": "USD", "evaluation_horizons": [273]}
    workspace.dbt("build", "-s", "+evaluated_methods", *EVALUATION, variables=variables)
    return workspace


# Recomputed from the files; no method of ours is in them: the sum of R, F and M is Hughes's.
@pytest.mark.parametrize(
    ("method", "share", "gini"),
    [("rfm", 0.663, 0.701), ("past_spend", 0.663, 0.680), ("recency", 0.613, 0.624)],
)
def test_cdnow_gives_the_published_figures(cdnow_sample, method, share, gini):
    found = dict(
        cdnow_sample.rows(
            "select metric, value from evaluation.evaluated_methods where topic = 'metric'"
            " and not is_pooled and as_of_date = date '1997-09-30' and horizon_days = 273"
            " and outcome = 'net_revenue' and method = ?",
            [method],
        )
    )
    print(f"\n{method}: top 20 % {found['top_20_percent']:.4f}, Gini {found['gini']:.4f}")
    assert found["top_20_percent"] == pytest.approx(share, abs=0.005)
    assert found["gini"] == pytest.approx(gini, abs=0.01)


# --- No leak ----------------------------------------------------------------------------------


def test_a_shuffled_future_changes_the_evaluation_and_no_score(sample_build, tmp_path):
    day = date(2026, 4, 30)
    data = shutil.copytree(PROJECT / "sample_data", tmp_path / "data")
    lines = sample_build.query(
        "select order_id from intermediate.int_orders where order_date > ?"
        " and outcome = 'accepted' order by source_row",
        [day],
    ).order_id
    # Line by line: the file has lines that are broken on purpose, and they stay so.
    text = (data / "orders.csv").read_text("utf-8-sig").splitlines()
    header = text[0].split(",")
    place = header.index("customer_id")
    by_id = {line.split(",")[header.index("order_id")]: n for n, line in enumerate(text)}
    rows = [by_id[order] for order in lines if order in by_id]
    owners = [text[row].split(",")[place] for row in rows]
    for row, owner in zip(rows, np.random.default_rng(1).permutation(owners), strict=True):
        cells = text[row].split(",")
        text[row] = ",".join([*cells[:place], str(owner), *cells[place + 1 :]])
    (data / "orders.csv").write_text("\n".join(text) + "\n", "utf-8")
    shuffled = copy_of_build(sample_build, tmp_path / "work", data=data)
    shuffled.dbt("build", "-s", "+evaluated_methods", *EVALUATION)
    said = (
        "select * exclude (line_customers) from evaluation.evaluation_customers"
        " where as_of_date <= ? order by all"
    )
    came = "select * from evaluation.evaluation_outcomes where as_of_date <= ? order by all"
    before, after = (build.query(said, [day]) for build in (sample_build, shuffled))
    assert len(before) > 1000
    pd.testing.assert_frame_equal(before, after)
    assert not sample_build.query(came, [day]).equals(shuffled.query(came, [day]))
    assert sample_build.rows(
        "select value from marts.method_backtest where method = 'rfm' and metric = 'gini'"
        " and is_pooled order by all"
    ) != shuffled.rows(
        "select value from evaluation.evaluated_methods where method = 'rfm' and metric = 'gini'"
        " and is_pooled and topic = 'metric' order by all"
    )
