"""Refunds and business lines in a world small enough to know every answer by hand."""

from decimal import Decimal

import pytest
from conftest import Workspace
from replica import copy_of, replacing, rerun

ORDERS = """order_id,customer_id,ordered_at,amount,status,currency,business_line
r1,refunded,2024-01-10,100,refunded,,
r2,abroad,2024-01-10,10,completed,USD,
r3,negative,2024-01-05,50,completed,,
r4,negative,2024-02-20,-20,completed,,
l1,most,2024-03-01,100,completed,,ecommerce
l2,most,2024-03-02,150,completed,,b2b
l3,shifted,2024-03-01,100,completed,,ecommerce
l4,shifted,2024-03-02,80,completed,,b2b
l5,tie,2024-03-01,100,completed,,b2b
l6,tie,2024-03-05,100,completed,,ecommerce
l7,tie_other_way,2024-03-01,100,completed,,ecommerce
l8,tie_other_way,2024-03-05,100,completed,,b2b
l9,out_of_window,2023-01-10,500,completed,,ecommerce
l10,out_of_window,2023-12-05,10,completed,,b2b
l11,own_line,2024-03-01,10,completed,,
l12,orders_first,2024-03-01,10,completed,,ecommerce
l13,no_line,2024-03-01,10,completed,,
l14,lapsed,2023-02-01,10,completed,,ecommerce
l15,line_comes_later,2024-03-01,10,completed,,
l16,line_comes_later,2024-05-10,10,completed,,ecommerce
l17,line_long_ago,2023-01-10,10,completed,,ecommerce
l18,line_long_ago,2024-03-01,10,completed,,
l19,refund_before_order,2024-05-01,10,completed,,
last,last,2024-06-30,1,completed,,
"""
REFUNDS = """refund_id,customer_id,refunded_at,amount,order_id,currency
1,refunded,2024-02-15,100,r1,
2,abroad,2024-02-15,10,r2,USD
3,shifted,2024-04-15,60,l3,
4,refund_before_order,2024-03-05,5,,
"""
CUSTOMERS = """customer_id,business_line,created_at
own_line,b2b,2023-01-01
orders_first,b2b,2023-01-01
lapsed,b2b,2023-01-01
line_long_ago,b2b,2023-01-01
prospect,ecommerce,2023-01-01
"""
RATES = """currency,valid_from,rate
USD,2024-01-01,7
USD,2024-02-01,8
"""

# (customer, date): orders in the window, net revenue in the window, orders of all time.
MONEY = {
    ("refunded", "2024-01-31"): (1, 100, 1),
    # The money goes back on its own day, and the order stays an order.
    ("refunded", "2024-02-29"): (1, 0, 1),
    ("abroad", "2024-01-31"): (1, 70, 1),
    # At the rate of the day of the refund, not of the order.
    ("abroad", "2024-02-29"): (1, -10, 1),
    ("negative", "2024-01-31"): (1, 50, 1),
    # A negative order is a refund and no order.
    ("negative", "2024-02-29"): (1, 30, 1),
    # Who has neither an order nor an entry in the list is no customer yet.
    ("refund_before_order", "2024-03-31"): None,
    ("refund_before_order", "2024-05-31"): (1, 5, 1),
}
LINES = {
    ("most", "2024-03-31"): "b2b",
    ("shifted", "2024-03-31"): "ecommerce",
    # The refund of April takes its line below the other one.
    ("shifted", "2024-04-30"): "b2b",
    ("tie", "2024-03-31"): "ecommerce",
    ("tie_other_way", "2024-03-31"): "b2b",
    ("out_of_window", "2023-12-31"): "ecommerce",
    ("out_of_window", "2024-01-31"): "b2b",
    ("own_line", "2024-03-31"): "b2b",
    ("orders_first", "2024-03-31"): "ecommerce",
    ("no_line", "2024-03-31"): "default",
    ("lapsed", "2024-01-31"): "ecommerce",
    ("lapsed", "2024-02-29"): "ecommerce",
    ("line_comes_later", "2024-03-31"): "default",
    ("line_comes_later", "2024-05-31"): "ecommerce",
    ("line_long_ago", "2023-12-31"): "ecommerce",
    ("line_long_ago", "2024-03-31"): "b2b",
    ("prospect", "2024-03-31"): "ecommerce",
}


@pytest.fixture(scope="module")
def small_world(tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("small_world")
    data = folder / "data"
    data.mkdir()
    files = {"orders": ORDERS, "refunds": REFUNDS, "customers": CUSTOMERS, "fx_rates": RATES}
    for name, text in files.items():
        (data / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = Workspace(folder, data=data)
    workspace.dbt(
        *("build", "--resource-type", "seed", "--resource-type", "model"),
        *("--select", "+tier_assigned"),
    )
    return workspace


def wrong_money(build: Workspace) -> dict[tuple, tuple | None]:
    """Where the measures of a customer and date are not those of MONEY, and what they are."""
    found = {
        (customer, str(day)): tuple(values)
        for customer, day, *values in build.rows(
            "select customer_id, as_of_date, order_count, net_revenue, lifetime_order_count"
            " from intermediate.int_customer_features"
        )
    }
    return {key: found.get(key) for key, value in MONEY.items() if found.get(key) != value}


def wrong_lines(build: Workspace) -> dict[tuple, str | None]:
    """Where the line of a customer and date is not that of LINES, and which one it is."""
    found = {
        (customer, str(day)): line
        for customer, day, line in build.rows(
            "select customer_id, as_of_date, business_line from intermediate.int_customer_features"
        )
    }
    return {key: found.get(key) for key, line in LINES.items() if found.get(key) != line}


def test_refunds_count_on_their_own_day_at_its_rate(small_world):
    assert wrong_money(small_world) == {}


def test_an_order_that_was_refunded_in_full_still_happened(small_world):
    rows = small_world.rows("""
        select features.net_revenue, features.recency_days, tiers.tier_code = 'P'
        from intermediate.int_customer_features as features
        inner join tiers.tier_assigned as tiers using (customer_id, as_of_date)
        where customer_id = 'refunded' and as_of_date = '2024-02-29'
    """)
    assert rows == [(Decimal(0), 50, False)]


def test_the_business_line_is_that_of_most_revenue_else_own_else_default(small_world):
    assert wrong_lines(small_world) == {}


REFUND_FAULTS = {
    "on the day of the order": (
        replacing(
            "customer_id,\n    refund_date,\n    case",
            "customer_id,\n    date '2024-01-10' as refund_date,\n    case",
        ),
        {("refunded", "2024-01-31"), ("abroad", "2024-01-31")},
    ),
    "at the first rate": (
        replacing(
            "(records.amount as decimal(19, 4)) * rates.rate",
            "(records.amount as decimal(19, 4)) * 7",
        ),
        {("abroad", "2024-02-29")},
    ),
    "not at all": (
        replacing("else converted_amount\n", "else cast(0 as decimal(18, 4))\n"),
        {
            ("refunded", "2024-02-29"),
            ("abroad", "2024-02-29"),
            ("refund_before_order", "2024-05-31"),
        },
    ),
}


@pytest.mark.parametrize("name", REFUND_FAULTS)
def test_refunds_that_count_otherwise_are_found(small_world, tmp_path, name):
    fault, expected = REFUND_FAULTS[name]
    copy = copy_of(small_world, tmp_path)
    models = [
        "int_refund_records",
        "int_recorded_days",
        "int_activity_calendar",
        "int_customer_states",
    ]
    rerun(copy, *models, "int_customer_features", fault=fault)
    assert set(wrong_money(copy)) == expected


LINE_FAULTS = {
    "least revenue": (replacing("net_revenue desc", "net_revenue"), ("most", "2024-03-31")),
    "earliest order": (replacing("last_ordered_at desc", "last_ordered_at"), ("tie", "2024-03-31")),
}


@pytest.mark.parametrize("name", LINE_FAULTS)
def test_another_choice_of_the_business_line_is_found(small_world, tmp_path, name):
    fault, expected = LINE_FAULTS[name]
    copy = copy_of(small_world, tmp_path)
    rerun(copy, "int_leading_business_lines", "int_customer_features", fault=fault)
    assert expected in wrong_lines(copy)
