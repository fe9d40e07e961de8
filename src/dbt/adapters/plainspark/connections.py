"""How dbt connects to Spark, and what is there once it has."""

import logging
import os
import re
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from dbt.adapters.contracts.connection import Connection, ConnectionState
from dbt.adapters.spark.connections import (
    SparkConnectionManager,
    SparkConnectionMethod,
    SparkCredentials,
)
from dbt.adapters.spark.session import Connection as SessionHandle
from dbt.adapters.spark.session import Cursor, SessionConnectionWrapper
from dbt.flags import get_flags

from customer_tiering.engines.on_spark import literal
from customer_tiering.lock import take_lock
from customer_tiering.reading.raw_on_spark import register_sources
from customer_tiering.verdict import beginning

# It repeats each error that dbt tells anyway, with 300 lines of Java.
logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)

ALWAYS = {
    # Texts without a zone are business time already; the machine's own zone must not matter.
    "spark.sql.session.timeZone": "UTC",
    # dbt-spark switches it off, and a number that is too large would silently become null.
    "spark.sql.ansi.enabled": "true",
    # A table that names no format is Parquet, and not the text files of Hive.
    "spark.sql.legacy.createHiveTableByDefault": "false",
    # What a killed build has left where a table is to be is overwritten, not an error.
    "spark.sql.legacy.allowNonEmptyLocationInCTAS": "true",
}


@dataclass
class PlainSparkCredentials(SparkCredentials):
    """The profile of a target of type plainspark: that of dbt-spark, and three folders.

    Attributes:
        crm_data: folder of the raw export, read by dbt's machine and by the workers; empty where
            the schema `raw` holds the sources already (macro register_catalog_sources).
        landing: folder for the text files of the export as Parquet, seen by the workers too.
        local_warehouse: with the method session, folder of tables and catalog on this machine;
            empty to use the catalog that Spark is configured with.
    """

    crm_data: str = ""
    landing: str = ""
    local_warehouse: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.server_side_parameters |= ALWAYS
        if self.method == SparkConnectionMethod.SESSION:
            self.server_side_parameters = self._session_settings() | self.server_side_parameters

    @property
    def type(self) -> str:
        """The name of the adapter, as profiles write it."""
        return "plainspark"

    def _session_settings(self) -> dict[str, str]:
        # What fails is told by dbt, without the pages of Java.
        settings = {"spark.log.level": "FATAL", "spark.ui.showConsoleProgress": "false"}
        if master := os.environ.get("SPARK_MASTER"):
            settings["spark.master"] = master
        # Only for who has configured nothing: a setting here would win over theirs.
        if not {"SPARK_DRIVER_MEMORY", "SPARK_CONF_DIR"} & os.environ.keys():
            settings["spark.driver.memory"] = "4g"
            # Each aggregate and sort of a stage holds a page at least, of 64 MB with so much
            # memory, and a union of all scores has dozens.
            settings["spark.buffer.pageSize"] = "8m"
        if self.local_warehouse:
            folder = Path(self.local_warehouse).expanduser().resolve()
            derby = f"jdbc:derby:;databaseName={folder}/metastore_db;create=true"
            settings |= {
                "spark.sql.warehouse.dir": str(folder),
                "spark.hadoop.javax.jdo.option.ConnectionURL": derby,
                "spark.driver.extraJavaOptions": f'-Dderby.system.home="{folder}"',
            }
        return settings


class EagerCursor(Cursor):
    """Runs a query when it is told to, as every other database does.

    PySpark waits until somebody asks for rows: a hook that is to stop the build would not.
    """

    def execute(self, sql: str, *parameters: Any) -> None:
        """Execute a statement to its end."""
        super().execute(sql, *parameters)
        self.fetchall()


class EagerSession(SessionHandle):
    """A session whose cursors do not wait."""

    def cursor(self) -> EagerCursor:
        """A new cursor."""
        return EagerCursor(server_side_parameters=self.server_side_parameters)


class EagerSessionWrapper(SessionConnectionWrapper):
    """What dbt holds of such a session."""

    @classmethod
    def _fix_binding(cls, value: Any) -> str:
        """A value of a seed as a literal; dbt-spark makes the text None of an empty one."""
        return literal(value)


class PlainSparkConnectionManager(SparkConnectionManager):
    """Connections of dbt-spark; the first one of a process registers the raw data."""

    TYPE = "plainspark"

    _registering = threading.Lock()
    _is_registered = False
    _inserting: ClassVar[defaultdict[str, threading.Lock]] = defaultdict(threading.Lock)

    @classmethod
    def open(cls, connection: Connection) -> Connection:
        """Open a connection.

        Raises:
            InputError: if the export cannot be used; dbt prints its text and stops.
        """
        if connection.state == ConnectionState.OPEN:
            return connection
        credentials = connection.credentials
        # A catalog has no lock of its own. This one keeps out runs that share these folders.
        folder = credentials.local_warehouse or credentials.landing
        if folder:
            take_lock(Path(folder).expanduser() / "run.lock", f"the Spark warehouse of '{folder}'")
        connection = super().open(connection)
        if credentials.method == SparkConnectionMethod.SESSION:
            handle = EagerSession(server_side_parameters=credentials.server_side_parameters)
            connection.handle = EagerSessionWrapper(handle)
        with cls._registering:
            if credentials.crm_data and not cls._is_registered:
                cursor = connection.handle.cursor()
                with beginning():
                    register_sources(
                        cursor.execute,
                        Path(credentials.crm_data).expanduser(),
                        Path(credentials.landing).expanduser(),
                        bool(getattr(get_flags(), "FULL_REFRESH", False)),
                    )
                cls._is_registered = True
        return connection

    def add_query(self, sql: str, *arguments: Any, **named: Any) -> Any:
        """Run a statement; inserts into one table come one after the other.

        Two that write files into a table at once remove each other's temporary folder. The
        threads of dbt do that where they record what they have published.
        """
        insert = re.match(r"\s*(?:/\*.*?\*/)?\s*insert into (\S+)", sql, re.DOTALL | re.IGNORECASE)
        if insert is None:
            return super().add_query(sql, *arguments, **named)
        with self._inserting[insert[1]]:
            return super().add_query(sql, *arguments, **named)
