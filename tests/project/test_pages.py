"""The pages for people: what they name is there, and each subject stands in one place."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT, Workspace

from customer_tiering.reading.contract import SOURCES

FIRST = ["README.md", "README.zh-CN.md"]
DOCS = sorted(str(path.relative_to(PROJECT)) for path in PROJECT.glob("docs/*.md"))
PAGES = [*FIRST, "CHANGELOG.md", "DECISIONS.md", "bench/README.md", "expectations/README.md", *DOCS]
# For people who change rules and read tables.
IN_BOTH_LANGUAGES = """
campaigns daily glossary identities input mapping metrics performance preview proof publishing
reading report rules spark tables time troubleshooting
"""
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text_of(page: str) -> str:
    return (PROJECT / page).read_text("utf-8")


def prose_of(page: str) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)


def commands_of(page: str) -> list[str]:
    """What stands in blocks of code, line by line, and between backticks."""
    text = text_of(page)
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines()] + re.findall(
        r"`([^`\n]+)`", prose_of(page)
    )


def anchors_of(page: str) -> set[str]:
    """What a link can name in a page, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def links_of(page: str) -> list[tuple[str, str]]:
    """Page and anchor that each link to our own pages and files names."""
    found = []
    for link in LINK.findall(prose_of(page)):
        if not link.startswith("http"):
            path, _, anchor = link.partition("#")
            target = os.path.normpath(Path(page).parent / path) if path else page
            found.append((target, anchor))
    return found


# --- Pages and links --------------------------------------------------------------------------


@pytest.mark.parametrize("page", FIRST)
def test_the_first_page_is_short(page):
    assert len(text_of(page).encode()) <= 12_000


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    broken = [
        f"{target}#{anchor}"
        for target, anchor in links_of(page)
        if not (PROJECT / target).exists() or (anchor and anchor not in anchors_of(target))
    ]
    assert broken == []


def test_every_page_is_found_from_the_first_ones():
    found, open_ends = set(), list(FIRST)
    while open_ends:
        page = open_ends.pop()
        if page not in found:
            found.add(page)
            open_ends += [to for to, _ in links_of(page) if to.endswith(".md")]
    assert {page for page in PAGES if page not in found} == set()
    linked = {target for target, _ in links_of("README.md")}
    assert {page for page in DOCS if not page.endswith(".zh-CN.md")} <= linked


def test_pages_for_business_people_are_in_both_languages():
    twins = {Path(page).name.split(".")[0] for page in DOCS if page.endswith(".zh-CN.md")}
    assert twins == set(IN_BOTH_LANGUAGES.split())
    for name in twins:
        english, chinese = f"docs/{name}.md", f"docs/{name}.zh-CN.md"
        assert (chinese, "") in links_of(english) and (english, "") in links_of(chinese)


def test_each_picture_stands_once():
    tracked = [*PAGES, *(str(path.relative_to(PROJECT)) for path in PROJECT.glob("models/*.md"))]
    pictures = {page: text_of(page).count("```mermaid") for page in tracked}
    drawn = {page: count for page, count in pictures.items() if count}
    assert drawn == {"README.md": 1, "docs/tables.md": 1}


# --- What the pages name ----------------------------------------------------------------------


@pytest.mark.parametrize("page", [page for page in PAGES if page != "CHANGELOG.md"])
def test_commands_are_right(page):
    commands = commands_of(page)
    targets = set(re.findall(r"^([\w./-]+):", text_of("Makefile"), re.MULTILINE))
    named = [re.match(r"(?:- run: )?(?:\w+=\S+ )*make ([a-z.][\w./-]*)", each) for each in commands]
    assert {found[1] for found in named if found} <= targets
    variables = yaml.safe_load(text_of("dbt_project.yml"))["vars"]
    with_variables = re.compile(r"(?:--vars '\{|VARS=')(\w+):")
    given = {name for each in commands for name in with_variables.findall(each)}
    assert given <= variables.keys()


@pytest.mark.parametrize("page", ["docs/input.md", "docs/input.zh-CN.md"])
def test_every_variable_is_described(page):
    described = set(re.findall(r"^\| `([a-z_]+)` \|", text_of(page), re.MULTILINE))
    assert yaml.safe_load(text_of("dbt_project.yml"))["vars"].keys() - described <= {
        "scoring_methods"  # docs/rules.md
    }


@pytest.mark.parametrize("page", ["docs/input.md", "docs/input.zh-CN.md"])
def test_every_source_and_column_is_described(page):
    rows = re.findall(r"^\| `(\w+)`[^|]* \| (\*\*.*) \|$", text_of(page), re.MULTILINE)
    described = dict(rows)
    assert described.keys() == SOURCES.keys()
    for name, source in SOURCES.items():
        bold = re.split(r", |、| 、", re.search(r"\*\*(.*?)\*\*", described[name])[1])
        assert sorted(bold) == sorted(source.required), name
        words = set(re.findall(r"[a-z][a-z_]+", described[name]))
        assert set(source.columns) <= words, name


def test_every_rule_file_is_named():
    seeds = {path.stem for path in PROJECT.glob("seeds/*.csv")}
    for page in ("docs/rules.md", "docs/rules.zh-CN.md"):
        assert {seed for seed in seeds if f"`{seed}`" not in text_of(page)} == set()


@pytest.mark.parametrize("page", ["docs/glossary.md", "docs/glossary.zh-CN.md"])
def test_a_word_is_explained_once(page):
    words = re.findall(r"^\| ([^|]+) \| ([^|]+) \| .+ \| .*\|$", text_of(page), re.MULTILINE)
    words = [pair for pair in words if pair[0] not in ("word", "术语") and "---" not in pair[0]]
    assert len({first for first, _ in words}) == len({second for _, second in words}) == len(words)


def test_both_glossaries_have_the_same_words():
    pairs = [
        re.findall(r"^\| ([^|]+) \| ([^|]+) \|", text_of(page), re.MULTILINE)
        for page in ("docs/glossary.md", "docs/glossary.zh-CN.md")
    ]
    english = [pair for pair in pairs[0] if pair[0] != "word"]
    chinese = [(second, first) for first, second in pairs[1] if first != "术语"]
    assert english == chinese


# --- The daily script -------------------------------------------------------------------------


def script() -> str:
    page = text_of("docs/daily.md")
    return re.search(r"```sh\n(#!/usr/bin/env bash\n.*?)```", page, re.DOTALL)[1]


def run_daily(folder: Path, cwd: Path, environment: dict) -> subprocess.CompletedProcess:
    """Run the script as the page says; its commands are those of these tests' environment."""
    file = folder / "daily.sh"
    file.write_text(script(), "utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    return subprocess.run(
        ["bash", str(file)],
        cwd=cwd,
        env=environment | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


WARNED = {"outcome": "warned", "expectation": "Few are rejected", "observed": "0.2"}


@pytest.mark.parametrize(
    ("code", "verdict", "ends_with", "says"),
    [
        (0, {"status": "published"}, 0, ["verdict published"]),
        (0, {"status": "published", "checks": [WARNED]}, 0, ["warned: Few are rejected (0.2)"]),
        (0, {"status": "published", "freshness": {"feed_age_days": 9}}, 0, ["9 days old"]),
        (0, {"status": "passed"}, 1, ["verdict passed"]),
        (1, {"status": "blocked", "checks": [WARNED | {"outcome": "blocked"}]}, 1, ["blocked: "]),
        (2, {"status": "stopped", "because": "no column amount"}, 2, ["no column amount"]),
        # Nothing was written: what lies there is of the day before.
        (2, None, 2, ["dbt ended with 2, verdict none"]),
        (0, None, 1, ["verdict none"]),
    ],
)
def test_the_daily_script_goes_by_code_and_verdict(tmp_path, code, verdict, ends_with, says):
    export = tmp_path / "export"
    export.mkdir()
    (export / "verdict.json").write_text(json.dumps({"status": "published"}))
    yesterday = time.time() - 86_400
    os.utime(export / "verdict.json", (yesterday, yesterday))
    bin_folder = tmp_path / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    if verdict is not None:
        (tmp_path / "told.json").write_text(json.dumps(verdict))
    told = "cp told.json export/verdict.json" if verdict is not None else "true"
    (bin_folder / "dbt").write_text(f"#!/bin/sh\n{told}\nexit {code}\n")
    (bin_folder / "dbt").chmod(0o755)
    paths = {"DUCKDB_PATH": "warehouse.duckdb", "EXPORT_PATH": "export"}
    done = run_daily(tmp_path, tmp_path, paths | {"PATH": os.environ["PATH"]})
    assert done.returncode == ends_with, done.stdout + done.stderr
    assert all(word in done.stdout for word in says), done.stdout


@pytest.mark.parametrize("missing", ["DUCKDB_PATH", "EXPORT_PATH"])
def test_the_daily_script_does_not_run_in_the_place_of_the_sample(tmp_path, missing):
    paths = {"DUCKDB_PATH": "warehouse.duckdb", "EXPORT_PATH": "export"} | {missing: ""}
    done = run_daily(tmp_path, tmp_path, paths | {"PATH": os.environ["PATH"]})
    assert done.returncode == 2 and f"{missing} is not set" in done.stdout


def test_the_daily_script_runs(tmp_path):
    data = tmp_path / "crm"
    data.mkdir()
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 7) for day in (3, 17)]
    orders = [f"{i},c{i % 5},{day},{10 + i},completed" for i, day in enumerate(days)]
    header = "order_id,customer_id,ordered_at,amount,status"
    (data / "orders.csv").write_text("\n".join([header, *orders]) + "\n")
    (data / "settings.csv").write_text("setting,value\nrun_date,2026-06-30\n")
    workspace = Workspace(tmp_path, data=data)
    environment = workspace.full_environment() | {
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    done = run_daily(tmp_path, PROJECT, environment)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert "verdict published" in done.stdout and "The last order is 13 days old" in done.stdout
    assert (workspace.export / "latest" / "customer_tier.csv").exists()
    (data / "orders.csv").write_text("order_id,customer_id,ordered_at\n1,c1,2026-01-01\n")
    done = run_daily(tmp_path, PROJECT, environment)
    assert done.returncode == 2, done.stdout[-4000:] + done.stderr
    assert "verdict stopped" in done.stdout and "amount" in done.stdout
