"""What `make report` does: write the page, and say where it is."""

import os
import sys
from pathlib import Path

from customer_tiering.export_sets import LATEST
from customer_tiering.report.whole import ReportError, page_of
from customer_tiering.told import FULL, ToldError, told_when_full


def report(export: Path, file: Path) -> list[str]:
    """Write the report.

    Args:
        export: the export folder; its `latest` holds the newest set.
        file: the page; replaced where it is there.

    Returns:
        Titles of what this export has not.

    Raises:
        NoExportError: if nothing has been exported yet.
        ReportError: if plotly is not installed, or the file cannot be written.
    """
    text, missing = page_of(export / LATEST)
    place = "folder of the report (REPORT_PATH)"
    with told_when_full({place: file.parent.absolute()}, place, "The report is not written."):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            # Whoever has the page open gets the old one or the new one, whole.
            unfinished = file.with_name(f".{file.name}")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(file)
        except OSError as error:
            if error.errno in FULL:
                raise
            raise ReportError(
                f"REPORT_PATH '{file}' cannot be written: {error.strerror or error}. Choose "
                "another file."
            ) from None
    return missing


def main() -> None:
    """Write the report of EXPORT_PATH to REPORT_PATH."""
    export = Path(os.environ.get("EXPORT_PATH", "export")).expanduser()
    file = Path(os.environ.get("REPORT_PATH", "report.html")).expanduser()
    missing = report(export, file)
    size = file.stat().st_size / 1e6
    print(f"Report 报告: {file} ({size:.1f} MB, one file, English and 中文)")
    for title in missing:
        print(f"  not in this export: {title}")


if __name__ == "__main__":
    try:
        main()
    except ToldError as error:
        sys.exit(str(error))
