"""Whole builds for the tests: each in a folder of its own, with the commands people type."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"
DBT = str(Path(sys.executable).parent / "dbt")
# Unit tests look at no data; data tests are left out where another build has shown the same.
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")


@dataclass
class Workspace:
    """A warehouse, an export folder and a raw data folder that belong to one test.

    Attributes:
        folder: holds the warehouse, the export, dbt's target and logs.
        data: the raw export; the committed sample unless a test says otherwise.
        project: the dbt project; this one unless a test works on a copy.
        environment: further environment variables.
    """

    folder: Path
    data: Path = PROJECT / "sample_data"
    project: Path = PROJECT
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def export(self) -> Path:
        return self.folder / "export"

    def command(self, *words: str, variables: dict | None = None) -> list[str]:
        command = [DBT, *words, "--target-path", str(self.folder / "target")]
        command += ["--log-path", str(self.folder / "logs")]
        if variables:
            command += ["--vars", yaml.safe_dump(variables, default_flow_style=True).strip()]
        return command

    def full_environment(self) -> dict[str, str]:
        return os.environ | {
            "CRM_DATA": str(self.data),
            "DUCKDB_PATH": str(self.warehouse),
            "EXPORT_PATH": str(self.export),
            **self.environment,
        }

    def dbt(
        self, *words: str, variables: dict | None = None, fails: bool = False
    ) -> subprocess.CompletedProcess:
        """Run dbt; the test fails at once where it ends otherwise than expected."""
        done = subprocess.run(
            self.command(*words, variables=variables),
            cwd=self.project,
            env=self.full_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout[-6000:] + done.stderr[-2000:]
        return done

    def query(self, sql: str, parameters: Sequence | None = None) -> pd.DataFrame:
        """Read the warehouse, as a data frame."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql, parameters or []).df()

    def rows(self, sql: str, parameters: Sequence | None = None) -> list[tuple]:
        """Read the warehouse, as tuples with Python's own types (decimals stay decimals)."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql, parameters or []).fetchall()


def copy_of_build(build: Workspace, folder: Path, **other) -> Workspace:
    """A built workspace once more, for a test that goes on from there with other data or rules."""
    shutil.copytree(build.folder, folder, symlinks=True, dirs_exist_ok=True)
    workspace = Workspace(folder, **other)
    move_in(workspace.warehouse)
    return workspace


def move_in(warehouse: Path) -> Path:
    """Have a copy of a warehouse count as the file itself: out of a copy nothing is exported."""
    with duckdb.connect(str(warehouse)) as connection:
        file = f"{warehouse.stat().st_dev}:{warehouse.stat().st_ino}"
        for table in ("customer_tier_gate", "gate_history"):
            connection.execute(f"update audit.{table} set warehouse_file = ?", [file])
    return warehouse


def copy_project(destination: Path) -> Path:
    """A copy of the project's files, for tests that change rules or models."""
    shutil.copytree(
        PROJECT,
        destination,
        ignore=shutil.ignore_patterns(
            ".git",
            ".venv*",
            "spark-warehouse",
            "target",
            "logs",
            "export",
            "preview",
            "*.duckdb*",
            ".*_cache",
            "bench",
            "data_docs",
        ),
    )
    return destination


def shared_data(name: str) -> Path:
    """A folder of the shared data sets, or skip with the reason."""
    folder = SHARED / "data" / name
    if not folder.exists():
        pytest.skip(f"the data set {name} is not beside the project (../shared/data/{name})")
    return folder


@pytest.fixture(scope="session")
def sample_build(tmp_path_factory, worker_id) -> Workspace:
    """One `dbt build` of the committed sample, for every test that only reads it."""
    base = tmp_path_factory.getbasetemp()
    # Of several workers of one run the first one builds, and the others wait for it.
    shared = base if worker_id == "master" else base.parent
    workspace, built = Workspace(shared / "sample_build"), shared / "sample_is_built"
    with (shared / "sample_build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            workspace.folder.mkdir()
            workspace.dbt("build")
            built.touch()
    return workspace


@pytest.fixture(scope="session")
def spark_sample(tmp_path_factory) -> Workspace:
    """One `dbt build` of the committed sample on Spark: every model, test and unit test."""
    from spark_workspace import SparkWorkspace

    workspace = SparkWorkspace(tmp_path_factory.mktemp("spark_sample"))
    workspace.dbt("build")
    return workspace
