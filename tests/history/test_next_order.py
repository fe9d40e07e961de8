"""What one more order is said to bring, done literally and nothing else."""

import shutil
from datetime import timedelta

import pandas as pd
import pytest
from conftest import WITHOUT_TESTS, Workspace
from test_cdnow import read_cdnow

SAID = """
    select customer_id, business_line, next_order_amount::double as amount, next_order_tier_code,
        next_order_score, tier_code
    from audit.customer_tier_candidate where next_order_amount is not null
"""
FOUND = "select customer_id, tier_code, composite_score from audit.customer_tier_candidate"
CANDIDATE = ("build", "--select", "+customer_tier_candidate", *WITHOUT_TESTS)


def kept(said: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    """What was said beside what came of the orders."""
    both = said.merge(workspace.query(FOUND), on="customer_id", suffixes=("_before", ""))
    assert len(both) == len(said)
    lifted = (both.tier_code_before != both.tier_code).sum()
    is_kept = (both.tier_code == both.next_order_tier_code) & (
        both.composite_score == both.next_order_score
    )
    print(f"\n{is_kept.sum()} of {len(both)} as told, {lifted} in another tier than before")
    return both[~is_kept]


@pytest.mark.long
def test_one_more_order_brings_what_is_said_of_it_in_the_sample(sample_build, tmp_path):
    said = sample_build.query(SAID)
    assert len(said) > 800
    [(day,)] = sample_build.rows(
        "select as_of_date from intermediate.int_scoring_dates where is_current"
    )
    data = tmp_path / "data"
    shutil.copytree(sample_build.data, data)
    header = (data / "orders.csv").read_text("utf-8").splitlines()[0].split(",")
    orders = pd.DataFrame(
        {
            "order_id": [f"NEXT{number}" for number in range(len(said))],
            "customer_id": said.customer_id,
            "ordered_at": str(day + timedelta(days=1)),
            "amount": said.amount,
            "status": "paid",
            "business_line": said.business_line,
        }
    ).reindex(columns=header)
    orders.to_csv(data / "orders.csv", mode="a", header=False, index=False)
    ordered = Workspace(tmp_path / "work", data=data)
    ordered.folder.mkdir()
    ordered.dbt(*CANDIDATE)
    # The day on which an order leaves the window, an override ends, a contract renews is told, too.
    assert kept(said, ordered).empty


@pytest.mark.long
def test_one_more_order_brings_what_is_said_of_it_on_cdnow(tmp_path):
    rows = read_cdnow("CDNOW_master.txt")
    orders = pd.DataFrame(
        {
            "order_id": range(1, len(rows) + 1),
            "customer_id": rows["customer_id"],
            "ordered_at": rows["date"],
            "amount": rows["dollars"],
        }
    )
    orders = orders[orders.ordered_at <= "19980515"]
    built = []
    for name in ("before", "after"):
        workspace = Workspace(tmp_path / name, data=tmp_path / name / "data")
        workspace.data.mkdir(parents=True)
        orders.to_csv(workspace.data / "orders.csv", index=False)
        workspace.dbt(*CANDIDATE, variables={"history_periods": 1})
        built.append(workspace)
        said = built[0].query(SAID).sample(1000, random_state=7)
        more = {
            "order_id": [f"NEXT{number}" for number in range(len(said))],
            "customer_id": said.customer_id,
            "ordered_at": "19980516",
            "amount": said.amount,
        }
        orders = pd.concat([orders, pd.DataFrame(more)])
    assert kept(said, built[1]).empty
