"""Bands and tier starts on bases that are hard on them, each a business line of one build."""

import numpy as np
import pytest
from conftest import Workspace
from generated_bases import KINDS, as_orders, base

TIERS = ("build", "--select", "+tier_raw", "--resource-type", "seed", "--resource-type", "model")


def built(orders, folder, periods) -> Workspace:
    """The tiers by points of some orders."""
    workspace = Workspace(folder, data=folder / "data")
    workspace.data.mkdir(parents=True)
    orders.to_csv(workspace.data / "orders.csv", index=False)
    workspace.dbt(*TIERS, variables={"history_periods": periods})
    return workspace


@pytest.mark.long
def test_bands_are_met_at_every_calibration_of_fifty_bases(tmp_path):
    lines = {
        f"{kind}_{seed}": base(kind, 300 + 100 * seed, seed) for kind in KINDS for seed in range(10)
    }
    build = built(as_orders(lines), tmp_path / "bases", 12)
    found = build.query("""
        with tied as (
            select as_of_date, business_line, composite_score, raw_tier_code, count(*) as customers
            from tiers.tier_raw where raw_tier_code not in ('L', 'P') group by all
        ),
        sizes as (
            select as_of_date, business_line, sum(customers) as n, max(customers) as largest_tie
            from tied group by all
        ),
        edges as (
            select as_of_date, business_line, raw_tier_code as tier, sum(customers) as customers
            from tied group by all
        )
        select sizes.*, tier, coalesce(edges.customers, 0) / n as share,
            calibrated_at = sizes.as_of_date as is_calibrated
        from sizes
        inner join fits.fit_calibrations using (as_of_date, business_line)
        cross join (values ('A'), ('B'), ('C'), ('D')) as tiers (tier)
        left join edges using (as_of_date, business_line, tier)
        where n >= 100
    """)
    found["off"] = (found.share - found.tier.map({"A": 0.2, "B": 0.3, "C": 0.3, "D": 0.2})).abs()
    found["kind"] = found.business_line.str.rsplit("_", n=1).str[0]
    at = found[found.is_calibrated]
    print(f"\n{100 * found.groupby(['is_calibrated', 'kind']).off.quantile([0.5, 0.95, 1])}")
    assert at.business_line.nunique() == 50 and at.as_of_date.nunique() >= 4
    # A band has two edges, and each has a customer.
    beyond = at[at.off > 0.01 + (at.largest_tie + 1) / at.n]
    assert beyond.empty, beyond
    # No tier is empty by rounding: only where all have one score.
    empty = at[(at.share == 0) & (at.largest_tie < 0.2 * at.n)]
    assert empty.empty, empty
    assert set(at[at.share == 0].kind) <= {"equal"}


@pytest.mark.long
def test_late_rows_move_where_a_tier_starts_by_a_step_at_most(tmp_path):
    """Ten bases; in each of twenty runs one in twenty orders of another day comes late.

    They move the percentiles by hundredths of a point; now and then one is rounded elsewhere.
    """
    without, whole = {}, {}
    generator = np.random.default_rng(5)
    for number in range(10):
        orders = base(
            ("dying", "growing", "seasonal", "one_timers")[number % 4], 2000, 100 + number
        )
        # The quarter before 30 September 2026, when rules were learned last.
        days = sorted(set(orders.day[(orders.day >= 912) & (orders.day < 1000)]))
        for run, day in enumerate(generator.choice(days, 20)):
            line = f"base{number}_run{run}"
            of_day = orders.index[orders.day == day]
            late = generator.choice(of_day, max(1, len(of_day) // 20), replace=False)
            without[line], whole[line] = orders.drop(late), orders
    starts = [
        built(as_orders(lines), tmp_path / name, 0)
        .query("""
            select business_line, tier_code, lower_score::double as lower_score
            from tiers.tier_cut_points where as_of_date = '2026-09-30' and tier_code <> 'D'
        """)
        .set_index(["business_line", "tier_code"])
        .lower_score.sort_index()
        for name, lines in (("without", without), ("whole", whole))
    ]
    by_how_much = (starts[0] - starts[1]).abs()
    moved = (by_how_much > 0).groupby("business_line").any()
    by_base = moved.groupby(moved.index.str.split("_").str[0]).sum()
    print(f"\nof 20 runs a tier start moved in: {by_base.to_dict()}, {moved.sum()} of {len(moved)}")
    assert len(moved) == 200 and by_how_much.quantile(0.95) <= 1
    assert moved.mean() <= 0.4
