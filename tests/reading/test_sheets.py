"""No cell of a CSV runs in a spreadsheet; numbers stay numbers, and Parquet has the true text."""

import csv
import io
import re
import unicodedata
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT
from small_export import SmallExport, manifest_of

from customer_tiering import preview
from customer_tiering.sheets import BYTE_ORDER_MARK, write_csv

SIGNS = "=+-@＝＋－＠"
HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://x.example","click")',
    "@SUM(1)",
    "+cmd",
    "-2+3",
    "+8613800000001",
    "-5",
    "-",
    "\tx",
    "\rx",
    "\nx",
    "\t",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "   \t=1",
    "\u00a0=1",
    "\u3000＝1",
    "\u200b=1",
    "\ufeff=1",
    "\u00ad@x",
    "\x00=1",
    "\x0b=1",
    "=1\n=2",
]
HARMLESS = [
    "",
    " ",
    "a=1",
    "1-2",
    "2026-01-01",
    "a\n=1",
    "'=1",
    "上海=1",
    "é=1",
    "ＡＢＣ",
    "_-",
    "~",
    "#1",
    "(=1)",
    " a",
    "\u3000数",
    "🛒=1",
    "<=1",
    ">=1",
    ".-1",
]


def runs(cell: str) -> bool:
    """Whether a spreadsheet may run a text: written apart from what the project does about it."""
    seen = cell
    while seen and (seen[0].isspace() or unicodedata.category(seen[0]) in ("Cc", "Cf", "Zs")):
        if seen[0] in "\t\r\n":
            return True
        seen = seen[1:]
    return seen[:1] != "" and seen[0] in SIGNS


def cells(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8")
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


@pytest.fixture
def written(tmp_path):
    """What is read of a CSV of a query."""

    def write(query: str, parameters: list | None = None) -> list[list[str]]:
        with duckdb.connect() as session:
            session.execute(f"create table written as {query}", parameters or [])
            write_csv(session.table("written"), tmp_path / "written.csv")
        return cells(tmp_path / "written.csv")

    return write


def test_the_oracle_knows_what_runs():
    assert all(runs(text) for text in HOSTILE)
    assert not any(runs(text) for text in HARMLESS)


def test_what_would_run_has_an_apostrophe_and_all_else_is_as_it_was(written):
    texts = HOSTILE + HARMLESS
    found = written("select unnest(?) as text, 'x' as other", [texts])
    assert [row[0] for row in found[1:]] == [f"'{text}" if runs(text) else text for text in texts]


def test_every_character_in_front_is_thought_of(written):
    # All below U+3100 and those beyond that cannot be seen, before a formula.
    unseen = [chr(code) for code in range(0x3100) if not 0xD800 <= code < 0xE000]
    unseen += ["\ufeff", "\ufff9", "\ufffb"]
    texts = [f"{character}=1" for character in unseen if character not in '"']
    found = [row[0] for row in written("select unnest(?) as text, 'x' as other", [texts])[1:]]
    wrong = [
        f"U+{ord(text[0]):04X}"
        for text, cell in zip(texts, found, strict=True)
        if runs(text) and cell != f"'{text}"
    ]
    assert wrong == []


def test_numbers_dates_booleans_and_nothing_stay_as_they_are(written):
    query = """
        select -5 as a, -1.50::decimal(9, 2) as b, -2.5::double as c, date '2026-01-01' as d,
            timestamp '2026-01-01 10:00:00' as e, true as f, null::varchar as g,
            '-infinity'::double as h, -7::hugeint as i, -3::tinyint as j
    """
    inert = ["-5", "-1.50", "-2.5", "2026-01-01", "2026-01-01 10:00:00", "true", ""]
    assert written(query)[1] == [*inert, "-inf", "-7", "-3"]


def test_texts_in_other_types_do_not_run(written):
    query = "select '=1'::enum('=1') as a, '=1'::blob as b, ['=1'] as c, interval '-1 days' as d"
    found = written(query)[1]
    assert not any(runs(cell) for cell in found), found
    assert found[0] == "'=1"


def test_headers_do_not_run_either(written):
    assert written('select 1 as "=a", 2 as "-b", 3 as "c", 4 as "d""e"') == [
        ["'=a", "'-b", "c", 'd"e'],
        ["1", "2", "3", "4"],
    ]


def test_the_export_says_what_it_does_and_parquet_has_the_true_text(tmp_path):
    with duckdb.connect() as session:
        small = SmallExport(session, tmp_path / "export")
        session.execute("delete from people")
        texts = HOSTILE + HARMLESS
        session.executemany("insert into people values (?, ?, -1)", [[t, t] for t in texts])
        latest = small.build()
        assert sorted(duckdb.read_parquet(str(latest / "people.parquet")).fetchall()) == sorted(
            (text, text, -1) for text in texts
        )
        with (latest / "people.csv").open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.reader(file))[1:]
        inert = [f"'{text}" if runs(text) else text for text in texts]
        assert sorted(found) == sorted([text, text, "-1.0"] for text in inert)
        assert "apostrophe" in manifest_of(latest)["csv_text_cells"]


def test_no_cell_of_the_sample_runs_and_no_other_cell_was_touched(sample_build):
    """Every text of every exported table, compared with the Parquet file beside it."""
    latest = sample_build.export / "latest"
    touched = 0
    for path in sorted(latest.glob("*.csv")):
        parquet = path.with_suffix(".parquet")
        files = sorted(parquet.glob("*.parquet")) if parquet.is_dir() else [parquet]
        table = duckdb.read_parquet([str(file) for file in files])
        text = [n for n, kind in enumerate(table.types) if str(kind) == "VARCHAR"]
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))[1:]
        for cells_of_row, true in zip(rows, table.fetchall(), strict=True):
            for place in text:
                expected = true[place] or ""
                touched += runs(expected)
                assert cells_of_row[place] == ("'" if runs(expected) else "") + expected
    print(f"{touched} cells with an apostrophe")


def test_the_lists_of_a_preview_do_not_run(tmp_path):
    with duckdb.connect() as session:
        rows = session.sql("select '=A1' as customer_id, -5 as net_revenue, '@x' as reason_en")
        preview.write_csv(rows, tmp_path / preview.MOVES)
    assert cells(tmp_path / preview.MOVES)[1] == ["'=A1", "-5", "'@x"]


def test_nothing_else_writes_a_csv_for_people():
    """A new place that writes one is to go through `write_csv`, or into this list with a reason."""
    writes = re.compile(r"format csv|write_csv\(|to_csv|csv\.writer", re.IGNORECASE)
    found = {
        str(path.relative_to(PROJECT))
        for folder in ("src", "models", "macros")
        for path in (PROJECT / folder).rglob("*.*")
        if path.suffix in (".py", ".sql") and writes.search(path.read_text("utf-8"))
    }
    assert found == {
        "src/customer_tiering/sheets.py",
        "src/customer_tiering/engines/on_duckdb.py",  # the export, by write_csv
        "src/customer_tiering/preview.py",  # by write_csv
        "src/customer_tiering/inspect.py",  # by write_csv
        "src/customer_tiering/identity_train.py",  # a seed, of our own words and numbers
        "src/customer_tiering/reading/database_tables.py",  # for the reader, removed at once
        "src/customer_tiering/reading/text_files.py",  # for the engine, removed at once
        "src/customer_tiering/reading/packed_files.py",  # for the reader, gone with the process
        "src/customer_tiering/generate/export.py",  # raw data of invented people
    }


def test_dates_are_written_as_a_sheet_reads_them(written):
    assert written("select date '2026-10-18' as day")[1] == [str(date(2026, 10, 18))]
