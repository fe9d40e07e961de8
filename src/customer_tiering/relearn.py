"""What a Python model of fits/ need not learn again: dates at which nothing has changed.

SQL models say it with the materialization `restated`; a Python model is rewritten whole and takes
the rows of the other dates over from its own table, as the last finished run left it.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from customer_tiering.engines import warehouse_of


def relearned(
    dbt: Any,
    session: Any,
    learn: Callable[..., pa.Table],
    tables: list[Any],
    restated: Any,
    scored: Any,
    looks_back: bool = False,
) -> Any:
    """Learn at the dates that take part in this run, and keep what was learned at the others.

    Args:
        dbt: what dbt gives a Python model.
        session: what dbt gives it, too.
        learn: from the tables to the rows of the model; those of a date hang on its rows alone.
        tables: what `dbt.ref` gives; each has a column as_of_date.
        restated: the same of int_dates_to_restate.
        scored: the same of int_scoring_dates.
        looks_back: whether the rows of a date hang on those of the date before it, too.
    """
    warehouse = warehouse_of(session)
    dates = warehouse.read(scored)
    all_dates = pc.unique(dates["as_of_date"].combine_chunks())
    in_run = pc.unique(warehouse.read(restated)["as_of_date"].combine_chunks())
    needed = in_run
    if looks_back:
        again = dates.filter(pc.is_in(dates["as_of_date"], value_set=in_run))
        needed = pc.unique(pa.concat_arrays([in_run, *again["previous_date"].chunks]))
    rows = [warehouse.read(table) for table in tables]
    # In a run that works out everything, none.
    others = all_dates.filter(pc.invert(pc.is_in(all_dates, value_set=in_run)))
    if not len(others):
        return warehouse.result(learn(*rows))
    kept = _of_dates(warehouse.read(session.sql(f"select * from {dbt.this}")), others)
    if len(in_run):
        learned = _of_dates(learn(*(_of_dates(table, needed) for table in rows)), in_run)
        kept = kept.select(learned.column_names).cast(learned.schema)
        kept = pa.concat_tables([kept, learned])
    return warehouse.result(kept)


def _of_dates(table: pa.Table, dates: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["as_of_date"], value_set=dates))
