"""Exports that are known by their headers: one YAML file each, in this folder.

    name          for people
    system        that its ids are of
    is_verified   whether the list of its headers is complete; else a person confirms it first
    headers       all that it may have
    needs         those without which it is not read
    lines         of the mapping, without the file: source,theirs,ours,recipe,value
    lacks         what it cannot give, in words; then it is never read without a person

A file is recognised by headers that no other export has, never by how many they share.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from customer_tiering.reading.names import squashed

# So many headers must be known, one of them of no other export.
LEAST_HEADERS = 3


@dataclass(frozen=True)
class Preset:
    """One kind of export; the fields as they stand in its file, names as they are compared."""

    name: str
    system: str
    is_verified: bool
    headers: frozenset[str]
    needs: frozenset[str]
    lines: tuple[tuple[str, str, str, str, str], ...]
    lacks: str = ""

    def lines_for(
        self, header: Sequence[str]
    ) -> Iterator[tuple[str, tuple[str, ...], str, str, str]]:
        """The lines of the mapping for a file, of the columns that it has.

        Where a source is of the rows in which a column is filled or positive, a file without it has
        none: a column of the same name as ours would be taken for what it is not.
        """
        theirs = {squashed(name): name.strip() for name in reversed(header)}
        not_there = {
            source
            for source, name, _, *rule in self.lines
            if rule in (["keep", "filled"], ["keep", "positive"]) and squashed(name) not in theirs
        }
        for source, names, ours, recipe, value in self.lines:
            found = tuple(
                theirs[squashed(name)] for name in names.split("|") if squashed(name) in theirs
            )
            # Of several columns the file may have one.
            if len(found) == 1 and recipe in ("first_filled", "join"):
                recipe, value = "", ""
            if (found or not names) and source not in not_there:
                yield source, found, ours, recipe, value

    @property
    def is_certain(self) -> bool:
        """Whether a build reads it without a person."""
        return self.is_verified and not self.lacks

    def known(self, header: Sequence[str]) -> int:
        """How many headers of a file it knows."""
        return len({squashed(name) for name in header} & self.headers)

    def share_of(self, header: Sequence[str]) -> str:
        """How many headers of a file it knows, in words; one that stands twice is one."""
        return f"{self.known(header)} of {len({*map(squashed, header)})} headers"


def _names(text: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([text]))]


@cache
def presets() -> tuple[Preset, ...]:
    """All presets, in the order of their files."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = []
    for file in sorted(resources.files(__package__).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".yml"):
            continue
        said = yaml.load(file.read_text("utf-8"), loader)
        lines = [row + [""] * (5 - len(row)) for row in csv.reader(said["lines"].splitlines())]
        found.append(
            Preset(
                said["name"],
                said["system"],
                said["is_verified"],
                frozenset(map(squashed, _names(said["headers"]))),
                frozenset(map(squashed, _names(said["needs"]))),
                tuple(map(tuple, lines)),
                said.get("lacks", ""),
            )
        )
    return tuple(found)


@cache
def _of_one_alone() -> frozenset[str]:
    """Headers that one export alone has."""
    counts = Counter(name for preset in presets() for name in preset.headers)
    return frozenset(name for name, count in counts.items() if count == 1)


def presets_of(header: Sequence[str]) -> list[Preset]:
    """The presets that a header may be of; more than one only a person can tell apart."""
    names = {squashed(name) for name in header}
    return [
        preset
        for preset in presets()
        if preset.needs <= names
        and preset.known(header) >= LEAST_HEADERS
        and names & preset.headers & _of_one_alone()
    ]
