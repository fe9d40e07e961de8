"""What a file seems to hold: by the names of its columns and by what stands in them.

Nothing here is used by a build: it is proposed, and a person takes it or leaves it.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.names import normalise, squashed

Query = Callable[[str], list[tuple[Any, ...]]]

# Words of file names, and the sources that such a file may be of. The most telling word wins.
_WORDS = (
    ("refund|退款|退货", "refunds"),
    ("line|item|detail|明细", "order_items"),
    ("opportunit|deal|pipeline|商机", "opportunities"),
    ("subscription|contract|订阅|合同", "subscriptions"),
    ("product|catalog|sku|商品|产品|物料", "products"),
    ("customer|contact|account|client|compan|member|buyer|客户|会员|买家|联系人", "customers"),
    ("order|sale|invoice|purchase|订单|销售", "orders"),
)
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
    """

    proposals: list[Proposal] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def drop(self, source: str) -> None:
        """Take back what was proposed for a source."""
        self.proposals = [line for line in self.proposals if line.source != source]

    @property
    def sources(self) -> list[str]:
        """The sources that it feeds, in the order of the contract."""
        fed = {proposal.source for proposal in self.proposals}
        return [name for name in SOURCES if name in fed]


@cache
def _synonyms() -> dict[tuple[str, str], tuple[str, ...]]:
    text = resources.files(__package__).joinpath("synonyms.csv").read_text("utf-8")
    return {
        (row["source"], row["column"]): tuple(squashed(name) for name in row["names"].split("|"))
        for row in csv.DictReader(text.splitlines())
    }


def kind_of(file_name: str) -> str | None:
    """The source that the name of a file speaks of."""
    name = file_name.lower()
    return next((source for words, source in _WORDS if re.search(words, name)), None)


class _Header:
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

    def find_all(self, column: str) -> list[str]:
        """All their columns that one of ours may be, in the order of the synonyms."""
        names = _synonyms()[("", column)]
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


def recognise(file_name: str, header: Sequence[str], query: Query | None) -> Recognised:
    """Say what a file seems to hold.

    Args:
        file_name: its name.
        header: the names of its columns, each once.
        query: answers SQL about its rows, a relation `rows` with source_row and their columns by
            their names, all text; None where there are no rows.
    """
    names = _Header(header)
    found = Recognised()
    kind = kind_of(file_name)
    orders = _Orders(names, query, kind)
    if kind in ("opportunities", "customers", "products", "refunds", "order_items"):
        _Entity(names, kind, found).propose()
    elif orders.is_likely:
        orders.propose(found)
    elif kind:
        _Entity(names, kind, found).propose()
    if not found.proposals:
        best = [name for name in SOURCES if _has_required(names, name)]
        for source in best[:1]:
            _Entity(names, source, found).propose()
    if not found.proposals and orders.is_likely:
        orders.propose(found)
    return found


def _has_required(names: _Header, source: str) -> bool:
    return all(names.find(source, column) for column in SOURCES[source].required)


def _named(
    names: _Header, source: str, column: str, taken: Sequence[str] = ()
) -> tuple[str, str] | None:
    """Their column for ours, and why it is taken for it."""
    theirs = names.find(source, column, taken=taken)
    if theirs is None:
        return None
    return theirs, "" if normalise(theirs) == column else "guess: by its name"


class _Entity:
    """A file of which each row is one thing: a customer, an opportunity, a product."""

    def __init__(self, names: _Header, source: str, found: Recognised):
        self._names, self._source, self._found = names, source, found

    def propose(self) -> None:
        source = SOURCES[self._source]
        key = source.columns[0]
        taken: list[str] = []
        lines: list[Proposal] = []

        def add(
            theirs: tuple[str, ...], ours: str, recipe: str = "", value: str = "", why: str = ""
        ):
            taken.extend(theirs)
            lines.append(Proposal(self._source, theirs, ours, recipe, value, why))

        direct = self._names.find(self._source, key)
        own = next(iter(self._names.own_ids()), None)
        contacts = self._names.find_all("contact")
        if own and normalise(own) != "name" and not (direct and normalise(direct) == key):
            add((own,), key, why="guess: the file's own id")
        elif direct:
            add((direct,), key, why="" if normalise(direct) == key else "guess: by its name")
        elif self._source == "customers" and contacts:
            add(tuple(contacts[:2]), key, "contact_key", why="guess: there is no id but a contact")
        elif own:
            add((own,), key, why="guess: there is no id but a name")
        taken = [] if key == "customer_id" and contacts else taken
        first = self._names.find("customers", "first_name")
        last = self._names.find("customers", "last_name")
        for column in source.columns[1:]:
            if self._source == "customers" and column == "name" and first and last:
                add((first, last), "name", "join", " ", "guess: first and last name")
            elif pair := _named(self._names, self._source, column, taken):
                add((pair[0],), column, why=pair[1])
        missing = [
            column for column in source.required if column not in {line.ours for line in lines}
        ]
        if missing:
            self._found.questions.append(
                f"as {self._source} it lacks {', '.join(missing)}: no column seems to be one"
            )
            return
        self._found.proposals += lines
        if self._source == "customers":
            key_line = lines[0]
            self._found.proposals += _consents(
                self._names, (key_line.theirs, key_line.recipe, key_line.why), None
            )


class _Orders:
    """A file of orders, or of their lines."""

    def __init__(self, names: _Header, query: Query | None, kind: str | None):
        self._names, self._query, self._kind = names, query, kind
        find = names.find
        self.order = self._key()
        self.day = find("orders", "ordered_at")
        self.total = find("orders", "amount")
        self.price, self.quantity = find("", "unit_price"), find("", "quantity")
        self.product = find("", "product_id") or find("", "product_name")
        self.customer = names.find("orders", "customer_id")
        if self.customer in (self.order, self.day):
            self.customer = None
        self.contacts = [name for name in names.find_all("contact") if name != self.customer]

    def _key(self) -> str | None:
        """The column that names the order: of those that may, the first that most rows have."""
        named = self._names.find("orders", "order_id")
        own = self._names.own_ids() if self._kind in (None, "orders") else []
        exact = [named] if named and normalise(named) in ("order_id", "orderid", "订单号") else []
        maybe = list(dict.fromkeys([*exact, *own[:1], *([named] if named else []), *own[1:]]))
        if len(maybe) < 2 or self._query is None:
            return next(iter(maybe), None)
        counts = ", ".join(f"count(nullif(trim({_q(name)}), ''))" for name in maybe)
        [filled] = self._query(f"select {counts} from rows")
        return maybe[filled.index(max(filled))]

    @property
    def is_likely(self) -> bool:
        """Whether it has what an order must have, in some way."""
        has_amount = self.total or (self.price and self.quantity)
        has_buyer = self.customer or self.contacts
        return bool(
            self.day and has_amount and has_buyer and (self.order or self._kind == "orders")
        )

    def propose(self, found: Recognised) -> None:
        """Add the lines of orders, and of what else the file feeds."""
        lines = found.proposals
        repeats = self._repeats()
        buyer = self._buyer()
        refund_rows = self._refund_rows()
        if self.order:
            why = "" if normalise(self.order) == "order_id" else "guess: by its name"
            lines.append(Proposal("orders", (self.order,), "order_id", why=why))
        else:
            lines.append(Proposal("orders", (), "order_id", "row_number", why="guess: no order id"))
        lines.append(self._line("orders", buyer))
        lines.append(self._named_line("orders", self.day, "ordered_at", repeats))
        lines += self._amount(found, repeats)
        has_lines = bool(self.product and self.quantity and self.price and repeats is not None)
        for column in SOURCES["orders"].optional:
            if (
                (theirs := self._names.find("orders", column))
                and theirs not in (self.day, self.order, self.total)
                and not (column == "discount_amount" and has_lines and theirs == self.price)
            ):
                lines.append(self._named_line("orders", theirs, column, repeats))
        if refund_rows:
            column, value = refund_rows
            why = "guess: negative rows, or ids that begin so, give money back"
            lines.append(Proposal("orders", (column,), "", "skip", value, why))
        if has_lines:
            self._propose_items(lines, refund_rows)
        self._propose_refunds(lines, buyer, refund_rows)
        self._propose_customers(lines, buyer)
        lines += _consents(self._names, buyer, self.day)

    def _line(self, source: str, buyer: tuple[tuple[str, ...], str, str]) -> Proposal:
        theirs, recipe, why = buyer
        return Proposal(source, theirs, "customer_id", recipe, why=why)

    def _buyer(self) -> tuple[tuple[str, ...], str, str]:
        if self.customer:
            why = "" if normalise(self.customer) == "customer_id" else "guess: by its name"
            return (self.customer,), "", why
        return tuple(self.contacts[:2]), "contact_key", "guess: there is no id but a contact"

    def _named_line(
        self, source: str, theirs: str, ours: str, repeats: list[tuple] | None
    ) -> Proposal:
        same = normalise(theirs) == ours
        if repeats and theirs not in (self.order, self.customer) and self._varies(theirs):
            why = "guess: it differs within one order, the first row counts"
            return Proposal(source, (theirs,), ours, "first_row", why=why)
        return Proposal(source, (theirs,), ours, why="" if same else "guess: by its name")

    def _amount(self, found: Recognised, repeats: list[tuple] | None) -> Iterator[Proposal]:
        """The lines of the amount, by what its values show."""
        product = (self.price, self.quantity) if self.price and self.quantity else None
        total = self.total if self.total not in (product or ()) else None
        if not repeats:
            if total:
                why = "" if normalise(total) == "amount" else "guess: by its name"
                yield Proposal("orders", (total,), "amount", why=why)
            else:
                yield Proposal(
                    "orders", product, "amount", "product", why="guess: price x quantity"
                )
            return
        if total is None:
            yield Proposal(
                "orders", product, "amount", "product", why="guess: price x quantity of each line"
            )
            yield Proposal("orders", (), "amount", "sum_of_rows", why="guess: summed to orders")
            return
        shape = self._shape_of(total)
        if shape == "first_row":
            found.findings.append(f"{total} stands on the first row of an order alone")
            why = "guess: it stands on the first row alone"
            yield Proposal("orders", (total,), "amount", "first_row", why=why)
        elif shape == "each_row":
            found.findings.append(f"{total} is the same on each row of an order: never summed")
            why = "guess: it is the same on each row"
            yield Proposal("orders", (total,), "amount", "each_row", why=why)
        else:
            found.findings.append(f"{total} differs within one order: one row per line")
            why = "guess: it differs from row to row, so it is the line's"
            yield Proposal("orders", (total,), "amount", "sum_of_rows", why=why)

    def _propose_items(self, lines: list[Proposal], refund_rows: tuple[str, str] | None) -> None:
        for theirs, ours in (
            (self.order, "order_id"),
            (self.product, "product_id"),
            (self.quantity, "quantity"),
            (self.price, "unit_price"),
        ):
            why = "" if normalise(theirs) == ours else "guess: by its name"
            lines.append(Proposal("order_items", (theirs,), ours, why=why))
        if refund_rows:
            lines.append(Proposal("order_items", (refund_rows[0],), "", "skip", refund_rows[1]))

    def _propose_refunds(
        self,
        lines: list[Proposal],
        buyer: tuple[tuple[str, ...], str, str],
        refund_rows: tuple[str, str] | None,
    ) -> None:
        column = self._names.find("orders", "refunded_amount")
        if column and self.order:
            cancelled = self._names.find("orders", "cancelled_at")
            lines += [
                Proposal("refunds", (self.order,), "refund_id", why="guess: one per order"),
                Proposal("refunds", (self.order,), "order_id"),
                self._line("refunds", buyer),
                Proposal(
                    "refunds",
                    (cancelled, self.day) if cancelled else (self.day,),
                    "refunded_at",
                    "first_filled" if cancelled else "",
                    why="guess: the file has no day of the refund",
                ),
                Proposal("refunds", (column,), "amount", why="guess: by its name"),
                Proposal("refunds", (column,), "", "keep", "positive"),
            ]
        elif refund_rows:
            rows, value = refund_rows
            lines += [
                Proposal("refunds", (), "refund_id", "row_number"),
                self._line("refunds", buyer),
                Proposal("refunds", (self.day,), "refunded_at", why="guess: by its name"),
            ]
            if self.total:
                lines.append(Proposal("refunds", (self.total,), "amount", why="guess: by its name"))
            else:
                product = (self.price, self.quantity)
                lines.append(Proposal("refunds", product, "amount", "product"))
            lines.append(Proposal("refunds", (rows,), "", "keep", value))

    def _propose_customers(
        self, lines: list[Proposal], buyer: tuple[tuple[str, ...], str, str]
    ) -> None:
        """What the file says of its customers, where it says something."""
        taken = [self.customer, self.order, self.day, self.total, self.product]
        if not self.customer:
            of_contacts = [
                Proposal("customers", (name,), column, why="guess: by its name")
                for column in ("email", "phone")
                if (name := self._names.find("customers", column)) in buyer[0]
            ]
            lines += [self._line("customers", buyer), *of_contacts]
            if self.total:
                # The cells of the order stand on its first row alone.
                lines.append(Proposal("customers", (self.total,), "", "keep", "filled"))
            return
        taken += [theirs for line in lines for theirs in line.theirs]
        said = []
        for column in ("name", "email", "phone", "region", "city", "gender", "birth_date"):
            pair = _named(self._names, "customers", column, taken)
            if pair and (column != "name" or squashed(pair[0]) != "name"):
                said.append(Proposal("customers", (pair[0],), column, why="guess: by its name"))
        if said:
            lines.append(Proposal("customers", (self.customer,), "customer_id"))
            lines += said

    def _repeats(self) -> list[tuple] | None:
        """Orders that stand on several rows: some of them; empty where none does."""
        if self._query is None or not self.order:
            return None
        return self._query(
            f"select {_q(self.order)} from rows where trim({_q(self.order)}) <> ''"
            " group by all having count(*) > 1 limit 5"
        )

    def _varies(self, column: str) -> bool:
        """Whether a column has several values within one order."""
        key, value = _q(self.order), f"nullif(trim({_q(column)}), '')"
        return bool(
            self._query(
                f"select 1 from rows where trim({key}) <> '' group by {key}"
                f" having min({value}) <> max({value}) limit 1"
            )
        )

    def _shape_of(self, column: str) -> str:
        """How an amount stands on the rows of an order."""
        if self._varies(column):
            return "sum_of_rows"
        [(later, first)] = self._query(f"""
            select
                count(case when place > 1 and value <> '' then 1 end),
                count(case when place = 1 and value <> '' then 1 end)
            from (
                select trim(coalesce({_q(column)}, '')) as value,
                    row_number() over (partition by {_q(self.order)} order by source_row) as place
                from rows where trim({_q(self.order)}) <> ''
            )
        """)
        return "first_row" if first and not later else "each_row"

    def _refund_rows(self) -> tuple[str, str] | None:
        """The column and the condition by which rows give money back."""
        if self._query is None:
            return None
        for column in filter(None, (self.quantity, self.total)):
            found = self._query(
                f"select count(*) from rows where regexp_matches({_q(column)}, '^\\s*[-−(][0-9]')"
            )
            if found[0][0]:
                return column, "negative"
        return None


# Words of columns that say whether a channel is permitted; and of those that say the opposite.
_CONSENTS = (
    ("email", r"accepts(email)?marketing|emailoptin|emailconsent|接受邮件", False),
    ("sms", r"acceptssmsmarketing|smsoptin|smsconsent|接受短信", False),
    ("whatsapp", r"acceptswhatsappmarketing", False),
    ("email", r"emailoptout|hasoptedoutofemail|unsubscribedfromallemail", True),
    ("phone", r"donotcall|phoneoptout", True),
)
# What a refusal says of the permission; the words of a translation are of one case.
_REFUSED = ";".join(
    f"{written}={permitted}"
    for permitted, words in (("no", ("true", "yes", "1")), ("yes", ("false", "no", "0")))
    for word in words
    for written in dict.fromkeys((word, word.upper(), word.capitalize()))
)


def _consents(
    names: _Header, buyer: tuple[tuple[str, ...], str, str], since: str | None
) -> list[Proposal]:
    """The lines of the channels that are permitted; of the last such column that there is."""
    lines: list[Proposal] = []
    for channel, words, is_refusal in _CONSENTS:
        theirs = next((name for name in names.names if re.fullmatch(words, squashed(name))), None)
        if theirs is None or lines:
            continue
        lines = [
            Proposal("consents", buyer[0], "customer_id", buyer[1], why=buyer[2]),
            Proposal("consents", (), "channel", "constant", channel),
            Proposal(
                "consents",
                (theirs,),
                "state",
                "translate" if is_refusal else "",
                _REFUSED if is_refusal else "",
                "guess: by its name",
            ),
            Proposal("consents", (theirs,), "", "keep", "filled"),
        ]
        if since:
            lines.append(Proposal("consents", (since,), "since", why="guess: as of the order"))
    return lines


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
