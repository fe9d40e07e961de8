"""What the customers of the sample do: orders, items, refunds, interactions, events."""

import random
from datetime import datetime, timedelta

from customer_tiering.generate import vocabulary as words
from customer_tiering.generate.population import LINES, Orders
from customer_tiering.generate.records import LAST_MOMENT, Rates, Record, later, moment_of

EVENTS = 4_500
GIFTS = 0.002  # share of the shop's orders that cost nothing


def orders(
    rng: random.Random,
    sales: Orders,
    customers: list[Record],
    currencies: list[str],
    products: list[Record],
    rates: Rates,
) -> tuple[list[Record], list[Record]]:
    """Orders and their items; an order's amount is its items less its discount."""
    sold, items = [], []
    favourite = [rng.random() for _ in customers]
    for number in range(len(sales.customer)):
        index = int(sales.customer[number])
        line = LINES[sales.line[number]].name
        currency = currencies[index] if line == "b2b" else "CNY"
        ordered_at = moment_of(sales.ordered_at[number])
        order_id = f"SO{100_001 + number}"
        basket = _basket(
            rng,
            [p for p in products if p["line"] == line and p["launched_at"] <= ordered_at.date()],
            favourite[index],
            int(sales.amount[number]),
        )
        gift = line == "ecommerce" and rng.random() < GIFTS
        total = 0
        for line_number, (product, quantity, price) in enumerate(basket, start=1):
            unit_price = 0 if gift else rates.convert(price, currency, ordered_at.date())
            cost = rates.convert(
                product["unit_cost"] * rng.uniform(0.95, 1.06), currency, ordered_at.date()
            )
            total += unit_price * quantity
            items.append(
                {
                    "order_id": order_id,
                    "product_id": product["product_id"],
                    "quantity": quantity,
                    "unit_price": unit_price,
                    "line_number": line_number,
                    "unit_cost": cost if rng.random() < 0.85 else None,
                }
            )
        discount = total // 10 if rng.random() < 0.2 else 0
        sold.append(
            {
                "order_id": order_id,
                "customer_id": customers[index]["customer_id"],
                "ordered_at": ordered_at,
                "amount": total - discount,
                "status": _status(rng, ordered_at),
                "discount_amount": discount,
                "currency": currency,
                "channel": rng.choice(words.CHANNELS[line]),
                "business_line": line,
                "campaign_id": _campaign(rng, line, ordered_at),
                "updated_at": later(rng, ordered_at, 9),
            }
        )
    return sold, items


def _basket(
    rng: random.Random, products: list[Record], favourite: float, target: int
) -> list[tuple[Record, int, int]]:
    """One to three products worth about `target` together: product, quantity, price paid."""
    count = min(len(products), rng.choices([1, 2, 3], [62, 28, 10])[0])
    each = target / count
    affordable = [p for p in products if each / 12 <= p["list_price"] <= each * 1.3]
    if len(affordable) < count:
        affordable = sorted(products, key=lambda p: abs(p["list_price"] - each))[:count]
    # Customers come back for the product they like.
    chosen = rng.sample(affordable, count)
    liked = affordable[int(favourite * len(affordable))]
    if liked not in chosen and rng.random() < 0.5:
        chosen[0] = liked
    return [
        (
            product,
            max(1, round(each / product["list_price"])),
            round(product["list_price"] * rng.choice([1, 1, 1, 0.95, 0.9])),
        )
        for product in chosen
    ]


def _status(rng: random.Random, ordered_at: datetime) -> str:
    """What became of the order: nearly all are sales; recent ones may still be open."""
    chance = rng.random()
    if chance < 0.04:
        return "cancelled"
    if chance < (0.15 if (LAST_MOMENT - ordered_at).days < 10 else 0.043):
        return "pending"
    return "sale"


def _campaign(rng: random.Random, line: str, ordered_at: datetime) -> str | None:
    if line == "b2b":
        return None
    year = ordered_at.year
    if ordered_at.month == 11 and ordered_at.day <= 11:
        return f"11.11, early bird {year}" if ordered_at.day < 11 else f"11.11 {year}"
    if ordered_at.month == 6 and ordered_at.day <= 18:
        return f"618大促 {year}"
    return f'"Fresh Roast" club, {year}' if rng.random() < 0.04 else None


def refunds(rng: random.Random, orders: list[Record]) -> list[Record]:
    """Refunds in part or in full, some of them without their order number."""
    refunded = []
    for order in orders:
        if order["status"] != "sale" or not order["amount"] or rng.random() >= 0.028:
            continue
        refunded_at = order["ordered_at"] + timedelta(minutes=rng.randint(900, 30_000))
        if refunded_at > LAST_MOMENT:
            continue
        refunded.append(
            {
                "refund_id": f"RF{len(refunded) + 1:05}",
                "customer_id": order["customer_id"],
                "refunded_at": refunded_at,
                "amount": round(order["amount"] * rng.choice([0.2, 0.5, 1, 1])),
                "order_id": order["order_id"] if rng.random() < 0.9 else None,
                "currency": order["currency"],
                "reason": rng.choice(words.REFUND_REASONS),
            }
        )
    return sorted(refunded, key=lambda refund: refund["refunded_at"])


def interactions(rng: random.Random, customers: list[Record], orders: list[Record]) -> list[Record]:
    """Contacts around orders, most of them in b2b, and calls to prospects."""
    lines = {customer["customer_id"]: customer["business_line"] for customer in customers}
    occasions = [
        (order["customer_id"], order["ordered_at"] + timedelta(minutes=rng.randint(-15_000, 9_000)))
        for order in orders
        if rng.random() < (0.45 if lines[order["customer_id"]] == "b2b" else 0.08)
    ]
    buyers = {order["customer_id"] for order in orders}
    occasions += [
        (customer["customer_id"], later(rng, customer["created_at"], 60))
        for customer in customers
        if customer["customer_id"] not in buyers and rng.random() < 0.6
    ]
    contacts = []
    for number, (occurred_at, customer_id) in enumerate(
        sorted((moment, customer) for customer, moment in occasions if moment <= LAST_MOMENT),
        start=1,
    ):
        channel, kind, duration = rng.choice(words.CONTACTS[lines[customer_id]])
        contacts.append(
            {
                "interaction_id": f"I{number:05}",
                "customer_id": customer_id,
                "occurred_at": occurred_at,
                "channel": channel,
                "kind": kind,
                "direction": rng.choice(["inbound", "outbound"]),
                "outcome": rng.choice(words.OUTCOMES),
                "duration_minutes": rng.randint(*duration) if duration else None,
            }
        )
    return contacts


def events(
    rng: random.Random, customers: list[Record], orders: list[Record], products: list[Record]
) -> list[Record]:
    """Web and app events: mostly before an order, some of people who only look around."""
    seen = [(order["customer_id"], order["ordered_at"]) for order in orders]
    seen = rng.sample(seen, EVENTS * 9 // 10)
    curious = rng.choices(customers, k=EVENTS - len(seen))
    seen += [(person["customer_id"], later(rng, person["created_at"], 500)) for person in curious]
    moments = sorted(
        (moment - timedelta(seconds=rng.randint(30, 100_000)), customer_id)
        for customer_id, moment in seen
    )
    visits = []
    for number, (occurred_at, customer_id) in enumerate(moments, start=1):
        event_type = rng.choice(words.EVENT_TYPES)
        on_product = event_type in ("product_view", "add_to_cart")
        device = rng.choice(["ios", "android", "wechat", "web"])
        visits.append(
            {
                "event_id": f"E{number:06}",
                "customer_id": customer_id,
                "occurred_at": occurred_at,
                "event_type": event_type,
                "product_id": rng.choice(products)["product_id"] if on_product else None,
                "session_id": f"S{rng.randrange(16**8):08x}",
                "properties": f'{{"device": "{device}"}}',
            }
        )
    return visits
