"""What is known of the files that no mapping names: which export each is, and of which system."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.folder_files import READ_ENDINGS, file_names, is_ignored, shown
from customer_tiering.reading.mapping_file import FileMapping, MappingLine
from customer_tiering.reading.names import normalise
from customer_tiering.reading.opened_files import OpenedFiles, sheet_of
from customer_tiering.reading.packed_files import ending_of, sheets_with_rows
from customer_tiering.reading.presets import presets_of
from customer_tiering.reading.reading_notes import ReadingNote


def known_exports(
    folder: Path, mapping: dict[str, list[FileMapping]], files: OpenedFiles
) -> tuple[dict[str, list[FileMapping]], list[ReadingNote]]:
    """What presets say of the files of which no mapping says what they feed; and what to tell.

    A mapping may say of a file how it is written, and no more: if it is recognised, that holds,
    and is taken out of the mapping.

    Returns:
        By source what presets say, and the notes.
    """
    found: dict[str, list[FileMapping]] = {}
    notes = []
    for name in file_names(folder):
        mapped = [each for its in mapping.values() for each in its if each.file == name]
        if is_ignored(name) or ending_of(name) not in READ_ENDINGS:
            continue
        if not all(each.is_of_file_alone for each in mapped):
            continue
        for said in [*{each.sheet: each for each in mapped}.values()] or [FileMapping(name)]:
            its, its_notes = _known_export(said, files, [*mapping] if mapped else [])
            notes += its_notes
            for source in its:
                found.setdefault(source, []).append(its[source])
            for source in [*mapping] if its else ():
                left = [
                    each
                    for each in mapping[source]
                    if (each.file, each.sheet) != (name, said.sheet)
                ]
                mapping[source] = left
                if not left:
                    del mapping[source]
        notes += _other_sheets(folder / name, mapped)
    return found, notes


def _known_export(
    said: FileMapping, files: OpenedFiles, mapped: Sequence[str]
) -> tuple[dict[str, FileMapping], list[ReadingNote]]:
    """What a preset says of a file by source, if one does; and what is to be told."""
    name = said.file
    header_at, header = files.header_of(said)
    fitting = presets_of(header)
    stems = [name.partition(".")[0], *mapped]
    if not fitting or any(is_in_our_shape(stem, header) for stem in stems):
        return {}, []
    preset = fitting[0]
    alike = f"{shown(name)} looks like {' or '.join(each.name for each in fitting)}"
    how_much = preset.share_of(header)
    if len(fitting) > 1 or not preset.is_certain:
        lacks = f", but {preset.lacks}" if preset.lacks else ", of which we know a part"
        detail = f"{alike} ({how_much}){lacks}. make inspect proposes how to read it: confirm it"
        return {}, [ReadingNote(None, shown(name), "recognised_in_part", detail)]
    detail = f"{shown(name)} is read as {preset.name} ({how_much})"
    its: dict[str, FileMapping] = {}
    for source, *line in preset.lines_for(header):
        if source not in its:
            its[source] = FileMapping(
                name,
                header_line=header_at,
                delimiter=said.delimiter,
                sheet=said.sheet,
                system=said.system or preset.system,
            )
        its[source].add(MappingLine(f"the preset {preset.name}", source, name, *line))
    for source, of_source in its.items():
        told = {ours for of, _, ours, *_ in preset.lines if of == source}
        of_source.absent = frozenset(told - {*of_source.columns})
    return its, [ReadingNote(None, shown(name), "recognised", detail)]


def _other_sheets(path: Path, mapped: Sequence[FileMapping]) -> Iterator[ReadingNote]:
    """A note on the sheets of a workbook beside the one that is read because of its header."""
    try:
        sheet = "" if mapped else sheet_of(path)
    except (ValueError, OSError):
        return  # Told where the file is opened, if it is.
    if sheet:
        others = [each for each in sheets_with_rows(path) if each != sheet]
        detail = (
            f"{shown(path.name)} has {len(others) + 1} sheets, of which {sheet} alone has our "
            f"names or those of a known export. Not read: {', '.join(others)}"
        )
        yield ReadingNote(None, shown(path.name), "recognised", detail)


def is_in_our_shape(stem: str, header: Sequence[str]) -> bool:
    """Whether a file of a source's name has its columns, and is not more of a known export.

    Shopify's customers have a Customer ID, too, and under their own name were read by it, while
    their orders know no such id.
    """
    source = SOURCES.get(stem.lower())
    names = {*map(normalise, header)}
    if source is None or not {*source.required} <= names:
        return False
    ours = len(names & {*source.columns})
    return all(preset.known(header) <= ours for preset in presets_of(header))


def systems_of(
    mapping: Mapping[str, list[FileMapping]], by_preset: Mapping[str, list[FileMapping]]
) -> list[str]:
    """The systems that ids are of, first the one whose ids stay as they are; of each file one.

    Ids are unique within a system. Those of the orders that are named first stay as they are, so
    that nothing changes when a second system joins; a mapping names before a preset does. None
    where no file has to name one: nobody did, or presets know a single one.
    """
    named = [
        (source != "orders", each.system)
        for its in (mapping, by_preset)
        for source, files in its.items()
        for each in files
        if each.system
    ]
    systems = [system for _, system in sorted(named, key=lambda each: each[0])]
    by_hand = any(each.system for files in mapping.values() for each in files)
    return systems if by_hand or len({*systems}) > 1 else []
