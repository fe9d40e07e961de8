"""What campaigns did: published figures, statsmodels, invented campaigns, and a whole build."""

import csv
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import WITHOUT_TESTS, Workspace, shared_data

from customer_tiering.campaigns import BETWEEN, adjusted, difference, effects, holm, moments

DAY = date(2025, 6, 30)


def sums_of(people: pd.DataFrame, groupings: tuple = (), **other) -> pa.Table:
    """The sums that the model campaign_sums has, of one row per customer.

    Args:
        people: arm, visit, conversion, spend, earlier, and a column for each grouping.
        groupings: names of these columns.
        other: what is true of the campaign.
    """
    campaign = {"campaign_id": "c", "cost": None, "control_share": None} | other
    people = people.assign(all="all")
    rows = []
    for grouping in ("all", *groupings):
        for (arm, group), each in people.groupby(["arm", grouping]):
            earlier = each.earlier.to_numpy(float)
            spend = each.spend.to_numpy(float)
            rows.append(
                {
                    **{"arm": arm, "grouping_name": grouping, "group_code": str(group)},
                    **{"first_day": DAY, "last_day": DAY, "is_over": True, "has_events": True},
                    "customers": len(each),
                    "visits": float(each.visit.sum()),
                    "conversions": float(each.conversion.sum()),
                    "spend": spend.sum(),
                    "spend_squared": (spend**2).sum(),
                    "earlier": earlier.sum(),
                    "earlier_squared": (earlier**2).sum(),
                    "visits_by_earlier": (each.visit * earlier).sum(),
                    "conversions_by_earlier": (each.conversion * earlier).sum(),
                    "spend_by_earlier": (spend * earlier).sum(),
                    **campaign,
                }
            )
    return pa.Table.from_pylist(rows)


def judged(people: pd.DataFrame, groupings: tuple = (), **other) -> pd.DataFrame:
    found = effects(sums_of(people, groupings, **other)).to_pandas()
    return found.set_index(["arm", "grouping_name", "group_code", "outcome"]).sort_index()


def invented(seed: int, size: int = 4000, gain: float = 0.0, control_share: float = 0.5):
    """A campaign in which everybody was drawn, with an effect on spend, or none."""
    random = np.random.default_rng(seed)
    arm = np.where(random.random(size) < control_share, "control", "treated")
    earlier = np.round(random.gamma(2, 50, size), 2)
    conversion = random.random(size) < 0.1 + earlier / 1000 + gain * (arm == "treated")
    spend = np.where(conversion, np.round(earlier * random.gamma(4, 0.25, size), 2), 0)
    return pd.DataFrame(
        {
            "arm": arm,
            "visit": conversion | (random.random(size) < 0.2),
            "conversion": conversion,
            "spend": spend,
            "earlier": earlier,
            "tier": random.choice(list("ABCD"), size),
        }
    )


# --- Published figures ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hillstrom() -> pd.DataFrame:
    """Two e-mails against none (MineThatData, 2008); earlier spend is `history`."""
    people = pd.read_csv(shared_data("hillstrom") / "hillstrom.csv")
    arms = {"Mens E-Mail": "mens_mail", "Womens E-Mail": "womens_mail", "No E-Mail": "control"}
    return people.assign(arm=people.segment.map(arms), earlier=people.history)


def test_hillstrom_s_arms_and_effects_are_met(hillstrom):
    # ../shared/truth/README.md, which public analyses print, too.
    arms = {
        "mens_mail": (21307, 0.182757, 0.012531, 1.422617),
        "womens_mail": (21387, 0.151400, 0.008837, 1.077202),
    }
    gains = {
        "mens_mail": [(0.076590, 0.003386), (0.006805, 0.000921), (0.769827, 0.145247)],
        "womens_mail": [(0.045233, 0.003234), (0.003111, 0.000823), (0.424412, 0.130333)],
    }
    found = judged(hillstrom)
    none = (0.106167, 0.005726, 0.652789)
    for arm, (customers, *means) in arms.items():
        for place, outcome in enumerate(("visit", "conversion", "spend")):
            row = found.loc[arm, "all", "all", outcome]
            assert (row.treated_customers, row.control_customers) == (customers, 21306)
            assert row.treated_mean == pytest.approx(means[place], abs=1e-6)
            assert row.control_mean == pytest.approx(none[place], abs=1e-6)
            gain, error = gains[arm][place]
            assert row.difference == pytest.approx(gain, abs=1e-6)
            # 1.96 times the standard error, which is printed with six decimals.
            reach = (row.difference_high - row.difference_low) / 2
            assert reach == pytest.approx(1.96 * error, abs=1e-5)
            assert (row.verdict, row.balance) == ("shown", "balanced")
            # The arms were drawn: the earlier spend moves nothing by much.
            assert row.adjusted_difference == pytest.approx(gain, rel=0.08)


def test_intervals_are_those_of_statsmodels(hillstrom):
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    found = judged(hillstrom)
    control = hillstrom[hillstrom.arm == "control"]
    for arm in ("mens_mail", "womens_mail"):
        treated = hillstrom[hillstrom.arm == arm]
        for outcome in ("visit", "conversion", "spend"):
            both = weightstats.CompareMeans(
                *(
                    weightstats.DescrStatsW(each[outcome].astype(float))
                    for each in (treated, control)
                )
            )
            row = found.loc[arm, "all", "all", outcome]
            low, high = both.tconfint_diff(usevar="unequal")
            assert (row.difference_low, row.difference_high) == pytest.approx((low, high), abs=1e-8)


def test_who_gains_is_shown_for_women_s_mail_and_not_for_men_s(hillstrom):
    found = judged(hillstrom, ("womens", "mens"))
    row = found.loc["womens_mail", "womens", BETWEEN, "visit"]
    assert row.verdict == "shown" and row.p_value_holm < 1e-15
    gains = found.loc["womens_mail", "womens"].xs("visit", level="outcome").adjusted_difference
    assert gains["1"] > 0.07 > 0.02 > gains["0"]
    of_men = found.loc["mens_mail"].xs(BETWEEN, level="group_code")
    assert len(of_men) == 6 and set(of_men.verdict) == {"not_shown"}


# --- Statistics -------------------------------------------------------------------------------


def test_the_earlier_spend_takes_out_noise_and_nothing_else():
    people = invented(1, gain=0.05)
    rows = sums_of(people).to_pylist()
    arms = {row["arm"]: moments(row, "spend") for row in rows}
    assert arms["treated"].variance == pytest.approx(
        people[people.arm == "treated"].spend.var(ddof=1), rel=1e-9
    )
    raw = difference(arms["treated"], arms["control"])
    better = difference(*adjusted(arms["treated"], arms["control"]))
    # Against the regression on arm and earlier spend, which has the same slope within arms.
    is_treated = (people.arm == "treated").to_numpy(float)
    design = np.column_stack([np.ones(len(people)), is_treated, people.earlier])
    slopes = np.linalg.lstsq(design, people.spend.to_numpy(float), rcond=None)[0]
    assert better.value == pytest.approx(slopes[1], rel=1e-9)
    assert better.error < raw.error


def test_a_campaign_without_effect_is_seldom_shown():
    # In any arm, outcome or group, at 5 %: two of forty are what chance may do.
    shown = [(judged(invented(seed), ("tier",)).verdict == "shown").any() for seed in range(40)]
    assert sum(shown) <= 2
    effective = judged(invented(7, gain=0.1), ("tier",))
    assert effective.loc["treated", "all", "all", "conversion"].verdict == "shown"


def test_a_planted_imbalance_is_found():
    people = invented(3, gain=0.1)
    # Somebody picked the best customers instead of drawing them.
    picked = people.assign(arm=np.where(people.earlier > 90, "treated", "control"))
    found = judged(picked)
    assert set(found.verdict) == {"unbalanced"} and set(found.balance) == {"unbalanced_spend"}
    assert (found.earlier_spend_gap > 0.5).all()
    # A list that lost a part of the control on its way.
    lost = people.drop(people[people.arm == "control"].index[:300])
    found = judged(lost, control_share=0.5)
    assert set(found.balance) == {"unbalanced_sizes"} and (found.sizes_p_value < 0.001).all()
    assert set(judged(lost).balance) == {"balanced"}  # Without a plan nobody knows.
    drawn = judged(invented(4, control_share=0.1), control_share=0.1)
    assert set(drawn.balance) == {"balanced"} and (drawn.sizes_p_value > 0.001).all()


def test_imbalance_is_seldom_cried_where_there_is_none():
    found = [judged(invented(seed), control_share=0.5).balance for seed in range(100, 140)]
    assert sum((each != "balanced").any() for each in found) == 0


def test_too_few_people_are_told():
    few = judged(invented(5, size=80))
    assert set(few.verdict) == {"too_few"} and few.p_value.isna().all()
    nobody = invented(6).assign(conversion=False, visit=False, spend=0.0)
    found = judged(nobody)
    assert set(found.verdict) == {"too_few"} and found.difference.isna().all()
    wide, narrow = judged(invented(8, size=500)), judged(invented(8, size=5000))
    assert (wide.detectable_difference > narrow.detectable_difference).all()


def test_what_cannot_be_compared_says_why():
    people = invented(9)
    alone = judged(people[people.arm == "treated"], ("tier",), cost=100.0)
    assert set(alone.verdict) == {"no_control"} and alone.control_mean.isna().all()
    assert {grouping for _, grouping, _, _ in alone.index} == {"all"}
    assert alone.loc["treated", "all", "all", "spend"].cost == 100
    assert set(judged(people, last_day=None).verdict) == {"no_end"}
    assert set(judged(people, is_over=False).verdict) == {"not_over"}
    mixed = people.assign(arm=np.where(people.index < 50, "mixed", people.arm))
    assert {arm for arm, *_ in judged(mixed).index} == {"treated"}
    unseen = judged(people, has_events=False)
    assert {outcome for *_, outcome in unseen.index} == {"conversion", "spend"}


def test_cost_is_shared_and_return_is_what_is_left():
    people = invented(10, gain=0.2)
    people.loc[people.index[:1000][people.arm[:1000] == "treated"], "arm"] = "other"
    found = judged(people, cost=5000.0)
    arms = [found.loc[arm, "all", "all", "spend"] for arm in ("treated", "other")]
    assert sum(row.cost for row in arms) == pytest.approx(5000)
    for row in arms:
        assert row.extra_revenue == pytest.approx(row.adjusted_difference * row.treated_customers)
        assert row.net_return == pytest.approx(row.extra_revenue - row.cost)
        assert row.extra_revenue_low < row.extra_revenue < row.extra_revenue_high


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == [] and holm([0.9, 0.8]) == [1.0, 1.0]


def test_nothing_gives_an_empty_table():
    assert effects(sums_of(invented(1)).slice(0, 0)).num_rows == 0


# --- A whole build ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tried(tmp_path_factory) -> tuple[Workspace, pd.DataFrame]:
    """A campaign of 600 people of whom a third were left out, and what was written of them."""
    folder = tmp_path_factory.mktemp("tried")
    random = np.random.default_rng(5)
    starts, ends = date(2025, 5, 1), date(2025, 5, 31)
    people = pd.DataFrame({"customer_id": [f"K{number:04}" for number in range(600)]})
    people["arm"] = random.choice(["", "Control"], 600, p=[2 / 3, 1 / 3])
    orders, events = [], []
    for customer, arm in people.itertuples(index=False):
        for moment in random.integers(-500, 60, random.poisson(5) + 1):
            orders.append((customer, starts + timedelta(days=int(moment)), random.integers(1, 9)))
        if arm == "" and random.random() < 0.5:
            orders.append((customer, starts + timedelta(days=3), 50))
        for moment in random.integers(-40, 60, random.poisson(1)):
            kind = str(random.choice(["page_view", "email_open", "review"]))
            events.append((customer, starts + timedelta(days=int(moment)), kind))
    data = folder / "data"
    data.mkdir()

    def write(name, header, rows):
        with (data / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header.split(","), *rows])

    write(
        "orders",
        "order_id,customer_id,ordered_at,amount",
        [(f"O{number}", *row) for number, row in enumerate(orders)],
    )
    write(
        "events",
        "event_id,customer_id,occurred_at,event_type",
        [(f"E{number}", *row) for number, row in enumerate(events)],
    )
    write(
        "campaigns",
        "campaign_id,campaign_name,starts_at,ends_at,cost,control_share",
        [("M", "May", starts, ends, "1000", "0.3333"), ("N", "No end", starts, "", "5", "")],
    )
    touches = [(*row, "M") for row in people[["customer_id", "arm"]].itertuples(index=False)]
    touches += [("K0001", "", "N"), ("K0002", "control", "M"), ("K0002", "", "M")]
    write(
        "campaign_touches",
        "touch_id,customer_id,arm,campaign_id,touched_at",
        [(f"T{number}", *row, starts) for number, row in enumerate(touches)],
    )
    (data / "settings.csv").write_text("setting,value\nrun_date,2025-07-15\n")
    workspace = Workspace(folder, data=data)
    workspace.dbt("build", *WITHOUT_TESTS, "-s", "+campaign_effect")
    bought = pd.DataFrame(orders, columns=["customer_id", "day", "amount"])
    seen = pd.DataFrame(events, columns=["customer_id", "day", "kind"])
    people = people.set_index("customer_id").drop("K0002")

    def total(frame, name="amount"):
        return frame.groupby("customer_id")[name].sum().reindex(people.index, fill_value=0)

    inside = bought[(bought.day >= starts) & (bought.day <= ends)]
    before = bought[(bought.day < starts) & (bought.day >= starts - timedelta(days=365))]
    viewed = seen[(seen.day >= starts) & (seen.day <= ends) & (seen.kind == "page_view")]
    people = people.assign(
        arm=people.arm.map({"": "treated", "Control": "control"}),
        spend=total(inside),
        conversion=people.index.isin(inside.customer_id),
        visit=people.index.isin(viewed.customer_id),
        earlier=total(before),
    )
    return workspace, people


def test_a_build_compares_who_was_reached_with_who_was_left_out(tried):
    workspace, people = tried
    found = workspace.query("select * from marts.campaign_effect where campaign_id = 'M'")
    found = found.set_index(["arm", "grouping_name", "group_code", "outcome"]).sort_index()
    expected = judged(people, cost=1000.0, control_share=0.3333)
    numbers = ["treated_customers", "control_customers", "treated_mean", "control_mean"]
    numbers += ["difference", "difference_low", "difference_high", "adjusted_difference"]
    numbers += ["adjusted_low", "adjusted_high", "sizes_p_value", "earlier_spend_gap"]
    for outcome in ("visit", "conversion", "spend"):
        row, other = (each.loc["treated", "all", "all", outcome] for each in (found, expected))
        assert row[numbers].astype(float).to_dict() == pytest.approx(
            other[numbers].astype(float).to_dict(), rel=1e-6, abs=1e-8
        )
        assert row.campaign_name == "May" and row.balance == "balanced"
    spend = found.loc["treated", "all", "all", "spend"]
    assert spend.verdict == "shown" and float(spend.cost) == 1000
    # Groups are those of the last month end before it, and everybody with a tier is in one.
    of_tiers = found.loc["treated", "tier"].xs("spend", level="outcome")
    groups = of_tiers[of_tiers.index != BETWEEN]
    known = workspace.rows(
        "select count(*) from tiers.tier_assigned where as_of_date = '2025-04-30' and customer_id"
        " in (select customer_id from evaluation.campaign_customers"
        " where campaign_id = 'M' and arm = 'treated')"
    )
    assert groups.treated_customers.sum() == known[0][0] > 300
    assert (
        workspace.rows("select verdict from marts.campaign_effect where campaign_id = 'N'")
        == [("no_end",)] * 3
    )


def test_who_was_left_out_was_not_touched(tried):
    workspace, _ = tried
    [(touched,)] = workspace.rows(
        "select count(*) from intermediate.int_campaign_touches"
        " where arm = 'control' and event_type is not null"
    )
    assert touched == 0
    [(mixed,)] = workspace.rows(
        "select count(*) from evaluation.campaign_customers where arm = 'mixed'"
    )
    assert mixed == 1
