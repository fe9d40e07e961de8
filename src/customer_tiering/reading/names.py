"""Names of columns and files: as they are compared, and as they stand in SQL."""

import re
import unicodedata
from collections.abc import Sequence


def normalise(name: str) -> str:
    """Bring a header to the spelling of the contract: `Order ID` becomes `order_id`."""
    return re.sub(r"[\s\-.]+", "_", unicodedata.normalize("NFKC", name).strip().lower())


def squashed(name: str) -> str:
    """A name without what people write in different ways: case, blanks, points, brackets."""
    return re.sub(r"[\W_]+", "", normalise(name))


def quoted(name: str) -> str:
    """A name as it stands in SQL."""
    return '"' + name.replace('"', '""') + '"'


def each_once(header: Sequence[str]) -> list[str]:
    """The names of columns, of which none is empty or stands twice."""
    names: list[str] = []
    for position, name in enumerate(header, start=1):
        name = name.strip() or f"column {position}"
        again = {each.lower() for each in names}
        names.append(name if name.lower() not in again else f"{name} ({position})")
    return names
