"""One row per scored date and business line with buyers: the parameters of the CLV models."""

from customer_tiering.clv_tables import fitted
from customer_tiering.relearn import calibrated


def model(dbt, session):
    """Fit the modified BG/NBD and Gamma-Gamma to the bounded summaries of each date and line."""
    dbt.config(materialized="table")
    lines = dbt.ref("fit_clv_lines")
    histories = dbt.ref("fit_clv_histories")
    spends = dbt.ref("fit_clv_spends")
    held_out = dbt.ref("fit_clv_held_out")
    restated, calibrations = dbt.ref("int_dates_to_restate"), dbt.ref("fit_calibrations")
    tables = [lines, histories, spends, held_out]
    return calibrated(dbt, session, fitted, tables, restated, calibrations)
