"""One row per campaign, arm, grouping, group and outcome: treated against control."""

from customer_tiering.campaigns import effects
from customer_tiering.engines import warehouse_of


def model(dbt, session):
    """Judge the sums of each campaign."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    return warehouse.result(effects(warehouse.read(dbt.ref("campaign_sums"))))
