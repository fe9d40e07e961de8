"""One company, one account: who rolls up to whom and who does not, and what follows."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import WITHOUT_TESTS, WITHOUT_UNIT_TESTS, Workspace

AS_OF = {"run_date": "2026-11-01", "history_periods": 2}

HEADER = (
    "customer_id,name,email,customer_type,business_line,parent_customer_id,role,"
    "created_at,updated_at\n"
)
# Records, and the account of each; a record that is an account of its own names itself.
RECORDS = [
    # A head office without any facts, a branch, a branch of that, people who work there.
    ("H", "Head", "", "b2b", "", "", "", "2024-01-01", "", "H"),
    ("H1", "Branch", "", "b2b", "", "H", "", "2024-02-01", "", "H"),
    ("H2", "Branch of branch", "", "b2b", "", "H1", "", "2024-03-01", "", "H"),
    ("K1", "王芳", "wang@example.com", "", "", "H", "采购经理", "2024-04-01", "", "H"),
    ("K2", "Kim", "kim@example.com", "", "", "H1", "Decides", "", "", "H"),
    # By what is declared: a type before a line.
    ("W1", "", "", "", "b2b", "H", "", "2024-01-01", "", "H"),
    ("W2", "", "", "", "retail", "H", "", "2024-01-01", "", "W2"),
    ("W3", "", "", "b2b", "retail", "H", "", "2024-01-01", "", "H"),
    ("W4", "", "", "", "default", "H", "", "2024-01-01", "", "H"),
    ("Z1", "Consumer", "", "b2c", "b2b", "H", "", "2024-01-01", "", "Z1"),
    ("Z2", "Of a consumer", "", "b2b", "", "Z1", "", "2024-01-01", "", "Z2"),
    # A circle, and one that leads into it.
    ("L1", "", "", "b2b", "", "L2", "", "2024-01-01", "", "L1"),
    ("L2", "", "", "b2b", "", "L3", "", "2024-01-01", "", "L2"),
    ("L3", "", "", "b2b", "", "L1", "", "2024-01-01", "", "L3"),
    ("L4", "", "", "b2b", "", "L1", "", "2024-01-01", "", "L4"),
    # An orphan is an account of its own, and may have members; naming oneself is naming nobody.
    ("O1", "", "", "b2b", "", "NOBODY", "", "2024-01-01", "", "O1"),
    ("O2", "", "", "b2b", "", "O1", "", "2024-01-01", "", "O1"),
    ("S1", "", "", "b2b", "", "S1", "", "2024-01-01", "", "S1"),
    # Five levels, and not six.
    ("D0", "", "", "b2b", "", "", "", "2024-01-01", "", "D0"),
    *(
        (f"D{n}", "", "", "b2b", "", f"D{n - 1}", "", "2024-01-01", "", "D0" if n < 6 else f"D{n}")
        for n in range(1, 8)
    ),
    # A member of two records, and a parent that is named by one of them.
    ("M1", "Ann", "ann@example.com", "b2b", "", "H", "", "2024-02-01", "", "H"),
    ("M2", "Ann", "ANN@example.com", "", "", "", "", "2024-01-01", "", "H"),
    ("N1", "", "", "", "", "M1", "", "2024-01-01", "", "H"),
    # The latest version counts, and a record that cannot be used says nothing.
    ("V1", "", "", "b2b", "", "O1", "", "2024-01-01", "2025-01-01", "H"),
    ("V1", "", "", "b2b", "", "H", "", "2024-01-01", "2025-02-01", "H"),
    ("R1", "", "", "b2b", "", "H", "", "soon", "", "R1"),
]
ACCOUNTS = {record[0]: record[-1] for record in RECORDS}
CUSTOMERS = set(ACCOUNTS.values())
# M1 is of the person M2, whose record is the older one.
MEMBERS = {id_ for id_, account in ACCOUNTS.items() if id_ != account} - {"M1"}


def write(folder: Path, records: list[tuple]) -> None:
    folder.mkdir(exist_ok=True)
    rows = [",".join(record[:9]) for record in records]
    (folder / "customers.csv").write_text(HEADER + "\n".join(rows) + "\n", "utf-8")
    orders = [
        f"O-{id_},{id_},2026-{8 + n % 3:02}-{1 + n % 20:02},{10 + n}"
        for n, id_ in enumerate(ACCOUNTS)
        if id_ not in ("H", "K2")
    ]
    orders.append("LAST,S1,2026-10-20,1")
    (folder / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,amount\n" + "\n".join(orders) + "\n"
    )
    (folder / "refunds.csv").write_text(
        "refund_id,customer_id,refunded_at,amount,order_id\n"
        "R1,H2,2026-10-20,4,O-H2\nR2,K1,2026-10-20,1,\n"
    )
    (folder / "tickets.csv").write_text("ticket_id,customer_id,opened_at\nT1,K2,2026-10-05\n")
    (folder / "consents.csv").write_text(
        "customer_id,channel,state,since\nK1,email,no,2026-01-01\nK2,email,yes,2026-02-01\n"
    )
    (folder / "referrals.csv").write_text(
        "referral_id,customer_id,referred_at,referred_customer_id\n"
        "1,S1,2026-01-01,H1\n2,H2,2026-01-01,H1\n"
    )
    (folder / "tier_overrides.csv").write_text(
        "customer_id,tier_code,reason,author,valid_from,valid_until\n"
        "W1,A,key account,Kim,2026-01-01,2026-12-31\n"
    )


def revenue_of_accounts(folder: Path) -> dict[str, Decimal]:
    """By hand, from the files: what each account has brought."""
    brought: dict[str, Decimal] = defaultdict(Decimal)
    for line in (folder / "orders.csv").read_text().splitlines()[1:]:
        _, customer, _, amount = line.split(",")
        brought[ACCOUNTS[customer]] += Decimal(amount)
    for line in (folder / "refunds.csv").read_text().splitlines()[1:]:
        _, customer, _, amount, _ = line.split(",")
        brought[ACCOUNTS[customer]] -= Decimal(amount)
    return dict(brought)


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("accounts")
    write(folder / "data", RECORDS)
    workspace = Workspace(folder, folder / "data")
    workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables=AS_OF)
    return workspace


def test_records_roll_up_to_their_account_and_no_others(build):
    shown = build.rows("select customer_id, account_id, is_member from marts.customer_tier")
    assert {(id_, account) for id_, account, is_member in shown if is_member} == {
        (id_, ACCOUNTS[id_]) for id_ in MEMBERS
    }
    alone = {id_ for id_, account, is_member in shown if not is_member and id_ == account}
    assert alone == CUSTOMERS
    assert len(shown) == len(MEMBERS) + len(CUSTOMERS)


def test_every_fact_counts_once_for_the_account(build):
    brought = revenue_of_accounts(build.folder / "data")
    revenue = "select customer_id, net_revenue from {} where net_revenue is not null"
    for table in (
        "marts.customer_tier",
        "marts.customer_360",
        "(from marts.customer_tier_history where is_current)",
    ):
        assert dict(build.rows(revenue.format(table))) == brought, table
    stake = "select customer_id, value_at_stake from marts.customer_actions"
    assert dict(build.rows(stake)) == brought
    migrated = "select sum(customers), sum(net_revenue) from marts.tier_migration where is_current"
    assert build.rows(migrated) == [(len(CUSTOMERS), sum(brought.values()))]
    assert build.rows("select customer_id from intermediate.int_tickets") == [("H",)]
    # Nobody wins themselves, and a member who was referred is the account.
    won = "select customer_id, referred_customer_id, won_date is null"
    assert sorted(build.rows(won + " from intermediate.int_referrals")) == [
        ("H", "H", True),
        ("S1", "H", False),
    ]
    notes = dict(build.rows("select note, records from intermediate.int_reading_notes"))
    assert "refunds_of_another_customer" not in notes
    assert notes["rolled_up"] == len(MEMBERS)


def test_only_customers_have_scores_bands_and_a_history(build):
    for table in (
        *("tiers.tier_composite", "audit.customer_tier_candidate", "marts.customer_tier_history"),
        *("marts.customer_tier_factors", "marts.customer_360", "marts.customer_actions"),
        *("marts.tier_publications", "intermediate.int_customer_days"),
    ):
        found = {id_ for (id_,) in build.rows(f"select distinct customer_id from {table}")}
        assert found and found <= CUSTOMERS, table
    judged = "select known_customers, candidate_customers from audit.gate_context"
    assert build.rows(judged) == [(len(CUSTOMERS), len(CUSTOMERS))]


def test_a_member_shows_the_tier_of_the_account_without_its_measures(build):
    differ = build.rows("""
        select member.customer_id
        from marts.customer_tier as member
        inner join marts.customer_tier as account on member.account_id = account.customer_id
        where member.is_member and (
            account.is_member
            or (member.tier_code, member.business_line, member.lifecycle_stage)
                <> (account.tier_code, account.business_line, account.lifecycle_stage)
            or not ends_with(member.reason_en, account.reason_en)
            or not ends_with(member.reason_zh, account.reason_zh)
            or coalesce(
                member.composite_score, member.points_to_next_tier, member.recency_days,
                member.order_count, member.net_revenue
            ) is not null
        )
    """)
    assert differ == []
    # An override that names a member is one of the account.
    overridden = "select customer_id from marts.customer_tier where is_overridden"
    assert {id_ for (id_,) in build.rows(overridden)} == {"H"} | {
        id_ for id_ in MEMBERS if ACCOUNTS[id_] == "H"
    }


def test_members_are_listed_with_their_roles(build):
    members = build.rows(
        "select customer_id, parent_id, depth, role, cast(since_date as varchar)"
        " from marts.account_members where account_id = 'H' order by customer_id"
    )
    assert members == [
        ("H1", "H", 1, None, "2024-02-01"),
        ("H2", "H1", 2, None, "2024-03-01"),
        ("K1", "H", 1, "采购经理", "2024-04-01"),
        ("K2", "H1", 2, "Decides", None),
        ("M2", "H", 1, None, "2024-01-01"),
        ("N1", "M2", 2, None, "2024-01-01"),
        ("V1", "H", 1, None, "2024-01-01"),
        ("W1", "H", 1, None, "2024-01-01"),
        ("W3", "H", 1, None, "2024-01-01"),
        ("W4", "H", 1, None, "2024-01-01"),
    ]
    depths = build.rows(
        "select customer_id, depth from marts.account_members where account_id = 'D0' order by 1"
    )
    assert depths == [(f"D{n}", n) for n in range(1, 6)]


def test_a_member_has_contacts_and_permissions_of_their_own(build):
    contacts = build.rows(
        "select customer_id, name, email, permitted_channels, refused_channels"
        " from marts.customer_contacts where customer_id in ('H', 'K1', 'K2') order by 1"
    )
    assert contacts == [
        ("H", "Head", None, None, None),
        ("K1", "王芳", "wang@example.com", None, "email"),
        ("K2", "Kim", "kim@example.com", "email", None),
    ]
    channels = "select permitted_channels, refused_channels from marts.customer_360"
    assert build.rows(channels + " where customer_id = 'H'") == [(None, None)]
    rejected = "select source, record_id, reject_reason from marts.rejected_records"
    assert build.rows(rejected) == [("customers", "R1", "unparsable_date")]


def test_links_that_do_not_count_are_told(build):
    review = build.rows(
        "select problem, records, first_record_id, last_record_id from marts.identity_review"
        " order by problem, first_record_id"
    )
    assert review == [
        ("parent_loop", 4, "L1", "L4"),
        ("parent_of_consumer", 2, "W2", "Z1"),
        ("parent_of_consumer", 1, "Z2", "Z2"),
        ("parent_too_deep", 1, "D6", "D6"),
        ("parent_too_deep", 1, "D7", "D7"),
        ("parent_unknown", 1, "O1", "O1"),
    ]
    [(count, chinese)] = build.rows(
        "select records, sentence_zh from intermediate.int_reading_notes where note = 'no_account'"
    )
    assert count == 10 and "上级" in chinese


def test_the_record_that_counts_is_the_accepted_one(build):
    """account_records chooses before stg_customers does; both must choose the same."""
    columns = "customer_type, business_line, parent_customer_id, role, updated_at"
    chosen = f"select record_id, customer_id, {columns} from staging.account_records"
    accepted = (
        f"select record_id, customer_id, {columns} from intermediate.int_customer_records"
        " where outcome = 'accepted'"
        " and record_id in (select record_id from staging.account_records)"
    )
    assert build.rows(f"{chosen} except all {accepted}") == []
    assert build.rows(f"{accepted} except all {chosen}") == []
    assert len(build.rows(chosen)) == len(ACCOUNTS) - 1


# --- From run to run ---------------------------------------------------------------------------

TABLES = {
    "marts.customer_tier": "*",
    "marts.customer_360": "*",
    "marts.customer_tier_factors": "*",
    "marts.customer_tier_history": "*",
    "marts.customer_tier_changes": "*",
    "marts.tier_migration": "*",
    "marts.account_members": "*",
    "marts.customer_contacts": "*",
    "marts.row_reconciliation": "* exclude (source_file)",
    "intermediate.int_customer_days": "*",
    "intermediate.int_orders": "order_id, customer_id, amount, outcome",
    "intermediate.int_refund_records": "refund_id, customer_id, amount, outcome",
    "intermediate.int_customers": "* exclude (attributes_hash)",
}
FIRST_DAY = {
    "customers": HEADER
    + """A,Old account,,b2b,,,,2024-01-01,2026-01-01
B,New account,,b2b,,,,2024-01-01,2026-01-01
X,Moves,,b2b,,A,,2024-01-01,2026-01-01
Y,Stays,,b2b,,A,,2024-01-01,2026-01-01
P,Leaves,,b2b,,A,,2024-01-01,2026-01-01
Q,Enters,,b2b,,,,2024-01-01,2026-01-01
U,Parent comes,,b2b,,LATER,,2024-01-01,2026-01-01
C1,Circle,,b2b,,C2,,2024-01-01,2026-01-01
C2,Circle,,b2b,,C1,,2024-01-01,2026-01-01
E1,Becomes one,e@example.com,b2b,,A,,2024-01-01,2026-01-01
""",
    "orders": "order_id,customer_id,ordered_at,amount\n"
    + "".join(
        f"{id_}{month},{id_},2026-{month:02}-10,{20 + n}\n"
        for n, id_ in enumerate(["A", "B", "X", "Y", "P", "Q", "U", "C1", "C2", "E1"])
        for month in (5, 8, 9)
    ),
    "refunds": "refund_id,customer_id,refunded_at,amount,order_id\nR1,X,2026-09-20,5,X9\n",
    "interactions": "interaction_id,customer_id,occurred_at,channel\nI1,X,2026-09-20,phone\n",
}
SECOND_DAY = {
    "customers": HEADER
    + """X,Moves,,b2b,,B,,2024-01-01,2026-10-01
P,Leaves,,b2c,,A,,2024-01-01,2026-10-01
Q,Enters,,b2b,,B,,2024-01-01,2026-10-01
LATER,Is here,,b2b,,,,2023-01-01,2026-10-01
C2,Circle,,b2b,,B,,2024-01-01,2026-10-01
E0,Becomes one,e@example.com,b2b,,,,2023-01-01,2026-10-01
""",
    "orders": "order_id,customer_id,ordered_at,amount\nY10,Y,2026-10-10,7\nX10,X,2026-10-11,8\n",
    "refunds": "refund_id,customer_id,refunded_at,amount,order_id\nR2,Y,2026-10-11,3,Y8\n",
}
MEMBERS_AFTER = {
    ("C1", "B"), ("C2", "B"), ("E0", "A"), ("Q", "B"), ("U", "LATER"), ("X", "B"), ("Y", "A"),
}  # fmt: skip


def add(data: Path, day: int, files: dict[str, str]) -> None:
    for source, text in files.items():
        (data / source).mkdir(parents=True, exist_ok=True)
        (data / source / f"{day}.csv").write_text(text, "utf-8")


@pytest.mark.long
def test_day_by_day_is_the_same_as_at_once(tmp_path):
    """Members move, enter and leave; parents arrive; a circle opens; a member gets a record."""
    data = tmp_path / "data"
    accepted = AS_OF | {"accept_jump_because": "accounts change"}
    shop = Workspace(tmp_path / "days", data)
    at_once = Workspace(tmp_path / "at_once", data)
    add(data, 1, FIRST_DAY)
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    members = "select customer_id, account_id from marts.account_members"
    assert set(shop.rows(members)) == {("X", "A"), ("Y", "A"), ("P", "A"), ("E1", "A")}
    add(data, 2, SECOND_DAY)
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    anew = "select why_everything, why_all_records from audit.run_scope"
    assert shop.rows(anew) == [(None, None)]
    assert set(shop.rows(members)) == MEMBERS_AFTER
    # Customers who are members now are regrouped, as are those who are so no more; nobody is gone.
    gate = "select customers_gone, customers_regrouped from audit.gate_context"
    assert shop.rows(gate) == [(0, 5)]
    at_once.dbt("build", *WITHOUT_TESTS, variables=accepted)
    for table, columns in TABLES.items():
        everything = f"select {columns} from {table} order by all"
        assert shop.rows(everything) == at_once.rows(everything), table
    # A member who asks to be forgotten takes what they brought; an account leaves its members.
    add(data, 3, {"deletions": "customer_id\nY\nB\n"})
    shop.dbt("build", *WITHOUT_TESTS, variables=accepted)
    left = dict(shop.rows("select customer_id, net_revenue from marts.customer_tier"))
    assert not {"Y", "B"} & left.keys()
    assert left["A"] == 3 * 20 + 3 * 29 and left["X"] == 3 * 22 - 5 + 8 and left["Q"] == 3 * 25
    at_once.dbt("build", "--full-refresh", *WITHOUT_TESTS, variables=accepted)
    for table, columns in TABLES.items():
        everything = f"select {columns} from {table} order by all"
        assert shop.rows(everything) == at_once.rows(everything), table
