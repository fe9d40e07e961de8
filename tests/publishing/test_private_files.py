"""The warehouse is its owner's alone, whatever the umask; and what cannot be one is left alone."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest
from conftest import Workspace, copy_of_build
from small_export import SmallExport

from customer_tiering import private_files
from customer_tiering.lock import LockError, take_lock
from customer_tiering.private_files import make_folder, set_mode
from customer_tiering.warehouse_file import WarehouseError, check_database, prepare_warehouse

# In a process of its own, as it changes the umask: opens a warehouse as a build does, and tells the
# modes of all that lies beside it while DuckDB is at work.
AT_WORK = """
import json, os, sys
from pathlib import Path
import duckdb
from customer_tiering.warehouse_file import prepare_warehouse
os.umask(0o022)
path = Path(sys.argv[1])
prepare_warehouse(path)
with duckdb.connect(str(path), config={"memory_limit": "50MB", "threads": 1}) as session:
    session.execute("create table t as select range as i from range(1000)")
    session.execute("create temp table many as select hash(i)::varchar from range(4000000) t(i)")
    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in path.parent.rglob("*")}
print(json.dumps(modes))
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def at_work(path: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", AT_WORK, str(path)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def assert_private(modes: dict[str, str], folder: str = "warehouse.duckdb.tmp") -> None:
    assert {"warehouse.duckdb", "warehouse.duckdb.wal", "warehouse.duckdb.lock", folder} <= set(
        modes
    )
    assert len(modes) > 4, "nothing was spilled"
    assert modes.pop(folder) == "0o700"
    assert set(modes.values()) == {"0o600"}


def test_a_new_warehouse_and_all_beside_it_is_private(tmp_path):
    assert_private(at_work(tmp_path / "warehouse.duckdb"))


def test_a_warehouse_that_was_open_to_all_becomes_private(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(path)).close()
    (tmp_path / "warehouse.duckdb.lock").touch()
    (tmp_path / "warehouse.duckdb.tmp").mkdir()
    for made in tmp_path.iterdir():
        made.chmod(0o777)
    assert_private(at_work(path))


def test_a_warehouse_by_a_link_becomes_private(tmp_path):
    (tmp_path / "there").mkdir()
    true = tmp_path / "there" / "true.duckdb"
    duckdb.connect(str(true)).close()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "warehouse.duckdb").symlink_to(true)
    at_work(tmp_path / "here" / "warehouse.duckdb")
    assert mode(true) == 0o600


def test_the_folder_of_a_warehouse_may_hold_an_export_for_others(tmp_path):
    at_work(tmp_path / "own" / "warehouse.duckdb")
    assert mode(tmp_path / "own") == 0o755


# --- The export -------------------------------------------------------------------------------


@pytest.fixture
def umask(monkeypatch):
    # As in a process that has opened no warehouse.
    monkeypatch.setattr(private_files, "_users", [])
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def modes_of(latest: Path) -> set[tuple[bool, int]]:
    return {(path.is_dir(), mode(path)) for path in (latest, *latest.rglob("*"))}


def test_an_export_has_the_users_umask_and_with_personal_columns_its_owners_alone(tmp_path, umask):
    with duckdb.connect() as session:
        small = SmallExport(session, tmp_path / "some" / "export")
        public = small.build()
        assert modes_of(public) == {(True, 0o750), (False, 0o640)}
        private = small.build(personal=True)
        assert modes_of(private) == {(True, 0o700), (False, 0o600)}
        # And what the two others have in common with it is not opened or closed by it.
        assert modes_of(public) == {(True, 0o750), (False, 0o640)}
        private_again = small.build(personal=True)
        assert modes_of(small.build()) == {(True, 0o750), (False, 0o640)}
        for folder in (private, private_again):
            assert modes_of(folder) == {(True, 0o700), (False, 0o600)}
    assert {mode(tmp_path / "some"), mode(small.folder), mode(small.folder / "builds")} == {0o750}


def test_a_build_keeps_the_warehouse_private_and_leaves_the_export_to_others(sample_build):
    mine = [sample_build.warehouse, sample_build.folder / "warehouse.duckdb.lock"]
    assert {mode(path) for path in mine} == {0o600}
    asked = private_files.users_umask()
    latest = (sample_build.export / "latest").resolve()
    expected = {(True, 0o777 & ~asked), (False, 0o666 & ~asked)}
    assert modes_of(latest) == expected
    assert {mode(path) for path in (latest.parent, sample_build.export)} == {0o777 & ~asked}


def test_a_build_with_personal_columns_is_exported_for_the_owner_alone(sample_build, tmp_path):
    environment = {"EXPORT_PERSONAL": "yes"}
    workspace = copy_of_build(sample_build, tmp_path / "work", environment=environment)
    workspace.warehouse.chmod(0o644)
    workspace.dbt("run", "-s", "published_export")
    latest = (workspace.export / "latest").resolve()
    assert modes_of(latest) == {(True, 0o700), (False, 0o600)}
    assert mode(workspace.warehouse) == 0o600


def test_a_folder_that_is_there_keeps_its_mode(tmp_path, umask):
    (tmp_path / "a").mkdir(mode=0o700)
    make_folder(tmp_path / "a" / "b" / "c")
    assert [mode(tmp_path / path) for path in ("a", "a/b", "a/b/c")] == [0o700, 0o750, 0o750]
    set_mode(tmp_path / "nowhere", umask)


# --- Not ours to use --------------------------------------------------------------------------


def newer(path: Path) -> None:
    path.write_bytes(bytes(8) + b"DUCK" + (999).to_bytes(8, "little") + bytes(20_000))


def cut_off(path: Path) -> None:
    duckdb.connect(str(path)).close()
    path.write_bytes(path.read_bytes()[:5_000])


def of_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a)")


NOT_A_WAREHOUSE = {
    "is no database of DuckDB": lambda path: path.write_bytes(os.urandom(50_000)),
    "is no database of DuckDB. ": lambda path: path.write_text("customer_id\n1\n"),
    "is an empty file": Path.touch,
    "is a folder": Path.mkdir,
    "is a database of SQLite": of_sqlite,
    "written by a newer DuckDB (format 999)": newer,
    "cut off": cut_off,
    "is no file": os.mkfifo,
}


@pytest.mark.parametrize("what", NOT_A_WAREHOUSE)
def test_what_is_no_warehouse_is_told_and_left_alone(tmp_path, what):
    path = tmp_path / "warehouse.duckdb"
    NOT_A_WAREHOUSE[what](path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(WarehouseError) as told:
        check_database(path)
    assert what.strip() in str(told.value)
    assert "Set DUCKDB_PATH to" in str(told.value)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("version", ["v1.0.0", "v1.3.0", "latest"])
def test_every_database_that_duckdb_reads_is_a_warehouse(tmp_path, version):
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(path), config={"storage_compatibility_version": version}).close()
    check_database(path)
    check_database(tmp_path / "not there yet")


@pytest.mark.parametrize("make", [of_sqlite, Path.mkdir])
def test_dbt_tells_what_is_no_warehouse(tmp_path, make):
    workspace = Workspace(tmp_path)
    make(workspace.warehouse)
    told = workspace.dbt("run", "-s", "published_export", fails=True)
    assert f"The warehouse '{workspace.warehouse}' is a" in told.stdout
    assert "Traceback" not in told.stdout + told.stderr


def test_the_docs_of_the_gate_tell_what_is_no_warehouse(tmp_path):
    of_sqlite(tmp_path / "warehouse.duckdb")
    done = subprocess.run(
        [sys.executable, "-m", "customer_tiering.gate_docs", "--out", str(tmp_path / "docs")],
        env=os.environ | {"DUCKDB_PATH": str(tmp_path / "warehouse.duckdb")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is a database of SQLite, not of DuckDB" in done.stderr
    assert "Traceback" not in done.stderr


# --- Not allowed ------------------------------------------------------------------------------


def as_nobody(work, *arguments) -> str:
    """The text of the error of a function that a user without rights calls; empty without one."""
    if os.geteuid() != 0:
        pytest.skip("only root can try what others may not do")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            work(*arguments)
            text = ""
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        os.write(writing, text.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        return said.read()


@pytest.fixture
def open_folder(tmp_path_factory):
    """A folder into which everybody may go."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_without_permission_is_told(open_folder):
    told = as_nobody(prepare_warehouse, open_folder / "warehouse.duckdb")
    assert told.startswith("LockError: The lock file") and "Permission denied" in told
    assert "set DUCKDB_PATH to a file in another folder" in told


def test_a_warehouse_without_permission_is_told(open_folder):
    path = open_folder / "warehouse.duckdb"
    duckdb.connect(str(path)).close()
    path.chmod(0o644)
    lock = open_folder / "warehouse.duckdb.lock"
    lock.touch()
    lock.chmod(0o666)
    assert "is in a folder in which you may not write" in as_nobody(prepare_warehouse, path)
    open_folder.chmod(0o777)
    assert "You may not read and write the warehouse" in as_nobody(prepare_warehouse, path)
    path.chmod(0o600)
    assert "cannot be read (Permission denied)" in as_nobody(prepare_warehouse, path)
    path.chmod(0o666)
    # Somebody else's, and shared: that it cannot be made private is its owner's affair.
    assert as_nobody(prepare_warehouse, path) == ""


def test_a_lock_without_permission_is_told(open_folder):
    open_folder.chmod(0o777)
    (open_folder / "lock").touch(mode=0o600)
    told = as_nobody(take_lock, open_folder / "lock", "w")
    assert told.startswith("LockError") and "Permission denied" in told


@pytest.mark.parametrize("errno", [13, 28, 30])
def test_a_lock_that_the_system_refuses_is_told(tmp_path, monkeypatch, errno):
    refused = OSError(errno, os.strerror(errno))
    monkeypatch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(refused))
    with pytest.raises(LockError, match=os.strerror(errno)):
        take_lock(tmp_path / "lock", "w")


@pytest.mark.parametrize("place", ["a folder", "in a file", "a link to itself"])
def test_a_lock_that_is_no_file_is_told(tmp_path, place):
    lock = tmp_path / "lock"
    if place == "a folder":
        lock.mkdir()
    elif place == "in a file":
        lock.touch()
        lock = lock / "lock"
    else:
        lock.symlink_to("lock")
    with pytest.raises(LockError, match="Move away what has its name"):
        take_lock(lock, "w")
