"""One row per scored date, business line and history of purchases: what is to be expected."""

from customer_tiering.clv_tables import grid
from customer_tiering.relearn import relearned


def model(dbt, session):
    """Work out what has no closed form in SQL, once for all customers with the same history."""
    dbt.config(materialized="table")
    lines = dbt.ref("fit_clv_lines")
    fits = dbt.ref("fit_clv")
    histories = dbt.ref("fit_clv_histories")
    restated, scored = dbt.ref("int_dates_to_restate"), dbt.ref("int_scoring_dates")
    tables = [lines, fits, histories]
    return relearned(dbt, session, grid, tables, restated, scored)
