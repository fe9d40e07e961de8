"""One person, one customer: which records are connected and which are not, and what follows."""

import random
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import phonenumbers
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from conftest import WITHOUT_TESTS, WITHOUT_UNIT_TESTS, Workspace, copy_of_build, shared_case

AS_OF = {"run_date": "2026-11-01", "history_periods": 1}

# Records, each with what it has; and who they are.
HEADER = "customer_id,name,email,phone,birth_date,member_number,created_at\n"
PEOPLE = [
    # By e-mail and phone, in several spellings; the oldest record is the customer.
    ("A1", "Mia", "mia@example.com", "", "", "", "2024-05-01", "A2"),
    ("A2", "Mia I.", "MIA+shop@Example.com", "+86 138-0000-0001", "", "", "2024-01-01", "A2"),
    ("A3", "", "", "008613800000001", "", "", "2025-01-01", "A2"),
    ("A4", "", "", "１３８０００００００１", "", "", "", "A2"),
    # By name and birth date; one of them alone is nothing.
    ("B1", "王芳", "", "", "1990-05-01", "", "2024-01-01", "B1"),
    ("B2", "王芳", "", "", "1990-05-01", "", "2024-02-01", "B1"),
    ("B3", "王芳", "", "", "1991-05-01", "", "2024-02-01", "B3"),
    # A masked number, and one of too few digits.
    ("C1", "", "", "138****0002", "", "", "", "C1"),
    ("C2", "", "", "138****0002", "", "", "", "C2"),
    ("C3", "", "", "0002", "", "", "", "C3"),
    ("C4", "", "", "0002", "", "", "", "C4"),
    # A member number through which two get connected who share nothing.
    ("D1", "Li", "li@example.com", "", "", "", "2024-03-01", "D1"),
    ("D2", "Li", "li@example.com", "", "", "M-7", "2024-04-01", "D1"),
    ("D3", "Li", "", "", "", "m-7", "2024-05-01", "D1"),
    # Parted by a decision, through a third one, too.
    ("E1", "Zoe", "zoe@example.com", "", "", "", "2024-01-01", "E1"),
    ("E2", "Zoe", "zoe@example.com", "", "", "", "2024-01-02", "E2"),
    ("E3", "Zoe", "zoe@example.com", "", "", "", "2024-01-03", "E3"),
    # Joined by a decision.
    ("F1", "Ann", "", "", "", "", "2024-01-01", "F1"),
    ("F2", "Anna", "", "", "", "", "2024-01-02", "F1"),
    # Five names are more than one person has; the member number still holds two together.
    *(
        (
            f"G{n}",
            f"Name {n}",
            "all@example.com",
            "",
            "",
            "M-9" * (n < 2),
            f"2024-01-0{n + 1}",
            "G0" if n < 2 else f"G{n}",
        )
        for n in range(5)
    ),
    # Mother and daughter with one phone; whose the record without a name is, nobody knows.
    ("I1", "Eva Berg", "", "13900000009", "", "", "2024-01-01", "I1"),
    ("I2", "Ida Berg", "", "13900000009", "", "", "2024-02-01", "I2"),
    ("I3", "eva  berg", "", "13900000009", "", "", "2024-03-01", "I1"),
    ("I4", "", "", "13900000009", "", "", "2024-04-01", "I4"),
    # The shop's own phone.
    *((f"H{n:02}", "", "", "021-5555 0000", "", "", "", f"H{n:02}") for n in range(11)),
]
DECISIONS = """customer_id,other_customer_id,decision,author,reason,decided_at
E1,E2,same,Kim,first look,2026-01-01
E2,E1,different,Kim,twins,2026-02-01
F1,F2,same,Kim,asked her,2026-01-01
F1,F9,maybe,Kim,who knows,2026-01-01
"""


def write(folder: Path, people: list[tuple], decisions: str = DECISIONS) -> None:
    folder.mkdir(exist_ok=True)
    rows = [",".join(person[:7]) for person in people]
    (folder / "customers.csv").write_text(HEADER + "\n".join(rows) + "\n", "utf-8")
    orders = [
        f"O-{person[0]},{person[0]},2026-10-0{1 + n % 9},10" for n, person in enumerate(people)
    ]
    (folder / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,amount\n" + "\n".join(orders) + "\n"
    )
    (folder / "refunds.csv").write_text(
        "refund_id,customer_id,refunded_at,amount,order_id\nR1,A3,2026-10-05,4,O-A1\n"
    )
    (folder / "tickets.csv").write_text("ticket_id,customer_id,opened_at\nT1,A4,2026-10-05\n")
    (folder / "identity_decisions.csv").write_text(decisions)


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("identities")
    write(folder / "data", PEOPLE)
    workspace = Workspace(folder, folder / "data")
    workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables=AS_OF)
    return workspace


def persons(build: Workspace) -> dict[str, str]:
    """The customer of every record."""
    known = dict(build.rows("select record_id, customer_id from marts.customer_identities"))
    return {person[0]: known.get(person[0], person[0]) for person in PEOPLE}


def test_records_of_a_person_are_one_customer_and_no_others(build):
    assert persons(build) == {person[0]: person[7] for person in PEOPLE}
    customers = {person[7] for person in PEOPLE}
    assert set(build.rows("select customer_id from marts.customer_tier")) == {
        (customer,) for customer in customers
    }


def test_every_fact_is_the_customers(build):
    [(revenue, orders)] = build.rows(
        "select net_revenue, order_count from marts.customer_tier where customer_id = 'A2'"
    )
    # A refund and a ticket that name other ids of hers.
    assert (revenue, orders) == (Decimal(36), 4)
    assert build.rows("select customer_id from intermediate.int_tickets") == [("A2",)]
    notes = "select note from intermediate.int_reading_notes"
    assert ("refunds_of_another_customer",) not in build.rows(notes)
    [(total,)] = build.rows("select sum(net_revenue) from marts.customer_tier")
    assert total == 10 * len(PEOPLE) - 4


def test_a_customer_shows_by_what_and_whose_decision(build):
    reasons = dict(build.rows("select record_id, matched_by from marts.customer_identities"))
    assert reasons["A2"] == "email, phone" and reasons["A4"] == "phone"
    assert reasons["B1"] == "name_and_birth_date" and reasons["D2"] == "email, member_number"
    assert reasons["F1"] == "decision" and reasons["G0"] == "email, member_number"
    decided = "select decided_by from marts.customer_identities where record_id = 'F2'"
    assert build.rows(decided) == [("Kim",)]
    records = "select record_count, system_count from marts.customer_360 where customer_id = 'A2'"
    assert build.rows(records) == [(4, 1)]


def test_what_was_not_joined_is_told_for_people_to_decide(build):
    review = build.rows(
        "select problem, records, first_record_id, because_en from marts.identity_review"
        " order by problem"
    )
    assert review == [
        ("decided_different", 3, "E1", "people have decided that two of them are different"),
        ("key_of_many", 11, "H00", "more than 10 records, same phone"),
        ("names_differ", 4, "I1", "different names, same phone"),
        ("too_many_names", 5, "G0", "more names than 4"),
    ]
    rejected = "select source, reject_reason from marts.rejected_records"
    assert build.rows(rejected) == [("identity_decisions", "unknown_decision")]


def test_contacts_are_the_ones_written_last(build):
    contact = "select name, email, phone from marts.customer_contacts where customer_id = 'A2'"
    assert build.rows(contact) == [("Mia", "mia@example.com", "+86 138-0000-0001")]


# Of keys that are shared, and of one that is nobody's; as they were written, and as keys.
SECRETS = ("mia@", "MIA+shop", "zoe@", "all@example", "138-0000-0001", "3800000001", "5555 0000")
SECRETS += ("55550000", "M-7", "１３８００００")


def where_secrets_are(files: Iterable[Path]) -> set[str]:
    """The names of the files that have one of them, also within Parquet."""
    found = set()
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            text = str(pq.read_table(path).to_pydict())
        if any(secret in text for secret in SECRETS):
            found.add(path.name)
    return found


def test_keys_leave_by_no_file(build, tmp_path):
    """Neither export, manifest, log, verdict nor what dbt keeps of its work."""
    work = copy_of_build(build, tmp_path / "work", data=build.data)
    work.dbt("--debug", "--log-level-file", "debug", "build", *WITHOUT_TESTS, variables=AS_OF)
    of_dbt = [path for name in ("target", "logs") for path in (work.folder / name).rglob("*.*")]
    of_dbt = [path for path in of_dbt if path.is_file()]
    exported = [path for path in work.export.rglob("*") if path.is_file()]
    assert {path.name for path in of_dbt} >= {"manifest.json", "run_results.json", "dbt.log"}
    assert {"manifest.json", "customer_identities.csv"} <= {path.name for path in exported}
    assert where_secrets_are([*of_dbt, *exported]) == set()
    # The test of the test, and the one way out.
    asked = Workspace(work.folder, data=build.data, environment={"EXPORT_PERSONAL": "yes"})
    asked.dbt("run", "-s", "published_export", variables=AS_OF)
    found = where_secrets_are(path for path in asked.export.rglob("*") if path.is_file())
    assert {"customer_contacts.csv", "customer_contacts.parquet"} <= found
    assert found <= {"customer_contacts.csv", "customer_contacts.parquet"}


def test_the_order_of_the_records_makes_no_difference(build, tmp_path):
    people = PEOPLE[:]
    random.Random(3).shuffle(people)
    write(tmp_path / "data", people)
    other = Workspace(tmp_path, tmp_path / "data", environment={"DBT_THREADS": "1"})
    other.dbt("build", *WITHOUT_TESTS, "-s", "+customer_identities", variables=AS_OF)
    everything = "select * from staging.identities order by record_id"
    assert other.rows(everything) == build.rows(everything)


@pytest.mark.long
def test_day_by_day_is_the_same_as_at_once(build, tmp_path):
    """Later records merge customers, a decision parts them, a deletion takes all of a person."""
    data = tmp_path / "data"
    alone = [person for person in PEOPLE if person[0] not in ("A2", "D2", "B2", "F2")]
    write(data, alone, DECISIONS.split("\n")[0] + "\n")
    shop = Workspace(tmp_path, data)
    shop.dbt("build", *WITHOUT_TESTS, variables=AS_OF)
    assert ("A1",) in shop.rows("select customer_id from marts.customer_tier")
    became = "select customer_id, merged_into, split_from from marts.tier_publications"
    assert {row[1:] for row in shop.rows(became)} == {(None, None)}
    write(data, PEOPLE)
    accepted = AS_OF | {"accept_jump_because": "records came"}
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    assert shop.rows("select why_everything is null from audit.run_scope") == [(True,)]
    columns = "customer_id, tier_code, net_revenue, composite_score"
    tiers = f"select {columns} from marts.customer_tier order by 1"
    assert shop.rows(tiers) == build.rows(tiers)
    days = "select * from intermediate.int_customer_days order by all"
    assert shop.rows(days) == build.rows(days)
    of_this_run = " where build_number = (select max(build_number) from audit.builds)"
    merged = " and (merged_into is not null or split_from is not null)"
    assert set(shop.rows(became + of_this_run + merged)) == {
        ("A1", "A2", None),
        ("A3", "A2", None),
        ("D3", "D1", None),
        # Before people had decided, they were one.
        ("E2", None, "E1"),
        ("E3", None, "E1"),
    }
    when = "select record_id from marts.customer_identities where merged_at is not null"
    assert set(shop.rows(when)) == {("A1",), ("A3",), ("D3",)}
    # And back.
    write(data, PEOPLE, DECISIONS + "A1,A2,different,Kim,sisters,2026-03-01\n")
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    assert {("A1",), ("A2",), ("A3",), ("A4",)} <= set(
        shop.rows("select customer_id from marts.customer_tier")
    )
    split = {("A1", None, "A2"), ("A3", None, "A2"), ("A4", None, "A2")}
    assert set(shop.rows(became + of_this_run + merged)) == split
    # Who asks to be forgotten by one id goes with all of them, and does not come back.
    (data / "deletions.csv").write_text("customer_id\nD3\n")
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    left = "select customer_id from marts.customer_tier where customer_id like 'D%'"
    assert shop.rows(left) == []
    assert shop.rows("select count(*) from raw.orders_lines where customer_id like 'D%'") == [(0,)]
    told = "select rows_forgotten from marts.row_reconciliation where source = 'orders'"
    assert shop.rows(told) == [(3,)]
    shop.dbt("build", "--full-refresh", *WITHOUT_TESTS, variables=accepted)
    assert shop.rows(left) == []
    # Nor does the id of somebody who is gone stay in what was told of others.
    (data / "deletions.csv").write_text("customer_id\nD3\nA2\n")
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    named = "select count(*) from marts.tier_publications where 'A2' in (merged_into, split_from)"
    assert shop.rows(named) == [(0,)]
    assert shop.rows("select split_from from marts.tier_publications where customer_id = 'A4'")


def test_the_guests_of_a_shop_are_one_by_their_address(tmp_path):
    workspace = Workspace(tmp_path, shared_case("11-guest-checkouts"))
    workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables=AS_OF)
    revenue = workspace.rows("select customer_id, net_revenue from marts.customer_tier order by 2")
    assert revenue == [("Mail@X.example", Decimal(20)), ("GU1", Decimal(400))]


def test_phones_are_written_as_the_library_of_phones_does(tmp_path):
    """A key is what phonenumbers reads: Chinese mobiles, and numbers with their country."""
    chance = random.Random(11)
    spellings = ["+49 30 901820", "0049 30 901820", "+1 (310) 555-1234", "+44 20 7946 0958"]
    for _ in range(60):
        digits = f"1{chance.choice('3456789')}{chance.randrange(10**9):09}"
        parted = f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
        spellings += [
            digits,
            f"+86{digits}",
            f"0086 {digits}",
            f"+86 {parted}",
            f"86{digits}",
            parted,
        ]
    people = [(f"P{n}", "", "", phone, "", "", "") for n, phone in enumerate(spellings)]
    write(tmp_path / "data", people)
    workspace = Workspace(tmp_path, tmp_path / "data")
    workspace.dbt("build", *WITHOUT_TESTS, "-s", "+identity_records", variables=AS_OF)
    keys = dict(workspace.rows("select record_id, phone from staging.identity_records"))
    for n, spelling in enumerate(spellings):
        number = phonenumbers.parse(re.sub("^00", "+", spelling), "CN")
        assert keys[f"P{n}"] == f"{number.country_code}{number.national_number}", spelling


# People who asked to be forgotten, in a first run

FORGOTTEN = {"A1", "A2", "A3", "A4", "E1", "H01", "g@example.com", "K1"}
HEADERS = [*HEADER.strip().split(","), "order_id", "ordered_at", "amount"]
GUEST = [("K1", "Kai", "g@example.com", "", "", "", "2024-01-01", "K1")]


def found_in_any_table(workspace: Workspace, pattern: str, but: tuple[str, ...] = ()) -> list[str]:
    """The tables of a warehouse that have a pattern in any of their rows."""
    tables = workspace.rows(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_type = 'BASE TABLE'"
    )
    assert len(tables) > 60
    matches = f"regexp_matches(cast(each as varchar), '{pattern}')"
    return [
        table
        for (table,) in tables
        if table not in but
        and workspace.rows(f"select exists (from {table} as each where {matches})") == [(True,)]
    ]


GIVEN = "customer_id\nA3\nE1\nH01\ng@example.com\n"
# Where the ids are that are kept.
KEPT = ("raw.deletions_lines", "raw.forgotten_ids", "raw.connected_ids")
# Enough to see who is there, without what is published.
THE_READING = ("-s", "+int_customers", "+int_row_counts", "+int_identity_reviews")


def who_is_left(shop: Workspace) -> set[str]:
    """The customers; nothing else of the people who asked to be forgotten is in any table."""
    assert found_in_any_table(shop, "mia@|13800000001|g@example|Mia", but=KEPT) == []
    assert found_in_any_table(shop, r"\b(A[1-4]|E1|H01|K1)\b", but=KEPT) == []
    return {row[0] for row in shop.rows("select customer_id from intermediate.int_customers")}


def test_a_first_run_connects_before_it_forgets(tmp_path):
    data = tmp_path / "data"
    write(data, [*PEOPLE, *GUEST])
    (data / "deletions.csv").write_text(GIVEN)
    shop = Workspace(tmp_path, data)
    accepted = AS_OF | {"accept_jump_because": "records came"}
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    # Of a decision that two are different, and of a shop's own phone, the others stay, apart.
    others = {person[7] for person in PEOPLE} - FORGOTTEN
    assert who_is_left(shop) == others
    published = "select customer_id from marts.customer_tier"
    assert set(shop.rows(published)) == {(customer,) for customer in others}
    went = "select source, rows_in, rows_forgotten from marts.row_reconciliation"
    counted = {source: rows for source, *rows in shop.rows(went)}
    people = len(PEOPLE) + 1
    assert counted["customers"] == [people, 7] and counted["orders"] == [people, 7]
    assert counted["refunds"] == [1, 1] and counted["tickets"] == [1, 1]

    # Another system names the person by an id that no list has, and a customer of before as well.
    (data / "customers").mkdir()
    (data / "customers" / "crm.csv").write_text(
        HEADER + "X1,王芳,mia@example.com,,1991-05-01,,2026-01-01\nX2,Nobody,,,,,2026-01-01\n"
    )
    (data / "orders").mkdir()
    (data / "orders" / "crm.csv").write_text(
        "order_id,customer_id,ordered_at,amount\nO-X1,X1,2026-10-01,10\nO-X2,X2,2026-10-01,1\n"
    )
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    assert who_is_left(shop) == (others | {"X2"}) - {"B3"}
    assert set(shop.rows(published)) == {(each,) for each in (others | {"X2"}) - {"B3"}}
    assert found_in_any_table(shop, r"\b(X1|B3)\b", but=KEPT) == []
    told = "select customer_id, merged_into, split_from from marts.tier_publications"
    assert "B3" not in {each for row in shop.rows(told) for each in row}

    # What said who they are is gone; an id comes again.
    (data / "customers.csv").unlink()
    (data / "customers" / "again.csv").write_text(HEADER + "A2,,,,,,2024-01-01\n")
    for words in ((), ("--full-refresh",)):
        shop.dbt("build", *words, *WITHOUT_TESTS, *THE_READING, variables=accepted)
        left = who_is_left(shop)
        assert not left & {"A1", "A2", "A3", "A4", "X1", "B3"} and "B1" in left
    # Who takes it back is there again, with all that the files have.
    (data / "deletions.csv").write_text("customer_id\nE1\n")
    shop.dbt("build", *WITHOUT_TESTS, *THE_READING, variables=accepted)
    customers = shop.rows("select customer_id from intermediate.int_customers")
    assert {("A2",), ("X1",), ("H01",)} <= set(customers) and ("E1",) not in customers


@pytest.mark.long
def test_so_it_does_with_parquet(tmp_path):
    data = tmp_path / "data"
    write(data, [*PEOPLE, *GUEST])
    (data / "deletions.csv").write_text(GIVEN)
    for source in ("customers", "orders"):
        text = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(HEADERS, "string"))
        table = pyarrow.csv.read_csv(data / f"{source}.csv", convert_options=text)
        pq.write_table(table, data / f"{source}.parquet")
        (data / f"{source}.csv").unlink()
    shop = Workspace(tmp_path, data)
    # The second time nothing is new.
    for _ in range(2):
        shop.dbt("build", *WITHOUT_TESTS, *THE_READING, variables=AS_OF)
        assert who_is_left(shop) == {person[7] for person in PEOPLE} - FORGOTTEN
        counts = "select rows_in, rows_forgotten from intermediate.int_row_counts where source = "
        assert shop.rows(f"{counts}'orders'") == [(len(PEOPLE) + 1, 7)]
