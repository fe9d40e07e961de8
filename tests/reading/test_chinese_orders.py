"""A real export as shops in China have them: one flat GBK file, read by a mapping, no code."""

import csv
from collections import Counter

import pytest
from conftest import WITHOUT_UNIT_TESTS, Workspace, shared_data

FILE = "order_1_gbk.csv"
MAPPING = {
    "orders": {
        "user_id": "customer_id",
        "order_time": "ordered_at",
        "order_status": "status",
        "promotion_type": "campaign_id",
    },
    "order_items": {"price": "unit_price"},
    "products": {"launch_date": "launched_at", "price": "list_price"},
    "customers": {
        "user_id": "customer_id",
        "user_province_name": "region",
        "shipping_city": "city",
    },
}


@pytest.fixture(scope="module")
def records() -> list[dict[str, str]]:
    """The file as Python reads it: the second opinion on everything below."""
    path = shared_data("chinese_orders_gbk") / FILE
    with path.open(encoding="gb18030", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def build(records, tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("chinese_orders")
    data = folder / "data"
    data.mkdir()
    (data / FILE).write_bytes((shared_data("chinese_orders_gbk") / FILE).read_bytes())
    lines = ["source,file,their_column,our_column"] + [
        f"{source},{FILE},{theirs},{ours}"
        for source, columns in MAPPING.items()
        for theirs, ours in columns.items()
    ]
    (data / "mapping.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    workspace = Workspace(folder, data=data)
    workspace.dbt("build", *WITHOUT_UNIT_TESTS)
    return workspace


def is_sale(record: dict[str, str]) -> bool:
    return record["order_status"] not in ("Pending", "Cancelled")


def test_every_row_is_accounted_for_in_every_source(records, build):
    assert len(records) == 1_693
    reconciled = build.rows(
        "select source, rows_in, rows_accepted + rows_rejected + rows_deduplicated"
        " + rows_superseded + rows_excluded + rows_forgotten"
        " from marts.row_reconciliation where rows_in > 0"
    )
    assert sorted(reconciled) == [(source, 1_693, 1_693) for source in sorted(MAPPING)]
    assert build.rows("select * from marts.rejected_records") == []


def test_what_is_no_sale_is_excluded_by_its_status(records, build):
    statuses = Counter(record["order_status"] for record in records)
    assert (statuses["Pending"], statuses["Cancelled"]) == (95, 77)
    outcomes = "select outcome, count(*) from intermediate.int_orders group by outcome"
    assert dict(build.rows(outcomes)) == {"accepted": 1_693 - 95 - 77, "excluded": 95 + 77}
    by_status = "select order_status, count(*) from staging.stg_orders group by order_status"
    assert dict(build.rows(by_status)) == {name.lower(): n for name, n in statuses.items()}


def test_revenue_is_the_sum_of_the_sales_in_the_file(records, build):
    cents = sum(round(float(record["amount"]) * 100) for record in records if is_sale(record))
    [(revenue,)] = build.rows(
        "select sum(amount) from intermediate.int_orders where outcome = 'accepted'"
    )
    assert revenue * 100 == cents


def test_chinese_text_arrives_as_python_decodes_it(records, build):
    stored = build.rows("select product_id, product_name, category from staging.stg_products")
    given = [(r["product_id"], r["product_name"], r["category"]) for r in records]
    assert Counter(stored) == Counter(given)
    stored = build.rows("select customer_id, region, city from intermediate.int_customer_records")
    given = [(r["user_id"], r["user_province_name"], r["shipping_city"]) for r in records]
    assert Counter(stored) == Counter(given)
    assert any("深圳" in city for _, _, city in given)


def test_every_customer_of_the_file_has_a_tier(records, build):
    tiers = dict(build.rows("select customer_id, tier_code from marts.customer_tier"))
    assert set(tiers) == {record["user_id"] for record in records}
    buyers = {record["user_id"] for record in records if is_sale(record)}
    assert {customer for customer, tier in tiers.items() if tier != "P"} == buyers


def test_the_text_none_of_the_export_is_no_campaign(records, build):
    assert "None" in {record["promotion_type"] for record in records}
    campaigns = build.rows("select distinct campaign_id from staging.stg_orders")
    given = {record["promotion_type"] for record in records}
    assert {name for (name,) in campaigns} == (given - {"None"}) | {None}
