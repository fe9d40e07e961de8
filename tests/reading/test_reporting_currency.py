"""Which currency amounts are in, where the settings of a folder do not say it."""

import duckdb
import pytest
from conftest import WITHOUT_TESTS, Workspace

from customer_tiering.reading.ingest import InputError, register_sources

ORDERS = "order_id,customer_id,ordered_at,amount,currency\n"
EUR = ORDERS + "1,A,2025-01-01,10,EUR\n2,A,2025-01-02,10, eur \n3,B,2025-01-03,5,\n"
USD = "4,B,2025-02-01,7,USD\n"
RATES = "currency,valid_from,rate\nUSD,2025-01-01,0.9\n"


@pytest.fixture
def read(tmp_path):
    """Reads the folder again, with these files, into the same warehouse."""
    (tmp_path / "data").mkdir()

    def register(**files: str | None) -> dict[str, str]:
        for name, text in files.items():
            path = tmp_path / "data" / f"{name}.csv"
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text, encoding="utf-8")
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            register_sources(connection, tmp_path / "data")
            notes = connection.execute("select note from raw.reading_notes").fetchall()
            settings = dict(connection.execute("from raw.settings").fetchall())
        is_found = "reporting_currency" in settings and not is_said(tmp_path / "data")
        assert (("currency_found",) in notes) == is_found
        return settings

    return register


def is_said(folder) -> bool:
    settings = folder / "settings.csv"
    return settings.exists() and "reporting_currency" in settings.read_text()


def test_the_only_currency_that_orders_name_is_found_and_remembered(read):
    assert read(orders=EUR) == {"reporting_currency": "EUR"}
    # Orders that name none are still in it.
    assert read(orders=ORDERS + "1,A,2025-01-01,10,\n") == {"reporting_currency": "EUR"}
    with pytest.raises(InputError) as error:
        read(orders=EUR + USD)
    assert "The orders now name USD, and were in EUR alone so far" in str(error.value)
    assert "reporting_currency,EUR" in str(error.value) and "fx_rates" in str(error.value)


def test_what_the_settings_say_holds(read):
    settings = "setting,value\nreporting_currency,USD\n"
    assert read(orders=EUR + USD, settings=settings) == {"reporting_currency": "USD"}


def test_with_rates_or_several_currencies_nothing_is_guessed(read):
    assert read(orders=EUR + USD) == {}
    assert read(orders=EUR, fx_rates=RATES) == {}


def test_a_currency_that_is_no_code_is_none(read):
    assert read(orders=ORDERS + "1,A,2025-01-01,10,Euro\n2,A,2025-01-01,10,€\n") == {}


def test_a_build_publishes_in_the_currency_that_was_found(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "orders.csv").write_text(EUR, encoding="utf-8")
    (data / "settings.csv").write_text(
        "setting,value\nrun_date,2025-12-31\nbusiness_time_zone,Europe/Berlin\n", encoding="utf-8"
    )
    workspace = Workspace(tmp_path / "build", data)
    workspace.dbt("build", *WITHOUT_TESTS, "-s", "+int_customer_days", "+int_rejected_records")
    assert workspace.rows("select * from intermediate.int_rejected_records") == []
    amounts = "select sum(net_revenue) from intermediate.int_customer_days"
    assert workspace.rows(amounts) == [(25,)]
