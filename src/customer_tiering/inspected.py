"""What `make inspect` says of a folder that it has looked at, and what it proposes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.folder_files import MAPPING_FILE, SETTINGS_FILE, listed, shown
from customer_tiering.reading.mapping_file import MAPPING_COLUMNS, RECIPE_COLUMNS
from customer_tiering.reading.proposals import Proposal, Recognised
from customer_tiering.reading.recipes import SEPARATOR
from customer_tiering.reading.recognise import kind_of
from customer_tiering.reading.templates import template
from customer_tiering.reading.what_is_read import WhatIsRead

# What a build cannot say without a source, by what it would be called there.
NEEDS = {
    "margin and contribution": ("order_items",),
    "behaviour and intent": ("events",),
    "engagement": ("events", "interactions"),
    "potential": ("opportunities",),
    "influence": ("referrals", "social_profiles", "surveys"),
    "attitude": ("surveys",),
    "market segments": ("customers",),
    "personal contacts": ("customers",),
}

# Words of columns on which it may depend what an order came to.
_CHANGES_A_SUM = re.compile(
    r"(?i)discount|rebate|voucher|refund|return|cancel|void|delet|(^|[_ ])test|(^|[_ ])paid"
    r"|优惠|折扣|退|取消|作废|删除|测试"
)
# As dbt_project.yml has it.
DEFAULT_ZONE, DEFAULT_OFFSET = "Asia/Shanghai", "+0800"
# What systems write of any zone.
_UTC = ("+00:00", "+0000", "-00:00", "-0000")


@dataclass
class Inspected:
    """One file, looked at.

    Attributes:
        name: its name in the folder.
        said: what is to be said of it, sentence by sentence.
        recognised: what it seems to hold, beside what a build reads of it.
        read_as: the sources that a build reads of it as it is.
        by: by what a build knows it: its name, its headers or the mapping.
        header_line: the line on which its header stands.
        header: its columns; none where it is not open what it may be.
        currencies: what it names.
        is_currency_said: whether a line says its currency, and no column of the file.
        zones: the offsets of its timestamps.
        order_is_open: whether its dates can be read in two ways.
    """

    name: str
    said: list[str]
    recognised: Recognised
    read_as: list[str] = field(default_factory=list)
    by: str = ""
    header_line: int = 1
    header: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    is_currency_said: bool = False
    zones: tuple[str, ...] = ()
    order_is_open: bool = False

    @property
    def may_be(self) -> list[str]:
        """All sources that it feeds or would feed."""
        return [*self.read_as, *self.recognised.sources]


def report(found: Sequence[Inspected], what: WhatIsRead) -> list[str]:
    """What is to be said, line by line."""
    lines: list[str] = []
    for looked in found:
        said = dict.fromkeys(looked.said)
        lines += ["", shown(looked.name), *(f"  {sentence}" for sentence in said)]
        fed = looked.recognised.sources
        if looked.read_as:
            lines.append(f"  is read as {', '.join(looked.read_as)}, {looked.by}")
        elif fed:
            lines.append(f"  guess: feeds {', '.join(fed)}")
        elif looked.name not in what.mapped:
            lines.append("  feeds nothing that is known")
        else:
            lines.append(f"  is named in {MAPPING_FILE}, and cannot be read so: see below")
        lines += [f"  {sentence}" for sentence in looked.recognised.findings]
        lines += [f"  ? {sentence}" for sentence in looked.recognised.questions]
    problems = what.problems
    if not (what.has_mapping or what.settings):
        # What is proposed may solve the others.
        problems = [each for each in problems if any(name in each for name in what.files)]
    if problems:
        count = len(problems)
        lines += ["", f"As it is, a build stops, {count} problem{'s' if count > 1 else ''}:"]
        lines += [f"  {n}. {problem}" for n, problem in enumerate(problems, start=1)]
    there = {source for looked in found for source in looked.may_be}
    if "orders" not in there:
        lines += ["", "No file seems to hold orders, without which there is nothing to tier."]
    lacking = [what for what, needs in NEEDS.items() if not there & {*needs}]
    if lacking:
        lines += ["", f"Without a source for: {', '.join(lacking)}."]
    return lines


def say_what_nothing_reads(
    names: Sequence[str], looked: Inspected, lines: Sequence[Proposal]
) -> None:
    """The columns that a guess leaves out; those that may change a sum are asked about."""
    found = looked.recognised
    if not lines or looked.read_as or any(line.why.endswith(" have it") for line in lines):
        return
    read = {name for line in lines for name in line.theirs}
    left = [name for name in names if name not in read]
    if left:
        looked.said.append(f"nothing reads {listed(left)}")
    money = [name for name in left if _CHANGES_A_SUM.search(name)]
    if money and "orders" in found.sources:
        found.questions.append(
            f"nothing reads {', '.join(money)}: if what a customer paid, or whether it counts, "
            "depends on it, say so (recipes difference, keep, leave_out, or a column of ours)"
        )


def one_file_each(found: Sequence[Inspected]) -> None:
    """Of the files that may feed a source, those whose names speak of it, if any does."""
    for source in SOURCES:
        read = [looked.name for looked in found if source in looked.read_as]
        telling = [
            looked.name
            for looked in found
            if source in looked.may_be
            and kind_of(looked.name) == source
            and looked.by != "by mapping.csv"
        ]
        for looked in found:
            if source not in looked.recognised.sources:
                continue
            # What is the file's own kind may join what is read; what it holds beside that may not.
            is_beside = looked.recognised.sources[0] != source or bool(looked.read_as)
            if telling and looked.name not in telling:
                told = f"{shown(telling[0])} has the name of it"
            elif read and is_beside and looked.name not in read:
                told = f"{shown(read[0])} is read as it"
            else:
                continue
            looked.recognised.drop(source)
            looked.recognised.findings.append(f"may hold {source}, too; {told}")


def propose(
    found: Sequence[Inspected], what: WhatIsRead
) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of a mapping and of settings that would read what was found."""
    mapping = [[*MAPPING_COLUMNS, *RECIPE_COLUMNS, "why"]]
    has_orders = any("orders" in looked.may_be for looked in found)
    for looked in found:
        kind = kind_of(looked.name)
        lines = sorted(
            looked.recognised.proposals, key=lambda line: list(SOURCES).index(line.source)
        )
        # It may be meant if its name says so, or if nothing else holds the orders.
        if not lines and looked.header and (kind or not has_orders):
            lines = [*template(kind or "orders", looked.header)]
        if lines and looked.header_line > 1:
            first = Proposal(lines[0].source, (), "", "header_line", str(looked.header_line))
            lines.insert(0, first)
        mapping += [
            [
                line.source,
                looked.name,
                SEPARATOR.join(line.theirs),
                line.ours,
                line.recipe,
                line.value,
                line.why,
            ]
            for line in lines
        ]
    mapping[1:1] = _those_read_by_name({row[0] for row in mapping[1:]}, found, what)
    return mapping, [["setting", "value", "why"], *_settings(found, what)]


def _those_read_by_name(
    sources: set[str], found: Sequence[Inspected], what: WhatIsRead
) -> Iterator[list[str]]:
    """Lines that name the files which a build finds by their names, and would not find any more.

    A mapping that names a file of a source names all files of it.
    """
    why = "it is read by its name, and a mapping of a source names all its files"
    for looked in found:
        for source in looked.read_as:
            if looked.by == "by its name" and source in sources - what.mapped_sources:
                yield [source, looked.name, "", "", "", "", why]


def _settings(found: Sequence[Inspected], what: WhatIsRead) -> Iterator[list[str]]:
    """The settings that are proposed."""
    currencies = sorted({code for looked in found for code in looked.currencies})
    if len(currencies) == 1 and "reporting_currency" not in what.settings:
        is_named = any(looked.currencies and not looked.is_currency_said for looked in found)
        why = "the only one that the files name"
        if not is_named:
            why = "guess: as known exports of this system are; the files name none"
        yield ["reporting_currency", currencies[0], why]
    zones = sorted({zone for looked in found for zone in looked.zones} - {"Z", *_UTC})
    offsets = {re.sub(r"[^-+\d]", "", zone) for zone in zones}
    if zones and "business_time_zone" not in what.settings and DEFAULT_OFFSET not in offsets:
        why = (
            f"open: dates have the offsets {', '.join(zones)}, and without this setting days begin "
            f"and end in {DEFAULT_ZONE}. A name of the tz database such as Europe/Berlin"
        )
        yield ["business_time_zone", "", why]


def is_added_to(name: str, what: WhatIsRead) -> bool:
    """Whether there is such a file already, to which the lines are added."""
    return what.has_mapping if name == MAPPING_FILE else bool(what.settings)


def next_step(path: Path, rows: Sequence[Sequence[str]], what: WhatIsRead) -> str:
    """What a person does with the file that was written."""
    name = path.name.removeprefix("_")
    lines = len(rows) - 1
    open_ = sum(row[-1].startswith("open") for row in rows)
    guesses = sum(row[-1].startswith("guess") for row in rows)
    parts = [
        f"{guesses} {'is a guess' if guesses == 1 else 'are guesses'}" if guesses else "",
        f"{open_} {'is' if open_ == 1 else 'are'} open" if open_ else "",
    ]
    of_which = " and ".join(filter(None, parts))
    of_which = f", of which {of_which}" if of_which else ""
    said = f"Written: {shown(str(path))}, {lines} line{'s' if lines > 1 else ''}{of_which}. "
    said += "Read them, correct them, and "
    if open_:
        said += "fill in what is open, or remove it (the column why says more); then "
    if is_added_to(name, what):
        return f"{said}add these lines to {name}, which stays as it is: then a build reads them."
    return f"{said}name the file {name}: then a build reads it."


FILES = (MAPPING_FILE, SETTINGS_FILE)
