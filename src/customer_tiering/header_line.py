"""Where the header of a text file seems to stand, if lines of a report stand above it."""

import csv
from collections.abc import Collection
from itertools import islice
from pathlib import Path

from customer_tiering.folder_files import normalise
from customer_tiering.text_files import DELIMITERS, TextFormat, _open_text

# A title and some lines on filters and days; a header further down is no header.
LINES_LOOKED_AT = 50


def header_line(path: Path, text: TextFormat, wanted: Collection[str]) -> int | None:
    """The number of the first line that has all the wanted columns, if it is not the header.

    Args:
        path: the file.
        text: how it is written.
        wanted: columns in the spelling of the contract.
    """
    with _open_text(path, text.encoding) as file:
        for number, line in enumerate(islice(file, LINES_LOOKED_AT), start=1):
            for delimiter in DELIMITERS:
                try:
                    cells = next(csv.reader([line], delimiter=delimiter), [])
                except csv.Error:
                    continue
                if {*wanted} <= {normalise(cell) for cell in cells}:
                    return number if number > text.header_lines else None
    return None
