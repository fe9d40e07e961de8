"""The published tables as they are described: diagram, units, consumers, a question for each."""

import json
import re

import duckdb
import pytest
from conftest import PROJECT
from test_personal import marts

PAGES = ["docs/tables.md", "docs/tables.zh-CN.md"]
QUESTIONS = {
    page: (PROJECT / page).read_text("utf-8").split(heading)[1].split("\n## ")[0]
    for page, heading in zip(PAGES, ["## Questions", "## 业务问题"], strict=True)
}
NUMBERS = ("int", "bigint", "integer", "decimal", "double")
UNITS = (
    r"points|days|orders|currency|number of|share|0-1|1 comes first|records|lines|unit of"
    r"|exact copies|older versions"
)


@pytest.fixture(scope="module")
def manifest_path(sample_build):
    return sample_build.folder / "target" / "manifest.json"


@pytest.fixture(scope="module")
def tables(manifest_path) -> dict[str, dict]:
    return marts(manifest_path)


# --- The picture ------------------------------------------------------------------------------


def diagram() -> str:
    text = (PROJECT / PAGES[0]).read_text("utf-8")
    return re.search(r"```mermaid\n(erDiagram.*?)```", text, re.DOTALL)[1]


def drawn() -> dict[str, list[tuple[str, str, bool]]]:
    """Type, name and whether it is of the key, of each drawn column of each drawn table."""
    entities = re.findall(r"^    (\w+) \{\n(.*?)^    \}", diagram(), re.DOTALL | re.M)
    return {
        table: [
            (type_, name, key == "PK")
            for type_, name, key in re.findall(r"^ +(\w+) (\w+)(?: (PK))?", columns, re.MULTILINE)
        ]
        for table, columns in entities
    }


def test_every_published_table_is_drawn_as_it_is(sample_build, tables):
    assert drawn().keys() == tables.keys()
    for table, columns in drawn().items():
        contract = tables[table]["columns"]
        for type_, name, _ in columns:
            assert contract[name]["data_type"].split("(")[0] == type_, (table, name)
        key = ", ".join(name for _, name, is_key in columns if is_key)
        rows = sample_build.rows(f"select count(*), count(distinct ({key})) from marts.{table}")
        assert rows[0][0] == rows[0][1] > 0, (table, key)


def test_every_drawn_line_is_between_drawn_tables():
    lines = re.findall(r"^    (\w+) \S*--\S* (\w+) :", diagram(), re.MULTILINE)
    assert len(lines) == 28
    assert {table for line in lines for table in line} == drawn().keys()


def test_every_number_says_its_unit(tables):
    silent = [
        f"{table}.{name}: {column['description']}"
        for table, node in tables.items()
        for name, column in node["columns"].items()
        if column["data_type"].startswith(NUMBERS)
        and name != "source_row"
        and not re.search(UNITS, column["description"].lower())
    ]
    assert silent == []


def test_every_published_table_has_a_consumer(manifest_path, tables):
    exposures = json.loads(manifest_path.read_text("utf-8"))["exposures"].values()
    read = {node.split(".")[-1] for each in exposures for node in each["depends_on"]["nodes"]}
    assert tables.keys() <= read
    assert all(each["owner"]["name"] and each["maturity"] for each in exposures)


# --- A question for each ----------------------------------------------------------------------


def queries(text: str) -> dict[str, str]:
    """By published table, the query of its question."""
    return dict(re.findall(r"^\*\*(\w+)\*\*.*?```sql\n(.*?)```", text, re.DOTALL | re.MULTILINE))


def test_every_published_table_has_a_question(tables):
    english, chinese = (queries(QUESTIONS[page]) for page in PAGES)
    assert english.keys() == tables.keys()
    assert english == chinese
    assert QUESTIONS[PAGES[0]].count("```sql") == len(english)


@pytest.mark.parametrize("page", [*PAGES, "README.md", "README.zh-CN.md"])
def test_every_published_table_is_named(tables, page):
    text = (PROJECT / page).read_text("utf-8")
    assert {table for table in tables if f"`{table}`" not in text} == set()


@pytest.mark.parametrize("table", queries(QUESTIONS[PAGES[0]]))
def test_a_question_is_answered(sample_build, table, monkeypatch):
    monkeypatch.chdir(sample_build.folder)
    query = queries(QUESTIONS[PAGES[0]])[table]
    source = f"marts.{table}" if table == "customer_contacts" else f"'export/latest/{table}.parquet"
    assert source in query
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as connection:
        assert len(connection.sql(query).fetchall()) > 0
