"""The sets in export/builds/: which folders are sets of ours, in which order, what is in them.

People put things of their own there, and damage ours. So only what bears the name of a build is
taken for ours, and of what such a folder holds nothing is believed that its manifest does not
prove.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LATEST = "latest"
PAST = "past"
MANIFEST = "manifest.json"
_BUILD_ID = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class ExportSet:
    """One set.

    Attributes:
        folder: of the set; its name is the id of its build.
        manifest: what its manifest says; empty where that is missing, damaged or of another set.
    """

    folder: Path
    manifest: dict

    @property
    def number(self) -> int:
        """Of its build, by which sets are ordered, as clocks err; -1 where it is not known."""
        number = self.manifest.get("build_number")
        return number if type(number) is int else -1

    def file(self, name: str) -> dict:
        """What the manifest says of a file; empty where it does not list it."""
        files = self.manifest.get("files")
        files = [file for file in files if isinstance(file, dict)] if type(files) is list else []
        return next((file for file in files if file.get("file") == name), {})

    def columns(self, name: str) -> list[str] | None:
        """The columns of a file by the manifest."""
        return self.file(name).get("columns")

    def hand_over(self, part: Path) -> bool:
        """Give a part of a table to another set: one file under two names, as sets never change.

        Args:
            part: where it is to be; its folder has the name that it has in this set.

        Returns:
            Whether it was there, and unchanged by its checksum.
        """
        table, old = part.parent.name, self.folder / part.parent.name / part.name
        parts = self.file(table).get("parts")
        expected = parts.get(part.name) if isinstance(parts, dict) else None
        try:
            if old.parent.is_symlink() or old.is_symlink() or not old.is_file():
                return False
            with old.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    return False
            part.hardlink_to(old)
        except OSError:
            return False  # Such as a file system without hard links: it is written anew.
        return True


def read_manifest(folder: Path) -> dict:
    """The manifest in a folder; empty where it is missing or damaged."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def set_in(folder: Path) -> ExportSet:
    """The set in a folder, of which a manifest that was made for another one says nothing."""
    manifest = read_manifest(folder)
    return ExportSet(folder, manifest if manifest.get("build_id") == folder.name else {})


def latest_set(folder: Path) -> ExportSet | None:
    """The set that `latest` leads to, if it is one of the sets beside it."""
    # Not Path.resolve, which fails on a link to itself.
    chosen = Path(os.path.realpath(folder / LATEST))
    return next((old for old in _sets(folder / "builds") if old == chosen), None) and set_in(chosen)


def make_latest(folder: Path, chosen: Path) -> None:
    """Point `latest` to a set, in one step; relative, so that the folder can be moved."""
    link = folder / f".{LATEST}"
    link.symlink_to(chosen.relative_to(folder))
    link.replace(folder / LATEST)
    flush(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove what builds left that were killed before they had published."""
    link = folder / f".{LATEST}"
    if link.is_symlink():
        link.unlink()
    for leftover in _sets(folder / "builds", mark="."):
        shutil.rmtree(leftover)


def remove_old_sets(folder: Path, kept: int) -> None:
    """Keep the latest set and the ones before it, for readers who have begun with one.

    Args:
        folder: the export folder.
        kept: how many sets stay, the latest among them.
    """
    latest = set_in(Path(os.path.realpath(folder / LATEST)))
    warehouse = latest.manifest.get("warehouse_id")
    sets = [set_in(old) for old in _sets(folder / "builds") if old != latest.folder]
    # Each warehouse counts its builds from 1: what another one wrote was there before.
    older = sorted(
        sets,
        key=lambda old: (
            old.manifest.get("warehouse_id") == warehouse,
            old.number,
            old.folder.name,
        ),
    )
    for old in older[: max(0, len(older) - (kept - 1))]:
        _remove_set(old.folder)


def remove_answers(folder: Path) -> None:
    """Remove every set that answered a question about the past."""
    for answer in sorted((folder / PAST).glob("*")):
        if not _DATE.fullmatch(answer.name) or answer.is_symlink():
            continue
        remove_leftovers(answer)
        if (answer / LATEST).is_symlink():
            (answer / LATEST).unlink()
        for old in list(_sets(answer / "builds")):
            _remove_set(old)
        _remove_if_empty(answer / "builds")
        _remove_if_empty(answer)
    _remove_if_empty(folder / PAST)


def flush(path: Path) -> None:
    """Have what a file holds, or which names a folder has, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sets(builds: Path, mark: str = "") -> Iterator[Path]:
    """The folders of sets; with the mark `.`, of those that were not finished."""
    builds = Path(os.path.realpath(builds))
    for path in sorted(builds.iterdir()) if builds.is_dir() else []:
        name = path.name.removeprefix(mark)
        is_named = path.name.startswith(mark) and _BUILD_ID.fullmatch(name)
        if is_named and path.is_dir() and not path.is_symlink():
            yield path


def _remove_set(path: Path) -> None:
    # Hidden first: what a build leaves here when it is killed is no set, but a leftover.
    shutil.rmtree(path.rename(path.with_name(f".{path.name}")))


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
