"""A warning that nobody can act on is no warning; the others say what to do."""

from datetime import date, timedelta

import yaml
from conftest import PROJECT, WITHOUT_UNIT_TESTS, Workspace, copy_project

# Values that no customer can have, in rules that everybody's orders can answer.
MISSPELT = {
    "tag,all,slipping_away,30,2,score_growth.growth_path,=,declining": ",fallling",
    "scenario,all,win_back,20,1,segment_lifecycle.segment,in,dormant|churned": ",sleeping",
    "tag,all,one_time_buyer,10,1,int_customer_features.lifetime_order_count,=,1": ",999",
}


def test_a_rule_is_told_where_its_source_is_there(tmp_path):
    """40 customers, orders alone: of 30 rules those that ask for other sources are not told."""
    project = copy_project(tmp_path / "project")
    rules = project / "seeds" / "rules.csv"
    text = rules.read_text("utf-8")
    for line, value in MISSPELT.items():
        assert line in text
        text = text.replace(line, line.rpartition(",")[0] + value)
    rules.write_text(text, "utf-8")
    data = tmp_path / "data"
    data.mkdir()
    last = date(2025, 12, 31)
    orders = [
        f"{n}-{order},{n},{last - timedelta(days=n * 3 + order * 40)},{9 + order + n * n}"
        for n in range(40)
        for order in range(1 + n % 7)
    ]
    header = "order_id,customer_id,ordered_at,amount"
    (data / "orders.csv").write_text("\n".join([header, *orders]) + "\n", "utf-8")

    workspace = Workspace(tmp_path / "build", data=data, project=project)
    variables = {"run_date": str(last), "history_periods": 2}
    said = workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables=variables).stdout
    told = {line.strip() for line in said.splitlines() if line.strip().startswith("- rule_set=")}
    assert told == {
        "- rule_set=tag, policy=all, rule=slipping_away, as_of_date=2025-12-31, customers=40",
        "- rule_set=tag, policy=all, rule=one_time_buyer, as_of_date=2025-12-31, customers=40",
        "- rule_set=scenario, policy=all, rule=win_back, as_of_date=2025-12-31, customers=40",
    }
    assert "WARN rules_are_met_by_somebody: Got 3 results" in said
    assert "Look for a misspelt or impossible value in seeds/rules.csv" in said
    assert "Done. " in said and "WARN=1 " in said


def test_every_warning_says_what_to_do():
    """Its description is shown with its rows."""
    folder = PROJECT / "tests" / "singular"
    described = yaml.safe_load((folder / "_singular__tests.yml").read_text("utf-8"))["data_tests"]
    warn = {file.stem for file in folder.glob("*.sql") if "severity='warn'" in file.read_text()}
    assert {test["name"] for test in described} == warn
