"""Writes the published tables as files, in one set; one row per file."""

import os

import pyarrow

from customer_tiering.engines import warehouse_of
from customer_tiering.engines.base import Table
from customer_tiering.export import export_tables
from customer_tiering.verdict import export_folder


def model(dbt, session):
    """List what is exported, and sorted by what. The largest come first: see export_tables.

    Who people are is left out unless it is asked for; a test compares this with the columns that
    the YAML of the tables marks as personal.
    """
    # In the schema of the gate's records, where the publications are recorded too.
    dbt.config(schema="audit", materialized="table")
    dbt.ref("run_scope")
    dbt.ref("int_scoring_dates")
    dbt.ref("tier_dates_to_restate")
    unchanged_dates = (
        "select as_of_date from intermediate.int_scoring_dates"
        " where as_of_date not in (select as_of_date from tiers.tier_dates_to_restate)"
    )
    with_personal = os.environ.get("EXPORT_PERSONAL") == "yes"
    tables = [
        Table("customer_tier", dbt.ref("customer_tier"), ("customer_id",)),
        Table("customer_actions", dbt.ref("customer_actions"), ("customer_id",)),
        Table("customer_360", dbt.ref("customer_360"), ("customer_id",)),
        Table("customer_tags", dbt.ref("customer_tags"), ("customer_id", "rule_set", "tag")),
        Table("cluster_profiles", dbt.ref("cluster_profiles"), ("business_line", "cluster")),
        Table(
            "campaign_effect",
            dbt.ref("campaign_effect"),
            ("campaign_id", "arm", "grouping_name", "group_code", "outcome"),
        ),
        Table("customer_identities", dbt.ref("customer_identities"), ("record_id",)),
        Table("account_members", dbt.ref("account_members"), ("customer_id",)),
        Table(
            "identity_review",
            dbt.ref("identity_review"),
            ("problem", "first_record_id", "last_record_id", "because_en"),
        ),
        Table("customer_tier_factors", dbt.ref("customer_tier_factors"), ("customer_id", "factor")),
        Table(
            "customer_tier_history",
            dbt.ref("customer_tier_history"),
            ("as_of_date", "customer_id"),
            parts_by="as_of_date",
            unchanged=unchanged_dates,
        ),
        Table(
            "customer_tier_changes",
            dbt.ref("customer_tier_changes"),
            ("as_of_date", "customer_id"),
            parts_by="as_of_date",
            unchanged=unchanged_dates,
        ),
        Table(
            "tier_publications",
            dbt.ref("tier_publications"),
            ("published_at", "customer_id"),
            parts_by="published_at",
            unchanged="select distinct published_at from marts.tier_publications"
            " where not exists (select 1 from audit.run_scope where has_new_deletions)",
        ),
        Table(
            "tier_migration",
            dbt.ref("tier_migration"),
            ("as_of_date", "business_line", "from_tier_code", "to_tier_code"),
        ),
        Table(
            "scoring_parameters",
            dbt.ref("scoring_parameters"),
            ("as_of_date", "business_line", "method", "parameter"),
        ),
        Table(
            "rejected_records",
            dbt.ref("rejected_records"),
            ("source", "source_file", "source_row", "reject_reason"),
            left_out=() if with_personal else ("raw_record",),
        ),
        Table("row_reconciliation", dbt.ref("row_reconciliation"), ("source",)),
    ]
    periods = "as_of_date business_line grouping_name group_code policy policy_version"
    funnel = "business_line contact_month acquisition_channel owner"
    backtest = "business_line horizon_days is_pooled as_of_date outcome metric method position"
    probabilities = "business_line probability tenth"
    guide = "goal data business_model method"
    evaluated = {
        "method_backtest": (dbt.ref("method_backtest"), backtest),
        "method_skill": (dbt.ref("method_skill"), "business_line as_of_date method"),
        "method_recommendation": (dbt.ref("method_recommendation"), "business_line goal method"),
        "method_guide": (dbt.ref("method_guide"), guide),
        "weight_proposal": (dbt.ref("weight_proposal"), "policy weight_set method"),
        "concentration": (dbt.ref("concentration"), "as_of_date business_line top_percent"),
        "clv_calibration": (dbt.ref("clv_calibration"), "business_line predicted_value tenth"),
        "propensity_calibration": (dbt.ref("propensity_calibration"), probabilities),
        "tier_performance": (dbt.ref("tier_performance"), periods),
        "acquisition_funnel": (dbt.ref("acquisition_funnel"), funnel),
        "tier_forecast": (dbt.ref("tier_forecast"), "business_line forecast_date tier_code"),
        "segment_quality": (dbt.ref("segment_quality"), "business_line segmentation group_code"),
    }
    tables += [Table(name, table, tuple(by.split())) for name, (table, by) in evaluated.items()]
    contacts = Table("customer_contacts", dbt.ref("customer_contacts"), ("customer_id",))
    if with_personal:
        tables.append(contacts)
    dbt.ref("gate_context")
    warehouse = warehouse_of(session)
    with_report = os.environ.get("EXPORT_REPORT") == "yes"
    folder = export_folder()
    files = export_tables(warehouse, tables, dbt.this.schema, folder, with_personal, with_report)
    return warehouse.result(pyarrow.Table.from_pylist(files))
