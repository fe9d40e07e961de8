"""Are the tables that two engines built the same? Each side is a set of Parquet files."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

# What is published, and what tells the rows of a table apart. Not what was told when, which is not
# the same in two builds.
PUBLISHED = {
    "customer_tier": ("customer_id",),
    "customer_tier_factors": ("customer_id", "factor"),
    "customer_actions": ("customer_id",),
    "customer_360": ("customer_id",),
    "customer_tags": ("customer_id", "rule_set", "tag"),
    "cluster_profiles": ("business_line", "cluster"),
    "campaign_effect": ("campaign_id", "arm", "grouping_name", "group_code", "outcome"),
    "tier_performance": (
        *("as_of_date", "business_line", "grouping_name", "group_code"),
        *("policy", "policy_version"),
    ),
    "acquisition_funnel": ("business_line", "contact_month", "acquisition_channel", "owner"),
    "tier_forecast": ("business_line", "forecast_date", "tier_code"),
    "segment_quality": ("business_line", "segmentation", "group_code"),
    "customer_identities": ("record_id",),
    "account_members": ("customer_id",),
    "identity_review": ("problem", "first_record_id", "last_record_id", "because_en"),
    "customer_tier_history": ("customer_id", "as_of_date"),
    "customer_tier_changes": ("customer_id", "as_of_date"),
    "tier_migration": ("as_of_date", "business_line", "from_tier_code", "to_tier_code"),
    "scoring_parameters": ("as_of_date", "business_line", "method", "parameter"),
    "method_backtest": (
        *("business_line", "horizon_days", "is_pooled", "as_of_date", "outcome", "metric"),
        *("method", "position"),
    ),
    "method_skill": ("business_line", "as_of_date", "method"),
    "method_recommendation": ("business_line", "goal", "method"),
    "method_guide": ("goal", "data", "business_model", "method"),
    "weight_proposal": ("policy", "weight_set", "method"),
    "concentration": ("as_of_date", "business_line", "top_percent"),
    "clv_calibration": ("business_line", "predicted_value", "tenth"),
    "propensity_calibration": ("business_line", "probability", "tenth"),
    "rejected_records": ("source", "source_file", "source_row"),
    "row_reconciliation": ("source",),
}
# What had been told by a date is another in a warehouse that was built later.
RESTATED_ROWS = {"tier_performance": " where grouping_name <> 'published_tier'"}
RELATIVE = 1e-9
NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "INTEGER", "BIGINT")


@dataclass(frozen=True)
class Difference:
    """What is not the same in one table.

    Attributes:
        table: its name.
        what: a column, `only on the left`, `only on the right`, or `columns`.
        rows: in how many rows.
        example: one of them.
    """

    table: str
    what: str
    rows: int
    example: str


def compare(table: str, key: tuple[str, ...], left: str, right: str) -> list[Difference]:
    """Compare two versions of a table, row by row: texts and dates exactly, numbers to 1e-9.

    Args:
        table: its name, for what is found.
        key: its key; a key that is there twice is found too.
        left: a query of one version.
        right: a query of the other.
    """
    with duckdb.connect() as connection:
        types = {}
        for side, query in {"a": left, "b": right}.items():
            connection.execute(f"create view {side} as select *, true as is_there from ({query})")
            types[side] = _types(connection, side)
        if types["a"].keys() != types["b"].keys():
            odd = types["a"].keys() ^ types["b"].keys()
            return [Difference(table, "columns", len(odd), ", ".join(sorted(odd)))]
        other_types = {c: (t, types["b"][c]) for c, t in types["a"].items() if t != types["b"][c]}
        if other_types:
            return [Difference(table, "types", len(other_types), str(other_types))]
        keys = ", ".join(key)
        twice = "select {0} from {1} group by {0} having count(*) > 1"
        found = [
            Difference(table, f"the key is there twice in {side}", len(rows), str(rows[0]))
            for side in "ab"
            if (rows := connection.execute(twice.format(keys, side)).fetchall())
        ]
        connection.execute(
            "create table joined as select a, b from a full join b on "
            + " and ".join(f"a.{column} is not distinct from b.{column}" for column in key)
        )
        shown = ", ".join(f"coalesce(a.{column}, b.{column})::varchar" for column in key)
        checks = {
            "only on the left": ("b.is_there is null", shown),
            "only on the right": ("a.is_there is null", shown),
        } | {
            column: (
                f"a.is_there and b.is_there and ({_unequal(column, type_)})",
                f"{shown}, a.{column}::varchar, b.{column}::varchar",
            )
            for column, type_ in types["a"].items()
        }
        for what, (condition, example) in checks.items():
            query = f"select count(*), any_value([{example}]) from joined where {condition}"
            rows, first = connection.execute(query).fetchone()
            if rows:
                found.append(Difference(table, what, rows, str(first)))
        return found


def _types(connection: duckdb.DuckDBPyConnection, view: str) -> dict[str, str]:
    described = connection.execute(f"describe {view}").fetchall()
    return {row[0]: row[1] for row in described if row[0] != "is_there"}


def _unequal(column: str, type_: str) -> str:
    left, right = f"a.{column}", f"b.{column}"
    if not type_.startswith(NUMBERS):
        return f"{left} is distinct from {right}"
    close = (
        f"abs({left}::double - {right}::double)"
        f" <= {RELATIVE} * greatest(abs({left}::double), abs({right}::double))"
    )
    return f"({left} is null) <> ({right} is null) or not {close}"


def of_duckdb(export: Path, table: str) -> str:
    """The query of a table in an export of DuckDB."""
    path = export / "latest" / f"{table}.parquet"
    files = f"{path}/*.parquet" if path.is_dir() else path
    return f"select * from read_parquet('{files}'){RESTATED_ROWS.get(table, '')}"


def of_spark(export: Path, table: str) -> str:
    """The query of a table in an export of Spark."""
    files = f"{export}/latest/{table}.parquet/*.parquet"
    return f"select * from read_parquet('{files}'){RESTATED_ROWS.get(table, '')}"
