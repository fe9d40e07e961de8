"""Tables of a database, read as the files of a folder are: each as if it were `<table>.csv`.

So presets, `mapping.csv` and `settings.csv` hold for them, and what is said of files is said of
them. A table is written once in a run as CSV (UTF-8), beside the files of CRM_DATA where that is
set, and is gone when it has been read. Taken are tables and views that have the name of a source,
that `mapping.csv` names (as `<table>.csv`), or whose columns a preset knows; the others are told.
"""

import csv
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import duckdb

from customer_tiering.private_files import OWNER_ALONE
from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.folder_files import listed
from customer_tiering.reading.mapping_file import read_mapping
from customer_tiering.reading.presets import presets_of
from customer_tiering.reading.reading_notes import ReadingNote
from customer_tiering.reading.source_plan import InputError

_POSTGRES = ("postgres://", "postgresql://")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Tables:
    """Which tables are read as files.

    Attributes:
        schema: that they are in; of SQLite `main`.
        database: a file of DuckDB or SQLite, or the address of a Postgres database; empty for
            the warehouse itself.
    """

    schema: str
    database: str = ""

    @classmethod
    def said(cls, config: Mapping[str, str]) -> "Tables | None":
        """Those that a configuration of the plugin names, else the environment; or none."""
        schema = config.get("schema") or os.environ.get("CRM_SCHEMA", "")
        database = config.get("database") or os.environ.get("CRM_DATABASE", "")
        if not schema and database:
            schema = "public" if database.startswith(_POSTGRES) else "main"
        return cls(schema, database) if schema else None

    @property
    def name(self) -> str:
        """Their name for people, without the password of an address."""
        database = without_secrets(self.database)
        return f"{database}: {self.schema}" if database else self.schema


def without_secrets(database: str) -> str:
    """An address without user, password and options; a path as it is."""
    _, is_address, rest = database.partition("://")
    if is_address:
        return rest.rpartition("@")[2].partition("?")[0]
    # Not a path, but the words of libpq: host=db password=...
    return "a database" if re.search(r"(?i)\b(password|user|host)\s*=", database) else database


class _Database(Protocol):
    """What is asked of a database. A name is a table's or a view's."""

    def columns(self) -> dict[str, list[str]]:
        """The names of the columns of each table of the schema, in order."""

    def write(self, name: str, file: Path, limit: str) -> None:
        """Write a table as CSV, all values as text; `limit` is empty or ends the query."""


@contextmanager
def as_folder(
    connection: duckdb.DuckDBPyConnection,
    tables: Tables,
    files: Path | None,
    place: Path,
    rows: int | None = None,
) -> Iterator[tuple[Path, tuple[ReadingNote, ...]]]:
    """A folder of the tables and of some files, while it is needed; and what to tell of them.

    Args:
        connection: of the warehouse.
        tables: which.
        files: a folder of further files, mapping and settings; or none.
        place: where the folder is made, for its owner alone; always the same for the same tables,
            so that one that has not changed is not read again.
        rows: take every table, so many rows of each: for a look at them.

    Raises:
        InputError: if the schema cannot be used, or holds nothing that is a source.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o777 & ~OWNER_ALONE)
    try:
        if files and files.is_dir():
            for each in files.iterdir():
                (place / each.name).symlink_to(each.absolute())
        with _opened(connection, tables) as database:
            columns = database.columns()
            if not tables.database and "source_loads" in columns:
                problem = "It is the one in which we keep what we have read. Name that of the data"
                raise InputError(tables.name, [problem])
            taken = _taken(tables, columns, place) if rows is None else [*columns]
            for name in taken:
                _write(
                    tables, database, name, place / f"{name}.csv", f" limit {rows}" if rows else ""
                )
        yield place, _others(tables, sorted({*columns} - {*taken}))
    except InputError as error:
        # Not the folder, which nobody has made and which is gone.
        raise InputError(f"{tables.name} (each table as <table>.csv)", error.problems) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _taken(tables: Tables, columns: Mapping[str, list[str]], place: Path) -> list[str]:
    """The tables that are read.

    Raises:
        InputError: if there is none, or one of them cannot stand beside the files.
    """
    files = {name: place / f"{name}.csv" for name in columns if "/" not in name}
    beside = {name for name, file in files.items() if file.exists()}
    for name in files.keys() - beside:
        files[name].touch()  # For the mapping, which may name only what is there.
    mapped = {each.file for its in read_mapping(place, []).values() for each in its}
    for name in files.keys() - beside:
        files[name].unlink()
    taken = [
        name
        for name, header in columns.items()
        if name.lower() in SOURCES or f"{name}.csv" in mapped or presets_of(header)
    ]
    problems = [
        f"There are both a table {name} and a file {name}.csv in CRM_DATA. Keep one of them"
        for name in taken
        if name in beside
    ]
    problems += [
        f"'{name}' cannot be the name of a file. Make a view of another name"
        for name in taken
        if name not in files
    ]
    if not taken:
        problems.append(
            f"No table of this schema is a source. Tables found: {listed([*columns])}. Make a "
            "table or view orders, or name the one that holds them in a mapping.csv in CRM_DATA "
            "(as <table>.csv)"
        )
    if problems:
        raise InputError(tables.name, problems)
    return taken


def _others(tables: Tables, names: list[str]) -> tuple[ReadingNote, ...]:
    if not names:
        return ()
    what = f"tables of {tables.name} that are no source, and no preset knows: {listed(names)}"
    return (ReadingNote(None, tables.name, "feeds_nothing", what),)


def _write(tables: Tables, database: _Database, name: str, file: Path, limit: str) -> None:
    try:
        database.write(name, file, limit)
    except _errors() as error:
        told = f"{name} cannot be read: {str(error).splitlines()[0]}"
        raise InputError(tables.name, [told]) from error
    digest = blake2b(digest_size=7)
    with file.open("rb") as written:
        while chunk := written.read(_CHUNK):
            digest.update(chunk)
    # What tells a version of a file apart is its time, which a copy has not: its content stands in.
    version = int.from_bytes(digest.digest(), "big")
    os.utime(file, ns=(version, version))


@contextmanager
def _opened(connection: duckdb.DuckDBPyConnection, tables: Tables) -> Iterator[_Database]:
    """The database that the tables are in.

    Raises:
        InputError: if it cannot be opened.
    """
    if problem := _address_problem(tables.database):
        raise InputError(tables.name, [problem])
    try:
        if tables.database.startswith(_POSTGRES):
            with closing(_connect_postgres(tables)) as postgres:
                yield _Postgres(postgres, tables.schema)
        elif not tables.database:
            yield _DuckDB(connection, tables.schema)
        elif _is_sqlite(Path(tables.database)):
            with closing(_connect_sqlite(tables.database)) as sqlite:
                yield _SQLite(sqlite)
        else:
            with duckdb.connect(tables.database, read_only=True) as other:
                yield _DuckDB(other, tables.schema)
    except (*_errors(), OSError) as error:
        # The message may show the address, and that a password.
        told = (
            str(error)
            .splitlines()[0]
            .replace(tables.database or "\0", without_secrets(tables.database))
        )
        raise InputError(tables.name, [f"The database cannot be read: {told}"]) from error


def _errors() -> tuple[type[Exception], ...]:
    """What the databases raise; that of Postgres where its library is there."""
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError:
        return (duckdb.Error, sqlite3.Error)
    return (duckdb.Error, sqlite3.Error, dbapi.Error)


def _address_problem(database: str) -> str | None:
    """What is wrong with an address before anybody is asked, and it is shown in a message."""
    if database.startswith(_POSTGRES):
        if database.partition("://")[2].partition("?")[0].count("@") > 1:
            return "The address has more than one @. Write the one of a password as %40"
    elif "://" in database or without_secrets(database) != database:
        return (
            "CRM_DATABASE is no address that can be read. It can be a file of DuckDB or SQLite, or "
            "postgresql://user@host/database"
        )
    return None


def _is_sqlite(path: Path) -> bool:
    with path.expanduser().open("rb") as file:
        return file.read(15) == b"SQLite format 3"


def _connect_sqlite(path: str) -> sqlite3.Connection:
    whole = Path(path).expanduser().absolute()
    return sqlite3.connect(f"{whole.as_uri()}?mode=ro", uri=True)


def _connect_postgres(tables: Tables):
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        told = "Postgres needs a library: pip install adbc-driver-postgresql==1.13.0"
        raise InputError(tables.name, [told]) from error
    try:
        return dbapi.connect(tables.database)
    except dbapi.Error as error:
        told = str(error).strip().replace(tables.database, without_secrets(tables.database))
        raise InputError(tables.name, [f"Postgres cannot be reached: {told}"]) from error


@dataclass(frozen=True)
class _DuckDB:
    connection: duckdb.DuckDBPyConnection
    schema: str

    def columns(self) -> dict[str, list[str]]:
        rows = self.connection.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_catalog = current_database() and lower(table_schema) = lower(?)"
            " order by table_name, ordinal_position",
            [self.schema],
        ).fetchall()
        return _by_table(rows)

    def write(self, name: str, file: Path, limit: str) -> None:
        table = f"{_quoted(self.schema)}.{_quoted(name)}"
        described = self.connection.execute(f"describe from {table}").fetchall()
        values = ", ".join(_text(column, kind) for column, kind, *_ in described)
        _copy_csv(self.connection, f"select {values} from {table}{limit}", file)


@dataclass(frozen=True)
class _SQLite:
    connection: sqlite3.Connection

    def columns(self) -> dict[str, list[str]]:
        rows = self.connection.execute(
            "select tables.name, columns.name from sqlite_schema as tables,"
            " pragma_table_info(tables.name) as columns"
            " where tables.type in ('table', 'view')"
            " and substr(tables.name, 1, 7) <> 'sqlite_' order by tables.name, columns.cid"
        )
        return _by_table(rows)

    def write(self, name: str, file: Path, limit: str) -> None:
        found = self.connection.execute(f"select * from {_quoted(name)}{limit}")
        with file.open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            writer.writerow([column[0] for column in found.description])
            # Some keep texts as bytes.
            writer.writerows(
                [
                    each.decode("utf-8", "replace") if isinstance(each, bytes) else each
                    for each in row
                ]
                for row in found
            )


@dataclass(frozen=True)
class _Postgres:
    connection: object
    schema: str

    def columns(self) -> dict[str, list[str]]:
        # pg_attribute and not information_schema, which does not list materialized views.
        with self.connection.cursor() as cursor:
            cursor.execute(
                "select relname::text, attname::text from pg_attribute"
                " join pg_class on pg_class.oid = attrelid"
                " join pg_namespace on pg_namespace.oid = relnamespace"
                " where nspname = $1 and relkind in ('r', 'v', 'm', 'p', 'f')"
                " and attnum > 0 and not attisdropped order by relname, attnum",
                (self.schema,),
            )
            return _by_table(cursor.fetchall())

    def write(self, name: str, file: Path, limit: str) -> None:
        columns = ", ".join(
            # As _text has it.
            f"case when pg_typeof({column})::text = 'numeric'"
            rf" then regexp_replace({column}::text, '^(-?[0-9]+[.][0-9]{{3}})$', '\10')"
            f" else {column}::text end as {column}"
            for column in map(_quoted, self.columns()[name])
        )
        with self.connection.cursor() as cursor, duckdb.connect() as scratch:
            table = f"{_quoted(self.schema)}.{_quoted(name)}"
            cursor.execute(f"select {columns} from {table}{limit}")
            scratch.register("rows_of_table", cursor.fetch_record_batch())
            _copy_csv(scratch, "from rows_of_table", file)


def _text(column: str, kind: str) -> str:
    """A value of DuckDB as text; 1.500 as 1.5000, which beside texts with commas is not 1500."""
    value = _quoted(column)
    if re.fullmatch(r"DECIMAL\([0-9]+,3\)", kind):
        value = f"cast({value} as decimal(38, 4))"
    return f"cast({value} as varchar) as {_quoted(column)}"


def _copy_csv(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    path = str(file).replace("'", "''")
    connection.execute(f"copy ({query}) to '{path}' (format csv, header)")


def _by_table(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table, column in rows:
        tables.setdefault(table, []).append(column)
    return tables


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
