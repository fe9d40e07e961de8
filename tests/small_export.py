"""A warehouse of two small tables and what the export asks of a build, for tests of the export."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb

from customer_tiering.export import export_tables
from customer_tiering.warehouse import DuckDBWarehouse, Table

SETUP = """
create table people as
select * from (values ('1', 'Ann', 1.5), ('2', 'Bo', -2)) as people (customer_id, name, amount);
create table dated as
select as_of_date, customer_id
from (values (date '2026-01-31'), (date '2026-02-28')) as dates (as_of_date)
cross join (values ('1'), ('2')) as people (customer_id);
create schema audit;
create table audit.gate_context as
select
    'x' as candidate_fingerprint, '' as invocation_id, cast(0 as bigint) as build_number,
    0 as feed_age_days,
    '' as policy_versions, date '2026-02-28' as as_of_date, date '2026-03-01' as run_date,
    false as is_of_the_past;
create table audit.run_scope as select '0-0' as deletions_fingerprint;
create table audit.finished_runs (invocation_id varchar, finished_at timestamp);
create table audit.builds (build_number bigint, invocation_id varchar, started_at timestamp);
insert into audit.builds values (0, 'the first', now());
create table audit.customer_tier_gate as
select
    '' as suite, '' as expectation, '' as severity, 'passed' as outcome, '' as observed,
    cast(null as varchar) as accepted_because, cast(null as varchar) as warehouse_file
"""


class SmallExport:
    """Exports one set after the other, as the builds of one warehouse do.

    Attributes:
        session: the warehouse.
        folder: the export folder.
    """

    def __init__(self, session: duckdb.DuckDBPyConnection, folder: Path):
        self.session, self.folder, self.number = session, folder, 0
        session.execute(SETUP)

    def build(
        self,
        unchanged: str = "select distinct as_of_date from dated",
        of_the_past: bool = False,
        personal: bool = False,
        is_numbered: bool = True,
        before_finish: Callable[[], None] = lambda: None,
    ) -> Path:
        """Write a set; the folder of the latest one afterwards."""
        self.number += 1
        number = self.number if is_numbered else None
        run = f"{self.number:08x}-0000"
        self.session.execute(
            "update audit.gate_context set invocation_id = ?, build_number = ?, is_of_the_past = ?",
            [run, number, of_the_past],
        )
        if is_numbered:
            self.session.execute("insert into audit.builds values (?, ?, now())", [number, run])
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
        before_finish()
        self.session.execute("insert into audit.finished_runs values (?, now())", [run])
        return (self.folder / "latest").resolve()

    @property
    def sets(self) -> set[str]:
        """What is in `builds`, whoever put it there."""
        return {path.name for path in (self.folder / "builds").iterdir()}


def manifest_of(folder: Path) -> dict:
    """The manifest of a set."""
    return json.loads((folder / "manifest.json").read_text("utf-8"))
