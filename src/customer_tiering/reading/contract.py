"""The raw contract: which sources we read, which columns each one has, and what each is.

It stands in `models/staging/_staging__sources.yml`, where dbt and people read it, too. Every value
is text until staging. A missing optional source arrives as an empty table; a missing optional
column arrives as nulls; a missing required column is an input error.
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

_NAME = "_staging__sources.yml"
# In a checkout, or an installed copy of it.
_PLACES = (
    Path(__file__).parents[3] / "models" / "staging" / _NAME,
    Path(__file__).parent / _NAME,
)

# Columns of `raw.<source>` that no file has: where a record stands, and how its file is written.
ADDED_COLUMNS = ("source_row", "loaded_in", "decimal_sign", "date_order")


@dataclass(frozen=True)
class Source:
    """One raw source.

    Attributes:
        name: what the field calls it; also the file name without its ending.
        columns: all columns that staging reads.
        required: those that a file of this source must have.
        numbers: those that hold numbers; by their values a file shows how it writes them.
        dates: the same of dates.
        personal: those that say who a person is; no value of theirs may be shown.
        forgotten_by: by which of them a record belongs to somebody who asked to be forgotten.
        is_needed: whether there is nothing to tier without it.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    forgotten_by: tuple[str, ...] = ()
    is_needed: bool = False

    @property
    def optional(self) -> tuple[str, ...]:
        """The columns that we read where they are present."""
        return tuple(column for column in self.columns if column not in self.required)

    @property
    def ids(self) -> tuple[str, ...]:
        """The columns that hold keys, its own or others'."""
        return tuple(column for column in self.columns if column.endswith("_id"))


def _load() -> dict[str, Source]:
    path = next(path for path in _PLACES if path.exists())
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tables = yaml.load(path.read_text("utf-8"), loader)["sources"][0]["tables"]
    sources = {}
    for table in tables:
        meta = {
            key: value if key == "is_needed" else tuple(value)
            for key, value in table["config"]["meta"].items()
        }
        names = [column["name"] for column in table["columns"]]
        columns = tuple(name for name in names if name not in ADDED_COLUMNS)
        sources[table["name"]] = Source(table["name"], columns, **meta)
    return sources


SOURCES: dict[str, Source] = _load()

# People who asked to be forgotten. This source is read by nobody but the raw layer, which keeps
# their records out of every other one.
DELETIONS = "deletions"
