"""People who asked to be forgotten: no record of theirs gets past the raw layer."""

import shutil
from types import SimpleNamespace

import jinja2
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from conftest import PROJECT, WITHOUT_UNIT_TESTS, Workspace, shared_case
from raw_layer import rows

from customer_tiering.reading import ingest
from customer_tiering.reading.forgotten import clean_id, ids_in
from customer_tiering.reading.ingest import InputError, register_sources

FILES = {
    "customers": "customer_id,name\nc1,Ann\n c2\u3000,Bob\nc3,Cai\n",
    "orders": "order_id,customer_id,ordered_at,amount\n1,c1,d,10\n2,c2,d,20\n 3, c2 ,d,30\n",
    "order_items": "order_id,product_id,quantity,unit_price\n1,P,1,1\n2,P,1,1\n3 ,P,1,1\n2,Q,1,1\n",
    "refunds": "refund_id,customer_id,refunded_at,amount\nr1,c1,d,1\nr2,c2,d,1\n",
    "interactions": "interaction_id,customer_id,occurred_at,channel\ni1,c1,d,x\ni2,c2,d,x\n",
    "referrals": "referral_id,customer_id,referred_at,referred_customer_id\n"
    "r1,c1,d,c2\nr2,c2,d,c1\nr3,c1,d,c3\n",
    "events": "event_id,customer_id,occurred_at,event_type\ne1,c1,d,x\ne2,,d,x\n",
}
UNREADABLE = '4,"c2",d,5,too many\n5,c22,2026-c2-01,5,too many\n'
FORGET_C2 = "customer_id,requested_at\nc2\u00a0,2026-11-01\n,2026-11-01\nN/A,2026-11-01\nnobody,\n"
LEFT = {"customers": 2, "orders": 1, "order_items": 1, "refunds": 1, "interactions": 1, "events": 2}
LEFT |= {"referrals": 1}
GONE = {"customers": 1, "orders": 3, "order_items": 3, "refunds": 1, "interactions": 1, "events": 0}
GONE |= {"referrals": 2}


@pytest.fixture
def folder(tmp_path):
    for source, text in FILES.items():
        (tmp_path / f"{source}.csv").write_text(text, "utf-8")
    with (tmp_path / "orders.csv").open("a") as file:
        file.write(UNREADABLE)
    return tmp_path


def counts(connection):
    return {name: rows(connection, f"select count(*) from raw.{name}")[0][0] for name in FILES}


def forgotten(connection):
    found = rows(
        connection,
        "select source, cast(sum(rows_forgotten) as int) from raw.source_files group by source",
    )
    return {source: count for source, count in found if source in FILES}


def kinds(connection, load):
    found = rows(connection, f"select source, kind from raw.source_loads where load = {load}")
    return dict(found)


def is_clean(connection):
    """Nothing of c2 is left, whichever file said it."""
    assert counts(connection) == LEFT
    assert forgotten(connection) == GONE
    assert rows(connection, "select line from raw.unreadable_lines") == [
        ("5,c22,2026-c2-01,5,too many",)
    ]
    lines = rows(
        connection,
        "select table_name from duckdb_tables() where schema_name = 'raw'"
        " and table_name like '%_lines' and table_name <> 'deletions_lines'",
    )
    for (table,) in lines:
        found = rows(connection, f"from raw.{table}")
        assert not [row for row in found for value in row if str(value).strip(" \u3000") == "c2"]
    return True


def test_who_is_in_the_list_from_the_start_never_gets_in(connection, folder):
    (folder / "deletions.csv").write_text(FORGET_C2, "utf-8")
    register_sources(connection, folder)
    assert is_clean(connection)
    assert set(kinds(connection, 1).values()) == {"added"}


def test_who_asks_later_is_removed_and_what_had_nobody_is_not_touched(connection, folder):
    (folder / "deletions.csv").write_text("customer_id\nnobody\n")
    register_sources(connection, folder)
    assert counts(connection)["orders"] == 3
    (folder / "deletions.csv").write_text(FORGET_C2, "utf-8")
    register_sources(connection, folder)
    assert is_clean(connection)
    changed = {source for source, count in GONE.items() if count} | {"deletions"}
    assert kinds(connection, 2) == dict.fromkeys(changed, "replaced")
    assert rows(connection, "select source_row, loaded_in from raw.orders") == [(1, 2)]
    assert rows(connection, "select distinct loaded_in from raw.events") == [(1,)]
    register_sources(connection, folder)
    assert kinds(connection, 3) == {}


def test_a_later_export_with_the_person_in_it_is_cleaned_too(connection, folder):
    (folder / "deletions.csv").write_text(FORGET_C2, "utf-8")
    register_sources(connection, folder)
    with (folder / "orders.csv").open("a") as file:
        file.write("7,c2,d,5\n")
    (folder / "order_items").mkdir()
    items = "order_id,product_id,quantity,unit_price\n7,P,1,1\n2,P,1,1\n1,P,1,1\n"
    (folder / "order_items" / "more.csv").write_text(items)
    register_sources(connection, folder)
    assert counts(connection) == LEFT | {"order_items": 2}
    assert forgotten(connection) == GONE | {"orders": 4, "order_items": 5}
    assert kinds(connection, 2) == {"orders": "replaced", "order_items": "added"}


def test_a_run_without_news_leaves_nothing_out_of_the_next(connection, folder):
    (folder / "deletions.csv").write_text(FORGET_C2, "utf-8")
    register_sources(connection, folder)
    (folder / "orders.csv").write_text(FILES["orders"] + "7,c2,d,5\n")
    register_sources(connection, folder)
    register_sources(connection, folder)
    (folder / "deletions.csv").write_text(FORGET_C2 + "c1,\n", "utf-8")
    register_sources(connection, folder)
    nobody = {"orders": 0, "order_items": 0, "refunds": 0, "interactions": 0, "referrals": 0}
    assert counts(connection) == nobody | {"customers": 1, "events": 1}


def test_items_that_came_before_their_order_go_when_it_comes(connection, folder):
    (folder / "deletions.csv").write_text(FORGET_C2, "utf-8")
    (folder / "order_items.csv").write_text(FILES["order_items"] + "8,P,1,1\n")
    register_sources(connection, folder)
    assert counts(connection)["order_items"] == 2
    (folder / "orders").mkdir()
    (folder / "orders" / "late.csv").write_text(FILES["orders"].split("\n")[0] + "\n8,c2,d,1\n")
    register_sources(connection, folder)
    assert counts(connection) == LEFT
    assert kinds(connection, 2) == {"orders": "added", "order_items": "replaced"}


def test_parquet_is_filtered_in_the_views(connection, folder):
    for source in FILES:
        if source != "orders":
            path = folder / f"{source}.csv"
            text = pc.ConvertOptions(column_types={"order_id": "string"})
            pq.write_table(pc.read_csv(path, convert_options=text), path.with_suffix(".parquet"))
            path.unlink()
    register_sources(connection, folder)
    (folder / "deletions.csv").write_text(FORGET_C2, "utf-8")
    register_sources(connection, folder)
    assert is_clean(connection)
    assert kinds(connection, 2)["refunds"] == "replaced"
    assert rows(connection, "select distinct loaded_in from raw.refunds") == [(2,)]


def test_a_cleaning_that_is_killed_is_taken_up_by_the_next_run(connection, folder, monkeypatch):
    register_sources(connection, folder)
    (folder / "deletions.csv").write_text(FORGET_C2, "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "_clean", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            register_sources(connection, folder)
    assert counts(connection)["orders"] == 3
    register_sources(connection, folder)
    assert is_clean(connection)
    assert kinds(connection, 3)["orders"] == "replaced"


def test_who_is_taken_off_the_list_comes_back_with_the_files(connection, folder):
    (folder / "deletions.csv").write_text(FORGET_C2, "utf-8")
    register_sources(connection, folder)
    (folder / "deletions.csv").write_text("customer_id\nnobody\n")
    register_sources(connection, folder)
    assert set(forgotten(connection).values()) == {0}
    assert counts(connection)["orders"] == 3
    assert kinds(connection, 2)["orders"] == "replaced"


def test_a_broken_line_of_the_list_stops_everything(connection, folder):
    (folder / "deletions.csv").write_text("customer_id,requested_at\nc1,d\nc2,d,too many\n")
    with pytest.raises(InputError, match=r"deletions.csv has lines .* first in row 2"):
        register_sources(connection, folder)


IDS = {
    "007": "007",
    "C-1_a": "C-1_a",
    " 007\u200b": "007",
    "\ufeff007": "007",
    "0\u00ad07\u2060": "007",
    "\u202a007\u202c": "007",
    "\t007\r\n": "007",
    "\u3000007\u00a0": "007",
    "a\u00a0b": "a b",
    "a\tb": "a\tb",
    "００７": "007",
    "Ａ－１＿ｂ": "A-1_b",
    "ｘ＠ｙ．ｚ": "x@y.z",
    '="000777"': "000777",
    '=" 000777 "': "000777",
    "＝＂１＂": "1",
    '="1001.0"': "1001",
    '=""': None,
    '="': '="',
    "=1": "=1",
    "'000777": "000777",
    "＇000777": "000777",
    "'000777'": "'000777'",
    "'": "'",
    "O'Brien": "O'Brien",
    "1001.0": "1001",
    "1001.00": "1001.00",
    "a1.0": "a1.0",
    ".0": ".0",
    "2.02609E+11": "2.02609E+11",
    "a\\b": "a\\b",
    "Ａ＼ｂ": "A\\b",
    "someone@example.org": "someone@example.org",
    "10.20.30.40.0": "10.20.30.40.0",
    "王芳": "王芳",
    "NA": "NA",
    "Null": "Null",
    "nil": "nil",
    "NONE": "NONE",
    "n1": "n1",
    "无锡": "无锡",
    "C007 ": "C007",
    "": None,
    " \t": None,
    "\u200b": None,
    **dict.fromkeys(["-", "--", "NULL", "null", "(null)", "None", "nan", "NaN", "N/A", "n/a"]),
    **dict.fromkeys(["#N/A", "<NA>", "\\N", "无", " null ", "（ｎｕｌｌ）", "'-", '="None"']),
}


def macro(name, *arguments):
    """A macro of staging as it is written for DuckDB, without dbt."""
    files = [PROJECT / "macros" / "cross_db" / "regular_expressions.sql"]
    files.append(PROJECT / "macros" / "staging" / "clean_text.sql")
    environment = jinja2.Environment()
    template = environment.from_string("".join(path.read_text("utf-8") for path in files))

    def dispatch(name, _):
        return getattr(module, f"duckdb__{name}")

    context = {"adapter": SimpleNamespace(dispatch=dispatch), "return": lambda text: text}
    environment.globals |= context
    module = template.make_module(context)
    return str(getattr(module, name)(*arguments))


def test_an_id_is_cleaned_here_as_in_staging(connection):
    connection.execute("create table given as select unnest(?) as id", [list(IDS)])
    ways = [clean_id("id"), macro("clean_id", "id"), f"{macro('clean_id', clean_id('id'))}"]
    for way in ways:
        cleaned = connection.execute(f"select id, {way} from given").fetchall()
        assert dict(cleaned) == IDS
    assert len(IDS) >= 40
    nobody = connection.execute(ids_in("id", "(select id from given where id < '')")).fetchall()
    assert nobody == []


def test_who_is_written_otherwise_is_the_same_person(connection, tmp_path):
    ids = ["007", "7", " 007\u200b", "'007", '"=""007"""', "００７", "007.0", "0007"]
    lines = "".join(f"{n},{each},d,1\n" for n, each in enumerate(ids))
    broken = "8,\u200b007,d,1,1\n9,'007,d,1,1\n10,07,d,1,1\n"
    header = "order_id,customer_id,ordered_at,amount\n"
    (tmp_path / "orders.csv").write_text(header + lines + broken, "utf-8")
    (tmp_path / "deletions.csv").write_text("customer_id\n\u3000007\u200b\n", "utf-8")
    register_sources(connection, tmp_path)
    assert rows(connection, "select customer_id from raw.orders") == [("7",), ("0007",)]
    assert rows(connection, "select line from raw.unreadable_lines") == [("10,07,d,1,1",)]


def test_the_case_of_an_unseen_character_is_forgotten(connection):
    register_sources(connection, shared_case("60-deletions_zwsp"))
    assert rows(connection, "select customer_id from raw.orders") == [("008",)]


# A whole build: the orders of the sample in two files, the second one in GB18030

FORGOTTEN = ("000362", "B00008", "B00763")
# As a spreadsheet or a hand writes the ids of other customers; and of whom there never was any.
CHANGED = ("16", "b00840", "2.02609E+11", "nobody")
IN_THE_FIRST = 4_500


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("forgotten")
    data = shutil.copytree(PROJECT / "sample_data", folder / "data")
    header, *records = (data / "orders.csv").read_text("utf-8").splitlines(keepends=True)
    (data / "orders.csv").unlink()
    (data / "orders").mkdir()
    first, second = records[:IN_THE_FIRST], records[IN_THE_FIRST:]
    (data / "orders" / "1.csv").write_text(header + "".join(first), "utf-8")
    (data / "orders" / "2.csv").write_text(header + "".join(second), "gb18030")
    ids = "".join(f"{customer},2026-11-01\n" for customer in [*FORGOTTEN, *CHANGED, ""])
    (data / "deletions.csv").write_text(f"customer_id,requested_at\n{ids}", "utf-8")
    workspace = Workspace(folder, data=data)
    workspace.dbt("build", *WITHOUT_UNIT_TESTS)
    return workspace


# Who asked to be forgotten, by ids alone, so that no later file brings them back.
LISTS = (
    *("deletions", "deletions_lines", "forgotten_ids", "connected_ids"),
    *("identities_left_out", "int_forgotten_customers"),
)


def tables_but_lists(workspace) -> list[str]:
    """Every table and view of a warehouse, but the lists of who asked to be forgotten."""
    rows = workspace.rows(
        "select table_schema || '.' || table_name from information_schema.tables"
        f" where table_name not in {LISTS}"
    )
    assert len(rows) > 80
    return [table for (table,) in rows]


def found_in(table, pattern):
    """The query of how many rows of a table have a word of a pattern in them."""
    text = f"regexp_matches(cast(each as varchar), '{pattern}')"
    return f"(select count(*) from {table} as each where {text})"


def test_nobody_who_is_forgotten_is_in_any_table(sample_build, build):
    orders = sample_build.rows(
        f"select order_id from raw.orders where customer_id in {FORGOTTEN} order by order_id"
    )
    assert len(orders) > 200
    ids = "|".join([*FORGOTTEN, *(order for (order,) in orders)])
    # The decimals of a number are no id.
    pattern = rf"(^|[^.\w])({ids})\b"
    # The test of the test: elsewhere they are found.
    assert sample_build.rows(f"select {found_in('marts.customer_tier', pattern)}") == [(3,)]
    for table in tables_but_lists(build):
        assert build.rows(f"select {found_in(table, pattern)}") == [(0,)], table


def test_a_request_that_misses_whom_it_means_is_told(build):
    told = build.dbt("test", "-s", "deletions_reach_whom_they_mean").stdout
    assert "requested_id=16, still_published=000016" in told
    assert "requested_id=b00840, still_published=B00840" in told
    assert "requested_id=None, still_published=None" in told
    assert "requested_id=2.02609E+11, still_published=None" in told
    assert "Got 4 results" in told


def test_the_reconciliation_counts_who_is_forgotten_and_adds_up(sample_build, build):
    def reconciled(workspace):
        found = workspace.rows(
            "select source, source_file, rows_in, rows_forgotten from marts.row_reconciliation"
        )
        return {source: tuple(row) for source, *row in found}

    before, after = reconciled(sample_build), reconciled(build)
    assert after["orders"][0] == "orders/ (2 files)"
    assert {name: row[1] for name, row in after.items()} == {
        name: row[1] for name, row in before.items()
    }
    orders = sample_build.rows(f"select count(*) from raw.orders where customer_id in {FORGOTTEN}")
    # One order of theirs is a line that cannot be read.
    assert after["orders"][2] == orders[0][0] + 1
    assert after["events"][2] > 0 and after["products"][2] == 0


def test_a_reject_is_listed_by_its_own_file_and_row(sample_build, build):
    def listed(workspace, source_file, source_row):
        return workspace.rows(
            f"select {source_file}, {source_row}, record_id, reject_reason, raw_record"
            " from marts.rejected_records where source = 'orders' and not"
            f" regexp_matches(raw_record, '{'|'.join(FORGOTTEN)}') order by all"
        )

    is_first = f"source_row <= {IN_THE_FIRST}"
    expected = listed(
        sample_build,
        f"if({is_first}, 'orders/1.csv', 'orders/2.csv')",
        f"if({is_first}, source_row, source_row - {IN_THE_FIRST})",
    )
    assert {row[0] for row in expected} == {"orders/1.csv", "orders/2.csv"}
    assert listed(build, "source_file", "source_row") == expected
