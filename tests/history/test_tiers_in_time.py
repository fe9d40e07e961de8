"""History, changes, migration, publications, overrides, and who asks to be forgotten."""

import csv
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import PROJECT, WITHOUT_TESTS, Workspace, copy_of_build, copy_project


def seed(name: str, project: Path = PROJECT) -> pd.DataFrame:
    return pd.read_csv(project / "seeds" / f"{name}.csv", dtype=str, keep_default_na=False)


# --- The history against an independent computation -------------------------------------------


def tiers_by_hand(build: Workspace) -> pd.Series:
    """Tiers of every customer and published date: raw tier, then grace, then guardrails."""
    dates = build.query(
        "select * from intermediate.int_scoring_dates where not is_imagined and periods_back >= 0"
    )
    back = dates.set_index("as_of_date").periods_back
    raw = build.query("select * from tiers.tier_raw")
    stages = build.query("select customer_id, as_of_date, segment from segments.segment_lifecycle")
    ranks = seed("tiers").set_index("tier_code").tier_rank.astype(int)
    graces = seed("tier_bands").set_index(["policy", "tier_code"]).grace_periods.astype(int)
    # The rules of the set ask for the stage of life, under every policy.
    rules = seed("rules").query("rule_set == 'guardrail'").set_index("value").rule
    limits = seed("guardrails").set_index("rule")

    raw = raw[raw.as_of_date.isin(back.index)]
    raw = raw.assign(back=raw.as_of_date.map(back).astype(int))
    by_customer = {
        customer: {row.back: row for row in rows.itertuples()}
        for customer, rows in raw.groupby("customer_id")
    }
    stage = stages.set_index(["customer_id", "as_of_date"]).segment
    published = set(dates[dates.is_published].as_of_date)
    tiers = {}
    for customer, rows in by_customer.items():
        for period, row in rows.items():
            if row.as_of_date not in published:
                continue
            rank = ranks[row.raw_tier_code]
            # Neither grace nor a guardrail makes a customer of who has lapsed.
            is_compared = row.raw_tier_code not in ("L", "P")
            for earlier in range(period + 1, period + 13) if is_compared else []:
                lender = rows.get(earlier)
                if lender is not None and lender.raw_tier_code not in ("L", "P"):
                    grace = graces[lender.policy, lender.raw_tier_code]
                    if grace >= earlier - period:
                        rank = min(rank, ranks[lender.raw_tier_code])
            rule = rules.get(stage[customer, row.as_of_date])
            if is_compared and rule is not None:
                limit = limits.loc[rule]
                rank = min(max(rank, ranks[limit.best_tier]), ranks[limit.worst_tier])
            tiers[customer, row.as_of_date] = ranks.index[ranks == rank][0]
    return pd.Series(tiers)


def test_grace_and_guardrails_as_worked_out_by_hand(sample_build):
    history = sample_build.query("select * from marts.customer_tier_history")
    found = history.set_index(["customer_id", "as_of_date"]).tier_code
    expected = tiers_by_hand(sample_build)
    assert len(found) == len(expected) > 13_000
    assert found.to_dict() == expected.to_dict()
    assert history.is_in_grace.sum() > 100


def test_the_history_ends_with_the_tiers_of_today(sample_build):
    differ = sample_build.rows("""
        select * from (
            select customer_id, tier_code, previous_tier_code, composite_score, net_revenue
            from marts.customer_tier_history where is_current
            except all
            select customer_id, tier_code, previous_tier_code, composite_score, net_revenue
            from marts.customer_tier
        )
    """)
    assert differ == []


def test_changes_are_what_differs_between_closed_periods(sample_build):
    history = sample_build.query("select * from marts.customer_tier_history where not is_current")
    wide = history.pivot(index="customer_id", columns="as_of_date", values="tier_code")
    expected = {
        (customer, day, before, after)
        for previous, day in zip(wide.columns[:-1], wide.columns[1:], strict=True)
        for customer, before, after in zip(wide.index, wide[previous], wide[day], strict=True)
        if before != after and isinstance(before, str) and isinstance(after, str)
    }
    changes = sample_build.query("select * from marts.customer_tier_changes")
    columns = ["customer_id", "as_of_date", "from_tier_code", "to_tier_code"]
    assert set(changes[columns].itertuples(index=False, name=None)) == expected
    assert len(changes) == len(expected) > 500
    # By how much: the difference of the composites at both ends.
    scores = history.set_index(["customer_id", "as_of_date"]).composite_score.fillna(0)
    moved = [
        float(scores[row.customer_id, row.as_of_date])
        - float(scores[row.customer_id, row.previous_date])
        for row in changes.itertuples()
    ]
    assert (changes.composite_change.astype(float) - moved).abs().max() < 1e-9


def test_nobody_rises_because_grace_has_ended(sample_build):
    causes = sample_build.rows("""
        select changes.direction, changes.cause, count(*)
        from marts.customer_tier_changes as changes
        inner join marts.customer_tier_history as after using (customer_id, as_of_date)
        inner join marts.customer_tier_history as before
            on after.customer_id = before.customer_id
            and changes.previous_date = before.as_of_date
        where before.is_in_grace and not after.is_in_grace and changes.cause <> 'guardrail'
        group by all order by all
    """)
    found = {row[:2] for row in causes}
    assert ("down", "end_of_grace") in found
    assert found <= {
        ("down", "end_of_grace"), ("down", "lapsed"), ("up", "points"), ("up", "recalibrated")
    }  # fmt: skip


def unbalanced(build: Workspace) -> list[tuple]:
    """Dates and tiers whose migration does not add up to the customers of both ends."""
    return build.rows("""
        with flows as (select * from marts.tier_migration),
        history as (select * from marts.customer_tier_history),
        ends as (
            select as_of_date as day, to_tier_code as tier_code, 'to' as side, sum(customers) as n
            from flows where to_tier_code <> 'exit' group by all
            union all
            select previous_date, from_tier_code, 'from', sum(customers)
            from flows where from_tier_code <> 'entry' group by all
        ),
        counted as (
            select as_of_date as day, tier_code, side, count(*) as n
            from history cross join (values ('to'), ('from')) as sides (side)
            where (side, as_of_date) <> ('to', (select min(as_of_date) from history))
            and (side, as_of_date) <> ('from', (select max(as_of_date) from history))
            group by all
        )
        select * from ends full join counted using (day, tier_code, side)
        where ends.n is distinct from counted.n
    """)


def test_each_migration_matrix_adds_up_to_the_customers_of_both_ends(sample_build):
    [(periods,)] = sample_build.rows("select count(distinct as_of_date) from marts.tier_migration")
    assert periods == 12
    assert unbalanced(sample_build) == []


def test_a_flow_that_is_lost_is_found(sample_build, tmp_path):
    shutil.copy(sample_build.warehouse, tmp_path / "warehouse.duckdb")
    copy = Workspace(tmp_path)
    with duckdb.connect(str(copy.warehouse)) as connection:
        connection.execute(
            "delete from marts.tier_migration where from_tier_code = 'B' and to_tier_code = 'C'"
            " and as_of_date = (select min(as_of_date) from marts.tier_migration)"
        )
    assert len(unbalanced(copy)) == 2


# --- What was told, and questions about the past ----------------------------------------------


@pytest.fixture(scope="module")
def told(sample_build, tmp_path_factory) -> Workspace:
    """The build of the sample in a project of its own, whose rules the tests change."""
    folder = tmp_path_factory.mktemp("told")
    return copy_of_build(sample_build, folder / "work", project=copy_project(folder / "project"))


def publications(build: Workspace) -> set[tuple]:
    return set(build.rows("select * from marts.tier_publications"))


def test_publications_only_grow(told):
    first = publications(told)
    assert len(first) == 1198

    # A new version of a policy tells everybody under it something new, also in a full refresh.
    policies = told.project / "seeds" / "policies.csv"
    text = policies.read_text("utf-8")
    policies.write_text(text.replace("b2b,3,percentile", "b2b,4,percentile"), "utf-8")
    told.dbt("build", "--full-refresh", *WITHOUT_TESTS)
    second = publications(told)
    assert first < second
    versions = told.rows("""
        select policy, policy_version, count(*) from marts.tier_publications group by all
    """)
    # Members of an account show its tier, and are told nothing of their own.
    [(b2b,)] = told.rows(
        "select count(*) from marts.customer_tier where policy = 'b2b' and not is_member"
    )
    assert ("b2b", "3", b2b) in versions
    assert len(second) == len(first) + b2b


def test_a_question_about_the_past_changes_nothing_that_is_current(told):
    latest = (told.export / "latest").resolve()
    before = publications(told), told.rows("select * from audit.passed_profiles")
    told.dbt("build", *WITHOUT_TESTS, variables={"as_of_date": "2026-03-31"})
    assert (told.export / "latest").resolve() == latest
    assert (publications(told), told.rows("select * from audit.passed_profiles")) == before
    past = (told.export / "past" / "2026-03-31" / "latest").resolve(strict=True)
    manifest = json.loads((past / "manifest.json").read_text("utf-8"))
    assert manifest["as_of_date"] == "2026-03-31"

    # The next run is of today again, whatever was asked in between.
    told.dbt("build", *WITHOUT_TESTS)
    assert told.rows("select distinct as_of_date from marts.customer_tier") == [
        (date(2026, 10, 18),)
    ]
    assert (told.export / "latest").resolve() != latest


# --- Overrides, and who asks to be forgotten --------------------------------------------------


def write(path: Path, *rows: tuple) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture(scope="module")
def overridden(sample_build, tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("overridden")
    data = shutil.copytree(PROJECT / "sample_data", folder / "data")
    write(
        data / "tier_overrides.csv",
        ("customer_id", "tier_code", "reason", "author", "valid_from", "valid_until"),
        ("000020", "A", "anchor customer of the region", "Wang Li", "2026-08-15", "2026-12-31"),
        ("000103", "a", "ended", "Wang Li", "2026-01-01", "2026-02-15"),
        ("000187", "Z", "no such tier", "Wang Li", "2026-01-01", "2026-12-31"),
        ("000187", "A", "", "Wang Li", "2026-01-02", "2026-12-31"),
        ("000187", "A", "ends first", "Wang Li", "2026-03-01", "2026-02-01"),
        ("000187", "A", "no end", "Wang Li", "2026-03-01", ""),
        ("nobody", "A", "unknown", "Wang Li", "2026-01-01", "2026-12-31"),
    )
    workspace = copy_of_build(sample_build, folder / "work", data=data)
    workspace.dbt("build", *WITHOUT_TESTS)
    return workspace


def test_an_override_holds_for_its_time_and_is_shown_as_one(overridden):
    [(tier, raw, english, chinese)] = overridden.rows(
        "select tier_code, raw_tier_code, reason_en, reason_zh from marts.customer_tier"
        " where customer_id = '000020'"
    )
    assert (tier, raw != "A") == ("A", True)
    assert english.endswith(
        "Set by hand (Wang Li, until 2026-12-31): anchor customer of the region."
    )
    assert "人工定级（Wang Li，有效期至2026-12-31）" in chinese
    dates = (
        "select as_of_date from marts.customer_tier_history where is_overridden"
        " and customer_id = ? order by 1"
    )
    ends = [date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 18)]
    assert [day for (day,) in overridden.rows(dates, ["000020"])] == ends
    assert overridden.rows(dates, ["000103"]) == [(date(2026, 1, 31),)]


def test_an_override_that_nobody_can_explain_is_rejected(overridden):
    reasons = overridden.rows("""
        select source_row, reject_reason from marts.rejected_records
        where source = 'tier_overrides' order by source_row
    """)
    assert reasons == [
        (3, "unknown_tier"),
        (4, "missing_explanation"),
        (5, "ends_before_it_begins"),
        (6, "missing_explanation"),
        (7, "unknown_customer"),
    ]


def where_found(build: Workspace, customer: str) -> set[str]:
    """Tables and exported files in which an id stands."""
    found = set()
    tables = build.rows("""
        select schema_name, table_name from duckdb_tables() where not internal
    """)
    for schema, table in tables:
        texts = f"select count(*) from {schema}.{table} as t where to_json(t)::varchar like ?"
        if build.rows(texts, [f'%"{customer}"%'])[0][0]:
            found.add(f"{schema}.{table}")
    for file in build.export.rglob("*.parquet"):
        if file.is_file():
            query = f"select count(*) from '{file}' as t where to_json(t)::varchar like ?"
            if build.rows(query, [f'%"{customer}"%'])[0][0]:
                found.add(str(file.relative_to(build.export)))
    for file in build.export.rglob("*.csv"):
        if customer in file.read_text("utf-8"):
            found.add(str(file.relative_to(build.export)))
    return found


def test_who_is_forgotten_is_in_no_table_and_in_no_file(overridden):
    # With orders, an override, publications, and in the sets of two builds.
    before = where_found(overridden, "000020")
    assert {"raw.orders_lines", "marts.tier_publications", "audit.finished_fingerprints"} <= before
    assert len(list((overridden.export / "builds").iterdir())) == 2

    write(overridden.data / "deletions.csv", ("customer_id", "requested_at"), ("000020", ""))
    totals = "select sum(customers) from marts.tier_migration where is_current"
    [(customers,)] = overridden.rows(totals)
    overridden.dbt("build", *WITHOUT_TESTS)
    assert where_found(overridden, "000020") == {"raw.deletions_lines", "raw.forgotten_ids"}
    assert overridden.rows(totals) == [(customers - 1,)]


# --- One run at a time ------------------------------------------------------------------------


def test_a_second_run_ends_with_a_clear_message_and_hurts_nothing(sample_build, tmp_path):
    shutil.copy(sample_build.warehouse, tmp_path / "warehouse.duckdb")
    workspace = Workspace(tmp_path)
    content = workspace.warehouse.read_bytes()
    hold = (
        "import sys; from pathlib import Path; from customer_tiering.lock import take_lock;"
        "take_lock(Path(sys.argv[1] + '.lock'), 'w'); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(workspace.warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        said = workspace.dbt("build", fails=True).stdout
        holder.stdin.close()
    assert f"Another run is at work in {workspace.warehouse} (process {holder.pid} since" in said
    assert "This run has changed nothing" in said
    assert workspace.warehouse.read_bytes() == content


# --- A flow out of its usual band -------------------------------------------------------------


def test_a_wave_of_demotions_is_warned_about(sample_build, tmp_path):
    [path] = (sample_build.folder / "target" / "compiled").rglob("flows_stay_in_their*.sql")
    query = path.read_text("utf-8")
    assert sample_build.rows(query) == []
    shutil.copy(sample_build.warehouse, tmp_path / "warehouse.duckdb")
    copy = Workspace(tmp_path)
    with duckdb.connect(str(copy.warehouse)) as connection:
        connection.execute("""
            update marts.tier_migration set customers = customers + 60
            where from_tier_code = 'A' and to_tier_code = 'B' and as_of_date =
                (select max(as_of_date) from marts.tier_migration where not is_current)
        """)
    found = [(row[1], row[2]) for row in copy.rows(query)]
    assert ("A", "B") in found
