"""No query compares each row of a large table with each of another: it would end on the sample, and
not on millions of customers."""

import json

import duckdb
import pytest

# Seeds, dates and lines have fewer rows in the sample, customers and records more.
LARGE = 150


def quadratic_joins(plan: dict) -> list[tuple[int, ...]]:
    """Rows on both sides of the joins of a plan that look at all pairs, where both are large."""
    found = [pair for child in plan["children"] for pair in quadratic_joins(child)]
    if plan["name"].startswith(("BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN")):
        rows = tuple(
            int(child.get("extra_info", {}).get("Estimated Cardinality", 0))
            for child in plan["children"]
        )
        found += [rows] if min(rows) >= LARGE else []
    return found


@pytest.fixture(scope="module")
def explained(sample_build):
    with duckdb.connect() as connection:
        # Compiled names are those of the warehouse's file.
        connection.execute(f"attach '{sample_build.warehouse}' as warehouse (read_only)")

        def explain(query: str) -> list[tuple[int, ...]]:
            [(_, plan)] = connection.execute(f"explain (format json) {query}").fetchall()
            return [pair for root in json.loads(plan) for pair in quadratic_joins(root)]

        yield explain


def test_no_model_looks_at_all_pairs(sample_build, explained):
    compiled = sorted((sample_build.folder / "target" / "compiled").rglob("models/**/*.sql"))
    models = [file for file in compiled if file.parent.suffix != ".yml"]
    assert len(models) > 200
    found = {file.stem: joins for file in models if (joins := explained(file.read_text("utf-8")))}
    found.pop("int_contract_months", None)  # Contracts, and the 240 months of twenty years.
    assert found == {}


def test_a_join_of_all_pairs_is_found(explained):
    customers = "warehouse.marts.customer_tier"
    by_key = "left join {0} as other on one.customer_id = other.customer_id {1}"
    query = f"select count(*) from {customers} as one "
    assert explained(query + by_key.format(customers, "")) == []
    # A condition on the left side alone, which an engine cannot apply before a left join.
    assert explained(query + by_key.format(customers, "and one.tier_code <> 'A'"))
