"""Raw data that cannot be used: a record is rejected with its reason, an export that is no
export stops the build in words; what was published stays as it is."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from conftest import PROJECT, Workspace, copy_of_build, copy_project
from test_config_errors import published

# Per source the header and the records; `<- reason` marks what must be rejected.
RECORDS = {
    "customers": """
        customer_id,name,acquisition_cost,created_at,updated_at
        007,Ann,10,2025-01-01,
        ,Nobody,10,2025-01-01, <- missing_id
        008,Bob,10,31/02/2025, <- unparsable_date
        009,Cai,ten,2025-01-01, <- unparsable_amount
        010,Dee,10,2026-02-01, <- future_date
        011,Eve,10,2025-01-01,once <- unparsable_date
    """,
    "orders": """
        order_id,customer_id,ordered_at,amount,status,currency
        1,007,2025-12-01,10,paid,CNY
        2,012,2025/12/2 8:41,"1,234.50",completed,USD
        ,007,2025-12-01,10,paid,CNY <- missing_id
        4,N/A,2025-12-01,10,paid,CNY <- missing_customer
        5,007,2025-13-01,10,paid,CNY <- unparsable_date
        6,007,,10,paid,CNY <- unparsable_date
        7,007,2026-02-01,10,paid,CNY <- future_date
        8,007,2025-12-01,"1.234,50",paid,CNY <- unparsable_amount
        9,007,2025-12-01,-5,paid,CNY <- negative_amount
        10,007,2025-12-01,10,teleported,CNY <- unknown_status
        11,007,2025-12-01,10,paid,XAU <- unknown_currency
        12,007,2024-12-01,10,paid,USD <- no_exchange_rate
        13,007,2025-12-01,10,paid,CNY,much,more <- unreadable_line
        14,007,2025-12-01,10,cancelled,CNY
        15,007,2025-12-01,1.500,paid,CNY <- ambiguous_amount
        16,007,1/2/2025,10,paid,CNY <- ambiguous_date
        17,007,2025-12-01,9999999999999,paid,CNY <- out_of_range
        18,007,2025-12-01,€10,paid,CNY <- contradictory_currency
        19,007,2025-12-01,10,paid,CNY <- conflicting_rows
        19,007,2025-12-01,20,paid,CNY <- conflicting_rows
        2.02609E+11,007,2025-12-01,10,paid,CNY <- damaged_id
        Grand Total: 19,,,150,, <- report_leftover
        order_id,customer_id,ordered_at,amount,status,currency <- report_leftover
    """,
    "order_items": """
        order_id,product_id,quantity,unit_price
        1,P1,1,10
        1,,1,10 <- missing_id
        1,P1,many,10 <- unparsable_amount
        404,P1,1,10 <- unknown_order
    """,
    "products": """
        product_id,product_name,list_price
        P1,Tea,10
        ,Coffee,10 <- missing_id
        P2,Milk,cheap <- unparsable_amount
    """,
    "refunds": """
        refund_id,customer_id,refunded_at,amount,currency,order_id
        R1,007,2025-12-02,1,CNY,
        R2,,2025-12-02,1,CNY, <- missing_customer
        R3,999,2025-12-02,1,CNY, <- unknown_customer
        R4,007,soon,1,CNY, <- unparsable_date
        R5,007,2025-12-02,,CNY, <- unparsable_amount
        R6,007,2025-12-02,1,XAU, <- unknown_currency
        R7,007,2025-12-02,1,CNY,nowhere <- refund_of_uncounted_order
        R10,007,2025-12-02,1,CNY,14
        R8,007,2025-12-02,10,CNY,1
        R9,007,2025-12-03,1,CNY,1 <- refund_beyond_order
    """,
    "interactions": """
        interaction_id,customer_id,occurred_at,channel,duration_minutes
        I1,007,2025-12-02,phone,5
        ,007,2025-12-02,phone,5 <- missing_id
        I2,007,2025-12-02,phone,long <- unparsable_amount
        I3,007,2026-12-02,phone,5 <- future_date
    """,
    "events": """
        event_id,customer_id,occurred_at,event_type
        E1,007,2025-12-02,view
        E2,,2025-12-02,view <- missing_customer
        E3,007,0025-12-02,view <- unparsable_date
        E4,999,2025-12-02,view <- unknown_customer
    """,
    "fx_rates": """
        currency,valid_from,rate
        USD,2025-01-01,7.1
        ,2025-01-01,7.1 <- missing_id
        EUR,2025-01-01,0 <- unparsable_amount
        GBP,first day,9 <- unparsable_date
    """,
    "tier_overrides": """
        customer_id,tier_code,reason,author,valid_from,valid_until
        007,A,anchor,Li,2025-12-01,2026-12-31
        ,A,anchor,Li,2025-12-01,2026-12-31 <- missing_customer
        007,A,anchor,Li,2025-11-01, <- missing_explanation
        007,A,anchor,Li,2025-11-01,2025-10-01 <- ends_before_it_begins
        007,A,anchor,,2025-11-01,2025-12-31 <- missing_explanation
        007,P,anchor,Li,2025-11-01,2025-12-31 <- unknown_tier
        999,A,anchor,Li,2025-11-01,2025-12-31 <- unknown_customer
    """,
    "tickets": """
        ticket_id,customer_id,opened_at,closed_at,satisfaction
        T1,007,2025-12-01 8:00,2025-12-02,4
        ,007,2025-12-01,, <- missing_id
        T2,,2025-12-01,, <- missing_customer
        T3,999,2025-12-01,, <- unknown_customer
        T4,007,,, <- unparsable_date
        T5,007,2026-02-01,, <- future_date
        T6,007,2025-12-01,2026-02-01,
        T8,007,2025-12-02,2025-12-01, <- ends_before_it_begins
        T7,007,2025-12-01,,great <- unparsable_amount
    """,
    "consents": """
        customer_id,channel,state,since
        007,email,Subscribed,2025-12-01
        007,sms,退订,
        007,phone,perhaps,2025-12-01 <- unknown_consent
        007,pigeon post,yes,2025-12-01 <- unknown_channel
        007,微信,yes,2025-12-01
        007,微信,no,2025-12-01
        999,email,yes,2025-12-01 <- unknown_customer
        007,email,no,2026-12-01 <- future_date
    """,
    "identity_decisions": """
        customer_id,other_customer_id,decision,author,reason,decided_at
        007,012,different,Kim,twins,2025-12-01
        007,,same,Kim,one,2025-12-01 <- missing_customer
        007,2.02609E+11,same,Kim,one,2025-12-01 <- damaged_id
        007,013,same,,one,2025-12-01 <- missing_explanation
        007,013,same,Kim,one,soon <- unparsable_date
        007,013,maybe,Kim,who knows,2025-12-01 <- unknown_decision
    """,
    "campaigns": """
        campaign_id,starts_at,discount_rate
        C1,2026-12-01,0.2
        ,2025-12-01,0.2 <- missing_id
        C2,spring,0.2 <- unparsable_date
        C3,2025-12-01,half <- unparsable_amount
    """,
    "campaign_touches": """
        touch_id,customer_id,campaign_id,touched_at
        CT1,007,C1,2025-12-01
        CT2,007,C404,2025-12-01
        CT3,007,,2025-12-01 <- missing_id
        CT4,n/a,C1,2025-12-01 <- missing_customer
        CT5,999,C1,2025-12-01 <- unknown_customer
        CT6,007,C1,2099-12-01 <- future_date
    """,
    "opportunities": """
        opportunity_id,customer_id,created_at,stage,amount,currency,expected_close_at
        O1,007,2025-12-01,Proposal,"12,000",USD,2027-01-01
        O2,007,2025-12-01,,10,, <- unknown_stage
        O3,007,2025-12-01,dreaming,10,, <- unknown_stage
        O4,007,2025-12-01,won,10,XAU, <- unknown_currency
        O5,007,2024-12-01,won,10,USD, <- no_exchange_rate
        O6,007,2025-12-01,won,much,, <- unparsable_amount
        O7,999,2025-12-01,won,10,, <- unknown_customer
    """,
    "subscriptions": """
        subscription_id,customer_id,started_at,monthly_amount,currency,renews_at
        S1,007,2025-12-01,88,USD,2027-01-01
        S2,007,2025-12-01,free,, <- unparsable_amount
        S3,007,2025-12-01,10,XAU, <- unknown_currency
        S4,007,2025-12-01,10,,next year <- unparsable_date
        S5,999,2025-12-01,10,, <- unknown_customer
    """,
    "surveys": """
        response_id,customer_id,answered_at,question,answer
        RS1,007,2025-12-01,NPS,10
        RS2,007,2025-12-01,nps,11 <- answer_off_scale
        RS3,007,2025-12-01,NPS,ten <- answer_off_scale
        RS4,007,2025-12-01,NPS, <- answer_off_scale
        RS5,007,2025-12-01,What else?,ten
        RS6,999,2025-12-01,NPS,10 <- unknown_customer
    """,
    "referrals": """
        referral_id,customer_id,referred_at,referred_customer_id
        RR1,007,2025-12-01,012
        RR2,007,2025-12-01,
        RR3,,2025-12-01,012 <- missing_customer
        RR4,007,long ago,012 <- unparsable_date
        RR5,999,2025-12-01,012 <- unknown_customer
    """,
    "social_profiles": """
        customer_id,platform,followers,measured_at
        007,weibo,100,
        ,weibo,100, <- missing_customer
        007,weibo,, <- unparsable_amount
        007,weibo,many, <- unparsable_amount
        007,weibo,100,2026-02-01 <- future_date
        999,weibo,100, <- unknown_customer
    """,
}
SINGULAR_TEST = """
    {{ config(severity='warn') }}
    select record_id, reject_reason from {{ ref('int_rejected_records') }}
    where source = 'refunds' and reject_reason not like 'refund%'
    -- the last word of a query may be a comment
"""
DESCRIPTION = "Refunds that nobody can book make revenue look too high."


def marked_records(source: str) -> list[tuple[str, str | None]]:
    """The records of a source with the reason to reject them, without the header."""
    lines = [line.strip() for line in RECORDS[source].strip().splitlines()[1:]]
    return [tuple([*line.split(" <- "), None][:2]) for line in lines]


def write_sources(folder: Path) -> None:
    folder.mkdir()
    for source, text in RECORDS.items():
        header = text.split()[0]
        lines = [header, *(record for record, _ in marked_records(source))]
        (folder / f"{source}.csv").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture(scope="module")
def rejected(tmp_path_factory) -> tuple[Workspace, str]:
    """A build of the records above, and what it said."""
    folder = tmp_path_factory.mktemp("bad_records")
    write_sources(folder / "data")
    project = copy_project(folder / "project")
    (project / "tests" / "singular" / "refunds_are_booked.sql").write_text(SINGULAR_TEST)
    test = {"name": "refunds_are_booked", "description": DESCRIPTION}
    (project / "tests" / "singular" / "_refunds.yml").write_text(json.dumps({"data_tests": [test]}))
    workspace = Workspace(folder / "build", data=folder / "data", project=project)
    workspace.folder.mkdir()
    variables = {"run_date": "2026-01-31", "negative_orders": "reject"}
    models = ["-s", "+int_rejected_records", "--exclude-resource-type", "unit_test"]
    models += ["--indirect-selection", "cautious"]
    return workspace, workspace.dbt("build", *models, variables=variables).stdout


@pytest.mark.parametrize("source", RECORDS)
def test_every_bad_record_is_rejected_with_its_reason_and_as_it_was(rejected, source):
    workspace, _ = rejected
    expected = [
        (f"{source}.csv", row, reason, record)
        for row, (record, reason) in enumerate(marked_records(source), start=1)
        if reason
    ]
    found = workspace.rows(
        "select source_file, source_row, reject_reason, raw_record"
        " from intermediate.int_rejected_records where source = ? order by source_row",
        [source],
    )
    assert [row[:3] for row in found] == [row[:3] for row in expected]
    for (*_, reason, raw_record), (*_, record) in zip(found, expected, strict=True):
        if reason == "unreadable_line" or record == RECORDS[source].split()[0]:
            assert raw_record == record
        else:
            header, values = csv.reader([RECORDS[source].split()[0], record])
            raw = json.loads(raw_record)
            shown = {
                column: value
                for column, value in zip(header, values, strict=True)
                # Who people are is not shown.
                if column not in ("name", "email", "phone", "birth_date")
            }
            assert {column: raw.get(column) or "" for column in shown} == shown
            assert raw.keys() >= shown.keys() and "name" not in raw


def test_the_records_show_every_reason_that_there_is():
    reasons = {reason for source in RECORDS for _, reason in marked_records(source) if reason}
    with (PROJECT / "seeds" / "reject_reasons.csv").open(encoding="utf-8") as file:
        assert reasons == {row["reject_reason"] for row in csv.DictReader(file)}


def test_a_failing_test_shows_its_description_and_its_rows(rejected):
    _, said = rejected
    assert "WARN refunds_are_booked: Got 5 results" in said
    assert DESCRIPTION in said
    assert "record_id=R3, reject_reason=unknown_customer" in said


@pytest.fixture(scope="module")
def published_before(sample_build, tmp_path_factory) -> Workspace:
    """A warehouse and an export from a good build, with a data folder yet to be written."""
    folder = tmp_path_factory.mktemp("bad_export")
    workspace = copy_of_build(sample_build, folder / "build")
    workspace.data = folder / "data"
    return workspace


def no_folder(folder: Path) -> list[str]:
    return [f"'{folder}'", "does not exist", "CRM_DATA"]


def no_orders(folder: Path) -> list[str]:
    folder.mkdir()
    (folder / "sales.csv").write_text("order_id\n1\n")
    return [f"'{folder}'", "no orders.csv or orders.parquet", "sales.csv"]


def empty_orders(folder: Path) -> list[str]:
    folder.mkdir()
    (folder / "orders.csv").write_text("order_id,customer_id,ordered_at,amount\n")
    return ["orders.csv has no rows"]


def several_problems(folder: Path) -> list[str]:
    folder.mkdir()
    (folder / "orders.csv").write_text("order_id,customer_id,ordered_at,total\n1,2,2025-01-01,5\n")
    (folder / "customers.parquet").write_bytes(b"PAR1 and then nothing that is Parquet")
    return ["orders.csv has no column 'amount'", "ordered_at, total", "customers.parquet"]


def bad_mapping(folder: Path) -> list[str]:
    write_sources(folder)
    header = "source,file,their_column,our_column\n"
    (folder / "mapping.csv").write_text(header + "ordres,orders.csv,order_id,order_id\n")
    return ["mapping.csv", "ordres"]


def only_rejects(folder: Path) -> list[str]:
    folder.mkdir()
    lines = "order_id,customer_id,ordered_at,amount\n1,007,yesterday,5\n2,,2025-01-01,5\n"
    (folder / "orders.csv").write_text(lines)
    return ["No order could be accepted", "intermediate.int_rejected_records says why"]


@pytest.mark.parametrize(
    "write", [no_folder, no_orders, empty_orders, several_problems, bad_mapping, only_rejects]
)
def test_an_export_that_is_none_stops_the_build_in_words(published_before, write):
    workspace = published_before
    before = published(workspace)
    shutil.rmtree(workspace.data, ignore_errors=True)
    words = write(workspace.data)
    said = workspace.dbt("build", "--exclude-resource-type", "unit_test", "test", fails=True).stdout
    assert [word for word in words if word not in said] == [], said[-4000:]
    assert "Traceback" not in said
    assert published(workspace) == before
