"""`make inspect`: what it says of a folder, and whether what it proposes reads the folder right."""

import csv
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import shared_case

from customer_tiering.inspect import main
from customer_tiering.reading.ingest import InputError, register_sources
from customer_tiering.reading.names import squashed
from customer_tiering.reading.presets import presets

SHOP = (
    "Name,Email,Order status,Accepts Marketing,Currency,Total,Created at,Qty,"
    "Item name,Item price,SKU,Cancelled at,Refunded Amount,Id,Phone\n"
    "#1,mia@x.example,paid,yes,EUR,36.90,2025-01-05 00:21:00 +0100,1,Dripper,32.00,D-3,,0.00,55,\n"
    "#2,tom@x.example,put aside,no,EUR,20.00,2025-01-06 00:21:00 +0100,1,Mug,5.00,M-1,,,56,\n"
    "#2,,,,,,,3,Cup,5.00,C-1,,,,\n"
    "#3,,refunded,,EUR,10.00,2025-01-07 00:21:00 +0100,2,Cup,5.00,C-1,,10.00,57,'+4917012345\n"
)
JD = (
    "订单号,商品ID,商品名称,数量,下单时间,单价,订单金额,订单状态,客户编号\n"
    "9001,P1,茶,2,2025-01-05 10:00:00,10.00,120.00,完成,jd_a\n"
    "9001,P2,壶,1,2025-01-05 10:00:00,100.00,120.00,完成,jd_a\n"
    "9002,P1,茶,1,2025-01-06 10:00:00,10.00,10.00,完成,jd_b\n"
)


@pytest.fixture
def inspected(tmp_path, capsys):
    """Inspects a folder and takes the proposals over; what was said, and the sources read so."""

    def inspect(corrections: dict[str, str] | None = None, **files: str):
        for name, text in files.items():
            (tmp_path / name.replace("_csv", ".csv")).write_text(text, encoding="utf-8")
        return accept(tmp_path, capsys, corrections or {})

    return inspect


def accept(folder: Path, capsys, corrections: dict[str, str]):
    """Takes over what is proposed, with some texts of it corrected by hand."""
    assert main([str(folder)]) == 0
    said = capsys.readouterr().out
    for name in ("mapping.csv", "settings.csv"):
        proposed = folder / f"_{name}"
        if proposed.exists():
            text = proposed.read_text("utf-8-sig")
            for wrong, right in corrections.items():
                assert wrong in text
                text = text.replace(wrong, right)
            # It is open where the dates have other offsets.
            text = text.replace('business_time_zone,""', "business_time_zone,Europe/Berlin")
            (folder / name).write_text(text, "utf-8")
    connection = duckdb.connect()
    register_sources(connection, folder)
    return said, connection


def orders(connection) -> dict[str, Decimal]:
    rows = connection.execute("select order_id, amount from raw.orders").fetchall()
    return {order: Decimal(amount) for order, amount in rows}


def test_cells_on_the_first_row_contacts_refunds_and_consents(inspected):
    said, connection = inspected(x_csv=SHOP)
    assert "text, UTF-8, comma" in said and "4 rows, 15 columns" in said
    assert "Name: 3 keys on 4 rows" in said
    assert "Total stands on the first row of an order alone" in said
    assert "put aside (1)" in said and "seeds/order_statuses.csv does not know" in said
    assert "currencies: EUR" in said and "time zones in dates: +0100" in said
    assert orders(connection) == {"#1": Decimal("36.90"), "#2": 20, "#3": 10}
    [(items,)] = connection.execute("select count(*) from raw.order_items").fetchall()
    assert items == 4
    refunds = connection.execute("select order_id, amount from raw.refunds").fetchall()
    assert refunds == [("#3", "10.00")]
    consents = connection.execute("select channel, state from raw.consents").fetchall()
    assert consents == [("email", "yes"), ("email", "no")]
    settings = connection.execute("from raw.settings").fetchall()
    assert settings == [("reporting_currency", "EUR"), ("business_time_zone", "Europe/Berlin")]


def test_the_amount_of_the_order_on_each_line_is_never_summed(inspected):
    said, connection = inspected(jd_csv=JD)
    assert "订单金额 is the same on each row of an order: never summed" in said
    assert orders(connection) == {"9001": 120, "9002": 10}
    customers = {
        id_ for (id_,) in connection.execute("select customer_id from raw.orders").fetchall()
    }
    assert customers == {"jd_a", "jd_b"}


def test_lines_are_summed_and_negative_ones_are_refunds(inspected):
    text = (
        "InvoiceNo;StockCode;Quantity;InvoiceDate;UnitPrice;CustomerID\n"
        "1;A;2;13/1/2025;10,50;C1\n1;B;1;13/1/2025;1.000,00;C1\nC2;B;-1;14/1/2025;1.000,00;C1\n"
    )
    said, connection = inspected(sales_csv=text)
    assert "semicolon" in said and "decimal sign: comma" in said and "the day comes first" in said
    found = connection.execute("select order_id, amount from raw.orders").fetchall()
    assert found == [("1", "1021,000000")]
    refunds = connection.execute("select customer_id, amount from raw.refunds").fetchall()
    assert refunds == [("C1", "-1000,000000")]


def test_what_a_build_reads_by_itself_gets_no_mapping(inspected, tmp_path):
    text = "order_id,customer_id,ordered_at,amount\n1,A,2025-01-01,10\n"
    said, connection = inspected(orders_csv=text)
    assert "is read as orders, by its name" in said
    assert not (tmp_path / "_mapping.csv").exists()
    assert orders(connection) == {"1": 10}


def test_what_is_open_or_damaged_is_asked(inspected):
    text = (
        "order_id,customer_id,ordered_at,amount\n2.02609E+11,A,1/2/2025,10\n"
        '2,A,3/4/2025,10\n"3,A,1/2/2025,10\n'
    )
    said, _ = inspected(orders_csv=text)
    assert "? order_id: 1 ids have lost digits" in said
    assert "set date_order to dmy or mdy" in said
    assert "1 lines cannot be read, the first in row 3: a quote that is not closed" in said


def test_what_it_cannot_read_is_said_and_the_others_are_looked_at(inspected, tmp_path):
    (tmp_path / "customers.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "page.csv").write_text("<!DOCTYPE html><html></html>", encoding="utf-8")
    text = "order_id,customer_id,ordered_at,amount\n1,A,2025-01-01,10\n"
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path / "nowhere")]) == 1


def test_a_header_that_a_sheet_would_run_is_inert_and_read(inspected, tmp_path):
    text = "Order;Customer ID;+Order date;Total\n1;A;2025-01-01;10\n"
    _, connection = inspected(sales_csv=text)
    assert "'+Order date" in (tmp_path / "_mapping.csv").read_text("utf-8-sig")
    [(day,)] = connection.execute("select ordered_at from raw.orders").fetchall()
    assert day == "2025-01-01"


def test_what_lacks_a_column_is_open_and_a_build_says_in_which_line(tmp_path, capsys):
    refunds = "id,created_at,note,order_id\n1,2025-01-01,late,1\n"
    text = "order_id,customer_id,ordered_at,amount\n1,A,2025-01-01,10\n"
    (tmp_path / "shop_refund_data.csv").write_text(refunds, "utf-8")
    (tmp_path / "orders.csv").write_text(text, "utf-8")
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "as refunds it lacks customer_id, amount" in said and "1 is open" in said
    (tmp_path / "_mapping.csv").rename(tmp_path / "mapping.csv")
    with pytest.raises(InputError, match=r"mapping\.csv, line 2: our_column is empty beside 'id'"):
        register_sources(duckdb.connect(), tmp_path)


UNKNOWN = {
    "Bestellnr;Kunde;Datum;Betrag;Status": "1;A;13.1.2025;10,50;bezahlt",
    "Rechnungsnummer;Kundennummer;Bestelldatum;Gesamtbetrag": "1;A;13.1.2025;10,50",
    "Order No,Client,Order Date,Total,State": "1,A,1/13/2025,10.50,paid",
    "单号,会员,日期,实收,状态": "1,A,2025-01-13,10.50,完成",
}


@pytest.mark.parametrize("header", UNKNOWN)
def test_words_of_other_languages_are_known(header, inspected):
    said, connection = inspected(data_csv=f"{header}\n{UNKNOWN[header]}\n")
    assert "guess: feeds orders" in said and "UTF-8" in said
    [(amount,)] = connection.execute("select amount from raw.orders").fetchall()
    assert amount in ("10,50", "10.50")


def test_what_nobody_knows_gets_a_template(tmp_path, capsys):
    text = "Foo;Wer;Wann;Betrag\n1;A;13.1.2025;10,50\n".encode("utf-16")
    (tmp_path / "data.csv").write_bytes(text)
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "UTF-16" in said and "semicolon" in said
    assert "decimal sign: comma" in said and "the day comes first" in said
    assert "4 lines, of which 1 is a guess and 3 are open" in said
    assert "fill in what is open, or remove it" in said
    with (tmp_path / "_mapping.csv").open(encoding="utf-8-sig") as file:
        lines = [[*line.values()] for line in csv.DictReader(file)]
    assert lines[3][:4] == ["orders", "data.csv", "Betrag", "amount"]
    assert lines[0][2:4] == ["Foo", ""]
    assert "orders needs order_id, customer_id, ordered_at, too" in lines[0][-1]
    (tmp_path / "_mapping.csv").rename(tmp_path / "mapping.csv")
    with pytest.raises(InputError, match=r"mapping\.csv, line 2: our_column is empty beside 'Foo'"):
        register_sources(duckdb.connect(), tmp_path)


# Case: what its orders come to, and which texts of the proposal a person corrects.
CASES = {
    "09-one-row-per-line": ({"L1": 600, "M1": 150}, {}),
    "16c-title-row": ({"A1": 100}, {}),
    "40-flat_lines": ({"1001": 125, "1002": 14}, {}),
    "50-readme_flat": ({"D1": 150, "D2": 30, "D3": 80}, {}),
}


@pytest.mark.parametrize("name", CASES)
def test_cases_are_read_by_the_mapping_that_is_proposed(name, tmp_path, capsys):
    expected, corrections = CASES[name]
    folder = tmp_path / name
    shutil.copytree(shared_case(name), folder)
    (folder / "mapping.csv").unlink(missing_ok=True)
    _, connection = accept(folder, capsys, corrections)
    assert orders(connection) == expected


def test_a_shopify_export_is_read_by_the_mapping_that_is_proposed(tmp_path, capsys):
    folder = tmp_path / "shopify"
    shutil.copytree(shared_case("50-shopify"), folder)
    (folder / "mapping.csv").unlink(missing_ok=True)
    _, connection = accept(folder, capsys, {})
    with (folder / "orders_export_1.csv").open(encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 705
    first = [line for line in lines if line["Total"]]
    assert orders(connection) == {line["Name"]: Decimal(line["Total"]) for line in first}
    assert len(first) == 416
    [(items,)] = connection.execute("select count(*) from raw.order_items").fetchall()
    assert items == 705
    refunded = [Decimal(line["Refunded Amount"]) for line in first if line["Refunded Amount"]]
    [(refunds,)] = connection.execute(
        "select sum(amount::decimal(18, 2)) from raw.refunds"
    ).fetchall()
    assert refunds == sum(refunded) and refunds > 0


@pytest.mark.parametrize(("refuses", "state"), [("TRUE", "no"), ("Yes", "no"), ("false", "yes")])
def test_a_refusal_is_none_to_permit_in_any_case(refuses, state, inspected):
    text = f"customer_id,name,Email Opt-Out\nA,Mia,{refuses}\n"
    orders_text = "order_id,customer_id,ordered_at,amount\n1,A,2025-01-01,10\n"
    _, connection = inspected(clients_csv=text, orders_csv=orders_text)
    assert connection.execute("select state from raw.consents").fetchall() == [(state,)]


def said_of(text: str, tmp_path, capsys) -> tuple[list[list[str]], str]:
    """The lines that are proposed for a file of sales, and all that is said."""
    (tmp_path / "sales.csv").write_text(text, "utf-8")
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    lines = (tmp_path / "_mapping.csv").read_text("utf-8-sig").splitlines()[1:]
    return [line.split(",") for line in lines], said


SALES = "Order ID,Customer ID,Order Date,{}\nA1,C1,2026-01-05,{}\n{},2026-01-05,{}\n"


@pytest.mark.parametrize(
    "columns, row, second, other, asked",
    [
        ("Amount", "20", "A2,C2", "30", "no column seems to say the status"),
        ("交易状态,Amount", "已取消,20", "A2,C2", "已完成,30", ""),
        ("Status,Amount", "paid,20", "A1,C1", "cancelled,30", "Status differs within one order"),
        ("Status,Amount,Total", "paid,20,25", "A2,C2", "paid,30,35", "could be Total, too"),
        ("Status,Amount", "paid,20", ",", ",30", "Order ID is empty on 1 rows that have an amount"),
        ("Status,Amount,Is Return", "paid,20,Y", "A2,C2", "paid,30,N", "nothing reads Is Return"),
        ("Status,Amount", "paid,20", "A2,0", "paid,30", "Customer ID is 0 on 1 of 2 rows"),
    ],
)
def test_what_makes_a_total_wrong_is_asked(columns, row, second, other, asked, tmp_path, capsys):
    lines, said = said_of(SALES.format(columns, row, second, other), tmp_path, capsys)
    assert asked in said
    assert said.count(" ? ") == bool(asked)
    # Which row comes first must not say whether an order is a sale.
    assert not any(line[3] == "status" and line[4].strip('"') for line in lines)


def test_lines_of_one_price_are_lines_and_a_rate_is_no_amount(tmp_path, capsys):
    row = "A1,C1,2026-01-05,20,2,10,{}\n"
    text = "Order ID,Customer ID,Order Date,Amount,Quantity,Unit Price,Discount\n"
    lines, _ = said_of(text + row.format("0.2") + row.format("0"), tmp_path, capsys)
    assert ["Amount", "amount", "sum_of_rows"] in [line[2:5] for line in lines]
    assert not any(line[3] == "discount_amount" for line in lines)


def test_what_is_said_of_another_channel_is_asked(tmp_path, capsys):
    text = "customer_id,name,sms_opt_in,email_opt_out\nC1,Li,1,TRUE\n"
    (tmp_path / "customers.csv").write_text(text, "utf-8")
    assert main([str(tmp_path)]) == 0
    assert "sms_opt_in say something of consents, too" in capsys.readouterr().out
    lines = (tmp_path / "_mapping.csv").read_text("utf-8-sig")
    assert "channel,constant,email" in lines and "TRUE=no" in lines


def test_lines_that_say_who_bought_and_when_are_the_orders(tmp_path, capsys):
    header = "order_id,customer_id,order_date,sku,qty,price,line_discount,status\n"
    lines = "1,7,2026-01-05,A,2,10,5,paid\n1,7,2026-01-05,B,3,10,0,paid\n"
    (tmp_path / "order_lines.csv").write_text(header + lines, "utf-8")
    assert main([str(tmp_path)]) == 0
    assert "? nothing reads line_discount: if what a customer paid" in capsys.readouterr().out
    (tmp_path / "_mapping.csv").rename(tmp_path / "mapping.csv")
    connection = duckdb.connect()
    register_sources(connection, tmp_path)
    assert orders(connection) == {"1": 50}


def test_what_the_files_do_not_name_is_not_said_to_be_named(tmp_path, capsys):
    said = next(
        (preset, lines)
        for preset in presets()
        if preset.is_certain
        and (lines := [line for line in preset.lines if line[2:4] == ("currency", "constant")])
    )
    header = sorted(said[0].headers)
    used = {squashed(name) for line in said[0].lines for name in line[1].split("|")}
    # A header that stands twice is one.
    text = (
        ",".join([*header, next(name for name in header if name not in used)])
        + "\n"
        + "1," * len(header)
        + "1\n"
    )
    (tmp_path / "x.csv").write_text(text, "utf-8")
    assert main([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "1 file\n" in told and "currencies:" not in told
    assert f"{len(header)} of {len(header)} headers" in told
    assert "the files name none" in (tmp_path / "_settings.csv").read_text("utf-8-sig")


def test_keys_that_customers_share_are_told_before_a_build(tmp_path, capsys):
    shop = "".join(f"S{n},,021-5555 0000,\n" for n in range(11))
    (tmp_path / "customers.csv").write_text(
        "customer_id,email,phone,member_number\n"
        "C1,mia@x.example,13800000001,M1\nC1,mia@x.example,13800000001,M1\n"
        "C2,Mia+shop@X.example,+86 138-0000-0001,m1\nC3,tom@x.example,138****0001,\n"
        "C4,tom@y.example,138****0001,\n" + shop
    )
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "email: 2 customers share 1 of them, and are likely 1" in said
    assert "phone: 2 customers share 1 of them, and are likely 1" in said
    assert "phone: 1 of them stands with more than 10 customers, and is nobody's" in said
    assert "member_number: 2 customers share 1 of them" in said
    assert "mia@" not in said and "0001" not in said
