"""A small folder of orders, and what the raw layer holds of a folder, for the tests of reading."""

import pytest

from customer_tiering.reading.ingest import InputError, register_sources

ORDERS_HEADER = "order_id,customer_id,ordered_at,amount"
ORDERS = f"{ORDERS_HEADER}\n0001,007,2024-01-01,10\n0002,008,2024-01-02,20\n"


def rows(connection, query):
    return connection.execute(query).fetchall()


def orders(connection, columns="source_row, order_id, customer_id, ordered_at, amount"):
    return rows(connection, f"select {columns} from raw.orders order by source_row")


def unreadable(connection, source="orders"):
    return rows(
        connection,
        "select source_row, line, error from raw.unreadable_lines "
        f"where source = '{source}' order by source_row",
    )


def problems(connection, folder):
    """The problems that stop the registration of a folder."""
    with pytest.raises(InputError) as caught:
        register_sources(connection, folder)
    assert str(folder) in str(caught.value)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return caught.value.problems


def write_mapping(folder, *lines):
    text = "\n".join(["source,file,their_column,our_column", *lines])
    (folder / "mapping.csv").write_text(text, encoding="utf-8")
