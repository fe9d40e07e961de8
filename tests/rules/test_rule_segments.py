"""The segments of rules, matrices and clusters: exactly one for everybody, whatever they measure.

Not on the customers of today: the tables that rules ask are filled with values on both sides of
each bound, and nothing, in random combinations; the models' own SQL labels them, and a few lines
of Python, which know nothing of that SQL, say what is right.
"""

import csv
import random

import duckdb
import pandas as pd
import pytest
from conftest import PROJECT, Workspace
from replica import copy_of, replacing, rerun

PEOPLE = 20_000
LEARNED, UNKNOWN = "2026-10-18", "2020-01-31"
DEFAULTS = {
    "persona": "everyday_shopper",
    "scenario": "none",
    "attitude": "undecided",
    "market": "general_market",
}
ANSWERS = ["nps_answer", *(f"{a}_agreement" for a in ("price", "novelty", "service", "quality"))]
FEATURES = "int_customer_features"
# What matrices and clusters read besides.
MEASURES = {
    **{f"score_{method}.score": [None, 0, 39.9, 40, 59.9, 60, 79.9, 80, 100] for method in (
        "contribution", "lifecycle", "engagement"
    )},
    **{f"{FEATURES}.{name}": [None, 0, 1, 50, 4000] for name in (
        "recency_days", "net_revenue", "engagement_points"
    )},
    f"{FEATURES}.order_count": [None, 0, 1, 3, 40],
    f"{FEATURES}.purchase_day_count": [0, 1, 4, 30],
    f"{FEATURES}.business_line": ["ecommerce", "b2b"],
    f"{FEATURES}.policy": ["default", "ecommerce", "b2b", "saas", "education", "finance"],
}  # fmt: skip


def rules() -> list[dict[str, str]]:
    """The conditions of the seed, in the order in which rules are tried."""
    with (PROJECT / "seeds" / "rules.csv").open(encoding="utf-8") as file:
        return sorted(csv.DictReader(file), key=lambda row: int(row["priority"]))


def values_around(metric: str) -> list[object]:
    """Nothing, and values on both sides of every bound that a rule has for the metric."""
    values: list[object] = list(MEASURES.get(metric, [None]))
    for row in rules():
        if row["metric"] == metric:
            try:
                bound = float(row["value"])
                values += [bound - 0.001, bound, bound + 0.001]
            except ValueError:
                values += [*row["value"].split("|"), "anything else"]
    return values


@pytest.fixture(scope="module")
def people(sample_build, tmp_path_factory) -> tuple[Workspace, pd.DataFrame]:
    """A copied warehouse with such people, and what is known of them, by `model.column`."""
    chance = random.Random(7)
    asked = {row["metric"] for row in rules() if row["rule_set"] != "tag"}
    columns = sorted(asked | MEASURES.keys() | {f"{FEATURES}.{answer}" for answer in ANSWERS})
    known = pd.DataFrame(
        {
            column: [chance.choice(values) for _ in range(PEOPLE)]
            for column, values in ((column, values_around(column)) for column in columns)
        }
    )
    copy = copy_of(sample_build, tmp_path_factory.mktemp("people"))
    with duckdb.connect(str(copy.warehouse)) as connection:
        for model in sorted({column.split(".")[0] for column in columns}):
            [(schema, kind)] = connection.execute(
                f"select table_schema, table_type from information_schema.tables"
                f" where table_name = '{model}'"
            ).fetchall()
            own = [column for column in columns if column.startswith(f"{model}.")]
            filled = known[own].rename(columns=lambda column: column.split(".")[1])
            numbers = filled.select_dtypes("number").columns
            filled = filled.astype(dict.fromkeys(numbers, float))
            if model != "int_customers":
                filled["as_of_date"] = [(LEARNED, UNKNOWN)[n % 2] for n in range(PEOPLE)]
            filled["customer_id"] = [str(number) for number in range(PEOPLE)]
            types = dict.fromkeys(numbers, "double") | {"as_of_date": "date"}
            casts = ", ".join(f"cast({c} as {types.get(c, 'varchar')}) as {c}" for c in filled)
            connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} {schema}.{model}")
            connection.execute(f"create table {schema}.{model} as select {casts} from filled")
    return copy, known


def is_met(condition: dict[str, str], person: dict[str, object]) -> bool:
    """Whether a person meets a condition; of nothing nothing is true."""
    given, wanted, operator = person[condition["metric"]], condition["value"], condition["operator"]
    if operator in ("is_null", "is_not_null"):
        return pd.isna(given) == (operator == "is_null")
    if pd.isna(given):
        return False
    if operator == "in":
        return given in wanted.split("|")
    if isinstance(given, str):
        return {"=": given == wanted, "<>": given != wanted}[operator]
    bound = float(wanted)
    return {
        "=": given == bound,
        "<>": given != bound,
        "<": given < bound,
        "<=": given <= bound,
        ">": given > bound,
        ">=": given >= bound,
    }[operator]


def first_rule(rule_set: str, person: dict[str, object], default: str) -> str:
    """The code of the first rule that a person meets."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rules_of[rule_set]:
        if row["policy"] in ("all", person[f"{FEATURES}.policy"]):
            groups.setdefault((row["rule"], row["policy"], row["condition_group"]), []).append(row)
    for (rule, *_), conditions in groups.items():
        if all(is_met(condition, person) for condition in conditions):
            return rule
    return default


rules_of = {
    name: [row for row in rules() if row["rule_set"] == name] for name in [*DEFAULTS, "guardrail"]
}


def expected(rule_set: str, person: dict[str, object]) -> str:
    if rule_set == "persona" and person[f"{FEATURES}.purchase_day_count"] == 0:
        return "prospect"
    if rule_set == "attitude" and all(pd.isna(person[f"{FEATURES}.{a}"]) for a in ANSWERS):
        return "no_answer"
    return first_rule(rule_set, person, DEFAULTS.get(rule_set, "none"))


def wrongly_labelled(copy: Workspace, known: pd.DataFrame, rule_set: str) -> list[tuple]:
    """People with another segment than the seed says, with both."""
    table = f"segments.segment_{rule_set}"
    query = f"select customer_id, segment from {table}"
    if rule_set == "guardrail":
        query = "select customer_id, rule from tiers.tier_guardrails"
    found = copy.rows(query)
    labels = dict(found)
    assert len(found) == len(labels), "somebody has two"
    people = enumerate(known.to_dict("records"))
    right = {str(number): expected(rule_set, person) for number, person in people}
    if rule_set != "guardrail":
        assert labels.keys() == right.keys(), "somebody has none"
    return [
        (n, labels.get(n, "none"), code)
        for n, code in right.items()
        if labels.get(n, "none") != code
    ]


@pytest.mark.parametrize("rule_set", [*DEFAULTS, "guardrail"])
def test_everybody_has_the_segment_of_the_first_rule_that_they_meet(people, rule_set):
    copy, known = people
    assert wrongly_labelled(copy, known, rule_set) == []


def test_a_bound_that_is_compared_the_wrong_way_is_found(people, tmp_path):
    copy, known = people
    wrong = copy_of(copy, tmp_path)
    rerun(wrong, "segment_attitude", fault=replacing("nps_answer <= 6", "nps_answer < 6"))
    assert wrongly_labelled(wrong, known, "attitude") != []


@pytest.mark.parametrize("method", [*DEFAULTS, "value_loyalty", "value_engagement", "cluster"])
def test_everybody_has_exactly_one_known_segment(people, method):
    copy, _ = people
    not_one = copy.rows(f"""
        select features.customer_id, count(labels.segment)
        from intermediate.{FEATURES} as features
        left join segments.segment_{method} as segments using (customer_id, as_of_date)
        left join seeds.segment_labels as labels
            on segments.segment = labels.segment and labels.method = '{method}'
        group by all
        having count(labels.segment) <> 1
    """)
    assert not_one == []
    used = copy.rows(f"select count(distinct segment) from segments.segment_{method}")
    assert used >= [(5,)]


def test_who_cannot_be_clustered_is_said_to_be_so(people):
    copy, _ = people
    where = "from segments.segment_cluster where as_of_date"
    assert copy.rows(f"select distinct segment {where} = '{UNKNOWN}' order by 1") == [
        ("prospect",), ("unclustered",),
    ]  # fmt: skip
