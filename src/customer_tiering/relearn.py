"""What a Python model of fits/ need not learn again: dates at which nothing has changed.

SQL models say it with the materializations `restated` and `calibrated`; a Python model is rewritten
whole and takes other rows over from its own table, as the last finished run left it.
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
    dates = _dates(warehouse.read(scored)["as_of_date"])
    in_run = _dates(warehouse.read(restated)["as_of_date"])
    rows = [_of_dates(warehouse.read(table), in_run) for table in tables]
    return warehouse.result(_with_kept(dbt, session, learn(*rows), dates, in_run))


def calibrated(
    dbt: Any,
    session: Any,
    learn: Callable[..., pa.Table],
    tables: list[Any],
    restated: Any,
    calibrations: Any,
    previous: dict[Any, Any] | None = None,
) -> Any:
    """The same at calibration dates alone, each of which holds until the next (fit_calibrations).

    Args:
        dbt: what dbt gives a Python model.
        session: what dbt gives it, too.
        learn: from the tables to the rows of the model, of lines or of all lines together.
        tables: what `dbt.ref` gives; each has a column as_of_date.
        restated: the same of int_dates_to_restate.
        calibrations: the same of fit_calibrations.
        previous: the date on whose rows those of a date hang, too; it is filled in here.
    """
    warehouse = warehouse_of(session)
    held = warehouse.read(calibrations)
    dates = _dates(held["calibrated_at"])
    in_run = dates.filter(pc.is_in(dates, value_set=_dates(warehouse.read(restated)["as_of_date"])))
    needed = in_run
    if previous is not None:
        days = (held[name].to_pylist() for name in ("calibrated_at", "previous_date"))
        previous |= dict(zip(*days, strict=True))
        before = [previous[day] for day in in_run.to_pylist()]
        needed = pc.unique(pa.concat_arrays([in_run, pa.array(before, in_run.type)]))
    rows = [_of_dates(warehouse.read(table), needed) for table in tables]
    learned = _with_kept(dbt, session, _of_dates(learn(*rows), in_run), dates, in_run)
    keys = ["as_of_date", "business_line"]
    if "business_line" not in learned.column_names:
        held = held.filter(pc.equal(held["business_line"], "all")).drop(["business_line"])
        keys = keys[:1]
    held = held.drop(["is_by_policy", "previous_date"])
    held = held.rename_columns({"as_of_date": "held_at", "calibrated_at": "as_of_date"})
    joined = held.join(learned, keys, join_type="inner")
    joined = joined.drop(["as_of_date"]).rename_columns({"held_at": "as_of_date"})
    return warehouse.result(joined.select(learned.column_names).cast(learned.schema))


def _with_kept(
    dbt: Any, session: Any, learned: pa.Table, dates: pa.Array, in_run: pa.Array
) -> pa.Table:
    """What was learned in this run, and at the dates that are not in it before."""
    others = dates.filter(pc.invert(pc.is_in(dates, value_set=in_run)))
    # In a run that works out everything, none.
    if not len(others):
        return learned
    table = warehouse_of(session).read(session.sql(f"select * from {dbt.this}"))
    kept = _of_dates(table, others).select(learned.column_names).cast(learned.schema)
    return pa.concat_tables([kept, learned])


def _dates(column: pa.ChunkedArray) -> pa.Array:
    return pc.unique(column.combine_chunks())


def _of_dates(table: pa.Table, dates: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["as_of_date"], value_set=dates))
