"""Other ids of people who asked to be forgotten: what keys and decisions connect with theirs.

Their own records are kept out of `raw` when it is read, before anybody knows who they are. So
those that say it stay in two tables until the run has found the people's other ids:

    raw.leaving_customers, raw.leaving_identity_decisions

In every run they are taken from the files anew, as long as these have them: what a run finds
depends on the folder and on raw.connected_ids, and not on what an earlier run has read. At its end
they go (macro `forget_leaving`). Of the other ids only the ids are kept, in raw.connected_ids.
"""

from collections.abc import Callable, Sequence

import duckdb

from customer_tiering.engines.base import Warehouse
from customer_tiering.reading.contract import DELETIONS, SOURCES, Source
from customer_tiering.reading.file_reader import ReadFile, drop_read
from customer_tiering.reading.forgotten import ids_in, is_forgotten, line_is_forgotten
from customer_tiering.reading.raw_tables import columns_of, value
from customer_tiering.reading.source_plan import ROWS_OF_A_FILE, FilePlan, SourcePlan

LEAVING = ("customers", "identity_decisions")
"""The sources of which a record says that two ids are one person, or two."""

OF_THE_RECORD = {
    "source_row": "bigint",
    "loaded_in": "bigint",
    "decimal_sign": "varchar",
    "date_order": "varchar",
}


def keep_leaving(
    connection: duckdb.DuckDBPyConnection,
    plans: Sequence[SourcePlan],
    read: Callable[[FilePlan], ReadFile],
    is_for_a_build: bool,
) -> None:
    """Bring the tables of the records that leave to what the files say, on DuckDB.

    Args:
        connection: an open connection, in whose schema `raw` everything else is as it should be.
        plans: the sources of the folder.
        read: reads a file.
        is_for_a_build: whether somebody is going to look for other ids; else the tables are empty.
    """
    for plan in plans:
        if plan.source.name in LEAVING:
            _empty(connection, plan.source)
            for file in plan.files if is_for_a_build else ():
                _keep_of_file(connection, file, read)


def _empty(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    columns = OF_THE_RECORD | dict.fromkeys(source.columns, "varchar")
    table = f"leaving_{source.name}"
    found = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ?"
        " and database_name = current_database() order by column_index",
        [table],
    ).fetchall()
    # Nothing is written where nothing changes.
    if [*columns] != [name for (name,) in found] or value(
        connection, f"select exists (from raw.{table})"
    ):
        typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create or replace table raw.{table} ({typed})")


def _keep_of_file(
    connection: duckdb.DuckDBPyConnection, file: FilePlan, read: Callable[[FilePlan], ReadFile]
) -> None:
    name, where = file.source.name, [file.source.name, file.number]
    forgotten = connection.execute(
        "select rows_forgotten from raw.source_files where source = ? and file_number = ?", where
    ).fetchone()
    if not file.file.has_rows or not forgotten or not forgotten[0]:
        return
    try:
        connection.execute(
            f"insert into raw.leaving_{name}"
            f" select {file.rows_before} + records.source_row, files.loaded_in,"
            f" files.decimal_sign, files.date_order, {columns_of(file.source)}"
            f" from {read(file).rows} as records, raw.source_files as files"
            " where files.source = ? and files.file_number = ?"
            f" and {is_forgotten(name, 'records')}",
            where,
        )
    finally:
        drop_read(connection, file)


def forget_connected(warehouse: Warehouse, schema: str) -> int:
    """Note the other ids that a run has found, and take the records of these out of `raw`.

    Args:
        warehouse: whose schema `raw` it is.
        schema: where the run has the models on identities.

    Returns:
        How many they are.
    """
    found = (
        f"select asked_id, id from {schema}.identities_to_forget"
        " except select asked_id, id from raw.connected_ids"
    )
    [counted] = warehouse.rows(f"select count(distinct id) as ids from ({found}) as found")
    if counted["ids"]:
        warehouse.run(f"insert into raw.connected_ids {found}")
        if warehouse.dialect == "duckdb":
            _take_out(warehouse.session)
    if warehouse.dialect == "duckdb":
        _forget_keys(warehouse.session, schema)
    return counted["ids"]


# On Spark the views of `raw` ask raw.connected_ids themselves.
def _take_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Take out of `raw` what belongs to the connected ids, and count it with the list's own."""
    load = value(connection, "select coalesce(max(load), 0) + 1 from raw.source_loads")
    # The view of the list has the connected ids, too.
    customers = ids_in("customer_id", f"raw.{DELETIONS}")
    connection.execute(
        "create or replace temporary table found_ids as"
        f" select 'customer_id' as column_name, id from ({customers})"
        " except select column_name, id from raw.forgotten_ids"
    )
    theirs = is_forgotten("orders", "records", "found_ids")
    orders = ids_in("order_id", f"(select order_id from raw.orders as records where {theirs})")
    connection.execute(f"insert into found_ids select 'order_id', id from ({orders})")
    changed = [
        source
        for source in SOURCES.values()
        if source.forgotten_by and source.name != DELETIONS and _count(connection, source)
    ]
    connection.execute(
        f"insert into raw.forgotten_ids select column_name, id, {load} from found_ids"
    )
    tables = "select table_name from duckdb_tables() where schema_name = 'raw'"
    copied = {table for (table,) in connection.execute(tables).fetchall()}
    for source in changed:
        # Views of Parquet files ask for the forgotten ids themselves.
        if f"{source.name}_lines" in copied:
            _without(connection, f"raw.{source.name}_lines", is_forgotten(source.name, "records"))
    _forget_lines(connection)
    connection.execute("update raw.source_files set cleaned_of = ?", [load])
    # Those who are gone count as another list, whoever has found them.
    for name in [DELETIONS, *(source.name for source in changed)]:
        connection.execute("insert into raw.source_loads values (?, ?, 'replaced')", [name, load])
    connection.execute("drop table found_ids")


def _count(connection: duckdb.DuckDBPyConnection, source: Source) -> bool:
    """Count the records of a source that are to go, by file; returns whether there are any."""
    counted = connection.execute(
        f"select (source_row - 1) // {ROWS_OF_A_FILE}, count(*) from raw.{source.name} as records"
        f" where {is_forgotten(source.name, 'records', 'found_ids')} group by 1"
    ).fetchall()
    for file_number, rows in counted:
        connection.execute(
            "update raw.source_files set rows_forgotten = rows_forgotten + ?"
            " where source = ? and file_number = ?",
            [rows, source.name, file_number],
        )
    return bool(counted)


def _forget_lines(connection: duckdb.DuckDBPyConnection) -> None:
    counted = connection.execute(
        "select source, source_file, count(*) from raw.unreadable_lines as lines"
        f" where {line_is_forgotten('lines')} group by source, source_file"
    ).fetchall()
    for source, file, lines in counted:
        connection.execute(
            "update raw.source_files set rows_unreadable = rows_unreadable - ?,"
            " rows_forgotten = rows_forgotten + ? where source = ? and source_file = ?",
            [lines, lines, source, file],
        )
    if counted:
        _without(connection, "raw.unreadable_lines", line_is_forgotten("records"))


def _forget_keys(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Take the keys of everybody who is forgotten out of the models that have connected them."""
    if not value(connection, "select exists (from raw.forgotten_ids)"):
        return
    theirs = "in (select id from raw.forgotten_ids where column_name = 'customer_id')"
    for model in ("records", "keys", "persons"):
        _without(connection, f"{schema}.identity_{model}", f"record_id {theirs}")
    labels = [f"substr({label}, 13) {theirs}" for label in ("record_label", "key_label")]
    _without(connection, f"{schema}.identity_edges", " or ".join(labels))
    # Records that were not joined with theirs, as people had decided otherwise, name the first one.
    _without(
        connection,
        f"{schema}.identity_connections",
        f"record_id {theirs} or first_record_id {theirs}",
    )
    _without(
        connection,
        f"{schema}.identity_links",
        f"record_id {theirs}",
        f"* replace (case when first_record_id {theirs} then min(record_id) over"
        " (partition by level, first_record_id) else first_record_id end as first_record_id)",
    )


def _without(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str, columns: str = "*"
) -> None:
    """Write a table anew: deleting would only mark the rows, and they are to be gone."""
    connection.execute(
        f"create or replace table {table} as select {columns} from {table} as records"
        f" where not ({condition})"
    )
