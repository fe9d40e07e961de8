"""What is proposed of a file, and how its columns are found by what they may mean.

Nothing here is used by a build: it is proposed, and a person takes it or leaves it.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.names import normalise, squashed

# Answers SQL about the rows of a file.
Query = Callable[[str], list[tuple[Any, ...]]]

BY_NAME = "guess: by its name"

# Columns that name the thing itself, of whatever kind the file is.
_OWN_ID = ("id", "record id", "recordid", "name", "_id")


@dataclass(frozen=True)
class Proposal:
    """One line of a mapping that is proposed.

    Attributes:
        source: the source.
        theirs: their columns.
        ours: our column; empty of rows.
        recipe: the recipe.
        value: its value.
        why: what speaks for it; empty if the names are the same.
    """

    source: str
    theirs: tuple[str, ...]
    ours: str
    recipe: str = ""
    value: str = ""
    why: str = ""


@dataclass
class Recognised:
    """What a file seems to feed, and what is to be decided by a person.

    Attributes:
        proposals: lines of the mapping.
        findings: sentences about the rows.
        questions: sentences about what only a person can know.
        rows_are_lines: whether several rows are one order, so that by names alone it is read wrong.
    """

    proposals: list[Proposal] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    rows_are_lines: bool = False

    def drop(self, source: str) -> None:
        """Take back what was proposed for a source."""
        self.proposals = [line for line in self.proposals if line.source != source]
        self.drop_skips()

    def drop_skips(self) -> None:
        """Take back each `skip` whose rows no other source keeps: they would vanish."""
        kept = {(line.theirs, line.value) for line in self.proposals if line.recipe == "keep"}
        lost = [
            line
            for line in self.proposals
            if line.recipe == "skip" and (line.theirs, line.value) not in kept
        ]
        self.proposals = [line for line in self.proposals if line not in lost]
        self.questions += dict.fromkeys(
            f"some rows have a {line.value} {line.theirs[0]}, and no source of their own: they "
            f"count as {line.source}. If they give money back that another file of refunds has, "
            "too, leave them out (recipe leave_out)"
            for line in lost
            if line.source == "orders"
        )

    @property
    def sources(self) -> list[str]:
        """The sources that it feeds, in the order of the contract."""
        fed = {proposal.source for proposal in self.proposals}
        return [name for name in SOURCES if name in fed]


def by_name(source: str, theirs: str, ours: str) -> Proposal:
    """Their column for ours, and why it is taken for it."""
    return Proposal(source, (theirs,), ours, why="" if normalise(theirs) == ours else BY_NAME)


@cache
def _synonyms() -> dict[tuple[str, str], tuple[str, ...]]:
    text = resources.files(__package__).joinpath("synonyms.csv").read_text("utf-8")
    return {
        (row["source"], row["column"]): tuple(squashed(name) for name in row["names"].split("|"))
        for row in csv.DictReader(text.splitlines())
    }


class Header:
    """The columns of a file, to be asked for by what they may mean."""

    def __init__(self, header: Sequence[str]):
        self.names = list(header)
        self._squashed = [squashed(name) for name in header]

    def find(self, source: str, column: str, *, taken: Sequence[str] = ()) -> str | None:
        """Their column for one of ours: by the same name, else by the first synonym."""
        for names in (
            (squashed(column),),
            _synonyms().get((source, column), ()),
            _synonyms().get(("", column), ()),
        ):
            for name in names:
                for theirs, short in zip(self.names, self._squashed, strict=True):
                    if short == name and theirs not in taken:
                        return theirs
        return None

    def find_all(self, column: str, source: str = "") -> list[str]:
        """All their columns that one of ours may be, in the order of the synonyms."""
        names = _synonyms()[(source, column)]
        found = {
            name: theirs
            for theirs, name in zip(self.names, self._squashed, strict=True)
            if name in names
        }
        return list(dict.fromkeys(found[name] for name in names if name in found))

    def own_ids(self) -> list[str]:
        """The columns that may name the thing itself, the likeliest first."""
        names = [squashed(name) for name in _OWN_ID]
        by_name = dict(zip(self._squashed, self.names, strict=True))
        return list(dict.fromkeys(by_name[name] for name in names if name in by_name))


# Words of columns that say whether a channel is permitted; and of those that say the opposite.
_CONSENTS = (
    ("email", r"accepts(email)?marketing|emailoptin|emailconsent|接受邮件", False),
    ("email", r"emailoptout|hasoptedoutofemail|unsubscribedfromallemail", True),
    ("sms", r"acceptssmsmarketing|smsoptin|smsconsent|接受短信", False),
    ("whatsapp", r"acceptswhatsappmarketing", False),
    ("phone", r"donotcall|phoneoptout", True),
)
# What a refusal says of the permission; the words of a translation are of one case.
_REFUSED = ";".join(
    f"{written}={permitted}"
    for permitted, words in (("no", ("true", "yes", "t", "1")), ("yes", ("false", "no", "f", "0")))
    for word in words
    for written in dict.fromkeys((word, word.upper(), word.capitalize()))
)


def other_consents(names: Header) -> list[str]:
    """A question about the columns of further channels, which the lines of `consents` leave out."""
    said = [
        name
        for name in names.names
        if any(re.fullmatch(words, squashed(name)) for _, words, _ in _CONSENTS)
    ]
    first = [
        line.theirs[0]
        for line in consents(names, Proposal("", ("",), ""))
        if line.value == "filled"
    ]
    if not (others := [name for name in said if name not in first]):
        return []
    return [
        f"{', '.join(others)} say something of consents, too, and a file gives those of one "
        "channel: give a file consents of all channels, with a row for each (customer_id, channel, "
        "state)"
    ]


def consents(names: Header, buyer: Proposal, since: str | None = None) -> Iterator[Proposal]:
    """The lines of a channel that is permitted; of the first such column that there is.

    Args:
        names: the columns of the file.
        buyer: the line that says who it is.
        since: their column of the day on which it was said.
    """
    for channel, words, is_refusal in _CONSENTS:
        theirs = next((name for name in names.names if re.fullmatch(words, squashed(name))), None)
        if theirs is None:
            continue
        recipe, value = ("translate", _REFUSED) if is_refusal else ("", "")
        yield replace(buyer, source="consents")
        yield Proposal("consents", (), "channel", "constant", channel)
        yield Proposal("consents", (theirs,), "state", recipe, value, BY_NAME)
        yield Proposal("consents", (theirs,), "", "keep", "filled")
        if since:
            yield Proposal("consents", (since,), "since", why="guess: as of the order")
        return
