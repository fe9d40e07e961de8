"""Forecasts of tier sizes: published figures, the arithmetic by hand, and the sample."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import shared_data

from customer_tiering.evaluation.forecast import (
    expected_sizes,
    forecasts,
    sizes_after,
    total_variation,
)


def flows_of(pictures: dict[date, pd.Series]) -> pa.Table:
    """The model forecast_flows of one line, from the tier of every customer at every date."""
    days = sorted(pictures)
    rows = []
    for place, (before, after) in enumerate(pairwise(days), start=2):
        both = pd.concat([pictures[before], pictures[after]], axis=1, keys=["before", "after"])
        both = both.fillna({"before": "entry", "after": "exit"})
        rows += [
            {
                **{"as_of_date": after, "business_line": "shop"},
                "next_date": days[place] if place < len(days) else after + timedelta(days=30),
                **{"from_tier_code": from_tier, "to_tier_code": to_tier, "customers": customers},
            }
            for (from_tier, to_tier), customers in both.value_counts().items()
        ]
    return pa.Table.from_pylist(rows)


# --- Published figures ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    """CDNOW, the master: tiers A, B, C are the best 20, the next 30 and the other 50 % by what they
    spent in 180 days, `none` those who bought nothing in them; at month ends."""
    orders = pd.read_csv(
        shared_data("cdnow") / "CDNOW_master.txt",
        sep=r"\s+",
        skiprows=1,
        names=["customer_id", "day", "cds", "spend"],
    )
    orders.day = pd.to_datetime(orders.day.astype(str), format="%Y%m%d")
    everybody = sorted(orders.customer_id.unique())
    pictures = {}
    for end in pd.date_range("1997-06-30", "1998-06-30", freq="ME"):
        inside = orders[(orders.day <= end) & (orders.day > end - pd.Timedelta(days=180))]
        spend = inside.groupby("customer_id").spend.sum()
        spend = spend.sort_values(ascending=False, kind="stable")
        place = np.arange(len(spend)) / len(spend)
        tier = np.select([place < 0.2, place < 0.5], ["A", "B"], "C")
        tiers = pd.Series(tier, index=spend.index).reindex(everybody, fill_value="none")
        pictures[end.date()] = tiers
    return forecasts(flows_of(pictures)).to_pandas()


def test_cdnow_s_errors_are_met(cdnow):
    # ../shared/truth/README.md, "Forecast of tiers".
    [verdict] = cdnow.verdict.unique()
    assert cdnow.periods.unique() == [11] and verdict == "shown"
    assert cdnow.mean_matrix_error.iloc[0] == pytest.approx(0.0261, abs=0.001)
    assert cdnow.mean_unchanged_error.iloc[0] == pytest.approx(0.0504, abs=0.001)
    by_date = cdnow.groupby("forecast_date")[["matrix_error", "unchanged_error"]].first().dropna()
    assert (by_date.matrix_error > by_date.unchanged_error).sum() == 5
    late = by_date[by_date.index >= date(1997, 11, 1)].mean()
    assert late.tolist() == pytest.approx([0.0091, 0.0085], abs=0.001)


# --- The arithmetic ---------------------------------------------------------------------------


def test_the_same_once_more_by_hand():
    flows = {
        **{("A", "A"): 8.0, ("A", "B"): 2.0, ("B", "A"): 4.0, ("B", "B"): 12.0},
        **{("B", "exit"): 4.0, ("entry", "B"): 5.0, ("C", "N"): 3.0},
    }
    assert sizes_after(flows) == {"A": 12, "B": 19, "N": 3}
    # 12 in A, of whom 8 of 10 stay; 19 in B, of whom 4 of 20 rise, 12 stay and 4 go; 5 come; the 3
    # in N come from C, where nobody is left, and nobody had been in N who might tell.
    expected = {"A": 12 * 0.8 + 19 * 0.2, "B": 12 * 0.2 + 19 * 0.6 + 5, "N": 3 + 0}
    found = {tier: size for tier, size in expected_sizes(flows).items() if size}
    assert found == pytest.approx(expected)


def test_total_variation_is_of_shares():
    assert total_variation({"A": 1, "B": 1}, {"A": 20, "B": 20}) == 0
    assert total_variation({"A": 3, "B": 1}, {"B": 1, "C": 1}) == pytest.approx(0.75)


def drawn(seed: int, periods: int, moves: float) -> pa.Table:
    """Customers of three tiers who fall with a probability, and never rise."""
    random = np.random.default_rng(seed)
    tiers = np.zeros(2000, dtype=int)
    pictures = {}
    for month in range(periods + 2):
        pictures[date(2025, 1, 1) + timedelta(days=30 * month)] = pd.Series(
            np.array(list("ABC"))[tiers]
        )
        tiers = np.minimum(2, tiers + (random.random(2000) < moves))
    return flows_of(pictures)


def test_a_forecast_is_shown_where_it_was_right():
    found = forecasts(drawn(1, 7, 0.2)).to_pandas()
    assert set(found.verdict) == {"shown"} and set(found.periods) == {7}
    ahead = found[found.customers.isna()]
    assert len(ahead) == 3 and ahead.expected_customers.notna().all()
    assert ahead.expected_customers.sum() == pytest.approx(2000)
    assert ahead.matrix_error.isna().all() and ahead.forecast_date.nunique() == 1


def test_where_it_was_wrong_nothing_is_forecast():
    # Ten go down in one period and come up again in the next: the last one says the contrary.
    pictures = {
        date(2025, 1, 1) + timedelta(days=30 * month): pd.Series(
            ["A"] * (60 - 10 * (month % 2)) + ["B"] * (40 + 10 * (month % 2))
        )
        for month in range(9)
    }
    found = forecasts(flows_of(pictures)).to_pandas()
    assert set(found.verdict) == {"not_shown"} and set(found.periods) == {7}
    assert set(found.mean_unchanged_error) == {0.1} and (found.mean_matrix_error > 0.1).all()
    ahead = found[found.customers.isna()]
    assert len(ahead) == 2 and ahead.expected_customers.isna().all()
    assert ahead.unchanged_customers.tolist() == [60, 40]


def test_five_periods_are_too_little():
    found = forecasts(drawn(1, 5, 0.2)).to_pandas()
    assert set(found.verdict) == {"too_little_data"} and set(found.periods) == {5}
    assert found[found.customers.isna()].expected_customers.isna().all()
    assert forecasts(drawn(1, 5, 0.2).slice(0, 0)).num_rows == 0


def test_a_line_that_nobody_is_in_any_more_is_not_judged():
    flows = drawn(1, 7, 0.2).to_pandas()
    last = flows.as_of_date.max()
    other = flows[flows.as_of_date < last].assign(business_line="gone")
    found = forecasts(pa.Table.from_pandas(pd.concat([flows, other]))).to_pandas()
    gone = found[found.business_line == "gone"]
    assert set(gone.periods) == {6} and (gone[gone.forecast_date == last].customers == 0).all()


# --- The sample -------------------------------------------------------------------------------


def test_flows_are_those_of_tier_migration(sample_build):
    columns = "as_of_date, business_line, from_tier_code, to_tier_code, customers"
    flows = sample_build.rows(f"select {columns} from evaluation.forecast_flows order by all")
    assert flows == sample_build.rows(
        f"select {columns} from marts.tier_migration where not is_current order by all"
    )
    assert len(flows) > 100


def test_the_sample_says_what_its_past_says(sample_build):
    table = sample_build.query("select * from marts.tier_forecast")
    by_line = table.groupby("business_line").first()
    assert set(by_line.loc[["b2b", "ecommerce"]].periods) == {10}
    for row in by_line.itertuples():
        better = row.mean_matrix_error < row.mean_unchanged_error
        assert row.verdict == ("shown" if better else "not_shown"), row
    ahead = table[table.is_next]
    assert (ahead.expected_customers.notna() == (ahead.verdict == "shown")).all()
    assert set(pd.to_datetime(ahead.forecast_date)) == {pd.Timestamp("2026-10-31")}
    [(now,)] = sample_build.rows(
        "select count(*) from marts.customer_tier_history where as_of_date = '2026-09-30'"
    )
    assert ahead.unchanged_customers.sum() == now
