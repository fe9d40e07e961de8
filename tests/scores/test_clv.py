"""Lifetime value on CDNOW, by the functions and through the models, beside the package lifetimes.

How often by its ModifiedBetaGeoFitter; how much by the figures of Fader, Hardie, note 025 on
Gamma-Gamma; CLV as lifetimes has it, with a month of 4.345 weeks.
"""

from datetime import date

import lifetimes
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import Workspace
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_cdnow import DATASETS, END_OF_CALIBRATION, build_cdnow, gini

from bench.clv import simulated
from customer_tiering import clv
from customer_tiering.clv_tables import fitted

# Customers 1 to 10 of the sample (Hardie's note 025).
SPEND_OF_THE_FIRST_TEN = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
CALIBRATION_WEEKS = HOLDOUT_WEEKS = 39


def sample_rows() -> pd.DataFrame:
    """The transactions of the 1/10 sample, as text as far as a build reads them."""
    path = DATASETS / "CDNOW_sample.txt"
    names = ["customer_id", "sample_id", "date", "cds", "dollars"]
    return pd.read_csv(path, sep=r"\s+", header=None, names=names, dtype=str)


def summaries(rows: pd.DataFrame) -> pd.DataFrame:
    """x, t_x, T in weeks and mean repeat spend of the calibration, by the number in the sample."""
    days = rows.assign(
        day=pd.to_datetime(rows["date"]), dollars=rows["dollars"].astype(float)
    ).query(f"day <= '{END_OF_CALIBRATION}'")
    days = days.groupby(["sample_id", "customer_id", "day"])["dollars"].sum().reset_index()
    first = days.groupby("sample_id")["day"].transform("min")
    days["repeat_dollars"] = days["dollars"].where(days["day"] > first, 0.0)
    of = days.groupby("sample_id")
    summary = pd.DataFrame({"customer_id": of["customer_id"].first(), "x": of.size() - 1})
    summary["t_x"] = (of["day"].max() - of["day"].min()).dt.days / 7
    summary["T"] = (pd.Timestamp(END_OF_CALIBRATION) - of["day"].min()).dt.days / 7
    spend = of["repeat_dollars"].sum() / summary["x"].where(summary["x"] > 0)
    summary["spend"] = spend.fillna(0.0)
    return summary


def holdout_orders(rows: pd.DataFrame, summary: pd.DataFrame) -> np.ndarray:
    """Days with a purchase in the holdout, per customer."""
    later = rows[rows["date"] > END_OF_CALIBRATION.strftime("%Y%m%d")]
    later = later.drop_duplicates(["sample_id", "date"])
    return later.groupby("sample_id").size().reindex(summary.index, fill_value=0).to_numpy()


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return sample_rows()


@pytest.fixture(scope="module")
def summary(rows) -> pd.DataFrame:
    return summaries(rows)


@pytest.fixture(scope="module")
def build(rows, tmp_path_factory) -> Workspace:
    return build_cdnow(rows, tmp_path_factory.mktemp("cdnow_clv"))


@pytest.fixture(scope="module")
def scored(build) -> pd.DataFrame:
    """What the models say of each customer at the end of the calibration."""
    return build.query(
        """
        select scored.*, grid.expected_orders_39_weeks as expected_39_weeks
        from scores.score_clv as scored
        inner join fits.fit_clv_grid as grid
            on scored.as_of_date = grid.as_of_date
            and scored.btyd_frequency = grid.btyd_frequency
            and scored.btyd_recency_weeks = round(grid.btyd_recency_weeks, 2)
            and scored.btyd_age_weeks = round(grid.btyd_age_weeks, 2)
        where scored.as_of_date = ?
        order by customer_id
        """,
        [END_OF_CALIBRATION],
    ).set_index("customer_id")


def check_order_parameters(fit, theirs) -> None:
    for name, value in theirs.params_.items():
        assert fit[name] == pytest.approx(value, rel=1e-4), name
    # 0.3 above that of BG/NBD (Fader, Hardie, Lee 2005), which lets nobody leave at once.
    assert round(fit["order_log_likelihood"], 1) == -9582.1


def check_spend_parameters(fit) -> None:
    assert [round(fit[name], 2) for name in ("p", "q", "v")] == [6.25, 3.74, 15.44]
    assert round(fit["spend_log_likelihood"], 1) == -4055.9


def check_holdout(expected: np.ndarray, bought: np.ndarray, theirs: np.ndarray) -> None:
    correlation = np.corrcoef(expected, bought)[0, 1]
    error = np.abs(expected - bought).mean()
    print(
        f"holdout: {expected.sum():.0f} expected, {bought.sum()} bought, "
        f"correlation {correlation:.3f}, mean absolute error {error:.3f}"
    )
    assert bought.sum() == 1_882
    np.testing.assert_allclose(expected, theirs, rtol=1e-4, atol=1e-5)
    # BG/NBD: 1,653 expected, .626 and .785.
    assert (round(expected.sum()), round(correlation, 3), round(error, 3)) == (1_577, 0.627, 0.765)


def check_values(of_first: float, of_all: float, summary: pd.DataFrame, theirs) -> None:
    """Beside what lifetimes expects, month by month, at the expected spend of note 025."""
    x, t_x, age = (summary[name].to_numpy() for name in ("x", "t_x", "T"))
    until = [np.zeros(len(x))] + [
        theirs.conditional_expected_number_of_purchases_up_to_time(month * 4.345, x, t_x, age)
        for month in range(1, 13)
    ]
    orders = sum((until[month] - until[month - 1]) / 1.01**month for month in range(1, len(until)))
    repeats = summary[summary["x"] > 0]
    spend = lifetimes.GammaGammaFitter().fit(repeats["x"], repeats["spend"])
    of_each = spend.conditional_expected_average_profit(summary["x"], summary["spend"])
    values = orders * of_each.to_numpy()
    print(f"CLV of customer 1: {of_first:.2f}; of the base: {of_all:,.0f}")
    assert of_first == pytest.approx(values[0], rel=1e-3)
    assert of_all == pytest.approx(values.sum(), rel=1e-3)


@pytest.fixture(scope="module")
def theirs(summary) -> lifetimes.ModifiedBetaGeoFitter:
    return lifetimes.ModifiedBetaGeoFitter().fit(summary["x"], summary["t_x"], summary["T"])


def test_the_functions_meet_the_published_figures(rows, summary, theirs):
    x, t_x, age = (summary[name].to_numpy() for name in ("x", "t_x", "T"))
    assert (len(summary), x.sum()) == (2_357, 2_457)
    orders = clv.fit_orders(x, t_x, age, np.ones(len(x)))
    repeats = summary[summary["x"] > 0]
    spend = clv.fit_spend(repeats["x"], repeats["spend"], np.ones(len(repeats)))
    assert len(repeats) == 946
    assert orders.converged and spend.converged and not (orders.reason or spend.reason)
    assert orders.without_leaving is None
    of_orders = orders.values | {"order_log_likelihood": orders.log_likelihood}
    check_order_parameters(of_orders, theirs)
    check_spend_parameters(spend.values | {"spend_log_likelihood": spend.log_likelihood})
    at_theirs = theirs.conditional_expected_number_of_purchases_up_to_time(39, x, t_x, age)
    expected = clv.expected_orders(orders, x, t_x, age, 39)
    check_holdout(expected, holdout_orders(rows, summary), at_theirs)

    expected_spend = clv.expected_spend(spend, x, summary["spend"].to_numpy())
    assert list(expected_spend[:10].round(2)) == SPEND_OF_THE_FIRST_TEN
    alive = clv.p_alive(orders, x, t_x, age)
    discounted = clv.discounted_orders_if_alive(orders, x, age, 12, 0.01)
    values = alive * discounted * expected_spend
    check_values(values[0], values.sum(), summary, theirs)


def test_the_models_meet_the_published_figures(build, rows, summary, scored, theirs):
    [fit] = build.query(
        "select * from fits.fit_clv where as_of_date = ?", [END_OF_CALIBRATION]
    ).to_dict("records")
    print(f"through the models: {fit}")
    assert fit["is_usable"] and fit["has_converged"] and fit["repeat_customers"] == 946
    check_order_parameters(fit, theirs)
    check_spend_parameters(fit)
    [(histories,)] = build.rows(
        "select count(*) from fits.fit_clv_grid where as_of_date = ?", [END_OF_CALIBRATION]
    )
    # Hardie's file rounds weeks to two decimals: 1,016 there, too.
    assert histories == 1_016
    scored = scored.reindex(summary["customer_id"])
    assert list(scored["btyd_frequency"]) == list(summary["x"])
    assert scored["expected_spend"].head(10).round(2).tolist() == SPEND_OF_THE_FIRST_TEN
    revenue = scored["predicted_revenue"] / fit["spend_level"]
    check_values(revenue.iloc[0], revenue.sum(), summary, theirs)
    at_theirs = theirs.conditional_expected_number_of_purchases_up_to_time(
        39, *(summary[name].to_numpy() for name in ("x", "t_x", "T"))
    )
    expected = scored["expected_39_weeks"].to_numpy()
    check_holdout(expected, holdout_orders(rows, summary), at_theirs)
    assert scored["score"].between(0, 100).all()


def test_the_best_customers_bring_the_published_share_of_the_holdout(rows, scored):
    later = rows[rows["date"] > END_OF_CALIBRATION.strftime("%Y%m%d")]
    spent = later["dollars"].astype(float).groupby(later["customer_id"]).sum()
    scored = scored.assign(spent=spent.reindex(scored.index, fill_value=0.0))
    scored["expected"] = scored["expected_39_weeks"] * scored["expected_spend"]
    best_first = scored.sort_values("expected", ascending=False, kind="stable")["spent"]
    share = 100 * best_first.head(472).sum() / spent.sum()
    best = np.sort(scored["spent"].to_numpy())[::-1]
    normalised = gini(best_first.to_numpy()) / gini(best)
    print(f"top 20 % by expected spend: {share:.1f} % of the holdout spend; Gini {normalised:.3f}")
    # BG/NBD: 66.3 and .638.
    assert share == pytest.approx(66.9, abs=0.05)
    assert normalised == pytest.approx(0.638, abs=0.0005)


def distinct(x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> tuple[np.ndarray, ...]:
    """The distinct triples and how many customers have each."""
    triples, weight = np.unique(np.column_stack([x, t_x, age]), axis=0, return_counts=True)
    return *triples.T, weight.astype(float)


def days_of_a_population(seed: int, customers: int, weeks: int, parameters: dict) -> pd.DataFrame:
    """x, t_x and T in days of a population that has come in over the first half of the weeks."""
    who, times = simulated(
        np.random.default_rng(seed), customers, (0, weeks / 2), weeks, **parameters
    )
    days = pd.DataFrame({"who": who, "day": np.floor(times * 7).astype(int)}).drop_duplicates()
    of = days.groupby("who")["day"]
    return pd.DataFrame({"x": of.size() - 1, "t_x": of.max() - of.min(), "T": weeks * 7 - of.min()})


# lifetimes takes a while for each: few, and no search for a smaller one that fails, too.
FEW = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
WORLDS = st.fixed_dictionaries(
    {
        "r": st.sampled_from([0.3, 0.7, 1.5]),
        "alpha": st.sampled_from([4.0, 8.0]),
        "a": st.sampled_from([0.6, 0.9, 1.4]),
        "b": st.sampled_from([2.0, 3.5]),
    }
)


@FEW
@given(parameters=WORLDS, seed=st.integers(1, 1000))
def test_parameters_and_expectations_are_those_of_lifetimes(parameters, seed):
    days = days_of_a_population(seed, 3000, 78, parameters)
    x, t_x, age, weight = distinct(days["x"], days["t_x"] / 7, days["T"] / 7)
    ours = clv.fit_orders(x, t_x, age, weight)
    assert ours.reason is None and ours.converged
    theirs = lifetimes.ModifiedBetaGeoFitter().fit(x, t_x, age, weights=weight)
    for name, value in ours.values.items():
        assert value == pytest.approx(theirs.params_[name], rel=1e-4), (parameters, seed, name)
    for weeks in (4, 52):
        np.testing.assert_allclose(
            clv.expected_orders(ours, x, t_x, age, weeks),
            theirs.predict(weeks, x, t_x, age),
            rtol=1e-4,
        )
    alive = theirs.conditional_probability_alive(x, t_x, age)
    np.testing.assert_allclose(clv.p_alive(ours, x, t_x, age), alive, rtol=1e-4)


@FEW
@given(
    p=st.sampled_from([2.0, 6.0]),
    q=st.sampled_from([2.5, 4.0]),
    v=st.sampled_from([15.0, 4000.0]),
    seed=st.integers(1, 1000),
)
def test_spend_is_that_of_lifetimes(p, q, v, seed):
    generator = np.random.default_rng(seed)
    x = generator.geometric(0.3, 3000).astype(float)
    spend = generator.gamma(p * x, 1 / (generator.gamma(q, 1 / v, 3000) * x))
    ours = clv.fit_spend(x, spend, np.ones(3000))
    assert ours.reason is None and ours.converged
    theirs = lifetimes.GammaGammaFitter().fit(x, spend)
    at_theirs = theirs.conditional_expected_average_profit(x, spend)
    np.testing.assert_allclose(clv.expected_spend(ours, x, spend), at_theirs, rtol=1e-4)


def test_steps_of_a_week_shift_what_is_expected_by_less_than_a_per_cent():
    """Each step stands for its customers with their mean, as the models have it."""
    parameters = {"r": 0.9, "alpha": 10.0, "a": 0.7, "b": 4.0}
    days = days_of_a_population(1, 40_000, 156, parameters)
    exact = distinct(days["x"], days["t_x"] / 7, days["T"] / 7)
    days["step"], days["age_step"] = days["t_x"] // 7, days["T"] // 7
    keys = ["x", "step", "age_step"]
    steps = days.groupby(keys).agg(t_x=("t_x", "mean"), T=("T", "mean"), size=("T", "size"))
    coarse = (
        steps.index.get_level_values(0).to_numpy().astype(float),
        steps["t_x"].to_numpy() / 7,
        steps["T"].to_numpy() / 7,
        steps["size"].to_numpy().astype(float),
    )
    theirs = lifetimes.ModifiedBetaGeoFitter().fit(*exact[:3], weights=exact[3])
    ours = clv.fit_orders(*coarse)
    print(f"{len(exact[0]):,} histories exact, {len(coarse[0]):,} by week: {ours.values}")
    for name, value in ours.values.items():
        assert value == pytest.approx(theirs.params_[name], rel=0.01), name
    expected = (clv.expected_orders(ours, *coarse[:3], 52) * coarse[3]).sum()
    assert expected == pytest.approx((theirs.predict(52, *exact[:3]) * exact[3]).sum(), rel=0.01)
    # Who is in a step gets what the step gets: near what lifetimes says of them.
    of_step = pd.Series(clv.expected_orders(ours, *coarse[:3], 52), steps.index)
    of_each = of_step.reindex(pd.MultiIndex.from_frame(days[keys])).to_numpy()
    at_theirs = theirs.predict(52, days["x"], days["t_x"] / 7, days["T"] / 7).to_numpy()
    assert np.abs(of_each - at_theirs).sum() / at_theirs.sum() < 0.01


def test_the_interval_holds_what_it_says():
    """Against a simulation of customers with one history, from the posterior of the fit."""
    orders = clv.Fit({"r": 0.6, "alpha": 6.0, "a": 0.8, "b": 4.0}, 0.0, True, None)
    generator = np.random.default_rng(7)
    x, t_x, age, weeks, size = 5.0, 30.0, 38.0, 39.0, 200_000
    alive = clv.p_alive(orders, x, t_x, age)
    rate = generator.gamma(orders.r + x, 1 / (orders.alpha + age), size)
    leaves = generator.beta(orders.a, orders.b + x + 1, size)
    counts, now = np.zeros(size, dtype=int), np.zeros(size)
    there = generator.random(size) < alive
    while there.any():
        now = now + generator.exponential(1, size) / rate
        there &= now < weeks
        counts += there
        there &= generator.random(size) >= leaves
    low, high = clv.order_quantiles(orders, np.array([x]), np.array([age]), alive, weeks)
    assert [low[0], high[0]] == list(np.quantile(counts, [0.1, 0.9]).astype(int))
    assert counts.mean() == pytest.approx(
        float(clv.expected_orders(orders, x, t_x, age, weeks)), rel=0.01
    )


def test_where_nobody_leaves_leaving_is_left_out():
    """Of customers who go on for ever the fit is the NBD, and expects what came."""
    generator = np.random.default_rng(3)
    born = generator.uniform(0, 60, 3000)
    rates = generator.gamma(0.8, 1 / 9, 3000)
    times = [
        np.sort(generator.uniform(start, 104, generator.poisson(rate * (104 - start))))
        for start, rate in zip(born, rates, strict=True)
    ]
    x = np.array([(of < 78).sum() for of in times])
    t_x = np.array(
        [of[of < 78][-1] - start if n else 0 for of, start, n in zip(times, born, x, strict=True)]
    )
    later = sum((of >= 78).sum() for of in times)
    fit = clv.fit_orders(x, t_x, 78 - born, np.ones(3000))
    assert (fit.a, fit.b, fit.reason) == (0, 1, None) and fit.without_leaving
    expected = clv.expected_orders(fit, x, t_x, 78 - born, 26)
    np.testing.assert_allclose(expected, (fit.r + x) / (fit.alpha + 78 - born) * 26)
    print(f"{expected.sum():.0f} expected, {later} came")
    assert expected.sum() == pytest.approx(later, rel=0.1)


def judged(days: pd.DataFrame, until: int) -> dict:
    """The row of fit_clv of purchases (who, day, spend) up to a day, and what came in 180 more."""

    def of_buyers(end: int) -> pd.DataFrame:
        of = days[days["day"] <= end].sort_values("day").groupby("who")
        x = of.size() - 1
        mean = (of["spend"].sum() - of["spend"].first()) / x.where(x > 0)
        recency, age = of["day"].max() - of["day"].min(), end - of["day"].min()
        return pd.DataFrame(
            {
                "btyd_frequency": x,
                "btyd_recency_weeks": recency / 7,
                "btyd_age_weeks": age / 7,
                "mean_repeat_spend": mean,
            }
        )

    key = {"as_of_date": date(2025, 12, 31), "business_line": "shop"}
    now, before = of_buyers(until), of_buyers(until - 90)
    since = days[(days["day"] > until - 90) & (days["day"] <= until)].groupby("who")
    before["purchase_days"] = since.size().reindex(before.index, fill_value=0)
    before["net_revenue"] = since["spend"].sum().reindex(before.index, fill_value=0.0)
    repeats = now[now["btyd_frequency"] > 0]
    line = key | {
        "customers": len(now),
        "repeat_customers": len(repeats),
        "min_repeat_customers": 9,
    }
    tables = [now.assign(**key, customers=1), repeats.assign(**key, customers=1)]
    [row] = fitted(
        pa.Table.from_pylist([line]),
        *(pa.Table.from_pandas(table) for table in [*tables, before.assign(**key)]),
    ).to_pylist()
    if not row["is_usable"]:
        return row
    fit = clv.Fit(
        {name: row[name] for name in ("r", "alpha", "a", "b", "p", "q", "v")}, 0, True, None
    )
    x, t_x, age = (now[f"btyd_{name}"] for name in ("frequency", "recency_weeks", "age_weeks"))
    orders = clv.expected_orders(fit, x, t_x, age, 180 / 7)
    spend = clv.expected_spend(fit, x, now["mean_repeat_spend"].fillna(0)) * row["spend_level"]
    later = days[days["day"].between(until + 1, until + 180) & days["who"].isin(now.index)]
    return row | {"over_actual": (orders * spend).sum() / later["spend"].sum()}


def purchases(seed: int, a: float) -> pd.DataFrame:
    """Days with a purchase of 4,000 customers of two years and a half, and what they spent."""
    generator = np.random.default_rng(seed)
    # A chance to leave of 1 in a billion is none.
    parameters = {"r": 0.7, "alpha": 8.0, "a": max(a, 1e-6), "b": 2.5 if a else 1e3}
    who, times = simulated(generator, 4000, (0, 52), 130, **parameters)
    days = pd.DataFrame({"who": who, "day": np.floor(times * 7).astype(int)}).drop_duplicates()
    means = 15 * 6 / generator.gamma(4, 1, 4000)
    return days.assign(spend=generator.gamma(6, means[days["who"]] / 6))


@pytest.mark.parametrize("a", [0.8, 0])
def test_what_is_predicted_for_180_days_comes_with_and_without_leaving(a):
    row = judged(purchases(7, a), 720)
    print(row)
    assert row["over_actual"] == pytest.approx(1, abs=0.2)
    assert row["held_out_ratio"] == pytest.approx(1, abs=0.1)
    # Amounts stay what they are: at most a little is taken for more than chance.
    assert row["spend_level"] == pytest.approx(1, abs=0.03)
    assert bool(row["reason"]) == (a == 0)


def test_amounts_that_have_risen_are_expected_to_stay_so():
    days = purchases(7, 0.8)
    days["spend"] *= np.where(days["day"] > 630, 1.5, 1.0)
    row = judged(days, 720)
    print(row)
    assert row["spend_level"] == pytest.approx(1.5, abs=0.05)
    assert row["over_actual"] == pytest.approx(1, abs=0.2)


def test_a_line_that_the_models_did_not_foresee_is_not_predicted():
    """Nine of ten purchases of the last quarter did not take place: the shop has shut."""
    days = purchases(7, 0.8)
    days = days[(days["day"] <= 630) | (days["day"] % 10 == 0)]
    row = judged(days, 720)
    print(row)
    assert not row["is_usable"] and row["held_out_ratio"] > 1.5
    assert "of the last 90 days it would have expected" in row["reason"]


def test_a_line_that_stopped_is_judged_by_what_was_expected():
    """Hardly anything came, which is too little for a mean, and says all the same."""
    days = purchases(7, 0.8)
    row = judged(days[(days["day"] <= 630) | (days["who"] < 20)], 720)
    print(row)
    assert not row["is_usable"] and row["held_out_ratio"] > 10 and row["spend_level"] > 0


@pytest.mark.parametrize(
    ("world", "x", "t_x"),
    [("nobody leaves", 12, 51.9), ("nobody comes back", 0, 0.0), ("all leave at once", 1, 1.0)],
)
def test_a_degenerate_world_is_not_fit_for_use(world, x, t_x):
    """All customers alike: the likelihood has no top inside the bounds."""
    fit = clv.fit_orders([x, x], [t_x, t_x], [52.0, 51.0], [500, 500])
    print(f"{world}: {fit.reason}")
    assert fit.reason is not None


def test_a_line_that_cannot_be_fitted_falls_back_with_the_reason(tmp_path):
    """Everybody buys every week for a year: the models value the past, and say why."""
    days = pd.date_range("2025-01-01", "2025-12-31", freq="7D").strftime("%Y%m%d")
    rows = pd.DataFrame(
        [(f"c{n:03}", day, "10.00") for n in range(120) for day in days],
        columns=["customer_id", "date", "dollars"],
    )
    build = build_cdnow(rows, tmp_path)
    scored = build.query("""
        select distinct scored.value_source, scored.fallback_reason, scored.p_alive, lifetime_value
        from scores.score_clv as scored
        inner join intermediate.int_scoring_dates as dates
            on scored.as_of_date = dates.as_of_date and dates.is_current
    """)
    print(scored.to_dict("records"))
    [one] = scored.to_dict("records")
    assert one["value_source"] == "historical" and one["fallback_reason"]
    assert pd.isna(one["p_alive"])
    # 53 orders of 10 a year, for the twelve months of the horizon, at a margin of 1.
    assert one["lifetime_value"] == pytest.approx(53 * 10)
