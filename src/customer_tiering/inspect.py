"""Looks at the folder of an export, says what is in it, and proposes how to read it.

    python -m customer_tiering.inspect [folder]

No dbt, no warehouse, and nothing is changed but two files that are written into the folder: a
mapping and settings, which a build does not read before a person has taken the `_` off their names.
"""

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from customer_tiering.inspected import (
    FILES,
    Inspected,
    next_step,
    one_file_each,
    propose,
    report,
    say_what_nothing_reads,
)
from customer_tiering.private_files import OWNER_ALONE, set_mode
from customer_tiering.reading.contract import SOURCES, Source
from customer_tiering.reading.database_tables import Tables, as_folder
from customer_tiering.reading.file_kinds import UnusableFileError
from customer_tiering.reading.file_reader import file_reader
from customer_tiering.reading.file_style import currencies_in, find_style
from customer_tiering.reading.folder_files import (
    MAPPING_FILE,
    READ_ENDINGS,
    is_ignored,
    shown,
)
from customer_tiering.reading.known_exports import is_in_our_shape
from customer_tiering.reading.mapping_file import FileMapping
from customer_tiering.reading.names import each_once, quoted
from customer_tiering.reading.opened_files import SourceFile, open_file, sheet_of
from customer_tiering.reading.packed_files import ending_of, is_packed, unpacked
from customer_tiering.reading.presets import presets_of
from customer_tiering.reading.proposals import Proposal, Query, Recognised
from customer_tiering.reading.recipes import Field, Shape
from customer_tiering.reading.recognise import recognise
from customer_tiering.reading.source_plan import FilePlan, InputError
from customer_tiering.reading.templates import numbers_and_dates
from customer_tiering.reading.text_files import header_line_of
from customer_tiering.reading.what_is_read import WhatIsRead, what_is_read
from customer_tiering.sheets import write_csv

SEEDS = Path(__file__).parents[2] / "seeds"

_DAMAGED = r"\s*[0-9]+([.,][0-9]+)?[Ee][+][0-9]+\s*"
_MOST_SHOWN = 12
# What several customers may share, written in one way; empty where it is no key.
_KEYS = {
    "email": (
        "case when {value} like '%@%.%' then regexp_replace(lower({value}), '[+][^@]*@', '@') end"
    ),
    "phone": (
        "case when regexp_full_match({value}, '[0-9+() ./-]{{8,}}')"
        " then regexp_replace(regexp_replace({value}, '[^0-9]', '', 'g'),"
        " '^(00)?86(1[3-9][0-9]{{9}})$', '\\2') end"
    ),
    "member_number": "lower({value})",
    "union_id": "{value}",
}
# Of each table of a database: enough to see how it is written.
_ROWS_OF_A_TABLE = 100_000


def inspect_folder(folder: Path) -> tuple[list[Inspected], WhatIsRead]:
    """Look at every file of a folder that may hold data, and at what a build reads of it."""
    if not folder.is_dir():
        raise InputError(folder, ["The folder does not exist. Set CRM_DATA to that of the export"])
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    found = []
    what = what_is_read(folder)
    with duckdb.connect() as connection:
        for path in paths:
            name = str(path.relative_to(folder))
            if not any(is_ignored(part) for part in Path(name).parts):
                found.append(_inspect(connection, folder, name, what))
    one_file_each(found)
    return found, what


def _inspect_tables(tables: Tables, folder: Path) -> tuple[list[Inspected], WhatIsRead]:
    """Look at every table of a schema; the folder is the one of their mapping and settings."""
    warehouse = os.environ.get("DUCKDB_PATH", "warehouse.duckdb")
    try:
        connection = duckdb.connect(
            ":memory:" if tables.database else warehouse, read_only=not tables.database
        )
    except duckdb.Error as error:
        raise InputError(tables.name, [f"The warehouse cannot be read: {error}"]) from error
    with (
        connection,
        tempfile.TemporaryDirectory() as place,
        as_folder(connection, tables, None, Path(place) / "tables", _ROWS_OF_A_TABLE) as (its, _),
    ):
        # A build has the folder's files beside the tables; a table of the same name is taken.
        for each in folder.iterdir() if folder.is_dir() else ():
            if each.name.lower() in FILES:
                (its / each.name).symlink_to(each.absolute())
        return inspect_folder(its)


def _inspect(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, what: WhatIsRead
) -> Inspected:
    looked = Inspected(name, [], Recognised())
    ending = ending_of(name)
    if ending not in READ_ENDINGS:
        looked.said.append(f"is not read: its ending is .{ending}. Save it as CSV (UTF-8)")
        return looked
    try:
        file = what.opened(name)
        if file is None:
            path = folder / name
            text = unpacked(path, sheet_of(path)) if is_packed(name) else path
            looked.header_line = header_line_of(text) if ending != "parquet" else 1
            at = str(looked.header_line) if looked.header_line > 1 else ""
            file = open_file(folder, name, FileMapping(name, header_line=at))
        _look_at(connection, file, looked, what)
    except (UnusableFileError, ValueError) as error:
        looked.said.append(str(error))
    except OSError as error:
        looked.said.append(f"cannot be read: {error.strerror or error}")
    return looked


def _look_at(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, looked: Inspected, what: WhatIsRead
) -> None:
    """Read a file whole, and say what stands in it."""
    names = each_once(file.header)
    # In DuckDB a name is the same in any case.
    columns = tuple(f"c{position}" for position in range(len(names)))
    source = Source("inspected", columns, ())
    shape = Shape(source, {column: Field((n,)) for n, column in enumerate(columns)})
    if file.text:
        kinds = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
        how = ending_of(file.name) if is_packed(file.name) else "text"
        looked.said.append(
            f"{how}, {file.text.encoding.upper()}, {kinds.get(file.text.delimiter, 'blanks')}"
            + (f", header on line {looked.header_line}" if looked.header_line > 1 else "")
        )
    else:
        looked.said.append("Parquet")
    if not file.has_rows:
        looked.said.append("no rows")
        _recognise(file, names, looked, what, None)
        return
    with file_reader(connection) as read:
        rows = read(FilePlan(source, 0, file, shape))
        renamed = ", ".join(
            f"{column} as {quoted(name)}" for column, name in zip(columns, names, strict=True)
        )
        connection.execute(
            f"create or replace temporary table rows as select source_row, {renamed}"
            f" from {rows.rows} as read"
        )

    def query(sql: str) -> list[tuple]:
        return connection.execute(sql).fetchall()

    [(count,)] = query("select count(*) from rows")
    looked.said.append(f"{count:,} row{'s' * (count != 1)}, {len(names)} columns")
    if rows.unreadable:
        first = rows.unreadable[0]
        looked.said.append(
            f"{len(rows.unreadable):,} lines cannot be read, the first in row {first.source_row}: "
            f"{first.error}"
        )
    lines = _recognise(file, names, looked, what, query)
    say_what_nothing_reads(names, looked, lines)
    open_ = ([], [])
    if not (lines or looked.read_as or looked.recognised.findings or file.name in what.mapped):
        looked.header = tuple(names)
        open_ = numbers_and_dates(query, names)
    _say_style(connection, looked, lines, what, *open_)
    _say_keys(query, looked, lines)
    _say_shared_keys(query, looked, lines)
    _say_words(query, looked, lines)


def _recognise(
    file: SourceFile,
    names: Sequence[str],
    looked: Inspected,
    what: WhatIsRead,
    query: Query | None,
) -> list[Proposal]:
    """Say what a file feeds as it is, and what it seems to hold; returns the lines that hold.

    What a build reads as it is gets no proposal that changes how it is read, unless its rows are
    lines, which no name says.
    """
    read_as = what.sources_of(file.name)
    preset = _by_preset(file)
    if file.name in what.mapped:
        looked.read_as, looked.by = read_as, f"by {MAPPING_FILE}"
    elif preset:
        looked.read_as, looked.by = read_as, "by its headers"
        looked.recognised = preset
        if read_as:
            looked.recognised.proposals = []
    elif read_as or not _is_left_for_others(file.name, looked, what):
        looked.recognised = recognise(file.name, names, query)
        if read_as and not looked.recognised.rows_are_lines:
            looked.read_as, looked.by = read_as, "by its name"
            consents = [
                line
                for line in looked.recognised.proposals
                if line.source == "consents" and "consents" not in read_as
            ]
            looked.recognised.proposals = consents
            looked.recognised.findings = []
    if looked.read_as:
        return list(what.lines_of(file.name, list(names)))
    return looked.recognised.proposals


def _is_left_for_others(name: str, looked: Inspected, what: WhatIsRead) -> bool:
    """Whether a file has the name of a source whose files the mapping names, and is none."""
    source = next(iter(Path(name).parts)).partition(".")[0].lower()
    if source not in SOURCES or source not in what.mapped_sources:
        return False
    looked.recognised.findings.append(
        f"is not read: {MAPPING_FILE} names the files of {source}. If it is one of them, add the "
        f"line {source},{shown(name)},,"
    )
    return True


def _by_preset(file: SourceFile) -> Recognised | None:
    """What a known export feeds; None if it is none."""
    names = each_once(file.header)
    fitting = presets_of(names)
    if not fitting or _is_read_as_it_is(file.name, names):
        return None
    preset = fitting[0]
    found = Recognised(
        [
            Proposal(source, theirs, ours, recipe, value, f"guess: as {preset.name} have it")
            for source, theirs, ours, recipe, value in preset.lines_for(names)
        ]
    )
    alike = " or ".join(each.name for each in fitting)
    found.findings.append(f"recognised as {alike}, {preset.share_of(file.header)}")
    if preset.lacks:
        found.questions.append(preset.lacks)
    return found


def _is_read_as_it_is(name: str, names: Sequence[str]) -> bool:
    parts = Path(name).parts
    stem = parts[0] if len(parts) > 1 else Path(name).stem
    return is_in_our_shape(stem, names)


def _say_style(
    connection: duckdb.DuckDBPyConnection,
    looked: Inspected,
    lines: Sequence[Proposal],
    what: WhatIsRead,
    numbers: Sequence[str],
    dates: Sequence[str],
) -> None:
    """How numbers and dates are written, as the whole columns prove it.

    Beside those of the lines they are in the columns named.
    """
    numbers, dates = {name: name for name in numbers}, {name: name for name in dates}
    for line in lines:
        for name in line.theirs if line.ours else ():
            if line.ours in SOURCES[line.source].numbers:
                numbers[name] = name
            elif line.ours in SOURCES[line.source].dates:
                dates[name] = name
        if line.ours == "currency" and line.recipe == "constant":
            looked.currencies, looked.is_currency_said = (line.value,), True
        elif line.ours == "currency":
            records = f"(select {quoted(line.theirs[0])} as currency from rows)"
            looked.currencies = currencies_in(connection, records)
    style = find_style(connection, "rows", numbers, dates)
    if numbers:
        sign = {".": "point", ",": "comma"}.get(style.decimal_sign)
        looked.said.append(f"decimal sign: {sign}" if sign else "decimal sign: contradictory")
    order = style.date_order
    if order in ("dmy", "mdy"):
        looked.said.append(f"dates: the {'day' if order == 'dmy' else 'month'} comes first")
    elif dates:
        pattern = r"\s*[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}\b.*"
        conditions = " or ".join(
            f"regexp_full_match({quoted(name)}, '{pattern}')" for name in dates
        )
        looked.order_is_open = "date_order" not in what.settings and bool(
            connection.execute(f"select 1 from rows where {conditions} limit 1").fetchone()
        )
    zones = set()
    for name in dates:
        zone = f"regexp_extract({quoted(name)}, '([+-][0-9]{{2}}:?[0-9]{{2}}|Z)$')"
        distinct = connection.execute(f"select distinct {zone} from rows limit 20").fetchall()
        zones |= {zone for (zone,) in distinct if zone}
    looked.zones = tuple(sorted(zones))
    if zones:
        looked.said.append(f"time zones in dates: {', '.join(sorted(zones))}")
    if looked.is_currency_said:
        looked.said.append(f"the file names no currency: taken for {looked.currencies[0]}")
    elif looked.currencies:
        looked.said.append(f"currencies: {', '.join(looked.currencies)}")
    if looked.order_is_open:
        looked.recognised.questions.append(
            "dates such as 05/06/2024 can be read in two ways, and no other date of the file "
            "proves one: set date_order to dmy or mdy in the settings"
        )
    looked.recognised.questions += [detail for _, detail in style.notes]


def _say_keys(query, looked: Inspected, lines: Sequence[Proposal]) -> None:
    """Keys that repeat, and ids that a tool has damaged."""
    for line in lines:
        if not line.ours.endswith("_id") or len(line.theirs) != 1 or line.recipe:
            continue
        column = quoted(line.theirs[0])
        damaged = query(
            f"select count(*) from rows where regexp_full_match({column}, '{_DAMAGED}')"
        )
        if damaged[0][0]:
            looked.recognised.questions.append(
                f"{line.theirs[0]}: {damaged[0][0]:,} ids have lost digits (2.02609E+11). Export "
                f"them as text"
            )
        if line.ours == SOURCES[line.source].columns[0]:
            [(rows, keys)] = query(
                f"select count({column}), count(distinct trim({column})) from rows"
                f" where trim({column}) <> ''"
            )
            if keys < rows:
                looked.said.append(f"{line.theirs[0]}: {keys:,} keys on {rows:,} rows")


def _say_shared_keys(query, looked: Inspected, lines: Sequence[Proposal]) -> None:
    """Keys that several customers of a file share: likely one customer, or nobody's key.

    About as seeds/identity_rules.csv has it; a build reads the keys of all files together.
    """
    columns = {
        line.ours: quoted(line.theirs[0])
        for line in lines
        if line.source == "customers" and len(line.theirs) == 1 and not line.recipe
    }
    record = columns.get("customer_id")
    for ours, key in _KEYS.items():
        if record is None or ours not in columns:
            continue
        value = key.format(value=f"trim({columns[ours]})")
        [(shared, records, of_many)] = query(
            "select count(*) filter (records <= 10),"
            " coalesce(sum(records) filter (records <= 10), 0),"
            " count(*) filter (records > 10) from ("
            f"select {value} as key, count(distinct trim({record})) as records from rows"
            " where key <> '' group by all having records > 1)"
        )
        name = columns[ours].strip('"')
        if shared:
            looked.said.append(
                f"{name}: {records:,} customers share {shared:,} of them, and are likely {shared:,}"
            )
        if of_many:
            looked.said.append(
                f"{name}: {of_many:,} of them {'stands' if of_many == 1 else 'stand'} with more "
                f"than 10 customers, and {'is' if of_many == 1 else 'are'} nobody's"
            )


def _say_words(query, looked: Inspected, lines: Sequence[Proposal]) -> None:
    """Statuses and stages that the rules do not know, with counts."""
    for ours, source, seed in (
        ("status", "orders", "order_statuses.csv"),
        ("stage", "opportunities", "opportunity_stages.csv"),
    ):
        line = next(
            (line for line in lines if (line.source, line.ours) == (source, ours)),
            None,
        )
        if line is None or not (SEEDS / seed).exists():
            continue
        with (SEEDS / seed).open(encoding="utf-8") as file:
            known = {next(iter(row.values())).lower() for row in csv.DictReader(file)}
        column = quoted(line.theirs[0])
        counted = query(
            f"select trim({column}), count(*) from rows where trim({column}) <> ''"
            " group by all order by count(*) desc, 1"
        )
        unknown = [f"{word} ({n:,})" for word, n in counted if word.lower() not in known]
        if unknown:
            looked.recognised.questions.append(
                f"{line.theirs[0]} has words that seeds/{seed} does not know: "
                f"{', '.join(unknown[:_MOST_SHOWN])}. Give them rows there, or translate them in "
                f"the mapping"
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """Inspect a folder; returns the status for the shell."""
    parser = argparse.ArgumentParser(prog="customer_tiering.inspect", description=__doc__)
    tables = Tables.said({})
    default = os.environ.get("CRM_DATA", "." if tables else "sample_data")
    parser.add_argument("folder", nargs="?", type=Path)
    said = parser.parse_args(arguments).folder
    folder = (said or Path(default)).expanduser()
    try:
        found, what = _inspect_tables(tables, folder) if tables else inspect_folder(folder)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    if tables:
        many = f"{len(found)} {'table' if len(found) == 1 else 'tables'}"
        print(f"Looked at {tables.name}: {many}, up to {_ROWS_OF_A_TABLE:,} rows each")
    else:
        many = f"{len(found)} {'file' if len(found) == 1 else 'files'}"
        print(f"Looked at {shown(str(folder))}: {many}")
    print("\n".join(report(found, what)))
    if tables and not (said or os.environ.get("CRM_DATA")):
        # A build would look for it in no folder.
        print("\nSet CRM_DATA to a folder and run it again: the proposal is written there.")
        return 0
    for name, rows in zip(FILES, propose(found, what), strict=True):
        if len(rows) > 1:
            path = folder / f"_{name}"
            header, *lines = rows
            table = pa.table(dict(zip(header, zip(*lines, strict=True), strict=True)))
            write_csv(duckdb.from_arrow(table), path)
            set_mode(path, OWNER_ALONE)
            print(f"\n{next_step(path, rows, what)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
