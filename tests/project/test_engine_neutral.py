"""One SQL for both engines: a gap is closed in macros/cross_db and stands in the ledger."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PROJECT

from customer_tiering.reading.contract import SOURCES

MODELS = [*(PROJECT / "models").rglob("*.sql"), *(PROJECT / "models").rglob("*.py")]
TESTS = sorted((PROJECT / "tests").rglob("*.sql"))
MACROS = sorted((PROJECT / "macros").rglob("*.sql"))
CROSS_DB = sorted((PROJECT / "macros" / "cross_db").glob("*.sql"))
LEDGER = (PROJECT / "docs" / "dialects.md").read_text("utf-8")

# Words of one engine alone that SQL of models has been seen to use elsewhere; not a full list.
ENGINES = (
    r"\b(duckdb|spark|databricks|hive|snowflake|bigquery|postgres)\b|target\.type|adapter\.type"
)
ONE_ENGINE_ONLY = (
    r"\b(quantile_cont|regexp_matches|generate_series|epoch|list_extract|string_agg|unnest|ntile"
    r"|unix_timestamp|get_json_object|percentile|explode|element_at|listagg|xxhash64|hash)\s*\("
    r"|\b(as varchar|asof join|rlike)\b|->>"
)
DISPATCHED = r"adapter\.dispatch\('(\w+)'"


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|\{#.*?#\}|--[^\n]*", "", text, flags=re.DOTALL)


def engine_names(text: str) -> list[str]:
    return re.findall(ENGINES, text.lower())


def windows_over_everything(sql: str) -> list[str]:
    """Windows without `partition by`: on Spark they bring all rows to one task."""
    return re.findall(r"(?:\bover|\bas)\s*\(\s*(?:order by|rows|\))[^)]*", without_comments(sql))


def offenders(paths: list[Path], find: Callable[[str], list]) -> dict[str, list]:
    """By the name of a file, what is found in it; files without a find are left out."""
    found = {path.name: find(path.read_text("utf-8")) for path in paths}
    return {name: each for name, each in found.items() if each}


def test_no_model_knows_its_engine():
    assert len(MODELS) > 50
    assert offenders([*MODELS, *TESTS], lambda text: engine_names(without_comments(text))) == {}


def test_an_engine_name_in_a_model_is_seen():
    assert engine_names("{% if target.type == 'x' %}") and engine_names("select 'Spark'")
    assert not engine_names("select sparkling from waters")


def test_no_window_takes_a_whole_table():
    assert offenders([*MODELS, *TESTS, *MACROS], windows_over_everything) == {}


def test_a_window_over_a_whole_table_is_seen():
    assert windows_over_everything("row_number() over (order by x)")
    assert windows_over_everything("sum(x) over ()")
    assert windows_over_everything("window w as (\n  order by x)")
    assert not windows_over_everything("sum(x) over (partition by y order by x)")


def functions_of_one_engine(sql: str) -> list:
    return [match[0] for match in re.finditer(ONE_ENGINE_ONLY, without_comments(sql))]


def test_functions_of_one_engine_are_only_in_cross_db():
    elsewhere = [path for path in [*MODELS, *TESTS, *MACROS] if path not in CROSS_DB]
    assert offenders(elsewhere, functions_of_one_engine) == {}
    assert len(offenders(CROSS_DB, functions_of_one_engine)) >= 5


def dispatched(path: Path) -> set[str]:
    return set(re.findall(DISPATCHED, path.read_text("utf-8")))


@pytest.mark.parametrize("path", CROSS_DB, ids=lambda path: path.stem)
def test_each_gap_is_closed_for_both_engines_and_stands_in_the_ledger(path):
    text = path.read_text("utf-8")
    assert dispatched(path), f"{path.name} closes no gap"
    for name in dispatched(path):
        for engine in ("duckdb", "spark"):
            assert f"macro {engine}__{name}(" in text, f"{engine}__{name} is missing"
        assert f"`{name}`" in LEDGER, f"docs/dialects.md does not tell of {name}"


def test_each_gap_is_met_somewhere():
    elsewhere = [path.read_text("utf-8") for path in [*MODELS, *TESTS, *MACROS]]
    elsewhere.append((PROJECT / "dbt_project.yml").read_text("utf-8"))
    for name in set().union(*map(dispatched, MACROS)):
        calls = [text for text in elsewhere if re.search(rf"(?<![\w]){name}\(", text)]
        assert len(calls) > 1, f"{name} is defined and never called"


def test_the_ledger_tells_of_nothing_that_is_not_there():
    known = set().union(*map(dispatched, MACROS))
    told = set(re.findall(r"^\| `(\w+)` \|", LEDGER, flags=re.MULTILINE))
    assert told == known


def test_the_names_of_the_sources_are_those_of_the_contract():
    """All that dbt must know of a source while it parses; the rest stands in the contract alone."""
    text = (PROJECT / "macros" / "staging" / "raw_sources.sql").read_text("utf-8")
    names = re.search(r"return\(\[(.*?)\]\)", text, flags=re.DOTALL).group(1)
    assert re.findall(r"'(\w+)'", names) == list(SOURCES)
