"""Exports that are known by their headers: recognised as what they are, and read to the cent."""

import csv
import io
import random
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import WITHOUT_UNIT_TESTS, Workspace

from customer_tiering.inspect import main
from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.ingest import register_sources
from customer_tiering.reading.presets import presets, presets_of
from customer_tiering.reading.recipes import RECIPES

FILES = {
    file.name.removesuffix(".yml"): yaml.safe_load(file.read_text("utf-8"))
    for file in resources.files("customer_tiering.reading.presets").iterdir()
    if file.name.endswith(".yml")
}
BY_NAME = {preset.name: preset for preset in presets()}


def headers(said: dict) -> list[str]:
    return [name.strip() for name in next(csv.reader([said["headers"]]))]


# --- The files themselves ---------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES)
def test_a_preset_is_sound(file):
    said = FILES[file]
    assert said.keys() <= {*("name", "system", "is_verified", "headers", "needs", "lines", "lacks")}
    known = {*headers(said)}
    assert {name.strip() for name in next(csv.reader([said["needs"]]))} <= known
    made: dict[str, set[str]] = {}
    for line in csv.reader(said["lines"].splitlines()):
        source, theirs, ours, recipe, value = line + [""] * (5 - len(line))
        assert {*theirs.split("|")} - {""} <= known, line
        assert ours in (*SOURCES[source].columns, ""), line
        assert recipe in RECIPES, line
        if RECIPES[recipe].value:
            assert RECIPES[recipe].check(value), line
        made.setdefault(source, set()).add(ours)
    for source, ours in made.items():
        lacking = {*SOURCES[source].required} - ours
        assert not lacking or said.get("lacks"), (source, lacking)


# --- Recognised -------------------------------------------------------------------------------


def disguised(names: list[str], chance: random.Random) -> list[str]:
    """The same headers as people and tools write them, in another order."""
    wrapped = [
        chance.choice([name, name.upper(), f" {name} ", f"\t{name}", f"'{name}", f"\ufeff{name}"])
        for name in names
    ]
    chance.shuffle(wrapped)
    return wrapped


def test_every_look_alike_is_recognised_and_no_other_is():
    right = wrong = asked = 0
    for said in FILES.values():
        chance = random.Random(said["name"])
        for _ in range(20):
            found = [preset.name for preset in presets_of(disguised(headers(said), chance))]
            right += found == [said["name"]]
            asked += len(found) != 1
            wrong += len(found) == 1 and found != [said["name"]]
    assert wrong == 0
    assert right >= 0.95 * (right + asked)


def test_what_lacks_a_third_of_its_headers_is_never_taken_for_another():
    for said in FILES.values():
        chance = random.Random(said["name"])
        for _ in range(50):
            names = headers(said)
            kept = chance.sample(names, len(names) - len(names) // 3)
            found = [preset.name for preset in presets_of(kept)]
            assert found in ([], [said["name"]]) or len(found) > 1, (said["name"], found)


def test_two_files_put_side_by_side_are_asked_about():
    """Headers of two exports in one file: nobody can say which it is."""
    names = headers(FILES["jd_orders"]) + headers(FILES["taobao_orders_old"])
    assert len(presets_of(names)) == 2


def test_what_is_in_our_own_shape_is_no_export():
    for source in SOURCES.values():
        assert presets_of(source.columns) == [], source.name


# --- Read -------------------------------------------------------------------------------------

# How a look-alike is written, by hand and apart from the presets: the columns that matter; whether
# the order's cells stand on its first row (first), on each (each), or the amount is the line's
# (line), an order has one row (one), or its amount is in cents.
SHAPES = {
    "shopify_orders": ("Name", "Email", "Created at", "Total", "Financial Status", "first"),
    "stripe_payments": ("id", "Customer ID", "Created (UTC)", "Amount", "Status", "one"),
    "magento_orders": (
        "ID",
        "Customer Email",
        "Purchase Date",
        "Grand Total (Base)",
        "Status",
        "one",
    ),
    "fivetran_shopify_orders": (
        *("id", "customer_id", "created_at", "total_price", "financial_status"),
        "one",
    ),
    "fivetran_stripe_charges": ("id", "customer_id", "created", "amount", "status", "cents"),
    "youzan_orders": ("订单号", "买家手机号", "买家付款时间", "订单实付金额", "订单状态", "one"),
    "taobao_orders_old": (
        *("订单编号", "买家会员名", "订单付款时间", "买家实际支付金额", "订单状态"),
        "one",
    ),
    "jd_orders": ("订单号", "下单帐号", "下单时间", "订单金额", "订单状态", "each"),
    "kingdee_sales_orders": (
        *("FBillNo", "FCustId.FNumber", "FDate", "FAllAmount", "FDocumentStatus"),
        "line",
    ),
}
PAID = {"youzan_orders": "交易完成", "jd_orders": "完成", "taobao_orders_old": "交易成功"}
PAID |= {"magento_orders": "complete", "kingdee_sales_orders": "C"}
PAID |= {"fivetran_stripe_charges": "succeeded"}
CERTAIN = {
    file
    for file, said in FILES.items()
    if said["is_verified"] and not said.get("lacks") and "orders," in said["lines"]
}
QUANTITIES = {"Lineitem quantity", "订购数量", "FQty"}


def test_every_certain_preset_of_orders_is_tried():
    orders = {
        file
        for file in CERTAIN
        if any(line.startswith("orders,") for line in FILES[file]["lines"].splitlines())
    }
    assert orders == SHAPES.keys()


def look_alike(file: str, seed: int) -> tuple[str, dict[str, Decimal], Decimal]:
    """The text of an export, what each buyer's orders come to, and what was refunded."""
    key, buyer, day, amount, status, kind = SHAPES[file]
    chance = random.Random(seed)
    names = headers(FILES[file])
    refund = next(
        (
            n
            for n in names
            if n
            in (
                "Refunded Amount",
                "Amount Refunded",
                "Total Refunded",
                "amount_refunded",
                "订单已退款金额",
            )
        ),
        None,
    )
    factor = 100 if kind == "cents" else 1
    rows, sums, back = [], {}, Decimal(0)
    for number in range(60):
        who = chance.randrange(15)
        contact = f"13{who:09}" if "手机号" in buyer else f"p{who}@shop.example"
        person = contact if "mail" in buyer.lower() or "手机号" in buyer else f"cus_{who}"
        moment = date(2025, 1, 5) + timedelta(chance.randrange(300))
        lines = 1 if kind in ("one", "cents") else chance.randint(1, 3)
        parts = [Decimal(chance.randrange(100, 90_000)) / 100 for _ in range(lines)]
        total, refunded = sum(parts), Decimal(0)
        if refund and chance.random() < 0.1:
            refunded = parts[0]
        for place, part in enumerate(parts):
            row = dict.fromkeys(names, "")
            is_first = place == 0 or kind in ("each", "line")
            row[key] = f"#{1000 + number}"
            if is_first:
                row |= {buyer: person, day: f"{moment} 10:00:00", status: PAID.get(file, "paid")}
                row[amount] = str((part if kind == "line" else total) * factor)
                for name in ("Currency", "currency"):
                    if name in row:
                        row[name] = "EUR"
                if refund:
                    row[refund] = str(refunded * factor)
            for name in QUANTITIES & row.keys():
                row[name] = "1"
            for name in ("Lineitem price", "京东价", "FTaxPrice"):
                if name in row:
                    row[name] = str(part)
            for name in ("Lineitem name", "商品ID", "FMaterialId.FNumber"):
                if name in row:
                    row[name] = f"P{place}"
            rows.append(row)
        sums[person] = sums.get(person, Decimal(0)) + total
        back += refunded
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue(), sums, back


@pytest.mark.parametrize("file", SHAPES)
def test_a_look_alike_is_read_to_the_cent_with_nothing_else(file, tmp_path):
    for seed in range(3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        text, sums, back = look_alike(file, seed)
        encoding = "gb18030" if "号" in text else "utf-8-sig"
        (folder / "export (1).csv").write_text(text, encoding)
        connection = duckdb.connect()
        register_sources(connection, folder)
        amounts = connection.execute(
            "select customer_id, sum(amount::decimal(18, 2)) from raw.orders group by all"
        ).fetchall()
        assert sorted(total for _, total in amounts) == sorted(sums.values())
        [(refunded,)] = connection.execute(
            "select coalesce(sum(amount::decimal(18, 2)), 0) from raw.refunds"
        ).fetchall()
        assert refunded == back
        [note] = connection.execute(
            "select detail from raw.reading_notes where note = 'recognised'"
        ).fetchall()
        assert BY_NAME[FILES[file]["name"]].name in note[0]


@pytest.mark.parametrize("file", ["taobao_orders", "pinduoduo_orders", "douyin_orders"])
def test_what_needs_a_person_stops_and_is_said(file, tmp_path, capsys):
    (tmp_path / "orders_export.csv").write_text(
        ",".join(f'"{name}"' for name in headers(FILES[file]))
        + "\n"
        + "x," * (len(headers(FILES[file])) - 1)
        + "x\n",
        "utf-8",
    )
    with pytest.raises(RuntimeError, match="make inspect looks at the folder"):
        register_sources(duckdb.connect(), tmp_path)
    main([str(tmp_path)])
    said = capsys.readouterr().out
    assert f"recognised as {FILES[file]['name']}" in said
    assert FILES[file].get("lacks", "") in said
    assert (tmp_path / "_mapping.csv").exists()


@pytest.mark.parametrize("file", ["shopify_orders", "youzan_orders"])
def test_from_a_look_alike_to_tiers_with_one_command(file, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    text, sums, back = look_alike(file, 1)
    (data / "orders_export_1.csv").write_text(text, "utf-8")
    workspace = Workspace(tmp_path / "build", data)
    variables = {"run_date": "2025-12-31", "history_periods": 1}
    said = workspace.dbt("build", *WITHOUT_UNIT_TESTS, variables=variables).stdout
    assert "PASS" in said
    tiers = workspace.rows("select tier_code, net_revenue from marts.customer_tier")
    assert len(tiers) == len(sums) and {tier for tier, _ in tiers} > {"A"}
    [(revenue,)] = workspace.rows("select sum(net_revenue) from intermediate.int_customer_days")
    assert revenue == sum(sums.values()) - back


def test_a_sources_own_file_stays_beside_an_export(tmp_path):
    text, _, _ = look_alike("jd_orders", 1)
    (tmp_path / "订单.csv").write_text(text, "gb18030")
    (tmp_path / "customers.csv").write_text("customer_id,name\nX,Xu\n", "utf-8")
    (tmp_path / "deletions.csv").write_text("customer_id\ncus_3\n", "utf-8")
    connection = duckdb.connect()
    register_sources(connection, tmp_path)
    [(names,)] = connection.execute(
        "select list(distinct customer_id) from raw.customers"
    ).fetchall()
    assert {"X", "cus_1"} <= {*names} and "cus_3" not in names


def folder_of_two_systems(folder: Path) -> duckdb.DuckDBPyConnection:
    for file in ("jd_orders", "taobao_orders_old"):
        (folder / f"{file}.csv").write_text(look_alike(file, 1)[0], "utf-8")
    connection = duckdb.connect()
    register_sources(connection, folder)
    return connection


def test_the_ids_of_two_systems_do_not_meet(tmp_path):
    connection = folder_of_two_systems(tmp_path)
    [(count, orders)] = connection.execute(
        "select count(*), count(distinct order_id) from raw.orders"
    ).fetchall()
    assert count == orders == 120


def test_orders_that_are_known_keep_their_ids_when_a_mapping_names_another_system(tmp_path):
    (tmp_path / "jd.csv").write_text(look_alike("jd_orders", 1)[0], "utf-8")
    (tmp_path / "people.csv").write_text("customer_id,name\nX,Xu\n", "utf-8")
    (tmp_path / "mapping.csv").write_text(
        "source,file,their_column,our_column,recipe,value\ncustomers,people.csv,,,system,crm\n"
    )
    connection = duckdb.connect()
    register_sources(connection, tmp_path)
    [(orders, customers)] = connection.execute("""
        select
            (select count(*) from raw.orders where order_id like '#%'),
            (select list(customer_id) from raw.customers where contains(customer_id, ':'))
    """).fetchall()
    assert orders == 60 and customers == ["crm:X"]


ONE_ORDER = "order_id,customer_id,ordered_at,amount\n1,001A,2025-01-05,5\n"


def folder_of(folder: Path, **texts: str) -> duckdb.DuckDBPyConnection:
    """What is read of these files, of which each is named without its ending."""
    for name, text in {"orders": ONE_ORDER, **texts}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    connection = duckdb.connect()
    register_sources(connection, folder)
    return connection


def test_salesforce_is_read_as_fivetran_writes_it(tmp_path):
    account = (
        "_fivetran_synced,_fivetran_active,id,name,billing_city,billing_country,industry,is_deleted,"
        "number_of_employees,created_date,last_modified_date\n"
        "2025-05-05,TRUE,001A,Acme,Bonn,Germany,Chemicals,FALSE,12,2024-01-02,2025-02-02\n"
        "2025-05-05,FALSE,001A,Acme then,Bonn,Germany,Chemicals,FALSE,9,2024-01-02,2024-02-02\n"
        "2025-05-05,TRUE,001B,Gone,Bonn,Germany,Chemicals,TRUE,12,2024-01-02,2025-02-02\n"
    )
    opportunity = (
        "_fivetran_synced,id,account_id,name,stage_name,amount,close_date,created_date,is_deleted,"
        "pricebook_2_id\n"
        "2025-05-05,006A,001A,Deal,Closed Won,1000.50,2025-05-05,2025-01-05,False,p\n"
    )
    connection = folder_of(tmp_path, account=account, opportunity=opportunity)
    customers = connection.execute("select customer_id, name, region from raw.customers")
    assert customers.fetchall() == [("001A", "Acme", "Germany")]
    deals = connection.execute("select customer_id, stage, amount from raw.opportunities")
    assert deals.fetchall() == [("001A", "Closed Won", "1000.50")]


CONTACTS = "id,first_name,last_name,email,state,orders_count,total_spent,created_at,{}\n"


@pytest.mark.parametrize(
    ("column", "consents"), [("accepts_marketing", [("true",)]), ("_fivetran_synced", [])]
)
def test_only_the_column_of_consents_says_what_is_permitted(column, consents, tmp_path):
    """The state of an account has the name of ours for that of a consent."""
    row = "1,Mia,Wu,mia@shop.example,enabled,1,5,2025-01-05,true\n"
    connection = folder_of(tmp_path, customer=CONTACTS.format(column) + row)
    assert connection.execute("select state from raw.consents").fetchall() == consents


def test_the_proposal_for_a_part_is_read_and_a_refusal_stays_one(tmp_path):
    contact = (
        "id,property_email,property_lastname,property_createdate,property_hs_email_optout\n"
        "001A,mia@shop.example,Wu,2025-01-05,TRUE\n"
    )
    folder_of(tmp_path, contact=contact)
    main([str(tmp_path)])
    (tmp_path / "_mapping.csv").rename(tmp_path / "mapping.csv")
    connection = folder_of(tmp_path)
    assert connection.execute("select name from raw.customers").fetchall() == [("Wu",)]
    assert connection.execute("select state from raw.consents").fetchall() == [("no",)]


STRIPE = "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Captured,Mode,"
CHARGES = "id,amount,amount_refunded,captured,created,currency,customer_id,paid,refunded,status,"


def test_of_stripe_only_money_that_came_and_stayed_counts(tmp_path):
    text = STRIPE + "Disputed Amount,Dispute Status\n"
    for key, captured, mode, dispute in (
        ("ch_1", "true", "Live", ""),
        ("ch_2", "true", "Live", "lost"),
        ("ch_3", "true", "Live", "won"),
        ("ch_4", "false", "Live", ""),
        ("ch_5", "true", "Test", ""),
    ):
        text += f"{key},2026-05-01 10:00:00,80.00,0.00,usd,Paid,c1,{captured},{mode},,{dispute}\n"
    connection = folder_of(tmp_path, orders=text)
    found = connection.execute("select order_id, status from raw.orders order by 1").fetchall()
    assert found == [("ch_1", "Paid"), ("ch_2", "charged_back"), ("ch_3", "paid")]


def test_charges_are_in_the_units_of_their_currency_and_captured(tmp_path):
    text = CHARGES + "livemode\n"
    for key, captured, currency, live in (
        ("ch_1", "t", "usd", "t"),
        ("ch_2", "t", "jpy", "t"),
        ("ch_3", "f", "usd", "t"),
        ("ch_4", "t", "usd", "f"),
    ):
        text += (
            f"{key},5000,1000,{captured},2026-05-01 23:30:00,{currency},c1,t,f,succeeded,{live}\n"
        )
    connection = folder_of(tmp_path, orders=text)
    columns = "order_id, ordered_at, amount::double"
    assert connection.execute(f"select {columns} from raw.orders order by 1").fetchall() == [
        ("ch_1", "2026-05-01 23:30:00+00", 50),
        ("ch_2", "2026-05-01 23:30:00+00", 5000),
    ]
    refunds = "select refund_id, amount::double from raw.refunds order by 1"
    assert connection.execute(refunds).fetchall() == [("ch_1", 10), ("ch_2", 1000)]


def test_a_part_of_an_order_that_was_closed_is_left_out(tmp_path, capsys):
    """Of 抖店 a row is a part of an order, with a status of its own."""
    names = headers(FILES["douyin_orders"])
    text = ",".join(names) + "\n"
    for part, status, after in (
        ("1", "已完成", "-"),
        ("2", "已关闭", "-"),
        ("3", "已完成", "退款成功"),
    ):
        row = dict.fromkeys(names, "") | {"主订单编号": "\t1", "子订单编号": f"\t{part}"}
        row |= {"订单应付金额": "50", "订单状态": status, "售后状态": after, "商品ID": part}
        row |= {"收件人手机号": "13800000001", "订单提交时间": "2026-03-05 12:00:00"}
        text += ",".join(row.values()) + "\n"
    (tmp_path / "dy.csv").write_text(text, "utf-8")
    assert main([str(tmp_path)]) == 0
    (tmp_path / "_mapping.csv").rename(tmp_path / "mapping.csv")
    connection = duckdb.connect()
    register_sources(connection, tmp_path)
    found = connection.execute("select order_id, amount::int from raw.orders").fetchall()
    assert found == [("1", 50)]
    assert connection.execute("select product_id from raw.order_items").fetchall() == [("1",)]


def test_an_export_by_the_name_of_a_source_is_known_with_some_of_its_columns(tmp_path):
    """Shopify's customers have a Customer ID, which its orders do not know."""
    customers = (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Phone,Total Spent,"
        "Total Orders,Tax Exempt,Tags\n'777,Mia,B,mia@x.example,yes,,95,1,no,\n"
    )
    orders = (
        "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price\n#1,mia@x.example,paid,EUR,95.00,2026-05-01 10:00:00 +0200,2,Shirt,30.00\n"
    )
    connection = folder_of(tmp_path, customers=customers, orders=orders)
    [(buyer,)] = connection.execute("select customer_id from raw.orders").fetchall()
    found = connection.execute("select distinct customer_id from raw.customers").fetchall()
    assert found == [(buyer,)]
    # Of orders the name is their number.
    names = connection.execute("select distinct name from raw.customers order by all").fetchall()
    assert names == [("Mia B",), (None,)]
    assert connection.execute("select count(*) from raw.refunds").fetchone() == (0,)
