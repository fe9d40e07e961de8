"""Planted faults: what the gate stops, tells and lets through, whichever command was typed."""

import duckdb
from conftest import Workspace

CANDIDATE = "audit.customer_tier_candidate"
JUDGED = ("gate_context", "customer_tier_profile", "customer_tier_gate")


def plant(workspace: Workspace, *statements: str) -> None:
    with duckdb.connect(str(workspace.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def published(workspace: Workspace) -> list[tuple]:
    tables = workspace.rows(
        "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    )
    return [
        (name, *workspace.rows(f'select count(*), bit_xor(hash(t)) from marts."{name}" as t')[0])
        for (name,) in tables
    ]


def outcomes(workspace: Workspace, outcome: str) -> set[str]:
    """The expectations with an outcome."""
    return {
        expectation
        for (expectation,) in workspace.rows(
            "select expectation from audit.customer_tier_gate where outcome = ?", [outcome]
        )
    }


def test_the_sample_passes_and_is_recorded(sample_build):
    assert outcomes(sample_build, "blocked") == set()
    [(fingerprints, invocations)] = sample_build.rows(
        "select count(distinct candidate_fingerprint), count(distinct invocation_id)"
        " from (select * from audit.publications union all by name"
        " select * from audit.gate_history)"
    )
    assert (fingerprints, invocations) == (1, 1)
    recorded = {name for (name,) in sample_build.rows("select table_name from audit.publications")}
    assert {name for name, *_ in published(sample_build)} <= recorded
    assert sample_build.rows("select count(*) > 0 from audit.passed_profiles") == [(True,)]


FAULTS = {
    "Each customer has exactly one row": f"""
        insert into {CANDIDATE} select * from {CANDIDATE} where tier_code = 'A' limit 1""",
    "No customer is missing": f"""
        delete from {CANDIDATE} where customer_id in (select customer_id from {CANDIDATE}
        where tier_code = 'P' order by customer_id limit 3)""",
    "The points of a customer's factors add up": f"""
        update {CANDIDATE} set composite_score = composite_score + 0.0001
        where customer_id = (select max(customer_id) from {CANDIDATE} where tier_code = 'C')""",
    "A customer is a prospect (P) if, and only if": f"""
        update {CANDIDATE} set tier_code = 'P'
        where customer_id = (select min(customer_id) from {CANDIDATE} where tier_code = 'B')""",
    "Every tier is one of those": f"""
        update {CANDIDATE} set tier_code = 'X'
        where customer_id = (select max(customer_id) from {CANDIDATE} where tier_code = 'B')""",
    "Composite scores lie between": f"""
        update {CANDIDATE} set composite_score = 100.5
        where customer_id = (select max(customer_id) from {CANDIDATE} where tier_code = 'D')""",
    "Each customer has had the tier since": f"""
        update {CANDIDATE} set tier_since = as_of_date + 1
        where customer_id = (select min(customer_id) from {CANDIDATE} where tier_code = 'D')""",
    "a stage of life, an RFM segment": f"""
        update {CANDIDATE} set rfm_segment = null
        where customer_id = (select min(customer_id) from {CANDIDATE} where tier_code = 'C')""",
}


def test_faults_are_named_with_values_and_nothing_is_published(workspace):
    before = published(workspace)
    plant(workspace, *FAULTS.values())
    told = workspace.dbt("build", "-s", *JUDGED, "marts", fails=True).stdout
    assert "nothing was published" in told and "What to do:" in told
    assert "still those of the last build that passed." in told
    for fault in FAULTS:
        assert fault in told
        assert any(fault in expectation for expectation in outcomes(workspace, "blocked")), fault
    assert "[100.5]" in told and '"known_customers"' in told
    assert published(workspace) == before
    # Not through the other door either: the verdict stays, and with it the refusal.
    told = workspace.dbt("run", "-s", "customer_tier", fails=True).stdout
    assert "customer_tier was not published: the gate did not pass the last candidate" in told
    assert published(workspace) == before
    history = workspace.rows("select count(distinct invocation_id) from audit.gate_history")
    assert history == [(2,)]


def test_a_jump_needs_a_reason_which_is_kept_but_does_not_excuse_a_broken_key(workspace):
    before = published(workspace)
    # A jump far beyond what chance allows; the shares by points stay in their bands.
    plant(
        workspace,
        f"""update {CANDIDATE} set tier_code = 'A'
            where tier_code in ('B', 'C') and business_line = 'b2b'""",
        FAULTS["Each customer has exactly one row"],
    )
    reason = {"accept_jump_because": "it's the new price list"}
    told = workspace.dbt("run", "-s", *JUDGED, "customer_tier", variables=reason, fails=True).stdout
    assert 'let through because "it\'s the new price list": No tier has jumped' in told
    assert '"previous_share"' in told and "Each customer has exactly one row" in told
    assert published(workspace) == before

    plant(
        workspace,
        f"""create temp table kept as select distinct * from {CANDIDATE};
            delete from {CANDIDATE}; insert into {CANDIDATE} from kept""",
    )
    workspace.dbt("run", "-s", *JUDGED, "customer_tier", variables=reason)
    assert published(workspace) != before
    assert workspace.rows(
        "select distinct accepted_because from audit.gate_history where outcome = 'let_through'"
    ) == [("it's the new price list",)]

    # What passed is the new measure: the same candidate is no jump any more, without a reason.
    workspace.dbt("run", "-s", *JUDGED, "customer_tier")
    assert outcomes(workspace, "let_through") == set()
    # A full refresh reads the data anew, of which not all the rest is made then; and it keeps the
    # history: of five verdicts, of the three that passed.
    told = workspace.dbt("run", "-s", *JUDGED, "customer_tier", "--full-refresh", fails=True).stdout
    assert "the raw data (read anew since)" in told
    assert workspace.rows(
        "select count(distinct decided_at),"
        " (select count(distinct passed_at) from audit.passed_profiles) from audit.gate_history"
    ) == [(5, 3)]


def test_a_drop_of_customers_is_stopped(workspace):
    plant(workspace, f"delete from {CANDIDATE} where business_line = 'ecommerce'")
    told = workspace.dbt("run", "-s", *JUDGED, "customer_tier", fails=True).stdout
    assert "The customers of the last passed build are still there" in told
    assert "accept_jump_because" in told
    assert '"customer_drop": 0.7' in told
    assert "is CUSTOMER_KEY_SECRET the one of the last build?" in told
    assert "make build VARS='accept_jump_because: \"<the reason>\"'" in told


def test_customers_and_products_of_many_rows_raise_no_alarm(workspace):
    """A file of orders that feeds customers, too, names each of them many times."""
    repeats = "update intermediate.int_row_counts set rows_superseded = {} where source in ({})"
    plant(workspace, repeats.format("rows_in - 1", "'customers', 'products'"))
    workspace.dbt("run", "-s", "source_profile", *JUDGED)
    assert not any("older versions" in told for told in outcomes(workspace, "warned"))
    assert outcomes(workspace, "blocked") == set()
    plant(workspace, repeats.format("rows_in - 1", "'orders'"))
    told = workspace.dbt("run", "-s", "source_profile", *JUDGED, fails=True).stdout
    assert "Orders and refunds are not nearly all copies and older versions" in told
    assert "CUSTOMER_KEY_SECRET" not in told


def test_a_first_build_that_is_stopped_says_that_nothing_has_been_published(workspace):
    plant(workspace, "delete from audit.publications", FAULTS["Composite scores lie between"])
    told = workspace.dbt("run", "-s", *JUDGED, fails=True).stdout
    assert "nothing of this warehouse\n" in told and "has been published yet." in told


def test_a_warning_is_shown_and_few_customers_raise_no_alarm(workspace):
    """Customers of B that bring more than those of A; and 40 in a line, all of them in tier A."""
    plant(
        workspace,
        f"""update {CANDIDATE} set business_line = 'kiosk', tier_code = 'A' where customer_id in (
            select customer_id from {CANDIDATE} where tier_code in ('A', 'B')
            and business_line = 'ecommerce' order by customer_id limit 40)""",
        f"update {CANDIDATE} set net_revenue = 1e7 where tier_code = 'B'",
    )
    before = published(workspace)
    strict = ("build", "--warn-error", "-s", *JUDGED, "customer_tier")
    told = workspace.dbt(*strict, fails=True).stdout
    assert "FAIL 1 gate_warns_value_order" in told and "SKIP relation marts.customer_tier" in told
    assert published(workspace) == before
    told = workspace.dbt("build", "-s", *JUDGED, "customer_tier").stdout
    assert f"WARN={len(outcomes(workspace, 'warned'))} " in told
    assert "WARN gate_warns_value_order: Got 1 result" in told
    assert "- expectation=The customers of a better tier bring more" in told
    assert told.count("The customers of a better tier bring more") == 1
    assert '"next_tier_mean_net_revenue": 10000000.0' in told
    assert "kiosk" not in told
    assert workspace.rows(
        "select max(share), bool_or(is_judged) from audit.customer_tier_profile"
        " where business_line = 'kiosk'"
    ) == [(1.0, False)]


def test_a_candidate_that_the_gate_has_not_seen_is_refused(workspace):
    before = published(workspace)
    workspace.dbt("run", "-s", "customer_tier")  # the one that passed: published again
    plant(workspace, f"update {CANDIDATE} set stage_en = 'because' where tier_code = 'A'")
    told = workspace.dbt("run", "-s", "customer_tier", fails=True).stdout
    assert "customer_tier was not published: the candidate has changed since" in told
    # Judged by a profile of another candidate: no.
    told = workspace.dbt(
        "run", "-s", "gate_context", "customer_tier_gate", "customer_tier", fails=True
    ).stdout
    assert "The shares that are judged are those of this very candidate" in told
    assert published(workspace) == before


def test_in_a_new_warehouse_one_table_cannot_be_published_alone(workspace):
    workspace.warehouse.unlink()
    told = workspace.dbt("run", "-s", "customer_tier", fails=True).stdout
    assert "the gate has not judged any candidate in this warehouse yet. Run: make build" in told
