"""What a file of orders, or of their lines, seems to hold."""

from collections.abc import Iterator
from dataclasses import replace

from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.names import normalise, quoted, squashed
from customer_tiering.reading.proposals import (
    BY_NAME,
    Header,
    Proposal,
    Query,
    Recognised,
    by_name,
    consents,
    other_consents,
)

# What stands in the place of a customer where there is none. 0 is what shops write of a guest.
_NOBODY = (
    "0|-1|guest|anonymous|unknown|walk-?in( customer)?|cash( sale| customer)?|none|散客|匿名|游客"
)
# Nobody buys so large a share of the orders, of so many.
_MOST_OF_ONE, _MANY_ROWS = 0.2, 50
# An export has a few orders twice by mistake; of lines there are more.
_FEW_TWICE = 0.1


class Orders:
    """A file of orders, or of their lines."""

    def __init__(self, names: Header, query: Query | None, kind: str | None):
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
        updated = find("orders", "updated_at")
        # Rows of one order that were changed at different times are its versions, no lines.
        self._has_versions = bool(updated and self.order and query and self._varies(updated))

    def _key(self) -> str | None:
        """The column that names the order: of those that may, the first that most rows have."""
        named = self._names.find("orders", "order_id")
        own = self._names.own_ids() if self._kind in (None, "orders") else []
        exact = [named] if named and normalise(named) in ("order_id", "orderid", "订单号") else []
        maybe = list(dict.fromkeys([*exact, *own[:1], *([named] if named else []), *own[1:]]))
        if len(maybe) < 2 or self._query is None:
            return next(iter(maybe), None)
        counts = ", ".join(f"count(nullif(trim({quoted(name)}), ''))" for name in maybe)
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
            lines.append(by_name("orders", self.order, "order_id"))
        else:
            lines.append(Proposal("orders", (), "order_id", "row_number", why="guess: no order id"))
        lines.append(buyer)
        lines.append(self._of_an_order(self.day, "ordered_at", repeats))
        lines += self._amount(found, repeats)
        has_lines = bool(
            self.product
            and self.quantity
            and self.price
            and repeats is not None
            and not self._has_versions
        )
        found.rows_are_lines = self._rows_are_lines(repeats)
        for column in SOURCES["orders"].optional:
            if (
                (theirs := self._names.find("orders", column))
                and theirs not in (self.day, self.order, self.total)
                and not (column == "discount_amount" and has_lines and theirs == self.price)
                and not (column == "discount_amount" and self._is_a_rate(theirs))
            ):
                lines.append(self._of_an_order(theirs, column, repeats))
        if refund_rows:
            column, value = refund_rows
            why = "guess: negative rows, or ids that begin so, give money back"
            lines.append(Proposal("orders", (column,), "", "skip", value, why))
        if has_lines:
            lines += self._items(refund_rows)
        lines += self._refunds(buyer, refund_rows)
        lines += self._customers(buyer, lines)
        lines += consents(self._names, buyer, self.day)
        found.drop_skips()
        found.questions += [*self._questions(found.proposals), *other_consents(self._names)]

    def _questions(self, lines: list[Proposal]) -> Iterator[str]:
        """What makes a total wrong, and only a person can know."""
        of_orders = [line for line in lines if line.source == "orders"]
        made = {line.ours: line for line in of_orders}
        if "status" not in made and not any(line.recipe == "skip" for line in of_orders):
            yield (
                "no column seems to say the status of an order, so that each of them counts as a "
                "sale, cancelled ones, too. If there is one, name it as status"
            )
        elif "status" in made and self._repeats() and self._varies(made["status"].theirs[0]):
            yield (
                f"{made['status'].theirs[0]} differs within one order: such orders are rejected. "
                "If it is that of a line, leave the cancelled lines out (recipe leave_out), and "
                "take the status of the first row (first_row)"
            )
        others = [
            name
            for name in self._names.find_all("amount", "orders")
            if self.total and name not in (self.total, self.price)
        ]
        if others:
            yield (
                f"the amount is taken from {self.total}, and could be {' or '.join(others)}, too: "
                "it should be what the customer paid for the whole order, after discount"
            )
        if self._query:
            yield from self._questions_of_rows()

    def _questions_of_rows(self) -> Iterator[str]:
        amount = quoted(self.total or self.price)
        if self.order:
            [(cut,)] = self._query(
                f"select count(*) from rows where trim(coalesce({quoted(self.order)}, '')) = ''"
                f" and trim({amount}) <> ''"
            )
            if cut:
                yield (
                    f"{self.order} is empty on {cut:,} rows that have an amount, as cells are that "
                    "were merged. They are rejected, and their orders lack them: fill them in"
                )
        if self.customer:
            buyer = f"lower(trim({quoted(self.customer)}))"
            nobody = self._query(f"""
                select min({quoted(self.customer)}), count(*) as its, sum(count(*)) over ()
                from rows where {buyer} <> '' group by {buyer}
                qualify regexp_full_match({buyer}, '{_NOBODY}')
                    or (its > {_MOST_OF_ONE} * sum(count(*)) over ()
                        and sum(count(*)) over () >= {_MANY_ROWS})
                order by its desc limit 1
            """)
            for value, its, all_ in nobody:
                yield (
                    f"{self.customer} is {value} on {its:,} of {all_:,} rows. If that is no "
                    f"person (guests, a shop), leave the rows out: recipe leave_out, value {value}"
                )

    def _buyer(self) -> Proposal:
        if self.customer:
            return by_name("orders", self.customer, "customer_id")
        why = "guess: there is no id but a contact"
        contacts = tuple(self.contacts[:2])
        return Proposal("orders", contacts, "customer_id", "contact_key", why=why)

    def _of_an_order(self, theirs: str, ours: str, repeats: list[tuple] | None) -> Proposal:
        # Whether an order is a sale must not hang on which of its rows comes first.
        if (
            ours != "status"
            and repeats
            and theirs not in (self.order, self.customer)
            and self._varies(theirs)
        ):
            why = "guess: it differs within one order, the first row counts"
            return Proposal("orders", (theirs,), ours, "first_row", why=why)
        return by_name("orders", theirs, ours)

    def _amount(self, found: Recognised, repeats: list[tuple] | None) -> Iterator[Proposal]:
        """The lines of the amount, by what its values show."""
        product = (self.price, self.quantity) if self.price and self.quantity else None
        total = self.total if self.total not in (product or ()) else None
        if total and repeats:
            recipe = self._shape_of(total)
            finding, why = {
                "first_row": (
                    "stands on the first row of an order alone",
                    "it stands on the first row alone",
                ),
                "each_row": (
                    "is the same on each row of an order: never summed",
                    "it is the same on each row",
                ),
                "sum_of_rows": (
                    "differs within one order: one row per line",
                    "it differs from row to row, so it is the line's",
                ),
            }[recipe]
            found.findings.append(f"{total} {finding}")
            yield Proposal("orders", (total,), "amount", recipe, why=f"guess: {why}")
        elif total:
            yield by_name("orders", total, "amount")
        else:
            why = f"guess: price x quantity{' of each line' if repeats else ''}"
            yield Proposal("orders", product, "amount", "product", why=why)
            if repeats:
                yield Proposal("orders", (), "amount", "sum_of_rows", why="guess: summed to orders")

    def _items(self, refund_rows: tuple[str, str] | None) -> Iterator[Proposal]:
        yield by_name("order_items", self.order, "order_id")
        yield by_name("order_items", self.product, "product_id")
        yield by_name("order_items", self.quantity, "quantity")
        yield by_name("order_items", self.price, "unit_price")
        if refund_rows:
            yield Proposal("order_items", (refund_rows[0],), "", "skip", refund_rows[1])

    def _refunds(self, buyer: Proposal, refund_rows: tuple[str, str] | None) -> Iterator[Proposal]:
        column = self._names.find("orders", "refunded_amount")
        if column and self.order:
            cancelled = self._names.find("orders", "cancelled_at")
            days = (cancelled, self.day) if cancelled else (self.day,)
            recipe = "first_filled" if cancelled else ""
            why = "guess: the file has no day of the refund"
            yield Proposal("refunds", (self.order,), "refund_id", why="guess: one per order")
            yield Proposal("refunds", (self.order,), "order_id")
            yield replace(buyer, source="refunds")
            yield Proposal("refunds", days, "refunded_at", recipe, why=why)
            yield Proposal("refunds", (column,), "amount", why=BY_NAME)
            yield Proposal("refunds", (column,), "", "keep", "positive")
        elif refund_rows:
            yield Proposal("refunds", (), "refund_id", "row_number")
            yield replace(buyer, source="refunds")
            yield Proposal("refunds", (self.day,), "refunded_at", why=BY_NAME)
            if self.total:
                yield Proposal("refunds", (self.total,), "amount", why=BY_NAME)
            else:
                yield Proposal("refunds", (self.price, self.quantity), "amount", "product")
            yield Proposal("refunds", (refund_rows[0],), "", "keep", refund_rows[1])

    def _customers(self, buyer: Proposal, others: list[Proposal]) -> list[Proposal]:
        """What the file says of its customers, where it says something."""
        find = self._names.find
        if not self.customer:
            said = [
                Proposal("customers", (name,), column, why=BY_NAME)
                for column in ("email", "phone")
                if (name := find("customers", column)) in buyer.theirs
            ]
            # The cells of the order stand on its first row alone.
            first = [Proposal("customers", (self.total,), "", "keep", "filled")]
            return [replace(buyer, source="customers"), *said, *(first if self.total else [])]
        taken = [self.customer, self.order, self.day, self.total, self.product]
        taken += [theirs for line in others for theirs in line.theirs]
        said = [
            Proposal("customers", (theirs,), column, why=BY_NAME)
            for column in ("name", "email", "phone", "region", "city", "gender", "birth_date")
            if (theirs := find("customers", column, taken=taken))
            and (column != "name" or squashed(theirs) != "name")
        ]
        return [Proposal("customers", (self.customer,), "customer_id"), *said] if said else []

    def _repeats(self) -> list[tuple] | None:
        """Orders that stand on several rows, as lines do: some of them; empty where none does."""
        if self._query is None or not self.order:
            return None
        if self._has_versions:
            return []
        return self._query(
            f"select {quoted(self.order)} from rows where trim({quoted(self.order)}) <> ''"
            " group by all having count(*) > 1 limit 5"
        )

    def _rows_are_lines(self, repeats: list[tuple] | None) -> bool:
        """Whether rows are lines of orders, and not orders of which a few are written twice."""
        if not repeats:
            return False
        if self.product or self.quantity or self.price:
            return True
        order = quoted(self.order)
        [(rows, orders)] = self._query(
            f"select count(*), count(distinct {order}) from rows where trim({order}) <> ''"
        )
        return rows - orders > _FEW_TWICE * orders

    def _varies(self, column: str) -> bool:
        """Whether a column has several values within one order."""
        key, value = quoted(self.order), f"nullif(trim({quoted(column)}), '')"
        return bool(
            self._query(
                f"select 1 from rows where trim({key}) <> '' group by {key}"
                f" having min({value}) <> max({value}) limit 1"
            )
        )

    def _is_a_rate(self, column: str) -> bool:
        """Whether a discount is a share, 0.2 for 20 %, and no amount."""
        if self._query is None:
            return False
        number = f"try_cast(replace({quoted(column)}, '%', '') as double)"
        [(least, greatest, percent)] = self._query(
            f"select min({number}), max({number}), max(contains({quoted(column)}, '%')) from rows"
        )
        return bool(percent or (greatest is not None and least >= 0 and 0 < greatest <= 1))

    def _shape_of(self, column: str) -> str:
        """How an amount stands on the rows of an order."""
        if self._varies(column) or self._is_of_the_line(column):
            return "sum_of_rows"
        key = quoted(self.order)
        [(later, first)] = self._query(f"""
            select
                count(case when place > 1 and value <> '' then 1 end),
                count(case when place = 1 and value <> '' then 1 end)
            from (
                select trim(coalesce({quoted(column)}, '')) as value,
                    row_number() over (partition by {key} order by source_row) as place
                from rows where trim({key}) <> ''
            )
        """)
        return "first_row" if first and not later else "each_row"

    def _is_of_the_line(self, column: str) -> bool:
        """Whether it is price x quantity on each row: lines of an order may be alike."""
        if not (self.price and self.quantity and self.price != column):
            return False
        numbers = [
            f"try_cast({quoted(name)} as double)" for name in (column, self.price, self.quantity)
        ]
        [(alike, other)] = self._query(f"""
            select count(*) filter (where abs(amount - price * quantity) < 0.01),
                count(*) filter (where abs(amount - price * quantity) >= 0.01 or amount is null)
            from (
                select {numbers[0]} as amount, {numbers[1]} as price, {numbers[2]} as quantity
                from rows
                qualify count(*) over (partition by {quoted(self.order)}) > 1
            )
        """)
        return alike > 0 and other == 0

    def _refund_rows(self) -> tuple[str, str] | None:
        """The column and the condition by which rows give money back."""
        if self._query is None:
            return None
        for column in filter(None, (self.quantity, self.total)):
            found = self._query(
                "select count(*) from rows"
                f" where regexp_matches({quoted(column)}, '^\\s*[-−(][0-9]')"
            )
            if found[0][0]:
                return column, "negative"
        return None
