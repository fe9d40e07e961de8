"""Text files as people export them: encoding, delimiter, header, and which lines are broken.

Nothing here is guessed from a sample: the encoding is decided by decoding the whole file,
the delimiter by the header line, and all values stay text. Pure Python, no engine.
"""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np

DELIMITERS = ",;\t|"

# Label of an encoding in which a few lines do not decode; those lines are unreadable.
DAMAGED = " (damaged)"

# A quote that is still open after so many lines is a broken quote, not a long text.
MAX_LINES_OF_A_RECORD = 1_000
MAX_CHARACTERS_OF_A_VALUE = 2_000_000

CHUNK_BYTES = 1 << 22

_SAVE_AS = "Save it as CSV (UTF-8) or as Parquet"


class UnusableFileError(ValueError):
    """A file that cannot be read at all; the text says why and what would help."""


@dataclass(frozen=True)
class TextFormat:
    """How a text file is written.

    Attributes:
        encoding: `utf-8`, `utf-16` or `gb18030`, with `DAMAGED` after it if some lines
            do not decode.
        delimiter: the one character between two values.
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
        return self.encoding == "utf-8" and len(self.header) != 1


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


def find_encoding(path: Path) -> str:
    """Decide the encoding from the whole file.

    Args:
        path: a text file.

    Returns:
        `utf-8`, `utf-16` or `gb18030`; with `DAMAGED` after it if some lines do not decode.

    Raises:
        UnusableFileError: if it is no text, or text in no encoding that we read.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PK\x03\x04":
        raise UnusableFileError(
            f"is an Excel workbook or a zip archive, whatever its name says. {_SAVE_AS}"
        )
    if head[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
        if _decodes(path, "utf-16"):
            return "utf-16"
        raise UnusableFileError(f"begins like UTF-16 but does not decode as such. {_SAVE_AS}")
    if any(b"\0" in chunk for chunk in _chunks(path)):
        raise UnusableFileError(f"is not a text file: it contains zero bytes. {_SAVE_AS}")

    if _decodes(path, "utf-8"):
        return "utf-8"
    # Before GB18030, in which a damaged UTF-8 file may decode by chance, as nonsense.
    if _share_of_lines_that_decode(path, "utf-8") >= 0.5:
        return "utf-8" + DAMAGED
    if _decodes(path, "gb18030"):
        return "gb18030"
    # Strict, since much of a file in a western encoding decodes as GB18030, as nonsense.
    if _share_of_lines_that_decode(path, "gb18030") >= 0.99:
        return "gb18030" + DAMAGED
    raise UnusableFileError(f"is neither UTF-8 nor UTF-16 nor GBK/GB18030 text. {_SAVE_AS}")


def read_format(path: Path, encoding: str) -> TextFormat:
    """Read the header and from it the delimiter.

    Args:
        path: a text file.
        encoding: as `find_encoding` returned it.

    Raises:
        UnusableFileError: if the header cannot be read.
    """
    with _open_text(path, encoding) as text:
        first_line = next((line for line in text if line.strip()), "")
        text.seek(0)
        try:
            delimiter = max(
                DELIMITERS, key=lambda each: len(next(csv.reader([first_line], delimiter=each), []))
            )
            reader = csv.reader(text, delimiter=delimiter)
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
            header=tuple(header),
            header_lines=reader.line_num,
            header_records=records,
            has_rows=any(not _is_blank(line) for line in text),
        )


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
    for chunk in _chunks(path):
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
        clean: the file to write: UTF-8, no header, the same delimiter, and the number of the
            record as an additional first column.

    Returns:
        What became of the records; blank lines are none.
    """
    csv.field_size_limit(MAX_CHARACTERS_OF_A_VALUE)
    codec = _codec(text_format.encoding)
    delimiter, width = text_format.delimiter, len(text_format.header)
    unreadable = []
    with (
        _open_text(path, text_format.encoding, errors="surrogateescape") as text,
        clean.open("w", encoding="utf-8", newline="") as output,
    ):
        writer = csv.writer(output, delimiter=delimiter, lineterminator="\n")
        for _ in range(text_format.header_lines):
            next(text)
        number = 0
        lines = _PushBack(text)
        for line in lines:
            if _is_blank(line):
                continue
            number += 1
            if '"' in line:
                record, values, error = _read_quoted(line, lines, delimiter)
            else:
                record, values, error = line, None, None
            found = len(values) if values is not None else record.count(delimiter) + 1
            if error is None and not _is_sound(record):
                error = f"not {codec.upper()} text"
            if error is None and found != width:
                error = f"{found} values instead of {width}"

            if error is not None:
                shown = record.encode(codec, "surrogateescape").decode(codec, "replace")
                unreadable.append(UnreadableLine(number, shown.rstrip("\r\n"), error))
            elif values is not None:
                writer.writerow([number, *values])
            else:
                output.write(f"{number}{delimiter}" + record.rstrip("\r\n") + "\n")
    return SplitFile(clean, number - len(unreadable), unreadable)


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
    # UTF-16 is read only where the whole file decodes, and has no use for stand-ins.
    return path.open(
        encoding="utf-8-sig" if codec == "utf-8" else codec,
        errors="strict" if codec == "utf-16" else errors,
        newline="",
    )


def _codec(encoding: str) -> str:
    return encoding.removesuffix(DAMAGED)


def _is_blank(line: str) -> bool:
    # Tabs are delimiters: a line of tabs is a record without values, as one of commas is.
    return not line.strip(" \r\n")


def _is_sound(text: str) -> bool:
    """Whether all bytes were decoded; what was not is kept as a lone surrogate."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _decodes(path: Path, codec: str) -> bool:
    decoder = getincrementaldecoder(codec)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _share_of_lines_that_decode(path: Path, codec: str) -> float:
    """Share, 0 to 1, of the lines with more than ASCII in them that decode."""
    good = total = 0
    with path.open("rb") as file:
        for line in file:
            if line.isascii():
                continue
            total += 1
            try:
                line.decode(codec)
            except UnicodeDecodeError:
                continue
            good += 1
    return good / total if total else 1.0
