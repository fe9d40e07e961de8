"""What must hold on any data. Every check is seen to fail on a fault that is planted."""

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from conftest import Workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from replica import compiled_sql, copy_of, execute, replacing, rerun

Rows = Callable[[str], list[tuple]]

# --- Point in time: a row of date D depends on nothing that happened after D ------------------

# Source: the model that knows its dates, the key whose versions go together, the date.
DATED = {
    "orders": ("intermediate.int_orders", "order_id", "order_date"),
    "refunds": ("intermediate.int_refunds", "refund_id", "refund_date"),
    "interactions": ("intermediate.int_interactions", "interaction_id", "interaction_date"),
    "events": ("intermediate.int_events", "event_id", "event_date"),
    "tickets": ("intermediate.int_tickets", "ticket_id", "opened_date"),
    "campaign_touches": ("intermediate.int_campaign_touches", "touch_id", "touch_date"),
    "opportunities": ("intermediate.int_opportunities", "opportunity_id", "created_date"),
    "subscriptions": ("intermediate.int_subscriptions", "subscription_id", "started_date"),
    "surveys": ("intermediate.int_surveys", "response_id", "answer_date"),
    "referrals": ("intermediate.int_referrals", "referral_id", "referral_date"),
    "consents": ("intermediate.int_consents", "customer_id || channel || since_at", "since_date"),
    "social_profiles": (
        *("intermediate.int_social_profiles", "customer_id || platform || measured_at"),
        "measured_date",
    ),
    "fx_rates": ("staging.stg_fx_rates", "currency || '@' || valid_from", "valid_from"),
}


# What is learned at an earlier scored date, or starts from one. The build of the sample scores so
# few dates before the second of the days below that these know less than on that day.
LEARNED_EARLIER = {
    *("fits.fit_propensity_sample", "fits.fit_propensity", "fits.fit_clusters"),
    *("fits.fit_parameters", "scores.score_propensity", "segments.segment_cluster"),
    *("fits.fit_tree", "segments.segment_tree"),
    # Propensity is a part of the composite.
    *("tiers.tier_composite", "tiers.tier_cut_points", "tiers.tier_assigned"),
}


def cut_after(build: Workspace, day: date, folder: Path) -> Workspace:
    """Write the raw data of a build once more, without the facts dated after a day.

    All versions of a record go by the date of the one that counts: a correction that arrives
    later corrects the past. Records of customers stay, of those who became known later, too: which
    records are one person, and whose phone is nobody's, are taken as known today.
    """
    data = folder / "data"
    data.mkdir()
    kept = {
        "customers": "select source_row from intermediate.int_customer_records",
        "products": "select source_row from raw.products",
        "campaigns": "select source_row from raw.campaigns",
    }
    for source, (model, key, dated) in DATED.items():
        of_source = "and source = 'refunds'" if source == "refunds" else ""
        counts = f"outcome not in ('superseded', 'deduplicated') {of_source}"
        later = f"select {key} from {model} where {dated} > '{day}' and {counts}"
        kept[source] = (
            f"select source_row from {model} where (({key}) in ({later})) is not true {of_source}"
        )
        if source == "orders":
            kept["order_items"] = (
                f"select source_row from intermediate.int_order_items"
                f" where (order_id in ({later})) is not true"
            )
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        for source, rows in kept.items():
            connection.execute(f"""
                copy (
                    select * exclude (source_row) from raw.{source}
                    where source_row in ({rows}) order by source_row
                ) to '{data / source}.parquet' (format parquet)
            """)
    return Workspace(folder, data=data)


def tables_that_differ(full: Workspace, cut: Workspace, day: date) -> dict[str, tuple[int, int]]:
    """Tables whose rows of a date are not the same: rows of the one only, of the other only."""
    tables = [
        name
        for (name,) in full.rows("""
            select table_schema || '.' || table_name from information_schema.columns
            where
                column_name = 'as_of_date'
                and (
                    table_schema in ('fits', 'scores', 'segments')
                    or table_name in (
                        'int_customer_features', 'tier_composite', 'tier_cut_points',
                        'tier_assigned'
                    )
                )
        """)
    ]
    assert len(tables) >= 12, tables
    differ = {}
    for table in tables:
        select = f"select * from {table} where as_of_date = ?"
        in_full, in_cut = Counter(full.rows(select, [day])), Counter(cut.rows(select, [day]))
        assert in_full or table in LEARNED_EARLIER, f"{table} has no rows of {day}"
        if in_full != in_cut:
            differ[table] = ((in_full - in_cut).total(), (in_cut - in_full).total())
    return differ


@pytest.fixture(scope="module", params=[date(2026, 3, 31), date(2025, 10, 31)], ids=str)
def cut_build(request, sample_build, tmp_path_factory) -> tuple[Workspace, date]:
    """A build of what was known on a past month end, and that date."""
    day = request.param
    cut = cut_after(sample_build, day, tmp_path_factory.mktemp(f"cut_{day}"))
    cut.dbt(
        *("build", "--resource-type", "seed", "--resource-type", "model", "--select"),
        *("+tier_assigned", "+path:models/fits", "+path:models/scores", "+path:models/segments"),
        variables={"as_of_date": str(day)},
    )
    return cut, day


def test_rows_of_a_date_depend_on_nothing_later(sample_build, cut_build):
    cut, day = cut_build
    orders = "select count(*) from intermediate.int_orders where outcome = 'accepted'"
    assert cut.rows(orders) < sample_build.rows(orders)
    differ = tables_that_differ(sample_build, cut, day)
    assert differ.keys() <= (LEARNED_EARLIER if day == date(2025, 10, 31) else set()), differ


def test_a_model_that_peeks_at_later_facts_is_found(sample_build, cut_build, tmp_path):
    cut, day = cut_build
    peeking = copy_of(sample_build, tmp_path)
    to_the_end = replacing("preceding and current row", "preceding and unbounded following")
    rerun(peeking, "int_customer_states", "int_customer_features", fault=to_the_end)
    assert "intermediate.int_customer_features" in tables_that_differ(peeking, cut, day)


# --- Every raw record is accounted for --------------------------------------------------------


def records_in_file(path: Path) -> int:
    """The number of records as Python's own readers count them, without the header."""
    if path.suffix == ".parquet":
        return pq.ParquetFile(path).metadata.num_rows
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="gb18030")
    return sum(1 for record in csv.reader(text.splitlines(keepends=True)) if record) - 1


def unaccounted_rows(build: Workspace) -> list[str]:
    """Sources that do not add up, or whose number of rows is not that of their file."""
    problems = []
    sources = build.rows("""
        select
            source, source_file, rows_in, rows_accepted + rows_rejected + rows_deduplicated
            + rows_superseded + rows_excluded + rows_forgotten
        from marts.row_reconciliation
    """)
    assert len(sources) == 19
    for source, file, rows_in, accounted in sources:
        if rows_in != accounted:
            problems.append(f"{source}: {rows_in} came in, {accounted} are accounted for")
        in_file = records_in_file(build.data / file) if file else 0
        if rows_in != in_file:
            problems.append(f"{source}: the file has {in_file} records, {rows_in} came in")
    return problems


def test_every_raw_record_is_accounted_for(sample_build):
    assert unaccounted_rows(sample_build) == []


def test_a_record_that_a_model_drops_is_missed(sample_build, tmp_path):
    copy = copy_of(sample_build, tmp_path)
    execute(copy, "delete from intermediate.int_orders where source_row = 17")
    rerun(copy, "int_row_counts", "row_reconciliation")
    [problem] = unaccounted_rows(copy)
    assert problem.startswith("orders: 9066 came in, 9065 are")


def test_a_record_that_the_reader_drops_is_missed(sample_build, tmp_path):
    copy = copy_of(sample_build, tmp_path)
    execute(
        copy,
        "delete from raw.orders_lines where order_id = (select min(order_id) from"
        " intermediate.int_orders where outcome = 'accepted')",
        "delete from intermediate.int_orders where order_id = (select min(order_id) from"
        " intermediate.int_orders where outcome = 'accepted')",
    )
    rerun(copy, "stg_record_counts", "int_row_counts", "row_reconciliation")
    [problem] = unaccounted_rows(copy)
    assert problem.startswith("orders: the file has")


# --- The factors are the composite ------------------------------------------------------------


def unexplained_composites(build: Workspace) -> list[tuple]:
    """Customers whose points do not add up to their composite, or whose weights not to 1."""
    return build.rows("""
        with factors as (
            select customer_id, sum(points) as points, sum(weight) as weight
            from marts.customer_tier_factors
            group by customer_id
        )

        select customer_id, composite_score, points, weight
        from marts.customer_tier
        full outer join factors using (customer_id)
        where points is distinct from composite_score or weight <> 1
    """)


def test_the_points_of_the_factors_add_up_to_the_composite_exactly(sample_build):
    types = "select distinct typeof(points), typeof(weight) from marts.customer_tier_factors"
    assert sample_build.rows(types) == [("DECIMAL(9,4)", "DECIMAL(9,4)")]
    assert unexplained_composites(sample_build) == []


@pytest.mark.parametrize("column", ["points", "weight"])
def test_a_factor_that_is_off_by_the_last_digit_is_found(sample_build, tmp_path, column):
    copy = copy_of(sample_build, tmp_path)
    execute(
        copy,
        f"update marts.customer_tier_factors set {column} = {column} + 0.0001 where factor = 'rfm'"
        " and customer_id = (select min(customer_id) from marts.customer_tier_factors)",
    )
    assert len(unexplained_composites(copy)) == 1


# --- Equal customers are treated equally ------------------------------------------------------

HAS_BOUGHT = "features.purchase_day_count > 0"
BOUGHT_LATELY = "features.order_count > 0"
RFM_RULES = [
    # The score, the table that has it, and all that it may depend on.
    ("r_score", "scores.score_rfm", "features.recency_days"),
    ("f_score", "scores.score_rfm", f"features.order_count, {HAS_BOUGHT}"),
    ("m_score", "scores.score_rfm", f"features.net_revenue, {BOUGHT_LATELY}, {HAS_BOUGHT}"),
]
RULES = [
    *RFM_RULES,
    ("revenue_score", "scores.score_contribution", "features.net_revenue"),
    (
        "margin_rate_score",
        "scores.score_contribution",
        f"features.margin, features.net_revenue, {BOUGHT_LATELY}",
    ),
    ("referrals_score", "scores.score_contribution", "features.referral_count"),
    ("interactions_score", "scores.score_contribution", "features.interaction_count"),
    ("score", "scores.score_lifecycle", "scored.overdue_ratio"),
    (
        "raw_tier_code",
        "tiers.tier_assigned",
        "scored.composite_score, scored.lifecycle_stage = 'churned'",
    ),
]


def split_ties(rows: Rows, rules: list[tuple[str, str, str]] = RULES) -> set[str]:
    """The scores that differ between customers of a date and line who are equal."""
    return {
        score
        for score, table, measures in rules
        if rows(f"""
            select 1
            from intermediate.int_customer_features as features
            inner join {table} as scored using (customer_id, as_of_date)
            group by features.as_of_date, features.business_line, {measures}
            having count(distinct coalesce(cast(scored.{score} as varchar), 'none')) > 1
            limit 1
        """)
    }


def rfm_by_groups_of_equal_size(sql: str) -> str:
    """The usual way, as a fault: five groups of equal size, which split ties by row order."""
    return (
        "select * replace (ntile(5) over (partition by as_of_date order by order_count)"
        f" as f_score) from ({sql}) as scored"
    )


def test_equal_customers_have_equal_scores_and_tiers(sample_build):
    assert split_ties(sample_build.rows) == set()


def test_groups_of_equal_size_are_found_to_split_ties(sample_build, tmp_path):
    copy = copy_of(sample_build, tmp_path)
    rerun(copy, "score_rfm", fault=rfm_by_groups_of_equal_size)
    by_rank = (
        "select * replace (round(composite_score) as composite_score,"
        " cast(ntile(4) over (order by round(composite_score)) as varchar) as raw_tier_code)"
        " from tiers.tier_assigned"
    )
    execute(copy, f"create or replace table tiers.tier_assigned as {by_rank}")
    assert split_ties(copy.rows) == {"f_score", "raw_tier_code"}


@st.composite
def customers(draw) -> tuple:
    """The measures of a random customer; few values, so that many customers are equal."""
    line = draw(st.sampled_from(["a", "b"]))
    kind = draw(st.sampled_from(["active", "active", "active", "lapsed", "prospect"]))
    interactions = draw(st.integers(0, 2))
    if kind == "prospect":
        return line, 0, None, 0, Decimal(0), interactions
    revenue = Decimal(draw(st.sampled_from([-250, 0, 1, 999, 1000, 1234, 5555, 123456]))) / 100
    if kind == "lapsed":
        return line, draw(st.integers(1, 3)), draw(st.integers(365, 369)), 0, -abs(revenue), 0
    orders = draw(st.integers(1, 4))
    return line, orders, draw(st.integers(0, 364)), orders, revenue, interactions


@pytest.fixture(scope="module")
def small_worlds(sample_build) -> Callable[..., None]:
    """Scores any list of customers by the models' own SQL, without dbt, and checks the ties."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse; use warehouse")
    connection.execute("create schema intermediate; create schema fits; create schema scores")
    connection.execute(f"attach '{sample_build.warehouse}' as built (read_only)")
    connection.execute("create schema seeds")
    for seed in ("component_weights", "policies"):
        connection.execute(f"create table seeds.{seed} as from built.seeds.{seed}")
    features = "intermediate.int_customer_features"
    connection.execute(f"create table {features} as from built.{features} limit 0; detach built")
    fit, score = (compiled_sql(sample_build, name) for name in ("fit_cut_points", "score_rfm"))

    def check(world: list[tuple], fault: Callable[[str], str] = str) -> None:
        connection.execute("truncate table intermediate.int_customer_features")
        connection.executemany(
            "insert into intermediate.int_customer_features (as_of_date, policy, customer_id,"
            " business_line, purchase_day_count, recency_days, order_count, net_revenue,"
            " interaction_count) values ('2024-01-31', 'default', ?, ?, ?, ?, ?, ?, ?)",
            [(number, *customer) for number, customer in enumerate(world)],
        )
        connection.execute(f"create or replace table fits.fit_cut_points as {fit}")
        connection.execute(f"create or replace table scores.score_rfm as {fault(score)}")
        cells = "count(*) filter (regexp_full_match(rfm_cell, '[1-5][1-5][1-5]'))"
        counts = connection.execute(f"select count(*), {cells} from scores.score_rfm").fetchone()
        assert counts == (len(world), sum(customer[1] > 0 for customer in world))
        assert split_ties(lambda sql: connection.execute(sql).fetchall(), RFM_RULES) == set()

    yield check
    connection.close()


RANDOM_WORLDS = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_no_world_splits_equal_customers(small_worlds):
    @RANDOM_WORLDS
    @given(st.lists(customers(), min_size=1, max_size=25))
    def scores_hold(world):
        small_worlds(world)

    scores_hold()


def test_some_world_shows_that_groups_of_equal_size_split_customers(small_worlds):
    @RANDOM_WORLDS
    @given(st.lists(customers(), min_size=1, max_size=25))
    def scores_hold(world):
        small_worlds(world, rfm_by_groups_of_equal_size)

    with pytest.raises(AssertionError, match="f_score"):
        scores_hold()
