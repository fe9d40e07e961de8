"""Names of columns and files: as they are compared, and as they stand in SQL."""

import re
import unicodedata


def normalise(name: str) -> str:
    """Bring a header to the spelling of the contract: `Order ID` becomes `order_id`."""
    return re.sub(r"[\s\-.]+", "_", unicodedata.normalize("NFKC", name).strip().lower())


def squashed(name: str) -> str:
    """A name without what people write in different ways: case, blanks, points, brackets."""
    return re.sub(r"[\W_]+", "", normalise(name))


def quoted(name: str) -> str:
    """A name as it stands in SQL."""
    return '"' + name.replace('"', '""') + '"'
