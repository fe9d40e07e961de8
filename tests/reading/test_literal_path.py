"""A file is opened by its own name, even if that is a pattern which others match."""

import duckdb
import pytest

from customer_tiering.reading.literal_path import literal_path

NAMES = ["part[1]", "part1", "a*", "ab", "**", "what?", "whatx", "{a,b}", "a", "[!a]", "[", "]"]
NAMES += [
    "q'uote",
    'd"quote',
    "a blank",
    "🛒",
    "new\nline",
    "~",
    "$HOME",
    "%41",
    "x=1",
    "#",
    "a\\b",
]


@pytest.mark.parametrize("folder", ["plain", "crm[1]", "crm1", "region=EU", "*"])
def test_every_name_is_taken_to_the_letter(tmp_path, folder):
    (tmp_path / folder).mkdir()
    names = [name for name in NAMES if "\\" not in name or folder in ("plain", "crm1", "region=EU")]
    with duckdb.connect() as connection:
        for name in names:
            path = tmp_path / folder / f"{name}.parquet"
            connection.execute("create or replace table one as select ? as name", [name])
            connection.table("one").write_parquet(str(path))
            path.with_suffix(".csv").write_text(f'name\n"{name.replace(chr(34), chr(34) * 2)}"\n')
        for name in names:
            path = tmp_path / folder / name
            for ending, options in (
                ("parquet", ""),
                ("csv", ", header = true, all_varchar = true"),
            ):
                read = f"from read_{ending}(?, hive_partitioning = false{options})"
                found = connection.execute(read, [literal_path(f"{path}.{ending}")])
                assert found.fetchall() == [(name,)]


@pytest.mark.parametrize("path", ["/a\\b/c[1].csv", "/a/\udcff.csv"])
def test_what_cannot_be_opened_is_said(path):
    with pytest.raises(ValueError, match="Rename it"):
        literal_path(path)
