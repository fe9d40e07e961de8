"""What a file is, whatever its name says: a look at its first bytes, before anything reads it."""

import re
import stat
from pathlib import Path

SAVE_AS = "Save it as CSV (UTF-8) or as Parquet"
HEAD_BYTES = 4096

_EXPORT_AGAIN = "Export the data as CSV (UTF-8) or as Parquet"
_UNPACK = "Unpack it first"
# Where the bytes stand that give a kind away, these bytes, and what to say.
_SIGNATURES = (
    (0, b"PK\x03\x04", f"an Excel workbook or a zip archive, whatever its name says. {SAVE_AS}"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an old Excel workbook (.xls). {SAVE_AS}"),
    (0, b"PAR1", "a Parquet file. Give it a name that ends in .parquet"),
    (0, b"%PDF-", f"a PDF document. {_EXPORT_AGAIN}"),
    (0, b"{\\rtf", f"a text document (RTF). {_EXPORT_AGAIN}"),
    (0, b"SQLite format 3\0", f"an SQLite database. {_EXPORT_AGAIN}"),
    (8, b"DUCK", f"a DuckDB database. {_EXPORT_AGAIN}"),
    (0, b"ARROW1", f"an Arrow (Feather) file. {_EXPORT_AGAIN}"),
    (0, b"Obj\x01", f"an Avro file. {_EXPORT_AGAIN}"),
    (0, b"\x1f\x8b", f"a compressed file (gzip). {_UNPACK}"),
    (0, b"BZh", f"a compressed file (bzip2). {_UNPACK}"),
    (0, b"\xfd7zXZ\0", f"a compressed file (xz). {_UNPACK}"),
    (0, b"\x28\xb5\x2f\xfd", f"a compressed file (zstd). {_UNPACK}"),
    (0, b"7z\xbc\xaf\x27\x1c", f"an archive (7z). {_UNPACK}"),
    (0, b"Rar!", f"an archive (rar). {_UNPACK}"),
    (0, b"\x89PNG", f"a picture. {_EXPORT_AGAIN}"),
    (0, b"\xff\xd8\xff", f"a picture. {_EXPORT_AGAIN}"),
)
_BEGINNINGS = (
    (
        r"<(!doctype\s+html|html|head|body|table|script|meta|div)\b",
        "a web page (HTML), perhaps of a login. Download the export again, signed in, as CSV",
    ),
    (r"<(\?xml\b|!--|[a-z][\w:.-]*(\s[^>]*)?>\s*<)", f"an XML file. {_EXPORT_AGAIN}"),
    (r"(\[\s*)?\{\s*[\"}]|\[\s*\]\s*$", f"a JSON file. {_EXPORT_AGAIN}"),
)

_KINDS_OF_FILE = (
    (stat.S_ISFIFO, "named pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)


class UnusableFileError(ValueError):
    """A file that cannot be read at all; the text says why and what would help."""


def check_can_be_opened(path: Path) -> None:
    """Refuse what would hang or fail when it is opened; a folder is left to the caller.

    Raises:
        UnusableFileError: if it is a pipe, a socket or a device, or may not be read.
    """
    try:
        mode = path.stat().st_mode
        kind = next((name for is_it, name in _KINDS_OF_FILE if is_it(mode)), None)
        if kind:
            raise UnusableFileError(
                f"is no ordinary file but a {kind}. Put an ordinary file in its place"
            )
        if stat.S_ISREG(mode):
            path.open("rb").close()
    except PermissionError as error:
        raise UnusableFileError(
            "may not be read by the user who runs this. Give that user the right to read it, "
            "and its folder"
        ) from error
    except FileNotFoundError as error:
        reason = "is a link to a file that is not there" if path.is_symlink() else "is not there"
        raise UnusableFileError(f"{reason}. Put the file in its place") from error


def binary_kind(head: bytes) -> str | None:
    """What a file is by its signature, and the remedy; None if it has none that we know.

    Args:
        head: the first bytes of the file, up to `HEAD_BYTES`.
    """
    for at, sign, what in _SIGNATURES:
        # A text may begin with a column PAR1, but it has no zero bytes.
        if head[at:].startswith(sign) and (b"\0" in head or not sign.isalnum()):
            return what
    return None


def text_kind(text: str) -> str | None:
    """What a text is that is no table, and the remedy; None if it may be one.

    Args:
        text: its beginning.
    """
    text = text.lstrip("\ufeff \t\r\n")
    found = (what for begins, what in _BEGINNINGS if re.match(begins, text, re.IGNORECASE))
    return next(found, None)
