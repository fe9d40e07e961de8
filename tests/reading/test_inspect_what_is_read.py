"""`make inspect` beside what a build reads already: it proposes nothing that would take it away."""

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT

from customer_tiering.inspect import main
from customer_tiering.reading.ingest import register_sources

ORDERS = "order_id,customer_id,ordered_at,amount,status\n1,A,2025-01-01,10,paid\n"
SAMPLE = PROJECT / "sample_data"


def inspected(folder: Path, capsys, **files: str) -> str:
    """What is said of a folder with these files."""
    for name, text in files.items():
        (folder / name.replace("_csv", ".csv")).write_text(text, "utf-8")
    assert main([str(folder)]) == 0
    return capsys.readouterr().out


def counted(folder: Path, source: str, what: str = "count(*)"):
    connection = duckdb.connect()
    register_sources(connection, folder)
    return connection.execute(f"select {what} from raw.{source}").fetchone()[0]


def accepted(folder: Path) -> list[str]:
    """Adds the lines that are proposed to the mapping, as a person is told to; returns them."""
    lines = (folder / "_mapping.csv").read_text("utf-8-sig").splitlines()
    path = folder / "mapping.csv"
    if path.exists():
        path.write_text(path.read_text("utf-8") + "\n".join(lines[1:]) + "\n", "utf-8")
    else:
        path.write_text("\n".join(lines) + "\n", "utf-8")
    return lines[1:]


MAPPING = (
    "source,file,their_column,our_column,recipe,value\n"
    "orders,shop.csv,Nr,order_id,,\norders,shop.csv,Who,customer_id,,\n"
    "orders,shop.csv,Day,ordered_at,,\norders,shop.csv,Sum,amount,,\n"
)
SHOP = "Nr,Who,Day,Sum\n1,A,05/06/2025,10\n"


def test_what_the_mapping_reads_is_said_and_not_proposed(tmp_path, capsys):
    settings = "setting,value\ndate_order,dmy\n"
    said = inspected(tmp_path, capsys, mapping_csv=MAPPING, shop_csv=SHOP, settings_csv=settings)
    assert "is read as orders, by mapping.csv" in said and "feeds nothing" not in said
    # The settings say it.
    assert "can be read in two ways" not in said
    assert not (tmp_path / "_mapping.csv").exists()


def test_lines_of_other_files_are_to_be_added_and_take_nothing_away(tmp_path, capsys):
    clients = "Client ID,Full name\nA,Mia\n"
    said = inspected(tmp_path, capsys, mapping_csv=MAPPING, shop_csv=SHOP, clients_csv=clients)
    assert "add these lines to mapping.csv" in said
    assert all("clients.csv" in line for line in accepted(tmp_path))
    assert counted(tmp_path, "orders") == counted(tmp_path, "customers") == 1


def test_files_that_are_read_by_their_names_are_still_read(tmp_path, capsys):
    """A mapping of a source names all its files: it lacked those that a build found by itself."""
    more = "Order ID,Customer ID,Order Date,Total,Status\n2,B,2025-01-02,20,paid\n"
    inspected(tmp_path, capsys, orders_csv=ORDERS, orders_2024_csv=more)
    accepted(tmp_path)
    assert counted(tmp_path, "orders") == 2


def test_mistakes_of_the_mapping_are_listed_as_a_build_does(tmp_path, capsys):
    mapping = MAPPING.replace("Sum,amount", "Total,amount")
    said = inspected(tmp_path, capsys, mapping_csv=mapping, shop_csv=SHOP)
    assert "As it is, a build stops, 1 problem:" in said
    assert "mapping.csv, line 5: shop.csv has no column 'Total'" in said
    assert not (tmp_path / "_mapping.csv").exists()


def test_a_file_of_a_name_of_ours_beside_a_mapping_of_its_source_is_told(tmp_path, capsys):
    said = inspected(tmp_path, capsys, mapping_csv=MAPPING, shop_csv=SHOP, orders_csv=ORDERS)
    assert "is not read: mapping.csv names the files of orders" in said
    assert not (tmp_path / "_mapping.csv").exists()


def test_nothing_is_proposed_for_the_sample(tmp_path, capsys):
    shutil.copytree(SAMPLE, tmp_path / "sample")
    said = inspected(tmp_path / "sample", capsys)
    assert "is read as interactions, by mapping.csv" in said
    assert "feeds nothing" not in said and "guess" not in said
    assert not (tmp_path / "sample" / "_mapping.csv").exists()


HEADER = "order_id,customer_id,ordered_at,amount,status,updated_at\n"


@pytest.mark.parametrize(
    "rows",
    [
        # Versions of one order.
        "1,A,2025-01-01,10,open,2025-01-02\n1,A,2025-01-01,12,paid,2025-01-03\n",
        "1,A,2025-01-01,-10,paid,\n2,A,2025-01-01,10,paid,\n",
    ],
)
def test_what_is_read_as_it_is_stays_so(rows, tmp_path, capsys):
    said = inspected(tmp_path, capsys, orders_csv=HEADER + rows)
    assert "is read as orders, by its name" in said
    assert not (tmp_path / "_mapping.csv").exists()


def test_versions_are_no_lines(tmp_path, capsys):
    text = (
        "Order ID,Customer ID,Order Date,Total,Status,Updated\n"
        "1,A,2025-01-01,10,open,2025-01-02\n1,A,2025-01-01,12,paid,2025-01-03\n"
    )
    inspected(tmp_path, capsys, sales_csv=text)
    lines = accepted(tmp_path)
    assert not any(recipe in line for line in lines for recipe in ("of_rows", "_row", "skip"))
    assert counted(tmp_path, "orders") == 2


def test_rows_that_are_lines_are_proposed_under_our_names_too(tmp_path, capsys):
    text = (
        "order_id,customer_id,ordered_at,amount,sku,quantity\n"
        "1,A,2025-01-01,10,X,1\n1,A,2025-01-01,5,Y,1\n"
    )
    inspected(tmp_path, capsys, orders_csv=text)
    accepted(tmp_path)
    assert counted(tmp_path, "orders", "sum(amount::decimal(18, 2))") == 15


def test_no_rows_are_skipped_that_nothing_keeps(tmp_path, capsys):
    """Refunds have a file of their own, so that those of the orders fed nothing."""
    text = (
        "Order ID,Customer ID,Order Date,Total,Status\n1,A,2025-01-01,10,paid\n"
        "2,A,2025-01-01,-5,paid\n"
    )
    refunds = "refund_id,order_id,customer_id,refunded_at,amount\n1,1,A,2025-01-01,5\n"
    said = inspected(tmp_path, capsys, sales_csv=text, refunds_csv=refunds)
    assert not any("skip" in line for line in accepted(tmp_path))
    assert "some rows have a negative Total, and no source of their own" in said
    assert counted(tmp_path, "orders") == 2
