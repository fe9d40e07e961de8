"""Invented customers of five kinds of business, for presets of which no public data are at hand.

What a kind is known for is put in, and nothing of how the scores are worked out: staple goods
(retail), monthly bills of accounts that grow, shrink and leave, and use less before they do (saas),
courses in two seasons, asked about before (education), visits at the patient's own interval until
the care ends (healthcare), few and very different amounts over long lives (finance).
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from bench.clv import simulated

FIRST, LAST = date(2023, 4, 1), date(2026, 10, 31)
WEEKS = (LAST - FIRST).days / 7
EVENTS = {"saas": "page_view", "education": "product_view"}
Purchases = Iterator[tuple[int, float, float]]
"""Customer, weeks since the first day, amount."""


def write(folder: Path, customers: int, seed: int) -> None:
    """orders.csv, interactions.csv and events.csv with a line of business for each kind."""
    orders, talks, events = [], [], []
    for number, (kind, of_kind) in enumerate(KINDS.items()):
        generator = np.random.default_rng([seed, number])
        bought, noticed = of_kind(generator, customers)
        orders.append(pd.DataFrame(bought, columns=["who", "week", "amount"]).assign(kind=kind))
        noticed = pd.DataFrame(noticed, columns=["who", "week"]).assign(kind=kind)
        (events if kind in EVENTS else talks).append(noticed)
    table = _dated(orders)
    table["amount"] = table["amount"].round(2)
    table = table.rename(columns={"at": "ordered_at", "kind": "business_line"})
    table.to_csv(folder / "orders.csv", index_label="order_id")
    table = _dated(talks).rename(columns={"at": "occurred_at"}).drop(columns="kind")
    table.assign(channel="phone", outcome="reached").to_csv(
        folder / "interactions.csv", index_label="interaction_id"
    )
    table = _dated(events).rename(columns={"at": "occurred_at"})
    table["event_type"] = table.pop("kind").map(EVENTS)
    table.to_csv(folder / "events.csv", index_label="event_id")


def _dated(parts: list[pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["week"] >= 0) & (table["week"] < WEEKS)].copy()
    table["customer_id"] = table["kind"] + table.pop("who").map("{:05}".format)
    days = np.floor(table.pop("week") * 7).astype(int)
    table["at"] = (pd.Timestamp(FIRST) + pd.to_timedelta(days, unit="D")).dt.strftime("%Y-%m-%d")
    return table.sort_values(["at", "customer_id"], kind="stable").reset_index(drop=True)


def _amounts(
    generator: np.random.Generator, who: np.ndarray, median: float, between: float, within: float
) -> np.ndarray:
    own = generator.normal(0, between, who.max() + 1)
    return median * np.exp(own[who] + generator.normal(0, within, len(who)))


def _retail(generator: np.random.Generator, customers: int):
    parameters = {"r": 1.3, "alpha": 4.0, "a": 0.5, "b": 12.0}
    who, weeks = simulated(generator, customers, (0, WEEKS), WEEKS, **parameters)
    talks = generator.random(len(who)) < 0.02
    amounts = _amounts(generator, who, 90, 0.35, 0.5)
    return zip(who, weeks, amounts, strict=True), zip(who[talks], weeks[talks], strict=True)


def _saas(generator: np.random.Generator, customers: int):
    """A bill a month; an account that is going to leave is used less in the three months before."""
    bills, uses = [], []
    for who in range(customers):
        week, fee = generator.uniform(0, WEEKS), 400 * np.exp(generator.normal(0, 0.9))
        stays = generator.geometric(generator.beta(1.2, 30))
        grows = generator.normal(0.004, 0.012)
        for month in range(min(stays, 60)):
            if week > WEEKS:
                break
            bills.append((who, week, fee))
            activity = generator.poisson(6 if stays - month > 3 else 2)
            uses += [(who, week + 4.345 * part) for part in generator.random(activity)]
            fee *= np.exp(grows + (generator.random() < 0.03) * generator.normal(0.1, 0.3))
            week += 4.345
    return bills, uses


def _education(generator: np.random.Generator, customers: int):
    """Courses begin in February and September; who means to take one looks at some before."""
    bought, seen = [], []
    for who in range(customers):
        wish, start = generator.beta(1.2, 1.2), generator.uniform(0, WEEKS)
        amount = 1800 * np.exp(generator.normal(0, 0.4))
        is_first = True
        for year in range(4):
            for season in (45, 23):
                week = year * 52.18 + season + generator.normal(0, 2)
                if week < start:
                    continue
                if is_first or generator.random() < wish:
                    bought.append((who, week, amount * np.exp(generator.normal(0, 0.3))))
                    looks = generator.poisson(5)
                else:
                    looks = generator.poisson(1)
                seen += [(who, week - 12 * part) for part in generator.random(looks)]
                is_first = False
                wish *= 0.75 if generator.random() < 0.25 else 1
    return bought, seen


def _healthcare(generator: np.random.Generator, customers: int):
    """Visits at an interval of one's own, give or take a fifth, until the care ends."""
    bought, talks = [], []
    for who in range(customers):
        week, interval = generator.uniform(0, WEEKS), generator.gamma(6, 1.6)
        ends = generator.beta(1, 10)
        amount = 350 * np.exp(generator.normal(0, 0.5))
        while week < WEEKS:
            bought.append((who, week, amount * np.exp(generator.normal(0, 0.3))))
            if generator.random() < ends:
                break
            week += interval * generator.gamma(25, 1 / 25)
            if generator.random() < 0.3:
                talks.append((who, week - 1))
    return bought, talks


def _finance(generator: np.random.Generator, customers: int):
    parameters = {"r": 0.7, "alpha": 18.0, "a": 0.3, "b": 6.0}
    who, weeks = simulated(generator, customers, (0, WEEKS), WEEKS, **parameters)
    talks = generator.random(len(who)) < 0.5
    amounts = _amounts(generator, who, 40_000, 1.1, 0.7)
    return zip(who, weeks, amounts, strict=True), zip(who[talks], weeks[talks] - 1, strict=True)


Kind = Callable[[np.random.Generator, int], tuple[Purchases, Iterator[tuple[int, float]]]]
KINDS: dict[str, Kind] = {
    "retail": _retail,
    "saas": _saas,
    "education": _education,
    "healthcare": _healthcare,
    "finance": _finance,
}
