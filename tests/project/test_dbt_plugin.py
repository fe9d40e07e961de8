"""What the profile does not say the environment does: a change of it parses nothing anew."""

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from conftest import Workspace, copy_project

from customer_tiering.dbt_plugin import Plugin

ORDERS = "order_id,customer_id,ordered_at,amount\n{},007,2026-01-05,10\n"


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """Where dbt is run, with an export each in `sample_data`, `named` and `asked`."""
    for number, name in enumerate(["sample_data", "named", "asked"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "orders.csv").write_text(ORDERS.format(number), "utf-8")
    monkeypatch.chdir(tmp_path)
    for variable in ("CRM_DATA", "DUCKDB_PATH", "DUCKDB_MEMORY_LIMIT"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def opened(path: str, **config: str) -> str:
    """The path that DuckDB is told to open, by a profile with this one."""
    credentials = SimpleNamespace(path=path)
    Plugin("customer_tiering", config, credentials)
    return credentials.path


def read(**config: str) -> tuple[str, str]:
    """Which order was read, and the limit of the memory."""
    with duckdb.connect() as connection:
        Plugin("customer_tiering", config).configure_connection(connection)
        return connection.execute(
            "select order_id, current_setting('memory_limit') from raw.orders"
        ).fetchone()


def test_the_folder_is_that_of_the_configuration_or_else_of_the_environment(here, monkeypatch):
    assert read()[0] == "0"
    monkeypatch.setenv("CRM_DATA", "asked")
    assert read()[0] == "2"
    assert read(folder="named")[0] == "1"


def test_so_is_the_memory(here, monkeypatch):
    monkeypatch.setenv("DUCKDB_MEMORY_LIMIT", "2GiB")
    assert read()[1] == "2.0 GiB"
    assert read(memory_limit="1GiB")[1] == "1.0 GiB"


@pytest.mark.parametrize("asked", ["there/w.duckdb", "{here}/there/w.duckdb"])
def test_the_profile_has_the_name_of_the_file_and_the_environment_its_folder(
    here, monkeypatch, asked
):
    monkeypatch.setenv("DUCKDB_PATH", asked.format(here=here))
    assert opened("w.duckdb", path_variable="DUCKDB_PATH") == str(here / "there" / "w.duckdb")
    assert (here / "there" / "w.duckdb.lock").exists()


def test_a_profile_with_another_file_keeps_it(here, monkeypatch):
    monkeypatch.setenv("DUCKDB_PATH", "there/w.duckdb")
    other = str(here / "other" / "preview.duckdb")
    assert opened(other, path_variable="DUCKDB_PATH") == other
    assert opened(":memory:", path_variable="DUCKDB_PATH") == ":memory:"
    # Who installs the package may have such a variable for something else.
    assert opened("w.duckdb") == str(here / "w.duckdb")


def test_nothing_is_parsed_anew_for_other_data_in_another_warehouse(
    sample_build, tmp_path, monkeypatch
):
    monkeypatch.setenv("DUCKDB_MEMORY_LIMIT", "8GB")
    copy = copy_project(tmp_path / "project")
    workspace = Workspace(tmp_path, data=tmp_path / "elsewhere", project=copy)
    assert "Unable to do partial parsing" not in workspace.dbt("parse").stdout
