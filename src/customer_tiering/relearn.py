"""What a Python model of fits/ need not learn again: dates at which nothing has changed.

SQL models say it with the materialization `restated`; a Python model is rewritten whole and takes
the rows of the other dates over from its own table, as the last finished run left it.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from customer_tiering.warehouse import warehouse_of


def relearned(
    dbt: Any,
    session: Any,
    learn: Callable[..., pa.Table],
    tables: list[Any],
    restated: Any,
    scored: Any,
) -> Any:
    """Learn at the dates that take part in this run, and keep what was learned at the others.

    Args:
        dbt: what dbt gives a Python model.
        session: what dbt gives it, too.
        learn: from the tables to the rows of the model; those of a date hang on its rows alone.
        tables: what `dbt.ref` gives; each has a column as_of_date.
        restated: the same of int_dates_to_restate.
        scored: the same of int_scoring_dates.
    """
    warehouse = warehouse_of(session)
    in_run, all_dates = (
        pc.unique(warehouse.read(dates)["as_of_date"].combine_chunks())
        for dates in (restated, scored)
    )
    rows = [warehouse.read(table) for table in tables]
    # On Spark, and in a first run, none.
    others = all_dates.filter(pc.invert(pc.is_in(all_dates, value_set=in_run)))
    if not len(others):
        return warehouse.result(learn(*rows))
    kept = _of_dates(warehouse.read(session.sql(f"select * from {dbt.this}")), others)
    if len(in_run):
        learned = learn(*(_of_dates(table, in_run) for table in rows))
        kept = kept.select(learned.column_names).cast(learned.schema)
        kept = pa.concat_tables([kept, learned])
    return warehouse.result(kept)


def _of_dates(table: pa.Table, dates: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["as_of_date"], value_set=dates))
