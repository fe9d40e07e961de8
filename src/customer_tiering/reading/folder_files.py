"""What lies in the folder of an export: which file feeds which source, and which feeds none."""

import re
from collections.abc import Iterator
from pathlib import Path

from customer_tiering.reading.contract import DELETIONS, SOURCES, Source
from customer_tiering.reading.names import normalise
from customer_tiering.reading.packed_files import PACKED_ENDINGS, TEXTS, ending_of
from customer_tiering.reading.reading_notes import ReadingNote

MAPPING_FILE = "mapping.csv"
SETTINGS_FILE = "settings.csv"

TEXT_ENDINGS = TEXTS
PARQUET_ENDING = "parquet"
PLAIN_ENDINGS = (*TEXT_ENDINGS, PARQUET_ENDING)
READ_ENDINGS = (*PLAIN_ENDINGS, *PACKED_ENDINGS)
# Endings under which people keep data that we do not read: skipping them in silence would
# look as if the source had been taken.
OTHER_DATA_ENDINGS = ("json", "gz", "csv.zip", "numbers")

# People and programs mark so what is not finished, or what is about the folder itself.
_IGNORED = re.compile(
    r"[._].*|readme.*|license.*|thumbs\.db|desktop\.ini", re.IGNORECASE | re.DOTALL
)

_RENAME = "begin its name with _ to leave it out"


def is_ignored(name: str) -> bool:
    """Whether people and programs mark a file so, or it is about the folder itself."""
    return bool(_IGNORED.fullmatch(name)) or name.lower() in (MAPPING_FILE, SETTINGS_FILE)


def file_names(folder: Path) -> list[str]:
    """Names of what is in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())


def shown(name: str) -> str:
    """A name as it can be printed: one that is not UTF-8 has bytes that cannot."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Names for a message, shortened: the header of a broken file can be of any size."""
    short = [shown(name if len(name) <= 40 else name[:39] + "…") for name in names[:40]]
    more = [f"and {len(names) - 40} more"] if len(names) > 40 else []
    return ", ".join(short + more) or "none"


def find_files(of: Source, folder: Path, problems: list[str], is_needed: bool) -> list[str]:
    """Names of the files of a source: the one of its name, then those of its folder, in order.

    Args:
        of: the source.
        folder: where to look.
        problems: what gets what is wrong.
        is_needed: whether there must be one.
    """
    source, names = of.name, file_names(folder)
    # A workbook beside a text of the same name is what the text was saved from.
    plain = [name for name in names if _is_named(name, source, PLAIN_ENDINGS)]
    single = plain or [name for name in names if _is_named(name, source, PACKED_ENDINGS)]
    unread = [name for name in names if _is_named(name, source, OTHER_DATA_ENDINGS)]
    found = single + _names_in_folder(source, folder)
    if len(single) > 1:
        problems.append(
            f"{' and '.join(single)} are both files of the source {source}. "
            f"Keep one of them, or name the right one in {MAPPING_FILE}"
        )
        return []
    if unread and not single:
        problems.append(
            f"{unread[0]} has the name of the source {source} but an ending that is not "
            f"read. Save it as {source}.csv (UTF-8) or {source}.parquet"
        )
    elif is_needed and not found:
        problems.append(
            f"There is no {source}.csv or {source}.parquet, the one source that is needed, and no "
            f"folder {source}/ of such files. Files found: {listed(names)}. If one of them holds "
            f"the {source}, name it in {MAPPING_FILE} (source,file,their_column,our_column)"
        )
    return found


def unused_files(
    folder: Path, used: set[str], mapped_sources: set[str], problems: list[str]
) -> Iterator[ReadingNote]:
    """Tell of every file that feeds nothing.

    Args:
        folder: the folder of the export.
        used: names of the files that feed something, relative to the folder.
        mapped_sources: sources whose file the mapping names.
        problems: what gets those that look as if they were meant to be a source.
    """
    used_paths = {folder / name for name in used}
    used_folders = {parent for path in used_paths for parent in path.parents}
    for path in sorted(folder.iterdir()):
        name = path.name
        if is_ignored(name):
            continue
        if path.is_dir() and name.lower() in SOURCES:
            yield from _unused_in_folder(path, used_paths, mapped_sources, problems)
        elif path not in used_paths | used_folders:
            source = _looks_like_a_source(name)
            if source is None or _judge(path, source, mapped_sources, problems):
                kind = "folder" if path.is_dir() else "file"
                what = f"is read as {source} by nothing" if source else f"is a {kind} of no source"
                yield _feeds_nothing(
                    source, name, f"{what}. If it holds one, name it so, or {_RENAME}"
                )


def _unused_in_folder(
    folder: Path, used_paths: set[Path], mapped_sources: set[str], problems: list[str]
) -> Iterator[ReadingNote]:
    source = folder.name.lower()
    for path in sorted(folder.iterdir()):
        if path in used_paths or _IGNORED.fullmatch(path.name):
            continue
        name = f"{folder.name}/{path.name}"
        if path.is_dir():
            why = f"is a folder, and those within {folder.name}/ are not read. Move its files up"
        elif not path.is_file():
            why = "is a pipe, a device or a link to nothing. Remove it"
        elif source in mapped_sources:
            why = f"is not read, because {MAPPING_FILE} names another file for {source}"
        else:
            why = f"has an ending that is not read. Save it as {path.name.partition('.')[0]}.csv"
        if source == DELETIONS:
            problems.append(f"{shown(name)} {why}, so that nobody stays who asked to be forgotten")
        else:
            yield _feeds_nothing(source, name, f"{why}, or {_RENAME}")


def _looks_like_a_source(name: str) -> str | None:
    """The source whose name, in the singular or the plural, a name is or begins with."""
    like = normalise(name)
    found = [
        (len(word), source)
        for source in SOURCES
        for word in (source, _singular(source))
        if like == word or (like.startswith(word) and not like[len(word)].isalpha())
    ]
    return max(found)[1] if found else None


def _judge(path: Path, source: str, mapped_sources: set[str], problems: list[str]) -> bool:
    """Whether a file that looks like a source may be left out and told; else it is a problem."""
    name = path.name
    beside = [each for each in file_names(path.parent) if _is_named(each, source, PLAIN_ENDINGS)]
    is_readable = _is_named(name, source, READ_ENDINGS)
    is_copy = bool(beside) and _is_named(name, source, (*OTHER_DATA_ENDINGS, *PACKED_ENDINGS))
    if source != DELETIONS and (is_copy or (is_readable and source in mapped_sources)):
        return True
    is_known = is_readable or _is_named(name, source, OTHER_DATA_ENDINGS)
    if is_known and source not in mapped_sources and not is_copy:
        return False  # find_files has told it.
    ending = next((each for each in READ_ENDINGS if f".{each}" in name.lower()), "csv")
    problems.append(
        f"{shown(name)} begins like the source {source} but feeds nothing. If it holds {source}, "
        f"name it {source}.{ending}, or put it as .{ending} into the folder {source}/, or name it "
        f"in {MAPPING_FILE}; if not, {_RENAME}"
    )
    return False


def _singular(source: str) -> str:
    if source.endswith("ies"):
        return source.removesuffix("ies") + "y"
    return source.removesuffix("es") if source.endswith("ches") else source.removesuffix("s")


def _is_named(name: str, source: str, endings: tuple[str, ...]) -> bool:
    stem, _, ending = name.lower().partition(".")
    return stem == source and ending in endings


def _names_in_folder(source: str, folder: Path) -> list[str]:
    """Files of the folder of a source, in the order of their names."""
    return sorted(
        f"{within.name}/{path.name}"
        for within in folder.iterdir()
        if within.name.lower() == source and within.is_dir()
        for path in within.iterdir()
        if ending_of(path.name) in READ_ENDINGS
        and not _IGNORED.fullmatch(path.name)
        and path.is_file()
    )


def _feeds_nothing(source: str | None, name: str, why: str) -> ReadingNote:
    return ReadingNote(source, shown(name), "feeds_nothing", f"{shown(name)} {why}")
