"""A bad configuration is told in words, all of it at once, and nothing is built with it."""

import hashlib
from pathlib import Path

import duckdb
import pytest
from conftest import Workspace, copy_of_build, copy_project

# What is done to the seeds: (seed, line as it is, line as it becomes; None: no such line).
FAULTS = [
    ("policies", "ecommerce,3,percentile,quarter,", "ecommerce,3,rank,weekly,"),
    ("policies", None, "wholesale,1,score,quarter,Wholesale,批发,,"),
    ("business_lines", "default,default,balanced,Default,默认业务线", None),
    ("business_lines", "ecommerce,ecommerce,", "Ecommerce,ecommerce,"),
    ("business_lines", "b2b,b2b,", "b2b,b2c,"),
    ("methods", "rfm,RFM,", "RFM,RFM,"),
    ("policy_weights", "default,lifecycle,0.05", "default,lifecycle,0.25"),
    ("policy_weights", "ecommerce,lifecycle,0.05", "ecommerce,lifecycle,a quarter"),
    ("policy_weights", "b2b,lifecycle,0.05", "b2b,vip,0.05"),
    ("component_weights", "default,rfm,recency,1", "default,rfm,recency,-1"),
    ("component_weights", None, "ecommerce,rfm,speed,1"),
    ("tiers", "D,4,", "D,7,"),
    ("tiers", "B,2,Valued customer,重要客户,", "B,2,Valued customer,,"),
    ("tier_bands", "default,B,50,80", "default,B,55,80"),
    ("tier_bands", "ecommerce,C,20,50", "ecommerce,C,20,60"),
    ("tier_bands", "b2b,A,80,100", "b2b,A,50,80"),
    ("tier_bands", "b2b,B,50,80", "b2b,B,80,100"),
    ("tier_bands", None, "wholesale,A,0,100,0"),
    ("tier_bands", None, "wholesale,C,20.5,50,0"),
    ("tier_bands", None, "wholesale,P,0,10,0"),
    ("tier_bands", None, "wholesale,L,0,10,0"),
    ("guardrails", "new_not_d,A,C,", "new_not_d,C,A,"),
    ("guardrails", "returned_not_d,", "newish_not_d,"),
    ("guardrails", "dormant_not_a,B,D,", "new_not_d,C,D,"),
    ("lifecycle_thresholds", "default,3,14,90,30,1.5,3,6,", "default,3,14,90,30,3.5,3,6,"),
    ("lifecycle_thresholds", "ecommerce,3,14,60,30,1.5,", "ecommerce,3,14,60,30,0.9,"),
    ("lifecycle_thresholds", "b2b,3,", "b2b,three,"),
    ("lifecycle_cells", "never_bought,new,prospect", "never_bought,new,new"),
    ("lifecycle_cells", "on_time,returned,returned", "on_time,returned,gold"),
    ("rfm_cells", "111,lost", None),
    ("rfm_cells", "112,lost", "616,lost"),
    ("rfm_cells", "113,cannot_lose", "114,hibernating"),
    ("rfm_levels", "3,low", "3,medium"),
    ("rfm_classes", "high,high,low,general_value", "high,low,low,general_value"),
    ("segment_labels", "rfm,lost,", "rfm,gone,"),
    ("actions", "C,loyal,any,", "C,prospect,any,"),
    ("actions", "L,churned,mid,", "L,churned,any,"),
    (
        "actions",
        "D,new,any,basic_welcome,Automated welcome,自动欢迎,email,30,",
        "D,new,any,basic_welcome,,,email,-1,",
    ),
    ("accepted_calibrations", None, "31 December,li.wei,looked at"),
    ("gate_bounds", "warn_share_gap,0.05,", "warn_share_gap,0.35,"),
    ("gate_bounds", "min_customers,", "min_people,"),
    (
        "rules",
        "tag,all,hot_lead,40,1,score_intent.score,>=,70",
        "tag,all,hot_lead,40,1,score_intent.temperature,>=,70",
    ),
    ("rules", "tag,all,big_spender,20,1,", "tag,all,huge_spender,20,1,"),
    (
        "rules",
        "tag,all,slipping_away,30,1,score_engagement.engagement_level,=,",
        "tag,all,slipping_away,30,1,score_engagement.engagement_level,>=,",
    ),
    (
        "rules",
        "tag,all,one_time_buyer,10,1,int_customer_features.lifetime_order_count,=,1",
        "tag,all,one_time_buyer,10,1,int_customer_features.lifetime_order_count,=,one",
    ),
    (
        "rules",
        "persona,all,gift_buyer,20,1,int_customer_features.gift_share,>=,0.6",
        "persona,all,gift_buyer,20,1,int_customer_features.gift_share,=>,0.6",
    ),
    ("rules", "persona,education,course_collector,15,", "persona,college,course_collector,15,"),
    ("rules", "persona,retail,big_basket,15,", "persona,retail,big_basket,20,"),
    (
        "rules",
        "scenario,all,renewal,30,2,score_demand.days_to_expected_order,<=,14",
        "scenario,all,renewal,30,2,score_demand.days_to_expected_order,<=,-1",
    ),
    ("rules", None, "scenario,b2b,after_sales_care,35,1,int_customer_features.recency_days,<,7"),
    ("rules", None, "scenario,b2b,late_care,36,1,int_customer_features.recency_days,<,7"),
    ("rules", None, "tag,all,returned,50,1,score_rfm.r_score,is_null,5"),
    (
        "rules",
        None,
        "tag,all,robbed,60,1,segment_lifecycle.segment,in,'); drop table seeds.rules; --",
    ),
    ("method_settings", "default,growth,decline_rate,-0.15,", "default,growth,decline_rate,0.15,"),
    ("method_settings", "default,growth,fast_rate,", "default,growth,quick_rate,"),
    ("event_points", "search,search,2,30", "search,find,2,30"),
    ("event_points", "share,share,8,90", "share,share,8,0"),
    ("matrix_axes", "value_loyalty,2,loyalty,lifecycle,80", "value_loyalty,2,loyalty,love,80"),
    (
        "matrix_axes",
        "value_engagement,1,value,contribution,60",
        "value_engagement,1,value,contribution,160",
    ),
    ("goal_weights", "grow,lifecycle,0.10", "win,lifecycle,0.10"),
    ("business_lines", "retail,retail,balanced,", "retail,retail,growth,"),
    (
        "rules",
        "market,all,workplaces,40,1,int_customers.industry,",
        "market,all,workplaces,40,1,offices,",
    ),
    ("rules", None, "guardrail,b2b,dormant_not_b,50,1,segment_lifecycle.segment,=,dormant"),
    ("opportunity_stages", "proposal,open,0.5", "proposal,open,50"),
    ("opportunity_stages", "lost,lost,0", "lost,gone,0"),
    ("survey_questions", "nps,nps,0,10", "nps,nps,10,10"),
    ("survey_questions", None, "NPS,loyalty,0,10"),
    ("survey_questions", None, "would you come again?,nps,1,10"),
    (
        "method_settings",
        None,
        "b2b,engagement,mid_score,70,,,points,\nb2b,potential,slow_cycle_days,20,,,days,\n"
        "b2b,monetary,amount_2,100,,,currency,\nb2b,potential,min_peers,2.5,,,customers,",
    ),
    ("rules", None, "tag,all,hot_lead,45,2,score_intent.score,>=,95"),
    ("potential_points", "company_size,1-9,20", "company_size,1-9,200"),
    ("potential_points", "industry,hotel,90", "trade,hotel,90"),
    ("market_priorities", "A,workplaces,1", "A,offices,1"),
    ("market_priorities", "B,workplaces,2", "B,workplaces,first"),
    ("order_statuses", "paid,true", "paid,yes"),
    ("order_statuses", "draft,false", "Shipped,false"),
]
# What is told: (file, row, words of the problem, words of the remedy).
TOLD = [
    ("policies", "policy=ecommerce", 'band_method is "rank"', "one of: percentile, score"),
    ("policies", "policy=ecommerce", 'calibration is "weekly"', "month, quarter, half-year, year"),
    (
        "accepted_calibrations",
        "calibration_date=31 December",
        'calibration_date is "31 December"',
        "a date such as 2026-12-31",
    ),
    ("policy_weights", "policy=wholesale", "the policy has no weights", "add up to 1"),
    ("lifecycle_thresholds", "policy=wholesale", "the row is missing", ""),
    ("business_lines", "business_line=default", "the row is missing", ""),
    ("business_lines", "business_line=Ecommerce", 'is "Ecommerce"', "without capitals"),
    ("business_lines", "business_line=b2b", 'policy is "b2c"', "b2b, default, ecommerce, edu"),
    ("methods", "method=RFM", 'method is "RFM"', "small letters"),
    ("methods", "method=rfm", "the row is missing", ""),
    ("policy_weights", "policy=default", "the weights add up to 1.2", "add up to 1"),
    ("policy_weights", "policy=ecommerce, method=lifecycle", 'is "a quarter"', "from 0 to 1"),
    ("policy_weights", "policy=b2b, method=vip", 'method is "vip"', "contribution, demand"),
    ("component_weights", "policy=default, method=rfm, component=recency", 'is "-1"', "from 0"),
    (
        "component_weights",
        "policy=ecommerce, method=rfm, component=speed",
        "no method rfm",
        "frequency",
    ),
    ("tiers", "tier_code=D", "tier_rank is 7", "4: ranks count from 1"),
    ("tiers", "tier_code=B", "name_zh is empty", "a text"),
    ("tier_bands", "policy=default, tier_code=C", "C [20, 50), and the next, tier B, starts", ""),
    ("tier_bands", "policy=ecommerce, tier_code=C", "overlap: tier C [20, 60), and the next", ""),
    ("tier_bands", "policy=b2b, tier_code=A", "tier A [50, 80) is lower than the band", ""),
    ("tier_bands", "policy=wholesale, tier_code=C", 'lower_bound is "20.5"', "whole number from 0"),
    ("tier_bands", "policy=wholesale, tier_code=P", "P has a band", ""),
    ("tier_bands", "policy=wholesale, tier_code=D", "the row is missing", ""),
    ("guardrails", "rule=new_not_d", "best_tier is C and worst_tier is A", ""),
    ("guardrails", "rule=newish_not_d", "no rule of the set guardrail", "seeds/rules.csv"),
    ("guardrails", "rule=returned_not_d", "the row is missing", ""),
    ("guardrails", "rule=new_not_d", "2 rows have this key", "one row"),
    ("tier_bands", "policy=wholesale, tier_code=L", "L has a band", ""),
    ("lifecycle_thresholds", "policy=default", "late_ratio is 3.5", "late_ratio < dormant_ratio"),
    ("lifecycle_thresholds", "policy=ecommerce", 'late_ratio is "0.9"', "a number above 1"),
    ("lifecycle_thresholds", "policy=b2b", 'min_purchase_days is "three"', "a whole number from 2"),
    ("lifecycle_cells", "rhythm_state=never_bought, history_state=new", 'is "new"', "prospect"),
    ("segment_labels", "method=lifecycle, segment=gold", "the row is missing", ""),
    ("segment_labels", "method=rfm, segment=lost", "the row is missing", ""),
    ("rfm_cells", "rfm_cell=111", "the row is missing", ""),
    ("rfm_cells", "rfm_cell=616", 'rfm_cell is "616"', "such as 545"),
    ("rfm_cells", "rfm_cell=114", "2 rows have this key", ""),
    ("rfm_levels", "rfm_score=3", 'level is "medium"', "high, low"),
    ("rfm_classes", "r_level=high, f_level=high, m_level=low", "the row is missing", ""),
    ("rfm_classes", "r_level=high, f_level=low, m_level=low", "general_value", "one row"),
    ("actions", "tier_code=C, lifecycle_stage=loyal, worth=any", "the row is missing", ""),
    ("actions", "tier_code=L, lifecycle_stage=churned, worth=mid", "the row is missing", ""),
    (
        "actions",
        "tier_code=L, lifecycle_stage=churned, worth=any",
        "case that does not exist",
        "L with churned",
    ),
    (
        "actions",
        "tier_code=C, lifecycle_stage=prospect, worth=any",
        "case that does not exist",
        "P goes with",
    ),
    ("actions", "tier_code=A, lifecycle_stage=gold, worth=any", "the row is missing", ""),
    ("actions", "tier_code=D, lifecycle_stage=new, worth=any", "action_en is empty", ""),
    (
        "actions",
        "tier_code=D, lifecycle_stage=new, worth=any",
        'cadence_days is "-1"',
        "a whole number",
    ),
    ("gate_bounds", "bound=block_share_gap", "value is 0.25", "the one that warns"),
    ("gate_bounds", "bound=min_people", 'bound is "min_people"', "min_customers"),
    ("gate_bounds", "bound=min_customers", "the row is missing", ""),
    (
        "rules",
        "rule_set=tag, policy=all, rule=hot_lead, metric=score_intent.temperature",
        "no measure",
        "score_intent.score",
    ),
    ("segment_labels", "method=tag, segment=huge_spender", "the row is missing", ""),
    (
        "rules",
        "rule_set=tag, policy=all, rule=slipping_away, metric=score_engagement.engagement_level",
        "cannot be asked of a text",
        "<>",
    ),
    (
        "rules",
        "rule_set=tag, policy=all, rule=one_time_buyer, "
        "metric=int_customer_features.lifetime_order_count",
        'value is "one"',
        "a number",
    ),
    (
        "rules",
        "rule_set=persona, policy=all, rule=gift_buyer, condition_group=1, "
        "metric=int_customer_features.gift_share, operator==>",
        'operator is "=>"',
        "one of: =",
    ),
    (
        "rules",
        "rule_set=persona, policy=college, rule=course_collector",
        "there is no policy college",
        "education",
    ),
    (
        "rules",
        "rule_set=persona, policy=retail, rule=big_basket",
        "that of the rule gift_buyer",
        "of its own",
    ),
    (
        "rules",
        "rule_set=scenario, policy=all, rule=renewal",
        "no customer can meet",
        "hold together",
    ),
    (
        "rules",
        "rule_set=scenario, policy=b2b, rule=late_care",
        "never reached: whoever meets it meets the rule after_sales_care",
        "narrower",
    ),
    (
        "rules",
        "rule_set=tag, policy=all, rule=returned, metric=score_rfm.r_score",
        'has the value "5"',
        "no value",
    ),
    ("segment_labels", "method=tag, segment=robbed", "the row is missing", ""),
    (
        "method_settings",
        "policy=default, method=growth, setting=decline_rate",
        "value is 0.15",
        "from -10 to 0",
    ),
    (
        "method_settings",
        "policy=default, method=growth, setting=fast_rate",
        "the row is missing",
        "",
    ),
    (
        "method_settings",
        "policy=default, method=growth, setting=quick_rate",
        "no method growth has",
        "growth fast_rate",
    ),
    ("event_points", "event_type=search", 'event_group is "find"', "one of: visit"),
    ("event_points", "event_type=share", 'half_life_days is "0"', "from 1"),
    ("matrix_axes", "matrix=value_loyalty, place=2", 'method is "love"', "one of: rfm"),
    ("matrix_axes", "matrix=value_engagement, place=1", 'high_from is "160"', "to 100"),
    ("goal_weights", "goal=win, method=lifecycle", 'goal is "win"', "grow"),
    ("business_lines", "business_line=retail", 'goal is "growth"', "grow"),
    (
        "rules",
        "rule_set=market, policy=all, rule=workplaces, metric=offices",
        "there is no measure offices",
        "model.column, of one of: int_customer_features, int_customers",
    ),
    (
        "rules",
        "rule_set=guardrail, policy=b2b, rule=dormant_not_b",
        "never reached: whoever meets it meets the rule dormant_not_a",
        "narrower",
    ),
    ("guardrails", "rule=dormant_not_b", "the row is missing", ""),
    ("guardrails", "rule=dormant_not_a", "the row is missing", ""),
    ("opportunity_stages", "stage=proposal", 'probability is "50"', "from 0 to 1"),
    ("opportunity_stages", "stage=lost", 'stage_kind is "gone"', "one of: open, won, lost"),
    ("survey_questions", "question=nps", "lowest is 10 and highest is 10", "below"),
    ("survey_questions", "question=NPS", 'attitude is "loyalty"', "one of: nps, price"),
    ("survey_questions", "question=NPS", "2 rows have this key", ""),
    ("survey_questions", "question=would you come again?", "nps is 1 to 10", "0 to 10"),
    (
        "method_settings",
        "policy=b2b, method=engagement, setting=mid_score",
        "value is 70.000000, but high_score is 60.000000",
        "mid_score is below high_score",
    ),
    (
        "method_settings",
        "policy=b2b, method=potential, setting=fast_cycle_days",
        "but slow_cycle_days is 20",
        "",
    ),
    (
        "method_settings",
        "policy=b2b, method=monetary, setting=amount_2",
        "but amount_3 is 0",
        "",
    ),
    (
        "method_settings",
        "policy=b2b, method=monetary, setting=amount_3",
        "but amount_4 is 0",
        "",
    ),
    (
        "method_settings",
        "policy=b2b, method=monetary, setting=amount_4",
        "but amount_5 is 0",
        "",
    ),
    (
        "method_settings",
        "policy=b2b, method=potential, setting=min_peers",
        "value is 2.5",
        "a whole number of customers",
    ),
    (
        "rules",
        "rule_set=tag, policy=all, rule=hot_lead",
        "the priorities 40 and 45",
        "one priority",
    ),
    ("potential_points", "attribute=company_size, value=1-9", 'points is "200"', "to 100"),
    ("potential_points", "attribute=trade, value=hotel", 'attribute is "trade"', "industry"),
    ("market_priorities", "tier_code=A, segment=offices", "no market segment offices", ""),
    ("market_priorities", "tier_code=A, segment=workplaces", "the row is missing", ""),
    ("market_priorities", "tier_code=B, segment=workplaces", 'priority is "first"', "from 1 to 5"),
    ("order_statuses", "status=paid", 'is_sale is "yes"', "one of: true, false"),
    ("order_statuses", "status=Shipped", "2 rows have this key", ""),
    ("reject_reasons", "all rows", "the file has no rows", "at least one row"),
]  # fmt: skip
BAD_VARIABLES = {
    "as_of_date": "2024-02-30",
    "run_date": "yesterday",
    "history_periods": 1000000000,
    "period": "quarter",
    "lookback_days": "a year",
    "business_time_zone": "Asia/Peking",
    "reporting_currency": "RMB",
    "negative_orders": "ignore",
    "date_order": "ymd",
    "zero_orders": "reject",
    "no_sale_types": ["gift_card", 7],
    "largest_amount": 999,
    "scoring_methods": "rfm",
    "evaluation_horizons": [30, "a year"],
    "accept_jump_because": 7,
}
# Nothing that YAML makes of a slip is taken for a value.
NO_VALUES = [BAD_VARIABLES, *(dict.fromkeys(BAD_VARIABLES, value) for value in (None, True))]


def published(workspace: Workspace) -> dict[str, str]:
    """What people read: a hash of every published table and of every exported file.

    Not of verdict.json beside the sets, which tells of each run.
    """
    hashes = {
        str(file.relative_to(workspace.export)): hashlib.md5(file.read_bytes()).hexdigest()
        for file in workspace.export.rglob("*")
        if file.is_file() and file != workspace.export / "verdict.json"
    }
    tables = "select table_name from information_schema.tables where table_schema = 'marts'"
    for (table,) in workspace.rows(tables):
        query = f"select count(*), bit_xor(hash(t)) from marts.{table} as t"
        hashes[table] = str(workspace.rows(query))
    assert {"customer_tier", "customer_actions"} <= hashes.keys()
    return hashes


def told(workspace: Workspace) -> list[tuple]:
    return workspace.rows(
        "select config_file, config_row, problem, remedy from audit.config_errors"
    )


def found(errors: list[tuple], file: str, row: str, problem: str, remedy: str) -> bool:
    return any(
        error[:2] == (file, row) and problem in error[2] and remedy in error[3] for error in errors
    )


def break_seeds(project: Path) -> None:
    for seed, old, new in FAULTS:
        path = project / "seeds" / f"{seed}.csv"
        text = "\n" + path.read_text("utf-8")
        if old is None:
            text += f"{new}\n"
        else:
            assert f"\n{old}" in text, (seed, old)
            text = text.replace(f"\n{old}", f"\n{new}" if new else "", 1)
        path.write_text(text.lstrip("\n"), "utf-8")
    reasons = project / "seeds" / "reject_reasons.csv"
    reasons.write_text(reasons.read_text("utf-8").splitlines()[0] + "\n", "utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    return copy_project(tmp_path_factory.mktemp("config") / "project")


@pytest.fixture(scope="module")
def broken(sample_build, project, tmp_path_factory) -> tuple[Workspace, str, bool]:
    """One build with all the faults in the seeds: its workspace, what it said, all as before?"""
    workspace = copy_of_build(
        sample_build, tmp_path_factory.mktemp("broken") / "build", project=project
    )
    before = published(workspace)
    break_seeds(project)
    said = workspace.dbt("build", fails=True).stdout
    return workspace, said, published(workspace) == before


def test_a_good_configuration_has_no_errors(sample_build):
    assert told(sample_build) == []


@pytest.mark.parametrize("error", TOLD, ids=lambda error: f"{error[0]}: {error[1]}: {error[2]}")
def test_each_error_names_file_row_and_problem(broken, error):
    workspace, said, _ = broken
    seed, row, problem, remedy = error
    file = f"seeds/{seed}.csv"
    assert found(told(workspace), file, row, problem, remedy), told(workspace)
    assert any(
        f"{file}, {row}: " in line and problem in line and "Right would be: " in line
        for line in said.splitlines()
    )


def test_the_build_stops_at_the_configuration_and_publishes_nothing(broken):
    workspace, said, is_unchanged = broken
    assert is_unchanged
    assert f"{len(told(workspace))} error(s) in the configuration" in said
    assert "Failure in model config_errors" in said
    assert "ERROR=1 " in said, said[-3000:]
    assert "OK created sql view model staging" not in said


def test_nothing_is_told_twice_and_nothing_else(broken):
    """Every row that is told belongs to a fault above, or follows from one."""
    workspace, _, _ = broken
    errors = told(workspace)
    assert len(errors) == len(set(errors))
    rows = {(f"seeds/{seed}.csv", row) for seed, row, _, _ in TOLD}
    follows = ["wholesale", "method=rfm", "gold", "returned", "segment=", "rfm_cell=11"]
    follows += ["policy=b2b, tier_code=B"]
    for file, row, problem, _ in errors:
        known = (file, row) in rows or any(word in row for word in follows)
        assert known, (file, row, problem)


@pytest.mark.parametrize("variables", NO_VALUES, ids=["wrong", "empty", "true"])
def test_bad_variables_are_told_in_one_build(sample_build, tmp_path, variables):
    workspace = copy_of_build(sample_build, tmp_path / "build")
    before = published(workspace)
    said = workspace.dbt("build", "-s", "config_errors+", variables=variables, fails=True).stdout
    # Of the rules nothing is told that only follows from a wrong list of methods.
    assert {error[:3] for error in told(workspace)} == {
        ("dbt_project.yml", f"vars: {name}", f"{name} is {shown(value)}")
        for name, value in variables.items()
    }
    assert "Failure in model config_errors" in said
    row = "dbt_project.yml, vars: as_of_date: as_of_date is "
    assert f"{row}{shown(variables['as_of_date'])}. Right would be" in said
    assert published(workspace) == before


def shown(value) -> str:
    return "empty" if value is None else f'"{value}"'


def test_dbt_run_stops_too_and_a_date_after_the_run_date_is_told(sample_build, tmp_path):
    workspace = copy_of_build(sample_build, tmp_path / "build")
    before = published(workspace)
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("update seeds.tier_bands set upper_bound = '90' where tier_code = 'A'")
        # As a warehouse that was built before the seed had the column.
        connection.execute("alter table seeds.actions drop column risk_zh")
    days = {"as_of_date": "2026-02-01", "run_date": "2026-01-31"}
    said = workspace.dbt("run", "-s", "+config_errors+", variables=days, fails=True).stdout
    errors = told(workspace)
    assert len(errors) == 10
    assert found(errors, "seeds/actions.csv", "header", "the column risk_zh is missing; found", "")
    remedy = "a date that is not after the run date, 2026-01-31"
    assert found(errors, "dbt_project.yml", "vars: as_of_date", "2026-02-01", remedy)
    row = "policy=b2b, tier_code=A"
    assert found(errors, "seeds/tier_bands.csv", row, "90 to 100 is in no tier", "bands from 0")
    assert "ERROR=1 " in said
    assert published(workspace) == before


def test_a_method_without_a_model_is_named(tmp_path):
    methods = {"scoring_methods": ["rfm", "charm"]}
    said = Workspace(tmp_path).dbt("parse", variables=methods, fails=True).stdout
    assert "depends on a node named 'score_charm' which was not found" in said
