"""The project installed as a package: another project changes a rule and a variable, and builds."""

import csv
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import DBT, PROJECT, WITHOUT_UNIT_TESTS, Workspace

with (PROJECT / "seeds" / "policies.csv").open(encoding="utf-8") as policies:
    POLICIES = [row["policy"] for row in csv.DictReader(policies)]
FILES = {
    "packages.yml": f"""
packages:
  - local: {PROJECT}
""",
    # One seed of the package is switched off: ours of the same name takes its place.
    "dbt_project.yml": """
name: shop
version: 1.0.0
config-version: 2
profile: shop

vars:
  customer_tiering:
    history_periods: 2

seeds:
  customer_tiering:
    policy_weights:
      +enabled: false
  shop:
    policy_weights:
      +column_types: {policy: string, method: string, weight: string}
""",
    "profiles.yml": """
shop:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: "{{ env_var('DUCKDB_PATH') }}"
      threads: 2
      plugins:
        - module: customer_tiering.dbt_plugin
          config:
            folder: "{{ env_var('CRM_DATA') }}"
""",
    "seeds/policy_weights.csv": "policy,method,weight\n"
    + "".join(
        f"{policy},{method},{weight}\n"
        for policy in POLICIES
        for method, weight in {"rfm": 0.6, "lifecycle": 0.2, "contribution": 0.2}.items()
    ),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Workspace:
    """A project of somebody else that has installed ours, built."""
    folder = tmp_path_factory.mktemp("package")
    project: Path = folder / "shop"
    for name, text in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    workspace = Workspace(folder, project=project)
    # The command deps knows no target path, which all others get.
    subprocess.run([DBT, "deps"], cwd=project, env=workspace.full_environment(), check=True)
    workspace.dbt("build", *WITHOUT_UNIT_TESTS)
    return workspace


def test_a_package_can_be_given_a_seed_of_ones_own(shop):
    weights = shop.rows("""
        select factor, min(weight), max(weight) from marts.customer_tier_factors
        group by factor order by factor
    """)
    a_fifth, most = Decimal("0.2"), Decimal("0.6")
    assert weights == [
        ("contribution", a_fifth, a_fifth),
        ("lifecycle", a_fifth, a_fifth),
        ("rfm", most, most),
    ]


def test_a_package_takes_a_variable_of_the_project_that_installs_it(shop):
    dates = "select count(*) from intermediate.int_scoring_dates"
    # Two closed periods and the current date, and the one that the grace looks back on.
    assert shop.rows(dates) == [(4,)]


def test_an_installed_package_tiers_every_customer(shop, sample_build):
    customers = "select customer_id from marts.customer_tier order by 1"
    assert shop.rows(customers) == sample_build.rows(customers)
