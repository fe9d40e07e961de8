"""Propensity: learned at an earlier date, judged on what came later than anything it has seen."""

import numpy as np
from conftest import Workspace
from sklearn.metrics import roc_auc_score

from customer_tiering.propensity import coefficients

LATER = """
    select
        scored.as_of_date,
        scored.buy_probability_30_days as probability,
        -features.recency_days as recency,
        exists (
            select 1 from intermediate.int_customer_days as days
            where
                days.customer_id = scored.customer_id
                and days.purchase_date > scored.as_of_date
                and days.purchase_date <= scored.as_of_date + 30
        ) as bought
    from scores.score_propensity as scored
    inner join intermediate.int_customer_features as features using (customer_id, as_of_date)
    where
        scored.score is not null
        and scored.as_of_date + 30
        <= (select as_of_date from intermediate.int_scoring_dates where is_current)
"""


def test_known_coefficients_are_found_again():
    random = np.random.default_rng(5)
    points = random.normal(1.0, 2.0, (40_000, 3))
    log_odds = -0.5 + points @ np.array([0.8, -0.4, 0.0])
    came = random.random(40_000) < 1 / (1 + np.exp(-log_odds))
    intercept, own = coefficients(points, came)
    np.testing.assert_allclose([intercept, *own], [-0.5, 0.8, -0.4, 0.0], atol=0.05)


def judged(build: Workspace) -> None:
    """Print AUC and calibration of a build's chances to buy, and hold them to what is promised."""
    rows = build.rows(LATER)
    probability, recency, bought = (np.array([row[n] for row in rows], float) for n in (1, 2, 3))
    auc, alone = roc_auc_score(bought, probability), roc_auc_score(bought, recency)
    print(f"\nAUC {auc:.3f}, recency alone {alone:.3f}, {len(rows)} customers and dates")
    order = np.argsort(probability)
    for part in np.array_split(order, 10):
        print(f"expected {probability[part].mean():.3f}, observed {bought[part].mean():.3f}")
    assert auc > alone
    assert auc > 0.7
    # As a whole it is calibrated: what is expected is what comes, within a fifth.
    assert abs(probability.mean() / bought.mean() - 1) < 0.2


def test_it_tells_buyers_of_a_later_period_better_than_recency(sample_build):
    judged(sample_build)


def test_a_date_learns_only_from_what_was_known_by_then(sample_build):
    late = sample_build.rows(
        "select count(*) from fits.fit_propensity where learned_at"
        " + case target when 'buy' then 30 else 90 end > as_of_date"
    )
    assert late == [(0,)]
    reasons = sample_build.rows(
        "select score is null, no_score_reason is null, count(*) from scores.score_propensity"
        " group by all"
    )
    assert all(no_score != no_reason for no_score, no_reason, _ in reasons)
