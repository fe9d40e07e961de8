"""What a build reads of a folder as it is: asked of the build's own plan, and never guessed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from customer_tiering.reading.folder_files import MAPPING_FILE, file_names
from customer_tiering.reading.mapping_file import MAPPING_COLUMNS, read_small_table
from customer_tiering.reading.opened_files import SourceFile
from customer_tiering.reading.proposals import Proposal
from customer_tiering.reading.recipes import RECIPES
from customer_tiering.reading.source_plan import FilePlan, plan_as_it_is


@dataclass
class WhatIsRead:
    """What a build reads.

    Attributes:
        files: by name, what each file gives; a file with a mistake in its mapping is there, too.
        mapped: the files that the mapping names.
        has_mapping: whether there is a mapping.
        settings: what settings.csv says.
        problems: why a build would stop.
        mapped_sources: the sources of which the mapping names the files.
    """

    files: dict[str, list[FilePlan]] = field(default_factory=dict)
    mapped: set[str] = field(default_factory=set)
    has_mapping: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    mapped_sources: set[str] = field(default_factory=set)

    def opened(self, name: str) -> SourceFile | None:
        """A file as the mapping says that it is written."""
        return self.files[name][0].file if name in self.files else None

    def sources_of(self, name: str) -> list[str]:
        """The sources that a file feeds."""
        return [plan.source.name for plan in self.files.get(name, ())]

    def lines_of(self, name: str, names: list[str]) -> Iterator[Proposal]:
        """What is read of a file, as lines of a mapping.

        Args:
            name: the file.
            names: its columns, each once.
        """
        for plan in self.files.get(name, ()):
            if len(plan.file.header) != len(names):
                continue  # Another sheet.
            for ours, its in plan.shape.fields.items():
                recipe = its.steps[0] if its.steps else None
                theirs = tuple(names[position] for position in its.positions)
                yield Proposal(
                    plan.source.name,
                    theirs,
                    ours,
                    recipe.recipe if recipe else "",
                    recipe.value if recipe else "",
                )


def what_is_read(folder: Path) -> WhatIsRead:
    """Ask what a build would read of a folder."""
    found = WhatIsRead()
    found.has_mapping = MAPPING_FILE in [name.lower() for name in file_names(folder)]
    lines = [cells for _, cells in read_small_table(folder, MAPPING_FILE, MAPPING_COLUMNS, [])]
    found.mapped = {cells.get("file", "") for cells in lines} - {""}
    said_to_feed = {
        cells.get("file")
        for cells in lines
        if RECIPES.get(cells.get("recipe", ""), RECIPES[""]).of != "file"
    }
    found.mapped_sources = {cells.get("source", "").lower() for cells in lines}
    try:
        plan = plan_as_it_is(folder, {}, found.problems)
    except OSError as error:
        found.problems.append(f"{error.filename or folder} cannot be read: {error.strerror}")
        return found
    found.settings = dict(plan.settings)
    recognised = {note.source_file for note in plan.notes if note.note == "recognised"}
    found.mapped -= recognised - said_to_feed
    for source in plan.sources:
        for file in source.files:
            is_whole = {*file.source.required} <= file.shape.fields.keys()
            if is_whole or file.file.name in found.mapped:
                found.files.setdefault(file.file.name, []).append(file)
    return found
