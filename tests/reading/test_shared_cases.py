"""Every folder of ../shared/cases: its value is right, or the build tells, as its README says.

What a later issue mends is a strict expected failure that names it; that issue takes the mark off.
"""

import csv
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from compiled import RUN_DATE
from conftest import SHARED, WITHOUT_UNIT_TESTS, Workspace, copy_project
from conftest import shared_case as case

from customer_tiering.reading.ingest import InputError

CASES = SHARED / "cases"
VARIABLES = {"run_date": RUN_DATE}

# Per case the revenue of each customer, and the records that are told of: source and id (a line has
# that of its order), each with its reason. A case of another shape has a test of its own below.
READ = {
    "01-excel-serial-dates": ({"SER1": 150, "SER2": 70}, {}),
    "02-decimal-comma": ({"GER1": "1334.46", "GER2": 1750, "GER3": "0.50", "GER4": 12_500_000}, {}),
    "02b-leading-zero-groups": ({"GER7": "0.125", "GER8": "0.5", "GER9": "12.5"}, {}),
    "03-scientific-ids": (
        {},
        {("orders", "2.02609E+11"): "damaged_id", ("orders", "SC4"): "damaged_id"},
    ),
    "05-invisible-characters": ({"ZW01": 615, "000777": 900}, {}),
    "06-cancelled-and-refunded": (
        {"CAN2": 300},
        {},
    ),
    "06b-refund-of-cancelled-known-customer": (
        {"PEN1": 100, "UNK1": 20},
        {
            ("orders", "X6"): "unknown_status",
            **{("refunds", id_): "refund_of_uncounted_order" for id_ in ("RX6", "RX8", "RX9")},
        },
    ),
    "07-status-refunded-no-refund-row": ({"REF1": 0, "REF2": 0}, {}),
    "09-one-row-per-line": ({"LIN2": 150}, {("orders", "L1"): "conflicting_rows"}),
    "14-report-leftovers": (
        {"RL1": 10},
        {
            ("customers", "Total"): "report_leftover",
            ("customers", "Grand Total: 2"): "report_leftover",
            ("customers", "Confidential Information - Do Not Distribute"): "report_leftover",
            (
                "customers",
                "Copyright (c) 2000-2026 somecrm. All rights reserved.",
            ): "report_leftover",
            ("customers", None): "missing_id, report_leftover",
            ("orders", "Total"): "report_leftover",
            ("orders", "合计"): "report_leftover",
            ("orders", None): "report_leftover",
        },
    ),
    "26-refund-currency": ({"RCU1": 0, "RCU2": 0}, {}),
    "27-currency-sign": (
        {"USD1": 7200, "USD2": 4000, "USD3": 7200, "USD4": 1000},
        {
            ("orders", "D5"): "contradictory_currency",
            ("orders", "D6"): "unknown_currency",
            ("orders", "D7"): "unknown_currency",
        },
    ),
    "29b-reordered-optional": ({"X1": 100, "X2": 200}, {}),
    "40-dates_us_and_mon": ({"C1": "35.30", "C2": 74, "C3": 9}, {}),
    "40-flat_lines": (
        {"C1": -100},
        {
            ("orders", "1001"): "conflicting_rows",
            ("orders", "1002"): "conflicting_rows",
            ("order_items", "1001"): "unknown_order",
            ("order_items", "1002"): "unknown_order",
        },
    ),
    "40-items_without_line_number": ({"C1": 125, "C2": 14}, {}),
    "50-readme_flat": ({"U1": 230, "U2": 30}, {}),
    "60-deletions_zwsp": ({"008": 20}, {}),
    "60-glob_csv_samecount": ({"007": 10, "008": 20, "009": 30, "010": 30}, {}),
    "60-glob_parquet": ({"007": 20, "008": 40}, {}),
    "60-glob_star_parquet": ({"007": 20, "008": 40}, {}),
    "60-hive_folder_csv/business_line=vip": ({"007": 10}, {}),
    "60-hive_folder_parquet/business_line=vip": ({"007": 10, "008": 20}, {}),
    "60-overflow_orders": ({"007": 1, "008": 20}, {("orders", "1"): "out_of_range"}),
    "60-parquet_file_row_number": ({"007": 10}, {}),
}
# What is told besides the rejects: the note, how many, words of its example.
NOTES = {
    "07-status-refunded-no-refund-row": ("taken_back_by_status", 2, ""),
    "29b-reordered-optional": ("column_missing", 1, "no column status.*it has order_status"),
}
# What cannot be read at all stops the build: words of its message.
STOPS = {
    "16c-title-row": "orders.csv .*The header seems to stand on line 4: remove the lines above it",
    "60-csv_html": "orders.csv is a web page",
    "60-deletion_typo": "deletion.csv begins like the source deletions but feeds nothing",
    "60-deletions_(1)": r"deletions \(1\).csv begins like the source deletions but feeds nothing",
    "60-deletions_csv_txt": "deletions.csv.txt begins like the source deletions but feeds nothing",
}
BUILT = {
    "11-guest-checkouts", "13-parent-child", "14b-header-repeated-no-date", "15-na-region",
    "16d-xlsx", "19-formula-injection", "21-all-equal", "23-annual-subscription",
    "23b-annual-subscription-saas", "31-negative-net", "33-rekeyed-customers", "40-next_category",
    "40-phantom_prospects", "40-shopify_currency", "50-hubspot", "50-salesforce", "50-shopify",
    "60-overflow_items", "60-seed_gbk", "60-seed_semicolon",
}  # fmt: skip


def revenue(warehouse) -> dict[str, Decimal]:
    return dict(
        warehouse.execute(
            "select customer_id, sum(net_revenue) from intermediate.int_customer_days group by all"
        ).fetchall()
    )


def told(warehouse) -> dict[tuple[str, str | None], str]:
    """The reject reasons of each record that is told of."""
    return {
        (source, id_): reasons
        for source, id_, reasons in warehouse.execute(
            "select source, record_id,"
            " string_agg(distinct reject_reason, ', ' order by reject_reason)"
            " from intermediate.int_rejected_records group by all"
        ).fetchall()
    }


def built(name: str, folder: Path, fails: bool = False) -> tuple[Workspace, str]:
    """A whole build of a case, and what it printed."""
    workspace = Workspace(folder, case(name))
    done = workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables=VARIABLES, fails=fails)
    assert "Traceback" not in done.stdout + done.stderr
    return workspace, done.stdout


def test_every_case_has_its_test():
    if not CASES.exists():
        pytest.skip("the cases are not beside the project (../shared/cases)")
    here = {name.partition("/")[0] for name in READ} | STOPS.keys() | BUILT
    assert {folder.name for folder in CASES.iterdir() if folder.is_dir()} == here


@pytest.mark.parametrize("name", READ)
def test_it_is_read_right_or_told(reading, name):
    amounts, rejects = READ[name]
    with reading.read(case(name)) as warehouse:
        assert revenue(warehouse) == {id_: Decimal(amount) for id_, amount in amounts.items()}
        assert told(warehouse) == rejects
        notes = warehouse.execute(
            "select note, records, example from intermediate.int_reading_notes"
            " where source = 'orders'"
        ).fetchall()
        if name in NOTES:
            ((note, records, example),) = notes
            assert (note, records) == NOTES[name][:2]
            assert re.search(NOTES[name][2], example or "")
        else:
            assert notes == []
        # Whoever is no customer is told of; and all records are in one of the counts.
        assert (
            warehouse.execute(
                "select source from intermediate.int_row_counts"
                " where rows_in <> rows_accepted + rows_rejected + rows_deduplicated"
                " + rows_superseded + rows_excluded + rows_forgotten"
            ).fetchall()
            == []
        )


@pytest.mark.parametrize("name", STOPS)
def test_what_cannot_be_read_stops_the_build(reading, name):
    with pytest.raises(InputError, match=STOPS[name]):
        reading.read(case(name))


def test_words_such_as_na_stay(reading):
    with reading.read(case("15-na-region")) as warehouse:
        people = warehouse.execute(
            "select customer_id, name, region, industry from staging.stg_customers order by all"
        ).fetchall()
    assert people == [
        ("NA", "Real Person", "APAC", "cafe"),
        ("NA01", "Eva Null", "NA", "hotel"),
        ("NA02", "Null", "EMEA", "NA"),
    ]


def test_a_header_within_customers_is_no_customer(reading, tmp_path):
    shutil.copy(case("14b-header-repeated-no-date") / "customers.csv", tmp_path)
    orders = "order_id,customer_id,ordered_at,amount\n1,HR1,2026-09-01,10\n"
    (tmp_path / "orders.csv").write_text(orders)
    with reading.read(tmp_path) as warehouse:
        assert revenue(warehouse) == {"HR1": 10}
        assert warehouse.execute(
            "select customer_id from intermediate.int_customers"
        ).fetchall() == [("HR1",)]
        assert told(warehouse) == {("customers", None): "report_leftover"}


def test_customer_ids_that_are_contacts_are_told_without_naming_one(reading, tmp_path):
    customers = ["ann@example.com", "13800000001", "12800000001", "8613800000001", "C1"]
    orders = [f"{i},{id_},2026-09-01,10" for i, id_ in enumerate(customers)]
    header = "order_id,customer_id,ordered_at,amount"
    (tmp_path / "orders.csv").write_text("\n".join([header, *orders]) + "\n")
    with reading.read(tmp_path) as warehouse:
        notes = warehouse.execute(
            "select source, note, records, is_to_act_on, sentence_en, sentence_zh"
            " from intermediate.int_reading_notes"
        ).fetchall()
    ((*told, english, chinese),) = notes
    assert told == ["customers", "ids_are_contacts", 2, True]
    for sentence in (english, chinese):
        assert "contact_key" in sentence and "CUSTOMER_KEY_SECRET" in sentence
        assert "ann" not in sentence and "138" not in sentence


def test_all_lines_of_a_flat_file_are_accepted(reading):
    with reading.read(case("50-readme_flat")) as warehouse:
        (accepted,) = warehouse.execute(
            "select rows_accepted from intermediate.int_row_counts where source = 'order_items'"
        ).fetchone()
    assert accepted == 5


def test_all_lines_without_a_number_are_accepted(reading):
    with reading.read(case("40-items_without_line_number")) as warehouse:
        (accepted,) = warehouse.execute(
            "select rows_accepted from intermediate.int_row_counts where source = 'order_items'"
        ).fetchone()
    assert accepted == 5


def test_who_is_forgotten_with_an_unseen_character_is_nowhere(reading):
    with reading.read(case("60-deletions_zwsp")) as warehouse:
        assert warehouse.execute("select customer_id from raw.orders").fetchall() == [("008",)]
        (forgotten,) = warehouse.execute(
            "select rows_forgotten from intermediate.int_row_counts where source = 'orders'"
        ).fetchone()
    assert forgotten == 1


def test_no_part_of_a_path_is_a_column(reading):
    for kind in ("csv", "parquet"):
        with reading.read(case(f"60-hive_folder_{kind}/business_line=vip")) as warehouse:
            lines = warehouse.execute("select distinct business_line from intermediate.int_orders")
            assert lines.fetchall() == [("b2b",)]


def test_one_absurd_number_costs_one_record(reading):
    with reading.read(case("60-overflow_items")) as warehouse:
        rejected = told(warehouse)
        counts = dict(
            warehouse.execute(
                "select source, rows_rejected from intermediate.int_row_counts where rows_in > 0"
            ).fetchall()
        )
        amounts = revenue(warehouse)
    assert "out_of_range" in {
        reason for (source, _), reason in rejected.items() if source == "orders"
    }
    assert counts == {
        "customers": 2, "orders": 141, "order_items": 45, "products": 2, "events": 4, "fx_rates": 5,
        "tier_overrides": 8, "tickets": 40, "surveys": 35, "referrals": 2, "social_profiles": 29,
    }  # fmt: skip
    assert max(amounts.values()) < 10**12


def test_a_workbook_that_is_none_is_told(reading):
    with pytest.raises(InputError, match=r"orders\.xlsx is no workbook .* as CSV \(UTF-8\)"):
        reading.read(case("16d-xlsx"))


def test_contacts_of_hubspot_are_recognised(reading):
    (file,) = case("50-hubspot").glob("*.csv")
    with reading.read(case("50-hubspot")) as warehouse:
        listed = warehouse.execute("select count(*) from intermediate.int_customers").fetchone()
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert listed == (sum(1 for _ in csv.DictReader(lines)),)


def test_opportunities_of_salesforce_are_recognised_with_their_stages(reading):
    with reading.read(case("50-salesforce")) as warehouse:
        counts = warehouse.execute(
            "select rows_in, rows_accepted from intermediate.int_row_counts"
            " where source = 'opportunities'"
        ).fetchone()
        (listed,) = warehouse.execute("select count(*) from intermediate.int_customers").fetchone()
    assert listed == 90
    assert counts == (330, 330)


def test_every_row_of_shopify_is_read_or_told_of_in_the_currency_of_its_orders(tmp_path):
    workspace, said = built("50-shopify", tmp_path)
    outcomes = dict(
        workspace.rows(
            "select coalesce(reject_reason, outcome), count(*)"
            " from intermediate.int_record_outcomes where source = 'orders' group by all"
        )
    )
    [orders] = workspace.rows(
        "select count(distinct order_id) from intermediate.int_orders"
        " where outcome in ('accepted', 'excluded')"
    )
    assert "name no currency are read as EUR, and all are published in it" in said
    [(notes,)] = workspace.rows(
        "select notes_en from marts.row_reconciliation where source = 'orders'"
    )
    assert "all amounts are in the only currency that orders name" in notes
    with (case("50-shopify") / "orders_export_1.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = [row for row in rows if row["Financial Status"]]
    assert (len(rows), len(first)) == (705, 416)
    unnamed = {row["Name"] for row in first if not row["Email"]}
    open_or_gone = ("pending", "voided", "authorized")
    no_sale = [row for row in first if row["Financial Status"] in open_or_gone]
    assert outcomes == {
        "accepted": len(first) - len(unnamed) - len(no_sale),
        "excluded": len(no_sale),
        "missing_customer": sum(row["Name"] in unnamed for row in rows),
        "deduplicated": 705 - 416 - sum(row["Name"] in unnamed for row in rows) + len(unnamed),
    }
    assert orders == (outcomes["accepted"] + len(no_sale),)


# Whole builds


def test_what_no_order_has_stops_the_build_with_count_and_remedy(tmp_path):
    _, said = built("40-shopify_currency", tmp_path, fails=True)
    assert "No order could be accepted" in said
    assert re.search(
        r'8 x unknown_currency: "GBP" \(3\), "USD" \(5\).*Add the currency to fx_rates', said
    )


def test_no_cell_of_the_export_begins_a_formula(tmp_path):
    workspace, _ = built("19-formula-injection", tmp_path)
    ids = set()
    for file in (workspace.export / "latest").glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                ids.add(row.get("customer_id"))
                for cell in row.values():
                    is_number = re.fullmatch(r"-?[0-9.]+([eE][-+]?[0-9]+)?", cell)
                    assert is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), row
    assert {"'=FI2", "'+8613800000001", "'-5", "FI1"} <= ids


@pytest.mark.parametrize("seed", ["60-seed_gbk", "60-seed_semicolon"])
def test_a_rule_file_that_excel_has_saved_is_told(tmp_path, seed):
    (file,) = case(seed).iterdir()
    project = copy_project(tmp_path / "project")
    shutil.copy(file, project / "seeds")
    done = Workspace(tmp_path / "build", project=project).dbt("build", fails=True)
    said = done.stdout + done.stderr
    assert f"seeds/{file.name}" in said and "Right would be: " in said and "CSV" in said
    assert "Traceback" not in said


@pytest.mark.long
def test_customers_who_have_all_got_other_ids_stop_the_build(tmp_path):
    workspace, _ = built("33-rekeyed-customers/v1", tmp_path)
    published = workspace.query("from marts.customer_tier order by customer_id")
    _, said = built("33-rekeyed-customers/v2", tmp_path, fails=True)
    assert "block_customer_drop" in said
    assert '"previous_customers": 40, "customers_gone": 40' in said
    assert workspace.query("from marts.customer_tier order by customer_id").equals(published)


@pytest.mark.long
def test_who_took_money_back_has_no_negative_lifetime_value(tmp_path):
    workspace, _ = built("31-negative-net", tmp_path)
    values = workspace.rows("select lifetime_value from marts.customer_360")
    assert len(values) == 3
    assert all(value is None or value >= 0 for (value,) in values)


@pytest.mark.long
def test_one_person_of_several_ids_is_one(tmp_path):
    workspace, _ = built("11-guest-checkouts", tmp_path)
    people = workspace.rows("select order_count, net_revenue from marts.customer_tier order by all")
    assert people == [(2, 20), (4, 400)]


@pytest.mark.long
def test_branches_add_up_to_their_parent(tmp_path):
    workspace, _ = built("13-parent-child", tmp_path)
    found = []
    for file in (workspace.export / "latest").glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found += [row for row in csv.reader(lines) if "PA" in row and "12000.0000" in row]
    assert found
    shown = "select customer_id, account_id, is_member, net_revenue from marts.customer_tier"
    assert workspace.rows(shown + " order by 1") == [
        ("PA", "PA", False, 12000),
        ("PB", "PA", True, None),
        ("PC", "PA", True, None),
    ]
    [(tiers,)] = workspace.rows("select count(distinct tier_code) from marts.customer_tier")
    assert tiers == 1


@pytest.mark.long
def test_equal_customers_have_the_worse_tier(tmp_path):
    """By points the worst; as they are new, the guardrail lifts them, and says so."""
    workspace, _ = built("21-all-equal", tmp_path)
    assert workspace.rows(
        "select distinct raw_tier_code, tier_code, guardrail_code from marts.customer_tier"
    ) == [("D", "C", "new_not_d")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "customers"),
    [("23-annual-subscription", "SUB1 SUB3"), ("23b-annual-subscription-saas", "SS1 SS2")],
)
def test_an_active_contract_is_no_churn(tmp_path, name, customers):
    workspace, _ = built(name, tmp_path)
    stages = dict(workspace.rows("select customer_id, lifecycle_stage from marts.customer_tier"))
    lost = {id_ for id_ in customers.split() if stages[id_] in ("dormant", "churned", "prospect")}
    assert not lost


@pytest.mark.long
def test_the_next_category_is_the_one_of_most_baskets(tmp_path):
    workspace, _ = built("40-next_category", tmp_path)
    # Nor does a file of orders show who is engaged.
    assert workspace.rows(
        "select distinct next_category, value_engagement_segment from marts.customer_360"
    ) == [("milk", "unknown")]


@pytest.mark.long
def test_who_was_not_known_yet_is_no_prospect(tmp_path):
    workspace, _ = built("40-phantom_prospects", tmp_path)
    prospects = workspace.rows(
        "select customer_id from marts.customer_tier_history where tier_code = 'P'"
        " and as_of_date = (select min(as_of_date) from marts.customer_tier_history) order by all"
    )
    # Of 923 the two who had ordered by then, and cancelled.
    assert prospects == [("C0",), ("C50",)]
    assert workspace.rows("select count(*) from marts.customer_tags where tag = 'hot_lead'") == [
        (0,)
    ]
