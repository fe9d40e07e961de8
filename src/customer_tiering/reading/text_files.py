"""Text files as people export them: delimiter, header, and which lines are broken.

Nothing here is guessed from a sample: the encoding is decided from the whole file (`encodings`),
the delimiter by the header line, and all values stay text. Pure Python, no engine.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np

from customer_tiering.reading.encodings import DAMAGED, MULTI_BYTE, chunks, find_encoding, is_wide
from customer_tiering.reading.file_kinds import UnusableFileError
from customer_tiering.reading.names import normalise

DELIMITERS = ",;\t|"
NAMED_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blanks": " "}
# Between two values may stand several blanks.
BLANKS = " "

# A quote that is still open after so many lines is a broken quote, not a long text.
MAX_LINES_OF_A_RECORD = 1_000

# What DuckDB takes by default. A clean line may be longer: quotes in it are doubled.
MAX_BYTES_OF_A_RECORD = 2_000_000
MAX_BYTES_OF_A_CLEAN_LINE = 2 * MAX_BYTES_OF_A_RECORD + 1_000

# So much of an unreadable record is kept to be shown.
MAX_CHARACTERS_SHOWN = 10_000

# In so many lines a header is looked for that does not stand on the first one.
LINES_ABOVE_A_HEADER = 50


@dataclass(frozen=True)
class TextFormat:
    """How a text file is written.

    Attributes:
        encoding: as `find_encoding` returned it.
        delimiter: the one character between two values; `BLANKS` for any number of them.
        header: the column names as they stand in the file; empty for an empty file.
        header_lines: lines of the file up to the end of the header.
        header_records: the same, where a header over several lines counts as one.
        has_rows: whether anything but blank lines follows the header.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_lines: int
    header_records: int
    has_rows: bool

    @property
    def is_plain(self) -> bool:
        """Whether an engine that knows only sound UTF-8 can read the file as it is.

        A file of one column is not plain: an engine takes its blank lines for nulls.
        """
        return self.encoding == "utf-8" and len(self.header) != 1 and self.delimiter != BLANKS

    @property
    def clean_delimiter(self) -> str:
        """The delimiter of a clean copy."""
        return "\t" if self.delimiter == BLANKS else self.delimiter


@dataclass(frozen=True)
class UnreadableLine:
    """One record that could not be read.

    Attributes:
        source_row: 1-based number of the record among all records of the file.
        line: its text as far as it can be shown.
        error: what is wrong with it, in a few words.
    """

    source_row: int
    line: str
    error: str


@dataclass(frozen=True)
class SplitFile:
    """The outcome of `split_records`.

    Attributes:
        clean: the file of the sound records.
        rows: how many there are in it.
        unreadable: the other records, in the order of the file.
    """

    clean: Path
    rows: int
    unreadable: list[UnreadableLine]


def read_format(
    path: Path, encoding: str, header_at: str = "", delimiter_name: str = ""
) -> TextFormat:
    """Read the header and from it the delimiter.

    Args:
        path: a text file.
        encoding: as `find_encoding` returned it.
        header_at: the line on which the header stands, from 1; empty for the first one that is
            not blank, and `none` for a file without: its columns are named 1, 2, 3.
        delimiter_name: one of `NAMED_DELIMITERS`; empty where the header shows it.

    Raises:
        UnusableFileError: if the header cannot be read.
    """
    csv.field_size_limit(MAX_BYTES_OF_A_RECORD)
    above = int(header_at) - 1 if header_at.isdigit() else 0
    with _open_text(path, encoding) as text:
        first_line = next((line for line in islice(_lines(text), above, None) if line.strip()), "")
        if isinstance(first_line, _CutLine):
            raise UnusableFileError(
                f"has a header that cannot be read: a line of {first_line.length:,} characters. "
                f"Is there a quote that is not closed, or has the file no line ends?"
            )
        text.seek(0)
        lines = islice(_lines(text), above, None)
        try:
            delimiter = NAMED_DELIMITERS.get(delimiter_name) or max(
                DELIMITERS, key=lambda each: len(next(csv.reader([first_line], delimiter=each), []))
            )
            if header_at == "none":
                width = len(_values_of(first_line, delimiter))
                names = tuple(str(number) for number in range(1, width + 1))
                return TextFormat(encoding, delimiter, names, 0, 0, bool(names))
            reader = csv.reader(lines, delimiter=delimiter)
            header, records = [], 0
            for row in reader:
                records += 1
                if any(cell.strip() for cell in row):
                    header = row
                    break
        except csv.Error as error:
            raise UnusableFileError(
                f"has a header that cannot be read ({error}). Is there a quote that is not closed?"
            ) from error
        return TextFormat(
            encoding=encoding,
            delimiter=delimiter,
            header=tuple(" ".join(header).split() if delimiter == BLANKS else header),
            header_lines=above + reader.line_num,
            header_records=above + records,
            has_rows=any(not _is_blank(line) for line in lines),
        )


def header_line(path: Path, text_format: TextFormat, wanted_names: Iterable[str]) -> int | None:
    """The line on which the header seems to stand, where title lines stand above it.

    Args:
        path: a text file.
        text_format: as `read_format` returned it. Its delimiter is that of the first line, which
            may be a title's, so that the others are tried, too.
        wanted_names: names that the header must have, in any spelling.

    Returns:
        The number of the line, from 1; None if no line near the top has all the names, or only
        the one that was taken for the header.
    """
    wanted = {normalise(name) for name in wanted_names}
    with _open_text(path, text_format.encoding) as text:
        for number, line in enumerate(islice(_lines(text), LINES_ABOVE_A_HEADER), start=1):
            if number <= text_format.header_lines:
                continue
            for delimiter in (text_format.delimiter, *DELIMITERS):
                cells = next(csv.reader([line], delimiter=delimiter), [])
                if wanted and wanted <= {normalise(cell) for cell in cells}:
                    return number
    return None


def header_line_of(path: Path) -> int:
    """The line on which the header of a file seems to stand, from 1.

    Titles above a header have fewer filled cells than the rows below it.
    """
    with _open_text(path, find_encoding(path)) as text:
        lines = list(islice(_lines(text), LINES_ABOVE_A_HEADER))
    filled = [
        max(sum(bool(cell.strip()) for cell in line.split(each)) for each in DELIMITERS)
        for line in lines
    ]
    widest = max(filled, default=0)
    return next((n for n, cells in enumerate(filled, start=1) if cells > widest / 2), 1)


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """All rows of a small file, the header too, each with the line on which it ends.

    Raises:
        UnusableFileError: if the file cannot be read.
    """
    text_format = read_format(path, find_encoding(path))
    with _open_text(path, text_format.encoding) as text:
        reader = csv.reader(text, delimiter=text_format.delimiter)
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield reader.line_num, [cell.strip() for cell in row]
        except csv.Error as error:
            raise UnusableFileError(f"cannot be read at line {reader.line_num}: {error}") from error


def count_records(path: Path) -> int | None:
    """Count the records of a well-formed UTF-8 file, to check those who read it faster.

    A record ends at a line end outside quotes. Blank lines are counted too, and a quote in the
    middle of a value confuses the count: then it differs from that of a reader who knows better.

    Returns:
        The number of records, the header included; None if a quote is left open.
    """
    records, is_open, last = 0, 0, b"\n"
    for chunk in chunks(path):
        if b'"' in chunk:
            data = np.frombuffer(chunk, np.uint8)
            # Only whether the number of quotes is odd counts, so that it may overflow.
            quotes = np.cumsum(data == ord('"'), dtype=np.uint8) + np.uint8(is_open)
            records += int(np.count_nonzero((data == ord("\n")) & (quotes % 2 == 0)))
            is_open = int(quotes[-1]) % 2
        elif not is_open:
            records += chunk.count(b"\n")
        last = chunk[-1:]
    if is_open:
        return None
    return records + (last != b"\n")


def split_records(path: Path, text_format: TextFormat, clean: Path) -> SplitFile:
    """Write the sound records of a text file to a clean file, and list the broken ones.

    A broken record costs one line, not the rest of the file: if a quote is not closed, or
    closed in the wrong place, its line is unreadable and reading goes on with the next.

    Args:
        path: a text file.
        text_format: as `read_format` returned it.
        clean: the file to write: UTF-8, no header, its `clean_delimiter`, and the number of the
            record as an additional first column.

    Returns:
        What became of the records; blank lines are none.
    """
    csv.field_size_limit(MAX_BYTES_OF_A_RECORD)
    codec = _codec(text_format.encoding)
    delimiter, width = text_format.delimiter, len(text_format.header)
    unreadable = []
    with (
        _open_text(path, text_format.encoding, errors="surrogateescape") as text,
        clean.open("w", encoding="utf-8", newline="") as output,
    ):
        writer = csv.writer(output, delimiter=text_format.clean_delimiter, lineterminator="\n")
        lines = _PushBack(_lines(text))
        for _ in range(text_format.header_lines):
            next(lines)
        number = 0
        for line in lines:
            if _is_blank(line):
                continue
            number += 1
            if delimiter == BLANKS:
                record, values, error = line, line.split(), None
            elif '"' in line and not isinstance(line, _CutLine):
                record, values, error = _read_quoted(line, lines, delimiter)
            else:
                record, values, error = line, None, None
            found = len(values) if values is not None else record.count(delimiter) + 1
            error = error or _what_is_wrong(record, codec)
            if error is None and found != width:
                error = f"{found} values instead of {width}"

            if error is not None:
                unreadable.append(UnreadableLine(number, _shown(record), error))
            elif values is not None:
                writer.writerow([number, *values])
            else:
                output.write(f"{number}{delimiter}" + record.rstrip("\r\n") + "\n")
    return SplitFile(clean, number - len(unreadable), unreadable)


def _values_of(line: str, delimiter: str) -> list[str]:
    if delimiter == BLANKS:
        return line.split()
    return next(csv.reader([line], delimiter=delimiter), [])


class _CutLine(str):
    """The beginning of a line that is too long for memory and for any reader; its length."""

    length: int


def _lines(text: TextIO) -> Iterator[str]:
    """The lines of a text, with their ends; of one that is too long only the beginning."""
    # One character more than is taken, so that what was cut is too long.
    while line := text.readline(MAX_BYTES_OF_A_RECORD + 1):
        if len(line) > MAX_BYTES_OF_A_RECORD and not line.endswith(("\n", "\r")):
            cut = _CutLine(line)
            cut.length = len(line)
            while not line.endswith(("\n", "\r")):
                line = text.readline(MAX_BYTES_OF_A_RECORD)
                if not line:
                    break
                cut.length += len(line.rstrip("\r\n"))
            line = cut
        yield line


class _PushBack:
    """An iterator over lines to which lines can be given back."""

    def __init__(self, lines: Iterator[str]):
        self._lines = lines
        self._returned: deque[str] = deque()

    def __iter__(self) -> "_PushBack":
        return self

    def __next__(self) -> str:
        return self._returned.popleft() if self._returned else next(self._lines)

    def give_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))


def _read_quoted(
    line: str, lines: _PushBack, delimiter: str
) -> tuple[str, list[str] | None, str | None]:
    """Read the record that begins with `line`, taking more lines while a quote is open.

    Returns:
        The text of the record, its values or None, and what is wrong or None.
    """
    taken = []

    def remember() -> Iterator[str]:
        for each in chain([line], islice(lines, MAX_LINES_OF_A_RECORD - 1)):
            taken.append(each)
            if isinstance(each, _CutLine):
                return
            yield each

    try:
        # The reader asks for a line only while a quote is open.
        values = next(csv.reader(remember(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        lines.give_back(taken[1:])
        is_open = len(taken) > 1 or "unexpected end" in str(error)
        return line, None, "a quote that is not closed" if is_open else "text after a closing quote"
    return "".join(taken), values, None


def _open_text(path: Path, encoding: str, errors: str = "replace") -> TextIO:
    codec = _codec(encoding)
    # What is wide decodes as a whole, and has no use for stand-ins.
    return path.open(
        encoding="utf-8-sig" if codec == "utf-8" else codec,
        errors="strict" if is_wide(codec) else errors,
        newline="",
    )


def _codec(encoding: str) -> str:
    return encoding.removesuffix(DAMAGED)


def _is_blank(line: str) -> bool:
    # Tabs are delimiters: a line of tabs is a record without values, as one of commas is.
    return not line.strip(" \r\n")


def _what_is_wrong(record: str, codec: str) -> str | None:
    """What is wrong with the text of a record, whatever its values are; None if nothing is."""
    length = record.length if isinstance(record, _CutLine) else len(record)
    # No character has more than four bytes.
    if length * 4 > MAX_BYTES_OF_A_RECORD and (
        isinstance(record, _CutLine)
        or len(record.encode("utf-8", "replace")) > MAX_BYTES_OF_A_RECORD
    ):
        return f"too long: {length:,} characters. Is there a line end that is missing?"
    if "\0" in record:
        return "zero bytes in it"
    if record.isascii():
        return None
    if _UNDECODED.search(record):
        return f"not {codec.upper()} text"
    if codec in MULTI_BYTE and _is_utf8(record.encode(codec, "replace")):
        return f"UTF-8 text in a file of {codec.upper()}"
    return None


# What was not decoded is kept as a lone surrogate.
_UNDECODED = re.compile("[\ud800-\udfff]")


def _is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 by no chance: a character of three bytes is in them."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return max(text) > "\u07ff"


def _shown(record: str) -> str:
    """A record as far as it can be shown."""
    text = record.rstrip("\r\n")
    cut = text if len(text) <= MAX_CHARACTERS_SHOWN else text[:MAX_CHARACTERS_SHOWN] + "…"
    return _UNDECODED.sub("\ufffd", str(cut)).replace("\0", "\ufffd")
