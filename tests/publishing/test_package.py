"""The project installed as a package: another project changes a rule and a variable, and builds.

And one whose raw data are tables of its own warehouse, as a loader has left them there.
"""

import csv
import random
import subprocess
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
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


def installed(folder: Path, files: dict[str, str]) -> Workspace:
    """A project of somebody else that has installed ours."""
    project: Path = folder / "shop"
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    workspace = Workspace(folder, project=project)
    # The command deps knows no target path, which all others get.
    subprocess.run([DBT, "deps"], cwd=project, env=workspace.full_environment(), check=True)
    return workspace


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Workspace:
    """Such a project, built."""
    workspace = installed(tmp_path_factory.mktemp("package"), FILES)
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
    dates = "select count(*) from intermediate.int_scoring_dates where is_published"
    # Two closed periods and the current date.
    assert shop.rows(dates) == [(3,)]


def test_an_installed_package_tiers_every_customer(shop, sample_build):
    customers = "select customer_id from marts.customer_tier order by 1"
    assert shop.rows(customers) == sample_build.rows(customers)


def test_tables_that_a_loader_left_in_the_warehouse_are_the_sources(tmp_path):
    files = dict(FILES)
    folder = "folder: \"{{ env_var('CRM_DATA') }}\""
    assert folder in files["profiles.yml"]
    files["profiles.yml"] = files["profiles.yml"].replace(folder, "schema: shopify")
    workspace = installed(tmp_path, files)
    # Without files beside the tables.
    workspace.data = tmp_path / "no_files"
    workspace.data.mkdir()
    chance = random.Random(5)
    orders, lines, revenue = [], [], {}
    for number in range(1, 301):
        customer, day = chance.randint(1, 60), date(2025, 1, 1) + timedelta(chance.randint(0, 364))
        prices = [Decimal(chance.randint(100, 9000)) / 100 for _ in range(chance.randint(1, 3))]
        is_back = chance.random() < 0.05
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        status = "refunded" if is_back else "paid"
        orders.append((number, customer, at, sum(prices), sum(prices), status, "EUR"))
        revenue[customer] = revenue.get(customer, 0) + (0 if is_back else sum(prices))
        for place, price in enumerate(prices):
            lines.append((number * 10 + place, number, chance.randint(1, 20), "thing", 1, price))
    with duckdb.connect(str(workspace.warehouse)) as warehouse:
        warehouse.execute("""
            create schema shopify;
            create table shopify."order" (
                id bigint, customer_id bigint, created_at timestamptz, total_price decimal(12, 2),
                subtotal_price decimal(12, 2), financial_status varchar, currency varchar,
                order_number bigint, fulfillment_status varchar, _fivetran_synced timestamptz
            );
            create table shopify.order_line (
                id bigint, order_id bigint, product_id bigint, variant_id bigint, title varchar,
                quantity bigint, price decimal(12, 2), fulfillable_quantity bigint,
                _fivetran_synced timestamptz
            );
        """)
        columns = (
            "id, customer_id, created_at, total_price, subtotal_price, financial_status, currency"
        )
        warehouse.executemany(
            f'insert into shopify."order" ({columns}) values (?, ?, ?, ?, ?, ?, ?)', orders
        )
        columns = "id, order_id, product_id, title, quantity, price"
        warehouse.executemany(
            f"insert into shopify.order_line ({columns}) values (?, ?, ?, ?, ?, ?)", lines
        )
    workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables={"run_date": "2025-12-31"})
    found = workspace.rows("""
        select customer_id, sum(net_revenue) from intermediate.int_customer_days group by all
    """)
    assert {int(customer): money for customer, money in found} == revenue
    [(tiered,)] = workspace.rows("select count(*) from marts.customer_tier")
    assert tiered == len(revenue)
    items = "select rows_accepted from marts.row_reconciliation where source = 'order_items'"
    assert workspace.rows(items) == [(len(lines),)]
