"""Lets dbt-duckdb register the raw export when it opens the warehouse.

Named under `plugins` in profiles.yml, with the folder of the export as its configuration.
"""

from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from customer_tiering.ingest import register_sources
from customer_tiering.told import TEMPORARY, told_when_full
from customer_tiering.verdict import beginning
from customer_tiering.warehouse import DuckDBWarehouse
from customer_tiering.warehouse_file import prepare_warehouse


class Plugin(BasePlugin):
    """Registers all sources once, before any model runs."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Take the settings from the profile; a relative folder counts from where dbt is run."""
        self._folder = Path(plugin_config["folder"]).expanduser()
        self._memory_limit = plugin_config.get("memory_limit")
        # Before DuckDB is asked to open the file: its own message names neither run nor remedy.
        path = self.creds.path if self.creds else ":memory:"
        if ":" not in path:
            prepare_warehouse(Path(path))

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register the sources on the new connection.

        Raises:
            InputError: if the export cannot be used; dbt prints its text and stops.
        """
        if self._memory_limit:
            conn.execute("set memory_limit = ?", [self._memory_limit])
        places = DuckDBWarehouse(conn).places()
        with beginning(), told_when_full(places, TEMPORARY, "Nothing was built."):
            register_sources(conn, self._folder)
