"""Whole builds for the tests: each in a folder of its own, with the commands people type."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import duckdb
import pandas as pd
import pytest
import yaml
from dbt_forks import forks
from raw_layer import ORDERS

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
        forked: whether dbt runs in forks of a process that has its libraries, and begins with what
            was parsed before; else as people run it.
        parsed: the folder in which a run of the tests keeps what dbt has parsed.
    """

    parsed: ClassVar[Path]
    folder: Path
    data: Path = PROJECT / "sample_data"
    project: Path = PROJECT
    environment: dict[str, str] = field(default_factory=dict)
    forked: bool = True

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
        command = self.command(*words, variables=variables)
        run = forks().run if self.forked else run_to_its_end
        with self._parsed_once(words, variables) as environment:
            done = run(command, self.project, environment)
        assert (done.returncode != 0) == fails, done.stdout[-6000:] + done.stderr[-2000:]
        return done

    @contextmanager
    def _parsed_once(self, words: Sequence[str], variables: dict | None) -> Iterator[dict]:
        """An environment in which dbt finds the project as a run before this one has parsed it.

        dbt itself looks for files that have changed since, also in a copy of the project, and
        parses those; where something of the key has changed it parses all.
        """
        target = words[words.index("--target") :][:2] if "--target" in words else ()
        files = [(self.project / name).read_bytes() for name in ("dbt_project.yml", "profiles.yml")]
        key = repr((files, target, variables, self.environment.get("BI_READER")))
        kept = self.parsed / hashlib.sha256(key.encode()).hexdigest()
        environment = self.full_environment()
        if self.forked and kept.exists():
            environment |= {"DBT_PARTIAL_PARSE_FILE_PATH": str(kept)}
        started = time.time()
        yield environment
        parsed = self.folder / "target" / "partial_parse.msgpack"
        # Not what is parsed of a copy: seeds are read where they were parsed, and copies change.
        if self.project != PROJECT or kept.exists():
            return
        if parsed.exists() and parsed.stat().st_mtime >= started:
            half = kept.with_suffix(f".{os.getpid()}")
            shutil.copy(parsed, half)
            half.replace(kept)

    def query(self, sql: str, parameters: Sequence | None = None) -> pd.DataFrame:
        """Read the warehouse, as a data frame."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql, parameters or []).df()

    def rows(self, sql: str, parameters: Sequence | None = None) -> list[tuple]:
        """Read the warehouse, as tuples with Python's own types (decimals stay decimals)."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql, parameters or []).fetchall()


def run_to_its_end(
    command: Sequence[str], cwd: Path, env: dict[str, str]
) -> subprocess.CompletedProcess:
    """Run a command in a process of its own."""
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


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
            "report.html",
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


def shared_case(name: str) -> Path:
    """A folder of the shared cases, or skip with the reason."""
    folder = SHARED / "cases" / name
    if not folder.exists():
        pytest.skip(f"the case {name} is not beside the project (../shared/cases)")
    return folder


@pytest.fixture
def connection():
    """A warehouse in memory."""
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with a good orders.csv."""
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id) -> Path:
    """A folder that all workers of one run of the tests share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session", autouse=True)
def _parsed(shared):
    Workspace.parsed = shared / "parsed"
    Workspace.parsed.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def sample_build(shared) -> Workspace:
    """One `dbt build` of the committed sample, for every test that only reads it.

    With every test and unit test, as `make build` does without them.
    """
    # As people run it, and with another order of Python's sets than in the forks.
    workspace, built = Workspace(shared / "sample_build", forked=False), shared / "sample_is_built"
    # Of several workers the first one builds, and the others wait for it.
    with (shared / "sample_build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            workspace.folder.mkdir()
            # What it said, too, is what tests look at.
            built.write_text(workspace.dbt("build").stdout, "utf-8")
    return workspace


@pytest.fixture(scope="session")
def reading(shared):
    """What reads any folder by the SQL of the project, in a tenth of the time of a build."""
    from compiled import CompiledReading, compile_reading

    workspace, compiled = Workspace(shared / "compiled"), shared / "is_compiled"
    with (shared / "compiled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not compiled.exists():
            workspace.folder.mkdir()
            compile_reading(workspace)
            compiled.touch()
    return CompiledReading(workspace)


@pytest.fixture(scope="module")
def built(sample_build, tmp_path_factory) -> Workspace:
    """A copy of the sample build: one folder for all tests of a file, so that dbt parses once."""
    workspace = copy_of_build(sample_build, tmp_path_factory.mktemp("built"))
    shutil.copy(workspace.warehouse, workspace.folder / "pristine.duckdb")
    return workspace


@pytest.fixture
def workspace(built) -> Workspace:
    """The built sample, as if nothing had happened to it yet."""
    shutil.copy(built.folder / "pristine.duckdb", built.warehouse)
    return built


@pytest.fixture(scope="session")
def sample_said(sample_build, shared) -> str:
    """What dbt said of that build."""
    return (shared / "sample_is_built").read_text("utf-8")


@pytest.fixture(scope="session")
def spark_sample(tmp_path_factory) -> Workspace:
    """One `dbt build` of the committed sample on Spark: every model, test and unit test."""
    from spark_workspace import SparkWorkspace

    workspace = SparkWorkspace(tmp_path_factory.mktemp("spark_sample"))
    workspace.dbt("build")
    return workspace
