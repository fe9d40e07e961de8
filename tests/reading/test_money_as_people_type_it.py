"""Amounts that can be read in one way only are read so; no sign of a currency is dropped."""

from decimal import Decimal

import pytest

RATES = "currency,valid_from,rate\nUSD,2024-01-01,7\nEUR,2024-01-01,8\nCAD,2024-01-01,5\n"

READ = {
    "1 234.50": "1234.5",
    "1'234.50": "1234.5",
    "12 345 678": 12_345_678,
    "１２　３４５": 12_345,
    " 5 ": 5,
    "'12.50": "12.5",
    "¥ 5": 5,
    "5 元": 5,
    "$10.00 USD": 70,
    "USD$10": 70,
    "US$10.00 USD": 70,
    "$10 CAD": 50,
    "CAD $10": 50,
    "€10 EUR": 80,
    "EUR 10 €": 80,
    "¥10 CNY": 10,
}
TOLD = {
    "12 34": "unparsable_amount",
    "2 3": "unparsable_amount",
    "5'5.6": "unparsable_amount",
    "0 500": "unparsable_amount",
    "1234 567": "unparsable_amount",
    "19.7 7": "unparsable_amount",
    "1 .5": "unparsable_amount",
    "6176. 60": "unparsable_amount",
    "1 ,234.5": "unparsable_amount",
    "１２ ３４": "unparsable_amount",
    "J$100": "unknown_currency",
    "100 TT$": "unknown_currency",
    "USD 5€": "unknown_currency",
    "$5 EUR": "unknown_currency",
}


@pytest.fixture(scope="module")
def outcomes(reading, tmp_path_factory):
    folder = tmp_path_factory.mktemp("money")
    rows = [f'{n},c,2026-01-05,"{text}"' for n, text in enumerate([*READ, *TOLD])]
    header = "order_id,customer_id,ordered_at,amount"
    (folder / "orders.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    (folder / "fx_rates.csv").write_text(RATES)
    with reading.read(folder) as warehouse:
        found = warehouse.execute(
            "select order_id, coalesce(reject_reason, outcome), amount from intermediate.int_orders"
        ).fetchall()
    by_place = {int(id_): (outcome, amount) for id_, outcome, amount in found}
    return {text: by_place[place] for place, text in enumerate([*READ, *TOLD])}


@pytest.mark.parametrize("text", READ)
def test_what_reads_in_one_way_is_read(outcomes, text):
    assert outcomes[text] == ("accepted", Decimal(READ[text]))


@pytest.mark.parametrize("text", TOLD)
def test_what_reads_in_two_ways_is_told(outcomes, text):
    assert outcomes[text][0] == TOLD[text]
