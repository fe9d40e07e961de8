"""Who people are: in one published table, out of the export unless asked for, granted to nobody."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import PROJECT, WITHOUT_TESTS, Workspace, copy_of_build

PERSONAL = {
    "customer_contacts": {"name", "email", "phone", "birth_date"},
    "rejected_records": {"raw_record"},
}


def marts(manifest: Path) -> dict[str, dict]:
    """The published tables in dbt's manifest."""
    nodes = json.loads(manifest.read_text("utf-8"))["nodes"].values()
    return {
        node["name"]: node
        for node in nodes
        if node["resource_type"] == "model"
        and node["fqn"][1] == "marts"
        and node["language"] == "sql"
    }


def marked(node: dict) -> set[str]:
    """The columns of a table that are marked as personal."""
    return {
        name for name, column in node["columns"].items() if column["config"]["meta"].get("personal")
    }


def exported(export: Path) -> dict[str, list[str]]:
    """The columns of each exported table."""
    manifest = json.loads((export / "latest" / "manifest.json").read_text("utf-8"))
    return {file["table"]: file["columns"] for file in manifest["files"]}


@pytest.fixture(scope="module")
def tables(sample_build) -> dict[str, dict]:
    return marts(sample_build.folder / "target" / "manifest.json")


def test_the_marks_are_on_what_is_personal(tables):
    assert {name: marked(node) for name, node in tables.items() if marked(node)} == PERSONAL


def test_the_export_has_everything_but_what_is_marked(sample_build, tables):
    assert exported(sample_build.export) == {
        name: [column for column in node["columns"] if column not in marked(node)]
        for name, node in tables.items()
        if name != "customer_contacts"
    }


def test_the_export_has_everything_where_it_is_asked_for(sample_build, tables, tmp_path):
    environment = {"EXPORT_PERSONAL": "yes"}
    workspace = copy_of_build(sample_build, tmp_path / "work", environment=environment)
    workspace.dbt("run", "-s", "published_export")
    assert exported(workspace.export) == {
        name: list(node["columns"]) for name, node in tables.items()
    }


def test_another_word_for_yes_stops_the_build(tmp_path):
    workspace = Workspace(tmp_path, environment={"EXPORT_PERSONAL": "true"})
    told = workspace.dbt("build", fails=True).stdout
    assert 'EXPORT_PERSONAL: it is "true"' in told


def test_contacts_are_those_of_the_list(sample_build):
    """Of customers with one record; tests/identities/test_identities.py has those with several."""
    of_one = "customer_id not in (select record_id from marts.customer_identities)"
    contacts = (
        "select customer_id, name, email, phone, birth_date from marts.customer_contacts"
        f" where {of_one}"
    )
    listed = (
        "select customer_id, name, email, phone, birth_date from staging.stg_customers"
        f" where outcome = 'accepted' and {of_one}"
    )
    assert sample_build.rows(f"{contacts} order by 1") == sample_build.rows(f"{listed} order by 1")
    assert len(sample_build.rows(contacts)) > 1000


def test_a_newer_record_of_a_customer_brings_the_new_contact(sample_build, tmp_path):
    data = shutil.copytree(PROJECT / "sample_data", tmp_path / "data")
    workspace = copy_of_build(sample_build, tmp_path / "work", data=data)
    contact = "select email, phone from marts.customer_contacts where customer_id = 'B00001'"
    [(email, phone)] = workspace.rows(contact)
    (data / "customers").mkdir()
    newer = "customer_id,email,phone,updated_at\nB00001,new@example.com,,2026-10-18 12:00:00\n"
    (data / "customers" / "1.csv").write_text(newer, "utf-8")
    workspace.dbt("build", *WITHOUT_TESTS)
    assert email and phone
    assert workspace.rows(contact) == [("new@example.com", None)]
    assert workspace.rows("select count(*) from marts.customer_contacts") == [(1200,)]


def test_no_address_is_in_any_other_published_table(sample_build, tables):
    found = (
        "select count(*) from marts.{} as each"
        r" where regexp_matches(cast(each as varchar), '[\w.]+@[\w.]+')"
    )
    # The test of the test: where they are, they are found.
    [(contacts,)] = sample_build.rows(found.format("customer_contacts"))
    assert contacts > 1000
    for table in tables.keys() - {"customer_contacts"}:
        assert sample_build.rows(found.format(table)) == [(0,)], table


# --- A role for BI ----------------------------------------------------------------------------


def grants(workspace: Workspace) -> dict[str, dict]:
    """The grants of the published tables in the manifest."""
    workspace.dbt("parse")
    manifest = workspace.folder / "target" / "manifest.json"
    return {name: node["config"]["grants"] for name, node in marts(manifest).items()}


def test_the_reader_is_granted_every_table_without_personal_columns(tmp_path, tables):
    found = grants(Workspace(tmp_path, environment={"BI_READER": "bi_reader"}))
    assert found == {
        name: {"select": []} if name in PERSONAL else {"select": ["bi_reader"]} for name in tables
    }


def test_without_a_reader_nothing_is_granted(tmp_path, monkeypatch):
    monkeypatch.delenv("BI_READER", raising=False)
    assert not any(grants(Workspace(tmp_path)).values())


def test_duckdb_has_no_roles_and_says_so(sample_build, tmp_path):
    workspace = Workspace(tmp_path, environment={"BI_READER": "bi_reader"})
    shutil.copy(sample_build.warehouse, workspace.warehouse)
    told = workspace.dbt("run", "-s", "row_reconciliation").stdout
    assert "Grants for relations are not supported by DuckDB" in told
