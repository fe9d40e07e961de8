"""What methods say of the sample, held against what came, and against the simplest rival."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from customer_tiering.trees import BOUNDS, WORDS, fitted, in_leaf, leaves_of, readable

ENDED = """
    scored.as_of_date + 90 <= (select max(as_of_date) from intermediate.int_scoring_dates)
"""


def test_leads_are_ranked_better_than_by_age_alone(sample_build):
    leads = sample_build.query(f"""
        select scored.score, scored.days_known, scored.fit_score, exists (
            select 1 from intermediate.int_customer_days as days
            where days.customer_id = scored.customer_id
                and days.purchase_date > scored.as_of_date
                and days.purchase_date <= scored.as_of_date + 90
        ) as bought
        from scores.score_intent as scored
        where scored.score is not null and {ENDED}
    """)
    ours = roc_auc_score(leads.bought, leads.score)
    age, fit = (roc_auc_score(leads.bought, x) for x in (-leads.days_known, leads.fit_score))
    print(f"\n{len(leads)} leads and dates: AUC {ours:.4f}, age alone {age:.4f}, fit {fit:.4f}")
    assert ours > age and fit > 0.6


def test_expected_orders_are_nearer_than_by_the_mean_gap(sample_build):
    dates = sample_build.query("""
        select scored.expected_order_date, scored.as_of_date, scored.is_overdue,
            features.last_purchase_date as last, features.first_purchase_date as first,
            features.purchase_day_count as days,
            min(later.purchase_date) as came
        from scores.score_demand as scored
        inner join intermediate.int_customer_features as features using (customer_id, as_of_date)
        inner join intermediate.int_customer_days as later
            on scored.customer_id = later.customer_id and later.purchase_date > scored.as_of_date
        where features.purchase_day_count > 1
        group by all
    """)
    ours = (dates.came - dates.expected_order_date).dt.days.abs().mean()
    gap = ((dates["last"] - dates["first"]).dt.days / (dates.days - 1)).round()
    by_gap = ((dates.came - dates["last"]).dt.days - gap).abs().mean()
    print(f"\n{len(dates)} orders: mean error {ours:.1f} days, by the mean gap {by_gap:.1f}")
    assert ours < by_gap
    assert (dates.expected_order_date >= dates.as_of_date).all()
    assert 0.1 < dates.is_overdue.mean() < 0.6


def test_the_next_category_comes_more_often_than_what_sells_or_the_favourite(sample_build):
    lines = sample_build.query("""
        select lines.customer_id, lines.order_date as day, lines.category as bought,
            sum(items.line_value) as value
        from intermediate.int_purchase_lines as lines
        inner join intermediate.int_order_items as items using (source_row)
        where lines.category is not null group by all
    """)
    # What a day was about: the category that most money went to.
    days = lines.sort_values(["value", "bought"], ascending=[False, True])
    days = days.drop_duplicates(["customer_id", "day"])
    expected = sample_build.query("select * from scores.next_category")
    hits = []
    for date, ours in expected.groupby("as_of_date"):
        past, later = days[days.day <= date], days[days.day > date]
        came = (
            later.sort_values("day").drop_duplicates("customer_id").set_index("customer_id").bought
        )
        most_bought = past.bought.value_counts().index[0]
        own = past.groupby("customer_id").bought.agg(lambda bought: bought.mode().iloc[0])
        rows = ours.set_index("customer_id").join(came, how="inner").join(own.rename("own"))
        hits.append(rows.assign(most_bought=most_bought))
    rows = pd.concat(hits)
    rates = {
        name: float((rows[name] == rows.bought).mean())
        for name in ("next_category", "most_bought", "own")
    }
    print(f"\n{len(rows)} next purchases: {rates}")
    assert rates["next_category"] > max(rates["own"], rates["most_bought"])


def test_personas_tell_most_buyers_apart(sample_build):
    buyers = sample_build.query("""
        select customers.persona, features.discount_share, features.order_count
        from marts.customer_360 as customers
        inner join intermediate.int_customer_features as features using (customer_id, as_of_date)
        where features.purchase_day_count > 0
    """)
    assert (buyers.persona == "everyday_shopper").mean() < 0.4
    ordering = buyers[buyers.order_count >= 2]
    most = ordering.nlargest(len(ordering) // 10, "discount_share")
    hunts = ordering.persona == "bargain_hunter"
    assert (most.persona == "bargain_hunter").mean() > 0.4
    assert ordering.discount_share[hunts].mean() > 2 * ordering.discount_share[~hunts].mean()


def test_contracts_that_are_billed_elsewhere_are_no_prospects(sample_build):
    [(contracts, prospects, revenue)] = sample_build.rows("""
        select count(*), count(*) filter (customers.lifecycle_stage = 'prospect'),
            min(features.lifetime_net_revenue)
        from marts.customer_360 as customers
        inner join intermediate.int_customer_features as features using (customer_id, as_of_date)
        where customers.customer_id in (select customer_id from intermediate.int_contract_months)
    """)
    assert contracts > 0 == prospects and revenue > 0


# --- The tree ---------------------------------------------------------------------------------


def planted(random: np.random.Generator, customers: int = 1200) -> tuple[np.ndarray, np.ndarray]:
    """Points in which days and revenue alone decide what comes."""
    points = random.integers(0, 400, (customers, len(WORDS))).astype(float)
    column = list(WORDS).index
    recent = points[:, column("recency_days")] <= 100
    large = points[:, column("net_revenue")] > 250
    came = np.where(recent, np.where(large, 900.0, 300.0), 20.0)
    return points, came + random.normal(0, 5, customers)


def test_planted_rules_are_found():
    points, came = planted(np.random.default_rng(1))
    leaves = leaves_of(points, came, list(WORDS))
    means = sorted(came[in_leaf(points, bounds, list(WORDS))].mean() for bounds in leaves)
    assert means[-1] > 800 and means[0] < 40
    bounds = {name for leaf in leaves for name in leaf}
    assert {"recency_days_up_to", "recency_days_above", "net_revenue_above"} <= bounds


def test_each_customer_keeps_the_bounds_of_one_leaf():
    for seed in range(5):
        points, came = planted(np.random.default_rng(seed))
        leaves = leaves_of(points, came, list(WORDS))
        inside = sum(in_leaf(points, bounds, list(WORDS)).astype(int) for bounds in leaves)
        assert (inside == 1).all() and 2 <= len(leaves) <= 6


@pytest.mark.parametrize(
    ("threshold", "bound"), [(0.4, 0), (3.5, 3), (27.5, 27), (440.2, 440), (7759, 7700)]
)
def test_bounds_are_read_easily(threshold, bound):
    assert readable(threshold) == bound


def test_few_customers_teach_nothing():
    empty = {name: pa.array([], pa.float64()) for name in [*WORDS, "revenue_after"]}
    texts = {name: pa.array([], pa.string()) for name in ("target", "customer_id", "business_line")}
    days = {name: pa.array([], pa.date32()) for name in ("as_of_date", "learned_at")}
    assert fitted(pa.table(empty | texts | days)).num_rows == 0


def test_the_leaves_of_the_sample_bring_what_they_say(sample_build):
    leaves = sample_build.query("select * from fits.fit_tree")
    assert set(leaves.business_line) == {"ecommerce", "b2b"}
    for _, of_date in leaves.groupby(["as_of_date", "business_line"]):
        assert (of_date.sort_values("leaf").expected_revenue.diff().dropna() <= 0).all()
    learned = sample_build.query("""
        select features.customer_id, features.as_of_date, features.business_line,
            features.recency_days,
            features.order_count, features.purchase_day_count,
            features.net_revenue::double as net_revenue, features.days_as_customer,
            features.interaction_count, features.engagement_points::double as engagement_points,
            coalesce(sum(days.net_revenue), 0)::double as came
        from intermediate.int_customer_features as features
        left join intermediate.int_customer_days as days
            on features.customer_id = days.customer_id and days.activity_date > features.as_of_date
            and days.activity_date <= features.as_of_date + 90
        where features.purchase_day_count > 0
        group by all
    """)
    day = leaves.as_of_date.max()
    for leaf in leaves[leaves.as_of_date == day].itertuples():
        here = learned[
            (learned.as_of_date == leaf.learned_at) & (learned.business_line == leaf.business_line)
        ]
        bounds = {name: getattr(leaf, name) for name in BOUNDS if not np.isnan(getattr(leaf, name))}
        measures = here[list(WORDS)].clip(lower=0).to_numpy(dtype=float)
        inside = in_leaf(measures, bounds, list(WORDS))
        assert inside.sum() == leaf.customers
        assert here.came[inside].mean() == pytest.approx(leaf.expected_revenue, abs=0.01)


def test_whether_the_tree_beats_past_spend_is_said(sample_build):
    skills = dict(
        sample_build.rows(
            "select business_line, skill from marts.method_skill where method = 'tree'"
            " and as_of_date = (select max(as_of_date) from marts.method_skill)"
        )
    )
    assert skills == {"b2b": "shown", "ecommerce": "shown"}
    [(without,)] = sample_build.rows(
        "select count(*) from marts.customer_360"
        " where tree_leaf like 'leaf%' and (tree_leaf_en is null or tree_leaf_zh is null)"
    )
    assert without == 0
