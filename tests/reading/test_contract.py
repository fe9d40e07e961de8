"""What a source is stands in one place; keys that are made of contacts, through a whole build."""

from conftest import WITHOUT_TESTS, WITHOUT_UNIT_TESTS, Workspace, copy_project

from customer_tiering.reading.contract import SOURCES

HEADER = "source,file,their_column,our_column,recipe,value\n"


def test_a_column_that_is_added_in_one_place_is_found_everywhere(tmp_path):
    project = copy_project(tmp_path / "project")
    sources = project / "models" / "staging" / "_staging__sources.yml"
    status = "          - {name: status, description: As the shop"
    text = sources.read_text("utf-8")
    assert text.count(status) == 1
    sources.write_text(
        text.replace(status, "          - {name: gift_note, description: New.}\n" + status), "utf-8"
    )
    data = tmp_path / "data"
    data.mkdir()
    (data / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,amount,note\n1,A,2025-01-01,10,for you\n"
        "2,A,soon,10,for me\n",
        "utf-8",
    )
    (data / "mapping.csv").write_text(HEADER + "orders,orders.csv,note,gift_note,,\n", "utf-8")
    # The package of the copy, which reads the contract of the copy.
    environment = {"PYTHONPATH": str(project / "src")}
    workspace = Workspace(tmp_path / "build", data, project, environment, forked=False)
    workspace.dbt("build", *WITHOUT_TESTS, "-s", "+int_rejected_records")
    notes = workspace.rows("select order_id, gift_note from raw.orders order by 1")
    assert notes == [("1", "for you"), ("2", "for me")]
    [(record,)] = workspace.rows("select raw_record from intermediate.int_rejected_records")
    assert '"gift_note":"for me"' in record


def test_personal_columns_are_in_no_reject(sample_build):
    assert SOURCES["customers"].personal == (
        *("name", "email", "phone", "birth_date", "member_number", "union_id"),
    )
    records = sample_build.rows(
        "select raw_record from marts.rejected_records where source = 'customers'"
    )
    assert records and not any('"email"' in record for (record,) in records)


def test_a_contact_that_is_a_key_is_in_no_file_that_a_build_writes(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    days = [f"2025-{month:02}-15" for month in range(1, 13)]
    people = [f"person.{n}@private.example" for n in range(40)]
    lines = [
        f"{n}-{day},{person},{day},{10 + n}"
        for n, person in enumerate(people)
        for day in days[n % 5 :: 2]
    ]
    # A line that cannot be read, a date that cannot, a masked phone: each is told of.
    lines += [
        "x1,broken.line@private.example,2025-01-15,10,too,many",
        "x2,bad.date@private.example,soon,10",
        "x3,186******05,2025-01-15,10",
    ]
    (data / "shop.csv").write_text("Order,Mail,Day,Total\n" + "\n".join(lines) + "\n", "utf-8")
    (data / "mapping.csv").write_text(
        HEADER
        + "orders,shop.csv,Order,order_id,,\norders,shop.csv,Mail,customer_id,contact_key,\n"
        + "orders,shop.csv,Day,ordered_at,,\norders,shop.csv,Total,amount,,\n",
        "utf-8",
    )
    (data / "deletions.csv").write_text("customer_id\nPerson.7@private.example\n", "utf-8")
    environment = {"CUSTOMER_KEY_SECRET": "a long secret"}
    workspace = Workspace(tmp_path / "build", data, environment=environment)
    variables = {"run_date": "2025-12-31", "history_periods": 1}
    said = workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables=variables)
    tiers = workspace.rows("select customer_id from marts.customer_tier")
    assert len(tiers) == len(people) - 1
    [(reasons,)] = workspace.rows(
        "select list(distinct reject_reason order by reject_reason) from marts.rejected_records"
    )
    assert reasons == ["missing_customer", "unparsable_date", "unreadable_line"]
    written = [path for path in workspace.folder.rglob("*") if path.is_file()]
    assert len(written) > 20
    for path in written:
        if path != workspace.warehouse:
            assert b"private.example" not in path.read_bytes(), path
    assert "private.example" not in said.stdout + said.stderr
    marts = workspace.rows(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema <> 'raw' and table_type = 'BASE TABLE'"
    )
    for schema, table in marts:
        text = workspace.query(f'select * from "{schema}"."{table}"').to_csv()
        assert "private.example" not in text, table
