"""The published CDNOW data, through a build, against a computation of its own in pandas.

Both files come with the package lifetimes. Figures: Fader, Hardie and Lee (2005) for the
counts; the share of the holdout spend was recomputed from the files.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import lifetimes
import numpy as np
import pandas as pd
import pytest
from conftest import Workspace
from test_propensity import judged
from test_tiers_in_time import unbalanced

DATASETS = Path(lifetimes.__file__).parent / "datasets"
LOOKBACK_DAYS = 365
END_OF_CALIBRATION = date(1997, 9, 30)
LAST_DATE = date(1998, 6, 30)


def read_cdnow(name: str) -> pd.DataFrame:
    """The rows of a CDNOW file as text: they have a header or not, and one id or two."""
    rows = [line.split() for line in (DATASETS / name).read_text().splitlines()]
    cells = [row for row in rows if row and row[0].isdigit()]
    return pd.DataFrame(
        [[row[0], *row[-3:]] for row in cells], columns=["customer_id", "date", "cds", "dollars"]
    )


def build_cdnow(rows: pd.DataFrame, folder: Path) -> Workspace:
    """Build the scores of CDNOW: every row an order, with its row number as its id."""
    data = folder / "data"
    data.mkdir()
    orders = pd.DataFrame(
        {
            "order_id": range(1, len(rows) + 1),
            "customer_id": rows["customer_id"],
            "ordered_at": rows["date"],
            "amount": rows["dollars"],
        }
    )
    orders.to_csv(data / "orders.csv", index=False)
    workspace = Workspace(folder, data=data)
    workspace.dbt(
        *(
            "build",
            "--select",
            "+score_rfm",
            "+score_clv",
            "+score_propensity",
            "+int_record_outcomes",
            "+tier_migration",
            "+segment_worth",
        ),
        *("--resource-type", "seed", "--resource-type", "model"),
        variables={"reporting_currency": "USD"},
    )
    return workspace


@pytest.fixture(scope="module")
def master() -> pd.DataFrame:
    return read_cdnow("CDNOW_master.txt")


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return read_cdnow("CDNOW_sample.txt")


@pytest.fixture(scope="module")
def master_build(master, tmp_path_factory) -> Workspace:
    return build_cdnow(master, tmp_path_factory.mktemp("cdnow_master"))


@pytest.fixture(scope="module")
def sample_of_cdnow_build(sample, tmp_path_factory) -> Workspace:
    return build_cdnow(sample, tmp_path_factory.mktemp("cdnow_sample"))


def percentile(values: list[Decimal], fraction: Fraction) -> Fraction:
    """The continuous percentile, exactly: on the line between its two neighbours."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * fraction
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return Fraction(ordered[below]) + (place - below) * (
        Fraction(ordered[above]) - Fraction(ordered[below])
    )


def two_significant_digits(number: Fraction) -> Decimal:
    """Rounded half away from zero; exact, so that a tie is a tie."""
    if number == 0:
        return Decimal(0)
    exponent = (Decimal(number.numerator) / Decimal(number.denominator)).adjusted() - 1
    scaled = number / Fraction(10) ** exponent
    whole = int(abs(scaled) + Fraction(1, 2))
    return (Decimal(whole) * Decimal(10) ** exponent).copy_sign(Decimal(1 if number > 0 else -1))


def rfm_by_pandas(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """RFM as the contract says it, from the rows of the file and nothing of the project."""
    orders = pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "day": pd.to_datetime(rows["date"], format="%Y%m%d"),
            "amount": rows["dollars"].map(Decimal),
        }
    )
    known = orders[orders["day"] <= pd.Timestamp(as_of)]
    window_start = pd.Timestamp(as_of) - pd.Timedelta(days=LOOKBACK_DAYS)
    in_window = known[known["day"] > window_start].groupby("customer_id")["amount"]
    measures = known.groupby("customer_id")["day"].max().to_frame("last_day")
    measures["recency_days"] = (pd.Timestamp(as_of) - measures["last_day"]).dt.days
    measures["order_count"] = in_window.size().reindex(measures.index, fill_value=0)
    measures["net_revenue"] = in_window.agg("sum").reindex(measures.index, fill_value=Decimal(0))

    active = measures[measures["order_count"] > 0]
    for measure, score in [("recency_days", "r"), ("order_count", "f"), ("net_revenue", "m")]:
        values = [Decimal(str(value)) for value in active[measure]]
        cuts = [two_significant_digits(percentile(values, Fraction(n, 5))) for n in range(1, 5)]
        below = measures[measure].map(lambda value, cuts=cuts: sum(cut < value for cut in cuts))
        if score == "r":
            measures["r_score"] = 5 - below
        else:
            measures[f"{score}_score"] = (1 + below).where(measures["order_count"] > 0, 1)
    return measures.drop(columns="last_day")


def gini(spend: np.ndarray) -> float:
    """Area between the curve of cumulated spend, in the order given, and the even one."""
    cumulated = np.cumsum(spend) / spend.sum()
    return cumulated.sum() / len(spend) - (len(spend) + 1) / (2 * len(spend))


def test_the_independent_rounding_is_that_of_the_contract():
    cases = {"1234": "1200", "1250": "1300", "-1250": "-1300", "12.5": "13", "0.0125": "0.013"}
    cases |= {"99.5": "100", "7": "7", "0": "0"}
    for given, expected in cases.items():
        rounded = two_significant_digits(Fraction(given))
        assert rounded == Decimal(expected), (given, rounded)


def test_cdnow_reconciles_with_the_published_counts_to_the_cent(master, master_build):
    [(rows, orders, customers, revenue, of_zero)] = master_build.rows("""
        select
            count(*), count(distinct order_id), count(distinct customer_id), sum(amount),
            count(*) filter (where amount = 0)
        from intermediate.int_orders
        where outcome = 'accepted'
    """)
    assert (rows, orders, customers) == (69_659, 69_659, 23_570)
    assert revenue == Decimal("2500315.63")
    assert of_zero == 80
    outcomes = "select outcome, count(*) from intermediate.int_record_outcomes group by outcome"
    assert master_build.rows(outcomes) == [("accepted", 69_659)]
    # An order is an order of its own even where date, CDs and dollars are those of another.
    assert master.duplicated().sum() == 255
    [(of_all_time, paid)] = master_build.rows(
        "select sum(lifetime_order_count), sum(lifetime_net_revenue)"
        " from intermediate.int_customer_features where as_of_date = ?",
        [LAST_DATE],
    )
    assert (of_all_time, paid) == (69_659, Decimal("2500315.63"))


@pytest.mark.parametrize("as_of", [LAST_DATE, date(1998, 3, 31), date(1997, 12, 31)])
def test_rfm_equals_an_independent_computation_for_every_customer(master, master_build, as_of):
    expected = rfm_by_pandas(master, as_of)
    rows = master_build.rows(
        "select customer_id, recency_days, order_count, net_revenue, r_score, f_score, m_score"
        " from scores.score_rfm where as_of_date = ?",
        [as_of],
    )
    measured = {customer: values for customer, *values in rows}
    assert len(rows) == len(measured) == len(expected)
    columns = ["recency_days", "order_count", "net_revenue", "r_score", "f_score", "m_score"]
    wrong = {
        customer: (values, measured.get(customer))
        for customer, *values in expected[columns].itertuples(name=None)
        if measured.get(customer) != values
    }
    assert not wrong, f"{len(wrong)} customers, such as {list(wrong.items())[:5]}"


def test_the_sample_has_the_published_counts(sample_of_cdnow_build):
    counts = (
        "select count(*), count(distinct customer_id) from intermediate.int_orders"
        " where outcome = 'accepted'"
    )
    assert sample_of_cdnow_build.rows(counts) == [(6_919, 2_357)]


def test_the_rfm_sum_finds_the_published_share_of_the_holdout_spend(sample, sample_of_cdnow_build):
    scored = sample_of_cdnow_build.query(
        "select customer_id, r_score + f_score + m_score as rfm_sum,"
        " cast(net_revenue as double) as spend from scores.score_rfm where as_of_date = ?",
        [END_OF_CALIBRATION],
    ).set_index("customer_id")
    assert len(scored) == 2_357
    later = sample[sample["date"] > END_OF_CALIBRATION.strftime("%Y%m%d")]
    holdout = later["dollars"].astype(float).groupby(later["customer_id"]).sum()
    assert round(holdout.sum(), 2) == 70_976.39

    scored["holdout"] = holdout.reindex(scored.index, fill_value=0.0)
    best_first = scored.sort_values(["rfm_sum", "spend"], ascending=False, kind="stable")
    share = 100 * best_first["holdout"].head(472).sum() / holdout.sum()
    by_truth = np.sort(scored["holdout"].to_numpy())[::-1]
    normalised = gini(best_first["holdout"].to_numpy()) / gini(by_truth)
    print(f"top 20 % by R+F+M: {share:.2f} % of the holdout spend; Gini {normalised:.3f}")
    assert share == pytest.approx(66.3, abs=0.3)
    assert normalised == pytest.approx(0.701, abs=0.005)


@pytest.mark.parametrize("as_of", [END_OF_CALIBRATION, date(1997, 12, 31)])
def test_the_revenue_that_is_predicted_for_half_a_year_comes(master_build, as_of):
    [(predicted, came, ratio, level)] = master_build.rows(
        """
        with expected as (
            select sum(
                grid.expected_orders_26_weeks * scored.expected_spend * scored.spend_level
            ) as revenue
            from scores.score_clv as scored
            inner join fits.fit_clv_grid as grid
                on scored.as_of_date = grid.as_of_date
                and scored.btyd_frequency = grid.btyd_frequency
                and scored.btyd_recency_weeks = round(grid.btyd_recency_weeks, 2)
                and scored.btyd_age_weeks = round(grid.btyd_age_weeks, 2)
            where scored.as_of_date = $1
        ),
        later as (
            select sum(net_revenue) as revenue
            from intermediate.int_customer_days
            where activity_date > $1 and activity_date <= $1 + 182
        )
        select expected.revenue, later.revenue, held_out_ratio, spend_level
        from expected cross join later inner join fits.fit_clv on as_of_date = $1
        """,
        [as_of],
    )
    share = predicted / float(came)
    print(f"{as_of}: {share:.3f} of what came; held out {ratio}, spend level {level}")
    assert share == pytest.approx(1, abs=0.2)


def test_tiers_are_shares_of_those_who_still_buy_and_hold_later(master_build):
    shares = master_build.query("""
        select as_of_date, raw_tier_code as tier, count(*) as customers
        from tiers.tier_assigned where raw_tier_code not in ('L', 'P') group by all
    """).pivot(index="as_of_date", columns="tier", values="customers")
    shares = 100 * shares.div(shares.sum(axis=1), axis=0)
    print(f"\n{shares.round(1).to_string()}")
    assert list(shares.columns) == ["A", "B", "C", "D"]
    # A whole point more or less of the start is up to two per cent of the customers. Between the
    # calibrations of its first year a base that nobody joins ages fast.
    quarters = shares[[day.month % 3 == 0 for day in shares.index]]
    assert len(quarters) == 5 and (quarters - [20, 30, 30, 20]).abs().max().max() < 3
    later = master_build.query("""
        select raw_tier_code as tier, worth.segment as worth,
            count(distinct customer_id) as customers,
            coalesce(sum(net_revenue), 0)::double as revenue
        from tiers.tier_assigned
        inner join segments.segment_worth as worth using (customer_id, as_of_date)
        left join intermediate.int_customer_days as days
            using (customer_id)
        where as_of_date = '1997-12-31' and activity_date > '1997-12-31'
            and activity_date <= date '1997-12-31' + 180
        group by all
    """)
    sizes = dict(
        master_build.rows(
            "select raw_tier_code, count(*) from tiers.tier_assigned"
            " where as_of_date = '1997-12-31' group by all"
        )
    )
    revenue = later.groupby("tier").revenue.sum()
    means = [revenue[tier] / sizes[tier] for tier in ("A", "B", "C", "D")]
    print(f"revenue of 180 days per customer: {[round(mean, 1) for mean in means]}, {sizes}")
    assert means == sorted(means, reverse=True)
    worths = dict(
        master_build.rows(
            "select worth.segment, count(*) from tiers.tier_assigned"
            " inner join segments.segment_worth as worth using (customer_id, as_of_date)"
            " where as_of_date = '1997-12-31' and raw_tier_code = 'L' group by all"
        )
    )
    back = later[later.tier == "L"].set_index("worth").revenue
    means = [back[worth] / worths[worth] for worth in ("high", "mid", "low")]
    print(f"of the lapsed: {[round(mean, 2) for mean in means]}, {worths}")
    assert means == sorted(means, reverse=True)


def test_the_migration_of_twelve_months_adds_up(master_build):
    """Each period's matrix adds up to the customers of both ends, entries among them."""
    [(periods, entries)] = master_build.rows("""
        select count(distinct as_of_date), sum(customers) filter (from_tier_code = 'entry')
        from marts.tier_migration
    """)
    # The history begins on 30 June 1997; all customers bought first by the end of March.
    assert (periods, entries) == (12, None)
    assert unbalanced(master_build) == []


def test_propensity_tells_buyers_of_a_later_period_better_than_recency(master_build):
    judged(master_build)
