"""Lines of a mapping for a file of which nobody knows what it is: for a person to fill in."""

from collections.abc import Iterator, Sequence

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.names import quoted
from customer_tiering.reading.proposals import BY_NAME, Header, Proposal, Query

_NUMBER = r"[-−+(]?\s*(\p{Sc}|[A-Z]{3})?\s*[-−]?[0-9][0-9.,\s]*(\p{Sc}|[A-Z]{3}|元|円)?\s*[)]?"
_DATE = r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([\sT,].*)?"


def template(source: str, names: Sequence[str]) -> Iterator[Proposal]:
    """A line for each column of a file, with ours where a name speaks for it.

    A build refuses those that are open, each by its line.

    Args:
        source: the source that it may feed.
        names: the columns of the file, each once.
    """
    header = Header(names)
    ours: dict[str, str] = {}
    for column in SOURCES[source].columns:
        if theirs := header.find(source, column, taken=list(ours)):
            ours[theirs] = column
    lacking = [column for column in SOURCES[source].required if column not in ours.values()]
    needs = f"{source} needs {', '.join(lacking)}, too. " if lacking else ""
    why = f"open: {needs}Name the column of ours that it is, or remove the line"
    for name in names:
        column = ours.get(name, "")
        yield Proposal(source, (name,), column, why=BY_NAME if column else why)


def numbers_and_dates(query: Query, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns whose values all are numbers, and those whose values all are dates."""
    tests = ", ".join(
        f"bool_and(regexp_full_match(trim({quoted(name)}), '{pattern}'))"
        f" filter (trim({quoted(name)}) <> '')"
        for pattern in (_DATE, _NUMBER)
        for name in names
    )
    [found] = query(f"select {tests} from rows")
    dates = [name for name, is_one in zip(names, found, strict=False) if is_one]
    numbers = [name for name, is_one in zip(names, found[len(names) :], strict=True) if is_one]
    return [name for name in numbers if name not in dates], dates
