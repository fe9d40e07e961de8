"""Whatever a folder holds: its revenue is right, or each record that makes it differ is told of."""

from decimal import Decimal

import pytest
from compiled import CompiledReading
from hostile_folders import Folder, hostile_folders
from hypothesis import HealthCheck, given, note, settings
from independent_reader import Reader

from customer_tiering.reading.ingest import InputError

SETTINGS = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
}


def check(reading: CompiledReading, folder: Folder, path) -> None:
    """The invariant."""
    try:
        warehouse = reading.read(folder.write(path))
    except InputError as error:
        # Told in words: that there is no record, or that few characters prove no encoding.
        broken = [
            all(
                len(line.cells) != len(file.columns) or line.cells == file.header
                for line in file.lines
            )
            for file in folder.files
            if file.lines
        ]
        if any(broken) or not any(file.lines for file in folder.of("orders")):
            assert "has no rows" in str(error) or "none of them can be read" in str(error), error
        else:
            assert any(file.encoding == "gb18030" for file in folder.files), error
            assert "encoding" in str(error), error
        return
    with warehouse:

        def rows(query):
            return warehouse.execute(query).fetchall()

        numbers = {
            (source, file): number
            for source, file, number in rows(
                "select source, source_file, file_number from raw.source_files"
            )
        }
        told = {
            (source, (numbers[source, file] or 0, row)): reason
            for source, file, row, reason in rows(
                "select source, source_file, source_row, reject_reason"
                " from intermediate.int_rejected_records"
            )
        }
        reader = Reader(folder, told)
        note(f"told: {told}")
        published = {
            (customer, day): amount
            for customer, day, amount in rows(
                "select customer_id, activity_date, net_revenue from intermediate.int_customer_days"
            )
        }
        notes = dict(rows("select note, records from intermediate.int_reading_notes"))
        counts = dict(rows("select source, rows_in from intermediate.int_row_counts"))
    assert not reader.complaints, reader.complaints
    # What a cut refund leaves is rounded once more.
    allowed = Decimal("0.0002") * reader.cut
    differences = {
        key: (published.get(key, Decimal(0)), reader.revenue.get(key, Decimal(0)))
        for key in published.keys() | reader.revenue.keys()
        if abs(published.get(key, Decimal(0)) - reader.revenue.get(key, Decimal(0))) > allowed
    }
    assert not differences, f"published, and read here: {differences}"
    assert {source: counts[source] for source in reader.records} == reader.records, counts
    assert notes.get("refunds_cut", 0) == reader.cut, notes
    assert notes.get("taken_back_by_status", 0) == reader.back_by_status, notes
    assert notes.get("refunds_of_no_sale", 0) == reader.of_no_sale, notes
    feeds_nothing = "ab.csv" in folder.others
    assert notes.get("feeds_nothing", 0) == feeds_nothing


@settings(max_examples=10, derandomize=True, **SETTINGS)
@given(folder=hostile_folders())
def test_ten_folders_are_right_or_told(reading, tmp_path_factory, folder):
    check(reading, folder, tmp_path_factory.mktemp("hostile"))


@pytest.mark.long
@settings(max_examples=200, **SETTINGS)
@given(folder=hostile_folders())
def test_many_folders_are_right_or_told(reading, tmp_path_factory, folder):
    check(reading, folder, tmp_path_factory.mktemp("hostile"))
