"""Rule files and variables that dbt cannot use, or would misread in silence, are told before."""

from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT, Workspace, copy_project
from dbt_common.clients.agate_helper import from_csv

from customer_tiering.rule_files import rule_file_problems
from customer_tiering.variables import LISTS, environment_problems, variable_problems

BANDS = "policy,tier_code,lower_bound,upper_bound,grace_periods\n默认,A,80,100,1\n默认,B,0,80,1\n"
WITH_QUOTES = BANDS.replace("A", '"A, best"')
EXCEL = "CSV UTF-8"
# What is done to a file: (its bytes, where it goes wrong, words of the problem, of the remedy).
BAD_FILES = {
    "gbk": (BANDS.encode("gbk"), "line 2", "not UTF-8", EXCEL),
    "big5": (BANDS.replace("默认", "預設").encode("big5"), "line 2", "not UTF-8", EXCEL),
    "cp1252": (BANDS.replace("默认", "défaut").encode("cp1252"), "line 2", "not UTF-8", EXCEL),
    "utf_16": (BANDS.encode("utf-16"), "the file", "UTF-16", EXCEL),
    "utf_16_le": (BANDS.encode("utf-16-le"), "the file", "UTF-16", EXCEL),
    "utf_32": (BANDS.encode("utf-32-be"), "the file", "UTF-16", EXCEL),
    "workbook": (b"PK\x03\x04\x14\x00", "the file", "a workbook", EXCEL),
    "lost_letters": (BANDS.replace("默认,B", "��,B").encode(), "line 3", "�", "UTF-8"),
    "semicolons": (BANDS.replace(",", ";").encode(), "line 1", "semicolons", EXCEL),
    "tabs": (BANDS.replace(",", "\t").encode(), "line 1", "tabs", EXCEL),
    "bars": (BANDS.replace(",", "|").encode(), "line 1", "vertical bars", EXCEL),
    "full_width": (BANDS.replace(",", "，").encode(), "line 1", "full-width commas", EXCEL),
    "separator_line": (f"sep=,\n{BANDS}".encode(), "line 1", "header seems to stand on line 2", ""),
    "title": (f"Bands of 2026\n\n{BANDS}".encode(), "line 1", "seems to stand on line 3", "above"),
    "title_cells": (f"Bands,,,,\n{BANDS}".encode(), "line 1", "seems to stand on line 2", "above"),
    "empty_file": (b"", "header", "missing; found: nothing", "the columns policy, tier_code"),
    "no_column": (
        BANDS.replace("tier_code,", "").encode(),
        "header",
        "the column tier_code is missing; found: policy, lower_bound",
        "the columns policy, tier_code, lower_bound, upper_bound, grace_periods",
    ),
    "capitals": (
        BANDS.replace("policy", "Policy").encode(),
        "header",
        "the column policy is missing; found: Policy",
        "",
    ),
    "column_twice": (
        BANDS.replace("periods", "periods,policy").replace(",1\n", ",1,x\n").encode(),
        "line 1",
        "the column policy stands there twice",
        "once",
    ),
    "trailing_commas": (
        BANDS.replace("\n", ",,,\n").encode(),
        "line 1",
        "3 column(s) have no name",
        "no empty ones",
    ),
    "trailing_commas_below": (
        BANDS.replace("1\n", "1,,\n").encode(),
        "lines 2, 3",
        "7 cells, but the header has 5",
        "one cell for each column",
    ),
    "short_line": (
        BANDS.replace("0,80,1", "0").encode(),
        "line 3",
        "3 cells, but the header",
        "one",
    ),
    "lonely_cell": (f"{BANDS}Total\n".encode(), "line 4", "1 cell, but the header has 5", "one"),
    "smart_quotes": (
        WITH_QUOTES.replace('"A, best"', "“A, best”").encode(),
        "line 2",
        "6 cells, but the header has 5",
        "straight double quotes",
    ),
    "blank_line": (BANDS.replace("默认,B", "\n默认,B").encode(), "line 3", "empty", "no empty"),
    "blank_cells": (f"{BANDS},,,,\n".encode(), "line 4", "it is empty", "no empty lines"),
    "blanks_at_the_end": (f"{BANDS}  \n\n".encode(), "lines 4, 5", "it is empty", "no empty lines"),
    "open_quote": (BANDS.replace("A", '"A').encode(), "line 2", "quote is not closed", "two for"),
    "text_after_quote": (BANDS.replace("A", '"A"x').encode(), "line 2", "follows", "whole cell"),
    "mixed_line_ends": (
        BANDS.replace("\n", "\r\n", 1).encode(),
        "the file",
        "its lines end in different ways",
        "one kind",
    ),
    "missing": (None, "the file", "it is missing", ""),
}
# What can be read in one way only, and is, by both of dbt's readers.
GOOD_FILES = {
    "plain": BANDS.encode(),
    "mark": BANDS.encode("utf-8-sig"),
    "windows": BANDS.replace("\n", "\r\n").encode(),
    "old_mac": BANDS.replace("\n", "\r").encode(),
    "no_last_line_end": BANDS.rstrip().encode(),
    "comma_in_quotes": WITH_QUOTES.encode(),
    "line_end_in_quotes": BANDS.replace("\n", "\r\n").replace("A", '"A\nbest"').encode(),
    "another_order": b"tier_code,policy,lower_bound,upper_bound,grace_periods\nA,x,0,100,1\n",
    "a_column_of_ones_own": BANDS.replace("\n", ",note\n").encode(),
    "header_alone": BANDS.splitlines()[0].encode(),
}
DESCRIBED = """
seeds:
  - name: tier_bands
    config:
      column_types:
        {policy: string, tier_code: string, lower_bound: string, upper_bound: string,
         grace_periods: string}
"""


@pytest.fixture
def ours(tmp_path) -> Path:
    """A project of our name with one rule file."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: customer_tiering", "utf-8")
    (tmp_path / "seeds" / "_rules__seeds.yml").write_text(DESCRIBED, "utf-8")
    (tmp_path / "seeds" / "tier_bands.csv").write_text(BANDS, "utf-8")
    return tmp_path


def shop(folder: Path, ours: Path, settings: dict) -> Path:
    """A project of somebody else that has installed `ours`."""
    (folder / "seeds").mkdir(parents=True)
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages" / "customer_tiering").symlink_to(ours)
    (folder / "dbt_project.yml").write_text(yaml.safe_dump({"name": "shop"} | settings), "utf-8")
    return folder


def test_the_rule_files_of_this_project_are_right():
    assert rule_file_problems(PROJECT) == []


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_dbt_cannot_load_is_told(ours, case):
    content, where, problem, remedy = BAD_FILES[case]
    file = ours / "seeds" / "tier_bands.csv"
    file.write_bytes(content) if content is not None else file.unlink()
    (told,) = rule_file_problems(ours)
    assert told.startswith(f"seeds/tier_bands.csv, {where}: ")
    what, right = told.split(" Right would be: ")
    assert problem in what
    assert remedy in right


@pytest.mark.parametrize("case", GOOD_FILES)
def test_a_file_that_can_be_read_in_one_way_is_read(ours, case):
    file = ours / "seeds" / "tier_bands.csv"
    file.write_bytes(GOOD_FILES[case])
    assert rule_file_problems(ours) == []
    # Spark gets the rows that agate reads, DuckDB those of its own reader.
    by_agate = from_csv(file, text_columns=BANDS.splitlines()[0].split(","))
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" varchar' for name in by_agate.column_names)
        connection.execute(f"create table bands ({columns})")
        connection.execute(f"copy bands from '{file}' (format csv, header true, delimiter ',')")
        assert connection.execute("from bands").fetchall() == [tuple(row) for row in by_agate.rows]


def test_many_lines_are_counted(ours):
    lines = BANDS + "short,A\n" * 40
    (ours / "seeds" / "tier_bands.csv").write_text(lines, "utf-8")
    (told,) = rule_file_problems(ours)
    assert "tier_bands.csv, lines 4, 5, 6, 7, 8 and 35 more: 2 cells, but the header" in told


def test_a_separator_that_dbt_is_told_of_is_right(ours):
    settings = "name: customer_tiering\nseeds: {customer_tiering: {tier_bands: {+delimiter: ';'}}}"
    (ours / "dbt_project.yml").write_text(settings, "utf-8")
    (ours / "seeds" / "tier_bands.csv").write_text(BANDS.replace(",", ";"), "utf-8")
    assert rule_file_problems(ours) == []


def test_the_file_that_takes_the_place_of_ours_is_looked_at(ours, tmp_path):
    off = {"seeds": {"customer_tiering": {"tier_bands": {"+enabled": False}}}}
    project = shop(tmp_path / "shop", ours, off)
    (project / "seeds" / "tier_bands.csv").write_bytes(BANDS.encode("gbk"))
    (told,) = rule_file_problems(project)
    assert told.startswith("seeds/tier_bands.csv, line 2: it is not UTF-8")


def test_a_file_of_another_project_that_is_only_called_like_ours_is_left_alone(ours, tmp_path):
    project = shop(tmp_path / "shop", ours, {})
    (project / "seeds" / "tier_bands.csv").write_text("theirs;alone\n", "utf-8")
    assert rule_file_problems(project) == []
    (ours / "seeds" / "tier_bands.csv").write_bytes(BANDS.encode("utf-16"))
    (told,) = rule_file_problems(project)
    assert told.startswith("dbt_packages/customer_tiering/seeds/tier_bands.csv, the file: ")


def test_a_project_without_us_is_left_alone(tmp_path):
    (tmp_path / "dbt_project.yml").write_text("name: other", "utf-8")
    assert rule_file_problems(tmp_path) == []
    assert variable_problems(tmp_path, {"as_of_dat": "today"}) == []


@pytest.mark.parametrize(
    "name, nearest",
    [
        ("as_of_dat", "as_of_date"),
        ("lookback_day", "lookback_days"),
        ("history_period", "history_periods"),
        ("Run_Date", "run_date"),
        ("colour", None),
        ("customer_tiering", None),
    ],
)
def test_a_variable_that_nobody_reads_is_told(name, nearest):
    (told,) = variable_problems(PROJECT, {"period": "week", name: "today"})
    assert told.startswith(f"--vars, {name}: there is no such variable")
    assert ("the nearest is" in told) == (nearest is not None)
    assert nearest is None or f"the nearest is {nearest}." in told
    assert "one of accept_jump_because, as_of_date, " in told


@pytest.mark.parametrize("value", [["month"], {"every": "month"}, []])
def test_a_list_in_place_of_a_word_is_told_before_dbt_parses(value):
    (told,) = variable_problems(PROJECT, {"period": value})
    assert told == f"--vars, period: it is {value!r}. Right would be: one value."


def test_the_variables_that_are_lists_are_those_of_the_project():
    given = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
    assert {name for name, value in given.items() if isinstance(value, list)} == LISTS


def test_in_another_project_only_what_is_nearly_ours_is_told(ours, tmp_path):
    (ours / "dbt_project.yml").write_text(
        "name: customer_tiering\nvars: {as_of_date: latest, period: month}", "utf-8"
    )
    written = {"vars": {"periods": 3, "customer_tiering": {"as_of_dates": "today"}}}
    project = shop(tmp_path / "shop", ours, written)
    given = {"start_date": "2024-01-01", "periods": 4, "as_of_dat": "today"}
    of_the_command, of_the_file = variable_problems(project, given)
    assert of_the_command.startswith("--vars, as_of_dat: ")
    assert of_the_file.startswith("dbt_project.yml, vars: customer_tiering, as_of_dates: ")


@pytest.mark.parametrize(
    "name, right, wrong",
    [
        ("DBT_THREADS", ["1", "16"], ["abc", "0", "-1", "1.5", "", "1e3"]),
        ("EXPORT_PERSONAL", ["yes", ""], ["YES", "true", "1", "no"]),
        ("EXPORT_REPORT", ["yes", ""], ["report.html"]),
        (
            "DUCKDB_MEMORY_LIMIT",
            ["8GB", "1.5 GiB", "600mb", ""],
            ["lots", "8", "0GB", "-1GB", "80%"],
        ),
        ("SPARK_METHOD", ["session", "thrift"], ["x", "", "Session"]),
        ("SPARK_PORT", ["10000"], ["x", "", "0", "100000"]),
    ],
)
def test_nonsense_in_the_environment_is_told(name, right, wrong):
    for value in right:
        assert environment_problems({name: value}) == [], value
    for value in wrong:
        (told,) = environment_problems({name: value})
        assert told.startswith(f'The environment, {name}: it is "{value}". Right would be: '), told


def test_a_memory_limit_that_is_let_through_is_one_for_duckdb():
    with duckdb.connect() as connection:
        for limit in ("8GB", "1.5 GiB", "600mb", "2g"):
            assert environment_problems({"DUCKDB_MEMORY_LIMIT": limit}) == []
            connection.execute("set memory_limit = ?", [limit])


def test_dbt_tells_all_of_it_at_once_and_shows_no_traceback(tmp_path):
    """Before it parses: where a seed is not UTF-8, dbt's own parsing ends in a traceback."""
    project = copy_project(tmp_path / "project")
    for seed, encoding in {"segment_labels": "gbk", "tier_bands": "utf-16"}.items():
        file = project / "seeds" / f"{seed}.csv"
        file.write_bytes(file.read_text("utf-8").encode(encoding))
    nonsense = {"DBT_THREADS": "abc", "DUCKDB_MEMORY_LIMIT": "lots", "EXPORT_PERSONAL": "YES"}
    workspace = Workspace(tmp_path / "build", project=project, environment=nonsense)
    done = workspace.dbt("build", variables={"as_of_dat": "today"}, fails=True)
    said = done.stdout + done.stderr
    assert "6 error(s) in the configuration; nothing was built with it." in said
    for file in ("segment_labels.csv, line 2: ", "tier_bands.csv, the file: "):
        assert f"  seeds/{file}" in said
    assert "--vars, as_of_dat: there is no such variable; the nearest is as_of_date." in said
    for name, value in nonsense.items():
        assert f'  The environment, {name}: it is "{value}". Right would be: ' in said
    assert "Traceback" not in said
    assert not workspace.warehouse.exists()


def test_spark_without_its_environment_is_told(tmp_path):
    done = Workspace(tmp_path).dbt("parse", "--target", "spark", fails=True)
    said = done.stdout + done.stderr
    assert "run `make .venv-spark/ready`" in said
    assert "Traceback" not in said
