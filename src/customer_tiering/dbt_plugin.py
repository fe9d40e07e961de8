"""Lets dbt-duckdb register the raw export when it opens the warehouse.

Named under `plugins` in profiles.yml. What its configuration there does not say the environment
does, as dbt parses a project anew whenever something in the profile is another than before:

    folder         of the raw export; else CRM_DATA, else sample_data where no schema is named
    schema         whose tables are read as files of that folder; else CRM_SCHEMA
    database       that the schema is in (a file of DuckDB or SQLite, an address of Postgres); else
                   CRM_DATABASE, else the warehouse
    memory_limit   of DuckDB, which spills to disk beyond it, such as 8GB; else DUCKDB_MEMORY_LIMIT,
                   else DuckDB's own, 80 % of memory
    path_variable  name of an environment variable with the whole path of the warehouse, where the
                   `path` of the profile is no more than its file name
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from duckdb import DuckDBPyConnection

from customer_tiering.engines.on_duckdb import DuckDBWarehouse
from customer_tiering.reading.database_tables import Tables, as_folder
from customer_tiering.reading.ingest import register_sources
from customer_tiering.told import TEMPORARY, ToldError, told_when_full
from customer_tiering.verdict import beginning
from customer_tiering.warehouse_file import prepare_warehouse


class Plugin(BasePlugin):
    """Registers all sources once, before any model runs."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Take the settings; a relative folder or path counts from where dbt is run."""
        self._tables = Tables.said(plugin_config)
        default = "" if self._tables else "sample_data"
        folder = plugin_config.get("folder") or os.environ.get("CRM_DATA", default)
        self._folder = Path(folder).expanduser() if folder else None
        self._memory_limit = plugin_config.get("memory_limit") or os.environ.get(
            "DUCKDB_MEMORY_LIMIT"
        )
        # Beside the warehouse, as what DuckDB spills is.
        self._place = Path(tempfile.gettempdir()) / f"customer_tiering_{os.getpid()}.tables"
        name = self.creds.path if self.creds else ":memory:"
        if ":" in name:
            return
        whole = Path(os.environ.get(plugin_config.get("path_variable", ""), name))
        path = (whole if whole.name == name else Path(name)).expanduser().absolute()
        # Before DuckDB is asked to open the file: its own message names neither run nor remedy.
        prepare_warehouse(path)
        # Whole, it is that of no profile: the next run of this process opens it, and reads, anew.
        self.creds.path = str(path)
        self._place = path.with_name(f"{path.name}.tables")

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register the sources on the new connection.

        Raises:
            InputError: if the export cannot be used; dbt prints its text and stops.
        """
        if self._memory_limit:
            try:
                conn.execute("set memory_limit = ?", [self._memory_limit])
            except duckdb.Error as error:
                told = f"The memory limit '{self._memory_limit}' cannot be used. Write it as 8GB"
                raise ToldError(told) from error
        anew = bool(getattr(get_flags(), "FULL_REFRESH", False))
        builds = getattr(get_flags(), "WHICH", None) in ("build", "run", "retry")
        places = DuckDBWarehouse(conn).places()
        with beginning(), told_when_full(places, TEMPORARY, "Nothing was built."):
            if self._tables:
                with as_folder(conn, self._tables, self._folder, self._place) as (folder, notes):
                    register_sources(conn, folder, anew, notes, builds)
            else:
                register_sources(conn, self._folder, anew, (), builds)
