"""Policies of five kinds of business, each on a base of its kind that it was not chosen on."""

import bases_of_kinds
import pandas as pd
import pytest
from conftest import PROJECT, Workspace

SEEDS = PROJECT / "seeds"
WITHOUT_TESTS = ["--resource-type", "seed", "--resource-type", "model"]


@pytest.fixture(scope="module")
def pooled(tmp_path_factory):
    """By line, horizon and method: the share of the revenue that the top 20 % bring."""
    folder = tmp_path_factory.mktemp("kinds")
    data = folder / "data"
    data.mkdir()
    bases_of_kinds.write(data, 1500, 7)
    build = Workspace(folder, data=data)
    build.dbt("build", "--select", "+method_backtest", *WITHOUT_TESTS)
    return build.query("""
        select business_line, horizon_days, method, value
        from marts.method_backtest
        where is_pooled and metric = 'top_20_percent' and outcome = 'net_revenue'
    """)


@pytest.mark.long
@pytest.mark.parametrize("kind", bases_of_kinds.KINDS)
def test_a_preset_is_near_the_best_method_of_its_kind(pooled, kind):
    scores = set(pd.read_csv(SEEDS / "methods.csv").method) & set(pooled.method)
    for horizon in (90, 180):
        here = pooled[(pooled.business_line == kind) & (pooled.horizon_days == horizon)]
        value = here.set_index("method").value
        best = value[value.index.isin(scores)].idxmax()
        print(
            f"{kind}, {horizon} days: composite {value.composite:.3f},"
            f" best {best} {value[best]:.3f},"
            f" rfm {value.rfm:.3f}, past spend {value.past_spend:.3f}"
        )
        assert value.composite > max(value.rfm, value.past_spend)
        assert value.composite > value[best] - 0.02


def test_no_preset_is_a_single_method():
    weights = pd.read_csv(SEEDS / "policy_weights.csv").groupby("policy").weight
    assert (weights.size() >= 3).all() and (weights.max() <= 0.6).all()
