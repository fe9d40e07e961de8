"""What docs/rules.md says of adding a method: a file, its rows in the seeds, its name in a list."""

import csv
from pathlib import Path

import pytest
from conftest import PROJECT, WITHOUT_UNIT_TESTS, Workspace, copy_project

MODEL = """/* One row per customer and scored date: how many categories the customer buys from. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

settings as (

    {{ method_settings('breadth', ['full_marks']) }}

)

select
    features.customer_id,
    features.as_of_date,
    features.category_count,
    case
        when features.purchase_day_count > 0
            then {{ round_double(
                'least(100.0, 100 * features.category_count / settings.full_marks)', 2
            ) }}
    end as score
from features
inner join settings on features.policy = settings.policy
"""
DESCRIPTION = """version: 2

models:
  - name: score_breadth
    description: "One row per customer and scored date: how many categories the customer buys from."
    config: {meta: {settings: [full_marks]}}
    columns:
      - {name: customer_id, data_type: string, description: Customer.}
      - {name: as_of_date, data_type: date, description: Scored date.}
      - {name: category_count, data_type: integer, description: Categories bought from.}
      - {name: score, data_type: double, description: "Points, 0-100."}
"""
ROWS = {
    "methods": (
        "breadth,Breadth,品类宽度,Categories bought from,购买的品类数,"
        "Wide ranges,One product,品类多时,产品单一时"
    ),
    "method_settings": "default,breadth,full_marks,5,1,100,categories,Categories for full marks",
    "policy_weights": "ecommerce,breadth,0.10",
}


def add_method(project: Path) -> None:
    """Exactly the steps of the section "Add a method" of docs/rules.md."""
    scores = project / "models" / "scores"
    (scores / "score_breadth.sql").write_text(MODEL, "utf-8")
    (scores / "_breadth__models.yml").write_text(DESCRIPTION, "utf-8")
    for seed, row in ROWS.items():
        path = project / "seeds" / f"{seed}.csv"
        text = path.read_text("utf-8")
        path.write_text(text.rstrip("\n") + f"\n{row}\n", "utf-8")
    weights = project / "seeds" / "policy_weights.csv"
    text = weights.read_text("utf-8")
    assert "ecommerce,rfm,0.20" in text
    weights.write_text(text.replace("ecommerce,rfm,0.20", "ecommerce,rfm,0.10"), "utf-8")
    settings = project / "dbt_project.yml"
    text = settings.read_text("utf-8")
    assert "propensity, intent," in text
    settings.write_text(
        text.replace("propensity, intent,", "propensity, intent, breadth,"), "utf-8"
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("add_method")
    project = copy_project(folder / "project")
    add_method(project)
    workspace = Workspace(folder / "build", project=project)
    workspace.dbt("build", *WITHOUT_UNIT_TESTS)
    return workspace


def test_a_new_method_is_in_composite_and_factors(built):
    shares = built.rows(
        "select count(*), min(weight), max(weight) from marts.customer_tier_factors"
        " where factor = 'breadth'"
    )
    ecommerce = built.rows(
        "select count(*) from marts.customer_tier"
        " where business_line = 'ecommerce' and tier_code <> 'P'"
    )
    assert shares[0][0] == ecommerce[0][0] > 0
    assert float(shares[0][1]) >= 0.1
    oracle = built.rows(
        "select count(*) from marts.customer_tier_factors as factors"
        " inner join intermediate.int_customer_features as features using (customer_id, as_of_date)"
        " where factor = 'breadth' and abs(score - least(100, 20 * category_count)) > 0.001"
    )
    assert oracle == [(0,)]
    (said,) = built.rows(
        "select count(*) from marts.customer_tier where reason_en like '%Breadth%'"
        " and reason_zh like '%品类宽度%'"
    )
    assert said == ecommerce[0]


def test_a_new_method_is_in_history_and_its_changes(built):
    dates = built.rows(
        "select count(distinct as_of_date) from tiers.tier_composite where breadth_points > 0"
    )
    scored = built.rows("select count(*) from intermediate.int_scoring_dates")
    assert dates == scored
    ((moved,),) = built.rows(
        "select count(*) from marts.customer_tier_changes where moved_factors_en like '%Breadth%'"
    )
    assert moved > 0


def test_the_page_says_what_was_done(project_root=PROJECT):
    page = (project_root / "docs" / "rules.md").read_text("utf-8")
    section = page.split("## Add a method")[1].split("\n## ")[0]
    for seed in ROWS:
        assert f"`{seed}`" in section or f"seeds/{seed}.csv" in section
    assert "scoring_methods" in section
    with (project_root / "seeds" / "methods.csv").open(encoding="utf-8") as file:
        methods = {row["method"] for row in csv.DictReader(file)}
    scores = {
        path.stem.removeprefix("score_") for path in project_root.glob("models/scores/score_*.sql")
    }
    segments = {
        path.stem.removeprefix("segment_")
        for path in project_root.glob("models/segments/segment_*.sql")
    }
    assert scores | segments <= methods
