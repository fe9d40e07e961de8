"""A warehouse of two small tables and what the export asks of a build, for tests of the export."""

import json
from pathlib import Path

import duckdb

from customer_tiering.engines.base import Table
from customer_tiering.engines.on_duckdb import DuckDBWarehouse
from customer_tiering.export import export_tables

SETUP = """
create table people as
select * from (values ('1', 'Ann', 1.5), ('2', 'Bo', -2)) as people (customer_id, name, amount);
create table dated as
select as_of_date, customer_id
from (values (date '2026-01-31'), (date '2026-02-28')) as dates (as_of_date)
cross join (values ('1'), ('2')) as people (customer_id);
"""

# What the export asks of a build besides its tables.
AUDIT = """
create schema audit;
create table audit.gate_context as
select
    'x' as candidate_fingerprint, '0fa3b2c1-77' as invocation_id,
    cast(1 as bigint) as build_number, '' as policy_versions, date '2026-02-28' as as_of_date,
    date '2026-03-01' as run_date, 'CNY' as reporting_currency,
    0 as feed_age_days, false as is_of_the_past;
create table audit.customer_tier_gate (
    suite varchar, expectation varchar, severity varchar, outcome varchar, observed varchar,
    accepted_because varchar, warehouse_file varchar
);
create table audit.run_scope as select '0-0' as deletions_fingerprint;
create table audit.finished_runs (invocation_id varchar, build_number bigint);
create table audit.builds as
select
    cast(0 as bigint) as build_number, cast('first' as varchar) as invocation_id,
    timestamp '2026-01-01' as started_at
"""


class SmallExport:
    """Exports one set after the other, as the builds of one warehouse do.

    Attributes:
        session: the warehouse.
        folder: the export folder.
        first: the first run of the warehouse, by which it is told from others.
    """

    def __init__(self, session: duckdb.DuckDBPyConnection, folder: Path, first: str = "first"):
        self.session, self.folder, self.number = session, folder, 0
        session.execute(SETUP)
        session.execute(AUDIT)
        session.execute("update audit.builds set invocation_id = ?", [first])

    def build(
        self,
        unchanged: str = "select distinct as_of_date from dated",
        of_the_past: bool = False,
        personal: bool = False,
    ) -> Path:
        """Write a set; the folder of the latest one afterwards."""
        self.number += 1
        run = f"{self.number:08x}-0000"
        self.session.execute(
            "update audit.gate_context set invocation_id = ?, build_number = ?, is_of_the_past = ?",
            [run, self.number, of_the_past],
        )
        tables = [
            Table("people", self.session.table("people"), ("customer_id",)),
            Table(
                "dated",
                self.session.table("dated"),
                ("as_of_date", "customer_id"),
                parts_by="as_of_date",
                unchanged=unchanged,
            ),
        ]
        export_tables(DuckDBWarehouse(self.session), tables, "audit", self.folder, personal)
        self.session.execute("insert into audit.finished_runs values (?, ?)", [run, self.number])
        return (self.folder / "latest").resolve()

    @property
    def sets(self) -> set[str]:
        """What is in `builds`, whoever put it there."""
        return {path.name for path in (self.folder / "builds").iterdir()}


def manifest_of(folder: Path) -> dict:
    """The manifest of a set."""
    return json.loads((folder / "manifest.json").read_text("utf-8"))
