"""What a file seems to hold: by the names of its columns and by what stands in them."""

import re
from collections.abc import Sequence

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.names import normalise
from customer_tiering.reading.proposals import (
    Header,
    Proposal,
    Query,
    Recognised,
    by_name,
    consents,
    other_consents,
)
from customer_tiering.reading.recognise_orders import Orders

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


def kind_of(file_name: str) -> str | None:
    """The source that the name of a file speaks of."""
    name = file_name.lower()
    return next((source for words, source in _WORDS if re.search(words, name)), None)


def recognise(file_name: str, header: Sequence[str], query: Query | None) -> Recognised:
    """Say what a file seems to hold.

    Args:
        file_name: its name.
        header: the names of its columns, each once.
        query: answers SQL about its rows, a relation `rows` with source_row and their columns by
            their names, all text; None where there are no rows.
    """
    names = Header(header)
    found = Recognised()
    kind = kind_of(file_name)
    orders = Orders(names, query, kind)
    if kind == "order_items" and orders.is_likely:
        # Lines that say who bought and when are all that there may be of the orders.
        orders.propose(found)
    elif kind in ("opportunities", "customers", "products", "refunds", "order_items"):
        _propose(names, kind, found)
    elif orders.is_likely:
        orders.propose(found)
    elif kind:
        _propose(names, kind, found)
    if not found.proposals:
        best = [name for name in SOURCES if _has_required(names, name)]
        for source in best[:1]:
            _propose(names, source, found)
    if not found.proposals and orders.is_likely:
        orders.propose(found)
    return found


def _has_required(names: Header, source: str) -> bool:
    return all(names.find(source, column) for column in SOURCES[source].required)


def _propose(names: Header, source: str, found: Recognised) -> None:
    """A file of which each row is one thing: a customer, an opportunity, a product."""
    key, *columns = SOURCES[source].columns
    is_of_customers = source == "customers"
    lines: list[Proposal] = []
    direct = names.find(source, key)
    own = next(iter(names.own_ids()), None)
    contacts = names.find_all("contact")
    if own and normalise(own) != "name" and not (direct and normalise(direct) == key):
        lines.append(Proposal(source, (own,), key, why="guess: the file's own id"))
    elif direct:
        lines.append(by_name(source, direct, key))
    elif is_of_customers and contacts:
        why = "guess: there is no id but a contact"
        lines.append(Proposal(source, tuple(contacts[:2]), key, "contact_key", why=why))
    elif own:
        lines.append(Proposal(source, (own,), key, why="guess: there is no id but a name"))
    # A contact may be the key and a contact.
    taken = [] if key == "customer_id" and contacts else [*lines[0].theirs] if lines else []
    first, last = names.find("customers", "first_name"), names.find("customers", "last_name")
    for column in columns:
        if is_of_customers and column == "name" and first and last:
            why = "guess: first and last name"
            lines.append(Proposal(source, (first, last), "name", "join", " ", why))
        elif theirs := names.find(source, column, taken=taken):
            lines.append(by_name(source, theirs, column))
        else:
            continue
        taken += lines[-1].theirs
    made = {line.ours for line in lines}
    if missing := [column for column in SOURCES[source].required if column not in made]:
        found.questions.append(
            f"as {source} it lacks {', '.join(missing)}: no column seems to be one"
        )
        return
    found.proposals += lines
    if is_of_customers:
        found.proposals += consents(names, lines[0])
        found.questions += other_consents(names)
