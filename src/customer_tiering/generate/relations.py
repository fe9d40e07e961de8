"""What the CRM of the sample knows beside orders: service, campaigns, sales, surveys, voices.

Each source has a random stream of its own, so that one more of them leaves the others as they are.
"""

import random
from datetime import date, datetime, time, timedelta

from customer_tiering.generate import vocabulary as words
from customer_tiering.generate.records import LAST_MOMENT, Rates, Record, later

RESPONDENTS = 420
TOUCHES_OF_A_CAMPAIGN = 260
# Since then a part of the people of a campaign is left out by lot.
FIRST_YEAR_OF_CONTROLS, CONTROL_SHARE = 2025, 0.25


def relations(
    seed: int, customers: list[Record], orders: list[Record], rates: Rates
) -> dict[str, list[Record]]:
    """The records of each source by its name; `voices` are events.

    Args:
        seed: the same seed gives the same records.
        customers: the tidy customers.
        orders: the tidy orders, in the order of time.
        rates: exchange rates to CNY.
    """

    def stream(source: str) -> random.Random:
        return random.Random(f"{source} {seed}")

    campaigns = _campaigns(stream("campaigns"))
    return {
        "tickets": _tickets(stream("tickets"), orders),
        "campaigns": campaigns,
        "campaign_touches": _touches(
            stream("campaign_touches"), stream("control"), customers, campaigns
        ),
        "opportunities": _opportunities(stream("opportunities"), customers, rates),
        "subscriptions": _subscriptions(stream("subscriptions"), orders),
        "surveys": _surveys(stream("surveys"), orders),
        "referrals": _referrals(stream("referrals"), customers, orders),
        "social_profiles": _social_profiles(stream("social_profiles"), customers),
        "consents": _consents(stream("consents"), customers),
        "voices": _voices(stream("voices"), orders),
    }


def _numbered(prefix: str, key: str, records: list[Record], moment: str) -> list[Record]:
    """Records in the order of time, each with its number."""
    records = sorted(records, key=lambda record: record[moment])
    return [{key: f"{prefix}{n:05}"} | record for n, record in enumerate(records, start=1)]


def _before_the_end(moment: datetime) -> datetime | None:
    return moment if moment <= LAST_MOMENT else None


def _tickets(rng: random.Random, orders: list[Record]) -> list[Record]:
    tickets = []
    for order in orders:
        if rng.random() >= (0.12 if order["business_line"] == "b2b" else 0.06):
            continue
        opened_at = order["ordered_at"] + timedelta(minutes=rng.randint(60, 40_000))
        if opened_at > LAST_MOMENT:
            continue
        closed_at = _before_the_end(opened_at + timedelta(minutes=rng.randint(30, 20_000)))
        answered = closed_at and rng.random() < 0.6
        points = rng.choices([1, 2, 3, 4, 5], [6, 8, 18, 40, 28])[0]
        tickets.append(
            {
                "customer_id": order["customer_id"],
                "opened_at": opened_at,
                "closed_at": closed_at,
                "category": rng.choice(words.TICKET_CATEGORIES),
                "priority": rng.choices(["low", "normal", "high"], [20, 65, 15])[0],
                "satisfaction": points if answered else None,
                "channel": rng.choice(["微信", "电话", "email", "web form"]),
            }
        )
    return _numbered("T", "ticket_id", tickets, "opened_at")


def _campaigns(rng: random.Random) -> list[Record]:
    campaigns = []
    for year in (2023, 2024, 2025, 2026):
        for month, name, kind, discount in words.CAMPAIGNS:
            starts_at = date(year, month, 1)
            if date(2023, 8, 1) <= starts_at <= LAST_MOMENT.date() - timedelta(30):
                campaigns.append(
                    {
                        "campaign_id": f"C{year}{month:02}",
                        "campaign_name": f"{name} {year}",
                        "kind": kind,
                        "channel": rng.choice(["email", "sms", "wechat", "app push"]),
                        "starts_at": starts_at,
                        "ends_at": starts_at + timedelta(rng.randint(7, 20)),
                        "cost": f"{rng.randint(20, 200) * 100}.00",
                        "discount_rate": discount,
                        "control_share": CONTROL_SHARE if year >= FIRST_YEAR_OF_CONTROLS else None,
                    }
                )
    return campaigns


def _touches(
    rng: random.Random, lot: random.Random, customers: list[Record], campaigns: list[Record]
) -> list[Record]:
    # Some people answer to campaigns, most do not.
    keen = {customer["customer_id"]: rng.random() ** 3 for customer in customers}
    touches = []
    for campaign in campaigns:
        start = datetime.combine(campaign["starts_at"], time(9))
        known = [c for c in customers if c["created_at"] < start]
        for customer in rng.sample(known, min(len(known), TOUCHES_OF_A_CAMPAIGN)):
            interest = keen[customer["customer_id"]]
            outcome = "sent"
            for better, chance in (("opened", 0.3), ("clicked", 0.35), ("converted", 0.3)):
                if rng.random() >= chance + 0.6 * interest:
                    break
                outcome = better
            if outcome == "opened" and rng.random() < 0.02:
                outcome = "unsubscribed"
            touch = {
                "customer_id": customer["customer_id"],
                "campaign_id": campaign["campaign_id"],
                "touched_at": start + timedelta(minutes=rng.randint(0, 8_000)),
                "channel": campaign["channel"],
                "outcome": outcome,
            }
            if campaign["control_share"]:
                touch["arm"] = "control" if lot.random() < campaign["control_share"] else "treated"
                if touch["arm"] == "control":
                    touch |= {"touched_at": start, "outcome": None}
            touches.append(touch)
    return _numbered("CT", "touch_id", touches, "touched_at")


def _opportunities(rng: random.Random, customers: list[Record], rates: Rates) -> list[Record]:
    opportunities = []
    for customer in customers:
        if customer["business_line"] != "b2b":
            continue
        for _ in range(rng.choices([0, 1, 2, 3], [25, 35, 25, 15])[0]):
            created_at = later(rng, customer["created_at"], 1_000)
            closes_at = created_at + timedelta(days=rng.randint(12, 200))
            closed_at = _before_the_end(closes_at)
            currency = rng.choice(["CNY", "CNY", "CNY", "USD"])
            cents = rng.randint(20, 900) * 10_000
            roles = rng.sample(words.DECISION_ROLES, rng.randint(1, 4))
            stage = rng.choice(
                ["won", "赢单", "lost", "Closed Lost"] if closed_at else words.OPEN_STAGES
            )
            opportunities.append(
                {
                    "customer_id": customer["customer_id"],
                    "created_at": created_at,
                    "stage": stage,
                    "amount": f"{rates.convert(cents, currency, created_at.date()) / 100:,.2f}",
                    "currency": currency if currency != "CNY" or rng.random() < 0.4 else None,
                    "closed_at": closed_at,
                    "expected_close_at": closes_at.date(),
                    "contact_roles": "|".join(roles),
                    "updated_at": closed_at or later(rng, created_at, 30),
                }
            )
    return _numbered("OP", "opportunity_id", opportunities, "created_at")


def _subscriptions(rng: random.Random, orders: list[Record]) -> list[Record]:
    first = {order["customer_id"]: order for order in reversed(orders)}
    subscriptions = []
    for customer_id, order in sorted(first.items()):
        if rng.random() >= (0.35 if order["business_line"] == "b2b" else 0.08):
            continue
        plan, amount, months = rng.choice(words.PLANS[order["business_line"]])
        started_at = later(rng, order["ordered_at"], 300)
        years = (LAST_MOMENT - started_at).days * 12 // 365 // months + 1
        renews_at = started_at.date() + timedelta(days=round(365 * months * years / 12))
        ended_at = later(rng, started_at, 700) if rng.random() < 0.25 else None
        subscriptions.append(
            {
                "customer_id": customer_id,
                "started_at": started_at.date(),
                "plan": plan,
                "monthly_amount": f"{amount}.00",
                "renews_at": None if ended_at else renews_at,
                "cancelled_at": ended_at.date() if ended_at else None,
            }
        )
    return _numbered("SB", "subscription_id", subscriptions, "started_at")


def _surveys(rng: random.Random, orders: list[Record]) -> list[Record]:
    answers = []
    buyers = sorted({order["customer_id"] for order in orders})
    for customer_id in rng.sample(buyers, min(len(buyers), RESPONDENTS)):
        leaning = rng.choice(words.STATEMENTS)
        for half in rng.sample(range(5), rng.choices([1, 2, 3], [60, 30, 10])[0]):
            answered_at = LAST_MOMENT - timedelta(minutes=rng.randint(0, 200_000) + half * 260_000)
            nps = rng.choices(range(11), [2, 1, 1, 2, 3, 5, 8, 15, 22, 23, 18])[0]
            response = [("NPS", nps)]
            for statement in words.STATEMENTS:
                agreement = rng.choice([4, 5]) if statement == leaning else rng.randint(1, 4)
                if rng.random() < 0.8:
                    response.append((statement, agreement))
            if rng.random() < 0.2:
                response.append(("还有什么想对我们说的？", rng.choice(words.REMARKS)))
            for question, answer in response:
                answers.append(
                    {
                        "customer_id": customer_id,
                        "answered_at": answered_at,
                        "question": question,
                        "answer": answer,
                        "survey_id": f"half-year {5 - half}",
                    }
                )
    answers.sort(key=lambda answer: (answer["answered_at"], answer["customer_id"]))
    numbers: dict[tuple[object, object], str] = {}
    for answer in answers:
        response = (answer["customer_id"], answer["answered_at"])
        answer["response_id"] = numbers.setdefault(response, f"RS{len(numbers) + 1:05}")
    return answers


def _referrals(rng: random.Random, customers: list[Record], orders: list[Record]) -> list[Record]:
    first = {order["customer_id"]: order["ordered_at"] for order in reversed(orders)}
    referrers = sorted(first, key=lambda _: rng.random())[:90]
    referred = [c for c in customers if c["acquisition_channel"] == "referral"]
    referrals = []
    for customer in referred:
        referred_at = customer["created_at"] - timedelta(days=rng.randint(1, 20))
        earlier = [r for r in referrers if first[r] < referred_at]
        if earlier and rng.random() < 0.7:
            referrals.append(
                {
                    # The first of them refer most.
                    "customer_id": earlier[int(len(earlier) * rng.random() ** 2)],
                    "referred_at": referred_at,
                    "referred_customer_id": customer["customer_id"],
                    "outcome": "registered",
                }
            )
    for customer_id in rng.choices(referrers, k=40):
        referred_at = later(rng, first[customer_id], 700)
        referrals.append(
            {"customer_id": customer_id, "referred_at": referred_at, "outcome": "no answer"}
        )
    return _numbered("RR", "referral_id", referrals, "referred_at")


def _social_profiles(rng: random.Random, customers: list[Record]) -> list[Record]:
    people = [c for c in customers if c["business_line"] == "ecommerce"]
    profiles = []
    for customer in rng.sample(people, 110):
        followers = round(10 ** rng.uniform(1.2, 4.6))
        measured_at = later(rng, customer["created_at"], 400)
        platform = rng.choice(["xiaohongshu", "douyin", "weibo", "instagram"])
        for _ in range(rng.choice([1, 1, 2])):
            profiles.append(
                {
                    "customer_id": customer["customer_id"],
                    "platform": platform,
                    "followers": followers,
                    "measured_at": measured_at.date(),
                }
            )
            followers = round(followers * rng.uniform(1, 1.8))
            measured_at = later(rng, measured_at + timedelta(1), 300)
    return profiles


def _consents(rng: random.Random, customers: list[Record]) -> list[Record]:
    people = [c for c in customers if c["business_line"] == "ecommerce"]
    consents = []
    for customer in rng.sample(people, 300):
        for channel in rng.sample(["email", "sms", "wechat"], rng.choice([1, 2])):
            since = later(rng, customer["created_at"], 200)
            is_permitted = rng.random() < 0.8
            for _ in range(2):
                consents.append(
                    {
                        "customer_id": customer["customer_id"],
                        "channel": channel,
                        "state": rng.choice(["yes", "同意"] if is_permitted else ["no", "退订"]),
                        "since": since.date(),
                    }
                )
                since = later(rng, since + timedelta(1), 300)
                # Some leave a channel that they permitted.
                if not is_permitted or rng.random() < 0.85:
                    break
                is_permitted = False
    return consents


def _voices(rng: random.Random, orders: list[Record]) -> list[Record]:
    """Events of people who mark, share and review what they have bought; a few do it much."""
    shop = [order for order in orders if order["business_line"] == "ecommerce"]
    loud = {order["customer_id"]: rng.random() ** 4 for order in shop}
    voices = []
    for order in shop:
        for event_type, chance in (("favourite", 0.08), ("review", 0.08), ("share", 0.04)):
            if rng.random() < chance + 0.3 * loud[order["customer_id"]]:
                occurred_at = order["ordered_at"] + timedelta(minutes=rng.randint(500, 20_000))
                if occurred_at <= LAST_MOMENT:
                    voices.append(
                        {
                            "customer_id": order["customer_id"],
                            "occurred_at": occurred_at,
                            "event_type": event_type,
                            "product_id": None,
                            "session_id": None,
                            "properties": None,
                        }
                    )
    return _numbered("EV", "event_id", voices, "occurred_at")
