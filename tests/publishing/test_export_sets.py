"""What is in export/builds/ is ours only if it says so, and is believed only if it is unchanged."""

import csv
import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from small_export import SmallExport, manifest_of

from customer_tiering import export as export_module
from customer_tiering.export import KEPT_BUILDS, ExportError

FEBRUARY = "2026-02-28.parquet"
A_BUILD = "20261123T061821.123456Z-0fa3b2c1"


@pytest.fixture
def small(tmp_path):
    with duckdb.connect() as session:
        yield SmallExport(session, tmp_path / "export")


def inode(latest: Path, part: str = FEBRUARY) -> int:
    return (latest / "dated.parquet" / part).stat().st_ino


def rows_of(latest: Path) -> list[tuple]:
    """What a reader finds in the parts, and in the CSV."""
    parts = [str(path) for path in sorted((latest / "dated.parquet").iterdir())]
    found = duckdb.read_parquet(parts).fetchall()
    csv = (latest / "dated.csv").read_text("utf-8-sig").splitlines()[1:]
    assert [f"{date},{customer}" for date, customer in found] == csv
    return found


def check(latest: Path) -> None:
    """Every checksum of the manifest is right; parts and the folder as a whole."""
    for file in manifest_of(latest)["files"]:
        path = latest / file["file"]
        parts = sorted(path.iterdir()) if path.is_dir() else [path]
        content = [part.read_bytes() for part in parts]
        assert hashlib.sha256(b"".join(content)).hexdigest() == file["sha256"]
        if path.is_dir():
            sums = [hashlib.sha256(each).hexdigest() for each in content]
            assert file["parts"] == dict(zip([part.name for part in parts], sums, strict=True))
        else:
            assert "parts" not in file


# --- What is not ours -------------------------------------------------------------------------


def test_what_people_put_among_the_sets_stays_and_does_not_count(small, tmp_path):
    builds = small.folder / "builds"
    builds.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "notes").write_text("somebody's")
    files = [".DS_Store", "Thumbs.db", "0", ".20261123T061821", A_BUILD, f".{A_BUILD[:-1]}0"]
    for name in files:
        (builds / name).write_text("somebody's")
    folders = ["zzz", ".hidden", "0000", f"{A_BUILD} copy", f"..{A_BUILD}", A_BUILD.lower()]
    for name in folders:
        (builds / name).mkdir()
        (builds / name / "notes").write_text("somebody's")
    links = [A_BUILD[:-1] + "2", f".{A_BUILD[:-1]}3"]
    for name in links:
        (builds / name).symlink_to(tmp_path / "elsewhere")
    (builds / (A_BUILD[:-1] + "4")).symlink_to("nowhere")
    foreign = small.sets
    sets = [small.build().name for _ in range(KEPT_BUILDS + 2)]
    assert small.sets == foreign | set(sets[-KEPT_BUILDS:])
    assert (tmp_path / "elsewhere" / "notes").read_text() == "somebody's"
    assert all((builds / name).read_text() == "somebody's" for name in files)
    assert all((builds / name / "notes").read_text() == "somebody's" for name in folders)


def test_what_people_put_among_the_answers_about_the_past_stays(small):
    small.build()
    small.build(of_the_past=True)
    past = small.folder / "past"
    answer = past / "2026-02-28"
    for path in (past / "notes", past / "2020" / "notes", answer / "builds" / "mine" / "notes"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("somebody's")
    small.session.execute("update audit.run_scope set deletions_fingerprint = '1-2'")
    small.build()
    left = {str(path.relative_to(past)) for path in past.rglob("*") if not path.is_dir()}
    assert left == {"notes", "2020/notes", "2026-02-28/builds/mine/notes"}
    assert (small.folder / ".handled_deletions").read_text() == "1-2"


def test_deletions_are_handled_only_when_every_answer_is_gone(small, monkeypatch):
    small.build()
    small.build(of_the_past=True)
    small.session.execute("update audit.run_scope set deletions_fingerprint = '1-2'")
    refused = PermissionError(13, "Permission denied", "past/2026-02-28/builds")
    with monkeypatch.context() as patch:
        patch.setattr(export_module, "remove_answers", lambda _: (_ for _ in ()).throw(refused))
        with pytest.raises(ExportError, match=r"past/2026-02-28/builds: Permission denied"):
            small.build()
    assert not (small.folder / ".handled_deletions").exists()
    small.build()
    assert not (small.folder / "past").exists()
    assert (small.folder / ".handled_deletions").read_text() == "1-2"


def test_a_damaged_note_of_deletions_counts_as_none(small):
    first = small.build()
    (small.folder / ".handled_deletions").write_bytes(b"\xff\xfe\x00")
    assert small.sets == {first.name}
    second = small.build()
    assert small.sets == {second.name}


# --- Damaged manifests ------------------------------------------------------------------------

DAMAGED = {
    "missing": None,
    "empty": b"",
    "truncated": b'{"build_id": "2026',
    "no text": b"\xff\x00\xfe",
    "a list": b"[1]",
    "a number": b"7",
    "deep": b"[" * 200_000,
    "foreign": json.dumps({"name": "app", "version": 3}).encode(),
    "of another set": json.dumps({"build_id": A_BUILD, "build_number": 10**6}).encode(),
    "odd values": b'{"build_id": "%s", "build_number": "9", "invocation_id": 5, "files": {"a": 1}}',
    "odd files": b'{"build_id": "%s", "invocation_id": "%s", "build_number": true,'
    b' "files": [1, null, {"file": "dated.parquet", "parts": [1]}, {"file": "dated.csv"}]}',
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_manifest_stops_no_build_and_nothing_is_taken_from_its_set(small, damage):
    first = small.build()
    second = small.build()
    assert inode(first) == inode(second)
    content = DAMAGED[damage]
    path = second / "manifest.json"
    if content is None:
        path.unlink()
    else:
        run = manifest_of(second)["invocation_id"]
        path.write_bytes(
            content.replace(b"%s", second.name.encode(), 1).replace(b"%s", run.encode())
        )
    third = small.build()
    check(third)
    assert inode(third) != inode(second)
    assert rows_of(third) == rows_of(first)
    # Who knows how old it is? The first one to go.
    fourth = small.build()
    assert small.sets == {first.name, third.name, fourth.name}


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to itself"])
def test_a_manifest_that_is_no_file_stops_no_build(small, kind):
    latest = small.build()
    path = latest / "manifest.json"
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("manifest.json")
    check(small.build())


@pytest.mark.parametrize("target", ["latest", "builds", "/", "builds/zzz", "nowhere"])
def test_a_latest_that_leads_elsewhere_is_set_right(small, target):
    small.build()
    latest = small.folder / "latest"
    latest.unlink()
    latest.symlink_to(target)
    assert small.build() == (small.folder / "latest").resolve()
    assert len(small.sets) == 2


# --- Parts that were altered ------------------------------------------------------------------


def test_a_part_is_taken_over_as_long_as_it_is_what_was_written(small):
    latest = small.build()
    check(latest)
    second = small.build()
    check(second)
    assert inode(second) == inode(latest)
    small.session.execute("insert into dated values ('2026-03-31', '1')")
    third = small.build(unchanged="select date '2026-01-31'")
    assert inode(third, "2026-01-31.parquet") == inode(latest, "2026-01-31.parquet")
    assert inode(third) != inode(latest)
    assert len(rows_of(third)) == 5


def alter_by_a_byte(part: Path) -> None:
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)


def alter_rows(part: Path) -> None:
    duckdb.sql("select date '2026-02-28' as as_of_date, '666' as customer_id").write_parquet(
        str(part)
    )


def link_to_a_copy(part: Path) -> None:
    shutil.copy(part, part.parents[4] / "copy")
    part.unlink()
    part.symlink_to(part.parents[4] / "copy")


def make_a_folder(part: Path) -> None:
    part.unlink()
    part.mkdir()


@pytest.mark.parametrize(
    "alter",
    [
        alter_by_a_byte,
        alter_rows,
        Path.unlink,
        link_to_a_copy,
        make_a_folder,
        lambda p: p.write_text(""),
    ],
)
def test_a_part_that_somebody_altered_is_written_anew(small, alter):
    first = small.build()
    expected = rows_of(first)
    alter(first / "dated.parquet" / FEBRUARY)
    second = small.build()
    check(second)
    assert rows_of(second) == expected
    assert not (second / "dated.parquet" / FEBRUARY).is_symlink()
    assert inode(second, "2026-01-31.parquet") == inode(first, "2026-01-31.parquet")


def test_a_part_of_other_columns_is_written_anew(small):
    first = small.build()
    small.session.execute("alter table dated add column tier varchar default 'A'")
    second = small.build()
    assert inode(second) != inode(first)
    columns = duckdb.read_parquet([str(p) for p in (second / "dated.parquet").iterdir()]).columns
    assert columns == ["as_of_date", "customer_id", "tier"]


def test_without_hard_links_parts_are_written_anew(small, monkeypatch):
    first = small.build()
    refused = OSError(1, "Operation not permitted")
    monkeypatch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(refused))
    second = small.build()
    check(second)
    assert rows_of(second) == rows_of(first)


# --- Clocks that err --------------------------------------------------------------------------


class Clock(datetime):
    """A clock that says what it is set to."""

    at = datetime(2026, 1, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz=None):
        cls.at = cls.at.replace(microsecond=cls.at.microsecond + 1)
        return cls.at


def test_a_clock_that_was_wrong_once_keeps_no_old_set_and_drops_no_new_one(small, monkeypatch):
    monkeypatch.setattr(export_module, "datetime", Clock)
    sets = []
    for year in (2026, 2099, 2026, 2001, 2026, 2026):
        Clock.at = Clock.at.replace(year=year)
        sets.append(small.build().name)
        check(small.folder / "latest")
        assert small.sets == set(sets[-KEPT_BUILDS:])


def test_a_set_without_a_number_is_older_than_all_that_have_one(small):
    old = [small.build().name for _ in range(2)]
    for name in old:
        path = small.folder / "builds" / name / "manifest.json"
        manifest = json.loads(path.read_text())
        del manifest["build_number"]
        path.write_text(json.dumps(manifest))
    new = small.build().name
    # By its name it would be the newest of all.
    (small.folder / "builds" / old[0]).rename(small.folder / "builds" / f"2099{old[0][4:]}")
    assert small.sets == {f"2099{old[0][4:]}", old[1], new}
    small.build()
    assert f"2099{old[0][4:]}" in small.sets or old[1] in small.sets
    names = {small.build().name for _ in range(2)}
    assert names <= small.sets
    assert not small.sets & {*old, f"2099{old[0][4:]}"}


def test_a_warehouse_that_is_made_anew_counts_from_1_and_its_sets_are_the_newer_ones(small):
    old = [small.build().name for _ in range(KEPT_BUILDS)]
    with duckdb.connect() as session:
        anew = SmallExport(session, small.folder, first="another")
        new = [anew.build().name for _ in range(2)]
        assert small.sets == {*new, old[-1]}
        new.append(anew.build().name)
        assert small.sets == set(new)


def test_the_manifest_tells_the_number_of_the_build(small):
    assert [manifest_of(small.build())["build_number"] for _ in range(3)] == [1, 2, 3]


# --- Paths to the letter ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["as_of_date=2020-01-01", "crm[1]", "a*b?", "it's", 'a "b"', "customer_id=7/x y", "数据"],
)
def test_the_folder_of_the_export_may_have_any_name(tmp_path, name):
    (tmp_path / "crm1").mkdir()
    with duckdb.connect() as session:
        small = SmallExport(session, tmp_path / name)
        for _ in range(2):
            latest = small.build()
            check(latest)
            assert rows_of(latest) == session.sql("from dated order by all").fetchall()
            people = (latest / "people.csv").read_text("utf-8-sig").splitlines()
            assert people == ["customer_id,name,amount", "1,Ann,1.5", "2,Bo,-2.0"]


def test_a_path_that_duckdb_cannot_read_is_told(tmp_path):
    with duckdb.connect() as session:
        small = SmallExport(session, tmp_path / "a\\b[1]")
        with pytest.raises(ExportError, match=r"EXPORT_PATH .* has a path with a backslash"):
            small.build()


# --- Tables and ids of any kind ---------------------------------------------------------------


def test_a_table_without_rows_is_exported(small):
    small.session.execute("delete from people; delete from dated")
    for _ in range(2):
        latest = small.build()
        check(latest)
        assert rows_of(latest) == []
        assert [path.name for path in (latest / "dated.parquet").iterdir()] == ["empty.parquet"]
        assert (latest / "people.csv").read_text("utf-8-sig") == "customer_id,name,amount\n"
        assert duckdb.read_parquet(str(latest / "people.parquet")).fetchall() == []
        counted = {file["file"]: file["rows"] for file in manifest_of(latest)["files"]}
        assert set(counted.values()) == {0}
    small.session.execute("insert into dated values ('2026-02-28', '1')")
    assert len(rows_of(small.build())) == 1


def test_ids_of_any_kind_come_back_as_they_are(small):
    ids = ["a\nb", "a\r\nb", 'say "hi"', "it's", "a,b;c\td", "", " ", "NULL", "0007", "\\N", "数"]
    small.session.execute("delete from people")
    small.session.executemany("insert into people values (?, 'x', 1)", [[each] for each in ids])
    latest = small.build()
    assert sorted(duckdb.sql(f"from '{latest}/people.parquet'").fetchall()) == sorted(
        (each, "x", 1) for each in ids
    )
    with (latest / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        found = [row[0] for row in list(csv.reader(file))[1:]]
    assert sorted(found) == sorted(ids)
