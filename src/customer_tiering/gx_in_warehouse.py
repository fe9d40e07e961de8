"""Great Expectations, pushed down to the warehouse: everything that knows about it is here."""

import logging
import os
from collections.abc import Sequence
from typing import Any

# Before the import, or it would ask the internet.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
)
from great_expectations.execution_engine import sqlalchemy_execution_engine

from customer_tiering.engines.base import Warehouse

# It tells of every temporary folder, in the middle of dbt's own lines.
logging.getLogger("great_expectations").setLevel(logging.WARNING)

EXAMPLES = 5
"""How many failing rows a column expectation shows."""


class _Dialect(str):
    """A name that looks like a member of GX's private enumeration of dialects."""

    @property
    def value(self) -> str:
        return str(self)


def keep_connections_open() -> None:
    """Let GX hold one connection to DuckDB or Spark, as it does for SQLite.

    Otherwise GX closes the connection before it fetches, the rollback empties the result, and
    nearly every expectation ends in an IndexError. `tests/test_gate_engine.py` tells when this
    is no longer needed.
    """
    known = sqlalchemy_execution_engine._PERSISTED_CONNECTION_DIALECTS
    if "duckdb" not in known:
        ours = (_Dialect("duckdb"), _Dialect("hive"))
        sqlalchemy_execution_engine._PERSISTED_CONNECTION_DIALECTS = (*known, *ours)


def in_memory_context() -> EphemeralDataContext:
    """A context of GX that leaves nothing behind."""
    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            analytics_enabled=False,
        ),
    )


def validate(
    warehouse: Warehouse,
    schema: str,
    suites: Sequence[dict[str, Any]],
    context: EphemeralDataContext | None = None,
) -> list[list[dict[str, Any]]]:
    """Run suites in the database and give back what GX found.

    Args:
        warehouse: where the tables are.
        schema: where the tables of the suites are.
        suites: what `gate.load_suites` gives.
        context: for who wants to do more with the results; a fresh one otherwise.

    Returns:
        For each suite, GX's result for each of its expectations as plain values, in their order.
    """
    keep_connections_open()
    context = context or in_memory_context()
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        "warehouse",
        # Only its dialect counts: connections are made by the warehouse.
        connection_string=f"{warehouse.dialect}://",
        kwargs={"creator": warehouse.connect},
        create_temp_table=False,
    )
    return [_validate_one(context, source, schema, suite) for suite in suites]


def _validate_one(
    context: EphemeralDataContext, source: Any, schema: str, suite: dict[str, Any]
) -> list[dict[str, Any]]:
    table = suite["meta"]["table"]
    batch = source.add_table_asset(suite["name"], table_name=table, schema_name=schema)
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=suite["name"],
            data=batch.add_batch_definition_whole_table("all rows"),
            suite=context.suites.add(gx.ExpectationSuite(**suite)),
        )
    )
    found = definition.run(
        result_format={"result_format": "COMPLETE", "partial_unexpected_count": EXAMPLES}
    )
    # GX gives them back in an order of its own.
    by_description = {
        result.expectation_config.description: result.to_json_dict() for result in found.results
    }
    return [by_description[expectation["description"]] for expectation in suite["expectations"]]
