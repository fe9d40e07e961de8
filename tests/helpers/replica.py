"""Copies of a built warehouse, in which a test plants a fault to see its check fail."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
from conftest import Workspace


def copy_of(build: Workspace, folder: Path) -> Workspace:
    """A copy of the warehouse of a build; its compiled SQL comes along."""
    shutil.copytree(build.folder / "target" / "compiled", folder / "target" / "compiled")
    # Views name the database, which is the name of the file: so the file keeps it.
    copy = Workspace(folder, data=build.data)
    shutil.copy(build.warehouse, copy.warehouse)
    return copy


def compiled_sql(build: Workspace, model: str) -> str:
    """The SQL of a model as dbt compiled it."""
    # What unit tests were compiled from lies in a folder by the name of their file.
    [path] = [
        path
        for path in (build.folder / "target" / "compiled").glob(f"*/models/**/{model}.sql")
        if path.parent.suffix != ".yml"
    ]
    return path.read_text(encoding="utf-8")


def replacing(old: str, new: str) -> Callable[[str], str]:
    """A fault: one text of the SQL is another. It must be there, or the test tests nothing."""

    def plant(sql: str) -> str:
        assert old in sql, f"there is no '{old}' to plant a fault at in:\n{sql}"
        return sql.replace(old, new)

    return plant


def execute(copy: Workspace, *statements: str) -> None:
    """Change a copied warehouse."""
    with duckdb.connect(str(copy.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def rerun(copy: Workspace, *models: str, fault: Callable[[str], str] | None = None) -> None:
    """Build models of a copied warehouse again by their own SQL, the first one with a fault."""
    for number, model in enumerate(models):
        sql = compiled_sql(copy, model)
        if fault and number == 0:
            sql = fault(sql)
        where = f"from information_schema.tables where table_name = '{model}'"
        [(schema, kind)] = copy.rows(f"select table_schema, table_type {where}")
        what = "view" if kind == "VIEW" else "table"
        execute(copy, f"create or replace {what} {schema}.{model} as {sql}")
