"""What is known of the files that no mapping names: which export each is, and of which system."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.folder_files import READ_ENDINGS, file_names, is_ignored, shown
from customer_tiering.reading.mapping_file import FileMapping, MappingLine
from customer_tiering.reading.names import normalise
from customer_tiering.reading.opened_files import OpenedFiles
from customer_tiering.reading.packed_files import ending_of
from customer_tiering.reading.presets import presets_of
from customer_tiering.reading.reading_notes import ReadingNote


def known_exports(
    folder: Path, mapping: Mapping[str, list[FileMapping]], files: OpenedFiles
) -> tuple[dict[str, list[FileMapping]], list[ReadingNote]]:
    """What presets say of the files that no mapping names, by source; and what is to be told."""
    found: dict[str, list[FileMapping]] = {}
    notes = []
    named = {each.file for its in mapping.values() for each in its}
    for name in file_names(folder):
        if name in named or is_ignored(name) or ending_of(name) not in READ_ENDINGS:
            continue
        header_at, header = files.header_of(name)
        fitting = presets_of(header)
        if not fitting or is_in_our_shape(name.partition(".")[0], header):
            continue
        preset = fitting[0]
        said = f"{shown(name)} looks like {' or '.join(each.name for each in fitting)}"
        how_much = preset.share_of(header)
        if len(fitting) > 1 or not preset.is_certain:
            lacks = f", but {preset.lacks}" if preset.lacks else ", of which we know a part"
            detail = f"{said} ({how_much}){lacks}. make inspect proposes how to read it: confirm it"
            notes.append(ReadingNote(None, shown(name), "recognised_in_part", detail))
            continue
        detail = f"{shown(name)} is read as {preset.name} ({how_much})"
        notes.append(ReadingNote(None, shown(name), "recognised", detail))
        its: dict[str, FileMapping] = {}
        for source_name, *said_of_it in preset.lines_for(header):
            if source_name not in its:
                its[source_name] = FileMapping(name, header_line=header_at, system=preset.system)
                found.setdefault(source_name, []).append(its[source_name])
            where = f"the preset {preset.name}"
            its[source_name].add(MappingLine(where, source_name, name, *said_of_it))
        for source_name, mapped in its.items():
            told = {ours for of, _, ours, *_ in preset.lines if of == source_name}
            mapped.absent = frozenset(told - {*mapped.columns})
    return found, notes


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
