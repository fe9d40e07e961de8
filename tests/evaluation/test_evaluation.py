"""Statistics of the evaluation against scikit-learn and scipy; their intervals against chance."""

from datetime import date

import numpy as np
import pytest
from invented_worlds import FIRST, shop, tables
from scipy.stats import spearmanr
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc as area_under
from sklearn.metrics import brier_score_loss, roc_auc_score

from customer_tiering.evaluation import statistics as measured
from customer_tiering.evaluation.backtest import evaluated
from customer_tiering.evaluation.calibration import calibration_rows
from customer_tiering.evaluation.recommendation import ranking_rows
from customer_tiering.evaluation.skill import skill_rows
from customer_tiering.evaluation.statistics import WIDTH, held, orders, places, pooled, top_count
from customer_tiering.evaluation.weights import fitted, proposed, rounded
from customer_tiering.evaluation.worlds import worlds

WORLDS = range(50)


def random_world(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores with ties, and what came."""
    random = np.random.default_rng(seed)
    customers = int(random.integers(60, 700))
    worth = random.lognormal(0, 1, customers)
    exact = np.log(worth) + random.normal(0, 1, customers)
    scores = np.stack([exact, exact.round(0), random.normal(size=customers)], axis=1)
    spent = np.where(random.random(customers) < 0.5, worth * random.lognormal(0, 1, customers), 0)
    return scores, spent, random.lognormal(0, 1, customers)


# --- Oracles ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", WORLDS)
def test_auc_and_rank_correlation_are_those_of_the_libraries(seed):
    scores, spent, _ = random_world(seed)
    rank = measured.ranks(scores)
    found = measured.auc(rank, spent > 0)
    theirs = [roc_auc_score(spent > 0, column) for column in scores.T]
    np.testing.assert_allclose(found.above, theirs, atol=1e-9)
    correlated = measured.rank_correlation(rank, spent)
    theirs = [spearmanr(column, spent).statistic for column in scores.T]
    np.testing.assert_allclose(correlated.above, theirs, atol=1e-9)


def lorenz_area(spent: np.ndarray) -> float:
    """By scikit-learn: the area under the curve of what is added up, over the even one."""
    curve = np.concatenate([[0], np.cumsum(spent)]) / spent.sum()
    return area_under(np.linspace(0, 1, len(curve)), curve) - 0.5


@pytest.mark.parametrize("seed", WORLDS)
def test_the_gini_is_the_area_of_the_curve_over_that_of_the_best(seed):
    scores, spent, past = random_world(seed)
    order = orders(scores, past)
    found = measured.gini(spent, order, places(order))
    best = lorenz_area(np.sort(spent)[::-1])
    for column, score in enumerate(scores.T):
        by_score = np.lexsort((np.arange(len(spent)), -past, -score))
        theirs = lorenz_area(spent[by_score]) / best
        assert found.above[column] / found.below[column] == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("seed", WORLDS)
def test_brier_and_calibration_are_those_of_scikit_learn(seed):
    random = np.random.default_rng(seed)
    customers = 10 * int(random.integers(12, 60))
    probability = random.random(customers)
    came = random.random(customers) < probability**1.3
    found = measured.brier(probability[:, None], came)
    assert found.above[0] / found.below[0] == pytest.approx(
        brier_score_loss(came, probability), abs=1e-9
    )
    known = {"buy_probability_30_days": probability, "recency_days": random.random(customers)}
    [world] = worlds(*tables([known], [came.astype(float)], horizon=30))
    rows = [r for r in calibration_rows(world) if r["position"] != "all"]
    theirs, expected = calibration_curve(came, probability, n_bins=10, strategy="quantile")
    np.testing.assert_allclose([r["value"] for r in rows], theirs[::-1], atol=1e-9)
    np.testing.assert_allclose([r["predicted"] for r in rows], expected[::-1], atol=1e-9)


def test_a_half_customer_is_rounded_up_and_ties_go_to_past_spend_and_then_the_id():
    assert [top_count(*pair) for pair in [(2357, 20), (50, 5), (10, 5), (4, 1)]] == [471, 3, 1, 0]
    scores = np.array([[1.0], [1.0], [np.nan], [2.0], [1.0]])
    spend = np.array([5.0, 7.0, 100.0, 0.0, 7.0])
    assert orders(scores, spend)[:, 0].tolist() == [3, 1, 4, 0, 2]


# --- Intervals --------------------------------------------------------------------------------


def invented(random: np.random.Generator, customers: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Three dates of the same customers: two methods that see their worth; what came."""
    worth = random.lognormal(0, 1, customers)
    dates = []
    for _ in range(3):
        seen = [np.log(worth) + random.normal(0, noise, customers) for noise in (0.8, 1.3)]
        comes = random.random(customers) < 0.4
        dates.append(
            (np.stack(seen, axis=1), np.where(comes, worth * random.gamma(2, 1, customers), 0))
        )
    return dates


def differences(dates, weights=None):
    """The difference in the share of the top 20 %, and its error; or of drawn customers."""
    customers = np.arange(len(dates[0][1]))
    drawn = customers if weights is None else np.repeat(customers, weights)
    parts = []
    for scores, spent in dates:
        order = orders(scores[drawn], np.zeros(len(drawn)))
        parts.append((np.arange(len(drawn)), held(spent[drawn], order, 20)))
    gap = pooled(parts, len(drawn)).against(1)
    return gap.values[0], gap.errors()[0]


def test_nine_of_ten_intervals_hold_the_truth():
    truth, _ = differences(invented(np.random.default_rng(0), 1_000_000))
    inside = 0
    for seed in range(1, 201):
        gap, error = differences(invented(np.random.default_rng(seed), 400))
        inside += abs(gap - truth) <= WIDTH * error
    print(
        f"\nthe interval of 90 % holds the true difference, {truth:.4f}, in {inside} of 200 worlds"
    )
    assert 170 <= inside <= 190


def test_the_error_is_that_of_a_bootstrap_over_customers():
    random = np.random.default_rng(3)
    ratios = []
    for seed in range(5):
        dates = invented(np.random.default_rng(seed), 500)
        drawn = [differences(dates, random.poisson(1, 500))[0] for _ in range(400)]
        ratios.append(differences(dates)[1] / np.std(drawn))
    print(f"\nerror over that of 400 draws: {np.round(ratios, 3)}")
    assert 0.9 < np.mean(ratios) < 1.1


# --- What is recommended ----------------------------------------------------------------------


def recommended(known, later, goal: str = "balanced") -> tuple[str, str]:
    """The verdict and the method in the first place."""
    [world] = worlds(known, later)
    rows = [row for row in ranking_rows(world) if row["goal"] == goal]
    [verdict] = {row["verdict"] for row in rows}
    return verdict, next(row["method"] for row in rows if row.get("place") == 1)


def test_the_method_that_is_right_is_found():
    found = [recommended(*shop(np.random.default_rng(seed), truth="fourth")) for seed in range(20)]
    hits = found.count(("winner", "fourth"))
    print(f"\nthe truth is found in {hits} of 20 worlds")
    assert hits >= 18


def test_noise_has_no_winner():
    found = [recommended(*shop(np.random.default_rng(100 + seed))) for seed in range(20)]
    false = sum(verdict in ("winner", "shared_lead") for verdict, _ in found)
    print(f"\na method is taken for better than past spend in {false} of 20 worlds of noise")
    assert false <= 1


def test_few_customers_are_too_few_and_what_is_not_recorded_is_not_measured():
    known, later = shop(np.random.default_rng(1), customers=60, truth="first")
    assert recommended(known, later)[0] == "too_little_data"
    [world] = worlds(known, later)
    rows = list(ranking_rows(world))
    assert {row["verdict"] for row in rows if row["goal"] == "brand"} == {"not_measured"}
    # Nobody has a composite in this world.
    assert {row["status"] for row in rows if row["method"] == "composite"} == {"no_source"}


# --- Skill ------------------------------------------------------------------------------------


def of_probability(right: bool) -> dict[date, str]:
    """The skill of a probability by date: the true one, or one that is twice too high."""
    random = np.random.default_rng(8)
    scores, spent = [], []
    for _ in range(4):
        true = random.beta(1, 4, 800)
        scores.append(
            {
                "buy_probability_30_days": true if right else np.minimum(1, 2 * true + 0.2),
                "recency_days": random.integers(0, 400, 800),
            }
        )
        spent.append((random.random(800) < true).astype(float))
    [world] = worlds(*tables(scores, spent, horizon=30))
    days = [day.day for day in world.days]
    rows = [r for r in skill_rows(world, days) if r["method"] == "buy_probability_30_days"]
    return {row["as_of_date"]: row["status"] for row in rows}


def test_a_probability_is_shown_once_its_horizon_has_ended():
    statuses = list(of_probability(right=True).values())
    # On the first date no horizon had ended.
    assert statuses == ["too_little_data", "shown", "shown", "shown"]


def test_a_number_that_only_ranks_is_no_probability():
    assert set(of_probability(right=False).values()) == {"too_little_data", "not_shown"}


# --- Weights ----------------------------------------------------------------------------------


def test_weights_find_the_score_that_counts_and_are_judged_on_later_dates():
    known, later = shop(np.random.default_rng(4), dates=12, truth="third")
    seed = [{"policy": "shop", "method": m, "weight": "0.5"} for m in ("first", "third")]
    rows = proposed(known, later, seed).to_pylist()
    weights = {name: {} for name in ("present", "equal", "fitted")}
    for row in rows:
        weights[row["weight_set"]][row["method"]] = row["weight"]
    assert weights["present"] == weights["equal"] == {"first": 0.5, "third": 0.5}
    assert max(weights["fitted"], key=weights["fitted"].get) == "third"
    assert weights["fitted"]["third"] > 0.7
    for one in weights.values():
        assert sum(one.values()) == pytest.approx(1, abs=1e-9) and min(one.values()) >= 0
    [about] = {
        (row["fitted_until"], row["judged_from"], row["verdict"], row["horizon_days"])
        for row in rows
        if row["weight_set"] == "fitted"
    }
    assert (about[1] - about[0]).days >= about[3] and about[2] == "better"


def test_with_nothing_to_learn_the_present_weights_stay():
    known, later = shop(np.random.default_rng(5), dates=12)
    [world] = worlds(known, later)
    methods = ["first", "second", "third"]
    weights = fitted(world.days[:4], 90, methods, np.array([0.5, 0.3, 0.2]))
    assert weights.sum() == pytest.approx(1) and weights.min() >= 0


def test_rounded_weights_add_up():
    random = np.random.default_rng(2)
    for _ in range(200):
        weights = rounded(random.dirichlet(np.ones(int(random.integers(2, 9)))))
        assert weights.sum() == pytest.approx(1, abs=1e-12) and weights.min() >= 0


# --- The whole ---------------------------------------------------------------------------------


def test_what_came_changes_the_evaluation_and_the_order_of_rows_does_not():
    known, later = shop(np.random.default_rng(6), truth="first")
    dates = [FIRST]
    table = evaluated(known, later, dates)
    mixed = np.random.default_rng(1).permutation(len(known))
    assert evaluated(known.take(mixed), later.take(mixed), dates).equals(table)
    shuffled = later.set_column(3, "net_revenue", later["net_revenue"].take(mixed))
    assert not evaluated(known, shuffled, dates).equals(table)
