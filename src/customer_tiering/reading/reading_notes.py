"""What people should be told of the reading of an export, and what is no reject."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from customer_tiering.reading.source_plan import FilePlan, SourcePlan


@dataclass(frozen=True)
class ReadingNote:
    """One row of raw.reading_notes.

    Attributes:
        source: the source that it is about; None where the file feeds none.
        source_file: the file, relative to the folder.
        note: a code: feeds_nothing, column_missing, contradictory_numbers, contradictory_dates.
        detail: the same in words, with what would help.
    """

    source: str | None
    source_file: str
    note: str
    detail: str


def missing_columns(plans: Sequence["SourcePlan"]) -> Iterator[ReadingNote]:
    """Columns that some files of a source have and others lack, and what these have instead."""
    read = {
        (file.file.path, position)
        for plan in plans
        for file in plan.files
        for position in file.used
    }
    for plan in plans:
        with_header = [file for file in plan.files if file.file.header]
        for file in with_header:
            for column in plan.source.optional:
                other = next((each for each in with_header if _has(each, column)), None)
                if other and not _has(file, column):
                    detail = f"{file.file.name} has no column {column}, which {other.file.name} has"
                    unknown = [
                        name
                        for position, name in enumerate(file.file.header)
                        if name.strip() and (file.file.path, position) not in read
                    ]
                    if unknown:
                        detail += f"; it has {', '.join(unknown[:10])}, which nothing reads"
                    yield ReadingNote(plan.source.name, file.file.name, "column_missing", detail)


def keys_without_secret(plans: Sequence["SourcePlan"]) -> Iterator[ReadingNote]:
    """Files whose customers are known by a contact, where anybody could try out all contacts."""
    if os.environ.get("CUSTOMER_KEY_SECRET"):
        return
    told = set()
    for plan in plans:
        for file in plan.files:
            is_new = file.file.name not in told
            if is_new and file.shape.has_contacts and not file.shape.names_contacts:
                told.add(file.file.name)
                detail = (
                    f"{file.file.name} has no customer ids but those made of contacts, and without "
                    "the environment variable CUSTOMER_KEY_SECRET anybody could find the contacts "
                    "by trying. Set it to a long random text, and keep it: another one makes other "
                    "ids"
                )
                yield ReadingNote(plan.source.name, file.file.name, "key_without_secret", detail)


def _has(file: "FilePlan", column: str) -> bool:
    return column in file.shape.fields
