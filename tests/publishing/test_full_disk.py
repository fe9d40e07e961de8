"""A full disk is named, the old set stays, and what was half written is gone."""

import errno
import os
import random
import shutil
import subprocess
import tempfile
import traceback
from pathlib import Path

import duckdb
import pytest
from small_export import SmallExport

from customer_tiering import export as export_module
from customer_tiering import export_sets
from customer_tiering.dbt_plugin import Plugin
from customer_tiering.told import SPILLS_TO, WAREHOUSE, DiskFullError, ToldError, told_when_full

FULL = [errno.ENOSPC, errno.EDQUOT]


@pytest.fixture
def small(tmp_path):
    with duckdb.connect() as session:
        yield SmallExport(session, tmp_path / "export")


def failing(real, number: int, after: int = 0):
    """A function that fails for want of room, after so many calls that go well."""
    calls = iter(range(after))

    def fail(*arguments, **named):
        if next(calls, None) is None:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **named)

    return fail


WHERE = {
    "mkdir": (Path, "mkdir"),
    "fsync": (os, "fsync"),
    "manifest": (Path, "write_text"),
    "rename": (Path, "rename"),
    "link": (Path, "symlink_to"),
    "swap": (Path, "replace"),
}


@pytest.mark.parametrize("number", FULL)
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_full_disk_leaves_the_old_set_and_nothing_else(small, monkeypatch, where, number, after):
    before = small.build()
    content = {path: path.read_bytes() for path in before.rglob("*") if path.is_file()}
    owner, name = WHERE[where]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, failing(getattr(owner, name), number, after))
        try:
            small.build()
        except DiskFullError as told:
            text = str(told)
            assert text.startswith("The disk of the export folder (EXPORT_PATH) is full: ")
            assert f"'{small.folder}'" in text and os.strerror(number) in text
            assert "Make room there or choose a folder on another disk" in text
            assert (small.folder / "latest").resolve() == before
            assert small.sets == {before.name}
        else:
            # It has not done so often what fails.
            assert after > 0
    assert {path: path.read_bytes() for path in content} == content
    after = small.build()
    assert small.sets >= {before.name, after.name}
    assert not [name for name in small.sets if name.startswith(".")]


def test_a_disk_that_is_full_when_the_set_is_out_leaves_the_new_set(small, monkeypatch):
    small.build()
    real = export_sets.flush

    def fail(path: Path) -> None:
        if path == small.folder:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path)

    with monkeypatch.context() as patch:
        patch.setattr(export_sets, "flush", fail)
        with pytest.raises(DiskFullError, match="What was exported before is still there"):
            small.build()
    latest = (small.folder / "latest").resolve()
    assert (latest / "manifest.json").is_file()


def test_what_the_engine_says_of_a_full_disk_is_told(small, monkeypatch):
    before = small.build()

    class Full:
        """A session whose COPY fails as DuckDB's does."""

        def __getattr__(self, name):
            return getattr(small.session, name)

        def execute(self, statement):
            path = statement.split(" to '")[1].split("'")[0]
            raise duckdb.IOException(
                f'IO Error: Could not write file "{path}": No space left on device'
            )

    real = export_module._write_files

    def with_full_disk(warehouse, *arguments):
        return real(type(warehouse)(Full()), *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(export_module, "_write_files", with_full_disk)
        with pytest.raises(
            DiskFullError, match=r"disk of the export folder \(EXPORT_PATH\) is full"
        ):
            small.build()
    assert small.sets == {before.name}


def test_other_errors_of_the_system_are_told_too(small, monkeypatch):
    before = small.build()
    monkeypatch.setattr(Path, "rename", failing(Path.rename, errno.EACCES))
    with pytest.raises(export_module.ExportError, match=r"could not be written.*Permission denied"):
        small.build()
    assert small.sets == {before.name}


# --- Which disk -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/exp/builds/x"), "export"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "export"),
        (OSError(errno.ENOSPC, "No space left on device", f"{tempfile.gettempdir()}/a"), "TMPDIR"),
        (
            duckdb.IOException(
                'IO Error: Could not write file "/w/w.duckdb.wal": No space left on device'
            ),
            WAREHOUSE,
        ),
        (
            duckdb.IOException(
                'IO Error: Could not write file "/w/w.duckdb.tmp/x": No space left on device'
            ),
            SPILLS_TO,
        ),
        (
            duckdb.OutOfMemoryException(
                "Out of Memory Error: failed to offload data block of size 96.0 KiB\n"
                "This limit was set by the 'max_temp_directory_size' setting."
            ),
            SPILLS_TO,
        ),
        (RuntimeError("org.apache.spark: java.io.IOException: No space left on device"), "export"),
    ],
)
def test_the_disk_that_is_full_is_named(error, named):
    places = {
        "export": Path("/exp"),
        WAREHOUSE: Path("/w/w.duckdb"),
        SPILLS_TO: Path("/w/w.duckdb.tmp"),
    }
    with pytest.raises(DiskFullError) as told, told_when_full(places, "export", "Nothing changed."):
        raise error
    assert named in str(told.value).split(" is full")[0]
    assert "Nothing changed." in str(told.value)


@pytest.mark.parametrize("error", [OSError(2, "No such file"), duckdb.IOException("x"), KeyError()])
def test_what_is_no_full_disk_is_left_as_it_is(error):
    with pytest.raises(type(error)), told_when_full({"x": Path("/x")}, "x", ""):
        raise error


def test_no_traceback_buries_what_is_told():
    try:
        raise ToldError("the words")
    except ToldError as error:
        shown = "".join(traceback.format_exception(error))
    assert shown == "customer_tiering.told.ToldError: the words\n"


# --- Real ones --------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 3 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no disk of a few MB can be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_an_export_to_a_disk_that_is_full(tmp_path, small_disk):
    with duckdb.connect() as session:
        small = SmallExport(session, small_disk / "export")
        before = small.build()
        session.execute(
            "insert into people"
            " select cast(i as varchar), cast(hash(i) as varchar), 1 from range(300000) as t (i)"
        )
        with pytest.raises(DiskFullError, match=r"export folder \(EXPORT_PATH\) is full") as told:
            small.build()
        print(told.value)
        assert small.sets == {before.name}
        assert shutil.disk_usage(small_disk).free > 2_000_000
        session.execute("delete from people where len(name) > 5")
        small.build()


def read_orders(data: Path, warehouse: Path, ending: str = "") -> None:
    """Register a large file of orders, as the plugin does when dbt opens a warehouse."""
    data.mkdir()
    numbers = random.Random(1)
    rows = [f"{numbers.getrandbits(256):x},{i},2026-01-01,1.5\n" for i in range(100_000)]
    header = "order_id,customer_id,ordered_at,amount\n"
    (data / "orders.csv").write_text(header + "".join(rows) + ending)
    with duckdb.connect(str(warehouse)) as session:
        Plugin("x", {"folder": str(data)}).configure_connection(session)


def test_reading_into_a_warehouse_on_a_disk_that_is_full(tmp_path, small_disk):
    with pytest.raises(DiskFullError, match=r"warehouse \(DUCKDB_PATH\) is full") as told:
        read_orders(tmp_path / "data", small_disk / "warehouse.duckdb")
    print(told.value)


def test_reading_with_a_temporary_folder_that_is_full(tmp_path, small_disk, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with pytest.raises(DiskFullError, match=r"temporary folder \(TMPDIR\) is full") as told:
        # The last line is broken, so that Python splits the file into a temporary one.
        read_orders(tmp_path / "data", tmp_path / "warehouse.duckdb", ending='"x\n')
    print(told.value)
