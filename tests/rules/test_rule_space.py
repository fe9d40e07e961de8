"""Segments are mutually exclusive and exhaustive: shown on every combination that can be.

Not on the customers of today: the tables that a segment model reads are filled with the full
product of the rule space, and the model's own SQL labels it.
"""

import csv
from itertools import product

import pytest
from conftest import SHARED, Workspace
from replica import copy_of, execute

# H is the upper level of recency (recent), frequency and monetary value, in this order.
CHINESE_CLASSES = {
    "HHH": "重要价值",
    "LHH": "重要保持",
    "HLH": "重要发展",
    "LLH": "重要挽留",
    "HHL": "一般价值",
    "LHL": "一般保持",
    "HLL": "一般发展",
    "LLL": "一般挽留",
}

FILL_RFM = """
create or replace table scores.score_rfm as
with one_to_five as (select unnest(range(1, 6)) as score)

select
    r.score || '-' || f.score || '-' || m.score as customer_id,
    date '2024-01-31' as as_of_date,
    r.score as r_score,
    f.score as f_score,
    m.score as m_score,
    cast(r.score * 100 + f.score * 10 + m.score as varchar) as rfm_cell
from one_to_five as r, one_to_five as f, one_to_five as m
union all
select 'prospect', date '2024-01-31', null, null, null, null
"""

# Each threshold itself, a step below it, and nulls: every side of every comparison.
FILL_LIFECYCLE = """
create or replace table scores.score_lifecycle as
with thresholds as (select * from seeds.lifecycle_thresholds),

overdue as (
    select policy, unnest([
        null, 0, late_ratio::double - 0.01, late_ratio::double, dormant_ratio::double - 0.01,
        dormant_ratio::double, dormant_ratio::double + 0.99, dormant_ratio::double + 1, 1e6
    ]) as overdue_ratio from thresholds
),

gaps as (
    select policy, unnest([null, 0, dormant_ratio::double - 0.01, dormant_ratio::double, 1e6])
        as last_gap_ratio from thresholds
),

ages as (
    select policy, unnest([null, 0, new_days::integer, new_days::integer + 1, 100000])
        as days_since_first_purchase from thresholds
),

recencies as (
    select policy, unnest([null, 0, new_days::integer, new_days::integer + 1]) as recency_days
    from thresholds
),

counts as (
    select policy, unnest([
        null, 0, 1, established_purchase_days::integer - 1, established_purchase_days::integer, 999
    ]) as purchase_day_count from thresholds
)

select
    cast(row_number() over () as varchar) as customer_id,
    date '2024-01-31' as as_of_date,
    policy as business_line,
    *
from overdue
inner join gaps using (policy)
inner join ages using (policy)
inner join recencies using (policy)
inner join counts using (policy)
"""

# One policy has a line whose customers are never lost.
FILL_CHURNED = """
create or replace table fits.fit_churned_ratio as
select
    date '2024-01-31' as as_of_date,
    policy as business_line,
    case when policy <> 'saas' then dormant_ratio::double + 1 end as churned_ratio
from seeds.lifecycle_thresholds
"""

# Labelling method: the table of scores that it reads.
METHODS = {"rfm": "score_rfm", "rfm_zh": "score_rfm", "lifecycle": "score_lifecycle"}


@pytest.fixture
def rule_space(sample_build, tmp_path) -> Workspace:
    """A copied warehouse whose score tables hold every combination."""
    copy = copy_of(sample_build, tmp_path)
    for table in ("score_rfm", "score_lifecycle"):
        execute(copy, f"drop view scores.{table}")
    execute(copy, FILL_RFM, FILL_LIFECYCLE, FILL_CHURNED)
    return copy


def not_exactly_one(build: Workspace, method: str) -> list[tuple]:
    """Combinations that have no known segment, or several."""
    return build.rows(f"""
        select scores.*, count(labels.segment) as segments, min(labels.segment) as segment
        from scores.{METHODS[method]} as scores
        left join segments.segment_{method} as segments using (customer_id, as_of_date)
        left join seeds.segment_labels as labels
            on segments.segment = labels.segment and labels.method = '{method}'
        group by all
        having count(labels.segment) <> 1
    """)


def segments_nobody_can_have(build: Workspace, method: str) -> list[tuple]:
    """Labels that no combination leads to."""
    return build.rows(f"""
        select segment from seeds.segment_labels
        where method = '{method}' and segment not in (select segment from segments.segment_{method})
    """)


def misnamed_classes(build: Workspace) -> dict[str, str]:
    """Of the eight Chinese classes those that have not their name, with the name they have."""
    names = dict(
        build.rows("""
            select customer_id, replace(labels.name_zh, '客户', '')
            from segments.segment_rfm_zh as segments
            inner join seeds.segment_labels as labels using (segment)
            where labels.method = 'rfm_zh'
        """)
    )
    wrong = {}
    for levels in product("HL", repeat=3):
        given = names["-".join("5" if level == "H" else "1" for level in levels)]
        if given != CHINESE_CLASSES["".join(levels)]:
            wrong["".join(levels)] = given
    return wrong


def test_the_rule_space_is_whole(rule_space):
    sizes = [
        rule_space.rows(f"select count(*) from scores.{table}")[0][0]
        for table in ("score_rfm", "score_lifecycle")
    ]
    [(policies,)] = rule_space.rows("select count(*) from seeds.policies")
    assert sizes == [5**3 + 1, policies * 9 * 5 * 5 * 6 * 4]
    assert len(rule_space.rows("select distinct rfm_cell from seeds.rfm_cells")) == 125


@pytest.mark.parametrize("method", METHODS)
def test_every_combination_has_exactly_one_known_segment(rule_space, method):
    assert not_exactly_one(rule_space, method) == []
    assert segments_nobody_can_have(rule_space, method) == []


RULES = {
    "rfm": ("rfm_cells", "rfm_cell = '111'"),
    "rfm_zh": ("rfm_classes", "segment = 'general_win_back'"),
    "lifecycle": ("lifecycle_cells", "rhythm_state = 'late' and history_state = 'returned'"),
}
FAULTS = {
    "a missing rule": "delete from seeds.{rules} where {one}",
    "a double rule": "insert into seeds.{rules} select * from seeds.{rules} where {one}",
    "an unknown segment": "update seeds.{rules} set segment = 'unheard_of' where {one}",
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", METHODS)
def test_a_hole_or_an_overlap_in_the_rules_is_found(rule_space, method, fault):
    rules, one = RULES[method]
    execute(rule_space, FAULTS[fault].format(rules=rules, one=one))
    assert not_exactly_one(rule_space, method) != []


def test_the_eight_chinese_classes_have_their_names(rule_space):
    assert misnamed_classes(rule_space) == {}


def test_swapped_chinese_classes_are_found(rule_space):
    """The usual mistake: 重要保持 and 重要发展 the wrong way round."""
    execute(
        rule_space,
        "update seeds.rfm_classes set segment = case segment"
        " when 'important_keep' then 'important_develop' else 'important_keep' end"
        " where segment in ('important_keep', 'important_develop')",
    )
    assert misnamed_classes(rule_space) == {"LHH": "重要发展", "HLH": "重要保持"}


def test_the_cells_are_the_published_ones(rule_space):
    path = SHARED / "truth" / "rfm_segment_cells.csv"
    if not path.exists():
        pytest.skip("the published cells are not beside the project (../shared/truth)")
    with path.open(encoding="utf-8", newline="") as file:
        published = sorted((row["rfm_cell"], row["segment"]) for row in csv.DictReader(file))
    labelled = """
        select replace(customer_id, '-', ''), segment from segments.segment_rfm
        where customer_id <> 'prospect' order by 1
    """
    assert rule_space.rows(labelled) == published
