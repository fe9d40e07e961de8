"""What lies in a folder: which files are read, by their very names, and what is said of others."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import SHARED
from raw_layer import problems, rows

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.ingest import register_sources

HEADER = "order_id,customer_id,ordered_at,amount\n"
ORDERS = HEADER + "1,007,2025-12-01,10\n2,008,2025-12-02,20\n"
NAMES = ["part[1]", "part1", "a*", "ab", "what?", "whatx", "{a,b}", "a", "[!a]", "q'uote", 'd"q']
NAMES += ["a blank", "🛒", "new\nline", "back\\slash", "%41", "#", "$HOME", "x=1", "**", "é"]


@pytest.fixture
def folder(tmp_path):
    """A folder with a good orders.csv."""
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


def notes(connection, code="feeds_nothing"):
    return rows(
        connection,
        f"select source, source_file from raw.reading_notes where note = '{code}' order by all",
    )


# Paths are literal


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("within", ["plain", "crm[1]", "customer_id=42", "business_line=vip", "*"])
def test_a_name_is_a_name_and_no_pattern(connection, tmp_path, within, ending):
    folder = tmp_path / within / "orders"
    folder.mkdir(parents=True)
    (tmp_path / "crm1" / "orders").mkdir(parents=True)
    (tmp_path / "crm1" / "orders" / f"a.{ending}").write_text(HEADER + "wrong,x,x,1\n")
    # A pattern cannot have a backslash, which is told in the next test.
    names = [name for name in NAMES if "\\" not in name or within not in ("crm[1]", "*")]
    for name in names:
        path = folder / f"{name}.{ending}"
        if ending == "csv":
            quoted = name.replace('"', '""')
            path.write_text(f'{HEADER}"{quoted}",007,2025-12-01,10\n', "utf-8")
        else:
            cells = {"order_id": name, "customer_id": "007", "ordered_at": "d", "amount": 10}
            pq.write_table(pa.table({key: [cell] for key, cell in cells.items()}), path)
    register_sources(connection, tmp_path / within)
    found = rows(connection, "select order_id, customer_id, business_line from raw.orders")
    assert sorted(found) == sorted((name, "007", None) for name in names)


def test_a_mapping_names_a_file_and_no_pattern(connection, tmp_path):
    (tmp_path / "sales[1].csv").write_text(ORDERS)
    (tmp_path / "sales1.csv").write_text(HEADER + "wrong,x,x,1\n")
    mapping = "source,file,their_column,our_column\norders,sales[1].csv,,\n"
    (tmp_path / "mapping.csv").write_text(mapping)
    register_sources(connection, tmp_path)
    assert rows(connection, "select order_id from raw.orders") == [("1",), ("2",)]
    assert notes(connection) == [(None, "sales1.csv")]


def test_a_name_that_no_reader_can_open_is_told(connection, folder):
    (folder / "orders").mkdir()
    for name in (b"a\\[1].csv", b"\xff.csv"):
        (folder / "orders" / os.fsdecode(name)).write_text(ORDERS)
    found = problems(connection, folder)
    assert len(found) == 2
    assert all("Rename it" in problem for problem in found)
    "\n".join(found).encode("utf-8")


# What feeds nothing


def test_what_feeds_nothing_is_told(connection, folder):
    (folder / "orders").mkdir()
    (folder / "archive").mkdir()
    (folder / "orders" / "2024").mkdir()
    told = ["notes.txt", "tiers.csv", "ordering.csv", "~$x.xlsx", "customer360.pdf"]
    told += ["orders.xlsx", "orders.csv.gz", "orders/y.json", "orders/x.numbers", "orders/list"]
    told.remove("customer360.pdf")
    for name in told:
        (folder / name).write_text("x")
    for name in (".hidden", "_part.csv", "README", "readme.md", "LICENSE.txt", "Thumbs.db"):
        (folder / name).write_text("x")
        (folder / "orders" / name).write_text("x")
    (folder / "desktop.ini").write_text("x")
    (folder / "_orders_old").mkdir()
    register_sources(connection, folder)
    assert {name for _, name in notes(connection)} == {*told, "archive", "orders/2024"}
    assert ("orders", "orders/y.json") in notes(connection)
    detail = rows(
        connection, "select detail from raw.reading_notes where source_file = 'orders/y.json'"
    )[0][0]
    assert detail == (
        "orders/y.json has an ending that is not read. Save it as y.csv, or begin its name with"
        " _ to leave it out"
    )
    for name in told:
        (folder / name).unlink()
    register_sources(connection, folder)
    assert {name for _, name in notes(connection)} == {"archive", "orders/2024"}


@pytest.mark.parametrize(
    "name",
    [
        "deletions.csv.txt",
        "deletions (1).csv",
        "deletion.csv",
        "Deletions-2.csv",
        "deletions",
        "deletions.csv~",
        "Order - copy.csv",
        "orders_2024.csv",
        "orders.csv.bak",
        "refund.csv",
        "opportunity.csv",
        "opportunities_old/",
        "campaign_touch.csv",
        "campaign touches.csv",
        "fx_rate.csv",
        "customers.2024.csv",
        "customer360.csv",
        "deletions_old/",
        "deletion/",
        "deletions/x.xlsx",
        "deletions/x.csv.gz",
        "deletions/old/",
    ],
)
def test_what_looks_like_a_source_stops_the_build(connection, folder, name):
    path = folder / name
    if name.endswith("/"):
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text("customer_id\n007\n")
    (problem,) = problems(connection, folder)
    assert problem.startswith(name.removesuffix("/"))
    assert rows(connection, "select count(*) from raw.source_files") == [(0,)]


@pytest.mark.parametrize("source", SOURCES)
def test_the_singular_of_every_source_looks_like_it(connection, folder, source):
    words = {"opportunities": "opportunity", "campaign_touches": "campaign_touch"}
    (folder / f"{words.get(source, source[:-1])}.csv").write_text("x\n1\n")
    (problem,) = problems(connection, folder)
    assert f"begins like the source {source} " in problem


def test_a_list_of_deletions_in_another_format_beside_a_good_one_stops_too(connection, folder):
    (folder / "deletions.csv").write_text("customer_id\n007\n")
    (folder / "deletions.xlsx").write_text("x")
    (problem,) = problems(connection, folder)
    assert problem.startswith("deletions.xlsx")


def test_what_the_mapping_names_is_no_stray_and_what_it_passes_over_is_told(connection, folder):
    (folder / "orders").mkdir()
    (folder / "orders" / "1.csv").write_text(ORDERS)
    (folder / "orders_2024.csv").write_text(ORDERS)
    mapping = "source,file,their_column,our_column\norders,orders_2024.csv,,\n"
    (folder / "mapping.csv").write_text(mapping)
    (folder / "old").mkdir()
    (folder / "old" / "people.csv").write_text("customer_id\n1\n")
    (folder / "mapping.csv").write_text(mapping + "customers,old/people.csv,,\n")
    register_sources(connection, folder)
    assert notes(connection) == [("orders", "orders.csv"), ("orders", "orders/1.csv")]
    (folder / "deletions.csv").write_text("customer_id\n007\n")
    (folder / "forget.csv").write_text("customer_id\n008\n")
    (folder / "mapping.csv").write_text(mapping + "deletions,forget.csv,,\n")
    assert problems(connection, folder)[0].startswith("deletions.csv begins like")


@pytest.mark.parametrize("case", ["60-deletion_typo", "60-deletions_(1)", "60-deletions_csv_txt"])
def test_the_shared_cases_of_deletions_stop(connection, case):
    if not (SHARED / "cases" / case).exists():
        pytest.skip("the shared cases are not beside the project (../shared/cases)")
    (problem,) = problems(connection, SHARED / "cases" / case)
    assert "begins like the source deletions" in problem


# Settings


def test_settings_are_read_and_kept_as_they_are_now(connection, folder):
    register_sources(connection, folder)
    assert rows(connection, "from raw.settings") == []
    (folder / "Settings.csv").write_text("setting;value\nrun_date; 2026-10-19\nDate Order;dmy\n")
    register_sources(connection, folder)
    assert rows(connection, "from raw.settings") == [
        ("run_date", "2026-10-19"),
        ("date_order", "dmy"),
    ]
    assert notes(connection) == []
    (folder / "Settings.csv").write_text("setting,value\nrun_date,today\n")
    register_sources(connection, folder)
    assert rows(connection, "from raw.settings") == [("run_date", "today")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("run_date,19.10.2026", "run_date is '19.10.2026'. It should be a day such as 2026-10-19"),
        ("run_date,2026-02-30", "run_date is '2026-02-30'"),
        ("run_date,20261019", "run_date is '20261019'"),
        ("run_date,", "run_date is ''"),
        ("date_order,ymd", "date_order is 'ymd'. It should be dmy (31/12/2026) or mdy"),
        ("rundate,today", "there is no setting 'rundate'. The settings are run_date, reporting_"),
        ("run_date,today\nrun_date,today", "run_date is set a second time"),
    ],
)
def test_a_bad_setting_stops_the_build(connection, folder, text, said):
    (folder / "settings.csv").write_text(f"setting,value\n{text}\n")
    (problem,) = problems(connection, folder)
    assert problem.startswith("settings.csv, line ")
    assert said in problem


def test_settings_without_their_header(connection, folder):
    (folder / "settings.csv").write_text("run_date,today\n")
    (problem,) = problems(connection, folder)
    assert "settings.csv, line 1: the header lacks setting, value" in problem


# What must not hang or break


@pytest.mark.parametrize(
    "name", ["orders.csv", "orders.parquet", "mapping.csv", "settings.csv", "customers.csv"]
)
def test_a_pipe_is_told_and_not_waited_for(connection, tmp_path, name):
    if name.partition(".")[0] != "orders":
        (tmp_path / "orders.csv").write_text(ORDERS)
    os.mkfifo(tmp_path / name)
    (problem,) = problems(connection, tmp_path)
    assert problem.startswith(name) and "file" in problem


def test_a_pipe_in_the_folder_of_a_source_is_told(connection, folder):
    (folder / "orders").mkdir()
    os.mkfifo(folder / "orders" / "1.csv")
    os.mkfifo(folder / "anything")
    register_sources(connection, folder)
    assert notes(connection) == [("orders", "orders/1.csv"), (None, "anything")]


def test_whatever_the_system_says_becomes_words(connection, folder, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)
    (problem,) = problems(connection, folder)
    assert problem == f"{folder} cannot be read: Permission denied"


def test_a_full_refresh_reads_what_seems_unchanged(connection, folder):
    register_sources(connection, folder)
    status = (folder / "orders.csv").stat()
    (folder / "orders.csv").write_text(ORDERS.replace("007", "009"))
    os.utime(folder / "orders.csv", ns=(status.st_atime_ns, status.st_mtime_ns))
    customers = "select customer_id from raw.orders order by 1"
    register_sources(connection, folder)
    assert rows(connection, customers) == [("007",), ("008",)]
    register_sources(connection, folder, anew=True)
    assert rows(connection, customers) == [("008",), ("009",)]
    loads = "select load, kind from raw.source_loads order by load"
    assert rows(connection, loads) == [(1, "added"), (2, "replaced")]
