"""Recipes of the mapping: records made of columns and rows, beside a reader in pandas."""

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import shared_data

from customer_tiering.reading.ingest import InputError, register_sources

HEADER = "source,file,their_column,our_column,recipe,value"


def read(folder: Path, mapping: str, **files: str) -> duckdb.DuckDBPyConnection:
    """The sources of a folder with these files and this mapping, by lines `source,...`."""
    for name, text in files.items():
        (folder / name.replace("_csv", ".csv")).write_text(text, encoding="utf-8")
    lines = [HEADER, *(line.strip() for line in mapping.strip().splitlines())]
    (folder / "mapping.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    connection = duckdb.connect()
    register_sources(connection, folder)
    return connection


def rows(connection, columns: str, source: str = "orders") -> list[tuple]:
    records = f"(from raw.{source} order by source_row)"
    return connection.execute(f"select {columns} from {records}").fetchall()


# --- Beside pandas ----------------------------------------------------------------------------

DATES = {
    "dmy": "%d/%m/%Y",
    "mdy": "%m/%d/%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "YYYYMMDD": "%Y%m%d",
    "seconds": "%s",
}
AMOUNTS = {
    "lines": "orders,x.csv,Price|Qty,amount,product,\norders,x.csv,,amount,sum_of_rows,",
    "line totals": "orders,x.csv,Line,amount,sum_of_rows,",
    "each row": "orders,x.csv,Total,amount,each_row,",
    "first row": "orders,x.csv,First,amount,first_row,",
    "less shipping": "orders,x.csv,Total|Shipping,amount,difference,\n"
    "orders,x.csv,,amount,each_row,",
    "cents": "orders,x.csv,Cents,amount,minor_units,2\norders,x.csv,,amount,sum_of_rows,",
}


class RandomFile:
    """A file of order lines, as a shop may write it, and what pandas makes of it."""

    def __init__(self, seed: int):
        chance = random.Random(seed)
        self.sign = chance.choice(".,")
        self.dates = chance.choice(sorted(DATES))
        self.amounts = chance.choice(sorted(AMOUNTS))
        self.lines = pd.DataFrame(self._lines(chance))

    def _lines(self, chance: random.Random) -> list[dict]:
        lines = []
        for order in range(chance.randint(2, 12)):
            day = date(2025, 1, 13) + timedelta(chance.randint(0, 300))
            status = chance.choice(["paid", "paid", "test"])
            new = []
            for _ in range(chance.randint(1, 4)):
                price = Decimal(chance.randint(1, 500_000)) / 100
                quantity = chance.choice([1, 1, 2, 5])
                new.append({"price": price, "quantity": quantity, "line": price * quantity})
            total = sum(line["line"] for line in new)
            shipping = Decimal(chance.choice([0, 499, 1050])) / 100
            refunded = total if chance.random() < 0.2 else Decimal(0)
            for place, line in enumerate(new):
                lines.append(
                    line
                    | {
                        "order": f"S{order}",
                        "buyer": f"B{chance.choice('123')}" if place == 0 else lines[-1]["buyer"],
                        "day": day,
                        "status": status,
                        "total": total + shipping,
                        "shipping": shipping,
                        "is_first": place == 0,
                        "refunded": refunded,
                    }
                )
        chance.shuffle(lines) if self.amounts != "first row" else None
        return lines

    def number(self, value: Decimal, grouped: bool = True) -> str:
        text = f"{value:,.2f}" if grouped else f"{value:.2f}"
        return text if self.sign == "." else text.translate(str.maketrans(",.", ".,"))

    def moment(self, day: date) -> str:
        if self.dates == "seconds":
            return str((day - date(1970, 1, 1)).days * 86_400)
        return day.strftime(DATES[self.dates])

    def text(self) -> str:
        header = "Order;Buyer;Day;Status;Price;Qty;Line;Total;First;Shipping;Cents;Refunded"
        written = [header]
        for line in self.lines.to_dict("records"):
            cells = [
                line["order"],
                line["buyer"],
                self.moment(line["day"]),
                line["status"],
                self.number(line["price"]),
                str(line["quantity"]),
                self.number(line["line"]),
                self.number(line["total"]),
                self.number(line["total"]) if line["is_first"] else "",
                self.number(line["shipping"], grouped=False),
                str(int(line["line"] * 100)),
                self.number(line["refunded"]),
            ]
            written.append(";".join(cells))
        return "\n".join(written) + "\n"

    def mapping(self) -> str:
        return f"""
            orders,x.csv,Order,order_id,,
            orders,x.csv,Buyer,customer_id,,
            orders,x.csv,Day,ordered_at,date,{self.dates}
            {AMOUNTS[self.amounts]}
            orders,x.csv,Status,status,translate,paid=completed
            orders,x.csv,Status,,leave_out,test
            refunds,x.csv,Order|Line,refund_id,join,-
            refunds,x.csv,Order,order_id,,
            refunds,x.csv,Buyer,customer_id,,
            refunds,x.csv,Day,refunded_at,date,{self.dates}
            refunds,x.csv,Line,amount,,
            refunds,x.csv,Refunded,,keep,positive
            refunds,x.csv,Status,,leave_out,test
        """

    def orders(self) -> dict[str, tuple]:
        """By pandas: of each order its buyer, day and amount."""
        kept = self.lines[self.lines["status"] != "test"]
        amount = {
            "each row": ("total", "min"),
            "first row": ("total", "min"),
            "less shipping": ("line", "sum"),
        }.get(self.amounts, ("line", "sum"))
        return {
            order: (group["buyer"].iloc[0], group["day"].iloc[0], group[amount[0]].agg(amount[1]))
            for order, group in kept.groupby("order")
        }

    def decimal(self, text: str) -> Decimal:
        bare = text.replace(",", "") if self.sign == "." else text.replace(".", "")
        return Decimal(bare.replace(",", "."))


LONG = [pytest.param(start, marks=pytest.mark.long) for start in (50, 100, 150)]


@pytest.mark.parametrize("start", [0, *LONG])
def test_records_are_those_that_pandas_makes(tmp_path, start):
    for seed in range(start, start + 50):
        file = RandomFile(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        connection = read(folder, file.mapping(), x_csv=file.text())
        kept = file.lines[file.lines["status"] != "test"]
        found = {
            order: (buyer, date.fromisoformat(day[:10]), file.decimal(amount))
            for order, buyer, day, amount in rows(
                connection, "order_id, customer_id, ordered_at, amount"
            )
        }
        assert found == file.orders(), (seed, file.amounts, file.dates, file.sign)
        refunds = rows(connection, "order_id, amount", "refunds")
        back = kept[kept["refunded"] > 0]
        assert sorted((order, file.decimal(text)) for order, text in refunds) == sorted(
            zip(back["order"], back["line"], strict=True)
        )
        left_out = dict(
            connection.execute(
                "select source, rows_left_out from raw.source_files where source_file is not null"
            ).fetchall()
        )
        tests = file.lines[file.lines["status"] == "test"]
        assert left_out["orders"] == tests["order"].nunique()
        assert left_out["refunds"] == (tests["refunded"] > 0).sum()


# --- One by one -------------------------------------------------------------------------------

SHOP = "Order,Buyer,Day,Price,Qty\n1,A,2025-01-01,10,2\n1,A,2025-01-01,$5,1\n2,B,2025-01-02,x,1\n"
KEYS = """
    orders,x.csv,Order,order_id,,
    orders,x.csv,Buyer,customer_id,,
    orders,x.csv,Day,ordered_at,,
"""


def test_a_line_that_is_no_number_or_other_money_rejects_its_order(tmp_path):
    mapping = KEYS + "orders,x.csv,Price|Qty,amount,product,\norders,x.csv,,amount,sum_of_rows,"
    text = SHOP + "3,C,2025-01-01,$5,1\n3,C,2025-01-01,€5,1\n4,D,2025-01-01,12元,2\n"
    connection = read(tmp_path, mapping, x_csv=text)
    assert dict(rows(connection, "order_id, amount")) == {
        "1": "$25.000000",
        "2": "? x",
        "3": "? $ and €",
        "4": "元24.000000",
    }


def test_rows_that_should_say_the_same_and_do_not_stay_rows(tmp_path):
    mapping = KEYS + "orders,x.csv,Price,amount,each_row,"
    connection = read(tmp_path, mapping, x_csv=SHOP)
    # Staging rejects them: conflicting_rows.
    assert rows(connection, "order_id, amount") == [("1", "10"), ("1", "$5"), ("2", "x")]


def test_two_systems_with_the_same_ids_are_two(tmp_path):
    mapping = """
        orders,a.csv,,,system,shop
        orders,b.csv,,,system,crm
        order_items,items.csv,,,system,crm
    """
    orders = "order_id,customer_id,ordered_at,amount\n1001,7,2025-01-01,{}\n1002.0,8,2025-01-01,1\n"
    items = "order_id,product_id,quantity,unit_price\n1001,P,1,20\n"
    connection = read(
        tmp_path, mapping, a_csv=orders.format(10), b_csv=orders.format(20), items_csv=items
    )
    assert rows(connection, "order_id, customer_id, amount") == [
        ("1001", "7", "10"),
        ("1002.0", "8", "1"),
        ("crm:1001", "crm:7", "20"),
        ("crm:1002", "crm:8", "1"),
    ]
    assert rows(connection, "order_id, product_id", "order_items") == [("crm:1001", "crm:P")]


def test_with_one_system_no_id_looks_different(tmp_path):
    orders = "order_id,customer_id,ordered_at,amount\n1001,7,2025-01-01,10\n"
    connection = read(tmp_path, "orders,a.csv,,,system,shop", a_csv=orders)
    assert rows(connection, "order_id, customer_id") == [("1001", "7")]


def test_a_file_that_names_no_system_beside_one_that_does_is_told(tmp_path):
    orders = "order_id,customer_id,ordered_at,amount\n1001,7,2025-01-01,10\n"
    with pytest.raises(InputError, match=r"b.csv does not say of which system its ids are"):
        read(
            tmp_path,
            "orders,a.csv,,,system,shop\norders,b.csv,,,,",
            a_csv=orders,
            b_csv=orders,
        )


CONTACTS = (
    "order_id,Mail,Phone,ordered_at,amount\n"
    "1, Mia@Example.com,,2025-01-01,10\n2,mia@example.com,139,2025-01-02,10\n"
    "3,,+86 138 0000-0001,2025-01-01,10\n4,,13800000001,2025-01-01,10\n"
    "5,,186******05,2025-01-01,10\n6,lost@example.com,,2025-01-01,10,too,many\n"
    "7,gone@example.com,,2025-01-01,10\n"
)
BY_CONTACT = "orders,x.csv,Mail|Phone,customer_id,contact_key,"


def test_a_contact_becomes_a_key_and_is_nowhere_else(tmp_path, monkeypatch):
    monkeypatch.setenv("CUSTOMER_KEY_SECRET", "a long secret")
    (tmp_path / "deletions.csv").write_text("customer_id\nGone@Example.com\n", encoding="utf-8")
    connection = read(tmp_path, BY_CONTACT, x_csv=CONTACTS)
    found = dict(rows(connection, "order_id, customer_id"))
    assert found["1"] == found["2"] and found["3"] == found["4"] and found["1"] != found["3"]
    # Masked: no key. Deleted by the contact itself.
    assert found["5"] is None and "7" not in found
    lines = connection.execute("select line from raw.unreadable_lines").fetchall()
    assert len(lines) == 1 and "lost" not in lines[0][0] and "2025-01-01" in lines[0][0]
    assert connection.execute("from raw.reading_notes").fetchall() == []
    other = dict(rows(read(tmp_path, BY_CONTACT), "order_id, customer_id"))
    assert other == found
    monkeypatch.setenv("CUSTOMER_KEY_SECRET", "another secret")
    assert dict(rows(read(tmp_path, BY_CONTACT), "order_id, customer_id"))["1"] != found["1"]


def test_a_contact_is_deleted_in_its_own_system(tmp_path, monkeypatch):
    monkeypatch.setenv("CUSTOMER_KEY_SECRET", "a long secret")
    mapping = """
        orders,a.csv,,,system,shop
        orders,b.csv,,,system,crm
        orders,b.csv,Mail,customer_id,contact_key,
        deletions,gone.csv,,,system,crm
    """
    other = (
        "order_id,Mail,ordered_at,amount\n1,a@x.example,2025-01-01,5\n2,b@x.example,2025-01-01,5\n"
    )
    connection = read(
        tmp_path,
        mapping,
        a_csv="order_id,customer_id,ordered_at,amount\n1,7,2025-01-01,10\n",
        b_csv=other,
        gone_csv="customer_id\nA@x.example\n7\n",
    )
    assert [id_ for (id_,) in rows(connection, "order_id")] == ["1", "crm:2"]


def test_what_is_too_large_is_one_reject(tmp_path):
    mapping = KEYS + "orders,x.csv,Price|Qty,amount,product,\norders,x.csv,,amount,sum_of_rows,"
    huge = "9" * 20
    text = SHOP + f"5,A,2025-01-01,{huge},1\n5,A,2025-01-01,1,1\n6,A,2025-01-01,{huge}{huge},1\n"
    connection = read(tmp_path, mapping, x_csv=text)
    found = dict(rows(connection, "order_id, amount"))
    assert found["1"] == "$25.000000"
    assert found["5"] == "? too large" and found["6"] == f"? {huge}{huge}"


def test_minor_units_are_exact(tmp_path):
    mapping = KEYS + "orders,x.csv,Price,amount,minor_units,3"
    text = "Order,Buyer,Day,Price\n1,A,2025-01-01,123456789012345678901\n2,A,2025-01-01,29\n"
    found = dict(rows(read(tmp_path, mapping, x_csv=text), "order_id, amount"))
    assert found == {"1": "123456789012345678.901000", "2": "0.029000"}


def test_minor_units_are_those_of_the_currency(tmp_path):
    mapping = KEYS + "orders,x.csv,Price|Currency,amount,minor_units,2"
    text = "Order,Buyer,Day,Price,Currency\n1,A,2025-01-01,5000,jpy\n2,A,2025-01-01,5000, EUR\n"
    text += "3,A,2025-01-01,5000,KWD\n4,A,2025-01-01,5000,\n"
    found = dict(rows(read(tmp_path, mapping, x_csv=text), "order_id, amount::double"))
    assert found == {"1": 5000, "2": 50, "3": 5, "4": 50}


def test_lines_of_an_order_are_together_however_its_id_is_written(tmp_path):
    mapping = KEYS + "orders,x.csv,Price,amount,sum_of_rows,"
    text = "Order,Buyer,Day,Price\n'7,A,2025-01-01,10\n7,A,2025-01-01,10\n\t7.0,A,2025-01-01,10\n"
    assert rows(read(tmp_path, mapping, x_csv=text), "order_id, amount") == [("7", "30.000000")]


def test_an_order_does_not_count_without_its_lines_that_have_no_id(tmp_path):
    """As merged cells leave them: what the order is stands on its first line alone."""
    mapping = KEYS + "orders,x.csv,Price,amount,sum_of_rows,\norders,x.csv,,currency,constant,EUR"
    text = "Order,Buyer,Day,Price\n1,A,2025-01-01,10\n,,,20\n,,,30\n2,A,2025-01-01,10\n,,,\n"
    text += "3,A,2025-01-01,10\n,B,2025-01-01,10\n"
    found = rows(read(tmp_path, mapping, x_csv=text), "order_id, amount")
    assert [amount for key, amount in found if key == "1"] == ["? a line below it has no id"]
    assert [amount for key, amount in found if key in ("2", "3")] == ["10.000000"] * 2
    assert len([key for key, _ in found if key is None]) == 4


def test_a_line_with_a_price_and_no_quantity_is_not_left_out_in_silence(tmp_path):
    mapping = KEYS + "orders,x.csv,Price|Qty,amount,product,\norders,x.csv,,amount,sum_of_rows,"
    text = "Order,Buyer,Day,Price,Qty\n1,A,2025-01-01,10,2\n1,A,2025-01-01,99,\n"
    text += "2,A,2025-01-01,10,2\n2,A,2025-01-01,,\n3,A,2025-01-01,10,2\n3,A,2025-01-01,0,\n"
    found = dict(rows(read(tmp_path, mapping, x_csv=text), "order_id, amount"))
    assert found == {"1": "? nothing to multiply by", "2": "20.000000", "3": "20.000000"}


# Numbers of a file, and what they are; None for one that nobody can read for certain.
WRITTEN_NUMBERS = {
    "point": {
        "(10.00)": -10, "1 234.50": 1234.5, "1'234.50": 1234.5, "1\u00a0234\u202f567": 1234567,
        "(¥10)": -10, "1 23": None, "12 3456": None, "0 123": None, "(-5)": None, "1.500": 1.5,
    },
    "comma": {"99,90": 99.9, "1 234,50": 1234.5, "(1.234,50)": -1234.5, "1.500": 1500},
    # What contradicts itself leaves open which of the two 1.500 is.
    "either": {"12.50": 12.5, "99,90": None, "1.500": None, "1234.500": 1234.5, "1 500": 1500},
}  # fmt: skip


@pytest.mark.parametrize("kind", WRITTEN_NUMBERS)
def test_numbers_are_read_in_recipes_as_everywhere(kind, tmp_path):
    numbers = WRITTEN_NUMBERS[kind]
    text = "Order;Buyer;Day;Price\n" + "".join(
        f"{number};A;2025-01-01;{written}\n" for number, written in enumerate(numbers)
    )
    mapping = KEYS + "orders,x.csv,Price,amount,sum_of_rows,"
    found = dict(rows(read(tmp_path, mapping, x_csv=text), "order_id::int, amount"))
    read_as = [
        None if found[n].startswith("?") else float(found[n].strip("¥").replace(",", "."))
        for n in range(len(numbers))
    ]
    assert read_as == [*numbers.values()]


def test_moments_that_are_none_are_rejected_and_stop_nothing(tmp_path):
    keys = KEYS.replace("Day,ordered_at,,", "Day,ordered_at,date,{}")
    for how, text, moment in (
        ("milliseconds", "1735689600000", "2025-01-01 00:00:00+00"),
        ("milliseconds", "9999999999999999", "? 9999999999999999"),
        ("milliseconds", "1.73569E+12", "? 1.73569E+12"),
        ("seconds", "1735689600000", "? 1735689600000"),
        ("utc", "2025-01-01 10:00:00", "2025-01-01 10:00:00+00"),
        ("utc", "2025-01-01 10:00:00+08", "2025-01-01 10:00:00+08"),
        ("utc", "2025-01-01T10:00:00Z", "2025-01-01T10:00:00Z"),
        ("utc", "2025-01-01 10:00:00 UTC", "2025-01-01 10:00:00+00"),
        ("utc", "2025-01-01", "2025-01-01"),
    ):
        mapping = keys.format(how) + "orders,x.csv,Price,amount,,"
        connection = read(tmp_path, mapping, x_csv=f"Order,Buyer,Day,Price\n1,A,{text},5\n")
        assert rows(connection, "ordered_at") == [(moment,)], (how, text)


def test_a_contact_is_one_however_tools_wrap_it_and_a_mask_is_none(tmp_path):
    one = ["mia@x.example", "Mia <MIA@x.example>", '"=""mia@x.example"""']
    other = ["13800000001", "13800000001.0", '"=""13800000001"""', "+86 138-0000-0001"]
    none = ["m***@x.example", "138****0001", "0000000", "00000000000", "mia@x.example;li@x.example"]
    text = "Order,Buyer,Day,Price\n" + "".join(
        f"{number},{contact},2025-01-01,5\n" for number, contact in enumerate([*one, *other, *none])
    )
    mapping = KEYS.replace("customer_id,,", "customer_id,contact_key,")
    connection = read(tmp_path, mapping + "orders,x.csv,Price,amount,,", x_csv=text)
    keys = [key for (key,) in rows(connection, "customer_id")]
    assert len({*keys[:3]}) == 1 and len({*keys[3:7]}) == 1 and keys[0] != keys[3]
    assert keys[7:] == [None] * len(none)


def test_without_a_secret_the_build_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv("CUSTOMER_KEY_SECRET", raising=False)
    connection = read(tmp_path, BY_CONTACT, x_csv=CONTACTS)
    [(note, detail)] = connection.execute("select note, detail from raw.reading_notes").fetchall()
    assert note == "key_without_secret" and "CUSTOMER_KEY_SECRET" in detail


def test_lists_constants_and_words(tmp_path):
    mapping = """
        orders,x.csv,,,header_line,3
        orders,x.csv,,order_id,row_number,
        orders,x.csv,Ids,customer_id,first_of_list,;
        orders,x.csv,When,ordered_at,date,milliseconds
        orders,x.csv,Net,amount,decimal_sign,","
        orders,x.csv,,status,constant,it's paid
        orders,x.csv,Way|Other,channel,first_filled,
        opportunities,x.csv,,,header_line,3
        opportunities,x.csv,Ids,opportunity_id,,
        opportunities,x.csv,Ids,customer_id,first_of_list,;
        opportunities,x.csv,When,created_at,date,milliseconds
        opportunities,x.csv,Way,stage,translate,web=won
        opportunities,x.csv,Roles,contact_roles,list,;
    """
    text = (
        "A report\n\nIds,When,Net,Way,Other,Roles\n"
        'c1; c2,1735689600000,"1.234,50",,store,buyer; user\nc3,soon,"9",web,,\n'
    )
    connection = read(tmp_path, mapping, x_csv=text)
    columns = "order_id, customer_id, ordered_at, amount, status, channel"
    assert rows(connection, columns) == [
        ("1", "c1", "2025-01-01 00:00:00+00", "1234.500000", "it's paid", "store"),
        ("2", "c3", "? soon", "9.000000", "it's paid", "web"),
    ]
    assert rows(connection, "stage, contact_roles", "opportunities") == [
        (None, "buyer|user"),
        ("won", None),
    ]


def test_a_changed_recipe_is_read_anew(tmp_path):
    mapping = KEYS + "orders,x.csv,Price,amount,first_row,"
    (tmp_path / "x.csv").write_text(SHOP, encoding="utf-8")
    warehouse = tmp_path / "warehouse.duckdb"
    found = []
    for words in (mapping, mapping, mapping.replace("first_row", "sum_of_rows")):
        (tmp_path / "mapping.csv").write_text(
            "\n".join([HEADER, *(line.strip() for line in words.strip().splitlines())]), "utf-8"
        )
        with duckdb.connect(str(warehouse)) as connection:
            register_sources(connection, tmp_path)
            found.append(dict(rows(connection, "order_id, amount"))["1"])
    assert found == ["10", "10", "$15.000000"]


# --- What is wrong ----------------------------------------------------------------------------

BAD = {
    "orders,x.csv,Price,amount,summed,": "there is no recipe 'summed'. The recipes are constant,",
    "orders,x.csv,Price,amount,product,": "product takes 2 or more columns with | between",
    "orders,x.csv,Price|,amount,product,": "product takes 2 or more columns",
    "orders,x.csv,Price|Gone,amount,product,": "x.csv has no column 'Gone'. Columns found: Order",
    "orders,x.csv,Price|Qty,status,product,": "product makes a number, and status is none",
    "orders,x.csv,Price,status,sum_of_rows,": "sum_of_rows makes a number, and status is none",
    "orders,x.csv,Price,status,constant,new": "constant takes no column of the file",
    "orders,x.csv,,status,constant,": "the value of constant is ''. It should be a text",
    "orders,x.csv,,amount,sum_of_rows,": "sum_of_rows needs their_column",
    "orders,x.csv,Price,amount,minor_units,": "It should be how many digits are decimals, 0 to 4",
    "orders,x.csv,Price,amount,minor_units,two": "the value of minor_units is 'two'",
    "orders,x.csv,Price,amount,decimal_sign,;": "the value of decimal_sign is ';'. It should be ,",
    "orders,x.csv,Day,updated_at,date,ymd": "date is 'ymd'. It should be dmy, mdy, utc,",
    "orders,x.csv,Day,updated_at,date,%Y-%m-%d": "the value of date is '%Y-%m-%d'",
    "orders,x.csv,Day,status,date,dmy": "status is no date",
    "orders,x.csv,Buyer,status,translate,paid": "translate is 'paid'. It should be pairs",
    "orders,x.csv,Buyer,order_id,contact_key,": "contact_key makes a customer_id",
    "orders,x.csv,Order,order_id,first_row,": "order_id is the key by which rows are put together",
    "orders,x.csv,Buyer,status,,=1": "a value needs a recipe, and none is named beside '=1'",
    "orders,x.csv,Buyer,,keep,": "the value of keep is ''. It should be negative, positive",
    "orders,x.csv,,,keep,negative": "keep needs their_column",
    "orders,x.csv,Buyer,status,keep,negative": "keep is about the rows, not about status",
    "orders,x.csv,,,header_line,first": "header_line is 'first'. It should be a number",
    "orders,x.csv,,,delimiter,;": "the value of delimiter is ';'. It should be comma, semicolon",
    "orders,x.csv,,,system,our shop!": "the value of system is 'our shop!'",
    "orders,../x.csv,Order,order_id,,": "'../x.csv' is not in the folder",
    "orders,/etc/passwd,Order,order_id,,": "'/etc/passwd' is not in the folder",
    "orders,x.csv,Buyer,status,first_row,now": "first_row takes no value. Remove 'now'",
    "orders,x.csv,Buyer,status,first_of_list,": "the value of first_of_list is ''",
    "orders,x.csv,Buyer,,translate,a=b": "translate makes one of our columns: name it",
}


@pytest.mark.parametrize("line", BAD)
def test_a_bad_recipe_is_told_with_its_line_and_what_would_be_right(tmp_path, line):
    mapping = "orders,x.csv,Order,order_id,,\n" + line
    if "order_id" in line:
        mapping = "orders,x.csv,Buyer,customer_id,,\n" + line
    with pytest.raises(InputError) as error:
        read(tmp_path, mapping, x_csv=SHOP)
    told = [problem for problem in error.value.problems if problem.startswith("mapping.csv")]
    assert len(told) == 1, told
    assert told[0].startswith("mapping.csv, line 3: ") and BAD[line] in told[0]


def test_a_step_cannot_follow_what_it_does_not_go_on_from(tmp_path):
    mapping = KEYS + (
        "orders,x.csv,Price|Qty,amount,product,\norders,x.csv,,amount,constant,5\n"
        "orders,x.csv,,amount,sum_of_rows,\norders,x.csv,,amount,first_row,"
    )
    with pytest.raises(InputError) as error:
        read(tmp_path, mapping, x_csv=SHOP)
    assert "line 6: constant cannot follow another recipe" in str(error.value)
    assert "line 8: amount has one of sum_of_rows, first_row, each_row already" in str(error.value)


# --- Real files -------------------------------------------------------------------------------


def test_cdnow_by_recipes_alone(tmp_path):
    source = shared_data("cdnow") / "CDNOW_master.txt"
    (tmp_path / source.name).write_bytes(source.read_bytes())
    connection = read(
        tmp_path,
        f"""
        orders,{source.name},,,delimiter,blanks
        orders,{source.name},,order_id,row_number,
        orders,{source.name},date,ordered_at,date,YYYYMMDD
        orders,{source.name},dollar_value,amount,,
        """,
    )
    lines = [line.split() for line in source.read_text().splitlines()[1:]]
    found = rows(connection, "customer_id, ordered_at, amount")
    assert len(found) == len(lines) == 69_659
    assert sum(Decimal(amount) for *_, amount in found) == sum(Decimal(line[3]) for line in lines)
    assert [(buyer, day[:10].replace("-", "")) for buyer, day, _ in found] == [
        (line[0], line[1]) for line in lines
    ]


def test_the_maven_crm_by_recipes_alone(tmp_path):
    folder = shared_data("maven_crm")
    for name in ("accounts.csv", "sales_pipeline.csv", "products.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    connection = read(
        tmp_path,
        """
        customers,accounts.csv,account,customer_id,,
        customers,accounts.csv,sector,industry,translate,technolgy=technology
        orders,sales_pipeline.csv,deal_stage,,keep,Won
        orders,sales_pipeline.csv,opportunity_id,order_id,,
        orders,sales_pipeline.csv,account,customer_id,,
        orders,sales_pipeline.csv,close_date,ordered_at,,
        orders,sales_pipeline.csv,close_value,amount,,
        order_items,sales_pipeline.csv,deal_stage,,keep,Won
        order_items,sales_pipeline.csv,opportunity_id,order_id,,
        order_items,sales_pipeline.csv,product,product_id,translate,GTXPro=GTX Pro
        order_items,sales_pipeline.csv,,quantity,constant,1
        order_items,sales_pipeline.csv,close_value,unit_price,,
        opportunities,sales_pipeline.csv,account,customer_id,,
        opportunities,sales_pipeline.csv,deal_stage,stage,,
        opportunities,sales_pipeline.csv,engage_date,created_at,,
        opportunities,sales_pipeline.csv,close_value,amount,,
        products,products.csv,product,product_id,,
        """,
    )
    pipeline = pd.read_csv(folder / "sales_pipeline.csv")
    won = pipeline[pipeline["deal_stage"] == "Won"]
    [(count, revenue)] = rows(connection, "count(*), sum(amount::decimal(18, 2))")
    assert (count, revenue) == (len(won), won["close_value"].sum()) == (4_238, 10_005_534)
    unknown = """
        select distinct product_id from raw.order_items
        where product_id not in (select product_id from raw.products)
    """
    assert connection.execute(unknown).fetchall() == []
    industries = {industry for (industry,) in rows(connection, "industry", "customers")}
    assert "technology" in industries and "technolgy" not in industries
    assert rows(connection, "count(*)", "opportunities") == [(8_800,)]


@pytest.mark.parametrize(
    ("kept", "left_out"),
    [
        ("", 3),
        ("refunds,x.csv,State,,keep,back", 1),
        ("refunds,x.csv,State,,keep,back;test", 0),
        ("refunds,x.csv,State,,keep,filled", 0),
    ],
)
def test_rows_that_are_skipped_and_kept_by_nothing_are_counted(tmp_path, kept, left_out):
    text = "order_id,customer_id,ordered_at,amount,State\n" + "".join(
        f"{n},A,2025-01-01,5,{state}\n" for n, state in enumerate(["", "back", "back", "test"])
    )
    mapping = "orders,x.csv,State,,skip,back;test\n"
    if kept:
        mapping += (
            f"refunds,x.csv,,refund_id,row_number,\nrefunds,x.csv,ordered_at,refunded_at,,\n{kept}"
        )
    connection = read(tmp_path, mapping, x_csv=text)
    assert rows(connection, "order_id") == [("0",)]
    counts = "select rows_left_out from raw.source_files where source = 'orders'"
    assert connection.execute(counts).fetchall() == [(left_out,)]
