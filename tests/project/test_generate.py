"""The generator: the committed sample is what it writes; data of any size keeps its promises."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import PROJECT

from customer_tiering.generate.__main__ import main
from customer_tiering.reading.contract import SOURCES

SAMPLE = PROJECT / "sample_data"
ORDERS, CUSTOMERS = 20_000, 4_000
KEYS = {
    "customers": ["customer_id"],
    "orders": ["order_id"],
    "order_items": ["order_id", "line_number"],
    "products": ["product_id"],
    "refunds": ["refund_id"],
    "interactions": ["interaction_id"],
    "events": ["event_id"],
    "fx_rates": ["currency", "valid_from"],
}


def _write_scale(folder: Path) -> Path:
    size = ["--orders", str(ORDERS), "--customers", str(CUSTOMERS)]
    main(["scale", "--out", str(folder), *size, "--all-sources"])
    return folder


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def scale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write_scale(tmp_path_factory.mktemp("scale"))


def test_committed_sample_is_what_the_generator_writes(tmp_path: Path) -> None:
    main(["sample", "--out", str(tmp_path)])
    fresh, committed = _bytes(tmp_path), _bytes(SAMPLE)
    assert list(fresh) == list(committed)
    assert [name for name in fresh if fresh[name] != committed[name]] == []
    assert sum(map(len, committed.values())) < 4_000_000


def test_sample_has_headers_of_the_contract() -> None:
    not_plain = {"customers", "interactions", "events", "tier_overrides", "deletions"}
    # No two invented customers are one.
    not_plain |= {"identity_decisions"}
    for source in SOURCES.keys() - not_plain:
        with (SAMPLE / f"{source}.csv").open(encoding="utf-8", newline="") as file:
            assert tuple(next(csv.reader(file))) == SOURCES[source].columns


def test_sample_ends_on_the_last_day_but_for_planted_dates() -> None:
    with (SAMPLE / "orders.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["order_id"].startswith("SO1")]
    last = max(rows, key=lambda row: row["order_id"])
    assert last["ordered_at"].startswith(("2026-10-18", "2026/10/18", "20261018", "2026年10月18日"))


@pytest.mark.parametrize("source", KEYS)
def test_scale_has_unique_keys_and_columns_of_the_contract(scale: Path, source: str) -> None:
    table = pq.read_table(scale / f"{source}.parquet")
    assert set(SOURCES[source].required) <= set(table.column_names)
    assert set(table.column_names) <= set(SOURCES[source].columns)
    assert table.num_rows > 0
    assert table.group_by(KEYS[source]).aggregate([]).num_rows == table.num_rows
    assert table.column(KEYS[source][0]).type == pa.string()


def test_scale_has_exact_sizes_types_and_order(scale: Path) -> None:
    orders = pq.read_table(scale / "orders.parquet")
    customers = pq.read_table(scale / "customers.parquet")
    assert (orders.num_rows, customers.num_rows) == (ORDERS, CUSTOMERS)
    assert orders.schema.field("amount").type == pa.decimal128(18, 2)
    assert orders.schema.field("ordered_at").type == pa.timestamp("us")
    assert orders["ordered_at"].to_pylist() == sorted(orders["ordered_at"].to_pylist())
    assert pc.all(pc.is_in(orders["customer_id"], customers["customer_id"])).as_py()
    assert pc.min(orders["amount"]).as_py() > 0


def test_scale_is_one_line_for_most_customers_and_many_buy_once(scale: Path) -> None:
    orders = pq.read_table(scale / "orders.parquet").to_pandas().groupby("customer_id")
    assert 0.01 < (orders["business_line"].nunique() == 2).mean() < 0.06
    count = orders.size()
    assert (count == 1).mean() > 0.2
    assert count.max() > 10 * count.mean()


def test_scale_with_the_same_seed_is_the_same(scale: Path, tmp_path: Path) -> None:
    assert _bytes(_write_scale(tmp_path)) == _bytes(scale)
