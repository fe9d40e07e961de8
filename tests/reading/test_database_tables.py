"""Tables of a database are read as the files of a folder are: DuckDB, SQLite, Postgres."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT

from customer_tiering.inspect import main
from customer_tiering.reading.database_tables import Tables, as_folder
from customer_tiering.reading.ingest import register_sources

# As every one of the three takes it.
SCRIPT = """
create table orders (
    order_id bigint, customer_id text, ordered_at text, amount numeric(12, 2), currency text
);
insert into orders values
    (1, 'C1', '2026-01-02', 10.50, 'EUR'), (2, '王,"小"', '2026-01-03', 1500.00, 'EUR'),
    (9007199254740993, 'C3', '2026-01-04', null, 'EUR'), (4, '', '2026-01-05', 0.07, 'EUR');
create table people (id text, mail text);
insert into people values ('C1', 'a@example.com');
create view customers as select id as customer_id, mail as email from people;
"""
EXPECTED = [
    ("1", "C1", "2026-01-02", 10.5, "EUR"),
    ("2", '王,"小"', "2026-01-03", 1500.0, "EUR"),
    ("9007199254740993", "C3", "2026-01-04", None, "EUR"),
    ("4", None, "2026-01-05", 0.07, "EUR"),
]


def sqlite(folder: Path) -> Tables:
    with closing(sqlite3.connect(folder / "crm.sqlite")) as database:
        database.executescript(SCRIPT)
    return Tables("main", str(folder / "crm.sqlite"))


def duckdb_file(folder: Path) -> Tables:
    with duckdb.connect(str(folder / "crm.duckdb")) as database:
        database.execute(SCRIPT)
    return Tables("main", str(folder / "crm.duckdb"))


def schema_of_the_warehouse(folder: Path) -> Tables:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as database:
        database.execute(f"create schema crm; use crm; {SCRIPT}")
    return Tables("crm")


@pytest.fixture(scope="module")
def postgres_server(tmp_path_factory) -> Iterator[Callable[[str], str]]:
    """A Postgres of the test's own; a function that runs a script and gives the address."""
    pytest.importorskip("adbc_driver_postgresql", reason="needs adbc-driver-postgresql")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    home = found[-1] if found else Path(shutil.which("initdb") or "").parent
    if not (home / "initdb").exists():
        pytest.skip("Postgres is not installed (initdb)")
    folder = tmp_path_factory.mktemp("postgres")
    # Postgres refuses to be root, and no other user can enter the folder of a test of root's.
    user = {}
    if os.geteuid() == 0:
        user = {"user": "nobody"}
        folder = Path("/tmp") / f"customer_tiering_postgres_{os.getpid()}"
        folder.mkdir()
        shutil.chown(folder, "nobody")
    data, log = folder / "data", folder / "log"

    def run(*words: object) -> None:
        command = [str(word) for word in words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **user)
        assert done.returncode == 0, done.stdout + done.stderr

    run(
        home / "initdb",
        "--pgdata",
        data,
        "--auth",
        "trust",
        "--username",
        "crm",
        "--encoding",
        "UTF8",
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    run(home / "pg_ctl", "--pgdata", data, "--log", log, "--options", options, "-w", "start")
    address = f"postgresql://crm:secret@/postgres?host={folder}"

    def filled(script: str) -> str:
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in script.split(";"):
                if statement.strip():
                    cursor.execute(statement)
        return address

    try:
        yield filled
    finally:
        run(home / "pg_ctl", "--pgdata", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server) -> Callable[[Path], Tables]:
    script = (
        f"drop schema if exists crm cascade; create schema crm; set search_path to crm; {SCRIPT}"
    )
    return lambda folder: Tables("crm", postgres_server(script))


@contextmanager
def read(folder: Path, tables: Tables, files: Path | None = None, anew: bool = False):
    """The warehouse after a run of its own that has read the tables."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        with as_folder(connection, tables, files, folder / "warehouse.tables") as (its, notes):
            register_sources(connection, its, anew, notes)
        assert not (folder / "warehouse.tables").exists()
        yield connection


ORDERS = """
    select order_id, customer_id, ordered_at, amount::double, currency from raw.orders
    order by source_row
"""


@pytest.mark.parametrize("kind", ["duckdb_file", "schema_of_the_warehouse", "sqlite", "postgres"])
def test_tables_and_views_are_read_as_files_are(kind, tmp_path, request):
    make = request.getfixturevalue(kind) if kind == "postgres" else globals()[kind]
    tables = make(tmp_path)
    with read(tmp_path, tables) as warehouse:
        assert warehouse.execute(ORDERS).fetchall() == EXPECTED
        emails = warehouse.execute("select customer_id, email from raw.customers").fetchall()
        assert emails == [("C1", "a@example.com")]
        told = "select detail from raw.reading_notes where note = 'feeds_nothing'"
        [(detail,)] = warehouse.execute(told).fetchall()
        assert detail.endswith("that are no source, and no preset knows: people")
    # The same once more: nothing is read again.
    with read(tmp_path, tables) as warehouse:
        loads = warehouse.execute("select source, load from raw.source_loads").fetchall()
        assert sorted(loads) == [("customers", 1), ("orders", 1)]


def test_a_table_that_changed_is_read_again(tmp_path):
    tables = sqlite(tmp_path)
    with read(tmp_path, tables):
        pass
    with closing(sqlite3.connect(tables.database)) as database, database:
        database.execute("update orders set amount = 11.5 where order_id = 1")
    with read(tmp_path, tables) as warehouse:
        assert warehouse.execute(ORDERS).fetchone()[3] == 11.5
        loads = warehouse.execute("select source, load from raw.source_loads").fetchall()
        assert sorted(loads) == [("customers", 1), ("orders", 1), ("orders", 2)]


def test_files_and_settings_stand_beside_tables(tmp_path):
    """The list of those who are to be forgotten as a file, and a mapping for a table."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "deletions.csv").write_text("customer_id\nC1\n")
    (files / "settings.csv").write_text("setting,value\nreporting_currency,EUR\n")
    (files / "mapping.csv").write_text(
        "source,file,their_column,our_column\n"
        "customers,people.csv,id,customer_id\ncustomers,people.csv,mail,email\n"
    )
    tables = sqlite(tmp_path)
    with closing(sqlite3.connect(tables.database)) as database, database:
        database.executescript("drop view customers; insert into people values ('C9', 'c@d.ef')")
    with read(tmp_path, tables, files) as warehouse:
        assert [row[0] for row in warehouse.execute(ORDERS).fetchall()] == [
            each[0] for each in EXPECTED if each[1] != "C1"
        ]
        people = warehouse.execute("select customer_id, email from raw.customers").fetchall()
        assert people == [("C9", "c@d.ef")]
        # No table is left with what is to be forgotten.
        assert warehouse.execute("select count(*) from raw.orders_lines").fetchone() == (3,)


def test_tables_of_a_loader_are_recognised_by_their_columns(tmp_path):
    preset = PROJECT / "src/customer_tiering/reading/presets/fivetran_shopify_orders.yml"
    names = yaml.safe_load(preset.read_text("utf-8"))["headers"].replace(" ", "").split(",")
    values = {"id": "1", "customer_id": "7", "created_at": "2026-01-02 03:04:05+00"}
    values |= {"total_price": "12.50", "financial_status": "paid", "currency": "EUR"}
    columns = ", ".join(f"'{values.get(name, '')}' as {name}" for name in names)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        warehouse.execute(f'create schema shop; create table shop."order" as select {columns}')
        warehouse.execute("create table shop.order_tag as select 1 as order_id, 'a' as value")
    with read(tmp_path, Tables("shop")) as warehouse:
        orders = "select order_id, customer_id, ordered_at, amount, status from raw.orders"
        expected = ("1", "7", "2026-01-02 03:04:05+00", "12.50", "paid")
        assert warehouse.execute(orders).fetchall() == [expected]


def test_what_cannot_be_used_is_said(tmp_path, postgres_server):
    warehouse = duckdb.connect()
    (tmp_path / "no.duckdb").write_text("this is no database")

    def said(tables: Tables) -> str:
        with (
            pytest.raises(RuntimeError) as error,
            as_folder(warehouse, tables, None, tmp_path / "place"),
        ):
            pass
        return str(error.value)

    warehouse.execute("create schema shop; create table shop.sales (a int, b int)")
    assert "No table of this schema is a source. Tables found: sales." in said(Tables("shop"))
    assert "Tables found: none." in said(Tables("nowhere"))
    assert "cannot be read" in said(Tables("main", str(tmp_path / "no.duckdb")))
    assert "No such file" in said(Tables("main", str(tmp_path / "missing.sqlite")))
    told = said(Tables("public", "postgresql://me:hidden@localhost:1/crm"))
    assert "Postgres cannot be reached" in told and "hidden" not in told
    for address, remedy in (
        ("postgresql://me@localhost:1/crm?password=hidden&sslmode=disable", "cannot be reached"),
        ("postgresql://me:hid@hidden@localhost:1/crm", "Write the one of a password as %40"),
        ("mysql://me:hidden@localhost/crm", "a file of DuckDB or SQLite, or postgresql://"),
        ("host=localhost password=hidden", "a file of DuckDB or SQLite, or postgresql://"),
    ):
        told = said(Tables("public", address))
        assert remedy in told and "hidden" not in told, told
        assert "hidden" not in Tables("public", address).name
    warehouse.execute("create table shop.t (amount text); insert into shop.t values ('x')")
    warehouse.execute("create view shop.orders as select amount::decimal as amount from shop.t")
    assert "orders cannot be read: Conversion Error" in said(Tables("shop"))
    assert not (tmp_path / "place").exists()


def test_a_table_and_a_file_of_one_name_are_told(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    (files / "orders.csv").write_text("order_id,customer_id,ordered_at,amount\n1,2,2026-01-01,3\n")
    with (
        pytest.raises(RuntimeError, match=r"both a table orders and a file orders\.csv"),
        read(tmp_path, sqlite(tmp_path), files),
    ):
        pass


def test_what_the_tables_lack_is_said_of_the_schema(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        warehouse.execute("create schema crm; create table crm.orders (order_id int, amount int)")
    told = r"'crm \(each table as <table>.csv\)' cannot be used"
    with pytest.raises(RuntimeError, match=told), read(tmp_path, Tables("crm")):
        pass


def test_inspect_looks_at_tables(tmp_path, monkeypatch, capsys):
    tables = sqlite(tmp_path)
    (tmp_path / "out").mkdir()
    monkeypatch.setenv("CRM_SCHEMA", "main")
    monkeypatch.setenv("CRM_DATABASE", tables.database)
    assert main([str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "3 tables" in said and "orders.csv" in said and "people.csv" in said


def test_inspect_writes_nothing_where_no_build_would_look(tmp_path, monkeypatch, capsys):
    tables = sqlite(tmp_path)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("CRM_DATA", raising=False)
    monkeypatch.setenv("CRM_SCHEMA", "main")
    monkeypatch.setenv("CRM_DATABASE", tables.database)
    assert main([]) == 0
    assert "Set CRM_DATA to a folder and run it again" in capsys.readouterr().out
    assert not list((tmp_path / "here").iterdir())


def test_a_number_is_not_read_by_the_texts_beside_it(tmp_path):
    """12.500 is a number, also where texts of the same table prove the decimal comma."""
    query = """
        select 1 as order_id, 'C1' as customer_id, date '2026-01-02' as ordered_at,
            12.500::decimal(12, 3) as amount, '99,90' as discount_amount
    """
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        warehouse.execute(f"create schema crm; create table crm.orders as {query}")
    amount = "select amount, decimal_sign from raw.orders"
    with read(tmp_path, Tables("crm")) as warehouse:
        assert warehouse.execute(amount).fetchall() == [("12.5000", "either")]


def test_texts_that_sqlite_keeps_as_bytes_are_texts(tmp_path):
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as database:
        database.execute("create table orders (order_id, customer_id, ordered_at, amount)")
        database.execute("insert into orders values (1, ?, '2026-01-02', 5)", ["王".encode()])
        database.commit()
    with read(tmp_path, Tables("main", str(tmp_path / "crm.sqlite"))) as warehouse:
        assert warehouse.execute("select customer_id from raw.orders").fetchall() == [("王",)]


def test_a_schema_raw_of_somebody_else_is_left_alone(tmp_path):
    """A view of theirs was replaced, and a table stopped the build without a word of ours."""
    theirs = (
        "select 1 as order_id, 'C1' as customer_id, date '2026-01-02' as ordered_at, 5 as amount"
    )
    path = str(tmp_path / "warehouse.duckdb")
    with duckdb.connect(path) as warehouse:
        warehouse.execute(f"create schema raw; create view raw.orders as {theirs}")
    told = "schema raw with orders of somebody else.* CRM_DATABASE, with CRM_SCHEMA=raw"
    with pytest.raises(RuntimeError, match=told), read(tmp_path, Tables("raw")):
        pass
    with duckdb.connect(path) as warehouse:
        assert len(warehouse.execute("describe raw.orders").fetchall()) == 4
    (tmp_path / "ours").mkdir()
    with read(tmp_path / "ours", Tables("raw", path)) as warehouse:
        assert warehouse.execute("select order_id from raw.orders").fetchall() == [("1",)]
    ours = "keep what we have read"
    with pytest.raises(RuntimeError, match=ours), read(tmp_path / "ours", Tables("raw")):
        pass
