"""Tiers over those who are still customers: shares, the lapsed, and what follows from a tier."""

import pytest

CURRENT = "inner join intermediate.int_scoring_dates as dates using (as_of_date)"


def test_the_lapsed_are_l_and_nobody_else(sample_build):
    rows = sample_build.rows(f"""
        select raw_tier_code = 'L', lifecycle_stage = 'churned', count(*)
        from tiers.tier_assigned {CURRENT} group by all order by all
    """)
    assert [row[:2] for row in rows] == [(False, False), (True, True)]
    assert all(row[2] > 1000 for row in rows)


def test_bands_are_shares_of_those_who_are_still_customers(sample_build):
    """What a whole point is off, a band is off by up to 3 points, and more between calibrations."""
    shares = sample_build.query("""
        select as_of_date, business_line, raw_tier_code as tier, count(*) as customers
        from tiers.tier_assigned inner join intermediate.int_scoring_dates using (as_of_date)
        where raw_tier_code not in ('L', 'P') and is_published group by all
    """).pivot(index=["as_of_date", "business_line"], columns="tier", values="customers")
    shares = 100 * shares.div(shares.sum(axis=1), axis=0)
    off = (shares - [20, 30, 30, 20]).abs()
    is_calibrated = [day.month % 3 == 0 for day, _ in off.index]
    assert list(shares.columns) == ["A", "B", "C", "D"] and sum(is_calibrated) == 8
    at, between = off[is_calibrated], off[[not each for each in is_calibrated]]
    for part in (at, between):
        print(part.groupby("business_line").agg(["mean", "max"]).round(1).to_string())
    assert at.max().max() < 3 and at.mean().mean() < 1
    assert between.max().max() < 12 and (between < 10).mean().mean() > 0.98


PAIRS = """
    from tiers.tier_assigned as later
    inner join intermediate.int_scoring_dates as dates using (as_of_date)
    inner join tiers.tier_assigned as earlier
        on later.customer_id = earlier.customer_id and earlier.as_of_date = dates.previous_date
        and later.business_line = earlier.business_line
    inner join fits.fit_calibrations as now
        on later.as_of_date = now.as_of_date and later.business_line = now.business_line
    inner join fits.fit_calibrations as before
        on earlier.as_of_date = before.as_of_date and earlier.business_line = before.business_line
    where earlier.raw_tier_code not in ('L', 'P') and later.raw_tier_code not in ('L', 'P')
"""


def test_between_calibrations_nobody_moves_but_by_their_own_score(sample_build):
    still = "and now.calibrated_at = before.calibrated_at"
    moved = "earlier.raw_tier_code <> later.raw_tier_code"
    [(pairs, changes, unlike)] = sample_build.rows(f"""
        select count(*), count(*) filter ({moved}), count(*) filter (
            {moved} and (later.raw_tier_code < earlier.raw_tier_code)
            <> (later.composite_score > earlier.composite_score)
        ) {PAIRS} {still}
    """)
    assert pairs > 3000 and changes > 300 and unlike == 0
    parameters = sample_build.rows("""
        select business_line, method, parameter, calibrated_at, count(distinct value)
        from marts.scoring_parameters
        group by all having count(distinct value) > 1
    """)
    assert parameters == []


def test_every_change_has_a_cause_that_can_be_told(sample_build):
    """Rules that were learned anew move few, at calibration dates alone."""
    causes = sample_build.query("""
        select changes.*, before.raw_tier_code as raw_before, after.raw_tier_code as raw_after
        from marts.customer_tier_changes as changes
        inner join marts.customer_tier_history as after using (customer_id, as_of_date)
        inner join marts.customer_tier_history as before
            on changes.customer_id = before.customer_id
            and changes.previous_date = before.as_of_date
    """)
    assert causes.cause.notna().all()
    anew = causes[causes.cause == "recalibrated"]
    at = causes[causes.as_of_date.dt.month % 3 == 0]
    print(f"\n{len(anew)} of {len(at)} changes at calibrations are theirs, of {len(causes)}")
    assert set(anew.as_of_date) <= set(at.as_of_date) and 0 < len(anew) < 0.1 * len(at)
    points = causes[causes.cause == "points"]
    rose = points.direction == "up"
    assert ((points.composite_change.astype(float) > 0) == rose).all()


@pytest.mark.parametrize("days", [90, 180])
def test_later_revenue_falls_from_a_to_d(sample_build, days):
    later = sample_build.query(f"""
        select assigned.business_line, raw_tier_code as tier,
            coalesce(sum(net_revenue), 0)::double
                / count(distinct (assigned.customer_id, as_of_date)) as mean
        from tiers.tier_assigned as assigned
        left join intermediate.int_customer_days as days
            on assigned.customer_id = days.customer_id
            and activity_date > as_of_date and activity_date <= as_of_date + {days}
        where as_of_date + {days} <= (select max(as_of_date) from tiers.tier_assigned)
            and raw_tier_code not in ('L', 'P')
        group by all
    """)
    means = later.pivot(index="business_line", columns="tier", values="mean")
    print(f"\n{means.round(0).to_string()}")
    for line in ("b2b", "ecommerce"):
        assert list(means.loc[line]) == sorted(means.loc[line], reverse=True)


def test_what_they_were_worth_orders_what_comes_back_from_the_lapsed(sample_build):
    [(high, mid, low)] = sample_build.rows("""
        with lapsed as (
            select customer_id, as_of_date, worth.segment
            from tiers.tier_assigned
            inner join segments.segment_worth as worth using (customer_id, as_of_date)
            where raw_tier_code = 'L'
                and as_of_date + 90 <= (select max(as_of_date) from tiers.tier_assigned)
        ),
        back as (
            select lapsed.customer_id, as_of_date, segment, coalesce(sum(net_revenue), 0) as amount
            from lapsed
            left join intermediate.int_customer_days as days
                on lapsed.customer_id = days.customer_id
                and activity_date > as_of_date and activity_date <= as_of_date + 90
            group by all
        )
        select avg(amount) filter (segment = 'high'), avg(amount) filter (segment = 'mid'),
            avg(amount) filter (segment = 'low')
        from back
    """)
    print(f"\ncomes back in 90 days per lapsed customer: {high:.1f}, {mid:.1f}, {low:.1f}")
    assert high > mid > low


def test_actions_go_with_scenario_consent_and_contract(sample_build):
    actions = sample_build.query("""
        select actions.*, scenario, features.refused_channels,
            active_subscription_count > 0 as bound, open_ticket_count, days_to_renewal,
            nps_answer, features.days_since_nps_answer, open_pipeline, situation
        from marts.customer_actions as actions
        inner join marts.customer_360 using (customer_id)
        inner join tiers.action_choices using (customer_id)
        inner join intermediate.int_customer_features as features
            on actions.customer_id = features.customer_id
            and actions.as_of_date = features.as_of_date
    """)
    refused = [
        channel in str(refused).split(", ")
        for channel, refused in zip(actions.channel, actions.refused_channels, strict=True)
    ]
    assert not any(refused)
    suppressed = actions[actions.action_code == "suppress"]
    assert suppressed.open_pipeline.eq(0).all()
    assert len(suppressed) > 100 and not suppressed.bound.fillna(False).any()
    assert set(suppressed.scenario) == {"none"}
    assert len(actions[actions.bound]) > 50
    # What is open comes first, and what ends; their scenarios say the same.
    here = actions[~actions.tier_code.isin(["L", "P"])]
    served = actions[(actions.open_ticket_count > 0) & (actions.tier_code != "P")]
    assert len(served) > 5 and set(served.scenario) == {"after_sales_care"}
    assert set(served.action_code) <= {
        "service_recovery_call", "service_recovery", "service_answer", "basic_service",
        "lapsed_service",
    }  # fmt: skip
    unhappy = (here.nps_answer <= 6) & (here.days_since_nps_answer <= 365)
    asked = here[unhappy & (here.open_ticket_count == 0)]
    assert len(asked) > 10 and set(asked.scenario) == {"after_sales_care"}
    assert set(asked.action_code) <= {
        "detractor_call", "detractor_follow_up", "detractor_answer", "basic_detractor"
    }  # fmt: skip
    assert all(f"? {int(row.nps_answer)} of 10" in row.reason_en for row in asked.itertuples())
    deals = actions[actions.open_pipeline > 0]
    assert len(deals) > 30 and deals.reason_en.str.contains("Open deals: CNY").all()
    assert set(deals.situation) <= {
        "open_deal", "won_deal", "service_first", "detractor", "renewal_due"
    }  # fmt: skip
    due = here[~unhappy & (here.open_ticket_count == 0) & (here.days_to_renewal <= 45)]
    assert len(due) > 5 and set(due.scenario) <= {"renewal", "win_back"}
    assert set(due.action_code) <= {
        "renewal_talk", "renewal_call", "renewal_offer", "renewal_reminder"
    }  # fmt: skip
    lapsed = actions[(actions.tier_code == "L") & (actions.situation == "churned")]
    lapsed = lapsed.groupby("worth").action_code.unique()
    assert {worth: list(codes) for worth, codes in lapsed.items()} == {
        "high": ["win_back_call"], "mid": ["win_back_offer"], "low": ["suppress"]
    }  # fmt: skip


def test_messages_go_where_they_are_answered(sample_build):
    """Against the records themselves, counted again in pandas."""
    codes = dict(sample_build.rows("select word, channel from seeds.contact_channels"))
    answers = sample_build.query("""
        select customer_id, touch_date, channel from intermediate.int_campaign_touches
        inner join seeds.event_points using (event_type)
        where outcome = 'accepted' and event_group = 'response'
            and touch_date > (select max(as_of_date) from marts.customer_tier) - 365
    """)
    answers["channel"] = answers.channel.str.lower().map(codes)
    answers = answers.dropna().sort_values(["touch_date", "channel"])
    last = answers.groupby("customer_id").channel.last()
    actions = sample_build.query("""
        select actions.*, seed.channel as planned, contacts.refused_channels,
            contacts.permitted_channels
        from marts.customer_actions as actions
        inner join seeds.actions as seed using (action_code)
        left join marts.customer_contacts as contacts using (customer_id)
    """)
    kinds = {"answered": 0, "refused": 0, "nowhere": 0}
    for row in actions.itertuples():
        refused = set(str(row.refused_channels or "").split(", "))
        permitted = str(row.permitted_channels or "none").split(", ")
        answered = last.get(row.customer_id)
        if row.owner_role == "marketing" and answered and answered not in refused:
            assert row.channel == answered
            said = "The last answer came" in row.reason_en
            assert said == (row.channel != row.planned and row.planned not in refused)
            kinds["answered"] += row.channel != row.planned
        elif row.planned not in refused:
            assert row.channel == row.planned
        else:
            assert row.channel == permitted[0] and " is refused" in row.reason_en
            kinds["refused" if row.channel != "none" else "nowhere"] += 1
    print(f"\n{kinds}")
    assert all(each > 5 for each in kinds.values())


def test_every_action_is_somebodys(sample_build):
    """All but a few rows of the seed, of stages that few are in, and of open tickets."""
    nobodys = sample_build.rows("""
        select tier_code, lifecycle_stage, worth from seeds.actions
        where action_code not in (select action_code from marts.customer_actions) order by all
    """)
    print(f"\nnobody: {nobodys}")
    # Of 53; deals that are open have taken the new ones of tier A.
    assert len(nobodys) <= 9


def test_what_values_hang_on_is_a_parameter(sample_build):
    """Another rate moves the value of everybody whose costs are not known: a run must see it."""
    differ = sample_build.rows("""
        select as_of_date, business_line, margin_rate from fits.fit_clv
        inner join intermediate.int_scoring_dates using (as_of_date) where not is_imagined
        except
        select as_of_date, business_line, value::double from marts.scoring_parameters
        where method = 'clv' and parameter = 'margin_rate'
    """)
    assert differ == []
